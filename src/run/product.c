#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/grid.h"
#include "geo/notation.h"
#include "object/survival.h"
#include "run/inner.h"

enum { MAP_TRACKS = 40 };

static const char *const type_names[] = {
    [SCENARIO_FIXED_WING] = "fixed-wing", [SCENARIO_HELICOPTER] = "helicopter",
    [SCENARIO_VESSEL] = "vessel",         [SCENARIO_BOAT] = "boat",
    [SCENARIO_DRONE] = "drone",
};
const char *run_text_keep(struct run *run, struct core_buf *buf)
{
    const char *kept = buf->failed ? NULL : core_arena_text(&run->arena, buf->text ? buf->text : "");
    core_buf_fini(buf);
    return kept;
}

static enum ph_status objects_add(struct run *run, struct ph_err *err)
{
    size_t n = run->c.n_objects;
    struct export_object *list = CORE_ARENA_NEW(&run->arena, struct export_object, n);
    if (!list)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct scenario_object *object = &run->c.object[i];
        list[i] = (struct export_object){
            .id = object->id,
            .key = object->key,
            .label = object->label,
            .tier = object_tier_text(object->tier),
            .search_object = object->search_object
                                 ? object->search_object
                                 : sensor_object_for(object->key, object->preset, object->persons),
            .weight = object->weight,
            .persons = object->persons,
        };
    }
    run->product.object = list;
    run->product.n_objects = n;
    return PH_OK;
}

static const char *base_text(struct run *run, const struct scenario_asset *asset)
{
    struct core_buf buf = {0};
    char position[GEO_TEXT], time[CORE_TIME_TEXT];
    if (asset->has_on_scene) {
        core_time_dtg(asset->on_scene_ns, time);
        core_buf_printf(&buf, "on scene %s for %.1f h", time, asset->search_s / 3600);
    } else {
        geo_pos_format(asset->from, 1, position);
        core_time_dtg(asset->available_ns, time);
        core_buf_printf(&buf, "from %s, available %s, transit %.0f kn, endurance %.1f h, reserve %.0f %%",
                        position, time, core_kn_from_mps(asset->transit_mps), asset->endurance_s / 3600,
                        100 * asset->reserve_frac);
    }
    return run_text_keep(run, &buf);
}

static enum ph_status assets_add(struct run *run, struct ph_err *err)
{
    size_t n = run->c.n_assets;
    struct export_asset *list = CORE_ARENA_NEW(&run->arena, struct export_asset, n);
    if (!list)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct scenario_asset *asset = &run->c.asset[i];
        list[i] = (struct export_asset){
            .id = asset->id,
            .type = type_names[asset->type],
            .speed_kn = core_kn_from_mps(asset->speed_mps),
            .altitude_ft = asset->altitude_m / CORE_M_PER_FT,
            .eye_height_m = asset->eye_height_m,
            .turn_allowance_frac = asset->turn_allowance_frac,
            .sweep = run->sweep_known && run->sweep_known[i] ? run->sweep + i * run->c.n_objects : NULL,
            .base_text = base_text(run, asset),
            .from = asset->from,
            .has_from = !asset->has_on_scene,
        };
        if (!list[i].base_text)
            return core_err_nomem(err);
    }
    run->product.asset = list;
    run->product.n_assets = n;
    return PH_OK;
}

static void number_add(struct core_buf *buf, const char *name, double value, const char *unit)
{
    if (!isnan(value))
        core_buf_printf(buf, "%s%s %g %s", buf->length ? ", " : "", name, value, unit);
}

static const char *conditions_text(struct run *run)
{
    const struct scenario_conditions *is = &run->c.conditions;
    struct core_buf buf = {0};
    number_add(&buf, "visibility", is->visibility_nm, "NM");
    number_add(&buf, "wind", is->wind_kn, "kn");
    number_add(&buf, "seas", is->sea_height_ft, "ft");
    core_buf_printf(&buf, "%s%s, %s", buf.length ? ", " : "", is->fatigue ? "crews tired" : "crews fresh",
                    is->night ? "night" : "daylight");
    return run_text_keep(run, &buf);
}

