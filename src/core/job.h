// What travels with a long piece of work: threads, cancelling, progress, and warnings that reach the report.
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "pharos/pharos.h"

// A warning changes how far a result can be trusted: it is in every product. `code` is stable, kebab-case
// ("forcing-held", "no-coastline"); `text` is one sentence for a person.
struct core_warning {
    const char *code;
    const char *text;
    struct core_warning *next;
};

// A note is for everybody who did not ask for quiet, info and debug for those who asked for more.
enum core_log_level { CORE_LOG_ERROR, CORE_LOG_WARN, CORE_LOG_NOTE, CORE_LOG_INFO, CORE_LOG_DEBUG };

// A zeroed job is quiet, single-threaded and cannot be cancelled. Warnings, log and progress are called from
// the thread that owns the job only.
struct core_mpi;
struct core_job {
    int threads;          // <= 1: none
    struct core_mpi *mpi; // other processes at the same work (mpi.h); NULL: none
    volatile int *stop;   // not 0: the user wants to stop; may be set by a signal handler or another thread
    void (*progress)(void *arg, const char *stage, double done_frac);
    void *progress_arg;
    void (*log)(void *arg, enum core_log_level level, const char *id, const char *text);
    void *log_arg;
    struct core_arena arena; // holds the warnings
    struct core_warning *first_warning, *last_warning;
    size_t n_warnings;
};

// Frees the warnings.
void core_job_fini(struct core_job *job);

// True when the user asked to stop: return PH_EINTERRUPTED (core_job_interrupted fills err).
bool core_job_cancelled(const struct core_job *job);
enum ph_status core_job_interrupted(struct ph_err *err);

void core_job_progress(struct core_job *job, const char *stage, double done_frac);

// One line for the person who reads the log; `id` is stable ("forcing.window").
void core_job_log(struct core_job *job, enum core_log_level level, const char *id, const char *text, ...)
    PH_PRINTF(4, 5);

// Adds a warning (and logs it); the same code and text twice is one. NULL job: dropped.
void core_job_warn(struct core_job *job, const char *code, const char *text, ...) PH_PRINTF(3, 4);

#endif
