// The module pharos-mpi.so: the calls of core/mpi.h in terms of libmpi, loaded only under mpirun.
#include <mpi.h>
#include <time.h>

#include "core/mpi.h"

enum { TAG = 1 };

static bool join(int *rank, int *size)
{
    int provided;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided))
        return false;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return !MPI_Comm_rank(MPI_COMM_WORLD, rank) && !MPI_Comm_size(MPI_COMM_WORLD, size);
}

// MPI's own waits spin on the processor that another rank needs to get done, and cannot be interrupted.
static bool wait_for(MPI_Request *request, MPI_Status *status, volatile int *stop)
{
    struct timespec nap = {.tv_nsec = 20000};
    int done = 0;
    while (!MPI_Test(request, &done, status) && !done) {
        if (stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
            return false;
        nanosleep(&nap, NULL);
        if (nap.tv_nsec < 2000000)
            nap.tv_nsec += nap.tv_nsec / 4;
    }
    return done;
}

static bool send(int to, const void *bytes, size_t length, volatile int *stop)
{
    MPI_Request request;
    return !MPI_Isend(bytes, (int)length, MPI_BYTE, to, TAG, MPI_COMM_WORLD, &request) &&
           wait_for(&request, MPI_STATUS_IGNORE, stop);
}

// Another length than the one expected: the ranks are not at the same place any more.
static bool receive(int from, void *bytes, size_t length, volatile int *stop)
{
    MPI_Request request;
    MPI_Status status;
    int count;
    return !MPI_Irecv(bytes, (int)length, MPI_BYTE, from, TAG, MPI_COMM_WORLD, &request) &&
           wait_for(&request, &status, stop) && !MPI_Get_count(&status, MPI_BYTE, &count) &&
           count == (int)length;
}

static void finish(void)
{
    MPI_Finalize();
}

static void end_job(int exit_status)
{
    MPI_Abort(MPI_COMM_WORLD, exit_status);
}

PH_API extern const struct core_mpi_module core_mpi_module;
const struct core_mpi_module core_mpi_module = {
    .init = join,
    .send = send,
    .receive = receive,
    .finish = finish,
    .abort = end_job,
};
