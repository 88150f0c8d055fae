// For the tests and the benchmark of this room: cases and seeds made by hand, forcing made or read.
#ifndef DRIFT_FIXTURE_H
#define DRIFT_FIXTURE_H

#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/time.h"
#include "core/units.h"
#include "drift/block.h"
#include "object/leeway.h"

#define FIXTURE_START_NS (1767225600LL * CORE_NS_PER_S) // 2026-01-01T00:00Z
#define HOUR_NS (3600LL * CORE_NS_PER_S)

enum { FIXTURE_OBJECTS = 4 };

// A case without random terms, one source, RK2 at 600 s, hourly output, 24 h, forcing missing is an error.
struct fixture {
    struct scenario_case c;
    struct scenario_object object[FIXTURE_OBJECTS];
    struct scenario_source source;
    struct scenario_seeds seeds;
    struct core_arena arena;
    struct core_job job;
    struct forcing *forcing;
    struct geo_coast *coast;
    struct ph_err err;
};

__attribute__((unused)) static void fixture_object(struct fixture *f, size_t i, const char *key)
{
    const struct object_class *class = key ? object_class_find(key) : NULL;
    f->object[i] =
        (struct scenario_object){.id = key ? key : "still", .base_id = "object", .key = key, .weight = 1};
    if (class) {
        f->object[i].leeway = class->leeway;
        f->object[i].jibing_resistance = class->jibing_resistance;
        f->object[i].jibing_per_h = object_class_jibing_per_h(class);
    }
    if (f->c.n_objects <= i)
        f->c.n_objects = i + 1;
}

// n particles at one place, released at the start, right and left in turn.
__attribute__((unused)) static void fixture_init(struct fixture *f, size_t n, struct geo_pos at,
                                                 const char *key)
{
    *f = (struct fixture){0};
    f->c.name = "made by hand";
    f->c.object = f->object;
    f->source = (struct scenario_source){.id = "here", .weight = 1};
    f->c.source = &f->source;
    f->c.n_sources = 1;
    memset(f->c.sha256, '0', 64);
    f->c.drift = (struct scenario_drift){.start_ns = FIXTURE_START_NS,
                                         .until_ns = FIXTURE_START_NS + 24 * HOUR_NS,
                                         .step_s = 600,
                                         .output_every_s = 3600,
                                         .particles = n,
                                         .seed = 1,
                                         .wind_correlation_s = 43200,
                                         .current_correlation_s = 86400};
    fixture_object(f, 0, key);
    struct scenario_seeds *s = &f->seeds;
    s->n = n;
    s->lat_deg = CORE_ARENA_NEW(&f->arena, double, n);
    s->lon_deg = CORE_ARENA_NEW(&f->arena, double, n);
    s->start_ns = CORE_ARENA_NEW(&f->arena, int64_t, n);
    s->source = CORE_ARENA_NEW(&f->arena, uint16_t, n);
    s->object = CORE_ARENA_NEW(&f->arena, uint16_t, n);
    s->side = CORE_ARENA_NEW(&f->arena, uint8_t, n);
    s->weight = CORE_ARENA_NEW(&f->arena, double, n);
    for (size_t i = 0; i < n; i++) {
        s->lat_deg[i] = at.lat_deg;
        s->lon_deg[i] = at.lon_deg;
        s->start_ns[i] = FIXTURE_START_NS;
        s->side[i] = i % 2;
        s->weight[i] = 1.0 / (double)n;
    }
}

// All random terms as the defaults of the contract have them.
__attribute__((unused)) static void fixture_noise(struct fixture *f)
{
    f->c.drift.leeway_noise = f->c.drift.jibing = true;
    f->c.drift.wind_sd_mps = 2.0;
    f->c.drift.current_sd_mps = 0.12;
    f->c.drift.diffusivity_m2s = 10;
}

__attribute__((unused)) static enum ph_status fixture_open(struct fixture *f,
                                                           const struct forcing_request *requests, size_t n)
{
    forcing_free(f->forcing);
    f->forcing = NULL;
    struct geo_box box = {f->seeds.lon_deg[0], f->seeds.lat_deg[0], f->seeds.lon_deg[0], f->seeds.lat_deg[0]};
    return forcing_open(requests, n, (enum forcing_missing)f->c.on_missing, f->c.drift.start_ns,
                        f->c.drift.until_ns, box, &f->job, &f->forcing, &f->err);
}

__attribute__((unused)) static enum ph_status fixture_constant(struct fixture *f, double current_u,
                                                               double current_v, double wind_u, double wind_v)
{
    struct forcing_observation current = {FIXTURE_START_NS, current_u, current_v};
    struct forcing_observation wind = {FIXTURE_START_NS, wind_u, wind_v};
    struct forcing_request requests[] = {{.kind = FORCING_CURRENT,
                                          .series = &current,
                                          .n_series = 1,
                                          .depth_m = NAN,
                                          .label = "/environment/current/0"},
                                         {.kind = FORCING_WIND,
                                          .series = &wind,
                                          .n_series = 1,
                                          .depth_m = NAN,
                                          .label = "/environment/wind/0"}};
    return fixture_open(f, requests, 2);
}

