#include "scenario/seed.h"

#include "core/time.h"
#include "core/units.h"
#include "geo/earth.h"
#include "geo/grid.h"
#include "geo/polygon.h"
#include "test/tap.h"

// Cases differ in objects, scenarios and drift only.
static bool case_make(const char *objects, const char *scenarios, const char *drift, struct scenario_case *c)
{
    char text[8192];
    struct scenario_problems problems = {0};
    struct ph_err err = {0};
    *c = (struct scenario_case){0};
    int n = snprintf(text, sizeof text,
                     "{\"pharos\": \"case/1\", \"objects\": [%s], \"scenarios\": [%s],"
                     "\"environment\": {\"current\": [{\"speed_kn\": 0}], \"wind\": [{\"speed_kn\": 0}]},"
                     "\"drift\": {\"until\": \"2026-01-03T00:00Z\", %s}}",
                     objects, scenarios, drift);
    enum ph_status status = scenario_case_parse(text, (size_t)n, ".", "test", NULL, c, &problems, &err);
    scenario_problems_fini(&problems);
    if (status)
        tap_ok(false, "a case of the tests is read: %s %s", err.where, err.what);
    return !status;
}

static bool seed_threads(const struct scenario_case *c, struct geo_coast *coast, int threads,
                         struct core_arena *arena, struct scenario_seeds *out)
{
    struct core_job job = {.threads = threads};
    struct ph_err err = {0};
    enum ph_status status = scenario_seed(c, coast, &job, arena, out, &err);
    core_job_fini(&job);
    if (status)
        tap_ok(false, "seeds are drawn: %s %s", err.where, err.what);
    return !status;
}

static bool seed_make(const struct scenario_case *c, struct core_arena *arena, struct scenario_seeds *out)
{
    *arena = (struct core_arena){0};
    return seed_threads(c, NULL, 1, arena, out);
}

static struct geo_pos pos_of(const struct scenario_seeds *seeds, size_t i)
{
    return (struct geo_pos){seeds->lat_deg[i], seeds->lon_deg[i]};
}

#define RAFT "{\"id\": \"raft\", \"leeway\": \"LIFE-RAFT-NB-2\"}"
#define PIW "{\"id\": \"piw\", \"leeway\": \"PIW-1\", \"weight\": 3}"
#define T0 "\"2026-01-01T00:00Z\""

