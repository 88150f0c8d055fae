#include "plan/crew.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/units.h"
#include "plan/rules.h"

static void sweeps_fill(struct plan_crew *crew)
{
    const struct plan_problem *problem = crew->problem;
    const struct plan_scene *scene = crew->scene;
    size_t n_objects = scene->n_objects;
    for (size_t a = 0; a < problem->n_assets; a++) {
        const struct plan_asset *asset = &problem->asset[a];
        for (size_t o = 0; o < n_objects; o++)
            crew->kappa[a * n_objects + o] =
                asset->sweep_m[o] * asset->sweep_m[o] * asset->speed_mps / (8 * CORE_PI);
        double sum = 0, weight = 0;
        for (size_t i = 0; i < scene->n; i++) {
            sum += scene->weight[i] * asset->sweep_m[scene->object[i]];
            weight += scene->weight[i];
        }
        crew->sweep_m[a] = weight > 0 ? sum / weight : 0;
    }
}

enum ph_status plan_crew_init(const struct plan_problem *problem, const struct plan_scene *scene, int threads,
                              struct core_arena *arena, struct plan_crew *out, struct ph_err *err)
{
    size_t assets = problem->n_assets, lanes = threads > 1 ? (size_t)threads : 1;
    struct plan_crew crew = {.problem = problem,
                             .scene = scene,
                             .threads = (int)lanes,
                             .from_ns = problem->cloud.time_ns[0],
                             .to_ns = problem->cloud.time_ns[problem->cloud.n_knots - 1]};
    enum ph_status status = plan_worth_init(problem, scene, problem->objective, arena, &crew.worth, err);
    if (!status)
        status = plan_rules_init(&crew, arena, err);
    if (status)
        return status;
    size_t slots = crew.worth.n_slots;
    crew.most_pieces = 2 * PLAN_MOST_LEGS + scene->n_knots + slots;
    crew.kappa = CORE_ARENA_NEW(arena, double, assets * scene->n_objects);
    crew.sweep_m = CORE_ARENA_NEW(arena, double, assets);
    crew.exposure = CORE_ARENA_NEW(arena, double, assets *slots * scene->n);
    crew.miss = CORE_ARENA_NEW(arena, double, slots * scene->n);
    crew.left = CORE_ARENA_NEW(arena, double, scene->n);
    crew.scratch = CORE_ARENA_NEW(arena, double, lanes *slots * scene->n);
    crew.piece = CORE_ARENA_NEW(arena, struct plan_piece, lanes * crew.most_pieces);
    crew.rectangle = CORE_ARENA_NEW(arena, struct plan_rectangle, assets);
    crew.wish = CORE_ARENA_NEW(arena, struct plan_wish, assets);
    crew.used = CORE_ARENA_NEW(arena, bool, assets);
    if (!crew.kappa || !crew.sweep_m || !crew.exposure || !crew.miss || !crew.left || !crew.scratch ||
        !crew.piece || !crew.rectangle || !crew.wish || !crew.used)
        return core_err_nomem(err);
    sweeps_fill(&crew);
    *out = crew;
    return plan_crew_keep(out, err);
}

// What one asset has done to each particle by the end of a slot.
static double *exposure_of(const struct plan_crew *crew, size_t asset, size_t slot)
{
    return crew->exposure + (asset * crew->worth.n_slots + slot) * crew->scene->n;
}

// Exposure of particle i by the end of a slot, by all but one.
static double exposed_by(const struct plan_crew *crew, size_t slot, size_t i, size_t without)
{
    double exposure = 0;
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        if (a != without && crew->used[a])
            exposure += exposure_of(crew, a, slot)[i];
    return exposure;
}

// Worth of finding particle i within slots up to this one rather than later.
static double step_of(const struct plan_crew *crew, size_t slot, size_t i)
{
    const struct plan_worth *worth = &crew->worth;
    return worth->scale[i] * worth->step[crew->scene->object[i] * worth->n_slots + slot];
}

double plan_crew_miss(struct plan_crew *crew, size_t asset)
{
    size_t n = crew->scene->n, last = crew->worth.n_slots - 1;
    double sum = 0;
    for (size_t k = 0; k <= last; k++)
        for (size_t i = 0; i < n; i++) {
            double left = crew->scene->weight[i] * exp(-exposed_by(crew, k, i, asset));
            crew->miss[k * n + i] = left * step_of(crew, k, i);
            if (k == last)
                crew->left[i] = left, sum += left;
        }
    return sum;
}

// The legs of a rectangle, or the waypoints of an area that is kept.
size_t plan_crew_vertices(const struct plan_crew *crew, const struct plan_rectangle *r,
                          struct plan_vertex out[2 * PLAN_MOST_LEGS])
{
    const struct plan_area *keep = crew->problem->asset[r->asset].keep;
    if (!keep)
        return plan_rectangle_vertices(r, crew->scene->t0_ns, out);
    for (size_t i = 0; i < keep->n_waypoints; i++) {
        const struct plan_waypoint *w = &keep->waypoint[i];
        struct geo_xy xy = plan_flat_to_xy(&crew->scene->flat, w->pos.lat_deg, w->pos.lon_deg);
        out[i] = (struct plan_vertex){plan_scene_seconds(crew->scene, w->t_ns), xy.x_m, xy.y_m};
    }
    return keep->n_waypoints;
}

