// What the dimensions of a NetCDF variable mean: which is time, depth, latitude, longitude.
#ifndef FORCING_COORDS_H
#define FORCING_COORDS_H

#include "forcing/description.h"
#include "forcing/grid.h"
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

// Positions in the variable's dimensions; -1: it has none. Variables by index in the description. On a
// projection lat and lon stand for y and x; on curved grids for rows and columns, with 2-D variables; on
// triangles lon_dim is the dimension of the points, and the mesh says where they are.
struct forcing_layout {
    enum forcing_shape shape;
    int time_dim, depth_dim, lat_dim, lon_dim;
    int time_var, depth_var, lat_var, lon_var; // depth_var -1: a dimension without a coordinate
    int text_var;      // times as texts along time_dim, -1: none; time_var may be -1 then
    int lead_var;      // lead times along time_dim, after the one reference time in time_var; -1: none
    int component_dim; // u and v of one variable, -1: none
    bool sigma;        // levels follow the sea floor
    bool nominal;      // axes are names of rows and columns; where these lie the file does not say
};

// PH_EINPUT for what cannot be understood.
enum ph_status forcing_layout_find(const struct forcing_description *desc, const struct forcing_var *var,
                                   struct forcing_layout *out, struct ph_err *err) PH_NODISCARD;

// The 2-D latitude and longitude along two dimensions of a variable: those that its attribute `coordinates`
// names, else the only ones. False when there are none; *several when there is a choice that nobody made.
bool forcing_layout_curved(const struct forcing_description *desc, const struct forcing_var *var, int row_dim,
                           int column_dim, int *lat_var, int *lon_var, bool *several);

// The list of triangles of a file, and its nodes.
struct forcing_mesh_names {
    int corners, lat_var, lon_var; // -1: none
    int face_dim, node_dim;        // of the file
    bool by_ugrid;                 // counted from 0 unless the file says
};
bool forcing_layout_mesh(const struct forcing_description *desc, struct forcing_mesh_names *out);

#endif
