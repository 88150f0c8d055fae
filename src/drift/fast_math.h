// Sines, cosines and logarithms in float as plain sums of powers, so that a loop over rows does eight at a
// time. Each is within 2e-7 of the truth, relative to the larger of the value and what it is used for.
#ifndef DRIFT_FAST_MATH_H
#define DRIFT_FAST_MATH_H

#include <stdint.h>
#include <string.h>

#include "core/units.h"

static inline float drift_fast_float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t drift_fast_bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

// sin(t), cos(t) for |t| <= pi/4: Taylor's series; the first term left out is below 2e-9 and 3e-10.
static inline float drift_fast_sin(float t)
{
    float x = t * t;
    float sum = -1.0f / 5040.0f + x * (1.0f / 362880.0f);
    sum = 1.0f / 120.0f + x * sum;
    sum = -1.0f / 6.0f + x * sum;
    return t + t * (x * sum);
}

static inline float drift_fast_cos(float t)
{
    float x = t * t;
    float sum = 1.0f / 40320.0f - x * (1.0f / 3628800.0f);
    sum = -1.0f / 720.0f + x * sum;
    sum = 1.0f / 24.0f + x * sum;
    sum = -0.5f + x * sum;
    return 1.0f + x * sum;
}

// -2 log(u), u = (word + 1/2) / 2^32: u = m 2^k with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh(s),
// s = (m - 1) / (m + 1). Near u = 1 what rounding took from u is given back to m - 1.
static inline float drift_fast_minus_2_log(uint32_t word)
{
    // Both halves of the word by themselves: small words keep all their bits.
    float high = (float)(int32_t)(word >> 16) * 65536.0f, low = (float)(int32_t)(word & 0xFFFFu) + 0.5f;
    float sum = high + low, lost = (low - (sum - high)) * 0x1p-32f;
    uint32_t bits = drift_fast_bits_of(sum * 0x1p-32f) + (0x3F800000u - 0x3F3504F3u);
    float power = (float)((int32_t)(bits >> 23) - 127);
    float m = drift_fast_float_of((bits & 0x007FFFFFu) + 0x3F3504F3u);
    float s = ((m - 1.0f) + lost) / (m + 1.0f), x = s * s;
    float series = 1.0f / 7.0f + x * (1.0f / 9.0f);
    series = 1.0f / 5.0f + x * series;
    series = 1.0f / 3.0f + x * series;
    return power * -1.38629436f + -4.0f * (s + s * (x * series));
}

// Cosine and sine of a full turn times (word + 1/2) / 2^32. The turn is cut into quarters while it is still
// an integer; what is left is within pi/4.
struct drift_fast_turn {
    float cosine, sine;
};
static inline struct drift_fast_turn drift_fast_turn_of(uint32_t word)
{
    uint32_t quarter = (word + 0x20000000u) >> 30;
    float t = ((float)(int32_t)(word - (quarter << 30)) + 0.5f) * (float)(2.0 * CORE_PI * 0x1p-32);
    uint32_t s = drift_fast_bits_of(drift_fast_sin(t)), c = drift_fast_bits_of(drift_fast_cos(t));
    uint32_t swap = 0u - (quarter & 1u); // all bits or none
    uint32_t differ = (s ^ c) & swap;
    uint32_t cosine = (c ^ differ) ^ (((quarter + 1u) & 2u) << 30);
    uint32_t sine = (s ^ differ) ^ ((quarter & 2u) << 30);
    return (struct drift_fast_turn){drift_fast_float_of(cosine), drift_fast_float_of(sine)};
}

#endif
