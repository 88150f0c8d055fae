// What the plan rests on: forcing, assumptions, the cloud over time, provenance.
#include "export/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "geo/notation.h"

static void cell(struct core_buf *out, const char *text)
{
    core_buf_puts(out, "<td>");
    export_letters_html(out, text && *text ? text : "\xe2\x80\x93");
    core_buf_puts(out, "</td>");
}

static void object_rows(const struct export_product *p, struct core_buf *out)
{
    for (size_t i = 0; i < p->n_objects; i++) {
        const struct export_object *o = &p->object[i];
        char percent[EXPORT_PERCENT], pos[EXPORT_PERCENT];
        bool scored = p->plan && p->plan->pos_per_object;
        export_report_percent(o->weight, percent);
        export_report_percent(scored ? p->plan->pos_per_object[i] : NAN, pos);
        core_buf_puts(out, "<tr>");
        cell(out, o->id);
        cell(out, o->label);
        cell(out, o->key ? o->key : "own coefficients");
        cell(out, o->tier);
        core_buf_printf(out, "<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", percent, pos);
    }
}

static void scenario_rows(const struct export_product *p, struct core_buf *out)
{
    for (size_t i = 0; i < p->n_scenarios; i++) {
        const struct export_scenario *s = &p->scenario[i];
        char percent[EXPORT_PERCENT], pos[EXPORT_PERCENT];
        bool scored = p->plan && p->plan->pos_per_source;
        export_report_percent(s->weight, percent);
        export_report_percent(scored ? p->plan->pos_per_source[i] : NAN, pos);
        core_buf_puts(out, "<tr>");
        cell(out, s->id);
        cell(out, s->kind);
        cell(out, s->text);
        core_buf_printf(out, "<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", percent, pos);
    }
}

static void assumptions(const struct export_product *p, struct core_buf *out)
{
    core_buf_puts(
        out,
        "<section>\n<h2>Assumptions</h2>\n<h3>What may be drifting</h3>\n<div "
        "class=\"wide\"><table><thead><tr>"
        "<th>Id</th><th>Object</th><th>Leeway class</th><th>How well known</th><th class=\"n\">Weight</th>"
        "<th class=\"n\">Found if so</th></tr></thead><tbody>\n");
    object_rows(p, out);
    core_buf_puts(
        out,
        "</tbody></table></div>\n<h3>Where it may have begun</h3>\n<div "
        "class=\"wide\"><table><thead><tr><th>Id"
        "</th><th>Kind</th><th>What is known</th><th class=\"n\">Weight</th><th class=\"n\">Found if so</th>"
        "</tr></thead><tbody>\n");
    scenario_rows(p, out);
    core_buf_puts(
        out, "</tbody></table></div>\n<h3>Motion</h3>\n<p>Leeway (Allen and Plourde 1999, Breivik and Allen "
             "2008) plus surface current, each particle with its own errors. ");
    export_letters_html(out, p->motion_text);
    core_buf_printf(
        out, "</p>\n<h3>Detection</h3>\n<p>%s</p>\n",
        p->detection_random
            ? "Random search: 1 \xe2\x88\x92 exp(\xe2\x88\x92"
              "coverage), poor to normal conditions."
            : "Inverse cube law along the actual legs on the moving cloud: exact navigation, ideal "
              "conditions.");
    core_buf_puts(out, "</section>\n");
}

static void step_row(struct core_buf *out, const char *what, const char *how, double value, const char *unit)
{
    core_buf_printf(out, "<tr><td>%s</td><td>%s</td><td class=\"n\">%.2f%s</td></tr>\n", what, how, value,
                    unit);
}

// The manual method for the same effort, so that who learned it on paper can check it.
static void worksheet(const struct export_product *p, struct core_buf *out)
{
    const struct plan_worksheet *w = p->plan ? &p->plan->worksheet : NULL;
    if (!w || !(w->effort_m2 > 0))
        return;
    core_buf_puts(out, "<section>\n<h2>By hand: the worksheet for the same effort</h2>\n<div class=\"wide\">"
                       "<table><thead><tr><th>Step</th><th>How</th><th class=\"n\">Value</th></tr></thead>"
                       "<tbody>\n");
    step_row(out, "Total probable error E", "half of the cloud lies within it, about the datum",
             core_nm_from_m(w->error_m), " NM");
    step_row(out, "Effort Z", "sum of sweep width \xc3\x97 track at search speed",
             core_nm_from_m(core_nm_from_m(w->effort_m2)), " NM\xc2\xb2");
    step_row(out, "Optimal search factor", "where POC \xc3\x97 POD is largest", w->factor, "");
    step_row(out, "Search radius R", "factor \xc3\x97 E; the square is 2 R wide", core_nm_from_m(w->radius_m),
             " NM");
    step_row(out, "Coverage C", "Z / 4 R\xc2\xb2; each unit's spacing is its sweep width / C", w->coverage,
             "");
    step_row(out, "POC", "a circular normal in the square", 100 * w->poc, " %");
    step_row(out, "POD", "of even sweeps at that coverage", 100 * w->pod, " %");
    step_row(out, "POS on paper", "POC \xc3\x97 POD: a cloud at rest, one perfect square", 100 * w->pos,
             " %");
    core_buf_puts(out, "</tbody></table></div>\n");
    if (isfinite(p->plan->manual_pos))
        core_buf_printf(
            out,
            "<p>On the cloud as it drifts, that square in strips gives %.1f %%; this plan %.1f %%, "
            "%.1f points more.</p>\n",
            100 * p->plan->manual_pos, 100 * p->plan->pos_total,
            100 * (p->plan->pos_total - p->plan->manual_pos));
    core_buf_puts(out, "</section>\n");
}