// Even search of a box until the end of a slot.
static void expose_box(const struct plan_crew *crew, const struct plan_rectangle *r, double end_s, double *g)
{
    const struct plan_scene *scene = crew->scene;
    struct plan_sight sight = {scene->x, scene->y, scene->n, scene->n};
    struct plan_box box = plan_rectangle_box(r, scene->t0_ns);
    double rate = r->speed_mps / (r->leg_side_m * r->creep_side_m);
    box.to_s = fmin(box.to_s, end_s);
    plan_exposure_box(&box, scene->knot_s, scene->n_knots, 0, &sight, g);
    for (size_t i = 0; i < scene->n; i++)
        g[i] *= rate * crew->problem->asset[r->asset].sweep_m[scene->object[i]];
}

// The vertices between two times, the ends interpolated on the legs. Returns how many.
static size_t vertices_between(const struct plan_vertex *vertex, size_t n, double from_s, double to_s,
                               struct plan_vertex *out)
{
    size_t made = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        const struct plan_vertex *a = &vertex[i], *b = &vertex[i + 1];
        double from = fmax(from_s, a->t_s), to = fmin(to_s, b->t_s);
        if (!(from < to))
            continue;
        double p = (from - a->t_s) / (b->t_s - a->t_s), q = (to - a->t_s) / (b->t_s - a->t_s);
        struct plan_vertex begin = {from, a->x_m + p * (b->x_m - a->x_m), a->y_m + p * (b->y_m - a->y_m)};
        if (!made)
            out[made++] = from > a->t_s ? begin : *a;
        struct plan_vertex end = {to, a->x_m + q * (b->x_m - a->x_m), a->y_m + q * (b->y_m - a->y_m)};
        out[made++] = to < b->t_s ? end : *b;
    }
    return made;
}

// Legs flown within a slot, on top of what went before.
static void expose_slot(const struct plan_crew *crew, const struct plan_vertex *vertex, size_t n_vertices,
                        size_t slot, const double *kappa, struct plan_piece *piece, double *g)
{
    const struct plan_scene *scene = crew->scene;
    struct plan_sight sight = {scene->x, scene->y, scene->n, scene->n};
    struct plan_vertex part[2 * PLAN_MOST_LEGS + 2];
    double from_s = slot ? crew->worth.end_s[slot - 1] : -INFINITY;
    size_t n = vertices_between(vertex, n_vertices, from_s, crew->worth.end_s[slot], part);
    n = plan_pieces_cut(part, n, scene->knot_s, scene->n_knots, piece);
    plan_exposure_pieces(piece, n, 0, &sight, g);
    const double *before = slot ? g - scene->n : NULL;
    for (size_t i = 0; i < scene->n; i++)
        g[i] = g[i] * kappa[scene->object[i]] + (before ? before[i] : 0);
}

// The exposure that a rectangle gives each particle by the end of each slot.
static void expose(const struct plan_crew *crew, const struct plan_rectangle *r, struct plan_piece *piece,
                   double *g)
{
    const struct plan_scene *scene = crew->scene;
    const double *kappa = crew->kappa + r->asset * scene->n_objects;
    struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
    size_t n = plan_crew_vertices(crew, r, vertex);
    for (size_t k = 0; k < crew->worth.n_slots; k++)
        if (crew->problem->detection == PLAN_RANDOM)
            expose_box(crew, r, crew->worth.end_s[k], g + k * scene->n);
        else
            expose_slot(crew, vertex, n, k, kappa, piece, g + k * scene->n);
}

struct scoring {
    struct plan_crew *crew;
    size_t asset;
    const struct plan_wish *wish;
    double *score;
};

// Chance of detection at an exposure; by its series where that is exact to 1e-13 and far cheaper.
static inline double found(double exposure)
{
    return exposure < 1e-3 ? exposure * (1 - exposure * (0.5 - exposure / 6)) : 1 - exp(-exposure);
}

static double score_one(const struct scoring *work, const struct plan_wish *wish, int thread)
{
    struct plan_crew *crew = work->crew;
    const struct plan_scene *scene = crew->scene;
    struct plan_rectangle r;
    if (!plan_rectangle_make(&scene->flat, &crew->problem->asset[work->asset], work->asset, wish,
                             crew->from_ns, crew->to_ns, &r))
        return -2;
    double depth = plan_rules_intrusion(crew, &r);
    if (depth > 0)
        return -depth / (depth + 10000);
    size_t total = crew->worth.n_slots * scene->n;
    double *g = crew->scratch + (size_t)thread * total, gain = 0;
    expose(crew, &r, crew->piece + (size_t)thread * crew->most_pieces, g);
    for (size_t i = 0; i < total; i++)
        gain += crew->miss[i] * found(g[i]);
    return gain * plan_rules_land_factor(crew, &r) + plan_rules_must_gain(crew, &r);
}

