#include "run/run.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "run/inner.h"

enum { REGION_CELLS_MAX = 160 * 160, MAP_CELLS_MAX = 400 * 400 };

static const double masses[RUN_N_REGIONS] = {0.50, 0.75, 0.90, 0.95};

static enum ph_status scratch_init(struct run_map_scratch *scratch, size_t n, struct ph_err *err)
{
    *scratch = (struct run_map_scratch){0};
    scratch->lat_deg = CORE_ARENA_NEW(&scratch->arena, float, n);
    scratch->lon_deg = CORE_ARENA_NEW(&scratch->arena, float, n);
    scratch->weight = CORE_ARENA_NEW(&scratch->arena, double, n);
    return scratch->lat_deg && scratch->lon_deg && scratch->weight ? PH_OK : core_err_nomem(err);
}

size_t run_map_bytes(size_t particles)
{
    return particles * (2 * sizeof(float) + sizeof(double));
}

size_t run_maps_bytes(size_t particles, size_t n_times)
{
    return run_map_bytes(particles) + 2 * n_times * MAP_CELLS_MAX * sizeof(double);
}

// The particles that have one status at time t, with their weights after the searches.
static struct prob_cloud cloud_of(const struct run *run, const struct drift_ensemble *e, size_t t,
                                  enum drift_status status, struct run_map_scratch *scratch)
{
    const double *weight = run->posterior ? run->posterior : e->weight;
    struct prob_cloud cloud = {
        .lat_deg = scratch->lat_deg, .lon_deg = scratch->lon_deg, .weight = scratch->weight};
    for (size_t i = 0; i < e->n; i++) {
        if (e->status[t * e->n + i] != status)
            continue;
        scratch->lat_deg[cloud.n] = e->lat_deg[t * e->n + i];
        scratch->lon_deg[cloud.n] = e->lon_deg[t * e->n + i];
        scratch->weight[cloud.n++] = weight[i];
    }
    return cloud;
}

static void count(const struct run *run, const struct drift_ensemble *e, size_t t, struct export_time *out)
{
    const double *weight = run->posterior ? run->posterior : e->weight;
    for (size_t i = 0; i < e->n; i++) {
        switch ((enum drift_status)e->status[t * e->n + i]) {
        case DRIFT_ACTIVE:
            out->active++;
            out->active_mass += weight[i];
            break;
        case DRIFT_STRANDED:
            out->stranded++;
            out->stranded_mass += weight[i];
            break;
        case DRIFT_MISSING_DATA:
            out->missing++;
            break;
        case DRIFT_NOT_RELEASED:
            out->not_released++;
            break;
        case DRIFT_UNDERWAY:
            out->underway++;
            break;
        }
    }
}

// Regions of one time, each on a grid fitted to its own cloud.
enum ph_status run_regions_make(struct run *run, const struct prob_cloud *cloud, struct prob_region *region,
                                struct ph_err *err)
{
    struct core_arena arena = {0};
    struct geo_grid grid;
    struct prob_map map;
    enum ph_status status = prob_grid_choose(cloud, 1, run->cell_m, REGION_CELLS_MAX, &grid, err);
    if (!status)
        status = prob_map_make(cloud, &grid, &arena, &map, err);
    for (size_t r = 0; !status && r < RUN_N_REGIONS; r++)
        status = prob_region_make(&map, masses[r], &run->arena, &region[r], err);
    core_arena_fini(&arena);
    return status;
}

// Row t of e is output time number `time`.
static enum ph_status time_make(struct run *run, const struct drift_ensemble *e, size_t t, size_t time,
                                struct run_map_scratch *scratch, struct ph_err *err)
{
    struct export_time *out = &run->time[time];
    *out = (struct export_time){.t_ns = e->time_ns[t], .region = &run->region[time * RUN_N_REGIONS]};
    count(run, e, t, out);
    struct prob_cloud cloud = cloud_of(run, e, t, DRIFT_ACTIVE, scratch);
    out->has_moments = prob_moments_of(&cloud, &out->moments);
    if (!out->has_moments)
        return PH_OK;
    out->n_regions = RUN_N_REGIONS;
    return run_regions_make(run, &cloud, &run->region[time * RUN_N_REGIONS], err);
}

static enum ph_status times_alloc(struct run *run, size_t n_times, struct ph_err *err)
{
    run->time = CORE_ARENA_NEW(&run->arena, struct export_time, n_times);
    run->region = CORE_ARENA_NEW(&run->arena, struct prob_region, n_times * RUN_N_REGIONS);
    return run->time && run->region ? PH_OK : core_err_nomem(err);
}

