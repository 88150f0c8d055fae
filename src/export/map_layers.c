// What the sea shows: land, probability, grid of latitude and longitude, datum, starts, units.
#include "export/map_draw.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/units.h"
#include "export/map_style.h"

struct land_pass {
    struct export_map_canvas *map;
    int level; // 0: the line only, over what lies on it
};

// A shoreline runs on bins of whole degrees: their edges are not shore.
static bool is_seam(struct geo_pos a, struct geo_pos b)
{
    double lat = round(a.lat_deg), lon = round(a.lon_deg);
    return (fabs(a.lat_deg - lat) < 1e-9 && fabs(b.lat_deg - lat) < 1e-9) ||
           (fabs(a.lon_deg - lon) < 1e-9 && fabs(b.lon_deg - lon) < 1e-9);
}

// All of a ring that lies on one side of the frame cannot be seen.
static bool is_outside(const struct export_map_canvas *map, const struct geo_pos *pos, size_t n)
{
    const struct export_map_frame *f = &map->frame;
    bool left = true, right = true, above = true, below = true;
    for (size_t i = 0; i < n; i++) {
        struct export_map_xy at = export_map_to_xy(f, pos[i]);
        left &= at.x < f->left;
        right &= at.x > f->right;
        above &= at.y < f->top;
        below &= at.y > f->bottom;
    }
    return left || right || above || below;
}

static void shore_stroke(struct export_map_canvas *map, const struct geo_pos *pos, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = i + 1; // the longest piece that is shore
        while (end < n && !is_seam(pos[end - 1], pos[end]))
            end++;
        if (end - i > 1)
            export_map_path(map, pos + i, end - i, false);
        i = end;
    }
    if (!is_seam(pos[n - 1], pos[0])) {
        struct geo_pos closing[2] = {pos[n - 1], pos[0]};
        export_map_path(map, closing, 2, false);
    }
    export_map_colour(map->cairo, EXPORT_STYLE_COAST, 1);
    cairo_set_line_width(map->cairo, 1.1 * map->unit);
    cairo_stroke(map->cairo);
}

static void land_ring(void *arg, int level, const struct geo_pos *pos, size_t n)
{
    struct land_pass *pass = arg;
    if ((pass->level && level != pass->level) || n < 3 || is_outside(pass->map, pos, n))
        return;
    if (!pass->level) {
        shore_stroke(pass->map, pos, n);
        return;
    }
    export_map_path(pass->map, pos, n, true);
    export_map_colour(pass->map->cairo, level % 2 ? EXPORT_STYLE_LAND : EXPORT_STYLE_SEA, 1);
    cairo_fill(pass->map->cairo);
}

static void land_pass(struct export_map_canvas *map, int level)
{
    struct land_pass pass = {map, level};
    if (map->p->coast && !map->status)
        map->status = geo_coast_rings(map->p->coast, map->box, land_ring, &pass, map->err);
}

void export_map_land(struct export_map_canvas *map)
{
    for (int level = 1; level <= 4; level++)
        land_pass(map, level);
}

void export_map_shore(struct export_map_canvas *map)
{
    land_pass(map, 0);
}

static void region_path(struct export_map_canvas *map, const struct prob_region *region)
{
    cairo_new_path(map->cairo);
    for (size_t i = 0; i < region->n_rings; i++)
        export_map_path(map, region->ring[i].pos, region->ring[i].n, true);
}

// Outline: solid for 50 %, dashed for 75, dotted for 95, so that it reads without colour.
static void region_stroke(struct export_map_canvas *map, double mass)
{
    double u = map->unit, dashed[2] = {9 * u, 5 * u}, dotted[2] = {1.6 * u, 4.4 * u};
    if (mass > 0.76)
        cairo_set_dash(map->cairo, dotted, 2, 0);
    else if (mass > 0.5)
        cairo_set_dash(map->cairo, dashed, 2, 0);
    export_map_colour(map->cairo, EXPORT_STYLE_OUTLINE, 1);
    cairo_set_line_width(map->cairo, (mass > 0.5 && mass <= 0.76 ? 1.4 : 1.6) * u);
    cairo_stroke(map->cairo);
    cairo_set_dash(map->cairo, NULL, 0, 0);
}

