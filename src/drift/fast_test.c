// The quick kernel against the definition: ten thousand random cases, to the centimetre; and its sums of
// powers.
#include "drift/fast_plan.h"

#include <stdlib.h>

#include "drift/draw.h"
#include "drift/fast_random.h"
#include "drift/fixture.h"
#include "drift/state.h"
#include "geo/earth.h"
#include "test/tap.h"

enum { CLOUDS = 10, CROWD = 1000, HOURS = 48 };

static double random_of(uint32_t i, uint32_t what)
{
    double u[4];
    core_rng_uniform(2026, i, what, CORE_RNG_POSITION, u);
    return u[0];
}

// Eddies of some 300 km that come and go, and a stream.
static void eddies(double lat_deg, double lon_deg, double hours, double *u, double *v)
{
    double x = lon_deg * 1.1, y = lat_deg * 1.3, t = hours / 20.0;
    *u = 0.3 + 0.6 * sin(y + t) * cos(x);
    *v = 0.5 * sin(x - t) * cos(y);
}

// One cloud: its own latitude, wind, step and method; half of them lie across the antimeridian.
static bool cloud_make(struct fixture *f, uint32_t cloud)
{
    static const char *const keys[FIXTURE_OBJECTS] = {"PIW-1", "LIFE-RAFT-NB-2", "SKIFF-4", "REFUGEE-RAFT-1"};
    static struct forcing_observation wind[3], current[1];
    double lat = -72.0 + 16.0 * cloud + 2.0 * random_of(cloud, 0), lon = cloud % 2 ? 179.9 : -7.0;
    fixture_init(f, CROWD, (struct geo_pos){lat, lon}, NULL);
    fixture_noise(f);
    for (size_t k = 0; k < FIXTURE_OBJECTS; k++)
        fixture_object(f, k, keys[k]);
    f->c.drift.step_s = cloud % 3 == 0 ? 900 : 600;
    f->c.drift.integrator = cloud % 4 == 3 ? SCENARIO_EULER : SCENARIO_RK2;
    f->c.drift.until_ns = FIXTURE_START_NS + HOURS * HOUR_NS;
    for (uint32_t i = 0; i < CROWD; i++) {
        f->seeds.lat_deg[i] += random_of(i, 1 + cloud) - 0.5;
        f->seeds.lon_deg[i] = core_deg_wrap180(f->seeds.lon_deg[i] + random_of(i, 100 + cloud) - 0.5);
        f->seeds.object[i] = (uint16_t)(i % FIXTURE_OBJECTS);
        f->seeds.start_ns[i] +=
            i % 10 == 9 ? (int64_t)(i % 7) * HOUR_NS / 3 : 0; // some later, within steps too
    }
    for (int k = 0; k < 3; k++)
        wind[k] = (struct forcing_observation){FIXTURE_START_NS + k * 24 * HOUR_NS,
                                               24 * random_of(cloud, 200 + k) - 12,
                                               24 * random_of(cloud, 300 + k) - 12};
    current[0] = (struct forcing_observation){FIXTURE_START_NS, 0.2, -0.3};
    const char *path = fixture_path("eddies.nc");
    struct fixture_grid grid = {floor(lon) - 12, floor(lat) - 6, 0.25, 97, 49, HOURS, 1};
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .file = path, .depth_m = NAN, .label = "current"},
        {.kind = FORCING_CURRENT, .series = current, .n_series = 1, .depth_m = NAN, .label = "beyond"},
        {.kind = FORCING_WIND, .series = wind, .n_series = 3, .depth_m = NAN, .label = "wind"}};
    bool good = fixture_write(path, grid, eddies) && !fixture_open(f, requests, 3);
    unlink(path);
    return good;
}

// A stream toward the north-east that turns within half a degree: where a place lies on the grid by a metre
// too far makes metres in a day.
static void shear(double lat_deg, double lon_deg, double hours, double *u, double *v)
{
    *v = 0.4 * sin(2 * CORE_PI * (lon_deg - lat_deg));
    *u = *v * cos(lat_deg * CORE_RAD_PER_DEG);
}

