// What searches flown, sightings and debris have taught: prior to posterior, search by search, and the two
// maps.
#include "export/report.h"

#include <math.h>
#include <stdio.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "geo/notation.h"

// Two bars over each other: how it stood, and how it stands.
static void bars(struct core_buf *out, double before, double after)
{
    core_buf_printf(
        out,
        "<td><svg class=\"share\" viewBox=\"0 0 100 14\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\"><rect class=\"was\" width=\"%.2f\" height=\"5\"/><rect class=\"is\" y=\"7\" "
        "width=\"%.2f\" height=\"7\"/></svg></td>",
        100 * fmin(fmax(before, 0), 1), 100 * fmin(fmax(after, 0), 1));
}

static void share_row(struct core_buf *out, const char *what, const char *id, double before, double after)
{
    char was[EXPORT_PERCENT], is[EXPORT_PERCENT];
    export_report_percent(before, was);
    export_report_percent(after, is);
    core_buf_printf(out, "<tr><td>%s <b><bdi>", what);
    export_letters_html(out, id);
    core_buf_printf(out, "</bdi></b></td><td class=\"n\">%s</td><td class=\"n\"><b>%s</b></td>", was, is);
    bars(out, before, after);
    core_buf_puts(out, "</tr>\n");
}

static void shares(const struct export_product *p, struct core_buf *out)
{
    const struct export_taught *t = p->taught;
    core_buf_puts(out,
                  "<h3>Scenarios and objects</h3>\n<div class=\"wide\"><table><thead><tr><th>What</th><th "
                  "class=\"n\">Before</th><th class=\"n\">Now</th><th></th></tr></thead><tbody>\n");
    for (size_t s = 0; s < t->n_sources && s < p->n_scenarios; s++)
        share_row(out, "Scenario", p->scenario[s].id, t->source_before[s], t->source_after[s]);
    for (size_t o = 0; o < t->n_objects && o < p->n_objects; o++)
        share_row(out, "Object", p->object[o].id, t->object_before[o], t->object_after[o]);
    core_buf_puts(out, "</tbody></table></div>\n");
}

static void search_row(const struct export_searched *s, struct core_buf *out)
{
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT], alone[EXPORT_PERCENT], adds[EXPORT_PERCENT],
        all[EXPORT_PERCENT];
    core_time_dtg(s->from_ns, from);
    core_time_zulu(s->to_ns, to);
    export_report_percent(s->pos_alone, alone);
    export_report_percent(s->pos, adds);
    export_report_percent(s->cumulative, all);
    core_buf_puts(out, "<tr><td><b><bdi>");
    export_letters_html(out, s->id);
    core_buf_puts(out, "</bdi></b> <span class=\"soft\">");
    export_letters_html(out, s->by);
    core_buf_printf(out, "</span></td><td class=\"p\">%s\xe2\x80\x93%s</td><td class=\"n\">%.1f NM</td>",
                    from, to, core_nm_from_m(s->track_m));
    core_buf_printf(out, "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\"><b>%s</b></td>",
                    alone, adds, all);
    bars(out, s->cumulative - s->pos, s->cumulative);
    core_buf_puts(out, "</tr>\n");
}

static void searches(const struct export_product *p, struct core_buf *out)
{
    const struct export_taught *t = p->taught;
    if (!t->n_searched)
        return;
    core_buf_puts(
        out,
        "<h3>Searches without find</h3>\n<div class=\"wide\"><table><thead><tr><th>Search</th><th>Flown</th>"
        "<th class=\"n\">Track</th><th class=\"n\">POS alone</th><th class=\"n\">Added</th>"
        "<th class=\"n\">Together</th><th></th></tr></thead><tbody>\n");
    for (size_t s = 0; s < t->n_searched; s++)
        search_row(&t->searched[s], out);
    if (p->plan && p->plan->n_areas) {
        double left = 1 - p->prior_pos; // the plan's POS is a share of what the searches have left
        char adds[EXPORT_PERCENT], all[EXPORT_PERCENT];
        export_report_percent(left * p->plan->pos_total, adds);
        export_report_percent(p->prior_pos + left * p->plan->pos_total, all);
        core_buf_printf(out,
                        "<tr><td colspan=\"4\">With the plan of this report</td><td class=\"n\">%s</td><td "
                        "class=\"n\"><b>%s</b></td>",
                        adds, all);
        bars(out, p->prior_pos, p->prior_pos + left * p->plan->pos_total);
        core_buf_puts(out, "</tr>\n");
    }
    core_buf_puts(out, "</tbody></table></div>\n");
}

