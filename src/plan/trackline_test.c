// Tracklines: passes along a route, S apart; chosen where the datum is a bent line.
#include "plan/trackline.h"

#include "plan/plan_try.h"
#include "test/tap.h"

static const double NM = CORE_M_PER_NM;

static double leg_m(const struct plan_vertex *v, size_t i)
{
    return hypot(v[i + 1].x_m - v[i].x_m, v[i + 1].y_m - v[i].y_m);
}

// From a point to the line of leg i.
static double off_m(const struct plan_vertex *v, size_t i, struct plan_vertex p)
{
    double dx = v[i + 1].x_m - v[i].x_m, dy = v[i + 1].y_m - v[i].y_m;
    return fabs((p.x_m - v[i].x_m) * dy - (p.y_m - v[i].y_m) * dx) / hypot(dx, dy);
}

// A route of two legs of 10 NM with a right angle, by an aircraft with time for much more.
static void geometry(void)
{
    struct try_cloud c;
    const struct try_lobe lobe = {0, 0, NM, NM, 0, 0, 0, 1};
    try_cloud_make(&c, (struct geo_pos){40, -30}, 10, 9, &lobe, 1, 1, 1, 0);
    double sweep = NM;
    struct plan_asset asset = try_asset(&c, "A", 100, &sweep, 4, true);
    struct plan_flat flat;
    plan_flat_init(&flat, (struct geo_pos){40, -30});
    struct plan_wish wish = {
        .kind = PLAN_TRACKLINE, .log_spacing = log(NM), .log_aspect = log(2), .n_route = 3};
    wish.route[0].x_m = -10 * NM, wish.route[2].y_m = 10 * NM;
    struct plan_rectangle r;
    struct plan_vertex v[2 * PLAN_MOST_LEGS];
    int64_t from = c.cloud.time_ns[0], to = c.cloud.time_ns[8];
    bool good = plan_rectangle_make(&flat, &asset, 0, &wish, from, to, &r);
    size_t n = good ? plan_rectangle_vertices(&r, from, v) : 0;
    tap_ok(n == 6 && !strcmp(plan_rectangle_pattern(&r), "TS"),
           "two passes over a route of three points: six waypoints");
    double run = 0;
    for (size_t i = 0; i + 1 < n; i++)
        run += leg_m(v, i);
    tap_near(run, r.track_m, 1e-6, "the track is the sum of its legs");
    tap_near(run, 2 * 20 * NM + NM, 1e-6,
             "twice the route and a spacing: what is won inside the bend is lost outside");
    tap_near(off_m(v, 0, v[4]), NM, 1e-6, "the way back lies a spacing beside the way out");
    tap_near(off_m(v, 1, v[3]), NM, 1e-6, "on both legs");
    tap_near((v[5].t_s - v[0].t_s) * r.speed_mps, run, 1e-6, "legs are timed at search speed");
    wish.log_aspect = log(4), asset.search_s = 1800;
    good = plan_rectangle_make(&flat, &asset, 0, &wish, from, to, &r);
    n = good ? plan_rectangle_vertices(&r, from, v) : 0;
    tap_ok(good && r.track_m <= r.speed_mps * 1800 * 0.85 && r.track_m > 0.9 * r.speed_mps * 1800 * 0.85,
           "with less time the ends of the route are left out: %.1f NM of %.1f", r.track_m / NM,
           r.speed_mps * 1800 * 0.85 / NM);
    core_arena_fini(&c.arena);
}

// The cloud of a voyage with a bend: passes along it find more than any rectangle.
static void chosen_on_a_bent_line(void)
{
    const struct try_lobe arm[] = {{-10 * NM, -3 * NM, 6 * NM, 0.4 * NM, 17, 0, 0, 1},
                                   {10 * NM, -3 * NM, 6 * NM, 0.4 * NM, -17, 0, 0, 1}};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 3000, 9, arm, 2, 1, 1, 0.01);
    double sweep = 1.2 * NM;
    struct plan_asset asset = try_asset(&c, "A", 80, &sweep, 1, true);
    struct plan_problem p = {.cloud = c.cloud, .asset = &asset, .n_assets = 1, .seed = 1, .brief = true};
    struct core_job one = {.threads = 1}, two = {.threads = 2};
    struct plan_result r = {0}, again = {0};
    bool good = !plan_make(&p, &one, &r, NULL) && !plan_make(&p, &two, &again, NULL) && r.n_areas == 1;
    tap_ok(good && !strcmp(r.area[0].pattern, "TS"),
           "on a bent line a trackline is chosen: %s, POS %.3f of %.3f", good ? r.area[0].pattern : "",
           r.pos_total, r.pos_bound);
    tap_ok(good && r.pos_total == again.pos_total, "the same for any number of threads");
    tap_ok(good && r.pos_total <= r.pos_bound, "below the bound");
    plan_result_fini(&r), plan_result_fini(&again);
    core_arena_fini(&c.arena);
}

int main(void)
{
    geometry();
    chosen_on_a_bent_line();
    return tap_done();
}
