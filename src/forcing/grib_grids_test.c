// GRIB on every grid that is read: the flow of made_flow.h comes back everywhere, over poles and the
// antimeridian too, whether components are along the grid or toward east and north.
#include "forcing/made_flow.h"
#include "forcing/made_grib.h"
#include "forcing/projection.h"

struct map {
    const char *proj; // as PROJ writes it, from which the points are worked out
    const char *type; // ecCodes' gridType
    double x0, y0, step;
    int ni, nj;
    bool along, falls;
    void (*keys)(codes_handle *handle);
};

static void lambert(codes_handle *handle)
{
    made_setd(handle, "LaDInDegrees", 38.5);
    made_setd(handle, "LoVInDegrees", 262.5);
    made_setd(handle, "Latin1InDegrees", 38.5);
    made_setd(handle, "Latin2InDegrees", 38.5);
}
static void north(codes_handle *handle)
{
    made_setd(handle, "LaDInDegrees", 60);
    made_setd(handle, "orientationOfTheGridInDegrees", 58);
}
static void south(codes_handle *handle)
{
    made_setd(handle, "LaDInDegrees", -71);
    made_setd(handle, "orientationOfTheGridInDegrees", 0);
    made_set(handle, "projectionCentreFlag", 128);
}
static void rotated(codes_handle *handle)
{
    made_setd(handle, "latitudeOfSouthernPoleInDegrees", -39.25);
    made_setd(handle, "longitudeOfSouthernPoleInDegrees", 18);
    made_setd(handle, "angleOfRotationInDegrees", 0);
}
static void mercator(codes_handle *handle)
{
    made_setd(handle, "LaDInDegrees", 20);
}

static void ends_put(const struct map *map, const struct forcing_projection *p, codes_handle *handle)
{
    bool turned = p->kind == PROJECTION_ROTATED;
    double first_y = map->falls ? map->y0 + map->step * (map->nj - 1) : map->y0;
    double last_y = map->falls ? map->y0 : map->y0 + map->step * (map->nj - 1), lat, lon;
    double last_x = map->x0 + map->step * (map->ni - 1);
    forcing_projection_inverse(p, map->x0, first_y, &lat, &lon);
    made_setd(handle, "latitudeOfFirstGridPointInDegrees", turned ? first_y : lat);
    made_setd(handle, "longitudeOfFirstGridPointInDegrees", fmod((turned ? map->x0 : lon) + 720, 360));
    if (turned) {
        made_setd(handle, "latitudeOfLastGridPointInDegrees", last_y);
        made_setd(handle, "longitudeOfLastGridPointInDegrees", fmod(last_x + 720, 360));
        made_setd(handle, "iDirectionIncrementInDegrees", map->step);
        made_setd(handle, "jDirectionIncrementInDegrees", map->step);
        return;
    }
    bool mercator_too = p->kind == PROJECTION_MERCATOR;
    if (mercator_too) {
        forcing_projection_inverse(p, last_x, last_y, &lat, &lon);
        made_setd(handle, "latitudeOfLastGridPointInDegrees", lat);
        made_setd(handle, "longitudeOfLastGridPointInDegrees", fmod(lon + 720, 360));
    }
    made_setd(handle, mercator_too ? "DiInMetres" : "DxInMetres", map->step);
    made_setd(handle, mercator_too ? "DjInMetres" : "DyInMetres", map->step);
}

static double *values_make(const struct map *map, const struct forcing_projection *p, int part)
{
    double *value = malloc((size_t)(map->ni * map->nj) * sizeof *value);
    for (int k = 0; k < map->ni * map->nj; k++) {
        int row = map->falls ? map->nj - 1 - k / map->ni : k / map->ni;
        double lat, lon, u, v;
        forcing_projection_inverse(p, map->x0 + map->step * (k % map->ni), map->y0 + map->step * row, &lat,
                                   &lon);
        flow(lat, lon, &u, &v);
        double a = map->along ? forcing_projection_angle(p, lat, lon) : 0;
        value[k] = part ? v * cos(a) - u * sin(a) : u * cos(a) + v * sin(a);
    }
    return value;
}

