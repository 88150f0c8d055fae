// An upper bound on the POS of any plan: the same effort, but freely divisible. docs/search.md, "Bound".
#ifndef PLAN_BOUND_H
#define PLAN_BOUND_H

#include "plan/scene.h"

struct plan_bound {
    double pos;       // no plan exceeds it
    double relaxed;   // value of the relaxation found
    double gap;       // its certificate: the relaxation's optimum is at most relaxed + gap
    double allowance; // what plans may win on single particles of the sample
    double cell_m;    // side of the typical cell
};

enum ph_status plan_bound_make(const struct plan_problem *problem, const struct plan_scene *scene,
                               struct core_job *job, struct plan_bound *out, struct ph_err *err) PH_NODISCARD;

// The bound as it stands beside a plan. Legs that are given may ask for more than there is: it gives way to
// them. A planned chance above it means that its statistics did not hold (docs/search.md): the warning
// bound-exceeded.
double plan_bound_beside(double bound, double pos, bool given, struct core_job *job);

#endif
