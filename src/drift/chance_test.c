// Random terms in whole runs: spread, jibing, and that nothing depends on how the work was shared out.
#include "drift/fixture.h"

#include "geo/earth.h"
#include "test/tap.h"

enum { CROWD = 4000 };

static bool run_by(struct fixture *f, size_t block, enum drift_path path, struct drift_ensemble *e)
{
    struct drift_service service;
    enum ph_status status = drift_run_blocks(&f->c, &f->seeds, f->forcing, f->coast, &f->job, block, path,
                                             NULL, e, &service, &f->err);
    if (status)
        printf("# %s: %s\n", f->err.where, f->err.what);
    return !status;
}

static bool run(struct fixture *f, size_t block, struct drift_ensemble *e)
{
    return run_by(f, block, DRIFT_PATH_AUTO, e);
}

// Standard deviation per axis of the last positions, km.
static double spread_km(const struct drift_ensemble *e, struct geo_pos from)
{
    const float *lat = e->lat_deg + (e->n_times - 1) * e->n, *lon = e->lon_deg + (e->n_times - 1) * e->n;
    double x_scale = geo_earth_m_per_deg_lon(from.lat_deg), y_scale = geo_earth_m_per_deg_lat(from.lat_deg),
           sum = 0;
    for (size_t i = 0; i < e->n; i++) {
        double x = (lon[i] - from.lon_deg) * x_scale, y = (lat[i] - from.lat_deg) * y_scale;
        sum += x * x + y * y;
    }
    return sqrt(sum / (double)(2 * e->n)) / 1000;
}

