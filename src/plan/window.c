#include "plan/window.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/time.h"
#include "core/units.h"

static int64_t ns_of(double s)
{
    return (int64_t)llround(s * 1e9);
}

int64_t plan_window_search_end(const struct plan_asset *asset, int64_t start_ns, int64_t leave_ns)
{
    return start_ns + (int64_t)floor((double)(leave_ns - start_ns) * (1 - asset->turn_allowance_frac));
}

// Arrivals are told in whole minutes: the next one, unless it is missed by less than a second.
static int64_t whole_minute(int64_t t_ns)
{
    const int64_t minute_ns = 60 * CORE_NS_PER_S;
    int64_t late_ns = (t_ns % minute_ns + minute_ns) % minute_ns;
    return late_ns < CORE_NS_PER_S ? t_ns - late_ns : t_ns - late_ns + minute_ns;
}

// Time on scene within a span, before the ensemble's range is considered. A reserve is a share of the
// endurance that is not planned away; both transits come out of the rest. Who would be too early sets out
// later.
static struct plan_window within(const struct plan_asset *asset, struct geo_pos first, struct geo_pos last,
                                 struct plan_span span)
{
    struct plan_window window = {0};
    if (asset->has_on_scene) {
        window.start_ns = asset->on_scene_ns;
        window.end_ns = asset->on_scene_ns + ns_of(asset->search_s);
        window.start_ns = window.start_ns > span.from_ns ? window.start_ns : span.from_ns;
    } else {
        double out_s = geo_earth_distance_m(asset->from, first) / asset->transit_mps;
        double back_s = geo_earth_distance_m(last, asset->return_to) / asset->transit_mps;
        double usable_s = asset->endurance_s * (1 - asset->reserve_frac);
        int64_t arrives_ns = asset->available_ns + ns_of(out_s), late_ns = 0;
        if (arrives_ns < span.from_ns)
            late_ns = span.from_ns - arrives_ns;
        window.start_ns = whole_minute(arrives_ns + late_ns);
        window.end_ns = asset->available_ns + late_ns + ns_of(usable_s - back_s);
        window.transit_s = out_s, window.return_s = back_s;
    }
    window.end_ns = window.end_ns < span.to_ns ? window.end_ns : span.to_ns;
    return window;
}

// The longest time on scene in any of the asset's windows; the first of equal ones.
static struct plan_window unclipped(const struct plan_asset *asset, struct geo_pos first, struct geo_pos last)
{
    struct plan_window best = within(asset, first, last, (struct plan_span){INT64_MIN, INT64_MAX});
    for (size_t i = 0; i < asset->n_windows; i++) {
        struct plan_window window = within(asset, first, last, asset->window[i]);
        if (!i || window.end_ns - window.start_ns > best.end_ns - best.start_ns)
            best = window;
    }
    return best;
}

bool plan_window_of(const struct plan_asset *asset, struct geo_pos first, struct geo_pos last,
                    int64_t from_ns, int64_t to_ns, struct plan_window *out)
{
    struct plan_window window = unclipped(asset, first, last);
    if (window.end_ns <= window.start_ns)
        return false;
    if (window.start_ns < from_ns)
        window.start_ns = from_ns, window.clipped = true;
    if (window.end_ns <= window.start_ns)
        return false;
    window.leave_ns = window.end_ns;
    window.end_ns = plan_window_search_end(asset, window.start_ns, window.leave_ns);
    if (window.end_ns > to_ns)
        window.end_ns = to_ns, window.clipped = true;
    if (window.end_ns <= window.start_ns)
        return false;
    *out = window;
    return true;
}

void plan_window_why(const struct plan_asset *asset, struct geo_pos place, int64_t from_ns, int64_t to_ns,
                     char *text, size_t size)
{
    struct plan_window window = unclipped(asset, place, place);
    char when[CORE_TIME_TEXT], limit[CORE_TIME_TEXT];
    struct plan_asset always = *asset;
    always.window = NULL, always.n_windows = 0;
    struct plan_window any = unclipped(&always, place, place);
    if (asset->n_windows && window.end_ns <= window.start_ns && any.end_ns > any.start_ns)
        snprintf(text, size, "is on scene only outside the times at which it may search (windows, daylight)");
    else if (window.end_ns <= window.start_ns && !asset->has_on_scene)
        snprintf(text, size,
                 "needs %.1f h to get there and back of %.1f h (%.0f %% of %.1f h kept in reserve)",
                 (window.transit_s + window.return_s) / 3600,
                 asset->endurance_s * (1 - asset->reserve_frac) / 3600, 100 * asset->reserve_frac,
                 asset->endurance_s / 3600);
    else if (window.end_ns <= window.start_ns)
        snprintf(text, size, "has no time on scene");
    else if (window.start_ns >= to_ns) {
        core_time_dtg(window.start_ns, when);
        core_time_dtg(to_ns, limit);
        snprintf(text, size, "arrives at %s, after the end of the drift forecast at %s", when, limit);
    } else if (window.end_ns <= from_ns) {
        core_time_dtg(window.end_ns, when);
        core_time_dtg(from_ns, limit);
        snprintf(text, size, "has to leave at %s, before the drift begins at %s", when, limit);
    } else
        snprintf(text, size, "has too little time on scene for two legs");
}
