#include "geo/coast.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/coast_impl.h"
#include "geo/earth.h"
#include "geo/grid.h"
#include "geo/walk.h"

#define DEFAULT_DIR "/usr/share/gmt-gshhg"
#define BLOCK_CELLS 16   // looked at all together rather than walked through
#define OFF_SHORE_M 10.0 // how far off the nearest water is put, doubled up to
#define OFF_SHORE_MAX_M 40.0
#define FIRST_RADIUS_M 2000.0
#define STRIDE_M 25.0   // further along the shore after a try
#define SHORE_TRIES 256 // places on the shore that may turn out to have no water in front

// ---- opening --------------------------------------------------------------------------------------------

// Finest first.
static const struct {
    const char *name;
    char letter;
} resolutions[] = {{"full", 'f'}, {"high", 'h'}, {"intermediate", 'i'}, {"low", 'l'}, {"crude", 'c'}};
#define N_RESOLUTIONS (sizeof resolutions / sizeof *resolutions)

static const char *directory(const char *dir)
{
    const char *named = getenv("PHAROS_GSHHG");
    return dir ? dir : named && *named ? named : DEFAULT_DIR;
}

// Index of the resolution to read; N_RESOLUTIONS: none is there. `path` is where it lies.
static size_t find_file(const char *resolution, const char *dir, char *path, size_t size)
{
    for (size_t i = 0; i < N_RESOLUTIONS; i++) {
        if (strcmp(resolution, "auto") && strcmp(resolution, resolutions[i].name))
            continue;
        snprintf(path, size, "%s/binned_GSHHS_%c.nc", dir, resolutions[i].letter);
        if (!access(path, R_OK))
            return i;
    }
    return N_RESOLUTIONS;
}

static bool known(const char *resolution)
{
    for (size_t i = 0; i < N_RESOLUTIONS; i++)
        if (!strcmp(resolution, resolutions[i].name))
            return true;
    return !strcmp(resolution, "auto") || !strcmp(resolution, "none");
}

static enum ph_status open_file(struct geo_coast *coast, const char *path, size_t resolution,
                                struct ph_err *err)
{
    enum ph_status status = geo_coast_file_open(path, &coast->file, err);
    if (status)
        return status;
    coast->bin = calloc(coast->file.nx * coast->file.ny, sizeof *coast->bin);
    if (!coast->bin)
        return core_err_nomem(err);
    coast->bins_per_deg = 1.0 / coast->file.bin_deg;
    coast->installed = true;
    snprintf(coast->source, sizeof coast->source, "GSHHG %s %s", coast->file.version,
             resolutions[resolution].name);
    return PH_OK;
}

static struct geo_coast *new_coast(void)
{
    struct geo_coast *coast = calloc(1, sizeof *coast);
    if (!coast)
        return NULL;
    coast->file.nc = -1;
    coast->all_land = (struct geo_coast_bin){.land = true, .corner = {true, true, true, true}};
    snprintf(coast->source, sizeof coast->source, "none installed");
    return coast;
}

static enum ph_status no_such(const char *resolution, const char *dir, struct ph_err *err)
{
    if (!known(resolution))
        return core_err_set(err, PH_EINPUT, "coastline resolution",
                            "use auto, full, high, intermediate, low, crude or none",
                            "unknown coastline resolution '%s'", resolution);
    return core_err_set(err, PH_EINPUT, dir,
                        "install gmt-gshhg-low, gmt-gshhg-high or gmt-gshhg-full, or use auto",
                        "the coastline of resolution '%s' is not installed", resolution);
}

enum ph_status geo_coast_open(const char *resolution, const char *dir, struct geo_coast **out,
                              struct ph_err *err)
{
    char path[4096];
    if (!resolution)
        resolution = "auto";
    if (!known(resolution))
        return no_such(resolution, NULL, err);
    struct geo_coast *coast = new_coast();
    enum ph_status status = coast ? PH_OK : core_err_nomem(err);
    if (!status && !strcmp(resolution, "none")) {
        coast->installed = true;
        snprintf(coast->source, sizeof coast->source, "none (switched off)");
    } else if (!status) {
        size_t found = find_file(resolution, directory(dir), path, sizeof path);
        if (found < N_RESOLUTIONS)
            status = open_file(coast, path, found, err);
        else if (strcmp(resolution, "auto"))
            status = no_such(resolution, directory(dir), err);
    }
    if (status) {
        geo_coast_free(coast);
        return status;
    }
    *out = coast;
    return PH_OK;
}

