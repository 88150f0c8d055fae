#include "export/map_draw.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/units.h"
#include "export/letters.h"
#include "export/map_style.h"

void export_map_colour(cairo_t *cairo, const char *hex, double alpha)
{
    double rgb[3];
    export_style_rgb(hex, rgb);
    cairo_set_source_rgba(cairo, rgb[0], rgb[1], rgb[2], alpha);
}

// Projected x of the next point, on the side of the last one: Mercator repeats every 360 degrees.
static double unwrap(const struct export_map_frame *frame, double x, double last)
{
    double turn = 2 * CORE_PI * frame->scale;
    return frame->is_plane ? x : x - turn * round((x - last) / turn);
}

void export_map_path(struct export_map_canvas *map, const struct geo_pos *pos, size_t n, bool closed)
{
    struct export_map_xy last = {0};
    bool begun = false;
    for (size_t i = 0; i < n; i++) {
        if (isnan(pos[i].lat_deg) || isnan(pos[i].lon_deg)) {
            begun = false;
            continue;
        }
        struct export_map_xy at = export_map_to_xy(&map->frame, pos[i]);
        if (!begun) {
            cairo_move_to(map->cairo, at.x, at.y);
        } else {
            at.x = unwrap(&map->frame, at.x, last.x);
            if (hypot(at.x - last.x, at.y - last.y) < 0.5 && i + 1 < n)
                continue;
            cairo_line_to(map->cairo, at.x, at.y);
        }
        last = at;
        begun = true;
    }
    if (closed && begun)
        cairo_close_path(map->cairo);
}

void export_map_stroke_unit(struct export_map_canvas *map, size_t unit, double width)
{
    const struct export_style_unit *style = export_style_unit(unit);
    double dash[6];
    for (int i = 0; i < style->n_dash; i++)
        dash[i] = style->dash[i] * map->unit;
    cairo_set_dash(map->cairo, dash, style->n_dash, 0);
    export_map_colour(map->cairo, style->colour, 1);
    if (style->is_double) {
        cairo_set_line_width(map->cairo, 2.4 * width * map->unit);
        cairo_stroke_preserve(map->cairo);
        cairo_set_source_rgb(map->cairo, 1, 1, 1);
        cairo_set_line_width(map->cairo, width * map->unit);
    } else {
        cairo_set_line_width(map->cairo, width * map->unit);
    }
    cairo_stroke(map->cairo);
    cairo_set_dash(map->cairo, NULL, 0, 0);
}

static PangoLayout *layout_of(struct export_map_canvas *map, const struct export_map_text *text)
{
    char clean[EXPORT_NAME];
    export_letters_clean(text->text, 60, clean, sizeof clean);
    PangoLayout *layout = pango_cairo_create_layout(map->cairo);
    PangoFontDescription *font = pango_font_description_from_string("Noto Sans, DejaVu Sans, Sans");
    pango_font_description_set_absolute_size(font, text->size * map->unit * PANGO_SCALE);
    pango_font_description_set_weight(font, text->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, clean, -1);
    pango_font_description_free(font);
    return layout;
}

struct export_map_rect export_map_text_size(struct export_map_canvas *map, const struct export_map_text *text)
{
    int w, h;
    PangoLayout *layout = layout_of(map, text);
    pango_layout_get_pixel_size(layout, &w, &h);
    g_object_unref(layout);
    return (struct export_map_rect){.w = w, .h = h};
}

void export_map_text_put(struct export_map_canvas *map, const struct export_map_text *text, double x,
                         double y, double anchor)
{
    int w, h;
    PangoLayout *layout = layout_of(map, text);
    pango_layout_get_pixel_size(layout, &w, &h);
    export_map_colour(map->cairo, text->colour, 1);
    cairo_move_to(map->cairo, x - anchor * w, y - h / 2.0);
    pango_cairo_show_layout(map->cairo, layout);
    cairo_new_path(map->cairo);
    g_object_unref(layout);
}

void export_map_take(struct export_map_canvas *map, struct export_map_rect rect)
{
    if (map->n_taken < EXPORT_MAP_MAX_TAKEN)
        map->taken[map->n_taken++] = rect;
}

static double overlap(struct export_map_rect a, struct export_map_rect b)
{
    double w = fmin(a.x + a.w, b.x + b.w) - fmax(a.x, b.x), h = fmin(a.y + a.h, b.y + b.h) - fmax(a.y, b.y);
    return w > 0 && h > 0 ? w * h : 0;
}

bool export_map_is_free(const struct export_map_canvas *map, struct export_map_rect rect)
{
    for (size_t i = 0; i < map->n_taken; i++)
        if (overlap(rect, map->taken[i]) > 0)
            return false;
    return true;
}

