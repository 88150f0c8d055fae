// Why this plan: for each unit its area and the next best one, what more hours and more units would add, and
// where they are if nobody is found.
#include "export/report.h"

#include <math.h>
#include <stdint.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/task.h"

static double nm(double m)
{
    return core_nm_from_m(m);
}

// "-0.4", "+3.1": points of POS.
static void points_cell(struct core_buf *out, double frac)
{
    core_buf_printf(out, "<td class=\"n\">%s%.1f</td>", frac < 0 ? "\xe2\x88\x92" : "+", 100 * fabs(frac));
}

static void next_cells(const struct export_product *p, size_t area, struct core_buf *out)
{
    const struct plan_reason *r = &p->plan->reason[area];
    char centre[GEO_TEXT];
    if (!r->has_next) {
        core_buf_puts(out, "<td>none adds anything</td><td class=\"n\">\xe2\x80\x93</td>");
        return;
    }
    geo_pos_format(r->next_centre, 1, centre);
    core_buf_printf(out, "<td>%s %.1f \xc3\x97 %.1f NM about <span class=\"p\">%s</span></td>",
                    r->next_pattern, nm(r->next_length_m), nm(r->next_width_m), centre);
    points_cell(out, -r->next_loss);
}

static void unit_row(const struct export_product *p, size_t i, struct core_buf *out)
{
    const struct plan_area *a = &p->plan->area[i];
    const struct plan_reason *r = &p->plan->reason[i];
    char label[EXPORT_LABEL], poc[EXPORT_PERCENT], pos[EXPORT_PERCENT];
    export_task_label(i, label);
    export_report_percent(a->poc, poc);
    export_report_percent(a->pos, pos);
    core_buf_puts(out, "<tr><td class=\"id\">");
    export_report_swatch(out, i);
    core_buf_printf(out, "<b>%s <bdi>", label);
    export_letters_html(out, p->asset[a->asset].id);
    core_buf_printf(
        out, "</bdi></b></td><td class=\"n\">%s</td><td class=\"n\">%.2f</td><td class=\"n\"><b>%s</b></td>",
        poc, a->coverage, pos);
    if (isnan(r->hour_pos)) {
        core_buf_puts(out, "<td colspan=\"3\">kept as it was given</td></tr>\n");
        return;
    }
    next_cells(p, i, out);
    if (r->clipped)
        core_buf_puts(out, "<td>the drift forecast ends first</td></tr>\n");
    else
        points_cell(out, r->hour_pos), core_buf_puts(out, "</tr>\n");
}

static void units(const struct export_product *p, struct core_buf *out)
{
    core_buf_puts(
        out,
        "<section class=\"page\">\n<h2>Why these areas</h2>\n<div "
        "class=\"wide\"><table><thead><tr><th>Unit</th>"
        "<th class=\"n\">POC</th><th class=\"n\">Coverage</th><th class=\"n\">Adds</th><th>Next best place, "
        "others unchanged</th><th class=\"n\">Whole plan, points</th><th class=\"n\">An hour more, "
        "points</th>"
        "</tr></thead><tbody>\n");
    for (size_t i = 0; i < p->plan->n_areas; i++)
        unit_row(p, i, out);
    core_buf_puts(out, "</tbody></table></div>\n<p class=\"soft\">Next best place: the best area that is "
                       "centred outside the one "
                       "chosen. A small loss means that the unit may as well be sent there. An hour more on "
                       "scene: all units "
                       "adapt to it. Points are of the plan\xe2\x80\x99s chance of success, found by "
                       "planning again, briefly.</p>\n");
}

static void others(const struct export_product *p, struct core_buf *out)
{
    if (!p->plan->n_another) {
        core_buf_puts(out, "</section>\n");
        return;
    }
    core_buf_puts(out,
                  "<h3>What another unit would add</h3>\n<table><thead><tr><th>Another</th><th>From the same "
                  "place at the same time as</th><th class=\"n\">Points</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < p->plan->n_another; i++) {
        const struct export_asset *asset = &p->asset[p->plan->another[i].asset];
        core_buf_printf(out, "<tr><td>%s</td><td><bdi>", asset->type);
        export_letters_html(out, asset->id);
        core_buf_puts(out, "</bdi></td>");
        points_cell(out, p->plan->another[i].pos);
        core_buf_puts(out, "</tr>\n");
    }
    core_buf_puts(out, "</tbody></table>\n</section>\n");
}

static void remains(const struct export_product *p, struct core_buf *out)
{
    const struct plan_result *plan = p->plan;
    char dtg[CORE_TIME_TEXT], datum[GEO_TEXT];
    core_time_dtg(p->after->t_ns, dtg);
    core_buf_printf(
        out,
        "<section>\n<h2>What remains if nobody is found</h2>\n<p>%.1f %%: of it %.1f points in the "
        "areas but not seen, %.1f outside all of them, %.1f no longer adrift.",
        100 * (plan->left_inside + plan->left_outside + plan->left_gone), 100 * plan->left_inside,
        100 * plan->left_outside, 100 * plan->left_gone);
    if (p->after->has_moments && p->after->n_regions) {
        geo_pos_format(p->after->moments.mean, 1, datum);
        core_buf_printf(out,
                        " At %s half of what is still adrift lies within %.0f NM\xc2\xb2; its mean is <span "
                        "class=\"p\">%s</span>. The next search begins with this map.",
                        dtg, nm(nm(p->after->region[0].area_m2)), datum);
    }
    core_buf_puts(out, "</p>\n");
}

enum ph_status export_report_why(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    if (!p->plan || !p->plan->n_areas)
        return PH_OK;
    if (p->plan->reason) {
        units(p, out);
        others(p, out);
    }
    if (!p->after || !p->after->n_regions)
        return PH_OK;
    struct export_product after = *p;
    after.time = p->after, after.n_times = 1;
    remains(p, out);
    core_buf_puts(out, "<figure class=\"main\">\n");
    enum ph_status status =
        export_report_picture(&after, 0, SIZE_MAX, "Map of what remains after the plan", out, err);
    core_buf_puts(out, "</figure>\n</section>\n");
    return status;
}
