// Where, when and as what each particle starts.
#ifndef SCENARIO_SEED_H
#define SCENARIO_SEED_H

#include "core/job.h"
#include "geo/coast.h"
#include "scenario/case.h"

// Struct of arrays, n each, in the arena given to scenario_seed.
struct scenario_seeds {
    size_t n;
    double *lat_deg, *lon_deg;
    int64_t *start_ns;
    uint16_t *source; // index into case->source
    uint16_t *object; // index into case->object
    uint8_t *side;    // 0 right of downwind, 1 left
    double *weight;   // sums to 1
    uint32_t
        *attempt; // of those under way before: which draw of their voyage (voyage.h); NULL without voyages
    uint32_t *number; // whose random numbers each has, of a choice from a larger set; NULL: particle i has i
};

static inline uint32_t scenario_seeds_number(const struct scenario_seeds *seeds, size_t i)
{
    return seeds->number ? seeds->number[i] : (uint32_t)i;
}

// Particles are shared out over (scenario, object) pairs in proportion to their weights (largest remainder,
// every pair with weight gets at least one), and each one's weight makes the pairs' sums exact. Draws depend
// only on (seed, particle). `coast` must have its bins loaded around the starts (this function loads them).
// Warnings: "start-on-land" with how many were moved.
enum ph_status scenario_seed(const struct scenario_case *c, struct geo_coast *coast, struct core_job *job,
                             struct core_arena *arena, struct scenario_seeds *out,
                             struct ph_err *err) PH_NODISCARD;

// PH_EINPUT where the route of a voyage, as the case states it, runs over land: with leg and place. Loads the
// coast (NULL: no land) around the starts.
enum ph_status scenario_routes_check(const struct scenario_case *c, struct geo_coast *coast,
                                     struct ph_err *err) PH_NODISCARD;

// Bytes of the arrays for n particles.
size_t scenario_seed_bytes(const struct scenario_case *c, size_t n);

// Box of all places where a particle can start.
struct geo_box scenario_start_box(const struct scenario_case *c);

#endif
