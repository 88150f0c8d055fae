// How much one piece of track, or one evenly searched rectangle, exposes drifting particles.
//
// Inverse cube: a searcher at distance r detects at the rate kappa / r^3 per second. On an infinite straight
// pass this is the inverse-cube lateral range curve 1 - exp(-(W/x)^2 / (4 pi)) when kappa = W^2 v / (8 pi),
// v being the speed to which W belongs (Koopman 1946). On any straight piece of relative motion, from the
// offset D to the offset E within tau seconds, the integral of the rate is exact and closed:
//     kappa tau (|D| + |E|) / (|D| |E| (|D| |E| + D.E))
// which is the spec's W^2/(8 pi c^2) [s1/sqrt(c^2+s1^2) - s0/sqrt(c^2+s0^2)] without its division by c:
// it is the field of a straight wire of finite length (Biot and Savart), and it needs no relative speed.
#ifndef PLAN_EXPOSURE_H
#define PLAN_EXPOSURE_H

#include <stddef.h>

#include "geo/earth.h"

struct plan_vertex { // a waypoint in the plane; seconds since the cloud's first knot
    double t_s, x_m, y_m;
};

// A straight piece of track within one interval between knots.
struct plan_piece {
    size_t knot;   // interval [knot, knot + 1]
    double f0, f1; // fractions of the interval at its ends
    double x0, y0, x1, y1;
    double tau_s;
};

// Cuts legs at the knots. Parts outside the knots' time range are dropped. `out` has room for
// n + n_knots pieces.
size_t plan_pieces_cut(const struct plan_vertex *vertex, size_t n, const double *knot_s, size_t n_knots,
                       struct plan_piece *out);

// Positions of some particles at the knots: x[knot * stride + i].
struct plan_sight {
    const double *x, *y;
    size_t stride, n;
};

enum { PLAN_EXPOSURE_BLOCK = 256 };

// g[i] = integral of dt / r^3 (s/m^3) over the pieces, each beginning where the one before ends; knots are
// counted from first_knot. NaN: nothing. In float, many particles at a time (rows.h).
void plan_exposure_pieces(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                          const struct plan_sight *sight, double *g);

// The same in double, one by one: the definition, with which the above agrees to a few parts in 10^6.
void plan_exposure_defined(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                           const struct plan_sight *sight, double *g);

// An evenly searched rectangle (PLAN_RANDOM): exposure grows by W v / area for each second inside.
struct plan_box {
    double x_m, y_m, ux, uy; // centre, unit vector of the first side
    double half_u_m, half_v_m;
    double from_s, to_s;
};

// g[i] = seconds inside the box.
void plan_exposure_box(const struct plan_box *box, const double *knot_s, size_t n_knots, size_t first_knot,
                       const struct plan_sight *sight, double *g);

#endif
