#include "plan/plan.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "plan/bound.h"
#include "plan/evaluate.h"
#include "plan/explain.h"
#include "plan/making.h"
#include "plan/optimise.h"
#include "plan/rules.h"

enum { ASK_ON = 1000, EXPLORE_ON = 2000, REFINE_ON = 20000 };

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

// --- what it achieves, from the waypoints as printed
// --------------------------------------------------------

static enum ph_status area_expose(const struct plan_making *m, const struct plan_area *area,
                                  enum plan_detection detection, double *exposure, struct ph_err *err)
{
    const struct plan_asset *asset = &m->problem->asset[area->asset];
    struct plan_track track = {area->waypoint, area->n_waypoints, asset->sweep_m, asset->speed_mps, area};
    return plan_expose(&m->problem->cloud, &track, detection, m->threads, exposure, err);
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
static enum ph_status areas_score(struct plan_making *m, double *exposure, double *alone, struct ph_err *err)
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
static enum ph_status search(struct plan_making *m, struct ph_err *err)
{
    const struct plan_problem *problem = m->problem;
    struct plan_arrangement best, manual;
    if (!arrangement_alloc(&m->arena, problem->n_assets, &best) ||
        !arrangement_alloc(&m->arena, problem->n_assets, &manual))
        return core_err_nomem(err);
    enum ph_status status =
        plan_scene_make(&problem->cloud, &m->flat, EXPLORE_ON, m->threads, &m->arena, &m->sample, err);
    if (!status)
        status = plan_crew_init(problem, &m->sample, m->threads, &m->arena, &m->scouts, err);
    if (!status)
        status = plan_optimise_explore(&m->scouts, m->job, &m->arena, &best, &manual, err);
    if (status)
        return status;
    if (!plan_arrange_worksheet(&m->crew, &m->out->arena, &m->out->worksheet))
        m->out->worksheet = (struct plan_worksheet){0};
    bool lawful = plan_arrange_place(&m->crew, &manual);
    double manual_pos = plan_crew_pos(&m->crew);
    m->out->manual_pos = lawful && manual_pos > 0 && !all_kept(problem) ? manual_pos : NAN;
    double manual_value = plan_crew_value(&m->crew);
    if (!plan_arrange_place(&m->crew, &best) || (lawful && plan_crew_value(&m->crew) < manual_value))
        if (!plan_arrange_place(&m->crew, &manual))
            return core_err_set(err, PH_EINTERNAL, "plan", NULL, "no arrangement can be placed");
    status = plan_optimise_refine(&m->crew, m->job, err);
    if (!status)
        status = plan_optimise_more(&m->crew, &m->scouts, m->job, &m->arena, err);
    if (!status)
        plan_optimise_corners(&m->crew);
    return status;
}

// Where they are if nobody finds them: in an area and not seen, in none, or adrift no more.
static enum ph_status left_make(struct plan_making *m, const double *exposure, struct ph_err *err)
{
    const struct plan_cloud *cloud = &m->problem->cloud;
    struct plan_result *out = m->out;
    out->left = CORE_ARENA_NEW(&out->arena, double, cloud->n);
    if (!out->left)
        return core_err_nomem(err);
    int64_t end_ns = cloud->time_ns[0];
    size_t knot = 0;
    for (size_t k = 0; k < out->n_areas; k++)
        end_ns = out->area[k].end_ns > end_ns ? out->area[k].end_ns : end_ns;
    while (knot + 1 < cloud->n_knots && cloud->time_ns[knot] < end_ns)
        knot++;
    for (size_t i = 0; i < cloud->n; i++) {
        out->left[i] = cloud->weight[i] * exp(-exposure[i]);
        bool inside = false, adrift = isfinite(cloud->lat_deg[knot * cloud->n + i]);
        for (size_t k = 0; k < out->n_areas; k++)
            inside |= m->inside[k * cloud->n + i];
        *(!adrift ? &out->left_gone : inside ? &out->left_inside : &out->left_outside) += out->left[i];
    }
    return PH_OK;
}

static enum ph_status shares_make(struct plan_making *m, struct ph_err *err)
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
    return left_make(m, exposure, err);
}

static bool any_kept(const struct plan_problem *problem)
{
    for (size_t a = 0; a < problem->n_assets; a++)
        if (problem->asset[a].keep)
            return true;
    return false;
}

