#include "core/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"

void core_job_fini(struct core_job *job)
{
    core_arena_fini(&job->arena);
    job->first_warning = job->last_warning = NULL;
    job->n_warnings = 0;
}

bool core_job_cancelled(const struct core_job *job)
{
    return job && job->stop && __atomic_load_n(job->stop, __ATOMIC_RELAXED);
}

enum ph_status core_job_interrupted(struct ph_err *err)
{
    return core_err_set(err, PH_EINTERRUPTED, NULL, NULL, "interrupted; nothing was written");
}

void core_job_progress(struct core_job *job, const char *stage, double done_frac)
{
    if (job && job->progress)
        job->progress(job->progress_arg, stage, done_frac);
}

void core_job_log(struct core_job *job, enum core_log_level level, const char *id, const char *text, ...)
{
    if (!job || !job->log)
        return;
    char line[1024];
    va_list args;
    va_start(args, text);
    vsnprintf(line, sizeof line, text, args);
    va_end(args);
    job->log(job->log_arg, level, id, line);
}

void core_job_warn(struct core_job *job, const char *code, const char *text, ...)
{
    if (!job)
        return;
    char line[1024];
    va_list args;
    va_start(args, text);
    vsnprintf(line, sizeof line, text, args);
    va_end(args);
    for (const struct core_warning *w = job->first_warning; w; w = w->next)
        if (!strcmp(w->code, code) && !strcmp(w->text, line))
            return;
    struct core_warning *warning = CORE_ARENA_NEW(&job->arena, struct core_warning, 1);
    if (!warning)
        return;
    warning->code = core_arena_text(&job->arena, code);
    warning->text = core_arena_text(&job->arena, line);
    if (!warning->code || !warning->text)
        return;
    if (job->last_warning)
        job->last_warning->next = warning;
    else
        job->first_warning = warning;
    job->last_warning = warning;
    job->n_warnings++;
    core_job_log(job, CORE_LOG_WARN, code, "%s", line);
}
