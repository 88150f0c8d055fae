#include "run/skill_work.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"

// ---- one drift ----

// A job that runs as the main one does but keeps its warnings to itself.
static struct core_job job_under(const struct core_job *job)
{
    return (struct core_job){.threads = job->threads, .stop = job->stop};
}

static void warnings_gather(struct skill_work *w, const struct core_job *job)
{
    for (const struct core_warning *from = job->first_warning; from; from = from->next) {
        size_t k = 0;
        while (k < w->n_warnings && strcmp(w->warning[k].code, from->code))
            k++;
        if (k == SKILL_MOST_CODES)
            continue;
        if (k == w->n_warnings) {
            w->n_warnings++;
            snprintf(w->warning[k].code, sizeof w->warning[k].code, "%s", from->code);
            snprintf(w->warning[k].text, sizeof w->warning[k].text, "%s", from->text);
        }
        w->warning[k].drifts++;
    }
}

// The case with another beginning: exactly at one place and time. Lives as long as `source` and `start`.
struct begun {
    struct scenario_case c;
    struct scenario_source source;
    struct scenario_start start;
    bool *allowed;
};

static bool case_begin(const struct scenario_case *c, struct geo_pos pos, int64_t t_ns, double hours,
                       struct core_arena *arena, struct begun *b)
{
    b->c = *c;
    b->allowed = CORE_ARENA_NEW(arena, bool, c->n_objects);
    for (size_t i = 0; b->allowed && i < c->n_objects; i++)
        b->allowed[i] = true;
    b->start = (struct scenario_start){.pos = pos, .time = {t_ns, t_ns}};
    b->source = (struct scenario_source){
        .id = "observed",
        .weight = 1,
        .kind = SCENARIO_POINT,
        .start = &b->start,
        .n_start = 1,
        .time = {t_ns, t_ns},
        .object_allowed = b->allowed,
    };
    b->c.source = &b->source;
    b->c.n_sources = 1;
    b->c.drift.start_ns = t_ns;
    b->c.drift.until_ns = t_ns + (int64_t)(hours * RUN_SKILL_STEP_S) * CORE_NS_PER_S;
    b->c.drift.output_every_s = RUN_SKILL_STEP_S;
    return b->allowed;
}

static enum ph_status drift_from(struct skill_work *w, const struct scenario_case *c, struct forcing *forcing,
                                 struct core_arena *arena, struct drift_ensemble *out, struct ph_err *err)
{
    struct core_job job = job_under(w->run->job);
    struct scenario_seeds seeds;
    struct drift_service service;
    enum ph_status status = scenario_seed(c, w->run->coast, &job, arena, &seeds, err);
    if (!status)
        status = drift_run(c, &seeds, forcing, w->run->coast, &job, out, &service, err);
    if (!status) {
        w->n_drifts++;
        warnings_gather(w, &job);
    }
    core_job_fini(&job);
    return status;
}

// One particle that follows the current alone, without any chance.
static void case_current_only(struct begun *b, struct scenario_object *object)
{
    *object = (struct scenario_object){
        .id = "water", .base_id = "water", .label = "water", .weight = 1, .persons = -1};
    b->c.object = object;
    b->c.n_objects = 1;
    struct scenario_drift *drift = &b->c.drift;
    drift->particles = 1;
    drift->leeway_noise = drift->jibing = false;
    drift->wind_sd_mps = drift->current_sd_mps = drift->diffusivity_m2s = 0;
}

enum ph_status skill_current_drift(struct skill_work *w, struct forcing *forcing, struct geo_pos pos,
                                   int64_t t_ns, size_t hours, struct geo_pos *out, bool *served,
                                   struct ph_err *err)
{
    struct core_arena arena = {0};
    struct drift_ensemble e = {0};
    struct scenario_object object;
    struct begun b;
    *served = false;
    if (!case_begin(&w->run->c, pos, t_ns, (double)hours, &arena, &b))
        return core_err_nomem(err);
    case_current_only(&b, &object);
    enum ph_status status = drift_from(w, &b.c, forcing, &arena, &e, err);
    if (status == PH_EINPUT) {
        status = PH_OK; // no forcing there
    } else if (!status) {
        *served = e.status[hours] != DRIFT_MISSING_DATA;
        for (size_t k = 0; k <= hours; k++)
            out[k] = (struct geo_pos){(double)e.lat_deg[k], (double)e.lon_deg[k]};
    }
    drift_ensemble_free(&e);
    core_arena_fini(&arena);
    return status;
}

// ---- one start ----

