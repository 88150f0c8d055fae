// The format NetCDF: what its variables mean and how blocks of them are read.
#include "forcing/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/coords.h"
#include "forcing/names.h"
#include "forcing/ncgrid.h"
#include "forcing/packing.h"
#include "forcing/timeunits.h"

// More than any real file has.
enum { MOST_TIMES = 1 << 20, MOST_LEVELS = 1 << 16, MOST_MESH_LEVELS = 1 << 26 };

// Roughness of the open sea for the neutral logarithmic wind profile (WMO-No. 8, Guide to Instruments and
// Methods of Observation, vol. I, annex 5.B: 0.0002 m).
#define SEA_ROUGHNESS_M 0.0002

// How one variable is read.
struct part {
    int var;
    int rank;
    struct forcing_layout layout;
    uint64_t depth_index;
    struct forcing_stagger stagger;
    struct forcing_packing packing;
};

struct plan {
    struct part part[2];
    bool has[2];
    enum forcing_reading reading;
    const uint64_t *time_index; // of each level, in the file
    const unsigned char *land;  // of each point; NULL: not known
};

static bool netcdf_probe(const unsigned char *head, size_t n)
{
    static const unsigned char hdf5[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    bool classic = n >= 4 && !memcmp(head, "CDF", 3) && (head[3] == 1 || head[3] == 2 || head[3] == 5);
    return classic || (n >= 8 && !memcmp(head, hdf5, 8));
}

static enum ph_status netcdf_open(struct forcing_file *file, struct ph_err *err)
{
    struct forcing_description *desc = CORE_ARENA_NEW(&file->arena, struct forcing_description, 1);
    if (!desc)
        return core_err_nomem(err);
    file->content = desc;
    return forcing_decoder_describe(file->decoder, &file->arena, desc, err);
}

static const struct forcing_description *description(const struct forcing_file *file)
{
    return file->content;
}

static const char *netcdf_title(const struct forcing_file *file)
{
    return description(file)->format;
}

struct stamp {
    int64_t t_ns;
    uint64_t index;
};

static int stamp_order(const void *a, const void *b)
{
    const struct stamp *x = a, *y = b;
    if (x->t_ns != y->t_ns)
        return x->t_ns < y->t_ns ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

// Times in rising order, each once; says so when the file had them otherwise.
static enum ph_status times_sort(struct forcing_file *file, const int64_t *t_ns, size_t n,
                                 struct forcing_field *field, struct plan *plan, struct ph_err *err)
{
    struct stamp *stamps = CORE_ARENA_NEW(&file->arena, struct stamp, n);
    int64_t *sorted = CORE_ARENA_NEW(&file->arena, int64_t, n);
    uint64_t *index = CORE_ARENA_NEW(&file->arena, uint64_t, n);
    if (!stamps || !sorted || !index)
        return core_err_nomem(err);
    bool unsorted = false;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        stamps[i] = (struct stamp){t_ns[i], i};
        unsorted = unsorted || (i && t_ns[i] < t_ns[i - 1]);
    }
    qsort(stamps, n, sizeof *stamps, stamp_order);
    for (size_t i = 0; i < n; i++) {
        if (kept && stamps[i].t_ns == sorted[kept - 1])
            continue;
        sorted[kept] = stamps[i].t_ns;
        index[kept++] = stamps[i].index;
    }
    if (unsorted)
        forcing_note_add(&field->notes, "unsorted-times", "times are not in order; they are read in order");
    if (kept < n)
        forcing_note_add(&field->notes, "repeated-times",
                         "%zu times are there twice; the first of each is read", n - kept);
    field->t_ns = sorted;
    field->n_times = kept;
    plan->time_index = index;
    return PH_OK;
}

static enum ph_status times_read(struct forcing_file *file, int var, const char *calendar,
                                 struct forcing_field *field, struct plan *plan, struct ph_err *err)
{
    const struct forcing_var *time = &description(file)->vars[var];
    const char *units = forcing_att_text(time, "units");
    struct forcing_timeunits meaning;
    double *value;
    size_t n;
    if (!units)
        return core_err_set(err, PH_EINPUT, time->name, "set the attribute units of time with ncatted",
                            "the times have no units, so what they count from is not known");
    if (!calendar)
        calendar = forcing_att_text(time, "calendar");
    enum ph_status status = forcing_timeunits_parse(units, calendar, &meaning, err);
    if (!status)
        status = forcing_ncgrid_read(file, var, MOST_TIMES, &value, &n, err);
    if (status)
        return status;
    int64_t *t_ns = CORE_ARENA_NEW(&file->arena, int64_t, n);
    if (!t_ns)
        return core_err_nomem(err);
    bool single = time->number == NUMBER_FLOAT32;
    status = forcing_timeunits_convert_all(&meaning, value, n, single, t_ns, &field->notes, err);
    if (!strcasecmp(units, "pythonic days"))
        forcing_note_mention(&field->notes, "pythonic-days",
                             "times are Python's day numbers: day 1 is 0001-01-01 of the Gregorian calendar");
    return status ? status : times_sort(file, t_ns, n, field, plan, err);
}

// Levels that follow the sea floor: only the uppermost, s nearest to 0, is at a depth that is known without
// the depth of the sea. Without values, the names tell which end is up: ROMS counts from the floor, FVCOM
// from above.
static enum ph_status sigma_choose(struct forcing_file *file, const struct forcing_var *var,
                                   const struct forcing_layout *layout, double wanted_m, uint64_t *index,
                                   struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_dim *dim = &desc->dims[var->dims[layout->depth_dim]];
    double *value;
    size_t n;
    if (wanted_m > 2)
        return core_err_set(err, PH_EUNSUPPORTED, var->name, "leave out depth_m: the uppermost level serves",
                            "levels follow the sea floor, so which is at %g m changes from place to place",
                            wanted_m);
    *index = 0;
    if (dim->length == 1)
        return PH_OK;
    if (layout->depth_var < 0) {
        bool from_floor = !strcasecmp(dim->name, "s_rho") || strcasestr(dim->name, "schism");
        if (!from_floor && strcasecmp(dim->name, "siglay"))
            return core_err_set(err, PH_EINPUT, var->name, "choose one with ncks -d",
                                "which of the levels %s is the uppermost is not stated", dim->name);
        *index = from_floor ? dim->length - 1 : 0;
        return PH_OK;
    }
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

// Index of the level nearest to the depth asked for, and that depth in metres.
static enum ph_status depth_choose(struct forcing_file *file, const struct forcing_var *var,
                                   const struct forcing_layout *layout, double wanted_m, uint64_t *index,
                                   double *depth_m, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    struct forcing_unit unit = {1, 0};
    double *value;
    size_t n;
    *index = 0;
    *depth_m = (double)NAN;
    if (layout->depth_dim < 0)
        return PH_OK;
    if (layout->sigma)
        return sigma_choose(file, var, layout, wanted_m, index, err);
    const struct forcing_var *depth = &desc->vars[layout->depth_var];
    const char *units = forcing_att_text(depth, "units");
    bool readable = !units || !*units || forcing_unit_length(units, &unit);
    if (!readable && desc->dims[var->dims[layout->depth_dim]].length == 1)
        return PH_OK;
    if (!readable)
        return core_err_set(err, PH_EINPUT, depth->name, "choose one level with ncks -d",
                            "%s has levels in \"%.40s\", which is no unit of depth or height", var->name,
                            units);
    enum ph_status status = forcing_ncgrid_read(file, layout->depth_var, MOST_LEVELS, &value, &n, err);
    if (status)
        return status;
    // Depths are counted down or up from the surface: the distance from it is what counts.
    double best = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double away = fabs(fabs(value[i] * unit.factor) - fabs(wanted_m));
        if (away < best) {
            best = away;
            *index = i;
            *depth_m = fabs(value[i] * unit.factor);
        }
    }
    return PH_OK;
}

// Height of a wind whose height is a scalar coordinate ("height: 10 m").
static double scalar_height(struct forcing_file *file, const struct forcing_var *var)
{
    const struct forcing_description *desc = description(file);
    const char *names = forcing_att_text(var, "coordinates");
    for (size_t i = 0; names && i < desc->n_vars; i++) {
        const struct forcing_var *coord = &desc->vars[i];
        bool single = !coord->rank || (coord->rank == 1 && desc->dims[coord->dims[0]].length == 1);
        double *value;
        size_t n;
        if (!single || !coord->number || forcing_coord_of(coord) != COORD_DEPTH ||
            !strstr(names, coord->name))
            continue;
        if (!forcing_ncgrid_read(file, (int)i, 1, &value, &n, NULL))
            return fabs(value[0]);
    }
    return (double)NAN;
}

// Factor from the wind's height to 10 m, by the neutral logarithmic profile.
static enum ph_status height_convert(struct forcing_file *file, const struct forcing_var *var, double level_m,
                                     bool at_10m, double *factor, struct forcing_notes *notes,
                                     struct ph_err *err)
{
    double height = isnan(level_m) ? scalar_height(file, var) : level_m;
    if (isnan(height))
        height = at_10m ? 10 : forcing_names_height(var);
    *factor = 1;
    if (isnan(height)) {
        forcing_note_mention(notes, "wind-height-unknown",
                             "the height of the wind is not stated; read as 10 m");
        return PH_OK;
    }
    if (fabs(height - 10) < 0.5)
        return PH_OK;
    if (height < 1 || height > 150)
        return core_err_set(err, PH_EINPUT, var->name, "use the wind at 10 m",
                            "this wind is at %g m, from which 10 m cannot be told", height);
    *factor = log(10 / SEA_ROUGHNESS_M) / log(height / SEA_ROUGHNESS_M);
    forcing_note_add(notes, "wind-height", "%s is at %g m: multiplied by %.3f for 10 m (logarithmic profile)",
                     var->name, height, *factor);
    return PH_OK;
}

static enum ph_status unit_find(const struct forcing_var *var, enum forcing_kind kind,
                                struct forcing_unit *out, struct forcing_notes *notes, struct ph_err *err)
{
    const char *units = forcing_att_text(var, "units");
    bool heat = kind == FORCING_SEA_TEMPERATURE;
    *out = (struct forcing_unit){1, 0};
    if (!units || !units[strspn(units, " ")]) {
        forcing_note_add(notes, "no-units", "%s has no units: read as %s", var->name,
                         heat ? "degrees Celsius" : "m/s");
        return PH_OK;
    }
    if (heat ? forcing_unit_temperature(units, out) : forcing_unit_speed(units, out))
        return PH_OK;
    return core_err_set(err, PH_EINPUT, var->name, "set the attribute units to what it is, e.g. \"m s-1\"",
                        "the unit \"%.40s\" is not known for %s", units, heat ? "a temperature" : "a speed");
}

static bool is_true(const char *text)
{
    return text && !strcasecmp(text, "true");
}

static enum ph_status part_plan(struct forcing_file *file, const struct forcing_ask *ask,
                                const struct forcing_var *var, bool direction, int flags, struct part *out,
                                struct forcing_notes *notes, struct ph_err *err)
{
    struct part part = {.var = (int)(var - description(file)->vars), .rank = var->rank};
    struct forcing_unit unit = {1, 0};
    double level_m, factor = 1, wanted = ask->depth_m;
    if (ask->kind == FORCING_WIND)
        wanted = 10;
    else if (isnan(wanted))
        wanted = 0;
    if (is_true(forcing_att_text(var, "_Unsigned")))
        return core_err_set(err, PH_EUNSUPPORTED, var->name, "rewrite the file, e.g. with ncpdq -U",
                            "unsigned packing is not in this version");
    enum ph_status status = forcing_layout_find(description(file), var, &part.layout, err);
    if (!status)
        status = depth_choose(file, var, &part.layout, wanted, &part.depth_index, &level_m, err);
    if (!status && !direction)
        status = unit_find(var, ask->kind, &unit, notes, err);
    if (!status && !direction && ask->kind == FORCING_WIND)
        status = height_convert(file, var, level_m, flags & NAME_AT_10M, &factor, notes, err);
    if (status)
        return status;
    if (ask->kind == FORCING_CURRENT && isnan(ask->depth_m) && level_m > 5)
        forcing_note_add(notes, "deep-current", "%s: the shallowest level is at %g m", var->name, level_m);
    unit.factor *= factor;
    forcing_packing_init(&part.packing, var, unit);
    *out = part;
    return PH_OK;
}

static void pair_mention(const struct forcing_pair *pair, enum forcing_kind kind, struct forcing_notes *notes)
{
    const struct forcing_var *var = pair->u ? pair->u : pair->v;
    const char *methods = forcing_att_text(var, "cell_methods");
    if (pair->flags & NAME_TOTAL)
        forcing_note_add(notes, "total-current",
                         "%s already holds the drift by waves and tides: do not add waves to it", var->name);
    if (pair->flags & NAME_TENTATIVE)
        forcing_note_add(notes, "geostrophic-current", "%s is the geostrophic part of the current only",
                         var->name);
    if (pair->flags & NAME_BARE)
        forcing_note_add(notes, "bare-names", "%s does not say what flows: read as %s", var->name,
                         forcing_kind_name(kind));
    if (methods && strcasestr(methods, "time: mean"))
        forcing_note_mention(notes, "mean-values",
                             "values are means over each step, read as at the stamped time");
}

// By exact name, else by name in any case.
static const struct forcing_var *named(const struct forcing_description *desc, const char *name)
{
    const struct forcing_var *var = forcing_var_find(desc, name);
    for (size_t i = 0; !var && i < desc->n_vars; i++)
        if (!strcasecmp(desc->vars[i].name, name))
            var = &desc->vars[i];
    return var;
}

// Whether the second of two variables that were named is a direction, and which way it points.
static enum ph_status named_reading(const struct forcing_var *second, enum forcing_kind kind,
                                    enum forcing_reading *out, struct ph_err *err)
{
    const char *standard = forcing_att_text(second, "standard_name"),
               *units = forcing_att_text(second, "units");
    *out = READING_COMPONENTS;
    if (!units || strncasecmp(units, "deg", 3))
        return PH_OK;
    if (standard && strstr(standard, "from_direction"))
        *out = READING_SPEED_FROM;
    else if (standard && (strstr(standard, "to_direction") || strstr(standard, "direction_of_sea_water")))
        *out = READING_SPEED_TOWARD;
    else if (kind == FORCING_WIND)
        *out = READING_SPEED_FROM;
    else
        return core_err_set(err, PH_EINPUT, second->name, "set its standard_name to one that says",
                            "whether the current sets toward this direction or comes from it is not stated");
    return PH_OK;
}

static enum ph_status pair_named(const struct forcing_description *desc, const struct forcing_ask *ask,
                                 struct forcing_pair *out, bool *absent, struct ph_err *err)
{
    struct forcing_pair pair = {.reading = ask->kind == FORCING_SEA_TEMPERATURE ? READING_SCALAR
                                                                                : READING_COMPONENTS};
    pair.u = named(desc, ask->variables[0]);
    pair.v = ask->variables[1] ? named(desc, ask->variables[1]) : NULL;
    pair.u = pair.u && pair.u->number ? pair.u : NULL;
    pair.v = pair.v && pair.v->number ? pair.v : NULL;
    if (!pair.u && !pair.v) {
        *absent = true;
        return core_err_set(err, PH_EINPUT, NULL, "see the names with pharos forcing inspect",
                            "the file has no variables %s and %s", ask->variables[0],
                            ask->variables[1] ? ask->variables[1] : "(none)");
    }
    enum ph_status status = PH_OK;
    if (pair.v && pair.reading == READING_COMPONENTS)
        status = named_reading(pair.v, ask->kind, &pair.reading, err);
    if (!status)
        *out = pair;
    return status;
}

static enum ph_status pair_find(const struct forcing_description *desc, const struct forcing_ask *ask,
                                struct forcing_pair *out, bool *absent, struct ph_err *err)
{
    *absent = false;
    if (ask->variables[0])
        return pair_named(desc, ask, out, absent, err);
    if (forcing_names_find(desc, ask->kind, out))
        return PH_OK;
    *absent = true;
    return core_err_set(err, PH_EINPUT, NULL, "name them: \"variables\": [\"...\", \"...\"]",
                        "no variables of %s were found", forcing_kind_name(ask->kind));
}

static const char *reading_text(enum forcing_reading reading)
{
    static const char *const texts[] = {"components toward east and north", "speed, and direction from which",
                                        "speed, and direction toward which", "temperature"};
    return texts[reading];
}

static enum ph_status parts_plan(struct forcing_file *file, const struct forcing_ask *ask,
                                 const struct forcing_pair *pair, struct plan *plan,
                                 struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_var *vars[2] = {pair->u, pair->v};
    bool directed = pair->reading == READING_SPEED_FROM || pair->reading == READING_SPEED_TOWARD;
    plan->reading = pair->reading;
    for (int p = 0; p < 2; p++) {
        plan->has[p] = vars[p] != NULL;
        if (!vars[p])
            continue;
        enum ph_status status =
            part_plan(file, ask, vars[p], p == 1 && directed, pair->flags, &plan->part[p], notes, err);
        if (status)
            return status;
    }
    return PH_OK;
}

// ---------------------------------------------------------------- along the grid, or toward east and north?

static bool says(const struct forcing_var *var, const char *word)
{
    const char *standard = forcing_att_text(var, "standard_name"),
               *title = forcing_att_text(var, "long_name");
    return (standard && strcasestr(standard, word)) || (title && strcasestr(title, word)) ||
           strcasestr(var->name, word);
}

enum along { ALONG_UNKNOWN, ALONG_GRID, ALONG_EARTH };

static enum along along_of(const struct forcing_description *desc, const struct forcing_var *var)
{
    static const char *const grid[] = {
        "x_wind",    "y_wind",    "x_sea_water", "y_sea_water", "x_velocity",  "y_velocity",
        "grid-x",    "grid-y",    "x-direction", "y-direction", "x-component", "y-component",
        "i-current", "j-current", "u-momentum",  "v-momentum",  "along x",     "along y",
        "i-axis",    "j-axis",    "vozocrtx",    "vomecrty"};
    static const char *const earth[] = {"eastward",   "northward", "zonal",
                                        "meridional", "west-east", "south-north"};
    const char *standard = forcing_att_text(var, "standard_name");
    for (int k = 0; k < 2; k++) // the standard name is the one that is defined
        if (standard && strcasestr(standard, earth[k]))
            return ALONG_EARTH;
    for (size_t k = 0; k < sizeof grid / sizeof *grid; k++)
        if (says(var, grid[k]))
            return ALONG_GRID;
    for (size_t k = 0; k < sizeof earth / sizeof *earth; k++)
        if (says(var, earth[k]))
            return ALONG_EARTH;
    // WRF gives the turning of its grid and leaves its winds along it.
    return forcing_var_find(desc, "SINALPHA") ? ALONG_GRID : ALONG_UNKNOWN;
}

// Largest turn of the grid's axes from east, radians.
static double most_turn(const struct forcing_grid *grid)
{
    double most = 0;
    size_t n = grid->nj * grid->ni, stride = n / 4096 + 1;
    for (size_t p = 0; p < n; p += stride) {
        double angle = fabs(remainder(forcing_grid_angle(grid, p), 2 * CORE_PI));
        most = angle > most ? angle : most;
    }
    return most;
}

#define SMALL_TURN_RAD (0.1 * CORE_RAD_PER_DEG)

static enum ph_status along_decide(const struct forcing_description *desc, const struct forcing_pair *pair,
                                   const struct forcing_ncgrid *placed, struct forcing_field *field,
                                   struct ph_err *err)
{
    const struct forcing_var *var = pair->u ? pair->u : pair->v;
    bool axes = placed->grid.shape == FORCING_PROJECTED || placed->grid.shape == FORCING_CURVED;
    double turn = axes ? most_turn(&placed->grid) : 0;
    enum along along = along_of(desc, var);
    if (!axes || pair->reading != READING_COMPONENTS || turn < SMALL_TURN_RAD)
        return PH_OK;
    if (placed->staggered && along != ALONG_GRID) {
        if (along == ALONG_EARTH)
            forcing_note_add(&field->notes, "along-the-grid",
                             "%s is on a C-grid, where components are along the grid, whatever its names say",
                             var->name);
        along = ALONG_GRID;
    }
    if (along == ALONG_UNKNOWN)
        return core_err_set(
            err, PH_EINPUT, NULL,
            "say so by standard_name: x_wind, sea_water_x_velocity (along the grid) or eastward_...",
            "the grid is turned by up to %.3g degrees, and whether %s is along it or toward east is "
            "not stated",
            turn / CORE_RAD_PER_DEG, var->name);
    if (along == ALONG_GRID && placed->grid.left_handed && !placed->grid.angle_rad)
        return core_err_set(
            err, PH_EINPUT, NULL, "put the rows into their own order, e.g. with ncpdq -a -y",
            "the rows of the grid are reversed, so which way %s counts along them is not known",
            pair->v ? pair->v->name : var->name);
    field->grid_relative = along == ALONG_GRID;
    if (field->grid_relative)
        forcing_note_mention(
            &field->notes, "turned",
            "components are along the grid; they are turned to east and north by up to %.3g degrees",
            turn / CORE_RAD_PER_DEG);
    return PH_OK;
}

static enum ph_status place(struct forcing_file *file, const struct forcing_pair *pair, struct plan *plan,
                            struct forcing_ncgrid *placed, struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_var *const vars[2] = {pair->u, pair->v};
    const struct forcing_layout layouts[2] = {plan->part[0].layout, plan->part[1].layout};
    enum ph_status status = forcing_ncgrid_make(file, vars, layouts, placed, notes, err);
    for (int p = 0; p < 2 && !status; p++)
        plan->part[p].stagger = placed->stagger[p];
    if (!status)
        plan->land = placed->land;
    return status;
}

static enum ph_status netcdf_find(struct forcing_file *file, const struct forcing_ask *ask,
                                  struct forcing_field *out, bool *absent, struct ph_err *err)
{
    struct forcing_pair pair;
    struct forcing_field field = {.kind = ask->kind, .notes = {.arena = &file->arena}};
    enum ph_status status = pair_find(description(file), ask, &pair, absent, err);
    struct plan *plan = CORE_ARENA_NEW(&file->arena, struct plan, 1);
    if (!status && !plan)
        status = core_err_nomem(err);
    if (!status)
        status = parts_plan(file, ask, &pair, plan, &field.notes, err);
    const struct forcing_layout *layout = status ? NULL : &plan->part[pair.u ? 0 : 1].layout;
    struct forcing_ncgrid placed = {0};
    if (!status)
        status = place(file, &pair, plan, &placed, &field.notes, err);
    if (!status)
        status = along_decide(description(file), &pair, &placed, &field, err);
    field.grid = placed.grid;
    if (!status)
        status = times_read(file, layout->time_var, ask->calendar, &field, plan, err);
    if (status) {
        core_err_within(err, file->path);
        return status;
    }
    pair_mention(&pair, ask->kind, &field.notes);
    const char *units = forcing_att_text(pair.u ? pair.u : pair.v, "units");
    field.u_name = pair.u ? pair.u->name : NULL;
    field.v_name = pair.v ? pair.v->name : NULL;
    field.parts =
        (pair.u ? FORCING_PART_U : 0) | (pair.v || pair.reading == READING_SCALAR ? FORCING_PART_V : 0);
    field.units = units ? units : "";
    field.reading = reading_text(pair.reading);
    field.plan = plan;
    *out = field;
    return PH_OK;
}

static enum ph_status netcdf_times(struct forcing_file *file, const int64_t **t_ns, size_t *n,
                                   struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    struct forcing_field field = {.notes = *notes};
    struct plan plan;
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        if (!var->number || var->rank > 1 || forcing_coord_of(var) != COORD_TIME)
            continue;
        enum ph_status status = times_read(file, (int)i, NULL, &field, &plan, err);
        *notes = field.notes;
        if (!status) {
            *t_ns = field.t_ns;
            *n = field.n_times;
        }
        return status;
    }
    *n = 0;
    return PH_OK;
}

