// Slots in order of place: the same particles, each with all that is its own, and the same results.
#include "drift/sort.h"

#include <stdlib.h>

#include "drift/fixture.h"
#include "drift/state.h"
#include "test/tap.h"

enum { CROWD = 6000, HOURS = 12 };
#define WIDTH_DEG 45.0

static void eddies(double lat_deg, double lon_deg, double hours, double *u, double *v)
{
    *u = 0.5 * sin(lon_deg) * cos(lat_deg + hours / 10);
    *v = 0.5 * cos(lon_deg);
}

// A cloud as wide as an ocean on a fine grid.
static bool cloud_make(struct fixture *f)
{
    fixture_init(f, CROWD, (struct geo_pos){0, 0}, "LIFE-RAFT-NB-2");
    fixture_object(f, 1, "PIW-1");
    fixture_noise(f);
    f->c.drift.until_ns = FIXTURE_START_NS + HOURS * HOUR_NS;
    for (size_t i = 0; i < CROWD; i++) {
        double u[4];
        core_rng_uniform(3, i, 0, CORE_RNG_POSITION, u);
        f->seeds.lat_deg[i] = WIDTH_DEG * (u[0] - 0.5);
        f->seeds.lon_deg[i] = WIDTH_DEG * (u[1] - 0.5);
        f->seeds.object[i] = (uint16_t)(i % 2);
        f->seeds.start_ns[i] += i % 5 ? 0 : HOUR_NS * (int64_t)(i % 3);
    }
    const char *path = fixture_path("ocean.nc");
    struct fixture_grid grid = {-25, -25, 1.0 / 12, 601, 601, 1, HOURS};
    bool good = fixture_write(path, grid, eddies) && !fixture_current(f, path);
    unlink(path);
    return good;
}

static double way_deg(const struct drift_state *s)
{
    double sum = 0;
    for (size_t i = 1; i < s->n; i++)
        sum += hypot(s->lat_deg[i] - s->lat_deg[i - 1], s->lon_deg[i] - s->lon_deg[i - 1]);
    return sum;
}

static void test_order(struct fixture *f)
{
    struct drift_state plain, sorted;
    static uint8_t seen[CROWD];
    if (!tap_ok(!drift_state_init(&f->c, &f->seeds, &f->arena, &plain, &f->err) &&
                    !drift_state_init(&f->c, &f->seeds, &f->arena, &sorted, &f->err),
                "a state is made"))
        return;
    struct geo_box box = {-WIDTH_DEG / 2, -WIDTH_DEG / 2, WIDTH_DEG / 2, WIDTH_DEG / 2};
    drift_sort(box, &f->arena, &sorted);
    drift_sort(box, &f->arena, &sorted);
    size_t own = 0, different = 0;
    for (size_t i = 0; i < CROWD; i++) {
        uint32_t p = drift_state_particle(&sorted, i);
        different += !seen[p]++;
        bool lines = true;
        for (int k = 0; k < 3; k++)
            lines &= sorted.slope_frac[k][i] == plain.slope_frac[k][p] &&
                     sorted.offset_mps[k][i] == plain.offset_mps[k][p];
        own += lines && sorted.lat_deg[i] == plain.lat_deg[p] && sorted.lon_deg[i] == plain.lon_deg[p] &&
               sorted.side[i] == plain.side[p] && sorted.status[i] == plain.status[p];
    }
    tap_ok(different == CROWD, "every particle has one slot");
    tap_ok(own == CROWD, "and brings all that is its own");
    tap_ok(way_deg(&sorted) < 0.1 * way_deg(&plain),
           "neighbours in memory are neighbours at sea (%.0f of %.0f deg)", way_deg(&sorted),
           way_deg(&plain));
}

static bool run(struct fixture *f, const char *sort, enum drift_path path, struct drift_ensemble *e)
{
    struct drift_service service;
    setenv("PHAROS_SORT", sort, 1);
    return !drift_run_blocks(&f->c, &f->seeds, f->forcing, NULL, &f->job, 128, path, NULL, e, &service,
                             &f->err);
}

static void test_same_results(struct fixture *f)
{
    struct drift_ensemble sorted = {0}, plain = {0};
    bool good = run(f, "on", DRIFT_PATH_AUTO, &sorted) && run(f, "off", DRIFT_PATH_AUTO, &plain);
    size_t n = CROWD * sorted.n_times;
    tap_ok(good && !memcmp(sorted.lat_deg, plain.lat_deg, n * sizeof(float)) &&
               !memcmp(sorted.lon_deg, plain.lon_deg, n * sizeof(float)) &&
               !memcmp(sorted.status, plain.status, n),
           "a wide cloud comes out the same, sorted or not");
    if (!good)
        printf("# %s: %s\n", f->err.where, f->err.what);
    drift_ensemble_free(&sorted);
    drift_ensemble_free(&plain);
}

// Only a wide cloud with a while to go, and not twice a day.
static void test_when(struct fixture *f)
{
    struct drift_state s;
    struct drift_sorter sorter = {0};
    struct drift_fast_plan *plan = calloc(1, sizeof *plan);
    struct geo_box wide = {-22, -22, 22, 22}, tight = {-1, -1, 1, 1};
    setenv("PHAROS_SORT", "on", 1);
    if (plan && !drift_state_init(&f->c, &f->seeds, &f->arena, &s, &f->err)) {
        plan->patch[0].rows_per_deg = plan->patch[0].columns_per_deg = 12;
        int64_t now_ns = FIXTURE_START_NS, until_ns = now_ns + 48 * HOUR_NS;
        drift_sort_if_wide(&sorter, plan, tight, now_ns, until_ns, &f->arena, &s);
        tap_ok(!sorter.sorted, "a tight cloud stays as it is");
        drift_sort_if_wide(&sorter, plan, wide, until_ns - HOUR_NS, until_ns, &f->arena, &s);
        tap_ok(!sorter.sorted, "so does a wide one shortly before the end");
        drift_sort_if_wide(&sorter, plan, wide, now_ns, until_ns, &f->arena, &s);
        tap_ok(sorter.sorted && s.particle, "a wide one is sorted");
        drift_sort_if_wide(&sorter, plan, wide, now_ns + HOUR_NS, until_ns, &f->arena, &s);
        tap_ok(sorter.sorted_ns == now_ns, "but not again an hour later");
        drift_sort_if_wide(&sorter, plan, wide, now_ns + 24 * HOUR_NS, until_ns, &f->arena, &s);
        tap_ok(sorter.sorted_ns == now_ns + 24 * HOUR_NS, "again after a day");
    }
    free(plan);
}

int main(void)
{
    struct fixture f;
    if (tap_ok(cloud_make(&f), "an ocean is made")) {
        test_order(&f);
        test_when(&f);
        test_same_results(&f);
    }
    fixture_fini(&f);
    return tap_done();
}
