#include "forcing/nclevel.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "forcing/names.h"
#include "forcing/ncgrid.h"
#include "forcing/reading.h"
#include "forcing/units.h"

// More than any real file has.
enum { MOST_LEVELS = 1 << 16, MOST_MESH_LEVELS = 1 << 26 };

#define FIX_LEVEL "choose one level with ncks -d"
#define DEEPEST_SIGMA_M 2.0 // deeper than this, a level that follows the sea floor is not the uppermost

static const struct forcing_description *description(const struct forcing_file *file)
{
    return file->content;
}

// Without values, the names tell which end is up: ROMS counts from the floor, FVCOM from above.
static enum ph_status sigma_by_name(const struct forcing_var *var, const struct forcing_dim *dim,
                                    uint64_t *index, struct ph_err *err)
{
    bool from_floor = !strcasecmp(dim->name, "s_rho") || strcasestr(dim->name, "schism");
    if (!from_floor && strcasecmp(dim->name, "siglay"))
        return core_err_set(err, PH_EINPUT, var->name, "choose one with ncks -d",
                            "which of the levels %s is the uppermost is not stated", dim->name);
    *index = from_floor ? dim->length - 1 : 0;
    return PH_OK;
}

// Levels that follow the sea floor: only the uppermost, s nearest to 0, is at a depth that is known without
// the depth of the sea.
static enum ph_status sigma_choose(struct forcing_file *file, const struct forcing_var *var,
                                   const struct forcing_layout *layout, double wanted_m, uint64_t *index,
                                   struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_dim *dim = &desc->dims[var->dims[layout->depth_dim]];
    double *value;
    size_t n;
    if (wanted_m > DEEPEST_SIGMA_M)
        return core_err_set(err, PH_EUNSUPPORTED, var->name, "leave out depth_m: the uppermost level serves",
                            "levels follow the sea floor, so which is at %g m changes from place to place",
                            wanted_m);
    *index = 0;
    if (dim->length == 1)
        return PH_OK;
    if (layout->depth_var < 0)
        return sigma_by_name(var, dim, index, err);
    enum ph_status status = forcing_ncgrid_read(file, layout->depth_var, MOST_MESH_LEVELS, &value, &n, err);
    if (status)
        return status;
    size_t columns = n / (size_t)dim->length;
    for (uint64_t k = 1; k < dim->length; k++)
        if (fabs(value[k * columns]) < fabs(value[*index * columns]))
            *index = k;
    bool sigma = value[*index * columns] <= 0.01 && value[*index * columns] >= -1;
    return sigma
               ? PH_OK
               : core_err_set(err, PH_EINPUT, var->name, "choose one with ncks -d",
                              "the levels %s do not run from 0 at the surface to -1 at the floor", dim->name);
}

static bool is_pressure(const struct forcing_var *level)
{
    static const char *const units[] = {"Pa",       "hPa",       "kPa", "mb",     "mbar",    "mbars",
                                        "millibar", "millibars", "bar", "pascal", "pascals", "hectopascals"};
    const char *unit = forcing_att_text(level, "units"), *standard = forcing_att_text(level, "standard_name");
    for (size_t k = 0; unit && k < sizeof units / sizeof *units; k++)
        if (!strcasecmp(unit, units[k]))
            return true;
    return standard && !strcasecmp(standard, "air_pressure");
}

static enum ph_status pressure_refuse(const struct forcing_var *var, const struct forcing_var *level,
                                      double value, struct ph_err *err)
{
    const char *unit = forcing_att_text(level, "units");
    return core_err_set(err, PH_EINPUT, var->name, "use the wind at 10 m", "this is wind aloft, at %g %.20s",
                        value, unit ? unit : "(pressure)");
}

// Index of the level nearest to the one asked for. Depths are counted down or up from the surface: the
// distance from it is what counts.
static uint64_t nearest(const double *value, size_t n, double factor, double wanted_m, double *level_m)
{
    uint64_t index = 0;
    double best = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double away = fabs(fabs(value[i] * factor) - fabs(wanted_m));
        if (away < best) {
            best = away;
            index = i;
            *level_m = fabs(value[i] * factor);
        }
    }
    return index;
}

