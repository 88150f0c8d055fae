// GRIB of both editions: a known field is found again whatever the scanning, packing, level, member and time;
// what is ambiguous or broken is said.
#include "forcing/made_grib.h"

#include <bzlib.h>
#include <lzma.h>
#include <math.h>
#include <zlib.h>

static struct made_answer ask_kind(enum forcing_kind kind, const char *path, double lon, double lat,
                                   double hour)
{
    struct forcing_request request = {.kind = kind, .file = path, .depth_m = (double)NAN, .label = "x"};
    return made_ask(&request, 1, FORCING_MISSING_STOP, lon, lat, hour);
}

static struct made_answer ask(const char *path, double lon, double lat, double hour)
{
    return ask_kind(FORCING_WIND, path, lon, lat, hour);
}

static bool answers(struct made_answer a, double u, double v, double tolerance)
{
    bool good = !a.status && a.source == 0 && fabs(a.u - u) <= tolerance && fabs(a.v - v) <= tolerance;
    if (!good)
        printf("# status %d %s; source %d u %.7f v %.7f, wanted %.7f %.7f; %s\n", a.status, a.err.what,
               a.source, a.u, a.v, u, v, a.warnings);
    return good;
}

// The analytic field at four places that are no points.
static bool is_field(const char *path, double hour)
{
    static const double lon[] = {10.1, 12.9}, lat[] = {35.9, 33.26};
    bool good = true;
    for (int k = 0; k < 2; k++)
        good = answers(ask(path, lon[k], lat[k], hour), made_u(lon[k], lat[k], hour),
                       made_v(lon[k], lat[k], hour), 2e-5) &&
               good;
    return good;
}

static void scanning(int edition)
{
    for (int mode = 0; mode < (edition == 1 ? 8 : 16); mode++) {
        struct made_grib made = {.edition = edition,
                                 .i_negative = mode & 1,
                                 .j_positive = mode & 2,
                                 .j_consecutive = mode & 4,
                                 .alternating = mode & 8};
        made_grib_pair(made, made_path("scan.grib"), "wb");
        tap_ok(is_field(made_path("scan.grib"), 0), "edition %d scanned%s%s%s%s gives the same field",
               edition, mode & 1 ? " westward" : " eastward", mode & 2 ? ", northward" : ", southward",
               mode & 4 ? ", columns first" : "", mode & 8 ? ", every other row backward" : "");
    }
}

static void packings(void)
{
    static const char *const names[] = {"grid_simple", "grid_ieee",         "grid_jpeg",
                                        "grid_ccsds",  "grid_second_order", "grid_png"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        made_grib_pair((struct made_grib){.packing = names[k]}, made_path("pack.grib"), "wb");
        tap_ok(is_field(made_path("pack.grib"), 0), "packing %s is read", names[k]);
    }
}

static void levels(void)
{
    const char *path = made_path("levels.grib");
    double factor = log(10 / 0.0002) / log(80 / 0.0002);
    made_grib_pair((struct made_grib){.level = 100, .hour = 5}, path, "wb");
    made_grib_pair((struct made_grib){.level = 10, .hour = 5}, path, "ab");
    made_grib_pair((struct made_grib){.level = 2, .hour = 5}, path, "ab");
    tap_ok(is_field(path, 5), "wind at 10 m is chosen among 2, 10 and 100 m");
    made_grib_pair((struct made_grib){.level = 80}, path, "wb");
    struct made_answer a = ask(path, 12, 34, 0);
    tap_ok(answers(a, 3 * factor, -4 * factor, 1e-5) && strstr(a.warnings, "wind-height"),
           "wind at 80 m alone is brought to 10 m by the logarithmic profile, and it is said");
    made_grib_pair((struct made_grib){.surface = 100, .level = 50000}, path, "wb");
    a = ask(path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "level 500 of type isobaricInhPa"),
           "wind aloft only is refused with its level");
    made_grib_pair((struct made_grib){.surface = 100, .level = 85000}, path, "ab");
    made_grib_pair((struct made_grib){.surface = 100, .level = 70000}, path, "ab");
    a = ask(path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "levels 500 to 850 of type isobaricInhPa"),
           "of several heights the lowest and the highest are named: %s", a.err.what);
    made_grib_pair((struct made_grib){.surface = 160, .level = 5}, path, "ab");
    a = ask(path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "levels of several types"),
           "levels that cannot be compared are not put in one range");
    made_grib_pair((struct made_grib){.surface = 1, .level = 0}, path, "wb");
    a = ask(path, 12, 34, 0);
    tap_ok(answers(a, 3, -4, 1e-5) && strstr(a.warnings, "wind-height-unknown"),
           "wind at the \"surface\" is read as 10 m with a warning");
}

