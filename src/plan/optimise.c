#include "plan/optimise.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/units.h"
#include "plan/manual.h"

enum { BATCH = 16, STARTS = 96, KEPT = 3 };

// The clouds's shape at an asset's time on scene, and how long its track can be there.
struct view {
    struct plan_spread spread;
    double mid_s, track_m;
};

// Middle of the time on scene: judged at the cloud's mean, which moves, so twice.
static bool view_of(const struct plan_crew *crew, size_t a, const double *weight, struct view *out)
{
    const struct plan_scene *scene = crew->scene;
    struct view view = {.mid_s = scene->knot_s[scene->n_knots / 2]};
    for (int pass = 0; pass < 2; pass++) {
        struct plan_window window;
        if (!plan_scene_spread(scene, view.mid_s, weight, &view.spread))
            return false;
        struct geo_pos mean =
            plan_flat_to_pos(&scene->flat, (struct geo_xy){view.spread.x_m, view.spread.y_m});
        if (!plan_window_of(&crew->problem->asset[a], mean, mean, crew->from_ns, crew->to_ns, &window))
            return pass > 0 && (*out = view, true);
        view.mid_s = plan_scene_seconds(scene, window.start_ns / 2 + window.end_ns / 2);
        view.track_m =
            crew->problem->asset[a].speed_mps * ((double)(window.end_ns - window.start_ns) / CORE_NS_PER_S);
    }
    *out = view;
    return true;
}

// Directions in the plane (counter-clockwise from x) and bearings of the wish are near enough the same thing
// for a start; the plane's north differs from true north by a degree or two at most where it matters.
static double bearing_of(double angle_rad)
{
    return core_deg_wrap360(90 - angle_rad / CORE_RAD_PER_DEG);
}

// --- random steps -----------------------------------------------------------------------------------------

struct dice {
    double normal[4], more[4], uniform[4];
};

static struct dice roll(struct plan_crew *crew, size_t asset)
{
    struct dice dice;
    uint64_t seed = crew->problem->seed, draw = crew->draws;
    crew->draws += 3;
    core_rng_normal(seed, draw, (uint32_t)asset, CORE_RNG_PLAN, dice.normal);
    core_rng_normal(seed, draw + 1, (uint32_t)asset, CORE_RNG_PLAN, dice.more);
    core_rng_uniform(seed, draw + 2, (uint32_t)asset, CORE_RNG_PLAN, dice.uniform);
    return dice;
}

static void shift(struct plan_wish *w, const struct plan_spread *s, double along, double across)
{
    double c = cos(s->angle_rad), n = sin(s->angle_rad);
    double major = fmax(s->major_m, 500), minor = fmax(s->minor_m, 500);
    w->x_m += along * major * c - across * minor * n;
    w->y_m += along * major * n + across * minor * c;
}

// Half of the steps turn all knobs a little, the others one knob further.
static struct plan_wish step(struct plan_crew *crew, size_t asset, const struct plan_wish *from,
                             const struct plan_spread *spread, double size)
{
    struct dice d = roll(crew, asset);
    struct plan_wish w = *from;
    int knob = d.uniform[0] < 0.5 ? -1 : (int)(d.uniform[1] * 6);
    double far = knob < 0 ? size : 1.5 * size;
    if (knob < 0 || knob == 0)
        shift(&w, spread, far * d.normal[0], far * d.normal[1]);
    if (knob == 1)
        shift(&w, spread, d.uniform[3] < 0.5 ? far * d.normal[0] : 0,
              d.uniform[3] < 0.5 ? 0 : far * d.normal[1]);
    if (knob < 0 || knob == 2)
        w.bearing_deg += far * 60 * d.normal[2];
    if (knob < 0 || knob == 3)
        w.log_spacing += far * 0.6 * d.normal[3];
    if (knob < 0 || knob == 4)
        w.log_aspect += far * 0.8 * d.more[0];
    if (knob == 5) { // across instead of along, with a new corner
        w.bearing_deg += d.uniform[3] < 0.5 ? 90 : 0;
        w.log_aspect = d.uniform[3] < 0.5 ? -w.log_aspect : w.log_aspect;
    }
    if (knob == 5 || d.uniform[2] < 0.15) {
        w.far_end = d.more[1] < 0;
        w.right = d.more[2] < 0;
    }
    w.log_aspect = fmin(3, fmax(-3, w.log_aspect));
    return w;
}

