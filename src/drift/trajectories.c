#include "drift/trajectories.h"

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

enum { SLAB_VALUES = 1 << 18 }; // turned from time-major to particle-major at a time

struct file {
    const char *path; // for messages
    int id;
    int code; // first failure of the library, later calls do nothing
    int dim_particle, dim_time;
    int trajectory, time, lon, lat, status, scenario, object, orientation, weight, start_time;
};

// ---- Small writers: after a failure they do nothing, so that the code reads straight on ----

static void keep(struct file *f, int code)
{
    if (!f->code)
        f->code = code;
}

static void att_text(struct file *f, int variable, const char *name, const char *text)
{
    if (!f->code)
        keep(f, nc_put_att_text(f->id, variable, name, strlen(text), text));
}

static void att_num(struct file *f, int variable, const char *name, double value)
{
    if (!f->code)
        keep(f, nc_put_att_double(f->id, variable, name, NC_DOUBLE, 1, &value));
}

static void att_time(struct file *f, const char *name, int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    att_text(f, NC_GLOBAL, name, text);
}

// ISO 8601 duration in seconds: "PT600S"
static void att_duration(struct file *f, const char *name, double s)
{
    char text[64];
    snprintf(text, sizeof text, "PT%.10gS", s);
    att_text(f, NC_GLOBAL, name, text);
}

static int variable(struct file *f, const char *name, nc_type type, int n_dims, const char *long_name)
{
    int dims[2] = {f->dim_particle, f->dim_time}, id = -1;
    if (!f->code)
        keep(f, nc_def_var(f->id, name, type, n_dims, dims, &id));
    if (!f->code)
        keep(f, nc_def_var_chunking(f->id, id, NC_CONTIGUOUS, NULL));
    if (!f->code)
        keep(f, nc_def_var_fill(f->id, id, NC_NOFILL, NULL)); // every value is written
    att_text(f, id, "long_name", long_name);
    return id;
}

// ---- Definition of the file ----

