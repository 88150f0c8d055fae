// run, drift, plan, demo: the commands that drift an ensemble.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "demo_files.h"
#include "run/run.h"

static struct scenario_overrides overrides_of(const struct cli_args *args)
{
    return (struct scenario_overrides){
        .has_particles = args->has_particles,
        .particles = args->particles,
        .has_seed = args->has_seed,
        .seed = args->seed,
    };
}

// Every problem of a case on standard error.
static void problems_print(const struct scenario_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct scenario_problem *p = &problems->item[i];
        fprintf(stderr, "%s: %s", p->pointer[0] ? p->pointer : "(document)", p->text);
        if (p->found && p->found[0])
            fprintf(stderr, "; found %s", p->found);
        if (p->expected && p->expected[0])
            fprintf(stderr, "; expected %s", p->expected);
        fputc('\n', stderr);
    }
}

static enum ph_status case_load(struct run *run, const struct cli_args *args, struct core_job *job,
                                struct ph_err *err)
{
    struct scenario_problems problems = {0};
    struct scenario_overrides overrides = overrides_of(args);
    enum ph_status status = run_load(run, args->operand[0], &overrides, job, &problems, err);
    run->evaluate = args->evaluate;
    run->budget_s = args->budget_s;
    run->has_objective = args->has_objective;
    run->objective = args->objective;
    if (status && problems.n > 1) {
        problems_print(&problems);
        core_err_set(err, status, args->operand[0], "correct them and try `pharos check` again",
                     "the case has %zu problems", problems.n);
    }
    scenario_problems_fini(&problems);
    return status;
}

// What a person wants to read first.
static void outcome_print(const struct run *run, const char *dir)
{
    const struct export_product *p = &run->product;
    const struct export_time *last = &p->time[p->n_times - 1];
    char dtg[CORE_TIME_TEXT];
    core_time_dtg(last->t_ns, dtg);
    fprintf(stderr, "%zu particles to %s: %zu drifting, %zu stranded", p->particles, dtg, last->active,
            last->stranded);
    if (last->missing)
        fprintf(stderr, ", %zu stopped without forcing", last->missing);
    fputc('\n', stderr);
    if (p->plan && p->plan->n_areas)
        fprintf(stderr,
                "plan for %zu of %zu units: chance to find them %.0f %% (no plan with this effort exceeds "
                "%.0f %%)\n",
                p->plan->n_areas, p->n_assets, 100 * p->plan->pos_total, 100 * p->plan->pos_bound);
    fprintf(stderr, "report: %s/report.html\n", dir);
}

int cli_follow(struct run *run, const struct cli_args *args, enum ph_status status, const struct ph_err *err)
{
    int exit_status = cli_job_end(args, status, err);
    run_fini(run);
    return exit_status;
}

static int run_to_folder(const struct cli_args *args, const char *dir)
{
    struct run run = {0};
    struct ph_err err = {0};
    struct core_job *job = cli_job_start(args);
    enum ph_status status = case_load(&run, args, job, &err);
    if (!status)
        status = run_all(&run, &err);
    if (!cli_leads())
        return cli_follow(&run, args, status, &err);
    bool written = !status && !cli_job_strict(args);
    if (written)
        status = run_write(&run, dir, RUN_PART_ALL, &err);
    struct core_buf json = {0};
    if (!status && args->json)
        status = export_summary_json(&run.product, &json, &err);
    if (!status && written && !args->quiet)
        outcome_print(&run, dir);
    int exit_status = cli_job_end(args, status, &err);
    if (!status && args->json && cli_print(&json))
        exit_status = 3;
    core_buf_fini(&json);
    run_fini(&run);
    return exit_status;
}

static int output_needed(const char *usage)
{
    struct ph_err err;
    core_err_set(&err, PH_EINPUT, "-o", usage, "say where to write");
    return cli_fail(&err);
}

int cli_run(const struct cli_args *args)
{
    return args->out ? run_to_folder(args, args->out) : output_needed("usage: pharos run CASE -o DIR");
}

int cli_drift(const struct cli_args *args)
{
    if (!args->out)
        return output_needed("usage: pharos drift CASE -o FILE.nc");
    struct run run = {0};
    struct ph_err err = {0};
    struct core_job *job = cli_job_start(args);
    enum ph_status status = case_load(&run, args, job, &err);
    if (!status)
        status = run_open(&run, &err);
    if (!status)
        status = run_stream(&run, args->out, args->json, &err);
    if (!cli_leads())
        return cli_follow(&run, args, status, &err);
    if (!status && args->json)
        status = run_product(&run, &err);
    if (!status && !cli_job_strict(args))
        status = run_stream_finish(&run, &err);
    struct core_buf json = {0};
    if (!status && args->json)
        status = export_summary_json(&run.product, &json, &err);
    int exit_status = cli_job_end(args, status, &err);
    if (!status && args->json && cli_print(&json))
        exit_status = 3;
    core_buf_fini(&json);
    run_fini(&run);
    return exit_status;
}

// The plan as a document or as the text to read over the radio.
static enum ph_status plan_text(const struct run *run, bool json, struct core_buf *out, struct ph_err *err)
{
    return json ? export_plan_json(&run->product, out, err)
                : export_action_plan_text(&run->product, out, err);
}

int cli_plan(const struct cli_args *args)
{
    struct run run = {0};
    struct ph_err err = {0};
    struct core_buf text = {0};
    struct core_job *job = cli_job_start(args);
    enum ph_status status = case_load(&run, args, job, &err);
    if (!status && !run.c.n_assets)
        status = core_err_set(&err, PH_EINPUT, "/assets", "add the ships and aircraft at hand",
                              "the case has no assets to plan for");
    if (!status)
        status = run_all(&run, &err);
    if (!cli_leads())
        return cli_follow(&run, args, status, &err);
    if (!status && args->out && !cli_job_strict(args))
        status = run_write(&run, args->out, RUN_PART_PLAN, &err);
    if (!status)
        status = plan_text(&run, args->json, &text, &err);
    int exit_status = cli_job_end(args, status, &err);
    if (!status && cli_print(&text))
        exit_status = 3;
    core_buf_fini(&text);
    run_fini(&run);
    return exit_status;
}

// The embedded case's files, laid out in a folder of their own so that they can be looked at.
static enum ph_status demo_unpack(const char *dir, struct ph_err *err)
{
    enum ph_status status = core_file_mkdir(dir, err);
    for (size_t i = 0; !status && i < demo_n_files; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, demo_files[i].name);
        status = core_file_write(path, demo_files[i].bytes, demo_files[i].size, err);
    }
    return status;
}

int cli_demo(const struct cli_args *args)
{
    const char *dir = args->out ? args->out : "pharos-demo";
    char input[2048], path[4096];
    struct ph_err err = {0};
    if (snprintf(input, sizeof input, "%s/case", dir) >= (int)sizeof input)
        return output_needed("use a shorter path");
    enum ph_status status = demo_unpack(input, &err);
    if (status)
        return cli_fail(&err);
    snprintf(path, sizeof path, "%s/case.json", input);
    const char *operand = path;
    struct cli_args with_case = *args;
    with_case.operand = &operand;
    with_case.n_operands = 1;
    return run_to_folder(&with_case, dir);
}
