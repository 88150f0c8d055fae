#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/mpi.h"
#include "core/units.h"
#include "drift/underway.h"
#include "run/reports.h"

// The planner gets at most this many particles; more change the third digit of POS at best.
enum { PLAN_PARTICLES_MAX = 100000 };

enum ph_status run_load(struct run *run, const char *path, const struct scenario_overrides *overrides,
                        struct core_job *job, struct scenario_problems *problems, struct ph_err *err)
{
    run->job = job;
    run->prior_pos = NAN;
    return scenario_case_load(path, overrides, &run->c, problems, err);
}

enum ph_status run_parse(struct run *run, const char *text, size_t length, const char *dir, const char *name,
                         const struct scenario_overrides *overrides, struct core_job *job,
                         struct scenario_problems *problems, struct ph_err *err)
{
    run->job = job;
    run->prior_pos = NAN;
    return scenario_case_parse(text, length, dir, name, overrides, &run->c, problems, err);
}

static const enum forcing_kind forcing_kinds[SCENARIO_FORCING_KINDS] = {
    [SCENARIO_CURRENT] = FORCING_CURRENT,
    [SCENARIO_WIND] = FORCING_WIND,
    [SCENARIO_WAVES] = FORCING_WAVES,
    [SCENARIO_SEA_TEMPERATURE] = FORCING_SEA_TEMPERATURE,
};

static struct forcing_request request_of(struct core_arena *arena, enum forcing_kind kind,
                                         const struct scenario_forcing *from)
{
    struct forcing_request request = {
        .kind = kind,
        .file = from->file,
        .variables = {from->variables[0], from->variables[1]},
        .depth_m = from->depth_m,
        .calendar = from->calendar,
        .n_series = from->n_series,
        .label = from->pointer,
    };
    struct forcing_observation *series = CORE_ARENA_NEW(arena, struct forcing_observation, from->n_series);
    for (size_t i = 0; series && i < from->n_series; i++)
        series[i] =
            (struct forcing_observation){from->series[i].t_ns, from->series[i].u_mps, from->series[i].v_mps};
    request.series = from->n_series ? series : NULL;
    return request;
}

enum ph_status run_forcing_open(const struct scenario_case *c, struct core_arena *arena, struct core_job *job,
                                struct forcing **out, struct ph_err *err)
{
    static const enum forcing_missing missing[] = {
        [SCENARIO_MISSING_ERROR] = FORCING_MISSING_ERROR,
        [SCENARIO_MISSING_HOLD] = FORCING_MISSING_HOLD,
        [SCENARIO_MISSING_STOP] = FORCING_MISSING_STOP,
    };
    size_t n = 0, total = 0;
    for (int kind = 0; kind < SCENARIO_FORCING_KINDS; kind++)
        total += c->n_forcing[kind];
    struct forcing_request *requests = CORE_ARENA_NEW(arena, struct forcing_request, total);
    if (!requests)
        return core_err_nomem(err);
    for (int kind = 0; kind < SCENARIO_FORCING_KINDS; kind++)
        for (size_t i = 0; i < c->n_forcing[kind]; i++)
            requests[n++] = request_of(arena, forcing_kinds[kind], &c->forcing[kind][i]);
    return forcing_open(requests, n, missing[c->on_missing], c->drift.start_ns, c->drift.until_ns,
                        scenario_start_box(c), job, out, err);
}

enum ph_status run_open(struct run *run, struct ph_err *err)
{
    enum ph_status status = geo_coast_open(run->c.coast_resolution, NULL, &run->coast, err);
    if (status)
        return status;
    if (!geo_coast_installed(run->coast))
        core_job_warn(
            run->job, "no-coastline",
            "no coastline is installed: nothing strands and land is searched like water; install the "
            "package gmt-gshhg-high");
    return run_forcing_open(&run->c, &run->arena, run->job, &run->forcing, err);
}

// Voyages that have had no distress by the end of the run.
static void voyages_tell(struct run *run, const uint8_t *last_status)
{
    double left = drift_underway_mass(&run->ensemble, last_status);
    if (left > 0)
        core_job_warn(run->job, "voyage-underway",
                      "%.2g %% of the probability is still under way when the run ends: no distress yet, so "
                      "no search finds it.",
                      100 * left);
}

enum ph_status run_starts(struct run *run, struct ph_err *err)
{
    enum ph_status status = scenario_seed(&run->c, run->coast, run->job, &run->arena, &run->seeds, err);
    return status ? status : run_trace(run, err);
}

