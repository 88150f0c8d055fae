// One ensemble drifted by several processes (core/mpi.h): who has which particles, and how they come
// together.
//
// Every rank knows all seeds and goes through the same steps, so that a particle's random numbers are the
// same wherever it drifts; it moves its own piece only and loads forcing around that.
#ifndef DRIFT_RANKS_H
#define DRIFT_RANKS_H

#include "core/mpi.h"
#include "drift/block.h"

// State of a particle that another rank drifts: takes part in nothing here.
enum { DRIFT_ELSEWHERE = 255 };

// Leaves to this rank its piece of the particles: contiguous, in order of rank.
void drift_ranks_take(const struct core_mpi *mpi, struct drift_state *state);

// Rank 0 gets the earliest gap of all ranks, of equals that of the first particle. After an agreement.
enum ph_status drift_ranks_gap(struct core_mpi *mpi, struct drift_gap *gap, struct ph_err *err) PH_NODISCARD;

// Rank 0 gets all snapshots, and the n accounts of all added up. After an agreement.
enum ph_status drift_ranks_gather(struct core_mpi *mpi, struct drift_ensemble *ensemble,
                                  struct drift_tally *tally, size_t n, struct ph_err *err) PH_NODISCARD;

#endif
