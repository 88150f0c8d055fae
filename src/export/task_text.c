// tasks/ASSET.txt: the tasking of one unit, to be read over the radio or pasted in a mail.
#include "export/product.h"

#include <math.h>
#include <stdio.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/message.h"
#include "export/task.h"

static double nm(double m)
{
    return core_nm_from_m(m);
}

static int degrees(double deg)
{
    return (int)lround(core_deg_wrap360(deg)) % 360;
}

static void heading(struct core_buf *out, const struct export_product *p, const struct plan_area *a,
                    size_t area)
{
    char label[EXPORT_LABEL], from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    export_task_label(area, label);
    core_time_dtg(a->start_ns, from);
    core_time_dtg(a->leave_ns, to);
    export_message_put(out, 3, "SEARCH TASKING %s FOR %s", label, p->asset[a->asset].id);
    export_message_put(out, 3, "CASE: %s", p->case_name);
    export_message_put(out, 3, "ON SCENE %s TO %s", from, to);
    export_message_blank(out);
}

static void what(struct core_buf *out, const struct export_product *p)
{
    for (size_t i = 0; i < p->n_objects; i++) {
        char persons[32] = "";
        if (p->object[i].persons > 0)
            snprintf(persons, sizeof persons, ", %d PERSONS", p->object[i].persons);
        export_message_put(out, 3, "%s%s%s (%.0f%%)", i ? "   OR " : "1. LOOK FOR: ", p->object[i].label,
                           persons, 100 * p->object[i].weight);
    }
}

static void where(struct core_buf *out, const struct plan_area *a)
{
    char text[GEO_TEXT];
    export_message_put(out, 3, "2. AREA: %.1f BY %.1f NM, LONG SIDE %03d/%03d DEG TRUE, CORNERS",
                       nm(a->length_m), nm(a->width_m), degrees(a->orientation_deg),
                       degrees(a->orientation_deg + 180));
    for (int i = 0; i < 4; i++) {
        geo_pos_format_spaced(a->corner[i], export_task_decimals(a), text);
        export_message_row(out, "   %s", text);
    }
}

static void how(struct core_buf *out, const struct export_product *p, const struct plan_area *a)
{
    const struct export_asset *asset = &p->asset[a->asset];
    char text[GEO_TEXT], zulu[CORE_TIME_TEXT], pattern[40];
    export_letters_telex(export_task_pattern(a->pattern), pattern, sizeof pattern);
    export_message_put(out, 3, "3. PATTERN: %s (%s), TRACK SPACING %.1f NM, CREEP %s", a->pattern, pattern,
                       nm(a->spacing_m), a->creep ? a->creep : "-");
    if (a->drift_mps > 0)
        export_message_put(
            out, 3,
            "   IN THE FRAME OF A DATUM MARKER: ALL WAYPOINTS MOVE %03d DEG TRUE AT %.1f KN; LEGS "
            "BY SPEED THROUGH THE WATER",
            degrees(a->drift_toward_deg), core_kn_from_mps(a->drift_mps));
    geo_pos_format_spaced(a->csp, export_task_decimals(a), text);
    core_time_zulu(a->start_ns, zulu);
    if (a->n_waypoints > 1) {
        struct export_leg first = export_task_leg(a->waypoint[0].pos, a->waypoint[1].pos);
        export_message_put(out, 3, "4. COMMENCE SEARCH POINT: %s AT %s, FIRST LEG %03d DEG TRUE", text, zulu,
                           degrees(first.course_deg));
    }
    export_message_put(out, 3, "5. SEARCH SPEED: %g KN", asset->speed_kn);
    if (isfinite(asset->altitude_ft))
        export_message_put(out, 3, "   ALTITUDE: %.0f FT", asset->altitude_ft);
    if (a->leave_ns > a->end_ns) {
        core_time_zulu(a->end_ns, zulu);
        export_message_put(out, 3,
                           "   LAST LEG ENDS %s. %.0f%% OF THE TIME ON SCENE IS KEPT FOR TURNS AND FOR "
                           "LOOKING AT CONTACTS.",
                           zulu, 100 * asset->turn_allowance_frac);
    }
    if (a->transit_s > 0)
        export_message_put(out, 3, "   TRANSIT OUT %.0f MIN, RETURN %.0f MIN, RESERVE IS KEPT",
                           a->transit_s / 60, a->return_s / 60);
}

