// A calibration plot: how often observed drifters lay in the regions of a model, against how often they
// should.
#ifndef EXPORT_SKILL_PLOT_H
#define EXPORT_SKILL_PLOT_H

#include <stddef.h>

#include "export/map.h"

// One horizon: n values of p* (prob/skill.h), in any order.
struct export_skill_curve {
    const char *label; // "24 h"
    const double *p_star;
    size_t n;
};

// Hit rate over nominal level as one step line for each curve, with the diagonal of a calibrated model and
// the band in which 95 of 100 calibrated models of as many independent starts as the shortest curve has would
// lie at each level. The same input gives the same bytes.
enum ph_status export_skill_plot(const struct export_skill_curve *curve, size_t n_curves, int width_px,
                                 enum export_map_format format, struct core_buf *out,
                                 struct ph_err *err) PH_NODISCARD;

#endif
