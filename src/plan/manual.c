#include "plan/manual.h"

#include <math.h>

#include "sensor/sweep.h"

static const double SIGMAS_PER_E = 1.1774100225154747; // sqrt(2 ln 2): E holds 50 % of a circular normal

double plan_manual_pos(double e_m, double effort_m2, double factor, enum plan_detection detection)
{
    double sigma = e_m / SIGMAS_PER_E, radius = factor * e_m;
    double side = erf(radius / (sigma * sqrt(2)));
    double coverage = effort_m2 / (4 * radius * radius);
    return side * side * sensor_pod(detection == PLAN_RANDOM ? SENSOR_RANDOM : SENSOR_INVERSE_CUBE, coverage);
}

// Golden section: POC x POD has a single top in the factor.
double plan_manual_factor(double e_m, double effort_m2, enum plan_detection detection, double *pos)
{
    const double golden = (sqrt(5) - 1) / 2;
    double lo = 0.02, hi = 6;
    for (int i = 0; i < 60; i++) {
        double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo);
        if (plan_manual_pos(e_m, effort_m2, a, detection) < plan_manual_pos(e_m, effort_m2, b, detection))
            lo = a;
        else
            hi = b;
    }
    *pos = plan_manual_pos(e_m, effort_m2, (lo + hi) / 2, detection);
    return (lo + hi) / 2;
}
