#include "plan/trackline.h"

#include <math.h>

#include "core/units.h"

enum { MOST_PASSES = 4, BINS = PLAN_ROUTE_MOST - 2, FINE = 400 };
static const double TENTH_NM = CORE_M_PER_NM / 10, LONG = 3, REACH = 2.2; // ends: standard deviations

static double seconds(int64_t ns)
{
    return (double)ns / CORE_NS_PER_S;
}

static double way_m(struct geo_xy a, struct geo_xy b)
{
    return hypot(b.x_m - a.x_m, b.y_m - a.y_m);
}

// --- the line of a cloud -----------------------------------------------------------------------------------

// Weight and mean of the particles in each of FINE equal slices along the major axis.
struct slice {
    double weight, x_m, y_m;
};

static double slices_fill(const struct plan_scene *scene, const struct plan_spread *s, const double *x,
                          const double *y, const double *weight, struct slice out[FINE])
{
    double c = cos(s->angle_rad), n = sin(s->angle_rad), reach = REACH * s->major_m, total = 0;
    for (int k = 0; k < FINE; k++)
        out[k] = (struct slice){0};
    for (size_t i = 0; i < scene->n; i++) {
        if (!isfinite(x[i]))
            continue;
        double along = (x[i] - s->x_m) * c + (y[i] - s->y_m) * n;
        if (!(fabs(along) < reach))
            continue;
        struct slice *slice = &out[(int)((along + reach) / (2 * reach) * FINE)];
        slice->weight += weight[i], slice->x_m += weight[i] * x[i], slice->y_m += weight[i] * y[i];
        total += weight[i];
    }
    return total;
}

// A point beyond b on the line from a, half of their distance off.
static struct geo_xy beyond(struct geo_xy a, struct geo_xy b)
{
    return (struct geo_xy){b.x_m + (b.x_m - a.x_m) / 2, b.y_m + (b.y_m - a.y_m) / 2};
}

bool plan_trackline_route(const struct plan_scene *scene, const struct plan_spread *s, const double *x,
                          const double *y, const double *weight, struct plan_wish *wish)
{
    struct slice slice[FINE];
    struct geo_xy mean[BINS];
    if (s->major_m < LONG * s->minor_m)
        return false;
    double total = slices_fill(scene, s, x, y, weight, slice);
    int bins = 0;
    struct slice sum = {0};
    for (int k = 0; k < FINE && bins < BINS; k++) {
        sum.weight += slice[k].weight, sum.x_m += slice[k].x_m, sum.y_m += slice[k].y_m;
        if (sum.weight > 0 && sum.weight >= total / BINS * (1 - 1e-9)) {
            mean[bins++] = (struct geo_xy){sum.x_m / sum.weight, sum.y_m / sum.weight};
            sum = (struct slice){0};
        }
    }
    if (bins < 2)
        return false;
    wish->x_m = s->x_m, wish->y_m = s->y_m, wish->n_route = 0;
    wish->route[wish->n_route++] = beyond(mean[1], mean[0]);
    for (int k = 0; k < bins; k++)
        wish->route[wish->n_route++] = mean[k];
    wish->route[wish->n_route++] = beyond(mean[bins - 2], mean[bins - 1]);
    for (size_t k = 0; k < wish->n_route; k++)
        wish->route[k].x_m -= s->x_m, wish->route[k].y_m -= s->y_m;
    return true;
}

// --- legs --------------------------------------------------------------------------------------------------

static double length_of(const struct plan_rectangle *r)
{
    double m = 0;
    for (size_t k = 1; k < r->n_route; k++)
        m += way_m(r->route[k - 1], r->route[k]);
    return m;
}

// Cuts a length off the first end of the route.
static void cut_first(struct plan_rectangle *r, double m)
{
    while (r->n_route > 2 && way_m(r->route[0], r->route[1]) <= m) {
        m -= way_m(r->route[0], r->route[1]);
        r->n_route--;
        for (size_t k = 0; k < r->n_route; k++)
            r->route[k] = r->route[k + 1];
    }
    double w = fmin(0.99, m / fmax(way_m(r->route[0], r->route[1]), 1));
    r->route[0].x_m += w * (r->route[1].x_m - r->route[0].x_m);
    r->route[0].y_m += w * (r->route[1].y_m - r->route[0].y_m);
}

static void turn_round(struct plan_rectangle *r)
{
    for (size_t k = 0; k < r->n_route / 2; k++) {
        struct geo_xy kept = r->route[k];
        r->route[k] = r->route[r->n_route - 1 - k];
        r->route[r->n_route - 1 - k] = kept;
    }
}

static struct geo_xy unit(struct geo_xy a, struct geo_xy b)
{
    double m = fmax(way_m(a, b), 1e-6);
    return (struct geo_xy){(b.x_m - a.x_m) / m, (b.y_m - a.y_m) / m};
}

// The route's point k moved to the right of the way by `off`, so that both legs there are off by as much
// (a mitre, at most twice the offset long).
static struct geo_xy aside(const struct plan_rectangle *r, size_t k, double off)
{
    struct geo_xy in = unit(r->route[k ? k - 1 : 0], r->route[k ? k : 1]);
    struct geo_xy out =
        unit(r->route[k + 1 < r->n_route ? k : k - 1], r->route[k + 1 < r->n_route ? k + 1 : k]);
    double nx = in.y_m + out.y_m, ny = -in.x_m - out.x_m, m2 = nx * nx + ny * ny;
    double scale = 2 / fmax(m2, 1);
    return (struct geo_xy){r->route[k].x_m + off * scale * nx, r->route[k].y_m + off * scale * ny};
}

