// The planner's two hot loops over many particles side by side: laying positions into the plane, and the
// exposure to pieces of track. rows.c is compiled twice, for any processor and for those of level x86-64-v3;
// both do the same operations in the same order and no fused ones, so both give the same bits.
#ifndef PLAN_ROWS_H
#define PLAN_ROWS_H

#include "plan/exposure.h"
#include "plan/flat.h"

struct plan_rows {
    // x[i], y[i] of positions in the plane, as plan_flat_to_xy; NaN positions stay NaN.
    void (*lay)(const struct plan_flat *flat, size_t n, const float *lat_deg, const float *lon_deg, double *x,
                double *y);
    // As plan_exposure_pieces, of at most PLAN_EXPOSURE_BLOCK particles from `from` on.
    void (*expose)(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                   const struct plan_sight *sight, size_t from, size_t n, double *g);
};

extern const struct plan_rows plan_rows_any;
#if defined(__x86_64__)
extern const struct plan_rows plan_rows_v3; // needs AVX2
#endif

// The better of those that this processor can run.
const struct plan_rows *plan_rows_best(void);

#endif
