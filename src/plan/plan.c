#include "plan/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/bound.h"
#include "plan/evaluate.h"
#include "plan/optimise.h"

enum { EXPLORE_ON = 2000, REFINE_ON = 20000, BOUND_ON = 100000, WHY = 200 };

// Everything between the question and the answer.
struct making {
    const struct plan_problem *problem;
    struct core_job *job;
    int threads;
    struct core_arena arena; // scratch
    struct plan_flat flat;
    struct plan_scene scene; // all particles, or as many as are worth refining on
    struct plan_crew crew;
    struct plan_result *out;
    const uint8_t *inside; // [n_areas][n] 1: the particle is in the area at the middle of its search
};

static enum ph_status check(const struct plan_problem *problem, struct ph_err *err)
{
    for (size_t a = 0; a < problem->n_assets; a++) {
        const struct plan_asset *asset = &problem->asset[a];
        if (!(asset->speed_mps > 0) || !isfinite(asset->speed_mps))
            return core_err_set(err, PH_EINPUT, asset->id, "give speed_kn", "an asset needs a search speed");
        if (!(asset->turn_allowance_frac >= 0 && asset->turn_allowance_frac < 0.9))
            return core_err_set(err, PH_EINPUT, asset->id, "give 0 to 0.9",
                                "the turn allowance is out of range");
        if (!asset->has_on_scene && !(asset->transit_mps > 0))
            return core_err_set(err, PH_EINPUT, asset->id, "give transit_kn",
                                "an asset needs a transit speed");
        for (size_t o = 0; o < problem->cloud.n_objects; o++)
            if (!(asset->sweep_m[o] >= 0) || !isfinite(asset->sweep_m[o]))
                return core_err_set(err, PH_EINPUT, asset->id, "give sweep_width_nm",
                                    "no sweep width against object %zu", o + 1);
    }
    if (problem->cloud.n_knots < 2 || !problem->cloud.n)
        return core_err_set(err, PH_EINPUT, "drift", "let the drift run longer",
                            "a plan needs the cloud at two times at least");
    return PH_OK;
}

// --- assets that cannot take part
// ---------------------------------------------------------------------------

static const char *why_unused(struct making *m, size_t a)
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

static bool waypoints_fill(struct making *m, const struct plan_rectangle *r, struct plan_area *area)
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

