#include "drift/trajectories.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "forcing/decoder.h"

// A file of trajectories comes from anybody: it is decoded by forcing/decoder.h in a process of its own.

enum { MOST_POSITIONS = 1 << 28, STATES = 64 };

struct reader {
    const char *path;
    struct forcing_decoder *decoder;
    struct forcing_description desc;
    struct core_arena arena;    // of the description
    int lon, lat, status, time; // variables; status -1: none
    int dim_time, dim_particle;
    bool time_first; // dims (time, trajectory) in place of (trajectory, time)
    struct drift_ensemble e;
};

static enum ph_status refuse(const struct reader *r, struct ph_err *err, const char *what)
{
    return core_err_set(
        err, PH_EINPUT, r->path,
        "give a CF trajectory file with dimensions trajectory and time, as Pharos, OpenDrift and "
        "TrajAn write it",
        "cannot read trajectories: %s", what);
}

// ---- What is where in the file ----

// By standard_name first, then by one of the usual names. -1: none.
static int find_variable(const struct forcing_description *desc, const char *standard,
                         const char *const names[3], int rank)
{
    for (size_t i = 0; i < desc->n_vars; i++) {
        const char *text = forcing_att_text(&desc->vars[i], "standard_name");
        if (text && !strcmp(text, standard) && desc->vars[i].rank == rank &&
            desc->vars[i].number != NUMBER_NONE)
            return (int)i;
    }
    for (size_t k = 0; k < 3 && names[k]; k++)
        for (size_t i = 0; i < desc->n_vars; i++)
            if (!strcasecmp(desc->vars[i].name, names[k]) && desc->vars[i].rank == rank &&
                desc->vars[i].number != NUMBER_NONE)
                return (int)i;
    return -1;
}

static enum ph_status find_all(struct reader *r, struct ph_err *err)
{
    static const char *const lon_names[] = {"lon", "longitude", NULL},
                             *const lat_names[] = {"lat", "latitude", NULL},
                             *const time_names[] = {"time", NULL, NULL},
                             *const status_names[] = {"status", NULL, NULL};
    const struct forcing_description *desc = &r->desc;
    r->lon = find_variable(desc, "longitude", lon_names, 2);
    r->lat = find_variable(desc, "latitude", lat_names, 2);
    r->time = find_variable(desc, "time", time_names, 1);
    r->status = find_variable(desc, "-", status_names, 2);
    if (r->lon < 0 || r->lat < 0)
        return refuse(r, err,
                      find_variable(desc, "longitude", lon_names, 1) >= 0
                          ? "longitude has one dimension (a ragged or single-track layout)"
                          : "there is no longitude and latitude with two dimensions");
    if (r->time < 0)
        return refuse(r, err, "there is no time axis with one dimension, the same for all trajectories");
    const int *dims = desc->vars[r->lon].dims;
    r->dim_time = desc->vars[r->time].dims[0];
    r->time_first = dims[0] == r->dim_time;
    r->dim_particle = dims[r->time_first ? 1 : 0];
    if (memcmp(dims, desc->vars[r->lat].dims, 2 * sizeof dims[0]) || dims[0] == dims[1] ||
        (dims[0] != r->dim_time && dims[1] != r->dim_time))
        return refuse(r, err, "longitude and latitude do not share the dimensions trajectory and time");
    if (r->status >= 0 && memcmp(dims, desc->vars[r->status].dims, 2 * sizeof dims[0]))
        r->status = -1;
    return PH_OK;
}

// ---- Values ----

// Reads [from, from + count) of a variable's first dimension (all of a second one), unpacked, fill as NAN.
static enum ph_status read_values(const struct reader *r, int id, uint64_t from, uint64_t count, double *out,
                                  struct ph_err *err)
{
    const struct forcing_var *var = &r->desc.vars[id];
    uint64_t start[2] = {from, 0}, shape[2] = {count, var->rank > 1 ? r->desc.dims[var->dims[1]].length : 1};
    const double *values;
    enum ph_status status = forcing_decoder_read(r->decoder, id, var->rank, start, shape, &values, err);
    if (status)
        return status;
    double fill = var->has_default_fill ? var->default_fill : NAN, missing = NAN, scale = 1.0, offset = 0.0;
    forcing_att_number(var, "_FillValue", &fill);
    forcing_att_number(var, "missing_value", &missing);
    forcing_att_number(var, "scale_factor", &scale);
    forcing_att_number(var, "add_offset", &offset);
    for (uint64_t i = 0; i < count * shape[1]; i++)
        out[i] = values[i] == fill || values[i] == missing ? NAN : values[i] * scale + offset;
    return PH_OK;
}

