// From a NetCDF file's coordinates to the grid that its fields are on: axes, projections, curved rows,
// C-grids brought to their middle points, triangles.
#ifndef FORCING_NCGRID_H
#define FORCING_NCGRID_H

#include "forcing/coords.h"
#include "forcing/format.h"

// Where the values of a grid point are in the file: the mean of (j + a_j, i + a_i) and the one b further.
struct forcing_stagger {
    size_t a_j, a_i, b_j, b_i;
};

struct forcing_ncgrid {
    struct forcing_grid grid;
    struct forcing_stagger stagger[2]; // of u and of v
    bool staggered;                    // components are along the grid, whatever their names say
    const uint32_t *face;      // triangles: the face of the file that each is a part of; NULL: its own number
    const unsigned char *land; // 1 where the model has land; NULL: not known
};

// Makes the grid of a pair; either variable may be NULL. Layouts as forcing_layout_find gave them.
enum ph_status forcing_ncgrid_make(struct forcing_file *file, const struct forcing_var *const var[2],
                                   const struct forcing_layout layout[2], struct forcing_ncgrid *out,
                                   struct forcing_notes *notes, struct ph_err *err) PH_NODISCARD;

// A whole variable of rank 0 to 3, unpacked, NAN where missing (of rank 3 the first time), in the file's
// arena.
enum ph_status forcing_ncgrid_read(struct forcing_file *file, int var, size_t most, double **out, size_t *n,
                                   struct ph_err *err) PH_NODISCARD;

#endif
