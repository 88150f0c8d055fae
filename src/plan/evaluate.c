#include "plan/evaluate.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/units.h"
#include "plan/exposure.h"
#include "plan/flat.h"
#include "plan/rows.h"

// One track over one cloud: prepared once, read by all threads.
struct passing {
    const struct plan_cloud *cloud;
    const double *kappa; // per object: exposure per unit of g
    struct plan_flat flat;
    const double *knot_s;
    const struct plan_piece *piece; // inverse cube
    size_t n_pieces;
    const struct plan_box *box; // random search
    size_t first_knot, n_knots; // the knots that matter
    double *scratch;            // [threads][n_knots * block * 2]
    double *exposure;
};

// Lays a block of particles into the track's plane at the knots that matter.
static void block_lay(const struct passing *pass, size_t from, size_t n, double *x, double *y)
{
    const struct plan_rows *rows = plan_rows_best();
    for (size_t k = 0; k < pass->n_knots; k++) {
        size_t at = (pass->first_knot + k) * pass->cloud->n + from;
        rows->lay(&pass->flat, n, pass->cloud->lat_deg + at, pass->cloud->lon_deg + at,
                  x + k * PLAN_EXPOSURE_BLOCK, y + k * PLAN_EXPOSURE_BLOCK);
    }
}

static void pass_range(void *arg, size_t from, size_t to, int thread)
{
    struct passing *pass = arg;
    double *x = pass->scratch + (size_t)thread * pass->n_knots * PLAN_EXPOSURE_BLOCK * 2;
    double *y = x + pass->n_knots * PLAN_EXPOSURE_BLOCK, g[PLAN_EXPOSURE_BLOCK];
    block_lay(pass, from, to - from, x, y);
    struct plan_sight sight = {x, y, PLAN_EXPOSURE_BLOCK, to - from};
    if (pass->box)
        plan_exposure_box(pass->box, pass->knot_s, pass->first_knot + pass->n_knots, pass->first_knot, &sight,
                          g);
    else
        plan_exposure_pieces(pass->piece, pass->n_pieces, pass->first_knot, &sight, g);
    for (size_t i = from; i < to; i++)
        if (g[i - from] > 0)
            pass->exposure[i] += pass->kappa[pass->cloud->object ? pass->cloud->object[i] : 0] * g[i - from];
}

static enum ph_status track_check(const struct plan_cloud *cloud, const struct plan_track *track,
                                  struct ph_err *err)
{
    for (size_t i = 0; i < track->n_waypoints; i++) {
        struct geo_pos pos = track->waypoint[i].pos;
        if (!isfinite(pos.lat_deg) || !isfinite(pos.lon_deg) || fabs(pos.lat_deg) > 90)
            return core_err_set(err, PH_EINPUT, "track", "give latitude and longitude of every waypoint",
                                "waypoint %zu has no position", i + 1);
        if (i && track->waypoint[i].t_ns < track->waypoint[i - 1].t_ns)
            return core_err_set(err, PH_EINPUT, "track", "sort the track by time",
                                "waypoint %zu is earlier than the one before it", i + 1);
    }
    if (!(track->reference_mps > 0) || !isfinite(track->reference_mps))
        return core_err_set(err, PH_EINPUT, "track", "give the search speed", "a track needs a search speed");
    for (size_t o = 0; o < cloud->n_objects; o++)
        if (!(track->sweep_m[o] >= 0) || !isfinite(track->sweep_m[o]))
            return core_err_set(err, PH_EINPUT, "track", "give a sweep width of 0 or more",
                                "no sweep width against object %zu", o + 1);
    return PH_OK;
}

static struct geo_pos track_middle(const struct plan_track *track)
{
    double sum[3] = {0}, p[3];
    for (size_t i = 0; i < track->n_waypoints; i++) {
        plan_flat_ecef(track->waypoint[i].pos.lat_deg, track->waypoint[i].pos.lon_deg, p);
        for (int d = 0; d < 3; d++)
            sum[d] += p[d];
    }
    return plan_flat_geodetic(sum);
}

static struct plan_box box_of_area(const struct passing *pass, const struct plan_track *track, int64_t t0_ns)
{
    const struct plan_area *area = track->area;
    struct geo_xy corner[4];
    for (int i = 0; i < 4; i++)
        corner[i] = plan_flat_to_xy(&pass->flat, area->corner[i].lat_deg, area->corner[i].lon_deg);
    double dx = corner[1].x_m - corner[0].x_m, dy = corner[1].y_m - corner[0].y_m;
    double ex = corner[2].x_m - corner[1].x_m, ey = corner[2].y_m - corner[1].y_m, side = hypot(dx, dy);
    return (struct plan_box){
        .x_m = (corner[0].x_m + corner[1].x_m + corner[2].x_m + corner[3].x_m) / 4,
        .y_m = (corner[0].y_m + corner[1].y_m + corner[2].y_m + corner[3].y_m) / 4,
        .ux = dx / side,
        .uy = dy / side,
        .half_u_m = side / 2,
        .half_v_m = hypot(ex, ey) / 2,
        .from_s = (double)(track->waypoint[0].t_ns - t0_ns) / CORE_NS_PER_S,
        .to_s = (double)(track->waypoint[track->n_waypoints - 1].t_ns - t0_ns) / CORE_NS_PER_S,
    };
}