// A cloud on a grid of 1/12 degree whose longitudes and latitudes are float32, as the global models of
// currents give them: up to 1.5e-5 degrees off. All of it, round the earth, or a region (n_lon points).
static bool shear_make(struct fixture *f, double lon, double west, size_t n_lon)
{
    static struct forcing_observation wind[1] = {{FIXTURE_START_NS, 2, -1}};
    fixture_init(f, CROWD, (struct geo_pos){40, lon}, "PIW-1");
    fixture_noise(f);
    f->c.drift.until_ns = FIXTURE_START_NS + HOURS * HOUR_NS;
    for (uint32_t i = 0; i < CROWD; i++) {
        f->seeds.lat_deg[i] += random_of(i, 501) - 0.5;
        f->seeds.lon_deg[i] = core_deg_wrap180(f->seeds.lon_deg[i] + random_of(i, 502) - 0.5);
    }
    const char *path = fixture_path("shear.nc");
    struct fixture_grid grid = {west, 37, 1.0 / 12, n_lon, 73, 2, 24, true};
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .file = path, .depth_m = NAN, .label = "current"},
        {.kind = FORCING_WIND, .series = wind, .n_series = 1, .depth_m = NAN, .label = "wind"}};
    bool good = fixture_write(path, grid, shear) && !fixture_open(f, requests, 2);
    unlink(path);
    return good;
}

// The run without its outputs: places stay in double.
static bool states_run(struct fixture *f, enum drift_path path, struct drift_state *state, size_t *quick)
{
    double log_stay[FIXTURE_OBJECTS];
    for (size_t k = 0; k < f->c.n_objects; k++)
        log_stay[k] = log1p(-f->c.object[k].jibing_per_h);
    struct drift_window w = {.c = &f->c,
                             .seeds = &f->seeds,
                             .forcing = f->forcing,
                             .log_stay = log_stay,
                             .errors = true,
                             .run_from_ns = FIXTURE_START_NS,
                             .law = {{2, 2, 0.12, 0.12}, {43200, 43200, 86400, 86400}}};
    double lat = f->seeds.lat_deg[0], lon = f->seeds.lon_deg[0];
    w.box = (struct geo_box){core_deg_wrap180(lon - 20), lat - 5, core_deg_wrap180(lon - 20) + 40, lat + 5};
    struct drift_fast_planner planner = {0};
    struct drift_scratch *scratch = drift_scratch_new();
    struct drift_fast_rows *rows = drift_fast_rows_new();
    int64_t step_ns = (int64_t)(f->c.drift.step_s * 1e9), previous_ns = FIXTURE_START_NS;
    bool good = scratch && rows && !drift_state_init(&f->c, &f->seeds, &f->arena, state, &f->err) &&
                !drift_fast_init(&planner, &w, path, &f->arena, &f->err);
    uint32_t index = 0;
    *quick = 0;
    for (int64_t from_ns = FIXTURE_START_NS; good && from_ns < f->c.drift.until_ns; from_ns += HOUR_NS) {
        w.n_steps = 0;
        for (int64_t t_ns = from_ns; t_ns < from_ns + HOUR_NS; previous_ns = t_ns, t_ns += step_ns)
            w.step[w.n_steps++] = (struct drift_step){t_ns, t_ns + step_ns, previous_ns, index++};
        good = !forcing_window(f->forcing, from_ns, from_ns + HOUR_NS, w.box, &f->err);
        drift_fast_prepare(&planner, &w);
        *quick += planner.usable;
        for (size_t i = 0; good && i < CROWD; i += DRIFT_FAST_ROWS) {
            size_t to = i + DRIFT_FAST_ROWS < CROWD ? i + DRIFT_FAST_ROWS : CROWD;
            good = DRIFT_DONE == (planner.usable
                                      ? drift_fast_block_run(&planner, &w, state, i, to, rows, scratch)
                                      : drift_block_run(&w, state, i, to, scratch));
        }
    }
    drift_fast_fini(&planner);
    drift_fast_rows_free(rows);
    drift_scratch_free(scratch);
    return good;
}

