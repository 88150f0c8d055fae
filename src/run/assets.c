#include "run/inner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/plan_file.h"

static enum sensor_platform platform_of(enum scenario_asset_type type)
{
    switch (type) {
    case SCENARIO_FIXED_WING:
        return SENSOR_AIRCRAFT;
    case SCENARIO_HELICOPTER:
        return SENSOR_HELICOPTER;
    case SCENARIO_VESSEL:
        return SENSOR_VESSEL;
    case SCENARIO_BOAT:
        return SENSOR_BOAT;
    case SCENARIO_DRONE:
        break;
    }
    return SENSOR_DRONE;
}

static enum sensor_kind kind_of(enum scenario_sensor sensor)
{
    return sensor == SCENARIO_RADAR      ? SENSOR_RADAR
           : sensor == SCENARIO_INFRARED ? SENSOR_INFRARED
                                         : SENSOR_VISUAL;
}

static struct sensor_setting setting_of(const struct scenario_asset *asset)
{
    const struct scenario_conditions *conditions = &asset->conditions;
    return (struct sensor_setting){
        .platform = platform_of(asset->type),
        .kind = kind_of(asset->sensor),
        .speed_kn = core_kn_from_mps(asset->speed_mps),
        .altitude_ft = asset->altitude_m / CORE_M_PER_FT,
        .eye_height_m = asset->eye_height_m,
        .sweep_width_nm = core_nm_from_m(asset->sweep_width_m),
        .visibility_nm = conditions->visibility_nm,
        .wind_kn = conditions->wind_kn,
        .sea_height_ft = conditions->sea_height_ft,
        .fatigue = conditions->fatigue,
        .night = conditions->night,
    };
}

static const char *search_object_of(const struct scenario_object *object)
{
    return object->search_object ? object->search_object
                                 : sensor_object_for(object->key, object->preset, object->persons);
}

enum ph_status run_asset_sweeps(struct run *run, const struct scenario_asset *asset,
                                struct sensor_sweep *sweep, struct ph_err *err)
{
    struct sensor_setting setting = setting_of(asset);
    for (size_t o = 0; o < run->c.n_objects; o++) {
        enum ph_status status =
            sensor_sweep_of(&setting, search_object_of(&run->c.object[o]), &sweep[o], err);
        if (status) {
            core_err_within(err, asset->pointer);
            return status;
        }
    }
    return PH_OK;
}

static bool sweep_is_zero(const struct sensor_sweep *sweep, size_t n)
{
    for (size_t o = 0; o < n; o++)
        if (sweep[o].width_nm > 0)
            return false;
    return true;
}

static bool is_air(enum scenario_asset_type type)
{
    return type == SCENARIO_FIXED_WING || type == SCENARIO_HELICOPTER || type == SCENARIO_DRONE;
}

static bool planner_view(struct run *run, const struct scenario_asset *asset,
                         const struct sensor_sweep *sweep, struct plan_asset *out)
{
    double *widths_m = CORE_ARENA_NEW(&run->arena, double, run->c.n_objects);
    if (!widths_m)
        return false;
    for (size_t o = 0; o < run->c.n_objects; o++)
        widths_m[o] = core_m_from_nm(sweep[o].width_nm);
    *out = (struct plan_asset){
        .id = asset->id,
        .kind = (int)asset->type,
        .is_air = is_air(asset->type),
        .separation = is_air(asset->type) ? PLAN_AIR : PLAN_SURFACE,
        .altitude_m = asset->altitude_m,
        .speed_mps = asset->speed_mps,
        .sweep_m = widths_m,
        .turn_allowance_frac = asset->turn_allowance_frac,
        .has_on_scene = asset->has_on_scene,
        .on_scene_ns = asset->on_scene_ns,
        .search_s = asset->search_s,
        .from = asset->from,
        .return_to = asset->has_return ? asset->return_to : asset->from,
        .available_ns = asset->available_ns,
        .transit_mps = asset->transit_mps,
        .endurance_s = asset->endurance_s,
        .reserve_frac = asset->reserve_frac,
    };
    return true;
}

static enum ph_status refuse(struct run *run, size_t asset, const char *why, struct ph_err *err)
{
    const char *kept = core_arena_text(&run->arena, why);
    if (!kept)
        return core_err_nomem(err);
    run->refused[run->n_refused++] = (struct plan_unused){.asset = asset, .why = kept};
    core_job_warn(run->job, "asset-unused", "%s takes no part in the plan: %s", run->c.asset[asset].id, why);
    return PH_OK;
}