// Stated before the drift begins; of a large run whoever started it wants to know unasked.
static void memory_tell(struct run *run, size_t bytes)
{
    enum { LARGE_BYTES = 500000000, PROGRAM_BYTES = 64000000 };
    core_job_log(run->job, bytes < LARGE_BYTES ? CORE_LOG_INFO : CORE_LOG_NOTE, "run.memory",
                 "%zu particles, %zu times: at most %.0f MB of memory besides the forcing fields",
                 run->seeds.n, drift_n_times(&run->c.drift), (double)(bytes + PROGRAM_BYTES) / 1e6);
}

// What comes after the drift of a case: weights, maps, and the planner's cloud (twice as doubles, for the
// shore). What was searched or seen is weighed on all particles at all times.
static size_t after_bytes(const struct run *run, size_t n, size_t n_times)
{
    size_t thin = n < PLAN_PARTICLES_MAX ? n : PLAN_PARTICLES_MAX, place = 2 * sizeof(float);
    bool reports = run->c.n_searches || run->c.n_sightings || run->c.n_debris;
    return n * sizeof(double) + run_maps_bytes(n, n_times) + (reports ? n * n_times * place : 0) +
           (run->c.n_assets ? thin * n_times * (place + 2 * sizeof(double)) : 0);
}

enum ph_status run_drift(struct run *run, struct ph_err *err)
{
    enum ph_status status = run_starts(run, err);
    if (status)
        return status;
    size_t n = run->seeds.n, n_times = drift_n_times(&run->c.drift);
    memory_tell(run, scenario_seed_bytes(&run->c, n) + drift_bytes_needed(&run->c, n, n_times) +
                         after_bytes(run, n, n_times));
    status = drift_run(&run->c, &run->seeds, run->forcing, run->coast, run->job, &run->ensemble,
                       &run->service, err);
    if (!status && core_mpi_leads(run->job->mpi))
        voyages_tell(run, run->ensemble.status + (n_times - 1) * n);
    return status;
}

enum ph_status run_drift_into(struct run *run, const struct drift_sink *sink, size_t sink_bytes,
                              struct ph_err *err)
{
    size_t n = run->seeds.n;
    memory_tell(run, scenario_seed_bytes(&run->c, n) + drift_bytes_needed(&run->c, n, 1) + sink_bytes);
    enum ph_status status = drift_run_into(&run->c, &run->seeds, run->forcing, run->coast, run->job, sink,
                                           &run->ensemble, &run->service, err);
    if (!status && core_mpi_leads(run->job->mpi))
        voyages_tell(run, run->ensemble.status);
    return status;
}

// The planner counts assets among those that take part; people count them as in the case.
static enum ph_status plan_reindex(struct run *run, struct ph_err *err)
{
    struct plan_result *plan = &run->plan;
    for (size_t i = 0; i < plan->n_areas; i++)
        plan->area[i].asset = run->plan_asset_index[plan->area[i].asset];
    for (size_t i = 0; i < plan->worksheet.n_units; i++)
        plan->worksheet.unit[i].asset = run->plan_asset_index[plan->worksheet.unit[i].asset];
    for (size_t i = 0; i < plan->n_another; i++)
        plan->another[i].asset = run->plan_asset_index[plan->another[i].asset];
    struct plan_unused *unused =
        CORE_ARENA_NEW(&plan->arena, struct plan_unused, plan->n_unused + run->n_refused);
    if (!unused)
        return core_err_nomem(err);
    size_t n = 0;
    for (size_t i = 0; i < run->n_refused; i++)
        unused[n++] = run->refused[i];
    for (size_t i = 0; i < plan->n_unused; i++) {
        unused[n] = plan->unused[i];
        unused[n].asset = run->plan_asset_index[unused[n].asset];
        core_job_warn(run->job, "asset-unused", "%s takes no part in the plan: %s",
                      run->c.asset[unused[n].asset].id, unused[n].why);
        n++;
    }
    plan->unused = unused;
    plan->n_unused = n;
    return PH_OK;
}

static enum ph_status avoid_make(struct run *run, struct plan_problem *problem, struct ph_err *err)
{
    struct plan_avoid *avoid = CORE_ARENA_NEW(&run->arena, struct plan_avoid, run->c.n_avoid);
    if (run->c.n_avoid && !avoid)
        return core_err_nomem(err);
    for (size_t i = 0; i < run->c.n_avoid; i++)
        avoid[i] = (struct plan_avoid){run->c.avoid[i].corner, run->c.avoid[i].n};
    problem->avoid = avoid, problem->n_avoid = run->c.n_avoid;
    return PH_OK;
}

