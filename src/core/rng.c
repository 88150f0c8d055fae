#include "core/rng.h"

#include <math.h>

#include "core/units.h"

void core_rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u; // golden ratio
        k1 += 0xBB67AE85u; // sqrt(3) - 1
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void core_rng_words(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                    uint32_t out[4])
{
    uint32_t counter[4] = {(uint32_t)particle, (uint32_t)(particle >> 32), step, (uint32_t)purpose};
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    core_rng_philox(counter, key, out);
}

void core_rng_uniform(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                      double out[4])
{
    uint32_t words[4];
    core_rng_words(seed, particle, step, purpose, words);
    for (int i = 0; i < 4; i++)
        out[i] = ((double)words[i] + 0.5) * 0x1p-32;
}

void core_rng_normal(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                     double out[4])
{
    double u[4];
    core_rng_uniform(seed, particle, step, purpose, u);
    for (int i = 0; i < 4; i += 2) {
        double radius = sqrt(-2.0 * log(u[i]));
        double angle = 2.0 * CORE_PI * u[i + 1];
        out[i] = radius * cos(angle);
        out[i + 1] = radius * sin(angle);
    }
}
