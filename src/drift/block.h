// A block of particles taken through the steps of one window of forcing, in scratch memory of its thread.
#ifndef DRIFT_BLOCK_H
#define DRIFT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drift/ensemble.h"
#include "drift/kernel.h"

enum {
    DRIFT_BLOCK = 256,       // most rows of a block
    DRIFT_WINDOW_STEPS = 36, // most steps between two looks at the whole cloud
    DRIFT_DRIVERS = 2,       // kinds that drive the drift: FORCING_CURRENT, FORCING_WIND
    DRIFT_HOUR_SLOTS = 7,    // wind directions kept, ten minutes apart: one hour (Allen's jibing)
    DRIFT_SOURCES = 32,
};

// One step of the whole cloud. `index` numbers the steps of the run: random numbers hang on it.
struct drift_step {
    int64_t from_ns, to_ns;
    int64_t previous_from_ns; // of the step before; from_ns for the first
    uint32_t index;
};

// All particles now, one slot each. Arrays of n; those that a case does not need are NULL.
struct drift_state {
    size_t n;
    double *lat_deg, *lon_deg;
    float *error[4];                        // wind east, north; current east, north (m/s)
    float *slope_frac[3], *offset_mps[3];   // leeway lines: 0 right, 1 left (as side), 2 down
    double *held[2 * DRIFT_DRIVERS];        // last valid current u, v, wind u, v (on_missing hold)
    float *direction_deg[DRIFT_HOUR_SLOTS]; // of the wind, by slot modulo (Allen's jibing)
    int64_t *change_ns;                     // when its state changes, INT64_MAX never
    uint8_t *held_known;                    // bit per kind
    uint8_t *status, *side;
    uint32_t *particle; // whose slot each is; NULL: slot i is particle i
};

static inline uint32_t drift_state_particle(const struct drift_state *state, size_t slot)
{
    return state->particle ? state->particle[slot] : (uint32_t)slot;
}

// Where forcing was missing.
struct drift_gap {
    bool any;
    enum forcing_kind kind;
    size_t particle;
    int64_t t_ns;
    double lat_deg, lon_deg;
};

// Particle-time in integer nanoseconds, so that sums do not depend on their order.
struct drift_time_sum {
    uint64_t s, ns;
};
struct drift_tally {
    struct drift_time_sum total, missing[DRIFT_DRIVERS], served[DRIFT_DRIVERS][DRIFT_SOURCES],
        coastal[DRIFT_DRIVERS], held[DRIFT_DRIVERS];
    uint64_t stopped[DRIFT_DRIVERS]; // particles, for want of this kind
    uint64_t particle_steps;
};
void drift_tally_add(struct drift_tally *to, const struct drift_tally *from);

// What all blocks of a window share.
struct drift_window {
    const struct scenario_case *c;
    const struct scenario_seeds *seeds;
    const struct forcing *forcing;
    const struct geo_coast *coast; // NULL: no land
    const struct core_job *job;
    const double *log_stay; // [n_objects] log(1 - jibing chance per hour)
    struct drift_error_law law;
    bool errors;
    struct geo_box box; // forcing and coast are loaded here
    int64_t run_from_ns;
    struct drift_step step[DRIFT_WINDOW_STEPS];
    size_t n_steps;
};

enum drift_outcome {
    DRIFT_DONE,
    DRIFT_ESCAPED, // a particle left the box: nothing was stored, to be run again on a larger one
    DRIFT_GAP,     // forcing missing and on_missing is error: nothing was stored
    DRIFT_CANCELLED,
};

// Scratch of a thread: large, aligned, made once per run.
struct drift_scratch;
struct drift_scratch *drift_scratch_new(void);
void drift_scratch_free(struct drift_scratch *scratch);
const struct drift_tally *drift_scratch_tally(const struct drift_scratch *scratch);
const struct drift_gap *drift_scratch_gap(const struct drift_scratch *scratch); // the earliest seen

// Adds `steps` steps of n particles, together ns nanoseconds each, that the sources (by kind) served.
void drift_scratch_count(struct drift_scratch *scratch, uint64_t n, uint64_t steps, int64_t ns,
                         const int source[DRIFT_DRIVERS]);

// True when the slot's particle drifts before to_ns.
bool drift_block_takes_part(const struct drift_state *state, const struct scenario_seeds *seeds, size_t slot,
                            int64_t to_ns);

// Takes slots [from, to), at most DRIFT_BLOCK, through the window.
enum drift_outcome drift_block_run(const struct drift_window *window, struct drift_state *state, size_t from,
                                   size_t to, struct drift_scratch *scratch);

// The same for any slots, in rising order or not.
enum drift_outcome drift_block_run_slots(const struct drift_window *window, struct drift_state *state,
                                         const uint32_t *slot, size_t n, struct drift_scratch *scratch);

// Which kernel runs the rows. AUTO: $PHAROS_KERNEL ("scalar", "portable", "v3"), else the best that the
// processor has. What the processor does not have becomes the next best.
enum drift_path { DRIFT_PATH_AUTO, DRIFT_PATH_SCALAR, DRIFT_PATH_PORTABLE, DRIFT_PATH_V3, DRIFT_PATH_V4 };

// As drift_run (sink NULL) or drift_run_into, with a block size and without a limit on how small it is:
// results do not depend on it.
enum ph_status drift_run_blocks(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                struct forcing *forcing, struct geo_coast *coast, struct core_job *job,
                                size_t block, enum drift_path path, const struct drift_sink *sink,
                                struct drift_ensemble *out, struct drift_service *service,
                                struct ph_err *err) PH_NODISCARD;

#endif
