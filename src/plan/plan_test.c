#include "plan/plan.h"

#include <stdlib.h>
#include <unistd.h>

#include "plan/evaluate.h"
#include "plan/manual.h"
#include "plan/plan_file.h"
#include "plan/plan_try.h"
#include "plan/rectangle.h"
#include "test/tap.h"

static const double NM = CORE_M_PER_NM;

static bool whole(double value, double unit)
{
    return fabs(value / unit - round(value / unit)) < 1e-6;
}

// The manual method's worked chain (docs/search.md): total error, factor, radius, POS.
static void manual(void)
{
    double e = 3.937003937, z = 634.5, pos, factor = plan_manual_factor(e, z, PLAN_RANDOM, &pos);
    tap_near(plan_manual_pos(e, z, 1.1, PLAN_RANDOM), .6475, 1e-4, "worksheet: factor 1.1 gives POS .6475");
    tap_near(factor, 1.8621, 2e-4, "worksheet: the optimal search factor is 1.8621");
    tap_near(pos, .89477, 2e-5, "worksheet: and gives POS .89477");
    tap_near(z / (4 * factor * factor * e * e), 2.9514, 1e-3, "worksheet: at coverage 2.9514");
}

static void windows(void)
{
    struct plan_asset a = {.id = "far",
                           .speed_mps = 60,
                           .transit_mps = 50,
                           .endurance_s = 5 * 3600,
                           .reserve_frac = .2,
                           .from = {35, 14},
                           .return_to = {35, 14},
                           .available_ns = 0};
    struct plan_window w;
    struct geo_pos near = geo_earth_forward(a.from, 90, 90000), far = geo_earth_forward(a.from, 90, 400000);
    bool can = plan_window_of(&a, near, near, 0, INT64_MAX, &w);
    tap_ok(can && llabs(w.start_ns - 1800 * CORE_NS_PER_S) < 1000000 &&
               llabs(w.end_ns - 12600 * CORE_NS_PER_S) < 1000000,
           "90 km off at 50 m/s and 4 h usable: on scene from 0.5 h to 3.5 h");
    char text[200];
    plan_window_why(&a, far, 0, INT64_MAX, text, sizeof text);
    tap_ok(!plan_window_of(&a, far, far, 0, INT64_MAX, &w), "too far is no time on scene");
    tap_text(text, "needs 4.4 h to get there and back of 4.0 h (20 % of 5.0 h kept in reserve)",
             "and says why");
}

static struct plan_rectangle square(double x, double y, double side, double degrees)
{
    double b = degrees * CORE_RAD_PER_DEG;
    return (struct plan_rectangle){
        .x_m = x, .y_m = y, .ux = sin(b), .uy = cos(b), .leg_side_m = side, .creep_side_m = side};
}

static void gaps(void)
{
    struct plan_rectangle a = square(0, 0, 2000, 0), b = square(5000, 0, 2000, 45),
                          c = square(1500, 0, 2000, 0);
    tap_near(plan_rectangle_gap_m(&a, &b), 4000 - 1000 * sqrt(2), 1e-6,
             "gap between a square and a turned one");
    tap_ok(plan_rectangle_gap_m(&a, &c) < 0, "overlapping squares have no gap");
}

