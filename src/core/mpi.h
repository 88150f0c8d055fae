// Several processes at one piece of work, started by `mpirun`; without it one process that is rank 0 of 1.
//
// libmpi is not linked: the module pharos-mpi.so, which is, is loaded only when a launcher started us. A
// program on its own pays nothing for it and runs where MPI is not installed.
//
// One rule keeps a job from waiting for ever: ranks exchange data only after core_mpi_agree has said on all
// of them that all is well. A rank that fails calls it once with its error, wherever the others are; they
// learn of it there, and nobody exchanges anything any more.
#ifndef CORE_MPI_H
#define CORE_MPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/job.h"

struct core_mpi_module;

// A zeroed struct is a process on its own.
struct core_mpi {
    const struct core_mpi_module *module; // NULL: on its own
    void *library;
    volatile int *stop; // as in struct core_job: ends every wait
    int rank, size;
    bool over; // a rank has failed: no more exchanges
};

// True when the environment says that mpirun (OpenMPI) started more than this process.
bool core_mpi_launched(void);

// Joins the other processes of the job, if there are any. PH_EUNSUPPORTED when there are and the module is
// not installed: the processes would all do the same.
enum ph_status core_mpi_init(volatile int *stop, struct core_mpi *out, struct ph_err *err) PH_NODISCARD;

// Leaves. After a failure or an interrupt the whole job is ended with `exit_status`, else all ranks leave
// together.
void core_mpi_fini(struct core_mpi *mpi, int exit_status);

// Processes of this job that share this machine, at least 1.
int core_mpi_local_size(void);

// True for the one that reads results out: rank 0, or a process on its own. NULL is on its own.
bool core_mpi_leads(const struct core_mpi *mpi);
int core_mpi_size(const struct core_mpi *mpi); // at least 1
int core_mpi_rank(const struct core_mpi *mpi);

// The share of rank `rank` of n things: [*from, *to), in order of rank, as equal as can be.
void core_mpi_share(size_t n, int rank, int size, size_t *from, size_t *to);

// The same answer on every rank: PH_OK when all came with PH_OK, else the status and the error of the lowest
// rank that failed; then no more exchanges.
enum ph_status core_mpi_agree(struct core_mpi *mpi, enum ph_status status, struct ph_err *err) PH_NODISCARD;

// Rank 0 gets from each rank r `bytes[r]` bytes into part[r] (its own are there already), the others send
// bytes[rank] bytes of part[rank]. For after an agreement.
enum ph_status core_mpi_gather(struct core_mpi *mpi, void *const *part, const size_t *bytes,
                               struct ph_err *err) PH_NODISCARD;

// Rank 0 has afterwards every warning that any rank has, in the order of ranks. For after an agreement.
enum ph_status core_mpi_warnings(struct core_mpi *mpi, struct core_job *job, struct ph_err *err) PH_NODISCARD;

// ---- For the module only

// Point to point; every call polls `stop` and gives false when it is set or the transport fails.
struct core_mpi_module {
    bool (*init)(int *rank, int *size);
    bool (*send)(int to, const void *bytes, size_t length, volatile int *stop);
    bool (*receive)(int from, void *bytes, size_t length, volatile int *stop);
    void (*finish)(void);
    void (*abort)(int exit_status);
};
#define CORE_MPI_MODULE_SYMBOL "core_mpi_module"

#endif
