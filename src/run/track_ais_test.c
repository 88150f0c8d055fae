#include <stdio.h>
#include <unistd.h>

#include "core/file.h"
#include "core/rng.h"
#include "core/time.h"
#include "run/flown.h"
#include "run/track_raw.h"
#include "test/tap.h"

static struct track_raw read_log(const char *text, size_t length)
{
    struct core_buf file = {0};
    struct track_raw raw = {0};
    core_buf_add(&file, text, length);
    if (track_ais_read(&file, "test", &raw, NULL))
        printf("# out of memory\n");
    core_buf_fini(&file);
    return raw;
}

static void one(const char *line, const char *mmsi, double lat, double lon, const char *time,
                const char *sentence)
{
    struct track_raw raw = read_log(line, strlen(line));
    int64_t t_ns = 0;
    bool good = !core_time_parse(time, &t_ns, NULL) && raw.n == 1 && !raw.n_bad && !strcmp(raw.id[0], mmsi) &&
                fabs(raw.at[0].pos.lat_deg - lat) < 1e-6 && fabs(raw.at[0].pos.lon_deg - lon) < 1e-6 &&
                raw.at[0].t_ns == t_ns;
    if (!tap_ok(good, "%s", sentence))
        printf("# %zu fixes, %zu bad: %s %s\n", raw.n, raw.n_bad, raw.n_ids ? raw.id[0] : "", raw.why[0]);
    track_raw_fini(&raw);
}

static void none(const char *line, size_t n_bad, const char *sentence)
{
    struct track_raw raw = read_log(line, strlen(line));
    if (!tap_ok(!raw.n && raw.n_bad == n_bad, "%s", sentence))
        printf("# %zu fixes, %zu bad: %s\n", raw.n, raw.n_bad, raw.why[0]);
    track_raw_fini(&raw);
}

// Packed by another program after ITU-R M.1371-5; stored at 2023-11-14T22:13:32Z = 1700000012.
#define TAG "\\c:1700000012*5C\\"
static const char a1[] = TAG "!AIVDM,1,1,,A,139>Jh@P2<PUhwPO;nH3Q2lD0000,0*7F\r\n";
static const char b2[] = TAG "!AIVDM,1,1,,A,B39>JhP0S?ndr47fH`0p@eMP00000000,0*33\n";

static void messages(void)
{
    one(a1, "211000001", 54.5, 8.25, "2023-11-14T22:13:10Z", "class A, message 1, with a tag block's time");
    one("2023-11-14T22:13:32Z !AIVDM,1,1,,A,339>Jh@P2<PUhwPO<=l3Q2m@0000,0*08", "211000001", 54.51, 8.25,
        "2023-11-14T22:13:40Z", "class A, message 3, with a time before it");
    one("!AIVDM,1,1,,A,91b3ks1;1pm:O?1dvFD3Q1@00000,0*09,1700000012", "111211500", -33.25, -151.5,
        "2023-11-14T22:13:05Z", "search aircraft, message 9, with seconds behind it");
    one(b2, "211000002", 54.0, -8.125, "2023-11-14T22:12:59Z",
        "class B, message 18: second 59 belongs to the minute before");
    one("1700000012,!AIVDM,1,1,,A,C39>JhP0S?ndr47fNO0p@e?000000000000000000000000000000000,0*09", "211000002",
        54.01, -8.125, "2023-11-14T22:13:30Z", "class B extended, message 19");
    one("1700000012 !AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C", "477553000", 47.582833333,
        -122.345833333, "2023-11-14T22:13:15Z", "a class A report from the literature");
    one("1700000012 !AIVDM,1,1,,A,K39>Jhh?duCvC000,0*7B", "211000003", 54.25, -8.125, "2023-11-14T22:13:32Z",
        "long range, message 27, which has no second of its own");
    none("1700000012 !AIVDM,1,1,,A,K39>Jhh6`>6bT000,0*4B", 0,
         "and one that does not know its place is passed over");
    one("1700000012 !AIVDM,2,1,3,A,139>Ji006@PVr?0,0*3D\n1700000012 "
        "!AIVDM,2,1,3,B,139>Ji@06@QKSH0,0*04\n1700000013 !AIVDM,2,2,3,A,O2dL3Q2lH0000,0*34\n",
        "211000004", 54.25, 8.5, "2023-11-14T22:13:12Z",
        "a report in two sentences, with one of the other channel between them, is put together");
    none(TAG "!AIVDM,1,1,,A,139>JhhP2<dtSF0l4Q@3Q2mp0000,0*06", 0,
         "a ship that does not know its place is passed over");
    none("!AIVDM,1,1,,A,139>Jh@P2<PUhwPO;nH3Q2lD0000,0*7F", 1, "a report without any time is told");
    none(TAG "!AIVDM,1,1,,A,139>Jh@P2<PUhwPO;nH3Q2lE0000,0*7F", 1,
         "a wrong checksum is told, the report not used");
    none("$GPRMC,221332,A,5430.0,N,00815.0,E,0,0,141123,,*00\nwords\n", 0, "other sentences are passed over");
    none(TAG "!AIVDM,2,2,3,B,139>Jh@P2<PUhwPO;nH3Q2lD0000,0*4F", 0,
         "a second part without its first is passed over");
}

