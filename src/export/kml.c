// plan.kml (KML 2.2): contours with their time span, the datum and a few tracks, areas and legs. Colours are
// aabbggrr.
#include "export/product.h"

#include <math.h>
#include <stdio.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "export/map_style.h"
#include "export/shape.h"
#include "export/task.h"
#include "export/xml.h"

enum { MAX_TRACKS = 40 };

struct kml {
    struct export_xml xml;
    struct core_arena arena;
    const struct export_product *p;
    enum ph_status status;
    struct ph_err *err;
};

static void colour(struct kml *kml, const char *element, const char *hex, int alpha)
{
    export_xml_textf(&kml->xml, element, "%02x%.2s%.2s%.2s", (unsigned)alpha, hex + 5, hex + 3, hex + 1);
}

static void style(struct kml *kml, const char *id, const char *line, double width, const char *fill,
                  int alpha)
{
    export_xml_open(&kml->xml, "Style");
    export_xml_attr(&kml->xml, "id", id);
    export_xml_open(&kml->xml, "LineStyle");
    colour(kml, "color", line, 255);
    export_xml_textf(&kml->xml, "width", "%g", width);
    export_xml_close(&kml->xml);
    export_xml_open(&kml->xml, "PolyStyle");
    colour(kml, "color", fill, alpha);
    export_xml_close(&kml->xml);
    export_xml_close(&kml->xml);
}

static void styles(struct kml *kml)
{
    style(kml, "p50", EXPORT_STYLE_OUTLINE, 2.5, export_style_fill(0.5), 130);
    style(kml, "p75", EXPORT_STYLE_OUTLINE, 1.8, export_style_fill(0.75), 110);
    style(kml, "p90", EXPORT_STYLE_OUTLINE, 1.3, export_style_fill(0.9), 90);
    style(kml, "p95", EXPORT_STYLE_OUTLINE, 1, export_style_fill(0.95), 80);
    style(kml, "track", EXPORT_STYLE_SOFT, 1, EXPORT_STYLE_SOFT, 0);
    style(kml, "datum", EXPORT_STYLE_INK, 2, EXPORT_STYLE_INK, 0);
    for (size_t i = 0; kml->p->plan && i < kml->p->plan->n_areas; i++) {
        char id[32];
        snprintf(id, sizeof id, "unit%zu", i + 1);
        style(kml, id, export_style_unit(i)->colour, 2.5, export_style_unit(i)->colour, 0);
    }
}

static void folder_open(struct kml *kml, const char *name, bool open)
{
    export_xml_open(&kml->xml, "Folder");
    export_xml_text(&kml->xml, "name", name);
    export_xml_text(&kml->xml, "open", open ? "1" : "0");
}

// name, TimeSpan, styleUrl: the order of the schema.
static void placemark_open(struct kml *kml, const char *name, const char *description, int64_t from_ns,
                           int64_t to_ns, const char *style_id)
{
    struct export_xml *xml = &kml->xml;
    export_xml_open(xml, "Placemark");
    export_xml_text(xml, "name", name);
    if (description)
        export_xml_text(xml, "description", description);
    export_xml_open(xml, "TimeSpan");
    export_xml_time(xml, "begin", from_ns);
    export_xml_time(xml, "end", to_ns);
    export_xml_close(xml);
    export_xml_textf(xml, "styleUrl", "#%s", style_id);
}

static void coordinates(struct kml *kml, const struct export_path *path, bool closed)
{
    export_xml_open(&kml->xml, "coordinates");
    for (size_t i = 0; i < path->n + closed; i++)
        export_xml_putf(&kml->xml, "%s%.6f,%.6f", i ? " " : "", path->point[i % path->n].lon_deg,
                        path->point[i % path->n].lat_deg);
    export_xml_close(&kml->xml);
}

static void ring_put(struct kml *kml, const char *boundary, const struct export_path *path)
{
    export_xml_open(&kml->xml, boundary);
    export_xml_open(&kml->xml, "LinearRing");
    coordinates(kml, path, true);
    export_xml_close(&kml->xml);
    export_xml_close(&kml->xml);
}

static void polygons(struct kml *kml, const struct prob_ring *ring, size_t n)
{
    struct export_shape shape = {0};
    if (!kml->status)
        kml->status = export_shape_rings(ring, n, &kml->arena, &shape, kml->err);
    export_xml_open(&kml->xml, "MultiGeometry");
    for (size_t i = 0; i < shape.n; i++) {
        bool outer = !i || shape.path[i].polygon != shape.path[i - 1].polygon;
        if (outer) {
            export_xml_open(&kml->xml, "Polygon");
            export_xml_text(&kml->xml, "tessellate", "1");
        }
        ring_put(kml, outer ? "outerBoundaryIs" : "innerBoundaryIs", &shape.path[i]);
        if (i + 1 == shape.n || shape.path[i + 1].polygon != shape.path[i].polygon)
            export_xml_close(&kml->xml);
    }
    export_xml_close(&kml->xml);
}

static void line(struct kml *kml, const struct geo_pos *pos, size_t n)
{
    struct export_shape shape = {0};
    if (!kml->status)
        kml->status = export_shape_line(pos, n, &kml->arena, &shape, kml->err);
    export_xml_open(&kml->xml, "MultiGeometry");
    for (size_t i = 0; i < shape.n; i++) {
        export_xml_open(&kml->xml, "LineString");
        export_xml_text(&kml->xml, "tessellate", "1");
        coordinates(kml, &shape.path[i], false);
        export_xml_close(&kml->xml);
    }
    export_xml_close(&kml->xml);
}

static void point(struct kml *kml, struct geo_pos pos)
{
    export_xml_open(&kml->xml, "Point");
    export_xml_textf(&kml->xml, "coordinates", "%.6f,%.6f", core_deg_wrap180(pos.lon_deg), pos.lat_deg);
    export_xml_close(&kml->xml);
}

