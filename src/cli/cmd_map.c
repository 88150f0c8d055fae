// map: the cloud of a case or of a trajectory file at one time, as regions, grid, picture or chart.
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "core/units.h"
#include "prob/map_file.h"
#include "run/run.h"

enum { PICTURE_WIDTH_PX = 1400 };

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && !strcasecmp(text + n - m, end);
}

// A trajectory file stands for a case that has been drifted.
static enum ph_status trajectories_load(struct run *run, const char *path, struct core_job *job,
                                        struct ph_err *err)
{
    run->job = job;
    run->prior_pos = NAN;
    run->c.name = path;
    run->c.path = path;
    enum ph_status status = drift_trajectories_read(path, &run->ensemble, err);
    return status ? status : geo_coast_open("auto", NULL, &run->coast, err);
}

static enum ph_status case_drift(struct run *run, const struct cli_args *args, struct core_job *job,
                                 struct ph_err *err)
{
    struct scenario_overrides overrides = {
        .has_particles = args->has_particles,
        .particles = args->particles,
        .has_seed = args->has_seed,
        .seed = args->seed,
    };
    enum ph_status status = run_load(run, args->operand[0], &overrides, job, NULL, err);
    if (!status)
        status = run_open(run, err);
    if (!status)
        status = run_drift(run, err);
    return status ? status : run_weights(run, err);
}

static enum ph_status grid_write(struct run *run, const char *path, struct ph_err *err)
{
    struct prob_map map;
    enum ph_status status = run_map_at(run, 0, &map, err);
    if (status)
        return status;
    if (!ends_with(path, ".nc"))
        return export_map_geotiff(path, &map, err);
    const struct prob_map_attrs attrs = {
        .title = run->c.name,
        .source = ph_version(),
        .case_sha256 = run->c.sha256[0] ? run->c.sha256 : NULL,
        .seed = run->c.drift.seed,
    };
    return prob_map_write(path, run->ensemble.time_ns, 1, &map, NULL, &attrs, err);
}

static enum ph_status map_write(struct run *run, const char *path, struct ph_err *err)
{
    if (ends_with(path, ".nc") || ends_with(path, ".tif"))
        return grid_write(run, path, err);
    struct core_buf buf = {0};
    enum ph_status status = ends_with(path, ".png")
                                ? export_map_png(&run->product, 0, PICTURE_WIDTH_PX, &buf, err)
                                : export_containment_geojson(&run->product, &buf, err);
    if (!status)
        status = core_file_write_buf(path, &buf, err);
    core_buf_fini(&buf);
    return status;
}

static enum ph_status arguments_check(const struct cli_args *args, int64_t *t_ns, struct ph_err *err)
{
    const char *usage = "usage: pharos map CASE|FILE.nc --at TIME -o FILE.(geojson|nc|png|tif)";
    if (!args->at)
        return core_err_set(err, PH_EINPUT, "--at", usage, "say for which time");
    if (!args->out)
        return core_err_set(err, PH_EINPUT, "-o", usage, "say where to write");
    if (!ends_with(args->out, ".nc") && !ends_with(args->out, ".tif") && !ends_with(args->out, ".png") &&
        !ends_with(args->out, ".geojson"))
        return core_err_set(err, PH_EINPUT, args->out, usage, "the format of this name is not known");
    enum ph_status status = core_time_parse(args->at, t_ns, err);
    if (status)
        core_err_within(err, "--at");
    return status;
}

int cli_map(const struct cli_args *args)
{
    struct run run = {.cell_m = core_m_from_nm(args->cell_nm)};
    struct ph_err err = {0};
    int64_t t_ns = 0;
    struct core_job *job = cli_job_start(args);
    enum ph_status status = arguments_check(args, &t_ns, &err);
    if (!status && ends_with(args->operand[0], ".nc"))
        status = trajectories_load(&run, args->operand[0], job, &err);
    else if (!status)
        status = case_drift(&run, args, job, &err);
    if (!cli_leads())
        return cli_follow(&run, args, status, &err);
    if (!status)
        status = run_snapshot(&run, t_ns, &err);
    if (!status)
        status = run_map(&run, &err);
    if (!status)
        status = run_product(&run, &err);
    if (!status && !cli_job_strict(args))
        status = map_write(&run, args->out, &err);
    int exit_status = cli_job_end(args, status, &err);
    run_fini(&run);
    return exit_status;
}
