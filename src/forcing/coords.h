// What the dimensions of a NetCDF variable mean: which is time, depth, latitude, longitude.
#ifndef FORCING_COORDS_H
#define FORCING_COORDS_H

#include "forcing/description.h"
#include "pharos/pharos.h"

enum forcing_coord {
    COORD_NONE,
    COORD_LAT,
    COORD_LON,
    COORD_TIME,
    COORD_DEPTH, // below the surface, also height above the ground for winds
    COORD_SIGMA, // follows the terrain
    COORD_ROTATED,
    COORD_PROJECTED,
};

// By standard name, units, name and axis, in this order of trust.
enum forcing_coord forcing_coord_of(const struct forcing_var *var);

// Positions in the variable's dimensions; -1: it has none. Variables by index in the description.
struct forcing_layout {
    int time_dim, depth_dim, lat_dim, lon_dim;
    int time_var, depth_var, lat_var, lon_var; // depth_var -1: a dimension without a coordinate
};

// PH_EUNSUPPORTED for grids that are known but not read yet (curvilinear, projected, rotated, unstructured),
// PH_EINPUT for what cannot be understood.
enum ph_status forcing_layout_find(const struct forcing_description *desc, const struct forcing_var *var,
                                   struct forcing_layout *out, struct ph_err *err) PH_NODISCARD;

#endif
