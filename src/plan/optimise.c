#include "plan/optimise.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/climb.h"
#include "plan/trackline.h"

enum { STARTS = 96, KEPT = 3 };
static const double EFFORT = 2.0 / 3; // of the first search

// --- one asset
// ----------------------------------------------------------------------------------------------

// Where to begin: on the mean and on places drawn from the cloud; along and across its axis; wide and tight.
static struct plan_wish start(struct plan_crew *crew, size_t asset, const struct plan_view *view, int i,
                              const double *x, const double *y, double missing)
{
    static const double coverage[] = {0.45, 0.7, 1, 1.5, 2.3};
    static const double aspect[] = {0, 0.7, -0.7};
    const struct plan_spread *s = &view->spread;
    struct plan_dice d = plan_climb_roll(crew, asset);
    struct plan_wish w = {.x_m = s->x_m,
                          .y_m = s->y_m,
                          .bearing_deg = plan_bearing_of(s->angle_rad) + (i / 5 % 2 ? 90 : 0),
                          .log_spacing = log(fmax(crew->sweep_m[asset], 50) / coverage[i % 5]),
                          .log_aspect = aspect[i / 10 % 3],
                          .far_end = d.more[1] < 0,
                          .right = d.more[2] < 0};
    if (i < STARTS / 3)
        return w;
    double aim = d.uniform[0] * missing, running = 0;
    for (size_t k = 0; k < crew->scene->n; k++) {
        running += crew->left[k];
        if (running >= aim && isfinite(x[k])) {
            double pull = i < 2 * STARTS / 3 ? 0.5 : 1; // half way to the particle, or all the way
            w.x_m += pull * (x[k] - w.x_m), w.y_m += pull * (y[k] - w.y_m);
            break;
        }
    }
    return w;
}

// Velocity of the cloud's mean around a time.
static struct geo_xy drift_of(const struct plan_scene *scene, double t_s)
{
    size_t k = 0;
    while (k + 2 < scene->n_knots && scene->knot_s[k + 1] <= t_s)
        k++;
    struct plan_spread a, b;
    double dt = scene->knot_s[k + 1] - scene->knot_s[k];
    if (!plan_scene_spread(scene, scene->knot_s[k], NULL, &a) ||
        !plan_scene_spread(scene, scene->knot_s[k + 1], NULL, &b))
        return (struct geo_xy){0, 0};
    return (struct geo_xy){(b.x_m - a.x_m) / dt, (b.y_m - a.y_m) / dt};
}

// On a tight cloud also the patterns about a datum, over ground and drifting with it. Random search knows no
// pattern, only area and effort.
static double respond_datum(struct plan_crew *crew, size_t asset, double effort, const struct plan_view *view,
                            struct plan_wish *best, double top)
{
    enum { SPACINGS = 5, KINDS = SPACINGS + 2, TRIES = 2 * KINDS };
    static const double tight_m = 2.5 * CORE_M_PER_NM, coverage[SPACINGS] = {0.45, 0.7, 1, 1.5, 2.3};
    if (crew->problem->detection == PLAN_RANDOM || view->spread.major_m > tight_m)
        return top;
    struct geo_xy drift = drift_of(crew->scene, view->mid_s);
    struct plan_wish wish[TRIES];
    double score[TRIES];
    for (int i = 0; i < TRIES; i++) {
        int k = i % KINDS;
        wish[i] = (struct plan_wish){
            .kind = k < SPACINGS ? PLAN_SQUARE : PLAN_SECTOR,
            .u_mps = i < KINDS ? 0 : drift.x_m,
            .v_mps = i < KINDS ? 0 : drift.y_m,
            .x_m = view->spread.x_m,
            .y_m = view->spread.y_m,
            .bearing_deg = plan_bearing_of(view->spread.angle_rad),
            .log_spacing = log(fmax(crew->sweep_m[asset], 50) / coverage[k < SPACINGS ? k : 0]),
            .log_aspect = k == SPACINGS ? -1 : 1,
        };
    }
    plan_crew_score(crew, asset, wish, TRIES, score);
    for (int kept = 0; kept < 2; kept++) {
        int at = 0;
        for (int i = 1; i < TRIES; i++)
            if (score[i] > score[at])
                at = i;
        double got = plan_climb(crew, asset, &wish[at], score[at], 0.2, (int)(6 * effort + 1), &view->spread);
        if (got > top)
            top = got, *best = wish[at];
        score[at] = -4;
    }
    return top;
}

