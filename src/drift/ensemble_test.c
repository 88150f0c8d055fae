// The whole run against independent end points, analytic motions and the shore.
#include "drift/fixture.h"

#include "geo/earth.h"
#include "test/tap.h"

static struct geo_pos place(const struct drift_ensemble *e, size_t time, size_t i)
{
    return (struct geo_pos){e->lat_deg[time * e->n + i], e->lon_deg[time * e->n + i]};
}

static struct geo_pos last(const struct drift_ensemble *e, size_t i)
{
    return place(e, e->n_times - 1, i);
}

static bool run(struct fixture *f, struct drift_ensemble *e, struct drift_service *service)
{
    enum ph_status status = drift_run(&f->c, &f->seeds, f->forcing, f->coast, &f->job, e, service, &f->err);
    if (status)
        printf("# %s: %s\n", f->err.where, f->err.what);
    return !status;
}

// ---- Reference end points of other programs ----

static void test_constant_reference(void)
{
    const char *sentence = "end points under constant forcing agree with an independent program";
    const char *path = tap_shared("reference/constant.csv", sentence);
    FILE *file = path ? fopen(path, "r") : NULL;
    if (!file)
        return;
    char line[256], key[64], side[16];
    int rows = 0, good = 0;
    double worst = 0;
    while (fgets(line, sizeof line, file)) {
        double wu, wv, cu, cv, hours;
        struct geo_pos from, want;
        if (sscanf(line, "%63[^,],%15[^,],%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", key, side, &wu, &wv, &cu, &cv,
                   &hours, &from.lon_deg, &from.lat_deg, &want.lon_deg, &want.lat_deg) != 11)
            continue;
        struct fixture f;
        struct drift_ensemble e;
        struct drift_service service;
        fixture_init(&f, 1, from, key);
        f.c.drift.until_ns = FIXTURE_START_NS + (int64_t)(hours * 3600e9);
        f.seeds.side[0] = !strcmp(side, "left");
        rows++;
        if (!fixture_constant(&f, cu, cv, wu, wv) && run(&f, &e, &service)) {
            double off = geo_earth_distance_m(want, last(&e, 0));
            double allowed = 10 + 0.001 * geo_earth_distance_m(from, want);
            worst = fmax(worst, off / allowed);
            good += off <= allowed;
            drift_ensemble_free(&e);
        }
        fixture_fini(&f);
    }
    fclose(file);
    tap_ok(rows == 72 && good == rows, "%s: %d of %d, the worst at %.2f of what is allowed", sentence, good,
           rows, worst);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Fills seeds and wanted end points from files-rk4.csv; returns the number of rows.
static size_t reference_rows(struct fixture *f, struct geo_pos *want)
{
    const char *path = tap_shared("reference/files-rk4.csv", "end points on files agree with the reference");
    FILE *file = path ? fopen(path, "r") : NULL;
    char line[256], key[64], side[16];
    size_t n = 0;
    while (file && n < f->seeds.n && fgets(line, sizeof line, file)) {
        struct geo_pos from;
        if (sscanf(line, "%63[^,],%15[^,],%*f,%lf,%lf,%lf,%lf", key, side, &from.lon_deg, &from.lat_deg,
                   &want[n].lon_deg, &want[n].lat_deg) != 6)
            continue;
        f->seeds.lat_deg[n] = from.lat_deg;
        f->seeds.lon_deg[n] = from.lon_deg;
        f->seeds.side[n] = !strcmp(side, "left");
        f->seeds.object[n++] = !strcmp(key, "PIW-1") ? 0 : 1;
    }
    if (file)
        fclose(file);
    return n;
}

static void test_file_reference(enum scenario_integrator integrator, double step_s, double most_m,
                                double median_m)
{
    char current[4096], wind[4096];
    const char *path =
        tap_shared("reference/made-current.nc", "end points on files agree with the reference");
    if (!path)
        return;
    snprintf(current, sizeof current, "%s", path);
    path = tap_shared("reference/made-wind.nc", "end points on files agree with the reference");
    if (!path)
        return;
    snprintf(wind, sizeof wind, "%s", path);
    struct fixture f;
    struct geo_pos want[64];
    fixture_init(&f, 64, (struct geo_pos){33.4, 12.4}, "PIW-1");
    fixture_object(&f, 1, "LIFE-RAFT-NB-1");
    f.c.drift.integrator = integrator;
    f.c.drift.step_s = step_s;
    size_t n = reference_rows(&f, want);
    struct drift_ensemble e;
    struct drift_service service;
    double off[64], worst = INFINITY, median = INFINITY;
    if (n == 64 && !fixture_files(&f, current, wind) && run(&f, &e, &service)) {
        for (size_t i = 0; i < n; i++)
            off[i] = geo_earth_distance_m(want[i], last(&e, i));
        qsort(off, n, sizeof off[0], by_value);
        worst = off[n - 1];
        median = (off[n / 2 - 1] + off[n / 2]) / 2;
        tap_ok(service.total_s == 64 * 86400.0 && service.served_s[FORCING_WIND][0] == service.total_s &&
                   service.served_s[FORCING_CURRENT][0] == service.total_s,
               "all particle-time is served by the only files");
        drift_ensemble_free(&e);
    } else {
        printf("# %s: %s\n", f.err.where, f.err.what);
    }
    tap_ok(worst <= most_m && median <= median_m,
           "on files, integrator %d at %g s comes within %.2f m (median %.2f m) of the reference",
           (int)integrator, step_s, worst, median);
    fixture_fini(&f);
}

// ---- Simple motions ----

static void test_still(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    fixture_init(&f, 4, (struct geo_pos){33.5, 12.75}, "LIFE-RAFT-NB-2");
    bool good = !fixture_constant(&f, 0, 0, 0, 0) && run(&f, &e, &service);
    tap_ok(good && last(&e, 0).lat_deg == 33.5 && last(&e, 1).lon_deg == 12.75,
           "drift is zero without forcing");
    tap_ok(good && e.n_times == 25 && e.time_ns[24] == f.c.drift.until_ns,
           "a day of hourly output has 25 times");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_octants(void)
{
    for (int k = 0; k < 8; k++) {
        struct fixture f;
        struct drift_ensemble e;
        struct drift_service service;
        double toward = 45 * k * CORE_RAD_PER_DEG;
        struct geo_pos from = {33.5, 12.75};
        fixture_init(&f, 1, from, NULL);
        f.c.drift.until_ns = FIXTURE_START_NS + HOUR_NS;
        bool good =
            !fixture_constant(&f, 0.5 * sin(toward), 0.5 * cos(toward), 0, 0) && run(&f, &e, &service);
        double distance = good ? geo_earth_distance_m(from, last(&e, 0)) : 0;
        double bearing = good ? geo_earth_bearing_deg(from, last(&e, 0)) : 0;
        tap_ok(fabs(distance - 1800) < 0.7 && fabs(core_deg_wrap180(bearing - 45 * k)) < 0.05,
               "a current toward %d deg carries 1800 m that way in an hour", 45 * k);
        if (good)
            drift_ensemble_free(&e);
        fixture_fini(&f);
    }
}

// The same motion by steps of 5 s in latitude and longitude, from the radii of curvature.
static struct geo_pos fine_steps(struct geo_pos p, double u, double v, double hours)
{
    for (int k = 0; k < (int)(hours * 720); k++) {
        double half = p.lat_deg + 2.5 * v / geo_earth_m_per_deg_lat(p.lat_deg);
        p.lon_deg += 5 * u / geo_earth_m_per_deg_lon(half);
        p.lat_deg += 5 * v / geo_earth_m_per_deg_lat(half);
    }
    p.lon_deg = core_deg_wrap180(p.lon_deg);
    return p;
}

static void test_places(void)
{
    static const struct geo_pos from[] = {{0, 0},    {70, -20},     {75, 30},      {79.9, 10},  {-55, -67},
                                          {-55, 20}, {-17, 179.95}, {52, -179.95}, {-78, 179.9}};
    for (size_t k = 0; k < sizeof from / sizeof from[0]; k++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            struct fixture f;
            struct drift_ensemble e;
            struct drift_service service;
            fixture_init(&f, 1, from[k], NULL);
            double u = 0.6 * sign, v = 0.35;
            bool good = !fixture_constant(&f, u, v, 0, 0) && run(&f, &e, &service);
            double off = good ? geo_earth_distance_m(last(&e, 0), fine_steps(from[k], u, v, 24)) : INFINITY;
            tap_ok(off < 2.5, "24 h from %g, %g toward %s end where fine steps do", from[k].lat_deg,
                   from[k].lon_deg, sign < 0 ? "west" : "east");
            if (good)
                drift_ensemble_free(&e);
            fixture_fini(&f);
        }
    }
}

static void test_fast(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    struct geo_pos from = {-20, 178};
    fixture_init(&f, 3, from, NULL);
    f.c.drift.step_s = 3600;
    bool good = !fixture_constant(&f, 25, 0, 0, 0) && run(&f, &e, &service);
    double off = good ? geo_earth_distance_m(last(&e, 2), fine_steps(from, 25, 0, 24)) : INFINITY;
    tap_ok(off < 3, "what is faster than the first guess of the box arrives all the same");
    tap_ok(good && service.particle_steps == 3 * 24 && service.total_s == 3 * 86400.0,
           "steps that were run again count once");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// ---- Time ----

// Linear pieces, one knot between steps: Heun is exact when steps end on the knot.
static void test_series(void)
{
    static const int64_t minute = 60 * CORE_NS_PER_S;
    struct forcing_observation u[] = {{FIXTURE_START_NS, 0.1, 0},
                                      {FIXTURE_START_NS + 433 * minute, 1.3, 0},
                                      {FIXTURE_START_NS + 1440 * minute, -0.4, 0}};
    struct forcing_observation none = {FIXTURE_START_NS, 0, 0};
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .series = u, .n_series = 3, .label = "current"},
        {.kind = FORCING_WIND, .series = &none, .n_series = 1, .label = "wind"}};
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    fixture_init(&f, 1, (struct geo_pos){30, 0}, NULL);
    double metres = 60 * (433 * (0.1 + 1.3) / 2 + (1440 - 433) * (1.3 - 0.4) / 2);
    bool good = !fixture_open(&f, requests, 2) && run(&f, &e, &service);
    tap_near(good ? last(&e, 0).lon_deg * geo_earth_m_per_deg_lon(30) : 0, metres, 0.1,
             "a series of observations is integrated exactly, steps end on its times");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_release(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    fixture_init(&f, 5, (struct geo_pos){0, 10}, NULL);
    const double after_s[] = {0, 90, 3600, 5405.5, 86400};
    for (int i = 0; i < 5; i++)
        f.seeds.start_ns[i] = FIXTURE_START_NS + (int64_t)(after_s[i] * 1e9);
    bool good = !fixture_constant(&f, 0, 0.5, 0, 0) && run(&f, &e, &service);
    if (!tap_ok(good, "particles with their own start times run")) {
        fixture_fini(&f);
        return;
    }
    double worst = 0, scale = geo_earth_m_per_deg_lat(0);
    for (int i = 0; i < 5; i++)
        worst = fmax(worst, fabs(last(&e, (size_t)i).lat_deg * scale - 0.5 * (86400 - after_s[i])));
    tap_near(worst, 0, 1.5, "each drifts from its own start, to the second");
    tap_ok(e.status[1] == DRIFT_NOT_RELEASED && isnan(e.lat_deg[1]) && isnan(e.lon_deg[1]),
           "before its start a particle is nowhere");
    tap_ok(e.status[5 + 2] == DRIFT_ACTIVE && e.lat_deg[5 + 2] == 0, "at its start it is at its place");
    tap_ok(e.status[5 + 3] == DRIFT_NOT_RELEASED && e.status[10 + 3] == DRIFT_ACTIVE,
           "one that starts between two outputs is there at the second");
    tap_ok(e.status[24 * 5 + 4] == DRIFT_ACTIVE && service.particle_steps == 144 + 144 + 138 + 135,
           "one that starts at the end makes no step");
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_outputs(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    fixture_init(&f, 1, (struct geo_pos){0, 10}, NULL);
    f.c.drift.until_ns = FIXTURE_START_NS + 5 * HOUR_NS / 2;
    f.c.drift.output_every_s = 2700;
    f.c.drift.step_s = 1000;
    bool good = !fixture_constant(&f, 0, 0.5, 0, 0) && run(&f, &e, &service);
    const double want_s[] = {0, 2700, 5400, 8100, 9000};
    double worst = good && e.n_times == 5 ? 0 : INFINITY;
    for (size_t k = 0; k < 5 && worst < 1; k++)
        worst = fmax(worst, fabs(place(&e, k, 0).lat_deg * geo_earth_m_per_deg_lat(0) - 0.5 * want_s[k]) +
                                fabs((double)(e.time_ns[k] - FIXTURE_START_NS) * 1e-9 - want_s[k]));
    tap_near(worst, 0, 0.1, "outputs lie between steps where they must, and the end is one of them");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// ---- Order of convergence on a steady gyre: once around in a day ----

static void gyre(double lat, double lon, double hours, double *u, double *v)
{
    double turn = 2 * CORE_PI / 86400; // components linear in place: the grid holds them exactly
    *u = -turn * (lat - 35) * 111000;
    *v = turn * (lon - 14) * 91000;
}

static struct geo_pos gyre_end(const char *path, enum scenario_integrator integrator, double step_s)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    struct geo_pos end = {NAN, NAN};
    fixture_init(&f, 1, (struct geo_pos){35, 14.3}, NULL);
    f.c.drift.integrator = integrator;
    f.c.drift.step_s = step_s;
    f.c.drift.output_every_s = 86400;
    if (!fixture_current(&f, path) && run(&f, &e, &service)) {
        end = last(&e, 0);
        drift_ensemble_free(&e);
    } else {
        printf("# %s: %s\n", f.err.where, f.err.what);
    }
    fixture_fini(&f);
    return end;
}

static void test_order(void)
{
    const char *path = fixture_path("gyre.nc");
    struct fixture_grid grid = {13, 34, 0.1, 21, 21, 4, 6};
    if (!tap_ok(fixture_write(path, grid, gyre), "a gyre is written"))
        return;
    struct geo_pos truth = gyre_end(path, SCENARIO_RK4, 100);
    static const struct {
        enum scenario_integrator integrator;
        double step_s, order, tolerance;
        const char *name;
    } method[] = {{SCENARIO_EULER, 900, 1, 0.1, "Euler"},
                  {SCENARIO_RK2, 3600, 2, 0.15, "Heun"},
                  {SCENARIO_RK4, 7200, 4, 0.3, "Runge-Kutta 4"}};
    for (size_t k = 0; k < 3; k++) {
        double coarse = geo_earth_distance_m(truth, gyre_end(path, method[k].integrator, method[k].step_s));
        double fine = geo_earth_distance_m(truth, gyre_end(path, method[k].integrator, method[k].step_s / 2));
        double order = log2(coarse / fine);
        tap_ok(fabs(order - method[k].order) < method[k].tolerance,
               "%s is of order %g: %.2f (%.1f m, %.1f m)", method[k].name, method[k].order, order, coarse,
               fine);
    }
    unlink(path);
}

// ---- Over the pole: the same way on, on a field that is uniform in the pole's plane ----

static void across_pole(double lat, double lon, double hours, double *u, double *v)
{
    // Toward the meridian of 150 W, across the pole from 30 E: 0.5 m/s.
    double from = (lon - 30) * CORE_RAD_PER_DEG;
    *u = 0.5 * sin(from);
    *v = 0.5 * cos(from);
}

static void test_pole(void)
{
    const char *path = fixture_path("pole.nc");
    struct fixture_grid grid = {-180, 85, 1, 360, 6, 24, 1};
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    if (!tap_ok(fixture_write(path, grid, across_pole), "a current across the pole is written"))
        return;
    struct geo_pos from = {89.9, 30};
    fixture_init(&f, 1, from, NULL);
    bool good = !fixture_current(&f, path) && run(&f, &e, &service);
    struct geo_pos want = geo_earth_forward(from, 0, 43200);
    double off = good ? geo_earth_distance_m(want, last(&e, 0)) : INFINITY;
    if (!good)
        printf("# %s: %s\n", f.err.where, f.err.what);
    tap_ok(off < 50, "over the pole the drift goes straight on: %.1f m off after 43 km", off);
    double longest = 0;
    for (size_t k = 1; good && k < e.n_times; k++)
        longest = fmax(longest, geo_earth_distance_m(place(&e, k - 1, 0), place(&e, k, 0)));
    tap_ok(longest > 0 && longest < 1.01 * 1800, "and never jumps");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
    unlink(path);
}

// ---- The shore ----

static bool coast_open(struct fixture *f)
{
    return !geo_coast_open("auto", NULL, &f->coast, &f->err) && geo_coast_installed(f->coast);
}

static void test_shore(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    struct geo_pos from = {33.1, 12.6};
    fixture_init(&f, 2, from, NULL);
    f.seeds.lat_deg[1] = 32.7; // inland of Sabratha
    if (!coast_open(&f)) {
        tap_skip("who would cross the shore strands there", "no coastline installed");
        fixture_fini(&f);
        return;
    }
    bool good = !fixture_constant(&f, 0, -0.7, 0, 0) && run(&f, &e, &service);
    if (!tap_ok(good, "a run against the coast of Libya ends well")) {
        fixture_fini(&f);
        return;
    }
    struct geo_pos end = last(&e, 0);
    tap_ok(e.status[24 * 2] == DRIFT_STRANDED && e.status[0] == DRIFT_ACTIVE,
           "who would cross the shore strands");
    tap_ok(!geo_coast_is_land(f.coast, end), "it stays on the water's side");
    tap_ok(geo_coast_is_land(f.coast, (struct geo_pos){end.lat_deg - 100 / 111000.0, end.lon_deg}),
           "it stops within 100 m of the crossing");
    size_t when = 0;
    while (when < 25 && e.status[when * 2] != DRIFT_STRANDED)
        when++;
    tap_ok(when < 25 && place(&e, when, 0).lat_deg == end.lat_deg, "once stranded it stays");
    tap_ok(e.status[24 * 2 + 1] == DRIFT_STRANDED && last(&e, 1).lat_deg == (double)32.7f,
           "a start on land that was left there is stranded from the first");
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_island(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service service;
    fixture_init(&f, 40, (struct geo_pos){35.866, 12.6}, NULL); // west of Linosa, 2.5 km across
    for (size_t i = 0; i < 40; i++)
        f.seeds.lon_deg[i] += 0.002 * (double)i;
    f.c.drift.step_s = 3600;
    if (!coast_open(&f)) {
        tap_skip("a small island is not jumped by a long step", "no coastline installed");
        fixture_fini(&f);
        return;
    }
    bool good = !fixture_constant(&f, 2.5, 0, 0, 0) && run(&f, &e, &service);
    size_t stranded = 0;
    for (size_t i = 0; good && i < 40; i++)
        stranded += e.status[24 * 40 + i] == DRIFT_STRANDED && last(&e, i).lon_deg < 12.89;
    tap_ok(stranded == 40, "a small island is not jumped by a long step: %zu of 40 strand on Linosa",
           stranded);
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

int main(void)
{
    test_still();
    test_octants();
    test_places();
    test_fast();
    test_series();
    test_release();
    test_outputs();
    test_constant_reference();
    test_file_reference(SCENARIO_RK2, 600, 15, 3.05);
    test_file_reference(SCENARIO_RK4, 600, 15, 3.05);
    test_order();
    test_pole();
    test_shore();
    test_island();
    return tap_done();
}
