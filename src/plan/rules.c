#include "plan/rules.h"

#include <math.h>
#include <stdint.h>

#include "core/err.h"
#include "core/units.h"

static struct geo_xy *ring_lay(const struct plan_crew *crew, const struct plan_avoid *from,
                               struct core_arena *arena)
{
    struct geo_xy *ring = CORE_ARENA_NEW(arena, struct geo_xy, from->n + 1);
    for (size_t i = 0; ring && i <= from->n; i++) {
        struct geo_pos pos = from->corner[i % from->n];
        ring[i] = plan_flat_to_xy(&crew->scene->flat, pos.lat_deg, pos.lon_deg);
    }
    return ring;
}

// Inside a closed ring (even-odd rule).
static bool ring_holds(const struct geo_xy *ring, size_t n, struct geo_xy p)
{
    bool holds = false;
    for (size_t i = 0; i < n; i++) {
        struct geo_xy a = ring[i], b = ring[i + 1];
        if ((a.y_m > p.y_m) != (b.y_m > p.y_m) &&
            p.x_m < a.x_m + (p.y_m - a.y_m) / (b.y_m - a.y_m) * (b.x_m - a.x_m))
            holds = !holds;
    }
    return holds;
}

// Points spread evenly over an area that must be searched: the middles of a grid's cells that lie in it.
static bool points_lay(const struct plan_crew *crew, const struct plan_must *must, struct core_arena *arena,
                       struct plan_crew_must *out)
{
    const struct plan_avoid outline = {must->corner, must->n};
    struct geo_xy *ring = ring_lay(crew, &outline, arena), lo = {INFINITY, INFINITY},
                  hi = {-INFINITY, -INFINITY};
    out->point = CORE_ARENA_NEW(arena, struct geo_xy, PLAN_MUST_SIDE * PLAN_MUST_SIDE);
    if (!ring || !out->point)
        return false;
    for (size_t i = 0; i < must->n; i++) {
        lo.x_m = fmin(lo.x_m, ring[i].x_m), hi.x_m = fmax(hi.x_m, ring[i].x_m);
        lo.y_m = fmin(lo.y_m, ring[i].y_m), hi.y_m = fmax(hi.y_m, ring[i].y_m);
    }
    for (int k = 0; k < PLAN_MUST_SIDE * PLAN_MUST_SIDE; k++) {
        struct geo_xy p = {lo.x_m + (k % PLAN_MUST_SIDE + 0.5) / PLAN_MUST_SIDE * (hi.x_m - lo.x_m),
                           lo.y_m + (k / PLAN_MUST_SIDE + 0.5) / PLAN_MUST_SIDE * (hi.y_m - lo.y_m)};
        if (ring_holds(ring, must->n, p))
            out->point[out->n++] = p;
    }
    return true;
}

enum ph_status plan_rules_init(struct plan_crew *crew, struct core_arena *arena, struct ph_err *err)
{
    const struct plan_problem *problem = crew->problem;
    crew->avoid = CORE_ARENA_NEW(arena, struct geo_xy *, problem->n_avoid + 1);
    crew->must = CORE_ARENA_NEW(arena, struct plan_crew_must, problem->n_must + 1);
    if (!crew->avoid || !crew->must)
        return core_err_nomem(err);
    for (size_t k = 0; k < problem->n_avoid; k++) {
        crew->avoid[k] = ring_lay(crew, &problem->avoid[k], arena);
        if (!crew->avoid[k])
            return core_err_nomem(err);
    }
    for (size_t k = 0; k < problem->n_must; k++)
        if (!points_lay(crew, &problem->must[k], arena, &crew->must[k]))
            return core_err_nomem(err);
    return PH_OK;
}

// How far a rectangle reaches into an area to be avoided, metres; 0 when they are apart. Overlap is seen when
// a side of one crosses the other, or when one holds the other's corner; the depth (for the climb) is how far
// the rectangle's centre would have to go.
static double avoid_depth(const struct plan_rectangle *r, const struct geo_xy *ring, size_t n)
{
    struct plan_rectangle edge;
    double depth = 0, half = hypot(r->leg_side_m, r->creep_side_m) / 2;
    for (size_t i = 0; i < n; i++) {
        struct geo_xy a = ring[i], b = ring[i + 1];
        double dx = b.x_m - a.x_m, dy = b.y_m - a.y_m, length = fmax(hypot(dx, dy), 1e-3);
        edge = (struct plan_rectangle){.x_m = (a.x_m + b.x_m) / 2,
                                       .y_m = (a.y_m + b.y_m) / 2,
                                       .ux = dx / length,
                                       .uy = dy / length,
                                       .leg_side_m = length};
        depth = fmax(depth, -plan_rectangle_gap_m(r, &edge));
    }
    bool holds = ring_holds(ring, n, (struct geo_xy){r->x_m, r->y_m});
    return holds ? depth + half : depth;
}