static void free_bin(struct geo_coast *coast, struct geo_coast_bin *bin)
{
    if (!bin || bin == &coast->all_sea || bin == &coast->all_land)
        return;
    geo_coast_bin_fini(bin);
    free(bin);
}

void geo_coast_free(struct geo_coast *coast)
{
    if (!coast)
        return;
    if (coast->bin)
        for (size_t b = 0; b < coast->file.nx * coast->file.ny; b++)
            free_bin(coast, coast->bin[b]);
    free(coast->bin);
    geo_coast_file_close(&coast->file);
    free(coast);
}

const char *geo_coast_source(const struct geo_coast *coast)
{
    return coast->source;
}

bool geo_coast_installed(const struct geo_coast *coast)
{
    return coast->installed;
}

// ---- places and bins -------------------------------------------------------------------------------------

// A place in bins, from 0 E and 90 S.
struct place {
    double u, v;
};

// False when it is no position.
static inline bool place_of(const struct geo_coast *coast, struct geo_pos pos, struct place *out)
{
    double lon = pos.lon_deg;
    if (!(fabs(pos.lat_deg) <= 90.0) || !(fabs(lon) <= 720.0))
        return false;
    if (lon < -180.0 || lon >= 360.0)
        lon = core_deg_wrap180(lon);
    out->u = (lon < 0 ? lon + 360.0 : lon) * coast->bins_per_deg;
    out->v = (pos.lat_deg + 90.0) * coast->bins_per_deg;
    return true;
}

static inline size_t below(double at, size_t n)
{
    size_t i = (size_t)at;
    return i < n ? i : n - 1;
}

// By the same arithmetic as the questions, so that what is loaded for a place is where the place is looked
// for.
struct geo_coast_window geo_coast_window_of(const struct geo_coast *coast, struct geo_box box)
{
    size_t nx = coast->file.nx, ny = coast->file.ny;
    struct place low = {0, 0}, high = {0, 0};
    double south = fmax(-90.0, fmin(90.0, box.south_deg)), north = fmax(-90.0, fmin(90.0, box.north_deg));
    place_of(coast, (struct geo_pos){south, core_deg_wrap180(box.west_deg)}, &low);
    place_of(coast, (struct geo_pos){north, core_deg_wrap180(box.east_deg)}, &high);
    struct geo_coast_window window = {.row0 = ny - 1 - below(high.v, ny),
                                      .row1 = ny - 1 - below(low.v, ny),
                                      .column0 = (long)below(low.u, nx),
                                      .column1 = (long)below(high.u, nx)};
    if (window.column1 < window.column0)
        window.column1 += (long)nx;
    // All round, or nearly: every bin once.
    if (box.east_deg - box.west_deg >= 360.0 - coast->file.bin_deg)
        window.column1 = window.column0 + (long)nx - 1;
    if (core_deg_wrap180(box.west_deg) < 0) {
        window.column0 -= (long)nx;
        window.column1 -= (long)nx;
    }
    return window;
}

size_t geo_coast_bin_at(const struct geo_coast *coast, size_t row, long column)
{
    long nx = (long)coast->file.nx, wrapped = column % nx;
    return row * coast->file.nx + (size_t)(wrapped < 0 ? wrapped + nx : wrapped);
}

// ---- loading --------------------------------------------------------------------------------------------

