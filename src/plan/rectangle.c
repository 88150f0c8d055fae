#include "plan/rectangle.h"

#include <math.h>

#include "core/units.h"
#include "plan/pattern.h"
#include "plan/trackline.h"

static const double TENTH_NM = CORE_M_PER_NM / 10;

// Least spacing of legs: an aircraft cannot turn onto legs closer than about twice its turning radius
// (120 kn at standard rate: 0.64 NM); a vessel can be steered to 0.1 NM.
static double least_spacing(const struct plan_asset *asset)
{
    double least = asset->min_spacing_m > 0 ? asset->min_spacing_m : asset->is_air ? 5 * TENTH_NM : TENTH_NM;
    return ceil(least / TENTH_NM - 1e-9) * TENTH_NM;
}

static double round_tenths(double m)
{
    return round(m / TENTH_NM) * TENTH_NM;
}

// Centre on whole tenths of a minute, legs on whole degrees true there.
static void place(const struct plan_flat *flat, const struct plan_wish *wish, struct plan_rectangle *r)
{
    struct geo_pos pos = plan_flat_to_pos(flat, (struct geo_xy){wish->x_m, wish->y_m});
    pos.lat_deg = round(pos.lat_deg * 600) / 600;
    pos.lon_deg = core_deg_wrap180(round(pos.lon_deg * 600) / 600);
    struct geo_xy xy = plan_flat_to_xy(flat, pos.lat_deg, pos.lon_deg);
    struct geo_xy north = plan_flat_north(flat, pos);
    int bearing = (int)lround(fmod(core_deg_wrap360(wish->bearing_deg), 180)) % 180;
    double c = cos(bearing * CORE_RAD_PER_DEG), s = sin(bearing * CORE_RAD_PER_DEG);
    r->centre = pos, r->bearing_deg = bearing;
    r->x_m = xy.x_m, r->y_m = xy.y_m;
    r->ux = c * north.x_m + s * north.y_m; // north turned clockwise
    r->uy = c * north.y_m - s * north.x_m;
}

// Spacing and number of legs for a track: n S = sqrt(A / aspect), A = S (track + S).
static bool shape(const struct plan_asset *asset, const struct plan_wish *wish, double track_m,
                  struct plan_rectangle *r)
{
    r->spacing_m = fmax(round_tenths(exp(wish->log_spacing)), least_spacing(asset));
    double creep_m = sqrt(r->spacing_m * (track_m + r->spacing_m) / exp(wish->log_aspect));
    double legs = round(creep_m / r->spacing_m);
    r->n_legs = (size_t)fmin(PLAN_MOST_LEGS, fmax(2, legs));
    r->creep_side_m = r->n_legs * r->spacing_m;
    return true;
}

// The longest leg side, in whole tenths, that the time on scene allows. At least a spacing of leg.
static bool lengthen(const struct plan_asset *asset, double seconds, double *leg_side_m,
                     const struct plan_rectangle *r)
{
    double track_m = asset->speed_mps * seconds;
    double side = floor((track_m + r->spacing_m) / r->n_legs / TENTH_NM + 1e-9) * TENTH_NM;
    if (side < 2 * r->spacing_m - 1)
        return false;
    *leg_side_m = side;
    return true;
}

static struct geo_xy corner_point(const struct plan_rectangle *r, double along_m, double across_m)
{
    return (struct geo_xy){r->x_m + along_m * r->ux + across_m * r->uy,
                           r->y_m + along_m * r->uy - across_m * r->ux};
}

// Where the search begins and ends.
static void ends(const struct plan_rectangle *r, struct geo_xy *first, struct geo_xy *last)
{
    double along = (r->leg_side_m - r->spacing_m) / 2 * (r->far_end ? 1 : -1);
    double across = (r->creep_side_m - r->spacing_m) / 2 * (r->right ? 1 : -1);
    *first = corner_point(r, along, across);
    *last = corner_point(r, r->n_legs % 2 ? -along : along, -across);
}

static double window_s(const struct plan_window *window)
{
    return (double)(window->end_ns - window->start_ns) / CORE_NS_PER_S;
}