// How far a pattern that drifts gets from its place at the middle of its search.
static double travel_m(const struct plan_rectangle *r)
{
    return hypot(r->u_mps, r->v_mps) * r->track_m / r->speed_mps / 2;
}

// How far a centre lies within a rectangle that is to be left.
static double apart_depth(const struct plan_rectangle *from, const struct plan_rectangle *r)
{
    double dx = r->x_m - from->x_m, dy = r->y_m - from->y_m;
    double along = from->leg_side_m / 2 - fabs(dx * from->ux + dy * from->uy);
    double across = from->creep_side_m / 2 - fabs(dx * from->uy - dy * from->ux);
    return fmax(0, fmin(along, across));
}

double plan_rules_intrusion(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    double depth = crew->apart ? apart_depth(crew->apart, r) : 0;
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
    size_t n = coast ? plan_crew_vertices(crew, r, vertex) : 0, land = 0;
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
double plan_rules_land_factor(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    double share = plan_crew_on_land(crew, r);
    if (crew->problem->asset[r->asset].is_air)
        return 1 - 0.5 * share;
    return share > 0 ? 0.3 * (1 - share) : 1;
}

// --- what must be searched --------------------------------------------------------------------------------

// Evenly covered: in the box of a sector search or a trackline much is not.
static bool box_holds(const struct plan_rectangle *r, struct geo_xy p)
{
    if (r->kind == PLAN_SECTOR || r->kind == PLAN_TRACKLINE)
        return false;
    double dx = p.x_m - r->x_m, dy = p.y_m - r->y_m;
    return fabs(dx * r->ux + dy * r->uy) <= r->leg_side_m / 2 &&
           fabs(dx * r->uy - dy * r->ux) <= r->creep_side_m / 2;
}

// Coverage W / S of a point by all who are placed but one.
static double coverage_of(const struct plan_crew *crew, struct geo_xy p, size_t without)
{
    double coverage = 0;
    for (size_t a = 0; a < crew->problem->n_assets; a++)
        if (a != without && crew->used[a] && box_holds(&crew->rectangle[a], p))
            coverage += crew->sweep_m[a] / crew->rectangle[a].spacing_m;
    return coverage;
}

double plan_rules_must_gain(const struct plan_crew *crew, const struct plan_rectangle *r)
{
    double gain = 0, own = crew->sweep_m[r->asset] / r->spacing_m;
    for (size_t k = 0; k < crew->problem->n_must; k++) {
        const struct plan_crew_must *must = &crew->must[k];
        double asked = crew->problem->must[k].coverage, sum = 0;
        for (size_t i = 0; i < must->n; i++)
            if (box_holds(r, must->point[i])) {
                double before = coverage_of(crew, must->point[i], r->asset);
                sum += fmin(asked, before + own) - fmin(asked, before);
            }
        gain += must->n ? PLAN_MUST_WORTH * sum / (asked * (double)must->n) : 0;
    }
    return gain;
}

double plan_rules_must_reached(const struct plan_crew *crew, size_t k)
{
    const struct plan_crew_must *must = &crew->must[k];
    double asked = crew->problem->must[k].coverage, sum = 0;
    for (size_t i = 0; i < must->n; i++)
        sum += fmin(asked, coverage_of(crew, must->point[i], SIZE_MAX)) / asked;
    return must->n ? sum / (double)must->n : 1;
}

double plan_rules_must_share(const struct plan_crew *crew, size_t k)
{
    const struct plan_crew_must *must = &crew->must[k];
    size_t enough = 0;
    for (size_t i = 0; i < must->n; i++)
        enough += coverage_of(crew, must->point[i], SIZE_MAX) >= crew->problem->must[k].coverage * (1 - 1e-9);
    return must->n ? (double)enough / (double)must->n : 1;
}
