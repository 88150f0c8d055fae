// skill: the case's drift against observed drifters.
#include <stdlib.h>

#include "cli/cli.h"
#include "core/err.h"
#include "run/skill.h"

enum { MOST_HORIZON_H = 1000 };

static enum ph_status horizon_refuse(const char *text, struct ph_err *err)
{
    return core_err_set(
        err, PH_EINPUT, "--horizon_h", "for example --horizon_h 6,12,24,48",
        "'%.80s' is not a list of up to %d whole hours from 1 to %d, each longer than the last", text,
        RUN_SKILL_HORIZONS, MOST_HORIZON_H);
}

static enum ph_status horizons_read(const char *text, struct run_skill_options *options, struct ph_err *err)
{
    const char *at = text;
    long last = 0;
    options->n_horizons = 0;
    do {
        char *end;
        long hours = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || hours <= last || hours > MOST_HORIZON_H ||
            options->n_horizons == RUN_SKILL_HORIZONS)
            return horizon_refuse(text, err);
        options->horizon_s[options->n_horizons++] = (double)hours * 3600;
        last = hours;
        at = *end ? end + 1 : NULL;
    } while (at);
    return PH_OK;
}

static enum ph_status options_read(const struct cli_args *args, struct run_skill_options *options,
                                   struct ph_err *err)
{
    if (!args->n_observed)
        return core_err_set(err, PH_EINPUT, "--observed", "usage: pharos skill CASE --observed TRACK",
                            "say which drifter to compare with");
    *options = (struct run_skill_options){.every_s = (args->every_h > 0 ? args->every_h : 6) * 3600};
    return horizons_read(args->horizon_h ? args->horizon_h : "6,12,24,48", options, err);
}

int cli_skill(const struct cli_args *args)
{
    struct run run = {0};
    struct run_skill skill = {0};
    struct run_skill_options options;
    struct ph_err err = {0};
    struct core_buf text = {0};
    struct scenario_overrides overrides = {
        .has_particles = args->has_particles,
        .particles = args->particles,
        .has_seed = args->has_seed,
        .seed = args->seed,
    };
    struct core_job *job = cli_job_start(args);
    enum ph_status status = options_read(args, &options, &err);
    if (!status)
        status = run_load(&run, args->operand[0], &overrides, job, NULL, &err);
    if (!status)
        status = run_skill_make(&run, args->observed, args->n_observed, &options, &skill, &err);
    if (!status && args->out && !cli_job_strict(args))
        status = run_skill_write(&run, &skill, args->out, &err);
    if (!status)
        status = args->json ? run_skill_json(&run, &skill, &text, &err)
                            : run_skill_text(&run, &skill, &text, &err);
    int exit_status = cli_job_end(args, status, &err);
    if (!status && cli_print(&text))
        exit_status = 3;
    core_buf_fini(&text);
    run_skill_fini(&skill);
    run_fini(&run);
    return exit_status;
}
