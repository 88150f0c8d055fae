#include "geo/coast_file.h"

#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

#define GROUNDING_LINE 6 // level of the pieces that draw Antarctica without its ice shelves
#define REINSTALL "reinstall the gmt-gshhg packages"

static enum ph_status broken(struct ph_err *err, const char *what)
{
    return core_err_set(err, PH_EINPUT, "GSHHG coastline", REINSTALL, "coastline file cannot be used: %s",
                        what);
}

static enum ph_status check(int nc_status, struct ph_err *err)
{
    return nc_status == NC_NOERR ? PH_OK : broken(err, nc_strerror(nc_status));
}

static int read_scalar(int nc, const char *name, int *out)
{
    int var, status = nc_inq_varid(nc, name, &var);
    return status ? status : nc_get_var_int(nc, var, out);
}

static int read_length(int nc, const char *name, size_t *out)
{
    int dim, status = nc_inq_dimid(nc, name, &dim);
    return status ? status : nc_inq_dimlen(nc, dim, out);
}

static int find_variables(struct geo_coast_file *file)
{
    const struct {
        const char *name;
        int *id;
    } wanted[] = {{"Embedded_npts_levels_exit_entry_for_a_segment", &file->embedded},
                  {"Id_of_first_point_in_a_segment", &file->first_point},
                  {"Relative_longitude_from_SW_corner_of_bin", &file->x},
                  {"Relative_latitude_from_SW_corner_of_bin", &file->y}};
    int status = NC_NOERR;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++)
        status = nc_inq_varid(file->nc, wanted[i].name, wanted[i].id);
    return status;
}

static enum ph_status read_header(struct geo_coast_file *file, struct ph_err *err)
{
    int minutes = 0, nx = 0, ny = 0;
    size_t bins = 0;
    int status = read_scalar(file->nc, "Bin_size_in_minutes", &minutes);
    status = status ? status : read_scalar(file->nc, "N_bins_in_360_longitude_range", &nx);
    status = status ? status : read_scalar(file->nc, "N_bins_in_180_degree_latitude_range", &ny);
    status = status ? status : read_length(file->nc, "Dimension_of_bin_arrays", &bins);
    status = status ? status : read_length(file->nc, "Dimension_of_segment_arrays", &file->n_segments);
    status = status ? status : read_length(file->nc, "Dimension_of_point_arrays", &file->n_points);
    status = status ? status : find_variables(file);
    if (status)
        return check(status, err);
    if (minutes < 6 || minutes > 5400 || nx * minutes != 360 * 60 || ny * minutes != 180 * 60 ||
        bins != (size_t)nx * (size_t)ny)
        return broken(err, "its bins do not cover the world");
    file->nx = (size_t)nx;
    file->ny = (size_t)ny;
    file->bin_deg = minutes / 60.0;
    return PH_OK;
}

// The version is text in the file's attributes; it goes into every product.
static void read_version(struct geo_coast_file *file)
{
    size_t length = 0;
    snprintf(file->version, sizeof file->version, "of unknown version");
    if (nc_inq_attlen(file->nc, NC_GLOBAL, "version", &length) || length == 0 ||
        length >= sizeof file->version)
        return;
    if (!nc_get_att_text(file->nc, NC_GLOBAL, "version", file->version))
        file->version[length] = 0;
}

static int read_table(int nc, const char *name, void *out, bool wide)
{
    int var, status = nc_inq_varid(nc, name, &var);
    if (status)
        return status;
    return wide ? nc_get_var_int(nc, var, out) : nc_get_var_short(nc, var, out);
}

static enum ph_status read_bins(struct geo_coast_file *file, struct ph_err *err)
{
    size_t n = file->nx * file->ny;
    file->first_segment = calloc(n, sizeof *file->first_segment);
    file->segments = calloc(n, sizeof *file->segments);
    file->nodes = calloc(n, sizeof *file->nodes);
    if (!file->first_segment || !file->segments || !file->nodes)
        return core_err_nomem(err);
    int status = read_table(file->nc, "Id_of_first_segment_in_a_bin", file->first_segment, true);
    status = status ? status : read_table(file->nc, "N_segments_in_a_bin", file->segments, false);
    status = status ? status : read_table(file->nc, "Embedded_node_levels_in_a_bin", file->nodes, false);
    if (status)
        return check(status, err);
    for (size_t b = 0; b < n; b++)
        if (file->segments[b] < 0 || file->first_segment[b] < 0 ||
            (size_t)file->first_segment[b] + (size_t)file->segments[b] > file->n_segments)
            return broken(err, "a bin points outside its segments");
    return PH_OK;
}

