// One period's effort of all resources at once, by its dual: one price for each resource.
//
//   minimise  sum_c F_c(e_c),  e_c = sum_r w_rc z_rc,  sum_c z_rc = B_r,  z >= 0
//
// At prices lambda a cell takes exposure from the resource that sells it cheapest, p_c = min_r lambda_r /
// w_rc, until -F_c'(e) = p_c (Charnes & Cooper 1958). Where two resources cost the same, the split is open;
// so the minimum is taken softly, s_c = -tau ln sum_r exp(-ln(lambda_r / w_rc) / tau), and tau goes to
// nothing. The shares exp((s_c - q_rc) / tau) then settle the ties, at a loss of at most tau ln R of what the
// effort earns. The dual is concave in the prices; Newton's method with as many unknowns as resources.
#ifndef PLAN_ALLOCATE_DUAL_H
#define PLAN_ALLOCATE_DUAL_H

#include "core/arena.h"
#include "plan/allocate.h"

// What a cell demands: -F'(e) = gain exp(-(e - from)) for the exponential law, and
// gain exp(-pi/4 [(mean + e - from)^2 - mean^2]) for the inverse cube, mean being the coverage it has.
struct plan_demand {
    double log_gain, from, mean;
};

struct plan_dual {
    enum plan_law law;
    size_t n, resources;
    const double *log_w;        // [cell][resource], -inf: useless there
    const double *budget;       // [resource]
    struct plan_demand *demand; // [n]
    double softness;            // ties need not be told apart finer than this; 0: as fine as can be
    double work;                // prices looked at so far
    // scratch
    double *step, *v, *share, *trial, *used, *anchor, *last, *off, *matrix;
    size_t *near;
};

bool plan_dual_init(struct plan_dual *dual, struct core_arena *arena);

// Effort z[resource][cell] for the demands; log_price[resource] is where to begin (NAN: anywhere) and where
// it ended. A budget that can do nothing stays unused (z = 0).
void plan_dual_solve(struct plan_dual *dual, double *log_price, double *z);

#endif
