#include "forcing/coords.h"

#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "forcing/ncmap.h"
#include "forcing/units.h"

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

// ---------------------------------------------------------------- curved grids

// Rows and columns of a 2-D coordinate, also one that is repeated for each time.
static bool lies_on(const struct forcing_var *var, int row_dim, int column_dim)
{
    return var->number && var->rank >= 2 && var->rank <= 3 && var->dims[var->rank - 2] == row_dim &&
           var->dims[var->rank - 1] == column_dim;
}

// The word stands in a list of words.
static bool listed(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; at && (at = strstr(at, word)); at += n) {
        bool begins = at == list || at[-1] == ' ' || at[-1] == ',',
             ends = !at[n] || at[n] == ' ' || at[n] == ',';
        if (begins && ends)
            return true;
    }
    return false;
}

// Latitudes and longitudes by more than their names when these are odd ("lat_at_u", "glamt").
static enum forcing_coord place_coord(const struct forcing_var *var)
{
    const char *standard = forcing_att_text(var, "standard_name");
    enum forcing_coord coord = forcing_coord_of(var);
    if (coord == COORD_LAT || coord == COORD_LON)
        return coord;
    if (contains(standard, "latitude_at") || !strncasecmp(var->name, "lat", 3) ||
        contains(var->name, "_lat") || !strncasecmp(var->name, "gphi", 4) ||
        !strncasecmp(var->name, "geolat", 6) || !strncasecmp(var->name, "nav_lat", 7))
        return COORD_LAT;
    if (contains(standard, "longitude_at") || !strncasecmp(var->name, "lon", 3) ||
        contains(var->name, "_lon") || !strncasecmp(var->name, "glam", 4) ||
        !strncasecmp(var->name, "geolon", 6) || !strncasecmp(var->name, "nav_lon", 7))
        return COORD_LON;
    return COORD_NONE;
}

bool forcing_layout_curved(const struct forcing_description *desc, const struct forcing_var *var, int row_dim,
                           int column_dim, int *lat_var, int *lon_var, bool *several)
{
    const char *coordinates = forcing_att_text(var, "coordinates");
    int found[2] = {-1, -1}, named[2] = {-1, -1}, n[2] = {0, 0};
    for (size_t i = 0; i < desc->n_vars; i++) {
        if (!lies_on(&desc->vars[i], row_dim, column_dim) || &desc->vars[i] == var)
            continue;
        enum forcing_coord coord = place_coord(&desc->vars[i]);
        if (coord != COORD_LAT && coord != COORD_LON)
            continue;
        int k = coord == COORD_LON;
        n[k]++;
        found[k] = found[k] < 0 ? (int)i : found[k];
        if (listed(coordinates, desc->vars[i].name))
            named[k] = (int)i;
    }
    *several = (named[0] < 0 || named[1] < 0) && (n[0] > 1 || n[1] > 1);
    *lat_var = named[0] >= 0 && named[1] >= 0 ? named[0] : found[0];
    *lon_var = named[0] >= 0 && named[1] >= 0 ? named[1] : found[1];
    return *lat_var >= 0 && *lon_var >= 0;
}

// ---------------------------------------------------------------- triangles

// Latitude and longitude along a dimension. Exact names of nodes go before others.
static bool nodes_find(const struct forcing_description *desc, int dim, const char *names, int *lat, int *lon)
{
    *lat = *lon = -1;
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        if (var->rank != 1 || !var->number || (dim >= 0 && var->dims[0] != dim) ||
            (names && !listed(names, var->name)))
            continue;
        enum forcing_coord coord = place_coord(var);
        if (coord == COORD_LAT && *lat < 0)
            *lat = (int)i;
        else if (coord == COORD_LON && *lon < 0)
            *lon = (int)i;
    }
    return *lat >= 0 && *lon >= 0 && desc->vars[*lat].dims[0] == desc->vars[*lon].dims[0];
}

// The dimension of a list of triangles that counts the faces: the other one counts three or four corners.
static int face_dim_of(const struct forcing_description *desc, const struct forcing_var *corners)
{
    if (!corners || corners->rank != 2 || !corners->number)
        return -1;
    uint64_t first = desc->dims[corners->dims[0]].length, second = desc->dims[corners->dims[1]].length;
    if (second == 3 || second == 4)
        return corners->dims[0];
    return first == 3 || first == 4 ? corners->dims[1] : -1;
}

