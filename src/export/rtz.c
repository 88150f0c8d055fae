// tasks/ASSET.rtz: the route for an ECDIS (IEC 61174:2015 Annex S, RTZ 1.0; 1.2 is the later PAS by CIRM).
// Rhumb-line legs, times of arrival in a manual schedule. 1.0 spells it "sheduleElement".
#include "export/product.h"

#include <math.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "export/task.h"
#include "export/xml.h"

struct version {
    const char *number, *space, *schedule_element;
    bool has_revision;
};

static const struct version version_1_0 = {"1.0", "http://www.cirm.org/RTZ/1/0", "sheduleElement", false};
static const struct version version_1_2 = {"1.2", "http://www.cirm.org/RTZ/1/2", "scheduleElement", true};

// XML attribute of a time.
static void attr_time(struct export_xml *xml, const char *name, int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    export_xml_attr(xml, name, text);
}

// RTZ longitudes are in [-180, 180): what rounds to 180 is -180.
static double longitude(double deg)
{
    double rounded = round(core_deg_wrap180(deg) * 1e6) / 1e6;
    return rounded >= 180 ? -180 : rounded;
}

static void route_info(struct export_xml *xml, const struct export_product *p, size_t area)
{
    const struct plan_area *a = &p->plan->area[area];
    char stem[EXPORT_STEM];
    export_task_stem(p, area, stem);
    export_xml_open(xml, "routeInfo");
    export_xml_attr(xml, "routeName", stem);
    export_xml_attrf(xml, "routeAuthor", "Pharos %s", p->program_version);
    export_xml_attrf(xml, "routeStatus", "search %s, check against chart before use", a->pattern);
    attr_time(xml, "validityPeriodStart", a->start_ns);
    attr_time(xml, "validityPeriodStop", a->end_ns);
    export_xml_attr(xml, "vesselName", p->asset[a->asset].id);
    export_xml_close(xml);
}

static void leg(struct export_xml *xml, const struct export_product *p, const struct plan_area *a, size_t i)
{
    struct export_leg way = export_task_leg(a->waypoint[i - 1].pos, a->waypoint[i].pos);
    double speed = p->asset[a->asset].speed_kn;
    export_xml_open(xml, "leg");
    export_xml_attr(xml, "geometryType", "Loxodrome");
    export_xml_attrf(xml, "speedMin", "%.1f", speed);
    export_xml_attrf(xml, "speedMax", "%.1f", speed);
    export_xml_attrf(xml, "legInfo", "%s leg %zu: %03.0f deg, %.1f NM", a->pattern, i,
                     fmod(round(way.course_deg), 360), core_nm_from_m(way.length_m));
    export_xml_close(xml);
}

static void waypoints(struct export_xml *xml, const struct export_product *p, size_t area,
                      const struct version *v)
{
    const struct plan_area *a = &p->plan->area[area];
    char label[EXPORT_LABEL];
    export_task_label(area, label);
    export_xml_open(xml, "waypoints");
    for (size_t i = 0; i < a->n_waypoints; i++) {
        export_xml_open(xml, "waypoint");
        export_xml_attrf(xml, "id", "%zu", i + 1);
        if (v->has_revision)
            export_xml_attr(xml, "revision", "0");
        if (i)
            export_xml_attrf(xml, "name", "%s-%02zu", label, i + 1);
        else
            export_xml_attrf(xml, "name", "%s CSP", label);
        export_xml_open(xml, "position");
        export_xml_attrf(xml, "lat", "%.6f", a->waypoint[i].pos.lat_deg);
        export_xml_attrf(xml, "lon", "%.6f", longitude(a->waypoint[i].pos.lon_deg));
        export_xml_close(xml);
        if (i)
            leg(xml, p, a, i);
        export_xml_close(xml);
    }
    export_xml_close(xml);
}

static void schedule(struct export_xml *xml, const struct export_product *p, size_t area,
                     const struct version *v)
{
    const struct plan_area *a = &p->plan->area[area];
    export_xml_open(xml, "schedules");
    export_xml_open(xml, "schedule");
    export_xml_attr(xml, "id", "1");
    export_xml_attr(xml, "name", "Search");
    export_xml_open(xml, "manual");
    for (size_t i = 0; i < a->n_waypoints; i++) {
        export_xml_open(xml, v->schedule_element);
        export_xml_attrf(xml, "waypointId", "%zu", i + 1);
        attr_time(xml, i ? "eta" : "etd", a->waypoint[i].t_ns);
        if (i)
            export_xml_attrf(xml, "speed", "%.1f", p->asset[a->asset].speed_kn);
        export_xml_close(xml);
    }
    export_xml_close(xml);
    export_xml_close(xml);
    export_xml_close(xml);
}

static enum ph_status route(const struct export_product *p, size_t area, const struct version *v,
                            struct core_buf *out, struct ph_err *err)
{
    struct export_xml xml;
    if (p->plan->area[area].n_waypoints < 2)
        return core_err_set(err, PH_EINTERNAL, p->asset[p->plan->area[area].asset].id, NULL,
                            "a route needs at least two waypoints");
    enum ph_status status = export_xml_begin(&xml, err);
    if (status)
        return status;
    export_xml_open(&xml, "route");
    export_xml_attr(&xml, "xmlns", v->space);
    export_xml_attr(&xml, "version", v->number);
    route_info(&xml, p, area);
    waypoints(&xml, p, area, v);
    schedule(&xml, p, area, v);
    export_xml_close(&xml);
    return export_xml_end(&xml, out, err);
}

enum ph_status export_task_rtz(const struct export_product *p, size_t area, struct core_buf *out,
                               struct ph_err *err)
{
    return route(p, area, &version_1_0, out, err);
}

enum ph_status export_task_rtz12(const struct export_product *p, size_t area, struct core_buf *out,
                                 struct ph_err *err)
{
    return route(p, area, &version_1_2, out, err);
}
