#include "run/reports.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/earth.h"
#include "plan/update.h"
#include "prob/skill.h"
#include "run/flown.h"

// ---- reading ----

static int sightings_by_id(const void *a, const void *b)
{
    const struct scenario_sighting *const *p = a, *const *q = b;
    return strcmp((*p)->id, (*q)->id);
}

static int debris_by_id(const void *a, const void *b)
{
    const struct scenario_debris *const *p = a, *const *q = b;
    return strcmp((*p)->id, (*q)->id);
}

static int searched_by_time(const void *a, const void *b)
{
    const struct run_searched *p = a, *q = b;
    if (p->from_ns != q->from_ns)
        return p->from_ns < q->from_ns ? -1 : 1;
    return strcmp(p->search->id, q->search->id);
}

// Of several finds the earliest counts, those without time last.
static void find_note(struct run *run, struct export_find find)
{
    const struct export_find *known = &run->taught.find;
    bool earlier = !run->taught.found || (find.placed && !known->placed) ||
                   (find.placed && find.t_ns < known->t_ns) ||
                   (find.placed == known->placed && (!find.placed || find.t_ns == known->t_ns) &&
                    strcmp(find.id, known->id) < 0);
    if (!earlier)
        return;
    run->taught.found = find.id;
    run->taught.find = find;
}

static void finds_note(struct run *run)
{
    const double unknown = NAN;
    for (size_t s = 0; s < run->c.n_searches; s++) {
        const struct scenario_search *search = &run->c.search[s];
        if (search->found && !search->withdrawn)
            find_note(run, (struct export_find){search->id, "search", search->has_find, search->find.pos,
                                                search->find.t_ns, unknown, unknown});
    }
    for (size_t s = 0; s < run->c.n_sightings; s++) {
        const struct scenario_sighting *sighting = &run->c.sighting[s];
        if (sighting->found && !sighting->withdrawn)
            find_note(run, (struct export_find){sighting->id, "sighting", true, sighting->pos, sighting->t_ns,
                                                unknown, unknown});
    }
    if (run->taught.found)
        core_job_warn(run->job, "found", "%s '%s' found the object: the case ends here, and no plan is made",
                      run->taught.find.kind, run->taught.found);
}

enum ph_status run_reports_read(struct run *run, struct run_reports *out, struct ph_err *err)
{
    const struct scenario_case *c = &run->c;
    struct run_reports r = {
        .searched = CORE_ARENA_NEW(&run->arena, struct run_searched, c->n_searches + 1),
        .sighting = CORE_ARENA_NEW(&run->arena, const struct scenario_sighting *, c->n_sightings + 1),
        .debris = CORE_ARENA_NEW(&run->arena, const struct scenario_debris *, c->n_debris + 1)};
    if (!r.searched || !r.sighting || !r.debris)
        return core_err_nomem(err);
    finds_note(run);
    for (size_t s = 0; s < c->n_searches; s++) {
        if (c->search[s].withdrawn || c->search[s].found)
            continue;
        enum ph_status status = run_searched_make(run, &c->search[s], &r.searched[r.n_searched++], err);
        if (status)
            return status;
    }
    for (size_t s = 0; s < c->n_sightings; s++)
        if (!c->sighting[s].withdrawn && !c->sighting[s].found)
            r.sighting[r.n_sightings++] = &c->sighting[s];
    for (size_t s = 0; s < c->n_debris; s++)
        if (!c->debris[s].withdrawn)
            r.debris[r.n_debris++] = &c->debris[s];
    qsort(r.searched, r.n_searched, sizeof *r.searched, searched_by_time);
    qsort(r.sighting, r.n_sightings, sizeof *r.sighting, sightings_by_id);
    qsort(r.debris, r.n_debris, sizeof *r.debris, debris_by_id);
    *out = r;
    return PH_OK;
}

// ---- how likely each particle makes a report ----

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
    *out = run_flown_between(end[0], end[1], t_ns).pos;
    return isfinite(out->lat_deg) && isfinite(out->lon_deg);
}

// A circular normal around where the particle is; nothing for objects that it did not look like.
static void sighting_likely(const struct scenario_sighting *sighting, const struct plan_cloud *cloud,
                            double *likely)
{
    for (size_t i = 0; i < cloud->n; i++) {
        struct geo_pos pos;
        double off = INFINITY;
        if (sighting->object_allowed[cloud->object[i]] && particle_at(cloud, i, sighting->t_ns, &pos))
            off = geo_earth_distance_m(pos, sighting->pos) / sighting->spread.sigma_m;
        likely[i] = exp(-off * off / 2);
    }
}