static void areas_check(const struct plan_problem *p, const struct plan_result *r)
{
    bool flyable = true, timed = true, budget = true, apart = true;
    double sum = 0;
    for (size_t k = 0; k < r->n_areas; k++) {
        const struct plan_area *a = &r->area[k];
        const struct plan_asset *asset = &p->asset[a->asset];
        sum += a->pos;
        flyable = flyable && whole(a->spacing_m, NM / 10) && whole(a->length_m, NM / 10) &&
                  whole(a->width_m, NM / 10) && whole(a->centre.lat_deg, 1.0 / 600) &&
                  whole(a->centre.lon_deg, 1.0 / 600) && whole(a->orientation_deg, 1) &&
                  a->length_m >= a->width_m;
        double run = 0;
        for (size_t i = 1; i < a->n_waypoints; i++) {
            run += geo_earth_distance_m(a->waypoint[i - 1].pos, a->waypoint[i].pos);
            timed = timed && a->waypoint[i].t_ns > a->waypoint[i - 1].t_ns;
        }
        timed =
            timed && a->waypoint[0].t_ns == a->start_ns && a->waypoint[a->n_waypoints - 1].t_ns == a->end_ns;
        double area = a->length_m * a->width_m,
               usable = asset->speed_mps * (1 - asset->turn_allowance_frac) * asset->search_s;
        budget = budget && fabs(a->track_m - (area / a->spacing_m - a->spacing_m)) < 1 &&
                 fabs(run / a->track_m - 1) < 1e-3 && a->track_m <= usable && a->track_m > 0.8 * usable &&
                 a->end_ns <= asset->on_scene_ns +
                                  (int64_t)((1 - asset->turn_allowance_frac) * asset->search_s * 1e9) &&
                 a->leave_ns == asset->on_scene_ns + (int64_t)(asset->search_s * 1e9);
        for (size_t j = 0; j < k; j++) {
            const struct plan_area *b = &r->area[j];
            for (int c = 0; c < 4 && p->asset[b->asset].separation == asset->separation; c++)
                for (int d = 0; d < 4; d++)
                    apart = apart && geo_earth_distance_m(a->corner[c], b->corner[d]) > 0.49 * NM;
        }
    }
    tap_ok(flyable, "all numbers are flyable: 0.1 NM, 0.1 minute, whole degrees");
    tap_ok(timed, "waypoints are in order of time, from the start to the end on scene");
    tap_ok(budget, "track = A/S - S, within speed x time less the turn allowance, and uses most of it");
    tap_ok(apart, "no two areas of one kind have corners within the buffer");
    tap_near(sum, r->pos_total, 1e-12, "marginal gains add up to the total");
}

// POS from the waypoints alone, by a program of its own: legs on the geodesic plane of each leg, small steps.
static double independent(const struct plan_problem *p, const struct plan_result *r, size_t every)
{
    const struct plan_cloud *c = &p->cloud;
    double pos = 0, weight = 0;
    for (size_t i = 0; i < c->n; i += every) {
        double exposure = 0;
        for (size_t k = 0; k < r->n_areas; k++) {
            const struct plan_area *a = &r->area[k];
            double w = p->asset[a->asset].sweep_m[c->object[i]];
            for (size_t leg = 0; leg + 1 < a->n_waypoints; leg++) {
                struct geo_pos from = a->waypoint[leg].pos, to = a->waypoint[leg + 1].pos;
                double t0 = (double)(a->waypoint[leg].t_ns - c->time_ns[0]) / 1e9;
                double t1 = (double)(a->waypoint[leg + 1].t_ns - c->time_ns[0]) / 1e9;
                double length = geo_earth_distance_m(from, to), v = length / (t1 - t0),
                       ky = geo_earth_m_per_deg_lat(from.lat_deg);
                int steps = 1 + (int)(length / 300);
                for (int s = 0; s < steps; s++) { // rate kappa / r^3, mid-point rule
                    double f = (s + 0.5) / steps, t = t0 + f * (t1 - t0), h = t / 3600;
                    size_t n = (size_t)h, at = n * c->n + i;
                    double lat = c->lat_deg[at] + (h - n) * (c->lat_deg[at + c->n] - c->lat_deg[at]);
                    double lon = c->lon_deg[at] + (h - n) * (c->lon_deg[at + c->n] - c->lon_deg[at]);
                    double y = from.lat_deg + f * (to.lat_deg - from.lat_deg),
                           x = from.lon_deg + f * (to.lon_deg - from.lon_deg);
                    double dist =
                        hypot((y - lat) * ky, (x - lon) * geo_earth_m_per_deg_lon((y + lat) / 2)) + 1;
                    exposure += w * w * v / (8 * CORE_PI) * (t1 - t0) / steps / (dist * dist * dist);
                }
            }
        }
        pos += c->weight[i] * (1 - exp(-exposure)), weight += c->weight[i];
    }
    return pos / weight;
}

