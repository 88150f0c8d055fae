// Inside of plan/allocate.h: the state of a problem being solved.
//
// Failure (not found) is a sum over the ways that the target may take. For a Markov target and exponential
// detection it splits at each period t (Brown 1980):
//     F = sum over cells of  reach_t(c) exp(-e_t(c)) after_t(c)
// with reach: probability of being in c at t and not found before; after: of not being found later;
// e_t(c) = sum over resources of w_rc z_rtc. A target at rest has one cell for all periods.
// Under the inverse cube a way's coverage adds up inside erfc: see allocate_waves.c.
#ifndef PLAN_ALLOCATE_WORK_H
#define PLAN_ALLOCATE_WORK_H

#include "plan/allocate_dual.h"
#include "plan/allocate_moves.h"
#include "plan/allocate_speed.h"

struct plan_waves;

struct plan_allocating {
    const struct plan_allocation_problem *p;
    size_t n, resources, periods; // periods of the moving target; 1 at rest (budgets summed)
    double *prior;                // [n], sums to 1
    double *budget;               // [periods][resources]
    double *z;                    // [periods][resources][n]
    double *best_z;               // the best so far
    double *from;                 // [periods][n] exposure with which the sweep began
    double *e;                    // [periods][n] exposure (coverage for the inverse cube)
    double *stay;                 // [periods][n] exp(-e)
    double *reach, *after;        // [periods][n]
    double *price;                // [periods][resources] logarithms; NAN: not known yet
    double *gain, *own_after;     // [n] scratch
    double *own;                  // [resources] scratch
    double *log_w;                // [n][resources]
    struct plan_moves moves;
    int threads;
    struct plan_dual dual;
    struct plan_speed speed;
    struct plan_waves *waves; // moving target under the inverse cube; else NULL
};

// Exposure, reach and after from the effort s->z (moving target, exponential).
void plan_allocating_renew(struct plan_allocating *s);

// The certificate: how much below F the optimum may be at most.
double plan_allocating_gap(const struct plan_allocating *s);

// --- moving targets under the inverse cube
// ----------------------------------------------------------------------------------------------------

enum ph_status plan_waves_make(struct plan_allocating *s, struct core_arena *arena, struct ph_err *err);

// Lays out as many waves as the coverage asks for and forgets what is reached. PH_ENOMEM when there is no
// room.
enum ph_status plan_waves_fit(struct plan_allocating *s, struct ph_err *err);
void plan_waves_free(struct plan_allocating *s);

void plan_waves_forget_later(struct plan_allocating *s); // after = 1: nothing follows
void plan_waves_move_on(struct plan_allocating *s, size_t t);
void plan_waves_look_back(struct plan_allocating *s, size_t t); // renews after of period t from t + 1

// -dF/de of each cell in period t, and the coverage that those who are there and not found have (weighted by
// gain), from the curvature.
void plan_waves_gain(const struct plan_allocating *s, size_t t, double *gain, double *mean);
double plan_waves_failure(const struct plan_allocating *s);

#endif