static const char *motion_text(struct run *run)
{
    static const char *const integrators[] = {"RK2 (Heun)", "Euler", "RK4"};
    const struct scenario_drift *drift = &run->c.drift;
    struct core_buf buf = {0};
    core_buf_printf(&buf, "%s, steps of %.0f s", integrators[drift->integrator], drift->step_s);
    core_buf_puts(&buf,
                  drift->leeway_noise ? "; leeway with its regression error" : "; leeway without error");
    if (drift->jibing)
        core_buf_printf(&buf, "; jibing %s",
                        drift->jibe_model == SCENARIO_JIBE_ALLEN ? "by Allen's model" : "at a constant rate");
    if (drift->wind_sd_mps > 0)
        core_buf_printf(&buf, "; wind error %.2g m/s over %.3g h", drift->wind_sd_mps,
                        drift->wind_correlation_s / 3600);
    if (drift->current_sd_mps > 0)
        core_buf_printf(&buf, "; current error %.2g m/s over %.3g h", drift->current_sd_mps,
                        drift->current_correlation_s / 3600);
    if (drift->diffusivity_m2s > 0)
        core_buf_printf(&buf, "; sub-grid diffusion %.3g m2/s", drift->diffusivity_m2s);
    return run_text_keep(run, &buf);
}

static bool anybody_in_water(const struct scenario_case *c)
{
    for (size_t i = 0; i < c->n_objects; i++)
        if (c->object[i].key && !strncmp(c->object[i].key, "PIW", 3) && c->object[i].weight > 0)
            return true;
    return false;
}

bool run_water_along_datum(struct run *run, double water_c[2])
{
    if (!run->forcing || !forcing_n_sources(run->forcing, FORCING_SEA_TEMPERATURE))
        return false;
    water_c[0] = INFINITY;
    water_c[1] = -INFINITY;
    for (size_t t = 0; t < run->ensemble.n_times; t++) {
        const struct export_time *time = &run->time[t];
        struct geo_pos at = time->moments.mean;
        const struct geo_box box = {at.lon_deg, at.lat_deg, at.lon_deg, at.lat_deg};
        double since_s = 0, c, unused;
        int8_t source;
        uint8_t flags;
        if (!time->has_moments ||
            forcing_window(run->forcing, time->t_ns, time->t_ns, geo_box_grow(box, 1000), NULL))
            continue;
        forcing_sample(run->forcing, FORCING_SEA_TEMPERATURE, 1, &at.lat_deg, &at.lon_deg, &since_s, &c,
                       &unused, &source, &flags);
        if (source < 0)
            continue;
        water_c[0] = fmin(water_c[0], c);
        water_c[1] = fmax(water_c[1], c);
    }
    return water_c[0] <= water_c[1];
}

// What is published on survival, where people may be in water of a known temperature.
static enum ph_status survival_add(struct run *run, struct ph_err *err)
{
    struct export_product *p = &run->product;
    if (!anybody_in_water(&run->c) || !run_water_along_datum(run, p->water_c))
        return PH_OK;
    size_t n = object_survival_count();
    struct export_survival *list = CORE_ARENA_NEW(&run->arena, struct export_survival, n);
    if (!list)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct object_survival_line *line = object_survival_at(i);
        list[i] = (struct export_survival){.what = line->what,
                                           .source = line->source,
                                           .hours = {line->hours(p->water_c[0]), line->hours(p->water_c[1])},
                                           .more_than = line->more_than};
    }
    p->survival = list;
    p->n_survival = n;
    return PH_OK;
}

// Some particles' tracks for the eye, spread evenly over the ensemble.
static enum ph_status tracks_add(struct run *run, struct ph_err *err)
{
    const struct drift_ensemble *e = &run->ensemble;
    size_t n = e->n < MAP_TRACKS ? e->n : MAP_TRACKS;
    float *lat = CORE_ARENA_NEW(&run->arena, float, n * e->n_times);
    float *lon = CORE_ARENA_NEW(&run->arena, float, n * e->n_times);
    if (!lat || !lon)
        return core_err_nomem(err);
    for (size_t t = 0; t < e->n_times; t++) {
        for (size_t i = 0; i < n; i++) {
            size_t particle = i * e->n / n;
            lat[i * e->n_times + t] = e->lat_deg[t * e->n + particle];
            lon[i * e->n_times + t] = e->lon_deg[t * e->n + particle];
        }
        drift_ensemble_rest(e, t);
    }
    run->product.track_lat_deg = lat;
    run->product.track_lon_deg = lon;
    run->product.n_tracks = n;
    return PH_OK;
}

