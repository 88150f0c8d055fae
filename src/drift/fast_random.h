// The random words of core/rng.h and normals of them, several rows at a time.
#ifndef DRIFT_FAST_RANDOM_H
#define DRIFT_FAST_RANDOM_H

#include "core/rng.h"
#include "drift/fast_math.h"

// Philox multiplies 32 by 32 bits into 64. Processors do that for every second lane, so even and odd lanes
// are kept apart, one in each 64 bits, from the first round to the last: only there are they put together.
typedef uint64_t lanes_pair __attribute__((vector_size(4 * LANES), may_alias));

LANES_PART lanes_pair philox_product(lanes_pair x, uint32_t factor)
{
#if LANES == 16
    return (lanes_pair)_mm512_mul_epu32((__m512i)x, _mm512_set1_epi64(factor));
#elif LANES == 8
    return (lanes_pair)_mm256_mul_epu32((__m256i)x, _mm256_set1_epi64x(factor));
#elif defined(__x86_64__)
    return (lanes_pair)_mm_mul_epu32((__m128i)x, _mm_set1_epi64x(factor));
#elif defined(__ARM_NEON)
    return (lanes_pair)vmull_n_u32(vmovn_u64((uint64x2_t)x), factor);
#else
    return (x & 0xFFFFFFFFu) * factor;
#endif
}

struct philox_state {
    lanes_pair c0, c1, c2, c3; // of each 64 bits only the lower half counts
};

LANES_PART struct philox_state philox_round(struct philox_state c, uint32_t k0, uint32_t k1)
{
    lanes_pair p0 = philox_product(c.c0, CORE_PHILOX_M0), p1 = philox_product(c.c2, CORE_PHILOX_M1);
    return (struct philox_state){(p1 >> 32) ^ (c.c1 ^ k0), p1, (p0 >> 32) ^ (c.c3 ^ k1), p0};
}

LANES_PART void philox_join(lanes_pair even, lanes_pair odd, uint32_t *out)
{
    *(lanes_pair *)(void *)out = (even & 0xFFFFFFFFu) | (odd << 32);
}

// core_rng_step_words for n rows: word k of row i at word[k * stride + i].
LANES_PART void philox_rows(size_t n, uint64_t seed, const uint32_t *restrict particle, uint32_t index,
                            uint32_t purpose, size_t stride, uint32_t *restrict word)
{
    for (size_t i = 0; i < n; i += LANES) {
        lanes_pair id = (lanes_pair)lanes_load_word(particle + i), zero = {0};
        struct philox_state even = {id, zero, zero + index, zero + purpose}, odd = even;
        odd.c0 = id >> 32;
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < CORE_RNG_STEP_ROUNDS; round++) {
            even = philox_round(even, k0, k1);
            odd = philox_round(odd, k0, k1);
            k0 += CORE_PHILOX_W0;
            k1 += CORE_PHILOX_W1;
        }
        philox_join(even.c0, odd.c0, word + i);
        philox_join(even.c1, odd.c1, word + stride + i);
        philox_join(even.c2, odd.c2, word + 2 * stride + i);
        philox_join(even.c3, odd.c3, word + 3 * stride + i);
    }
}

// Two N(0,1) of two words (Box & Muller 1958): the distance from the origin, then the direction.
struct normal_pair {
    lanes x, y;
};
LANES_PART struct normal_pair normals_of(lanes_word radius_word, lanes_word angle_word)
{
    lanes radius = lanes_sqrt(drift_fast_minus_2_log(radius_word));
    struct drift_fast_turn turn = drift_fast_turn_of(angle_word);
    return (struct normal_pair){radius * turn.cosine, radius * turn.sine};
}

#endif
