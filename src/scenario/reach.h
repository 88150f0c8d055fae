// Boxes of where particles can start.
#ifndef SCENARIO_REACH_H
#define SCENARIO_REACH_H

#include "scenario/seed.h"

// Box of all places where a particle of one scenario can start.
struct geo_box scenario_reach_of(const struct scenario_source *source);

// Smallest box that holds both, across the antimeridian where that is shorter.
struct geo_box scenario_reach_join(struct geo_box a, struct geo_box b);

#endif
