// Where which source answers: coast, seam, poles, gaps, order of preference, holding.
#include "forcing/grid.h"
#include "forcing/made_file.h"

static double lat_axis[64], lon_axis[512];
static const double hours[] = {0, 3, 6, 9, 30, 33};

static struct made field(double south, double north, double west, double step, int n_lon)
{
    struct made made = {.order = "tyx",
                        .lat = lat_axis,
                        .lon = lon_axis,
                        .hour = hours,
                        .n_lat = 0,
                        .n_lon = n_lon,
                        .n_hour = 6,
                        .names = {"uo", "vo"},
                        .standard = {"eastward_sea_water_velocity", "northward_sea_water_velocity"},
                        .units = {"m s-1", "m s-1"},
                        .land_value = 1e20};
    for (double lat = south; lat <= north + 1e-9; lat += step)
        lat_axis[made.n_lat++] = lat;
    for (int i = 0; i < n_lon; i++)
        lon_axis[i] = west + step * i;
    return made;
}

static struct forcing_request request_of(const char *path)
{
    return (struct forcing_request){
        .kind = FORCING_CURRENT, .file = path, .depth_m = (double)NAN, .label = "test"};
}

static bool land_east_of_12(double lon, double lat, double h)
{
    return lon > 12.01;
}
static bool land_at_3h(double lon, double lat, double h)
{
    return h > 2 && h < 4 && lon > 12.01 && lon < 12.06;
}

static void coast(void)
{
    struct made made = field(33, 35, 11, 0.05, 60);
    made.n_lat = 30;
    made.land = land_east_of_12;
    made_write(&made, made_path("c.nc"));
    struct forcing_request request = request_of(made_path("c.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.02, 33.52, 0);
    tap_near(a.v, made_v(12, 33.52, 0), 1e-5, "with land corners the valid ones serve, weights renormalised");
    tap_ok(a.source == 0 && !(a.flags & FORCING_FLAG_COASTAL), "and that is no coastal value yet");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.06, 33.51, 0);
    tap_near(a.v, made_v(12, 33.5, 0), 1e-5, "with no valid corner the nearest valid point serves");
    tap_ok(a.flags & FORCING_FLAG_COASTAL, "and is flagged as coastal");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.1, 33.51, 0);
    tap_ok(a.source == 0 && (a.flags & FORCING_FLAG_COASTAL),
           "up to 10 km where cells are smaller than that");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.12, 33.51, 0);
    tap_ok(a.source == -1, "beyond 10 km and one and a half cells nothing serves");
    made.land = land_at_3h;
    made_write(&made, made_path("c.nc"));
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.03, 33.52, 0);
    tap_near(a.v, made_v(12, 33.52, 0), 1e-5, "a corner missing at one level is missing at both");
    made = field(33, 38, 11, 0.5, 10);
    made.land = land_east_of_12;
    made_write(&made, made_path("c.nc"));
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.6, 33.5, 0);
    tap_ok(a.source == -1, "beyond 25 km nothing serves, however wide the cells");
}

