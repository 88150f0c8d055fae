// The bound's grid: at each time bin the particles fall into cells of about equal number, by halving along
// the wider side (a k-d tree, Bentley 1975), so that cells are small where the cloud is dense.
#ifndef PLAN_BOUND_CELLS_H
#define PLAN_BOUND_CELLS_H

#include <stdint.h>

#include "plan/scene.h"

struct plan_cell {
    uint32_t first, n; // its particles in order[]
    double area_m2;    // estimated from where its particles are
    double x_m, y_m, radius_m;
    double drift_mps; // fastest of its particles
};

struct plan_bin {
    double from_s, to_s;
    uint32_t *order; // [n] particles by cell
    struct plan_cell *cell;
    size_t n_cells;
};

// Cells of at most `most` particles of those afloat during [bin->from_s, bin->to_s], which the caller sets.
enum ph_status plan_bin_make(const struct plan_scene *scene, size_t most, struct core_arena *arena,
                             struct plan_bin *bin, struct ph_err *err) PH_NODISCARD;

#endif
