// The bound's relaxation, solved: effort of many blocks (an asset in a time bin), freely divided among cells.
//
//   coverage of particle i:  C_i = sum over blocks of  x_bc a_bc W_i,   c the cell in which i is, sum_c x_bc
//   = 1 value:                   F = sum of w_i b(C_i), concave in x
//
// An interior-point method: on the path x_bc y_bc = mu, y = lambda_b - dF/dx_bc. Newton's step by conjugate
// gradients, the second derivative's product by one pass over the particles of every bin. Whatever the steps,
// by concavity F* <= F + sum over blocks of [max_c g_c - sum_c g_c x_c], g = dF/dx: that is the certificate.
#ifndef PLAN_BOUND_SOLVE_H
#define PLAN_BOUND_SOLVE_H

#include "plan/bound_cells.h"

enum { PLAN_BOUND_BINS = 24 };

// One asset in one bin: its effort, and what all of it would be in each cell.
struct plan_block {
    size_t asset, bin, first; // of its cells in x[]
    double budget_m;          // metres of track
    double *effect; // [cells] coverage of a particle there with a sweep width of 1 m; 0: out of reach
};

struct plan_relaxation {
    const struct plan_problem *problem;
    const struct plan_scene *scene;
    struct plan_bin bin[PLAN_BOUND_BINS];
    size_t n_bins;
    struct plan_block *block;
    size_t n_blocks;
    double *search_end_s; // [n_assets] no plan searches later
};

// The best value found and how much more any division could be worth.
enum ph_status plan_relaxation_solve(const struct plan_relaxation *relaxation, struct core_job *job,
                                     double *value, double *gap, struct ph_err *err) PH_NODISCARD;

#endif