static void hours_cell(struct core_buf *out, const struct export_survival *line, double hours)
{
    if (isnan(hours))
        core_buf_puts(out, "<td class=\"n\">no figure</td>");
    else
        core_buf_printf(out, "<td class=\"n\">%s%.1f h</td>", line->more_than ? "&gt; " : "", hours);
}

// A band with its sources, and what it must not be used for.
static void survival(const struct export_product *p, struct core_buf *out)
{
    bool one = fabs(p->water_c[1] - p->water_c[0]) < 0.05;
    if (!p->survival)
        return;
    core_buf_printf(
        out,
        "<section>\n<h2>People in the water</h2>\n<div class=\"wide\"><table><thead><tr><th>Published "
        "figure</th><th>Source and range</th><th class=\"n\">at %.1f \xc2\xb0"
        "C</th>",
        p->water_c[0]);
    if (!one)
        core_buf_printf(out,
                        "<th class=\"n\">at %.1f \xc2\xb0"
                        "C</th>",
                        p->water_c[1]);
    core_buf_puts(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < p->n_survival; i++) {
        core_buf_puts(out, "<tr>");
        cell(out, p->survival[i].what);
        cell(out, p->survival[i].source);
        hours_cell(out, &p->survival[i], p->survival[i].hours[0]);
        if (!one)
            hours_cell(out, &p->survival[i], p->survival[i].hours[1]);
        core_buf_puts(out, "</tr>\n");
    }
    core_buf_puts(
        out,
        "</tbody></table></div>\n<p class=\"soft\">Hours in the water at the coldest and the warmest that "
        "the case gives for it along the datum. People have outlived every such figure: it is no reason to "
        "end a search, and the plan does not use it. Outside its range a source says nothing; in warmer "
        "water flotation, exhaustion and thirst decide, not cold.</p>\n</section>\n");
}

// Area of the region that holds `mass`, or NAN.
static double area_nm2(const struct export_time *time, double mass)
{
    for (size_t i = 0; i < time->n_regions; i++)
        if (fabs(time->region[i].mass - mass) < 0.005)
            return time->region[i].area_m2 / (CORE_M_PER_NM * CORE_M_PER_NM);
    return NAN;
}

static void area_cell(struct core_buf *out, double nm2)
{
    if (isfinite(nm2))
        core_buf_printf(out, nm2 < 10 ? "<td class=\"n\">%.1f</td>" : "<td class=\"n\">%.0f</td>", nm2);
    else
        core_buf_puts(out, "<td class=\"n\">\xe2\x80\x93</td>");
}

static void datum_table(const struct export_product *p, struct core_buf *out)
{
    core_buf_puts(
        out,
        "<section>\n<h2>The cloud over time</h2>\n<div "
        "class=\"wide\"><table><thead><tr><th>Time</th><th>Datum "
        "(mean position)</th><th class=\"n\">50 % NM\xc2\xb2</th><th class=\"n\">95 % NM\xc2\xb2</th>"
        "<th class=\"n\">Afloat</th><th class=\"n\">Stranded</th><th class=\"n\">Missing</th></tr></thead>"
        "<tbody>\n");
    for (size_t i = 0; i < p->n_times; i++) {
        const struct export_time *time = &p->time[i];
        char dtg[CORE_TIME_TEXT], pos[GEO_TEXT] = "\xe2\x80\x93";
        core_time_dtg(time->t_ns, dtg);
        if (time->has_moments)
            geo_pos_format(time->moments.mean, 1, pos);
        core_buf_printf(out, "<tr><td class=\"p\">%s</td><td class=\"p\">%s</td>", dtg, pos);
        area_cell(out, area_nm2(time, 0.5));
        area_cell(out, area_nm2(time, 0.95));
        core_buf_printf(out,
                        "<td class=\"n\">%zu</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td></tr>\n",
                        time->active, time->stranded, time->missing);
    }
    core_buf_puts(out, "</tbody></table></div>\n</section>\n");
}

static void provenance(const struct export_product *p, struct core_buf *out)
{
    char created[CORE_TIME_TEXT];
    core_buf_puts(out, "<section>\n<h2>Provenance</h2>\n<p><b>Case</b> ");
    export_letters_html(out, p->case_name);
    core_buf_puts(out, "<br><b>SHA-256</b> <code>");
    export_letters_html(out, p->case_sha256);
    core_buf_puts(out, "</code><br><b>Program</b> Pharos ");
    export_letters_html(out, p->program_version);
    core_buf_printf(out, "<br><b>Seed</b> %" PRIu64 ", <b>particles</b> %zu", p->seed, p->particles);
    if (p->plan)
        core_buf_printf(out,
                        "<br><b>Bound</b> optimal divisible effort on cells of %.2f NM, certified to %.2g",
                        core_nm_from_m(p->plan->bound_cell_m), p->plan->bound_gap);
    if (p->created_ns) {
        core_time_iso(p->created_ns, created);
        core_buf_printf(out, "<br><b>Created</b> %s", created);
    }
    core_buf_puts(out, "<br>The same case with the same program gives the same file.</p>\n</section>\n");
}

void export_report_facts(const struct export_product *p, struct core_buf *out)
{
    export_report_sources(p, out);
    assumptions(p, out);
    worksheet(p, out);
    datum_table(p, out);
    survival(p, out);
    provenance(p, out);
}