static void check_spread(double sd, double correlation_h, double diffusivity, double step_s, double want_km)
{
    struct fixture f;
    struct drift_ensemble e;
    struct geo_pos from = {10, 0};
    fixture_init(&f, CROWD, from, NULL);
    f.c.drift.step_s = step_s;
    f.c.drift.current_sd_mps = sd;
    f.c.drift.current_correlation_s = correlation_h * 3600;
    f.c.drift.diffusivity_m2s = diffusivity;
    bool good = !fixture_constant(&f, 0, 0, 0, 0) && run(&f, DRIFT_BLOCK, &e);
    double got = good ? spread_km(&e, from) : 0;
    // 8000 draws: the standard deviation is known to 0.8 %; three of these, and the step's own error.
    tap_ok(fabs(got - want_km) < 0.03 * want_km,
           "sd %.2f m/s over %g h with K = %g m2/s and steps of %g s spread to %.2f km in 24 h (%.2f)", sd,
           correlation_h, diffusivity, step_s, want_km, got);
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// Half of the rafts swamp after six hours, all at the same moment: their leeway is 0.4 of what it was from
// then on.
static void test_swamping(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct geo_pos from = {0, 0};
    fixture_init(&f, 2000, from, NULL);
    f.object[0].leeway = (struct object_leeway){{0.05, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    f.object[0].change_probability = 0.5;
    f.object[0].change_after_s[0] = f.object[0].change_after_s[1] = 6 * 3600;
    f.object[0].change_factor = 0.4;
    f.c.drift.until_ns = f.c.drift.start_ns + 12 * HOUR_NS;
    if (!tap_ok(!fixture_constant(&f, 0, 0, 10, 0) && run(&f, DRIFT_BLOCK, &e),
                "rafts that may swamp are drifted"))
        return;
    size_t swamped = 0, neither = 0, early = 0, six = 6 * e.n, last = (e.n_times - 1) * e.n;
    for (size_t i = 0; i < e.n; i++) {
        double before_m = e.lon_deg[six + i] * geo_earth_m_per_deg_lon(0);
        double after_m = e.lon_deg[last + i] * geo_earth_m_per_deg_lon(0) - before_m;
        early += fabs(before_m - 10800) > 2;
        swamped += fabs(after_m - 0.4 * 10800) < 2;
        neither += fabs(after_m - 0.4 * 10800) > 2 && fabs(after_m - 10800) > 2;
    }
    tap_ok(early == 0, "all drift alike until then");
    tap_ok(neither == 0, "then a raft is either slowed to 0.4 or goes on as it did");
    tap_near((double)swamped / (double)e.n, 0.5, 4 * 0.5 / sqrt((double)e.n),
             "as many as the case gives a probability for");
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

// Wind errors reach the drift through the leeway: slope times the spread of the error.
static void test_wind_error(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct geo_pos from = {0, 0};
    fixture_init(&f, CROWD, from, NULL);
    f.object[0].leeway = (struct object_leeway){{0.05, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    f.c.drift.wind_sd_mps = 2.0; // 0.05 x 2 = 0.10 m/s over 12 h
    bool good = !fixture_constant(&f, -0.5, 0, 10, 0) && run(&f, DRIFT_BLOCK, &e);
    double got = good ? spread_km(&e, from) : 0;
    tap_ok(fabs(got - 6.51) < 0.03 * 6.51, "errors of the wind spread through the leeway: %.2f km", got);
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// ---- Jibing ----

// A drifter that goes only across the wind, 0.5 m/s: where it ends tells how long it was on each side.
static bool crosswind_run(struct fixture *f, double step_s, double per_h, struct drift_ensemble *e)
{
    fixture_init(f, CROWD, (struct geo_pos){0, 0}, NULL);
    f->object[0].leeway = (struct object_leeway){{0, 0, 0}, {0.05, 0, 0}, {-0.05, 0, 0}};
    f->object[0].jibing_per_h = per_h;
    f->c.drift.jibing = true;
    f->c.drift.step_s = step_s;
    for (size_t i = 0; i < CROWD; i++)
        f->seeds.side[i] = 0;
    return !fixture_constant(f, 0, 0, 0, 10) && run(f, DRIFT_BLOCK, e);
}

static void test_jibing(void)
{
    for (double step_s = 600; step_s <= 3600; step_s *= 6) {
        struct fixture f;
        struct drift_ensemble e;
        bool good = crosswind_run(&f, step_s, 0.04, &e);
        double sum = 0, stayed = 0, scale = geo_earth_m_per_deg_lon(0) / (0.5 * 86400);
        for (size_t i = 0; good && i < CROWD; i++) {
            double part = e.lon_deg[(e.n_times - 1) * CROWD + i] * scale; // +1: all day on the right
            sum += part;
            stayed += part > 0.999;
        }
        // The side's mean falls by 1 - 2p a step; who never jibes in 23.x h: (1-P)^(24 h - one step).
        int steps = (int)(86400 / step_s);
        double p = 1 - pow(0.96, step_s / 3600), mean = (1 - pow(1 - 2 * p, steps)) / (2 * p * steps);
        double never = pow(1 - p, steps - 1);
        tap_ok(good && fabs(sum / CROWD - mean) < 0.03,
               "4 %% an hour in steps of %g s: mean side %.3f is %.3f", step_s, sum / CROWD, mean);
        tap_ok(good && fabs(stayed / CROWD - never) < 0.025, "and %.3f never jibe, %.3f are expected",
               stayed / CROWD, never);
        if (good)
            drift_ensemble_free(&e);
        fixture_fini(&f);
    }
}

// Each side has its own line: an asymmetric class is on its left row after a jibe, offset and all.
static void test_jibe_takes_other_side(void)
{
    struct fixture f;
    struct drift_ensemble e;
    fixture_init(&f, 1, (struct geo_pos){0, 0}, NULL);
    f.object[0].leeway = (struct object_leeway){{0, 0, 0}, {0.02, 0.03, 0}, {-0.05, 0.01, 0}};
    f.object[0].jibing_per_h = 1; // certain at every step
    f.c.drift.jibing = true;
    f.c.drift.until_ns = FIXTURE_START_NS + HOUR_NS;
    f.c.drift.step_s = 1800;
    bool good = !fixture_constant(&f, 0, 0, 0, 10) && run(&f, DRIFT_BLOCK, &e);
    double metres = 1800 * (0.02 * 10 + 0.03) + 1800 * (-0.05 * 10 + 0.01);
    tap_near(good ? e.lon_deg[1] * geo_earth_m_per_deg_lon(0) : 0, metres, 0.1,
             "on a jibe slope and offset become the other side's own");
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// 8 m/s turning 64 degrees an hour, class of moderate resistance: only the shift makes it jibe.
static void test_allen(double turn_deg_per_h)
{
    enum { HOURS = 6, STEPS = 6 * HOURS };
    struct forcing_observation wind[STEPS + 1], none = {FIXTURE_START_NS, 0, 0};
    for (int k = 0; k <= STEPS; k++) {
        double toward = turn_deg_per_h * k / 6.0 * CORE_RAD_PER_DEG;
        wind[k] = (struct forcing_observation){FIXTURE_START_NS + k * HOUR_NS / 6, 8 * sin(toward),
                                               8 * cos(toward)};
    }
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .series = &none, .n_series = 1, .label = "current"},
        {.kind = FORCING_WIND, .series = wind, .n_series = STEPS + 1, .label = "wind"}};
    struct fixture f;
    struct drift_ensemble e;
    fixture_init(&f, CROWD, (struct geo_pos){0, 0}, NULL);
    f.object[0].leeway = (struct object_leeway){{0, 0, 0}, {0.05, 0, 0}, {-0.05, 0, 0}};
    f.object[0].jibing_resistance = 2;
    f.c.drift.jibing = true;
    f.c.drift.jibe_model = SCENARIO_JIBE_ALLEN;
    f.c.drift.until_ns = FIXTURE_START_NS + HOURS * HOUR_NS;
    for (size_t i = 0; i < CROWD; i++)
        f.seeds.side[i] = 0;
    bool good = !fixture_open(&f, requests, 2) && run(&f, DRIFT_BLOCK, &e);
    double never = 1;
    for (int k = 0; k < STEPS - 1; k++) // a jibe at the last step's end shows no more
        never *= pow(1 - drift_kernel_jibe_allen(2, 8, turn_deg_per_h / 6.0 * (k < 6 ? k : 6)), 1 / 6.0);
    // All who never jibed are at one place, found by running without jibing (by the kernel that knows
    // Allen's).
    struct drift_ensemble plain;
    f.c.drift.jibing = false;
    bool also = good && run_by(&f, DRIFT_BLOCK, DRIFT_PATH_SCALAR, &plain);
    double same = 0;
    for (size_t i = 0; also && i < CROWD; i++)
        same += e.lon_deg[HOURS * CROWD + i] == plain.lon_deg[HOURS * CROWD] &&
                e.lat_deg[HOURS * CROWD + i] == plain.lat_deg[HOURS * CROWD];
    tap_ok(also && fabs(same / CROWD - never) < 0.03,
           "Allen's model, wind turning %g deg an hour: %.3f never jibe, %.3f are expected", turn_deg_per_h,
           same / CROWD, never);
    if (also)
        drift_ensemble_free(&plain);
    if (good)
        drift_ensemble_free(&e);
    fixture_fini(&f);
}

// ---- Same case, same bytes ----

// A cloud with everything switched on, released over three hours.
static bool full_run(size_t n, int threads, size_t block, uint64_t seed, struct drift_ensemble *e)
{
    struct fixture f;
    fixture_init(&f, n, (struct geo_pos){34, 13}, "LIFE-RAFT-NB-2");
    fixture_noise(&f);
    f.c.drift.seed = seed;
    f.job.threads = threads;
    f.c.drift.until_ns = FIXTURE_START_NS + 8 * HOUR_NS;
    for (size_t i = 0; i < n; i++) {
        f.seeds.lat_deg[i] += 0.002 * (double)(i % 100);
        f.seeds.start_ns[i] += (int64_t)(i % 180) * 61 * CORE_NS_PER_S;
    }
    bool good = !fixture_constant(&f, 0.3, -0.2, 6, 5) && run(&f, block, e);
    fixture_fini(&f);
    return good;
}

static bool same_bytes(const struct drift_ensemble *a, const struct drift_ensemble *b)
{
    size_t cells = a->n * a->n_times;
    return a->n == b->n && a->n_times == b->n_times &&
           !memcmp(a->lat_deg, b->lat_deg, cells * sizeof(float)) &&
           !memcmp(a->lon_deg, b->lon_deg, cells * sizeof(float)) && !memcmp(a->status, b->status, cells);
}

static void test_same_bytes(void)
{
    struct drift_ensemble one, other;
    if (!tap_ok(full_run(1000, 1, DRIFT_BLOCK, 3, &one), "a run with everything switched on"))
        return;
    static const struct {
        int threads;
        size_t block;
    } way[] = {{2, 256}, {3, 256}, {7, 256}, {1, 1}, {2, 7}, {3, 64}, {7, 100}};
    for (size_t k = 0; k < sizeof way / sizeof way[0]; k++) {
        bool good = full_run(1000, way[k].threads, way[k].block, 3, &other);
        tap_ok(good && same_bytes(&one, &other), "the same bytes with %d threads and blocks of %zu",
               way[k].threads, way[k].block);
        if (good)
            drift_ensemble_free(&other);
    }
    bool good = full_run(1000, 1, DRIFT_BLOCK, 4, &other);
    tap_ok(good && !same_bytes(&one, &other), "another seed gives other tracks");
    if (good)
        drift_ensemble_free(&other);
    good = full_run(1500, 2, DRIFT_BLOCK, 3, &other);
    bool same = good;
    for (size_t t = 0; same && t < one.n_times; t++)
        same = !memcmp(one.lon_deg + t * 1000, other.lon_deg + t * 1500, 1000 * sizeof(float)) &&
               !memcmp(one.lat_deg + t * 1000, other.lat_deg + t * 1500, 1000 * sizeof(float));
    tap_ok(same, "the first particles of a larger run are those of the smaller one");
    if (good)
        drift_ensemble_free(&other);
    drift_ensemble_free(&one);
}

static void test_no_noise_ignores_seed(void)
{
    struct drift_ensemble e[2];
    bool good = true;
    for (int k = 0; k < 2; k++) {
        struct fixture f;
        fixture_init(&f, 10, (struct geo_pos){34, 13}, "LIFE-RAFT-NB-2");
        f.c.drift.seed = (uint64_t)k;
        good = good && !fixture_constant(&f, 0.3, -0.2, 6, 5) && run(&f, DRIFT_BLOCK, &e[k]);
        fixture_fini(&f);
    }
    tap_ok(good && same_bytes(&e[0], &e[1]), "with all uncertainty off the seed changes nothing");
    for (int k = 0; good && k < 2; k++)
        drift_ensemble_free(&e[k]);
}

// Every seventh of a set, named by its number, drifts as it did among all of them.
static void test_choice(enum drift_path path, bool swamps, const char *kernel)
{
    enum { SET = 700, EACH = 7 };
    struct fixture all, few;
    struct drift_ensemble a = {0}, b = {0};
    struct geo_pos from = {45, -20};
    fixture_init(&all, SET, from, "LIFE-RAFT-NB-2");
    fixture_noise(&all);
    fixture_init(&few, SET / EACH, from, "LIFE-RAFT-NB-2");
    fixture_noise(&few);
    few.seeds.number = CORE_ARENA_NEW(&few.arena, uint32_t, SET / EACH);
    all.object[0].change_probability = few.object[0].change_probability = swamps ? 0.5 : 0;
    all.object[0].change_after_s[1] = few.object[0].change_after_s[1] = 20 * 3600;
    all.object[0].change_factor = few.object[0].change_factor = 0.4;
    for (uint32_t i = 0; i < SET / EACH; i++) {
        few.seeds.number[i] = EACH * i;
        few.seeds.side[i] = all.seeds.side[EACH * i];
    }
    bool good = !fixture_constant(&all, 0.2, 0.1, 9, -3) && !fixture_constant(&few, 0.2, 0.1, 9, -3) &&
                run_by(&all, 100, path, &a) && run_by(&few, 33, path, &b);
    size_t other = 0, last_a = good ? (a.n_times - 1) * a.n : 0, last_b = good ? (b.n_times - 1) * b.n : 0;
    for (size_t i = 0; good && i < b.n; i++)
        other += a.lat_deg[last_a + EACH * i] != b.lat_deg[last_b + i] ||
                 a.lon_deg[last_a + EACH * i] != b.lon_deg[last_b + i];
    tap_ok(good && !other, "some of a set, named by number, drift as among all of them (%s)", kernel);
    drift_ensemble_free(&a);
    drift_ensemble_free(&b);
    fixture_fini(&all);
    fixture_fini(&few);
}

int main(void)
{
    test_choice(DRIFT_PATH_AUTO, false, "quick kernel");
    test_choice(DRIFT_PATH_SCALAR, false, "definition");
    test_choice(DRIFT_PATH_AUTO, true, "quick kernel, some swamp");
    test_swamping();
    check_spread(0.10, 12, 0, 600, 6.51);
    check_spread(0.10, 24, 0, 600, 7.41);
    check_spread(0.05, 24, 0, 1800, 3.71);
    check_spread(0, 24, 10, 600, 1.31);
    check_spread(0, 24, 10, 3600, 1.31);
    test_wind_error();
    test_jibing();
    test_jibe_takes_other_side();
    test_allen(0);
    test_allen(64);
    test_same_bytes();
    test_no_noise_ignores_seed();
    return tap_done();
}