// Fills a one-dimensional variable of the particles, piece by piece; *found false when the file has none.
static enum ph_status read_per_particle(const struct reader *r, const char *name, double *out, bool *found,
                                        struct ph_err *err)
{
    *found = false;
    const struct forcing_var *var = forcing_var_find(&r->desc, name);
    if (!var || var->rank != 1 || var->dims[0] != r->dim_particle || var->number == NUMBER_NONE)
        return PH_OK;
    size_t most = forcing_decoder_most();
    for (size_t from = 0; from < r->e.n; from += most) {
        size_t count = r->e.n - from < most ? r->e.n - from : most;
        enum ph_status status = read_values(r, (int)(var - r->desc.vars), from, count, out + from, err);
        if (status)
            return status;
    }
    *found = true;
    return PH_OK;
}

// "seconds since 1970-01-01 00:00:00" and its like, UTC. False when it is none of them.
static bool parse_units(const char *units, double *unit_s, int64_t *epoch_ns)
{
    char word[32], since[8], rest[32] = "";
    struct core_date d = {.month = 1, .day = 1};
    double second = 0.0;
    int n = sscanf(units, "%31s %7s %d-%2d-%2d%*1[ T]%2d:%2d:%lf%31s", word, since, &d.year, &d.month, &d.day,
                   &d.hour, &d.minute, &second, rest);
    static const struct {
        const char *name;
        double s;
    } known[] = {{"second", 1},  {"seconds", 1},  {"s", 1},    {"minute", 60}, {"minutes", 60},
                 {"hour", 3600}, {"hours", 3600}, {"h", 3600}, {"day", 86400}, {"days", 86400}};
    *unit_s = 0.0;
    for (size_t i = 0; n >= 5 && i < sizeof known / sizeof known[0]; i++)
        if (!strcasecmp(word, known[i].name))
            *unit_s = known[i].s;
    bool utc = !*rest || !strcmp(rest, "Z") || !strcmp(rest, "UTC") || !strcmp(rest, "+00:00");
    if (!(*unit_s > 0.0) || strcasecmp(since, "since") || !utc || d.year < 1700 || d.year > 2200 ||
        d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 || d.hour < 0 || d.hour > 23 || d.minute < 0 ||
        d.minute > 59 || !(second >= 0.0 && second < 60.0))
        return false;
    *epoch_ns = core_time_from_date(d) + (int64_t)llround(second * 1e9);
    return true;
}

static bool calendar_known(const char *calendar)
{
    return !calendar || !strcasecmp(calendar, "standard") || !strcasecmp(calendar, "gregorian") ||
           !strcasecmp(calendar, "proleptic_gregorian");
}

static enum ph_status read_times(struct reader *r, struct ph_err *err)
{
    const struct forcing_var *var = &r->desc.vars[r->time];
    const char *units = forcing_att_text(var, "units");
    double unit_s;
    int64_t epoch_ns;
    if (!units || !parse_units(units, &unit_s, &epoch_ns) ||
        !calendar_known(forcing_att_text(var, "calendar")))
        return refuse(r, err, "the units or the calendar of time are none that are known");
    double *values = malloc(r->e.n_times * sizeof *values);
    if (!values)
        return core_err_nomem(err);
    enum ph_status status = read_values(r, r->time, 0, r->e.n_times, values, err);
    bool good = true;
    for (size_t i = 0; !status && good && i < r->e.n_times; i++) {
        double t_s = values[i] * unit_s;
        good = fabs(t_s) < 1e10 && fabs((double)epoch_ns * 1e-9 + t_s) < 9e9;
        if (good)
            r->e.time_ns[i] =
                epoch_ns + (int64_t)llround(t_s) * CORE_NS_PER_S + (int64_t)llround((t_s - round(t_s)) * 1e9);
        good = good && (!i || r->e.time_ns[i] > r->e.time_ns[i - 1]);
    }
    free(values);
    if (!status && !good)
        status = refuse(r, err, "times are missing or do not ascend");
    return status;
}

// Which of our states each of the file's status numbers means, by its flag_meanings.
struct states {
    double value[STATES];
    enum drift_status state[STATES];
    size_t n;
};

