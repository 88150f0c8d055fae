#include "sensor/sweep.h"

#include <math.h>

#include "core/units.h"

// M-beta (a constant chance beta out to M, W = 2 beta M) with beta = 1/2, hence M = W.
#define M_BETA 0.5

// Each curve integrates to W over all x. Random search places definite-range legs at random: its curve is the
// definite one, only its POD differs (Koopman 1946; Stone 1975).
double sensor_lateral_range(enum sensor_curve curve, double x_m, double width_m)
{
    double x = fabs(x_m);
    if (!(width_m > 0))
        return 0.0;
    switch (curve) {
    case SENSOR_INVERSE_CUBE:
        return x > 0 ? -expm1(-(width_m / x) * (width_m / x) / (4 * CORE_PI)) : 1.0;
    case SENSOR_M_BETA:
        return x <= width_m / (2 * M_BETA) ? M_BETA : 0.0;
    case SENSOR_GAUSSIAN:
        return exp(-CORE_PI * (x / width_m) * (x / width_m));
    case SENSOR_RANDOM:
    case SENSOR_DEFINITE:
        break;
    }
    return x <= width_m / 2 ? 1.0 : 0.0;
}

// A place lies within M of n or n + 1 of the legs, spaced S = W / C.
static double pod_m_beta(double coverage)
{
    double legs = coverage / M_BETA, n = floor(legs), more = legs - n;
    return 1 - pow(1 - M_BETA, n) * (1 - more * M_BETA);
}

// Chance of being missed by all legs at k/C (in sweep widths), averaged over the place between two of them
// (Simpson). Legs beyond 4 W count for less than 1e-21.
static double pod_gaussian(double coverage)
{
    enum { STEPS = 64 };
    double spacing = 1 / coverage, sum = 0;
    int reach = (int)ceil(4 * coverage) + 1;
    if (coverage > 20)
        return 1.0;
    for (int i = 0; i <= STEPS; i++) {
        double x = spacing / 2 * i / STEPS, missed = 1;
        for (int k = -reach; k <= reach; k++)
            missed *= 1 - sensor_lateral_range(SENSOR_GAUSSIAN, x + k * spacing, 1.0);
        sum += missed * (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2);
    }
    return 1 - sum / (3 * STEPS);
}

double sensor_pod(enum sensor_curve curve, double coverage)
{
    if (!(coverage > 0))
        return 0.0;
    switch (curve) {
    case SENSOR_INVERSE_CUBE:
        return erf(sqrt(CORE_PI) / 2 * coverage);
    case SENSOR_RANDOM:
        return -expm1(-coverage);
    case SENSOR_M_BETA:
        return pod_m_beta(coverage);
    case SENSOR_GAUSSIAN:
        return pod_gaussian(coverage);
    case SENSOR_DEFINITE:
        break;
    }
    return fmin(1.0, coverage);
}
