// Polygons and lines as files want them: cut at the antimeridian, outer rings counter-clockwise, holes
// clockwise (RFC 7946, 3.1.6 and 3.1.9; KML wants the same).
#ifndef EXPORT_SHAPE_H
#define EXPORT_SHAPE_H

#include "core/arena.h"
#include "prob/density.h"

struct export_point {
    double lon_deg, lat_deg; // [-180, 180]: both names of the antimeridian occur
};

struct export_path {
    struct export_point *point; // rings: closed implicitly
    size_t n;
    size_t polygon; // rings of one polygon follow each other, the outer one first
};

struct export_shape {
    struct export_path *path;
    size_t n;
};

// Rings grouped by `polygon` (the outer one first) to rings without a crossing of the antimeridian. Winding
// of the input does not matter. Positions are rounded to 1e-6 degrees (0.1 m); rings that vanish are left
// out.
enum ph_status export_shape_rings(const struct prob_ring *ring, size_t n_rings, struct core_arena *arena,
                                  struct export_shape *out, struct ph_err *err) PH_NODISCARD;

// A line to one or more parts. NaN positions break it.
enum ph_status export_shape_line(const struct geo_pos *pos, size_t n, struct core_arena *arena,
                                 struct export_shape *out, struct ph_err *err) PH_NODISCARD;

#endif
