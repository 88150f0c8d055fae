// One page for each unit: where it begins, what it flies, its waypoints, and why its sweep width is what it
// is.
#include "export/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/task.h"

static double nm(double m)
{
    return core_nm_from_m(m);
}

static int degrees(double deg)
{
    return (int)lround(core_deg_wrap360(deg)) % 360;
}

static void fact(struct core_buf *out, const char *name, const char *value)
{
    core_buf_printf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static void heading(const struct export_product *p, const struct plan_area *a, size_t area,
                    struct core_buf *out)
{
    char label[EXPORT_LABEL], csp[GEO_TEXT], dtg[CORE_TIME_TEXT], platform[120];
    export_task_label(area, label);
    export_task_platform(&p->asset[a->asset], platform, sizeof platform);
    core_buf_puts(out, "<section class=\"page\">\n<h2>");
    export_report_swatch(out, area);
    core_buf_printf(out, "%s <bdi>", label);
    export_letters_html(out, p->asset[a->asset].id);
    core_buf_printf(out, "</bdi> \xc2\xb7 %s (%s)</h2>\n<p class=\"soft\">", export_task_pattern(a->pattern),
                    a->pattern);
    export_letters_html(out, platform);
    if (p->asset[a->asset].base_text && *p->asset[a->asset].base_text) {
        core_buf_puts(out, " \xc2\xb7 ");
        export_letters_html(out, p->asset[a->asset].base_text);
    }
    geo_pos_format(a->csp, export_task_decimals(a), csp);
    core_time_dtg(a->start_ns, dtg);
    core_buf_printf(out,
                    "</p>\n<p class=\"soft\" style=\"margin:0\">Commence search point</p>\n<p "
                    "class=\"csp\">%s at %s</p>\n",
                    csp, dtg);
}

static void facts(const struct export_product *p, const struct plan_area *a, struct core_buf *out)
{
    char text[96], from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    char percent[EXPORT_PERCENT];
    core_buf_puts(out, "<dl>\n");
    core_time_zulu(a->start_ns, from);
    core_time_zulu(a->leave_ns, to);
    snprintf(text, sizeof text, "%s\xe2\x80\x93%s (%.1f h)", from, to,
             (double)(a->leave_ns - a->start_ns) / 3.6e12);
    fact(out, "On scene", text);
    core_time_zulu(a->end_ns, to);
    fact(out, "Last leg ends", to);
    snprintf(text, sizeof text, "%.1f \xc3\x97 %.1f NM", nm(a->length_m), nm(a->width_m));
    fact(out, "Area", text);
    snprintf(text, sizeof text, "%03d\xc2\xb0 / %03d\xc2\xb0", degrees(a->orientation_deg),
             degrees(a->orientation_deg + 180));
    fact(out, "Long side", text);
    snprintf(text, sizeof text, "%.1f NM", nm(a->spacing_m));
    fact(out, "Track spacing", text);
    fact(out, "Creep", a->creep ? a->creep : "\xe2\x80\x93");
    snprintf(text, sizeof text, "%.0f NM", nm(a->track_m));
    fact(out, "Track length", text);
    snprintf(text, sizeof text, "%.2f NM", nm(a->sweep_m));
    fact(out, "Sweep width", text);
    snprintf(text, sizeof text, "%.2f", a->coverage);
    fact(out, "Coverage", text);
    export_report_percent(a->poc, percent);
    fact(out, "POC (they are in the area)", percent);
    export_report_percent(a->pod, percent);
    fact(out, "POD (seen if there)", percent);
    export_report_percent(a->pos, percent);
    fact(out, "POS added to the plan", percent);
    export_report_percent(a->pos_other, percent);
    fact(out, p->detection_random ? "POS, ideal conditions" : "POS, random search", percent);
    if (a->transit_s > 0) {
        snprintf(text, sizeof text, "%.0f / %.0f min", a->transit_s / 60, a->return_s / 60);
        fact(out, "Transit out / back", text);
    }
    core_buf_puts(out, "</dl>\n");
    if (a->leave_ns > a->end_ns)
        core_buf_printf(
            out,
            "<p class=\"soft\">%.0f %% of the time on scene is kept for turns and for looking at "
            "contacts: legs are timed at search speed, the time kept lies after the last leg.</p>\n",
            100 * p->asset[a->asset].turn_allowance_frac);
}

static void waypoint_row(const struct plan_area *a, size_t i, struct core_buf *out)
{
    char pos[GEO_TEXT], zulu[CORE_TIME_TEXT], course[16] = "CSP", way[16] = "";
    geo_pos_format(a->waypoint[i].pos, export_task_decimals(a), pos);
    core_time_zulu(a->waypoint[i].t_ns, zulu);
    if (i) {
        struct export_leg leg = export_task_leg(a->waypoint[i - 1].pos, a->waypoint[i].pos);
        snprintf(course, sizeof course, "%03d\xc2\xb0", degrees(leg.course_deg));
        snprintf(way, sizeof way, "%.1f NM", nm(leg.length_m));
    }
    core_buf_printf(out,
                    "<tr><td class=\"n\">%zu</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td "
                    "class=\"p\"><b>%s</b></td>"
                    "<td class=\"p\">%s</td><td class=\"n\">+%.0f</td></tr>\n",
                    i + 1, course, way, pos, zulu, (double)(a->waypoint[i].t_ns - a->start_ns) / 6e10);
}

static void waypoints(const struct plan_area *a, struct core_buf *out)
{
    core_buf_puts(out, "<h3>Waypoints</h3>\n<div class=\"wide\"><table><thead><tr><th class=\"n\">#</th><th "
                       "class=\"n\">True "
                       "course</th><th class=\"n\">Distance</th><th>Position</th><th>Time</th><th "
                       "class=\"n\">Minutes</th></tr>"
                       "</thead><tbody>\n");
    for (size_t i = 0; i < a->n_waypoints; i++)
        waypoint_row(a, i, out);
    core_buf_puts(out, "</tbody></table></div>\n");
}

static void corners(const struct plan_area *a, struct core_buf *out)
{
    core_buf_puts(out, "<p><b>Corners</b> ");
    for (int i = 0; i < 4; i++) {
        char pos[GEO_TEXT];
        geo_pos_format(a->corner[i], export_task_decimals(a), pos);
        core_buf_printf(out, "%s%s", i ? " \xc2\xb7 " : "", pos);
    }
    core_buf_puts(out, "</p>\n");
}

static void factor_row(const struct sensor_factor *f, struct core_buf *out)
{
    bool is_table = f->name[0] == 't' || f->name[0] == 'g';
    core_buf_puts(out, "<tr><td>");
    export_letters_html(out, f->name);
    core_buf_printf(out,
                    is_table ? "</td><td class=\"n\">%.2f NM</td><td>"
                             : "</td><td class=\"n\">\xc3\x97 %.2f</td><td>",
                    f->value);
    export_letters_html(out, f->reason);
    core_buf_puts(out, "</td><td class=\"soft\">");
    export_letters_html(out, f->source);
    core_buf_puts(out, "</td></tr>\n");
}

// Objects that are seen alike share one block.
static bool is_alike(const struct sensor_sweep *a, const struct sensor_sweep *b)
{
    bool same = a->width_nm == b->width_nm && a->n_factors == b->n_factors &&
                !strcmp(a->search_object, b->search_object);
    for (size_t i = 0; same && i < a->n_factors; i++)
        same = a->factor[i].value == b->factor[i].value && !strcmp(a->factor[i].reason, b->factor[i].reason);
    return same;
}

static size_t first_alike(const struct export_asset *asset, size_t i)
{
    size_t first = 0;
    while (!is_alike(&asset->sweep[first], &asset->sweep[i]))
        first++;
    return first;
}

static void sweep_block(const struct export_product *p, const struct export_asset *asset, size_t i,
                        struct core_buf *out)
{
    const struct sensor_sweep *s = &asset->sweep[i];
    core_buf_puts(out, "<tr><td colspan=\"4\"><b>");
    for (size_t k = i; k < p->n_objects; k++) {
        if (first_alike(asset, k) != i)
            continue;
        core_buf_puts(out, k > i ? "; <bdi>" : "<bdi>");
        export_letters_html(out, p->object[k].label ? p->object[k].label : p->object[k].id);
        core_buf_puts(out, "</bdi>");
    }
    core_buf_puts(out, "</b>, seen as ");
    export_letters_html(out, s->search_object);
    core_buf_puts(out, "</td></tr>\n");
    for (size_t k = 0; k < s->n_factors; k++)
        factor_row(&s->factor[k], out);
    core_buf_printf(
        out,
        "<tr><td class=\"p\"><b>Sweep width</b></td><td class=\"n\"><b>%.2f NM</b></td><td colspan=\"2\">"
        "</td></tr>\n",
        s->width_nm);
}

static void sweep_widths(const struct export_product *p, const struct export_asset *asset,
                         struct core_buf *out)
{
    if (!asset->sweep)
        return;
    core_buf_puts(
        out, "<h3>Sweep width, factor by factor</h3>\n<div class=\"wide\"><table><thead><tr><th>Factor</th>"
             "<th class=\"n\">Value</th><th>Because</th><th>Source</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < p->n_objects; i++)
        if (first_alike(asset, i) == i)
            sweep_block(p, asset, i, out);
    core_buf_puts(out, "</tbody></table></div>\n");
}

// The output time nearest to the middle of this unit's search.
static size_t time_of(const struct export_product *p, const struct plan_area *a)
{
    size_t best = 0;
    int64_t middle = a->start_ns / 2 + a->end_ns / 2;
    for (size_t i = 1; i < p->n_times; i++)
        if (llabs(p->time[i].t_ns - middle) < llabs(p->time[best].t_ns - middle))
            best = i;
    return best;
}

enum ph_status export_report_unit(const struct export_product *p, size_t area, struct core_buf *out,
                                  struct ph_err *err)
{
    const struct plan_area *a = &p->plan->area[area];
    heading(p, a, area, out);
    facts(p, a, out);
    core_buf_puts(out, "<figure class=\"unit\">\n");
    enum ph_status status =
        export_report_picture(p, time_of(p, a), area, "Legs with numbered waypoints", out, err);
    core_buf_puts(out, "</figure>\n");
    corners(a, out);
    waypoints(a, out);
    sweep_widths(p, &p->asset[a->asset], out);
    core_buf_puts(out, "</section>\n");
    return status;
}
