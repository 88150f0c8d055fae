// Rules that every final plan keeps, whatever its patterns: times, windows, endurance, the way home, room
// between units; areas that must be searched.
#include "plan/rules.h"

#include "core/rng.h"
#include "plan/plan_try.h"
#include "test/tap.h"

static const double NM = CORE_M_PER_NM;

// Smallest distance between two areas, from points all along the edges of each: good to the steps of them.
static double apart_m(const struct plan_area *a, const struct plan_area *b)
{
    double least = INFINITY;
    for (int i = 0; i < 80; i++)
        for (int k = 0; k < 80; k++) {
            struct geo_pos p[2];
            const struct plan_area *of[2] = {a, b};
            const int at[2] = {i, k};
            for (int s = 0; s < 2; s++) {
                struct geo_pos from = of[s]->corner[at[s] / 20], to = of[s]->corner[(at[s] / 20 + 1) % 4];
                double w = at[s] % 20 / 20.0;
                p[s] = (struct geo_pos){from.lat_deg + w * (to.lat_deg - from.lat_deg),
                                        from.lon_deg + w * (to.lon_deg - from.lon_deg)};
            }
            double ky = geo_earth_m_per_deg_lat(33.5), kx = geo_earth_m_per_deg_lon(33.5);
            least =
                fmin(least, hypot((p[0].lat_deg - p[1].lat_deg) * ky, (p[0].lon_deg - p[1].lon_deg) * kx));
        }
    return least;
}

static bool in_a_window(const struct plan_asset *asset, const struct plan_area *a)
{
    bool in = !asset->n_windows;
    for (size_t i = 0; i < asset->n_windows; i++)
        in |= a->start_ns >= asset->window[i].from_ns && a->leave_ns <= asset->window[i].to_ns;
    return in;
}

static double seconds(int64_t ns)
{
    return (double)ns / CORE_NS_PER_S;
}

// Everything that a unit was promised about its time.
static bool keeps_time(const struct plan_asset *asset, const struct plan_area *a)
{
    const struct plan_waypoint *w = a->waypoint;
    bool good = in_a_window(asset, a) && a->start_ns < a->end_ns && a->end_ns <= a->leave_ns;
    for (size_t i = 1; i < a->n_waypoints; i++) {
        double s = seconds(w[i].t_ns - w[i - 1].t_ns), m = geo_earth_distance_m(w[i - 1].pos, w[i].pos);
        good = good && s > 0 && m <= (asset->speed_mps + a->drift_mps) * (s + 1) * 1.002;
    }
    if (asset->has_on_scene)
        return good && a->start_ns >= asset->on_scene_ns &&
               seconds(a->leave_ns - asset->on_scene_ns) <= asset->search_s + 1e-6;
    double out_s = geo_earth_distance_m(asset->from, w[0].pos) / asset->transit_mps;
    double back_s = geo_earth_distance_m(w[a->n_waypoints - 1].pos, asset->return_to) / asset->transit_mps;
    double away_s = out_s + seconds(a->leave_ns - a->start_ns) + back_s;
    return good && seconds(a->start_ns - asset->available_ns) >= out_s - 1 &&
           away_s <= asset->endurance_s * (1 - asset->reserve_frac) + 1;
}

static double buffer_of(const struct plan_asset *a, const struct plan_asset *b)
{
    if (a->separation != b->separation)
        return -1;
    if (a->separation == PLAN_SURFACE)
        return 0.5 * NM;
    return isfinite(a->altitude_m) && isfinite(b->altitude_m) && fabs(a->altitude_m - b->altitude_m) > 150
               ? 0
               : NM;
}

static bool keep_apart(const struct plan_problem *p, const struct plan_result *r)
{
    bool good = true;
    for (size_t i = 0; i < r->n_areas; i++)
        for (size_t k = 0; k < i; k++) {
            const struct plan_area *a = &r->area[i], *b = &r->area[k];
            double buffer = buffer_of(&p->asset[a->asset], &p->asset[b->asset]);
            if (buffer < 0 || a->end_ns <= b->start_ns || b->end_ns <= a->start_ns)
                continue;
            good = good && apart_m(a, b) >= buffer * 0.999 - 1;
        }
    return good;
}

