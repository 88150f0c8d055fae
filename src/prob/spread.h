// How wide a cloud is, for the choice of cells and bandwidth.
#ifndef PROB_SPREAD_H
#define PROB_SPREAD_H

#include <stdbool.h>

#include "geo/earth.h"
#include "prob/density.h"

// Where a cloud lies; longitudes run on from a reference, so that east may pass 180.
struct prob_extent {
    double ref_lon_deg;
    double south_deg, north_deg, west_deg, east_deg; // west and east relative to ref_lon_deg
    size_t n;
};
// Grows `extent` by a cloud; an extent with n == 0 starts anew.
void prob_extent_add(struct prob_extent *extent, const struct prob_cloud *cloud);

struct prob_spread {
    double area50_m2;   // of the densest half
    double bandwidth_m; // Silverman's rule on it
    double mean_lat_deg;
};
// False when the cloud has no weight (or memory is out: *nomem).
bool prob_spread_of(const struct prob_cloud *cloud, struct prob_spread *out, bool *nomem);

// Level at which the cells denser than it hold a mass of `target`: bisection, no sorting.
double prob_level_of(const double *mass, const double *density, size_t n, double target);

// A place on the plane about another: by the middle latitude near by (a few parts in 10^5), else by the
// geodesic.
struct geo_xy prob_offset_of(const struct geo_plane *plane, struct geo_pos pos);

static inline bool prob_cloud_has(const struct prob_cloud *cloud, size_t i)
{
    // NaN positions fail the comparison
    return cloud->weight[i] > 0 && cloud->lat_deg[i] >= -90.0f && cloud->lon_deg[i] >= -360.0f;
}

#endif