static const struct forcing_var *corners_known(const struct forcing_description *desc)
{
    static const char *const names[] = {"nv",  "element", "elements",   "SCHISM_hgrid_face_nodes",
                                        "tri", "faces",   "face_nodes", "triangles"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const struct forcing_var *var = forcing_var_find(desc, names[k]);
        if (face_dim_of(desc, var) >= 0)
            return var;
    }
    return NULL;
}

bool forcing_layout_mesh(const struct forcing_description *desc, struct forcing_mesh_names *out)
{
    const struct forcing_var *corners = NULL;
    const char *nodes = NULL;
    for (size_t i = 0; i < desc->n_vars && !corners; i++) {
        const char *role = forcing_att_text(&desc->vars[i], "cf_role");
        const char *faces = forcing_att_text(&desc->vars[i], "face_node_connectivity");
        if (!role || strcasecmp(role, "mesh_topology") || !faces)
            continue;
        corners = forcing_var_find(desc, faces);
        nodes = forcing_att_text(&desc->vars[i], "node_coordinates");
    }
    bool by_ugrid = face_dim_of(desc, corners) >= 0;
    corners = by_ugrid ? corners : corners_known(desc);
    if (!corners)
        return false;
    *out = (struct forcing_mesh_names){.corners = (int)(corners - desc->vars), .by_ugrid = by_ugrid};
    out->face_dim = face_dim_of(desc, corners);
    out->node_dim = -1;
    bool found = nodes && nodes_find(desc, -1, nodes, &out->lat_var, &out->lon_var);
    for (int d = 0; !found && d < (int)desc->n_dims; d++)
        found = d != out->face_dim && nodes_find(desc, d, NULL, &out->lat_var, &out->lon_var);
    if (found)
        out->node_dim = desc->vars[out->lat_var].dims[0];
    else
        out->lat_var = out->lon_var = -1;
    return true;
}

// ---------------------------------------------------------------- the whole

static enum ph_status no_axes(const struct forcing_description *desc, const struct forcing_var *var,
                              struct ph_err *err)
{
    return core_err_set(err, PH_EINPUT, NULL, "give the file coordinates lat and lon",
                        "%s has no latitude and longitude along its dimensions", var->name);
}

// Both latitudes and longitudes run along a dimension.
static bool is_list(const struct forcing_description *desc, int dim)
{
    enum forcing_coord coord;
    bool two_places;
    dim_coord(desc, dim, &coord, &two_places);
    return two_places;
}

static enum ph_status no_grid(const struct forcing_var *var, struct ph_err *err)
{
    return core_err_set(err, PH_EUNSUPPORTED, NULL, "give observations as a series: see docs/case.md",
                        "%s is given along a list of places (stations, a track), which is no grid",
                        var->name);
}

static enum ph_status dim_place(const struct forcing_description *desc, const struct forcing_var *var, int d,
                                struct forcing_layout *out, struct ph_err *err)
{
    enum forcing_coord coord;
    bool two_places;
    int chosen = dim_coord(desc, var->dims[d], &coord, &two_places);
    if (two_places || coord == COORD_ROTATED || coord == COORD_PROJECTED)
        return PH_OK; // looked at as a whole
    if (coord == COORD_LAT && out->lat_dim < 0)
        out->lat_dim = d, out->lat_var = chosen;
    else if (coord == COORD_LON && out->lon_dim < 0)
        out->lon_dim = d, out->lon_var = chosen;
    else if (coord == COORD_TIME && out->time_dim < 0)
        out->time_dim = d, out->time_var = chosen;
    else if ((coord == COORD_DEPTH || coord == COORD_SIGMA) && out->depth_dim < 0)
        out->depth_dim = d, out->depth_var = chosen, out->sigma = coord == COORD_SIGMA;
    else if (desc->dims[var->dims[d]].length != 1 && out->lat_dim >= 0 && coord)
        return core_err_set(err, PH_EINPUT, NULL, "keep one of them, e.g. with ncks",
                            "two dimensions of %s mean the same", var->name);
    return PH_OK;
}

// Levels that are known by the name of their dimension alone, or by a coordinate of two dimensions (FVCOM).
static void sigma_place(const struct forcing_description *desc, const struct forcing_var *var,
                        struct forcing_layout *out)
{
    static const char *const names[] = {"siglay", "s_rho", "nSCHISM_vgrid_layers", "sigma", "layer"};
    for (int d = 0; out->depth_dim < 0 && d < var->rank; d++) {
        const char *name = desc->dims[var->dims[d]].name;
        if (d == out->time_dim || !ANY_OF(name, names))
            continue;
        const struct forcing_var *values = forcing_var_find(desc, name);
        out->depth_dim = d;
        out->depth_var = values && values->number && values->rank && values->dims[0] == var->dims[d]
                             ? (int)(values - desc->vars)
                             : -1;
        out->sigma = true;
    }
}

