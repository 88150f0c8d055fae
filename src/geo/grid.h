// Axes and regular grids of longitude and latitude, with the seam at any longitude.
#ifndef GEO_GRID_H
#define GEO_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/position.h"

// A strictly ascending axis. `period` 360 for longitudes (values then span at most 360: the last may repeat
// the first meridian), 0 otherwise; `wraps` when the last and the first value are neighbours across the seam
// (four values or more, and the gap there no wider than the widest inside).
struct geo_axis {
    const double *value; // n of them, not owned
    size_t n;
    double period;
    bool wraps;
    bool uniform; // value[i] = first + i * step within the rounding of a 32-bit float
    double first, step;
};

// Detects uniformity and wrapping. False when n == 0, not finite or not strictly ascending.
bool geo_axis_init(struct geo_axis *axis, const double *value, size_t n, double period);

// The cell of x: x lies between value[*i0] and value[*i1] (i1 may be 0 across the seam) at fraction *w of
// the way. False outside (beyond half an ulp-like 1e-9 of a step). A one-point axis serves its own value
// only.
bool geo_axis_locate(const struct geo_axis *axis, double x, size_t *i0, size_t *i1, double *w);

// Cells of equal angles: cell (i, j) spans south + i * dlat, west + j * dlon. West in [-180, 180);
// west + nlon * dlon may pass 180.
struct geo_grid {
    double south_deg, west_deg, dlat_deg, dlon_deg;
    size_t nlat, nlon;
};

// Cell of a position; false when outside.
bool geo_grid_cell(const struct geo_grid *grid, struct geo_pos pos, size_t *i, size_t *j);

// Area of any cell of row i on WGS84 (m2).
double geo_grid_cell_area_m2(const struct geo_grid *grid, size_t i);

// Smallest box that holds n positions, found across the antimeridian by the largest gap in longitude.
// False for n == 0. NaN positions are left out.
bool geo_box_of(size_t n, const double *lat_deg, const double *lon_deg, struct geo_box *out);

// The box grown by a distance on each side; near a pole it takes all longitudes.
struct geo_box geo_box_grow(struct geo_box box, double metres);
bool geo_box_contains(struct geo_box box, struct geo_pos pos);

#endif
