// When an asset is on scene: transit there, reserve, and the way back.
#ifndef PLAN_WINDOW_H
#define PLAN_WINDOW_H

#include "plan/plan.h"

struct plan_window {
    int64_t start_ns, end_ns;   // searching
    int64_t leave_ns;           // on scene until: what turns and a look at contacts cost lies before it
    double transit_s, return_s; // 0 when fixed on scene
    bool clipped;               // the ensemble is shorter than the time on scene
};

// On scene for a search that begins at `first` and ends at `last`, within the times [from_ns, to_ns] that
// the ensemble covers. True when any time is left.
bool plan_window_of(const struct plan_asset *asset, struct geo_pos first, struct geo_pos last,
                    int64_t from_ns, int64_t to_ns, struct plan_window *out);

// The search's end for a time on scene: the turn allowance is kept at the end, so that every leg is timed at
// search speed and no minute of turning counts as looking.
int64_t plan_window_search_end(const struct plan_asset *asset, int64_t start_ns, int64_t leave_ns);

// Why an asset with no time on scene cannot take part, in plain words.
void plan_window_why(const struct plan_asset *asset, struct geo_pos place, int64_t from_ns, int64_t to_ns,
                     char *text, size_t size);

#endif