static void whole_plan(void)
{
    struct try_lobe lobe = {0, 0, 5 * NM, 3 * NM, 40, 0.2, 0.1, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){33.5, 12.7}, 5000, 9, &lobe, 1, 1, 1, 0.02);
    double sweep[] = {0.9 * NM, 0.9 * NM, 0.5 * NM};
    struct plan_asset asset[] = {try_asset(&c, "A", 60, &sweep[0], 4, true),
                                 try_asset(&c, "B", 14, &sweep[1], 4, false),
                                 try_asset(&c, "C", 60, &sweep[2], 3, true)};
    struct plan_problem p = {c.cloud, asset, 3, PLAN_INVERSE_CUBE, 1, NULL, 1.5};
    struct core_job one = {.threads = 1}, two = {.threads = 2};
    struct plan_result r, again;
    bool good = !plan_make(&p, &one, &r, NULL) && !plan_make(&p, &two, &again, NULL);
    tap_ok(good && r.n_areas == 3, "three assets get an area each");
    areas_check(&p, &r);
    printf("# pos %.4f bound %.4f manual %.4f share %.3f\n", r.pos_total, r.pos_bound, r.manual_pos,
           r.pos_total / r.pos_bound);
    const struct plan_worksheet *w = &r.worksheet;
    tap_near(w->poc * w->pod, plan_manual_pos(w->error_m, w->effort_m2, w->factor, PLAN_INVERSE_CUBE), 1e-12,
             "the worksheet's POC x POD is its POS");
    tap_near(w->coverage * 4 * w->radius_m * w->radius_m / w->effort_m2, 1, 1e-12, "at C = Z / 4 R2");
    tap_ok(r.pos_total >= r.manual_pos, "the plan is not below the manual method");
    tap_ok(r.pos_total <= r.pos_bound && r.pos_total > 0.85 * r.pos_bound,
           "the plan is below its bound and near it");
    tap_ok(r.pos_total == again.pos_total && r.pos_bound == again.pos_bound &&
               !memcmp(&r.area[2].centre, &again.area[2].centre, sizeof r.area[2].centre),
           "any number of threads makes the same plan");
    tap_near(independent(&p, &r, 5) / r.pos_total, 1, 0.02,
             "an independent evaluation of the waypoints agrees within 2 %");
    tap_near(r.pos_per_source[0], r.pos_total, 1e-9, "with one scenario its share is the total");
    plan_result_fini(&r);
    plan_result_fini(&again);
    core_arena_fini(&c.arena);
}

static void from_base(void)
{
    struct try_lobe lobe = {0, 0, 5 * NM, 5 * NM, 0, 0.2, 0.1, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){33.5, 12.7}, 2000, 9, &lobe, 1, 1, 1, 0.02);
    double sweep = 0.8 * NM;
    struct plan_asset near = {.id = "near",
                              .separation = PLAN_AIR,
                              .is_air = true,
                              .altitude_m = NAN,
                              .speed_mps = 50,
                              .sweep_m = &sweep,
                              .turn_allowance_frac = .15,
                              .from = {34.5, 12.7},
                              .return_to = {34.5, 12.7},
                              .available_ns = c.cloud.time_ns[1],
                              .transit_mps = 70,
                              .endurance_s = 5 * 3600,
                              .reserve_frac = .15};
    struct plan_asset asset[] = {near, near};
    asset[1].id = "far", asset[1].from = asset[1].return_to = (struct geo_pos){43, 12.7};
    struct plan_problem p = {c.cloud, asset, 2, PLAN_RANDOM, 3, NULL, 0.6};
    struct core_job job = {.threads = 1};
    struct plan_result r = {0};
    bool good = !plan_make(&p, &job, &r, NULL) && r.n_areas == 1 && r.n_unused == 1;
    tap_ok(good && r.unused[0].asset == 1 && strstr(r.unused[0].why, "to get there and back of"),
           "an asset too far away is left out, with the reason");
    if (good) {
        const struct plan_area *a = &r.area[0];
        double out = geo_earth_distance_m(near.from, a->csp) / 70;
        double back = geo_earth_distance_m(a->waypoint[a->n_waypoints - 1].pos, near.return_to) / 70;
        tap_near((double)(a->start_ns - near.available_ns) / 1e9, out + 30, 31,
                 "the search starts at the minute in which the asset arrives");
        tap_ok((double)(a->leave_ns - near.available_ns) / 1e9 + back <= 5 * 3600 * .85 + 1 &&
                   a->end_ns < a->leave_ns,
               "and the asset is home before its reserve");
        tap_ok(r.pos_total <= r.pos_bound, "random search: below the bound");
    }
    plan_result_fini(&r);
    core_arena_fini(&c.arena);
}

