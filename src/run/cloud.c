#include <math.h>

#include "core/err.h"
#include "run/reports.h"

// Every stride-th particle, with the weights scaled to the same sum; scenarios and objects keep their shares
// by the stratified order in which particles were made.
static enum ph_status weights_thin(struct run *run, const double *weight, size_t stride,
                                   struct plan_cloud *cloud, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    double *thin = CORE_ARENA_NEW(&run->arena, double, cloud->n);
    uint16_t *object = CORE_ARENA_NEW(&run->arena, uint16_t, cloud->n);
    uint16_t *source = CORE_ARENA_NEW(&run->arena, uint16_t, cloud->n);
    if (!thin || !object || !source)
        return core_err_nomem(err);
    double all = 0, kept = 0;
    for (size_t i = 0; i < e->n; i++)
        all += weight[i];
    for (size_t i = 0; i < cloud->n; i++)
        kept += weight[i * stride];
    for (size_t i = 0; i < cloud->n; i++) {
        thin[i] = weight[i * stride] * (kept > 0 ? all / kept : 1);
        object[i] = e->object[i * stride];
        source[i] = e->source[i * stride];
    }
    cloud->weight = thin;
    cloud->object = object;
    cloud->source = source;
    return PH_OK;
}

// Places of those that still drift; of all others NaN.
static enum ph_status places_make(struct run *run, size_t stride, struct plan_cloud *cloud,
                                  struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    float *lat = CORE_ARENA_NEW(&run->arena, float, cloud->n * e->n_times);
    float *lon = CORE_ARENA_NEW(&run->arena, float, cloud->n * e->n_times);
    if (!lat || !lon)
        return core_err_nomem(err);
    for (size_t t = 0; t < e->n_times; t++) {
        for (size_t i = 0; i < cloud->n; i++) {
            size_t from = t * e->n + i * stride, to = t * cloud->n + i;
            bool active = e->status[from] == DRIFT_ACTIVE;
            lat[to] = active ? e->lat_deg[from] : NAN;
            lon[to] = active ? e->lon_deg[from] : NAN;
        }
        drift_ensemble_rest(e, t);
    }
    cloud->lat_deg = lat;
    cloud->lon_deg = lon;
    return PH_OK;
}

enum ph_status run_planner_cloud_thin(struct run *run, const double *weight, size_t most,
                                      struct plan_cloud *out, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    size_t stride = e->n > most ? (e->n + most - 1) / most : 1;
    struct plan_cloud cloud = {
        .n = (e->n + stride - 1) / stride,
        .n_knots = e->n_times,
        .time_ns = e->time_ns,
        .weight = weight,
        .object = e->object,
        .source = e->source,
        .n_objects = run->c.n_objects,
        .n_sources = run->c.n_sources,
    };
    enum ph_status status = places_make(run, stride, &cloud, err);
    if (!status && stride > 1)
        status = weights_thin(run, weight, stride, &cloud, err);
    if (!status)
        *out = cloud;
    return status;
}

enum ph_status run_planner_cloud(struct run *run, struct plan_cloud *out, struct ph_err *err)
{
    return run_planner_cloud_thin(run, run->ensemble.weight, SIZE_MAX, out, err);
}
