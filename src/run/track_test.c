#include "run/track.h"

#include <stdio.h>
#include <unistd.h>

#include "core/file.h"
#include "core/time.h"
#include "geo/earth.h"
#include "test/tap.h"

struct read {
    struct core_job job;
    struct core_arena arena;
    struct run_tracks tracks;
    struct ph_err err;
    enum ph_status status;
};

static struct read read_file(const char *path)
{
    struct read r = {0};
    r.status = run_tracks_read(path, &r.job, &r.arena, &r.tracks, &r.err);
    if (r.status)
        r.tracks = (struct run_tracks){0};
    return r;
}

static struct read read_text(const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "track_test.%ld.csv", (long)getpid());
    struct read r = {.status = core_file_write(path, text, strlen(text), NULL)};
    if (!r.status)
        r = read_file(path);
    unlink(path);
    return r;
}

static void read_fini(struct read *r)
{
    core_job_fini(&r->job);
    core_arena_fini(&r->arena);
}

static bool warned(const struct read *r, const char *code, const char *text)
{
    for (const struct core_warning *w = r->job.first_warning; w; w = w->next)
        if (!strcmp(w->code, code) && strstr(w->text, text))
            return true;
    return false;
}

static bool fix_is(const struct run_track *track, size_t i, const char *time, double lat, double lon)
{
    int64_t t_ns;
    return i < track->n && !core_time_parse(time, &t_ns, NULL) && track->fix[i].t_ns == t_ns &&
           fabs(track->fix[i].pos.lat_deg - lat) < 1e-9 && fabs(track->fix[i].pos.lon_deg - lon) < 1e-9;
}

static void check(const char *text, const char *sentence)
{
    struct read r = read_text(text);
    bool good = !r.status && r.tracks.n == 1 && r.tracks.track[0].n == 2 && !r.tracks.n_bad_rows &&
                fix_is(&r.tracks.track[0], 0, "2022-11-12T04:22:36Z", 54.5, 7.25) &&
                fix_is(&r.tracks.track[0], 1, "2022-11-12T05:00:00Z", 54.51, 7.26);
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# %s %s\n", r.err.where, r.err.what);
    read_fini(&r);
}

static void test_tables(void)
{
    check("time_utc,lon,lat\n2022-11-12T04:22:36,7.25,54.5\n2022-11-12T05:00,7.26,54.51\n",
          "a column may say that its times are UTC");
    check("Device,Time,Longitude,Latitude\nd1,2022-11-12 04:22:36+00:00,7.25,54.5\nd1,2022-11-12 05:00:00 "
          "+00:00,7.26,"
          "54.51\n",
          "a column may name the drifter");
    check("\xEF\xBB\xBFLatitude [deg];Longitude [deg];Date/Time (UTC)\r\n54,5;7,25;2022-11-12 "
          "04:22:36\r\n54,51;7,26;"
          "2022-11-12 05:00\r\n",
          "semicolons, decimal commas, units in brackets, a mark of byte order and CRLF are read");
    check("Date Time (UTC),Approx Lat/Lng\n12/Nov/2022 04:22:36,\"54.5,7.25\"\n12/Nov/2022 05:00:00,\"54.51, "
          "7.26\"\n",
          "months by name and a position in one quoted field");
    check("/* DATA\nComment: UTC\n*/\nDate/Time\tLatitude\tLongitude\n2022-11-12T04:22:36\t54.5\t7.25\n"
          "2022-11-12T05:00\t54.51\t7.26\n",
          "a PANGAEA table says in its head that times are UTC");
    check("timestamp,lat,lon\n1668226956,54-30.0N,007-15.0E\n1668229200000,54-30.6N,007-15.6E\n",
          "seconds and milliseconds since 1970, degrees and minutes");
    check("date,time,y,x\n2022-11-12,04:22:36Z,54.5,7.25\n2022-11-12,05:00Z,54.51,7.26\n",
          "date and time in two columns");
}