static enum ph_status metres_choose(struct forcing_file *file, const struct forcing_var *var,
                                    const struct forcing_layout *layout, double wanted_m, bool wind,
                                    uint64_t *index, double *level_m, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *level = &desc->vars[layout->depth_var];
    const char *units = forcing_att_text(level, "units");
    struct forcing_unit unit = {1, 0};
    bool metres = !units || !*units || forcing_unit_length(units, &unit);
    bool single = desc->dims[var->dims[layout->depth_dim]].length == 1, aloft = wind && is_pressure(level);
    double *value;
    size_t n;
    if (!metres && single && !aloft)
        return PH_OK;
    if (!metres && !aloft)
        return core_err_set(err, PH_EINPUT, level->name, FIX_LEVEL,
                            "%s has levels in \"%.40s\", which is no unit of depth or height", var->name,
                            units);
    enum ph_status status = forcing_ncgrid_read(file, layout->depth_var, MOST_LEVELS, &value, &n, err);
    if (status)
        return status;
    if (aloft)
        return pressure_refuse(var, level, value[0], err);
    *index = nearest(value, n, unit.factor, wanted_m, level_m);
    return PH_OK;
}

enum ph_status forcing_nclevel_choose(struct forcing_file *file, const struct forcing_var *var,
                                      const struct forcing_layout *layout, const struct forcing_ask *ask,
                                      uint64_t *index, double *level_m, struct ph_err *err)
{
    bool wind = ask->kind == FORCING_WIND;
    double wanted_m = wind ? 10 : isnan(ask->depth_m) ? 0 : ask->depth_m;
    *index = 0;
    *level_m = (double)NAN;
    if (layout->depth_dim < 0)
        return PH_OK;
    if (layout->sigma)
        return sigma_choose(file, var, layout, wanted_m, index, err);
    return metres_choose(file, var, layout, wanted_m, wind, index, level_m, err);
}

// A height that stands beside the variable as a coordinate of one entry ("height: 10 m"): metres, NAN when
// there is none. A pressure there is refused.
static enum ph_status beside(struct forcing_file *file, const struct forcing_var *var, double *height_m,
                             struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const char *names = forcing_att_text(var, "coordinates");
    *height_m = (double)NAN;
    for (size_t i = 0; names && i < desc->n_vars; i++) {
        const struct forcing_var *coord = &desc->vars[i];
        bool single = !coord->rank || (coord->rank == 1 && desc->dims[coord->dims[0]].length == 1);
        const char *units = forcing_att_text(coord, "units");
        struct forcing_unit unit = {1, 0};
        double *value;
        size_t n;
        if (!single || !coord->number || !strstr(names, coord->name) ||
            (forcing_coord_of(coord) != COORD_DEPTH && !is_pressure(coord)) ||
            forcing_ncgrid_read(file, (int)i, 1, &value, &n, NULL))
            continue;
        if (is_pressure(coord))
            return pressure_refuse(var, coord, value[0], err);
        if (!units || !*units || forcing_unit_length(units, &unit)) {
            *height_m = fabs(value[0] * unit.factor);
            return PH_OK;
        }
    }
    return PH_OK;
}

enum ph_status forcing_nclevel_wind(struct forcing_file *file, const struct forcing_var *var, double level_m,
                                    bool at_10m, double *factor, struct forcing_notes *notes,
                                    struct ph_err *err)
{
    double height_m = level_m;
    enum ph_status status = isnan(height_m) ? beside(file, var, &height_m, err) : PH_OK;
    if (status)
        return status;
    if (isnan(height_m))
        height_m = at_10m ? 10 : forcing_names_height(var);
    *factor = 1;
    if (isnan(height_m) && forcing_names_aloft(var))
        return core_err_set(err, PH_EINPUT, var->name, "use the wind at 10 m",
                            "this is wind aloft by its name or title");
    if (!isnan(height_m))
        return forcing_reading_height(var->name, height_m, factor, notes, err);
    forcing_note_mention(notes, "wind-height-unknown", "the height of the wind is not stated; read as 10 m");
    return PH_OK;
}
