// report.html: one file without network or script. One glance first, then a page for each unit, then what it
// all rests on.
#include "export/report.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/map.h"
#include "export/map_style.h"
#include "export/report_css.h"
#include "export/task.h"

enum { PICTURE_PX = 1000 };

void export_report_percent(double frac, char out[EXPORT_PERCENT])
{
    if (!isfinite(frac))
        snprintf(out, EXPORT_PERCENT, "\xe2\x80\x93");
    else if (frac > 0 && frac < 0.01)
        snprintf(out, EXPORT_PERCENT, "&lt; 1 %%");
    else if (frac > 0.99 && frac < 1)
        snprintf(out, EXPORT_PERCENT, "&gt; 99 %%");
    else
        snprintf(out, EXPORT_PERCENT, "%.0f %%", 100 * frac);
}

// The unit's own line, as on the map.
void export_report_swatch(struct core_buf *out, size_t unit)
{
    const struct export_style_unit *style = export_style_unit(unit);
    core_buf_puts(out, "<svg class=\"line\" viewBox=\"0 0 44 12\" aria-hidden=\"true\">");
    if (style->is_double) {
        core_buf_printf(out, "<path d=\"M0 4H44M0 8H44\" stroke=\"%s\" stroke-width=\"2\"/>", style->colour);
    } else {
        core_buf_printf(out, "<path d=\"M0 6H44\" stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"",
                        style->colour);
        for (int i = 0; i < style->n_dash; i++)
            core_buf_printf(out, "%s%g", i ? " " : "", style->dash[i]);
        core_buf_puts(out, style->n_dash ? "\"/>" : "none\"/>");
    }
    core_buf_puts(out, "</svg>");
}

enum ph_status export_report_picture(const struct export_product *p, size_t t, size_t area, const char *alt,
                                     struct core_buf *out, struct ph_err *err)
{
    struct core_buf svg = {0};
    enum ph_status status = export_map_make(p, t, area, PICTURE_PX, EXPORT_MAP_SVG, &svg, err);
    size_t size = sodium_base64_encoded_len(svg.length, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = status ? NULL : malloc(size);
    if (base64) {
        sodium_bin2base64(base64, size, (const unsigned char *)svg.text, svg.length,
                          sodium_base64_VARIANT_ORIGINAL);
        core_buf_puts(out, "<img alt=\"");
        export_letters_html(out, alt);
        core_buf_puts(out, "\" src=\"data:image/svg+xml;base64,");
        core_buf_puts(out, base64);
        core_buf_puts(out, "\">\n");
    }
    free(base64);
    core_buf_fini(&svg);
    return status ? status : base64 ? PH_OK : core_err_nomem(err);
}

static void head(const struct export_product *p, struct core_buf *out)
{
    core_buf_puts(
        out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
             "content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" "
             "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n<title>");
    export_letters_html(out, p->case_name);
    core_buf_puts(out, " \xe2\x80\x93 search plan</title>\n<style>\n");
    core_buf_puts(out, report_css);
    core_buf_puts(out, report_css_print);
    core_buf_puts(out, "</style>\n</head>\n<body>\n<main>\n");
}

static void title(const struct export_product *p, struct core_buf *out)
{
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT], name[2048];
    core_time_dtg(p->plan ? p->plan->valid_from_ns : p->start_ns, from);
    core_time_dtg(p->plan ? p->plan->valid_to_ns : p->until_ns, to);
    export_letters_clean(p->case_name, 200, name, sizeof name);
    core_buf_puts(out, "<header>\n<h1><bdi>");
    export_letters_html(out, name);
    core_buf_printf(out, "</bdi></h1>\n<p class=\"soft\">Search plan valid %s to %s. All times UTC.</p>\n",
                    from, to);
    int persons = 0;
    for (size_t i = 0; i < p->n_objects; i++)
        persons = p->object[i].persons > persons ? p->object[i].persons : persons;
    if (persons)
        core_buf_printf(out, "<p><b>%d persons at risk</b></p>\n", persons);
    core_buf_puts(out, "</header>\n");
}

