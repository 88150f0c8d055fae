#include "drift/coverage.h"

#include <stdio.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"

// Seconds from one account to a later one: the difference is taken in integers, so that it is exact however
// long the sums have grown.
static double between(struct drift_time_sum before, struct drift_time_sum now)
{
    int64_t s = (int64_t)(now.s - before.s), ns = (int64_t)now.ns - (int64_t)before.ns;
    return (double)s + 1e-9 * (double)ns;
}

static double times_s(uint64_t n, int64_t ns)
{
    return (double)n * ((double)(ns / CORE_NS_PER_S) + 1e-9 * (double)(ns % CORE_NS_PER_S));
}

// When a particle stops, all of its time to the end of the run is put down as missing at once: here it is
// spread over the intervals in which it lies.
static void interval_fill(const struct drift_tally *before, const struct drift_tally *now, int64_t until_ns,
                          struct drift_interval *out)
{
    out->total_s = between(before->total, now->total);
    for (int k = 0; k < DRIFT_DRIVERS; k++) {
        double later_s = times_s(now->stopped[k] - before->stopped[k], until_ns - out->to_ns);
        double earlier_s = times_s(before->stopped[k], out->to_ns - out->from_ns);
        out->missing_s[k] = between(before->missing[k], now->missing[k]) - later_s + earlier_s;
        out->total_s += earlier_s - later_s;
        out->held_s[k] = between(before->held[k], now->held[k]);
        for (int i = 0; i < DRIFT_SOURCES; i++)
            out->served_s[k][i] = between(before->served[k][i], now->served[k][i]);
    }
}

enum ph_status drift_coverage_make(const struct drift_tally *upto, const int64_t *time_ns, size_t n_times,
                                   int64_t begin_ns, int64_t until_ns, struct core_arena *arena,
                                   struct drift_service *service, struct ph_err *err)
{
    static const struct drift_tally nothing;
    struct drift_interval *interval = CORE_ARENA_NEW(arena, struct drift_interval, n_times);
    if (!interval)
        return core_err_nomem(err);
    for (size_t k = 0; k < n_times; k++) {
        interval[k].from_ns = k ? time_ns[k - 1] : begin_ns;
        interval[k].to_ns = time_ns[k];
        interval_fill(k ? &upto[k - 1] : &nothing, &upto[k], until_ns, &interval[k]);
    }
    service->interval = interval;
    service->n_intervals = n_times;
    return PH_OK;
}

void drift_coverage_span(const struct drift_service *service, int kind, bool held, char out[DRIFT_SPAN_TEXT])
{
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    bool any = false;
    out[0] = 0;
    for (size_t i = 0; i < service->n_intervals; i++) {
        const struct drift_interval *at = &service->interval[i];
        if (!((held ? at->held_s[kind] : at->missing_s[kind]) > 0))
            continue;
        if (!any)
            core_time_iso(at->from_ns, from);
        any = true;
        core_time_iso(at->to_ns, to);
    }
    if (any)
        snprintf(out, DRIFT_SPAN_TEXT, " (%s to %s)", from, to);
}