// flag_values 0..n-1 and flag_meanings: names with blanks turned to underscores (CF 3.5).
static void flags(struct file *f, int id, size_t n,
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
        keep(f, nc_put_att_int(f->id, id, "flag_values", NC_INT, n, values));
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

static void define_place(struct file *f, int *id, const char *name, const char *standard, const char *units,
                         const char *axis)
{
    *id = variable(f, name, NC_FLOAT, 2, standard);
    float missing = NAN;
    if (!f->code)
        keep(f, nc_put_att_float(f->id, *id, "_FillValue", NC_FLOAT, 1, &missing));
    att_text(f, *id, "standard_name", standard);
    att_text(f, *id, "units", units);
    att_text(f, *id, "axis", axis);
}

static void define_time(struct file *f, int id)
{
    att_text(f, id, "units", "seconds since 1970-01-01 00:00:00");
    att_text(f, id, "calendar", "standard");
}

static void define_time_axis(struct file *f)
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

static void define_variables(struct file *f, const struct scenario_case *c)
{
    f->trajectory = variable(f, "trajectory", NC_INT, 1, "number of the particle");
    att_text(f, f->trajectory, "cf_role", "trajectory_id");
    define_time_axis(f);
    define_place(f, &f->lon, "lon", "longitude", "degrees_east", "X");
    define_place(f, &f->lat, "lat", "latitude", "degrees_north", "Y");
    f->status = variable(f, "status", NC_INT, 2, "what the particle does");
    flags(f, f->status, 5, status_name, c);
    f->scenario = variable(f, "scenario", NC_INT, 1, "scenario of the case that the particle started in");
    flags(f, f->scenario, c->n_sources, source_name, c);
    f->object = variable(f, "object", NC_INT, 1, "object of the case that the particle stands for");
    flags(f, f->object, c->n_objects, object_name, c);
    f->orientation = variable(f, "orientation", NC_INT, 1, "side of downwind at the start");
    flags(f, f->orientation, 2, side_name, c);
    f->weight = variable(f, "weight", NC_DOUBLE, 1, "share of the probability; sums to 1");
    att_text(f, f->weight, "units", "1");
    f->start_time = variable(f, "start_time", NC_DOUBLE, 1, "time at which the particle begins to drift");
    define_time(f, f->start_time);
}

// "0:10:00", as OpenDrift writes its steps.
static void att_step(struct file *f, const char *name, double s)
{
    char text[64];
    long whole = (long)s;
    snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    att_text(f, NC_GLOBAL, name, text);
}

static void define_extent(struct file *f, const struct drift_ensemble *e)
{
    double south = INFINITY, north = -INFINITY, west = INFINITY, east = -INFINITY;
    for (size_t i = 0; i < e->n * e->n_times; i++) {
        if (isnan(e->lat_deg[i]))
            continue;
        south = fmin(south, (double)e->lat_deg[i]);
        north = fmax(north, (double)e->lat_deg[i]);
        west = fmin(west, (double)e->lon_deg[i]);
        east = fmax(east, (double)e->lon_deg[i]);
    }
    if (south <= north) {
        att_num(f, NC_GLOBAL, "geospatial_lat_min", south);
        att_num(f, NC_GLOBAL, "geospatial_lat_max", north);
        att_num(f, NC_GLOBAL, "geospatial_lon_min", west);
        att_num(f, NC_GLOBAL, "geospatial_lon_max", east);
    }
    att_text(f, NC_GLOBAL, "geospatial_lat_units", "degrees_north");
    att_text(f, NC_GLOBAL, "geospatial_lon_units", "degrees_east");
    att_text(f, NC_GLOBAL, "geospatial_bounds_crs", "EPSG:4326");
    if (e->n_times) {
        att_time(f, "time_coverage_start", e->time_ns[0]);
        att_time(f, "time_coverage_end", e->time_ns[e->n_times - 1]);
        double span_s = (double)(e->time_ns[e->n_times - 1] - e->time_ns[0]) * 1e-9;
        att_duration(f, "time_coverage_duration", span_s);
    }
}

static void define_warnings(struct file *f, const struct core_job *job)
{
    struct core_buf text = {0};
    for (const struct core_warning *w = job ? job->first_warning : NULL; w; w = w->next)
        core_buf_printf(&text, "%s%s: %s", text.length ? "\n" : "", w->code, w->text);
    if (text.failed)
        keep(f, NC_ENOMEM);
    else
        att_text(f, NC_GLOBAL, "warnings", text.text ? text.text : "none");
    core_buf_fini(&text);
}

// No time of writing: the same case gives the same bytes.
static void define_globals(struct file *f, const struct scenario_case *c, const struct drift_ensemble *e,
                           const struct core_job *job)
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
    define_extent(f, e);
    define_warnings(f, job);
}

// ---- Values ----

static void put_ints(struct file *f, int id, size_t n, int (*value)(const struct drift_ensemble *e, size_t i),
                     const struct drift_ensemble *e)
{
    int *values = malloc((n ? n : 1) * sizeof *values);
    if (!values)
        keep(f, NC_ENOMEM);
    for (size_t i = 0; values && i < n; i++)
        values[i] = value(e, i);
    if (!f->code)
        keep(f, nc_put_var_int(f->id, id, values));
    free(values);
}

