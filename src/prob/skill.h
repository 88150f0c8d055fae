// How well a modelled drift agrees with an observed drifter: the trajectory's skill score and, for a cloud,
// whether it is where it says and as wide as it ought to be.
#ifndef PROB_SKILL_H
#define PROB_SKILL_H

#include <stdbool.h>

#include "prob/density.h"

// A drifter that moved less than this tells nothing of a model's skill: its score is not defined.
#define PROB_SKILL_STILL_M 1000.0

enum { PROB_SKILL_LEVELS = 4 };
extern const double prob_skill_level[PROB_SKILL_LEVELS]; // 0.50, 0.75, 0.90, 0.95

// Liu & Weisberg 2011 (doi:10.1029/2010JC006837): s = sum d_i / sum L_i over i = 1..n-1, d_i the separation
// and L_i the observed path up to time i.
struct prob_skill_score {
    double separation_m; // at the last time
    double moved_m;      // the observed path's length
    bool defined;        // false: moved less than PROB_SKILL_STILL_M, and s, ss, ss_star are NAN
    double s;
    double ss;      // max(0, 1 - s)
    double ss_star; // 1 - s, without the floor, so that it can be averaged (Revelard et al. 2021)
};

// Places at equal times, n >= 1, starting together.
struct prob_skill_score prob_skill_score_of(const struct geo_pos *observed, const struct geo_pos *modelled,
                                            size_t n);

// The place with the least mean distance to the cloud (Weiszfeld's iteration): its middle, which a few far
// particles hardly move. False when the cloud has no weight.
enum ph_status prob_skill_median(const struct prob_cloud *cloud, bool *found, struct geo_pos *out,
                                 struct ph_err *err) PH_NODISCARD;

// Energy score, mean |X - y| - 1/2 mean |X - X'| in metres (Gneiting & Raftery 2007): small for a cloud that
// is both near and no wider than it must be; for one particle it is the separation. Pairs are all of them up
// to some 2000 particles, beyond that a fixed, even choice.
enum ph_status prob_skill_energy(const struct prob_cloud *cloud, struct geo_pos observed, double *out_m,
                                 struct ph_err *err) PH_NODISCARD;

// Highest-density containment: p* is the part of the cloud's mass that lies where it is denser than at the
// observed place, 0 at the densest spot, 1 outside. The region of level q held the drifter when p* <= q. Of a
// calibrated model p* is uniform. `area_m2` is how large the regions of prob_skill_level are: a hit costs
// nothing when the region is the whole sea.
struct prob_skill_place {
    double p_star;
    double area_m2[PROB_SKILL_LEVELS];
};
enum ph_status prob_skill_contain(const struct prob_cloud *cloud, struct geo_pos observed,
                                  struct prob_skill_place *out, struct ph_err *err) PH_NODISCARD;

#endif