static void warnings(const struct export_product *p, struct core_buf *out)
{
    if (!p->job || !p->job->first_warning)
        return;
    core_buf_printf(
        out,
        "<div class=\"warn\" role=\"alert\"><b>\xe2\x96\xb2 %zu warning%s: trust this plan less</b><ul>\n",
        p->job->n_warnings, p->job->n_warnings == 1 ? "" : "s");
    for (const struct core_warning *w = p->job->first_warning; w; w = w->next) {
        core_buf_puts(out, "<li>");
        export_letters_html(out, w->text);
        core_buf_puts(out, "</li>\n");
    }
    core_buf_puts(out, "</ul></div>\n");
}

// One mark on the bar with its text; near the ends the text stays inside.
static void bar_mark(struct core_buf *out, double frac, const char *mark, const char *place, const char *text)
{
    double at = 100 * fmin(fmax(frac, 0), 1);
    const char *edge = at > 80 ? " edge" : at < 20 ? " start" : "";
    core_buf_printf(
        out, "<u class=\"%s\" style=\"left:%.1f%%\"></u><em class=\"%s%s\" style=\"left:%.1f%%\">%s</em>",
        mark, at, place, edge, at, text);
}

static void bar(const struct plan_result *plan, struct core_buf *out)
{
    char bound[EXPORT_PERCENT], manual[EXPORT_PERCENT], text[96];
    export_report_percent(plan->pos_bound, bound);
    export_report_percent(plan->manual_pos, manual);
    core_buf_printf(
        out,
        "<div class=\"bar\" role=\"img\" aria-label=\"bound %s, manual method %s\"><i style=\"width:%.1f%%\">"
        "</i>",
        bound, manual, 100 * fmin(fmax(plan->pos_total, 0), 1));
    snprintf(text, sizeof text, "no plan can exceed %s", bound);
    bar_mark(out, plan->pos_bound, "bound", "up", text);
    if (isfinite(plan->manual_pos)) {
        snprintf(text, sizeof text, "manual worksheet %s", manual);
        bar_mark(out, plan->manual_pos, "manual", "down", text);
    }
    core_buf_puts(out, "</div>\n");
}

// What would help most, from the figures at hand.
static void sentence(const struct export_product *p, struct core_buf *out)
{
    const struct plan_result *plan = p->plan;
    double reached = plan->pos_bound > 0 ? plan->pos_total / plan->pos_bound : 1;
    char other[EXPORT_PERCENT];
    core_buf_puts(out, "<p>");
    if (plan->n_unused)
        core_buf_printf(out, "%zu unit%s could not take part (below). ", plan->n_unused,
                        plan->n_unused == 1 ? "" : "s");
    if (reached >= 0.9)
        core_buf_puts(
            out, "These units are used almost as well as they can be: only more units, more hours or better "
                 "visibility would raise the chance. ");
    else
        core_buf_printf(out, "The plan reaches %.0f %% of what these units could do at best. ",
                        100 * reached);
    const struct plan_another *most = NULL;
    for (size_t i = 0; i < plan->n_another; i++)
        if (!most || plan->another[i].pos > most->pos)
            most = &plan->another[i];
    if (most && most->pos >= 0.005) {
        core_buf_printf(out, "Of single units another %s like <bdi>", p->asset[most->asset].type);
        export_letters_html(out, p->asset[most->asset].id);
        core_buf_printf(out, "</bdi> would help most: %.0f points. ", 100 * most->pos);
    }
    if (p->n_times && p->time[export_plan_time(p)].stranded_mass >= 0.05)
        core_buf_printf(out, "%.0f %% of the chance lies ashore: have the shore searched too. ",
                        100 * p->time[export_plan_time(p)].stranded_mass);
    export_report_percent(plan->pos_other, other);
    if (isfinite(plan->pos_other))
        core_buf_printf(out, "%s: %s.",
                        p->detection_random ? "In ideal conditions, with exact navigation"
                                            : "If navigation or conditions are poor (random search)",
                        other);
    core_buf_puts(out, "</p>\n");
}