// Batches of steps from the best so far; the step grows with success and shrinks without. Returns the score.
static double climb(struct plan_crew *crew, size_t asset, struct plan_wish *best, double score, double size,
                    int batches, const struct plan_spread *spread)
{
    for (int b = 0; b < batches; b++) {
        struct plan_wish wish[BATCH];
        double scores[BATCH];
        for (int i = 0; i < BATCH; i++)
            wish[i] = step(crew, asset, best, spread, size * (i % 4 == 3 ? 0.3 : 1));
        plan_crew_score(crew, asset, wish, BATCH, scores);
        int top = 0;
        for (int i = 1; i < BATCH; i++)
            if (scores[i] > scores[top])
                top = i;
        if (scores[top] > score) {
            *best = wish[top], score = scores[top];
            size = fmin(1, size * 1.15);
        } else
            size = fmax(0.01, size * 0.7);
    }
    return score;
}

// --- one asset
// ----------------------------------------------------------------------------------------------

// Where to begin: on the mean and on places drawn from the cloud; along and across its axis; wide and tight.
static struct plan_wish start(struct plan_crew *crew, size_t asset, const struct view *view, int i,
                              const double *x, const double *y, double missing)
{
    static const double coverage[] = {0.45, 0.7, 1, 1.5, 2.3};
    static const double aspect[] = {0, 0.7, -0.7};
    const struct plan_spread *s = &view->spread;
    struct dice d = roll(crew, asset);
    struct plan_wish w = {.x_m = s->x_m,
                          .y_m = s->y_m,
                          .bearing_deg = bearing_of(s->angle_rad) + (i / 5 % 2 ? 90 : 0),
                          .log_spacing = log(fmax(crew->sweep_m[asset], 50) / coverage[i % 5]),
                          .log_aspect = aspect[i / 10 % 3],
                          .far_end = d.more[1] < 0,
                          .right = d.more[2] < 0};
    if (i < STARTS / 3)
        return w;
    double aim = d.uniform[0] * missing, running = 0;
    for (size_t k = 0; k < crew->scene->n; k++) {
        running += crew->miss[k];
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
static double respond_datum(struct plan_crew *crew, size_t asset, double effort, const struct view *view,
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
            .bearing_deg = bearing_of(view->spread.angle_rad),
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
        double got = climb(crew, asset, &wish[at], score[at], 0.2, (int)(6 * effort + 1), &view->spread);
        if (got > top)
            top = got, *best = wish[at];
        score[at] = -4;
    }
    return top;
}

// The best answer of one asset to what the others leave, from scratch. Places it when it gains anything.
static void respond(struct plan_crew *crew, size_t asset, double effort, double *x, double *y)
{
    struct plan_wish wish[STARTS], best = {0};
    double score[STARTS], top = -3;
    struct view view;
    double missing = plan_crew_miss(crew, asset);
    if (crew->problem->asset[asset].keep || crew->sweep_m[asset] <= 0 ||
        !view_of(crew, asset, crew->miss, &view))
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
        double got = climb(crew, asset, &w, score[at], 0.3, (int)(5 * effort + 1), &view.spread);
        if (got > top)
            top = got, best = w;
        score[at] = -4;
    }
    top = climb(crew, asset, &best, top, 0.15, (int)(6 * effort + 1), &view.spread);
    top = respond_datum(crew, asset, effort, &view, &best, top);
    if (top > 0)
        plan_crew_place(crew, asset, &best);
}

// A placed asset moves to where it gains more while the others stay.
static void improve(struct plan_crew *crew, size_t asset, double size, int batches)
{
    struct view view;
    if (!crew->used[asset] || crew->problem->asset[asset].keep || !view_of(crew, asset, NULL, &view))
        return;
    struct plan_wish best = crew->wish[asset];
    double score;
    plan_crew_miss(crew, asset);
    plan_crew_score(crew, asset, &best, 1, &score);
    double got = climb(crew, asset, &best, score, size, batches, &view.spread);
    if (got > score)
        plan_crew_place(crew, asset, &best);
}

