// What an empty search teaches: posterior weight = prior weight x chance of not having been detected.
#ifndef PLAN_UPDATE_H
#define PLAN_UPDATE_H

#include "plan/evaluate.h"

// Multiplies weight[i] by exp(-exposure[i]) for each search flown without find and normalises to the prior
// sum. *cumulative_pos is the chance that the searches together would have found it. PH_EINPUT when nothing
// is left.
enum ph_status plan_update(const struct plan_cloud *cloud, const struct plan_track *searches,
                           size_t n_searches, int threads, double *weight, double *cumulative_pos,
                           struct ph_err *err) PH_NODISCARD;

// The same from exposures that are known: weight[i] *= exp(-exposure[i]), normalised to the prior sum.
enum ph_status plan_update_weights(size_t n, const double *exposure, double *weight, double *cumulative_pos,
                                   struct ph_err *err) PH_NODISCARD;

#endif
