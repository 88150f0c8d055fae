// All assets at work on one scene: what each of them has done to each particle, and what a change of one
// rectangle would gain while the others stay. The optimiser's hand tools.
#ifndef PLAN_CREW_H
#define PLAN_CREW_H

#include "plan/rectangle.h"
#include "plan/worth.h"

// An area that must be searched: points spread over it.
enum { PLAN_MUST_SIDE = 12 };
static const double PLAN_MUST_WORTH = 3; // of full coverage: more than any chance of success
struct plan_crew_must {
    struct geo_xy *point;
    size_t n;
};

struct plan_crew {
    const struct plan_problem *problem;
    const struct plan_scene *scene;
    int threads;
    int64_t from_ns, to_ns;
    double *kappa;            // [assets][objects] exposure per unit of g, inverse cube
    double *sweep_m;          // [assets] mean over the objects by weight
    struct plan_worth worth;  // of being found at a time
    double *exposure;         // [assets][slots][n] by the end of each slot
    double *miss;             // [slots][n] worth x weight x chance of not having been found by the others
    double *left;             // [n] weight x chance of not having been found by the others in the end
    double *scratch;          // [threads][slots][n]
    struct plan_piece *piece; // [threads][...]
    size_t most_pieces;
    struct plan_rectangle *rectangle;   // [assets]
    struct plan_wish *wish;             // [assets]
    bool *used;                         // [assets]
    uint64_t draws;                     // random numbers taken so far
    struct geo_xy **avoid;              // [n_avoid][n + 1] closed, in the plane
    struct plan_crew_must *must;        // [n_must]
    const struct plan_rectangle *apart; // no area may be centred within it; NULL: any may
};

enum ph_status plan_crew_init(const struct plan_problem *problem, const struct plan_scene *scene, int threads,
                              struct core_arena *arena, struct plan_crew *out,
                              struct ph_err *err) PH_NODISCARD;

// Sets miss[] and left[] to what all but one asset leave (asset = n_assets: all of them); returns what is
// left.
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

// The legs of a rectangle, or the waypoints of an area that is kept.
size_t plan_crew_vertices(const struct plan_crew *crew, const struct plan_rectangle *r,
                          struct plan_vertex out[2 * PLAN_MOST_LEGS]);

// Of all that are placed: POS, POS by the end of a slot, worth under the objective, and that with what
// covering areas that must be searched is worth: what the optimiser raises.
double plan_crew_pos(const struct plan_crew *crew);
double plan_crew_pos_by(const struct plan_crew *crew, size_t slot);
double plan_crew_worth(const struct plan_crew *crew);
double plan_crew_value(const struct plan_crew *crew);

// Whether any two are too close.
bool plan_crew_clash(const struct plan_crew *crew);

#endif
