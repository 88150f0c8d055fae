// All assets at work on one scene: what each of them has done to each particle, and what a change of one
// rectangle would gain while the others stay. The optimiser's hand tools.
#ifndef PLAN_CREW_H
#define PLAN_CREW_H

#include "plan/rectangle.h"

struct plan_crew {
    const struct plan_problem *problem;
    const struct plan_scene *scene;
    int threads;
    int64_t from_ns, to_ns;
    double *kappa;            // [assets][objects] exposure per unit of g, inverse cube
    double *sweep_m;          // [assets] mean over the objects by weight
    double *exposure;         // [assets][n]
    double *miss;             // [n] weight x chance of not having been found by the others
    double *scratch;          // [threads][n]
    struct plan_piece *piece; // [threads][...]
    size_t most_pieces;
    struct plan_rectangle *rectangle; // [assets]
    struct plan_wish *wish;           // [assets]
    bool *used;                       // [assets]
    uint64_t draws;                   // random numbers taken so far
    struct geo_xy **avoid;            // [n_avoid][n + 1] closed, in the plane
};

enum ph_status plan_crew_init(const struct plan_problem *problem, const struct plan_scene *scene, int threads,
                              struct core_arena *arena, struct plan_crew *out,
                              struct ph_err *err) PH_NODISCARD;

// Sets miss[] to what all but one asset leave (asset = n_assets: all of them), and returns its sum.
double plan_crew_miss(struct plan_crew *crew, size_t asset);

// Scores wishes of one asset against miss[] by several threads: the POS that each adds; below 0 when it
// cannot be flown (-2) or comes too close to another's area (between -1 and 0, by how much).
void plan_crew_score(struct plan_crew *crew, size_t asset, const struct plan_wish *wish, size_t n,
                     double *score);

// Puts an asset on its wish (exposures follow), or takes it out.
bool plan_crew_place(struct plan_crew *crew, size_t asset, const struct plan_wish *wish);
void plan_crew_remove(struct plan_crew *crew, size_t asset);

// Share of the legs that touch land (ships: legs and the ways between them; aircraft: ends of legs), 0
// without a coast.
double plan_crew_on_land(const struct plan_crew *crew, const struct plan_rectangle *rectangle);

// Puts those on their areas that the problem says to keep.
enum ph_status plan_crew_keep(struct plan_crew *crew, struct ph_err *err) PH_NODISCARD;

// POS of all that are placed; whether any two are too close.
double plan_crew_pos(const struct plan_crew *crew);
bool plan_crew_clash(const struct plan_crew *crew);

#endif
