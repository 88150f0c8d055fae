#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/err.h"

enum value { VALUE_NONE, VALUE_TEXT, VALUE_COUNT, VALUE_NUMBER };

enum which {
    PLAIN,
    ANY_CELL,
    ANY_THREADS,
    ANY_PARTICLES,
    ANY_SEED,
    ANY_CASE_SEQ,
    ANY_OBSERVED,
    ANY_EVERY,
    ANY_BUDGET,
    ANY_OBJECTIVE,
};

#define MEMBER(name) offsetof(struct cli_args, name)

// A plain option sets its member: a bool without a value, a text with one. The others are looked at.
static const struct option {
    const char *name, *letter;
    unsigned bit; // 0: every command takes it
    enum value value;
    enum which which;
    size_t member; // of struct cli_args, when plain
} options[] = {
    {"--json", NULL, CLI_JSON, VALUE_NONE, PLAIN, MEMBER(json)},
    {"--quiet", "-q", 0, VALUE_NONE, PLAIN, MEMBER(quiet)},
    {"--verbose", "-v", 0, VALUE_NONE, PLAIN, MEMBER(verbose)},
    {"--help", "-h", 0, VALUE_NONE, PLAIN, MEMBER(help)},
    {"--strict", NULL, CLI_STRICT, VALUE_NONE, PLAIN, MEMBER(strict)},
    {"--output", "-o", CLI_OUT, VALUE_TEXT, PLAIN, MEMBER(out)},
    {"--at", NULL, CLI_AT, VALUE_TEXT, PLAIN, MEMBER(at)},
    {"--place", NULL, CLI_PLACE, VALUE_TEXT, PLAIN, MEMBER(place)},
    {"--cell_nm", NULL, CLI_CELL, VALUE_NUMBER, ANY_CELL, 0},
    {"--threads", NULL, CLI_THREADS, VALUE_COUNT, ANY_THREADS, 0},
    {"--particles", NULL, CLI_PARTICLES, VALUE_COUNT, ANY_PARTICLES, 0},
    {"--seed", NULL, CLI_SEED, VALUE_COUNT, ANY_SEED, 0},
    {"--observed", NULL, CLI_OBSERVED, VALUE_TEXT, ANY_OBSERVED, 0},
    {"--every_h", NULL, CLI_OBSERVED, VALUE_NUMBER, ANY_EVERY, 0},
    {"--horizon_h", NULL, CLI_OBSERVED, VALUE_TEXT, PLAIN, MEMBER(horizon_h)},
    {"--evaluate", NULL, CLI_PLAN, VALUE_TEXT, PLAIN, MEMBER(evaluate)},
    {"--budget_s", NULL, CLI_BUDGET, VALUE_NUMBER, ANY_BUDGET, 0},
    {"--objective", NULL, CLI_BUDGET, VALUE_TEXT, ANY_OBJECTIVE, 0},
    {"--full", NULL, CLI_INSPECT, VALUE_NONE, PLAIN, MEMBER(full)},
    {"--case", NULL, CLI_INSPECT | CLI_MODEL, VALUE_TEXT, PLAIN, MEMBER(for_case)},
    {"--db", NULL, CLI_CASE | CLI_SERVE, VALUE_TEXT, PLAIN, MEMBER(on_case.db)},
    {"--who", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.who)},
    {"--why", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.why)},
    {"--valid", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.valid)},
    {"--to", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.to)},
    {"--from", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.from)},
    {"--keys", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.keys)},
    {"--head", NULL, CLI_CASE, VALUE_TEXT, PLAIN, MEMBER(on_case.head)},
    {"--all", NULL, CLI_CASE, VALUE_NONE, PLAIN, MEMBER(on_case.all)},
    {"--seq", NULL, CLI_CASE, VALUE_COUNT, ANY_CASE_SEQ, 0},
    {"--listen", NULL, CLI_SERVE, VALUE_TEXT, PLAIN, MEMBER(listen)},
    {"--behind-proxy", NULL, CLI_SERVE, VALUE_TEXT, PLAIN, MEMBER(proxy)},
    {"--web", NULL, CLI_SERVE, VALUE_TEXT, PLAIN, MEMBER(web)},
    {"--environment", NULL, CLI_SERVE, VALUE_TEXT, PLAIN, MEMBER(environment)},
};

// The option of an argument; *value is behind its "=", or NULL.
static const struct option *option_find(const char *arg, const char **value)
{
    const char *equals = strchr(arg, '=');
    size_t length = equals ? (size_t)(equals - arg) : strlen(arg);
    *value = equals ? equals + 1 : NULL;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct option *option = &options[i];
        if (strlen(option->name) == length && !strncmp(arg, option->name, length))
            return option;
        if (option->letter && !strcmp(arg, option->letter))
            return option;
    }
    return NULL;
}

static enum ph_status bad_value(const char *name, const char *value, const char *expected, struct ph_err *err)
{
    return core_err_set(err, PH_EINPUT, name, NULL, "'%.80s' is not %s", value, expected);
}

static enum ph_status count_read(const char *name, const char *text, uint64_t min, uint64_t max,
                                 uint64_t *out, struct ph_err *err)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end || errno || text[0] == '-' || text[0] == '+' || value < min || value > max)
        return bad_value(
            name, text, min ? "a whole number of at least 1 (and not beyond reason)" : "a whole number", err);
    *out = value;
    return PH_OK;
}

