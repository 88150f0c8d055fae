// tasks/ASSET.gpx: GPX 1.1 as OpenCPN and old plotters read it: names of at most ten letters, children in the
// order of the schema, at most 200 points in a route.
#include "export/product.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/task.h"
#include "export/xml.h"

enum { ROUTE_POINTS = 200, PLOTTER = 10 };

struct gpx {
    struct export_xml xml;
    const struct export_product *p;
    const struct plan_area *area;
    size_t index;
    char label[EXPORT_LABEL];
};

static void guid_put(struct gpx *gpx, const char *name, struct geo_pos pos, int64_t t_ns)
{
    char guid[EXPORT_GUID];
    export_task_guid(gpx->p, gpx->index, name, pos, t_ns, guid);
    export_xml_text(&gpx->xml, "opencpn:guid", guid);
}

static void place_open(struct gpx *gpx, const char *element, struct geo_pos pos)
{
    export_xml_open(&gpx->xml, element);
    export_xml_attrf(&gpx->xml, "lat", "%.6f", pos.lat_deg);
    export_xml_attrf(&gpx->xml, "lon", "%.6f", core_deg_wrap180(pos.lon_deg));
}

// time, name, desc, sym, type, extensions: the order of the schema.
static void place(struct gpx *gpx, const char *element, const char *name, const char *desc, const char *sym,
                  struct geo_pos pos, int64_t t_ns)
{
    struct export_xml *xml = &gpx->xml;
    place_open(gpx, element, pos);
    export_xml_time(xml, "time", t_ns);
    export_xml_text(xml, "name", name);
    export_xml_text(xml, "desc", desc);
    export_xml_text(xml, "sym", sym);
    export_xml_text(xml, "type", "WPT");
    export_xml_open(xml, "extensions");
    guid_put(gpx, name, pos, t_ns);
    export_xml_text(xml, "opencpn:viz_name", "1");
    export_xml_close(xml);
    export_xml_close(xml);
}

static void metadata(struct gpx *gpx)
{
    struct export_xml *xml = &gpx->xml;
    const struct export_product *p = gpx->p;
    export_xml_open(xml, "metadata");
    export_xml_textf(xml, "name", "%s %s", gpx->label, p->asset[gpx->area->asset].id);
    export_xml_textf(xml, "desc", "%s. Search pattern %s. Case %.64s, Pharos %s.", p->case_name,
                     gpx->area->pattern, p->case_sha256, p->program_version);
    export_xml_time(xml, "time", p->created_ns ? p->created_ns : gpx->area->start_ns);
    export_xml_close(xml);
}

static void marks(struct gpx *gpx)
{
    const struct plan_area *a = gpx->area;
    char name[16], desc[200], zulu[CORE_TIME_TEXT];
    core_time_zulu(a->start_ns, zulu);
    snprintf(name, sizeof name, "%.6sCSP", gpx->label);
    snprintf(desc, sizeof desc, "Commence search point, %s. Track spacing %.1f NM, creep %s.", zulu,
             core_nm_from_m(a->spacing_m), a->creep ? a->creep : "-");
    place(gpx, "wpt", name, desc, "diamond", a->csp, a->start_ns);
    if (!gpx->p->n_times || !gpx->p->time[export_plan_time(gpx->p)].has_moments)
        return;
    const struct export_time *time = &gpx->p->time[export_plan_time(gpx->p)];
    core_time_zulu(time->t_ns, zulu);
    snprintf(name, sizeof name, "DTM %.5s", zulu);
    snprintf(desc, sizeof desc, "Datum (mean position) at %s", zulu);
    place(gpx, "wpt", name, desc, "circle", time->moments.mean, time->t_ns);
}

static void route_extensions(struct gpx *gpx, const char *name, size_t from)
{
    struct export_xml *xml = &gpx->xml;
    const struct plan_waypoint *first = &gpx->area->waypoint[from];
    export_xml_open(xml, "extensions");
    guid_put(gpx, name, first->pos, first->t_ns);
    export_xml_text(xml, "opencpn:viz", "1");
    export_xml_textf(xml, "opencpn:planned_speed", "%.2f", gpx->p->asset[gpx->area->asset].speed_kn);
    export_xml_time(xml, "opencpn:planned_departure", first->t_ns);
    export_xml_text(xml, "opencpn:time_display", "UTC");
    export_xml_close(xml);
}

// name, desc, number, type, extensions, then the points.
static void route(struct gpx *gpx, size_t part, size_t n_parts, size_t from, size_t to)
{
    const struct plan_area *a = gpx->area;
    char name[64], point[16], desc[120], zulu[CORE_TIME_TEXT], unit[16];
    export_letters_plotter(gpx->p->asset[a->asset].id, n_parts > 1 ? 4 : 6, unit, sizeof unit);
    snprintf(name, sizeof name, "%s %s", gpx->label, *unit ? unit : a->pattern);
    if (n_parts > 1)
        snprintf(name + strlen(name), sizeof name - strlen(name), "/%zu", part + 1);
    name[PLOTTER] = '\0';
    export_xml_open(&gpx->xml, "rte");
    export_xml_text(&gpx->xml, "name", name);
    export_xml_textf(&gpx->xml, "desc", "%s %s, part %zu of %zu", a->pattern, export_task_pattern(a->pattern),
                     part + 1, n_parts);
    export_xml_textf(&gpx->xml, "number", "%zu", part + 1);
    export_xml_text(&gpx->xml, "type", a->pattern);
    route_extensions(gpx, name, from);
    for (size_t i = from; i <= to; i++) {
        core_time_zulu(a->waypoint[i].t_ns, zulu);
        snprintf(point, sizeof point, "%.5s-%02zu", gpx->label, i + 1);
        snprintf(desc, sizeof desc, "Waypoint %zu of %zu, %s", i + 1, a->n_waypoints, zulu);
        place(gpx, "rtept", point, desc, "diamond", a->waypoint[i].pos, a->waypoint[i].t_ns);
    }
    export_xml_close(&gpx->xml);
}

static void routes(struct gpx *gpx)
{
    size_t n = gpx->area->n_waypoints, n_parts = n > 1 ? (n - 2) / (ROUTE_POINTS - 1) + 1 : n;
    for (size_t part = 0; part < n_parts; part++) {
        size_t from = part * (ROUTE_POINTS - 1); // parts share a point, so that no leg is lost
        size_t to = from + ROUTE_POINTS - 1 < n ? from + ROUTE_POINTS - 1 : n - 1;
        route(gpx, part, n_parts, from, to);
    }
}

enum ph_status export_task_gpx(const struct export_product *p, size_t area, struct core_buf *out,
                               struct ph_err *err)
{
    struct gpx gpx = {.p = p, .area = &p->plan->area[area], .index = area};
    export_task_label(area, gpx.label);
    enum ph_status status = export_xml_begin(&gpx.xml, err);
    if (status)
        return status;
    export_xml_open(&gpx.xml, "gpx");
    export_xml_attr(&gpx.xml, "version", "1.1");
    export_xml_attr(&gpx.xml, "creator", "Pharos");
    export_xml_attr(&gpx.xml, "xmlns", "http://www.topografix.com/GPX/1/1");
    export_xml_attr(&gpx.xml, "xmlns:opencpn", "http://www.opencpn.org");
    metadata(&gpx);
    marks(&gpx);
    routes(&gpx);
    return export_xml_end(&gpx.xml, out, err);
}