static void fill_leak(void)
{
    struct made made = field(33, 35, 11, 0.05, 60);
    made.n_lat = 30;
    made.land = land_east_of_12;
    made.land_value = 9999;
    made.no_fill_attribute = true;
    made_write(&made, made_path("f.nc"));
    struct forcing_request request = request_of(made_path("f.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.02, 33.52, 0);
    tap_near(a.v, made_v(12, 33.52, 0), 1e-5, "9999 without any attribute is not taken for a current");
    tap_ok(strstr(a.warnings, "fill-leak") != NULL, "and it is said");
}

static void seam_and_poles(void)
{
    struct made made = field(-80, 80, 0, 10, 36);
    made.n_lat = 17;
    made.units[0] = made.units[1] = "cm/s"; // far from 12 E the field is too fast for a sea
    made_write(&made, made_path("g.nc"));
    struct forcing_request request = request_of(made_path("g.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, -5, 15, 0);
    tap_near(a.u, 0.005 * (made_u(350, 15, 0) + made_u(0, 15, 0)), 1e-6,
             "a grid round the earth serves across its seam");
    struct made_answer b = made_ask(&request, 1, FORCING_MISSING_STOP, 355, 15, 0);
    tap_ok(a.u == b.u && a.v == b.v, "on any branch of the longitude");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 40, 89, 0);
    tap_near(a.u, 0.01 * made_u(40, 80, 0), 1e-6, "between the last row and the pole the last row serves");
    made = field(-10, 10, 175, 1, 11); // 175 .. 185
    made.units[0] = made.units[1] = "cm/s";
    for (int i = 6; i < 11; i++)
        lon_axis[i] -= 360; // 176 ... 180, -179 ... -175
    made_write(&made, made_path("s.nc"));
    request.file = made_path("s.nc");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, -179.5, 0.5, 0);
    // between 180 (stored u at lon 180) and -179 (u at -179)
    tap_near(a.u, 0.005 * (made_u(180, 0.5, 0) + made_u(-179, 0.5, 0)), 1e-6,
             "a grid over the antimeridian serves there");
    b = made_ask(&request, 1, FORCING_MISSING_STOP, 180.5, 0.5, 0);
    tap_ok(a.u == b.u && b.source == 0, "from both sides");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, -174, 0.5, 0);
    tap_ok(a.source == -1, "and not beyond its edge");
}

static void gaps_and_holding(void)
{
    struct made made = field(33, 35, 11, 0.5, 6);
    made_write(&made, made_path("t.nc"));
    struct forcing_request request = request_of(made_path("t.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12, 34, 12);
    tap_ok(a.source == -1, "a gap of 21 hours in a 3-hourly file is not interpolated over");
    tap_ok(strstr(a.warnings, "forcing-gap") != NULL, "and it is said");
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 12);
    tap_ok(a.status == PH_EINPUT, "with on_missing error a run in the gap is refused");
    a = made_ask(&request, 1, FORCING_MISSING_HOLD, 12, 34, 12);
    tap_near(a.u, made_u(12, 34, 9), 1e-5, "with hold the nearest level serves");
    tap_ok(a.flags & FORCING_FLAG_HELD, "and is flagged as held");
    a = made_ask(&request, 1, FORCING_MISSING_HOLD, 12, 34, 50);
    tap_near(a.u, made_u(12, 34, 33), 1e-5, "hold serves after the end too");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 12, 34, 33);
    tap_ok(a.source == 0 && a.flags == 0, "the last level itself is served");
}

static void preference(void)
{
    struct made made = field(33, 35, 11, 0.5, 6);
    made_write(&made, made_path("p.nc"));
    struct forcing_observation constant = {0, 0.1, -0.7};
    struct forcing_request requests[] = {
        request_of(made_path("p.nc")),
        {.kind = FORCING_CURRENT, .series = &constant, .n_series = 1, .label = "b"}};
    struct made_answer a = made_ask(requests, 2, FORCING_MISSING_ERROR, 12.2, 34.1, 4.5);
    tap_ok(a.source == 0 && fabs(a.u - made_u(12.2, 34.1, 4.5)) < 1e-5,
           "the first source that covers answers, unblended");
    a = made_ask(requests, 2, FORCING_MISSING_ERROR, 20, 34.1, 4.5);
    tap_ok(a.source == 1 && a.u == 0.1 && a.v == -0.7, "outside its area the next one answers");
    a = made_ask(requests, 2, FORCING_MISSING_HOLD, 12.2, 34.1, 15);
    tap_ok(a.source == 1 && a.flags == 0, "one that serves the time goes before one that is held");
    a = made_ask(requests, 1, FORCING_MISSING_ERROR, 20, 34.1, 4.5);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "area"), "a lone file of another area is refused");
    struct forcing_observation series[] = {{MADE_T0, 1, 2}, {MADE_T0 + 2 * MADE_H, 3, -2}};
    struct forcing_request observed = {.kind = FORCING_WIND, .series = series, .n_series = 2, .label = "o"};
    a = made_ask(&observed, 1, FORCING_MISSING_STOP, 0, 0, 0.5);
    tap_ok(fabs(a.u - 1.5) < 1e-12 && fabs(a.v - 1) < 1e-12, "observations are linear in between, in (u, v)");
    a = made_ask(&observed, 1, FORCING_MISSING_STOP, 0, 0, 2.5);
    tap_ok(a.source == -1, "and do not serve after the last");
}

// The same places, with a small box live and with a large one.
static void boxes(void)
{
    struct made made = field(33, 35, 11, 0.05, 60);
    made.n_lat = 30;
    made.land = land_east_of_12;
    made_write(&made, made_path("b.nc"));
    struct forcing_request request = request_of(made_path("b.nc"));
    enum { N = 200 };
    double lat[N], lon[N], t_s[N], u[2][N], v[2][N];
    int8_t source[2][N];
    uint8_t flags[2][N];
    struct geo_box box[2] = {{11.7, 33.4, 12.1, 33.8}, {10, 30, 16, 40}};
    for (int k = 0; k < N; k++) {
        lat[k] = 33.4 + 0.4 * ((k * 37) % N) / N;
        lon[k] = 11.7 + 0.4 * ((k * 61) % N) / N;
        t_s[k] = 54.0 * k;
    }
    for (int b = 0; b < 2; b++) {
        struct forcing *forcing;
        struct core_job job = {0};
        bool good = !forcing_open(&request, 1, FORCING_MISSING_STOP, MADE_T0, MADE_T0 + MADE_H, box[b], &job,
                                  &forcing, NULL) &&
                    !forcing_window(forcing, MADE_T0, MADE_T0 + 3 * MADE_H, box[b], NULL);
        tap_ok(good, "a window opens on box %d", b);
        forcing_sample(forcing, FORCING_CURRENT, N, lat, lon, t_s, u[b], v[b], source[b], flags[b]);
        if (!b) {
            tap_ok(forcing_bytes_live(forcing) < 20 * 20 * 16 && forcing_bytes_live(forcing) > 0,
                   "memory holds the needed box only");
            tap_ok(!forcing_window(forcing, MADE_T0, MADE_T0 + 3 * MADE_H, box[1], NULL) &&
                       forcing_bytes_live(forcing) == 30 * 60 * 16,
                   "and grows with the box, to the grid at most");
        }
        forcing_free(forcing);
        core_job_fini(&job);
    }
    bool same = !memcmp(u[0], u[1], sizeof u[0]) && !memcmp(v[0], v[1], sizeof v[0]) &&
                !memcmp(source[0], source[1], sizeof source[0]) &&
                !memcmp(flags[0], flags[1], sizeof flags[0]);
    tap_ok(same, "answers do not depend on the box that is live, bit for bit");
}