// On a cloud that is a line also passes along it.
static double respond_line(struct plan_crew *crew, size_t asset, double effort, const struct plan_view *view,
                           const double *x, const double *y, struct plan_wish *best, double top)
{
    enum { PASSES = 4, SPACINGS = 3, TRIES = PASSES * SPACINGS };
    static const double coverage[SPACINGS] = {0.5, 0.8, 1.3};
    struct plan_wish line = {.kind = PLAN_TRACKLINE}, wish[TRIES];
    double score[TRIES];
    if (crew->problem->detection == PLAN_RANDOM ||
        !plan_trackline_route(crew->scene, &view->spread, x, y, crew->left, &line))
        return top;
    for (int i = 0; i < TRIES; i++) {
        struct plan_dice d = plan_climb_roll(crew, asset);
        wish[i] = line;
        wish[i].log_aspect = log(1 + i % PASSES);
        wish[i].log_spacing = log(fmax(crew->sweep_m[asset], 50) / coverage[i / PASSES]);
        wish[i].far_end = d.more[1] < 0, wish[i].right = d.more[2] < 0;
    }
    plan_crew_score(crew, asset, wish, TRIES, score);
    int at = 0;
    for (int i = 1; i < TRIES; i++)
        if (score[i] > score[at])
            at = i;
    double got = plan_climb(crew, asset, &wish[at], score[at], 0.1, (int)(8 * effort + 1), &view->spread);
    if (got > top)
        top = got, *best = wish[at];
    return top;
}

// The best answer of one asset to what the others leave, from scratch. Places it when it gains anything.
void plan_optimise_respond(struct plan_crew *crew, size_t asset, double effort, double *x, double *y)
{
    struct plan_wish wish[STARTS], best = {0};
    double score[STARTS], top = -3;
    struct plan_view view;
    double missing = plan_crew_miss(crew, asset);
    if (crew->problem->asset[asset].keep || crew->sweep_m[asset] <= 0 ||
        !plan_view_of(crew, asset, crew->left, &view))
        return;
    plan_scene_at(crew->scene, view.mid_s, x, y);
    for (int i = 0; i < STARTS; i++)
        wish[i] = start(crew, asset, &view, i, x, y, missing);
    plan_crew_score(crew, asset, wish, STARTS, score);
    for (int k = 0; k < KEPT; k++) {
        int at = 0;
        for (int i = 1; i < STARTS; i++)
            if (score[i] > score[at])
                at = i;
        struct plan_wish w = wish[at];
        double got = plan_climb(crew, asset, &w, score[at], 0.3, (int)(5 * effort + 1), &view.spread);
        if (got > top)
            top = got, best = w;
        score[at] = -4;
    }
    top = plan_climb(crew, asset, &best, top, 0.15, (int)(6 * effort + 1), &view.spread);
    top = respond_datum(crew, asset, effort, &view, &best, top);
    top = respond_line(crew, asset, effort, &view, x, y, &best, top);
    if (top > 0)
        plan_crew_place(crew, asset, &best);
}

// A placed asset moves to where it gains more while the others stay.
void plan_optimise_improve(struct plan_crew *crew, size_t asset, double size, int batches)
{
    struct plan_view view;
    if (!crew->used[asset] || crew->problem->asset[asset].keep || !plan_view_of(crew, asset, NULL, &view))
        return;
    struct plan_wish best = crew->wish[asset];
    double score;
    plan_crew_miss(crew, asset);
    plan_crew_score(crew, asset, &best, 1, &score);
    double got = plan_climb(crew, asset, &best, score, size, batches, &view.spread);
    if (got > score)
        plan_crew_place(crew, asset, &best);
}

// Two assets change places when that is better.
static void swap(struct plan_crew *crew, size_t a, size_t b)
{
    if (!crew->used[a] || !crew->used[b] || crew->problem->asset[a].keep || crew->problem->asset[b].keep)
        return;
    double before = plan_crew_value(crew);
    struct plan_wish wa = crew->wish[a], wb = crew->wish[b], to_a = wa, to_b = wb;
    to_a.x_m = wb.x_m, to_a.y_m = wb.y_m, to_a.bearing_deg = wb.bearing_deg;
    to_b.x_m = wa.x_m, to_b.y_m = wa.y_m, to_b.bearing_deg = wa.bearing_deg;
    bool good = plan_crew_place(crew, a, &to_a) && plan_crew_place(crew, b, &to_b) && !plan_crew_clash(crew);
    if (good && plan_crew_value(crew) > before)
        return;
    bool back = plan_crew_place(crew, a, &wa);
    back = plan_crew_place(crew, b, &wb) && back;
    (void)back; // both were flyable before
}

static void cycle(struct plan_crew *crew, const size_t *order, double size, int batches)
{
    for (size_t k = 0; k < crew->problem->n_assets; k++)
        plan_optimise_improve(crew, order[k], size, batches);
}

