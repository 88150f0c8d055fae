// Before the distress: where those who were under way have been.
#ifndef DRIFT_UNDERWAY_H
#define DRIFT_UNDERWAY_H

#include "drift/ensemble.h"

// Of particles [from, to) at one time: those of kind voyage between departure and distress get their places
// on the route and the state underway (they do not drift, and nobody searches for them yet). Arrays begin
// with particle `from`. Nothing to do without voyages.
void drift_underway_fill(const struct scenario_case *c, const struct scenario_seeds *seeds, size_t from,
                         size_t to, int64_t t_ns, float *lat_deg, float *lon_deg, uint8_t *status);

// Share of the weight that is under way, by the states of one time.
double drift_underway_mass(const struct drift_ensemble *ensemble, const uint8_t *status);

#endif