// 90 % is left out: three regions are read at a glance, four are not.
static bool is_drawn(const struct prob_region *region)
{
    return fabs(region->mass - 0.9) > 0.01;
}

void export_map_regions(struct export_map_canvas *map)
{
    if (map->t >= map->p->n_times)
        return;
    const struct export_time *time = &map->p->time[map->t];
    cairo_set_fill_rule(map->cairo, CAIRO_FILL_RULE_EVEN_ODD);
    for (size_t i = time->n_regions; i-- > 0;) {
        if (!is_drawn(&time->region[i]))
            continue;
        region_path(map, &time->region[i]);
        export_map_colour(map->cairo, export_style_fill(time->region[i].mass), 0.92);
        cairo_fill_preserve(map->cairo);
        region_stroke(map, time->region[i].mass);
    }
    cairo_set_fill_rule(map->cairo, CAIRO_FILL_RULE_WINDING);
}

// The step in minutes that keeps lines some 150 px apart.
static double graticule_step_min(double px_per_min, double wanted_px)
{
    static const double step[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800};
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        if (step[i] * px_per_min >= wanted_px)
            return step[i];
    return 3600;
}

// "33°20'N", "012°40'E"; a decimal of a minute only where the grid is that fine.
static void graticule_text(double deg, bool is_lat, bool fine, char *out, size_t size)
{
    double minutes = round(fabs(deg) * 600) / 10;
    int whole = (int)(minutes / 60);
    bool has_side = fabs(deg) > 1e-9 && fabs(deg) < 180 - 1e-9;
    const char *side = !has_side ? "" : is_lat ? (deg < 0 ? "S" : "N") : (deg < 0 ? "W" : "E");
    snprintf(out, size, "%0*d\xc2\xb0%0*.*f'%s", is_lat ? 2 : 3, whole, fine ? 4 : 2, fine ? 1 : 0,
             minutes - 60 * whole, side);
}

enum { LINE_POINTS = 60 };

// One parallel or meridian, and its name where it meets the left or the lower edge.
static void graticule_line(struct export_map_canvas *map, double deg, bool is_lat, bool fine)
{
    const struct export_map_frame *f = &map->frame;
    struct geo_pos pos[LINE_POINTS + 1];
    double from = is_lat ? map->box.west_deg : map->box.south_deg,
           to = is_lat ? map->box.east_deg : map->box.north_deg;
    for (int i = 0; i <= LINE_POINTS; i++) {
        double at = from + (to - from) * i / LINE_POINTS;
        pos[i] = is_lat ? (struct geo_pos){deg, core_deg_wrap180(at)}
                        : (struct geo_pos){at, core_deg_wrap180(deg)};
    }
    export_map_path(map, pos, LINE_POINTS + 1, false);
    export_map_colour(map->cairo, "#8fa3b2", 0.55);
    cairo_set_line_width(map->cairo, 0.8 * map->unit);
    cairo_stroke(map->cairo);
    char name[32];
    graticule_text(is_lat ? deg : core_deg_wrap180(deg), is_lat, fine, name, sizeof name);
    struct export_map_text text = {name, EXPORT_STYLE_SOFT, 12, false};
    struct export_map_rect size = export_map_text_size(map, &text);
    double gap = 6 * map->unit;
    for (int i = 0; i < LINE_POINTS; i++) {
        struct export_map_xy a = export_map_to_xy(f, pos[i]), b = export_map_to_xy(f, pos[i + 1]);
        double edge = is_lat ? f->left + 1 : f->top + 1, u = is_lat ? a.x : a.y, v = is_lat ? b.x : b.y;
        if ((u < edge) == (v < edge) || fabs(u - v) > 0.5 * (f->right - f->left))
            continue;
        double w = (edge - u) / (v - u), along = is_lat ? a.y + w * (b.y - a.y) : a.x + w * (b.x - a.x);
        double x = is_lat ? f->left + gap : along + gap,
               y = is_lat ? along - size.h / 2 - 1 : f->top + size.h / 2 + 3;
        if (x + size.w > f->right || y < f->top + 20 * map->unit * is_lat ||
            y > f->bottom - (is_lat ? 44 : 12) * map->unit)
            continue;
        struct export_map_rect place = {x, y - size.h / 2, size.w, size.h};
        if (!export_map_is_free(map, place))
            continue;
        export_map_text_put(map, &text, x, y, 0);
        export_map_take(map, place);
        return;
    }
}

