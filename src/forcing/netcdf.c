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
#include "forcing/nclevel.h"
#include "forcing/nctime.h"
#include "forcing/packing.h"
#include "forcing/reading.h"

// How one variable is read.
enum { MANY_TIMES = 8 }; // in one piece of a file

struct part {
    int var;
    int rank;
    struct forcing_layout layout;
    uint64_t depth_index, component; // component: along layout.component_dim
    struct forcing_stagger stagger;
    struct forcing_packing packing;
    bool narrow; // its numbers fit 32-bit floats
};

struct plan {
    struct part part[2];
    bool has[2];
    enum forcing_reading reading;
    const uint64_t *time_index; // of each level, in the file
    const unsigned char *land;  // of each point; NULL: not known
    const uint32_t *face; // of each triangle, where faces of four corners were cut; NULL: its own number
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

// Extremes and sums over an interval carry nothing along.
static enum ph_status methods_check(const struct forcing_var *var, struct ph_err *err)
{
    static const char *const not_values[] = {
        "time: maximum", "time: minimum", "time: sum", "time: range", "time: standard_deviation",
        "time: variance"};
    const char *methods = forcing_att_text(var, "cell_methods");
    for (size_t k = 0; methods && k < sizeof not_values / sizeof *not_values; k++)
        if (strcasestr(methods, not_values[k]))
            return core_err_set(err, PH_EINPUT, var->name, "use values at a time, or means",
                                "by its cell_methods (%.60s) this is no flow at any time", methods);
    return PH_OK;
}

static enum ph_status components_check(const struct forcing_description *desc,
                                       const struct forcing_pair *pair, const struct forcing_var *var,
                                       const struct forcing_layout *layout, struct ph_err *err)
{
    bool vector = pair->u == pair->v;
    if (vector == (layout->component_dim >= 0))
        return PH_OK;
    if (vector)
        return core_err_set(err, PH_EINPUT, NULL, "name two variables",
                            "%s is one variable, and has no dimension of two", var->name);
    return core_err_set(err, PH_EINPUT, NULL, "name it twice: \"variables\": [\"hvel\", \"hvel\"]",
                        "%s has a dimension %s of 2 entries: is it u and v in one?", var->name,
                        desc->dims[var->dims[layout->component_dim]].name);
}

static enum ph_status part_plan(struct forcing_file *file, const struct forcing_ask *ask,
                                const struct forcing_pair *pair, int p, struct part *out,
                                struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_var *var = p ? pair->v : pair->u;
    bool directed = pair->reading == READING_SPEED_FROM || pair->reading == READING_SPEED_TOWARD;
    bool direction = p && directed;
    struct part part = {
        .var = (int)(var - description(file)->vars), .rank = var->rank, .component = (uint64_t)p};
    struct forcing_unit unit = {1, 0};
    double level_m, factor = 1;
    enum ph_status status = forcing_layout_find(description(file), var, &part.layout, err);
    if (!status)
        status = methods_check(var, err);
    if (!status)
        status = components_check(description(file), pair, var, &part.layout, err);
    if (!status)
        status = forcing_nclevel_choose(file, var, &part.layout, ask, &part.depth_index, &level_m, err);
    if (!status && !direction)
        status = unit_find(var, ask->kind, &unit, notes, err);
    if (!status && !direction && ask->kind == FORCING_WIND)
        status = forcing_nclevel_wind(file, var, level_m, pair->flags & NAME_AT_10M, &factor, notes, err);
    if (status)
        return status;
    if (ask->kind == FORCING_CURRENT && isnan(ask->depth_m) && level_m > 5)
        forcing_note_add(notes, "deep-current", "%s: the shallowest level is at %g m", var->name, level_m);
    if (part.layout.nominal)
        forcing_note_add(
            notes, "nominal-axes",
            "the axes of %s are nominal: they are places only where the model's grid is regular (for global "
            "models south of about 65 N); its true coordinates are not in the file",
            var->name);
    unit.factor *= factor;
    forcing_packing_init(&part.packing, var, unit);
    part.narrow = var->number == NUMBER_FLOAT32 || (var->number == NUMBER_INTEGER && var->bits <= 16);
    *out = part;
    return PH_OK;
}

// A file that is cut along time into long pieces costs them all for any one time.
static void chunks_mention(const struct forcing_description *desc, const struct forcing_var *var,
                           const struct forcing_layout *layout, struct forcing_notes *notes)
{
    const struct forcing_att *chunks = forcing_att_find(var, "_ChunkSizes");
    int d = layout->time_dim;
    if (!chunks || !chunks->numbers || d < 0 || chunks->n != (size_t)var->rank)
        return;
    double n = (double)desc->dims[var->dims[d]].length, together = fmin(chunks->numbers[d], n);
    if (together >= MANY_TIMES)
        forcing_note_mention(notes, "chunked-times",
                             "%s is stored in pieces of %.0f times: any one of them costs as much as all; to "
                             "read it quickly, rechunk it: nccopy -c %s/1 FILE NEW",
                             var->name, together, desc->dims[var->dims[d]].name);
}

static void pair_mention(const struct forcing_pair *pair, enum forcing_kind kind, struct forcing_notes *notes)
{
    const struct forcing_var *var = pair->u ? pair->u : pair->v;
    const char *methods = forcing_att_text(var, "cell_methods");
    if (pair->flags & NAME_TOTAL)
        forcing_note_add(notes, "total-current",
                         "%s already holds the drift by waves and tides: do not add waves to it", var->name);
    if (pair->flags & NAME_MEAN)
        forcing_note_add(notes, "depth-mean-current",
                         "%s is the mean from the surface to the floor: at the surface it may flow otherwise",
                         var->name);
    if (pair->flags & NAME_TENTATIVE)
        forcing_note_add(notes, "geostrophic-current", "%s is the geostrophic part of the current only",
                         var->name);
    if (pair->flags & NAME_BARE)
        forcing_note_add(notes, "bare-names", "%s does not say what flows: read as %s", var->name,
                         forcing_kind_name(kind));
    if (methods && strcasestr(methods, "time: mean"))
        forcing_note_mention(
            notes, "mean-values",
            "values are means over each step, read as at the middle of what the file states, else at "
            "the stamped time");
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
    const struct forcing_var *grouped = forcing_names_grouped(desc, ask->kind);
    if (grouped)
        return core_err_set(err, PH_EINPUT, NULL, "name one: \"variables\": [\"group/u\", \"group/v\"]",
                            "several groups of the file have such variables (%s and others): which is meant?",
                            grouped->name);
    *absent = true;
    return core_err_set(err, PH_EINPUT, NULL, "name them: \"variables\": [\"...\", \"...\"]",
                        "no variables of %s were found", forcing_kind_name(ask->kind));
}

static enum ph_status parts_plan(struct forcing_file *file, const struct forcing_ask *ask,
                                 const struct forcing_pair *pair, struct plan *plan,
                                 struct forcing_notes *notes, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    plan->reading = pair->reading;
    plan->has[0] = pair->u != NULL;
    plan->has[1] = pair->v != NULL;
    for (int p = 0; p < 2 && !status; p++)
        if (plan->has[p])
            status = part_plan(file, ask, pair, p, &plan->part[p], notes, err);
    return status;
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
        "x_wind",    "y_wind",    "x_sea_water", "y_sea_water", "x_velocity",    "y_velocity",
        "grid-x",    "grid-y",    "x-direction", "y-direction", "x-component",   "y-component",
        "i-current", "j-current", "u-momentum",  "v-momentum",  "along x",       "along y",
        "i-axis",    "j-axis",    "vozocrtx",    "vomecrty",    "grid_eastward", "grid_northward"};
    static const char *const earth[] = {"eastward",   "northward", "zonal",
                                        "meridional", "west-east", "south-north"};
    const char *standard = forcing_att_text(var, "standard_name");
    for (int k = 0; k < 2;
         k++) // the standard name is the one that is defined; "grid_eastward_wind" is x_wind
        if (standard && strncasecmp(standard, "grid_", 5) && strcasestr(standard, earth[k]))
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
    if (!status) {
        plan->land = placed->land;
        plan->face = placed->face;
    }
    return status;
}

