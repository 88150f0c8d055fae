// All particles of a run: made from the seeds, looked at as a cloud, copied into snapshots.
#ifndef DRIFT_STATE_H
#define DRIFT_STATE_H

#include "drift/block.h"

// Draws each particle's leeway and puts it at its start. Memory is the arena's.
enum ph_status drift_state_init(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                struct core_arena *arena, struct drift_state *out,
                                struct ph_err *err) PH_NODISCARD;

// The same for particles [from, to) of the seeds, by several threads.
enum ph_status drift_state_init_share(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                      size_t from, size_t to, int threads, struct core_arena *arena,
                                      struct drift_state *out, struct ph_err *err) PH_NODISCARD;

// Bytes of the state of n particles of the case.
size_t drift_state_bytes(const struct scenario_case *c, size_t n);

// Box of all particles that drift before to_ns. False when there are none.
bool drift_state_box(const struct drift_state *state, const struct scenario_seeds *seeds, int64_t to_ns,
                     struct geo_box *out);

// Slots [from, to) as they are at an output time, each to the place of its particle in arrays that begin
// with particle `first`.
void drift_state_snapshot(const struct drift_state *state, const struct scenario_seeds *seeds, size_t from,
                          size_t to, int64_t t_ns, size_t first, float *lat_deg, float *lon_deg,
                          uint8_t *status);

#endif