static size_t legs_lay(const struct plan_rectangle *r, struct geo_xy out[2 * PLAN_MOST_LEGS])
{
    size_t n = 0;
    for (size_t pass = 0; pass < r->n_passes; pass++) {
        double off = ((double)pass - (double)(r->n_passes - 1) / 2) * r->spacing_m * (r->right ? -1 : 1);
        for (size_t k = 0; k < r->n_route; k++)
            out[n++] = aside(r, pass % 2 ? r->n_route - 1 - k : k, off);
    }
    return n;
}

size_t plan_trackline_vertices(const struct plan_rectangle *r, int64_t t0_ns,
                               struct plan_vertex out[2 * PLAN_MOST_LEGS])
{
    struct geo_xy at[2 * PLAN_MOST_LEGS];
    size_t n = legs_lay(r, at);
    double run_m = 0, start_s = seconds(r->window.start_ns - t0_ns);
    for (size_t i = 0; i < n; i++) {
        run_m += i ? way_m(at[i - 1], at[i]) : 0;
        out[i] = (struct plan_vertex){start_s + run_m / r->speed_mps, at[i].x_m, at[i].y_m};
    }
    return n;
}

// The box that holds the legs, half a spacing wider, along the line from end to end; and the track's length.
static void box_fit(const struct plan_flat *flat, struct plan_rectangle *r)
{
    struct geo_xy at[2 * PLAN_MOST_LEGS], u = unit(r->route[0], r->route[r->n_route - 1]);
    double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
    size_t n = legs_lay(r, at);
    r->track_m = 0;
    for (size_t i = 0; i < n; i++) {
        double side[2] = {at[i].x_m * u.x_m + at[i].y_m * u.y_m, at[i].x_m * u.y_m - at[i].y_m * u.x_m};
        for (int d = 0; d < 2; d++)
            lo[d] = fmin(lo[d], side[d]), hi[d] = fmax(hi[d], side[d]);
        r->track_m += i ? way_m(at[i - 1], at[i]) : 0;
    }
    double along = (lo[0] + hi[0]) / 2, across = (lo[1] + hi[1]) / 2;
    r->ux = u.x_m, r->uy = u.y_m, r->n_legs = n - 1;
    r->x_m = along * u.x_m + across * u.y_m, r->y_m = along * u.y_m - across * u.x_m;
    r->leg_side_m = hi[0] - lo[0] + r->spacing_m, r->creep_side_m = hi[1] - lo[1] + r->spacing_m;
    r->centre = plan_flat_to_pos(flat, (struct geo_xy){r->x_m, r->y_m});
    struct geo_xy north = plan_flat_north(flat, r->centre);
    double bearing = atan2(u.x_m * north.y_m - u.y_m * north.x_m, u.x_m * north.x_m + u.y_m * north.y_m);
    r->bearing_deg = (int)lround(core_deg_wrap360(bearing / CORE_RAD_PER_DEG)) % 180;
}

// The route of a wish in the plane, turned by its bearing.
static void route_place(const struct plan_wish *wish, struct plan_rectangle *r)
{
    double b = wish->bearing_deg * CORE_RAD_PER_DEG, c = cos(b), s = sin(b);
    r->n_route = wish->n_route;
    for (size_t k = 0; k < wish->n_route; k++) {
        struct geo_xy p = wish->route[k];
        r->route[k] = (struct geo_xy){wish->x_m + c * p.x_m + s * p.y_m, wish->y_m + c * p.y_m - s * p.x_m};
    }
    if (wish->far_end)
        turn_round(r);
}

bool plan_trackline_make(const struct plan_flat *flat, const struct plan_asset *asset,
                         const struct plan_wish *wish, double least_spacing_m, int64_t from_ns, int64_t to_ns,
                         struct plan_rectangle *r)
{
    double track_m = r->speed_mps * seconds(r->window.end_ns - r->window.start_ns);
    if (wish->n_route < 2)
        return false;
    r->spacing_m = fmax(round(exp(wish->log_spacing) / TENTH_NM) * TENTH_NM, least_spacing_m);
    r->n_passes = (size_t)fmin(MOST_PASSES, fmax(1, round(exp(wish->log_aspect))));
    for (int round = 0; round < 8; round++) {
        double passes = (double)r->n_passes, longest_m = (track_m - (passes - 1) * r->spacing_m) / passes;
        if (longest_m < 2 * r->spacing_m)
            return false;
        route_place(wish, r);
        double over_m = length_of(r) - longest_m;
        if (over_m > 0) {
            cut_first(r, over_m / 2);
            turn_round(r);
            cut_first(r, over_m / 2);
            turn_round(r);
        }
        box_fit(flat, r);
        struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
        size_t n = plan_trackline_vertices(r, r->window.start_ns, vertex);
        struct geo_pos first = plan_flat_to_pos(flat, (struct geo_xy){vertex[0].x_m, vertex[0].y_m});
        struct geo_pos last = plan_flat_to_pos(flat, (struct geo_xy){vertex[n - 1].x_m, vertex[n - 1].y_m});
        if (!plan_window_of(asset, first, last, from_ns, to_ns, &r->window))
            return false;
        double usable_m = r->speed_mps * seconds(r->window.end_ns - r->window.start_ns);
        if (r->track_m <= usable_m * (1 + 1e-12))
            return true;
        track_m -= fmax(r->track_m - usable_m, 0.005 * track_m);
    }
    return false;
}
