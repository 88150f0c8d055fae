#include "drift/track_file.h"

#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "core/units.h"

// Values at a time of one output time and variable lie together: the cloud is written as it comes, row by
// row.
enum { MOST_ROW_VALUES = 1 << 14 };

// ---- Small writers: after a failure they do nothing, so that the code reads straight on ----

static void keep(struct drift_track_file *f, int code)
{
    if (!f->code)
        f->code = code;
}

static void att_text(struct drift_track_file *f, int variable, const char *name, const char *text)
{
    if (!f->code)
        keep(f, nc_put_att_text(f->id, variable, name, strlen(text), text));
}

static void att_num(struct drift_track_file *f, int variable, const char *name, double value)
{
    if (!f->code)
        keep(f, nc_put_att_double(f->id, variable, name, NC_DOUBLE, 1, &value));
}

static void att_time(struct drift_track_file *f, const char *name, int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    att_text(f, NC_GLOBAL, name, text);
}

// ISO 8601 duration in seconds: "PT600S"
static void att_duration(struct drift_track_file *f, const char *name, double s)
{
    char text[64];
    snprintf(text, sizeof text, "PT%.10gS", s);
    att_text(f, NC_GLOBAL, name, text);
}

// What each particle has one of.
static int variable(struct drift_track_file *f, const char *name, nc_type type, const char *long_name)
{
    int id = -1;
    if (!f->code)
        keep(f, nc_def_var(f->id, name, type, 1, &f->dim_particle, &id));
    if (!f->code)
        keep(f, nc_def_var_chunking(f->id, id, NC_CONTIGUOUS, NULL));
    if (!f->code)
        keep(f, nc_def_var_fill(f->id, id, NC_NOFILL, NULL)); // every value is written
    att_text(f, id, "long_name", long_name);
    return id;
}

// What changes with time. Pieces are of one size but the last, and go to the disk without a cache.
static int variable_by_time(struct drift_track_file *f, const char *name, nc_type type, const char *long_name)
{
    int dims[2] = {f->dim_particle, f->dim_time}, id = -1;
    size_t pieces = (f->n + MOST_ROW_VALUES - 1) / MOST_ROW_VALUES;
    size_t piece[2] = {(f->n + pieces - 1) / pieces, 1};
    if (!f->code)
        keep(f, nc_def_var(f->id, name, type, 2, dims, &id));
    if (!f->code)
        keep(f, nc_def_var_chunking(f->id, id, NC_CHUNKED, piece));
    if (!f->code)
        keep(f, nc_def_var_fill(f->id, id, NC_NOFILL, NULL)); // every value is written
    if (!f->code)
        keep(f, nc_set_var_chunk_cache(f->id, id, 0, 1, 1.0f));
    att_text(f, id, "long_name", long_name);
    return id;
}

// ---- Definition of the file ----

// flag_values 0..n-1 and flag_meanings: names with blanks turned to underscores (CF 3.5).
static void flags(struct drift_track_file *f, int id, nc_type type, size_t n,
                  const char *(*name)(const struct scenario_case *c, size_t i), const struct scenario_case *c)
{
    struct core_buf names = {0};
    int *values = malloc((n ? n : 1) * sizeof *values);
    for (size_t i = 0; values && i < n; i++) {
        values[i] = (int)i;
        core_buf_puts(&names, i ? " " : "");
        for (const char *at = name(c, i); *at; at++)
            core_buf_add(&names, (unsigned char)*at <= ' ' ? "_" : at, 1);
    }
    if (!values || names.failed)
        keep(f, NC_ENOMEM);
    if (!f->code && n) {
        keep(f, nc_put_att_int(f->id, id, "flag_values", type, n, values));
        att_text(f, id, "flag_meanings", names.text);
    }
    free(values);
    core_buf_fini(&names);
}

static const char *status_name(const struct scenario_case *c, size_t i)
{
    static const char *const names[] = {"active", "stranded", "missing_data", "not_released", "underway"};
    return names[i];
}

static const char *source_name(const struct scenario_case *c, size_t i)
{
    return c->source[i].id;
}

static const char *object_name(const struct scenario_case *c, size_t i)
{
    return c->object[i].id;
}

static const char *side_name(const struct scenario_case *c, size_t i)
{
    return i ? "left" : "right";
}

static void define_place(struct drift_track_file *f, int *id, const char *name, const char *standard,
                         const char *units, const char *axis)
{
    *id = variable_by_time(f, name, NC_FLOAT, standard);
    float missing = NAN;
    if (!f->code)
        keep(f, nc_put_att_float(f->id, *id, "_FillValue", NC_FLOAT, 1, &missing));
    att_text(f, *id, "standard_name", standard);
    att_text(f, *id, "units", units);
    att_text(f, *id, "axis", axis);
}

static void define_time(struct drift_track_file *f, int id)
{
    att_text(f, id, "units", "seconds since 1970-01-01 00:00:00");
    att_text(f, id, "calendar", "standard");
}

