// For tests: small NetCDF files of an analytic field, in any orientation and packing.
#ifndef FORCING_MADE_FILE_H
#define FORCING_MADE_FILE_H

#include <netcdf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/job.h"
#include "core/time.h"
#include "forcing/forcing.h"
#include "test/tap.h"

// The field of all tests: linear in longitude, latitude and hours, so that bilinear interpolation is exact.
// u and v differ in everything: a swap or a sign shows.
__attribute__((unused)) static double made_u(double lon, double lat, double h)
{
    return 3 + 0.02 * (lon - 12) + 0.03 * (lat - 34) + 0.01 * h;
}
__attribute__((unused)) static double made_v(double lon, double lat, double h)
{
    return -4 + 0.05 * (lon - 12) - 0.04 * (lat - 34) + 0.02 * h;
}

struct made {
    const char *order; // dimensions, outermost first, of t z y x and m (a single member)
    const double *lat, *lon, *hour;
    int n_lat, n_lon, n_hour, n_depth;
    const char *units_t, *calendar; // NULL: "hours since 2026-01-01 00:00:00", none
    double t_scale, t_shift;        // stored time = hour * t_scale + t_shift
    const char *names[2], *standard[2], *units[2];
    double unit_factor; // stored = value * factor
    bool bare_axes;     // coordinates without units and standard names
    bool packed, netcdf4, directions, direction_toward;
    int leave_out;    // 1: no u, 2: no v
    double lon_shift; // added to the longitudes as stored (folding)
    bool (*land)(double lon, double lat, double h);
    double land_value;
    bool no_fill_attribute;
    int create_mode; // of nc_create, beside: NC_64BIT_DATA, ...
    bool deflate;
    size_t chunk[4]; // of each dimension in their order; 0: as the library chooses
};

static int made_nc(int failed)
{
    if (failed) {
        printf("Bail out! %s\n", nc_strerror(failed));
        exit(1);
    }
    return failed;
}

// The value stored for part p at a point.
static double made_stored(const struct made *made, int p, double lon, double lat, double h, int depth)
{
    double u = made_u(lon, lat, h) - 0.5 * depth, v = made_v(lon, lat, h) + 0.25 * depth;
    double factor = made->unit_factor != 0 ? made->unit_factor : 1;
    if (made->land && made->land(lon, lat, h))
        return made->land_value;
    if (!made->directions)
        return (p ? v : u) * factor;
    double toward = atan2(u, v) * 180 / 3.14159265358979323846;
    return p ? fmod(toward + (made->direction_toward ? 360 : 540), 360) : hypot(u, v) * factor;
}

static void made_fields(const struct made *made, int ncid, const int *var)
{
    size_t length[128] = {0}, total = 1, rank = strlen(made->order);
    length['t'] = (size_t)made->n_hour;
    length['z'] = made->n_depth ? (size_t)made->n_depth : 1;
    length['y'] = (size_t)made->n_lat;
    length['x'] = (size_t)made->n_lon;
    length['m'] = 1;
    for (size_t d = 0; d < rank; d++)
        total *= length[(int)made->order[d]];
    double *value = malloc(total * sizeof *value);
    for (int p = 0; p < 2; p++) {
        if (made->leave_out == p + 1)
            continue;
        for (size_t k = 0; k < total; k++) {
            size_t at[128] = {0}, rest = k;
            for (size_t d = rank; d-- > 0; rest /= length[(int)made->order[d]])
                at[(int)made->order[d]] = rest % length[(int)made->order[d]];
            double v = made_stored(made, p, made->lon[at['x']], made->lat[at['y']], made->hour[at['t']],
                                   (int)at['z']);
            value[k] = made->packed && v != made->land_value ? round((v - 1) / 0.001) : v;
        }
        made_nc(nc_put_var_double(ncid, var[p], value));
    }
    free(value);
}

static void made_text(int ncid, int var, const char *name, const char *text)
{
    if (text)
        made_nc(nc_put_att_text(ncid, var, name, strlen(text), text));
}

static int made_axis(const struct made *made, int ncid, int dim, const char *name, const char *standard,
                     const char *units)
{
    int var;
    made_nc(nc_def_var(ncid, name, NC_DOUBLE, 1, &dim, &var));
    if (!made->bare_axes) {
        made_text(ncid, var, "standard_name", standard);
        made_text(ncid, var, "units", units);
    }
    return var;
}

static int made_field_var(const struct made *made, int ncid, int p, const int *dim_of)
{
    int dims[8], rank = (int)strlen(made->order), var;
    for (int d = 0; d < rank; d++)
        dims[d] = dim_of[(int)made->order[d]];
    made_nc(nc_def_var(ncid, made->names[p], made->packed ? NC_SHORT : NC_FLOAT, rank, dims, &var));
    if (made->chunk[0])
        made_nc(nc_def_var_chunking(ncid, var, NC_CHUNKED, made->chunk));
    if (made->deflate)
        made_nc(nc_def_var_deflate(ncid, var, 1, 1, 4));
    made_text(ncid, var, "standard_name", made->standard[p]);
    made_text(ncid, var, "units", made->units[p]);
    short fill = made->packed ? (short)made->land_value : 0;
    float fill_f = (float)made->land_value;
    double scale = 0.001, offset = 1;
    if (made->packed) {
        made_nc(nc_put_att_double(ncid, var, "scale_factor", NC_DOUBLE, 1, &scale));
        made_nc(nc_put_att_double(ncid, var, "add_offset", NC_DOUBLE, 1, &offset));
        made_nc(nc_put_att_short(ncid, var, "missing_value", NC_SHORT, 1, &fill));
    } else if (made->land && !made->no_fill_attribute) {
        made_nc(nc_put_att_float(ncid, var, "_FillValue", NC_FLOAT, 1, &fill_f));
    }
    return var;
}