// Part of a block whose columns are neighbours in the file too.
struct piece {
    size_t j0, nj; // rows of the grid
    size_t i0, ni; // columns of the grid, i0 + ni <= n
    float *out;
    size_t stride;
};

static double mean_of_valid(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : (a + b) / 2;
}

static enum ph_status piece_read(struct forcing_file *file, const struct forcing_grid *grid,
                                 const struct part *part, uint64_t time, const struct piece *piece,
                                 struct ph_err *err)
{
    const struct forcing_layout *at = &part->layout;
    uint64_t start[DESCRIPTION_RANK] = {0}, count[DESCRIPTION_RANK];
    const double *values;
    for (int d = 0; d < part->rank; d++)
        count[d] = 1;
    if (at->time_dim >= 0)
        start[at->time_dim] = time;
    if (at->depth_dim >= 0)
        start[at->depth_dim] = part->depth_index;
    // Only axes may be reversed; C-grids take one more row or column and the mean of both.
    const struct forcing_stagger *stag = &part->stagger;
    bool axes = grid->shape == FORCING_REGULAR || grid->shape == FORCING_PROJECTED;
    bool flip_j = axes && grid->lat.reversed, flip_i = axes && grid->lon.reversed;
    size_t nj = piece->nj + stag->b_j, ni = piece->ni + stag->b_i;
    if (at->lat_dim >= 0) {
        start[at->lat_dim] = (flip_j ? grid->lat.n_file - piece->j0 - piece->nj : piece->j0) + stag->a_j;
        count[at->lat_dim] = nj;
    }
    start[at->lon_dim] = (flip_i ? grid->lon.n_file - piece->i0 - piece->ni : piece->i0) + stag->a_i;
    count[at->lon_dim] = ni;
    enum ph_status status =
        forcing_decoder_read(file->decoder, part->var, part->rank, start, count, &values, err);
    if (status)
        return status;
    bool lat_outer = at->lat_dim < at->lon_dim;
    size_t row_step = lat_outer ? ni : 1, column_step = lat_outer ? 1 : nj;
    size_t other = stag->b_j * row_step + stag->b_i * column_step;
    for (size_t j = 0; j < piece->nj; j++) {
        size_t row = flip_j ? piece->nj - 1 - j : j;
        for (size_t i = 0; i < piece->ni; i++) {
            size_t column = flip_i ? piece->ni - 1 - i : i;
            const double *stored = values + row * row_step + column * column_step;
            double value = forcing_packing_value(&part->packing, *stored);
            if (other)
                value = mean_of_valid(value, forcing_packing_value(&part->packing, stored[other]));
            piece->out[j * piece->stride + 2 * i] = (float)value;
        }
    }
    return PH_OK;
}