static enum ph_status load_bin(struct geo_coast *coast, size_t b, struct ph_err *err)
{
    struct geo_coast_chain *chain = NULL;
    struct geo_coast_point *point = NULL;
    size_t n_chains = 0;
    bool corner[4];
    enum ph_status status = geo_coast_file_read(&coast->file, b, &chain, &n_chains, &point, err);
    if (status)
        return status;
    for (int c = 0; c < 4; c++)
        corner[c] = geo_coast_file_corner(&coast->file, b, c);
    if (n_chains == 0) {
        coast->bin[b] = corner[GEO_COAST_NW] ? &coast->all_land : &coast->all_sea;
        return PH_OK;
    }
    struct geo_coast_bin *bin = malloc(sizeof *bin);
    if (!bin) {
        free(chain);
        free(point);
        return core_err_nomem(err);
    }
    status = geo_coast_bin_init(bin, corner, chain, n_chains, point, err);
    if (status)
        free_bin(coast, bin);
    else
        coast->bin[b] = bin;
    return status;
}

static bool usable_box(struct geo_box box)
{
    return box.south_deg <= box.north_deg && box.west_deg <= box.east_deg && fabs(box.west_deg) <= 360.0 &&
           isfinite(box.east_deg);
}

enum ph_status geo_coast_load(struct geo_coast *coast, struct geo_box box, struct ph_err *err)
{
    if (!coast->bin || !usable_box(box))
        return PH_OK;
    struct geo_coast_window window = geo_coast_window_of(coast, box);
    for (size_t row = window.row0; row <= window.row1; row++) {
        for (long column = window.column0; column <= window.column1; column++) {
            size_t b = geo_coast_bin_at(coast, row, column);
            enum ph_status status = coast->bin[b] ? PH_OK : load_bin(coast, b, err);
            if (status)
                return status;
        }
    }
    return PH_OK;
}

// ---- questions ------------------------------------------------------------------------------------------

bool geo_coast_is_land(const struct geo_coast *coast, struct geo_pos pos)
{
    struct place at;
    if (!coast->bin || !place_of(coast, pos, &at))
        return false;
    size_t i = below(at.u, coast->file.nx), j = below(at.v, coast->file.ny);
    const struct geo_coast_bin *bin = coast->bin[(coast->file.ny - 1 - j) * coast->file.nx + i];
    return bin && geo_coast_bin_is_land(bin, (at.u - (double)i) * GEO_COAST_UNITS,
                                        (at.v - (double)j) * GEO_COAST_UNITS);
}

// True when both ends lie in one bin and every cell of the block between them is sea: the usual case.
static bool plainly_sea(const struct geo_coast *coast, struct place from, double du, double dv)
{
    size_t i = below(from.u, coast->file.nx), j = below(from.v, coast->file.ny);
    const struct geo_coast_bin *bin = coast->bin[(coast->file.ny - 1 - j) * coast->file.nx + i];
    double x0 = (from.u - (double)i) * GEO_COAST_UNITS, x1 = x0 + du * GEO_COAST_UNITS;
    double y0 = (from.v - (double)j) * GEO_COAST_UNITS, y1 = y0 + dv * GEO_COAST_UNITS;
    if (!(x1 >= 0 && x1 <= GEO_COAST_UNITS && y1 >= 0 && y1 <= GEO_COAST_UNITS))
        return false;
    if (!bin || !bin->state)
        return !bin || !bin->land;
    size_t a = (size_t)x0 >> GEO_COAST_CELL_SHIFT, b = (size_t)x1 >> GEO_COAST_CELL_SHIFT;
    size_t c = (size_t)y0 >> GEO_COAST_CELL_SHIFT, d = (size_t)y1 >> GEO_COAST_CELL_SHIFT;
    size_t k0 = a < b ? a : b, k1 = a < b ? b : a, r0 = c < d ? c : d, r1 = c < d ? d : c;
    unsigned states = 0;
    if ((k1 - k0 + 1) * (r1 - r0 + 1) > BLOCK_CELLS)
        return false;
    for (size_t row = r0; row <= r1; row++)
        for (size_t k = k0; k <= k1; k++)
            states |= bin->state[row * GEO_COAST_CELLS + k];
    return states == GEO_COAST_SEA;
}