static enum ph_status number_read(const char *name, const char *text, const char *expected, double *out,
                                  struct ph_err *err)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0.01 && value <= 1000))
        return bad_value(name, text, expected, err);
    *out = value;
    return PH_OK;
}

static enum ph_status budget_read(const char *text, double *out, struct ph_err *err)
{
    double value = 0;
    enum ph_status status = number_read("--budget_s", text, "a number from 2 to 1000", &value, err);
    if (!status && value < 2)
        return bad_value("--budget_s", text, "a number from 2 to 1000", err);
    if (!status)
        *out = value;
    return status;
}

static enum ph_status objective_read(const char *text, struct cli_args *args, struct ph_err *err)
{
    static const char *const words[] = {
        [SCENARIO_POS] = "pos", [SCENARIO_EXPECTED_TIME] = "expected-time", [SCENARIO_SURVIVAL] = "survival"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i])) {
            args->has_objective = true;
            args->objective = (enum scenario_objective)i;
            return PH_OK;
        }
    return bad_value("--objective", text, "pos, expected-time or survival", err);
}

static enum ph_status observed_add(const char *value, struct cli_args *args, struct ph_err *err)
{
    if (args->n_observed == CLI_MOST_OBSERVED)
        return core_err_set(err, PH_EINPUT, "--observed", "put several drifters into one file",
                            "this option is given more than %d times", CLI_MOST_OBSERVED);
    args->observed[args->n_observed++] = value;
    return PH_OK;
}

static enum ph_status counted_apply(const struct option *option, const char *value, struct cli_args *args,
                                    struct ph_err *err)
{
    static const uint64_t max[] = {[ANY_THREADS] = 256,
                                   [ANY_PARTICLES] = 100000000,
                                   [ANY_SEED] = UINT64_MAX,
                                   [ANY_CASE_SEQ] = INT64_MAX};
    uint64_t count = 0;
    enum ph_status status =
        count_read(option->name, value, option->which != ANY_SEED, max[option->which], &count, err);
    if (status)
        return status;
    if (option->which == ANY_THREADS) {
        args->threads = (int)count;
    } else if (option->which == ANY_SEED) {
        args->seed = count;
        args->has_seed = true;
    } else if (option->which == ANY_CASE_SEQ) {
        args->on_case.seq = count;
        args->on_case.has_seq = true;
    } else {
        args->particles = count;
        args->has_particles = true;
    }
    return PH_OK;
}

static enum ph_status option_apply(const struct option *option, const char *value, struct cli_args *args,
                                   struct ph_err *err)
{
    void *member = (char *)args + option->member;
    switch (option->which) {
    case PLAIN:
        if (option->value == VALUE_NONE)
            *(bool *)member = true;
        else
            *(const char **)member = value;
        return PH_OK;
    case ANY_OBJECTIVE:
        return objective_read(value, args, err);
    case ANY_OBSERVED:
        return observed_add(value, args, err);
    case ANY_BUDGET:
        return budget_read(value, &args->budget_s, err);
    case ANY_EVERY:
        return number_read(option->name, value, "a number of hours between 0.01 and 1000", &args->every_h,
                           err);
    case ANY_CELL:
        return number_read(option->name, value, "a number of miles between 0.01 and 1000", &args->cell_nm,
                           err);
    default:
        return counted_apply(option, value, args, err);
    }
}

static enum ph_status option_take(const struct cli_command *command, int argc, char **argv, int *i,
                                  struct cli_args *args, struct ph_err *err)
{
    const char *value;
    const struct option *option = option_find(argv[*i], &value);
    char fix[128];
    snprintf(fix, sizeof fix, "see `pharos help %s`", command->name);
    if (!option)
        return core_err_set(err, PH_EINPUT, argv[*i], fix, "there is no such option");
    if (option->bit && !(command->options & option->bit))
        return core_err_set(err, PH_EINPUT, argv[*i], fix, "`pharos %s` does not take this option",
                            command->name);
    if (option->value == VALUE_NONE && value)
        return core_err_set(err, PH_EINPUT, option->name, fix, "this option takes no value");
    if (option->value != VALUE_NONE && !value) {
        if (*i + 1 >= argc)
            return core_err_set(err, PH_EINPUT, option->name, fix, "this option needs a value");
        value = argv[++*i];
    }
    return option_apply(option, value, args, err);
}

// "-1" and "-33.5, 12.7" are values, not options.
static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1] && !strchr("0123456789.", arg[1]);
}

enum ph_status cli_args_parse(const struct cli_command *command, int argc, char **argv, const char **operands,
                              struct cli_args *args, struct ph_err *err)
{
    struct cli_args parsed = {.operand = operands};
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        if (!options_end && !strcmp(argv[i], "--")) {
            options_end = true;
        } else if (!options_end && is_option(argv[i])) {
            enum ph_status status = option_take(command, argc, argv, &i, &parsed, err);
            if (status)
                return status;
        } else {
            operands[parsed.n_operands++] = argv[i];
        }
    }
    char usage[256];
    snprintf(usage, sizeof usage, "usage: pharos %s", command->usage);
    if (!parsed.help && parsed.n_operands < command->min_operands)
        return core_err_set(err, PH_EINPUT, NULL, usage, "`pharos %s` needs more arguments", command->name);
    if (!parsed.help && parsed.n_operands > command->max_operands)
        return core_err_set(err, PH_EINPUT, operands[command->max_operands], usage,
                            "`pharos %s` does not take this argument", command->name);
    *args = parsed;
    return PH_OK;
}