// One variable on a block: cut at the seam of the longitudes and where an answer would be too large.
static enum ph_status part_read(struct forcing_file *file, const struct forcing_grid *grid,
                                const struct part *part, uint64_t time, struct forcing_block block,
                                float *out, size_t stride, struct ph_err *err)
{
    size_t n = grid->ni;
    for (size_t c = 0; c < block.ni;) {
        size_t i0 = (block.i0 + c) % n;
        size_t ni = block.ni - c < n - i0 ? block.ni - c : n - i0;
        size_t rows = forcing_decoder_most() / (ni + part->stagger.b_i) - part->stagger.b_j;
        for (size_t j = 0; j < block.nj; j += rows) {
            size_t nj = block.nj - j < rows ? block.nj - j : rows;
            struct piece piece = {block.j0 + j, nj, i0, ni, out + j * stride + 2 * c, stride};
            enum ph_status status = piece_read(file, grid, part, time, &piece, err);
            if (status)
                return status;
        }
        c += ni;
    }
    return PH_OK;
}

// Speed and direction in place -> toward east and north.
static void directions_turn(struct forcing_block block, bool from, float *uv, size_t stride)
{
    for (size_t j = 0; j < block.nj; j++)
        for (size_t i = 0; i < block.ni; i++) {
            float *at = uv + j * stride + 2 * i;
            double speed = from ? -(double)at[0] : (double)at[0], angle = (double)at[1] * CORE_RAD_PER_DEG;
            at[0] = (float)(speed * sin(angle));
            at[1] = (float)(speed * cos(angle));
        }
}

