// forcing inspect, allocate: tools that need no case.
#include <string.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/time.h"
#include "forcing/forcing.h"
#include "geo/notation.h"
#include "plan/allocate.h"

static enum ph_status at_read(const struct cli_args *args, struct forcing_inspect_at *at, struct ph_err *err)
{
    if (!args->at || !args->place)
        return core_err_set(err, PH_EINPUT, args->at ? "--place" : "--at",
                            "for example --at 2016-08-29T06:00Z --place \"33-24N 012-42E\"",
                            "--at and --place go together");
    enum ph_status status = core_time_parse(args->at, &at->t_ns, err);
    if (!status)
        status = geo_pos_parse(args->place, &at->place, err);
    return status;
}

int cli_forcing(const struct cli_args *args)
{
    struct ph_err err = {0};
    struct forcing_inspect_at at;
    bool has_at = args->at || args->place;
    if (strcmp(args->operand[0], "inspect")) {
        core_err_set(&err, PH_EINPUT, args->operand[0], "usage: pharos forcing inspect FILE...",
                     "`pharos forcing` only inspects");
        return cli_fail(&err);
    }
    if (args->n_operands < 2) {
        core_err_set(&err, PH_EINPUT, NULL, "usage: pharos forcing inspect FILE...",
                     "name at least one file");
        return cli_fail(&err);
    }
    if (has_at && at_read(args, &at, &err))
        return cli_fail(&err);
    struct core_buf text = {0}, json = {0};
    size_t n_read = 0;
    enum ph_status status = forcing_inspect(args->operand + 1, args->n_operands - 1, has_at ? &at : NULL,
                                            &text, &json, &n_read, &err);
    int exit_status = status ? cli_fail(&err) : n_read ? 0 : 2;
    if (!status && cli_print(args->json ? &json : &text))
        exit_status = 3;
    core_buf_fini(&text);
    core_buf_fini(&json);
    return exit_status;
}

int cli_allocate(const struct cli_args *args)
{
    struct ph_err err = {0};
    struct core_buf json = {0};
    struct core_job *job = cli_job_start(args);
    enum ph_status status = plan_allocate_file(args->operand[0], job, &json, &err);
    int exit_status = cli_job_end(args, status, &err);
    if (!status && cli_print(&json))
        exit_status = 3;
    core_buf_fini(&json);
    return exit_status;
}
