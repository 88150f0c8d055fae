#include "geo/sun.h"

#include <math.h>

#include "core/time.h"
#include "core/units.h"

static double sin_deg(double deg)
{
    return sin(deg * CORE_RAD_PER_DEG);
}

static double cos_deg(double deg)
{
    return cos(deg * CORE_RAD_PER_DEG);
}

void geo_sun_coordinates(int64_t t_ns, double *declination_deg, double *equation_min)
{
    // Julian centuries since J2000.0 (946728000 s after 1970); the difference of UT and TD does not matter
    // here
    double t = ((double)t_ns / CORE_NS_PER_S - 946728000.0) / (86400.0 * 36525);
    double longitude = fmod(280.46646 + t * (36000.76983 + t * 0.0003032), 360); // mean, eq. 25.2
    double anomaly = 357.52911 + t * (35999.05029 - t * 0.0001537);              // mean, eq. 25.3
    double eccentricity = 0.016708634 - t * (0.000042037 + t * 0.0000001267);    // eq. 25.4
    double centre = sin_deg(anomaly) * (1.914602 - t * (0.004817 + t * 0.000014)) +
                    sin_deg(2 * anomaly) * (0.019993 - t * 0.000101) + sin_deg(3 * anomaly) * 0.000289;
    double node = 125.04 - 1934.136 * t;
    double apparent = longitude + centre - 0.00569 - 0.00478 * sin_deg(node);
    double obliquity = 23 + (26 + (21.448 - t * (46.8150 + t * (0.00059 - t * 0.001813))) / 60) / 60 +
                       0.00256 * cos_deg(node);
    double y = tan(obliquity / 2 * CORE_RAD_PER_DEG), e = eccentricity;
    y *= y;
    double minutes = y * sin_deg(2 * longitude) - 2 * e * sin_deg(anomaly) + // eq. 28.3
                     4 * e * y * sin_deg(anomaly) * cos_deg(2 * longitude) -
                     y * y / 2 * sin_deg(4 * longitude) - 1.25 * e * e * sin_deg(2 * anomaly);
    *declination_deg = asin(sin_deg(obliquity) * sin_deg(apparent)) / CORE_RAD_PER_DEG;
    *equation_min = 4 * minutes / CORE_RAD_PER_DEG;
}

double geo_sun_altitude_deg(struct geo_pos pos, int64_t t_ns)
{
    const int64_t day_ns = 86400 * CORE_NS_PER_S;
    double declination, equation;
    geo_sun_coordinates(t_ns, &declination, &equation);
    double minutes = (double)((t_ns % day_ns + day_ns) % day_ns) / (60.0 * CORE_NS_PER_S);
    double hour_angle = (minutes + equation) / 4 + pos.lon_deg - 180;
    return asin(sin_deg(pos.lat_deg) * sin_deg(declination) +
                cos_deg(pos.lat_deg) * cos_deg(declination) * cos_deg(hour_angle)) /
           CORE_RAD_PER_DEG;
}

bool geo_sun_is_up(struct geo_pos pos, int64_t t_ns)
{
    return geo_sun_altitude_deg(pos, t_ns) > -0.833;
}
