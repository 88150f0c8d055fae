// From rectangles to areas as they are told to people: corners, waypoints, times; and who has none, and why.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/making.h"

enum { WHY = 200 };

// --- assets that cannot take part
// ---------------------------------------------------------------------------

static const char *why_unused(struct plan_making *m, size_t a)
{
    char *text = CORE_ARENA_NEW(&m->out->arena, char, WHY);
    if (!text)
        return "cannot take part";
    const struct plan_cloud *cloud = &m->problem->cloud;
    int64_t from_ns = cloud->time_ns[0], to_ns = cloud->time_ns[cloud->n_knots - 1];
    struct plan_spread spread;
    struct plan_window window;
    if (!(m->crew.sweep_m[a] > 0)) {
        snprintf(text, WHY, "has a sweep width of 0 against all objects");
        return text;
    }
    if (!plan_scene_spread(&m->scene, m->scene.knot_s[m->scene.n_knots / 2], NULL, &spread)) {
        snprintf(text, WHY, "nothing is afloat any more");
        return text;
    }
    struct geo_pos mean = plan_flat_to_pos(&m->flat, (struct geo_xy){spread.x_m, spread.y_m});
    if (plan_window_of(&m->problem->asset[a], mean, mean, from_ns, to_ns, &window) &&
        (double)(window.end_ns - window.start_ns) / 1e9 * m->problem->asset[a].speed_mps > 4 * CORE_M_PER_NM)
        snprintf(text, WHY, "finds no free area in which it would add anything");
    else
        plan_window_why(&m->problem->asset[a], mean, from_ns, to_ns, text, WHY);
    return text;
}

// --- from rectangles to areas
// -------------------------------------------------------------------------------

static const char *creep_name(const struct plan_rectangle *r)
{
    static const char *const name[] = {"N", "NE", "E", "SE", "S", "SW", "W", "NW"};
    double bearing = r->bearing_deg + (r->right ? -90 : 90); // from the first leg towards the last
    return name[(int)floor(core_deg_wrap360(bearing + 22.5) / 45) % 8];
}

static int64_t whole_seconds(double s)
{
    return (int64_t)floor(s) * CORE_NS_PER_S;
}

static bool waypoints_fill(struct plan_making *m, const struct plan_rectangle *r, struct plan_area *area)
{
    struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
    area->n_waypoints = plan_rectangle_vertices(r, m->scene.t0_ns, vertex);
    area->waypoint = CORE_ARENA_NEW(&m->out->arena, struct plan_waypoint, area->n_waypoints);
    if (!area->waypoint)
        return false;
    for (size_t i = 0; i < area->n_waypoints; i++) {
        struct geo_xy xy = {vertex[i].x_m, vertex[i].y_m};
        area->waypoint[i].pos = plan_flat_to_pos(&m->flat, xy);
        area->waypoint[i].t_ns = r->window.start_ns + whole_seconds(vertex[i].t_s - vertex[0].t_s);
    }
    area->waypoint[area->n_waypoints - 1].t_ns = r->end_ns;
    return true;
}

static bool area_fill(struct plan_making *m, const struct plan_rectangle *r, struct plan_area *area)
{
    bool along = r->leg_side_m >= r->creep_side_m; // legs along the long side
    struct geo_xy corner[4];
    plan_rectangle_corners(r, corner);
    *area = (struct plan_area){
        .asset = r->asset,
        .pattern = plan_rectangle_pattern(r),
        .drift_mps = hypot(r->u_mps, r->v_mps),
        .drift_toward_deg = core_deg_wrap360(atan2(r->u_mps, r->v_mps) / CORE_RAD_PER_DEG),
        .centre = r->centre,
        .length_m = fmax(r->leg_side_m, r->creep_side_m),
        .width_m = fmin(r->leg_side_m, r->creep_side_m),
        .orientation_deg = (r->bearing_deg + (along ? 0 : 90)) % 180,
        .spacing_m = r->spacing_m,
        .sweep_m = m->crew.sweep_m[r->asset],
        .coverage = m->crew.sweep_m[r->asset] / r->spacing_m,
        .start_ns = r->window.start_ns,
        .end_ns = r->end_ns,
        .leave_ns = r->window.leave_ns,
        .track_m = r->track_m,
        .transit_s = r->window.transit_s,
        .return_s = r->window.return_s,
        .creep = r->kind == PLAN_PARALLEL ? creep_name(r) : NULL,
    };
    for (int i = 0; i < 4; i++)
        area->corner[i] = plan_flat_to_pos(&m->flat, corner[i]);
    if (!waypoints_fill(m, r, area))
        return false;
    area->csp = area->waypoint[0].pos;
    return true;
}

