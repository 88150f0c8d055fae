// containment.geojson and plan.geojson (RFC 7946): longitude first, right-hand rings, cut at the
// antimeridian.
#include "export/product.h"

#include <math.h>
#include <stdio.h>

#include "core/err.h"
#include "core/json.h"
#include "core/units.h"
#include "export/map_style.h"
#include "export/shape.h"

struct writer {
    struct core_json json;
    struct core_arena arena;
    const struct export_product *p;
    enum ph_status status;
    struct ph_err *err;
};

static void point(struct core_json *json, struct export_point at)
{
    core_json_array_flat(json);
    core_json_fixed(json, at.lon_deg, 6);
    core_json_fixed(json, at.lat_deg, 6);
    core_json_array_end(json);
}

static void points(struct core_json *json, const struct export_path *path, bool closed)
{
    core_json_array_flat(json);
    for (size_t i = 0; i < path->n; i++)
        point(json, path->point[i]);
    if (closed)
        point(json, path->point[0]);
    core_json_array_end(json);
}

static void geometry_begin(struct writer *w, const char *type)
{
    core_json_key(&w->json, "geometry");
    core_json_object(&w->json);
    core_json_key_text(&w->json, "type", type);
    core_json_key(&w->json, "coordinates");
}

static void geometry_point(struct writer *w, struct geo_pos pos)
{
    geometry_begin(w, "Point");
    point(&w->json, (struct export_point){core_deg_wrap180(pos.lon_deg), pos.lat_deg});
    core_json_object_end(&w->json);
}

static void geometry_none(struct writer *w)
{
    core_json_key(&w->json, "geometry");
    core_json_null(&w->json);
}

// Always a MultiPolygon, so that readers need one branch only.
static void geometry_rings(struct writer *w, const struct prob_ring *ring, size_t n)
{
    struct export_shape shape = {0};
    if (!w->status)
        w->status = export_shape_rings(ring, n, &w->arena, &shape, w->err);
    if (!shape.n) {
        geometry_none(w);
        return;
    }
    geometry_begin(w, "MultiPolygon");
    core_json_array(&w->json);
    for (size_t i = 0; i < shape.n;) {
        size_t polygon = shape.path[i].polygon;
        core_json_array(&w->json);
        for (; i < shape.n && shape.path[i].polygon == polygon; i++)
            points(&w->json, &shape.path[i], true);
        core_json_array_end(&w->json);
    }
    core_json_array_end(&w->json);
    core_json_object_end(&w->json);
}

static void geometry_line(struct writer *w, const struct geo_pos *pos, size_t n)
{
    struct export_shape shape = {0};
    if (!w->status)
        w->status = export_shape_line(pos, n, &w->arena, &shape, w->err);
    if (!shape.n) {
        geometry_none(w);
        return;
    }
    geometry_begin(w, shape.n == 1 ? "LineString" : "MultiLineString");
    if (shape.n > 1)
        core_json_array(&w->json);
    for (size_t i = 0; i < shape.n; i++)
        points(&w->json, &shape.path[i], false);
    if (shape.n > 1)
        core_json_array_end(&w->json);
    core_json_object_end(&w->json);
}

static void feature_begin(struct writer *w, const char *kind)
{
    core_json_object(&w->json);
    core_json_key_text(&w->json, "type", "Feature");
    core_json_key(&w->json, "properties");
    core_json_object_flat(&w->json);
    core_json_key_text(&w->json, "kind", kind);
}

// Between properties and geometry.
static void feature_geometry(struct writer *w)
{
    core_json_object_end(&w->json);
}

static void feature_end(struct writer *w)
{
    core_json_object_end(&w->json);
}

static void starts(struct writer *w)
{
    for (size_t i = 0; i < w->p->n_scenarios; i++) {
        const struct export_scenario *s = &w->p->scenario[i];
        if (isnan(s->centre.lat_deg) || isnan(s->centre.lon_deg))
            continue;
        feature_begin(w, "lkp");
        core_json_key_text(&w->json, "scenario", s->id);
        core_json_key_text(&w->json, "title", s->text);
        core_json_key_num(&w->json, "weight", s->weight, 6);
        core_json_key_fixed(&w->json, "circle_nm", core_nm_from_m(s->circle_m), 3);
        feature_geometry(w);
        geometry_point(w, s->centre);
        feature_end(w);
    }
}

