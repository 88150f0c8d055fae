#include "prob/density.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"
#include "prob/blur.h"
#include "prob/spread.h"

// Cells in the 50 % region of a cloud, where the grid is free to choose.
#define CELLS50 900.0
#define SMALLEST_CELL_M 5.0
// The bandwidth is never less than this many cells: a contour needs a slope to lie on.
#define LEAST_CELLS 1.0
// Room around a cloud, in bandwidths.
#define MARGIN 5.0

// What the clouds of one map ask of its grid.
struct prob_gridding {
    struct prob_extent extent;
    double bandwidth_m; // widest
    size_t n, most;
    double cell_m[]; // wishes, rising
};

struct prob_gridding *prob_gridding_new(size_t n_clouds)
{
    struct prob_gridding *g = calloc(1, sizeof *g + n_clouds * sizeof g->cell_m[0]);
    if (g)
        g->most = n_clouds;
    return g;
}

void prob_gridding_free(struct prob_gridding *g)
{
    free(g);
}

// Insertion sort: there are some tens.
enum ph_status prob_gridding_add(struct prob_gridding *g, const struct prob_cloud *cloud, struct ph_err *err)
{
    struct prob_spread spread;
    bool nomem = false;
    prob_extent_add(&g->extent, cloud);
    if (!prob_spread_of(cloud, &spread, &nomem) || g->n == g->most)
        return nomem ? core_err_nomem(err) : PH_OK;
    double cell = fmax(sqrt(spread.area50_m2 / CELLS50), SMALLEST_CELL_M);
    size_t at = g->n++;
    for (; at > 0 && g->cell_m[at - 1] > cell; at--)
        g->cell_m[at] = g->cell_m[at - 1];
    g->cell_m[at] = cell;
    g->bandwidth_m = fmax(g->bandwidth_m, spread.bandwidth_m);
    return PH_OK;
}

// Grid of cells of about cell_m over an extent and a margin; near a pole it goes all round.
static struct geo_grid grid_of(const struct prob_extent *e, double cell_m, double margin_m)
{
    struct geo_grid g;
    double dlat = cell_m / geo_earth_m_per_deg_lat(0.5 * (e->south_deg + e->north_deg));
    double margin_deg = margin_m / geo_earth_m_per_deg_lat(0);
    double south = fmax(-90.0, e->south_deg - margin_deg), north = fmin(90.0, e->north_deg + margin_deg);
    double widest = fmin(89.9, fmin(fabs(e->south_deg), fabs(e->north_deg)));
    if (e->south_deg < 0 && e->north_deg > 0)
        widest = 0;
    double narrowest = fmin(89.9, fmax(fabs(south), fabs(north)));
    double dlon = fmin(5.0, cell_m / geo_earth_m_per_deg_lon(widest));
    double room_deg = margin_m / geo_earth_m_per_deg_lon(narrowest);
    double west = e->west_deg - room_deg, east = e->east_deg + room_deg;
    g.nlat = (size_t)fmax(1.0, ceil((north - south) / dlat - 1e-9));
    g.dlat_deg = (south <= -90.0 && north >= 90.0) ? 180.0 / (double)g.nlat : dlat;
    g.south_deg = north >= 90.0 ? 90.0 - (double)g.nlat * g.dlat_deg : south;
    if (g.south_deg < -90.0) {
        g.dlat_deg = (north + 90.0) / (double)g.nlat;
        g.south_deg = -90.0;
    }
    if (east - west >= 360.0 - dlon || north >= 90.0 || south <= -90.0) {
        g.nlon = (size_t)ceil(360.0 / dlon);
        g.dlon_deg = 360.0 / (double)g.nlon;
        g.west_deg = -180.0;
        return g;
    }
    g.nlon = (size_t)fmax(1.0, ceil((east - west) / dlon - 1e-9));
    g.dlon_deg = dlon;
    g.west_deg = core_deg_wrap180(e->ref_lon_deg + west);
    return g;
}