// The area that an asset is to keep: from the plan given to be evaluated, or from the case's "keep".
static enum ph_status area_kept(struct run *run, const struct scenario_asset *asset,
                                const struct plan_area **out, struct ph_err *err)
{
    const char *path = run->evaluate ? run->evaluate : asset->keep;
    struct plan_file file;
    if (!path)
        return PH_OK;
    enum ph_status status = plan_file_read(path, &run->arena, &file, err);
    if (status)
        return status;
    const struct plan_kept *kept = plan_file_find(&file, asset->id);
    if (!kept && !run->evaluate) {
        status = core_err_set(err, PH_EINPUT, path, "name a plan that has this asset, or leave out \"keep\"",
                              "%s has no area in this plan", asset->id);
        core_err_within(err, asset->pointer);
        return status;
    }
    *out = kept ? &kept->area : NULL;
    return PH_OK;
}

// Everybody in the plan to be evaluated must be known to the case.
static enum ph_status evaluate_check(struct run *run, struct ph_err *err)
{
    struct plan_file file = {0};
    enum ph_status status = run->evaluate ? plan_file_read(run->evaluate, &run->arena, &file, err) : PH_OK;
    for (size_t k = 0; k < file.n_kept && !status; k++) {
        size_t i = 0;
        while (i < run->c.n_assets && strcmp(run->c.asset[i].id, file.kept[k].id))
            i++;
        if (i == run->c.n_assets)
            status =
                core_err_set(err, PH_EINPUT, run->evaluate, "use the ids of the case's assets",
                             "the plan has an area for %s, which the case does not have", file.kept[k].id);
    }
    return status;
}

// An asset without a sweep width is left out, and says why; the others go on.
static enum ph_status asset_make(struct run *run, size_t i, struct ph_err *err)
{
    const struct scenario_asset *asset = &run->c.asset[i];
    size_t n_objects = run->c.n_objects;
    struct sensor_sweep *sweep = run->sweep + i * n_objects;
    struct ph_err reason = {0};
    enum ph_status status = run_asset_sweeps(run, asset, sweep, &reason);
    if (status == PH_EINPUT || status == PH_EUNSUPPORTED) {
        char why[800];
        snprintf(why, sizeof why, "%s%s%s", reason.what, reason.fix[0] ? "; " : "", reason.fix);
        return refuse(run, i, why, err);
    }
    if (status) {
        if (err)
            *err = reason;
        return status;
    }
    run->sweep_known[i] = true;
    if (asset->parked)
        return refuse(run, i, "parked: the case says not to use it", err);
    const struct plan_area *keep = NULL;
    status = area_kept(run, asset, &keep, err);
    if (status)
        return status;
    if (run->evaluate && !keep)
        return refuse(run, i, "it has no area in the plan given", err);
    if (sweep_is_zero(sweep, n_objects))
        return refuse(run, i, "its sweep width is zero for every object under these conditions", err);
    if (!planner_view(run, asset, sweep, &run->plan_asset[run->n_plan_assets]))
        return core_err_nomem(err);
    status = run_windows_make(run, asset, &run->plan_asset[run->n_plan_assets], err);
    if (status)
        return status;
    run->plan_asset[run->n_plan_assets].keep = keep;
    run->plan_asset_index[run->n_plan_assets++] = i;
    return PH_OK;
}

enum ph_status run_assets_make(struct run *run, struct ph_err *err)
{
    size_t n = run->c.n_assets;
    run->plan_asset = CORE_ARENA_NEW(&run->arena, struct plan_asset, n);
    run->plan_asset_index = CORE_ARENA_NEW(&run->arena, size_t, n);
    run->sweep = CORE_ARENA_NEW(&run->arena, struct sensor_sweep, n * run->c.n_objects);
    run->sweep_known = CORE_ARENA_NEW(&run->arena, bool, n);
    run->refused = CORE_ARENA_NEW(&run->arena, struct plan_unused, n);
    if (!run->plan_asset || !run->plan_asset_index || !run->sweep || !run->sweep_known || !run->refused)
        return core_err_nomem(err);
    run->n_plan_assets = run->n_refused = 0;
    enum ph_status known = evaluate_check(run, err);
    if (known)
        return known;
    for (size_t i = 0; i < n; i++) {
        enum ph_status status = asset_make(run, i, err);
        if (status)
            return status;
    }
    return PH_OK;
}
