#include "prob/map_file.h"

#include <netcdf.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/units.h"

enum { LEVEL = 4, NAME_BYTES = 64, CHUNK_CELLS = 1 << 18 };

// The file while it is being written; the first failure is kept.
struct file {
    const char *path;
    int id, failed;
    int time, lat, lon, bounds; // dimensions
};

static void nc(struct file *f, int result)
{
    if (!f->failed)
        f->failed = result;
}

static void text(struct file *f, int variable, const char *name, const char *value)
{
    if (value && !f->failed)
        nc(f, nc_put_att_text(f->id, variable, name, strlen(value), value));
}

static int variable(struct file *f, const char *name, nc_type type, int n_dims, const int *dims,
                    const char *units, const char *long_name)
{
    int id = -1;
    if (f->failed)
        return id;
    nc(f, nc_def_var(f->id, name, type, n_dims, dims, &id));
    text(f, id, "units", units);
    text(f, id, "long_name", long_name);
    return id;
}

static int axis(struct file *f, const char *name, int dim, const char *units, const char *standard_name,
                const char *letter, const char *bounds)
{
    int id = variable(f, name, NC_DOUBLE, 1, &dim, units, NULL);
    text(f, id, "standard_name", standard_name);
    text(f, id, "axis", letter);
    text(f, id, "bounds", bounds);
    return id;
}

// Maps are written time by time, so a chunk is (a band of) one time: in chunks over many times, the library's
// choice, every write unpacks and packs all that came before.
static int density(struct file *f, const char *name, const char *long_name, const struct geo_grid *g)
{
    const int dims[] = {f->time, f->lat, f->lon};
    const size_t rows = CHUNK_CELLS / g->nlon + 1, chunk[] = {1, rows < g->nlat ? rows : g->nlat, g->nlon};
    int id = variable(f, name, NC_DOUBLE, 3, dims, "1", long_name);
    text(f, id, "cell_methods", "time: point area: sum");
    text(f, id, "grid_mapping", "crs");
    if (!f->failed)
        nc(f, nc_def_var_chunking(f->id, id, NC_CHUNKED, chunk));
    if (!f->failed)
        nc(f, nc_def_var_deflate(f->id, id, 1, 1, LEVEL));
    return id;
}

static void globals(struct file *f, const struct prob_map_attrs *attrs, double least, double most)
{
    text(f, NC_GLOBAL, "Conventions", "CF-1.11");
    text(f, NC_GLOBAL, "title", attrs->title);
    text(f, NC_GLOBAL, "source", attrs->source);
    text(f, NC_GLOBAL, "comment", attrs->comment);
    text(f, NC_GLOBAL, "case_sha256", attrs->case_sha256);
    text(f, NC_GLOBAL, "mass_note",
         "probability sums over lat and lon to 1 minus elsewhere(time): what is stranded, missing or not yet "
         "adrift");
    if (f->failed)
        return;
    const double range[] = {least, most};
    const unsigned long long seed = attrs->seed;
    nc(f, nc_put_att_double(f->id, NC_GLOBAL, "elsewhere_range", NC_DOUBLE, 2, range));
    nc(f, nc_put_att_ulonglong(f->id, NC_GLOBAL, "seed", NC_UINT64, 1, &seed));
}

static void crs(struct file *f)
{
    int id = variable(f, "crs", NC_INT, 0, NULL, NULL, "WGS84");
    const double a = 6378137.0, inverse = 298.257223563;
    text(f, id, "grid_mapping_name", "latitude_longitude");
    if (f->failed)
        return;
    nc(f, nc_put_att_double(f->id, id, "semi_major_axis", NC_DOUBLE, 1, &a));
    nc(f, nc_put_att_double(f->id, id, "inverse_flattening", NC_DOUBLE, 1, &inverse));
}

struct variables {
    int time, lat, lon, lat_bounds, lon_bounds, probability, stranded, elsewhere, bandwidth;
};

static void define(struct file *f, const struct geo_grid *g, size_t n_times, bool has_stranded,
                   struct variables *v)
{
    nc(f, nc_def_dim(f->id, "time", n_times, &f->time));
    nc(f, nc_def_dim(f->id, "lat", g->nlat, &f->lat));
    nc(f, nc_def_dim(f->id, "lon", g->nlon, &f->lon));
    nc(f, nc_def_dim(f->id, "bounds", 2, &f->bounds));
    v->time = axis(f, "time", f->time, "seconds since 1970-01-01 00:00:00", "time", "T", NULL);
    text(f, v->time, "calendar", "standard");
    v->lat = axis(f, "lat", f->lat, "degrees_north", "latitude", "Y", "lat_bounds");
    v->lon = axis(f, "lon", f->lon, "degrees_east", "longitude", "X", "lon_bounds");
    const int lat_dims[] = {f->lat, f->bounds}, lon_dims[] = {f->lon, f->bounds};
    v->lat_bounds = variable(f, "lat_bounds", NC_DOUBLE, 2, lat_dims, NULL, NULL);
    v->lon_bounds = variable(f, "lon_bounds", NC_DOUBLE, 2, lon_dims, NULL, NULL);
    v->probability = density(f, "probability", "probability that the object is adrift in the cell", g);
    if (has_stranded)
        v->stranded = density(f, "stranded", "probability that the object lies stranded in the cell", g);
    v->elsewhere = variable(f, "elsewhere", NC_DOUBLE, 1, &f->time, "1",
                            "probability not in this map: 1 minus the sum of probability");
    v->bandwidth = variable(f, "bandwidth", NC_DOUBLE, 1, &f->time, "m", "bandwidth of the smoothing");
    crs(f);
}

