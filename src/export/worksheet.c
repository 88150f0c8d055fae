// worksheet.txt: the manual method step by step, as it is done on paper, and what it gives beside the plan.
#include "export/product.h"

#include <math.h>

#include "core/time.h"
#include "core/units.h"
#include "export/message.h"
#include "geo/notation.h"

static double nm(double m)
{
    return core_nm_from_m(m);
}

static void datum(struct core_buf *out, const struct export_product *p)
{
    if (!p->n_times || !p->time[export_plan_time(p)].has_moments)
        return;
    const struct export_time *time = &p->time[export_plan_time(p)];
    char text[GEO_TEXT], dtg[CORE_TIME_TEXT];
    geo_pos_format_spaced(time->moments.mean, 1, text);
    core_time_dtg(time->t_ns, dtg);
    export_message_put(out, 3, "1. DATUM: %s AT %s, THE MIDDLE OF THE SEARCH", text, dtg);
}

static void effort(struct core_buf *out, const struct export_product *p, const struct plan_worksheet *w)
{
    export_message_put(
        out, 3, "3. SEARCH EFFORT: SWEEP WIDTH W TIMES TRACK L (SPEED TIMES TIME ON SCENE LESS TURNS)");
    export_message_row(out, "   UNIT                        W NM     L NM    W X L");
    for (size_t i = 0; i < w->n_units; i++)
        export_message_row(out, "   %-24.24s %7.2f %8.1f %8.1f", p->asset[w->unit[i].asset].id,
                           nm(w->unit[i].sweep_m), nm(w->unit[i].track_m),
                           nm(nm(w->unit[i].sweep_m * w->unit[i].track_m)));
    export_message_row(out, "   TOTAL Z %43.1f SQUARE NM", nm(nm(w->effort_m2)));
}

static void steps(struct core_buf *out, const struct plan_worksheet *w)
{
    double e2 = nm(nm(w->error_m * w->error_m));
    export_message_put(out, 3, "4. EFFORT FACTOR FZ: E X E = %.2f SQUARE NM", e2);
    export_message_put(out, 3, "5. RELATIVE EFFORT ZR: Z / FZ = %.2f", nm(nm(w->effort_m2)) / e2);
    export_message_put(out, 3, "6. OPTIMAL SEARCH FACTOR FS: %.4f, WHERE POC X POD IS LARGEST", w->factor);
    export_message_put(out, 3, "7. OPTIMAL SEARCH RADIUS RO: FS X E = %.2f NM, A SQUARE OF %.2f NM",
                       nm(w->radius_m), 2 * nm(w->radius_m));
    export_message_put(out, 3, "8. OPTIMAL SEARCH AREA: 4 X RO X RO = %.1f SQUARE NM",
                       nm(nm(4 * w->radius_m * w->radius_m)));
    export_message_put(out, 3, "9. OPTIMAL COVERAGE CO: Z / AREA = %.4f", w->coverage);
}

static void spacings(struct core_buf *out, const struct export_product *p, const struct plan_worksheet *w)
{
    export_message_put(out, 3, "10. TRACK SPACING OF EACH UNIT: W / CO");
    for (size_t i = 0; i < w->n_units; i++)
        export_message_row(out, "   %-24.24s %7.4f NM", p->asset[w->unit[i].asset].id,
                           nm(w->unit[i].sweep_m) / w->coverage);
}

static void outcome(struct core_buf *out, const struct export_product *p, const struct plan_worksheet *w)
{
    export_message_put(out, 3, "11. ON PAPER: POC %.2f PCT X POD %.2f PCT = POS %.2f PCT", 100 * w->poc,
                       100 * w->pod, 100 * w->pos);
    export_message_blank(out);
    if (isfinite(p->plan->manual_pos))
        export_message_put(out, 3, "THAT SQUARE IN STRIPS ON THE CLOUD AS IT DRIFTS: POS %.1f PCT",
                           100 * p->plan->manual_pos);
    export_message_put(out, 3, "THE PLAN OF PHAROS ON THE SAME CLOUD:            POS %.1f PCT",
                       100 * p->plan->pos_total);
    if (isfinite(p->plan->manual_pos))
        export_message_put(out, 3, "DIFFERENCE: %.1f POINTS",
                           100 * (p->plan->pos_total - p->plan->manual_pos));
}

enum ph_status export_worksheet_text(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    const struct plan_worksheet *w = &p->plan->worksheet;
    export_message_put(out, 3, "WORKSHEET: THE MANUAL METHOD FOR THE SAME EFFORT");
    export_message_put(out, 3, "CASE: %s", p->case_name);
    export_message_blank(out);
    if (!(w->effort_m2 > 0)) {
        export_message_put(out, 3, "NO UNIT IS PLANNED: THERE IS NO EFFORT TO SHARE OUT");
        return core_buf_check(out, err);
    }
    datum(out, p);
    export_message_put(out, 3, "2. TOTAL PROBABLE ERROR E: %.2f NM, HALF OF THE CLOUD WITHIN IT",
                       nm(w->error_m));
    effort(out, p, w);
    steps(out, w);
    spacings(out, p, w);
    outcome(out, p, w);
    export_message_blank(out);
    export_message_put(out, 3, "POSITIONS WGS84, TIMES UTC. CASE %.12s, PHAROS %s.", p->case_sha256,
                       p->program_version);
    return core_buf_check(out, err);
}