// "call x 1.9, voyage x 0.1"
static void factors(const struct export_product *p, const struct export_report *r, struct core_buf *out)
{
    if (!r->used) {
        core_buf_puts(out, "<td>nothing explains it: not used</td>");
        return;
    }
    core_buf_puts(out, "<td>");
    for (size_t s = 0; s < p->taught->n_sources && s < p->n_scenarios; s++) {
        core_buf_puts(out, s ? ", <bdi>" : "<bdi>");
        export_letters_html(out, p->scenario[s].id);
        core_buf_printf(out, "</bdi> \xc3\x97\xc2\xa0%.2g", r->source_factor[s]);
    }
    core_buf_puts(out, "</td>");
}

static void reports(const struct export_product *p, struct core_buf *out)
{
    const struct export_taught *t = p->taught;
    if (!t->n_reports)
        return;
    core_buf_puts(
        out,
        "<h3>Sightings and debris</h3>\n<div class=\"wide\"><table><thead><tr><th>Report</th><th>Time</th>"
        "<th>Place</th><th class=\"n\">Trust</th><th>Makes as likely</th></tr></thead><tbody>\n");
    for (size_t k = 0; k < t->n_reports; k++) {
        const struct export_report *r = &t->report[k];
        char dtg[CORE_TIME_TEXT], place[GEO_TEXT];
        core_time_dtg(r->t_ns, dtg);
        geo_pos_format(r->pos, 1, place);
        core_buf_printf(out, "<tr><td>%s <b><bdi>", r->kind);
        export_letters_html(out, r->id);
        core_buf_printf(
            out, "</bdi></b></td><td class=\"p\">%s</td><td class=\"p\">%s</td><td class=\"n\">%.0f %%</td>",
            dtg, place, 100 * r->trust);
        factors(p, r, out);
        core_buf_puts(out, "</tr>\n");
    }
    core_buf_puts(out, "</tbody></table></div>\n");
}

static void find(const struct export_find *find, struct core_buf *out)
{
    char dtg[CORE_TIME_TEXT], place[GEO_TEXT], before[EXPORT_PERCENT], after[EXPORT_PERCENT];
    core_buf_printf(out, "<p><b>Found by %s <bdi>", find->kind);
    export_letters_html(out, find->id);
    core_buf_puts(out, "</bdi>: the case ends here, and no plan is made.</b>");
    if (find->placed) {
        core_time_dtg(find->t_ns, dtg);
        geo_pos_format(find->pos, 1, place);
        core_buf_printf(out, " At %s, <span class=\"p\">%s</span>.", dtg, place);
    }
    if (isfinite(find->region_before)) {
        export_report_percent(find->region_before, before);
        export_report_percent(find->region_after, after);
        core_buf_printf(
            out,
            " The smallest region of the map that holds the place had %s of the chance before any report and "
            "%s after all of them (100 %%: outside).",
            before, after);
    }
    core_buf_puts(out, "</p>\n");
}

static void particles(const struct export_taught *t, struct core_buf *out)
{
    core_buf_printf(out, "<p class=\"soft\">%.0f %% of the particles still counted after this",
                    100 * t->effective_first);
    if (t->rounds)
        core_buf_printf(out,
                        "; others were drawn from the same scenarios (%zu round%s), of which %.0f %% count",
                        t->rounds, t->rounds == 1 ? "" : "s", 100 * t->effective);
    core_buf_puts(out, ".</p>\n");
}

// The same moment before any report and after all, without areas.
static enum ph_status maps(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    size_t t = export_plan_time(p);
    struct export_product was = *p, is = *p;
    was.plan = is.plan = NULL;
    was.time = p->taught->before;
    was.n_tracks = is.n_tracks = 0;
    if (!was.time || !was.time[t].n_regions || !is.time[t].n_regions)
        return PH_OK;
    core_buf_puts(out, "<div class=\"pair\"><figure>\n");
    enum ph_status status =
        export_report_picture(&was, t, SIZE_MAX, "Map of the probability before any report", out, err);
    core_buf_puts(out, "<figcaption>Before any report</figcaption></figure>\n<figure>\n");
    if (!status)
        status =
            export_report_picture(&is, t, SIZE_MAX, "Map of the probability after all reports", out, err);
    core_buf_puts(out, "<figcaption>After all of them, at the same time</figcaption></figure></div>\n");
    return status;
}

enum ph_status export_report_taught(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    if (!p->taught)
        return PH_OK;
    core_buf_puts(out, "<section>\n<h2>What searches and reports have taught</h2>\n");
    if (p->taught->found)
        find(&p->taught->find, out);
    searches(p, out);
    reports(p, out);
    shares(p, out);
    enum ph_status status = maps(p, out, err);
    particles(p->taught, out);
    core_buf_puts(out, "</section>\n");
    return status;
}