static bool fits(const struct plan_rectangle *r)
{
    return r->track_m <= r->speed_mps * window_s(&r->window) * (1 + 1e-12);
}

// Time on scene depends on where the search begins and ends, which depends on its length: a few rounds,
// then the side gives way by tenths until it fits.
static bool settle(const struct plan_flat *flat, const struct plan_asset *asset, int64_t from_ns,
                   int64_t to_ns, struct plan_rectangle *r)
{
    for (int round = 0; round < 12; round++) {
        struct geo_xy first, last;
        ends(r, &first, &last);
        if (!asset->has_on_scene || !round)
            if (!plan_window_of(asset, plan_flat_to_pos(flat, first), plan_flat_to_pos(flat, last), from_ns,
                                to_ns, &r->window))
                return false;
        r->track_m = r->n_legs * r->leg_side_m - r->spacing_m;
        if (fits(r))
            return true;
        double side = r->leg_side_m;
        if (!lengthen(asset, window_s(&r->window), &side, r))
            return false;
        r->leg_side_m = fmin(side, round < 3 ? side : r->leg_side_m - TENTH_NM);
        if (r->leg_side_m < 2 * r->spacing_m - 1)
            return false;
    }
    return false;
}

bool plan_rectangle_make(const struct plan_flat *flat, const struct plan_asset *asset, size_t index,
                         const struct plan_wish *wish, int64_t from_ns, int64_t to_ns,
                         struct plan_rectangle *out)
{
    struct plan_rectangle r = {.kind = wish->kind,
                               .asset = index,
                               .far_end = wish->far_end,
                               .right = wish->right,
                               .u_mps = wish->u_mps,
                               .v_mps = wish->v_mps};
    if (!isfinite(wish->x_m) || !isfinite(wish->y_m) || !isfinite(wish->bearing_deg))
        return false;
    place(flat, wish, &r);
    r.speed_mps = asset->speed_mps;
    if (!plan_window_of(asset, r.centre, r.centre, from_ns, to_ns, &r.window))
        return false;
    if (r.kind == PLAN_TRACKLINE) {
        if (!plan_trackline_make(flat, asset, wish, least_spacing(asset), from_ns, to_ns, &r))
            return false;
    } else if (r.kind != PLAN_PARALLEL) {
        if (!plan_pattern_make(flat, asset, wish, least_spacing(asset), from_ns, to_ns, &r))
            return false;
    } else if (!shape(asset, wish, r.speed_mps * window_s(&r.window), &r) ||
               !lengthen(asset, window_s(&r.window), &r.leg_side_m, &r) ||
               !settle(flat, asset, from_ns, to_ns, &r))
        return false;
    int64_t whole_s = (int64_t)floor(r.track_m / r.speed_mps); // plans count whole seconds
    r.end_ns = r.window.start_ns + whole_s * CORE_NS_PER_S;
    if (r.end_ns > r.window.end_ns)
        r.end_ns = r.window.end_ns;
    *out = r;
    return true;
}

size_t plan_rectangle_vertices(const struct plan_rectangle *r, int64_t t0_ns,
                               struct plan_vertex out[2 * PLAN_MOST_LEGS])
{
    if (r->kind == PLAN_TRACKLINE)
        return plan_trackline_vertices(r, t0_ns, out);
    if (r->kind != PLAN_PARALLEL)
        return plan_pattern_vertices(r, t0_ns, out);
    double start_s = (double)(r->window.start_ns - t0_ns) / CORE_NS_PER_S, run_m = 0;
    double along = (r->leg_side_m - r->spacing_m) / 2 * (r->far_end ? 1 : -1);
    double sign = r->right ? 1 : -1;
    for (size_t leg = 0; leg < r->n_legs; leg++) {
        double across = sign * ((r->creep_side_m - r->spacing_m) / 2 - leg * r->spacing_m);
        for (int end = 0; end < 2; end++) {
            struct geo_xy p = corner_point(r, end ? -along : along, across);
            out[2 * leg + end] = (struct plan_vertex){start_s + run_m / r->speed_mps, p.x_m, p.y_m};
            run_m += end ? r->spacing_m : r->leg_side_m - r->spacing_m;
        }
        along = -along;
    }
    return 2 * r->n_legs;
}