static bool walk_bins(const struct geo_coast *coast, struct place from, double du, double dv, double *t)
{
    struct geo_walk walk;
    long ny = (long)coast->file.ny;
    geo_walk_init(&walk, from.u, from.v, from.u + du, from.v + dv);
    do {
        if (walk.j < 0 || walk.j > ny) // v = ny, the north pole, belongs to the last row
            continue;
        long j = walk.j < ny ? walk.j : ny - 1;
        const struct geo_coast_bin *bin = coast->bin[geo_coast_bin_at(coast, (size_t)(ny - 1 - j), walk.i)];
        struct geo_coast_way way = {(from.u - (double)walk.i) * GEO_COAST_UNITS,
                                    (from.v - (double)j) * GEO_COAST_UNITS, du * GEO_COAST_UNITS,
                                    dv * GEO_COAST_UNITS};
        if (bin && geo_coast_bin_crosses(bin, &way, walk.t_in, walk.t_out, t))
            return true;
    } while (geo_walk_next(&walk));
    return false;
}

bool geo_coast_crosses(const struct geo_coast *coast, struct geo_pos from, struct geo_pos to, double *frac)
{
    struct place start;
    if (!coast->bin || !place_of(coast, from, &start) || !(fabs(to.lat_deg) <= 90.0) ||
        !(fabs(to.lon_deg) <= 720.0))
        return false;
    double dlon = to.lon_deg - from.lon_deg, t = 0;
    if (!(dlon >= -180.0 && dlon <= 180.0))
        dlon = core_deg_wrap180(dlon);
    double du = dlon * coast->bins_per_deg, dv = (to.lat_deg - from.lat_deg) * coast->bins_per_deg;
    if (plainly_sea(coast, start, du, dv))
        return false;
    if (geo_coast_is_land(coast, from))
        t = 0;
    else if (!walk_bins(coast, start, du, dv, &t)) {
        // The last digit decided otherwise on the way: who ends on land has come ashore.
        if (!geo_coast_is_land(coast, to))
            return false;
        t = 1;
    }
    *frac = t < 0 ? 0 : t;
    return true;
}

// ---- nearest water --------------------------------------------------------------------------------------

// The search goes on in a plane of local metres about the place on land.
struct shore_search {
    struct geo_pos pos;
    struct geo_scale scale;
    double beyond_m;  // shore as near as this has been tried
    double nearest_m; // shortest distance beyond that
    double x, y;      // the shore there, from pos
    double nx, ny;    // across the shore
};

static void offer(struct shore_search *search, double x, double y, double dx, double dy)
{
    double far = hypot(x, y), length = hypot(dx, dy);
    if (!(far > search->beyond_m && far < search->nearest_m))
        return;
    search->nearest_m = far;
    search->x = x;
    search->y = y;
    search->nx = -dy / length;
    search->ny = dx / length;
}

// The edge's nearest place; where that has been tried, its places a stride further out.
static void offer_edge(struct shore_search *search, double ax, double ay, double bx, double by)
{
    double dx = bx - ax, dy = by - ay, l2 = dx * dx + dy * dy;
    if (!(l2 > 0))
        return;
    double foot = -(ax * dx + ay * dy) / l2, t = foot < 0 ? 0 : foot > 1 ? 1 : foot;
    double x = ax + t * dx, y = ay + t * dy;
    if (hypot(x, y) > search->beyond_m) {
        offer(search, x, y, dx, dy);
        return;
    }
    double cross = ax * dy - ay * dx, r = search->beyond_m + STRIDE_M, reach2 = r * r - cross * cross / l2;
    for (int sign = -1; sign <= 1 && reach2 > 0; sign += 2) {
        t = foot + sign * sqrt(reach2 / l2);
        if (t >= 0 && t <= 1)
            offer(search, ax + t * dx, ay + t * dy, dx, dy);
    }
}

static size_t cell_at(double units)
{
    return (size_t)fmin(GEO_COAST_UNITS, fmax(0, units)) >> GEO_COAST_CELL_SHIFT;
}