void export_map_graticule(struct export_map_canvas *map)
{
    double px_per_min = export_map_frame_px_per_nm(&map->frame);
    double middle = (map->box.south_deg + map->box.north_deg) / 2;
    double shrink = fmax(cos(middle * CORE_RAD_PER_DEG), 0.02);
    double lat_step = graticule_step_min(px_per_min, 130 * map->unit);
    double lon_step = graticule_step_min(px_per_min * shrink, 150 * map->unit);
    if (fmax(fabs(map->box.south_deg), fabs(map->box.north_deg)) > 89.99) // round a pole
        lon_step = fmax(lon_step, 1800);
    for (double k = ceil(map->box.south_deg * 60 / lat_step); k * lat_step / 60 <= map->box.north_deg; k++)
        if (fabs(k * lat_step / 60) < 89.99)
            graticule_line(map, k * lat_step / 60, true, lat_step < 1);
    for (double k = ceil(map->box.west_deg * 60 / lon_step); k * lon_step / 60 <= map->box.east_deg; k++)
        graticule_line(map, k * lon_step / 60, false, lon_step < 1);
}

static void cross(struct export_map_canvas *map, struct export_map_xy at, double arm, double width)
{
    double r = arm * map->unit;
    for (int pass = 0; pass < 2; pass++) { // a pale edge first, so that it stands out on any ground
        cairo_move_to(map->cairo, at.x - r, at.y);
        cairo_line_to(map->cairo, at.x + r, at.y);
        cairo_move_to(map->cairo, at.x, at.y - r);
        cairo_line_to(map->cairo, at.x, at.y + r);
        export_map_colour(map->cairo, pass ? EXPORT_STYLE_INK : "#ffffff", pass ? 1 : 0.7);
        cairo_set_line_width(map->cairo, (pass ? width : width + 2) * map->unit);
        cairo_stroke(map->cairo);
    }
    export_map_take(map, (struct export_map_rect){at.x - r, at.y - r, 2 * r, 2 * r});
}

