#include "plan/plan.h"

#include <time.h>

#include "plan/plan_try.h"
#include "test/tap.h"

int main(void)
{
    const double nm = CORE_M_PER_NM;
    struct try_lobe lobe = {0, 0, 5 * nm, 5 * nm, 0, 0.2, 0.1, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){33.5, 12.7}, 10000, 9, &lobe, 1, 1, 1, 0.02);
    double w[6] = {0.9 * nm, 0.9 * nm, 0.5 * nm, 0.9 * nm, 0.5 * nm, 0.9 * nm};
    struct plan_asset asset[6];
    const char *name[6] = {"A", "B", "C", "D", "E", "F"};
    for (int i = 0; i < 6; i++)
        asset[i] = try_asset(&c, name[i], i % 2 ? 14 : 60, &w[i], 4, i % 2 == 0);
    for (int n = 1; n <= (getenv("N6") ? 6 : 1); n += 5) {
        struct plan_problem p = {c.cloud, asset, n, PLAN_INVERSE_CUBE, 1, NULL, 3};
        struct plan_result r;
        struct core_job job = {.threads = 2};
        clock_t t = clock();
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        enum ph_status s = plan_make(&p, &job, &r, NULL);
        clock_gettime(CLOCK_MONOTONIC, &b);
        tap_ok(!s, "plans");
        printf("# n %d pos %.4f bound %.4f (gap %.5f cell %.0f) manual %.4f other %.4f ratio %.3f  %.2f s "
               "cpu %.2f s\n",
               n, r.pos_total, r.pos_bound, r.bound_gap, r.bound_cell_m, r.manual_pos, r.pos_other,
               r.pos_total / r.pos_bound, (b.tv_sec - a.tv_sec) + 1e-9 * (b.tv_nsec - a.tv_nsec),
               (double)(clock() - t) / CLOCKS_PER_SEC);
        for (size_t k = 0; k < r.n_areas; k++)
            printf("# %s %s %.1f x %.1f S %.1f or %.0f C %.2f poc %.3f pos %.4f alone %.4f legs %zu track "
                   "%.1f\n",
                   asset[r.area[k].asset].id, r.area[k].pattern, r.area[k].length_m / nm,
                   r.area[k].width_m / nm, r.area[k].spacing_m / nm, r.area[k].orientation_deg,
                   r.area[k].coverage, r.area[k].poc, r.area[k].pos, r.area[k].pos_alone,
                   r.area[k].n_waypoints / 2, r.area[k].track_m / nm);
        plan_result_fini(&r);
    }
    core_arena_fini(&c.arena);
    return tap_done();
}
