#include "plan/allocate_moves.h"

static bool links_make(const struct plan_allocation_problem *p, bool in, struct core_arena *arena,
                       struct plan_links *out)
{
    size_t n = p->n_cells;
    out->row = CORE_ARENA_NEW(arena, uint32_t, n + 2);
    out->cell = CORE_ARENA_NEW(arena, uint32_t, p->n_transitions + 1);
    out->chance = CORE_ARENA_NEW(arena, double, p->n_transitions + 1);
    if (!out->row || !out->cell || !out->chance)
        return false;
    for (size_t k = 0; k < p->n_transitions; k++)
        out->row[(in ? p->transition[k].to : p->transition[k].from) + 2]++;
    for (size_t c = 0; c < n; c++)
        out->row[c + 2] += out->row[c + 1];
    for (size_t k = 0; k < p->n_transitions; k++) {
        const struct plan_move *move = &p->transition[k];
        size_t at = out->row[(in ? move->to : move->from) + 1]++;
        out->cell[at] = (uint32_t)(in ? move->from : move->to);
        out->chance[at] = move->p;
    }
    return true;
}

bool plan_moves_make(const struct plan_allocation_problem *problem, struct core_arena *arena,
                     struct plan_moves *out)
{
    out->n = problem->n_cells;
    return links_make(problem, true, arena, &out->in) && links_make(problem, false, arena, &out->out);
}

void plan_moves_gather(const struct plan_links *links, size_t n, const double *from, double *to)
{
    for (size_t c = 0; c < n; c++) {
        double sum = 0;
        for (size_t k = links->row[c]; k < links->row[c + 1]; k++)
            sum += links->chance[k] * from[links->cell[k]];
        to[c] = sum;
    }
}
