// Routes of voyages, and where one meets land.
#include "export/map_draw.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"
#include "export/letters.h"
#include "export/map_style.h"
#include "geo/notation.h"

enum { LEG_PIECES = 400 };

// One leg as a line of places along the geodesic.
static void leg_lay(const struct export_route *route, size_t leg, struct geo_pos pos[LEG_PIECES + 1])
{
    struct geo_pos from = route->way[leg], to = route->way[leg + 1];
    double length_m = geo_earth_distance_m(from, to), bearing_deg = geo_earth_bearing_deg(from, to);
    for (int i = 0; i <= LEG_PIECES; i++)
        pos[i] = geo_earth_forward(from, bearing_deg, length_m * i / LEG_PIECES);
}

static void leg_draw(struct export_map_canvas *map, const struct geo_pos pos[LEG_PIECES + 1])
{
    double dash[4] = {10 * map->unit, 4 * map->unit, 2 * map->unit, 4 * map->unit};
    export_map_path(map, pos, LEG_PIECES + 1, false);
    cairo_set_dash(map->cairo, dash, 4, 0);
    export_map_colour(map->cairo, EXPORT_STYLE_INK, 1);
    cairo_set_line_width(map->cairo, 1.4 * map->unit);
    cairo_stroke(map->cairo);
    cairo_set_dash(map->cairo, NULL, 0, 0);
}

// The pieces on land, broad, so that they stand out without colour too.
static void leg_draw_land(struct export_map_canvas *map, const struct geo_pos pos[LEG_PIECES + 1])
{
    for (int i = 0; map->p->coast && i < LEG_PIECES; i++)
        if (geo_coast_is_land(map->p->coast, pos[i]) || geo_coast_is_land(map->p->coast, pos[i + 1])) {
            struct export_map_xy a = export_map_to_xy(&map->frame, pos[i]);
            struct export_map_xy b = export_map_to_xy(&map->frame, pos[i + 1]);
            cairo_move_to(map->cairo, a.x, a.y);
            cairo_line_to(map->cairo, b.x, b.y);
        }
    export_map_colour(map->cairo, EXPORT_STYLE_OUTLINE, 1);
    cairo_set_line_width(map->cairo, 5 * map->unit);
    cairo_stroke(map->cairo);
}

static void ring_draw(struct export_map_canvas *map, struct geo_pos at, double radius, const char *colour)
{
    struct export_map_xy xy = export_map_to_xy(&map->frame, at);
    double r = radius * map->unit;
    cairo_new_sub_path(map->cairo);
    cairo_arc(map->cairo, xy.x, xy.y, r, 0, 2 * CORE_PI);
    export_map_colour(map->cairo, colour, 1);
    cairo_set_line_width(map->cairo, 2 * map->unit);
    cairo_stroke(map->cairo);
    export_map_take(map, (struct export_map_rect){xy.x - r, xy.y - r, 2 * r, 2 * r});
}

void export_map_routes(struct export_map_canvas *map)
{
    struct geo_pos pos[LEG_PIECES + 1];
    for (size_t i = 0; i < map->p->n_routes; i++) {
        const struct export_route *route = &map->p->route[i];
        for (size_t leg = 0; leg + 1 < route->n; leg++) {
            leg_lay(route, leg, pos);
            leg_draw(map, pos);
            if (route->meets_land)
                leg_draw_land(map, pos);
        }
        for (size_t k = 0; k < route->n; k++)
            ring_draw(map, route->way[k], 4, EXPORT_STYLE_INK);
        if (route->meets_land)
            ring_draw(map, route->land, 11, EXPORT_STYLE_OUTLINE);
    }
}

void export_map_route_names(struct export_map_canvas *map)
{
    for (size_t i = 0; i < map->p->n_routes; i++) {
        const struct export_route *route = &map->p->route[i];
        char id[EXPORT_NAME], at[GEO_TEXT], text[EXPORT_NAME + GEO_TEXT + 64];
        if (!route->meets_land)
            continue;
        export_letters_clean(route->id, 24, id, sizeof id);
        geo_pos_format(route->land, 1, at);
        snprintf(text, sizeof text, "%s: leg %zu meets land at %s", id, route->leg, at);
        export_map_label(map, &(struct export_map_text){text, EXPORT_STYLE_OUTLINE, 15, true},
                         export_map_to_xy(&map->frame, route->land));
    }
}