// A run through all windows, with the next level read meanwhile, against a source opened for each by itself.
static void ahead(void)
{
    struct made made = field(33, 35, 11, 0.1, 30);
    struct forcing_request request = request_of(made_path("a.nc"));
    struct geo_box box = {12, 33.5, 12.4, 33.9};
    struct forcing *run = NULL;
    const double lat = 33.77, lon = 12.13, half_s = 5400;
    made_write(&made, made_path("a.nc"));
    if (!tap_ok(!forcing_open(&request, 1, FORCING_MISSING_STOP, MADE_T0, MADE_T0 + 9 * MADE_H, box, NULL,
                              &run, NULL),
                "a run over several levels is opened"))
        return;
    bool same = true;
    for (int k = 0; k < 3; k++) {
        struct made_answer alone = made_ask(&request, 1, FORCING_MISSING_STOP, lon, lat, 3 * k + 1.5);
        double u = 0, v = 0;
        int8_t source = -1;
        uint8_t flags = 0;
        same =
            same && !forcing_window(run, MADE_T0 + 3 * k * MADE_H, MADE_T0 + 3 * (k + 1) * MADE_H, box, NULL);
        forcing_sample(run, FORCING_CURRENT, 1, &lat, &lon, &half_s, &u, &v, &source, &flags);
        same = same && !source && fabs(u - alone.u) < 1e-6 && fabs(v - alone.v) < 1e-6;
    }
    tap_ok(same, "levels that were read ahead give what levels give that are read when needed");
    size_t level = forcing_bytes_live(run) / (4 * sizeof(float)) * 2;
    tap_ok(forcing_values_read(run) == 4 * level,
           "four levels on the box were read, and nothing else of the file");
    forcing_free(run);
}

static double off_twelfths(const struct forcing_axis *axis, double first, double step)
{
    double most = 0;
    for (size_t i = 0; i < axis->n; i++)
        most = fmax(most, fabs(axis->value[i] - (first + (double)i * step)));
    return most;
}

static void float32_axes(void)
{
    enum { ROUND = 4320, REGION = 181 };
    static double value[ROUND];
    struct core_arena arena = {0};
    struct forcing_axis axis;
    for (int i = 0; i < ROUND; i++)
        value[i] = (double)(float)(i / 12.0);
    tap_ok(!forcing_axis_lon(value, ROUND, &arena, &axis, NULL) && axis.uniform && axis.wraps &&
               off_twelfths(&axis, 0, 1 / 12.0) < 5e-7 && fabs(axis.gap - axis.step) < 1e-9,
           "twelfths of a degree round the earth, as float32, are even again, the seam too");
    for (int i = 0; i < ROUND; i++)
        value[i] = (double)(-180.0F + (float)i * (float)(1 / 12.0));
    tap_ok(!forcing_axis_lon(value, ROUND, &arena, &axis, NULL) && axis.uniform && axis.wraps &&
               off_twelfths(&axis, -180, 1 / 12.0) < 1e-5,
           "also where they were added up in float32");
    for (int i = 0; i < REGION; i++)
        value[i] = (double)(float)(75 - i / 12.0);
    tap_ok(!forcing_axis_lat(value, REGION, &arena, &axis, NULL) && axis.uniform && axis.reversed &&
               off_twelfths(&axis, 60, 1 / 12.0) < 1e-6,
           "and latitudes of a region, from the north");
    struct forcing_grid grid = {.lat = axis};
    size_t i;
    double w;
    tap_ok(forcing_axis_locate_lat(&grid, value[0], &i, &w) && i == REGION - 2 && w > 1 - 1e-4 &&
               forcing_axis_locate_lat(&grid, value[REGION - 1], &i, &w) && i == 0 && w < 1e-4 &&
               !forcing_axis_locate_lat(&grid, 75.0001, &i, &w),
           "the file's own first and last points are still on the grid, and no more than these");
    for (int k = 0; k < REGION; k++)
        value[k] = k / 12.0 + (k == 90 ? 1e-4 : 0);
    tap_ok(!forcing_axis_lat(value, REGION, &arena, &axis, NULL) && !axis.uniform &&
               axis.value[90] == 90 / 12.0 + 1e-4,
           "what float32 does not explain (a point 11 m off) stays as the file has it");
    core_arena_fini(&arena);
}

