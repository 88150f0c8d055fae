#include "plan/update.h"

#include <math.h>

#include "core/err.h"

enum ph_status plan_update_weights(size_t n, const double *exposure, double *weight, double *cumulative_pos,
                                   struct ph_err *err)
{
    double before = 0, found = 0, after = 0;
    for (size_t i = 0; i < n; i++) {
        before += weight[i];
        found += weight[i] * -expm1(-exposure[i]);
        after += weight[i] * exp(-exposure[i]);
    }
    if (!(after > 1e-12 * before))
        return core_err_set(err, PH_EINPUT, "searches",
                            "check times, sweep widths and whether a scenario is missing",
                            "by the searches flown every scenario is ruled out: the case contradicts itself");
    for (size_t i = 0; i < n; i++)
        weight[i] *= exp(-exposure[i]) * (before / after); // Bayes: prior x chance of not having been seen
    *cumulative_pos = found;
    return PH_OK;
}

enum ph_status plan_update(const struct plan_cloud *cloud, const struct plan_track *searches,
                           size_t n_searches, int threads, double *weight, double *cumulative_pos,
                           struct ph_err *err)
{
    struct core_arena arena = {0};
    double *exposure = CORE_ARENA_NEW(&arena, double, cloud->n ? cloud->n : 1);
    enum ph_status status = exposure ? PH_OK : core_err_nomem(err);
    // exposures of several searches add, so their order makes no difference beyond rounding
    for (size_t s = 0; s < n_searches && !status; s++)
        status = plan_expose(cloud, &searches[s], PLAN_INVERSE_CUBE, threads, exposure, err);
    if (!status)
        status = plan_update_weights(cloud->n, exposure, weight, cumulative_pos, err);
    core_arena_fini(&arena);
    return status;
}
