// Draws of a place and a time, each from its own counter: (seed, particle, attempt).
#ifndef SCENARIO_DRAW_H
#define SCENARIO_DRAW_H

#include "scenario/case.h"

// A circular normal or a uniform disc about a place, true in distance and bearing from it on the ellipsoid.
struct geo_pos scenario_draw_spread(struct geo_pos about, struct scenario_spread spread, uint64_t seed,
                                    uint64_t particle, uint32_t attempt);

// Furthest that such a draw can be from its place (m).
double scenario_draw_reach_m(struct scenario_spread spread);

// The moment at fraction u of a window.
int64_t scenario_draw_time(struct scenario_window window, double u);

#endif
