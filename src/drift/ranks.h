// One ensemble drifted by several processes (core/mpi.h): who has which particles, and how they come
// together.
//
// Every rank knows all seeds and goes through the same steps, so that a particle's random numbers are the
// same wherever it drifts; it has and moves its own share only, and loads forcing around that. At every
// output time all meet, and rank 0 gets the cloud.
#ifndef DRIFT_RANKS_H
#define DRIFT_RANKS_H

#include "core/mpi.h"
#include "drift/block.h"

// Rank 0 gets the earliest gap of all ranks, of equals that of the first particle. After an agreement.
enum ph_status drift_ranks_gap(struct core_mpi *mpi, struct drift_gap *gap, struct ph_err *err) PH_NODISCARD;

// Rank 0 gets the n accounts of all added up. After an agreement.
enum ph_status drift_ranks_tallies(struct core_mpi *mpi, struct drift_tally *tally, size_t n,
                                   struct ph_err *err) PH_NODISCARD;

// One output time: rank 0, whose arrays hold n, gets the shares (core_mpi_share) of the others, whose arrays
// hold their own. After an agreement.
enum ph_status drift_ranks_row(struct core_mpi *mpi, size_t n, float *lat_deg, float *lon_deg,
                               uint8_t *status, struct ph_err *err) PH_NODISCARD;

#endif
