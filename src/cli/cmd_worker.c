// worker: a run for a program that asks, not for a person: progress and outcome as lines of JSON on standard
// output, then edited plans from standard input scored on the cloud that is still in memory.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "run/run.h"

enum { MOST_LINE = 4 * 1024 * 1024 };

// One document on one line.
static void line_write(json_t *document)
{
    char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
    if (text) {
        fputs(text, stdout);
        fputc('\n', stdout);
        fflush(stdout);
    }
    free(text);
    json_decref(document);
}

static void problem_write(const struct ph_err *err)
{
    line_write(json_pack("{s:{s:i, s:s, s:s, s:s}}", "problem", "exit", core_err_exit(err->status), "what",
                         err->what[0] ? err->what : ph_status_text(err->status), "where", err->where, "fix",
                         err->fix));
}

// Whoever asked reads some lines a second at most.
static void on_progress(void *arg, const char *stage, double done_frac)
{
    int *last = arg;
    int percent = (int)(100 * done_frac);
    if (percent == *last)
        return;
    *last = percent;
    line_write(json_pack("{s:{s:s, s:f}}", "progress", "stage", stage, "done", done_frac));
}

static json_t *warnings(const struct core_job *job)
{
    json_t *list = json_array();
    for (const struct core_warning *w = job->first_warning; w; w = w->next)
        json_array_append_new(list, json_pack("{s:s, s:s}", "code", w->code, "text", w->text));
    return list;
}

// ---- particles for the screen

// Little-endian: "PHP1", particles, times (uint32); times (int64 ns); weight, lon, lat (float32), by time and
// then by particle, NaN where it does not float; status (uint8). docs/api.md has the same words.
static enum ph_status particles_write(const struct run *run, const char *dir, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    struct core_buf out = {0};
    char path[4096];
    uint32_t head[2] = {(uint32_t)e->n, (uint32_t)e->n_times};
    core_buf_add(&out, "PHP1", 4);
    core_buf_add(&out, head, sizeof head);
    core_buf_add(&out, e->time_ns, e->n_times * sizeof *e->time_ns);
    for (size_t i = 0; i < e->n; i++)
        core_buf_add(&out, &(float){(float)run->posterior[i]}, sizeof(float));
    core_buf_add(&out, e->lon_deg, e->n * e->n_times * sizeof *e->lon_deg);
    core_buf_add(&out, e->lat_deg, e->n * e->n_times * sizeof *e->lat_deg);
    core_buf_add(&out, e->status, e->n * e->n_times);
    snprintf(path, sizeof path, "%s/particles.bin", dir);
    enum ph_status status = core_file_write_buf(path, &out, err);
    core_buf_fini(&out);
    return status;
}

// ---- edited plans

// The plan as a file that the planner's reader takes; -1 on failure. The name is of /proc.
static int plan_keep(json_t *plan, char path[64])
{
    char *text = json_dumps(plan, JSON_COMPACT | JSON_REAL_PRECISION(15));
    int file = text ? memfd_create("plan", MFD_CLOEXEC) : -1;
    if (file >= 0 && write(file, text, strlen(text)) != (ssize_t)strlen(text)) {
        close(file);
        file = -1;
    }
    free(text);
    snprintf(path, 64, "/proc/self/fd/%d", file);
    return file;
}

static enum ph_status plan_score(struct run *run, json_t *plan, struct core_buf *out, struct ph_err *err)
{
    char path[64];
    int file = plan_keep(plan, path);
    if (file < 0)
        return core_err_nomem(err);
    run->evaluate = path;
    run->quick = true;
    enum ph_status status = run_plan(run, err);
    if (!status)
        status = run_product(run, err);
    if (!status)
        status = export_plan_json(&run->product, out, err);
    close(file);
    return status;
}

// Each plan is scored by a child of its own, which begins with the cloud as it is and takes nothing along.
static void plan_answer(struct run *run, json_t *question)
{
    pid_t child = fork();
    if (child > 0) {
        waitpid(child, NULL, 0);
        return;
    }
    struct core_buf out = {0};
    struct ph_err err = {0};
    enum ph_status status =
        child < 0 ? core_err_nomem(&err) : plan_score(run, json_object_get(question, "evaluate"), &out, &err);
    json_t *plan = status ? NULL : json_loadb(out.text, out.length, 0, NULL);
    if (plan)
        line_write(json_pack("{s:O?, s:o}", "id", json_object_get(question, "id"), "plan", plan));
    else
        line_write(json_pack("{s:O?, s:{s:i, s:s, s:s, s:s}}", "id", json_object_get(question, "id"),
                             "problem", "exit", core_err_exit(err.status), "what", err.what, "where",
                             err.where, "fix", err.fix));
    if (child == 0)
        _exit(0);
}

static void questions_answer(struct run *run)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0 && length < MOST_LINE) {
        json_t *question = json_loadb(line, (size_t)length, 0, NULL);
        if (json_is_object(json_object_get(question, "evaluate")))
            plan_answer(run, question);
        else
            line_write(json_pack("{s:{s:i, s:s, s:s, s:s}}", "problem", "exit", 2, "what",
                                 "this is no question: {\"id\": 1, \"evaluate\": {plan}}", "where", "", "fix",
                                 ""));
        json_decref(question);
    }
    free(line);
}

// -----------------------------------------------------------------------------------------------------------

static enum ph_status work(struct run *run, const struct cli_args *args, struct core_job *job,
                           struct ph_err *err)
{
    struct scenario_overrides overrides = {0};
    enum ph_status status = run_load(run, args->operand[0], &overrides, job, NULL, err);
    run->budget_s = args->budget_s;
    if (!status)
        status = run_all(run, err);
    if (status || !args->out)
        return status;
    status = run_write(run, args->out, RUN_PART_ALL, err);
    return status ? status : particles_write(run, args->out, err);
}

int cli_worker(const struct cli_args *args)
{
    struct run run = {0};
    struct ph_err err = {0};
    int percent = -1;
    struct core_job *job = cli_job_start(args);
    job->progress = on_progress;
    job->progress_arg = &percent;
    job->log = NULL;
    enum ph_status status = work(&run, args, job, &err);
    if (status)
        problem_write(&err);
    else
        line_write(
            json_pack("{s:{s:i, s:o}}", "done", "exit", job->n_warnings ? 1 : 0, "warnings", warnings(job)));
    job->progress = NULL; // from here on one line for each question
    if (!status)
        questions_answer(&run);
    core_job_fini(job);
    run_fini(&run);
    return status ? core_err_exit(status) : 0;
}
