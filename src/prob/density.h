// From a cloud of weighted positions to a probability map, its highest-density regions and the datum.
#ifndef PROB_DENSITY_H
#define PROB_DENSITY_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "geo/grid.h"
#include "geo/position.h"
#include "pharos/pharos.h"

// The cloud at one time: n positions and weights; entries with NaN position or weight 0 are left out.
struct prob_cloud {
    size_t n;
    const float *lat_deg, *lon_deg;
    const double *weight;
};

// Probability per cell. mass sums to `mapped`; elsewhere = 1 - mapped (stranded, missing, not yet released).
struct prob_map {
    struct geo_grid grid;
    double *mass; // [nlat * nlon], south to north, west to east
    double mapped;
    double bandwidth_m; // of the smoothing
};

// Chooses a grid for clouds (one map for all times when several are given) with cells of about cell_m
// (0: by itself, so that the 50 % region has some hundred cells), never more than max_cells.
enum ph_status prob_grid_choose(const struct prob_cloud *clouds, size_t n_clouds, double cell_m,
                                size_t max_cells, struct geo_grid *out, struct ph_err *err) PH_NODISCARD;

// The same, one cloud after another, so that not all must be there at once. NULL: out of memory.
struct prob_gridding;
struct prob_gridding *prob_gridding_new(size_t n_clouds);
enum ph_status prob_gridding_add(struct prob_gridding *gridding, const struct prob_cloud *cloud,
                                 struct ph_err *err) PH_NODISCARD;
enum ph_status prob_gridding_choose(const struct prob_gridding *gridding, double cell_m, size_t max_cells,
                                    struct geo_grid *out, struct ph_err *err) PH_NODISCARD;
void prob_gridding_free(struct prob_gridding *gridding); // accepts NULL

// Histogram and a separable Gaussian whose bandwidth follows the cloud's spread and effective sample size
// (Silverman's rule); mass is conserved. Memory from the arena.
enum ph_status prob_map_make(const struct prob_cloud *cloud, const struct geo_grid *grid,
                             struct core_arena *arena, struct prob_map *out, struct ph_err *err) PH_NODISCARD;

// One ring of a region: closed implicitly, right-hand (outer counter-clockwise, holes clockwise).
struct prob_ring {
    struct geo_pos *pos;
    size_t n;
    size_t polygon; // rings of the same polygon follow each other, the outer one first
};

// The smallest region that holds `mass` of the mapped probability.
struct prob_region {
    double mass;  // asked for: 0.5, 0.75, 0.9, 0.95
    double level; // probability density (per m2) at its edge
    double area_m2;
    struct prob_ring *ring;
    size_t n_rings;
};
enum ph_status prob_region_make(const struct prob_map *map, double mass, struct core_arena *arena,
                                struct prob_region *out, struct ph_err *err) PH_NODISCARD;

// Mean position and covariance (m2, east and north about the mean). False when the cloud has no weight.
struct prob_moments {
    struct geo_pos mean;
    double xx_m2, xy_m2, yy_m2;
    double weight; // sum
};
_Bool prob_moments_of(const struct prob_cloud *cloud, struct prob_moments *out);

// Effective sample size (sum w)^2 / sum w^2.
double prob_effective_n(const double *weight, size_t n);

#endif