// Largest region first, so that the smaller ones lie on top.
static void one_time(struct kml *kml, size_t t)
{
    const struct export_time *time = &kml->p->time[t];
    int64_t end = t + 1 < kml->p->n_times ? kml->p->time[t + 1].t_ns : time->t_ns;
    char dtg[CORE_TIME_TEXT], name[80], id[8];
    core_time_dtg(time->t_ns, dtg);
    folder_open(kml, dtg, false);
    for (size_t i = time->n_regions; i-- > 0;) {
        snprintf(name, sizeof name, "%.0f %% at %s", 100 * time->region[i].mass, dtg);
        snprintf(id, sizeof id, "p%.0f", 100 * time->region[i].mass);
        placemark_open(kml, name, NULL, time->t_ns, end, id);
        polygons(kml, time->region[i].ring, time->region[i].n_rings);
        export_xml_close(&kml->xml);
    }
    if (time->has_moments) {
        snprintf(name, sizeof name, "Datum %s", dtg);
        placemark_open(kml, name, NULL, time->t_ns, end, "datum");
        point(kml, time->moments.mean);
        export_xml_close(&kml->xml);
    }
    export_xml_close(&kml->xml);
}

static void tracks(struct kml *kml)
{
    const struct export_product *p = kml->p;
    struct geo_pos *pos = CORE_ARENA_NEW(&kml->arena, struct geo_pos, p->n_times + 1);
    if (!pos) {
        kml->status = core_err_nomem(kml->err);
        return;
    }
    folder_open(kml, "Datum and sample tracks", false);
    size_t n = 0;
    for (size_t i = 0; i < p->n_times; i++)
        if (p->time[i].has_moments)
            pos[n++] = p->time[i].moments.mean;
    if (n > 1) {
        placemark_open(kml, "Datum track", NULL, p->start_ns, p->until_ns, "datum");
        line(kml, pos, n);
        export_xml_close(&kml->xml);
    }
    for (size_t k = 0; k < p->n_tracks && k < MAX_TRACKS; k++) {
        char name[32];
        snprintf(name, sizeof name, "Track %zu", k + 1);
        for (size_t i = 0; i < p->n_times; i++)
            pos[i] =
                (struct geo_pos){p->track_lat_deg[k * p->n_times + i], p->track_lon_deg[k * p->n_times + i]};
        placemark_open(kml, name, NULL, p->start_ns, p->until_ns, "track");
        line(kml, pos, p->n_times);
        export_xml_close(&kml->xml);
    }
    export_xml_close(&kml->xml);
}

static void unit(struct kml *kml, size_t i)
{
    const struct plan_area *a = &kml->p->plan->area[i];
    const char *id = kml->p->asset[a->asset].id;
    struct prob_ring ring = {.pos = (struct geo_pos *)a->corner, .n = 4};
    char label[EXPORT_LABEL], style_id[32], text[300], from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    export_task_label(i, label);
    core_time_dtg(a->start_ns, from);
    core_time_dtg(a->end_ns, to);
    snprintf(style_id, sizeof style_id, "unit%zu", i + 1);
    snprintf(text, sizeof text, "%s %s, %s to %s, spacing %.1f NM, POD %.0f %%, POS %.0f %%", a->pattern,
             export_task_pattern(a->pattern), from, to, core_nm_from_m(a->spacing_m), 100 * a->pod,
             100 * a->pos);
    struct geo_pos *legs = CORE_ARENA_NEW(&kml->arena, struct geo_pos, a->n_waypoints + 1);
    if (!legs) {
        kml->status = core_err_nomem(kml->err);
        return;
    }
    for (size_t k = 0; k < a->n_waypoints; k++)
        legs[k] = a->waypoint[k].pos;
    char name[EXPORT_LABEL + 256];
    snprintf(name, sizeof name, "%s %.200s", label, id);
    folder_open(kml, name, true);
    placemark_open(kml, "Area", text, a->start_ns, a->end_ns, style_id);
    polygons(kml, &ring, 1);
    export_xml_close(&kml->xml);
    placemark_open(kml, "Legs", NULL, a->start_ns, a->end_ns, style_id);
    line(kml, legs, a->n_waypoints);
    export_xml_close(&kml->xml);
    placemark_open(kml, "Commence search point", NULL, a->start_ns, a->end_ns, style_id);
    point(kml, a->csp);
    export_xml_close(&kml->xml);
    export_xml_close(&kml->xml);
}

enum ph_status export_plan_kml(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    struct kml kml = {.p = p, .err = err};
    enum ph_status status = export_xml_begin(&kml.xml, err);
    if (status)
        return status;
    export_xml_open(&kml.xml, "kml");
    export_xml_attr(&kml.xml, "xmlns", "http://www.opengis.net/kml/2.2");
    export_xml_open(&kml.xml, "Document");
    export_xml_text(&kml.xml, "name", p->case_name);
    export_xml_textf(&kml.xml, "description", "Pharos %s, case %.64s, seed %llu, %zu particles",
                     p->program_version, p->case_sha256, (unsigned long long)p->seed, p->particles);
    styles(&kml);
    for (size_t i = 0; p->plan && i < p->plan->n_areas; i++)
        unit(&kml, i);
    folder_open(&kml, "Probability", false);
    for (size_t i = 0; i < p->n_times; i++)
        one_time(&kml, i);
    export_xml_close(&kml.xml);
    tracks(&kml);
    export_xml_close(&kml.xml);
    export_xml_close(&kml.xml);
    status = export_xml_end(&kml.xml, out, err);
    core_arena_fini(&kml.arena);
    return kml.status ? kml.status : status;
}
