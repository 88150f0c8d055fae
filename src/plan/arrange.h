// Ways to share the cloud among all assets at once, from which the optimiser starts.
#ifndef PLAN_ARRANGE_H
#define PLAN_ARRANGE_H

#include "plan/crew.h"

// Who is where: [n_assets] each.
struct plan_arrangement {
    struct plan_wish *wish;
    bool *used;
};

// Sweep width x track of an asset, m2; 0 when it is kept or cannot search.
double plan_arrange_effort(const struct plan_crew *crew, size_t a);

// Efforts, and the assets by them: largest first, ties in the case's order.
void plan_arrange_order(const struct plan_crew *crew, size_t *order, double *effort);

// Takes everybody out who is not kept.
void plan_arrange_clear(struct plan_crew *crew);

enum plan_layout {
    PLAN_MANUAL,       // the worksheet's square in strips
    PLAN_STRIPS_ALONG, // strips across and along the cloud's axis, at the optimal search factor
    PLAN_STRIPS_ACROSS,
    PLAN_TILES, // halved by effort again and again, which keeps areas from getting narrow
    PLAN_TILES_MIXED,
};

// Clears and lays; `list` is scratch for n_assets.
void plan_arrange_lay(struct plan_crew *crew, enum plan_layout kind, const size_t *order,
                      const double *effort, size_t *list);

void plan_arrange_keep(const struct plan_crew *crew, struct plan_arrangement *to);

// Places an arrangement; false when it breaks a rule on the way.
bool plan_arrange_place(struct plan_crew *crew, const struct plan_arrangement *arrangement);

// The worksheet's steps for those who are planned, units in the arena; false when there is no effort.
bool plan_arrange_worksheet(const struct plan_crew *crew, struct core_arena *arena,
                            struct plan_worksheet *out);

#endif