// Dimensions that mean nothing by themselves: two of them are rows and columns, one is a list of points.
static enum ph_status points_place(const struct forcing_description *desc, const struct forcing_var *var,
                                   struct forcing_layout *out, struct ph_err *err)
{
    int free_dim[DESCRIPTION_RANK], n = 0;
    struct forcing_mesh_names mesh;
    for (int d = 0; d < var->rank; d++)
        if (d != out->time_dim && d != out->depth_dim && d != out->component_dim)
            free_dim[n++] = d;
    bool has_mesh = forcing_layout_mesh(desc, &mesh);
    for (int k = 0; k < n && has_mesh; k++) {
        int dim = var->dims[free_dim[k]];
        if (dim != mesh.face_dim && dim != mesh.node_dim)
            continue;
        out->shape = FORCING_TRIANGLES;
        out->lon_dim = free_dim[k];
        out->lat_dim = out->lat_var = out->lon_var = -1;
        return PH_OK;
    }
    if (has_mesh && mesh.lat_var < 0 && n < 2)
        return core_err_set(err, PH_EINPUT, NULL, "put lon and lat of the nodes into the file, with ncks -A",
                            "the nodes of the triangles have no longitude and latitude");
    if (n < 2)
        return n && is_list(desc, var->dims[free_dim[0]]) ? no_grid(var, err) : no_axes(desc, var, err);
    int y = free_dim[n - 2], x = free_dim[n - 1];
    enum forcing_coord coord[2];
    bool two, several;
    int own[2] = {dim_coord(desc, var->dims[y], &coord[0], &two),
                  dim_coord(desc, var->dims[x], &coord[1], &two)};
    out->lat_dim = y;
    out->lon_dim = x;
    if (coord[0] == coord[1] && (coord[0] == COORD_ROTATED || coord[0] == COORD_PROJECTED)) {
        out->shape = FORCING_PROJECTED;
        out->lat_var = own[0];
        out->lon_var = own[1];
        return PH_OK;
    }
    out->shape = FORCING_CURVED;
    if (!forcing_layout_curved(desc, var, var->dims[y], var->dims[x], &out->lat_var, &out->lon_var,
                               &several)) {
        out->lat_var = out->lon_var = -1; // C-grids: the other points may have them
        return PH_OK;
    }
    if (several)
        return core_err_set(
            err, PH_EINPUT, NULL, "name the right ones in its attribute coordinates, with ncatted",
            "%s has several latitudes and longitudes (%s and others), and which are its own is "
            "not stated",
            var->name, desc->vars[out->lat_var].name);
    return PH_OK;
}

// A dimension of several entries that means nothing known: members of an ensemble, forecasts, tiles.
static enum ph_status rest_check(const struct forcing_description *desc, const struct forcing_var *var,
                                 const struct forcing_layout *layout, struct ph_err *err)
{
    for (int d = 0; d < var->rank; d++) {
        const struct forcing_dim *dim = &desc->dims[var->dims[d]];
        bool known = d == layout->lat_dim || d == layout->lon_dim || d == layout->time_dim ||
                     d == layout->depth_dim || d == layout->component_dim;
        if (!known && dim->length != 1)
            return core_err_set(err, PH_EINPUT, NULL, "choose one with ncks -d",
                                "%s has a dimension %s of %llu entries, and which is meant cannot be known",
                                var->name, dim->name, (unsigned long long)dim->length);
    }
    return PH_OK;
}

// The one time of a file; the reference time of its forecasts, when these are told by lead times.
static int scalar_time(const struct forcing_description *desc, bool reference)
{
    int found = -1;
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        const char *standard = forcing_att_text(var, "standard_name");
        bool single = !var->rank || (var->rank == 1 && desc->dims[var->dims[0]].length == 1);
        if (!var->number || !(reference ? single : !var->rank))
            continue;
        if (reference && standard && !strcasecmp(standard, "forecast_reference_time"))
            return (int)i;
        if (found < 0 && forcing_coord_of(var) == COORD_TIME)
            found = (int)i;
    }
    return found;
}