// The way of the mean position up to this time, dotted.
void export_map_datum(struct export_map_canvas *map)
{
    const struct export_product *p = map->p;
    double dots[2] = {0.1, 5.5 * map->unit};
    struct geo_pos last;
    bool begun = false;
    for (size_t i = 0; i < p->n_times && i <= map->t; i++) {
        if (!p->time[i].has_moments)
            continue;
        struct geo_pos pair[2] = {last, p->time[i].moments.mean};
        if (begun)
            export_map_path(map, pair, 2, false);
        last = p->time[i].moments.mean;
        begun = true;
    }
    cairo_set_line_cap(map->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(map->cairo, dots, 2, 0);
    export_map_colour(map->cairo, EXPORT_STYLE_INK, 1);
    cairo_set_line_width(map->cairo, 2.6 * map->unit);
    cairo_stroke(map->cairo);
    cairo_set_dash(map->cairo, NULL, 0, 0);
    cairo_set_line_cap(map->cairo, CAIRO_LINE_CAP_BUTT);
    if (map->t < p->n_times && p->time[map->t].has_moments)
        cross(map, export_map_to_xy(&map->frame, p->time[map->t].moments.mean), 11, 2.4);
}

// Last known positions with the circle of their error.
void export_map_starts(struct export_map_canvas *map)
{
    for (size_t i = 0; i < map->p->n_scenarios; i++) {
        const struct export_scenario *s = &map->p->scenario[i];
        if (!isfinite(s->centre.lat_deg) || !isfinite(s->centre.lon_deg))
            continue;
        struct geo_pos ring[49];
        for (int k = 0; k < 49; k++)
            ring[k] = geo_earth_forward(s->centre, 7.5 * k, s->circle_m);
        if (s->circle_m > 0)
            export_map_path(map, ring, 49, false);
        export_map_colour(map->cairo, EXPORT_STYLE_INK, 1);
        cairo_set_line_width(map->cairo, 1.2 * map->unit);
        cairo_stroke(map->cairo);
        cross(map, export_map_to_xy(&map->frame, s->centre), 6, 1.8);
    }
}

// The first leg's direction at the commence search point.
static void first_leg(struct export_map_canvas *map, const struct plan_area *a, size_t unit)
{
    struct export_map_xy at = export_map_to_xy(&map->frame, a->csp);
    double u = map->unit;
    cairo_arc(map->cairo, at.x, at.y, 5.5 * u, 0, 2 * CORE_PI);
    export_map_colour(map->cairo, export_style_unit(unit)->colour, 1);
    cairo_fill_preserve(map->cairo);
    cairo_set_source_rgb(map->cairo, 1, 1, 1);
    cairo_set_line_width(map->cairo, 1.2 * u);
    cairo_stroke(map->cairo);
    export_map_take(map, (struct export_map_rect){at.x - 8 * u, at.y - 8 * u, 16 * u, 16 * u});
    if (a->n_waypoints < 2)
        return;
    struct export_map_xy to = export_map_to_xy(&map->frame, a->waypoint[1].pos);
    double length = hypot(to.x - at.x, to.y - at.y);
    if (length < 1)
        return;
    double dx = (to.x - at.x) / length, dy = (to.y - at.y) / length, reach = fmin(30 * u, length),
           wing = 4.2 * u;
    double x = at.x + dx * reach, y = at.y + dy * reach;
    cairo_move_to(map->cairo, x, y);
    cairo_line_to(map->cairo, x - 3.4 * wing * dx - wing * dy, y - 3.4 * wing * dy + wing * dx);
    cairo_line_to(map->cairo, x - 3.4 * wing * dx + wing * dy, y - 3.4 * wing * dy - wing * dx);
    cairo_close_path(map->cairo);
    export_map_colour(map->cairo, export_style_unit(unit)->colour, 1);
    cairo_fill(map->cairo);
}

static void unit_draw(struct export_map_canvas *map, size_t i, bool is_only)
{
    const struct plan_area *a = &map->p->plan->area[i];
    for (size_t k = 0; k + 1 < a->n_waypoints; k++) {
        struct geo_pos leg[2] = {a->waypoint[k].pos, a->waypoint[k + 1].pos};
        export_map_path(map, leg, 2, false);
    }
    export_map_colour(map->cairo, export_style_unit(i)->colour, is_only ? 1 : 0.9);
    cairo_set_line_width(map->cairo, (is_only ? 1.6 : 1.0) * map->unit);
    cairo_stroke(map->cairo);
    export_map_path(map, a->corner, 4, true);
    export_map_stroke_unit(map, i, 2.6);
    first_leg(map, a, i);
}

void export_map_units(struct export_map_canvas *map, size_t only_area)
{
    for (size_t i = 0; map->p->plan && i < map->p->plan->n_areas; i++)
        if (only_area == SIZE_MAX || i == only_area)
            unit_draw(map, i, i == only_area);
}
