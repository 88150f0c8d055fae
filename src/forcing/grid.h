// Regular grids of longitude and latitude: where a place lies between their points.
#ifndef FORCING_GRID_H
#define FORCING_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "geo/position.h"
#include "pharos/pharos.h"

// Strictly ascending; the file's own order may be the reverse, and its longitudes on any branch.
struct forcing_axis {
    const double *value;
    size_t n;
    double first, last;
    double step;   // mean
    double gap;    // from last round to first (longitudes that wrap)
    bool wraps;    // last and first are neighbours across the seam
    bool uniform;  // value[i] = first + i step, within a ten-thousandth of a step
    bool reversed; // index i here is n_file - 1 - i in the file
    size_t n_file; // may be one more: the first meridian again
};

struct forcing_grid {
    struct forcing_axis lat, lon;
};

// Makes an axis of what the file holds, in its own order. PH_EINPUT says why it is none.
enum ph_status forcing_axis_lat(const double *value, size_t n, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err) PH_NODISCARD;
enum ph_status forcing_axis_lon(const double *value, size_t n, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err) PH_NODISCARD;

// The place lies between points i and i + 1 (index n is 0 again when the axis wraps) at fraction *w. False
// when outside. Where a grid goes round the earth but stops short of a pole by up to one step, its last row
// serves.
bool forcing_axis_locate_lat(const struct forcing_grid *grid, double lat_deg, size_t *i, double *w);
bool forcing_axis_locate_lon(const struct forcing_axis *axis, double lon_deg, size_t *i, double *w);

// Both grids have the same points, within a thousandth of a step.
bool forcing_grid_same(const struct forcing_grid *a, const struct forcing_grid *b);

struct geo_box forcing_grid_box(const struct forcing_grid *grid);

// A block of the grid: rows from j0, columns from i0 (which may be before the seam; column c is file column
// (i0 + c) mod n). nj == 0: nothing of the box lies on the grid.
struct forcing_block {
    size_t j0, nj, i0, ni;
};

// The block that holds all points needed anywhere on the box, and `margin_frac` of its extent more on each
// side.
struct forcing_block forcing_grid_block(const struct forcing_grid *grid, struct geo_box box,
                                        double margin_frac);

// All of `inner` is in `outer`.
bool forcing_block_holds(const struct forcing_grid *grid, struct forcing_block outer,
                         struct forcing_block inner);

#endif