static void asset_draw(const struct try_cloud *c, struct plan_asset *asset, uint64_t seed, uint32_t i,
                       bool tight, double *sweep, struct plan_span *window)
{
    double u[4], v[4];
    core_rng_uniform(seed, 100, i, CORE_RNG_PLAN, u);
    core_rng_uniform(seed, 101, i, CORE_RNG_PLAN, v);
    *sweep = (0.1 + 1.2 * u[0]) * NM;
    *asset = try_asset(c, "unit", tight || u[1] < 0.5 ? 14 : 80, sweep, 1 + 4 * u[2], !tight && u[1] >= 0.5);
    asset->altitude_m = u[3] < 0.5 ? NAN : 100 + 300 * (i % 2);
    asset->kind = u[1] < 0.5;
    if (tight) // where patterns about a datum win: a short search of a cloud that drifts fast
        *sweep = 0.5 * NM, asset->speed_mps = 15 * CORE_MPS_PER_KN, asset->search_s = 1800 * (double)seed;
    else if (v[0] < 0.4) {
        asset->has_on_scene = false;
        asset->from = asset->return_to =
            geo_earth_forward((struct geo_pos){33.5, 12.7}, 360 * v[1], (20 + 40 * v[2]) * NM);
        asset->available_ns = c->cloud.time_ns[1];
        asset->transit_mps = 1.2 * asset->speed_mps;
        asset->endurance_s = (4 + 4 * v[2]) * 3600, asset->reserve_frac = 0.15;
    }
    if (!tight && v[3] < 0.4) {
        *window = (struct plan_span){c->cloud.time_ns[2], c->cloud.time_ns[5]};
        asset->window = window, asset->n_windows = 1;
    }
}

// Clouds from very tight to wide, drifting; one to four units of all sorts.
static void all_patterns(void)
{
    enum { CASES = 14, MOST = 4 };
    bool timed = true, apart = true;
    size_t areas = 0, rectangles = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        bool tight = seed <= 4;
        double spread = tight ? 700 : NM * 0.3 * pow(1.5, (double)(seed - 1)), sweep[MOST];
        const struct try_lobe lobe = {0, 0, spread, tight ? spread : spread * 0.7, 30, 1.2, 0, 1};
        struct try_cloud c;
        try_cloud_make(&c, (struct geo_pos){33.5, 12.7}, 800, 11, &lobe, 1, 1, seed, 0.01);
        struct plan_asset asset[MOST];
        struct plan_span window[MOST];
        size_t n = tight ? 1 : 1 + seed % MOST;
        for (size_t i = 0; i < n; i++)
            asset_draw(&c, &asset[i], seed, (uint32_t)i, tight, &sweep[i], &window[i]);
        struct plan_problem p = {
            .cloud = c.cloud, .asset = asset, .n_assets = n, .seed = seed, .brief = true};
        struct core_job job = {.threads = 2};
        struct plan_result r = {0};
        if (plan_make(&p, &job, &r, NULL))
            timed = false;
        for (size_t k = 0; k < r.n_areas; k++) {
            timed = timed && keeps_time(&asset[r.area[k].asset], &r.area[k]);
            rectangles += r.area[k].pattern[0] == 'P' || r.area[k].pattern[0] == 'C';
        }
        apart = apart && keep_apart(&p, &r);
        areas += r.n_areas;
        plan_result_fini(&r);
        core_arena_fini(&c.arena);
    }
    tap_ok(areas > CASES && rectangles < areas, "%zu areas, %zu of them rectangles", areas, rectangles);
    tap_ok(timed, "every unit keeps its time, windows, speed, endurance, reserve and way home");
    tap_ok(apart, "units that share air or water keep their buffers while they search");
}

// An area holds all corners and the middle of a place.
static bool holds(const struct plan_area *a, const struct geo_pos ring[4], struct geo_pos middle)
{
    bool all = true;
    for (int i = 0; i < 5; i++) {
        struct geo_pos p = i < 4 ? ring[i] : middle;
        int left = 0;
        for (int k = 0; k < 4; k++) {
            struct geo_pos f = a->corner[k], t = a->corner[(k + 1) % 4];
            left += (t.lon_deg - f.lon_deg) * (p.lat_deg - f.lat_deg) >
                    (t.lat_deg - f.lat_deg) * (p.lon_deg - f.lon_deg);
        }
        all = all && (left == 0 || left == 4);
    }
    return all;
}