static void kinds(void)
{
    const char *path = made_path("kinds.grib");
    struct made_grib deep = {.discipline = 10, .category = 1, .number = 2, .surface = 160, .level = 30};
    made_grib_pair(deep, path, "wb");
    struct made_answer a = ask_kind(FORCING_CURRENT, path, 12, 34, 0);
    tap_ok(answers(a, 3, -4, 1e-5) && strstr(a.warnings, "deep-current"),
           "a current of discipline 10 at 30 m only is read, and its depth is said");
    struct made_grib shallow = {
        .discipline = 10, .category = 1, .number = 2, .surface = 160, .level = 1, .hour = 6};
    made_grib_pair(shallow, path, "ab");
    made_grib_pair((struct made_grib){.discipline = 10, .number = 21, .surface = 1}, path, "ab");
    made_grib_add((struct made_grib){.discipline = 10, .category = 3, .surface = 1, .part = 4}, path, "ab");
    a = ask_kind(FORCING_CURRENT, path, 12, 34, 6);
    tap_ok(answers(a, made_u(12, 34, 6), made_v(12, 34, 6), 1e-5), "the shallowest current is chosen");
    tap_ok(answers(ask_kind(FORCING_WAVES, path, 12, 34, 0), 3, -4, 1e-5), "Stokes drift is found");
    tap_ok(answers(ask_kind(FORCING_SEA_TEMPERATURE, path, 12, 34, 0), 280 + 3 - 273.15, 0, 2e-5),
           "so is sea temperature, turned from kelvin to degrees Celsius");
    tap_ok(ask(path, 12, 34, 0).status == PH_EINPUT, "a file without wind has none");
    made_grib_pair((struct made_grib){.edition = 1, .number = 49, .surface = 1}, path, "wb");
    tap_ok(answers(ask_kind(FORCING_CURRENT, path, 12, 34, 0), 3, -4, 1e-5),
           "currents of edition 1 are found");
    made_grib_add((struct made_grib){.edition = 1, .number = 80, .surface = 1, .part = 4}, path, "wb");
    tap_ok(answers(ask_kind(FORCING_SEA_TEMPERATURE, path, 12, 34, 0), 280 + 3 - 273.15, 0, 2e-5),
           "sea temperature of edition 1, too");
}

static void directions(void)
{
    const char *path = made_path("direction.grib");
    made_grib_add((struct made_grib){.edition = 1, .number = 32, .part = 2}, path, "wb");
    made_grib_add((struct made_grib){.edition = 1, .number = 31, .part = 3}, path, "ab");
    tap_ok(answers(ask(path, 12, 34, 0), 3, -4, 1e-4),
           "wind as speed and direction from which it blows is read");
    made_grib_add((struct made_grib){.edition = 1, .number = 48, .part = 2, .surface = 1}, path, "wb");
    made_grib_add((struct made_grib){.edition = 1, .number = 47, .part = 3, .surface = 1}, path, "ab");
    struct made_answer a = ask_kind(FORCING_CURRENT, path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "toward or from"),
           "a current as speed and direction is refused: which way is not stated");
    made_grib_add((struct made_grib){0}, path, "wb");
    a = ask(path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && a.err.what[0], "one component alone is refused with a reason");
    printf("# %s\n", a.err.what);
}

static void times(void)
{
    const char *path = made_path("times.grib");
    made_grib_pair((struct made_grib){.hour = 6}, path, "wb");
    made_grib_pair((struct made_grib){.hour = 0}, path, "ab");
    tap_ok(is_field(path, 3), "between two steps, out of order in the file, values are linear in time");
    made_grib_pair((struct made_grib){.hour = 0, .hour_end = 6}, path, "wb");
    tap_ok(answers(ask(path, 12, 34, 3), 3, -4, 1e-5), "a mean over six hours stands at the middle of them");
    made_grib_pair((struct made_grib){.edition = 1, .hour = 2, .hour_end = 4}, path, "wb");
    tap_ok(answers(ask(path, 12, 34, 3), made_u(12, 34, 2), made_v(12, 34, 2), 1e-5), "in edition 1, too");
    made_grib_pair((struct made_grib){.edition = 1, .hour = 0}, path, "wb");
    made_grib_pair((struct made_grib){.edition = 2, .hour = 6}, path, "ab");
    struct made_answer a = ask(path, 12, 34, 3);
    tap_ok(a.status ? a.err.what[0] : answers(a, made_u(12, 34, 3), made_v(12, 34, 3), 1e-5),
           "a file of both editions is one source");
}

