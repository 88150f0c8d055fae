#include "core/rng.h"

#include <math.h>

#include "core/units.h"

void core_rng_philox(int rounds, const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < rounds; round++) {
        uint64_t p0 = (uint64_t)CORE_PHILOX_M0 * c0;
        uint64_t p1 = (uint64_t)CORE_PHILOX_M1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += CORE_PHILOX_W0;
        k1 += CORE_PHILOX_W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static void words_of(int rounds, uint64_t seed, uint64_t particle, uint32_t step,
                     enum core_rng_purpose purpose, uint32_t out[4])
{
    uint32_t counter[4] = {(uint32_t)particle, (uint32_t)(particle >> 32), step, (uint32_t)purpose};
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    core_rng_philox(rounds, counter, key, out);
}

void core_rng_words(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                    uint32_t out[4])
{
    words_of(10, seed, particle, step, purpose, out);
}

void core_rng_step_words(uint64_t seed, uint64_t particle, uint32_t call, enum core_rng_purpose purpose,
                         uint32_t out[4])
{
    words_of(CORE_RNG_STEP_ROUNDS, seed, particle, call, purpose, out);
}

static double uniform_of(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

// Box-Muller: radius, then angle.
static void normals_of(const uint32_t words[4], double out[4])
{
    for (int i = 0; i < 4; i += 2) {
        double radius = sqrt(-2.0 * log(uniform_of(words[i])));
        double angle = 2.0 * CORE_PI * uniform_of(words[i + 1]);
        out[i] = radius * cos(angle);
        out[i + 1] = radius * sin(angle);
    }
}

void core_rng_step_normal(uint64_t seed, uint64_t particle, uint32_t call, enum core_rng_purpose purpose,
                          double out[4])
{
    uint32_t words[4];
    core_rng_step_words(seed, particle, call, purpose, words);
    normals_of(words, out);
}

void core_rng_uniform(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                      double out[4])
{
    uint32_t words[4];
    core_rng_words(seed, particle, step, purpose, words);
    for (int i = 0; i < 4; i++)
        out[i] = uniform_of(words[i]);
}

void core_rng_normal(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                     double out[4])
{
    uint32_t words[4];
    core_rng_words(seed, particle, step, purpose, words);
    normals_of(words, out);
}
