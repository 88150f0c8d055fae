// plan.json: the plan for programs, with every figure that led to it.
#include "export/product.h"

#include <math.h>

#include "core/json.h"
#include "core/units.h"

enum { CHANCE = 7 }; // decimals of a chance: gains still add up to the total

static double nm(double m)
{
    return core_nm_from_m(m);
}

static void position(struct core_json *json, struct geo_pos pos)
{
    core_json_object_flat(json);
    core_json_key_fixed(json, "lat", pos.lat_deg, 6);
    core_json_key_fixed(json, "lon", pos.lon_deg, 6);
    core_json_object_end(json);
}

static void factors(struct core_json *json, const struct sensor_sweep *sweep)
{
    core_json_key(json, "factors");
    core_json_array(json);
    for (size_t i = 0; i < sweep->n_factors; i++) {
        const struct sensor_factor *f = &sweep->factor[i];
        core_json_object_flat(json);
        core_json_key_text(json, "name", f->name);
        core_json_key_num(json, "value", f->value, 6);
        core_json_key_text(json, "reason", f->reason);
        core_json_key_text(json, "source", f->source);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void sweep_widths(struct core_json *json, const struct export_product *p,
                         const struct export_asset *asset)
{
    core_json_key(json, "sweep_widths");
    core_json_array(json);
    for (size_t i = 0; asset->sweep && i < p->n_objects; i++) {
        core_json_object(json);
        core_json_key_text(json, "object", p->object[i].id);
        core_json_key_text(json, "search_object", asset->sweep[i].search_object);
        core_json_key_num(json, "width_nm", asset->sweep[i].width_nm, 6);
        factors(json, &asset->sweep[i]);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void waypoints(struct core_json *json, const struct plan_area *a)
{
    core_json_key(json, "waypoints");
    core_json_array(json);
    for (size_t i = 0; i < a->n_waypoints; i++) {
        core_json_object_flat(json);
        core_json_key_fixed(json, "lat", a->waypoint[i].pos.lat_deg, 6);
        core_json_key_fixed(json, "lon", a->waypoint[i].pos.lon_deg, 6);
        core_json_key_time(json, "time", a->waypoint[i].t_ns);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void area_geometry(struct core_json *json, const struct plan_area *a)
{
    core_json_key_text(json, "pattern", a->pattern);
    core_json_key(json, "centre");
    position(json, a->centre);
    core_json_key(json, "corners");
    core_json_array(json);
    for (int i = 0; i < 4; i++)
        position(json, a->corner[i]);
    core_json_array_end(json);
    core_json_key_fixed(json, "length_nm", nm(a->length_m), 3);
    core_json_key_fixed(json, "width_nm", nm(a->width_m), 3);
    core_json_key_fixed(json, "orientation_deg", a->orientation_deg, 2);
    core_json_key_text(json, "creep", a->creep);
    core_json_key_text(json, "frame", a->drift_mps > 0 ? "drifting" : "ground");
    core_json_key_fixed(json, "drift_kn", core_kn_from_mps(a->drift_mps), 3);
    core_json_key_fixed(json, "drift_toward_deg", a->drift_toward_deg, 1);
    core_json_key_fixed(json, "track_spacing_nm", nm(a->spacing_m), 3);
}

static void area_chances(struct core_json *json, const struct plan_area *a)
{
    core_json_key_fixed(json, "sweep_width_nm", nm(a->sweep_m), 4);
    core_json_key_fixed(json, "coverage", a->coverage, 4);
    core_json_key_fixed(json, "poc", a->poc, CHANCE);
    core_json_key_fixed(json, "pod", a->pod, CHANCE);
    core_json_key_fixed(json, "pos", a->pos, CHANCE);
    core_json_key_fixed(json, "pos_alone", a->pos_alone, CHANCE);
    if (a->has_given)
        core_json_key_fixed(json, "pos_in_file", a->pos_given, CHANCE);
    core_json_key_fixed(json, "pos_other_detection", a->pos_other, CHANCE);
}

// Why it is there: the next best place, and what an hour more would add.
static void reason(struct core_json *json, const struct export_product *p, size_t area)
{
    const struct plan_reason *r = p->plan->reason ? &p->plan->reason[area] : NULL;
    if (!r || isnan(r->hour_pos))
        return;
    core_json_key(json, "why");
    core_json_object(json);
    core_json_key_fixed(json, "extra_hour_pos", r->hour_pos, CHANCE);
    core_json_key(json, "next_best");
    if (r->has_next) {
        core_json_object(json);
        core_json_key_fixed(json, "pos_total", p->plan->pos_total - r->next_loss, CHANCE);
        core_json_key_text(json, "pattern", r->next_pattern);
        core_json_key(json, "centre");
        position(json, r->next_centre);
        core_json_key_fixed(json, "length_nm", nm(r->next_length_m), 3);
        core_json_key_fixed(json, "width_nm", nm(r->next_width_m), 3);
        core_json_key_fixed(json, "track_spacing_nm", nm(r->next_spacing_m), 3);
        core_json_object_end(json);
    } else {
        core_json_null(json);
    }
    core_json_object_end(json);
}

static void another(struct core_json *json, const struct export_product *p)
{
    core_json_key(json, "another");
    core_json_array(json);
    for (size_t i = 0; p->plan && i < p->plan->n_another; i++) {
        const struct export_asset *asset = &p->asset[p->plan->another[i].asset];
        core_json_object_flat(json);
        core_json_key_text(json, "type", asset->type);
        core_json_key_text(json, "like", asset->id);
        core_json_key_fixed(json, "pos", p->plan->another[i].pos, CHANCE);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

// Where they are if this plan finds nobody.
static void remaining(struct core_json *json, const struct export_product *p)
{
    const struct plan_result *plan = p->plan;
    if (!plan || !plan->left)
        return;
    core_json_key(json, "remaining");
    core_json_object(json);
    core_json_key_fixed(json, "inside_areas", plan->left_inside, CHANCE);
    core_json_key_fixed(json, "outside_areas", plan->left_outside, CHANCE);
    core_json_key_fixed(json, "not_adrift", plan->left_gone, CHANCE);
    if (p->after) {
        core_json_key_time(json, "time", p->after->t_ns);
        if (p->after->has_moments) {
            core_json_key(json, "datum");
            position(json, p->after->moments.mean);
        }
        core_json_key(json, "containment");
        core_json_array(json);
        for (size_t i = 0; i < p->after->n_regions; i++) {
            core_json_object_flat(json);
            core_json_key_fixed(json, "mass", p->after->region[i].mass, 2);
            core_json_key_fixed(json, "area_nm2", nm(nm(p->after->region[i].area_m2)), 3);
            core_json_object_end(json);
        }
        core_json_array_end(json);
    }
    core_json_object_end(json);
}

static void asset_area(struct core_json *json, const struct export_product *p, size_t area)
{
    const struct plan_area *a = &p->plan->area[area];
    const struct export_asset *asset = &p->asset[a->asset];
    core_json_object(json);
    core_json_key_text(json, "id", asset->id);
    core_json_key_text(json, "type", asset->type);
    area_geometry(json, a);
    area_chances(json, a);
    core_json_key(json, "csp");
    position(json, a->csp);
    core_json_key_time(json, "start", a->start_ns);
    core_json_key_time(json, "end", a->end_ns);
    core_json_key_time(json, "on_scene_until", a->leave_ns);
    core_json_key_fixed(json, "turn_allowance_percent", 100 * asset->turn_allowance_frac, 1);
    core_json_key_fixed(json, "track_nm", nm(a->track_m), 3);
    core_json_key_num(json, "speed_kn", asset->speed_kn, 6);
    core_json_key_num(json, "altitude_ft", asset->altitude_ft, 6);
    core_json_key_num(json, "eye_height_m", asset->eye_height_m, 6);
    core_json_key_fixed(json, "transit_h", a->transit_s / 3600, 3);
    core_json_key_fixed(json, "return_h", a->return_s / 3600, 3);
    reason(json, p, area);
    sweep_widths(json, p, asset);
    waypoints(json, a);
    core_json_object_end(json);
}

static void unused(struct core_json *json, const struct export_product *p)
{
    core_json_key(json, "unused");
    core_json_array(json);
    for (size_t i = 0; p->plan && i < p->plan->n_unused; i++) {
        core_json_object_flat(json);
        core_json_key_text(json, "id", p->asset[p->plan->unused[i].asset].id);
        core_json_key_text(json, "why", p->plan->unused[i].why);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void per_scenario(struct core_json *json, const struct export_product *p)
{
    core_json_key(json, "pos_per_scenario");
    core_json_object_flat(json);
    for (size_t i = 0; i < p->n_scenarios; i++)
        core_json_key_fixed(json, p->scenario[i].id,
                            p->plan && p->plan->pos_per_source ? p->plan->pos_per_source[i] : 0, CHANCE);
    core_json_object_end(json);
    core_json_key(json, "pos_per_object");
    core_json_object_flat(json);
    for (size_t i = 0; i < p->n_objects; i++)
        core_json_key_fixed(json, p->object[i].id,
                            p->plan && p->plan->pos_per_object ? p->plan->pos_per_object[i] : 0, CHANCE);
    core_json_object_end(json);
}

// What the plan raises, and how its chance grows with time.
static void objective(struct core_json *json, const struct export_product *p)
{
    static const char *const names[] = {
        [PLAN_POS] = "pos", [PLAN_EXPECTED_TIME] = "expected-time", [PLAN_SURVIVAL] = "survival"};
    const struct plan_result *plan = p->plan;
    core_json_key_text(json, "objective", names[p->objective]);
    core_json_key_fixed(json, "mean_time_h", plan && plan->n_moments ? plan->mean_time_s / 3600 : NAN, 4);
    core_json_key_fixed(json, "pos_alive", plan ? plan->pos_alive : NAN, CHANCE);
    core_json_key(json, "pos_by");
    core_json_array(json);
    for (size_t i = 0; plan && i < plan->n_moments; i++) {
        core_json_object_flat(json);
        core_json_key_time(json, "time", plan->moment[i].t_ns);
        core_json_key_fixed(json, "pos", plan->moment[i].pos, CHANCE);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void totals(struct core_json *json, const struct export_product *p)
{
    const struct plan_result *plan = p->plan;
    core_json_key(json, "valid");
    core_json_array_flat(json);
    core_json_time(json, plan ? plan->valid_from_ns : p->start_ns);
    core_json_time(json, plan ? plan->valid_to_ns : p->until_ns);
    core_json_array_end(json);
    core_json_key_text(json, "detection", p->detection_random ? "random" : "inverse-cube");
    core_json_key_fixed(json, "pos_total", plan ? plan->pos_total : 0, CHANCE);
    core_json_key_fixed(json, "pos_bound", plan ? plan->pos_bound : 0, CHANCE);
    core_json_key_num(json, "pos_bound_gap", plan ? plan->bound_gap : NAN, 3);
    core_json_key_fixed(json, "pos_bound_cell_nm", plan ? nm(plan->bound_cell_m) : NAN, 3);
    core_json_key_fixed(json, "pos_manual_method", plan ? plan->manual_pos : NAN, CHANCE);
    if (plan && plan->worksheet.effort_m2 > 0) {
        const struct plan_worksheet *w = &plan->worksheet;
        core_json_key(json, "manual_worksheet");
        core_json_object(json);
        core_json_key_fixed(json, "total_probable_error_nm", nm(w->error_m), 3);
        core_json_key_fixed(json, "effort_nm2", nm(nm(w->effort_m2)), 3);
        core_json_key_fixed(json, "search_factor", w->factor, 4);
        core_json_key_fixed(json, "search_radius_nm", nm(w->radius_m), 3);
        core_json_key_fixed(json, "coverage", w->coverage, 4);
        core_json_key_fixed(json, "poc", w->poc, CHANCE);
        core_json_key_fixed(json, "pod", w->pod, CHANCE);
        core_json_key_fixed(json, "pos", w->pos, CHANCE);
        core_json_object_end(json);
    }
    core_json_key_fixed(json, "pos_other_detection", plan ? plan->pos_other : NAN, CHANCE);
    core_json_key_fixed(json, "pos_already_searched", p->prior_pos, CHANCE);
    objective(json, p);
    per_scenario(json, p);
}

enum ph_status export_plan_json(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "plan/1");
    core_json_key_text(&json, "case_name", p->case_name);
    core_json_key_text(&json, "case_sha256", p->case_sha256);
    core_json_key_text(&json, "program_version", p->program_version);
    totals(&json, p);
    core_json_key_text(&json, "conditions", p->conditions_text);
    core_json_key(&json, "assets");
    core_json_array(&json);
    for (size_t i = 0; p->plan && i < p->plan->n_areas; i++)
        asset_area(&json, p, i);
    core_json_array_end(&json);
    unused(&json, p);
    another(&json, p);
    remaining(&json, p);
    core_json_object_end(&json);
    return core_buf_check(out, err);
}
