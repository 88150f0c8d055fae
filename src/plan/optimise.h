// Finds the rectangles: several arrangements, each improved by random steps that only ever go up.
#ifndef PLAN_OPTIMISE_H
#define PLAN_OPTIMISE_H

#include "plan/arrange.h"

// Explores on a sample of the cloud. *manual gets the manual method's arrangement, *best the best found
// (both [n_assets]; used says who takes part).
enum ph_status plan_optimise_explore(struct plan_crew *crew, struct core_job *job, struct core_arena *arena,
                                     struct plan_arrangement *best, struct plan_arrangement *manual,
                                     struct ph_err *err) PH_NODISCARD;

// A short search from whatever is placed, which is kept when nothing better is found.
enum ph_status plan_optimise_again(struct plan_crew *crew, struct core_arena *arena,
                                   struct ph_err *err) PH_NODISCARD;

// The best answer of one asset to what the others leave, from scratch; places it when it gains anything.
// `effort` is the work, 1 a full search; x, y are scratch for the scene's particles.
void plan_optimise_respond(struct plan_crew *crew, size_t asset, double effort, double *x, double *y);

// A placed asset moves to where it gains more while the others stay: batches of steps of this size.
void plan_optimise_improve(struct plan_crew *crew, size_t asset, double size, int batches);

// Those who come from a base begin at the corner nearest to it, unless another is worth it.
void plan_optimise_corners(struct plan_crew *crew);

// Small steps around what is placed, on a larger scene.
enum ph_status plan_optimise_refine(struct plan_crew *crew, struct core_job *job,
                                    struct ph_err *err) PH_NODISCARD;

// Rounds on top for a budget beyond PLAN_BUDGET_S, the least there is; `scouts` as after
// plan_optimise_explore. Never worse.
enum { PLAN_BUDGET_S = 2 };
enum ph_status plan_optimise_more(struct plan_crew *crew, struct plan_crew *scouts, struct core_job *job,
                                  struct core_arena *arena, struct ph_err *err) PH_NODISCARD;

#endif
