// A rectangle that a crew can fly, its legs and their times.
//
// The optimiser turns seven free numbers (struct plan_wish); what it gets back is always a rectangle in
// flyable numbers that keeps the asset's time: spacing and sides in 0.1 NM, centre in 0.1 minute, legs on a
// whole degree. So nothing is lost by rounding at the end.
//
//      n legs at spacing S; the leg side is a, the creep side n S, so the area is A = a n S
//      legs are a - S long: they begin and end half a spacing inside, where the cross legs of length S are
//      track = n (a - S) + (n - 1) S = A / S - S
#ifndef PLAN_RECTANGLE_H
#define PLAN_RECTANGLE_H

#include "plan/scene.h"
#include "plan/window.h"

// PS and CS; SS and VS (plan/pattern.h); TS (plan/trackline.h)
enum plan_kind { PLAN_PARALLEL, PLAN_SQUARE, PLAN_SECTOR, PLAN_TRACKLINE };
enum { PLAN_ROUTE_MOST = 7 };

struct plan_wish {
    enum plan_kind kind;
    double u_mps, v_mps; // SS and VS: the frame drifts; 0: over ground
    double x_m, y_m;     // centre in the plane
    double bearing_deg;  // of the legs, true
    double log_spacing;  // metres
    double log_aspect;   // leg side / creep side
    bool far_end, right; // which of the four corners: begin at the legs' far end, creep to the left of them
    // TS: the line about the centre, turned by bearing_deg; exp(log_aspect) is the number of passes
    struct geo_xy route[PLAN_ROUTE_MOST];
    size_t n_route;
};

struct plan_rectangle {
    enum plan_kind kind;
    double u_mps, v_mps; // of the frame
    size_t asset;
    struct geo_pos centre;
    int bearing_deg; // of the legs, [0, 180)
    double x_m, y_m; // centre
    double ux, uy;   // unit vector along the legs; across, to their right: (uy, -ux)
    double leg_side_m, creep_side_m, spacing_m;
    size_t n_legs;
    bool far_end, right;
    struct geo_xy route[PLAN_ROUTE_MOST]; // TS: in the plane
    size_t n_route, n_passes;
    struct plan_window window;
    double track_m, speed_mps; // made good
    int64_t end_ns;            // last waypoint
};

enum { PLAN_MOST_LEGS = 400 };

// What a wish becomes for one asset. False when it cannot be flown (no time, or fewer than two legs).
bool plan_rectangle_make(const struct plan_flat *flat, const struct plan_asset *asset, size_t index,
                         const struct plan_wish *wish, int64_t from_ns, int64_t to_ns,
                         struct plan_rectangle *out);

// "PS" legs along the long side, "CS" along the short side, "SS", "VS", "TS".
const char *plan_rectangle_pattern(const struct plan_rectangle *rectangle);

// The 2 n vertices of its legs; the first is the commence search point.
size_t plan_rectangle_vertices(const struct plan_rectangle *rectangle, int64_t t0_ns,
                               struct plan_vertex out[2 * PLAN_MOST_LEGS]);

// The searched box, for random search.
struct plan_box plan_rectangle_box(const struct plan_rectangle *rectangle, int64_t t0_ns);

// Corners in order round the rectangle.
void plan_rectangle_corners(const struct plan_rectangle *rectangle, struct geo_xy out[4]);

// Smallest distance between two rectangles; 0 or less (minus the depth) when they overlap.
double plan_rectangle_gap_m(const struct plan_rectangle *a, const struct plan_rectangle *b);

// Distance that the two must keep; negative when they may overlap (other kind, other time).
double plan_rectangle_buffer_m(const struct plan_asset *a, const struct plan_rectangle *ra,
                               const struct plan_asset *b, const struct plan_rectangle *rb);

#endif
