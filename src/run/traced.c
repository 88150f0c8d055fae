// Scenarios that begin with a find: traced back before the drift, with the region of their start.
#include <stdlib.h>

#include "core/err.h"
#include "core/units.h"
#include "drift/backtrack.h"
#include "run/inner.h"

enum { START_CELLS_MAX = 160 * 160 };

static const double masses[RUN_N_REGIONS] = {0.50, 0.75, 0.90, 0.95};

// Regions of where the particles of one scenario start.
static enum ph_status regions_make(struct run *run, size_t source, struct export_traced *out,
                                   struct ph_err *err)
{
    struct core_arena arena = {0};
    const struct scenario_seeds *s = &run->seeds;
    float *lat = CORE_ARENA_NEW(&arena, float, s->n), *lon = CORE_ARENA_NEW(&arena, float, s->n);
    double *weight = CORE_ARENA_NEW(&arena, double, s->n);
    struct prob_region *region = CORE_ARENA_NEW(&run->arena, struct prob_region, RUN_N_REGIONS);
    struct prob_cloud cloud = {.lat_deg = lat, .lon_deg = lon, .weight = weight};
    struct geo_grid grid;
    struct prob_map map;
    enum ph_status status = lat && lon && weight && region ? PH_OK : core_err_nomem(err);
    for (size_t i = 0; !status && i < s->n; i++) {
        if (s->source[i] != source)
            continue;
        lat[cloud.n] = (float)s->lat_deg[i];
        lon[cloud.n] = (float)s->lon_deg[i];
        weight[cloud.n++] = s->weight[i];
    }
    if (!status)
        status = prob_grid_choose(&cloud, 1, 0, START_CELLS_MAX, &grid, err);
    if (!status)
        status = prob_map_make(&cloud, &grid, &arena, &map, err);
    for (size_t r = 0; !status && r < RUN_N_REGIONS; r++)
        status = prob_region_make(&map, masses[r], &run->arena, &region[r], err);
    core_arena_fini(&arena);
    if (!status) {
        out->region = region;
        out->n_regions = RUN_N_REGIONS;
    }
    return status;
}

// People read these times: to the second.
static int64_t whole_s(int64_t t_ns)
{
    return t_ns - t_ns % CORE_NS_PER_S;
}

static enum ph_status trace(struct run *run, size_t source, struct export_traced *out, struct ph_err *err)
{
    const struct scenario_source *s = &run->c.source[source];
    struct drift_backtrack done;
    enum ph_status status =
        drift_backtrack(&run->c, source, NULL, run->forcing, run->coast, run->job, &run->seeds, &done, err);
    if (status)
        return status;
    *out = (struct export_traced){.scenario = s->id,
                                  .find = s->start->pos,
                                  .find_ns = s->start->time.from_ns,
                                  .mean = done.mean,
                                  .median_ns = whole_s(done.median_ns),
                                  .from_ns = whole_s(done.from_ns),
                                  .to_ns = whole_s(done.to_ns),
                                  .members = done.members,
                                  .effective = done.effective};
    return regions_make(run, source, out, err);
}

enum ph_status run_trace(struct run *run, struct ph_err *err)
{
    struct export_traced *list = CORE_ARENA_NEW(&run->arena, struct export_traced, run->c.n_sources);
    size_t n = 0;
    if (!list)
        return core_err_nomem(err);
    for (size_t i = 0; i < run->c.n_sources; i++) {
        if (run->c.source[i].kind != SCENARIO_BACKTRACK || !(run->c.source[i].weight > 0))
            continue;
        enum ph_status status = trace(run, i, &list[n++], err);
        if (status)
            return status;
    }
    run->traced = list;
    run->n_traced = n;
    return PH_OK;
}
