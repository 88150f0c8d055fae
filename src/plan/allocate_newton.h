// Moving targets under exponential detection, all periods at once: an interior-point method. Where effort of
// one period can stand for that of another (a target that hardly moves), sweeps from period to period take
// hundreds of rounds; this takes some twenty steps.
//
//   minimise  F(e),  e_tc = sum_r a_rtc x_rtc,  a = w B,  sum_c x_rtc = 1,  x > 0      (x: shares of a
//   budget)
//
// On the central path x_rtc y_rtc = mu, y = lambda_rt - a_rtc g_tc, g = -dF/de (Fiacco & McCormick 1968).
// Newton's step for it needs (N^-1 + H) de = ..., H = d2F/de2, N = A (T - T 1 1' T / 1'T1) A', T = x / y: in
// each period a diagonal and one row for each resource. H de is one more pass forward and one back through
// the periods, so it is never written down, and conjugate gradients solve for de with H's diagonal, which is
// g, in its place as preconditioner: its other part is how far the periods are alike, and has T clusters at
// most.
#ifndef PLAN_ALLOCATE_NEWTON_H
#define PLAN_ALLOCATE_NEWTON_H

#include "core/job.h"
#include "plan/allocate_work.h"

struct plan_newton;

// Begins at the effort s->z. A gap that is small enough says how near the walls the path goes in the end.
enum ph_status plan_newton_make(struct plan_allocating *s, struct core_arena *arena, double enough,
                                struct plan_newton **out, struct ph_err *err) PH_NODISCARD;

// Another gap is small enough from now on.
void plan_newton_aim(struct plan_newton *newton, double enough);

// One step: s->z, s->e and all that follows from them are renewed. False when it can go no further.
bool plan_newton_step(struct plan_newton *newton);

// Effort that only the path's distance from the walls has left: away with it. The budgets stay used.
void plan_newton_tidy(struct plan_newton *newton);

// Numbers looked at so far.
double plan_newton_work(const struct plan_newton *newton);

#endif
