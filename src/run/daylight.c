// When an asset may search: the windows that the case gives it, and daylight at the datum.
#include "core/err.h"
#include "core/units.h"
#include "geo/sun.h"
#include "run/inner.h"

enum { MOST_SPANS = 1000 };
static const int64_t STEP_NS = 600 * CORE_NS_PER_S;

// The datum at the output time nearest to t; false when nothing is afloat at any.
static bool datum_at(const struct run *run, int64_t t_ns, struct geo_pos *out)
{
    int64_t nearest = INT64_MAX;
    for (size_t k = 0; k < run->ensemble.n_times; k++) {
        int64_t off = run->time[k].t_ns > t_ns ? run->time[k].t_ns - t_ns : t_ns - run->time[k].t_ns;
        if (run->time[k].has_moments && off < nearest)
            nearest = off, *out = run->time[k].moments.mean;
    }
    return nearest < INT64_MAX;
}

static bool is_day(const struct run *run, int64_t t_ns)
{
    struct geo_pos datum;
    return !datum_at(run, t_ns, &datum) || geo_sun_is_up(datum, t_ns);
}

// The whole second at which day and night change between two times.
static int64_t change_between(const struct run *run, int64_t from_ns, int64_t to_ns)
{
    bool before = is_day(run, from_ns);
    while (to_ns - from_ns > CORE_NS_PER_S) {
        int64_t middle = from_ns + (to_ns - from_ns) / 2;
        if (is_day(run, middle) == before)
            from_ns = middle;
        else
            to_ns = middle;
    }
    return to_ns;
}

// Daylight between two times, whole seconds.
static size_t daylight_spans(const struct run *run, struct plan_span range, struct plan_span *out)
{
    size_t n = 0;
    bool day = is_day(run, range.from_ns);
    int64_t begun = range.from_ns;
    for (int64_t t = range.from_ns; t < range.to_ns && n + 1 < MOST_SPANS; t += STEP_NS) {
        int64_t next = t + STEP_NS < range.to_ns ? t + STEP_NS : range.to_ns;
        if (is_day(run, next) == day)
            continue;
        int64_t change = change_between(run, t, next);
        if (day)
            out[n++] = (struct plan_span){begun, change};
        begun = change, day = !day;
    }
    if (day)
        out[n++] = (struct plan_span){begun, range.to_ns};
    return n;
}

enum ph_status run_windows_make(struct run *run, const struct scenario_asset *asset, struct plan_asset *out,
                                struct ph_err *err)
{
    if (!asset->n_windows && !asset->daylight_only)
        return PH_OK;
    struct plan_span all = {run->ensemble.time_ns[0], run->ensemble.time_ns[run->ensemble.n_times - 1]};
    struct plan_span *span = CORE_ARENA_NEW(&run->arena, struct plan_span, MOST_SPANS);
    struct plan_span *day = CORE_ARENA_NEW(&run->arena, struct plan_span, MOST_SPANS);
    if (!span || !day)
        return core_err_nomem(err);
    size_t n = 0, n_days = 1;
    day[0] = asset->n_windows && !asset->daylight_only ? (struct plan_span){INT64_MIN, INT64_MAX} : all;
    if (asset->daylight_only)
        n_days = daylight_spans(run, all, day);
    for (size_t d = 0; d < n_days; d++)
        for (size_t w = 0; w < (asset->n_windows ? asset->n_windows : 1) && n < MOST_SPANS; w++) {
            struct plan_span s = day[d];
            if (asset->n_windows && asset->window[w].from_ns > s.from_ns)
                s.from_ns = asset->window[w].from_ns;
            if (asset->n_windows && asset->window[w].to_ns < s.to_ns)
                s.to_ns = asset->window[w].to_ns;
            if (s.from_ns < s.to_ns)
                span[n++] = s;
        }
    if (!n) // never: one that holds no time
        span[n++] = (struct plan_span){all.from_ns, all.from_ns};
    out->window = span, out->n_windows = n;
    return PH_OK;
}