static void test_bad_rows(void)
{
    struct read r =
        read_text("time,lat,lon\n2022-11-12T04:00Z,54.5,7.25\n2022-11-12T05:00Z,94.5,7.25\nyesterday,54,7\n"
                  "2022-11-12T06:00Z,,\n2022-11-12T07:00Z,54.6,7.35\n");
    tap_ok(!r.status && r.tracks.n_bad_rows == 3 && r.tracks.n == 1 && r.tracks.track[0].n == 2,
           "rows without a possible time or place are left out, the others stay");
    tap_ok(warned(&r, "track-rows", "line 3: 94.5") && warned(&r, "track-rows", "line 5: no position"),
           "and each is said by its line");
    read_fini(&r);
    r = read_text("time,lat,lon\n2022-11-12T04:00,54.5,7.25\n2022-11-12T05:00,54.5,7.25\n");
    tap_ok(r.status == PH_EINPUT && strstr(r.err.what, "line 2"),
           "times without any zone are refused, by line");
    read_fini(&r);
    r = read_text("when,lat,lon\n2022-11-12T04:00Z,54.5,7.25\n");
    tap_ok(r.status == PH_EINPUT && strstr(r.err.what, "time") && strstr(r.err.fix, "time_utc"),
           "a table without a time column is refused, with a way out");
    read_fini(&r);
    r = read_text("nothing here\n");
    tap_ok(r.status == PH_EINPUT, "a text that is no table is refused");
    read_fini(&r);
    r = read_text("");
    tap_ok(r.status == PH_EINPUT, "so is an empty file");
    read_fini(&r);
    r = read_file("there-is-no-such-file.csv");
    tap_ok(r.status == PH_EIO, "a file that is not there is an error of reading");
    read_fini(&r);
}

static void test_cleaning(void)
{
    struct read r =
        read_text("time,lat,lon\n2022-11-12T06:00Z,54.52,7\n2022-11-12T04:00Z,54.5,7\n"
                  "2022-11-12T05:00Z,54.51,7\n2022-11-12T05:00Z,54.51,7\n2022-11-12T05:30Z,44.5,7\n");
    const struct run_track *track = r.tracks.track;
    tap_ok(!r.status && track->n == 3 && fix_is(track, 0, "2022-11-12T04:00Z", 54.5, 7) &&
               fix_is(track, 2, "2022-11-12T06:00Z", 54.52, 7),
           "fixes are put in order of time");
    tap_ok(!r.status && track->n_repeated == 1, "a time that comes twice is taken once");
    tap_ok(!r.status && track->n_jumps == 1 && warned(&r, "track-jumps", "m/s): 1;"),
           "a fix a thousand kilometres away is left out, and said");
    struct geo_pos at;
    int64_t t_ns = 0;
    tap_ok(!core_time_parse("2022-11-12T04:30Z", &t_ns, NULL) && !r.status &&
               run_track_at(track, t_ns, 3600, &at) && fabs(at.lat_deg - 54.505) < 1e-9,
           "between two fixes the way is straight");
    tap_ok(!r.status && !run_track_at(track, t_ns, 1800, &at), "but not over a longer gap than allowed");
    tap_ok(!r.status && !run_track_at(track, t_ns - 3600 * 1000000000LL, 3600, &at) &&
               !run_track_at(track, t_ns + 7200 * 1000000000LL, 3600, &at),
           "before its first and after its last fix nothing is known");
    read_fini(&r);

    // carried off by a ship
    r = read_text(
        "time,lat,lon\n2022-11-12T04:00Z,54.50,7\n2022-11-12T05:00Z,54.51,7\n2022-11-12T06:00Z,54.52,7\n"
        "2022-11-12T07:00Z,56.00,7\n2022-11-12T08:00Z,56.01,7\n2022-11-12T09:00Z,56.02,7\n"
        "2022-11-12T10:00Z,56.03,7\n");
    track = r.tracks.track;
    tap_ok(!r.status && track->n == 7 && track->n_breaks == 1 && track->piece[2] == 0 && track->piece[3] == 1,
           "a track that goes on elsewhere is broken there");
    tap_ok(!core_time_parse("2022-11-12T06:30Z", &t_ns, NULL) && !r.status &&
               !run_track_at(track, t_ns, 1e6, &at),
           "and nothing is said about the way between");
    read_fini(&r);

    r = read_text(
        "id,time,lat,lon\nb,2022-11-12T04:00Z,54.5,179.9\na,2022-11-12T04:00Z,10,20\n"
        "b,2022-11-12T06:00Z,54.5,-179.9\na,2022-11-12T05:00Z,10,20.01\nc,2022-11-12T05:00Z,10,20.01\n");
    tap_ok(!r.status && r.tracks.n == 2 && strstr(r.tracks.track[0].name, ": b"),
           "one file may hold several drifters; one with a single fix is none");
    tap_ok(!core_time_parse("2022-11-12T05:00Z", &t_ns, NULL) && !r.status &&
               run_track_at(&r.tracks.track[0], t_ns, 1e4, &at) && fabs(fabs(at.lon_deg) - 180) < 1e-9,
           "the way across the antimeridian is the short one");
    read_fini(&r);
}

