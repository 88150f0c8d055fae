// The Search Action Plan in six parts and the situation report, in the layout that rescue centres use
// (IAMSAR vol. II and III name the parts; the wording is our own).
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

static const struct plan_area *area_at(const struct export_product *p, size_t i)
{
    return &p->plan->area[i];
}

static size_t area_count(const struct export_product *p)
{
    return p->plan ? p->plan->n_areas : 0;
}

static void objects(struct core_buf *out, const struct export_product *p, const char *lead)
{
    for (size_t i = 0; i < p->n_objects; i++) {
        char persons[32] = "";
        if (p->object[i].persons > 0)
            snprintf(persons, sizeof persons, ", %d PERSONS", p->object[i].persons);
        export_message_put(out, 3, "%s%s%s (%.0f%%)", i ? "   OR " : lead, p->object[i].label, persons,
                           100 * p->object[i].weight);
    }
}

static void starts(struct core_buf *out, const struct export_product *p, const char *lead)
{
    for (size_t i = 0; i < p->n_scenarios; i++)
        export_message_put(out, 3, "%s%s: %s (%.0f%%)", i ? "   OR " : lead, p->scenario[i].id,
                           p->scenario[i].text, 100 * p->scenario[i].weight);
}

static void datum(struct core_buf *out, const struct export_product *p, const char *lead)
{
    if (!p->n_times)
        return;
    const struct export_time *time = &p->time[export_plan_time(p)];
    char text[GEO_TEXT], dtg[CORE_TIME_TEXT];
    core_time_dtg(time->t_ns, dtg);
    if (!time->has_moments) {
        export_message_put(out, 3, "%sNOTHING AFLOAT AT %s", lead, dtg);
        return;
    }
    geo_pos_format_spaced(time->moments.mean, 1, text);
    export_message_put(out, 3, "%s%s AT %s", lead, text, dtg);
    for (size_t i = 0; i < time->n_regions; i++)
        export_message_row(out, "   %2.0f PCT WITHIN %.0f SQUARE NM", 100 * time->region[i].mass,
                           time->region[i].area_m2 / (CORE_M_PER_NM * CORE_M_PER_NM));
    if (time->stranded_mass >= 0.005)
        export_message_row(out, "   %.0f PCT ASHORE: SEARCH THE SHORE TOO", 100 * time->stranded_mass);
}

static void warnings(struct core_buf *out, const struct export_product *p)
{
    for (const struct core_warning *w = p->job ? p->job->first_warning : NULL; w; w = w->next)
        export_message_put(out, 3, "   WARNING: %s", w->text);
}

static void situation(struct core_buf *out, const struct export_product *p)
{
    export_message_put(out, 3, "1. SITUATION");
    export_message_put(out, 3, "   CASE: %s", p->case_name);
    objects(out, p, "   LOOK FOR: ");
    starts(out, p, "   LAST KNOWN: ");
    datum(out, p, "   DATUM: ");
    if (p->conditions_text && *p->conditions_text)
        export_message_put(out, 3, "   CONDITIONS: %s", p->conditions_text);
    warnings(out, p);
    export_message_blank(out);
}

static void search_areas(struct core_buf *out, const struct export_product *p)
{
    export_message_put(out, 3, "2. SEARCH AREAS");
    export_message_row(out, "   AREA  SIZE NM       CORNERS");
    for (size_t i = 0; i < area_count(p); i++) {
        const struct plan_area *a = area_at(p, i);
        char label[EXPORT_LABEL], size[40], text[GEO_TEXT];
        export_task_label(i, label);
        snprintf(size, sizeof size, "%.1f BY %.1f", nm(a->length_m), nm(a->width_m));
        for (int k = 0; k < 4; k++) {
            geo_pos_format_spaced(a->corner[k], export_task_decimals(a), text);
            export_message_row(out, "   %-5s %-13s %s", k ? "" : label, k ? "" : size, text);
        }
    }
    if (!area_count(p))
        export_message_row(out, "   NONE");
    export_message_blank(out);
}