// One asset keeps its area, the others avoid a square on the mean; more work is never worse.
static void orders(void)
{
    struct try_lobe lobe = {0, 0, 4 * NM, 4 * NM, 0, 0, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){33.5, 12.7}, 1500, 9, &lobe, 1, 1, 1, 0.02);
    double sweep = 0.8 * NM;
    struct plan_asset asset[] = {try_asset(&c, "A", 60, &sweep, 3, true),
                                 try_asset(&c, "B", 14, &sweep, 3, false)};
    struct plan_problem p = {.cloud = c.cloud, .asset = asset, .n_assets = 2, .seed = 1, .budget_s = 2};
    struct core_job job = {.threads = 2};
    struct plan_result first = {0}, kept = {0}, apart = {0}, more = {0};
    bool good = !plan_make(&p, &job, &first, NULL) && first.n_areas == 2;
    p.budget_s = 6;
    good = good && !plan_make(&p, &job, &more, NULL);
    tap_ok(good && more.pos_total >= first.pos_total - 1e-6, "more work is never worse");
    p.budget_s = 2;
    asset[0].keep = &first.area[0];
    good = good && !plan_make(&p, &job, &kept, NULL) && kept.n_areas == 2;
    tap_ok(good && kept.area[0].n_waypoints == first.area[0].n_waypoints &&
               !memcmp(kept.area[0].waypoint, first.area[0].waypoint,
                       first.area[0].n_waypoints * sizeof *first.area[0].waypoint),
           "an area to be kept keeps its legs");
    tap_near(good ? kept.area[0].pos_alone : 0, first.area[0].pos_alone, 1e-9, "and its POS");
    asset[0].keep = NULL;
    struct geo_pos ring[4], mean = {33.5, 12.7};
    for (int i = 0; i < 4; i++)
        ring[i] = geo_earth_forward(mean, 45 + 90 * i, 2 * NM);
    struct plan_avoid avoid = {ring, 4};
    p.avoid = &avoid, p.n_avoid = 1;
    good = good && !plan_make(&p, &job, &apart, NULL) && apart.n_areas == 2;
    bool clear = good;
    for (size_t k = 0; good && k < 2; k++)
        for (size_t i = 0; i + 1 < apart.area[k].n_waypoints; i++)
            for (int s = 0; s <= 20; s++) { // along the leg; the square's inner circle has sqrt 2 NM
                struct geo_pos a = apart.area[k].waypoint[i].pos, b = apart.area[k].waypoint[i + 1].pos;
                struct geo_pos at = {a.lat_deg + s / 20.0 * (b.lat_deg - a.lat_deg),
                                     a.lon_deg + s / 20.0 * (b.lon_deg - a.lon_deg)};
                clear = clear && geo_earth_distance_m(at, mean) > 1.41 * NM;
            }
    tap_ok(clear, "no leg touches an area to be avoided");
    tap_ok(good && apart.pos_total < first.pos_total, "which costs POS");
    plan_result_fini(&first), plan_result_fini(&more), plan_result_fini(&kept), plan_result_fini(&apart);
    core_arena_fini(&c.arena);
}

