#include <math.h>
#include <string.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/notation.h"
#include "run/inner.h"
#include "scenario/seed.h"
#include "scenario/voyage.h"

static const char *const kind_names[] = {
    [SCENARIO_POINT] = "point",         [SCENARIO_POINTS] = "points",   [SCENARIO_AREA] = "area",
    [SCENARIO_LINE] = "line",           [SCENARIO_BEARING] = "bearing", [SCENARIO_VOYAGE] = "voyage",
    [SCENARIO_BACKTRACK] = "backtrack",
};

static void window_add(struct core_buf *buf, struct scenario_window window)
{
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    core_time_dtg(window.from_ns, from);
    core_time_dtg(window.to_ns, to);
    core_buf_printf(buf, window.from_ns == window.to_ns ? ", %s" : ", %s to %s", from, to);
}

static void spread_add(struct core_buf *buf, struct scenario_spread spread)
{
    if (spread.sigma_m > 0)
        core_buf_printf(buf, ", 50 %% within %.1f NM", core_nm_from_m(spread.sigma_m * 1.17741));
    else if (spread.radius_m > 0)
        core_buf_printf(buf, ", anywhere within %.1f NM", core_nm_from_m(spread.radius_m));
}

static void start_add(struct core_buf *buf, const struct scenario_start *start)
{
    char position[GEO_TEXT];
    geo_pos_format(start->pos, 1, position);
    core_buf_puts(buf, position);
    spread_add(buf, start->spread);
}

// "33-10.0N 012-30.0E to ... (2 waypoints), 2.5 to 6.0 kn, departed ..."
static void voyage_add(struct core_buf *buf, const struct scenario_source *source)
{
    const struct scenario_voyage *voyage = &source->voyage;
    start_add(buf, &source->start[0]);
    core_buf_puts(buf, " to ");
    start_add(buf, &source->start[source->n_start - 1]);
    core_buf_printf(buf, " (%zu waypoints), %.3g to %.3g kn, most likely %.3g; departed", source->n_start,
                    core_kn_from_mps(voyage->speed_mps[0]), core_kn_from_mps(voyage->speed_mps[2]),
                    core_kn_from_mps(voyage->speed_mps[1]));
    window_add(buf, voyage->depart);
    core_buf_puts(buf, voyage->has_distress ? "; in distress" : "; in distress anywhere on the way");
    if (voyage->has_distress)
        window_add(buf, voyage->distress);
    if (voyage->n_hazards)
        core_buf_printf(buf, "; %zu hazard areas", voyage->n_hazards);
}

static void bearing_add(struct core_buf *buf, const struct scenario_source *source)
{
    const struct scenario_bearing *bearing = &source->bearing;
    char position[GEO_TEXT];
    geo_pos_format(source->start[0].pos, 1, position);
    core_buf_printf(buf, "on a bearing of %03.0f\xc2\xb0 (sd %.2g\xc2\xb0) from %s, %.3g to %.3g NM off",
                    bearing->toward_deg, bearing->sd_deg, position, core_nm_from_m(bearing->range_m[0]),
                    core_nm_from_m(bearing->range_m[1]));
}

// "found 33-10.0N 012-30.0E, 50 % within 1.0 NM, 291200Z AUG 16; began from ... to ... (nine tenths)"
static void find_add(struct run *run, struct core_buf *buf, const struct scenario_source *source)
{
    core_buf_puts(buf, "found ");
    start_add(buf, &source->start[0]);
    window_add(buf, source->start[0].time);
    for (size_t i = 0; i < run->n_traced; i++) {
        const struct export_traced *traced = &run->traced[i];
        char position[GEO_TEXT];
        if (strcmp(traced->scenario, source->id))
            continue;
        geo_pos_format(traced->mean, 1, position);
        core_buf_printf(buf, "; began about %s", position);
        window_add(buf, (struct scenario_window){traced->from_ns, traced->to_ns});
        core_buf_printf(buf, " (nine tenths), %.0f of %zu members agree with the find", traced->effective,
                        traced->members);
    }
}

