// When an asset is on scene: transit there, reserve, and the way back.
#ifndef PLAN_WINDOW_H
#define PLAN_WINDOW_H

#include "plan/plan.h"

struct plan_window {
    int64_t start_ns, end_ns;   // on scene
    double transit_s, return_s; // 0 when fixed on scene
    bool clipped;               // the ensemble is shorter than the time on scene
};

// On scene for a search that begins at `first` and ends at `last`, within the times [from_ns, to_ns] that
// the ensemble covers. True when any time is left.
bool plan_window_of(const struct plan_asset *asset, struct geo_pos first, struct geo_pos last,
                    int64_t from_ns, int64_t to_ns, struct plan_window *out);

// Speed made good along the legs: what turns cost is spread evenly over them.
double plan_speed_made_good(const struct plan_asset *asset);

// Why an asset with no time on scene cannot take part, in plain words.
void plan_window_why(const struct plan_asset *asset, struct geo_pos place, int64_t from_ns, int64_t to_ns,
                     char *text, size_t size);

#endif
