// Objectives: what being found at a time is worth; more work is never worse.
#include "plan/worth.h"

#include "plan/plan_try.h"
#include "test/tap.h"

static const double NM = CORE_M_PER_NM;

static struct plan_result plan_of(const struct plan_problem *p)
{
    struct core_job job = {.threads = 2};
    struct plan_result r = {0};
    struct ph_err err = {0};
    tap_ok(!plan_make(p, &job, &r, &err) && r.n_areas > 0, "a plan is made %s", err.what);
    return r;
}

// A raft here and a person there, equally likely; one unit is there at once, an equal one four hours later.
static void whom_first(void)
{
    const struct try_lobe lobe[] = {{-12 * NM, 0, 3 * NM, 3 * NM, 0, 0, 0, 0.5},
                                    {12 * NM, 0, 3 * NM, 3 * NM, 0, 0, 0, 0.5}};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 3000, 10, lobe, 2, 1, 1, 0);
    c.cloud.n_objects = 2, c.cloud.object = c.cloud.source; // the lobe is the object
    double sweep[] = {0.8 * NM, 0.8 * NM}, half_life[] = {INFINITY, 2 * 3600};
    struct plan_asset asset[] = {try_asset(&c, "early", 60, sweep, 3, true),
                                 try_asset(&c, "late", 60, sweep, 3, true)};
    asset[1].on_scene_ns += 4 * 3600 * CORE_NS_PER_S;
    struct plan_problem p = {.cloud = c.cloud, .asset = asset, .n_assets = 2, .seed = 1, .brief = true};
    p.objective = PLAN_SURVIVAL, p.half_life_s = half_life;
    struct plan_result r = plan_of(&p);
    tap_ok(r.area[0].centre.lon_deg > -30 && r.area[1].centre.lon_deg < -30,
           "who is there first goes to the person in the water, the other to the raft");
    tap_ok(r.pos_alive < r.pos_total && r.pos_alive > 0.5 * r.pos_total, "found alive %.3f of found %.3f",
           r.pos_alive, r.pos_total);
    plan_result_fini(&r);
    core_arena_fini(&c.arena);
}

static void sooner(void)
{
    const struct try_lobe lobe = {0, 0, 8 * NM, 5 * NM, 20, 0.3, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 3000, 11, &lobe, 1, 1, 1, 0.02);
    double sweep = 0.8 * NM;
    struct plan_asset asset[] = {try_asset(&c, "A", 90, &sweep, 4, true),
                                 try_asset(&c, "B", 14, &sweep, 8, false)};
    struct plan_problem p = {.cloud = c.cloud, .asset = asset, .n_assets = 2, .seed = 1, .brief = true};
    struct plan_result pos = plan_of(&p);
    p.objective = PLAN_EXPECTED_TIME;
    struct plan_result time = plan_of(&p);
    tap_ok(time.mean_time_s < pos.mean_time_s,
           "asked for an early find, the mean time falls: %.2f h from %.2f h", time.mean_time_s / 3600,
           pos.mean_time_s / 3600);
    tap_ok(time.pos_total <= time.pos_bound && pos.pos_total >= time.pos_total - 0.01,
           "which does not find more than a plan that is asked for it: %.4f, %.4f", time.pos_total,
           pos.pos_total);
    bool grows = true;
    for (size_t k = 1; k < pos.n_moments; k++)
        grows = grows && pos.moment[k].pos >= pos.moment[k - 1].pos &&
                pos.moment[k].t_ns > pos.moment[k - 1].t_ns;
    tap_ok(grows && pos.n_moments == PLAN_SLOTS, "the chance grows with time");
    tap_near(pos.moment[pos.n_moments - 1].pos, pos.pos_total, 1e-4, "up to the total");
    plan_result_fini(&pos), plan_result_fini(&time);
    core_arena_fini(&c.arena);
}

// Slots by hand: V falls in a straight line from 1 to 0, and the steps add up to what they are made of.
static void slots(void)
{
    const struct try_lobe lobe = {0, 0, 3 * NM, 3 * NM, 0, 0, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 100, 7, &lobe, 1, 1, 1, 0);
    double sweep = 0.8 * NM, half_life = 3600, sum = 0;
    struct plan_asset asset = try_asset(&c, "A", 60, &sweep, 4, true);
    asset.turn_allowance_frac = 0;
    struct plan_problem p = {.cloud = c.cloud, .asset = &asset, .n_assets = 1, .half_life_s = &half_life};
    struct plan_flat flat;
    struct plan_scene scene;
    struct plan_worth worth;
    bool good = plan_scene_flat(&c.cloud, &flat) &&
                !plan_scene_make(&c.cloud, &flat, 1000, 1, &c.arena, &scene, NULL);
    good = good && !plan_worth_init(&p, &scene, PLAN_POS, &c.arena, &worth, NULL);
    tap_ok(good && worth.n_slots == 1 && worth.step[0] == 1, "POS is one slot, worth 1");
    good = good && !plan_worth_init(&p, &scene, PLAN_EXPECTED_TIME, &c.arena, &worth, NULL);
    tap_near(worth.begin_s, 3600, 1, "slots begin with the search");
    tap_near(worth.to_s, 5 * 3600, 1, "and end with it");
    for (size_t k = 0; good && k < worth.n_slots; k++)
        sum += worth.step[k];
    tap_near(sum, 1 - 0.5 / PLAN_SLOTS, 1e-9, "steps add up to the worth of the first slot's middle");
    good = good && !plan_worth_init(&p, &scene, PLAN_SURVIVAL, &c.arena, &worth, NULL);
    tap_near(worth.scale[0], 0.5, 1e-9,
             "an hour in the water before the search at a half-life of an hour: one half");
    core_arena_fini(&c.arena);
}

// The same bytes for one seed, and never less POS for more work.
static void never_worse(void)
{
    const struct try_lobe lobe[] = {{0, 0, 9 * NM, 4 * NM, 20, 0.2, 0, 0.7},
                                    {9 * NM, 12 * NM, 3 * NM, 3 * NM, 0, 0.3, 0, 0.3}};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 1000, 9, lobe, 2, 1, 1, 0.02);
    double sweep = 0.8 * NM, before = 0;
    struct plan_asset asset[4];
    for (int i = 0; i < 4; i++)
        asset[i] = try_asset(&c, "unit", i % 2 ? 14 : 60, &sweep, 3, i % 2 == 0);
    struct plan_problem p = {.cloud = c.cloud, .asset = asset, .n_assets = 4, .seed = 5, .brief = true};
    static const double budget[] = {0.5, 2, 4, 7, 12};
    bool grows = true;
    for (size_t i = 0; i < sizeof budget / sizeof *budget; i++) {
        p.budget_s = budget[i];
        struct plan_result r = plan_of(&p);
        printf("# budget %g: %.5f of %.5f\n", budget[i], r.pos_total, r.pos_bound);
        grows = grows && r.pos_total >= before - 1e-6;
        before = r.pos_total;
        plan_result_fini(&r);
    }
    tap_ok(grows, "more work is never worse, over five budgets");
    core_arena_fini(&c.arena);
}

int main(void)
{
    whom_first();
    sooner();
    slots();
    never_worse();
    return tap_done();
}