// The cloud at each hour: those that drift or have stranded. Those without forcing are nowhere known.
static enum ph_status clouds_make(struct skill_work *w, const struct drift_ensemble *e, size_t hours,
                                  struct core_arena *arena, struct ph_err *err)
{
    for (size_t k = 0; k <= hours; k++) {
        double *weight = CORE_ARENA_NEW(arena, double, e->n);
        if (!weight)
            return core_err_nomem(err);
        for (size_t i = 0; i < e->n; i++) {
            uint8_t state = e->status[k * e->n + i];
            weight[i] = state == DRIFT_ACTIVE || state == DRIFT_STRANDED ? e->weight[i] : 0;
        }
        w->cloud[k] = (struct prob_cloud){e->n, e->lat_deg + k * e->n, e->lon_deg + k * e->n, weight};
    }
    return PH_OK;
}

// Medians hour by hour; *n_known is how many times the cloud is anywhere.
static enum ph_status medians_make(struct skill_work *w, size_t hours, size_t *n_known, struct ph_err *err)
{
    w->median[0] = w->observed[0];
    for (*n_known = 1; *n_known <= hours; ++*n_known) {
        bool found;
        enum ph_status status = prob_skill_median(&w->cloud[*n_known], &found, &w->median[*n_known], err);
        if (status || !found)
            return status;
    }
    return PH_OK;
}

static struct run_skill_baseline baseline_of(const struct skill_work *w, const struct geo_pos *modelled,
                                             size_t hours)
{
    struct prob_skill_score score = prob_skill_score_of(w->observed, modelled, hours + 1);
    return (struct run_skill_baseline){score.separation_m, score.ss_star};
}

static enum ph_status entry_make(struct skill_work *w, size_t hours, bool with_current,
                                 struct run_skill_entry *entry, struct ph_err *err)
{
    struct prob_moments moments;
    const struct prob_cloud *cloud = &w->cloud[hours];
    struct geo_pos observed = w->observed[hours];
    entry->score = prob_skill_score_of(w->observed, w->median, hours + 1);
    entry->mean_m = prob_moments_of(cloud, &moments) ? geo_earth_distance_m(moments.mean, observed) : NAN;
    entry->put = baseline_of(w, w->put, hours);
    entry->current = with_current ? baseline_of(w, w->current, hours) : (struct run_skill_baseline){NAN, NAN};
    enum ph_status status = prob_skill_energy(cloud, observed, &entry->energy_m, err);
    return status ? status : prob_skill_contain(cloud, observed, &entry->place, err);
}

// Entries of one start at all horizons that the track and the drift reach.
static enum ph_status entries_add(struct skill_work *w, struct run_skill_entry start, size_t hours,
                                  size_t n_known, struct ph_err *err)
{
    struct run_skill *skill = w->skill;
    bool with_current;
    enum ph_status status = skill_current_drift(w, w->run->forcing, start.start, start.start_ns, hours,
                                                w->current, &with_current, err);
    for (size_t h = 0; !status && h < skill->options.n_horizons; h++) {
        size_t at = (size_t)(skill->options.horizon_s[h] / RUN_SKILL_STEP_S);
        if (at > hours || at >= n_known)
            break;
        struct run_skill_entry *entry = &skill->entry[skill->n_entries];
        *entry = start;
        entry->horizon = h;
        status = entry_make(w, at, with_current, entry, err);
        skill->n_entries += !status;
    }
    return status;
}

enum ph_status skill_start_compare(struct skill_work *w, const struct run_skill_entry *start, size_t hours,
                                   struct ph_err *err)
{
    struct core_arena arena = {0};
    struct drift_ensemble e = {0};
    struct begun b;
    struct ph_err gap = {0};
    size_t n_known = 0, n_before = w->skill->n_entries;
    for (size_t k = 0; k <= hours; k++)
        w->put[k] = start->start;
    if (!case_begin(&w->run->c, start->start, start->start_ns, (double)hours, &arena, &b))
        return core_err_nomem(err);
    b.c.drift.seed += w->skill->n_starts; // each start its own chance
    enum ph_status status = drift_from(w, &b.c, w->run->forcing, &arena, &e, &gap);
    if (status && status != PH_EINPUT && err)
        *err = gap;
    if (!status)
        status = clouds_make(w, &e, hours, &arena, err);
    if (!status)
        status = medians_make(w, hours, &n_known, err);
    if (!status)
        status = entries_add(w, *start, hours, n_known, err);
    if ((!status || status == PH_EINPUT) && w->skill->n_entries == n_before) {
        if (!gap.what[0])
            core_err_set(&gap, PH_EINPUT, NULL, NULL, "every particle was stopped for want of forcing");
        if (!w->skill->n_unserved++)
            w->first_gap = gap;
        status = PH_OK;
    }
    drift_ensemble_free(&e);
    core_arena_fini(&arena);
    return status;
}
