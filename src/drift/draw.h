// Random numbers for many particles at once: the numbers of core/rng.h, several rows at a time.
#ifndef DRIFT_DRAW_H
#define DRIFT_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "core/rng.h"

// The four words of core_rng_words for each particle, word by word.
void drift_draw_words(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step,
                      enum core_rng_purpose purpose, uint32_t *const words[4]);

// One uniform in (0, 1) each: the first of core_rng_uniform.
void drift_draw_uniform(size_t n, uint64_t seed, const uint32_t *particle, uint32_t step,
                        enum core_rng_purpose purpose, double *out);

// Two or four N(0,1) each: the first of core_rng_normal, within 1e-14.
void drift_draw_normal(size_t n, int count, uint64_t seed, const uint32_t *particle, uint32_t step,
                       enum core_rng_purpose purpose, double *const out[]);

#endif
