// Counter-based random numbers: a draw depends only on (seed, particle, step, purpose), never on the order
// in which particles are run. Philox4x32-10, Salmon et al. 2011 (SC'11, doi:10.1145/2063384.2063405).
#ifndef CORE_RNG_H
#define CORE_RNG_H

#include <stdint.h>

// What a draw is for. Numbers are part of "same case, same bytes": append, never renumber.
enum core_rng_purpose {
    CORE_RNG_POSITION = 1, // start position
    CORE_RNG_TIME = 2,     // start time
    CORE_RNG_LEEWAY = 3,   // r_d, r_c right, r_c left
    CORE_RNG_SIDE = 4,     // initial side
    CORE_RNG_JIBE = 5,     // jibing, per step
    CORE_RNG_ERROR = 6,    // AR(1) errors of wind and current, per step
    CORE_RNG_DIFFUSE = 7,  // sub-grid diffusion, per step
    CORE_RNG_PLAN = 8,     // moves of the planner
    CORE_RNG_RESAMPLE = 9, // resampling and jitter after a search
    CORE_RNG_STATE = 10,   // whether and when an object changes its state
};

// The bare generator: counter 4 x 32 bit, key 2 x 32 bit.
void core_rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

// Four words for one particle, step and purpose.
void core_rng_words(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                    uint32_t out[4]);

// Four uniforms in (0, 1): never 0, never 1.
void core_rng_uniform(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                      double out[4]);

// Four independent N(0,1) by Box-Muller.
void core_rng_normal(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                     double out[4]);

#endif