static struct export_map_xy corner_at(const struct export_map_canvas *map, size_t area, int k)
{
    return export_map_to_xy(&map->frame, map->p->plan->area[area].corner[k % 4]);
}

// Of nine points of a rectangle, the share that lies in an area (a convex figure: on one side of all edges).
static double share_inside(const struct export_map_canvas *map, struct export_map_rect rect, size_t area)
{
    int inside = 0;
    for (int i = 0; i < 9; i++) {
        double x = rect.x + rect.w * (i % 3) / 2, y = rect.y + rect.h * (i / 3) / 2;
        int left = 0;
        for (int k = 0; k < 4; k++) {
            struct export_map_xy a = corner_at(map, area, k), b = corner_at(map, area, k + 1);
            left += (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) > 0;
        }
        inside += left == 0 || left == 4;
    }
    return inside / 9.0;
}

// How bad a place is: area shared with what is there, far more outside the frame, a little for distance. The
// name of a unit in another unit's area would send it there: worse than anything but the frame.
static double cost_of(const struct export_map_canvas *map, struct export_map_rect rect, double distance,
                      size_t owner)
{
    const struct export_map_frame *f = &map->frame;
    struct export_map_rect inner = {f->left + 4, f->top + 4, f->right - f->left - 8, f->bottom - f->top - 8};
    double cost = 0.02 * distance * map->unit + 20 * (rect.w * rect.h - overlap(rect, inner));
    for (size_t i = 0; i < map->n_taken; i++)
        cost += overlap(rect, map->taken[i]);
    for (size_t i = 0; owner != SIZE_MAX && i < map->p->plan->n_areas; i++)
        if (i != owner)
            cost += 5 * rect.w * rect.h * share_inside(map, rect, i);
    return cost;
}

// The best place found so far for a label, and the point that it names.
struct label_place {
    struct export_map_rect rect;
    struct export_map_xy at;
    double cost, distance;
};

static void label_search(const struct export_map_canvas *map, struct export_map_rect size,
                         struct export_map_xy at, size_t owner, struct label_place *best)
{
    for (int ring = 0; ring < 7; ring++)
        for (int k = 0; k < 12; k++) {
            double angle = k * CORE_PI / 6, distance = (10 + 16 * ring) * map->unit;
            struct export_map_rect rect = size;
            rect.x = at.x + cos(angle) * (distance + size.w / 2) - size.w / 2;
            rect.y = at.y - sin(angle) * (distance + size.h / 2) - size.h / 2;
            double cost = cost_of(map, rect, distance, owner);
            if (cost < best->cost)
                *best = (struct label_place){rect, at, cost, distance};
        }
}

static struct export_map_rect chip_size(struct export_map_canvas *map, const struct export_map_text *text)
{
    struct export_map_rect size = export_map_text_size(map, text);
    size.w += 8 * map->unit;
    size.h += 4 * map->unit;
    return size;
}

static void label_put(struct export_map_canvas *map, const struct export_map_text *text,
                      const struct label_place *place)
{
    struct export_map_rect r = place->rect;
    if (place->distance > 40 * map->unit) {
        cairo_move_to(map->cairo, place->at.x, place->at.y);
        cairo_line_to(map->cairo, fmin(fmax(place->at.x, r.x), r.x + r.w),
                      fmin(fmax(place->at.y, r.y), r.y + r.h));
        export_map_colour(map->cairo, text->colour, 0.8);
        cairo_set_line_width(map->cairo, 0.8 * map->unit);
        cairo_stroke(map->cairo);
    }
    cairo_rectangle(map->cairo, r.x, r.y, r.w, r.h);
    cairo_set_source_rgba(map->cairo, 1, 1, 1, 0.86);
    cairo_fill(map->cairo);
    export_map_text_put(map, text, r.x + 4 * map->unit, r.y + r.h / 2, 0);
    export_map_take(map, r);
}

void export_map_label(struct export_map_canvas *map, const struct export_map_text *text,
                      struct export_map_xy at)
{
    struct label_place best = {.cost = INFINITY};
    label_search(map, chip_size(map, text), at, SIZE_MAX, &best);
    label_put(map, text, &best);
}

void export_map_label_area(struct export_map_canvas *map, const struct export_map_text *text, size_t area)
{
    struct export_map_rect size = chip_size(map, text);
    struct label_place best = {.cost = INFINITY};
    for (int k = 0; k < 4; k++) { // corners and middles of the sides
        struct export_map_xy a = corner_at(map, area, k), b = corner_at(map, area, k + 1);
        label_search(map, size, a, area, &best);
        label_search(map, size, (struct export_map_xy){(a.x + b.x) / 2, (a.y + b.y) / 2}, area, &best);
    }
    label_put(map, text, &best);
}
