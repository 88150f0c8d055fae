#include "run/inner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"
#include "plan/update.h"
#include "run/track.h"

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

// Where a track is at a time between two of its points: straight in longitude and latitude, the short way.
static struct scenario_track_point between(struct scenario_track_point a, struct scenario_track_point b,
                                           int64_t t_ns)
{
    double f = (double)(t_ns - a.t_ns) / (double)(b.t_ns - a.t_ns);
    double way = core_deg_wrap180(b.pos.lon_deg - a.pos.lon_deg);
    return (struct scenario_track_point){
        {a.pos.lat_deg + f * (b.pos.lat_deg - a.pos.lat_deg), core_deg_wrap180(a.pos.lon_deg + f * way)},
        t_ns};
}

// What of a track lies in the search's window, its ends cut to the moment.
static enum ph_status track_cut(struct run *run, const struct scenario_search *search,
                                struct scenario_track_point **points, size_t *n, struct ph_err *err)
{
    struct scenario_window window = search->window;
    const struct scenario_track_point *from = *points;
    struct scenario_track_point *kept = CORE_ARENA_NEW(&run->arena, struct scenario_track_point, 2 * *n);
    size_t made = 0;
    if (!kept)
        return core_err_nomem(err);
    for (size_t i = 0; i + 1 < *n; i++) {
        int64_t a = from[i].t_ns > window.from_ns ? from[i].t_ns : window.from_ns;
        int64_t b = from[i + 1].t_ns < window.to_ns ? from[i + 1].t_ns : window.to_ns;
        if (a >= b)
            continue;
        if (!made || kept[made - 1].t_ns < a)
            kept[made++] = between(from[i], from[i + 1], a);
        kept[made++] = between(from[i], from[i + 1], b);
    }
    if (!made)
        return core_err_set(err, PH_EINPUT, search->pointer, "give a window within the track's time",
                            "nothing of search '%s' was flown within its window", search->id);
    *points = kept;
    *n = made;
    return PH_OK;
}

