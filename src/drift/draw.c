#include "drift/draw.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/units.h"
#include "drift/angle.h"

enum { ROWS = 64 }; // at a time, so that all of it stays near

// Philox4x32-10 (Salmon et al. 2011) as core/rng.c has it, the rounds outside, the rows inside.
static void philox_rows(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step, uint32_t purpose,
                        uint32_t c[4][ROWS])
{
    for (size_t i = 0; i < n; i++) {
        c[0][i] = particle[i];
        c[1][i] = 0;
        c[2][i] = step;
        c[3][i] = purpose;
    }
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < n; i++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c[0][i];
            uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2][i];
            c[0][i] = (uint32_t)(p1 >> 32) ^ c[1][i] ^ k0;
            c[1][i] = (uint32_t)p1;
            c[2][i] = (uint32_t)(p0 >> 32) ^ c[3][i] ^ k1;
            c[3][i] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

static size_t rows_from(size_t from, size_t n)
{
    return n - from < ROWS ? n - from : ROWS;
}

void drift_draw_words(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step,
                      enum core_rng_purpose purpose, uint32_t *const words[4])
{
    uint32_t c[4][ROWS];
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = rows_from(from, n);
        philox_rows(rows, seed, particle + from, step, (uint32_t)purpose, c);
        for (int k = 0; k < 4; k++)
            memcpy(words[k] + from, c[k], rows * sizeof c[k][0]);
    }
}

void drift_draw_uniform(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step,
                        enum core_rng_purpose purpose, double *out)
{
    uint32_t c[4][ROWS];
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = rows_from(from, n);
        philox_rows(rows, seed, particle + from, step, (uint32_t)purpose, c);
        for (size_t i = 0; i < rows; i++)
            out[from + i] = ((double)c[0][i] + 0.5) * 0x1p-32;
    }
}

// Box-Muller: radius sqrt(-2 log u), angle a full turn times w. The angle is cut into quarters before it
// becomes a number with a point, so that nothing is lost.
static void box_muller(size_t n, const uint32_t *restrict radius_word, const uint32_t *restrict angle_word,
                       double *restrict x, double *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        double radius = sqrt(-2.0 * drift_log(((double)radius_word[i] + 0.5) * 0x1p-32));
        uint32_t quarter = angle_word[i] + 0x20000000u; // quarters from -45 degrees
        int32_t rest = (int32_t)(quarter & 0x3FFFFFFFu) - 0x20000000;
        double t = ((double)rest + 0.5) * (2.0 * CORE_PI * 0x1p-32);
        double s = drift_sin_small(t), c = drift_cos_small(t);
        bool odd = quarter & 0x40000000u, behind = quarter & 0x80000000u;
        double cosine = odd ? -s : c, sine = odd ? c : s;
        x[i] = radius * (behind ? -cosine : cosine);
        y[i] = radius * (behind ? -sine : sine);
    }
}

void drift_draw_normal(size_t n, int count, uint64_t seed, const uint32_t *particle, uint32_t step,
                       enum core_rng_purpose purpose, double *const out[])
{
    uint32_t c[4][ROWS];
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = rows_from(from, n);
        philox_rows(rows, seed, particle + from, step, (uint32_t)purpose, c);
        for (int k = 0; k < count; k += 2)
            box_muller(rows, c[k], c[k + 1], out[k] + from, out[k + 1] + from);
    }
}