// Wind at 10 m at hour 0 and 3.
static void map_write(const struct map *map, const char *path)
{
    struct forcing_projection p;
    if (forcing_projection_parse(map->proj, &p, NULL))
        exit(1);
    for (int k = 0; k < 4; k++) {
        struct made_grib made = made_grib_full((struct made_grib){.hour = 3 * (k / 2), .part = k % 2});
        codes_handle *handle = codes_handle_new_from_samples(NULL, "GRIB2");
        size_t length = strlen(map->type), n = (size_t)(map->ni * map->nj), n_bytes;
        double *value = values_make(map, &p, k % 2);
        const void *bytes;
        made_set(handle, "dataDate", 20260101);
        made_set(handle, "dataTime", 0);
        made_grib_product_2(&made, handle);
        made_ec(codes_set_string(handle, "gridType", map->type, &length), map->type);
        made_set(handle, "shapeOfTheEarth", 6);
        made_set(handle, "Ni", map->ni);
        made_set(handle, "Nj", map->nj);
        made_set(handle, "iScansNegatively", 0);
        made_set(handle, "jScansPositively", !map->falls);
        made_set(handle, "resolutionAndComponentFlags", 0x30 + (map->along ? 8 : 0));
        map->keys(handle);
        ends_put(map, &p, handle);
        made_set(handle, "bitsPerValue", 24);
        made_ec(codes_set_double_array(handle, "values", value, n), "values");
        made_ec(codes_get_message(handle, &bytes, &n_bytes), "message");
        FILE *file = fopen(path, k ? "ab" : "wb");
        if (!file || fwrite(bytes, 1, n_bytes, file) != n_bytes || fclose(file))
            exit(1);
        codes_handle_delete(handle);
        free(value);
    }
}

// Places are written in millionths of a degree, a tenth of a metre: that much is lost.
static void maps(void)
{
    struct map lcc = {"+proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=-97.5 +R=6371229",
                      "lambert",
                      -1.2e6,
                      -0.9e6,
                      20000,
                      121,
                      91,
                      true,
                      false,
                      lambert};
    map_write(&lcc, made_path("lcc.grib2"));
    recover_kind(FORCING_WIND, made_path("lcc.grib2"), 32, 45, -107, -88, 1e-5,
                 "Lambert, along the grid, gives the flow back");
    lcc.along = false;
    lcc.falls = true;
    map_write(&lcc, made_path("lcc.grib2"));
    recover_kind(FORCING_WIND, made_path("lcc.grib2"), 32, 45, -107, -88, 1e-5,
                 "so does Lambert toward east and north, scanned southward: nothing is turned");
    struct map stere = {"+proj=stere +lat_0=90 +lat_ts=60 +lon_0=58 +R=6371229",
                        "polar_stereographic",
                        -1.2e6,
                        -1.21e6,
                        20000,
                        121,
                        123,
                        true,
                        false,
                        north};
    map_write(&stere, made_path("north.grib2"));
    recover_kind(FORCING_WIND, made_path("north.grib2"), 81, 90, -180, 180, 1e-5,
                 "polar stereographic of the north, along the grid, over the pole");
    struct map ant = {"+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +R=6371229",
                      "polar_stereographic",
                      -1.2e6,
                      -1.21e6,
                      20000,
                      121,
                      123,
                      true,
                      true,
                      south};
    map_write(&ant, made_path("south.grib2"));
    recover_kind(FORCING_WIND, made_path("south.grib2"), -90, -81, -180, 180, 1e-5, "and of the south");
    struct map merc = {"+proj=merc +lat_ts=20 +lon_0=180 +R=6371229",
                       "mercator",
                       -1.5e6,
                       -1.4e6,
                       20000,
                       151,
                       141,
                       true,
                       false,
                       mercator};
    map_write(&merc, made_path("merc.grib2"));
    recover_kind(FORCING_WIND, made_path("merc.grib2"), -11, 11, 168, 192, 1e-5,
                 "Mercator over the antimeridian");
    struct map turned = {"+proj=ob_tran +o_proj=longlat +o_lat_p=39.25 +o_lon_p=0 +lon_0=18 +R=6371229",
                         "rotated_ll",
                         -10,
                         -8,
                         0.125,
                         161,
                         129,
                         true,
                         false,
                         rotated};
    map_write(&turned, made_path("rot.grib2"));
    recover_kind(FORCING_WIND, made_path("rot.grib2"), 45, 57, 8, 28, 1e-5,
                 "a rotated pole (COSMO, ICON-D2), along the grid");
    turned.y0 = 31;
    map_write(&turned, made_path("rot2.grib2"));
    recover_kind(FORCING_WIND, made_path("rot2.grib2"), 83.5, 88, -10, 46, 1e-5,
                 "and far to the north of it");
}

