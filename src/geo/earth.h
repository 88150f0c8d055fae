// WGS84: local metres, steps, geodesics.
#ifndef GEO_EARTH_H
#define GEO_EARTH_H

#include <math.h>

#include "core/units.h"
#include "geo/position.h"

#define GEO_WGS84_A_M 6378137.0
#define GEO_WGS84_F (1.0 / 298.257223563)
#define GEO_WGS84_E2 (GEO_WGS84_F * (2.0 - GEO_WGS84_F)) // first eccentricity squared

// Metres per degree at a latitude, north and east: one sine for both, for hot loops.
struct geo_scale {
    double lat_m, lon_m;
};

// M = a(1-e2)/(1-e2 sin^2)^1.5 and N cos = a cos/(1-e2 sin^2)^0.5 (e.g. Snyder 1987, USGS PP 1395, 4-18,
// 4-20).
static inline struct geo_scale geo_earth_scale(double lat_deg)
{
    double s = sin(lat_deg * CORE_RAD_PER_DEG), s2 = s * s;
    double w2 = 1.0 - GEO_WGS84_E2 * s2, n = GEO_WGS84_A_M * CORE_RAD_PER_DEG / sqrt(w2);
    struct geo_scale scale = {n * (1.0 - GEO_WGS84_E2) / w2, s2 < 1.0 ? n * sqrt(1.0 - s2) : 0.0};
    return scale;
}

// Metres per degree of latitude (meridian radius) and of longitude (prime vertical radius x cos lat).
double geo_earth_m_per_deg_lat(double lat_deg);
double geo_earth_m_per_deg_lon(double lat_deg);

// A step of local metres from a place: to the north by the meridian radius, to the east by the parallel's
// radius at the mean latitude. Within a degree of a pole it goes through the pole's plane, so that it
// crosses poles and the antimeridian like any other place.
struct geo_pos geo_earth_step(struct geo_pos from, double east_m, double north_m);

// An east-north vector at `at` in the axes in which geo_earth_step(from, ...) moves: near a pole east and
// north turn within one step, so an integrator that averages velocities carries them to the step's start
// first. Unchanged unless `from` is within a degree of a pole.
void geo_earth_carry(struct geo_pos from, struct geo_pos at, double *east, double *north);

// Geodesic distance (m), initial bearing (degrees true, [0,360)), and the place at bearing and distance.
double geo_earth_distance_m(struct geo_pos a, struct geo_pos b);
double geo_earth_bearing_deg(struct geo_pos a, struct geo_pos b);
struct geo_pos geo_earth_forward(struct geo_pos from, double bearing_deg, double distance_m);

// A plane tangent at an origin (azimuthal equidistant): x east, y north, metres. Exact in distance and
// bearing from the origin; used where legs, areas and covariances live.
struct geo_plane {
    struct geo_pos origin;
};
struct geo_xy {
    double x_m, y_m;
};
struct geo_xy geo_plane_to_xy(const struct geo_plane *plane, struct geo_pos pos);
struct geo_pos geo_plane_to_pos(const struct geo_plane *plane, struct geo_xy xy);

// Weighted mean position on the ellipsoid's normals (3-D mean), right across the antimeridian and poles.
// Returns false when there is no weight.
_Bool geo_earth_mean(unsigned long n, const struct geo_pos *pos, const double *weight, struct geo_pos *out);

#endif