static enum ph_status track_make(struct run *run, const struct scenario_search *search,
                                 struct plan_track *out, struct ph_err *err)
{
    struct scenario_track_point *points = search->track;
    size_t n = search->n_track;
    if (search->file) {
        enum ph_status status =
            run_track_read_ship(search->file, search->mmsi, &run->arena, &points, &n, err);
        if (status) {
            core_err_within(err, search->pointer);
            return status;
        }
    }
    if (search->has_window) {
        enum ph_status status = track_cut(run, search, &points, &n, err);
        if (status)
            return status;
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

// --- sightings
// ------------------------------------------------------------------------------------------------

// Position of particle i at a time; false when it is not afloat then.
static bool particle_at(const struct plan_cloud *cloud, size_t i, int64_t t_ns, struct geo_pos *out)
{
    size_t k = 0;
    if (t_ns < cloud->time_ns[0] || t_ns > cloud->time_ns[cloud->n_knots - 1])
        return false;
    while (k + 2 < cloud->n_knots && cloud->time_ns[k + 1] <= t_ns)
        k++;
    struct scenario_track_point end[2];
    for (size_t e = 0; e < 2; e++)
        end[e] = (struct scenario_track_point){
            {cloud->lat_deg[(k + e) * cloud->n + i], cloud->lon_deg[(k + e) * cloud->n + i]},
            cloud->time_ns[k + e]};
    *out = between(end[0], end[1], t_ns).pos;
    return isfinite(out->lat_deg) && isfinite(out->lon_deg);
}

// With trust p the report is of the object, and then as likely as a normal around where the particle is; else
// it says nothing. Bayes, with the mean over the weights *before any report*, so that the order makes no
// difference:
//     factor_i = (1 - p) + p L_i / mean(L)
static enum ph_status sighting_apply(struct run *run, const struct scenario_sighting *sighting,
                                     const struct plan_cloud *cloud, double *weight, struct ph_err *err)
{
    double *likely = CORE_ARENA_NEW(&run->arena, double, cloud->n);
    double sum = 0, all = 0;
    if (!likely)
        return core_err_nomem(err);
    for (size_t i = 0; i < cloud->n; i++) {
        struct geo_pos pos;
        double off = INFINITY;
        if (particle_at(cloud, i, sighting->t_ns, &pos))
            off = geo_earth_distance_m(pos, sighting->pos) / sighting->spread.sigma_m;
        likely[i] = exp(-off * off / 2);
        sum += cloud->weight[i] * likely[i];
        all += cloud->weight[i];
    }
    if (!(sum > 1e-9 * all)) {
        core_job_warn(run->job, "sighting-far",
                      "sighting '%s' lies far from every particle at its time: it is not used; a scenario "
                      "that explains it may be missing",
                      sighting->id);
        return PH_OK;
    }
    for (size_t i = 0; i < cloud->n; i++)
        weight[i] *= 1 - sighting->trust + sighting->trust * likely[i] * all / sum;
    return PH_OK;
}

static int sightings_by_id(const void *a, const void *b)
{
    const struct scenario_sighting *const *p = a, *const *q = b;
    return strcmp((*p)->id, (*q)->id);
}

static enum ph_status sightings_apply(struct run *run, const struct plan_cloud *cloud, double *weight,
                                      struct ph_err *err)
{
    size_t n = run->c.n_sightings;
    const struct scenario_sighting **list =
        CORE_ARENA_NEW(&run->arena, const struct scenario_sighting *, n + 1);
    double before = 0, after = 0;
    if (!list)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        list[i] = &run->c.sighting[i];
    qsort(list, n, sizeof *list, sightings_by_id); // products in one order, whatever the case's
    for (size_t i = 0; i < cloud->n; i++)
        before += weight[i];
    for (size_t i = 0; i < n; i++)
        if (!list[i]->withdrawn) {
            enum ph_status status = sighting_apply(run, list[i], cloud, weight, err);
            if (status)
                return status;
        }
    for (size_t i = 0; i < cloud->n; i++)
        after += weight[i];
    if (!(after > 1e-12 * before))
        return core_err_set(err, PH_EINPUT, "/sightings", "lower the trust of some, or withdraw them",
                            "the sightings contradict each other: together they rule out everything");
    for (size_t i = 0; i < cloud->n; i++)
        weight[i] *= before / after;
    return PH_OK;
}

// --- all that was reported
// ------------------------------------------------------------------------------------

static void shares_add(const struct plan_cloud *cloud, const double *weight, double *source, double *object)
{
    double all = 0;
    for (size_t i = 0; i < cloud->n; i++)
        all += weight[i];
    for (size_t i = 0; i < cloud->n && all > 0; i++) {
        source[cloud->source[i]] += weight[i] / all;
        object[cloud->object[i]] += weight[i] / all;
    }
}

static double effective(const double *weight, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += weight[i], squares += weight[i] * weight[i];
    return squares > 0 ? sum * sum / squares : 0;
}

// How scenarios and objects stand before and after, and how many particles still carry the cloud.
static enum ph_status taught_fill(struct run *run, const struct plan_cloud *cloud, struct ph_err *err)
{
    size_t s = run->c.n_sources, o = run->c.n_objects;
    double *room = CORE_ARENA_NEW(&run->arena, double, 2 * (s + o));
    if (!room)
        return core_err_nomem(err);
    run->taught.source_before = room, run->taught.source_after = room + s;
    run->taught.object_before = room + 2 * s, run->taught.object_after = room + 2 * s + o;
    run->taught.n_sources = s, run->taught.n_objects = o;
    shares_add(cloud, cloud->weight, run->taught.source_before, run->taught.object_before);
    shares_add(cloud, run->posterior, run->taught.source_after, run->taught.object_after);
    double before = effective(cloud->weight, cloud->n), after = effective(run->posterior, cloud->n);
    run->taught.effective = before > 0 ? after / before : 0;
    if (run->taught.effective < 0.2)
        core_job_warn(
            run->job, "few-particles",
            "after what was reported only %.1f %% of the particles carry the cloud (%.0f of %.0f): run "
            "again with more particles",
            100 * run->taught.effective, after, before);
    return PH_OK;
}

static int searches_by_id(const void *a, const void *b)
{
    const struct scenario_search *const *p = a, *const *q = b;
    return strcmp((*p)->id, (*q)->id);
}

// The searches that count, by id: reports in another order give the same bytes.
static size_t searches_in_order(struct run *run, const struct scenario_search **list)
{
    size_t n = 0;
    for (size_t s = 0; s < run->c.n_searches; s++) {
        const struct scenario_search *search = &run->c.search[s];
        if (search->withdrawn)
            continue;
        if (search->found) {
            run->taught.found = search->id;
            core_job_warn(run->job, "found",
                          "search '%s' found the object: the case ends here, and no plan is made",
                          search->id);
            continue;
        }
        list[n++] = search;
    }
    qsort(list, n, sizeof *list, searches_by_id);
    return n;
}

enum ph_status run_searches_apply(struct run *run, const struct plan_cloud *cloud, struct ph_err *err)
{
    size_t most = run->c.n_searches + 1;
    struct plan_track *tracks = CORE_ARENA_NEW(&run->arena, struct plan_track, most);
    const struct scenario_search **list = CORE_ARENA_NEW(&run->arena, const struct scenario_search *, most);
    if (!tracks || !list)
        return core_err_nomem(err);
    enum ph_status status = sightings_apply(run, cloud, run->posterior, err);
    size_t n = searches_in_order(run, list);
    for (size_t s = 0; s < n && !status; s++) {
        status = track_make(run, list[s], &tracks[s], err);
        if (!status)
            outside_warn(run, list[s], &tracks[s]);
    }
    if (!status && n)
        status = plan_update(cloud, tracks, n, run->job->threads, run->posterior, &run->prior_pos, err);
    return status ? status : taught_fill(run, cloud, err);
}
