// One search that found nothing, from the case to legs with sweep widths.
#include "run/reports.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"
#include "plan/plan_file.h"
#include "run/flown.h"

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

// The waypoints and times of a unit in an earlier plan count as flown.
static enum ph_status plan_flown(struct run *run, const struct scenario_search *search, struct run_flown *out,
                                 struct ph_err *err)
{
    struct plan_file file;
    enum ph_status status = plan_file_read(search->plan, &run->arena, &file, err);
    if (status)
        return status;
    const struct plan_kept *kept = plan_file_find(&file, search->asset);
    if (!kept)
        return core_err_set(err, PH_EINPUT, search->pointer, "give the id of an asset of that plan",
                            "%s has no asset '%s'", search->plan, search->asset);
    size_t n = kept->area.n_waypoints;
    struct scenario_track_point *point = CORE_ARENA_NEW(&run->arena, struct scenario_track_point, n);
    if (!point)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        point[i] = (struct scenario_track_point){kept->area.waypoint[i].pos, kept->area.waypoint[i].t_ns};
    return run_flown_of(point, n, &run->arena, out, err);
}

static enum ph_status points_flown(struct run *run, const struct scenario_search *search,
                                   struct run_flown *out, struct ph_err *err)
{
    struct scenario_track_point *point =
        CORE_ARENA_NEW(&run->arena, struct scenario_track_point, search->n_track);
    if (!point)
        return core_err_nomem(err);
    memcpy(point, search->track, search->n_track * sizeof *point); // the case stays as it is
    return run_flown_of(point, search->n_track, &run->arena, out, err);
}

// What is doubtful about a recorded track changes how far the result can be trusted.
static void flown_warn(struct run *run, const struct scenario_search *search, const struct run_flown *flown)
{
    if (flown->n_gaps)
        core_job_warn(
            run->job, "track-gap",
            "search '%s': %zu pauses of more than %.0f minutes in its track, %.0f minutes together, do not "
            "count as searched; give \"gap_min\" beside \"file\" where somebody searched on",
            search->id, flown->n_gaps, flown->gap_s / 60, flown->paused_s / 60);
    if (flown->n_jumps)
        core_job_warn(
            run->job, "track-jumps",
            "search '%s': %zu fixes left out because nothing that flies reaches them (faster than %.0f m/s)",
            search->id, flown->n_jumps, RUN_FLOWN_FASTEST_MPS);
    if (flown->n_bad)
        core_job_log(run->job, CORE_LOG_INFO, "track.rows", "search '%s': %zu sentences could not be read",
                     search->id, flown->n_bad);
}

static enum ph_status flown_make(struct run *run, const struct scenario_search *search, struct run_flown *out,
                                 struct ph_err *err)
{
    enum ph_status status;
    if (search->plan)
        status = plan_flown(run, search, out, err);
    else if (search->file)
        status = run_flown_read(search->file, search->mmsi, search->gap_s, &run->arena, out, err);
    else
        status = points_flown(run, search, out, err);
    if (!status && search->has_window)
        status = run_flown_cut(out, search->window, &run->arena, err);
    if (!status && !out->n)
        status = core_err_set(err, PH_EINPUT, search->pointer, "give a window within the track's time",
                              "nothing of search '%s' was flown within its window", search->id);
    if (status) {
        core_err_within(err, search->pointer);
        return status;
    }
    flown_warn(run, search, out);
    return PH_OK;
}

// By the least sweep width above 0.
static double thin_of(const struct run *run, const double *widths_m)
{
    double least_m = INFINITY;
    for (size_t o = 0; o < run->c.n_objects; o++)
        if (widths_m[o] > 0)
            least_m = fmin(least_m, widths_m[o]);
    return run_flown_tolerance_m(least_m);
}

static enum ph_status tracks_make(struct run *run, const struct run_flown *flown, const double *widths_m,
                                  struct run_searched *out, struct ph_err *err)
{
    double speed_mps = run_flown_speed_mps(flown);
    out->track = CORE_ARENA_NEW(&run->arena, struct plan_track, flown->n);
    if (!out->track)
        return core_err_nomem(err);
    for (size_t p = 0; p < flown->n; p++) {
        const struct run_flown_piece *piece = &flown->piece[p];
        struct plan_waypoint *waypoint = CORE_ARENA_NEW(&run->arena, struct plan_waypoint, piece->n);
        if (!waypoint)
            return core_err_nomem(err);
        for (size_t i = 0; i < piece->n; i++) {
            waypoint[i] = (struct plan_waypoint){.pos = piece->point[i].pos, .t_ns = piece->point[i].t_ns};
            out->track_m += i ? geo_earth_distance_m(piece->point[i - 1].pos, piece->point[i].pos) : 0;
        }
        out->track[out->n_tracks++] = (struct plan_track){
            .waypoint = waypoint, .n_waypoints = piece->n, .sweep_m = widths_m, .reference_mps = speed_mps};
    }
    const struct run_flown_piece *last = &flown->piece[flown->n - 1];
    out->from_ns = flown->piece->point->t_ns;
    out->to_ns = last->point[last->n - 1].t_ns;
    out->paused_s = flown->paused_s;
    return PH_OK;
}

// A search outside the time of the drift teaches nothing here: that must be said.
static void outside_warn(struct run *run, const struct run_searched *searched)
{
    const struct drift_ensemble *e = &run->ensemble;
    if (searched->from_ns < e->time_ns[0] || searched->to_ns > e->time_ns[e->n_times - 1])
        core_job_warn(
            run->job, "search-outside",
            "search '%s' lies partly or wholly outside the time of the drift; that part does not count",
            searched->search->id);
}

enum ph_status run_searched_make(struct run *run, const struct scenario_search *search,
                                 struct run_searched *out, struct ph_err *err)
{
    struct run_searched searched = {.search = search};
    struct run_flown flown;
    double *widths_m = CORE_ARENA_NEW(&run->arena, double, run->c.n_objects);
    enum ph_status status = widths_m ? flown_make(run, search, &flown, err) : core_err_nomem(err);
    if (!status)
        status = widths_make(run, search, widths_m, err);
    if (status)
        return status;
    run_flown_thin(&flown, thin_of(run, widths_m));
    status = tracks_make(run, &flown, widths_m, &searched, err);
    if (status)
        return status;
    outside_warn(run, &searched);
    *out = searched;
    return PH_OK;
}
