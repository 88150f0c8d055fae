// How far the numbers can be trusted (docs/convergence.md): orders in time and space against an exact
// solution, and what must not change when the world is mirrored, shifted over the dateline or turned to the
// other pole.
//
// The gyre: dlon/dt = -w (lat - lat0), dlat/dt = w (lon - lon0) in degrees; its particles go round in circles
// of the (lon, lat) plane and are back after a day. On the earth that is u = -w (lat - lat0) N(lat), v = w
// (lon - lon0) M(lat) with the metres per degree of WGS84, so spacing of the grid and curvature both have
// their part in the error.
#include "drift/fixture.h"
#include "geo/earth.h"
#include "test/tap.h"

#define LAT0 35.0
#define LON0 14.0
#define RADIUS_DEG 0.3

static const char *const integrator_name[] = {
    [SCENARIO_EULER] = "Euler", [SCENARIO_RK2] = "Heun (RK2)", [SCENARIO_RK4] = "Runge-Kutta 4"};

static void gyre(double lat, double lon, double hours, double *u, double *v)
{
    double turn = 2 * CORE_PI / 86400;
    *u = -turn * (lat - LAT0) * geo_earth_m_per_deg_lon(lat);
    *v = turn * (lon - LON0) * geo_earth_m_per_deg_lat(lat);
}

static bool drift(struct fixture *f, struct drift_ensemble *e)
{
    struct drift_service service;
    bool good = !drift_run(&f->c, &f->seeds, f->forcing, f->coast, &f->job, e, &service, &f->err);
    if (!good)
        printf("# %s: %s\n", f->err.where, f->err.what);
    return good;
}

static struct geo_pos at(const struct drift_ensemble *e, size_t t, size_t i)
{
    return (struct geo_pos){(double)e->lat_deg[t * e->n + i], (double)e->lon_deg[t * e->n + i]};
}

// Metres between the end after `hours` and the exact one; NaN when the run failed.
static double gyre_error(const char *path, enum scenario_integrator integrator, double step_s, int64_t hours)
{
    struct fixture f;
    struct drift_ensemble e;
    double error_m = NAN, angle = 2 * CORE_PI * (double)hours / 24;
    fixture_init(&f, 1, (struct geo_pos){LAT0, LON0 + RADIUS_DEG}, NULL);
    f.c.drift.integrator = integrator;
    f.c.drift.step_s = step_s;
    f.c.drift.output_every_s = 86400;
    f.c.drift.until_ns = FIXTURE_START_NS + hours * HOUR_NS;
    if (!fixture_current(&f, path) && drift(&f, &e)) {
        struct geo_pos exact = {LAT0 + RADIUS_DEG * sin(angle), LON0 + RADIUS_DEG * cos(angle)};
        error_m = geo_earth_distance_m(exact, at(&e, e.n_times - 1, 0));
        drift_ensemble_free(&e);
    }
    fixture_fini(&f);
    return error_m;
}

static bool gyre_write(const char *path, double spacing_deg)
{
    size_t n = (size_t)lround(1.2 / spacing_deg) + 1;
    struct fixture_grid grid = {LON0 - 0.6, LAT0 - 0.6, spacing_deg, n, n, 4, 6};
    return fixture_write(path, grid, gyre);
}

static void test_time(void)
{
    static const struct {
        enum scenario_integrator integrator;
        double step_s[4], order, tolerance;
    } study[] = {{SCENARIO_EULER, {900, 600, 300, 150}, 1, 0.1},
                 {SCENARIO_RK2, {7200, 3600, 1800, 900}, 2, 0.25},
                 {SCENARIO_RK4, {7200, 3600, 1800, 900}, 4, 0.5}};
    const char *path = fixture_path("fine.nc");
    if (!tap_ok(gyre_write(path, 0.0125), "a gyre on a fine grid is written"))
        return;
    for (size_t k = 0; k < 3; k++) {
        double error_m[4];
        for (int i = 0; i < 4; i++) {
            error_m[i] = gyre_error(path, study[k].integrator, study[k].step_s[i], 24);
            printf("# %-14s step %5.0f s: %10.2f m after 24 h\n", integrator_name[study[k].integrator],
                   study[k].step_s[i], error_m[i]);
        }
        double order = log(error_m[0] / error_m[2]) / log(study[k].step_s[0] / study[k].step_s[2]);
        tap_ok(fabs(order - study[k].order) < study[k].tolerance, "%s is of order %g in time: %.2f",
               integrator_name[study[k].integrator], study[k].order, order);
        tap_ok(error_m[3] < error_m[2] && error_m[2] < error_m[1] && error_m[1] < error_m[0],
               "and the error falls with every shorter step");
    }
    double usual_m = gyre_error(path, SCENARIO_RK2, 600, 24);
    printf("# default (Heun, 600 s): %.2f m after 24 h and %.0f km\n", usual_m,
           2 * CORE_PI * RADIUS_DEG * 111.0);
    tap_ok(usual_m < 100, "the default step leaves less than 100 m a day: %.1f m", usual_m);
    unlink(path);
}

static void test_space(void)
{
    static const double spacing_deg[] = {0.4, 0.2, 0.1, 0.05};
    double error_m[4];
    const char *path = fixture_path("coarse.nc");
    for (int i = 0; i < 4; i++) {
        error_m[i] = gyre_write(path, spacing_deg[i]) ? gyre_error(path, SCENARIO_RK4, 900, 9) : NAN;
        printf("# grid of %.2f deg (%4.1f km): %8.2f m after 9 h\n", spacing_deg[i], spacing_deg[i] * 111.0,
               error_m[i]);
    }
    double order = log2(error_m[0] / error_m[2]) / 2;
    tap_ok(fabs(order - 2) < 0.4, "linear interpolation is of order 2 in the spacing of the grid: %.2f",
           order);
    tap_ok(error_m[3] < error_m[2] && error_m[2] < error_m[1], "and the error falls with every finer grid");
    unlink(path);
}