// An area that is kept: as given; what it asks beyond the asset's means is said.
static bool kept_fill(struct plan_making *m, size_t a, struct plan_area *area)
{
    const struct plan_asset *asset = &m->problem->asset[a];
    const struct plan_area *keep = asset->keep;
    const struct plan_cloud *cloud = &m->problem->cloud;
    const struct plan_waypoint *w = keep->waypoint;
    struct plan_window window;
    double fastest = 0;
    *area = *keep;
    area->asset = a;
    area->sweep_m = m->crew.sweep_m[a];
    area->coverage = keep->track_m * area->sweep_m / (keep->length_m * keep->width_m);
    area->waypoint = CORE_ARENA_NEW(&m->out->arena, struct plan_waypoint, keep->n_waypoints);
    if (!area->waypoint)
        return false;
    memcpy(area->waypoint, w, keep->n_waypoints * sizeof *w);
    for (size_t i = 1; i < keep->n_waypoints; i++)
        fastest = fmax(fastest, geo_earth_distance_m(w[i - 1].pos, w[i].pos) /
                                    ((double)(w[i].t_ns - w[i - 1].t_ns) / CORE_NS_PER_S));
    bool in_time = plan_window_of(asset, w[0].pos, w[keep->n_waypoints - 1].pos, cloud->time_ns[0],
                                  cloud->time_ns[cloud->n_knots - 1], &window);
    if (in_time)
        area->transit_s = window.transit_s, area->return_s = window.return_s;
    if (fastest > 1.03 * asset->speed_mps + keep->drift_mps)
        core_job_warn(m->job, "plan-too-fast",
                      "%s would have to search at %.0f kn; its search speed is %.0f kn", asset->id,
                      core_kn_from_mps(fastest), core_kn_from_mps(asset->speed_mps));
    const int64_t minute_ns = 60 * CORE_NS_PER_S;
    if (!in_time || keep->start_ns < window.start_ns - minute_ns ||
        keep->end_ns > window.leave_ns + minute_ns)
        core_job_warn(m->job, "plan-beyond-time",
                      "%s cannot be on scene for all of the legs given: time on scene, transit or reserve "
                      "do not allow it",
                      asset->id);
    return true;
}

// Where particle i is at t between its knots; false when it does not drift then.
static bool particle_at(const struct plan_cloud *cloud, const struct plan_flat *flat, size_t i, int64_t t_ns,
                        struct geo_xy *out)
{
    size_t k = 0;
    while (k + 2 < cloud->n_knots && cloud->time_ns[k + 1] <= t_ns)
        k++;
    size_t a = k * cloud->n + i, b = a + cloud->n;
    if (isnan(cloud->lat_deg[a]) || isnan(cloud->lat_deg[b]))
        return false;
    double w = (double)(t_ns - cloud->time_ns[k]) / (double)(cloud->time_ns[k + 1] - cloud->time_ns[k]);
    struct geo_xy from = plan_flat_to_xy(flat, cloud->lat_deg[a], cloud->lon_deg[a]);
    struct geo_xy to = plan_flat_to_xy(flat, cloud->lat_deg[b], cloud->lon_deg[b]);
    *out = (struct geo_xy){from.x_m + w * (to.x_m - from.x_m), from.y_m + w * (to.y_m - from.y_m)};
    return true;
}

// Marks who is inside the area at the middle of its search; returns their probability, the POC.
static double inside_mark(const struct plan_making *m, const struct plan_rectangle *r, uint8_t *inside)
{
    const struct plan_cloud *cloud = &m->problem->cloud;
    struct plan_box box = plan_rectangle_box(r, m->scene.t0_ns);
    int64_t middle_ns = r->window.start_ns / 2 + r->end_ns / 2;
    double poc = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        struct geo_xy p;
        if (!particle_at(cloud, &m->flat, i, middle_ns, &p))
            continue;
        double dx = p.x_m - box.x_m, dy = p.y_m - box.y_m;
        inside[i] = fabs(dx * box.ux + dy * box.uy) <= box.half_u_m &&
                    fabs(dx * box.uy - dy * box.ux) <= box.half_v_m;
        poc += inside[i] ? cloud->weight[i] : 0;
    }
    return poc;
}

// Areas in the order of the case's assets, and the reasons of those without.
enum ph_status plan_areas_make(struct plan_making *m, struct ph_err *err)
{
    struct plan_result *out = m->out;
    size_t n = m->problem->n_assets;
    out->area = CORE_ARENA_NEW(&out->arena, struct plan_area, n ? n : 1);
    out->unused = CORE_ARENA_NEW(&out->arena, struct plan_unused, n ? n : 1);
    uint8_t *inside = CORE_ARENA_NEW(&m->arena, uint8_t, n * m->problem->cloud.n);
    m->inside = inside;
    if (!out->area || !out->unused || !inside)
        return core_err_nomem(err);
    for (size_t a = 0; a < n; a++) {
        if (!m->crew.used[a]) {
            out->unused[out->n_unused++] = (struct plan_unused){a, why_unused(m, a)};
            continue;
        }
        struct plan_area *area = &out->area[out->n_areas++];
        if (m->problem->asset[a].keep && !kept_fill(m, a, area))
            return core_err_nomem(err);
        if (!m->problem->asset[a].keep && !area_fill(m, &m->crew.rectangle[a], area))
            return core_err_nomem(err);
        area->poc = inside_mark(m, &m->crew.rectangle[a], inside + (out->n_areas - 1) * m->problem->cloud.n);
        double land = plan_crew_on_land(&m->crew, &m->crew.rectangle[a]);
        if (land > 0 && !m->problem->asset[a].is_air)
            core_job_warn(
                m->job, "plan-crosses-land",
                "%s would cross land on %.0f %% of its legs: no area of its size keeps clear; it has "
                "to go round",
                m->problem->asset[a].id, 100 * land);
        if (m->crew.rectangle[a].window.clipped)
            core_job_warn(
                m->job, "plan-window-clipped",
                "%s could search beyond the times that the drift forecast covers: only those are planned",
                m->problem->asset[a].id);
    }
    return PH_OK;
}
