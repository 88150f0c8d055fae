#include "forcing/coords.h"

#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "forcing/units.h"

#define FIX_GRID "convert it to a regular grid of longitude and latitude, e.g. with cdo remapbil"

static bool any_of(const char *text, const char *const *names, size_t n)
{
    for (size_t i = 0; text && i < n; i++)
        if (!strcasecmp(text, names[i]))
            return true;
    return false;
}
#define ANY_OF(text, names) any_of((text), (names), sizeof(names) / sizeof *(names))

static bool contains(const char *text, const char *part)
{
    return text && strcasestr(text, part);
}

static enum forcing_coord by_standard_name(const char *name)
{
    static const char *const depths[] = {"depth", "height", "altitude", "air_pressure", "sea_water_pressure"};
    if (!name)
        return COORD_NONE;
    if (!strcasecmp(name, "latitude"))
        return COORD_LAT;
    if (!strcasecmp(name, "longitude"))
        return COORD_LON;
    if (!strcasecmp(name, "time"))
        return COORD_TIME;
    if (contains(name, "sigma") || contains(name, "ocean_s_coordinate"))
        return COORD_SIGMA;
    if (!strcasecmp(name, "grid_latitude") || !strcasecmp(name, "grid_longitude"))
        return COORD_ROTATED;
    if (contains(name, "projection_x_") || contains(name, "projection_y_"))
        return COORD_PROJECTED;
    return ANY_OF(name, depths) ? COORD_DEPTH : COORD_NONE;
}

// Times at which a forecast began are not the times that it is for.
static bool is_reference_time(const struct forcing_var *var)
{
    const char *standard = forcing_att_text(var, "standard_name");
    return contains(standard, "reference_time") || contains(var->name, "reftime") ||
           contains(var->name, "time_run") || contains(var->name, "reference");
}

static enum forcing_coord by_units(const struct forcing_var *var)
{
    const char *units = forcing_att_text(var, "units");
    if (!units)
        return COORD_NONE;
    if (forcing_unit_is_north(units))
        return COORD_LAT;
    if (forcing_unit_is_east(units))
        return COORD_LON;
    bool times = contains(units, " since ") || !strcasecmp(units, "pythonic days");
    return times && !is_reference_time(var) ? COORD_TIME : COORD_NONE;
}

static enum forcing_coord by_name(const struct forcing_var *var)
{
    static const char *const lats[] = {"lat", "latitude", "lats", "latitudes", "nav_lat", "y_lat", "ylat"};
    static const char *const lons[] = {"lon",        "longitude", "lons",  "long",
                                       "longitudes", "nav_lon",   "x_lon", "xlon"};
    static const char *const times[] = {"time", "time_counter", "ocean_time", "valid_time", "mt"};
    static const char *const depths[] = {
        "depth",     "deptht",  "depthu", "depthv", "lev", "level", "z", "height", "height_above_ground",
        "elevation", "altitude"};
    if (ANY_OF(var->name, lats))
        return COORD_LAT;
    if (ANY_OF(var->name, lons))
        return COORD_LON;
    if (ANY_OF(var->name, times))
        return COORD_TIME;
    if (contains(var->name, "sigma") || !strcasecmp(var->name, "s_rho") || !strcasecmp(var->name, "s_w"))
        return COORD_SIGMA;
    return ANY_OF(var->name, depths) ? COORD_DEPTH : COORD_NONE;
}

static enum forcing_coord by_axis(const struct forcing_var *var)
{
    const char *axis = forcing_att_text(var, "axis");
    if (forcing_att_text(var, "positive") || (axis && !strcasecmp(axis, "Z")))
        return COORD_DEPTH;
    return axis && !strcasecmp(axis, "T") && !is_reference_time(var) ? COORD_TIME : COORD_NONE;
}

enum forcing_coord forcing_coord_of(const struct forcing_var *var)
{
    if (!strcasecmp(var->name, "rlat") || !strcasecmp(var->name, "rlon"))
        return COORD_ROTATED;
    enum forcing_coord coord = by_standard_name(forcing_att_text(var, "standard_name"));
    if (!coord && !is_reference_time(var))
        coord = by_units(var);
    if (!coord)
        coord = by_name(var);
    return coord ? coord : by_axis(var);
}

// The 1-D variable that gives a dimension its meaning: the one of the dimension's own name, else another one
// along it that means something. *two_places: both a latitude and a longitude run along it.
static int dim_coord(const struct forcing_description *desc, int dim, enum forcing_coord *coord,
                     bool *two_places)
{
    int own = -1, other = -1;
    bool lat = false, lon = false;
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        if (var->rank != 1 || var->dims[0] != dim || !var->number)
            continue;
        enum forcing_coord means = forcing_coord_of(var);
        lat = lat || means == COORD_LAT;
        lon = lon || means == COORD_LON;
        if (!strcmp(var->name, desc->dims[dim].name))
            own = (int)i;
        if (means &&
            (other < 0 || (means == COORD_TIME && forcing_coord_of(&desc->vars[other]) != COORD_TIME)))
            other = (int)i;
    }
    *two_places = lat && lon;
    enum forcing_coord own_means = own >= 0 ? forcing_coord_of(&desc->vars[own]) : COORD_NONE;
    // "step" of a forecast along which the valid times run: these say more than the steps.
    bool take_own = own_means && (own_means == COORD_TIME || other < 0 ||
                                  forcing_coord_of(&desc->vars[other]) != COORD_TIME);
    int chosen = take_own ? own : other;
    *coord = chosen >= 0 ? forcing_coord_of(&desc->vars[chosen]) : COORD_NONE;
    return chosen >= 0 ? chosen : own;
}