static void units_fill(const struct forcing_pair *pair, struct forcing_field *field)
{
    const char *units = forcing_att_text(pair->u ? pair->u : pair->v, "units"),
               *v_units = pair->u && pair->v ? forcing_att_text(pair->v, "units") : NULL;
    field->units = units ? units : "";
    field->v_units = v_units && strcmp(field->units, v_units) != 0 ? v_units : NULL;
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
    struct forcing_nctime times;
    const char *methods = status ? NULL : forcing_att_text(pair.u ? pair.u : pair.v, "cell_methods");
    bool means = methods && strcasestr(methods, "time: mean");
    if (!status)
        status = forcing_nctime_read(file, layout, ask->calendar, means, &times, &field.notes, err);
    if (status) {
        core_err_within(err, file->path);
        return status;
    }
    pair_mention(&pair, ask->kind, &field.notes);
    chunks_mention(description(file), pair.u ? pair.u : pair.v, layout, &field.notes);
    units_fill(&pair, &field);
    field.u_name = pair.u ? pair.u->name : NULL;
    field.v_name = pair.v ? pair.v->name : NULL;
    field.parts =
        (pair.u ? FORCING_PART_U : 0) | (pair.v || pair.reading == READING_SCALAR ? FORCING_PART_V : 0);
    field.reading = forcing_reading_text(pair.reading);
    field.turn = pair.reading;
    field.t_ns = times.t_ns;
    field.n_times = times.n;
    plan->time_index = times.index;
    field.plan = plan;
    *out = field;
    return PH_OK;
}

