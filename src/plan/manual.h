// The manual method (IAMSAR volume II's worksheets; method only): one square on the datum, its size by the
// optimal search factor, shared among the assets in strips.
#ifndef PLAN_MANUAL_H
#define PLAN_MANUAL_H

#include "plan/plan.h"

// POC x POD of a square of half side factor x E on a circular normal with 50 % radius E, for total effort
// Z = sum of sweep width x track (m2).
double plan_manual_pos(double e_m, double effort_m2, double factor, enum plan_detection detection);

// The factor that makes it largest, and that POS.
double plan_manual_factor(double e_m, double effort_m2, enum plan_detection detection, double *pos);

#endif