static enum ph_status netcdf_read(struct forcing_file *file, const struct forcing_field *field, int parts,
                                  size_t time, struct forcing_block block, float *uv, size_t stride,
                                  struct ph_err *err)
{
    const struct plan *plan = field->plan;
    bool scalar = plan->reading == READING_SCALAR;
    enum ph_status status = PH_OK;
    for (int p = 0; p < 2 && !status; p++)
        if ((parts & (1 << p)) && plan->has[p])
            status = part_read(file, &field->grid, &plan->part[p], plan->time_index[time], block, uv + p,
                               stride, err);
    if (status)
        return status;
    for (size_t k = 0; plan->land && k < block.nj * block.ni; k++) {
        size_t j = k / block.ni, i = k % block.ni;
        if (plan->land[(block.j0 + j) * field->grid.ni + (block.i0 + i) % field->grid.ni])
            uv[j * stride + 2 * i] = uv[j * stride + 2 * i + 1] = (float)NAN;
    }
    if (plan->reading == READING_SPEED_FROM || plan->reading == READING_SPEED_TOWARD)
        directions_turn(block, plan->reading == READING_SPEED_FROM, uv, stride);
    for (size_t j = 0; scalar && j < block.nj; j++)
        for (size_t i = 0; i < block.ni; i++)
            uv[j * stride + 2 * i + 1] = 0;
    return PH_OK;
}

const struct forcing_format forcing_format_netcdf = {
    .name = "NetCDF",
    .probe = netcdf_probe,
    .open = netcdf_open,
    .title = netcdf_title,
    .find = netcdf_find,
    .times = netcdf_times,
    .read = netcdf_read,
};