static enum ph_status netcdf_times(struct forcing_file *file, const int64_t **t_ns, size_t *n,
                                   struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    struct forcing_layout layout = {.text_var = -1, .lead_var = -1};
    *n = 0;
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        struct forcing_nctime times;
        if (!var->number || var->rank > 1 || forcing_coord_of(var) != COORD_TIME)
            continue;
        layout.time_var = (int)i;
        enum ph_status status = forcing_nctime_read(file, &layout, NULL, false, &times, notes, err);
        if (!status) {
            *t_ns = times.t_ns;
            *n = times.n;
        }
        return status;
    }
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

// What of the file a piece is: only axes may be reversed; C-grids take one more row or column and the mean of
// both; triangles that are halves of faces take their faces.
struct window {
    uint64_t start[DESCRIPTION_RANK], count[DESCRIPTION_RANK];
    size_t nj, ni, row_step, column_step, other;
    bool flip_j, flip_i;
};

static struct window window_of(const struct forcing_grid *grid, const struct plan *plan,
                               const struct part *part, uint64_t time, const struct piece *piece)
{
    const struct forcing_layout *at = &part->layout;
    const struct forcing_stagger *stag = &part->stagger;
    bool axes = grid->shape == FORCING_REGULAR || grid->shape == FORCING_PROJECTED;
    struct window w = {.nj = piece->nj + stag->b_j, .ni = piece->ni + stag->b_i};
    w.flip_j = axes && grid->lat.reversed;
    w.flip_i = axes && grid->lon.reversed;
    for (int d = 0; d < part->rank; d++)
        w.count[d] = 1;
    if (at->time_dim >= 0)
        w.start[at->time_dim] = time;
    if (at->depth_dim >= 0)
        w.start[at->depth_dim] = part->depth_index;
    if (at->component_dim >= 0)
        w.start[at->component_dim] = part->component;
    if (at->lat_dim >= 0) {
        w.start[at->lat_dim] = (w.flip_j ? grid->lat.n_file - piece->j0 - piece->nj : piece->j0) + stag->a_j;
        w.count[at->lat_dim] = w.nj;
    }
    w.start[at->lon_dim] = (w.flip_i ? grid->lon.n_file - piece->i0 - piece->ni : piece->i0) + stag->a_i;
    if (plan->face) {
        w.start[at->lon_dim] = plan->face[piece->i0];
        w.ni = plan->face[piece->i0 + piece->ni - 1] - plan->face[piece->i0] + 1U;
    }
    w.count[at->lon_dim] = w.ni;
    bool lat_outer = at->lat_dim < at->lon_dim;
    w.row_step = lat_outer ? w.ni : 1;
    w.column_step = lat_outer ? 1 : w.nj;
    w.other = stag->b_j * w.row_step + stag->b_i * w.column_step;
    return w;
}