static void orders(void)
{
    const char *path = made_path("orders.grib");
    made_grib_pair((struct made_grib){.hour = 0}, path, "wb");
    made_grib_pair((struct made_grib){.hour = 6, .j_positive = true, .i_negative = true}, path, "ab");
    tap_ok(is_field(path, 3), "fields of one file may be scanned each in its own way");
}

static void members(void)
{
    const char *path = made_path("members.grib");
    for (int m = 1; m <= 3; m++)
        made_grib_pair((struct made_grib){.member = m, .level = 10, .hour = 0}, path, m == 1 ? "wb" : "ab");
    struct made_answer a = ask(path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "ensemble"), "members of an ensemble are refused");
    struct forcing_request request = {.kind = FORCING_WIND,
                                      .file = path,
                                      .variables = {"10u#2", "10v#2"},
                                      .depth_m = (double)NAN,
                                      .label = "x"};
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12, 34, 0);
    tap_ok(answers(a, 3, -4, 1e-5), "a member that is named is read");
}

static bool is_east(double lon, double lat)
{
    return lon > 12.2;
}

static void missing(void)
{
    const char *path = made_path("land.grib");
    static const char *const packing[] = {"grid_simple", "grid_jpeg", "grid_ccsds"};
    for (int k = 0; k < 3; k++) {
        made_grib_pair((struct made_grib){.land = is_east, .packing = packing[k]}, path, "wb");
        struct made_answer west = ask(path, 11.2, 34.3, 0), east = ask(path, 13.6, 34.3, 0);
        tap_ok(answers(west, made_u(11.2, 34.3, 0), made_v(11.2, 34.3, 0), 2e-5) && !east.status &&
                   east.source == -1,
               "points that the bitmap takes out are not there (%s)", packing[k]);
    }
}

static void seams(void)
{
    const char *path = made_path("seam.grib");
    struct made_grib across = {.ni = 9, .nj = 7, .west = 176, .east = 184, .south = -20, .north = -17};
    made_grib_pair(across, path, "wb");
    double u = made_u(181.3, -18.2, 0), v = made_v(181.3, -18.2, 0);
    tap_ok(answers(ask(path, -178.7, -18.2, 0), u, v, 5e-5) &&
               answers(ask(path, 181.3, -18.2, 0), u, v, 5e-5),
           "a grid across the date line serves on either branch of longitude");
    struct made_grib globe = {.ni = 36, .nj = 19, .west = 0, .east = 350, .south = -90, .north = 90};
    made_grib_pair(globe, path, "wb");
    double middle = (made_u(350, 0, 0) + made_u(0, 0, 0)) / 2;
    struct made_answer a = ask(path, -5, 0, 0);
    tap_ok(!a.status && fabs(a.u - middle) < 1e-3, "a grid round the earth serves across its seam");
}

static size_t load(const char *path, unsigned char *bytes, size_t most)
{
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(bytes, 1, most, file) : 0;
    if (file)
        fclose(file);
    return n;
}

static void store(const char *path, const unsigned char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
        exit(1);
}