static int value_trajectory(const struct drift_ensemble *e, size_t i)
{
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

static void put_times(struct file *f, int id, size_t n, const int64_t *t_ns)
{
    double *values = malloc((n ? n : 1) * sizeof *values);
    if (!values)
        keep(f, NC_ENOMEM);
    for (size_t i = 0; values && i < n; i++)
        values[i] = (double)t_ns[i] / (double)CORE_NS_PER_S;
    if (!f->code)
        keep(f, nc_put_var_double(f->id, id, values));
    free(values);
}

// Particles [from, from + count), all times, as the file wants them: particle by particle.
static void put_slab(struct file *f, const struct drift_ensemble *e, size_t from, size_t count, float *places,
                     int *states)
{
    size_t times = e->n_times, start[2] = {from, 0}, shape[2] = {count, times};
    const float *const all[2] = {e->lon_deg, e->lat_deg};
    const int ids[2] = {f->lon, f->lat};
    for (int k = 0; k < 2; k++) {
        for (size_t t = 0; t < times; t++)
            for (size_t i = 0; i < count; i++)
                places[i * times + t] = all[k][t * e->n + from + i];
        if (!f->code)
            keep(f, nc_put_vara_float(f->id, ids[k], start, shape, places));
    }
    for (size_t t = 0; t < times; t++)
        for (size_t i = 0; i < count; i++)
            states[i * times + t] = e->status[t * e->n + from + i];
    if (!f->code)
        keep(f, nc_put_vara_int(f->id, f->status, start, shape, states));
}

static void put_tracks(struct file *f, const struct drift_ensemble *e)
{
    size_t slab = e->n_times < SLAB_VALUES ? SLAB_VALUES / e->n_times : 1;
    float *places = malloc(slab * e->n_times * sizeof *places);
    int *states = malloc(slab * e->n_times * sizeof *states);
    if (!places || !states)
        keep(f, NC_ENOMEM);
    for (size_t from = 0; !f->code && from < e->n; from += slab)
        put_slab(f, e, from, e->n - from < slab ? e->n - from : slab, places, states);
    free(places);
    free(states);
}

static void put_all(struct file *f, const struct drift_ensemble *e)
{
    put_ints(f, f->trajectory, e->n, value_trajectory, e);
    put_times(f, f->time, e->n_times, e->time_ns);
    put_ints(f, f->scenario, e->n, value_source, e);
    put_ints(f, f->object, e->n, value_object, e);
    put_ints(f, f->orientation, e->n, value_side, e);
    put_times(f, f->start_time, e->n, e->start_ns);
    if (!f->code)
        keep(f, nc_put_var_double(f->id, f->weight, e->weight));
    put_tracks(f, e);
}

static void write_open_file(struct file *f, const struct scenario_case *c, const struct drift_ensemble *e,
                            const struct core_job *job)
{
    int old;
    keep(f, nc_set_fill(f->id, NC_NOFILL, &old));
    if (!f->code)
        keep(f, nc_def_dim(f->id, "trajectory", e->n, &f->dim_particle));
    if (!f->code)
        keep(f, nc_def_dim(f->id, "time", e->n_times, &f->dim_time));
    define_variables(f, c);
    define_globals(f, c, e, job);
    if (!f->code)
        keep(f, nc_enddef(f->id));
    put_all(f, e);
}

static enum ph_status file_failed(const char *path, int code, struct ph_err *err)
{
    return core_err_set(err, code == NC_ENOMEM ? PH_ENOMEM : PH_EIO, path,
                        "check the free space and the rights in this folder", "cannot write trajectories: %s",
                        nc_strerror(code));
}

enum ph_status drift_trajectories_write(const char *path, const struct scenario_case *c,
                                        const struct drift_ensemble *ensemble, const struct core_job *job,
                                        struct ph_err *err)
{
    if (!ensemble->n || !ensemble->n_times)
        return core_err_set(err, PH_EINPUT, path, NULL, "there are no trajectories to write");
    char aside[4096];
    enum ph_status status = core_file_aside(path, aside, err);
    if (status)
        return status;
    struct file f = {.path = path};
    f.code = nc_create(aside, NC_NETCDF4 | NC_CLOBBER, &f.id);
    if (!f.code) {
        write_open_file(&f, c, ensemble, job);
        keep(&f, nc_close(f.id));
    }
    if (!f.code)
        return core_file_commit(aside, path, err);
    core_file_discard(aside);
    return file_failed(path, f.code, err);
}