static void score_range(void *arg, size_t from, size_t to, int thread)
{
    struct scoring *work = arg;
    for (size_t i = from; i < to; i++)
        work->score[i] = score_one(work, &work->wish[i], thread);
}

void plan_crew_score(struct plan_crew *crew, size_t asset, const struct plan_wish *wish, size_t n,
                     double *score)
{
    struct scoring work = {crew, asset, wish, score};
    core_threads_for(crew->threads, n, 1, score_range, &work);
}

bool plan_crew_place(struct plan_crew *crew, size_t asset, const struct plan_wish *wish)
{
    struct plan_rectangle r;
    if (!plan_rectangle_make(&crew->scene->flat, &crew->problem->asset[asset], asset, wish, crew->from_ns,
                             crew->to_ns, &r))
        return false;
    crew->rectangle[asset] = r;
    crew->wish[asset] = *wish;
    crew->used[asset] = true;
    expose(crew, &r, crew->piece, exposure_of(crew, asset, 0));
    return true;
}

void plan_crew_remove(struct plan_crew *crew, size_t asset)
{
    crew->used[asset] = crew->problem->asset[asset].keep != NULL;
}

// The rectangle that a kept area keeps free from others.
static struct plan_rectangle kept_rectangle(const struct plan_crew *crew, size_t a)
{
    const struct plan_area *keep = crew->problem->asset[a].keep;
    struct geo_xy c[4];
    for (int i = 0; i < 4; i++)
        c[i] = plan_flat_to_xy(&crew->scene->flat, keep->corner[i].lat_deg, keep->corner[i].lon_deg);
    double dx = c[1].x_m - c[0].x_m, dy = c[1].y_m - c[0].y_m, side = hypot(dx, dy);
    return (struct plan_rectangle){
        .asset = a,
        .centre = keep->centre,
        .x_m = (c[0].x_m + c[1].x_m + c[2].x_m + c[3].x_m) / 4,
        .y_m = (c[0].y_m + c[1].y_m + c[2].y_m + c[3].y_m) / 4,
        .ux = dx / side,
        .uy = dy / side,
        .leg_side_m = side,
        .creep_side_m = hypot(c[2].x_m - c[1].x_m, c[2].y_m - c[1].y_m),
        .spacing_m = keep->spacing_m,
        .track_m = keep->track_m,
        .speed_mps = crew->problem->asset[a].speed_mps,
        .window = {.start_ns = keep->start_ns, .end_ns = keep->end_ns, .leave_ns = keep->leave_ns},
        .end_ns = keep->end_ns,
    };
}

enum ph_status plan_crew_keep(struct plan_crew *crew, struct ph_err *err)
{
    for (size_t a = 0; a < crew->problem->n_assets; a++) {
        const struct plan_area *keep = crew->problem->asset[a].keep;
        if (!keep)
            continue;
        if (keep->n_waypoints < 2 || keep->n_waypoints > 2 * PLAN_MOST_LEGS)
            return core_err_set(err, PH_EINPUT, crew->problem->asset[a].id, "give 2 to 800 waypoints",
                                "an area to be kept has no legs");
        crew->rectangle[a] = kept_rectangle(crew, a);
        crew->used[a] = true;
        expose(crew, &crew->rectangle[a], crew->piece, exposure_of(crew, a, 0));
    }
    return PH_OK;
}

double plan_crew_pos_by(const struct plan_crew *crew, size_t slot)
{
    double pos = 0;
    for (size_t i = 0; i < crew->scene->n; i++)
        pos += crew->scene->weight[i] * (1 - exp(-exposed_by(crew, slot, i, SIZE_MAX)));
    return pos;
}

double plan_crew_pos(const struct plan_crew *crew)
{
    return plan_crew_pos_by(crew, crew->worth.n_slots - 1);
}

double plan_crew_worth(const struct plan_crew *crew)
{
    double worth = 0;
    for (size_t k = 0; k < crew->worth.n_slots; k++)
        for (size_t i = 0; i < crew->scene->n; i++)
            worth +=
                crew->scene->weight[i] * step_of(crew, k, i) * (1 - exp(-exposed_by(crew, k, i, SIZE_MAX)));
    return worth;
}

double plan_crew_value(const struct plan_crew *crew)
{
    double value = plan_crew_worth(crew);
    for (size_t k = 0; k < crew->problem->n_must; k++)
        value += PLAN_MUST_WORTH * plan_rules_must_reached(crew, k);
    return value;
}

bool plan_crew_clash(const struct plan_crew *crew)
{
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        if (crew->used[a] && !crew->problem->asset[a].keep &&
            plan_rules_intrusion(crew, &crew->rectangle[a]) > 0)
            return true;
    return false;
}