static void regions(struct writer *w, const struct export_time *time)
{
    for (size_t i = 0; i < time->n_regions; i++) {
        const struct prob_region *r = &time->region[i];
        feature_begin(w, "contour");
        core_json_key_time(&w->json, "time", time->t_ns);
        core_json_key_num(&w->json, "mass", r->mass, 6);
        core_json_key_num(&w->json, "area_nm2", r->area_m2 / (CORE_M_PER_NM * CORE_M_PER_NM), 6);
        core_json_key_text(&w->json, "stroke", EXPORT_STYLE_OUTLINE);
        core_json_key_text(&w->json, "fill", export_style_fill(r->mass));
        feature_geometry(w);
        geometry_rings(w, r->ring, r->n_rings);
        feature_end(w);
    }
}

static void datum(struct writer *w, const struct export_time *time)
{
    if (!time->has_moments)
        return;
    feature_begin(w, "datum");
    core_json_key_time(&w->json, "time", time->t_ns);
    core_json_key_num(&w->json, "active_mass", time->active_mass, 6);
    core_json_key_num(&w->json, "stranded_mass", time->stranded_mass, 6);
    feature_geometry(w);
    geometry_point(w, time->moments.mean);
    feature_end(w);
}

static void datum_track(struct writer *w)
{
    struct geo_pos *pos = CORE_ARENA_NEW(&w->arena, struct geo_pos, w->p->n_times + 1);
    size_t n = 0;
    if (!pos) {
        w->status = core_err_nomem(w->err);
        return;
    }
    for (size_t i = 0; i < w->p->n_times; i++)
        if (w->p->time[i].has_moments)
            pos[n++] = w->p->time[i].moments.mean;
    if (n < 2)
        return;
    feature_begin(w, "track");
    core_json_key_text(&w->json, "of", "datum");
    core_json_key_time(&w->json, "from", w->p->time[0].t_ns);
    core_json_key_time(&w->json, "to", w->p->time[w->p->n_times - 1].t_ns);
    feature_geometry(w);
    geometry_line(w, pos, n);
    feature_end(w);
}

static void traced(struct writer *w, const struct export_traced *t)
{
    for (size_t i = 0; i < t->n_regions; i++) {
        const struct prob_region *r = &t->region[i];
        feature_begin(w, "start-region");
        core_json_key_text(&w->json, "scenario", t->scenario);
        core_json_key_num(&w->json, "mass", r->mass, 6);
        core_json_key_num(&w->json, "area_nm2", r->area_m2 / (CORE_M_PER_NM * CORE_M_PER_NM), 6);
        core_json_key_text(&w->json, "stroke", EXPORT_STYLE_OUTLINE);
        core_json_key_text(&w->json, "fill", export_style_fill(r->mass));
        feature_geometry(w);
        geometry_rings(w, r->ring, r->n_rings);
        feature_end(w);
    }
    feature_begin(w, "start-mean");
    core_json_key_text(&w->json, "scenario", t->scenario);
    core_json_key_time(&w->json, "median_time", t->median_ns);
    core_json_key_time(&w->json, "from", t->from_ns);
    core_json_key_time(&w->json, "to", t->to_ns);
    core_json_key_int(&w->json, "members", (int64_t)t->members);
    core_json_key_num(&w->json, "effective_members", t->effective, 4);
    feature_geometry(w);
    geometry_point(w, t->mean);
    feature_end(w);
    feature_begin(w, "find");
    core_json_key_text(&w->json, "scenario", t->scenario);
    core_json_key_time(&w->json, "time", t->find_ns);
    feature_geometry(w);
    geometry_point(w, t->find);
    feature_end(w);
}