// How many times as likely each scenario is by one report's factors.
static void factors_note(const struct plan_cloud *cloud, const double *factor, struct export_report *out)
{
    for (size_t s = 0; s < cloud->n_sources; s++) {
        double sum = 0, all = 0;
        for (size_t i = 0; i < cloud->n; i++)
            if (cloud->source[i] == s)
                sum += cloud->weight[i] * factor[i], all += cloud->weight[i];
        out->source_factor[s] = all > 0 ? sum / all : NAN;
    }
}

// With trust p the report is of this craft, and then as likely as L_i; else it says nothing. Bayes, with the
// mean over the weights *before any report*, so that the order makes no difference:
//     factor_i = (1 - p) + p L_i / mean(L)
// A particle of which nothing is known (NaN) stays as it is. Turns `likely` into the factors.
static void factors_make(const struct plan_cloud *cloud, double least, double *likely,
                         struct export_report *out)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < cloud->n; i++)
        if (!isnan(likely[i]))
            sum += cloud->weight[i] * likely[i], all += cloud->weight[i];
    out->used = sum > least * all;
    for (size_t i = 0; i < cloud->n; i++)
        likely[i] = out->used && !isnan(likely[i]) ? 1 - out->trust + out->trust * likely[i] * all / sum : 1;
    factors_note(cloud, likely, out);
}

// A find beyond six standard deviations from what anything could have done is explained by nothing.
static double debris_least(const struct scenario_debris *debris)
{
    double variance = debris->spread.sigma_m * debris->spread.sigma_m;
    return 1e-12 / (2 * CORE_PI * variance);
}

static void far_warn(struct run *run, const struct export_report *report)
{
    char code[32] = "sighting-far";
    if (!strcmp(report->kind, "debris"))
        strcpy(code, "debris-far");
    core_job_warn(
        run->job, code,
        "%s '%s' lies far from every particle at its time: it is not used; a scenario that explains it "
        "may be missing",
        report->kind, report->id);
}

static enum ph_status report_apply(struct run *run, const struct run_reports *reports, size_t index,
                                   const struct plan_cloud *cloud, bool tell, double *likely, double *weight,
                                   struct ph_err *err)
{
    struct export_report *out = &run->taught.report[index];
    if (index < reports->n_sightings) {
        const struct scenario_sighting *s = reports->sighting[index];
        *out = (struct export_report){"sighting", s->id, s->pos, s->t_ns, s->trust, true, out->source_factor};
        sighting_likely(s, cloud, likely);
        factors_make(cloud, 1e-9, likely, out);
    } else {
        const struct scenario_debris *d = reports->debris[index - reports->n_sightings];
        bool inside = true;
        *out = (struct export_report){"debris", d->id, d->pos, d->t_ns, d->trust, true, out->source_factor};
        for (size_t i = 0; i < cloud->n; i++)
            likely[i] = NAN;
        enum ph_status status = run_debris_likely(run, d, likely, &inside, err);
        if (status)
            return status;
        factors_make(cloud, debris_least(d), likely, out);
    }
    if (!out->used && tell)
        far_warn(run, out);
    for (size_t i = 0; i < cloud->n; i++)
        weight[i] *= likely[i];
    return PH_OK;
}

static enum ph_status factors_apply(struct run *run, const struct run_reports *reports,
                                    const struct plan_cloud *cloud, bool tell, double *likely, double *weight,
                                    struct ph_err *err)
{
    double before = 0, after = 0;
    for (size_t i = 0; i < cloud->n; i++)
        before += weight[i];
    for (size_t k = 0; k < run->taught.n_reports; k++) {
        enum ph_status status = report_apply(run, reports, k, cloud, tell, likely, weight, err);
        if (status)
            return status;
    }
    for (size_t i = 0; i < cloud->n; i++)
        after += weight[i];
    if (!(after > 1e-12 * before))
        return core_err_set(err, PH_EINPUT, reports->n_sightings ? "/sightings" : "/debris",
                            "lower the trust of some, or withdraw them",
                            "the reports contradict each other: together they rule out everything");
    for (size_t i = 0; i < cloud->n; i++)
        weight[i] *= before / after;
    return PH_OK;
}