enum { WINDOWS = 24, PLACES = 40 };

struct drive {
    double u[2][WINDOWS][PLACES], v[2][WINDOWS][PLACES];
    int8_t source[2][WINDOWS][PLACES];
    uint64_t read;
};

// All windows of a run on a box that moves on, asked by two kinds. What is not needed before `until_ns` is
// read only when it is needed.
static bool driven(const struct forcing_request *requests, size_t n, int64_t until_ns, struct drive *out)
{
    struct geo_box box = {11.2, 33.2, 11.6, 33.6};
    struct forcing *forcing = NULL;
    enum forcing_kind kinds[2] = {FORCING_CURRENT, FORCING_WIND};
    bool good =
        !forcing_open(requests, n, FORCING_MISSING_STOP, MADE_T0, until_ns, box, NULL, &forcing, NULL);
    for (int w = 0; w < WINDOWS && good; w++) {
        double lat[PLACES], lon[PLACES], t_s[PLACES];
        uint8_t flags[PLACES];
        for (int k = 0; k < PLACES; k++) {
            lat[k] = box.south_deg + 0.4 * k / PLACES;
            lon[k] = box.west_deg + 0.4 * (k * 7 % PLACES) / PLACES;
            t_s[k] = 1800.0 * k / PLACES;
        }
        good = !forcing_window(forcing, MADE_T0 + w * MADE_H / 2, MADE_T0 + (w + 1) * MADE_H / 2, box, NULL);
        for (int q = 0; q < 2 && good; q++)
            forcing_sample(forcing, kinds[q], PLACES, lat, lon, t_s, out->u[q][w], out->v[q][w],
                           out->source[q][w], flags);
        box.west_deg += 0.08, box.east_deg += 0.08;
    }
    out->read = good ? forcing_values_read(forcing) : 0;
    forcing_free(forcing);
    return good;
}

// Four decoding processes and as many threads at once: two sources of current, of which the second is three
// files, and wind.
static void ahead_or_not(void)
{
    static const double hourly[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
                        coarse[] = {33, 33.5, 34, 34.5};
    static struct drive with, without;
    struct made made = field(33, 33.45, 11, 0.05, 30);
    struct forcing_request requests[3];
    char path[3][512];
    made.hour = hourly, made.n_hour = 13;
    for (int f = 0; f < 5; f++) {
        char name[32];
        snprintf(name, sizeof name, f == 0 ? "near.nc" : f == 4 ? "blow.nc" : "far%d.nc", f);
        if (f > 0 && f < 4)
            made.hour = hourly + 4 * (f - 1), made.n_hour = f == 3 ? 5 : 4;
        if (f == 1)
            made.lat = coarse, made.n_lat = 4;
        if (f == 4) {
            made.hour = hourly, made.n_hour = 13;
            made.names[0] = "u10", made.names[1] = "v10";
            made.standard[0] = "eastward_wind", made.standard[1] = "northward_wind";
        }
        made_write(&made, made_path(name));
    }
    const char *names[] = {"near.nc", "far*.nc", "blow.nc"};
    for (int r = 0; r < 3; r++) {
        snprintf(path[r], sizeof path[r], "%s", made_path(names[r]));
        requests[r] = request_of(path[r]);
        requests[r].kind = r == 2 ? FORCING_WIND : FORCING_CURRENT;
    }
    bool good = driven(requests, 3, MADE_T0 + 12 * MADE_H, &with) && driven(requests, 3, MADE_T0, &without);
    tap_ok(good,
           "a run over two sources of current and one of wind is driven with and without reading ahead");
    bool both = false;
    for (int w = 0; w < WINDOWS; w++)
        for (int k = 0; k < PLACES; k++)
            both = both || with.source[0][w][k] == 1;
    tap_ok(both && !with.source[0][0][0] && !with.source[1][0][0], "all of them serve");
    tap_ok(good && !memcmp(&with, &without, sizeof with),
           "the answers are the same to the bit, and as many values are read");
}

int main(void)
{
    float32_axes();
    ahead();
    ahead_or_not();
    coast();
    fill_leak();
    seam_and_poles();
    gaps_and_holding();
    preference();
    boxes();
    made_tidy();
    return tap_done();
}