// u in one file, v in the other, as ICON-EU and others give them.
static void single_components(void)
{
    struct made_grib made = {.ni = 41, .nj = 31};
    made.west = 10, made.east = 14, made.south = 33, made.north = 36;
    made_grib_add(made, made_path("single_u.grib2"), "wb");
    made.part = 1;
    made_grib_add(made, made_path("single_v.grib2"), "wb");
    struct forcing_request request = {
        .kind = FORCING_WIND, .file = made_path("single_*.grib2"), .depth_m = (double)NAN, .label = "x"};
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.3, 34.2, 0);
    tap_ok(!a.status && fabs(a.u - made_u(12.3, 34.2, 0)) < 2e-5 && fabs(a.v - made_v(12.3, 34.2, 0)) < 2e-5,
           "u and v in files of their own are one source");
    made.part = 2, made.number = 1, made.category = 2;
    made_grib_add(made, made_path("split_speed.grib2"), "wb");
    made.part = 3, made.number = 0;
    made.discipline = 0;
    codes_handle *handle = made_grib_handle(made);
    made_set(handle, "parameterNumber", 0);
    const void *bytes;
    size_t n;
    made_ec(codes_get_message(handle, &bytes, &n), "message");
    FILE *file = fopen(made_path("split_way.grib2"), "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
        exit(1);
    codes_handle_delete(handle);
    request.file = made_path("split_*.grib2");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.3, 34.2, 0);
    tap_ok(!a.status && fabs(a.u - made_u(12.3, 34.2, 0)) < 2e-4 && fabs(a.v - made_v(12.3, 34.2, 0)) < 2e-4,
           "so are speed and direction in files of their own");
    if (a.status)
        printf("# %s\n", a.err.what);
    request.file = made_path("split_way.grib2");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.3, 34.2, 0);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "counterpart"), "a direction alone is refused");
}

// A reduced Gaussian grid round the earth: N 80, as many points in a row as its parallel is long.
static void reduced(void)
{
    enum { PARALLELS = 80, ROWS = 2 * PARALLELS };
    static double lat[ROWS];
    static long pl[ROWS];
    size_t n = 0;
    if (codes_get_gaussian_latitudes(PARALLELS, lat))
        exit(1);
    for (int r = 0; r < ROWS; r++)
        n += (size_t)(pl[r] = 20 + 4 * (r < PARALLELS ? r : ROWS - 1 - r));
    double *value = malloc(n * sizeof *value);
    for (int k = 0; k < 4; k++) {
        struct made_grib made = made_grib_full((struct made_grib){.hour = 3 * (k / 2), .part = k % 2});
        codes_handle *handle = codes_handle_new_from_samples(NULL, "reduced_gg_pl_80_grib2");
        size_t at = 0, n_bytes;
        const void *bytes;
        if (!handle)
            exit(1);
        made_set(handle, "dataDate", 20260101);
        made_set(handle, "dataTime", 0);
        made_grib_product_2(&made, handle);
        made_ec(codes_set_long_array(handle, "pl", pl, ROWS), "pl");
        for (int r = 0; r < ROWS; r++)
            for (long i = 0; i < pl[r]; i++) {
                double u, v;
                flow(lat[r], 360.0 * (double)i / (double)pl[r], &u, &v);
                value[at++] = k % 2 ? v : u;
            }
        made_set(handle, "bitsPerValue", 24);
        made_ec(codes_set_double_array(handle, "values", value, n), "values");
        made_ec(codes_get_message(handle, &bytes, &n_bytes), "message");
        FILE *file = fopen(made_path("reduced.grib2"), k ? "ab" : "wb");
        if (!file || fwrite(bytes, 1, n_bytes, file) != n_bytes || fclose(file))
            exit(1);
        codes_handle_delete(handle);
    }
    free(value);
    recover_kind(FORCING_WIND, made_path("reduced.grib2"), -60, 60, 150, 210, 1e-3,
                 "a reduced Gaussian grid gives the flow back, as its steps of a degree and more allow");
    recover_kind(FORCING_WIND, made_path("reduced.grib2"), 80, 90, -180, 180, 5e-3, "over the pole too");
}

int main(void)
{
    maps();
    single_components();
    reduced();
    made_tidy();
    return tap_done();
}
