#include "prob/density.h"

#include <math.h>

#include "core/units.h"
#include "geo/earth.h"
#include "prob/spread.h"

// Within this distance the middle-latitude formula agrees with the geodesic to a few parts in 10^5.
#define NEAR_DEG 0.5
#define POLAR_DEG 80.0

// Sum of the ellipsoid's normals, as geo_earth_mean defines the mean, without a copy of the cloud.
static bool mean_of(const struct prob_cloud *cloud, struct prob_moments *out)
{
    double x = 0, y = 0, z = 0, sum = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        if (!prob_cloud_has(cloud, i))
            continue;
        double lat = (double)cloud->lat_deg[i] * CORE_RAD_PER_DEG,
               lon = (double)cloud->lon_deg[i] * CORE_RAD_PER_DEG;
        double w = cloud->weight[i], c = cos(lat);
        x += w * c * cos(lon);
        y += w * c * sin(lon);
        z += w * sin(lat);
        sum += w;
    }
    if (!(sum > 0))
        return false;
    out->weight = sum;
    out->mean.lat_deg = atan2(z, hypot(x, y)) / CORE_RAD_PER_DEG;
    out->mean.lon_deg = core_deg_wrap180(atan2(y, x) / CORE_RAD_PER_DEG);
    return true;
}

struct geo_xy prob_offset_of(const struct geo_plane *plane, struct geo_pos pos)
{
    double dlat = pos.lat_deg - plane->origin.lat_deg;
    double dlon = core_deg_wrap180(pos.lon_deg - plane->origin.lon_deg);
    double middle = 0.5 * (pos.lat_deg + plane->origin.lat_deg);
    if (fabs(dlat) > NEAR_DEG || fabs(dlon) > NEAR_DEG || fabs(middle) > POLAR_DEG)
        return geo_plane_to_xy(plane, pos);
    return (struct geo_xy){dlon * geo_earth_m_per_deg_lon(middle), dlat * geo_earth_m_per_deg_lat(middle)};
}

bool prob_moments_of(const struct prob_cloud *cloud, struct prob_moments *out)
{
    struct prob_moments m = {0};
    if (!mean_of(cloud, &m))
        return false;
    struct geo_plane plane = {m.mean};
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        if (!prob_cloud_has(cloud, i))
            continue;
        struct geo_pos pos = {(double)cloud->lat_deg[i], (double)cloud->lon_deg[i]};
        struct geo_xy d = prob_offset_of(&plane, pos);
        double w = cloud->weight[i] / m.weight;
        x += w * d.x_m;
        y += w * d.y_m;
        xx += w * d.x_m * d.x_m;
        xy += w * d.x_m * d.y_m;
        yy += w * d.y_m * d.y_m;
    }
    // The mean of the normals is that of the plane up to curvature; the covariance is about the latter.
    m.xx_m2 = xx - x * x;
    m.xy_m2 = xy - x * y;
    m.yy_m2 = yy - y * y;
    *out = m;
    return true;
}

double prob_effective_n(const double *weight, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += weight[i];
        squares += weight[i] * weight[i];
    }
    return squares > 0 ? sum * sum / squares : 0.0;
}
