// What is left when the plan has been carried out and nobody was found: the next map.
#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "run/inner.h"

// The cloud at a moment between its knots, for those who drift then.
static bool cloud_at(const struct plan_cloud *from, const double *weight, int64_t t_ns,
                     struct core_arena *arena, struct prob_cloud *out)
{
    float *lat = CORE_ARENA_NEW(arena, float, from->n), *lon = CORE_ARENA_NEW(arena, float, from->n);
    double *left = CORE_ARENA_NEW(arena, double, from->n);
    if (!lat || !lon || !left)
        return false;
    size_t k = 0;
    while (k + 2 < from->n_knots && from->time_ns[k + 1] <= t_ns)
        k++;
    double w = (double)(t_ns - from->time_ns[k]) / (double)(from->time_ns[k + 1] - from->time_ns[k]);
    *out = (struct prob_cloud){.lat_deg = lat, .lon_deg = lon, .weight = left};
    for (size_t i = 0; i < from->n; i++) {
        size_t a = k * from->n + i, b = a + from->n;
        if (isnan(from->lat_deg[a]) || isnan(from->lat_deg[b]))
            continue;
        double way = core_deg_wrap180((double)from->lon_deg[b] - (double)from->lon_deg[a]);
        lat[out->n] = (float)((1 - w) * (double)from->lat_deg[a] + w * (double)from->lat_deg[b]);
        lon[out->n] = (float)core_deg_wrap180((double)from->lon_deg[a] + w * way);
        left[out->n++] = weight[i];
    }
    return true;
}

enum ph_status run_after_make(struct run *run, const struct plan_cloud *cloud, struct ph_err *err)
{
    struct prob_cloud left;
    struct prob_region *region = CORE_ARENA_NEW(&run->arena, struct prob_region, RUN_N_REGIONS);
    run->after = (struct export_time){.t_ns = run->plan.valid_to_ns, .region = region, .heading = "Left at"};
    if (!run->plan.n_areas)
        return PH_OK;
    if (!region || !cloud_at(cloud, run->plan.left, run->plan.valid_to_ns, &run->arena, &left))
        return core_err_nomem(err);
    run->after.active = left.n;
    run->after.has_moments = prob_moments_of(&left, &run->after.moments);
    if (!run->after.has_moments)
        return PH_OK;
    run->after.active_mass = run->after.moments.weight;
    run->after.n_regions = RUN_N_REGIONS;
    return run_regions_make(run, &left, region, err);
}
