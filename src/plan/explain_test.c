// Reasons: the next best place, an hour more, another unit, what remains.
#include "plan/explain.h"

#include "plan/plan_try.h"
#include "test/tap.h"

static const double NM = CORE_M_PER_NM;

static struct plan_problem problem_of(const struct try_cloud *c, const struct plan_asset *asset, size_t n)
{
    return (struct plan_problem){.cloud = c->cloud, .asset = asset, .n_assets = n, .seed = 1, .budget_s = 2};
}

static double pos_of(struct plan_problem p)
{
    struct core_job job = {.threads = 2};
    struct plan_result r = {0};
    p.brief = true;
    double pos = plan_make(&p, &job, &r, NULL) ? NAN : r.pos_total;
    tap_ok(!r.reason && !r.another, "a brief plan gives no reasons");
    plan_result_fini(&r);
    return pos;
}

// Two equal places 30 NM apart and one aircraft that has time for one.
static void the_other_place(void)
{
    const struct try_lobe lobe[] = {{-15 * NM, 0, 3 * NM, 3 * NM, 0, 0, 0, 0.52},
                                    {15 * NM, 0, 3 * NM, 3 * NM, 0, 0, 0, 0.48}};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 4000, 9, lobe, 2, 1, 1, 0);
    double sweep = 0.8 * NM;
    struct plan_asset asset = try_asset(&c, "A", 90, &sweep, 2, true);
    struct plan_problem p = problem_of(&c, &asset, 1);
    struct core_job job = {.threads = 2};
    struct plan_result r = {0};
    bool good = !plan_make(&p, &job, &r, NULL) && r.n_areas == 1 && r.reason && r.reason[0].has_next;
    tap_ok(good, "an aircraft with two places to go has a next best one");
    if (good) {
        double apart = geo_earth_distance_m(r.area[0].centre, r.reason[0].next_centre) / NM;
        tap_ok(apart > 24 && apart < 36, "it is the other place: %.1f NM off", apart);
        tap_ok(r.reason[0].next_loss > -0.005 && r.reason[0].next_loss < 0.08,
               "and gives nearly as much: %.4f less", r.reason[0].next_loss);
        tap_ok(r.n_another == 1 && r.another[0].pos > 0.7 * r.pos_total,
               "another aircraft would take it: %.3f on top of %.3f", r.another[0].pos, r.pos_total);
    }
    plan_result_fini(&r);
    core_arena_fini(&c.arena);
}

// What is answered briefly agrees with what a whole new plan gives.
static void answers_hold(void)
{
    const struct try_lobe lobe = {0, 0, 6 * NM, 4 * NM, 30, 0.3, 0.1, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 3000, 11, &lobe, 1, 1, 1, 0.02);
    double sweep = 0.8 * NM;
    struct plan_asset asset[3] = {try_asset(&c, "A", 90, &sweep, 2, true),
                                  try_asset(&c, "B", 14, &sweep, 4, false)};
    asset[1].kind = 2;
    struct plan_problem p = problem_of(&c, asset, 2);
    struct core_job one = {.threads = 1}, two = {.threads = 2};
    struct plan_result r = {0}, again = {0};
    bool good = !plan_make(&p, &one, &r, NULL) && !plan_make(&p, &two, &again, NULL) && r.n_areas == 2;
    tap_ok(good && r.n_another == 2, "one question for each kind of unit");
    if (good) {
        tap_ok(r.reason[0].hour_pos == again.reason[0].hour_pos &&
                   r.reason[1].next_loss == again.reason[1].next_loss &&
                   r.another[1].pos == again.another[1].pos,
               "any number of threads gives the same reasons");
        asset[0].search_s += 3600;
        double longer = pos_of(p) - r.pos_total;
        asset[0].search_s -= 3600;
        tap_near(r.reason[0].hour_pos, longer, 0.02,
                 "an hour more of A adds what a new plan with it has more");
        tap_ok(r.reason[0].hour_pos > 0.02 && r.reason[1].hour_pos >= 0, "which is something: %.3f and %.3f",
               r.reason[0].hour_pos, r.reason[1].hour_pos);
        asset[2] = asset[0], asset[2].id = "C";
        p.n_assets = 3;
        tap_near(r.another[0].pos, pos_of(p) - r.pos_total, 0.02,
                 "another A adds what a new plan with it has more");
        double left = 0;
        for (size_t i = 0; i < c.cloud.n; i++)
            left += r.left[i];
        tap_near(left + r.pos_total, 1, 1e-9, "what remains and what is found are everything");
        tap_near(r.left_inside + r.left_outside + r.left_gone, left, 1e-12, "its parts add up");
        tap_ok(r.left_gone == 0 && r.left_outside > 0.01, "nobody is ashore at sea");
    }
    plan_result_fini(&r), plan_result_fini(&again);
    core_arena_fini(&c.arena);
}

// More hours than the forecast has cannot be used, and the reason says so; kept areas are not questioned.
static void no_answer(void)
{
    const struct try_lobe lobe = {0, 0, 6 * NM, 4 * NM, 30, 0, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 1000, 4, &lobe, 1, 1, 1, 0.02);
    double sweep = 0.8 * NM;
    struct plan_asset asset = try_asset(&c, "A", 90, &sweep, 5, true);
    struct plan_problem p = problem_of(&c, &asset, 1);
    struct core_job job = {.threads = 1};
    struct plan_result r = {0}, kept = {0};
    bool good = !plan_make(&p, &job, &r, NULL) && r.n_areas == 1;
    tap_ok(good && r.reason[0].clipped && r.reason[0].hour_pos < 1e-9,
           "an hour that the drift forecast does not cover adds nothing, and that is said");
    asset.keep = good ? &r.area[0] : NULL;
    good = good && !plan_make(&p, &job, &kept, NULL) && kept.n_areas == 1;
    tap_ok(good && isnan(kept.reason[0].hour_pos) && !kept.reason[0].has_next,
           "an area that is kept is not questioned");
    tap_ok(good && kept.n_another == 1 && kept.another[0].pos > 0, "but another unit is");
    plan_result_fini(&r), plan_result_fini(&kept);
    core_job_fini(&job);
    core_arena_fini(&c.arena);
}

int main(void)
{
    the_other_place();
    answers_hold();
    no_answer();
    return tap_done();
}
