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

static bool avoid_lay(struct plan_crew *crew, struct core_arena *arena)
{
    for (size_t k = 0; k < crew->problem->n_avoid; k++) {
        const struct plan_avoid *from = &crew->problem->avoid[k];
        struct geo_xy *ring = CORE_ARENA_NEW(arena, struct geo_xy, from->n + 1);
        if (!ring)
            return false;
        for (size_t i = 0; i <= from->n; i++) {
            struct geo_pos pos = from->corner[i % from->n];
            ring[i] = plan_flat_to_xy(&crew->scene->flat, pos.lat_deg, pos.lon_deg);
        }
        crew->avoid[k] = ring;
    }
    return true;
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
    crew.avoid = CORE_ARENA_NEW(arena, struct geo_xy *, problem->n_avoid);
    if (problem->n_avoid && (!crew.avoid || !avoid_lay(&crew, arena)))
        return core_err_nomem(err);
    if (!crew.kappa || !crew.sweep_m || !crew.exposure || !crew.miss || !crew.scratch || !crew.piece ||
        !crew.rectangle || !crew.wish || !crew.used)
        return core_err_nomem(err);
    sweeps_fill(&crew);
    *out = crew;
    return plan_crew_keep(out, err);
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

// The legs of a rectangle, or the waypoints of an area that is kept.
static size_t vertices_of(const struct plan_crew *crew, const struct plan_rectangle *r,
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
    size_t n = vertices_of(crew, r, vertex);
    n = plan_pieces_cut(vertex, n, scene->knot_s, scene->n_knots, piece);
    plan_exposure_pieces(piece, n, 0, &sight, g);
    const double *kappa = crew->kappa + r->asset * scene->n_objects;
    for (size_t i = 0; i < scene->n; i++)
        g[i] *= kappa[scene->object[i]];
}

// How far a rectangle reaches into an area to be avoided, metres; 0 when they are apart. Overlap is seen when
// a side of one crosses the other, or when one holds the other's corner; the depth (for the climb) is how far
// the rectangle's centre would have to go.
static double avoid_depth(const struct plan_rectangle *r, const struct geo_xy *ring, size_t n)
{
    struct plan_rectangle edge;
    double depth = 0, half = hypot(r->leg_side_m, r->creep_side_m) / 2;
    bool holds = false; // the ring holds the rectangle's centre (even-odd rule)
    for (size_t i = 0; i < n; i++) {
        struct geo_xy a = ring[i], b = ring[i + 1];
        double dx = b.x_m - a.x_m, dy = b.y_m - a.y_m, length = fmax(hypot(dx, dy), 1e-3);
        edge = (struct plan_rectangle){.x_m = (a.x_m + b.x_m) / 2,
                                       .y_m = (a.y_m + b.y_m) / 2,
                                       .ux = dx / length,
                                       .uy = dy / length,
                                       .leg_side_m = length};
        depth = fmax(depth, -plan_rectangle_gap_m(r, &edge));
        if ((a.y_m > r->y_m) != (b.y_m > r->y_m) && r->x_m < a.x_m + (r->y_m - a.y_m) / dy * dx)
            holds = !holds;
    }
    return holds ? depth + half : depth;
}

// How far a pattern that drifts gets from its place at the middle of its search.
static double travel_m(const struct plan_rectangle *r)
{
    return hypot(r->u_mps, r->v_mps) * r->track_m / r->speed_mps / 2;
}

// How far a rectangle intrudes on what others keep free, metres; 0 when it is lawful.
static double intrusion(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    double depth = 0;
    for (size_t i = 0; i < crew->problem->n_avoid; i++)
        depth += avoid_depth(r, crew->avoid[i], crew->problem->avoid[i].n);
    for (size_t b = 0; b < crew->problem->n_assets; b++) {
        if (b == r->asset || !crew->used[b])
            continue;
        const struct plan_rectangle *other = &crew->rectangle[b];
        double buffer =
            plan_rectangle_buffer_m(&crew->problem->asset[r->asset], r, &crew->problem->asset[b], other);
        if (buffer < 0)
            continue;
        buffer += travel_m(r) + travel_m(other);
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
    size_t n = coast ? vertices_of(crew, r, vertex) : 0, land = 0;
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
        expose(crew, &crew->rectangle[a], crew->piece, crew->exposure + a * crew->scene->n);
    }
    return PH_OK;
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
        if (crew->used[a] && !crew->problem->asset[a].keep && intrusion(crew, &crew->rectangle[a]) > 0)
            return true;
    return false;
}