const char *plan_rectangle_pattern(const struct plan_rectangle *r)
{
    if (r->kind != PLAN_PARALLEL)
        return r->kind == PLAN_SQUARE ? "SS" : r->kind == PLAN_SECTOR ? "VS" : "TS";
    return r->leg_side_m >= r->creep_side_m ? "PS" : "CS";
}

struct plan_box plan_rectangle_box(const struct plan_rectangle *r, int64_t t0_ns)
{
    return (struct plan_box){
        .x_m = r->x_m,
        .y_m = r->y_m,
        .ux = r->ux,
        .uy = r->uy,
        .half_u_m = r->leg_side_m / 2,
        .half_v_m = r->creep_side_m / 2,
        .from_s = (double)(r->window.start_ns - t0_ns) / CORE_NS_PER_S,
        .to_s = (double)(r->end_ns - t0_ns) / CORE_NS_PER_S,
    };
}

void plan_rectangle_corners(const struct plan_rectangle *r, struct geo_xy out[4])
{
    static const double along[4] = {-1, 1, 1, -1}, across[4] = {-1, -1, 1, 1};
    for (int i = 0; i < 4; i++)
        out[i] = corner_point(r, along[i] * r->leg_side_m / 2, across[i] * r->creep_side_m / 2);
}

// By how much the projections of two rectangles on an axis are apart (negative: overlap).
static double apart_on(double ax, double ay, const struct geo_xy p[4], const struct geo_xy q[4])
{
    double p_lo = INFINITY, p_hi = -INFINITY, q_lo = INFINITY, q_hi = -INFINITY;
    for (int i = 0; i < 4; i++) {
        double s = ax * p[i].x_m + ay * p[i].y_m, t = ax * q[i].x_m + ay * q[i].y_m;
        p_lo = fmin(p_lo, s), p_hi = fmax(p_hi, s), q_lo = fmin(q_lo, t), q_hi = fmax(q_hi, t);
    }
    return fmax(q_lo - p_hi, p_lo - q_hi);
}

// From a corner to the nearest point of a rectangle.
static double corner_distance(const struct plan_rectangle *r, struct geo_xy p)
{
    double dx = p.x_m - r->x_m, dy = p.y_m - r->y_m;
    double along = fabs(dx * r->ux + dy * r->uy) - r->leg_side_m / 2;
    double across = fabs(dx * r->uy - dy * r->ux) - r->creep_side_m / 2;
    return hypot(fmax(0, along), fmax(0, across));
}

double plan_rectangle_gap_m(const struct plan_rectangle *a, const struct plan_rectangle *b)
{
    struct geo_xy p[4], q[4];
    plan_rectangle_corners(a, p);
    plan_rectangle_corners(b, q);
    double apart = fmax(fmax(apart_on(a->ux, a->uy, p, q), apart_on(a->uy, -a->ux, p, q)),
                        fmax(apart_on(b->ux, b->uy, p, q), apart_on(b->uy, -b->ux, p, q)));
    if (apart <= 0) // no axis separates them (separating axis theorem)
        return apart;
    double nearest = INFINITY; // of two convex figures apart, one nearest point is a corner
    for (int i = 0; i < 4; i++)
        nearest = fmin(nearest, fmin(corner_distance(a, q[i]), corner_distance(b, p[i])));
    return nearest;
}

double plan_rectangle_buffer_m(const struct plan_asset *a, const struct plan_rectangle *ra,
                               const struct plan_asset *b, const struct plan_rectangle *rb)
{
    if (a->separation != b->separation || ra->end_ns <= rb->window.start_ns ||
        rb->end_ns <= ra->window.start_ns)
        return -1;
    if (a->separation == PLAN_SURFACE)
        return 0.5 * CORE_M_PER_NM;
    bool heights = isfinite(a->altitude_m) && isfinite(b->altitude_m);
    return heights && fabs(a->altitude_m - b->altitude_m) > 150 ? 0 : CORE_M_PER_NM;
}