static void damage(void)
{
    static unsigned char bytes[1 << 16];
    const char *path = made_path("damage.grib");
    made_grib_pair((struct made_grib){.hour = 0}, path, "wb");
    size_t first = load(path, bytes, sizeof bytes);
    made_grib_pair((struct made_grib){.hour = 3}, path, "ab");
    made_grib_pair((struct made_grib){.hour = 6}, path, "ab");
    size_t n = load(path, bytes, sizeof bytes);
    bytes[first + 12] ^= 0x55; // the length of the first message of hour 3
    store(path, bytes, n);
    struct made_answer a = ask(path, 12, 34, 6);
    tap_ok(answers(a, made_u(12, 34, 6), made_v(12, 34, 6), 1e-5) && strstr(a.warnings, "damaged-messages"),
           "a message with a wrong length among good ones is passed over, and it is said");
    tap_ok(answers(ask(path, 12, 34, 0), 3, -4, 1e-5), "the ones before it, too, are used");
    bytes[first + 12] ^= 0x55;
    store(path, bytes, n - 20);
    a = ask(path, 12, 34, 0);
    tap_ok(answers(a, 3, -4, 1e-5) && strstr(a.warnings, "damaged-messages"),
           "of a file that is broken off the whole messages are used");
    memmove(bytes + 37, bytes, n);
    memcpy(bytes, "\r\r\nHTXE85 KWBC 010000\r\r\nthis is a line", 37);
    store(path, bytes, n + 37);
    tap_ok(is_field(path, 6), "a bulletin's heading in front of the messages is passed over");
    store(path, (const unsigned char *)"GRIB\0\0\0\2 and nothing more of it.", 32);
    a = ask(path, 12, 34, 0);
    tap_ok(a.status == PH_EINPUT && a.err.what[0], "a file with no whole message is refused with a reason");
}

// Data that ecCodes cannot unpack below headers that are whole.
static void damaged_data(void)
{
    static unsigned char bytes[1 << 16];
    const char *path = made_path("data.grib");
    made_grib_pair((struct made_grib){.hour = 0}, path, "wb");
    size_t first = load(path, bytes, sizeof bytes);
    made_grib_pair((struct made_grib){.hour = 3, .packing = "grid_jpeg"}, path, "ab");
    made_grib_pair((struct made_grib){.hour = 6}, path, "ab");
    size_t n = load(path, bytes, sizeof bytes);
    for (size_t k = first; k + 4 < n; k++) // the start of the first jpeg2000 stream: FF4F FF51
        if (!memcmp(bytes + k, "\xff\x4f\xff\x51", 4)) {
            memset(bytes + k, 0x5a, 40);
            break;
        }
    store(path, bytes, n);
    struct made_answer a = ask(path, 12, 34, 3);
    tap_ok(answers(a, made_u(12, 34, 3), made_v(12, 34, 3), 1e-5) && strstr(a.warnings, "damaged-level"),
           "a time whose data are damaged is left out with a warning, and its neighbours serve");
}

static void several_fields(void)
{
    const char *path = made_path("multi.grib");
    codes_multi_handle *multi = codes_grib_multi_handle_new(NULL);
    codes_handle *u = made_grib_handle((struct made_grib){.hour = 2, .land = is_east}),
                 *v = made_grib_handle((struct made_grib){.hour = 2, .part = 1, .land = is_east});
    FILE *file = fopen(path, "wb");
    made_ec(codes_grib_multi_handle_append(u, 4, multi), "append");
    made_ec(codes_grib_multi_handle_append(v, 4, multi), "append");
    made_ec(codes_grib_multi_handle_write(multi, file), "write");
    fclose(file);
    codes_grib_multi_handle_delete(multi);
    codes_handle_delete(u);
    codes_handle_delete(v);
    tap_ok(answers(ask(path, 11.2, 34.3, 2), made_u(11.2, 34.3, 2), made_v(11.2, 34.3, 2), 2e-5),
           "u and v in one message are both found");
}

static void gzip(const unsigned char *bytes, size_t n, const char *path)
{
    gzFile file = gzopen(path, "wb9");
    if (!file || gzwrite(file, bytes, (unsigned)n) != (int)n || gzclose(file) != Z_OK)
        exit(1);
}

static void bzip2(const unsigned char *bytes, size_t n, const char *path)
{
    static char packed[1 << 16];
    unsigned n_packed = sizeof packed;
    if (BZ2_bzBuffToBuffCompress(packed, &n_packed, (char *)(uintptr_t)bytes, (unsigned)n, 9, 0, 0))
        exit(1);
    store(path, (unsigned char *)packed, n_packed);
}

static void xz(const unsigned char *bytes, size_t n, const char *path)
{
    static unsigned char packed[1 << 16];
    size_t n_packed = 0;
    if (lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, bytes, n, packed, &n_packed, sizeof packed))
        exit(1);
    store(path, packed, n_packed);
}

