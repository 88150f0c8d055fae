#include "plan/crew.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/units.h"

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
                             .to_ns = problem->cloud.time_ns[problem->cloud.n_knots - 1],
                             .most_pieces = 2 * PLAN_MOST_LEGS + scene->n_knots};
    crew.kappa = CORE_ARENA_NEW(arena, double, assets * scene->n_objects);
    crew.sweep_m = CORE_ARENA_NEW(arena, double, assets);
    crew.exposure = CORE_ARENA_NEW(arena, double, assets * scene->n);
    crew.miss = CORE_ARENA_NEW(arena, double, scene->n);
    crew.scratch = CORE_ARENA_NEW(arena, double, lanes * scene->n);
    crew.piece = CORE_ARENA_NEW(arena, struct plan_piece, lanes * crew.most_pieces);
    crew.rectangle = CORE_ARENA_NEW(arena, struct plan_rectangle, assets);
    crew.wish = CORE_ARENA_NEW(arena, struct plan_wish, assets);
    crew.used = CORE_ARENA_NEW(arena, bool, assets);
    if (!crew.kappa || !crew.sweep_m || !crew.exposure || !crew.miss || !crew.scratch || !crew.piece ||
        !crew.rectangle || !crew.wish || !crew.used)
        return core_err_nomem(err);
    sweeps_fill(&crew);
    *out = crew;
    return PH_OK;
}

double plan_crew_miss(struct plan_crew *crew, size_t asset)
{
    size_t n = crew->scene->n;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double exposure = 0;
        for (size_t a = 0; a < crew->problem->n_assets; a++)
            if (a != asset && crew->used[a])
                exposure += crew->exposure[a * n + i];
        crew->miss[i] = crew->scene->weight[i] * exp(-exposure);
        sum += crew->miss[i];
    }
    return sum;
}

// The exposure that a rectangle gives each particle.
static void expose(const struct plan_crew *crew, const struct plan_rectangle *r, struct plan_piece *piece,
                   double *g)
{
    const struct plan_scene *scene = crew->scene;
    struct plan_sight sight = {scene->x, scene->y, scene->n, scene->n};
    const struct plan_asset *asset = &crew->problem->asset[r->asset];
    if (crew->problem->detection == PLAN_RANDOM) {
        struct plan_box box = plan_rectangle_box(r, scene->t0_ns);
        plan_exposure_box(&box, scene->knot_s, scene->n_knots, 0, &sight, g);
        double rate = r->speed_mps / (r->leg_side_m * r->creep_side_m);
        for (size_t i = 0; i < scene->n; i++)
            g[i] *= rate * asset->sweep_m[scene->object[i]];
        return;
    }
    struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
    size_t n = plan_rectangle_vertices(r, scene->t0_ns, vertex);
    n = plan_pieces_cut(vertex, n, scene->knot_s, scene->n_knots, piece);
    plan_exposure_pieces(piece, n, 0, &sight, g);
    const double *kappa = crew->kappa + r->asset * scene->n_objects;
    for (size_t i = 0; i < scene->n; i++)
        g[i] *= kappa[scene->object[i]];
}

// How far a rectangle intrudes on what others keep free, metres; 0 when it is lawful.
static double intrusion(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    double depth = 0;
    for (size_t b = 0; b < crew->problem->n_assets; b++) {
        if (b == r->asset || !crew->used[b])
            continue;
        const struct plan_rectangle *other = &crew->rectangle[b];
        double buffer =
            plan_rectangle_buffer_m(&crew->problem->asset[r->asset], r, &crew->problem->asset[b], other);
        if (buffer < 0)
            continue;
        double reach = hypot(r->leg_side_m, r->creep_side_m) + hypot(other->leg_side_m, other->creep_side_m);
        if (hypot(r->x_m - other->x_m, r->y_m - other->y_m) > reach / 2 + buffer)
            continue;
        depth += fmax(0, buffer - plan_rectangle_gap_m(r, other));
    }
    return depth;
}

double plan_crew_on_land(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    const struct geo_coast *coast = crew->problem->coast;
    bool is_air = crew->problem->asset[r->asset].is_air;
    struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
    size_t n = coast ? plan_rectangle_vertices(r, crew->scene->t0_ns, vertex) : 0, land = 0;
    struct geo_pos before = {0, 0};
    bool before_on_land = false;
    for (size_t i = 0; i < n; i++) {
        double frac;
        struct geo_pos pos =
            plan_flat_to_pos(&crew->scene->flat, (struct geo_xy){vertex[i].x_m, vertex[i].y_m});
        bool is_land = geo_coast_is_land(coast, pos);
        if (is_air)
            land += is_land;
        else if (i)
            land += before_on_land || is_land || geo_coast_crosses(coast, before, pos, &frac);
        before = pos, before_on_land = is_land;
    }
    return n ? (double)land / (is_air ? n : n - 1) : 0;
}

// What land leaves of a gain. Aircraft waste time there; ships have to leave their legs, so that anything in
// open water is preferred to it.
static double land_factor(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    double share = plan_crew_on_land(crew, r);
    if (crew->problem->asset[r->asset].is_air)
        return 1 - 0.5 * share;
    return share > 0 ? 0.3 * (1 - share) : 1;
}

struct scoring {
    struct plan_crew *crew;
    size_t asset;
    const struct plan_wish *wish;
    double *score;
};

static double score_one(const struct scoring *work, const struct plan_wish *wish, int thread)
{
    struct plan_crew *crew = work->crew;
    const struct plan_scene *scene = crew->scene;
    struct plan_rectangle r;
    if (!plan_rectangle_make(&scene->flat, &crew->problem->asset[work->asset], work->asset, wish,
                             crew->from_ns, crew->to_ns, &r))
        return -2;
    double depth = intrusion(crew, &r);
    if (depth > 0)
        return -depth / (depth + 10000);
    double *g = crew->scratch + (size_t)thread * scene->n, gain = 0;
    expose(crew, &r, crew->piece + (size_t)thread * crew->most_pieces, g);
    for (size_t i = 0; i < scene->n; i++)
        gain += crew->miss[i] * (1 - exp(-g[i]));
    return gain * land_factor(crew, &r);
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
    expose(crew, &r, crew->piece, crew->exposure + asset * crew->scene->n);
    return true;
}

void plan_crew_remove(struct plan_crew *crew, size_t asset)
{
    crew->used[asset] = false;
}

double plan_crew_pos(const struct plan_crew *crew)
{
    size_t n = crew->scene->n;
    double pos = 0;
    for (size_t i = 0; i < n; i++) {
        double exposure = 0;
        for (size_t a = 0; a < crew->problem->n_assets; a++)
            if (crew->used[a])
                exposure += crew->exposure[a * n + i];
        pos += crew->scene->weight[i] * (1 - exp(-exposure));
    }
    return pos;
}

bool plan_crew_clash(const struct plan_crew *crew)
{
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        if (crew->used[a] && intrusion(crew, &crew->rectangle[a]) > 0)
            return true;
    return false;
}
