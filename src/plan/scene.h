// The cloud laid into a plane once, for everything that looks at it often: the optimiser and the bound.
#ifndef PLAN_SCENE_H
#define PLAN_SCENE_H

#include "plan/exposure.h"
#include "plan/flat.h"
#include "plan/plan.h"

struct plan_scene {
    struct plan_flat flat;
    int64_t t0_ns; // of knot 0
    size_t n, n_knots, n_objects;
    double *knot_s;
    double *x, *y; // [n_knots * n], NaN: not there to be found
    double *weight;
    uint16_t *object;
};

// The plane under a cloud: its origin is the cloud's mean over the knots. False when nothing is afloat.
bool plan_scene_flat(const struct plan_cloud *cloud, struct plan_flat *out);

// Lays at most `most` particles into the plane. When there are more, a systematic sample by weight
// (Kish 1965) stands for them: no random numbers, equal weights, the same sum.
enum ph_status plan_scene_make(const struct plan_cloud *cloud, const struct plan_flat *flat, size_t most,
                               int threads, struct core_arena *arena, struct plan_scene *out,
                               struct ph_err *err) PH_NODISCARD;

double plan_scene_seconds(const struct plan_scene *scene, int64_t t_ns);

// Positions interpolated to a time (clamped to the knots' range), into x[n], y[n].
void plan_scene_at(const struct plan_scene *scene, double t_s, double *x, double *y);

// Weighted mean and covariance at a time; weight NULL: the scene's. False when nothing is afloat.
struct plan_spread {
    double x_m, y_m, xx_m2, xy_m2, yy_m2;
    double major_m, minor_m, angle_rad; // principal standard deviations, direction of the major axis from x
    double weight;
};
bool plan_scene_spread(const struct plan_scene *scene, double t_s, const double *weight,
                       struct plan_spread *out);

#endif