// When, and what the plan raises if it is not simply the chance.
static void timely(const struct export_product *p, struct core_buf *out)
{
    const struct plan_result *plan = p->plan;
    char half[EXPORT_PERCENT], zulu[CORE_TIME_TEXT];
    if (!plan->n_moments)
        return;
    size_t k = plan->n_moments / 2 - 1;
    core_time_zulu(plan->moment[k].t_ns, zulu);
    export_report_percent(plan->moment[k].pos, half);
    core_buf_printf(out, "<p>By %s: %s. Mean time until found, or until the search is over: %.1f h. ", zulu,
                    half, plan->mean_time_s / 3600);
    if (p->objective == PLAN_EXPECTED_TIME)
        core_buf_puts(out, "This plan was asked to find them early: it may give up some chance for time. ");
    if (p->objective == PLAN_SURVIVAL && isfinite(plan->pos_alive)) {
        export_report_percent(plan->pos_alive, half);
        core_buf_printf(
            out,
            "This plan was asked to find them alive: by the published half-life without a buoyancy "
            "aid %s. People have outlived every such figure. ",
            half);
    }
    core_buf_puts(out, "</p>\n");
}

static void cumulative(const struct export_product *p, struct core_buf *out)
{
    char before[EXPORT_PERCENT], after[EXPORT_PERCENT];
    if (!isfinite(p->prior_pos) || (p->taught && p->taught->found)) // a find is among the warnings
        return;
    export_report_percent(p->prior_pos, before);
    core_buf_printf(
        out, "<p>Searches already flown had a chance of %s; nothing was found, and this plan knows it.",
        before);
    if (p->plan) {
        // the plan's POS is a share of what the searches have left
        export_report_percent(p->prior_pos + (1 - p->prior_pos) * p->plan->pos_total, after);
        core_buf_printf(out, " Together with this plan: %s.", after);
    }
    core_buf_puts(out, "</p>\n");
}

static void number(const struct export_product *p, struct core_buf *out)
{
    char percent[EXPORT_PERCENT], dtg[CORE_TIME_TEXT];
    if (p->plan && p->plan->n_areas) {
        core_time_dtg(p->plan->valid_to_ns, dtg);
        export_report_percent(p->plan->pos_total, percent);
        core_buf_printf(
            out, "<div class=\"number\"><strong>%s</strong><span>chance to find them by %s</span></div>\n",
            percent, dtg);
        bar(p->plan, out);
        sentence(p, out);
        timely(p, out);
    } else {
        core_buf_puts(
            out,
            p->plan && p->plan->n_unused
                ? "<p class=\"csp\">No unit can take part</p><p>The reasons are below the map.</p>\n"
                : "<p class=\"csp\">No unit is planned</p><p>Drift only: give assets in the case to get a "
                  "search plan.</p>\n");
    }
    cumulative(p, out);
}