// A plan as a hand may write it: legs with and without times, only an area, and what cannot be read.
static enum ph_status file_try(const char *text, struct core_arena *arena, struct plan_file *out,
                               struct ph_err *err)
{
    char path[] = "/tmp/pharos-plan-XXXXXX";
    int fd = mkstemp(path);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    enum ph_status status = good ? plan_file_read(path, arena, out, err) : PH_EIO;
    if (fd >= 0)
        close(fd);
    unlink(path);
    return status;
}

static void edited(void)
{
    struct core_arena arena = {0};
    struct plan_file file = {0};
    struct ph_err err = {0};
    const char *legs = "{\"pharos\": \"plan/1\", \"assets\": [{\"id\": \"A\", \"speed_kn\": 60, "
                       "\"track_spacing_nm\": 1, \"start\": \"2016-08-29T08:00:00Z\", \"waypoints\": ["
                       "{\"lat\": 33, \"lon\": 12}, {\"lat\": 33.1, \"lon\": 12}]}]}";
    bool good = !file_try(legs, &arena, &file, &err) && plan_file_find(&file, "A");
    const struct plan_area *a = good ? &file.kept[0].area : NULL;
    tap_near(good ? (double)(a->end_ns - a->start_ns) / 1e9 : 0, a ? a->track_m / (60 * CORE_MPS_PER_KN) : -1,
             1e-3, "a waypoint without a time is reached at search speed");
    tap_near(good ? a->length_m / NM : 0, a ? a->track_m / NM + 1 : -1, 2e-3,
             "the area reaches half a spacing beyond the legs");
    const char *area = "{\"pharos\": \"plan/1\", \"assets\": [{\"id\": \"B\", \"pattern\": \"CS\", "
                       "\"speed_kn\": 60, \"track_spacing_nm\": 1, \"start\": \"2016-08-29T08:00:00Z\", "
                       "\"centre\": {\"lat\": 33, \"lon\": 12}, \"length_nm\": 10, \"width_nm\": 4, "
                       "\"orientation_deg\": 90}]}";
    good = !file_try(area, &arena, &file, &err);
    a = good ? &file.kept[0].area : NULL;
    tap_ok(good && a->n_waypoints == 20, "an area of 10 by 4 at spacing 1, legs across: ten legs");
    tap_near(good ? a->track_m / NM : 0, 10 * 4 / 1.0 - 1, 1e-9, "with A/S - S of track");
    tap_near(good ? a->length_m / NM : 0, 10, 2e-3, "in the same area");
    tap_ok(file_try("{\"pharos\": \"plan/1\", \"assets\": [{\"id\": \"A\"}]}", &arena, &file, &err) ==
                   PH_EINPUT &&
               strstr(err.where, "/assets/0/"),
           "a plan with neither legs nor area is refused, and says where");
    tap_ok(file_try("[]", &arena, &file, &err) == PH_EINPUT, "another file is no plan");
    core_arena_fini(&arena);
}

// Legs of a pattern in the plane, over ground: length and the turn before it.
static double leg_m(const struct plan_vertex *v, size_t i)
{
    return hypot(v[i + 1].x_m - v[i].x_m, v[i + 1].y_m - v[i].y_m);
}

static double turn_deg(const struct plan_vertex *v, size_t i)
{
    double a = atan2(v[i].x_m - v[i - 1].x_m, v[i].y_m - v[i - 1].y_m);
    double b = atan2(v[i + 1].x_m - v[i].x_m, v[i + 1].y_m - v[i].y_m);
    return core_deg_wrap360((b - a) / CORE_RAD_PER_DEG + 1e-9);
}

