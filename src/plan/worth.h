// What it is worth to be found at a time: the objective of a plan.
//
//   POS             1 whenever it is
//   expected time   (T - t) / (T - t0): a plan that finds early is better; to maximise the sum is to minimise
//                   the mean time until found, or until the search ends at T
//   survival        the chance of being alive at t: 1/2 after each half-life for who is in the water
//
// Time is cut into slots. Who is found within slot k is worth V_k, that at its middle; with the exposures E_k
// gathered by the end of each slot (Abel's summation)
//     sum_k V_k (exp(-E_(k-1)) - exp(-E_k)) = sum_k (V_k - V_(k+1)) (1 - exp(-E_k)),  V_(K+1) = 0
// so every objective is a weighted sum of chances to have been found by the end of a slot, and POS is the one
// with a single slot.
#ifndef PLAN_WORTH_H
#define PLAN_WORTH_H

#include "plan/scene.h"

enum { PLAN_SLOTS = 12 };

struct plan_worth {
    size_t n_slots;
    double begin_s, to_s;     // searching begins and is over, seconds since the first knot
    double end_s[PLAN_SLOTS]; // of slots, seconds since the first knot; the last ends with the cloud
    double *step;             // [n_objects][n_slots] V_k - V_(k+1)
    double *scale;            // [n] worth of each particle at the beginning
};

// Slots from the first moment at which anybody can search to the last.
enum ph_status plan_worth_init(const struct plan_problem *problem, const struct plan_scene *scene,
                               enum plan_objective objective, struct core_arena *arena,
                               struct plan_worth *out, struct ph_err *err) PH_NODISCARD;

#endif
