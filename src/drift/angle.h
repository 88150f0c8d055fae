// Sines, cosines and logarithms as plain sums of powers: the same bits on every machine (libm's depend on the
// processor), and loops over them can be done several rows at a time.
#ifndef DRIFT_ANGLE_H
#define DRIFT_ANGLE_H

#include <stdint.h>
#include <string.h>

// sin(t) and cos(t) for |t| <= pi/4 (radians), to the last bit or two: Taylor's series.
static inline double drift_sin_small(double t)
{
    double x = t * t;
    double sum = 1.0 / 6227020800.0 - x / 1307674368000.0;
    sum = -1.0 / 39916800.0 + x * sum;
    sum = 1.0 / 362880.0 + x * sum;
    sum = -1.0 / 5040.0 + x * sum;
    sum = 1.0 / 120.0 + x * sum;
    sum = -1.0 / 6.0 + x * sum;
    return t + t * x * sum;
}

static inline double drift_cos_small(double t)
{
    double x = t * t;
    double sum = -1.0 / 87178291200.0 + x / 20922789888000.0;
    sum = 1.0 / 479001600.0 + x * sum;
    sum = -1.0 / 3628800.0 + x * sum;
    sum = 1.0 / 40320.0 + x * sum;
    sum = -1.0 / 720.0 + x * sum;
    sum = 1.0 / 24.0 + x * sum;
    sum = -0.5 + x * sum;
    return 1.0 + x * sum;
}

// log(x) for positive normal x: x = m 2^k with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh((m-1)/(m+1)).
static inline double drift_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += 0x3FF0000000000000u - 0x3FE6A09E667F3BCDu; // so that m begins at sqrt(1/2)
    // The exponent as a double without a conversion from 64 bit integers: 2^52 + it, less 2^52.
    uint64_t power_bits = (bits >> 52) | 0x4330000000000000u;
    double power;
    memcpy(&power, &power_bits, sizeof power);
    power -= 4503599627370496.0 + 1023.0;
    bits = (bits & 0x000FFFFFFFFFFFFFu) + 0x3FE6A09E667F3BCDu;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1.0) / (m + 1.0), x2 = s * s;
    double sum = 1.0 / 17.0 + x2 * (1.0 / 19.0 + x2 / 21.0);
    sum = 1.0 / 15.0 + x2 * sum;
    sum = 1.0 / 13.0 + x2 * sum;
    sum = 1.0 / 11.0 + x2 * sum;
    sum = 1.0 / 9.0 + x2 * sum;
    sum = 1.0 / 7.0 + x2 * sum;
    sum = 1.0 / 5.0 + x2 * sum;
    sum = 1.0 / 3.0 + x2 * sum;
    return power * 0.69314718055994530942 + 2.0 * (s + s * x2 * sum);
}

#endif
