// Trackline search: along a route and back beside it, for datums that are lines.
//
//   p passes along the route, S apart, the outer ones (p - 1) S / 2 to either side; out, back, out, ...
//   Where the time does not last for the whole route its ends are left out evenly.
#ifndef PLAN_TRACKLINE_H
#define PLAN_TRACKLINE_H

#include "plan/rectangle.h"

// As plan_rectangle_make for wishes of kind PLAN_TRACKLINE; window and centre of *r are placed.
bool plan_trackline_make(const struct plan_flat *flat, const struct plan_asset *asset,
                         const struct plan_wish *wish, double least_spacing_m, int64_t from_ns, int64_t to_ns,
                         struct plan_rectangle *r);

size_t plan_trackline_vertices(const struct plan_rectangle *r, int64_t t0_ns,
                               struct plan_vertex out[2 * PLAN_MOST_LEGS]);

// The line along which a long cloud lies: means of its parts along the major axis, by weight, and its ends.
// Relative to *middle. False when the cloud is no line: less than three times as long as wide.
bool plan_trackline_route(const struct plan_scene *scene, const struct plan_spread *spread, const double *x,
                          const double *y, const double *weight, struct plan_wish *wish);

#endif
