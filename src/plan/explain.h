// Why this plan: what each asset would give in its next best place, with an hour more, what another unit
// would add, and what remains when all of them have found nothing.
#ifndef PLAN_EXPLAIN_H
#define PLAN_EXPLAIN_H

#include "plan/crew.h"

// Asks each question by planning again, briefly: on `scouts` (a sample), scored on `crew` (the plan as it
// was found). Both are left as they were. The answers live in the result's arena.
enum ph_status plan_explain(struct plan_crew *crew, struct plan_crew *scouts, struct core_job *job,
                            struct plan_result *out, struct ph_err *err) PH_NODISCARD;

#endif