static void packed_files(void)
{
    static unsigned char bytes[1 << 16];
    made_grib_pair((struct made_grib){.hour = 1}, made_path("plain.grib"), "wb");
    size_t n = load(made_path("plain.grib"), bytes, sizeof bytes);
    gzip(bytes, n, made_path("p.grib.gz"));
    bzip2(bytes, n, made_path("p.grib.bz2"));
    xz(bytes, n, made_path("p.grib.xz"));
    tap_ok(is_field(made_path("p.grib.gz"), 1), "GRIB packed by gzip is read");
    tap_ok(is_field(made_path("p.grib.bz2"), 1), "GRIB packed by bzip2 is read");
    tap_ok(is_field(made_path("p.grib.xz"), 1), "GRIB packed by xz is read");
    n = load(made_path("p.grib.xz"), bytes, sizeof bytes);
    store(made_path("p.grib.xz"), bytes, n / 2);
    struct made_answer a = ask(made_path("p.grib.xz"), 12, 34, 1);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "broken off"),
           "a packed file that is broken off is refused");
}

static void packed_netcdf(void)
{
    static unsigned char bytes[1 << 16];
    static const double lats[] = {33, 34, 35, 36}, lons[] = {10, 11, 12, 13, 14}, hours[] = {0, 3};
    struct made made = {.order = "tyx",
                        .lat = lats,
                        .lon = lons,
                        .hour = hours,
                        .n_lat = 4,
                        .n_lon = 5,
                        .n_hour = 2,
                        .names = {"u10", "v10"},
                        .standard = {"eastward_wind", "northward_wind"},
                        .units = {"m s-1", "m s-1"}};
    for (int netcdf4 = 0; netcdf4 < 2; netcdf4++) {
        made.netcdf4 = netcdf4;
        made_write(&made, made_path("plain.nc"));
        size_t n = load(made_path("plain.nc"), bytes, sizeof bytes);
        gzip(bytes, n, made_path("p.nc.gz"));
        bzip2(bytes, n, made_path("p.nc.bz2"));
        xz(bytes, n, made_path("p.nc.xz"));
        tap_ok(is_field(made_path("p.nc.gz"), 1) && is_field(made_path("p.nc.bz2"), 1) &&
                   is_field(made_path("p.nc.xz"), 1),
               "NetCDF-%d packed by gzip, bzip2 and xz is read", netcdf4 ? 4 : 3);
    }
}

static void bombs(void)
{
    const size_t n = 64UL << 20;
    unsigned char *zeros = calloc(1, n);
    memcpy(zeros, "GRIB\0\0\0\2", 8);
    gzip(zeros, n, made_path("bomb.gz"));
    free(zeros);
    struct made_answer a = ask(made_path("bomb.gz"), 12, 34, 1);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "beyond all measure"), "a bomb of 1000:1 is refused");
}

// Eight times of a file; a run needs three of them, on a part of the grid.
static void only_what_is_needed(void)
{
    const char *path = made_path("long.grib2");
    struct forcing_request request = {
        .kind = FORCING_WIND, .file = path, .depth_m = (double)NAN, .label = "test"};
    struct geo_box box = {11.1, 34.1, 11.9, 34.4};
    struct forcing *forcing = NULL;
    for (int hour = 0; hour < 8; hour++)
        made_grib_pair((struct made_grib){.hour = hour}, path, hour ? "ab" : "wb");
    bool good = !forcing_open(&request, 1, FORCING_MISSING_STOP, MADE_T0 + 2 * MADE_H, MADE_T0 + 4 * MADE_H,
                              box, NULL, &forcing, NULL);
    tap_ok(good && !forcing_values_read(forcing),
           "opening a file of many messages asks for none of their values");
    for (int h = 2; h < 4 && good; h++)
        good = !forcing_window(forcing, MADE_T0 + h * MADE_H, MADE_T0 + (h + 1) * MADE_H, box, NULL);
    uint64_t level = good ? forcing_bytes_live(forcing) / (4 * sizeof(float)) * 2 : 0;
    tap_ok(good && level > 0 && level < 2 * 9 * 7 && forcing_values_read(forcing) == 3 * level,
           "a run takes the box of the three times that it needs");
    forcing_free(forcing);
}

int main(void)
{
    only_what_is_needed();
    scanning(1);
    scanning(2);
    packings();
    levels();
    kinds();
    directions();
    times();
    orders();
    members();
    missing();
    seams();
    damage();
    damaged_data();
    several_fields();
    packed_files();
    packed_netcdf();
    bombs();
    made_tidy();
    return tap_done();
}