// Vertices of the track in the plane, cut at the cloud's knots.
static size_t pieces_of_track(const struct passing *pass, const struct plan_track *track, int64_t t0_ns,
                              size_t n_knots, struct core_arena *arena, struct plan_piece **out)
{
    struct plan_vertex *vertex = CORE_ARENA_NEW(arena, struct plan_vertex, track->n_waypoints);
    *out = CORE_ARENA_NEW(arena, struct plan_piece, track->n_waypoints + n_knots);
    if (!vertex || !*out)
        return SIZE_MAX;
    for (size_t i = 0; i < track->n_waypoints; i++) {
        const struct plan_waypoint *w = &track->waypoint[i];
        struct geo_xy xy = plan_flat_to_xy(&pass->flat, w->pos.lat_deg, w->pos.lon_deg);
        vertex[i] = (struct plan_vertex){(double)(w->t_ns - t0_ns) / CORE_NS_PER_S, xy.x_m, xy.y_m};
    }
    return plan_pieces_cut(vertex, track->n_waypoints, pass->knot_s, n_knots, *out);
}

// The knots from the last one before the track to the first one after it.
static void knots_around(struct passing *pass, size_t n_knots, double from_s, double to_s)
{
    size_t a = 0, b = n_knots - 1;
    while (a + 2 < n_knots && pass->knot_s[a + 1] <= from_s)
        a++;
    while (b > a + 1 && pass->knot_s[b - 1] >= to_s)
        b--;
    pass->first_knot = a;
    pass->n_knots = b - a + 1;
}

static enum ph_status expose(const struct plan_cloud *cloud, const struct plan_track *track,
                             enum plan_detection detection, int threads, struct core_arena *arena,
                             double *exposure, struct ph_err *err)
{
    bool even = detection == PLAN_RANDOM && track->area;
    int64_t t0_ns = cloud->time_ns[0];
    struct passing pass = {.cloud = cloud, .exposure = exposure};
    plan_flat_init(&pass.flat, track_middle(track));
    double *knot_s = CORE_ARENA_NEW(arena, double, cloud->n_knots);
    double *kappa = CORE_ARENA_NEW(arena, double, cloud->n_objects ? cloud->n_objects : 1);
    if (!knot_s || !kappa)
        return core_err_nomem(err);
    for (size_t k = 0; k < cloud->n_knots; k++)
        knot_s[k] = (double)(cloud->time_ns[k] - t0_ns) / CORE_NS_PER_S;
    pass.knot_s = knot_s, pass.kappa = kappa;

    struct plan_box box = {0};
    struct plan_piece *piece = NULL;
    if (even) {
        box = box_of_area(&pass, track, t0_ns);
        pass.box = &box;
    } else {
        pass.n_pieces = pieces_of_track(&pass, track, t0_ns, cloud->n_knots, arena, &piece);
        if (pass.n_pieces == SIZE_MAX)
            return core_err_nomem(err);
        pass.piece = piece;
    }
    for (size_t o = 0; o < cloud->n_objects; o++)
        kappa[o] = even ? track->sweep_m[o] * track->reference_mps / (4 * box.half_u_m * box.half_v_m)
                        : track->sweep_m[o] * track->sweep_m[o] * track->reference_mps / (8 * CORE_PI);
    knots_around(&pass, cloud->n_knots, (double)(track->waypoint[0].t_ns - t0_ns) / CORE_NS_PER_S,
                 (double)(track->waypoint[track->n_waypoints - 1].t_ns - t0_ns) / CORE_NS_PER_S);
    int lanes = threads > 1 ? threads : 1;
    pass.scratch = CORE_ARENA_NEW(arena, double, (size_t)lanes *pass.n_knots *PLAN_EXPOSURE_BLOCK * 2);
    if (!pass.scratch)
        return core_err_nomem(err);
    core_threads_for(lanes, cloud->n, PLAN_EXPOSURE_BLOCK, pass_range, &pass);
    return PH_OK;
}

enum ph_status plan_expose(const struct plan_cloud *cloud, const struct plan_track *track,
                           enum plan_detection detection, int threads, double *exposure, struct ph_err *err)
{
    if (track->n_waypoints < 2 || cloud->n_knots < 2 || !cloud->n)
        return PH_OK; // nobody moved, or nobody to be found
    enum ph_status status = track_check(cloud, track, err);
    if (status)
        return status;
    struct core_arena arena = {0};
    status = expose(cloud, track, detection, threads, &arena, exposure, err);
    core_arena_fini(&arena);
    return status;
}

double plan_pos(const struct plan_cloud *cloud, const double *exposure)
{
    double pos = 0;
    for (size_t i = 0; i < cloud->n; i++)
        pos += cloud->weight[i] * -expm1(-exposure[i]);
    return pos;
}