// Two assets change places when that is better.
static void swap(struct plan_crew *crew, size_t a, size_t b)
{
    if (!crew->used[a] || !crew->used[b] || crew->problem->asset[a].keep || crew->problem->asset[b].keep)
        return;
    double before = plan_crew_pos(crew);
    struct plan_wish wa = crew->wish[a], wb = crew->wish[b], to_a = wa, to_b = wb;
    to_a.x_m = wb.x_m, to_a.y_m = wb.y_m, to_a.bearing_deg = wb.bearing_deg;
    to_b.x_m = wa.x_m, to_b.y_m = wa.y_m, to_b.bearing_deg = wa.bearing_deg;
    bool good = plan_crew_place(crew, a, &to_a) && plan_crew_place(crew, b, &to_b) && !plan_crew_clash(crew);
    if (good && plan_crew_pos(crew) > before)
        return;
    bool back = plan_crew_place(crew, a, &wa);
    back = plan_crew_place(crew, b, &wb) && back;
    (void)back; // both were flyable before
}

// --- arrangements -----------------------------------------------------------------------------------------

static double effort_of(const struct plan_crew *crew, size_t a)
{
    struct view view;
    return !crew->problem->asset[a].keep && view_of(crew, a, NULL, &view) ? crew->sweep_m[a] * view.track_m
                                                                          : 0;
}