static bool any_curvilinear(const struct forcing_description *desc)
{
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        enum forcing_coord coord = forcing_coord_of(var);
        bool by_its_name = !strncasecmp(var->name, "lon_", 4) || !strncasecmp(var->name, "lat_", 4);
        if (var->rank == 2 && (coord == COORD_LAT || coord == COORD_LON || by_its_name))
            return true;
    }
    return false;
}

static bool any_mesh(const struct forcing_description *desc)
{
    for (size_t i = 0; i < desc->n_vars; i++) {
        const char *role = forcing_att_text(&desc->vars[i], "cf_role");
        if (role && !strcasecmp(role, "mesh_topology"))
            return true;
    }
    for (size_t i = 0; i < desc->n_dims; i++)
        if (!strcasecmp(desc->dims[i].name, "nele") || !strcasecmp(desc->dims[i].name, "node"))
            return true;
    return false;
}

static enum ph_status unsupported(const struct forcing_var *var, const char *what, struct ph_err *err)
{
    return core_err_set(err, PH_EUNSUPPORTED, NULL, FIX_GRID, "%s is on %s: not in this version", var->name,
                        what);
}

// The grid mapping of the variable is none of longitude and latitude.
static bool maps_elsewhere(const struct forcing_description *desc, const struct forcing_var *var)
{
    const char *name = forcing_att_text(var, "grid_mapping");
    const struct forcing_var *mapping = name ? forcing_var_find(desc, name) : NULL;
    const char *what = mapping ? forcing_att_text(mapping, "grid_mapping_name") : NULL;
    return what && *what && strcasecmp(what, "latitude_longitude");
}

static enum ph_status no_axes(const struct forcing_description *desc, const struct forcing_var *var,
                              struct ph_err *err)
{
    if (any_mesh(desc))
        return unsupported(var, "an unstructured grid", err);
    if (any_curvilinear(desc))
        return unsupported(var, "a curvilinear grid", err);
    return core_err_set(err, PH_EINPUT, NULL, "give the file coordinates lat and lon",
                        "%s has no latitude and longitude along its dimensions", var->name);
}

static enum ph_status dim_place(const struct forcing_description *desc, const struct forcing_var *var, int d,
                                struct forcing_layout *out, struct ph_err *err)
{
    enum forcing_coord coord;
    bool two_places;
    int chosen = dim_coord(desc, var->dims[d], &coord, &two_places);
    if (two_places)
        return unsupported(var, "an unstructured grid", err);
    if (coord == COORD_ROTATED)
        return unsupported(var, "a rotated grid", err);
    if (coord == COORD_PROJECTED)
        return unsupported(var, "a projected grid", err);
    if (coord == COORD_SIGMA && desc->dims[var->dims[d]].length > 1)
        return unsupported(var, "levels that follow the sea floor", err);
    if (coord == COORD_LAT && out->lat_dim < 0)
        out->lat_dim = d, out->lat_var = chosen;
    else if (coord == COORD_LON && out->lon_dim < 0)
        out->lon_dim = d, out->lon_var = chosen;
    else if (coord == COORD_TIME && out->time_dim < 0)
        out->time_dim = d, out->time_var = chosen;
    else if (coord == COORD_DEPTH && out->depth_dim < 0)
        out->depth_dim = d, out->depth_var = chosen;
    else if (desc->dims[var->dims[d]].length != 1 && out->lat_dim >= 0 && coord)
        return core_err_set(err, PH_EINPUT, NULL, "keep one of them, e.g. with ncks",
                            "two dimensions of %s mean the same", var->name);
    return PH_OK;
}

// A dimension of several entries that means nothing known: members of an ensemble, forecasts, tiles.
static enum ph_status rest_check(const struct forcing_description *desc, const struct forcing_var *var,
                                 const struct forcing_layout *layout, struct ph_err *err)
{
    for (int d = 0; d < var->rank; d++) {
        const struct forcing_dim *dim = &desc->dims[var->dims[d]];
        bool known =
            d == layout->lat_dim || d == layout->lon_dim || d == layout->time_dim || d == layout->depth_dim;
        if (!known && dim->length != 1)
            return core_err_set(err, PH_EINPUT, NULL, "choose one with ncks -d",
                                "%s has a dimension %s of %llu entries, and which is meant cannot be known",
                                var->name, dim->name, (unsigned long long)dim->length);
    }
    return PH_OK;
}

static int scalar_time(const struct forcing_description *desc)
{
    for (size_t i = 0; i < desc->n_vars; i++)
        if (desc->vars[i].number && !desc->vars[i].rank && forcing_coord_of(&desc->vars[i]) == COORD_TIME)
            return (int)i;
    return -1;
}

enum ph_status forcing_layout_find(const struct forcing_description *desc, const struct forcing_var *var,
                                   struct forcing_layout *out, struct ph_err *err)
{
    struct forcing_layout layout = {-1, -1, -1, -1, -1, -1, -1, -1};
    for (int d = 0; d < var->rank; d++) {
        enum ph_status status = dim_place(desc, var, d, &layout, err);
        if (status)
            return status;
    }
    if (layout.lat_dim < 0 || layout.lon_dim < 0)
        return no_axes(desc, var, err);
    if (maps_elsewhere(desc, var))
        return unsupported(var, "a projected grid", err);
    enum ph_status status = rest_check(desc, var, &layout, err);
    if (status)
        return status;
    if (layout.time_var < 0)
        layout.time_var = scalar_time(desc);
    if (layout.time_var < 0)
        return core_err_set(err, PH_EINPUT, NULL, "give the file a time with units \"hours since ...\"",
                            "%s has no time", var->name);
    *out = layout;
    return PH_OK;
}