// ---- Mass: nobody is lost, and weights stay what they were ----

static void test_mass(void)
{
    enum { N = 500 };
    struct fixture f;
    struct drift_ensemble e;
    fixture_init(&f, N, (struct geo_pos){LAT0, LON0}, "PIW-1");
    fixture_noise(&f);
    bool good = !fixture_constant(&f, 0.3, 0.1, 5, 5) && drift(&f, &e);
    size_t whole = 0;
    for (size_t t = 0; good && t < e.n_times; t++) {
        double mass = 0;
        size_t placed = 0;
        for (size_t i = 0; i < N; i++) {
            mass += e.weight[i];
            placed += e.status[t * N + i] == DRIFT_ACTIVE && isfinite(at(&e, t, i).lat_deg) &&
                      isfinite(at(&e, t, i).lon_deg);
        }
        whole += fabs(mass - 1) < 1e-12 && placed == N;
    }
    tap_ok(good && whole == e.n_times, "on the open sea mass is one and everyone somewhere at every time");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// ---- Symmetries. Ends are kept as float: two ends of one place may differ by its last bit, half a metre
// ----

// Where two particles of a class, right and left, end without random terms.
static bool pair_end(struct geo_pos from, const double current[2], const double wind[2],
                     struct geo_pos end[2])
{
    struct fixture f;
    struct drift_ensemble e;
    fixture_init(&f, 2, from, "PIW-1");
    bool good = !fixture_constant(&f, current[0], current[1], wind[0], wind[1]) && drift(&f, &e);
    for (size_t i = 0; good && i < 2; i++)
        end[i] = at(&e, e.n_times - 1, i);
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
    return good;
}

static void test_mirror(void)
{
    struct geo_pos end[2], seen[2];
    static const double current[2] = {0.4, 0.2}, wind[2] = {6, 8}, current_m[2] = {-0.4, 0.2},
                        wind_m[2] = {-6, 8}, current_s[2] = {0.4, -0.2}, wind_s[2] = {6, -8};
    bool good = pair_end((struct geo_pos){40, 0}, current, wind, end) &&
                pair_end((struct geo_pos){40, 0}, current_m, wind_m, seen);
    tap_ok(good && end[0].lon_deg != end[1].lon_deg, "right and left of the wind part");
    for (size_t i = 0; i < 2 && good; i++) {
        seen[1 - i].lon_deg = -seen[1 - i].lon_deg;
        tap_ok(geo_earth_distance_m(end[i], seen[1 - i]) < 1,
               "east and west mirrored, right is left, and the end is the mirror's");
    }
    good = pair_end((struct geo_pos){40, 0}, current, wind, end) &&
           pair_end((struct geo_pos){-40, 0}, current_s, wind_s, seen);
    for (size_t i = 0; i < 2 && good; i++) {
        seen[1 - i].lat_deg = -seen[1 - i].lat_deg;
        tap_ok(geo_earth_distance_m(end[i], seen[1 - i]) < 1, "north and south mirrored likewise");
    }
}

static void test_dateline(void)
{
    static const double current[2] = {0.7, 0.1}, wind[2] = {9, -4};
    struct geo_pos here[2], there[2];
    bool good = pair_end((struct geo_pos){-17, 9.9}, current, wind, here) &&
                pair_end((struct geo_pos){-17, 179.9}, current, wind, there);
    tap_ok(good && there[0].lon_deg < -179, "eastward drift crosses the dateline");
    for (size_t i = 0; i < 2 && good; i++) {
        here[i].lon_deg = core_deg_wrap180(here[i].lon_deg + 170);
        tap_ok(geo_earth_distance_m(here[i], there[i]) < 3, "and ends as it does 170 degrees further west");
    }
}

static double pole_sign;

// Uniform in the plane of the pole, toward 150 W across it.
static void across(double lat, double lon, double hours, double *u, double *v)
{
    double from = (lon - 30) * CORE_RAD_PER_DEG;
    *u = 0.5 * sin(from);
    *v = pole_sign * 0.5 * cos(from);
}

static bool pole_end(double sign, struct geo_pos *end)
{
    struct fixture f;
    struct drift_ensemble e;
    const char *path = fixture_path("pole.nc");
    struct fixture_grid grid = {-180, sign > 0 ? 85 : -90, 1, 360, 6, 24, 1};
    pole_sign = sign;
    fixture_init(&f, 1, (struct geo_pos){sign * 89.9, 30}, NULL);
    bool good = fixture_write(path, grid, across) && !fixture_current(&f, path) && drift(&f, &e);
    if (good) {
        *end = at(&e, e.n_times - 1, 0);
        drift_ensemble_free(&e);
    }
    fixture_fini(&f);
    unlink(path);
    return good;
}

static void test_poles(void)
{
    struct geo_pos north, south;
    bool good = pole_end(1, &north) && pole_end(-1, &south);
    struct geo_pos want = geo_earth_forward((struct geo_pos){89.9, 30}, 0, 43200);
    double off = good ? geo_earth_distance_m(north, want) : NAN;
    tap_ok(off < 50, "the north pole is crossed straight on: %.1f m off after 43 km", off);
    south.lat_deg = -south.lat_deg;
    off = good ? geo_earth_distance_m(north, south) : NAN;
    tap_ok(off < 2, "and the south pole as its mirror image: %.2f m apart", off);
}

int main(void)
{
    test_time();
    test_space();
    test_mass();
    test_mirror();
    test_dateline();
    test_poles();
    return tap_done();
}
