// A voyage as one particle makes it: its own route, departure, speed and moment of distress.
//
// Each attempt draws all of them anew; an attempt is kept when its route stays off the land, the distress
// falls between departure and arrival, and chance agrees with the hazards. So the voyages kept are those of
// the case, given that distress came when and where it can have come.
#ifndef SCENARIO_VOYAGE_H
#define SCENARIO_VOYAGE_H

#include "geo/coast.h"
#include "scenario/case.h"

struct scenario_passage {
    struct geo_pos way[SCENARIO_MAX_ROUTE]; // each waypoint with its own error
    double log_m[SCENARIO_MAX_ROUTE];       // distance run at each, from the departure
    size_t n;
    double speed_mps;
    int64_t depart_ns, arrive_ns, distress_ns;
};

// The attempt's voyage, whether it can be kept or not.
void scenario_passage_draw(const struct scenario_source *source, uint64_t seed, uint64_t particle,
                           uint32_t attempt, struct scenario_passage *out);

// Where it is at a time between departure and arrival (at the nearer end outside).
struct geo_pos scenario_passage_at(const struct scenario_passage *passage, int64_t t_ns);

// First land on the route, outside the harbours: the first and the last miles of the route (2 NM and the
// probable error of the position there). `leg` counts from 1. The coast must be loaded.
bool scenario_passage_land(const struct scenario_source *source, const struct scenario_passage *passage,
                           const struct geo_coast *coast, size_t *leg, struct geo_pos *where);

// The route as the case states it.
void scenario_passage_nominal(const struct scenario_source *source, struct scenario_passage *out);

// The first attempt that can be kept; false when none of many can. `coast` NULL: no land.
bool scenario_passage_find(const struct scenario_source *source, uint64_t seed, uint64_t particle,
                           const struct geo_coast *coast, uint32_t *attempt, struct scenario_passage *out);

#endif
