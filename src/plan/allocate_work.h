// Inside of plan/allocate.h: the state of a problem being solved.
//
// Failure (not found) is a sum over the ways that the target may take. For a Markov target it splits at each
// period t (Brown 1980):   F = sum over cells of  reach_t(c) exp(-e_t(c)) after_t(c)
// with reach: probability of being in c at t and not found before; after: of not being found later;
// e_t(c) = sum over resources of w_rc z_rtc. A target at rest has one cell for all periods.
#ifndef PLAN_ALLOCATE_WORK_H
#define PLAN_ALLOCATE_WORK_H

#include "plan/allocate.h"

struct plan_allocating {
    const struct plan_allocation_problem *p;
    size_t n, resources, periods; // periods of the moving target; 1 at rest (budgets summed)
    double *prior;                // [n], sums to 1
    double *budget;               // [resources][periods]
    double *z;                    // [periods][resources][n]
    double *e;                    // [periods][n] exposure (coverage for the inverse cube)
    double *reach, *after;        // [periods][n]
    double *key;                  // [n] scratch
    size_t *row;                  // [n + 1] transitions by origin
    size_t *to;
    double *chance;
};

// Exact water-filling of one resource's budget in one period: maximises the sum of
// prior_c b(before_c + w_c z_c). after[] may be NULL (1).
void plan_allocate_water(enum plan_law law, size_t n, const double *prior, const double *after,
                         const double *w, const double *before, double budget, double *key, double *z);

#endif
