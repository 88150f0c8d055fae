// Finds the rectangles: several arrangements, each improved by random steps that only ever go up.
#ifndef PLAN_OPTIMISE_H
#define PLAN_OPTIMISE_H

#include "plan/crew.h"

// Explores on a sample of the cloud. *manual gets the manual method's arrangement, *best the best found
// (both [n_assets]; used says who takes part).
struct plan_arrangement {
    struct plan_wish *wish;
    bool *used;
};

enum ph_status plan_optimise_explore(struct plan_crew *crew, struct core_job *job, struct core_arena *arena,
                                     struct plan_arrangement *best, struct plan_arrangement *manual,
                                     struct ph_err *err) PH_NODISCARD;

// Small steps around what is placed, on a larger scene.
enum ph_status plan_optimise_refine(struct plan_crew *crew, struct core_job *job,
                                    struct ph_err *err) PH_NODISCARD;

// Rounds on top for a budget beyond PLAN_BUDGET_S; `scouts` as after plan_optimise_explore. Never worse.
enum { PLAN_BUDGET_S = 2 };
enum ph_status plan_optimise_more(struct plan_crew *crew, struct plan_crew *scouts, struct core_job *job,
                                  struct core_arena *arena, struct ph_err *err) PH_NODISCARD;

// The worksheet's steps for those who are planned; false when there is no effort.
bool plan_optimise_worksheet(const struct plan_crew *crew, struct plan_worksheet *out);

// Places an arrangement; false when it breaks a rule on the way.
bool plan_arrangement_place(struct plan_crew *crew, const struct plan_arrangement *arrangement);

#endif
