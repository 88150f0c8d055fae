// The parts of ncgrid: grids of axes, and of triangles.
#ifndef FORCING_NCSHAPE_H
#define FORCING_NCSHAPE_H

#include "forcing/ncgrid.h"

// Axes of longitude and latitude. Where u and v have their own (C-grids on axes), the points between.
enum ph_status forcing_ncaxes_make(struct forcing_file *file, const struct forcing_var *const var[2],
                                   const struct forcing_layout layout[2], struct forcing_ncgrid *out,
                                   struct ph_err *err) PH_NODISCARD;

// Triangles and faces of four corners, which become two triangles each.
enum ph_status forcing_ncmesh_make(struct forcing_file *file, const struct forcing_var *var,
                                   const struct forcing_layout *layout, struct forcing_ncgrid *out,
                                   struct ph_err *err) PH_NODISCARD;

#endif
