// Which of a NetCDF variable's levels is read: a depth below the surface, a height above it, the uppermost of
// those that follow the sea floor.
#ifndef FORCING_NCLEVEL_H
#define FORCING_NCLEVEL_H

#include "forcing/coords.h"
#include "forcing/format.h"

// Index of the level for what is asked, and its depth or height in metres (NAN: not stated). PH_EINPUT for
// levels in something else, pressures above all.
enum ph_status forcing_nclevel_choose(struct forcing_file *file, const struct forcing_var *var,
                                      const struct forcing_layout *layout, const struct forcing_ask *ask,
                                      uint64_t *index, double *level_m, struct ph_err *err) PH_NODISCARD;

// Factor from the wind's height to 10 m. level_m: of its level, NAN: it has none. at_10m: its name says so.
enum ph_status forcing_nclevel_wind(struct forcing_file *file, const struct forcing_var *var, double level_m,
                                    bool at_10m, double *factor, struct forcing_notes *notes,
                                    struct ph_err *err) PH_NODISCARD;

#endif
