#include "run/inner.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"
#include "plan/update.h"

static const struct scenario_asset *asset_find(const struct run *run, const char *id)
{
    for (size_t i = 0; id && i < run->c.n_assets; i++)
        if (!strcmp(run->c.asset[i].id, id))
            return &run->c.asset[i];
    return NULL;
}

// Sweep width against each object: that of the search, else from the tables for its asset.
static enum ph_status widths_make(struct run *run, const struct scenario_search *search, double *widths_m,
                                  struct ph_err *err)
{
    size_t n = run->c.n_objects;
    const struct scenario_asset *asset = asset_find(run, search->asset);
    if (isnan(search->sweep_width_m) && asset) {
        struct sensor_sweep *sweep = CORE_ARENA_NEW(&run->arena, struct sensor_sweep, n);
        if (!sweep)
            return core_err_nomem(err);
        enum ph_status status = run_asset_sweeps(run, asset, sweep, err);
        for (size_t o = 0; !status && o < n; o++)
            widths_m[o] = core_m_from_nm(sweep[o].width_nm);
        return status;
    }
    if (isnan(search->sweep_width_m))
        return core_err_set(err, PH_EINPUT, search->pointer,
                            "give sweep_width_nm, or the id of an asset of the case",
                            "the sweep width of search '%s' is not known", search->id);
    for (size_t o = 0; o < n; o++)
        widths_m[o] = search->sweep_width_m;
    return PH_OK;
}

// Mean speed of a track: the speed to which its sweep width belongs.
static double track_speed_mps(const struct scenario_track_point *track, size_t n)
{
    double length_m = 0;
    for (size_t i = 1; i < n; i++)
        length_m += geo_earth_distance_m(track[i - 1].pos, track[i].pos);
    double time_s = (double)(track[n - 1].t_ns - track[0].t_ns) / CORE_NS_PER_S;
    return time_s > 0 ? length_m / time_s : 0;
}

static enum ph_status track_make(struct run *run, const struct scenario_search *search,
                                 struct plan_track *out, struct ph_err *err)
{
    struct scenario_track_point *points = search->track;
    size_t n = search->n_track;
    if (search->file) {
        enum ph_status status = run_track_read(search->file, &run->arena, &points, &n, err);
        if (status) {
            core_err_within(err, search->pointer);
            return status;
        }
    }
    struct plan_waypoint *waypoint = CORE_ARENA_NEW(&run->arena, struct plan_waypoint, n);
    double *widths_m = CORE_ARENA_NEW(&run->arena, double, run->c.n_objects);
    if (!waypoint || !widths_m)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        waypoint[i] = (struct plan_waypoint){.pos = points[i].pos, .t_ns = points[i].t_ns};
    *out = (struct plan_track){
        .waypoint = waypoint,
        .n_waypoints = n,
        .sweep_m = widths_m,
        .reference_mps = track_speed_mps(points, n),
    };
    return widths_make(run, search, widths_m, err);
}

// A search outside the time of the drift teaches nothing here: that must be said.
static void outside_warn(struct run *run, const struct scenario_search *search,
                         const struct plan_track *track)
{
    const struct drift_ensemble *e = &run->ensemble;
    int64_t from = track->waypoint[0].t_ns, to = track->waypoint[track->n_waypoints - 1].t_ns;
    if (from < e->time_ns[0] || to > e->time_ns[e->n_times - 1])
        core_job_warn(
            run->job, "search-outside",
            "search '%s' lies partly or wholly outside the time of the drift; that part does not count",
            search->id);
}

enum ph_status run_searches_apply(struct run *run, const struct plan_cloud *cloud, struct ph_err *err)
{
    size_t n_tracks = 0;
    struct plan_track *tracks = CORE_ARENA_NEW(&run->arena, struct plan_track, run->c.n_searches);
    if (!tracks)
        return core_err_nomem(err);
    for (size_t s = 0; s < run->c.n_searches; s++) {
        const struct scenario_search *search = &run->c.search[s];
        if (search->found) {
            core_job_warn(run->job, "search-found",
                          "search '%s' found the object: it teaches nothing about where else to look",
                          search->id);
            continue;
        }
        enum ph_status status = track_make(run, search, &tracks[n_tracks], err);
        if (status)
            return status;
        outside_warn(run, search, &tracks[n_tracks++]);
    }
    if (!n_tracks)
        return PH_OK;
    return plan_update(cloud, tracks, n_tracks, run->job->threads, run->posterior, &run->prior_pos, err);
}
