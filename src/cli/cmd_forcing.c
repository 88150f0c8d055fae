// forcing inspect, allocate: tools that need no case.
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "forcing/forcing.h"
#include "geo/notation.h"
#include "plan/allocate.h"
#include "run/field_map.h"
#include "scenario/case.h"
#include "scenario/seed.h"

enum { PICTURE_WIDTH_PX = 1600 };

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

// A case's time and start, for telling what does not reach them.
static enum ph_status case_read(const char *path, struct forcing_inspect_ask *ask, struct ph_err *err)
{
    struct scenario_case c = {0};
    enum ph_status status = scenario_case_load(path, &(struct scenario_overrides){0}, &c, NULL, err);
    if (!status) {
        ask->has_case = true;
        ask->from_ns = c.drift.start_ns;
        ask->to_ns = c.drift.until_ns;
        ask->box = scenario_start_box(&c);
    }
    scenario_case_fini(&c);
    return status;
}

static enum ph_status format_of(const char *path, enum export_map_format *out, struct ph_err *err)
{
    static const char *const endings[] = {
        [EXPORT_MAP_PNG] = ".png", [EXPORT_MAP_SVG] = ".svg", [EXPORT_MAP_PDF] = ".pdf"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > 4 && !strcasecmp(path + n - 4, endings[i])) {
            *out = (enum export_map_format)i;
            return PH_OK;
        }
    return core_err_set(err, PH_EINPUT, path, "name it .png, .svg or .pdf",
                        "this is no format for a picture");
}

// With -o the time alone is enough: it is the picture's then.
static enum ph_status ask_read(const struct cli_args *args, struct forcing_inspect_at *at,
                               struct forcing_inspect_ask *ask, enum export_map_format *format,
                               struct ph_err *err)
{
    enum ph_status status = PH_OK;
    *ask = (struct forcing_inspect_ask){.full = args->full};
    if (strcmp(args->operand[0], "inspect"))
        return core_err_set(err, PH_EINPUT, args->operand[0], "usage: pharos forcing inspect FILE...",
                            "`pharos forcing` only inspects");
    if (args->n_operands < 2)
        return core_err_set(err, PH_EINPUT, NULL, "usage: pharos forcing inspect FILE...",
                            "name at least one file");
    if (args->out)
        status = format_of(args->out, format, err);
    at->t_ns = INT64_MIN;
    if (!status && args->at && args->out && !args->place) {
        status = core_time_parse(args->at, &at->t_ns, err);
    } else if (!status && (args->at || args->place)) {
        status = at_read(args, at, err);
        ask->at = at;
    }
    if (!status && args->for_case)
        status = case_read(args->for_case, ask, err);
    return status;
}

static enum ph_status picture_write(const struct cli_args *args, const struct forcing_inspection *inspection,
                                    int64_t t_ns, enum export_map_format format, struct ph_err *err)
{
    struct core_buf picture = {0};
    enum ph_status status = run_field_map(args->operand + 1, args->n_operands - 1, inspection, t_ns,
                                          PICTURE_WIDTH_PX, format, &picture, err);
    if (!status)
        status = core_file_write_buf(args->out, &picture, err);
    core_buf_fini(&picture);
    return status;
}

int cli_forcing(const struct cli_args *args)
{
    struct ph_err err = {0};
    struct forcing_inspect_at at = {0};
    struct forcing_inspect_ask ask;
    struct forcing_inspection *inspection = NULL;
    enum export_map_format format = EXPORT_MAP_PNG;
    struct core_buf out = {0};
    enum ph_status status = ask_read(args, &at, &ask, &format, &err);
    if (!status)
        status = forcing_inspect(args->operand + 1, args->n_operands - 1, &ask, &inspection, &err);
    if (!status)
        status = args->json ? forcing_inspection_json(inspection, &out, &err)
                            : forcing_inspection_text(inspection, &out, &err);
    if (!status && args->out)
        status = picture_write(args, inspection, at.t_ns, format, &err);
    int exit_status = status ? cli_fail(&err) : forcing_inspection_readable(inspection) ? 0 : 2;
    if (!status && cli_print(&out))
        exit_status = 3;
    forcing_inspection_free(inspection);
    core_buf_fini(&out);
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