static const char *scenario_text(struct run *run, const struct scenario_source *source)
{
    struct core_buf buf = {0};
    switch (source->kind) {
    case SCENARIO_POINT:
        start_add(&buf, &source->start[0]);
        break;
    case SCENARIO_POINTS:
        core_buf_printf(&buf, "%zu given points, first ", source->n_start);
        start_add(&buf, &source->start[0]);
        break;
    case SCENARIO_LINE:
        start_add(&buf, &source->start[0]);
        core_buf_puts(&buf, " to ");
        start_add(&buf, &source->start[1]);
        break;
    case SCENARIO_AREA:
        core_buf_printf(&buf, "anywhere in an area of %zu corners", source->n_polygon);
        break;
    case SCENARIO_BEARING:
        bearing_add(&buf, source);
        break;
    case SCENARIO_VOYAGE:
        voyage_add(&buf, source);
        return run_text_keep(run, &buf);
    case SCENARIO_BACKTRACK:
        find_add(run, &buf, source);
        return run_text_keep(run, &buf);
    }
    window_add(&buf, source->time);
    return run_text_keep(run, &buf);
}

static struct geo_pos scenario_centre(const struct scenario_source *source)
{
    const struct scenario_bearing *bearing = &source->bearing;
    if (source->kind == SCENARIO_BEARING)
        return geo_earth_forward(source->start[0].pos, bearing->toward_deg,
                                 0.5 * (bearing->range_m[0] + bearing->range_m[1]));
    if (source->kind != SCENARIO_AREA && source->kind != SCENARIO_LINE)
        return source->start[0].pos;
    struct geo_pos corner[2], centre;
    const struct geo_pos *at = source->polygon;
    size_t n = source->n_polygon;
    if (source->kind == SCENARIO_LINE) {
        corner[0] = source->start[0].pos;
        corner[1] = source->start[1].pos;
        at = corner;
        n = 2;
    }
    return geo_earth_mean(n, at, NULL, &centre) ? centre : at[0];
}

static double scenario_circle_m(const struct scenario_source *source)
{
    if (source->kind != SCENARIO_POINT)
        return 0;
    struct scenario_spread spread = source->start[0].spread;
    return spread.sigma_m > 0 ? spread.sigma_m * 1.17741 : spread.radius_m;
}

static enum ph_status scenarios_add(struct run *run, struct ph_err *err)
{
    size_t n = run->c.n_sources;
    struct export_scenario *list = CORE_ARENA_NEW(&run->arena, struct export_scenario, n);
    if (!list)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct scenario_source *source = &run->c.source[i];
        list[i] = (struct export_scenario){
            .id = source->id,
            .kind = kind_names[source->kind],
            .text = scenario_text(run, source),
            .weight = source->weight,
            .centre = scenario_centre(source),
            .circle_m = scenario_circle_m(source),
        };
        if (!list[i].text)
            return core_err_nomem(err);
    }
    run->product.scenario = list;
    run->product.n_scenarios = n;
    return PH_OK;
}

// The routes of voyages as the case states them, with the first land on each.
static enum ph_status routes_add(struct run *run, struct ph_err *err)
{
    struct export_route *list = CORE_ARENA_NEW(&run->arena, struct export_route, run->c.n_sources);
    struct scenario_passage *passage = CORE_ARENA_NEW(&run->arena, struct scenario_passage, 1);
    if (!list || !passage)
        return core_err_nomem(err);
    size_t n = 0;
    for (size_t i = 0; i < run->c.n_sources; i++) {
        const struct scenario_source *source = &run->c.source[i];
        if (source->kind != SCENARIO_VOYAGE)
            continue;
        struct export_route *route = &list[n++];
        struct geo_pos *way = CORE_ARENA_NEW(&run->arena, struct geo_pos, source->n_start);
        if (!way)
            return core_err_nomem(err);
        scenario_passage_nominal(source, passage);
        memcpy(way, passage->way, source->n_start * sizeof *way);
        *route = (struct export_route){.id = source->id, .way = way, .n = source->n_start};
        route->meets_land = scenario_passage_land(source, passage, run->coast, &route->leg, &route->land);
    }
    run->product.route = list;
    run->product.n_routes = n;
    return PH_OK;
}

enum ph_status run_beginnings_add(struct run *run, struct ph_err *err)
{
    enum ph_status status = scenarios_add(run, err);
    return status ? status : routes_add(run, err);
}

enum ph_status run_beginnings(struct run *run, struct ph_err *err)
{
    run->product = (struct export_product){.case_name = run->c.name,
                                           .coast = run->coast,
                                           .coast_text = geo_coast_source(run->coast),
                                           .job = run->job};
    enum ph_status status = geo_coast_load(run->coast, scenario_start_box(&run->c), err);
    return status ? status : run_beginnings_add(run, err);
}