// Largest effort first; ties in the case's order.
static void order_of(const struct plan_crew *crew, size_t *order, double *effort)
{
    size_t n = crew->problem->n_assets;
    for (size_t i = 0; i < n; i++) {
        effort[i] = effort_of(crew, i);
        size_t k = i;
        for (; k > 0 && effort[order[k - 1]] < effort[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

static void clear(struct plan_crew *crew)
{
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        plan_crew_remove(crew, a);
}

// Strips side by side in a rectangle of half sides (u along the strips, v across them) that all assets cover
// evenly: each gets the share of the area that its effort has, so its spacing is W x area / total effort.
struct layout {
    double x_m, y_m, angle_rad, half_u_m, half_v_m, total;
};

static void strips(struct plan_crew *crew, const struct layout *lay, const size_t *order,
                   const double *effort)
{
    double buffer = 1.05 * CORE_M_PER_NM; // the largest that any two must keep
    double c = cos(lay->angle_rad), s = sin(lay->angle_rad);
    double at = -lay->half_v_m - buffer * (crew->problem->n_assets - 1) / 2;
    clear(crew);
    for (size_t k = 0; k < crew->problem->n_assets; k++) {
        size_t a = order[k];
        if (!(effort[a] > 0))
            continue;
        double width = 2 * lay->half_v_m * effort[a] / lay->total, middle = at + width / 2;
        at += width + buffer;
        struct plan_wish wish = {
            .x_m = lay->x_m - middle * s,
            .y_m = lay->y_m + middle * c,
            .bearing_deg = bearing_of(lay->angle_rad),
            .log_spacing = log(4 * lay->half_u_m * lay->half_v_m / lay->total * crew->sweep_m[a]),
            .log_aspect = fmin(3, fmax(-3, log(2 * lay->half_u_m / width))),
        };
        struct plan_wish start = wish;
        double score;
        plan_crew_miss(crew, a);
        plan_crew_score(crew, a, &start, 1, &score);
        struct view view;
        if (score <= 0 && view_of(crew, a, NULL, &view))
            score = climb(crew, a, &start, score, 0.3, 10, &view.spread);
        if (score > 0)
            plan_crew_place(crew, a, &start);
    }
}

// The manual square, and rectangles of the cloud's own shape, with the optimal search factor.
static bool layout_of(const struct plan_crew *crew, const double *effort, int kind, struct layout *out)
{
    double total = 0, mid = 0, pos;
    for (size_t a = 0; a < crew->problem->n_assets; a++) {
        struct view view;
        if (effort[a] > 0 && view_of(crew, a, NULL, &view))
            total += effort[a], mid += effort[a] * view.mid_s;
    }
    struct plan_spread s;
    if (!(total > 0) || !plan_scene_spread(crew->scene, mid / total, NULL, &s))
        return false;
    double sigma = sqrt((s.xx_m2 + s.yy_m2) / 2), e_m = fmax(1.1774100225154747 * sigma, 200);
    double factor = plan_manual_factor(e_m, total, crew->problem->detection, &pos);
    double stretch = kind == 0 ? 1 : sqrt(fmin(8, s.major_m / fmax(s.minor_m, 0.05 * s.major_m + 1)));
    struct layout lay = {.x_m = s.x_m, .y_m = s.y_m, .angle_rad = s.angle_rad, .total = total};
    if (kind != 1) { // strips along the major axis (the manual square: any)
        lay.half_u_m = factor * e_m * stretch, lay.half_v_m = factor * e_m / stretch;
    } else {
        lay.half_u_m = factor * e_m / stretch, lay.half_v_m = factor * e_m * stretch;
        lay.angle_rad += CORE_PI / 2;
    }
    *out = lay;
    return true;
}

bool plan_optimise_worksheet(const struct plan_crew *crew, struct plan_worksheet *out)
{
    struct plan_worksheet w = {0};
    struct plan_spread s;
    double mid = 0;
    for (size_t a = 0; a < crew->problem->n_assets; a++) {
        struct view view;
        double effort = effort_of(crew, a);
        if (effort > 0 && view_of(crew, a, NULL, &view))
            w.effort_m2 += effort, mid += effort * view.mid_s;
    }
    if (!(w.effort_m2 > 0) || !plan_scene_spread(crew->scene, mid / w.effort_m2, NULL, &s))
        return false;
    w.error_m = fmax(1.1774100225154747 * sqrt((s.xx_m2 + s.yy_m2) / 2), 200);
    w.factor = plan_manual_factor(w.error_m, w.effort_m2, crew->problem->detection, &w.pos);
    w.radius_m = w.factor * w.error_m;
    w.coverage = w.effort_m2 / (4 * w.radius_m * w.radius_m);
    w.poc = pow(erf(w.factor * 1.1774100225154747 / sqrt(2)), 2);
    w.pod = w.pos / w.poc;
    *out = w;
    return true;
}

static void keep(const struct plan_crew *crew, struct plan_arrangement *to)
{
    memcpy(to->wish, crew->wish, crew->problem->n_assets * sizeof *to->wish);
    memcpy(to->used, crew->used, crew->problem->n_assets * sizeof *to->used);
}

bool plan_arrangement_place(struct plan_crew *crew, const struct plan_arrangement *arrangement)
{
    bool good = true;
    clear(crew);
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        if (arrangement->used[a] && !crew->problem->asset[a].keep)
            good = plan_crew_place(crew, a, &arrangement->wish[a]) && good;
    return good && !plan_crew_clash(crew);
}

static void cycle(struct plan_crew *crew, const size_t *order, double size, int batches)
{
    for (size_t k = 0; k < crew->problem->n_assets; k++)
        improve(crew, order[k], size, batches);
}

// Whoever found no room so far tries again.
static void invite(struct plan_crew *crew, const size_t *order, double effort, double *x, double *y)
{
    for (size_t k = 0; k < crew->problem->n_assets; k++)
        if (!crew->used[order[k]])
            respond(crew, order[k], effort, x, y);
}

static double effort_factor(const struct plan_problem *problem)
{
    double s = problem->budget_s > 0 ? problem->budget_s : PLAN_BUDGET_S;
    return fmin(PLAN_BUDGET_S, fmax(0.6, s)) / 3;
}

// Work space of the exploration.
struct desk {
    size_t *order;
    double *effort, *x, *y;
};

static void arrange(struct plan_crew *crew, int kind, const struct desk *desk, double effort,
                    struct plan_arrangement *manual)
{
    struct layout lay;
    clear(crew);
    if (kind > 0 && layout_of(crew, desk->effort, kind - 1, &lay))
        strips(crew, &lay, desk->order, desk->effort);
    if (kind == 1)
        keep(crew, manual);
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
    enum { KINDS = 4 }; // greedy, manual square, strips across, strips along
    double effort = effort_factor(crew->problem), top = -1;
    size_t n = crew->problem->n_assets;
    struct desk desk = {CORE_ARENA_NEW(arena, size_t, n), CORE_ARENA_NEW(arena, double, n),
                        CORE_ARENA_NEW(arena, double, crew->scene->n),
                        CORE_ARENA_NEW(arena, double, crew->scene->n)};
    if (!desk.order || !desk.effort || !desk.x || !desk.y)
        return core_err_nomem(err);
    order_of(crew, desk.order, desk.effort);
    for (int kind = 0; kind < KINDS; kind++) {
        if (core_job_cancelled(job))
            return core_job_interrupted(err);
        core_job_progress(job, "plan", 0.1 + 0.15 * kind);
        arrange(crew, kind, &desk, effort, manual);
        double pos = plan_crew_pos(crew);
        if (pos > top)
            top = pos, keep(crew, best);
    }
    if (!plan_arrangement_place(crew, best))
        return core_err_set(err, PH_EINTERNAL, "plan", NULL, "the best arrangement cannot be placed again");
    polish(crew, &desk, effort);
    keep(crew, best);
    return PH_OK;
}

// One more round: one asset (each in turn) looks again from scratch on the sample, all adapt to it, and on
// the full scene it is taken only when it is better.
static void round_more(struct plan_crew *crew, struct plan_crew *scouts, size_t round,
                       const struct desk *desk, struct plan_arrangement *best, struct plan_arrangement *tried)
{
    size_t n = crew->problem->n_assets;
    double before = plan_crew_pos(crew);
    keep(crew, best);
    bool good = plan_arrangement_place(scouts, best);
    plan_crew_remove(scouts, round % n);
    respond(scouts, round % n, 0.5, desk->x, desk->y);
    cycle(scouts, desk->order, 0.25, 2);
    cycle(scouts, desk->order, 0.08, 2);
    keep(scouts, tried);
    good = plan_arrangement_place(crew, tried) && good;
    if (good)
        for (size_t k = 0; k < n; k++)
            improve(crew, desk->order[k], 0.05, 2);
    if (!good || plan_crew_pos(crew) <= before) {
        good = plan_arrangement_place(crew, best);
        for (size_t k = 0; good && k < n; k++)
            improve(crew, desk->order[k], round % 2 ? 0.15 : 0.03, 1);
    }
}

enum ph_status plan_optimise_more(struct plan_crew *crew, struct plan_crew *scouts, struct core_job *job,
                                  struct core_arena *arena, struct ph_err *err)
{
    size_t n = crew->problem->n_assets;
    double rounds = floor(fmin(crew->problem->budget_s, 3600) - PLAN_BUDGET_S);
    struct desk desk = {CORE_ARENA_NEW(arena, size_t, n), CORE_ARENA_NEW(arena, double, n),
                        CORE_ARENA_NEW(arena, double, scouts->scene->n),
                        CORE_ARENA_NEW(arena, double, scouts->scene->n)};
    struct plan_arrangement best = {CORE_ARENA_NEW(arena, struct plan_wish, n),
                                    CORE_ARENA_NEW(arena, bool, n)};
    struct plan_arrangement tried = {CORE_ARENA_NEW(arena, struct plan_wish, n),
                                     CORE_ARENA_NEW(arena, bool, n)};
    if (!desk.order || !desk.effort || !desk.x || !desk.y || !best.wish || !best.used || !tried.wish ||
        !tried.used)
        return core_err_nomem(err);
    order_of(crew, desk.order, desk.effort);
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
    int batches = (int)(3 * effort_factor(crew->problem) + 1);
    for (int round = 0; round < 2; round++) {
        core_job_progress(job, "plan", 0.75 + 0.1 * round);
        for (size_t a = 0; a < crew->problem->n_assets; a++) {
            if (core_job_cancelled(job))
                return core_job_interrupted(err);
            improve(crew, a, round ? 0.04 : 0.08, batches);
        }
    }
    return PH_OK;
}