__attribute__((unused)) static enum ph_status fixture_files(struct fixture *f, const char *current,
                                                            const char *wind)
{
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .file = current, .depth_m = NAN, .label = "/environment/current/0"},
        {.kind = FORCING_WIND, .file = wind, .depth_m = NAN, .label = "/environment/wind/0"}};
    return fixture_open(f, requests, 2);
}

// A current from a file and no wind.
__attribute__((unused)) static enum ph_status fixture_current(struct fixture *f, const char *current)
{
    struct forcing_observation none = {FIXTURE_START_NS, 0, 0};
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .file = current, .depth_m = NAN, .label = "/environment/current/0"},
        {.kind = FORCING_WIND,
         .series = &none,
         .n_series = 1,
         .depth_m = NAN,
         .label = "/environment/wind/0"}};
    return fixture_open(f, requests, 2);
}

__attribute__((unused)) static void fixture_fini(struct fixture *f)
{
    forcing_free(f->forcing);
    geo_coast_free(f->coast);
    core_arena_fini(&f->arena);
    core_job_fini(&f->job);
}

// A folder of the test's own for made files; the caller removes what it writes there.
__attribute__((unused)) static const char *fixture_path(const char *name)
{
    static char path[256];
    const char *dir = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/pharos-drift-%ld-%s", dir ? dir : "/tmp", (long)getpid(), name);
    return path;
}

// A file of currents on a regular grid: u and v of `field` at each place and hour, from the fixture's start.
struct fixture_grid {
    double west, south, step_deg;
    size_t n_lon, n_lat, hours;
    double hours_apart; // 0: 1
    bool float32;       // longitudes and latitudes are stored so
};
typedef void fixture_field(double lat_deg, double lon_deg, double hours, double *u, double *v);

__attribute__((unused)) static bool fixture_write(const char *path, struct fixture_grid g,
                                                  fixture_field *field)
{
    static const char *const axes[3] = {"time", "latitude", "longitude"},
                             *const units[3] = {"hours since 2026-01-01 00:00:00", "degrees_north",
                                                "degrees_east"},
                             *const names[2] = {"uo", "vo"},
                             *const standard[2] = {"eastward_sea_water_velocity",
                                                   "northward_sea_water_velocity"};
    size_t size[3] = {g.hours + 1, g.n_lat, g.n_lon};
    int id, dims[3], axis[3], var[2], failed = nc_create(path, NC_NETCDF4 | NC_CLOBBER, &id);
    for (int k = 0; k < 3; k++) {
        failed |= nc_def_dim(id, axes[k], size[k], &dims[k]);
        failed |= nc_def_var(id, axes[k], k && g.float32 ? NC_FLOAT : NC_DOUBLE, 1, &dims[k], &axis[k]);
        failed |= nc_put_att_text(id, axis[k], "units", strlen(units[k]), units[k]);
        failed |= nc_put_att_text(id, axis[k], "standard_name", strlen(axes[k]), axes[k]);
    }
    for (int k = 0; k < 2; k++) {
        failed |= nc_def_var(id, names[k], NC_DOUBLE, 3, dims, &var[k]);
        failed |= nc_put_att_text(id, var[k], "units", 5, "m s-1");
        failed |= nc_put_att_text(id, var[k], "standard_name", strlen(standard[k]), standard[k]);
    }
    failed |= nc_enddef(id);
    double *u = malloc(2 * g.n_lat * g.n_lon * sizeof *u), *v = u + g.n_lat * g.n_lon;
    for (size_t t = 0; t <= g.hours; t++) {
        double hour = (double)t * (g.hours_apart > 0 ? g.hours_apart : 1);
        for (size_t j = 0; j < g.n_lat; j++)
            for (size_t i = 0; i < g.n_lon; i++)
                field(g.south + (double)j * g.step_deg, g.west + (double)i * g.step_deg, hour,
                      &u[j * g.n_lon + i], &v[j * g.n_lon + i]);
        size_t start[3] = {t, 0, 0}, count[3] = {1, g.n_lat, g.n_lon};
        failed |= nc_put_var1_double(id, axis[0], start, &hour);
        failed |= nc_put_vara_double(id, var[0], start, count, u);
        failed |= nc_put_vara_double(id, var[1], start, count, v);
    }
    for (size_t j = 0; j < g.n_lat; j++)
        failed |= nc_put_var1_double(id, axis[1], &j, &(double){g.south + (double)j * g.step_deg});
    for (size_t i = 0; i < g.n_lon; i++)
        failed |= nc_put_var1_double(id, axis[2], &i, &(double){g.west + (double)i * g.step_deg});
    free(u);
    return !(failed | nc_close(id));
}

#endif
