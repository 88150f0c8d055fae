// The cases of a study, shared out: to the ranks of mpirun, or to processes of our own, or one after another.
//
// Cases share nothing but the folder: each leaves a file there when it is done. Processes and not threads,
// because libraries below (NetCDF) and the sandbox of the decoders are made for one thread.
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/err.h"
#include "core/file.h"
#include "core/mpi.h"
#include "run/study.h"

// Seen by all workers.
struct board {
    atomic_size_t next, done;
    struct ph_err err; // of the worker that writes it first
    atomic_int failed;
};

struct pool {
    const struct study *study;
    const char *dir;
    struct core_job *job;
    size_t *pending; // cases to do, in order
    size_t n;
    struct board *board;
};

static enum ph_status stopped(const struct pool *pool, size_t done, struct ph_err *err)
{
    return core_err_set(err, PH_EINTERRUPTED, pool->dir, "the same command goes on from there",
                        "interrupted; %zu of %zu cases are done and kept", pool->study->n - pool->n + done,
                        pool->study->n);
}

static enum ph_status pending_list(struct pool *pool, struct core_arena *arena, struct ph_err *err)
{
    const struct study *study = pool->study;
    size_t ranks = (size_t)core_mpi_size(pool->job->mpi), rank = (size_t)core_mpi_rank(pool->job->mpi);
    pool->pending = CORE_ARENA_NEW(arena, size_t, study->n);
    if (!pool->pending)
        return core_err_nomem(err);
    for (size_t i = rank; i < study->n; i += ranks)
        if (!study_case_done(pool->dir, study->item[i].key))
            pool->pending[pool->n++] = i;
    if (pool->n < study->n && ranks == 1)
        core_job_log(pool->job, CORE_LOG_INFO, "sweep.resume", "%zu of %zu cases were done before",
                     study->n - pool->n, study->n);
    return PH_OK;
}

static enum ph_status one_after_another(struct pool *pool, struct ph_err *err)
{
    for (size_t k = 0; k < pool->n; k++) {
        enum ph_status status = core_job_cancelled(pool->job) ? PH_EINTERRUPTED
                                                              : study_case_run(pool->study, pool->pending[k],
                                                                               pool->dir, pool->job, err);
        if (status)
            return status == PH_EINTERRUPTED ? stopped(pool, k, err) : status;
        core_job_progress(pool->job, "sweep", (double)(k + 1) / (double)pool->n);
    }
    return PH_OK;
}

// ---- Processes of our own ----

// Never returns.
static void worker(struct pool *pool, pid_t parent)
{
    struct core_job job = {.threads = 1, .stop = pool->job->stop};
    struct ph_err err = {0};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    enum ph_status status = getppid() == parent ? PH_OK : PH_EINTERRUPTED;
    for (size_t k; !status && (k = atomic_fetch_add(&pool->board->next, 1)) < pool->n;) {
        status = core_job_cancelled(&job) || pool->board->failed
                     ? PH_EINTERRUPTED
                     : study_case_run(pool->study, pool->pending[k], pool->dir, &job, &err);
        if (!status)
            atomic_fetch_add(&pool->board->done, 1);
    }
    if (status && status != PH_EINTERRUPTED && !atomic_exchange(&pool->board->failed, 1))
        pool->board->err = err;
    _exit(status != PH_OK);
}

static enum ph_status worker_lost(int ended, struct ph_err *err)
{
    return core_err_set(err, PH_EINTERNAL, "sweep",
                        "the same command goes on from there; fewer --threads need less memory",
                        "a working process was killed by signal %d (%s); the cases that were done are kept",
                        WTERMSIG(ended), strsignal(WTERMSIG(ended)));
}

// Waits for all workers, telling how far they are; passes on the wish to stop.
static enum ph_status workers_wait(struct pool *pool, pid_t *child, int n, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    bool told = false;
    for (int left = n; left > 0;) {
        if (!told && (core_job_cancelled(pool->job) || status)) {
            for (int i = 0; i < n; i++)
                if (child[i])
                    kill(child[i], SIGTERM);
            told = true;
        }
        for (int i = 0; i < n; i++) {
            int ended = 0;
            if (!child[i] || waitpid(child[i], &ended, WNOHANG) != child[i])
                continue;
            child[i] = 0;
            left--;
            if (WIFSIGNALED(ended) && !core_job_cancelled(pool->job) && !status)
                status = worker_lost(ended, err);
        }
        core_job_progress(pool->job, "sweep", (double)atomic_load(&pool->board->done) / (double)pool->n);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return status;
}

static enum ph_status side_by_side(struct pool *pool, int n, struct ph_err *err)
{
    struct board *board =
        mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return core_err_nomem(err);
    pool->board = board;
    pid_t child[256] = {0}, parent = getpid();
    int started = 0;
    for (; started < n && started < 256; started++) {
        child[started] = fork();
        if (!child[started])
            worker(pool, parent);
        if (child[started] < 0)
            break;
    }
    enum ph_status status = PH_OK;
    if (started) // with fewer than asked for it takes longer, no more
        status = workers_wait(pool, child, started, err);
    else
        status = one_after_another(pool, err);
    if (!status && board->failed) {
        status = board->err.status;
        if (err)
            *err = board->err;
    } else if (!status && core_job_cancelled(pool->job)) {
        status = stopped(pool, atomic_load(&board->done), err);
    }
    munmap(board, sizeof *board);
    return status;
}

enum ph_status study_run(const struct study *study, const char *dir, struct core_job *job, struct ph_err *err)
{
    struct pool pool = {.study = study, .dir = dir, .job = job};
    struct core_arena arena = {0};
    char jobs[4096];
    enum ph_status status = PH_OK;
    if (snprintf(jobs, sizeof jobs, "%s/jobs", dir) >= (int)sizeof jobs)
        status = core_err_set(err, PH_EIO, dir, "use a shorter path", "the path is too long");
    if (!status)
        status = core_file_mkdir(jobs, err);
    if (!status)
        status = pending_list(&pool, &arena, err);
    if (!status) {
        size_t most = job->threads > 1 && core_mpi_size(job->mpi) == 1 ? (size_t)job->threads : 1;
        int n = (int)(most < pool.n ? most : pool.n);
        status = n > 1 ? side_by_side(&pool, n, err) : one_after_another(&pool, err);
    }
    core_arena_fini(&arena);
    return core_mpi_agree(job->mpi, status, err); // rank 0 gathers when all are done
}
