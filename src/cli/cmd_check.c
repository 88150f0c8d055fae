// check: every problem of a case with its place, and whether what it names can be read.
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "run/run.h"

static void problem_json(struct core_json *json, const char *pointer, const char *text, const char *found,
                         const char *expected)
{
    core_json_object(json);
    core_json_key_text(json, "pointer", pointer);
    core_json_key_text(json, "text", text);
    core_json_key_text(json, "found", found);
    core_json_key_text(json, "expected", expected);
    core_json_object_end(json);
}

static void report_json(const char *path, const struct scenario_problems *problems,
                        const struct core_job *job, const struct ph_err *opened, struct core_buf *out)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "check/1");
    core_json_key_text(&json, "case", path);
    core_json_key_bool(&json, "valid", !problems->n && !opened->status);
    core_json_key(&json, "problems");
    core_json_array(&json);
    for (size_t i = 0; i < problems->n; i++)
        problem_json(&json, problems->item[i].pointer, problems->item[i].text, problems->item[i].found,
                     problems->item[i].expected);
    if (opened->status)
        problem_json(&json, opened->where, opened->what, NULL, opened->fix);
    core_json_array_end(&json);
    core_json_key(&json, "warnings");
    core_json_array(&json);
    for (const struct core_warning *w = job->first_warning; w; w = w->next) {
        core_json_object(&json);
        core_json_key_text(&json, "code", w->code);
        core_json_key_text(&json, "text", w->text);
        core_json_object_end(&json);
    }
    core_json_array_end(&json);
    core_json_object_end(&json);
}

static void problem_line(struct core_buf *out, const struct scenario_problem *p)
{
    core_buf_printf(out, "%s: %s", p->pointer[0] ? p->pointer : "(document)", p->text);
    if (p->found && p->found[0])
        core_buf_printf(out, "; found %s", p->found);
    if (p->expected && p->expected[0])
        core_buf_printf(out, "; expected %s", p->expected);
    core_buf_puts(out, "\n");
}

static void report_text(const char *path, const struct run *run, const struct scenario_problems *problems,
                        const struct ph_err *opened, struct core_buf *out)
{
    for (size_t i = 0; i < problems->n; i++)
        problem_line(out, &problems->item[i]);
    if (opened->status)
        core_buf_printf(out, "%s: %s%s%s\n", opened->where, opened->what, opened->fix[0] ? "; " : "",
                        opened->fix);
    size_t n = problems->n + (opened->status != PH_OK);
    if (n)
        core_buf_printf(out, "%s: %zu problem%s\n", path, n, n == 1 ? "" : "s");
    else
        core_buf_printf(out, "%s: good: %zu objects, %zu scenarios, %zu assets, %zu particles\n", path,
                        run->c.n_objects, run->c.n_sources, run->c.n_assets, run->c.drift.particles);
}

// A map of where the case begins, with routes and the land that they meet.
static enum ph_status beginnings_draw(struct run *run, const char *path, struct ph_err *err)
{
    enum { WIDTH_PX = 1400 };
    size_t length = strlen(path);
    bool is_svg = length > 4 && !strcasecmp(path + length - 4, ".svg");
    if (!is_svg && (length < 5 || strcasecmp(path + length - 4, ".png")))
        return core_err_set(err, PH_EINPUT, path, "give a name that ends in .png or .svg",
                            "the format of this map is not known");
    struct core_buf picture = {0};
    enum ph_status status = run_beginnings(run, err);
    if (!status)
        status = (is_svg ? export_map_svg : export_map_png)(&run->product, 0, WIDTH_PX, &picture, err);
    if (!status)
        status = core_file_write_buf(path, &picture, err);
    core_buf_fini(&picture);
    return status;
}

int cli_check(const struct cli_args *args)
{
    struct run run = {0};
    struct scenario_problems problems = {0};
    struct scenario_overrides overrides = {0};
    struct ph_err err = {0}, opened = {0};
    struct core_job *job = cli_job_start(args);
    enum ph_status status = run_load(&run, args->operand[0], &overrides, job, &problems, &err);
    bool described = status == PH_OK || problems.n; // else the file could not be read at all
    if (!status)
        status = run_open(&run, &opened);
    bool drawn = !status && args->out;
    if (!status)
        status = scenario_routes_check(&run.c, run.coast, &opened);
    enum ph_status written = drawn ? beginnings_draw(&run, args->out, &err) : PH_OK;
    struct core_buf text = {0};
    if (described && args->json)
        report_json(args->operand[0], &problems, job, &opened, &text);
    else if (described)
        report_text(args->operand[0], &run, &problems, &opened, &text);
    int exit_status = cli_job_end(args, written ? written : described ? PH_OK : status, &err);
    if (described && status && !written)
        exit_status = core_err_exit(status);
    if (described && cli_print(&text))
        exit_status = 3;
    core_buf_fini(&text);
    scenario_problems_fini(&problems);
    run_fini(&run);
    return exit_status;
}
