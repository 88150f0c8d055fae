// Random numbers for many particles at once: the numbers of core/rng.h, several rows at a time.
#ifndef DRIFT_DRAW_H
#define DRIFT_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "core/rng.h"

// The four words of core_rng_step_words for each particle, word by word.
void drift_draw_words(size_t n, uint64_t seed, const uint32_t *particle, uint32_t call,
                      enum core_rng_purpose purpose, uint32_t *const words[4]);

// One uniform in (0, 1) each, of word 0..3.
void drift_draw_uniform(size_t n, int word, uint64_t seed, const uint32_t *particle, uint32_t call,
                        enum core_rng_purpose purpose, double *out);

// N(0,1) by Box-Muller: two of words (first, first + 1), four of all when `first` is 0 and `count` 4.
void drift_draw_normal(size_t n, int first, int count, uint64_t seed, const uint32_t *particle, uint32_t call,
                       enum core_rng_purpose purpose, double *const out[]);

#endif