__attribute__((unused)) static void made_write(const struct made *made, const char *path)
{
    int ncid, dim_of[128], axis[4], var[2] = {-1, -1};
    int depth = made->n_depth ? made->n_depth : 1;
    made_nc(nc_create(path, NC_CLOBBER | (made->netcdf4 ? NC_NETCDF4 : 0) | made->create_mode, &ncid));
    made_nc(nc_def_dim(ncid, "time", (size_t)made->n_hour, &dim_of['t']));
    made_nc(nc_def_dim(ncid, "lat", (size_t)made->n_lat, &dim_of['y']));
    made_nc(nc_def_dim(ncid, "lon", (size_t)made->n_lon, &dim_of['x']));
    made_nc(nc_def_dim(ncid, "depth", (size_t)depth, &dim_of['z']));
    made_nc(nc_def_dim(ncid, "member", 1, &dim_of['m']));
    axis[0] = made_axis(made, ncid, dim_of['t'], "time", "time", NULL);
    axis[1] = made_axis(made, ncid, dim_of['y'], "lat", "latitude", "degrees_north");
    axis[2] = made_axis(made, ncid, dim_of['x'], "lon", "longitude", "degrees_east");
    axis[3] = made_axis(made, ncid, dim_of['z'], "depth", "depth", "m");
    made_text(ncid, axis[0], "units", made->units_t ? made->units_t : "hours since 2026-01-01 00:00:00");
    made_text(ncid, axis[0], "calendar", made->calendar);
    for (int p = 0; p < 2; p++)
        if (made->leave_out != p + 1)
            var[p] = made_field_var(made, ncid, p, dim_of);
    made_nc(nc_enddef(ncid));
    double time[256], lon[512], z[16];
    for (int i = 0; i < made->n_hour; i++)
        time[i] = made->hour[i] * (made->t_scale != 0 ? made->t_scale : 1) + made->t_shift;
    for (int i = 0; i < made->n_lon; i++)
        lon[i] = made->lon[i] + made->lon_shift;
    for (int i = 0; i < depth; i++)
        z[i] = 10.0 * i;
    made_nc(nc_put_var_double(ncid, axis[0], time));
    made_nc(nc_put_var_double(ncid, axis[1], made->lat));
    made_nc(nc_put_var_double(ncid, axis[2], lon));
    made_nc(nc_put_var_double(ncid, axis[3], z));
    made_fields(made, ncid, var);
    made_nc(nc_close(ncid));
}

// A folder of the test's own, removed by the shell at the end of the test.
__attribute__((unused)) static const char *made_folder(void)
{
    static char folder[] = "/tmp/pharos-forcing-XXXXXX";
    static bool done;
    if (!done && !mkdtemp(folder))
        exit(1);
    done = true;
    return folder;
}

__attribute__((unused)) static const char *made_path(const char *name)
{
    static char path[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", made_folder(), name);
    return path[turn];
}

__attribute__((unused)) static void made_tidy(void)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", made_folder());
    if (system(command))
        printf("# could not remove %s\n", made_folder());
}

#define MADE_T0 INT64_C(1767225600000000000) // 2026-01-01T00:00Z
#define MADE_H INT64_C(3600000000000)

struct made_answer {
    enum ph_status status;
    struct ph_err err;
    double u, v;
    int source;
    int flags;
    size_t n_warnings;
    char warnings[1024];
};

// Opens requests, makes the levels around the time live on a box about the place, and asks.
__attribute__((unused)) static struct made_answer made_ask(const struct forcing_request *requests, size_t n,
                                                           enum forcing_missing missing, double lon,
                                                           double lat, double hour)
{
    struct made_answer answer = {.source = -1};
    struct core_job job = {0};
    struct forcing *forcing;
    struct geo_box box = {lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1};
    int64_t t = MADE_T0 + (int64_t)llround(hour * (double)MADE_H), from = t, to;
    double t_s = 0;
    answer.status = forcing_open(requests, n, missing, t, t, box, &job, &forcing, &answer.err);
    if (!answer.status) {
        to = forcing_next_level(forcing, t);
        to = to == INT64_MAX ? t : to > t + MADE_H / 6 ? t + MADE_H / 6 : to;
        answer.status = forcing_window(forcing, from, to, box, &answer.err);
        if (!answer.status) {
            int8_t source;
            uint8_t flags;
            forcing_sample(forcing, requests[0].kind, 1, &lat, &lon, &t_s, &answer.u, &answer.v, &source,
                           &flags);
            answer.source = source;
            answer.flags = flags;
        }
        forcing_free(forcing);
    }
    answer.n_warnings = job.n_warnings;
    for (const struct core_warning *w = job.first_warning; w; w = w->next) {
        size_t used = strlen(answer.warnings);
        snprintf(answer.warnings + used, sizeof answer.warnings - used, "%s ", w->code);
    }
    core_job_fini(&job);
    return answer;
}

#endif