enum ph_status geo_coast_file_open(const char *path, struct geo_coast_file *out, struct ph_err *err)
{
    struct geo_coast_file file = {.nc = -1};
    int opened = nc_open(path, NC_NOWRITE, &file.nc);
    if (opened)
        return core_err_set(err, PH_EIO, path, REINSTALL, "cannot read the coastline: %s",
                            nc_strerror(opened));
    enum ph_status status = read_header(&file, err);
    if (!status)
        status = read_bins(&file, err);
    if (status) {
        core_err_within(err, path);
        geo_coast_file_close(&file);
        return status;
    }
    read_version(&file);
    *out = file;
    return PH_OK;
}

void geo_coast_file_close(struct geo_coast_file *file)
{
    if (file->nc >= 0)
        nc_close(file->nc);
    free(file->first_segment);
    free(file->segments);
    free(file->nodes);
    *file = (struct geo_coast_file){.nc = -1};
}

// Levels are packed in octal digits, south-west first; odd is land (5 is Antarctica with its ice shelves).
bool geo_coast_file_corner(const struct geo_coast_file *file, size_t bin, int corner)
{
    int level = file->nodes[bin] >> (9 - 3 * corner) & 7;
    return level & 1;
}

// What the file says of the segments of one bin.
struct rows {
    int *embedded, *first_point;
};

static void rows_fini(struct rows *rows)
{
    free(rows->embedded);
    free(rows->first_point);
}

static enum ph_status read_rows(const struct geo_coast_file *file, size_t from, size_t n, struct rows *rows,
                                struct ph_err *err)
{
    rows->embedded = malloc(n * sizeof *rows->embedded);
    rows->first_point = malloc(n * sizeof *rows->first_point);
    if (!rows->embedded || !rows->first_point)
        return core_err_nomem(err);
    int status = nc_get_vara_int(file->nc, file->embedded, &from, &n, rows->embedded);
    status = status ? status : nc_get_vara_int(file->nc, file->first_point, &from, &n, rows->first_point);
    return check(status, err);
}

// Chains with `first` still counted in the whole file. Of Antarctica the ice front counts, not the line where
// the ice meets the ground: an ice shelf is no place to drift to.
static size_t unpack(const struct rows *rows, size_t n, struct geo_coast_chain *chain)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned e = (unsigned)rows->embedded[i];
        if ((e >> 6 & 7) == GROUNDING_LINE || rows->first_point[i] < 0 || e >> 9 < 2)
            continue;
        chain[used++] = (struct geo_coast_chain){.first = (size_t)rows->first_point[i],
                                                 .n = e >> 9,
                                                 .level = (int)(e >> 6 & 7),
                                                 .entry = (int)(e >> 3 & 7),
                                                 .exit = (int)(e & 7)};
    }
    return used;
}

static enum ph_status read_points(const struct geo_coast_file *file, struct geo_coast_chain *chain, size_t n,
                                  struct geo_coast_point **out, struct ph_err *err)
{
    size_t low = file->n_points, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = chain[i].first < low ? chain[i].first : low;
        high = chain[i].first + chain[i].n > high ? chain[i].first + chain[i].n : high;
    }
    if (high > file->n_points || low >= high)
        return broken(err, "a segment points outside the points");
    size_t count = high - low;
    struct geo_coast_point *point = malloc(count * sizeof *point);
    short *x = malloc(count * sizeof *x), *y = malloc(count * sizeof *y);
    enum ph_status status = point && x && y ? PH_OK : core_err_nomem(err);
    if (!status)
        status = check(nc_get_vara_short(file->nc, file->x, &low, &count, x), err);
    if (!status)
        status = check(nc_get_vara_short(file->nc, file->y, &low, &count, y), err);
    for (size_t k = 0; !status && k < count; k++)
        point[k] = (struct geo_coast_point){(uint16_t)x[k], (uint16_t)y[k]};
    for (size_t i = 0; !status && i < n; i++)
        chain[i].first -= low;
    free(x);
    free(y);
    if (status)
        free(point);
    else
        *out = point;
    return status;
}

enum ph_status geo_coast_file_read(const struct geo_coast_file *file, size_t bin,
                                   struct geo_coast_chain **chain, size_t *n_chains,
                                   struct geo_coast_point **point, struct ph_err *err)
{
    size_t n = (size_t)file->segments[bin], used = 0;
    struct rows rows = {NULL, NULL};
    struct geo_coast_chain *made = NULL;
    struct geo_coast_point *points = NULL;
    enum ph_status status = PH_OK;
    if (n) {
        status = read_rows(file, (size_t)file->first_segment[bin], n, &rows, err);
        made = malloc(n * sizeof *made);
        if (!status && !made)
            status = core_err_nomem(err);
        if (!status)
            used = unpack(&rows, n, made);
        if (!status && used)
            status = read_points(file, made, used, &points, err);
    }
    rows_fini(&rows);
    if (status || !used) {
        free(made);
        made = NULL;
    }
    if (status)
        return status;
    *chain = made;
    *n_chains = used;
    *point = points;
    return PH_OK;
}