// The usual case: rows of the file are rows of the grid, and their numbers fit floats.
static enum ph_status rows_read(struct forcing_file *file, const struct part *part, const struct window *w,
                                const struct piece *piece, struct ph_err *err)
{
    const float *values;
    enum ph_status status =
        forcing_decoder_read_floats(file->decoder, part->var, part->rank, w->start, w->count, &values, err);
    for (size_t j = 0; j < piece->nj && !status; j++) {
        const float *row = values + (w->flip_j ? piece->nj - 1 - j : j) * w->row_step;
        float *out = piece->out + j * piece->stride;
        if (w->flip_i)
            forcing_packing_row(&part->packing, row, piece->ni, out + 2 * (piece->ni - 1), -2);
        else
            forcing_packing_row(&part->packing, row, piece->ni, out, 2);
    }
    return status;
}

static enum ph_status piece_read(struct forcing_file *file, const struct forcing_grid *grid,
                                 const struct plan *plan, const struct part *part, uint64_t time,
                                 const struct piece *piece, struct ph_err *err)
{
    struct window w = window_of(grid, plan, part, time, piece);
    const double *values;
    if (part->narrow && !plan->face && !w.other && w.column_step == 1)
        return rows_read(file, part, &w, piece, err);
    enum ph_status status =
        forcing_decoder_read(file->decoder, part->var, part->rank, w.start, w.count, &values, err);
    if (status)
        return status;
    for (size_t j = 0; j < piece->nj; j++) {
        size_t row = w.flip_j ? piece->nj - 1 - j : j;
        for (size_t i = 0; i < piece->ni; i++) {
            size_t column = w.flip_i ? piece->ni - 1 - i : i;
            column = plan->face ? plan->face[piece->i0 + i] - plan->face[piece->i0] : column;
            const double *stored = values + row * w.row_step + column * w.column_step;
            double value = forcing_packing_value(&part->packing, *stored);
            if (w.other)
                value = mean_of_valid(value, forcing_packing_value(&part->packing, stored[w.other]));
            piece->out[j * piece->stride + 2 * i] = (float)value;
        }
    }
    return PH_OK;
}

// One variable on a block: cut at the seam of the longitudes and where an answer would be too large.
static enum ph_status part_read(struct forcing_file *file, const struct forcing_grid *grid,
                                const struct plan *plan, const struct part *part, uint64_t time,
                                struct forcing_block block, float *out, size_t stride, struct ph_err *err)
{
    size_t n = grid->ni;
    for (size_t c = 0; c < block.ni;) {
        size_t i0 = (block.i0 + c) % n;
        size_t ni = block.ni - c < n - i0 ? block.ni - c : n - i0;
        size_t rows = forcing_decoder_most() / (ni + part->stagger.b_i) - part->stagger.b_j;
        for (size_t j = 0; j < block.nj; j += rows) {
            size_t nj = block.nj - j < rows ? block.nj - j : rows;
            struct piece piece = {block.j0 + j, nj, i0, ni, out + j * stride + 2 * c, stride};
            enum ph_status status = piece_read(file, grid, plan, part, time, &piece, err);
            if (status)
                return status;
        }
        c += ni;
    }
    return PH_OK;
}

static enum ph_status netcdf_read(struct forcing_file *file, const struct forcing_field *field, int parts,
                                  size_t time, struct forcing_block block, float *uv, size_t stride,
                                  struct ph_err *err)
{
    const struct plan *plan = field->plan;
    enum ph_status status = PH_OK;
    for (int p = 0; p < 2 && !status; p++)
        if ((parts & (1 << p)) && plan->has[p])
            status = part_read(file, &field->grid, plan, &plan->part[p], plan->time_index[time], block,
                               uv + p, stride, err);
    if (status)
        return status;
    for (size_t k = 0; plan->land && k < block.nj * block.ni; k++) {
        size_t j = k / block.ni, i = k % block.ni;
        if (plan->land[(block.j0 + j) * field->grid.ni + (block.i0 + i) % field->grid.ni])
            uv[j * stride + 2 * i] = uv[j * stride + 2 * i + 1] = (float)NAN;
    }
    if (parts == FORCING_PART_BOTH)
        forcing_reading_turn(plan->reading, block, uv, stride);
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