static void area_properties(struct writer *w, const struct plan_area *a, size_t i)
{
    struct core_json *json = &w->json;
    const struct export_asset *asset = &w->p->asset[a->asset];
    char title[8];
    snprintf(title, sizeof title, "A%zu", i + 1);
    core_json_key_text(json, "area", title);
    core_json_key_text(json, "asset", asset->id);
    core_json_key_text(json, "pattern", a->pattern);
    core_json_key_time(json, "start", a->start_ns);
    core_json_key_time(json, "end", a->end_ns);
    core_json_key_fixed(json, "track_spacing_nm", core_nm_from_m(a->spacing_m), 3);
    core_json_key_fixed(json, "poc", a->poc, 4);
    core_json_key_fixed(json, "pod", a->pod, 4);
    core_json_key_fixed(json, "pos", a->pos, 4);
    core_json_key_text(json, "stroke", export_style_unit(i)->colour);
}

static void area(struct writer *w, const struct plan_area *a, size_t i)
{
    struct prob_ring ring = {.pos = (struct geo_pos *)a->corner, .n = 4};
    feature_begin(w, "search_area");
    area_properties(w, a, i);
    feature_geometry(w);
    geometry_rings(w, &ring, 1);
    feature_end(w);

    struct geo_pos *pos = CORE_ARENA_NEW(&w->arena, struct geo_pos, a->n_waypoints + 1);
    if (!pos) {
        w->status = core_err_nomem(w->err);
        return;
    }
    for (size_t k = 0; k < a->n_waypoints; k++)
        pos[k] = a->waypoint[k].pos;
    feature_begin(w, "track");
    core_json_key_text(&w->json, "of", "asset");
    area_properties(w, a, i);
    feature_geometry(w);
    geometry_line(w, pos, a->n_waypoints);
    feature_end(w);

    feature_begin(w, "asset");
    core_json_key_text(&w->json, "title", "commence search point");
    area_properties(w, a, i);
    feature_geometry(w);
    geometry_point(w, a->csp);
    feature_end(w);
}

static void collection_begin(struct writer *w, const struct export_product *p, struct core_buf *out,
                             struct ph_err *err)
{
    *w = (struct writer){.p = p, .err = err};
    core_json_init(&w->json, out);
    core_json_object(&w->json);
    core_json_key_text(&w->json, "type", "FeatureCollection");
    core_json_key_text(&w->json, "name", p->case_name);
    core_json_key_text(&w->json, "case_sha256", p->case_sha256);
    core_json_key(&w->json, "features");
    core_json_array(&w->json);
}

static enum ph_status collection_end(struct writer *w, struct core_buf *out)
{
    core_json_array_end(&w->json);
    core_json_object_end(&w->json);
    core_arena_fini(&w->arena);
    return w->status ? w->status : core_buf_check(out, w->err);
}

enum ph_status export_start_region_geojson(const struct export_product *p, struct core_buf *out,
                                           struct ph_err *err)
{
    struct writer w;
    collection_begin(&w, p, out, err);
    for (size_t i = 0; i < p->n_traced; i++)
        traced(&w, &p->traced[i]);
    return collection_end(&w, out);
}

enum ph_status export_containment_geojson(const struct export_product *p, struct core_buf *out,
                                          struct ph_err *err)
{
    struct writer w;
    collection_begin(&w, p, out, err);
    starts(&w);
    datum_track(&w);
    for (size_t i = 0; i < p->n_times; i++) {
        regions(&w, &p->time[i]);
        datum(&w, &p->time[i]);
    }
    return collection_end(&w, out);
}

// The cloud as the plan meets it, halfway through the search.
enum ph_status export_plan_geojson(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    struct writer w;
    collection_begin(&w, p, out, err);
    starts(&w);
    datum_track(&w);
    if (p->n_times) {
        const struct export_time *time = &p->time[export_plan_time(p)];
        regions(&w, time);
        datum(&w, time);
    }
    for (size_t i = 0; p->plan && i < p->plan->n_areas; i++)
        area(&w, &p->plan->area[i], i);
    return collection_end(&w, out);
}