// Expanding square and sector search keep their geometry; on a tight cloud that drifts fast one of them wins.
static void patterns(void)
{
    struct try_lobe lobe = {0, 0, 700, 700, 0, 1.2, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){33.5, 12.7}, 2000, 9, &lobe, 1, 1, 1, 0.01);
    double sweep = 0.5 * NM;
    struct plan_asset boat = try_asset(&c, "boat", 15, &sweep, 2, false);
    struct plan_flat flat;
    plan_flat_init(&flat, (struct geo_pos){33.5, 12.7});
    struct plan_wish wish = {
        .kind = PLAN_SQUARE, .bearing_deg = 30, .log_spacing = log(0.5 * NM), .right = true};
    struct plan_rectangle r;
    struct plan_vertex v[2 * PLAN_MOST_LEGS];
    int64_t from = c.cloud.time_ns[0], to = c.cloud.time_ns[8];
    bool good = plan_rectangle_make(&flat, &boat, 0, &wish, from, to, &r), turns = good;
    size_t n = good ? plan_rectangle_vertices(&r, from, v) : 0;
    double worst = 0, total = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        worst = fmax(worst, fabs(leg_m(v, i) - (double)(i / 2 + 1) * 0.5 * NM)), total += leg_m(v, i);
        turns = turns && (!i || fabs(turn_deg(v, i) - 90) < 1e-6);
    }
    double k = (double)(n - 1) / 2;
    tap_ok(good && worst < 1e-6 && turns, "SS: legs S, S, 2S, 2S, ... with right turns");
    tap_near(total, 0.5 * NM * k * (k + 1), 1e-6, "SS: track S k (k + 1)");
    tap_near(hypot(v[0].x_m, v[0].y_m), 0, 100, "SS: begins at the datum, to a tenth of a minute");

    wish.kind = PLAN_SECTOR, wish.log_aspect = 1;
    good = plan_rectangle_make(&flat, &boat, 0, &wish, from, to, &r);
    n = good ? plan_rectangle_vertices(&r, from, v) : 0;
    turns = n == 19;
    worst = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        worst = fmax(worst, fabs(leg_m(v, i) - r.leg_side_m / 2));
        double want = i % 3 ? 120 : 0; // through the datum, or round
        turns = turns && (!i || i == 9 || fabs(turn_deg(v, i) - want) < 1e-6);
    }
    double first = core_deg_wrap360(atan2(v[1].x_m - v[0].x_m, v[1].y_m - v[0].y_m) / CORE_RAD_PER_DEG),
           second = core_deg_wrap360(atan2(v[10].x_m - v[9].x_m, v[10].y_m - v[9].y_m) / CORE_RAD_PER_DEG);
    tap_ok(turns && worst < 1e-6, "VS: nine legs R a pass, turns of 120 degrees, straight through the datum");
    tap_near(second - first, 30, 1e-6, "VS: the second pass is turned by 30 degrees");
    tap_near(hypot(v[9].x_m - v[0].x_m, v[9].y_m - v[0].y_m), 0, 1e-6,
             "VS: each pass comes back to the datum");

    struct plan_problem p = {.cloud = c.cloud, .asset = &boat, .n_assets = 1, .seed = 1, .budget_s = 2};
    struct core_job job = {.threads = 2};
    struct plan_result plan = {0};
    good = !plan_make(&p, &job, &plan, NULL) && plan.n_areas == 1;
    printf("# %s pos %.4f manual %.4f bound %.4f\n", good ? plan.area[0].pattern : "", plan.pos_total,
           plan.manual_pos, plan.pos_bound);
    tap_ok(good && (!strcmp(plan.area[0].pattern, "SS") || !strcmp(plan.area[0].pattern, "VS")) &&
               plan.area[0].drift_mps > 1,
           "a tight cloud that drifts fast is searched about a datum that drifts with it");
    tap_ok(good && plan.pos_total > plan.manual_pos && plan.pos_total <= plan.pos_bound,
           "above the manual square, below the bound");
    plan_result_fini(&plan);
    core_arena_fini(&c.arena);
}

int main(void)
{
    patterns();
    orders();
    edited();
    manual();
    windows();
    gaps();
    whole_plan();
    from_base();
    return tap_done();
}
