// Several rows in one register: sixteen with AVX-512, eight with AVX2, else four (SSE2, NEON). The compiler
// knows
// + - * / and comparisons on such vectors; here is what it does not. Every function does to each lane what
// its comment says and nothing else, so that results do not depend on how many lanes there are.
#ifndef DRIFT_FAST_LANES_H
#define DRIFT_FAST_LANES_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

// A part of a loop's body; vectors never go from function to function.
#define LANES_PART static inline __attribute__((always_inline))

// A loop over rows, a function of its own.
#define LANES_LOOP static __attribute__((noinline))

// LANES rows at a time; arrays are as long as whole registers.
#define EACH(i, n) for (size_t i = 0; i < (n); i += LANES)
#define EACH_ROW(i, n) for (size_t i = 0; i < (n); i++)

typedef float lanes __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t lanes_mask __attribute__((vector_size(4 * LANES), may_alias)); // all bits of a lane or none
typedef uint32_t lanes_word __attribute__((vector_size(4 * LANES), may_alias));

// Arrays are aligned to 64 bytes and taken LANES at a time.
LANES_PART lanes lanes_load(const float *at)
{
    return *(const lanes *)(const void *)at;
}

LANES_PART void lanes_store(float *at, lanes x)
{
    *(lanes *)(void *)at = x;
}

LANES_PART lanes_word lanes_load_word(const uint32_t *at)
{
    return *(const lanes_word *)(const void *)at;
}

LANES_PART void lanes_store_word(uint32_t *at, lanes_word x)
{
    *(lanes_word *)(void *)at = x;
}

LANES_PART lanes lanes_all(float x)
{
    return x - (lanes){0};
}

LANES_PART lanes_word lanes_all_word(uint32_t x)
{
    return x - (lanes_word){0};
}

LANES_PART lanes_word lanes_bits(lanes x)
{
    return (lanes_word)x;
}

// Whole numbers, taken as with a sign.
LANES_PART lanes lanes_of_whole(lanes_word x)
{
    return __builtin_convertvector((lanes_mask)x, lanes);
}

// The fraction is cut off; beyond 2^31 whatever the processor makes of it.
LANES_PART lanes_word lanes_cut(lanes x)
{
#if LANES == 16
    return (lanes_word)_mm512_cvttps_epi32((__m512)x);
#elif LANES == 8
    return (lanes_word)_mm256_cvttps_epi32((__m256)x);
#elif defined(__x86_64__)
    return (lanes_word)_mm_cvttps_epi32((__m128)x);
#elif defined(__ARM_NEON)
    return (lanes_word)vcvtq_s32_f32((float32x4_t)x);
#else
    return (lanes_word) __builtin_convertvector(x, lanes_mask);
#endif
}

LANES_PART lanes lanes_choose(lanes_mask mask, lanes yes, lanes no)
{
#if LANES == 16
    return (lanes)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)mask), (__m512)no, (__m512)yes);
#elif LANES == 8
    return (lanes)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
#else
    return (lanes)(((lanes_mask)yes & mask) | ((lanes_mask)no & ~mask));
#endif
}

// x where the mask is, else 0.
LANES_PART lanes lanes_keep(lanes_mask mask, lanes x)
{
    return (lanes)((lanes_mask)x & mask);
}

LANES_PART lanes lanes_abs(lanes x)
{
    return (lanes)((lanes_mask)x & 0x7FFFFFFF);
}

LANES_PART bool lanes_any(lanes_mask mask)
{
#if LANES == 16
    return _mm512_movepi32_mask((__m512i)mask);
#elif LANES == 8
    return _mm256_movemask_ps((__m256)mask);
#elif defined(__x86_64__)
    return _mm_movemask_ps((__m128)mask);
#else
    return mask[0] | mask[1] | mask[2] | mask[3];
#endif
}

// The largest whole number not above x, for |x| < 2^31.
LANES_PART lanes lanes_floor(lanes x)
{
#if LANES == 16
    return (lanes)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
#elif LANES == 8
    return (lanes)_mm256_floor_ps((__m256)x);
#else
    lanes whole = lanes_of_whole(lanes_cut(x));
    return whole - lanes_keep(whole > x, lanes_all(1.0f));
#endif
}

LANES_PART lanes lanes_sqrt(lanes x)
{
#if LANES == 16
    return (lanes)_mm512_sqrt_ps((__m512)x);
#elif LANES == 8
    return (lanes)_mm256_sqrt_ps((__m256)x);
#elif defined(__x86_64__)
    return (lanes)_mm_sqrt_ps((__m128)x);
#elif defined(__aarch64__)
    return (lanes)vsqrtq_f32((float32x4_t)x);
#else
    return (lanes){sqrtf(x[0]), sqrtf(x[1]), sqrtf(x[2]), sqrtf(x[3])};
#endif
}

LANES_PART lanes lanes_larger(lanes x, lanes y)
{
#if LANES == 16
    return (lanes)_mm512_max_ps((__m512)x, (__m512)y);
#elif LANES == 8
    return (lanes)_mm256_max_ps((__m256)x, (__m256)y);
#elif defined(__x86_64__)
    return (lanes)_mm_max_ps((__m128)x, (__m128)y);
#else
    return lanes_choose(x > y, x, y);
#endif
}

// x y + z, rounded once where the processor can (all but old x86-64), else twice.
LANES_PART lanes lanes_fma(lanes x, lanes y, lanes z)
{
#if LANES == 16
    return (lanes)_mm512_fmadd_ps((__m512)x, (__m512)y, (__m512)z);
#elif defined(__FMA__)
    return (lanes)_mm256_fmadd_ps((__m256)x, (__m256)y, (__m256)z);
#elif defined(__aarch64__)
    return (lanes)vfmaq_f32((float32x4_t)z, (float32x4_t)x, (float32x4_t)y);
#else
    return x * y + z;
#endif
}

// The same for one number.
LANES_PART float lanes_fma_one(float x, float y, float z)
{
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(x, y, z);
#else
    return x * y + z;
#endif
}

#endif
