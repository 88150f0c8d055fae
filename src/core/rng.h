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

// Multipliers and steps of the key of Philox4x32: what a faster twin of it needs.
#define CORE_PHILOX_M0 0xD2511F53u
#define CORE_PHILOX_M1 0xCD9E8D57u
#define CORE_PHILOX_W0 0x9E3779B9u // golden ratio
#define CORE_PHILOX_W1 0xBB67AE85u // sqrt(3) - 1

// The bare generator: counter 4 x 32 bit, key 2 x 32 bit.
void core_rng_philox(int rounds, const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

// Four words for one particle, step and purpose.
void core_rng_words(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                    uint32_t out[4]);

// Draws of every particle at every step are the bulk of all: they are by Philox4x32-7, which passes all of
// TestU01's BigCrush as 10 rounds do (Salmon et al. 2011, table 2). Their numbers are shared out so that none
// is thrown away: four normals for the errors a step; two for diffusion, of words 2 (step % 2) and the next
// of call step / 2; one word for jibing, word step % 4 of call step / 4.
enum { CORE_RNG_STEP_ROUNDS = 7, CORE_RNG_DIFFUSE_STEPS = 2, CORE_RNG_JIBE_STEPS = 4 };
void core_rng_step_words(uint64_t seed, uint64_t particle, uint32_t call, enum core_rng_purpose purpose,
                         uint32_t out[4]);

void core_rng_step_normal(uint64_t seed, uint64_t particle, uint32_t call, enum core_rng_purpose purpose,
                          double out[4]);

// Four uniforms in (0, 1): never 0, never 1.
void core_rng_uniform(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                      double out[4]);

// Four independent N(0,1) by Box-Muller.
void core_rng_normal(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                     double out[4]);

#endif
