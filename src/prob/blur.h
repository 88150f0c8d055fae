// Smoothing of mass on a grid.
#ifndef PROB_BLUR_H
#define PROB_BLUR_H

#include "core/arena.h"
#include "geo/grid.h"
#include "pharos/pharos.h"

// Replaces mass by its kernel estimate with bandwidth h, conserving the sum. The kernel is the twiced
// Gaussian 2 K_h - K_h * K_h (Stuetzle & Mittal 1979): its second moment is zero, so that smoothing does not
// widen the cloud and regions keep honest areas. What falls below zero is cut off.
enum ph_status prob_blur(const struct geo_grid *grid, double bandwidth_m, struct core_arena *scratch,
                         double *mass, struct ph_err *err) PH_NODISCARD;

#endif
