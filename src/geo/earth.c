#include "geo/earth.h"

#include <geodesic.h>
#include <stdbool.h>
#include <stddef.h>

#define POLE_LAT_DEG 89.0       // beyond it steps are taken in the pole's plane
#define LONG_STEP_M 20000.0     // beyond it a step near a pole is a geodesic
#define MEAN_M_PER_DEG 111133.0 // of latitude; only to find the middle of a step

double geo_earth_m_per_deg_lat(double lat_deg)
{
    return geo_earth_scale(lat_deg).lat_m;
}

double geo_earth_m_per_deg_lon(double lat_deg)
{
    return geo_earth_scale(lat_deg).lon_m;
}

static double fold(double lon_deg)
{
    return lon_deg >= -180.0 && lon_deg < 180.0 ? lon_deg : core_deg_wrap180(lon_deg);
}

// Metres per degree along the meridian at the pole itself; over the last degree it varies by 3e-6.
static double pole_m_per_deg(void)
{
    return GEO_WGS84_A_M / sqrt(1.0 - GEO_WGS84_E2) * CORE_RAD_PER_DEG;
}

// Azimuthal equidistant plane of the nearer pole. It is laid out for the north pole, x toward 90 E and y
// toward 180; for the south pole the world is mirrored at the equator, which leaves east as it is.
static struct geo_pos step_at_pole(struct geo_pos from, double east_m, double north_m)
{
    double sign = from.lat_deg < 0 ? -1.0 : 1.0, scale = pole_m_per_deg();
    double r = (90.0 - fabs(from.lat_deg)) * scale, lambda = from.lon_deg * CORE_RAD_PER_DEG;
    double s = sin(lambda), c = cos(lambda), toward = sign * north_m;
    double x = r * s + east_m * c - toward * s, y = -r * c + east_m * s + toward * c;
    struct geo_pos to = {sign * (90.0 - hypot(x, y) / scale), from.lon_deg};
    if (x != 0 || y != 0)
        to.lon_deg = fold(atan2(x, -y) / CORE_RAD_PER_DEG);
    return to;
}

struct geo_pos geo_earth_step(struct geo_pos from, double east_m, double north_m)
{
    double mid_deg = from.lat_deg + 0.5 * north_m / MEAN_M_PER_DEG;
    if (fabs(from.lat_deg) > POLE_LAT_DEG || fabs(mid_deg) > POLE_LAT_DEG) {
        double far_m = hypot(east_m, north_m);
        if (far_m > LONG_STEP_M || fabs(from.lat_deg) <= POLE_LAT_DEG)
            return geo_earth_forward(from, atan2(east_m, north_m) / CORE_RAD_PER_DEG, far_m);
        return step_at_pole(from, east_m, north_m);
    }
    struct geo_scale scale = geo_earth_scale(mid_deg);
    double lat_deg = from.lat_deg + north_m / scale.lat_m;
    if (fabs(lat_deg) > 90.0)
        return geo_earth_forward(from, atan2(east_m, north_m) / CORE_RAD_PER_DEG, hypot(east_m, north_m));
    struct geo_pos to = {lat_deg, fold(from.lon_deg + east_m / scale.lon_m)};
    return to;
}

void geo_earth_carry(struct geo_pos from, struct geo_pos at, double *east, double *north)
{
    if (fabs(from.lat_deg) <= POLE_LAT_DEG)
        return;
    // In the plane the local axes stand turned by the longitude (mirrored in the south).
    double turn = (at.lon_deg - from.lon_deg) * CORE_RAD_PER_DEG * (from.lat_deg < 0 ? -1.0 : 1.0);
    double s = sin(turn), c = cos(turn), e = *east, n = *north;
    *east = e * c - n * s;
    *north = e * s + n * c;
}

// Geodesics after Karney 2013 (J. Geod. 87, 43-55), as PROJ carries them.
static struct geod_geodesic wgs84(void)
{
    struct geod_geodesic g;
    geod_init(&g, GEO_WGS84_A_M, GEO_WGS84_F);
    return g;
}

double geo_earth_distance_m(struct geo_pos a, struct geo_pos b)
{
    struct geod_geodesic g = wgs84();
    double s_m = 0;
    geod_inverse(&g, a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg, &s_m, NULL, NULL);
    return s_m;
}

double geo_earth_bearing_deg(struct geo_pos a, struct geo_pos b)
{
    struct geod_geodesic g = wgs84();
    double azimuth_deg = 0;
    geod_inverse(&g, a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg, NULL, &azimuth_deg, NULL);
    return core_deg_wrap360(azimuth_deg);
}

struct geo_pos geo_earth_forward(struct geo_pos from, double bearing_deg, double distance_m)
{
    struct geod_geodesic g = wgs84();
    struct geo_pos to = from;
    geod_direct(&g, from.lat_deg, from.lon_deg, bearing_deg, distance_m, &to.lat_deg, &to.lon_deg, NULL);
    to.lon_deg = fold(to.lon_deg);
    return to;
}

struct geo_xy geo_plane_to_xy(const struct geo_plane *plane, struct geo_pos pos)
{
    struct geod_geodesic g = wgs84();
    double s_m = 0, azimuth_deg = 0;
    geod_inverse(&g, plane->origin.lat_deg, plane->origin.lon_deg, pos.lat_deg, pos.lon_deg, &s_m,
                 &azimuth_deg, NULL);
    struct geo_xy xy = {s_m * sin(azimuth_deg * CORE_RAD_PER_DEG), s_m * cos(azimuth_deg * CORE_RAD_PER_DEG)};
    return xy;
}

struct geo_pos geo_plane_to_pos(const struct geo_plane *plane, struct geo_xy xy)
{
    return geo_earth_forward(plane->origin, atan2(xy.x_m, xy.y_m) / CORE_RAD_PER_DEG, hypot(xy.x_m, xy.y_m));
}

bool geo_earth_mean(unsigned long n, const struct geo_pos *pos, const double *weight, struct geo_pos *out)
{
    double x = 0, y = 0, z = 0, total = 0;
    for (unsigned long i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1.0;
        if (!(w > 0) || !isfinite(pos[i].lat_deg) || !isfinite(pos[i].lon_deg))
            continue;
        double phi = pos[i].lat_deg * CORE_RAD_PER_DEG, lambda = pos[i].lon_deg * CORE_RAD_PER_DEG;
        x += w * cos(phi) * cos(lambda);
        y += w * cos(phi) * sin(lambda);
        z += w * sin(phi);
        total += w;
    }
    // Places that cancel out (two poles) have no mean.
    if (!(total > 0) || !(sqrt(x * x + y * y + z * z) > 1e-9 * total))
        return false;
    out->lat_deg = atan2(z, hypot(x, y)) / CORE_RAD_PER_DEG;
    out->lon_deg = fold(atan2(y, x) / CORE_RAD_PER_DEG);
    return true;
}