// All edges of a bin in the cells within radius_m.
static void offer_bin(const struct geo_coast *coast, const struct geo_coast_bin *bin, size_t row, long column,
                      double radius_m, struct shore_search *search)
{
    double size = coast->file.bin_deg, unit = size / GEO_COAST_UNITS;
    double west = core_deg_wrap180((double)column * size - search->pos.lon_deg);
    double south = 90.0 - (double)(row + 1) * size - search->pos.lat_deg;
    double wide = radius_m / fmax(search->scale.lon_m, 1.0), high = radius_m / search->scale.lat_m;
    for (size_t r = cell_at((-high - south) / unit); r <= cell_at((high - south) / unit); r++)
        for (size_t k = cell_at((-wide - west) / unit); k <= cell_at((wide - west) / unit); k++) {
            uint16_t state = bin->state[r * GEO_COAST_CELLS + k];
            if (state < GEO_COAST_MIXED)
                continue;
            const struct geo_coast_cell *cell = &bin->mixed[state - GEO_COAST_MIXED];
            for (const struct geo_coast_edge *e = bin->edge + cell->first, *end = e + cell->n; e < end; e++)
                offer_edge(search, (west + e->ax * unit) * search->scale.lon_m,
                           (south + e->ay * unit) * search->scale.lat_m,
                           (west + e->bx * unit) * search->scale.lon_m,
                           (south + e->by * unit) * search->scale.lat_m);
        }
}

// Nearest shore beyond what was tried, looking in ever wider boxes.
static bool find_shore(const struct geo_coast *coast, double max_m, struct shore_search *search)
{
    struct geo_box here = {search->pos.lon_deg, search->pos.lat_deg, search->pos.lon_deg,
                           search->pos.lat_deg};
    search->nearest_m = INFINITY;
    for (double radius_m = fmin(FIRST_RADIUS_M, max_m);; radius_m = fmin(4 * radius_m, max_m)) {
        struct geo_coast_window window = geo_coast_window_of(coast, geo_box_grow(here, radius_m));
        for (size_t row = window.row0; row <= window.row1; row++)
            for (long column = window.column0; column <= window.column1; column++) {
                const struct geo_coast_bin *bin = coast->bin[geo_coast_bin_at(coast, row, column)];
                if (bin && bin->state)
                    offer_bin(coast, bin, row, column, radius_m, search);
            }
        if (search->nearest_m <= radius_m)
            return true;
        if (!(radius_m < max_m))
            return false;
    }
}

// Water that is known to be water: a bin that is not loaded says nothing.
static bool is_water(const struct geo_coast *coast, struct geo_pos pos)
{
    struct place at;
    if (!place_of(coast, pos, &at))
        return false;
    size_t row = coast->file.ny - 1 - below(at.v, coast->file.ny);
    return coast->bin[row * coast->file.nx + below(at.u, coast->file.nx)] && !geo_coast_is_land(coast, pos);
}

// Straight on over the shore, else square to it on either side, a little off.
static bool step_into_water(const struct geo_coast *coast, const struct shore_search *search,
                            struct geo_pos *out)
{
    double far = hypot(search->x, search->y);
    double ux = far > 0 ? search->x / far : search->nx, uy = far > 0 ? search->y / far : search->ny;
    const double ways[][2] = {{ux, uy}, {search->nx, search->ny}, {-search->nx, -search->ny}};
    for (double off = OFF_SHORE_M; off <= OFF_SHORE_MAX_M; off *= 2)
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
            struct geo_pos at = {
                search->pos.lat_deg + (search->y + off * ways[k][1]) / search->scale.lat_m,
                core_deg_wrap180(search->pos.lon_deg + (search->x + off * ways[k][0]) / search->scale.lon_m)};
            if (is_water(coast, at)) {
                *out = at;
                return true;
            }
        }
    return false;
}

bool geo_coast_nearest_water(const struct geo_coast *coast, struct geo_pos pos, double max_m,
                             struct geo_pos *out)
{
    if (!geo_coast_is_land(coast, pos)) {
        *out = pos;
        return true;
    }
    struct shore_search search = {.pos = pos, .scale = geo_earth_scale(pos.lat_deg), .beyond_m = -1};
    for (int k = 0; k < SHORE_TRIES; k++) {
        if (!find_shore(coast, max_m, &search))
            return false;
        if (step_into_water(coast, &search, out))
            return true;
        search.beyond_m = search.nearest_m;
    }
    return false;
}