static double apart_m(const struct drift_state *a, const struct drift_state *b, size_t i)
{
    return hypot((a->lat_deg[i] - b->lat_deg[i]) * geo_earth_m_per_deg_lat(a->lat_deg[i]),
                 core_deg_wrap180(a->lon_deg[i] - b->lon_deg[i]) * geo_earth_m_per_deg_lon(a->lat_deg[i]));
}

static bool same_bits(const struct drift_state *a, const struct drift_state *b)
{
    return !memcmp(a->lat_deg, b->lat_deg, CROWD * sizeof *a->lat_deg) &&
           !memcmp(a->lon_deg, b->lon_deg, CROWD * sizeof *a->lon_deg) &&
           !memcmp(a->error[0], b->error[0], CROWD * sizeof *a->error[0]) && !memcmp(a->side, b->side, CROWD);
}

static void test_clouds(void)
{
    double worst_m = 0, worst_portable_m = 0, sum_m = 0;
    size_t same_sides = 0, quick_windows = 0, runs = 0, same_paths = 0;
    for (uint32_t cloud = 0; cloud < CLOUDS; cloud++) {
        struct fixture f;
        struct drift_state slow, portable, v3, best;
        size_t none, quick, quick_too, quick_best;
        double cloud_m = 0;
        bool good = cloud_make(&f, cloud) && states_run(&f, DRIFT_PATH_SCALAR, &slow, &none) &&
                    states_run(&f, DRIFT_PATH_PORTABLE, &portable, &quick) &&
                    states_run(&f, DRIFT_PATH_V3, &v3, &quick_too) &&
                    states_run(&f, DRIFT_PATH_V4, &best, &quick_best);
        if (!good)
            printf("# cloud %u: %s: %s\n", cloud, f.err.where, f.err.what);
        runs += good && !none;
        quick_windows += good ? quick : 0;
        same_paths += good && same_bits(&v3, &best);
        for (size_t i = 0; good && i < CROWD; i++) {
            double m = apart_m(&slow, &best, i), portable_m = apart_m(&slow, &portable, i);
            cloud_m = m > cloud_m ? m : cloud_m;
            worst_m = m > worst_m ? m : worst_m;
            worst_portable_m = portable_m > worst_portable_m ? portable_m : worst_portable_m;
            sum_m += m;
            same_sides += slow.side[i] == best.side[i] && slow.status[i] == best.status[i] &&
                          slow.side[i] == portable.side[i];
        }
        printf("# lat %.0f: at most %.4f m\n", f.seeds.lat_deg[0], cloud_m);
        fixture_fini(&f);
    }
    tap_ok(runs == CLOUDS, "ten clouds of a thousand run by every kernel");
    tap_ok(quick_windows == CLOUDS * HOURS, "the quick kernel takes every window (%zu)", quick_windows);
    tap_ok(worst_m < 0.10,
           "after 48 h the quick kernel is at most %.4f m from the definition, %.4f m in the mean", worst_m,
           sum_m / (CLOUDS * CROWD));
    tap_ok(worst_portable_m < 0.10, "and the portable one at most %.4f m", worst_portable_m);
    tap_ok(same_sides == CLOUDS * CROWD, "and every particle has jibed as often");
    tap_ok(same_paths == CLOUDS, "with AVX2 and with AVX-512 (where there is one) the bits are the same");
}