// Whoever found no room so far tries again.
static void invite(struct plan_crew *crew, const size_t *order, double effort, double *x, double *y)
{
    for (size_t k = 0; k < crew->problem->n_assets; k++)
        if (!crew->used[order[k]])
            plan_optimise_respond(crew, order[k], effort, x, y);
}

// Work space of the exploration.
struct desk {
    size_t *order, *list;
    double *effort, *x, *y;
};

static bool desk_init(const struct plan_crew *crew, struct core_arena *arena, struct desk *out)
{
    size_t n = crew->problem->n_assets, particles = crew->scene->n;
    *out = (struct desk){CORE_ARENA_NEW(arena, size_t, n), CORE_ARENA_NEW(arena, size_t, n),
                         CORE_ARENA_NEW(arena, double, n), CORE_ARENA_NEW(arena, double, particles),
                         CORE_ARENA_NEW(arena, double, particles)};
    if (!out->order || !out->list || !out->effort || !out->x || !out->y)
        return false;
    plan_arrange_order(crew, out->order, out->effort);
    return true;
}

static void arrange(struct plan_crew *crew, int kind, const struct desk *desk, double effort,
                    struct plan_arrangement *manual)
{
    plan_arrange_clear(crew);
    if (kind > 0)
        plan_arrange_lay(crew, (enum plan_layout)(kind - 1), desk->order, desk->effort, desk->list);
    if (kind > 0 && kind - 1 == PLAN_MANUAL)
        plan_arrange_keep(crew, manual);
    invite(crew, desk->order, effort, desk->x, desk->y);
    cycle(crew, desk->order, 0.25, (int)(4 * effort + 1));
    cycle(crew, desk->order, 0.12, (int)(3 * effort + 1));
}

static void polish(struct plan_crew *crew, const struct desk *desk, double effort)
{
    size_t n = crew->problem->n_assets;
    for (int round = 0; round < 2; round++) {
        for (size_t a = 0; a < n; a++)
            for (size_t b = a + 1; b < n; b++)
                swap(crew, a, b);
        invite(crew, desk->order, effort, desk->x, desk->y);
        cycle(crew, desk->order, 0.3, (int)(4 * effort + 1));
        cycle(crew, desk->order, 0.08, (int)(4 * effort + 1));
    }
}

enum ph_status plan_optimise_explore(struct plan_crew *crew, struct core_job *job, struct core_arena *arena,
                                     struct plan_arrangement *best, struct plan_arrangement *manual,
                                     struct ph_err *err)
{
    enum { KINDS = 6 }; // greedy, and each of enum plan_layout
    double effort = EFFORT, top = -1;
    struct desk desk;
    if (!desk_init(crew, arena, &desk))
        return core_err_nomem(err);
    for (int kind = 0; kind < KINDS; kind++) {
        if (core_job_cancelled(job))
            return core_job_interrupted(err);
        core_job_progress(job, "plan", 0.1 + 0.1 * kind);
        arrange(crew, kind, &desk, effort, manual);
        double pos = plan_crew_value(crew);
        if (pos > top)
            top = pos, plan_arrange_keep(crew, best);
    }
    if (!plan_arrange_place(crew, best))
        return core_err_set(err, PH_EINTERNAL, "plan", NULL, "the best arrangement cannot be placed again");
    polish(crew, &desk, effort);
    plan_arrange_keep(crew, best);
    return PH_OK;
}

enum ph_status plan_optimise_again(struct plan_crew *crew, struct core_arena *arena, struct ph_err *err)
{
    static const enum plan_layout kinds[] = {PLAN_TILES, PLAN_TILES_MIXED, PLAN_STRIPS_ALONG,
                                             PLAN_STRIPS_ACROSS};
    size_t n = crew->problem->n_assets;
    struct plan_arrangement best = {CORE_ARENA_NEW(arena, struct plan_wish, n),
                                    CORE_ARENA_NEW(arena, bool, n)};
    struct desk desk;
    if (!best.wish || !best.used || !desk_init(crew, arena, &desk))
        return core_err_nomem(err);
    double top = plan_crew_value(crew);
    plan_arrange_keep(crew, &best);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        arrange(crew, 1 + (int)kinds[k], &desk, 0.2, NULL);
        double value = plan_crew_value(crew);
        if (value > top)
            top = value, plan_arrange_keep(crew, &best);
    }
    return plan_arrange_place(crew, &best)
               ? PH_OK
               : core_err_set(err, PH_EINTERNAL, "plan", NULL, "the best arrangement cannot be placed again");
}