enum ph_status run_map_begin(struct run *run, struct run_map_scratch *scratch, struct ph_err *err)
{
    enum ph_status status = scratch_init(scratch, run->seeds.n, err);
    return status ? status : times_alloc(run, drift_n_times(&run->c.drift), err);
}

enum ph_status run_map_time(struct run *run, const struct drift_ensemble *now, size_t time,
                            struct run_map_scratch *scratch, struct ph_err *err)
{
    return time_make(run, now, 0, time, scratch, err);
}

enum ph_status run_map(struct run *run, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    struct run_map_scratch scratch;
    enum ph_status status = scratch_init(&scratch, e->n, err);
    if (!status)
        status = times_alloc(run, e->n_times, err);
    for (size_t t = 0; !status && t < e->n_times; t++) {
        status =
            core_job_cancelled(run->job) ? core_job_interrupted(err) : time_make(run, e, t, t, &scratch, err);
        drift_ensemble_rest(e, t);
        core_job_progress(run->job, "map", (double)(t + 1) / (double)e->n_times);
    }
    core_arena_fini(&scratch.arena);
    return status;
}

enum ph_status run_map_at(struct run *run, size_t t, struct prob_map *out, struct ph_err *err)
{
    struct run_map_scratch scratch;
    struct geo_grid grid;
    enum ph_status status = scratch_init(&scratch, run->ensemble.n, err);
    if (!status) {
        struct prob_cloud cloud = cloud_of(run, &run->ensemble, t, DRIFT_ACTIVE, &scratch);
        status = prob_grid_choose(&cloud, 1, run->cell_m, MAP_CELLS_MAX, &grid, err);
        if (!status)
            status = prob_map_make(&cloud, &grid, &run->arena, out, err);
    }
    core_arena_fini(&scratch.arena);
    return status;
}

// Latitudes of one time without those of craft under way: the grid is for who drifts.
static const float *drifting_lat(const struct drift_ensemble *e, size_t t, float *scratch)
{
    if (!memchr(e->status + t * e->n, DRIFT_UNDERWAY, e->n))
        return e->lat_deg + t * e->n;
    for (size_t i = 0; i < e->n; i++)
        scratch[i] = e->status[t * e->n + i] == DRIFT_UNDERWAY ? NAN : e->lat_deg[t * e->n + i];
    return scratch;
}

// One grid for all times, as a file with dimensions (time, lat, lon) needs it.
static enum ph_status common_grid(struct run *run, struct run_map_scratch *scratch, struct geo_grid *grid,
                                  struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    struct prob_gridding *gridding = prob_gridding_new(e->n_times);
    enum ph_status status = gridding ? PH_OK : core_err_nomem(err);
    for (size_t t = 0; !status && t < e->n_times; t++) {
        const struct prob_cloud cloud = {
            .n = e->n,
            .lat_deg = drifting_lat(e, t, scratch->lat_deg),
            .lon_deg = e->lon_deg + t * e->n,
            .weight = run->posterior ? run->posterior : e->weight,
        };
        status = prob_gridding_add(gridding, &cloud, err);
        drift_ensemble_rest(e, t);
    }
    if (!status)
        status = prob_gridding_choose(gridding, run->cell_m, MAP_CELLS_MAX, grid, err);
    prob_gridding_free(gridding);
    return status;
}

enum ph_status run_maps_write(struct run *run, const char *path, const struct prob_map_attrs *attrs,
                              struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    struct core_arena arena = {0};
    struct run_map_scratch scratch = {0};
    struct geo_grid grid;
    struct prob_map *maps = CORE_ARENA_NEW(&arena, struct prob_map, e->n_times);
    struct prob_map *stranded = CORE_ARENA_NEW(&arena, struct prob_map, e->n_times);
    enum ph_status status = maps && stranded ? scratch_init(&scratch, e->n, err) : core_err_nomem(err);
    if (!status)
        status = common_grid(run, &scratch, &grid, err);
    for (size_t t = 0; !status && t < e->n_times; t++) {
        struct prob_cloud cloud = cloud_of(run, e, t, DRIFT_ACTIVE, &scratch);
        status = prob_map_make(&cloud, &grid, &arena, &maps[t], err);
        if (status)
            break;
        cloud = cloud_of(run, e, t, DRIFT_STRANDED, &scratch);
        status = prob_map_make(&cloud, &grid, &arena, &stranded[t], err);
        drift_ensemble_rest(e, t);
    }
    if (!status)
        status = prob_map_write(path, e->time_ns, e->n_times, maps, stranded, attrs, err);
    core_arena_fini(&scratch.arena);
    core_arena_fini(&arena);
    return status;
}
