// The physics of one step, as short passes over arrays: the definition that a faster twin must agree with.
//
// Every pass takes n rows (particles) and arrays of n. A row with dt_s = 0 sits the step out: it is carried
// along and does not move. Vectors are m/s or m toward east and north.
#ifndef DRIFT_KERNEL_H
#define DRIFT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rng.h"
#include "object/leeway.h"

// Leeway of one particle on one axis: L = slope W + offset, with its own draw of the regression error.
struct drift_line {
    double slope_frac, offset_mps;
};

// One particle's lines, drawn once and kept for the whole run.
struct drift_leeway_draw {
    struct drift_line down, right, left;
};

// The lines of particle `particle`; without noise the table's own.
struct drift_leeway_draw drift_kernel_draw(const struct object_leeway *leeway, bool noise, uint64_t seed,
                                           uint64_t particle);

// Below this wind the offset part of the leeway fades out linearly: without wind there is no downwind.
#define DRIFT_TAPER_MPS 1.0

// Adds the leeway in the wind (wind_u, wind_v) to (u, v).
void drift_kernel_leeway(size_t n, const double *wind_u, const double *wind_v, const double *down_slope,
                         const double *down_offset, const double *cross_slope, const double *cross_offset,
                         double *u, double *v);

// First-order autoregressive errors of wind (0 east, 1 north) and current (2, 3): one step of
// e <- rho e + sigma sqrt(1 - rho^2) N(0,1), per row with its own time since the last step. gap_s < 0: the
// row starts, e <- sigma N(0,1).
struct drift_error_law {
    double sd_mps[4], correlation_s[4];
};
void drift_kernel_errors(size_t n, const struct drift_error_law *law, uint64_t seed, uint32_t step,
                         const uint32_t *particle, const double *gap_s, const double *dt_s,
                         double *const error[4]);

// Adds sub-grid diffusion to a displacement: sqrt(2 K dt) N(0,1) on each axis.
void drift_kernel_diffuse(size_t n, double diffusivity_m2s, uint64_t seed, uint32_t step,
                          const uint32_t *particle, const double *dt_s, double *east_m, double *north_m);

// What local metres are worth at each row: metres per degree of latitude and longitude, and tan(latitude).
void drift_kernel_radii(size_t n, const double *lat_deg, double *m_per_deg_lat, double *m_per_deg_lon,
                        double *tan_lat);

// Moves rows by metres east and north: the longitude at the mean latitude of the way, through the pole's
// plane near a pole, the longitude folded to [-180, 180). `straight`: metres were reckoned at the start's
// own radii (RK4), no mean latitude. The outputs may be the inputs.
void drift_kernel_move(size_t n, bool straight, const double *lat_deg, const double *lon_deg,
                       const double *m_per_deg_lat, const double *m_per_deg_lon, const double *tan_lat,
                       const double *east_m, const double *north_m, double *lat_out, double *lon_out);

// Turns the velocities of a later stage into the frame of the step's start: near a pole east and north turn
// with longitude; `rescale` (RK4) also keeps the rate in degrees rather than in metres.
void drift_kernel_reframe(size_t n, bool rescale, const double *lat_deg, const double *lon_deg,
                          const double *m_per_deg_lat, const double *m_per_deg_lon, const double *lat_stage,
                          const double *lon_stage, double *u, double *v);

// Chance per hour of Allen's jibing model (fraction): resistance 1..3, wind speed, change of wind direction
// over the last hour (degrees, 0..180 or more).
double drift_kernel_jibe_allen(int resistance, double wind_mps, double change_deg);

// True when a uniform draw u says that the particle jibes within dt, at `per_h` chance an hour:
// u < 1 - (1 - P)^(dt/3600). log_stay = log(1 - per_h).
bool drift_kernel_jibes(double u, double log_stay, double dt_s);

#endif