// A bank off the cloud that must be searched: it is, though nobody is likely to be there.
static void must(void)
{
    const struct try_lobe lobe = {0, 0, 3 * NM, 3 * NM, 0, 0, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 1500, 9, &lobe, 1, 1, 1, 0);
    double sweep = 1 * NM;
    struct plan_asset asset[] = {try_asset(&c, "A", 80, &sweep, 2, true),
                                 try_asset(&c, "B", 80, &sweep, 2, true)};
    struct geo_pos bank = geo_earth_forward((struct geo_pos){40, -30}, 90, 20 * NM), ring[4],
                   inner[4]; // coverage is judged on points a twelfth of the area apart
    for (int i = 0; i < 4; i++)
        ring[i] = geo_earth_forward(bank, 45 + 90 * i, 4 * NM),
        inner[i] = geo_earth_forward(bank, 45 + 90 * i, 3.6 * NM);
    struct plan_must area = {"bank", ring, 4, 0.8};
    struct plan_problem p = {.cloud = c.cloud, .asset = asset, .n_assets = 2, .seed = 1, .brief = true};
    struct core_job job = {.threads = 2};
    struct plan_result without = {0}, with = {0};
    bool good = !plan_make(&p, &job, &without, NULL);
    p.must = &area, p.n_must = 1;
    good = good && !plan_make(&p, &job, &with, NULL) && with.n_areas == 2;
    bool there = false, was = false;
    for (size_t k = 0; good && k < 2; k++) {
        there |= holds(&with.area[k], inner, bank) && with.area[k].coverage >= 0.8;
        was |= k < without.n_areas && geo_earth_distance_m(without.area[k].centre, bank) < 8 * NM;
    }
    tap_ok(good && there && !was, "an area that must be searched is, one that need not be is not");
    tap_ok(good && !job.n_warnings, "and nothing is to be said about it");
    tap_ok(good && with.pos_total < without.pos_total && with.pos_total > 0.3 * without.pos_total,
           "the other unit still searches where they are: %.3f of %.3f", with.pos_total, without.pos_total);
    plan_result_fini(&without), plan_result_fini(&with);
    area.coverage = 10;
    good = !plan_make(&p, &job, &with, NULL);
    tap_ok(good && job.n_warnings == 1 && strstr(job.first_warning->text, "bank must be searched"),
           "what cannot be covered as asked is a warning");
    plan_result_fini(&with);
    core_job_fini(&job);
    core_arena_fini(&c.arena);
}

// Two windows: the one that leaves more time is taken, and one that leaves none is told.
static void windows(void)
{
    const struct try_lobe lobe = {0, 0, 3 * NM, 3 * NM, 0, 0, 0, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){40, -30}, 800, 9, &lobe, 1, 1, 1, 0);
    const int64_t *t = c.cloud.time_ns;
    double sweep = 1 * NM;
    struct plan_span span[] = {{t[1], t[2]}, {t[3], t[6]}}, never = {t[8], t[8]};
    struct plan_asset asset[] = {try_asset(&c, "A", 80, &sweep, 6, true),
                                 try_asset(&c, "B", 14, &sweep, 6, false)};
    asset[0].window = span, asset[0].n_windows = 2;
    asset[1].window = &never, asset[1].n_windows = 1;
    struct plan_problem p = {.cloud = c.cloud, .asset = asset, .n_assets = 2, .seed = 1, .brief = true};
    struct core_job job = {.threads = 1};
    struct plan_result r = {0};
    bool good = !plan_make(&p, &job, &r, NULL) && r.n_areas == 1 && r.n_unused == 1;
    tap_ok(good && r.area[0].start_ns == t[3] && r.area[0].leave_ns == t[6],
           "of two windows the longer one is searched");
    tap_ok(good && strstr(r.unused[0].why, "outside the times"),
           "a unit whose windows hold no time is told: %s", good ? r.unused[0].why : "");
    plan_result_fini(&r);
    core_arena_fini(&c.arena);
}

int main(void)
{
    all_patterns();
    must();
    windows();
    return tap_done();
}
