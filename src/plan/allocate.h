// Optimal divisible effort over cells (pharos allocate): targets at rest or moving by a Markov chain,
// several resources and periods, exponential or inverse-cube detection. Docs: docs/search.md, "Bound".
#ifndef PLAN_ALLOCATE_H
#define PLAN_ALLOCATE_H

#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/job.h"
#include "pharos/pharos.h"

enum plan_law { PLAN_LAW_EXPONENTIAL, PLAN_LAW_INVERSE_CUBE };

struct plan_move {
    size_t from, to;
    double p;
};

struct plan_allocation_problem {
    size_t n_cells, n_resources, n_periods;
    const double *prior;                // [cells], any positive sum
    const double *effectiveness;        // [resource][cell]
    const double *budget;               // [resource][period]
    const struct plan_move *transition; // NULL: at rest
    size_t n_transitions;
    enum plan_law law;
};

struct plan_allocation {
    double pos, upper_bound, gap, myopic_pos; // pos as a fraction of the prior's sum
    double *effort;                           // [period][resource][cell]
    bool stopped_early;
};

enum ph_status plan_allocate(const struct plan_allocation_problem *problem, struct core_job *job,
                             struct core_arena *arena, struct plan_allocation *out,
                             struct ph_err *err) PH_NODISCARD;

// Reads PROBLEM.json (docs/search.md), solves it and writes the answer as JSON.
enum ph_status plan_allocate_file(const char *path, struct core_job *job, struct core_buf *json,
                                  struct ph_err *err) PH_NODISCARD;

#endif
