#include "core/job.h"

#include "test/tap.h"

struct heard {
    int lines;
    enum core_log_level level;
    char id[64], text[256];
    double done_frac;
};

static void on_log(void *arg, enum core_log_level level, const char *id, const char *text)
{
    struct heard *heard = arg;
    heard->lines++;
    heard->level = level;
    snprintf(heard->id, sizeof heard->id, "%s", id);
    snprintf(heard->text, sizeof heard->text, "%s", text);
}

static void on_progress(void *arg, const char *stage, double done_frac)
{
    (void)stage;
    ((struct heard *)arg)->done_frac = done_frac;
}

int main(void)
{
    struct heard heard = {0};
    struct core_job job = {.log = on_log, .log_arg = &heard, .progress = on_progress, .progress_arg = &heard};
    core_job_warn(&job, "forcing-held", "%d %% held", 3);
    core_job_warn(&job, "forcing-held", "%d %% held", 4);
    core_job_warn(&job, "forcing-held", "%d %% held", 3);
    core_job_warn(&job, "no-coastline", "%d %% held", 3);
    tap_ok(job.n_warnings == 3, "the same code and text twice is one warning");
    tap_ok(heard.lines == 3 && heard.level == CORE_LOG_WARN, "each warning is logged once");
    tap_text(heard.id, "no-coastline", "the code is the log line's id");
    tap_text(job.first_warning->text, "3 % held", "warnings stand in the order in which they came");
    tap_text(job.first_warning->next->text, "4 % held", "another text is another warning");
    tap_text(job.last_warning->code, "no-coastline", "another code is another warning");

    core_job_progress(&job, "drift", 0.25);
    tap_near(heard.done_frac, 0.25, 0, "progress is handed on");
    core_job_log(&job, CORE_LOG_INFO, "run.start", "seed %d", 1);
    tap_text(heard.text, "seed 1", "a log line is handed on");
    core_job_fini(&job);
    tap_ok(!job.first_warning && !job.n_warnings, "a finished job has no warnings");

    struct core_job quiet = {0};
    core_job_log(&quiet, CORE_LOG_INFO, "run.start", "unheard");
    core_job_progress(&quiet, "drift", 1);
    core_job_warn(NULL, "unheard", "unheard");
    core_job_warn(&quiet, "kept", "a quiet job keeps its warnings");
    tap_ok(quiet.n_warnings == 1, "a quiet job keeps its warnings");
    core_job_fini(&quiet);
    tap_ok(!core_job_cancelled(&quiet) && !core_job_cancelled(NULL), "without a switch nothing is cancelled");
    volatile int stop = 0;
    quiet.stop = &stop;
    tap_ok(!core_job_cancelled(&quiet), "a switch that is off stops nothing");
    stop = 1;
    tap_ok(core_job_cancelled(&quiet), "a switch that is on stops the job");
    struct ph_err err;
    tap_ok(core_job_interrupted(&err) == PH_EINTERRUPTED && strstr(err.what, "nothing was written"),
           "an interrupted job says that nothing was written");
    return tap_done();
}
