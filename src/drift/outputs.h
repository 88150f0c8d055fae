// The output times of a run: the cloud at each is kept, or given to whoever takes it (struct drift_sink).
#ifndef DRIFT_OUTPUTS_H
#define DRIFT_OUTPUTS_H

#include "core/mpi.h"
#include "drift/block.h"

struct drift_outputs {
    const struct scenario_case *c;
    const struct scenario_seeds *seeds;
    struct core_mpi *mpi;
    int threads;
    const struct drift_sink *sink; // NULL: all are kept
    struct drift_ensemble *ensemble;
    size_t from, to;          // particles that drift here: all, or this rank's share
    float *lat_deg, *lon_deg; // where this rank's next row goes, and
    uint8_t *status;          // to - from of each; of the one that leads they are in the ensemble
    struct core_arena arena;  // of the others
    size_t next;              // output time not taken yet
};

// Makes room in `ensemble` and fills in all but places and states; the sink begins.
enum ph_status drift_outputs_init(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                  struct core_job *job, const struct drift_sink *sink,
                                  struct drift_ensemble *ensemble, struct drift_outputs *out,
                                  struct ph_err *err) PH_NODISCARD;

// Time of the next output; INT64_MAX when all are taken.
int64_t drift_outputs_next(const struct drift_outputs *outputs);

// Takes the next one from the state at that time. All ranks together, after an agreement.
enum ph_status drift_outputs_take(struct drift_outputs *outputs, const struct drift_state *state,
                                  struct ph_err *err) PH_NODISCARD;

void drift_outputs_fini(struct drift_outputs *outputs);

#endif