static bool area_fill(struct making *m, const struct plan_rectangle *r, struct plan_area *area)
{
    bool along = r->leg_side_m >= r->creep_side_m; // legs along the long side
    struct geo_xy corner[4];
    plan_rectangle_corners(r, corner);
    *area = (struct plan_area){
        .asset = r->asset,
        .pattern = r->kind == PLAN_SQUARE   ? "SS"
                   : r->kind == PLAN_SECTOR ? "VS"
                   : along                  ? "PS"
                                            : "CS",
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
static bool kept_fill(struct making *m, size_t a, struct plan_area *area)
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

// --- what it achieves, from the waypoints as printed
// --------------------------------------------------------

static enum ph_status area_expose(const struct making *m, const struct plan_area *area,
                                  enum plan_detection detection, double *exposure, struct ph_err *err)
{
    const struct plan_asset *asset = &m->problem->asset[area->asset];
    struct plan_track track = {area->waypoint, area->n_waypoints, asset->sweep_m, asset->speed_mps, area};
    return plan_expose(&m->problem->cloud, &track, detection, m->threads, exposure, err);
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
static double inside_mark(const struct making *m, const struct plan_rectangle *r, uint8_t *inside)
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

// Chance of detection of those who are inside. POS is not quite POC x POD: the cloud drifts through the area.
static double pod_of(const struct plan_cloud *cloud, const uint8_t *inside, const double *exposure,
                     double poc)
{
    double found = 0;
    for (size_t i = 0; i < cloud->n; i++)
        found += inside[i] ? cloud->weight[i] * -expm1(-exposure[i]) : 0;
    return poc > 0 ? found / poc : 0;
}

// Exposures of all areas in the order listed: marginal gains add up to the total by construction.
static enum ph_status areas_score(struct making *m, double *exposure, double *alone, struct ph_err *err)
{
    struct plan_result *out = m->out;
    const struct plan_cloud *cloud = &m->problem->cloud;
    enum plan_detection law = m->problem->detection;
    enum plan_detection other = law == PLAN_RANDOM ? PLAN_INVERSE_CUBE : PLAN_RANDOM;
    enum ph_status status = PH_OK;
    double before = 0;
    for (size_t k = 0; k < out->n_areas && !status; k++) {
        memset(alone, 0, cloud->n * sizeof *alone);
        status = area_expose(m, &out->area[k], law, alone, err);
        if (status)
            break;
        out->area[k].pos_alone = plan_pos(cloud, alone);
        for (size_t i = 0; i < cloud->n; i++)
            exposure[i] += alone[i];
        double after = plan_pos(cloud, exposure);
        out->area[k].pos = after - before;
        out->area[k].pod = pod_of(cloud, m->inside + k * cloud->n, alone, out->area[k].poc);
        before = after;
    }
    out->pos_total = before;
    memset(alone, 0, cloud->n * sizeof *alone);
    for (size_t k = 0; k < out->n_areas && !status; k++) {
        double so_far = plan_pos(cloud, alone);
        status = area_expose(m, &out->area[k], other, alone, err);
        out->area[k].pos_other = plan_pos(cloud, alone) - so_far;
    }
    out->pos_other = plan_pos(cloud, alone);
    return status;
}

// POS given that one scenario (or object) is the right one.
static void shares_fill(const struct plan_cloud *cloud, const double *exposure, const uint16_t *kind,
                        size_t n_kinds, double *share, double *scratch)
{
    for (size_t k = 0; k < n_kinds; k++)
        share[k] = scratch[k] = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        size_t k = kind ? kind[i] : 0;
        share[k] += cloud->weight[i] * -expm1(-exposure[i]);
        scratch[k] += cloud->weight[i];
    }
    for (size_t k = 0; k < n_kinds; k++)
        share[k] = scratch[k] > 0 ? share[k] / scratch[k] : 0;
}

// --- the steps
// ----------------------------------------------------------------------------------------------

static bool arrangement_alloc(struct core_arena *arena, size_t n, struct plan_arrangement *out)
{
    out->wish = CORE_ARENA_NEW(arena, struct plan_wish, n);
    out->used = CORE_ARENA_NEW(arena, bool, n);
    return out->wish && out->used;
}

static bool all_kept(const struct plan_problem *problem)
{
    size_t kept = 0;
    for (size_t a = 0; a < problem->n_assets; a++)
        kept += problem->asset[a].keep != NULL;
    return kept == problem->n_assets;
}

// Explores on a sample, refines on all, and keeps the manual method's plan when that is better after all.
static enum ph_status search(struct making *m, struct ph_err *err)
{
    const struct plan_problem *problem = m->problem;
    struct plan_scene sample;
    struct plan_crew scouts;
    struct plan_arrangement best, manual;
    if (!arrangement_alloc(&m->arena, problem->n_assets, &best) ||
        !arrangement_alloc(&m->arena, problem->n_assets, &manual))
        return core_err_nomem(err);
    enum ph_status status =
        plan_scene_make(&problem->cloud, &m->flat, EXPLORE_ON, m->threads, &m->arena, &sample, err);
    if (!status)
        status = plan_crew_init(problem, &sample, m->threads, &m->arena, &scouts, err);
    if (!status)
        status = plan_optimise_explore(&scouts, m->job, &m->arena, &best, &manual, err);
    if (status)
        return status;
    if (!plan_optimise_worksheet(&m->crew, &m->out->worksheet))
        m->out->worksheet = (struct plan_worksheet){0};
    bool lawful = plan_arrangement_place(&m->crew, &manual);
    double manual_pos = plan_crew_pos(&m->crew);
    m->out->manual_pos = lawful && manual_pos > 0 && !all_kept(problem) ? manual_pos : NAN;
    if (!plan_arrangement_place(&m->crew, &best) || (lawful && plan_crew_pos(&m->crew) < manual_pos))
        if (!plan_arrangement_place(&m->crew, &manual))
            return core_err_set(err, PH_EINTERNAL, "plan", NULL, "no arrangement can be placed");
    status = plan_optimise_refine(&m->crew, m->job, err);
    return status ? status : plan_optimise_more(&m->crew, &scouts, m->job, &m->arena, err);
}

// Areas in the order of the case's assets, and the reasons of those without.
static enum ph_status areas_make(struct making *m, struct ph_err *err)
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

static enum ph_status shares_make(struct making *m, struct ph_err *err)
{
    const struct plan_cloud *cloud = &m->problem->cloud;
    struct plan_result *out = m->out;
    size_t kinds = cloud->n_sources > cloud->n_objects ? cloud->n_sources : cloud->n_objects;
    double *exposure = CORE_ARENA_NEW(&m->arena, double, cloud->n);
    double *alone = CORE_ARENA_NEW(&m->arena, double, cloud->n);
    double *scratch = CORE_ARENA_NEW(&m->arena, double, kinds + 1);
    out->pos_per_source = CORE_ARENA_NEW(&out->arena, double, cloud->n_sources + 1);
    out->pos_per_object = CORE_ARENA_NEW(&out->arena, double, cloud->n_objects + 1);
    if (!exposure || !alone || !scratch || !out->pos_per_source || !out->pos_per_object)
        return core_err_nomem(err);
    enum ph_status status = areas_score(m, exposure, alone, err);
    if (status)
        return status;
    shares_fill(cloud, exposure, cloud->source, cloud->n_sources, out->pos_per_source, scratch);
    shares_fill(cloud, exposure, cloud->object, cloud->n_objects, out->pos_per_object, scratch);
    return PH_OK;
}

static enum ph_status bound_make(struct making *m, struct ph_err *err)
{
    struct plan_bound bound;
    core_job_progress(m->job, "plan", 0.95);
    enum ph_status status = plan_bound_make(m->problem, &m->scene, m->job, &bound, err);
    if (status)
        return status;
    m->out->pos_bound = fmax(bound.pos, m->out->pos_total); // legs given may ask for more than there is
    m->out->bound_cell_m = bound.cell_m;
    m->out->bound_gap = bound.gap;
    return PH_OK;
}

static void valid_fill(struct plan_result *out, const struct plan_cloud *cloud)
{
    out->valid_from_ns = out->n_areas ? out->area[0].start_ns : cloud->time_ns[0];
    out->valid_to_ns = out->n_areas ? out->area[0].end_ns : cloud->time_ns[cloud->n_knots - 1];
    for (size_t k = 1; k < out->n_areas; k++) {
        if (out->area[k].start_ns < out->valid_from_ns)
            out->valid_from_ns = out->area[k].start_ns;
        if (out->area[k].end_ns > out->valid_to_ns)
            out->valid_to_ns = out->area[k].end_ns;
    }
}

static enum ph_status make(struct making *m, struct ph_err *err)
{
    const struct plan_cloud *cloud = &m->problem->cloud;
    if (!plan_scene_flat(cloud, &m->flat))
        return core_err_set(err, PH_EINPUT, "drift", "check the searches flown, the scenarios and the coast",
                            "nothing is afloat that could be searched for");
    enum ph_status status =
        plan_scene_make(cloud, &m->flat, REFINE_ON, m->threads, &m->arena, &m->scene, err);
    if (!status)
        status = plan_crew_init(m->problem, &m->scene, m->threads, &m->arena, &m->crew, err);
    if (!status && m->problem->n_assets)
        status = search(m, err);
    if (!status)
        status = areas_make(m, err);
    if (!status)
        status = shares_make(m, err);
    if (!status)
        status = bound_make(m, err);
    if (!status)
        valid_fill(m->out, cloud);
    return status;
}

enum ph_status plan_make(const struct plan_problem *problem, struct core_job *job, struct plan_result *out,
                         struct ph_err *err)
{
    enum ph_status status = check(problem, err);
    if (status)
        return status;
    struct plan_result result = {.manual_pos = NAN};
    struct making m = {.problem = problem, .job = job, .threads = job->threads, .out = &result};
    status = make(&m, err);
    core_arena_fini(&m.arena);
    if (status) {
        plan_result_fini(&result);
        return status;
    }
    core_job_progress(job, "plan", 1);
    *out = result;
    return PH_OK;
}

void plan_result_fini(struct plan_result *result)
{
    core_arena_fini(&result->arena);
    *result = (struct plan_result){0};
}
