#include "plan/flat.h"

#include <math.h>

#include "core/units.h"

static const double ECC2 = GEO_WGS84_F * (2 - GEO_WGS84_F);

static double dot3(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void plan_flat_ecef(double lat_deg, double lon_deg, double out[3])
{
    double lat = lat_deg * CORE_RAD_PER_DEG, lon = lon_deg * CORE_RAD_PER_DEG;
    double sin_lat = sin(lat), cos_lat = cos(lat);
    double prime_m = GEO_WGS84_A_M / sqrt(1 - ECC2 * sin_lat * sin_lat);
    out[0] = prime_m * cos_lat * cos(lon);
    out[1] = prime_m * cos_lat * sin(lon);
    out[2] = prime_m * (1 - ECC2) * sin_lat;
}

// Bowring (1976): one step is exact to micrometres near the surface.
struct geo_pos plan_flat_geodetic(const double ecef[3])
{
    const double polar_m = GEO_WGS84_A_M * (1 - GEO_WGS84_F);
    double p = hypot(ecef[0], ecef[1]);
    double theta = atan2(ecef[2] * GEO_WGS84_A_M, p * polar_m);
    double s = sin(theta), c = cos(theta);
    double lat =
        atan2(ecef[2] + ECC2 / (1 - ECC2) * polar_m * s * s * s, p - ECC2 * GEO_WGS84_A_M * c * c * c);
    struct geo_pos pos = {lat / CORE_RAD_PER_DEG,
                          core_deg_wrap180(atan2(ecef[1], ecef[0]) / CORE_RAD_PER_DEG)};
    return pos;
}

void plan_flat_init(struct plan_flat *flat, struct geo_pos origin)
{
    double lat = origin.lat_deg * CORE_RAD_PER_DEG, lon = origin.lon_deg * CORE_RAD_PER_DEG;
    double sin_lat = sin(lat), cos_lat = cos(lat), sin_lon = sin(lon), cos_lon = cos(lon);
    double w2 = 1 - ECC2 * sin_lat * sin_lat;
    plan_flat_ecef(origin.lat_deg, origin.lon_deg, flat->origin);
    flat->east[0] = -sin_lon, flat->east[1] = cos_lon, flat->east[2] = 0;
    flat->north[0] = -sin_lat * cos_lon, flat->north[1] = -sin_lat * sin_lon, flat->north[2] = cos_lat;
    flat->up[0] = cos_lat * cos_lon, flat->up[1] = cos_lat * sin_lon, flat->up[2] = sin_lat;
    flat->lat_deg = origin.lat_deg, flat->lon_deg = origin.lon_deg;
    flat->sin_lat = sin_lat, flat->cos_lat = cos_lat;
    flat->axis_m = GEO_WGS84_A_M / sqrt(w2) * cos_lat;
    flat->radius_m = GEO_WGS84_A_M * sqrt(1 - ECC2) / w2; // Gauss: sqrt(meridian x prime vertical)
}

struct geo_xy plan_flat_to_xy(const struct plan_flat *flat, double lat_deg, double lon_deg)
{
    double d[3];
    plan_flat_ecef(lat_deg, lon_deg, d);
    for (int i = 0; i < 3; i++)
        d[i] -= flat->origin[i];
    double e = dot3(d, flat->east), n = dot3(d, flat->north), u = dot3(d, flat->up);
    double across2 = e * e + n * n;
    if (across2 < 1e-6)
        return (struct geo_xy){e, n};
    // the chord through the earth becomes the arc along it
    double half = sqrt(across2 + u * u) / (2 * flat->radius_m);
    double stretch = 2 * flat->radius_m * asin(half < 1 ? half : 1) / sqrt(across2);
    return (struct geo_xy){e * stretch, n * stretch};
}

// The spherical answer, brought down to the ellipsoid.
static struct geo_pos spherical_to_pos(const struct plan_flat *flat, struct geo_xy xy)
{
    double arc = hypot(xy.x_m, xy.y_m) / flat->radius_m;
    double across = arc > 1e-9 ? sin(arc) / arc : 1;
    double fall = 2 * flat->radius_m * sin(arc / 2) * sin(arc / 2);
    double p[3];
    for (int i = 0; i < 3; i++)
        p[i] = flat->origin[i] + across * (xy.x_m * flat->east[i] + xy.y_m * flat->north[i]) -
               fall * flat->up[i];
    return plan_flat_geodetic(p);
}

struct geo_pos plan_flat_to_pos(const struct plan_flat *flat, struct geo_xy xy)
{
    struct geo_xy aim = xy;
    struct geo_pos pos = spherical_to_pos(flat, aim);
    for (int pass = 0; pass < 3; pass++) { // each pass gains three digits
        struct geo_xy got = plan_flat_to_xy(flat, pos.lat_deg, pos.lon_deg);
        aim.x_m += xy.x_m - got.x_m, aim.y_m += xy.y_m - got.y_m;
        pos = spherical_to_pos(flat, aim);
    }
    return pos;
}

struct geo_xy plan_flat_north(const struct plan_flat *flat, struct geo_pos pos)
{
    double step_deg = pos.lat_deg > 0 ? -0.01 : 0.01; // away from the pole
    struct geo_xy a = plan_flat_to_xy(flat, pos.lat_deg, pos.lon_deg);
    struct geo_xy b = plan_flat_to_xy(flat, pos.lat_deg + step_deg, pos.lon_deg);
    double dx = (b.x_m - a.x_m) / step_deg, dy = (b.y_m - a.y_m) / step_deg, length = hypot(dx, dy);
    return (struct geo_xy){dx / length, dy / length};
}