static char *log_write(const char *text)
{
    static char path[64];
    snprintf(path, sizeof path, "track_ais_test.%ld.nmea", (long)getpid());
    return core_file_write(path, text, strlen(text), NULL) ? NULL : path;
}

static void ships(void)
{
    struct core_arena arena = {0};
    struct ph_err err = {0};
    char text[1024];
    snprintf(text, sizeof text, "%s%s%s%s", a1,
             "1700000042 !AIVDM,1,1,,A,339>Jh@P2<PUhwPO<=l3Q2m@0000,0*08\n", b2, a1);
    char *path = log_write(text);
    struct run_flown flown;
    enum ph_status status = run_flown_read(path, "211000001", NAN, &arena, &flown, &err);
    tap_ok(!status && flown.n == 1 && flown.piece->n == 2 &&
               flown.piece->point[0].t_ns < flown.piece->point[1].t_ns,
           "one ship of a log is read by its MMSI; a report heard twice counts once");
    tap_ok(run_flown_read(path, NULL, NAN, &arena, &flown, &err) == PH_EINPUT &&
               strstr(err.what, "211000002"),
           "of several ships one must be named, and they are listed");
    tap_ok(run_flown_read(path, "999999999", NAN, &arena, &flown, &err) == PH_EINPUT,
           "a ship that is not in the log is refused");
    unlink(path);
    core_arena_fini(&arena);
}

// Random damage to a log must neither crash nor place anybody off the earth.
static void damage(void)
{
    size_t wild = 0, fixes = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        char text[1024];
        int n = snprintf(text, sizeof text, "%s%s%s", a1, b2,
                         TAG "!AIVDM,2,1,3,B,55P5TL01VIaAL@7WKO@mBplU@<PDhh000000001S;AJ::4A80?4i@E53,0*3E\n"
                             "!AIVDM,2,2,3,B,1@0000000000000,2*55\n");
        double u[4];
        core_rng_uniform(7, round, 1, CORE_RNG_PLAN, u);
        for (uint32_t k = 0; k < 1 + (uint32_t)(u[0] * 6); k++) {
            double v[4];
            core_rng_uniform(7, round, 2 + k, CORE_RNG_PLAN, v);
            text[(size_t)(v[0] * n)] = (char)(unsigned char)(v[1] * 256);
        }
        struct track_raw raw = read_log(text, (size_t)(n * (u[1] < .5 ? 1 : u[2])));
        fixes += raw.n;
        for (size_t i = 0; i < raw.n; i++)
            wild += !(fabs(raw.at[i].pos.lat_deg) <= 90 && fabs(raw.at[i].pos.lon_deg) <= 180);
        track_raw_fini(&raw);
    }
    tap_ok(!wild && fixes > 500,
           "3,000 damaged logs: no crash, nobody off the earth, the whole lines still read");
}

int main(void)
{
    messages();
    ships();
    damage();
    return tap_done();
}