// One more round: one asset (each in turn) looks again from scratch on the sample, all adapt to it, and on
// the full scene it is taken only when it is better.
static void round_more(struct plan_crew *crew, struct plan_crew *scouts, size_t round,
                       const struct desk *desk, struct plan_arrangement *best, struct plan_arrangement *tried)
{
    size_t n = crew->problem->n_assets;
    double before = plan_crew_value(crew);
    plan_arrange_keep(crew, best);
    bool good = plan_arrange_place(scouts, best);
    plan_crew_remove(scouts, round % n);
    plan_optimise_respond(scouts, round % n, 0.5, desk->x, desk->y);
    cycle(scouts, desk->order, 0.25, 2);
    cycle(scouts, desk->order, 0.08, 2);
    plan_arrange_keep(scouts, tried);
    good = plan_arrange_place(crew, tried) && good;
    if (good)
        for (size_t k = 0; k < n; k++)
            plan_optimise_improve(crew, desk->order[k], 0.05, 2);
    if (!good || plan_crew_value(crew) <= before) {
        good = plan_arrange_place(crew, best);
        for (size_t k = 0; good && k < n; k++)
            plan_optimise_improve(crew, desk->order[k], round % 2 ? 0.15 : 0.03, 1);
    }
}

enum ph_status plan_optimise_more(struct plan_crew *crew, struct plan_crew *scouts, struct core_job *job,
                                  struct core_arena *arena, struct ph_err *err)
{
    size_t n = crew->problem->n_assets;
    // few units are soon looked at again: some rounds are always made, fewer the more units there are
    double rounds = n ? ceil(12.0 / (double)n) : 0;
    rounds += floor(fmax(0, fmin(crew->problem->budget_s, 3600) - PLAN_BUDGET_S));
    struct desk desk;
    struct plan_arrangement best = {CORE_ARENA_NEW(arena, struct plan_wish, n),
                                    CORE_ARENA_NEW(arena, bool, n)};
    struct plan_arrangement tried = {CORE_ARENA_NEW(arena, struct plan_wish, n),
                                     CORE_ARENA_NEW(arena, bool, n)};
    if (!best.wish || !best.used || !tried.wish || !tried.used || !desk_init(scouts, arena, &desk))
        return core_err_nomem(err);
    for (size_t round = 0; round < rounds; round++) {
        core_job_progress(job, "plan", 0.9 + 0.05 * round / rounds);
        if (core_job_cancelled(job))
            return core_job_interrupted(err);
        round_more(crew, scouts, round, &desk, &best, &tried);
    }
    return PH_OK;
}

enum ph_status plan_optimise_refine(struct plan_crew *crew, struct core_job *job, struct ph_err *err)
{
    int batches = (int)(3 * EFFORT + 1);
    for (int round = 0; round < 2; round++) {
        core_job_progress(job, "plan", 0.75 + 0.1 * round);
        for (size_t a = 0; a < crew->problem->n_assets; a++) {
            if (core_job_cancelled(job))
                return core_job_interrupted(err);
            plan_optimise_improve(crew, a, round ? 0.04 : 0.08, batches);
        }
    }
    return PH_OK;
}

// From the base to where a wish would begin; infinite when it cannot be flown.
static double way_out_m(const struct plan_crew *crew, size_t a, const struct plan_wish *wish)
{
    struct plan_rectangle r;
    struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
    if (!plan_rectangle_make(&crew->scene->flat, &crew->problem->asset[a], a, wish, crew->from_ns,
                             crew->to_ns, &r))
        return INFINITY;
    plan_rectangle_vertices(&r, crew->scene->t0_ns, vertex);
    struct geo_xy first = {vertex[0].x_m, vertex[0].y_m};
    return geo_earth_distance_m(crew->problem->asset[a].from, plan_flat_to_pos(&crew->scene->flat, first));
}

void plan_optimise_corners(struct plan_crew *crew)
{
    const double worth = 0.01; // of what the asset adds: less is given for the near corner
    for (size_t a = 0; a < crew->problem->n_assets; a++) {
        const struct plan_asset *asset = &crew->problem->asset[a];
        if (!crew->used[a] || asset->keep || asset->has_on_scene || crew->wish[a].kind != PLAN_PARALLEL)
            continue;
        struct plan_wish wish[4], best = crew->wish[a];
        double score[4], least, nearest = way_out_m(crew, a, &best);
        for (int way = 0; way < 4; way++) {
            wish[way] = crew->wish[a];
            wish[way].far_end = way & 1, wish[way].right = way & 2;
        }
        plan_crew_miss(crew, a);
        plan_crew_score(crew, a, &best, 1, &least);
        plan_crew_score(crew, a, wish, 4, score);
        least -= worth * fabs(least);
        for (int way = 0; way < 4; way++) {
            double m = score[way] >= least ? way_out_m(crew, a, &wish[way]) : INFINITY;
            if (m < nearest)
                nearest = m, best = wish[way];
        }
        plan_crew_place(crew, a, &best);
    }
}
