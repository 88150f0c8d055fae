#include "drift/draw.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/units.h"
#include "drift/angle.h"

enum { ROWS = 64 }; // at a time, so that all of it stays near

// Philox4x32-7 (Salmon et al. 2011) as core/rng.c has it, the rounds outside, the rows inside.
static void philox_rows(size_t n, uint64_t seed, const uint32_t *particle, uint32_t call, uint32_t purpose,
                        uint32_t c[4][ROWS])
{
    for (size_t i = 0; i < n; i++) {
        c[0][i] = particle[i];
        c[1][i] = 0;
        c[2][i] = call;
        c[3][i] = purpose;
    }
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < CORE_RNG_STEP_ROUNDS; round++) {
        for (size_t i = 0; i < n; i++) {
            uint64_t p0 = (uint64_t)CORE_PHILOX_M0 * c[0][i];
            uint64_t p1 = (uint64_t)CORE_PHILOX_M1 * c[2][i];
            c[0][i] = (uint32_t)(p1 >> 32) ^ c[1][i] ^ k0;
            c[1][i] = (uint32_t)p1;
            c[2][i] = (uint32_t)(p0 >> 32) ^ c[3][i] ^ k1;
            c[3][i] = (uint32_t)p0;
        }
        k0 += CORE_PHILOX_W0;
        k1 += CORE_PHILOX_W1;
    }
}

static size_t rows_from(size_t from, size_t n)
{
    return n - from < ROWS ? n - from : ROWS;
}

void drift_draw_words(size_t n, uint64_t seed, const uint32_t *particle, uint32_t call,
                      enum core_rng_purpose purpose, uint32_t *const words[4])
{
    uint32_t c[4][ROWS];
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = rows_from(from, n);
        philox_rows(rows, seed, particle + from, call, (uint32_t)purpose, c);
        for (int k = 0; k < 4; k++)
            memcpy(words[k] + from, c[k], rows * sizeof c[k][0]);
    }
}

void drift_draw_uniform(size_t n, int word, uint64_t seed, const uint32_t *particle, uint32_t call,
                        enum core_rng_purpose purpose, double *out)
{
    uint32_t c[4][ROWS];
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = rows_from(from, n);
        philox_rows(rows, seed, particle + from, call, (uint32_t)purpose, c);
        for (size_t i = 0; i < rows; i++)
            out[from + i] = ((double)c[word][i] + 0.5) * 0x1p-32;
    }
}

// Box-Muller: radius sqrt(-2 log u), angle a full turn times w. The angle is cut into quarters while it is
// still an integer, so that nothing is lost. Three short passes, each of one kind of number.
static void box_muller(size_t n, const uint32_t *restrict radius_word, const uint32_t *restrict angle_word,
                       double *restrict x, double *restrict y)
{
    double radius[ROWS], angle[ROWS], east[ROWS], north[ROWS];
    for (size_t i = 0; i < n; i++) {
        int32_t quarter = (int32_t)((angle_word[i] + 0x20000000u) >> 30); // nearest quarter turn, 0..3
        int32_t rest = (int32_t)(angle_word[i] - ((uint32_t)quarter << 30));
        angle[i] = (double)rest;
        east[i] = (double)((quarter == 0) - (quarter == 2)); // that quarter turn's cosine and sine
        north[i] = (double)((quarter == 1) - (quarter == 3));
        radius[i] = (double)(int32_t)(radius_word[i] ^ 0x80000000u); // the word less 2^31
    }
    for (size_t i = 0; i < n; i++)
        radius[i] = sqrt(-2.0 * drift_log((radius[i] + (0x1p31 + 0.5)) * 0x1p-32));
    for (size_t i = 0; i < n; i++) {
        double t = (angle[i] + 0.5) * (2.0 * CORE_PI * 0x1p-32);
        double s = drift_sin_small(t), c = drift_cos_small(t);
        x[i] = radius[i] * (c * east[i] - s * north[i]);
        y[i] = radius[i] * (s * east[i] + c * north[i]);
    }
}

void drift_draw_normal(size_t n, int first, int count, uint64_t seed, const uint32_t *particle, uint32_t call,
                       enum core_rng_purpose purpose, double *const out[])
{
    uint32_t c[4][ROWS];
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = rows_from(from, n);
        philox_rows(rows, seed, particle + from, call, (uint32_t)purpose, c);
        for (int k = 0; k < count; k += 2)
            box_muller(rows, c[first + k], c[first + k + 1], out[k] + from, out[k + 1] + from);
    }
}
