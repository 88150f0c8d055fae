// One asset climbs: random steps around the best place so far that only ever go up.
#ifndef PLAN_CLIMB_H
#define PLAN_CLIMB_H

#include "plan/crew.h"

// The cloud's shape at an asset's time on scene, and how long its track can be there.
struct plan_view {
    struct plan_spread spread;
    double mid_s, track_m;
};

// The view of asset a on the cloud with other weights (NULL: the scene's). False when it sees nothing.
bool plan_view_of(const struct plan_crew *crew, size_t a, const double *weight, struct plan_view *out);

// The true bearing of a direction in the plane (radians, counter-clockwise from x), near enough for a start.
double plan_bearing_of(double angle_rad);

// The next random numbers for an asset.
struct plan_dice {
    double normal[4], more[4], uniform[4];
};
struct plan_dice plan_climb_roll(struct plan_crew *crew, size_t asset);

// Batches of steps from *best, which has this score; the step grows with success and shrinks without. Scores
// are of plan_crew_score, so miss[] must be of this asset. Returns the score of the new *best.
double plan_climb(struct plan_crew *crew, size_t asset, struct plan_wish *best, double score, double size,
                  int batches, const struct plan_spread *spread);

#endif
