// The points of a GRIB field.
#ifndef FORCING_GRIB_GRID_H
#define FORCING_GRIB_GRID_H

#include "core/arena.h"
#include "forcing/decoder.h"
#include "forcing/grid.h"
#include "forcing/notes.h"

// PH_EUNSUPPORTED for points that cannot be interpolated between (spectral, HEALPix, satellite views, ...).
// The decoder is asked for what is not in the keys (rows of reduced grids).
enum ph_status forcing_grib_grid(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                                 struct core_arena *arena, struct forcing_grid *out,
                                 struct forcing_notes *notes, struct ph_err *err) PH_NODISCARD;

// Vectors on this grid point along it where the keys say so.
bool forcing_grib_grid_turned(const struct forcing_grib_keys *field);

#endif
