// A target's moves from period to period, as sparse sums both ways.
#ifndef PLAN_ALLOCATE_MOVES_H
#define PLAN_ALLOCATE_MOVES_H

#include <stdint.h>

#include "core/arena.h"
#include "plan/allocate.h"

struct plan_links { // of a cell: link[row[c]] .. link[row[c + 1] - 1]
    uint32_t *row, *cell;
    double *chance;
};

struct plan_moves {
    size_t n;
    struct plan_links in, out; // where those in a cell come from, and go
};

bool plan_moves_make(const struct plan_allocation_problem *problem, struct core_arena *arena,
                     struct plan_moves *out);

// to[c] = what links[c] bring of from[]: with moves->in a period on, with moves->out the mean a period back.
void plan_moves_gather(const struct plan_links *links, size_t n, const double *from, double *to);

#endif
