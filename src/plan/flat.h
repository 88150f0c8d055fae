// A plane for the planner: azimuthal equidistant, as geo_plane, but by closed formulas instead of geodesics,
// because whole clouds are laid into it. Distances from the origin are right to a metre within 300 km; local
// scale is right to (r/R)^2 / 6, that is 0.02 % at 200 km.
#ifndef PLAN_FLAT_H
#define PLAN_FLAT_H

#include "geo/earth.h"

struct plan_flat {
    double origin[3], east[3], north[3], up[3]; // earth-centred (m) and its local axes
    double radius_m;                            // of the sphere that fits the ellipsoid best at the origin
    double lat_deg, lon_deg, sin_lat, cos_lat;  // of the origin, and how far it is from the earth's axis
    double axis_m;
};

// The earth-centred place of a position on the ellipsoid, and back (height is dropped).
void plan_flat_ecef(double lat_deg, double lon_deg, double out[3]);
struct geo_pos plan_flat_geodetic(const double ecef[3]);

void plan_flat_init(struct plan_flat *flat, struct geo_pos origin);
struct geo_xy plan_flat_to_xy(const struct plan_flat *flat, double lat_deg, double lon_deg);
struct geo_pos plan_flat_to_pos(const struct plan_flat *flat, struct geo_xy xy);

// Unit vector of true north at a place of the plane (it turns with the distance from the origin's meridian).
struct geo_xy plan_flat_north(const struct plan_flat *flat, struct geo_pos pos);

#endif
