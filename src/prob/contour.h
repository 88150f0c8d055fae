// Rings round where a field on a lattice exceeds a level (marching squares).
#ifndef PROB_CONTOUR_H
#define PROB_CONTOUR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "pharos/pharos.h"

// Values at the nodes of a lattice; `wraps`: column nx is column 0 again.
struct prob_lattice {
    const double *value; // [ny * nx]
    size_t ny, nx;
    bool wraps;
};

struct prob_point {
    double x, y; // columns and rows; x runs on across the seam
};

// Inside on the left. `turns` is +1 or -1 when it goes once round to the east or west, else 0.
struct prob_loop {
    struct prob_point *point;
    size_t n;
    int turns;
    double area; // signed, in cells; outer rings positive
};

// All loops of a level, in a fixed order. The outermost nodes must lie below the level; the first and
// last row of a lattice that wraps may be poles: one value all along.
enum ph_status prob_contour(const struct prob_lattice *lattice, double level, struct core_arena *arena,
                            struct prob_loop **out, size_t *n_out, struct ph_err *err) PH_NODISCARD;

#endif