// ---- searches without find ----

static double found_by(size_t n, const double *weight, const double *exposure)
{
    double found = 0;
    for (size_t i = 0; i < n; i++)
        found += weight[i] * -expm1(-exposure[i]);
    return found;
}

// Exposures add; what each search added is told in the order in which they were flown.
static enum ph_status searches_apply(struct run *run, const struct run_reports *reports,
                                     const struct plan_cloud *cloud, double *alone, double *weight,
                                     struct ph_err *err)
{
    double *exposure = CORE_ARENA_NEW(&run->arena, double, cloud->n), cumulative = 0;
    if (!exposure)
        return core_err_nomem(err);
    for (size_t s = 0; s < reports->n_searched; s++) {
        const struct run_searched *searched = &reports->searched[s];
        memset(alone, 0, cloud->n * sizeof *alone);
        for (size_t k = 0; k < searched->n_tracks; k++) {
            enum ph_status status =
                plan_expose(cloud, &searched->track[k], PLAN_INVERSE_CUBE, run->job->threads, alone, err);
            if (status)
                return status;
        }
        for (size_t i = 0; i < cloud->n; i++)
            exposure[i] += alone[i];
        double upto = found_by(cloud->n, weight, exposure);
        run->taught.searched[s] = (struct export_searched){
            .id = searched->search->id,
            .by = searched->search->asset ? searched->search->asset : "",
            .from_ns = searched->from_ns,
            .to_ns = searched->to_ns,
            .track_m = searched->track_m,
            .paused_s = searched->paused_s,
            .pos = upto - cumulative,
            .pos_alone = found_by(cloud->n, weight, alone),
            .cumulative = upto,
        };
        cumulative = upto;
    }
    return reports->n_searched ? plan_update_weights(cloud->n, exposure, weight, &run->prior_pos, err)
                               : PH_OK;
}

// ---- what it all has changed ----

static void shares_add(const struct plan_cloud *cloud, const double *weight, double *source, double *object)
{
    double all = 0;
    for (size_t i = 0; i < cloud->n; i++)
        all += weight[i];
    memset(source, 0, cloud->n_sources * sizeof *source);
    memset(object, 0, cloud->n_objects * sizeof *object);
    for (size_t i = 0; i < cloud->n && all > 0; i++) {
        source[cloud->source[i]] += weight[i] / all;
        object[cloud->object[i]] += weight[i] / all;
    }
}

static enum ph_status taught_alloc(struct run *run, const struct run_reports *reports, struct ph_err *err)
{
    struct export_taught *t = &run->taught;
    size_t s = run->c.n_sources, o = run->c.n_objects;
    double *room = CORE_ARENA_NEW(&run->arena, double, 2 * (s + o));
    t->n_sources = s, t->n_objects = o;
    t->n_searched = reports->n_searched;
    t->n_reports = reports->n_sightings + reports->n_debris;
    t->searched = CORE_ARENA_NEW(&run->arena, struct export_searched, t->n_searched + 1);
    t->report = CORE_ARENA_NEW(&run->arena, struct export_report, t->n_reports + 1);
    bool good = room && t->searched && t->report;
    for (size_t k = 0; good && k < t->n_reports; k++)
        good = (t->report[k].source_factor = CORE_ARENA_NEW(&run->arena, double, s));
    if (!good)
        return core_err_nomem(err);
    t->source_before = room, t->source_after = room + s;
    t->object_before = room + 2 * s, t->object_after = room + 2 * s + o;
    return PH_OK;
}

enum ph_status run_reports_weigh(struct run *run, const struct run_reports *reports,
                                 const struct plan_cloud *cloud, bool tell, struct ph_err *err)
{
    double *scratch = CORE_ARENA_NEW(&run->arena, double, cloud->n);
    run->posterior = CORE_ARENA_NEW(&run->arena, double, cloud->n);
    if (!scratch || !run->posterior)
        return core_err_nomem(err);
    memcpy(run->posterior, cloud->weight, cloud->n * sizeof *run->posterior);
    enum ph_status status = taught_alloc(run, reports, err);
    if (!status)
        status = factors_apply(run, reports, cloud, tell, scratch, run->posterior, err);
    if (!status)
        status = searches_apply(run, reports, cloud, scratch, run->posterior, err);
    if (status)
        return status;
    shares_add(cloud, cloud->weight, run->taught.source_before, run->taught.object_before);
    shares_add(cloud, run->posterior, run->taught.source_after, run->taught.object_after);
    return PH_OK;
}