static void execution(struct core_buf *out, const struct export_product *p)
{
    export_message_put(out, 3, "3. EXECUTION");
    for (size_t i = 0; i < area_count(p); i++) {
        const struct plan_area *a = area_at(p, i);
        const struct export_asset *asset = &p->asset[a->asset];
        char label[EXPORT_LABEL], csp[GEO_TEXT], from[CORE_TIME_TEXT], to[CORE_TIME_TEXT], height[32] = "";
        export_task_label(i, label);
        geo_pos_format_spaced(a->csp, export_task_decimals(a), csp);
        core_time_dtg(a->start_ns, from);
        core_time_dtg(a->leave_ns, to);
        if (isfinite(asset->altitude_ft))
            snprintf(height, sizeof height, ", ALTITUDE %.0f FT", asset->altitude_ft);
        export_message_put(out, 9, "   %-5s %s (%s)", label, asset->id, asset->type);
        export_message_put(out, 9, "         PATTERN %s, CREEP %s, SPACING %.1f NM, SPEED %g KN%s",
                           a->pattern, a->creep ? a->creep : "-", nm(a->spacing_m), asset->speed_kn, height);
        export_message_row(out, "         CSP %s", csp);
        export_message_row(out, "         ON SCENE %s TO %s", from, to);
        if (a->leave_ns > a->end_ns)
            export_message_row(out, "         OF IT %.0f PCT FOR TURNS AND FOR LOOKING AT CONTACTS",
                               100 * asset->turn_allowance_frac);
    }
    for (size_t i = 0; p->plan && i < p->plan->n_unused; i++)
        export_message_put(out, 9, "   NOT USED: %s, %s", p->asset[p->plan->unused[i].asset].id,
                           p->plan->unused[i].why);
    export_message_blank(out);
}

// A plan that was given beside what its file says of it: what an edit has changed, unit by unit.
static void compared(struct core_buf *out, const struct export_product *p)
{
    double before = 0, now = 0;
    size_t given = 0;
    for (size_t i = 0; i < area_count(p); i++)
        given += area_at(p, i)->has_given;
    if (!given)
        return;
    export_message_row(out, "   POS   IN THE FILE       NOW  DIFFERENCE");
    for (size_t i = 0; i < area_count(p); i++) {
        const struct plan_area *a = area_at(p, i);
        char label[EXPORT_LABEL];
        export_task_label(i, label);
        if (!a->has_given)
            continue;
        before += a->pos_given, now += a->pos;
        export_message_row(out, "   %-5s %7.1f PCT %5.1f PCT  %+6.1f", label, 100 * a->pos_given,
                           100 * a->pos, 100 * (a->pos - a->pos_given));
    }
    export_message_row(out, "   ALL   %7.1f PCT %5.1f PCT  %+6.1f", 100 * before, 100 * now,
                       100 * (now - before));
}

static void coordination(struct core_buf *out, const struct export_product *p)
{
    export_message_put(out, 3, "4. COORDINATION");
    for (size_t i = 0; i < area_count(p); i++) {
        const struct plan_area *a = area_at(p, i);
        char label[EXPORT_LABEL];
        export_task_label(i, label);
        export_message_row(out, "   %-5s COVERAGE %.2f  POC %3.0f PCT  POD %3.0f PCT  POS %3.0f PCT", label,
                           a->coverage, 100 * a->poc, 100 * a->pod, 100 * a->pos);
    }
    if (p->plan)
        export_message_put(out, 3, "   CHANCE OF SUCCESS OF ALL TOGETHER %.0f%% (NO PLAN CAN EXCEED %.0f%%)",
                           100 * p->plan->pos_total, 100 * p->plan->pos_bound);
    compared(out, p);
    for (size_t i = 0; p->plan && i < p->plan->n_another; i++)
        export_message_put(out, 3, "   ANOTHER %s LIKE %s WOULD ADD %.1f PCT",
                           p->asset[p->plan->another[i].asset].type, p->asset[p->plan->another[i].asset].id,
                           100 * p->plan->another[i].pos);
    if (p->after)
        export_message_put(
            out, 3,
            "   IF NOT FOUND, %.1f PCT REMAINS: %.1f IN THE AREAS NOT SEEN, %.1f OUTSIDE, %.1f NO "
            "LONGER ADRIFT",
            100 * (p->plan->left_inside + p->plan->left_outside + p->plan->left_gone),
            100 * p->plan->left_inside, 100 * p->plan->left_outside, 100 * p->plan->left_gone);
    export_message_put(out, 3, "   SMC: ........................  OSC: ........................");
    export_message_put(out, 3, "   KEEP TO YOUR OWN AREA. TELL OSC BEFORE LEAVING IT.");
    export_message_blank(out);
}

static void communications(struct core_buf *out)
{
    export_message_put(out, 3, "5. COMMUNICATIONS");
    export_message_put(out, 3, "   CONTROL: ....................  ON SCENE: ...................");
    export_message_put(out, 3, "   DISTRESS WATCH: VHF CH 16, 121.5 MHZ (AIR), 2182 KHZ");
    export_message_blank(out);
}

static void reports(struct core_buf *out)
{
    export_message_put(out, 3, "6. REPORTS");
    export_message_put(out, 3,
                       "   ARRIVING AND LEAVING; EVERY SIGHTING AT ONCE; HOURLY WEATHER, SEA STATE, "
                       "VISIBILITY AND WHAT WAS COVERED; AREAS NOT SEARCHED.");
}