static struct states states_of(const struct reader *r)
{
    struct states s = {0};
    const struct forcing_var *var = &r->desc.vars[r->status];
    const struct forcing_att *values = forcing_att_find(var, "flag_values");
    const char *meaning = forcing_att_text(var, "flag_meanings");
    if (!values || !values->numbers)
        return s;
    while (meaning && s.n < values->n && s.n < STATES) {
        meaning += strspn(meaning, " ");
        size_t length = strcspn(meaning, " ");
        if (!length)
            break;
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)length, meaning);
        s.value[s.n] = values->numbers[s.n];
        s.state[s.n++] = strstr(word, "active") == word ? DRIFT_ACTIVE
                         : strstr(word, "strand")       ? DRIFT_STRANDED
                         : strstr(word, "not_released") ? DRIFT_NOT_RELEASED
                         : strstr(word, "underway")     ? DRIFT_UNDERWAY
                                                        : DRIFT_MISSING_DATA;
        meaning += length;
    }
    return s;
}

static enum drift_status state_of(const struct states *states, double value)
{
    for (size_t i = 0; i < states->n; i++)
        if (states->value[i] == value)
            return states->state[i];
    return DRIFT_ACTIVE;
}

// One place of the ensemble from the file's numbers; NAN lon until it is known what the gap means.
static void place_set(struct drift_ensemble *e, const struct states *states, size_t particle, size_t time,
                      double lon, double lat, double state)
{
    size_t at = time * e->n + particle;
    bool good = fabs(lat) <= 90.0 && lon >= -360.0 && lon <= 720.0;
    float folded = good ? (float)core_deg_wrap180(lon) : NAN;
    e->lon_deg[at] = folded >= 180.0f ? -180.0f : folded;
    e->lat_deg[at] = good ? (float)lat : NAN;
    e->status[at] = (uint8_t)(isnan(state) ? DRIFT_ACTIVE : state_of(states, state));
}

static enum ph_status read_places(struct reader *r, struct ph_err *err)
{
    struct drift_ensemble *e = &r->e;
    struct states states = r->status >= 0 ? states_of(r) : (struct states){0};
    size_t rows = r->time_first ? e->n_times : e->n, width = r->time_first ? e->n : e->n_times;
    size_t slab = forcing_decoder_most() / width;
    if (!slab)
        return refuse(r, err, "there are too many times or trajectories");
    slab = slab < rows ? slab : rows;
    double *values = malloc(3 * slab * width * sizeof *values);
    if (!values)
        return core_err_nomem(err);
    double *lon = values, *lat = values + slab * width, *state = values + 2 * slab * width;
    enum ph_status status = PH_OK;
    for (size_t from = 0; !status && from < rows; from += slab) {
        size_t count = rows - from < slab ? rows - from : slab;
        status = read_values(r, r->lon, from, count, lon, err);
        if (!status)
            status = read_values(r, r->lat, from, count, lat, err);
        if (!status && r->status >= 0)
            status = read_values(r, r->status, from, count, state, err);
        for (size_t i = 0; !status && i < count * width; i++) {
            size_t row = from + i / width, column = i % width;
            place_set(e, &states, r->time_first ? column : row, r->time_first ? row : column, lon[i], lat[i],
                      r->status >= 0 ? state[i] : NAN);
        }
    }
    free(values);
    return status;
}

// A particle without a place has not been released yet or, after its last place, has stopped there: no
// probability may vanish.
static void fill_gaps(struct drift_ensemble *e)
{
    for (size_t i = 0; i < e->n; i++) {
        bool seen = false;
        for (size_t t = 0; t < e->n_times; t++) {
            size_t at = t * e->n + i, before = at - e->n;
            if (!isnan(e->lon_deg[at])) {
                if (!seen)
                    e->start_ns[i] = e->time_ns[t];
                seen = true;
            } else if (!seen) {
                e->status[at] = DRIFT_NOT_RELEASED;
            } else {
                e->lon_deg[at] = e->lon_deg[before];
                e->lat_deg[at] = e->lat_deg[before];
                e->status[at] = e->status[before] == DRIFT_STRANDED ? DRIFT_STRANDED : DRIFT_MISSING_DATA;
            }
        }
        if (!seen)
            e->start_ns[i] = INT64_MAX;
    }
}

static uint16_t small_index(double value)
{
    return value >= 0.0 && value <= UINT16_MAX ? (uint16_t)value : 0;
}

