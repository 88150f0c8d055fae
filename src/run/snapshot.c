#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"

// Between two longitudes the short way, by the fraction w.
static float lon_between(float a_deg, float b_deg, double w)
{
    double way = core_deg_wrap180((double)b_deg - (double)a_deg);
    return (float)core_deg_wrap180((double)a_deg + w * way);
}

// State at fraction w between output times a and b: a particle that stopped in between counts as stopped, one
// that was released or came to grief in between as not yet.
static void interpolate(const struct drift_ensemble *e, size_t a, size_t b, double w, float *lat, float *lon,
                        uint8_t *status)
{
    for (size_t i = 0; i < e->n; i++) {
        size_t from = a * e->n + i, to = b * e->n + i;
        bool before = e->status[from] == DRIFT_NOT_RELEASED;
        bool waits = before || e->status[from] == DRIFT_UNDERWAY;
        status[i] = waits ? e->status[w < 1 ? from : to] : e->status[w > 0 ? to : from];
        lat[i] = before ? (w < 1 ? NAN : e->lat_deg[to])
                        : (float)((1 - w) * (double)e->lat_deg[from] + w * (double)e->lat_deg[to]);
        lon[i] = before ? (w < 1 ? NAN : e->lon_deg[to]) : lon_between(e->lon_deg[from], e->lon_deg[to], w);
    }
}

enum ph_status run_snapshot(struct run *run, int64_t t_ns, struct ph_err *err)
{
    struct drift_ensemble *e = &run->ensemble;
    char first[CORE_TIME_TEXT], last[CORE_TIME_TEXT], asked[CORE_TIME_TEXT], fix[200];
    if (t_ns < e->time_ns[0] || t_ns > e->time_ns[e->n_times - 1]) {
        core_time_iso(e->time_ns[0], first);
        core_time_iso(e->time_ns[e->n_times - 1], last);
        core_time_iso(t_ns, asked);
        snprintf(fix, sizeof fix, "choose a time from %s to %s", first, last);
        return core_err_set(err, PH_EINPUT, "--at", fix, "%s lies outside the drift", asked);
    }
    size_t a = 0;
    while (a + 2 < e->n_times && e->time_ns[a + 1] <= t_ns)
        a++;
    size_t b = e->n_times > 1 ? a + 1 : a;
    double span = (double)(e->time_ns[b] - e->time_ns[a]);
    double w = span > 0 ? (double)(t_ns - e->time_ns[a]) / span : 0;
    float *lat = CORE_ARENA_NEW(&run->arena, float, e->n), *lon = CORE_ARENA_NEW(&run->arena, float, e->n);
    uint8_t *status = CORE_ARENA_NEW(&run->arena, uint8_t, e->n);
    if (!lat || !lon || !status)
        return core_err_nomem(err);
    interpolate(e, a, b, w, lat, lon, status);
    e->time_ns[0] = t_ns;
    e->n_times = 1;
    e->lat_deg = lat;
    e->lon_deg = lon;
    e->status = status;
    return PH_OK;
}
