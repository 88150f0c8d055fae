// Where the sun stands: for day and night.
#ifndef GEO_SUN_H
#define GEO_SUN_H

#include <stdbool.h>
#include <stdint.h>

#include "geo/position.h"

// Declination (degrees) and equation of time (minutes) by the low-accuracy theory of Meeus, Astronomical
// Algorithms (2nd ed. 1998), chapters 25 and 28, as NOAA's solar calculator uses it: good to 0.01 degrees.
void geo_sun_coordinates(int64_t t_ns, double *declination_deg, double *equation_min);

// Height of the sun's centre above the true horizon, degrees, without refraction.
double geo_sun_altitude_deg(struct geo_pos pos, int64_t t_ns);

// Between sunrise and sunset: the upper limb above a sea horizon with mean refraction, centre above -0.833.
bool geo_sun_is_up(struct geo_pos pos, int64_t t_ns);

#endif
