// Before the distress: where those who were under way have been.
#ifndef DRIFT_UNDERWAY_H
#define DRIFT_UNDERWAY_H

#include "drift/ensemble.h"

// Fills the snapshots of particles of kind voyage between departure and distress with their places on the
// route, status underway (they do not drift, and nobody searches for them yet). Nothing to do without
// voyages.
void drift_underway_fill(const struct scenario_case *c, const struct scenario_seeds *seeds,
                         struct drift_ensemble *ensemble);

// Share of the weight that is under way at an output time.
double drift_underway_mass(const struct drift_ensemble *ensemble, size_t time);

#endif
