#include "export/summary_sources.h"

#include <math.h>

#include "core/units.h"

static const char *const drivers[EXPORT_DRIVERS] = {"current", "wind"};

static void sources(struct core_json *json, const struct export_product *p)
{
    core_json_key(json, "sources");
    core_json_array(json);
    for (size_t i = 0; i < p->n_sources; i++) {
        core_json_object_flat(json);
        core_json_key_text(json, "kind", p->source[i].kind);
        core_json_key_text(json, "source", p->source[i].text);
        core_json_key_num(json, "fraction", p->source[i].fraction, 6);
        core_json_key_num(json, "coastal_fraction", p->source[i].coastal_fraction, 6);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void by_kind(struct core_json *json, const char *key, const double share[EXPORT_DRIVERS])
{
    core_json_key(json, key);
    core_json_object_flat(json);
    for (int k = 0; k < EXPORT_DRIVERS; k++)
        core_json_key_num(json, drivers[k], share[k], 6);
    core_json_object_end(json);
}

static void coverage(struct core_json *json, const struct export_product *p)
{
    core_json_key(json, "coverage");
    core_json_array(json);
    for (size_t h = 0; h < p->n_coverage; h++) {
        const struct export_coverage *c = &p->coverage[h];
        core_json_object_flat(json);
        core_json_key_time(json, "from", c->from_ns);
        core_json_key_time(json, "to", c->to_ns);
        core_json_key_num(json, "particle_h", c->particle_s / 3600, 9);
        core_json_key(json, "served");
        core_json_array_flat(json);
        for (size_t i = 0; i < p->n_sources; i++)
            core_json_num(json, c->served[i], 6);
        core_json_array_end(json);
        by_kind(json, "held", c->held);
        by_kind(json, "missing", c->missing);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void compared_times(struct core_json *json, const struct export_product *p,
                           const struct export_compared *c)
{
    core_json_key(json, "values");
    core_json_array(json);
    for (size_t t = 0; t < p->n_times; t++) {
        core_json_object_flat(json);
        core_json_key_time(json, "time", p->time[t].t_ns);
        core_json_key(json, "uv_ms");
        core_json_array_flat(json);
        for (size_t i = 0; i < c->n_sources; i++) {
            size_t at = t * c->n_sources + i;
            core_json_array_flat(json);
            core_json_fixed(json, c->u[at], 4);
            core_json_fixed(json, c->v[at], 4);
            core_json_array_end(json);
        }
        core_json_array_end(json);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void compared_one(struct core_json *json, const struct export_product *p,
                         const struct export_compared *c)
{
    core_json_object(json);
    core_json_key_text(json, "kind", c->kind);
    core_json_key(json, "sources");
    core_json_array_flat(json);
    for (size_t i = 0; i < c->n_sources; i++)
        core_json_int(json, (int64_t)c->source[i]);
    core_json_array_end(json);
    core_json_key(json, "pairs");
    core_json_array(json);
    for (size_t k = 0; k < c->n_pairs; k++) {
        const struct export_compared_pair *pair = &c->pair[k];
        core_json_object_flat(json);
        core_json_key_int(json, "a", (int64_t)c->source[pair->a]);
        core_json_key_int(json, "b", (int64_t)c->source[pair->b]);
        core_json_key_int(json, "times", (int64_t)pair->n);
        core_json_key_num(json, "difference_mean_ms", pair->mean_mps, 5);
        core_json_key_num(json, "difference_max_ms", pair->max_mps, 5);
        core_json_key_num(json, "drift_24h_nm", core_nm_from_m(pair->drift_m), 4);
        core_json_object_end(json);
    }
    core_json_array_end(json);
    compared_times(json, p, c);
    core_json_object_end(json);
}

void export_summary_sources(struct core_json *json, const struct export_product *p)
{
    sources(json, p);
    if (p->n_coverage)
        coverage(json, p);
    if (!p->n_compared)
        return;
    core_json_key(json, "compared");
    core_json_array(json);
    for (size_t i = 0; i < p->n_compared; i++)
        compared_one(json, p, &p->compared[i]);
    core_json_array_end(json);
}