static void test_gpx(void)
{
    struct read r =
        read_text("<?xml version=\"1.0\"?>\n<gpx xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>\n"
                  "<trkpt lat=\"54.5\" lon=\"7.25\"><ele>0</ele><time>2022-11-12T04:22:36Z</time></trkpt>\n"
                  "<trkpt lat=\"54.505\" lon=\"7.255\"/>\n"
                  "<trkpt lat=\"54.51\" lon=\"7.26\"><time>2022-11-12T05:00:00Z</time></trkpt>\n"
                  "</trkseg></trk></gpx>\n");
    tap_ok(!r.status && r.tracks.n == 1 && fix_is(r.tracks.track, 1, "2022-11-12T05:00Z", 54.51, 7.26),
           "a GPX track is read");
    tap_ok(warned(&r, "track-rows", "line 4: the point has no time"),
           "a point without a time is said by its line");
    read_fini(&r);
    r = read_text("<gpx><trk><trkpt lat=\"54.5\"");
    tap_ok(r.status == PH_EINPUT && strstr(r.err.what, "XML"), "half a GPX file is refused");
    read_fini(&r);
}

static void expect(const char *path, size_t n_tracks, size_t n_fixes, const char *sentence)
{
    const char *file = tap_shared(path, sentence);
    if (!file)
        return;
    struct read r = read_file(file);
    size_t n = 0, left_out = r.tracks.n_bad_rows;
    for (size_t i = 0; i < r.tracks.n; i++) {
        n += r.tracks.track[i].n;
        left_out += r.tracks.track[i].n_repeated + r.tracks.track[i].n_jumps;
    }
    bool good = !r.status && r.tracks.n == n_tracks && n + left_out == n_fixes;
    tap_ok(good, "%s", sentence);
    printf("# %zu tracks, %zu fixes, %zu left out %s %s\n", r.tracks.n, n, left_out, r.err.what, r.err.where);
    read_fini(&r);
}

static void test_shared(void)
{
    expect("data/drift/germanbight2017/North_Sea_Drifter1_GPS.tab", 1, 3956,
           "a drifter of the German Bight is read");
    expect("data/drift/sldmb2015/sldmb_code_20150610.csv", 1, 47,
           "a self-locating datum marker buoy is read");
    expect("data/drift/trajan/seals.csv", 5, 10, "five drifters in one table are read");
    expect("data/drift/trajan/bug05_pos.csv", 1, 844, "a wave buoy's table is read");
    expect("data/drift/trajan/omb3.csv", 3, 184, "messages with positions as texts are read");
    expect("data/drift/trajan/barents.nc", 2, 3314, "two drifters on trajectory x obs are read");
    expect("data/drift/trajan/xr_spotter_bulk_test_data.nc", 2, 65, "a contiguous ragged array is read");
    expect("data/drift/trajan/bug32.nc", 1, 38, "a single track with a time of its positions is read");
    const char *file =
        tap_shared("data/drift/trajan/gnome_nc_particles.nc", "a model's particles are no drifter");
    if (file) {
        struct read r = read_file(file);
        tap_ok(r.status == PH_EINPUT && strstr(r.err.what, "time"), "a model's particles are no drifter");
        read_fini(&r);
    }
}

int main(void)
{
    test_tables();
    test_bad_rows();
    test_cleaning();
    test_gpx();
    test_shared();
    return tap_done();
}