static void waypoints(struct core_buf *out, const struct plan_area *a)
{
    export_message_put(out, 3,
                       "6. WAYPOINTS: TRUE COURSE AND NM FROM THE ONE BEFORE, TIME, MINUTES FROM START");
    for (size_t i = 0; i < a->n_waypoints; i++) {
        char text[GEO_TEXT], zulu[CORE_TIME_TEXT], way[32] = "    CSP    ";
        geo_pos_format_spaced(a->waypoint[i].pos, export_task_decimals(a), text);
        core_time_zulu(a->waypoint[i].t_ns, zulu);
        if (i) {
            struct export_leg leg = export_task_leg(a->waypoint[i - 1].pos, a->waypoint[i].pos);
            snprintf(way, sizeof way, "%03d %5.1f", degrees(leg.course_deg), nm(leg.length_m));
        }
        double minutes = (double)(a->waypoint[i].t_ns - a->start_ns) / (60.0 * CORE_NS_PER_S);
        export_message_row(out, "   %02zu  %s  %-9.9s  %s  +%.0f", i + 1, text, i ? way : "CSP", zulu,
                           minutes);
    }
}

// In two lines: why here and not there.
static void why(struct core_buf *out, const struct export_product *p, size_t area)
{
    const struct plan_area *a = &p->plan->area[area];
    const struct plan_reason *r = p->plan->reason ? &p->plan->reason[area] : NULL;
    char text[GEO_TEXT];
    if (!r || isnan(r->hour_pos))
        return;
    export_message_put(out, 3,
                       "   WHY HERE: %.0f%% OF THE CHANCE LIES IN THIS AREA AT THE MIDDLE OF YOUR SEARCH",
                       100 * a->poc);
    if (!r->has_next)
        return;
    geo_pos_format_spaced(r->next_centre, 1, text);
    export_message_put(out, 3, "   NEXT BEST PLACE FOR YOU: %.1f BY %.1f NM ABOUT %s, %.1f PCT LESS IN ALL",
                       nm(r->next_length_m), nm(r->next_width_m), text, 100 * r->next_loss);
}

static void expected(struct core_buf *out, const struct export_product *p, size_t area)
{
    const struct plan_area *a = &p->plan->area[area];
    export_message_put(out, 3,
                       "7. SWEEP WIDTH %.1f NM, COVERAGE %.2f, POD %.0f%%, CHANCE ADDED BY THIS UNIT %.0f%%",
                       nm(a->sweep_m), a->coverage, 100 * a->pod, 100 * a->pos);
    why(out, p, area);
    if (p->conditions_text && *p->conditions_text)
        export_message_put(out, 3, "   CONDITIONS ASSUMED: %s", p->conditions_text);
    export_message_put(out, 3,
                       "8. REPORT: ON SCENE, EVERY SIGHTING AT ONCE WITH POSITION AND TIME, WEATHER AND "
                       "VISIBILITY HOURLY, OFF SCENE WITH WHAT WAS NOT SEARCHED.");
    export_message_put(out, 3,
                       "   SAY AT ONCE IF SPACING, SPEED, HEIGHT OR VISIBILITY DIFFER FROM THIS TASKING.");
    for (const struct core_warning *w = p->job ? p->job->first_warning : NULL; w; w = w->next)
        export_message_put(out, 3, "   WARNING: %s", w->text);
}

enum ph_status export_task_text(const struct export_product *p, size_t area, struct core_buf *out,
                                struct ph_err *err)
{
    const struct plan_area *a = &p->plan->area[area];
    heading(out, p, a, area);
    what(out, p);
    where(out, a);
    how(out, p, a);
    waypoints(out, a);
    expected(out, p, area);
    export_message_blank(out);
    export_message_put(out, 3, "POSITIONS WGS84, TIMES UTC. CASE %.12s, PHAROS %s.", p->case_sha256,
                       p->program_version);
    return core_buf_check(out, err);
}
