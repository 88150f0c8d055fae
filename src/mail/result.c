#include "mail/result.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/xml.h"
#include "geo/notation.h"

enum { ROWS = 6 };
#define NM2 (CORE_M_PER_NM * CORE_M_PER_NM)

// Output times at which something is afloat, ROWS of them spread over the drift, the last one included.
static size_t rows_choose(const struct export_product *p, size_t row[ROWS])
{
    size_t first = 0, n = 0;
    while (first < p->n_times && !p->time[first].has_moments)
        first++;
    for (size_t i = 1; i <= ROWS && first < p->n_times; i++) {
        size_t t = first + i * (p->n_times - 1 - first) / ROWS;
        if (p->time[t].has_moments && (!n || row[n - 1] != t))
            row[n++] = t;
    }
    return n;
}

static const struct prob_region *region_of(const struct export_time *t, double mass)
{
    for (size_t i = 0; i < t->n_regions; i++)
        if (t->region[i].mass > mass - 1e-9 && t->region[i].mass < mass + 1e-9)
            return &t->region[i];
    return NULL;
}

static void row_put(const struct export_time *t, struct core_buf *out)
{
    char dtg[CORE_TIME_TEXT], pos[GEO_TEXT];
    const struct prob_region *half = region_of(t, 0.5), *most = region_of(t, 0.95);
    core_time_dtg(t->t_ns, dtg);
    geo_pos_format_spaced(t->moments.mean, 1, pos);
    core_buf_printf(out, "%s  %s  %6.0f %6.0f\n", dtg, pos, half ? half->area_m2 / NM2 : 0,
                    most ? most->area_m2 / NM2 : 0);
}

static void asked_put(const struct export_product *p, const struct mail_request *r, struct core_buf *out)
{
    char dtg[CORE_TIME_TEXT], pos[GEO_TEXT];
    core_time_dtg(r->start_ns, dtg);
    geo_pos_format_spaced(r->pos, 1, pos);
    core_buf_printf(out, "DRIFT FROM %s AT %s\n50 PCT WITHIN %.1f NM, %.0f H, %s", pos, dtg,
                    core_nm_from_m(r->radius_m), r->duration_h, r->object);
    if (r->persons)
        core_buf_printf(out, ", %d PERSONS", r->persons);
    core_buf_puts(out, "\n");
    if (r->as_text)
        core_buf_puts(out, "READ FROM THE WORDS OF THE MAIL: CHECK POSITION, TIME AND CRAFT.\n");
    for (size_t i = 0; i < p->n_sources; i++)
        core_buf_printf(out, "%s: %s (%.0f PCT)\n", p->source[i].kind, p->source[i].text,
                        100 * p->source[i].fraction);
}

enum ph_status mail_result_text(const struct export_product *p, const struct mail_request *request,
                                struct core_buf *out, struct ph_err *err)
{
    size_t row[ROWS], n = rows_choose(p, row);
    const struct export_time *last = &p->time[p->n_times - 1];
    asked_put(p, request, out);
    core_buf_puts(out, "\nTIME                DATUM                      50 PCT 95 PCT (NM2)\n");
    for (size_t i = 0; i < n; i++)
        row_put(&p->time[row[i]], out);
    core_buf_printf(out, "\nAT THE END %.0f PCT ADRIFT, %.0f PCT ASHORE\n", 100 * last->active_mass,
                    100 * last->stranded_mass);
    for (const struct core_warning *w = p->job->first_warning; w; w = w->next)
        core_buf_printf(out, "WARNING: %s\n", w->text);
    core_buf_printf(out, "\nPOSITIONS WGS84, TIMES UTC. PHAROS %s, CASE %.12s, SEED %llu.\n",
                    p->program_version, p->case_sha256, (unsigned long long)p->seed);
    return core_buf_check(out, err);
}

static void point_put(struct export_xml *xml, const char *element, const struct export_time *t, bool named)
{
    char zulu[CORE_TIME_TEXT], name[16];
    core_time_zulu(t->t_ns, zulu);
    snprintf(name, sizeof name, "DTM %.5s", zulu);
    export_xml_open(xml, element);
    export_xml_attrf(xml, "lat", "%.5f", t->moments.mean.lat_deg);
    export_xml_attrf(xml, "lon", "%.5f", core_deg_wrap180(t->moments.mean.lon_deg));
    export_xml_time(xml, "time", t->t_ns);
    if (named)
        export_xml_text(xml, "name", name);
    export_xml_close(xml);
}

enum ph_status mail_result_gpx(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    struct export_xml xml;
    size_t row[ROWS], n = rows_choose(p, row);
    enum ph_status status = export_xml_begin(&xml, err);
    if (status)
        return status;
    export_xml_open(&xml, "gpx");
    export_xml_attr(&xml, "version", "1.1");
    export_xml_attrf(&xml, "creator", "Pharos %s", p->program_version);
    export_xml_attr(&xml, "xmlns", "http://www.topografix.com/GPX/1/1");
    for (size_t i = 0; i < n; i++)
        point_put(&xml, "wpt", &p->time[row[i]], true);
    export_xml_open(&xml, "trk");
    export_xml_text(&xml, "name", "DATUM");
    export_xml_open(&xml, "trkseg");
    for (size_t t = 0; t < p->n_times; t++)
        if (p->time[t].has_moments)
            point_put(&xml, "trkpt", &p->time[t], false);
    export_xml_close(&xml);
    export_xml_close(&xml);
    export_xml_close(&xml);
    return export_xml_end(&xml, out, err);
}

void mail_result_refusal(const struct ph_err *why, struct core_buf *out)
{
    core_buf_printf(out, "THIS MAIL COULD NOT BE ANSWERED WITH A DRIFT.\n\n%s%s%s\n", why->where,
                    why->where[0] ? ": " : "", why->what);
    if (why->fix[0])
        core_buf_printf(out, "WHAT TO DO: %s\n", why->fix);
    core_buf_puts(
        out,
        "\nTHE FORM (ONE KEY A LINE, OR ENDED BY ;):\n"
        "latitude=33.1667\nlongitude=12.5000\nobject_type=27\nradius=1000\nduration=24\n"
        "start_time=2016-08-29T02:00Z\n\n"
        "OBJECT_TYPE IS A NUMBER OF THE LEEWAY TABLE, A CLASS (LIFE-RAFT-NB-2) OR A PRESET\n"
        "(rubber-boat-overloaded, wooden-boat, people-in-water). RADIUS IN METRES, DURATION IN HOURS.\n");
}