// What the map must show: starts, the 95 % region when the plan ends (or at the end), areas.
static enum ph_status box_add(struct run *run, struct ph_err *err)
{
    const struct export_product *p = &run->product;
    size_t last = p->n_times - 1, n = 0, capacity = p->n_scenarios + 1;
    for (size_t t = 0; p->plan && t < p->n_times; t++)
        if (p->time[t].t_ns <= p->plan->valid_to_ns || !p->plan->n_areas)
            last = t;
    const struct export_time *time = &p->time[last];
    for (size_t r = 0; r < time->n_regions; r++)
        for (size_t k = 0; k < time->region[r].n_rings; k++)
            capacity += time->region[r].ring[k].n;
    capacity += p->plan ? 4 * p->plan->n_areas : 0;
    double *lat = CORE_ARENA_NEW(&run->arena, double, capacity),
           *lon = CORE_ARENA_NEW(&run->arena, double, capacity);
    if (!lat || !lon)
        return core_err_nomem(err);
#define ADD(position) (lat[n] = (position).lat_deg, lon[n] = (position).lon_deg, n++)
    for (size_t s = 0; s < p->n_scenarios; s++)
        ADD(p->scenario[s].centre);
    for (size_t r = 0; r < time->n_regions; r++)
        for (size_t k = 0; k < time->region[r].n_rings; k++)
            for (size_t i = 0; i < time->region[r].ring[k].n; i++)
                ADD(time->region[r].ring[k].pos[i]);
    for (size_t a = 0; p->plan && a < p->plan->n_areas; a++)
        for (int i = 0; i < 4; i++)
            ADD(p->plan->area[a].corner[i]);
#undef ADD
    if (geo_box_of(n, lat, lon, &run->product.box))
        run->product.box = geo_box_grow(run->product.box, 5 * CORE_M_PER_NM);
    return PH_OK;
}

enum ph_status run_product(struct run *run, struct ph_err *err)
{
    run->product = (struct export_product){
        .case_name = run->c.name,
        .case_path = run->c.path,
        .case_sha256 = run->c.sha256,
        .program_version = ph_version(),
        .extensions_json = run->c.extensions_json,
        .seed = run->c.drift.seed,
        .particles = run->ensemble.n,
        .wall_s = run->service.wall_s,
        .particle_steps = run->service.particle_steps,
        .kernel = run->service.kernel,
        .start_ns = run->c.drift.start_ns,
        .until_ns = run->c.drift.until_ns,
        .time = run->time,
        .n_times = run->ensemble.n_times,
        .plan = run->has_plan ? &run->plan : NULL,
        .after = run->has_plan && run->plan.n_areas ? &run->after : NULL,
        .objective = run->plan_objective,
        .detection_random = run->c.conditions.detection == SCENARIO_RANDOM,
        .prior_pos = run->prior_pos,
        .taught = run->taught.source_before ? &run->taught : NULL,
        .conditions_text = conditions_text(run),
        .motion_text = motion_text(run),
        .job = run->job,
        .traced = run->traced,
        .n_traced = run->n_traced,
        .coast = run->coast,
        .coast_text = geo_coast_source(run->coast),
    };
    if (!run->product.conditions_text || !run->product.motion_text)
        return core_err_nomem(err);
    enum ph_status status = run_beginnings_add(run, err);
    if (!status)
        status = objects_add(run, err);
    if (!status)
        status = assets_add(run, err);
    if (!status)
        status = run_sources_add(run, err);
    if (!status && !run->stream) // else they were not kept
        status = tracks_add(run, err);
    if (!status)
        status = survival_add(run, err);
    return status ? status : box_add(run, err);
}
