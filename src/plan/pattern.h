// Expanding square and sector search: patterns about a datum, for tight clouds.
//
//   SS  from the datum S, S, 2S, 2S, ... kS, kS with right angles: 2k legs, S k (k + 1) of track
//   VS  nine legs of R, turns of 120 degrees, three triangles through the datum; a second pass turned by 30
//
// Over ground, or in the frame of a datum marker that drifts: then every waypoint moves with it and legs are
// timed by the speed through that frame; the centre is the datum's place at the middle of the search.
#ifndef PLAN_PATTERN_H
#define PLAN_PATTERN_H

#include "plan/rectangle.h"

// As plan_rectangle_make for wishes of kind PLAN_SQUARE and PLAN_SECTOR; centre and axes of *r are placed.
bool plan_pattern_make(const struct plan_flat *flat, const struct plan_asset *asset,
                       const struct plan_wish *wish, double least_spacing_m, int64_t from_ns, int64_t to_ns,
                       struct plan_rectangle *r);

size_t plan_pattern_vertices(const struct plan_rectangle *r, int64_t t0_ns,
                             struct plan_vertex out[2 * PLAN_MOST_LEGS]);

#endif