// "two" of SCHISM: u and v of one variable.
static void component_place(const struct forcing_description *desc, const struct forcing_var *var,
                            struct forcing_layout *out)
{
    static const char *const names[] = {"two", "uv", "vector", "components"};
    for (int d = 0; d < var->rank; d++) {
        const struct forcing_dim *dim = &desc->dims[var->dims[d]];
        if (dim->length == 2 && ANY_OF(dim->name, names) && d != out->time_dim && d != out->depth_dim &&
            d != out->lat_dim && d != out->lon_dim)
            out->component_dim = d;
    }
}

// Times as texts (WRF, FVCOM): a row of letters for each.
static void texts_place(const struct forcing_description *desc, const struct forcing_var *var,
                        struct forcing_layout *out)
{
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *times = &desc->vars[i];
        if (!times->is_text || times->rank != 2 || strcasecmp(times->name, "Times"))
            continue;
        for (int d = 0; d < var->rank; d++)
            if (var->dims[d] == times->dims[0] && (out->time_dim < 0 || out->time_dim == d)) {
                out->time_dim = d;
                out->text_var = (int)i;
            }
    }
}

// A forecast's lead times: of a dimension without times of its own.
static void leads_place(const struct forcing_description *desc, const struct forcing_var *var,
                        struct forcing_layout *out)
{
    static const char *const names[] = {"step",         "lead", "leadtime", "lead_time", "forecast_period",
                                        "forecast_hour"};
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *lead = &desc->vars[i];
        const char *standard = forcing_att_text(lead, "standard_name"),
                   *units = forcing_att_text(lead, "units");
        bool is_lead = (standard && !strcasecmp(standard, "forecast_period")) || ANY_OF(lead->name, names);
        if (!is_lead || !lead->number || lead->rank != 1 || !units || contains(units, "since"))
            continue;
        for (int d = 0; d < var->rank; d++)
            if (var->dims[d] == lead->dims[0]) {
                out->time_dim = d;
                out->lead_var = (int)i;
            }
    }
}

// Axes that only name rows and columns ("nominal"), or beside which the coordinates of a model on a tripolar
// grid are named: those count where the file has them.
static void nominal_look(const struct forcing_description *desc, const struct forcing_var *var,
                         struct forcing_layout *out)
{
    const char *coordinates = forcing_att_text(var, "coordinates");
    if (out->lat_dim < 0 || out->lon_dim < 0)
        return;
    const char *title = forcing_att_text(&desc->vars[out->lon_var], "long_name");
    int lat_var, lon_var;
    bool several;
    out->nominal =
        contains(title, "nominal") || (contains(coordinates, "geolon") && contains(coordinates, "geolat"));
    if (!out->nominal || out->lat_dim > out->lon_dim ||
        !forcing_layout_curved(desc, var, var->dims[out->lat_dim], var->dims[out->lon_dim], &lat_var,
                               &lon_var, &several) ||
        several)
        return;
    out->nominal = false;
    out->shape = FORCING_CURVED;
    out->lat_var = lat_var;
    out->lon_var = lon_var;
}

enum ph_status forcing_layout_find(const struct forcing_description *desc, const struct forcing_var *var,
                                   struct forcing_layout *out, struct ph_err *err)
{
    struct forcing_layout layout = {FORCING_REGULAR, -1,   -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                    false,           false};
    enum ph_status status = PH_OK;
    for (int d = 0; d < var->rank && !status; d++)
        status = dim_place(desc, var, d, &layout, err);
    if (!status) {
        sigma_place(desc, var, &layout);
        component_place(desc, var, &layout);
        texts_place(desc, var, &layout);
        if (layout.time_dim < 0)
            leads_place(desc, var, &layout);
        nominal_look(desc, var, &layout);
    }
    if (!status && (layout.lat_dim < 0 || layout.lon_dim < 0))
        status = points_place(desc, var, &layout, err);
    else if (!status && forcing_ncmap_elsewhere(desc, var))
        status = core_err_set(
            err, PH_EINPUT, NULL, "correct the attribute grid_mapping with ncatted",
            "%s is on a projection by its grid mapping, yet its axes are latitude and longitude", var->name);
    if (!status)
        status = rest_check(desc, var, &layout, err);
    if (status)
        return status;
    if (layout.time_var < 0 && layout.text_var < 0)
        layout.time_var = scalar_time(desc, layout.lead_var >= 0);
    if (layout.time_var < 0 && layout.text_var < 0)
        return core_err_set(err, PH_EINPUT, NULL, "give the file a time with units \"hours since ...\"",
                            "%s has no time", var->name);
    *out = layout;
    return PH_OK;
}