// Weights sum to 1; a file without them means equal ones.
static enum ph_status weights_normalise(struct reader *r, bool found, struct ph_err *err)
{
    struct drift_ensemble *e = &r->e;
    double sum = 0.0;
    for (size_t i = 0; i < e->n; i++) {
        e->weight[i] = found ? e->weight[i] : 1.0;
        if (!(e->weight[i] >= 0.0) || isinf(e->weight[i]))
            return refuse(r, err, "a weight is negative or missing");
        sum += e->weight[i];
    }
    if (!(sum > 0.0))
        return refuse(r, err, "all weights are zero");
    bool done = fabs(sum - 1.0) < 1e-12; // ours: keep the bits
    for (size_t i = 0; !done && i < e->n; i++)
        e->weight[i] /= sum;
    return PH_OK;
}

static enum ph_status read_particles(struct reader *r, struct ph_err *err)
{
    struct drift_ensemble *e = &r->e;
    double *values = malloc(e->n * sizeof *values);
    if (!values)
        return core_err_nomem(err);
    bool found;
    enum ph_status status = read_per_particle(r, "scenario", values, &found, err);
    for (size_t i = 0; !status && found && i < e->n; i++)
        e->source[i] = small_index(values[i]);
    if (!status)
        status = read_per_particle(r, "object", values, &found, err);
    for (size_t i = 0; !status && found && i < e->n; i++)
        e->object[i] = small_index(values[i]);
    if (!status)
        status = read_per_particle(r, "orientation", values, &found, err);
    for (size_t i = 0; !status && found && i < e->n; i++)
        e->side[i] = values[i] == 1.0;
    const struct forcing_var *start = forcing_var_find(&r->desc, "start_time");
    const char *units = start ? forcing_att_text(start, "units") : NULL;
    double unit_s;
    int64_t epoch_ns;
    if (!status && units && parse_units(units, &unit_s, &epoch_ns)) {
        status = read_per_particle(r, "start_time", values, &found, err);
        for (size_t i = 0; !status && found && i < e->n; i++)
            if (fabs(values[i] * unit_s) < 9e9)
                e->start_ns[i] = epoch_ns + (int64_t)llround(values[i] * unit_s * 1e9);
    }
    free(values);
    if (!status)
        status = read_per_particle(r, "weight", e->weight, &found, err);
    return status ? status : weights_normalise(r, found, err);
}

static enum ph_status alloc(struct reader *r, struct ph_err *err)
{
    struct drift_ensemble *e = &r->e;
    uint64_t n = r->desc.dims[r->dim_particle].length, times = r->desc.dims[r->dim_time].length;
    if (!n || !times)
        return refuse(r, err, "it holds no trajectories");
    if (times > forcing_decoder_most() || n > MOST_POSITIONS / times)
        return refuse(r, err, "it holds too many positions");
    e->n = n;
    e->n_times = times;
    struct core_arena *arena = &e->arena;
    bool good =
        (e->time_ns = CORE_ARENA_NEW(arena, int64_t, times)) &&
        (e->lat_deg = CORE_ARENA_NEW(arena, float, n *times)) &&
        (e->lon_deg = CORE_ARENA_NEW(arena, float, n *times)) &&
        (e->status = CORE_ARENA_NEW(arena, uint8_t, n * times)) &&
        (e->source = CORE_ARENA_NEW(arena, uint16_t, n)) &&
        (e->object = CORE_ARENA_NEW(arena, uint16_t, n)) && (e->side = CORE_ARENA_NEW(arena, uint8_t, n)) &&
        (e->weight = CORE_ARENA_NEW(arena, double, n)) && (e->start_ns = CORE_ARENA_NEW(arena, int64_t, n));
    return good ? PH_OK : core_err_nomem(err);
}

static enum ph_status read_all(struct reader *r, struct ph_err *err)
{
    enum ph_status status = forcing_decoder_open(r->path, &r->decoder, err);
    if (!status)
        status = forcing_decoder_describe(r->decoder, &r->arena, &r->desc, err);
    if (!status)
        status = find_all(r, err);
    if (!status)
        status = alloc(r, err);
    if (!status)
        status = read_times(r, err);
    if (!status)
        status = read_places(r, err);
    if (!status)
        fill_gaps(&r->e);
    return status ? status : read_particles(r, err);
}

enum ph_status drift_trajectories_read(const char *path, struct drift_ensemble *out, struct ph_err *err)
{
    struct reader r = {.path = path};
    enum ph_status status = read_all(&r, err);
    if (status)
        drift_ensemble_free(&r.e);
    else
        *out = r.e;
    forcing_decoder_free(r.decoder);
    core_arena_fini(&r.arena);
    return status;
}