// ---- all of it, with particles replaced where too few are left ----

enum { MOST_ROUNDS = 3 };
static const double enough = 0.2; // of the particles, effective

// Each particle's part in what was reported: posterior over prior weight.
static enum ph_status likelihood_make(struct run *run, double **out, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    double *likelihood = CORE_ARENA_NEW(&run->arena, double, e->n);
    if (!likelihood)
        return core_err_nomem(err);
    for (size_t i = 0; i < e->n; i++)
        likelihood[i] = e->weight[i] > 0 ? run->posterior[i] / e->weight[i] : 0;
    *out = likelihood;
    return PH_OK;
}

static enum ph_status weigh_again(struct run *run, const struct run_reports *reports,
                                  struct plan_cloud *cloud, double before, struct ph_err *err)
{
    struct export_taught *t = &run->taught;
    double last = t->effective;
    for (size_t round = 1; round <= MOST_ROUNDS && t->effective < enough; round++) {
        double *likelihood = NULL;
        enum ph_status status = likelihood_make(run, &likelihood, err);
        if (!status)
            status = run_resample(run, likelihood, round, err);
        if (!status)
            status = run_planner_cloud(run, cloud, err);
        if (!status)
            status = run_reports_weigh(run, reports, cloud, false, err);
        if (status)
            return status;
        t->effective = prob_effective_n(run->posterior, cloud->n) / before;
        t->rounds = round;
        core_job_log(run->job, CORE_LOG_INFO, "run.resample", "round %zu: %.1f %% of the particles count",
                     round, 100 * t->effective);
        if (t->effective < 1.2 * last)
            break; // more of the same will not help
        last = t->effective;
    }
    return PH_OK;
}

// The smallest highest-density region that holds the find, by some weights.
static enum ph_status region_of(struct run *run, const struct plan_cloud *cloud, const double *weight,
                                double *out, struct ph_err *err)
{
    const struct export_find *find = &run->taught.find;
    struct core_arena arena = {0};
    float *lat = CORE_ARENA_NEW(&arena, float, cloud->n), *lon = CORE_ARENA_NEW(&arena, float, cloud->n);
    struct prob_cloud then = {cloud->n, lat, lon, weight};
    struct prob_skill_place place;
    size_t there = 0;
    enum ph_status status = lat && lon ? PH_OK : core_err_nomem(err);
    for (size_t i = 0; !status && i < cloud->n; i++) {
        struct geo_pos pos;
        bool afloat = particle_at(cloud, i, find->t_ns, &pos);
        lat[i] = afloat ? (float)pos.lat_deg : NAN, lon[i] = afloat ? (float)pos.lon_deg : NAN;
        there += afloat;
    }
    if (!status && there) {
        status = prob_skill_contain(&then, find->pos, &place, err);
        if (!status)
            *out = place.p_star;
    }
    core_arena_fini(&arena);
    return status;
}

enum ph_status run_reports_apply(struct run *run, struct plan_cloud *cloud, struct ph_err *err)
{
    struct export_taught *t = &run->taught;
    struct run_reports reports;
    double before = prob_effective_n(cloud->weight, cloud->n);
    enum ph_status status = run_reports_read(run, &reports, err);
    if (!status && t->found && t->find.placed)
        status = region_of(run, cloud, cloud->weight, &t->find.region_before, err);
    if (!status)
        status = run_reports_weigh(run, &reports, cloud, true, err);
    if (status)
        return status;
    t->effective = t->effective_first = before > 0 ? prob_effective_n(run->posterior, cloud->n) / before : 0;
    status = weigh_again(run, &reports, cloud, before, err);
    if (!status && t->found && t->find.placed)
        status = region_of(run, cloud, run->posterior, &t->find.region_after, err);
    if (!status && t->effective < enough)
        core_job_warn(
            run->job, "few-particles",
            "after what was reported only %.1f %% of the particles carry the cloud, though they were drawn "
            "anew: run again with more particles",
            100 * t->effective);
    return status;
}
