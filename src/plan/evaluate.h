// Chance of having been detected, for each particle, along actual legs at actual times.
#ifndef PLAN_EVALUATE_H
#define PLAN_EVALUATE_H

#include "plan/plan.h"

// A flown or planned track with the sweep width against each object.
struct plan_track {
    const struct plan_waypoint *waypoint;
    size_t n_waypoints;
    const double *sweep_m;        // [n_objects]
    double reference_mps;         // speed to which the sweep widths belong
    const struct plan_area *area; // for PLAN_RANDOM: the effort is spread evenly over it; NULL: legs
};

// Adds to exposure[i] (-log of the chance of not having been detected) of each particle what one track gives.
// Inverse cube, finite legs, relative motion (docs/search.md). exposure has cloud->n entries.
enum ph_status plan_expose(const struct plan_cloud *cloud, const struct plan_track *track,
                           enum plan_detection detection, int threads, double *exposure,
                           struct ph_err *err) PH_NODISCARD;

// POS = sum w (1 - exp(-exposure)).
double plan_pos(const struct plan_cloud *cloud, const double *exposure);

#endif