static enum ph_status bound_make(struct plan_making *m, struct ph_err *err)
{
    if (m->problem->quick) {
        m->out->pos_bound = m->out->bound_gap = m->out->bound_cell_m = NAN;
        return PH_OK;
    }
    struct plan_bound bound;
    core_job_progress(m->job, "plan", 0.95);
    enum ph_status status = plan_bound_make(m->problem, &m->scene, m->job, &bound, err);
    if (status)
        return status;
    m->out->pos_bound = plan_bound_beside(bound.pos, m->out->pos_total, any_kept(m->problem), m->job);
    m->out->bound_cell_m = bound.cell_m;
    m->out->bound_gap = bound.gap;
    return PH_OK;
}

// How the chance grows with time: the plan laid out in slots.
static enum ph_status moments_make(struct plan_making *m, struct ph_err *err)
{
    struct plan_problem slotted = *m->problem;
    struct plan_result *out = m->out;
    struct plan_crew crew;
    slotted.objective = slotted.half_life_s ? PLAN_SURVIVAL : PLAN_EXPECTED_TIME;
    enum ph_status status = plan_crew_init(&slotted, &m->scene, m->threads, &m->arena, &crew, err);
    out->moment = CORE_ARENA_NEW(&out->arena, struct plan_moment, PLAN_SLOTS);
    if (!status && !out->moment)
        status = core_err_nomem(err);
    if (status)
        return status;
    for (size_t a = 0; a < slotted.n_assets; a++)
        if (m->crew.used[a] && !slotted.asset[a].keep && !plan_crew_place(&crew, a, &m->crew.wish[a]))
            return core_err_set(err, PH_EINTERNAL, "plan", NULL, "the plan cannot be placed again");
    double before = 0, begin_s = crew.worth.begin_s;
    for (size_t k = 0; k < crew.worth.n_slots; k++) {
        double end_s = k + 1 < crew.worth.n_slots ? crew.worth.end_s[k] : crew.worth.to_s;
        double pos = plan_crew_pos_by(&crew, k);
        out->moment[out->n_moments++] =
            (struct plan_moment){m->scene.t0_ns + (int64_t)llround(end_s * 1e9), pos};
        out->mean_time_s += (end_s - begin_s) * (1 - (before + pos) / 2);
        before = pos, begin_s = end_s;
    }
    out->pos_alive = slotted.half_life_s ? plan_crew_worth(&crew) : NAN;
    return PH_OK;
}

// What must be searched and is not covered as asked.
static void must_warn(const struct plan_making *m)
{
    for (size_t k = 0; k < m->problem->n_must; k++) {
        double share = plan_rules_must_share(&m->crew, k), reached = plan_rules_must_reached(&m->crew, k);
        if (share < 1)
            core_job_warn(
                m->job, "must-not-covered",
                "%s must be searched at coverage %.2g: this plan covers %.0f %% of it so, %.0f %% of "
                "the coverage asked for on the whole",
                m->problem->must[k].id, m->problem->must[k].coverage, 100 * share, 100 * reached);
    }
}

static enum ph_status reasons_make(struct plan_making *m, struct ph_err *err)
{
    enum ph_status status =
        plan_scene_make(&m->problem->cloud, &m->flat, ASK_ON, m->threads, &m->arena, &m->few, err);
    if (!status)
        status = plan_crew_init(m->problem, &m->few, m->threads, &m->arena, &m->askers, err);
    return status ? status : plan_explain(&m->crew, &m->askers, m->job, m->out, err);
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

static enum ph_status make(struct plan_making *m, struct ph_err *err)
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
        status = plan_areas_make(m, err);
    if (!status)
        status = shares_make(m, err);
    if (!status)
        status = bound_make(m, err);
    if (!status && m->out->n_areas)
        status = moments_make(m, err);
    if (!status && m->problem->n_assets)
        must_warn(m);
    if (!status && m->out->n_areas && !m->problem->brief && !m->problem->quick)
        status = reasons_make(m, err);
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
    struct plan_result result = {.manual_pos = NAN, .pos_alive = NAN};
    struct plan_making m = {.problem = problem, .job = job, .threads = job->threads, .out = &result};
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
