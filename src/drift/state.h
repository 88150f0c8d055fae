// All particles of a run: made from the seeds, looked at as a cloud, copied into snapshots.
#ifndef DRIFT_STATE_H
#define DRIFT_STATE_H

#include "drift/block.h"

// Draws each particle's leeway and puts it at its start. Memory is the arena's.
enum ph_status drift_state_init(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                struct core_arena *arena, struct drift_state *out,
                                struct ph_err *err) PH_NODISCARD;

// Bytes of a state for n particles at most.
size_t drift_state_bytes(size_t n);

// Box of all particles that drift before to_ns. False when there are none.
bool drift_state_box(const struct drift_state *state, const struct scenario_seeds *seeds, int64_t to_ns,
                     struct geo_box *out);

// The cloud at an output time, into row `time` of the ensemble.
void drift_state_snapshot(const struct drift_state *state, const struct scenario_seeds *seeds, size_t time,
                          struct drift_ensemble *ensemble);

#endif