static void footer(struct core_buf *out, const struct export_product *p)
{
    export_message_blank(out);
    export_message_put(out, 3, "POSITIONS WGS84, TIMES UTC. CASE %.12s, PHAROS %s.", p->case_sha256,
                       p->program_version);
}

enum ph_status export_action_plan_text(const struct export_product *p, struct core_buf *out,
                                       struct ph_err *err)
{
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    core_time_dtg(p->plan ? p->plan->valid_from_ns : p->start_ns, from);
    core_time_dtg(p->plan ? p->plan->valid_to_ns : p->until_ns, to);
    export_message_put(out, 3, "SEARCH ACTION PLAN");
    export_message_put(out, 3, "VALID %s TO %s", from, to);
    export_message_blank(out);
    situation(out, p);
    search_areas(out, p);
    execution(out, p);
    coordination(out, p);
    communications(out);
    reports(out);
    footer(out, p);
    return core_buf_check(out, err);
}

static void sitrep_search(struct core_buf *out, const struct export_product *p)
{
    if (p->taught && p->taught->found)
        export_message_put(out, 3, "I. INITIAL ACTIONS: FOUND BY SEARCH %s, THE CASE ENDS", p->taught->found);
    else if (isfinite(p->prior_pos))
        export_message_put(out, 3,
                           "I. INITIAL ACTIONS: AREAS SEARCHED SO FAR, CUMULATIVE CHANCE %.0f%%, NOT FOUND",
                           100 * p->prior_pos);
    else
        export_message_put(out, 3, "I. INITIAL ACTIONS: NO SEARCH FLOWN OR SAILED SO FAR");
    export_message_put(out, 3, "J. SEARCH AREA:%s", area_count(p) ? "" : " NONE PLANNED");
    for (size_t i = 0; i < area_count(p); i++) {
        const struct plan_area *a = area_at(p, i);
        char label[EXPORT_LABEL], centre[GEO_TEXT];
        export_task_label(i, label);
        geo_pos_format_spaced(a->centre, 1, centre);
        export_message_put(out, 6, "   %s %s, CENTRE %s, %.1f BY %.1f NM, %s", label, p->asset[a->asset].id,
                           centre, nm(a->length_m), nm(a->width_m), a->pattern);
    }
}

static void persons(struct core_buf *out, const struct export_product *p)
{
    int most = 0;
    for (size_t i = 0; i < p->n_objects; i++)
        most = p->object[i].persons > most ? p->object[i].persons : most;
    if (most)
        export_message_put(out, 3, "D. PERSONS AT RISK: %d", most);
    else
        export_message_put(out, 3, "D. PERSONS AT RISK: UNKNOWN");
}

enum ph_status export_sitrep_text(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    export_message_put(out, 3, "TRANSMISSION PRIORITY: .............");
    export_message_put(out, 3, "FROM: ..............................");
    export_message_put(out, 3, "TO: ................................");
    export_message_put(out, 3, "SAR SITREP NUMBER: .................");
    export_message_blank(out);
    export_message_put(out, 3, "A. IDENTITY: %s", p->case_name);
    starts(out, p, "B. POSITION: LAST KNOWN ");
    datum(out, p, "   DATUM NOW SEARCHED: ");
    export_message_put(out, 3, "C. SITUATION: ADRIFT, POSITION PREDICTED BY DRIFT MODEL, NOT SIGHTED");
    warnings(out, p);
    persons(out, p);
    export_message_put(out, 3, "E. ASSISTANCE REQUIRED: SEARCH AND RESCUE");
    export_message_put(out, 3, "F. COORDINATING RCC: ...............");
    objects(out, p, "G. DESCRIPTION: ");
    export_message_put(out, 3, "H. WEATHER ON SCENE: %s",
                       p->conditions_text ? p->conditions_text : "NOT REPORTED");
    sitrep_search(out, p);
    export_message_put(out, 3, "K. COORDINATING INSTRUCTIONS: SEE SEARCH ACTION PLAN");
    if (p->plan)
        export_message_put(out, 3,
                           "L. FUTURE PLANS: SEARCH AS PLANNED, CHANCE OF SUCCESS %.0f%%. THE NEXT PLAN USES "
                           "WHAT THIS SEARCH DID NOT FIND.",
                           100 * p->plan->pos_total);
    else
        export_message_put(out, 3, "L. FUTURE PLANS: UNITS ARE SOUGHT");
    export_message_put(out, 3, "M. ADDITIONAL: SEARCHING ENDS ONLY BY A DECISION OF THE COORDINATOR");
    footer(out, p);
    return core_buf_check(out, err);
}