static void define_time_axis(struct drift_track_file *f)
{
    int id = -1;
    if (!f->code)
        keep(f, nc_def_var(f->id, "time", NC_DOUBLE, 1, &f->dim_time, &id));
    f->time = id;
    att_text(f, id, "standard_name", "time");
    att_text(f, id, "long_name", "time");
    att_text(f, id, "axis", "T");
    define_time(f, id);
}

static void define_variables(struct drift_track_file *f, const struct scenario_case *c)
{
    f->trajectory = variable(f, "trajectory", NC_INT, "number of the particle");
    att_text(f, f->trajectory, "cf_role", "trajectory_id");
    define_time_axis(f);
    define_place(f, &f->lon, "lon", "longitude", "degrees_east", "X");
    define_place(f, &f->lat, "lat", "latitude", "degrees_north", "Y");
    f->status = variable_by_time(f, "status", NC_BYTE, "what the particle does");
    flags(f, f->status, NC_BYTE, 5, status_name, c);
    f->scenario = variable(f, "scenario", NC_INT, "scenario of the case that the particle started in");
    flags(f, f->scenario, NC_INT, c->n_sources, source_name, c);
    f->object = variable(f, "object", NC_INT, "object of the case that the particle stands for");
    flags(f, f->object, NC_INT, c->n_objects, object_name, c);
    f->orientation = variable(f, "orientation", NC_INT, "side of downwind at the start");
    flags(f, f->orientation, NC_INT, 2, side_name, c);
    f->weight = variable(f, "weight", NC_DOUBLE, "share of the probability; sums to 1");
    att_text(f, f->weight, "units", "1");
    f->start_time = variable(f, "start_time", NC_DOUBLE, "time at which the particle begins to drift");
    define_time(f, f->start_time);
}

// "0:10:00", as OpenDrift writes its steps.
static void att_step(struct drift_track_file *f, const char *name, double s)
{
    char text[64];
    long whole = (long)s;
    snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    att_text(f, NC_GLOBAL, name, text);
}

static void define_span(struct drift_track_file *f, const struct drift_ensemble *e)
{
    att_text(f, NC_GLOBAL, "geospatial_lat_units", "degrees_north");
    att_text(f, NC_GLOBAL, "geospatial_lon_units", "degrees_east");
    att_text(f, NC_GLOBAL, "geospatial_bounds_crs", "EPSG:4326");
    att_time(f, "time_coverage_start", e->time_ns[0]);
    att_time(f, "time_coverage_end", e->time_ns[e->n_times - 1]);
    double span_s = (double)(e->time_ns[e->n_times - 1] - e->time_ns[0]) * 1e-9;
    att_duration(f, "time_coverage_duration", span_s);
}

// No time of writing: the same case gives the same bytes.
static void define_globals(struct drift_track_file *f, const struct scenario_case *c,
                           const struct drift_ensemble *e)
{
    char source[64], seed[32];
    snprintf(source, sizeof source, "Pharos %s", ph_version());
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)c->drift.seed);
    att_text(f, NC_GLOBAL, "Conventions", "CF-1.11, ACDD-1.3");
    att_text(f, NC_GLOBAL, "standard_name_vocabulary", "CF Standard Name Table v85");
    att_text(f, NC_GLOBAL, "featureType", "trajectory");
    att_text(f, NC_GLOBAL, "cdm_data_type", "Trajectory");
    att_text(f, NC_GLOBAL, "title", c->name && *c->name ? c->name : "Drift of people or objects at sea");
    att_text(f, NC_GLOBAL, "summary",
             "Where a person or object adrift may be: an ensemble of particles driven by current, wind and "
             "leeway.");
    att_text(f, NC_GLOBAL, "keywords", "drift, search and rescue, leeway, trajectory, ensemble");
    att_text(f, NC_GLOBAL, "source", source);
    att_text(f, NC_GLOBAL, "references",
             "Allen 2005 (CG-D-05-05); Breivik and Allen 2008 (doi:10.1016/j.jmarsys.2007.02.010)");
    att_text(f, NC_GLOBAL, "case_sha256", c->sha256);
    att_text(f, NC_GLOBAL, "seed", seed);
    att_step(f, "time_step_calculation", c->drift.step_s);
    att_step(f, "time_step_output", c->drift.output_every_s);
    define_span(f, e);
}

// ---- Values ----

// What one particle is, as the file has it.
static int value_trajectory(const struct drift_ensemble *e, size_t i)
{
    (void)e;
    return (int)i;
}

static int value_source(const struct drift_ensemble *e, size_t i)
{
    return e->source[i];
}

static int value_object(const struct drift_ensemble *e, size_t i)
{
    return e->object[i];
}

static int value_side(const struct drift_ensemble *e, size_t i)
{
    return e->side[i];
}