// Mean, variance and correlation of where particles are about a place, in local metres.
static void test_normal(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    const struct geo_plane plane = {{60, 4}};
    if (!case_make(RAFT,
                   "{\"id\": \"p\", \"kind\": \"point\", \"position\": {\"lat\": 60, \"lon\": 4},"
                   "\"probable_error_nm\": 5, \"time\": [" T0 ", \"2026-01-01T06:00Z\"]}",
                   "\"particles\": 40000", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    double inside = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0, early = 0, minutes = 0;
    for (size_t i = 0; i < s.n; i++) {
        struct geo_xy at = geo_plane_to_xy(&plane, pos_of(&s, i));
        inside += geo_earth_distance_m(plane.origin, pos_of(&s, i)) < 5 * CORE_M_PER_NM;
        mx += at.x_m;
        my += at.y_m;
        xx += at.x_m * at.x_m;
        yy += at.y_m * at.y_m;
        xy += at.x_m * at.y_m;
        double t = (double)(s.start_ns[i] - c.drift.start_ns) / 60e9;
        minutes += t;
        early += t < 0 || t > 360;
    }
    double n = (double)s.n, sigma = 5 * CORE_M_PER_NM / 1.17741;
    // tolerances: four standard errors
    tap_near(inside / n, 0.5, 4 * 0.5 / sqrt(n), "half of the particles are within the probable error");
    tap_near(mx / n / sigma, 0, 4 / sqrt(n), "their mean is the place (east)");
    tap_near(my / n / sigma, 0, 4 / sqrt(n), "their mean is the place (north)");
    tap_near(xx / n / sigma / sigma, 1, 4 * sqrt(2 / n), "sigma east is r / 1.17741");
    tap_near(yy / n / sigma / sigma, 1, 4 * sqrt(2 / n), "sigma north is r / 1.17741");
    tap_near(xy / n / sigma / sigma, 0, 4 / sqrt(n), "east and north are independent");
    tap_ok(early == 0, "every start lies in the time window");
    tap_near(minutes / n, 180, 4 * 360 / sqrt(12 * n), "start times are uniform over the window");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void test_disc(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    const struct geo_pos centre = {-20, 179.9};
    if (!case_make(RAFT,
                   "{\"id\": \"p\", \"kind\": \"point\", \"position\": \"20S 179.9E\", \"radius_km\": 30, "
                   "\"time\": " T0 "}",
                   "\"particles\": 20000", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    double half = 0, outside = 0, east = 0, n = (double)s.n;
    for (size_t i = 0; i < s.n; i++) {
        double d = geo_earth_distance_m(centre, pos_of(&s, i));
        half += d < 30e3 * sqrt(0.5);
        outside += d > 30e3 * (1 + 1e-6);
        east += s.lon_deg[i] < 0 || s.lon_deg[i] > centre.lon_deg;
    }
    tap_ok(outside == 0, "a disc has nothing outside its radius");
    tap_near(half / n, 0.5, 4 * 0.5 / sqrt(n), "a disc is uniform by area");
    tap_near(east / n, 0.5, 4 * 0.5 / sqrt(n), "a disc over the antimeridian has as much on either side");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void test_exact(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    if (!case_make(RAFT,
                   "{\"id\": \"p\", \"kind\": \"point\", \"position\": {\"lat\": 60.123456789, \"lon\": "
                   "4.2}, \"time\": " T0 "}",
                   "\"particles\": 9", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    bool exact = true;
    int left = 0;
    for (size_t i = 0; i < s.n; i++) {
        exact =
            exact && s.lat_deg[i] == 60.123456789 && s.lon_deg[i] == 4.2 && s.start_ns[i] == c.drift.start_ns;
        left += s.side[i];
    }
    tap_ok(exact, "a place without error is exact");
    tap_ok(left == 4 || left == 5, "half start on the left");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

// A triangle from 60 to 70 N: of its area, the part below 65 N follows from the polygon's own area.
static void test_area(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    if (!case_make(RAFT,
                   "{\"id\": \"a\", \"kind\": \"area\", \"time\": " T0 ", \"polygon\":"
                   "[\"60N 175E\", \"60N 175W\", \"70N 175W\", \"70N 175E\"]}",
                   "\"particles\": 40000", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    double south = 0, west = 0, n = (double)s.n, outside = 0;
    for (size_t i = 0; i < s.n; i++) {
        outside += !geo_polygon_contains(c.source[0].polygon, 4, pos_of(&s, i));
        south += s.lat_deg[i] < 65;
        west += s.lon_deg[i] > 0;
    }
    // Zones of the ellipsoid: area between parallels ~ q(phi) = s/(1-e2 s2) + atanh(e s)/e (Snyder 1987,
    // 3-12).
    double e2 = GEO_WGS84_F * (2 - GEO_WGS84_F), e = sqrt(e2), q[3];
    for (int k = 0; k < 3; k++) {
        double sine = sin((60 + 5 * k) * CORE_RAD_PER_DEG);
        q[k] = sine / (1 - e2 * sine * sine) + atanh(e * sine) / e;
    }
    tap_ok(outside == 0, "an area across the antimeridian has nothing outside");
    tap_near(south / n, (q[1] - q[0]) / (q[2] - q[0]), 4 * 0.5 / sqrt(n),
             "an area is uniform by area on the ellipsoid");
    tap_near(west / n, 0.5, 4 * 0.5 / sqrt(n), "an area has as much on either side of the antimeridian");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void test_line(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    const struct geo_pos from = {0, 10}, to = {0, 11};
    if (!case_make(RAFT,
                   "{\"id\": \"l\", \"kind\": \"line\", \"from\": {\"position\": \"0N 10E\", \"time\": " T0
                   "},"
                   "\"to\": {\"position\": \"0N 11E\", \"sigma_km\": 4,"
                   "\"time\": [\"2026-01-01T10:00Z\", \"2026-01-01T12:00Z\"]}}",
                   "\"particles\": 40000", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    double along = 0, near_sum = 0, far_sum = 0, near_n = 0, far_n = 0, n = (double)s.n;
    double length_m = geo_earth_distance_m(from, to), late = 0;
    for (size_t i = 0; i < s.n; i++) {
        double north_m = s.lat_deg[i] * geo_earth_m_per_deg_lat(0),
               hours = (double)(s.start_ns[i] - c.drift.start_ns) / 3600e9;
        double t = hours / 11; // of the middle of the window
        along += s.lon_deg[i] - 10;
        bool near = t > 0.2 && t < 0.3;
        near_sum += near ? north_m * north_m : 0;
        near_n += near;
        far_sum += t > 0.9 ? north_m * north_m : 0;
        far_n += t > 0.9;
        late += fabs(hours - 11 * (s.lon_deg[i] - 10)) > 1 + 11 * 4 * 4e3 / length_m;
    }
    tap_near(along / n, 0.5, 4 / sqrt(12 * n) + 4 * 4e3 / length_m / sqrt(n),
             "a line is uniform along its way");
    tap_near(sqrt(near_sum / near_n), 1000, 60, "at a quarter of the way the error is a quarter");
    tap_near(sqrt(far_sum / far_n), 3800, 150, "near the end the error is nearly that of the end");
    tap_ok(late < 40, "time varies along the line");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void test_points(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    if (!case_make(RAFT ", " PIW,
                   "{\"id\": \"ps\", \"kind\": \"points\", \"points\": ["
                   "{\"position\": \"1N 1E\", \"time\": " T0
                   "}, {\"position\": \"2N 2E\", \"time\": \"2026-01-01T01:00Z\"},"
                   "{\"position\": \"3N 3E\", \"time\": " T0
                   "}]}, {\"id\": \"p\", \"kind\": \"point\", \"position\": \"9N 9E\", \"time\": " T0 "}",
                   "\"particles\": 2000", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    size_t k = 0;
    bool exact = true;
    double pairs[3][2][2] = {{{0}}};
    for (size_t i = 0; i < s.n; i++) {
        if (s.source[i])
            continue;
        size_t point = k++ % 3;
        exact = exact && s.lat_deg[i] == (double)(1 + point) && s.lon_deg[i] == (double)(1 + point) &&
                s.start_ns[i] - c.drift.start_ns == (point == 1 ? 3600 * CORE_NS_PER_S : 0);
        pairs[point][s.object[i]][s.side[i]]++;
    }
    bool all = true;
    for (int i = 0; i < 12; i++)
        all = all && pairs[i / 4][i / 2 % 2][i % 2] > 10;
    tap_ok(exact && k == 1000, "particle i of a replay starts at point i mod n, exactly there and then");
    tap_ok(all, "every point meets every object and either side");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

#define TWO                                                                                                  \
    "{\"id\": \"a\", \"weight\": 0.7, \"kind\": \"point\", \"position\": \"1N 1E\", \"time\": " T0 "},"      \
    "{\"id\": \"b\", \"weight\": 0.3, \"kind\": \"point\", \"position\": \"2N 2E\", \"time\": " T0           \
    ", \"object_ids\": [\"raft\"]}"

static void test_weights(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    if (!case_make(RAFT ", " PIW, TWO, "\"particles\": 1001", &c) || !seed_make(&c, &arena, &s))
        return;
    double sum = 0, of[2][2] = {{0}};
    int balance[2][2] = {{0}}, count[2][2] = {{0}}, early = 0;
    for (size_t i = 0; i < s.n; i++) {
        sum += s.weight[i];
        of[s.source[i]][s.object[i]] += s.weight[i];
        balance[s.source[i]][s.object[i]] += s.side[i] ? 1 : -1;
        count[s.source[i]][s.object[i]]++;
        early += i < 100 && s.source[i] == 0;
    }
    tap_near(sum, 1, 1e-12, "weights add up to one");
    tap_near(of[0][0], 0.7 * 0.25, 1e-12, "a pair has the product of its weights");
    tap_near(of[0][1], 0.7 * 0.75, 1e-12, "the other object has the rest of the scenario");
    tap_near(of[1][0], 0.3, 1e-12, "a scenario of one object gives it all its weight");
    tap_ok(of[1][1] == 0, "an object that a scenario does not allow has no particle there");
    tap_ok(count[0][0] == 175 && count[0][1] == 526 && count[1][0] == 300,
           "particles follow the weights by largest remainder");
    tap_ok(abs(balance[0][0]) <= 1 && abs(balance[0][1]) <= 1 && abs(balance[1][0]) <= 1,
           "every pair has half of its particles on each side");
    tap_near(early, 70, 4, "any stretch of particles is a fair sample");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
    if (!case_make(RAFT ", {\"id\": \"rare\", \"leeway\": \"PIW-2\", \"weight\": 1e-6}", TWO,
                   "\"particles\": 10, \"orientation\": \"left\"", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    size_t rare = 0, left = 0;
    double rare_weight = 0;
    for (size_t i = 0; i < s.n; i++) {
        rare += s.object[i] == 1;
        rare_weight += s.object[i] == 1 ? s.weight[i] : 0;
        left += s.side[i];
    }
    tap_ok(rare == 1, "an unlikely object still has a particle");
    tap_near(rare_weight, 0.7e-6, 1e-9, "an unlikely object has its small weight all the same");
    tap_ok(left == 10, "orientation left starts all on the left");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void test_too_few(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena = {0};
    struct ph_err err = {0};
    if (!case_make(RAFT ", " PIW, TWO, "\"particles\": 3", &c))
        return;
    c.drift.particles = 2; // the case file itself cannot say so
    tap_ok(scenario_seed(&c, NULL, NULL, &arena, &s, &err) == PH_EINPUT && strstr(err.where, "particles"),
           "fewer particles than pairs of scenario and object are refused");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static bool seeds_same(const struct scenario_seeds *a, const struct scenario_seeds *b, size_t n)
{
    return !memcmp(a->lat_deg, b->lat_deg, n * sizeof(double)) &&
           !memcmp(a->lon_deg, b->lon_deg, n * sizeof(double)) &&
           !memcmp(a->start_ns, b->start_ns, n * sizeof(int64_t)) && !memcmp(a->side, b->side, n);
}

static void test_same_draws(void)
{
    struct scenario_case c, more, other;
    struct scenario_seeds a, b, d, e;
    struct core_arena arena, arena_more, arena_other, arena_threads = {0};
    const char *scenario =
        "{\"id\": \"p\", \"kind\": \"point\", \"position\": \"1N 1E\", \"sigma_nm\": 3, \"time\": [" T0
        ", \"2026-01-01T06:00Z\"]}";
    if (!case_make(RAFT, scenario, "\"particles\": 3000", &c) ||
        !case_make(RAFT, scenario, "\"particles\": 5000", &more) ||
        !case_make(RAFT, scenario, "\"particles\": 3000, \"seed\": 2", &other) ||
        !seed_make(&c, &arena, &a) || !seed_make(&more, &arena_more, &b) ||
        !seed_make(&other, &arena_other, &d) || !seed_threads(&c, NULL, 3, &arena_threads, &e))
        return;
    tap_ok(seeds_same(&a, &b, 3000), "more particles leave the first ones where they were");
    tap_ok(seeds_same(&a, &e, 3000), "any number of threads draws the same");
    tap_ok(!seeds_same(&a, &d, 3000), "another seed draws otherwise");
    core_arena_fini(&arena);
    core_arena_fini(&arena_more);
    core_arena_fini(&arena_other);
    core_arena_fini(&arena_threads);
    scenario_case_fini(&c);
    scenario_case_fini(&more);
    scenario_case_fini(&other);
}

static void test_box(void)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena;
    if (!case_make(RAFT,
                   "{\"id\": \"p\", \"kind\": \"point\", \"position\": \"17S 179.5E\", "
                   "\"probable_error_nm\": 10, \"time\": " T0 "},"
                   "{\"id\": \"a\", \"kind\": \"area\", \"time\": " T0
                   ", \"polygon\": [\"18S 179W\", \"18S 178W\", \"19S 178W\"]},"
                   "{\"id\": \"l\", \"kind\": \"line\", \"from\": {\"position\": \"16S 178E\", "
                   "\"radius_nm\": 3, \"time\": " T0 "},"
                   "\"to\": {\"position\": \"20S 179E\", \"radius_nm\": 20, \"time\": " T0 "}}",
                   "\"particles\": 20000", &c) ||
        !seed_make(&c, &arena, &s))
        return;
    struct geo_box box = scenario_start_box(&c);
    size_t outside = 0;
    for (size_t i = 0; i < s.n; i++)
        outside += !geo_box_contains(box, pos_of(&s, i));
    tap_ok(outside == 0, "no particle starts outside the start box");
    tap_ok(box.east_deg - box.west_deg < 7, "the start box crosses the antimeridian the short way");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

// ---- with a shoreline ----

static size_t land_count(const struct geo_coast *coast, const struct scenario_seeds *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += geo_coast_is_land(coast, pos_of(s, i));
    return n;
}

static void coast_area(struct geo_coast *coast)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena = {0};
    struct ph_err err = {0};
    // the coast at Tripoli: sea in the north, land in the south
    if (case_make(
            RAFT,
            "{\"id\": \"a\", \"kind\": \"area\", \"time\": " T0
            ", \"polygon\": [\"33-10N 13-00E\", \"33-10N 13-20E\", \"32-30N 13-20E\", \"32-30N 13-00E\"]}",
            "\"particles\": 2000", &c) &&
        seed_threads(&c, coast, 2, &arena, &s))
        tap_ok(land_count(coast, &s) == 0, "an area has particles on its water only");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
    if (case_make(RAFT,
                  "{\"id\": \"a\", \"kind\": \"area\", \"time\": " T0
                  ", \"polygon\": [\"30N 13E\", \"30N 13.1E\", \"29.9N 13.1E\"]}",
                  "\"particles\": 8", &c))
        tap_ok(scenario_seed(&c, coast, NULL, &arena, &s, &err) == PH_EINPUT && !strcmp(err.where, "a"),
               "an area without water is refused");
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void coast_point(struct geo_coast *coast, const char *position, const char *drift, const char *warning,
                        bool on_land, const char *sentence)
{
    struct scenario_case c;
    struct scenario_seeds s;
    struct core_arena arena = {0};
    struct core_job job = {0};
    struct ph_err err = {0};
    char scenario[256];
    snprintf(scenario, sizeof scenario,
             "{\"id\": \"p\", \"kind\": \"point\", \"position\": \"%s\", \"time\": " T0 "}", position);
    if (case_make(RAFT, scenario, drift, &c))
        tap_ok(!scenario_seed(&c, coast, &job, &arena, &s, &err) &&
                   land_count(coast, &s) == (on_land ? s.n : 0) && job.n_warnings == 1 &&
                   !strcmp(job.first_warning->code, warning),
               "%s", sentence);
    core_job_fini(&job);
    core_arena_fini(&arena);
    scenario_case_fini(&c);
}

static void test_coast(void)
{
    struct geo_coast *coast = NULL;
    struct ph_err err = {0};
    if (geo_coast_open("auto", NULL, &coast, &err) || !geo_coast_installed(coast)) {
        tap_skip("starts on land go to the nearest water", "no shoreline is installed");
        geo_coast_free(coast);
        return;
    }
    coast_area(coast);
    coast_point(coast, "32-50N 013-10E", "\"particles\": 5", "start-on-land", false,
                "a start on land goes to the nearest water, with a warning");
    coast_point(coast, "32-50N 013-10E", "\"particles\": 5, \"on_land_start\": false", "start-on-land", true,
                "on_land_start false leaves it on land, with a warning");
    coast_point(coast, "30N 013E", "\"particles\": 5", "start-inland", true,
                "a start far inland stays, with a warning");
    geo_coast_free(coast);
}

int main(void)
{
    test_normal();
    test_disc();
    test_exact();
    test_area();
    test_line();
    test_points();
    test_weights();
    test_too_few();
    test_same_draws();
    test_box();
    test_coast();
    return tap_done();
}
