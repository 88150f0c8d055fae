// Sines, cosines and logarithms in float as plain sums of powers, several rows at a time. Each is within 2e-7
// of the truth, relative to the larger of the value and what it is used for.
#ifndef DRIFT_FAST_MATH_H
#define DRIFT_FAST_MATH_H

#include "core/units.h"
#include "drift/fast_lanes.h"

// sin(t), cos(t) for |t| <= pi/4: polynomials of least greatest error (fitted for this), 2e-9 and 1e-10.
LANES_PART lanes drift_fast_sin(lanes t)
{
    lanes x = t * t;
    lanes sum = lanes_fma(x, lanes_all(-1.9496e-4f), lanes_all(8.33198e-3f));
    sum = lanes_fma(x, sum, lanes_all(-0.16666651f));
    return lanes_fma(t * x, sum, t);
}

LANES_PART lanes drift_fast_cos(lanes t)
{
    lanes x = t * t;
    lanes sum = lanes_fma(x, lanes_all(2.44384515e-5f), lanes_all(-1.38873675e-3f));
    sum = lanes_fma(x, sum, lanes_all(4.16666469e-2f));
    sum = lanes_fma(x, sum, lanes_all(-0.5f));
    return lanes_fma(x, sum, lanes_all(1.0f));
}

// -2 log(u), u = (word + 1/2) / 2^32: u = m 2^k with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh(s),
// s = (m - 1) / (m + 1). Near u = 1 what rounding took from u is given back to m - 1.
LANES_PART lanes drift_fast_minus_2_log(lanes_word word)
{
    // Both halves of the word by themselves: small words keep all their bits.
    lanes high = lanes_of_whole(word >> 16) * 0x1p-16f;
    lanes low = lanes_fma(lanes_of_whole(word & 0xFFFFu), lanes_all(0x1p-32f), lanes_all(0x1p-33f));
    lanes sum = high + low, lost = low - (sum - high);
    lanes_word bits = lanes_bits(sum) + (0x3F800000u - 0x3F3504F3u);
    lanes power = lanes_of_whole((bits >> 23) - 127u);
    lanes m = (lanes)((bits & 0x007FFFFFu) + 0x3F3504F3u);
    lanes s = ((m - 1.0f) + lost) / (m + 1.0f), x = s * s;
    lanes series = lanes_fma(x, lanes_all(0.14936077f), lanes_all(0.19988764f)); // of (artanh s - s) / s^3,
    series = lanes_fma(x, series, lanes_all(0.33333388f));                       // fitted to 1e-9
    s = s * -4.0f;
    return lanes_fma(power, lanes_all(-1.38629436f), lanes_fma(s * x, series, s));
}

// Cosine and sine of a full turn times (word + 1/2) / 2^32. The turn is cut into quarters while it is still
// an integer; what is left is within pi/4.
struct drift_fast_turn {
    lanes cosine, sine;
};
LANES_PART struct drift_fast_turn drift_fast_turn_of(lanes_word word)
{
    lanes_word quarter = word + 0x20000000u; // its two highest bits
    lanes_word rest = word - (quarter & 0xC0000000u);
    const float full = (float)(2.0 * CORE_PI * 0x1p-32);
    lanes t = (lanes_of_whole(rest) + 0.5f) * full;
    lanes s = drift_fast_sin(t), c = drift_fast_cos(t);
    lanes_mask swap = (lanes_mask)(quarter << 1) >> 31; // odd quarters
    lanes_word cosine_sign = (quarter ^ (quarter << 1)) & 0x80000000u, sine_sign = quarter & 0x80000000u;
    return (struct drift_fast_turn){(lanes)(lanes_bits(lanes_choose(swap, s, c)) ^ cosine_sign),
                                    (lanes)(lanes_bits(lanes_choose(swap, c, s)) ^ sine_sign)};
}

#endif