static enum ph_status assets_plan(struct run *run, struct plan_cloud cloud, struct ph_err *err)
{
    enum ph_status status = run_assets_make(run, err);
    if (status)
        return status;
    struct plan_problem problem = {
        .cloud = cloud,
        .asset = run->plan_asset,
        .n_assets = run->n_plan_assets,
        .detection = run->c.conditions.detection == SCENARIO_RANDOM ? PLAN_RANDOM : PLAN_INVERSE_CUBE,
        .seed = run->c.drift.seed,
        .coast = run->coast,
        .budget_s = run->budget_s > 0 ? run->budget_s : 2,
        .quick = run->quick,
    };
    status = avoid_make(run, &problem, err);
    if (!status)
        status = run_must_make(run, &problem, err);
    if (!status)
        status = run_objective_make(run, &problem, err);
    if (status)
        return status;
    status = plan_make(&problem, run->job, &run->plan, err);
    if (status)
        return status;
    run->has_plan = true;
    status = run_after_make(run, &cloud, err);
    return status ? status : plan_reindex(run, err);
}

// Nothing was reported: the weights stay as they are.
static enum ph_status weights_keep(struct run *run, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    run->posterior = CORE_ARENA_NEW(&run->arena, double, e->n);
    if (!run->posterior)
        return core_err_nomem(err);
    memcpy(run->posterior, e->weight, e->n * sizeof *run->posterior);
    return PH_OK;
}

enum ph_status run_weights(struct run *run, struct ph_err *err)
{
    if (!run->c.n_searches && !run->c.n_sightings && !run->c.n_debris)
        return weights_keep(run, err);
    struct plan_cloud cloud;
    enum ph_status status =
        run_map(run, err); // the cloud before any report, to be shown beside the one after
    run->taught.before = run->time;
    if (!status)
        status = run_planner_cloud(run, &cloud, err);
    return status ? status : run_reports_apply(run, &cloud, err);
}

// The shore around the cloud, where the planner lays its legs.
static enum ph_status plan_coast_load(struct run *run, const struct plan_cloud *cloud, struct ph_err *err)
{
    enum { BEYOND_M = 60000 }; // areas reach beyond the cloud
    size_t total = cloud->n * cloud->n_knots;
    double *lat = malloc(total * sizeof *lat), *lon = malloc(total * sizeof *lon);
    struct geo_box box;
    size_t n = 0;
    for (size_t i = 0; lat && lon && i < total; i++)
        if (isfinite(cloud->lat_deg[i]) && isfinite(cloud->lon_deg[i]))
            lat[n] = cloud->lat_deg[i], lon[n] = cloud->lon_deg[i], n++;
    enum ph_status status = lat && lon ? PH_OK : core_err_nomem(err);
    if (!status && n && geo_box_of(n, lat, lon, &box))
        status = geo_coast_load(run->coast, geo_box_grow(box, BEYOND_M), err);
    free(lat);
    free(lon);
    return status;
}

enum ph_status run_plan(struct run *run, struct ph_err *err)
{
    if (!run->c.n_assets || run->taught.found) // a find ends the case
        return PH_OK;
    struct plan_cloud cloud;
    enum ph_status status = run_planner_cloud_thin(run, run->posterior, PLAN_PARTICLES_MAX, &cloud, err);
    if (status)
        return status;
    status = plan_coast_load(run, &cloud, err);
    return status ? status : assets_plan(run, cloud, err);
}

enum ph_status run_all(struct run *run, struct ph_err *err)
{
    enum ph_status (*const steps[])(struct run *, struct ph_err *) = {run_open, run_drift, run_weights,
                                                                      run_map,  run_plan,  run_product};
    enum { N_SHARED_STEPS = 2 }; // by all processes; rank 0 goes on alone with the whole cloud
    enum ph_status status = PH_OK;
    size_t n = core_mpi_leads(run->job->mpi) ? sizeof steps / sizeof *steps : N_SHARED_STEPS;
    for (size_t i = 0; !status && i < n; i++)
        status = steps[i](run, err);
    return status;
}

void run_fini(struct run *run)
{
    if (run->has_plan)
        plan_result_fini(&run->plan);
    drift_stream_free(run->stream);
    drift_ensemble_free(&run->ensemble);
    forcing_free(run->forcing);
    geo_coast_free(run->coast);
    scenario_case_fini(&run->c);
    core_arena_fini(&run->arena);
    *run = (struct run){0};
}
