// Polygons of positions: closed implicitly, edges straight in longitude and latitude, none longer than 180
// degrees of longitude (so that the antimeridian is crossed the short way). A ring that goes round a pole
// holds the nearer one.
#ifndef GEO_POLYGON_H
#define GEO_POLYGON_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/position.h"

// True inside (even-odd), also across the antimeridian.
bool geo_polygon_contains(const struct geo_pos *ring, size_t n, struct geo_pos pos);

// Area on WGS84 in m2; positive when counter-clockwise.
double geo_polygon_area_m2(const struct geo_pos *ring, size_t n);

// True when two of its edges cross.
bool geo_polygon_crosses_itself(const struct geo_pos *ring, size_t n);

bool geo_polygon_box(const struct geo_pos *ring, size_t n, struct geo_box *out);

#endif