static void test_float32_axes(void)
{
    static const struct {
        double lon, west;
        size_t n_lon;
    } place[] = {{-60.2, 0, 4320}, {-0.3, 0, 4320}, {85.3, 60, 600}}; // the second is on the seam
    double worst_m = 0;
    size_t quick_windows = 0, runs = 0;
    for (size_t k = 0; k < sizeof place / sizeof place[0]; k++) {
        struct fixture f;
        struct drift_state slow, best;
        size_t none, quick = 0;
        bool good = shear_make(&f, place[k].lon, place[k].west, place[k].n_lon) &&
                    states_run(&f, DRIFT_PATH_SCALAR, &slow, &none) &&
                    states_run(&f, DRIFT_PATH_V4, &best, &quick);
        if (!good)
            printf("# lon %.1f: %s: %s\n", place[k].lon, f.err.where, f.err.what);
        runs += good;
        quick_windows += quick;
        for (size_t i = 0; good && i < CROWD; i++)
            worst_m = fmax(worst_m, apart_m(&slow, &best, i));
        fixture_fini(&f);
    }
    tap_ok(runs == 3 && quick_windows == 3 * HOURS,
           "the quick kernel takes grids with float32 axes, global and regional");
    tap_ok(worst_m < 0.10, "and in a shear there it is at most %.4f m from the definition after 48 h",
           worst_m);
}

// The worst over a quarter of a million words, both ends among them.
static void test_math(void)
{
    double log_worst = 0, turn_worst = 0;
    for (uint32_t k = 0; k < 200000; k += LANES) {
        lanes_word word = {0};
        for (uint32_t j = 0; j < LANES; j++) {
            uint32_t i = k + j;
            word[j] = i < 1000 ? i : i < 2000 ? UINT32_MAX - (i - 1000) : i * 2654435761u;
        }
        lanes log_of = drift_fast_minus_2_log(word);
        struct drift_fast_turn turn = drift_fast_turn_of(word);
        for (uint32_t j = 0; j < LANES; j++) {
            double u = ((double)word[j] + 0.5) * 0x1p-32, truth = -2 * log(u), angle = 2 * CORE_PI * u;
            log_worst = fmax(log_worst, fabs((double)log_of[j] - truth) / truth);
            turn_worst = fmax(turn_worst, fmax(fabs((double)turn.cosine[j] - cos(angle)),
                                               fabs((double)turn.sine[j] - sin(angle))));
        }
    }
    tap_ok(log_worst < 4e-7, "-2 log u is within %.2g of the truth of itself", log_worst);
    tap_ok(turn_worst < 2e-7, "sines and cosines are within %.2g of the truth", turn_worst);
}

static void test_draws(void)
{
    enum { N = 1024 };
    static _Alignas(64) uint32_t particle[N], word[4][N];
    const uint64_t seed = 0xFEDCBA9876543210u;
    size_t same = 0;
    double worst = 0;
    for (uint32_t i = 0; i < N; i++)
        particle[i] = i * 4200001u;
    philox_rows(N, seed, particle, 99, CORE_RNG_ERROR, N, word[0]);
    for (uint32_t i = 0; i < N; i += LANES) {
        struct normal_pair pair[2] = {normals_of(lanes_load_word(word[0] + i), lanes_load_word(word[1] + i)),
                                      normals_of(lanes_load_word(word[2] + i), lanes_load_word(word[3] + i))};
        for (uint32_t j = 0; j < LANES; j++) {
            uint32_t want[4];
            double normal[4];
            core_rng_step_words(seed, particle[i + j], 99, CORE_RNG_ERROR, want);
            core_rng_step_normal(seed, particle[i + j], 99, CORE_RNG_ERROR, normal);
            for (int k = 0; k < 4; k++)
                same += word[k][i + j] == want[k];
            for (int k = 0; k < 2; k++)
                worst = fmax(worst, fmax(fabs((double)pair[k].x[j] - normal[2 * k]),
                                         fabs((double)pair[k].y[j] - normal[2 * k + 1])));
        }
    }
    tap_ok(same == 4 * N, "the random words are those of core/rng.h");
    tap_ok(worst < 2e-6, "the normals are within %.2g of those of core/rng.h", worst);
}

int main(void)
{
    test_math();
    test_draws();
    test_clouds();
    test_float32_axes();
    return tap_done();
}