static void put_ints(struct drift_track_file *f, int id,
                     int (*value)(const struct drift_ensemble *e, size_t i), const struct drift_ensemble *e)
{
    int values[4096];
    size_t count;
    for (size_t from = 0; !f->code && from < e->n; from += count) {
        count = e->n - from < 4096 ? e->n - from : 4096;
        for (size_t i = 0; i < count; i++)
            values[i] = value(e, from + i);
        keep(f, nc_put_vara_int(f->id, id, &from, &count, values));
    }
}

static void put_times(struct drift_track_file *f, int id, size_t n, const int64_t *t_ns)
{
    double values[4096];
    size_t count;
    for (size_t from = 0; !f->code && from < n; from += count) {
        count = n - from < 4096 ? n - from : 4096;
        for (size_t i = 0; i < count; i++)
            values[i] = (double)t_ns[from + i] / (double)CORE_NS_PER_S;
        keep(f, nc_put_vara_double(f->id, id, &from, &count, values));
    }
}

static void put_particles(struct drift_track_file *f, const struct drift_ensemble *e)
{
    put_ints(f, f->trajectory, value_trajectory, e);
    put_times(f, f->time, e->n_times, e->time_ns);
    put_ints(f, f->scenario, value_source, e);
    put_ints(f, f->object, value_object, e);
    put_ints(f, f->orientation, value_side, e);
    put_times(f, f->start_time, e->n, e->start_ns);
    if (!f->code)
        keep(f, nc_put_var_double(f->id, f->weight, e->weight));
}

void drift_track_file_create(const char *path, const struct scenario_case *c,
                             const struct drift_ensemble *all, struct drift_track_file *out)
{
    struct drift_track_file f = {.id = -1,
                                 .n = all->n,
                                 .south_deg = INFINITY,
                                 .north_deg = -INFINITY,
                                 .west_deg = INFINITY,
                                 .east_deg = -INFINITY};
    int old;
    f.code = nc_create(path, NC_NETCDF4 | NC_CLOBBER, &f.id);
    if (f.code)
        f.id = -1;
    else
        keep(&f, nc_set_fill(f.id, NC_NOFILL, &old));
    if (!f.code)
        keep(&f, nc_def_dim(f.id, "trajectory", all->n, &f.dim_particle));
    if (!f.code)
        keep(&f, nc_def_dim(f.id, "time", all->n_times, &f.dim_time));
    define_variables(&f, c);
    define_globals(&f, c, all);
    if (!f.code)
        keep(&f, nc_enddef(f.id));
    put_particles(&f, all);
    *out = f;
}

static void extremes(size_t n, const float *value, double *least, double *most)
{
    float low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) { // NaN is neither
        low = value[i] < low ? value[i] : low;
        high = value[i] > high ? value[i] : high;
    }
    *least = fmin(*least, (double)low);
    *most = fmax(*most, (double)high);
}

void drift_track_file_row(struct drift_track_file *f, size_t time, const float *lat_deg, const float *lon_deg,
                          const uint8_t *status)
{
    size_t start[2] = {0, time}, shape[2] = {f->n, 1};
    extremes(f->n, lat_deg, &f->south_deg, &f->north_deg);
    extremes(f->n, lon_deg, &f->west_deg, &f->east_deg);
    if (!f->code)
        keep(f, nc_put_vara_float(f->id, f->lon, start, shape, lon_deg));
    if (!f->code)
        keep(f, nc_put_vara_float(f->id, f->lat, start, shape, lat_deg));
    if (!f->code)
        keep(f, nc_put_vara_schar(f->id, f->status, start, shape, (const signed char *)status));
}

void drift_track_file_close(struct drift_track_file *f, const char *warnings)
{
    if (f->south_deg <= f->north_deg) {
        att_num(f, NC_GLOBAL, "geospatial_lat_min", f->south_deg);
        att_num(f, NC_GLOBAL, "geospatial_lat_max", f->north_deg);
        att_num(f, NC_GLOBAL, "geospatial_lon_min", f->west_deg);
        att_num(f, NC_GLOBAL, "geospatial_lon_max", f->east_deg);
    }
    att_text(f, NC_GLOBAL, "warnings", warnings);
    if (f->id >= 0)
        keep(f, nc_close(f->id));
    f->id = -1;
}

char *drift_track_warnings(const struct core_job *job)
{
    struct core_buf text = {0};
    for (const struct core_warning *w = job ? job->first_warning : NULL; w; w = w->next)
        core_buf_printf(&text, "%s%s: %s", text.length ? "\n" : "", w->code, w->text);
    if (!text.length)
        core_buf_puts(&text, "none");
    if (!text.failed)
        return text.text;
    core_buf_fini(&text);
    return NULL;
}

enum ph_status drift_track_failed(const char *path, int code, struct ph_err *err)
{
    return core_err_set(err, code == NC_ENOMEM ? PH_ENOMEM : PH_EIO, path,
                        "check the free space and the rights in this folder", "cannot write trajectories: %s",
                        nc_strerror(code));
}