// Centres and edges of the cells along one axis.
static void axis_write(struct file *f, int centre, int bounds, double first, double step, size_t n)
{
    for (size_t i = 0; i < n && !f->failed; i++) {
        const double at = first + ((double)i + 0.5) * step;
        const double edge[2] = {first + (double)i * step, first + ((double)i + 1) * step};
        const size_t start[2] = {i, 0}, count[2] = {1, 2};
        nc(f, nc_put_var1_double(f->id, centre, &i, &at));
        nc(f, nc_put_vara_double(f->id, bounds, start, count, edge));
    }
}

static double sum_of(const struct prob_map *map)
{
    double sum = 0;
    for (size_t k = 0; k < map->grid.nlat * map->grid.nlon; k++)
        sum += map->mass[k];
    return sum;
}

static void time_write(struct file *f, const struct variables *v, size_t t, int64_t time_ns,
                       const struct prob_map *map, const struct prob_map *stranded)
{
    const size_t start[3] = {t, 0, 0}, count[3] = {1, map->grid.nlat, map->grid.nlon};
    const double seconds = (double)time_ns / (double)CORE_NS_PER_S, elsewhere = 1 - sum_of(map);
    if (f->failed)
        return;
    nc(f, nc_put_var1_double(f->id, v->time, &t, &seconds));
    nc(f, nc_put_var1_double(f->id, v->elsewhere, &t, &elsewhere));
    nc(f, nc_put_var1_double(f->id, v->bandwidth, &t, &map->bandwidth_m));
    nc(f, nc_put_vara_double(f->id, v->probability, start, count, map->mass));
    if (stranded)
        nc(f, nc_put_vara_double(f->id, v->stranded, start, count, stranded->mass));
}

static int write_all(struct file *f, const int64_t *time_ns, size_t n_times, const struct prob_map *maps,
                     const struct prob_map *stranded, const struct prob_map_attrs *attrs)
{
    const struct geo_grid *g = &maps[0].grid;
    struct variables v = {0};
    double least = 1, most = 0;
    for (size_t t = 0; t < n_times; t++) {
        double elsewhere = 1 - sum_of(&maps[t]);
        least = elsewhere < least ? elsewhere : least;
        most = elsewhere > most ? elsewhere : most;
    }
    define(f, g, n_times, stranded != NULL, &v);
    globals(f, attrs, least, most);
    if (!f->failed)
        nc(f, nc_enddef(f->id));
    axis_write(f, v.lat, v.lat_bounds, g->south_deg, g->dlat_deg, g->nlat);
    axis_write(f, v.lon, v.lon_bounds, g->west_deg, g->dlon_deg, g->nlon);
    for (size_t t = 0; t < n_times; t++)
        time_write(f, &v, t, time_ns[t], &maps[t], stranded ? &stranded[t] : NULL);
    return f->failed;
}

static bool same_grid(const struct geo_grid *a, const struct geo_grid *b)
{
    return a->nlat == b->nlat && a->nlon == b->nlon && a->south_deg == b->south_deg &&
           a->west_deg == b->west_deg && a->dlat_deg == b->dlat_deg && a->dlon_deg == b->dlon_deg;
}

enum ph_status prob_map_write(const char *path, const int64_t *time_ns, size_t n_times,
                              const struct prob_map *maps, const struct prob_map *stranded,
                              const struct prob_map_attrs *attrs, struct ph_err *err)
{
    for (size_t t = 0; t < n_times; t++)
        if (!same_grid(&maps[0].grid, &maps[t].grid) ||
            (stranded && !same_grid(&maps[0].grid, &stranded[t].grid)))
            return core_err_set(err, PH_EINTERNAL, path, NULL, "the maps are not on one grid");
    if (!n_times)
        return core_err_set(err, PH_EINTERNAL, path, NULL, "there is no map to write");
    char aside[4096];
    enum ph_status status = core_file_aside(path, aside, err);
    if (status)
        return status;
    struct file f = {.path = aside};
    f.failed = nc_create(aside, NC_NETCDF4 | NC_CLOBBER, &f.id);
    if (f.failed)
        return core_err_set(err, PH_EIO, path, "check the path, its rights and the free space",
                            "cannot create: %s", nc_strerror(f.failed));
    write_all(&f, time_ns, n_times, maps, stranded, attrs);
    int closed = nc_close(f.id);
    nc(&f, closed);
    if (!f.failed)
        return core_file_commit(aside, path, err);
    core_file_discard(aside);
    return core_err_set(err, PH_EIO, path, "check the free space", "cannot write: %s", nc_strerror(f.failed));
}