enum ph_status prob_gridding_choose(const struct prob_gridding *g, double cell_m, size_t max_cells,
                                    struct geo_grid *out, struct ph_err *err)
{
    if (!g->n)
        return core_err_set(err, PH_EINPUT, NULL, "check the starting times and the forcing's coverage",
                            "no particle is adrift: there is nothing to map");
    double cell = cell_m > 0 ? cell_m : g->cell_m[g->n / 2]; // the middle of the wishes
    for (;; cell *= 1.05) {
        double margin_m = MARGIN * fmax(g->bandwidth_m, LEAST_CELLS * cell) + 2 * cell;
        *out = grid_of(&g->extent, cell, margin_m);
        if ((double)out->nlat * (double)out->nlon <= fmax(4096.0, (double)max_cells))
            return PH_OK;
    }
}

enum ph_status prob_grid_choose(const struct prob_cloud *clouds, size_t n_clouds, double cell_m,
                                size_t max_cells, struct geo_grid *out, struct ph_err *err)
{
    struct prob_gridding *g = prob_gridding_new(n_clouds);
    enum ph_status status = g ? PH_OK : core_err_nomem(err);
    for (size_t c = 0; !status && c < n_clouds; c++)
        status = prob_gridding_add(g, &clouds[c], err);
    if (!status)
        status = prob_gridding_choose(g, cell_m, max_cells, out, err);
    prob_gridding_free(g);
    return status;
}

// Adds each particle's weight to its cell; returns what fell on the grid.
static double histogram(const struct prob_cloud *cloud, const struct geo_grid *grid, double *mass)
{
    double sum = 0, per_lat = 1 / grid->dlat_deg, per_lon = 1 / grid->dlon_deg;
    double high = (double)grid->nlat, wide = (double)grid->nlon;
    for (size_t k = 0; k < cloud->n; k++) {
        if (!prob_cloud_has(cloud, k))
            continue;
        double east = (double)cloud->lon_deg[k] - grid->west_deg;
        if (east < 0 || east >= 360.0)
            east -= 360.0 * floor(east / 360.0);
        double y = ((double)cloud->lat_deg[k] - grid->south_deg) * per_lat, x = east * per_lon;
        if (!(y >= 0 && y <= high && x <= wide))
            continue;
        size_t i = y < high ? (size_t)y : grid->nlat - 1, j = x < wide ? (size_t)x : grid->nlon - 1;
        mass[i * grid->nlon + j] += cloud->weight[k];
        sum += cloud->weight[k];
    }
    return sum;
}

// The longer side of a cell, where the cloud is.
static double cell_size_m(const struct geo_grid *grid, double lat_deg)
{
    return fmax(grid->dlat_deg * geo_earth_m_per_deg_lat(lat_deg),
                grid->dlon_deg * geo_earth_m_per_deg_lon(lat_deg));
}

enum ph_status prob_map_make(const struct prob_cloud *cloud, const struct geo_grid *grid,
                             struct core_arena *arena, struct prob_map *out, struct ph_err *err)
{
    struct prob_map map = {.grid = *grid};
    bool nomem = false;
    map.mass = CORE_ARENA_NEW(arena, double, grid->nlat * grid->nlon);
    if (!map.mass)
        return core_err_nomem(err);
    map.mapped = histogram(cloud, grid, map.mass);
    struct prob_spread spread;
    if (map.mapped > 0 && prob_spread_of(cloud, &spread, &nomem)) {
        struct core_arena scratch = {0};
        map.bandwidth_m = fmax(spread.bandwidth_m, LEAST_CELLS * cell_size_m(grid, spread.mean_lat_deg));
        enum ph_status status = prob_blur(grid, map.bandwidth_m, &scratch, map.mass, err);
        core_arena_fini(&scratch);
        if (status)
            return status;
    }
    if (nomem)
        return core_err_nomem(err);
    *out = map;
    return PH_OK;
}
