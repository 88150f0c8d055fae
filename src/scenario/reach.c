#include "scenario/reach.h"

#include <math.h>

#include "core/units.h"
#include "geo/earth.h"
#include "geo/grid.h"
#include "geo/polygon.h"
#include "scenario/draw.h"

enum { LINE_PIECES = 64 };

// Eastern end of [from.west, ...] stretched to hold `b`.
static double east_to_hold(double west_deg, double a_east_deg, struct geo_box b)
{
    double east = west_deg + core_deg_wrap360(b.west_deg - west_deg) + (b.east_deg - b.west_deg);
    return fmax(a_east_deg, east);
}

struct geo_box scenario_reach_join(struct geo_box a, struct geo_box b)
{
    struct geo_box from_a = a, from_b = b;
    from_a.east_deg = fmin(east_to_hold(a.west_deg, a.east_deg, b), a.west_deg + 360);
    from_b.east_deg = fmin(east_to_hold(b.west_deg, b.east_deg, a), b.west_deg + 360);
    struct geo_box box =
        from_a.east_deg - from_a.west_deg <= from_b.east_deg - from_b.west_deg ? from_a : from_b;
    box.south_deg = fmin(a.south_deg, b.south_deg);
    box.north_deg = fmax(a.north_deg, b.north_deg);
    return box;
}

static struct geo_box about(struct geo_pos pos, double metres)
{
    const struct geo_box box = {pos.lon_deg, pos.lat_deg, pos.lon_deg, pos.lat_deg};
    return geo_box_grow(box, metres);
}

static struct geo_box line_box(const struct scenario_start *start)
{
    double length_m = geo_earth_distance_m(start[0].pos, start[1].pos);
    double bearing_deg = length_m > 0 ? geo_earth_bearing_deg(start[0].pos, start[1].pos) : 0;
    double reach_m = fmax(scenario_draw_reach_m(start[0].spread), scenario_draw_reach_m(start[1].spread));
    double piece_m = length_m / LINE_PIECES;
    struct geo_box box = about(start[0].pos, reach_m + piece_m);
    for (int i = 1; i <= LINE_PIECES; i++)
        box = scenario_reach_join(
            box, about(geo_earth_forward(start[0].pos, bearing_deg, i * piece_m), reach_m + piece_m));
    return box;
}

struct geo_box scenario_reach_of(const struct scenario_source *source)
{
    struct geo_box box = {0};
    if (source->kind == SCENARIO_AREA) {
        geo_polygon_box(source->polygon, source->n_polygon, &box);
        return box;
    }
    if (source->kind == SCENARIO_LINE || source->kind == SCENARIO_VOYAGE) {
        box = line_box(source->start);
        for (size_t i = 1; i + 1 < source->n_start; i++)
            box = scenario_reach_join(box, line_box(&source->start[i]));
        return box;
    }
    if (source->kind == SCENARIO_BEARING)
        return about(source->start[0].pos, 1.001 * source->bearing.range_m[1]);
    box = about(source->start[0].pos, scenario_draw_reach_m(source->start[0].spread));
    for (size_t i = 1; i < source->n_start; i++)
        box = scenario_reach_join(
            box, about(source->start[i].pos, scenario_draw_reach_m(source->start[i].spread)));
    return box;
}

struct geo_box scenario_start_box(const struct scenario_case *c)
{
    struct geo_box box = scenario_reach_of(&c->source[0]);
    for (size_t i = 1; i < c->n_sources; i++)
        box = scenario_reach_join(box, scenario_reach_of(&c->source[i]));
    return box;
}
