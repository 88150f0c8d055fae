// summary.json: what came of a run, for programs.
#include "export/product.h"

#include <math.h>

#include "core/json.h"
#include "core/units.h"
#include "export/summary_sources.h"

static void position(struct core_json *json, const char *key, struct geo_pos pos)
{
    core_json_key(json, key);
    core_json_object_flat(json);
    core_json_key_fixed(json, "lat", pos.lat_deg, 6);
    core_json_key_fixed(json, "lon", pos.lon_deg, 6);
    core_json_object_end(json);
}

static void covariance(struct core_json *json, const struct prob_moments *m)
{
    double row[2][2] = {{m->xx_m2, m->xy_m2}, {m->xy_m2, m->yy_m2}};
    core_json_array_flat(json);
    for (int i = 0; i < 2; i++) {
        core_json_array_flat(json);
        for (int k = 0; k < 2; k++)
            core_json_num(json, row[i][k], 8);
        core_json_array_end(json);
    }
    core_json_array_end(json);
}

static void containment(struct core_json *json, const struct export_time *time)
{
    core_json_key(json, "containment");
    core_json_array(json);
    for (size_t i = 0; i < time->n_regions; i++) {
        core_json_object_flat(json);
        core_json_key_num(json, "mass", time->region[i].mass, 6);
        core_json_key_num(json, "area_nm2", time->region[i].area_m2 / (CORE_M_PER_NM * CORE_M_PER_NM), 6);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void one_time(struct core_json *json, const struct export_time *time)
{
    core_json_object(json);
    core_json_key_time(json, "time", time->t_ns);
    core_json_key_int(json, "active", (int64_t)time->active);
    core_json_key_int(json, "stranded", (int64_t)time->stranded);
    core_json_key_int(json, "missing", (int64_t)time->missing);
    core_json_key_int(json, "not_released", (int64_t)time->not_released);
    core_json_key_int(json, "underway", (int64_t)time->underway);
    core_json_key_num(json, "active_mass", time->active_mass, 7);
    core_json_key_num(json, "stranded_mass", time->stranded_mass, 7);
    if (time->has_moments) {
        position(json, "mean", time->moments.mean);
        core_json_key(json, "covariance_m2");
        covariance(json, &time->moments);
    } else {
        core_json_key(json, "mean");
        core_json_null(json);
        core_json_key(json, "covariance_m2");
        core_json_null(json);
    }
    containment(json, time);
    core_json_object_end(json);
}

static void shares(struct core_json *json, const char *key, size_t n, const double *before,
                   const double *after, const struct export_product *p, bool scenarios)
{
    core_json_key(json, key);
    core_json_array(json);
    for (size_t i = 0; i < n; i++) {
        core_json_object_flat(json);
        if (scenarios ? i < p->n_scenarios : i < p->n_objects)
            core_json_key_text(json, "id", scenarios ? p->scenario[i].id : p->object[i].id);
        core_json_key_num(json, "prior", before[i], 7);
        core_json_key_num(json, "posterior", after[i], 7);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

// A number that may not be known.
static void maybe(struct core_json *json, const char *key, double value)
{
    core_json_key(json, key);
    if (isfinite(value))
        core_json_num(json, value, 7);
    else
        core_json_null(json);
}

static void searched(struct core_json *json, const struct export_taught *t)
{
    core_json_key(json, "searches");
    core_json_array(json);
    for (size_t i = 0; i < t->n_searched; i++) {
        const struct export_searched *s = &t->searched[i];
        core_json_object_flat(json);
        core_json_key_text(json, "id", s->id);
        core_json_key_time(json, "from", s->from_ns);
        core_json_key_time(json, "to", s->to_ns);
        core_json_key_num(json, "track_nm", core_nm_from_m(s->track_m), 5);
        core_json_key_num(json, "paused_min", s->paused_s / 60, 5);
        core_json_key_num(json, "pos_alone", s->pos_alone, 7);
        core_json_key_num(json, "pos", s->pos, 7);
        core_json_key_num(json, "cumulative_pos", s->cumulative, 7);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void reports(struct core_json *json, const struct export_product *p)
{
    const struct export_taught *t = p->taught;
    core_json_key(json, "reports");
    core_json_array(json);
    for (size_t i = 0; i < t->n_reports; i++) {
        const struct export_report *r = &t->report[i];
        core_json_object(json);
        core_json_key_text(json, "kind", r->kind);
        core_json_key_text(json, "id", r->id);
        core_json_key_time(json, "time", r->t_ns);
        position(json, "position", r->pos);
        core_json_key_num(json, "trust", r->trust, 7);
        core_json_key_bool(json, "used", r->used);
        core_json_key(json, "scenario_factors");
        core_json_array_flat(json);
        for (size_t s = 0; s < t->n_sources; s++)
            if (isfinite(r->source_factor[s]))
                core_json_num(json, r->source_factor[s], 7);
            else
                core_json_null(json);
        core_json_array_end(json);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void find(struct core_json *json, const struct export_taught *t)
{
    core_json_key_bool(json, "found", t->found);
    if (!t->found)
        return;
    core_json_key(json, "find");
    core_json_object(json);
    core_json_key_text(json, "kind", t->find.kind);
    core_json_key_text(json, "id", t->find.id);
    if (t->find.placed) {
        core_json_key_time(json, "time", t->find.t_ns);
        position(json, "position", t->find.pos);
        maybe(json, "region_before", t->find.region_before);
        maybe(json, "region_after", t->find.region_after);
    }
    core_json_object_end(json);
}

// After searches or reports: what they have changed. In the order of the case's scenarios and objects.
static void taught(struct core_json *json, const struct export_product *p)
{
    const struct export_taught *t = p->taught;
    if (!t)
        return;
    core_json_key(json, "taught");
    core_json_object(json);
    maybe(json, "cumulative_pos", p->prior_pos);
    core_json_key_num(json, "effective_share", t->effective, 5);
    core_json_key_num(json, "effective_share_first", t->effective_first, 5);
    core_json_key_int(json, "resampled_rounds", (int64_t)t->rounds);
    find(json, t);
    shares(json, "scenarios", t->n_sources, t->source_before, t->source_after, p, true);
    shares(json, "objects", t->n_objects, t->object_before, t->object_after, p, false);
    searched(json, t);
    reports(json, p);
    core_json_object_end(json);
}

static void warnings(struct core_json *json, const struct export_product *p)
{
    core_json_key(json, "warnings");
    core_json_array(json);
    for (const struct core_warning *w = p->job ? p->job->first_warning : NULL; w; w = w->next) {
        core_json_object_flat(json);
        core_json_key_text(json, "code", w->code);
        core_json_key_text(json, "text", w->text);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void provenance(struct core_json *json, const struct export_product *p)
{
    core_json_key_text(json, "case_name", p->case_name);
    core_json_key_text(json, "case_sha256", p->case_sha256);
    core_json_key_text(json, "program_version", p->program_version);
    core_json_key_int(json, "seed", (int64_t)p->seed);
    core_json_key_int(json, "particles", (int64_t)p->particles);
    core_json_key_time(json, "start", p->start_ns);
    core_json_key_time(json, "until", p->until_ns);
    if (p->created_ns)
        core_json_key_time(json, "created", p->created_ns);
    core_json_key_text(json, "coastline", p->coast_text);
    if (p->extensions_json) {
        core_json_key(json, "extensions");
        core_json_raw(json, p->extensions_json);
    }
}

enum ph_status export_summary_json(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "summary/1");
    provenance(&json, p);
    core_json_key(&json, "times");
    core_json_array(&json);
    for (size_t i = 0; i < p->n_times; i++)
        one_time(&json, &p->time[i]);
    core_json_array_end(&json);
    export_summary_sources(&json, p);
    taught(&json, p);
    warnings(&json, p);
    core_json_key_num(&json, "wall_s", p->wall_s, 4);
    core_json_key_int(&json, "particle_steps", (int64_t)p->particle_steps);
    if (p->kernel)
        core_json_key_text(&json, "kernel", p->kernel);
    core_json_object_end(&json);
    return core_buf_check(out, err);
}