static void unit_row(const struct export_product *p, size_t i, struct core_buf *out)
{
    const struct plan_area *a = &p->plan->area[i];
    char label[EXPORT_LABEL], from[CORE_TIME_TEXT], to[CORE_TIME_TEXT], csp[GEO_TEXT];
    char pod[EXPORT_PERCENT], pos[EXPORT_PERCENT], id[EXPORT_NAME];
    export_task_label(i, label);
    core_time_dtg(a->start_ns, from);
    core_time_zulu(a->leave_ns, to);
    geo_pos_format(a->csp, export_task_decimals(a), csp);
    export_report_percent(a->pod, pod);
    export_report_percent(a->pos, pos);
    export_letters_clean(p->asset[a->asset].id, 60, id, sizeof id);
    core_buf_puts(out, "<tr><td class=\"id\">");
    export_report_swatch(out, i);
    core_buf_printf(out, "<b>%s <bdi>", label);
    export_letters_html(out, id);
    core_buf_printf(
        out, "</bdi></b></td><td data-l=\"Pattern\">%s %s</td><td data-l=\"Commence\" class=\"p\">%s</td>",
        a->pattern, export_task_pattern(a->pattern), csp);
    core_buf_printf(out, "<td data-l=\"On scene\" class=\"p\">%.5s\xe2\x80\x93%s</td>", from + 2, to);
    core_buf_printf(out,
                    "<td data-l=\"Area\" class=\"n\">%.1f \xc3\x97 %.1f NM</td><td data-l=\"Spacing\" "
                    "class=\"n\">%.1f NM</td>",
                    core_nm_from_m(a->length_m), core_nm_from_m(a->width_m), core_nm_from_m(a->spacing_m));
    core_buf_printf(
        out, "<td data-l=\"POD\" class=\"n\">%s</td><td data-l=\"Adds\" class=\"n\"><b>%s</b></td></tr>\n",
        pod, pos);
}

static void units(const struct export_product *p, struct core_buf *out)
{
    if (!p->plan)
        return;
    if (p->plan->n_areas) {
        core_buf_puts(
            out,
            "<section>\n<h2>Units</h2>\n<div class=\"wide\"><table class=\"units\"><thead><tr><th>Unit</th>"
            "<th>Pattern</th><th>Commence search point</th><th>On scene</th><th class=\"n\">Area</th>"
            "<th class=\"n\">Spacing</th><th class=\"n\">POD</th><th class=\"n\">Adds (POS)</th></tr></thead>"
            "<tbody>\n");
        for (size_t i = 0; i < p->plan->n_areas; i++)
            unit_row(p, i, out);
        core_buf_puts(out, "</tbody></table></div>\n</section>\n");
    }
    if (!p->plan->n_unused)
        return;
    core_buf_puts(out, "<section>\n<h2>\xe2\x96\xb2 Units that could not take part</h2>\n<table><tbody>\n");
    for (size_t i = 0; i < p->plan->n_unused; i++) {
        core_buf_puts(out, "<tr><td class=\"id\"><b><bdi>");
        export_letters_html(out, p->asset[p->plan->unused[i].asset].id);
        core_buf_puts(out, "</bdi></b></td><td>");
        export_letters_html(out, p->plan->unused[i].why);
        core_buf_puts(out, "</td></tr>\n");
    }
    core_buf_puts(out, "</tbody></table>\n</section>\n");
}

static enum ph_status glance(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    size_t t = export_plan_time(p);
    title(p, out);
    warnings(p, out);
    core_buf_puts(out, "<section>\n");
    number(p, out);
    core_buf_puts(out, "<figure class=\"main\">\n");
    enum ph_status status = export_report_picture(
        p, t, SIZE_MAX, "Map of the probability regions and the search areas", out, err);
    core_buf_puts(
        out, "<figcaption>Solid line 50 %, dashed 75 %, dotted 95 % of the chance afloat. Cross: datum (mean "
             "position), dots: its way from the last known position. A filled dot is where a unit commences, "
             "the arrow its first leg.</figcaption>\n</figure>\n</section>\n");
    units(p, out);
    return status;
}

enum ph_status export_report_html(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    head(p, out);
    enum ph_status status = glance(p, out, err);
    if (!status)
        status = export_report_taught(p, out, err);
    if (!status)
        status = export_report_why(p, out, err);
    for (size_t i = 0; p->plan && i < p->plan->n_areas && !status; i++)
        status = export_report_unit(p, i, out, err);
    export_report_facts(p, out);
    core_buf_puts(
        out, "<footer>A forecast under the assumptions above, made to support the search coordinator, who "
             "decides. Check every route against the chart. Searching is ended by people, never by this "
             "program.</footer>\n</main>\n</body>\n</html>\n");
    return status ? status : core_buf_check(out, err);
}
