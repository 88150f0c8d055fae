// Brushes of the map: everything between map.c (what is drawn, in which order) and cairo.
#ifndef EXPORT_MAP_DRAW_H
#define EXPORT_MAP_DRAW_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "export/map_frame.h"
#include "export/product.h"

struct export_map_rect {
    double x, y, w, h;
};

enum { EXPORT_MAP_MAX_TAKEN = 1024 };

struct export_map_canvas {
    cairo_t *cairo;
    struct export_map_frame frame;
    const struct export_product *p;
    size_t t;
    double unit; // 1 at 1000 px width: line widths and letters grow with the picture
    struct export_map_rect taken[EXPORT_MAP_MAX_TAKEN]; // where labels and signs already are
    size_t n_taken;
    struct geo_box box;
    enum ph_status status;
    struct ph_err *err;
};

void export_map_colour(cairo_t *cairo, const char *hex, double alpha);

// Path of positions (closed or not). Points closer than half a pixel are left out; lines do not tear at the
// antimeridian.
void export_map_path(struct export_map_canvas *map, const struct geo_pos *pos, size_t n, bool closed);

// Strokes the current path in a unit's own line (see map_style.h); width in units.
void export_map_stroke_unit(struct export_map_canvas *map, size_t unit, double width);

// Text whose left, middle or right (anchor 0, 0.5, 1) is at x and whose middle is at y.
struct export_map_text {
    const char *text, *colour;
    double size; // in units
    bool is_bold;
};
struct export_map_rect export_map_text_size(struct export_map_canvas *map,
                                            const struct export_map_text *text);
void export_map_text_put(struct export_map_canvas *map, const struct export_map_text *text, double x,
                         double y, double anchor);

// A label near a point: on a pale chip, where nothing else is; a thin line leads to it when it had to go far.
void export_map_label(struct export_map_canvas *map, const struct export_map_text *text,
                      struct export_map_xy at);
// The name of a unit, beside or in its own area and never in another's.
void export_map_label_area(struct export_map_canvas *map, const struct export_map_text *text, size_t area);
void export_map_take(struct export_map_canvas *map, struct export_map_rect rect);
bool export_map_is_free(const struct export_map_canvas *map, struct export_map_rect rect);

// Layers, from the bottom.
void export_map_land(struct export_map_canvas *map);
void export_map_shore(struct export_map_canvas *map); // the line only
void export_map_regions(struct export_map_canvas *map);
void export_map_graticule(struct export_map_canvas *map);
void export_map_datum(struct export_map_canvas *map);
void export_map_routes(struct export_map_canvas *map);
void export_map_starts(struct export_map_canvas *map);
void export_map_units(struct export_map_canvas *map, size_t only_area);
void export_map_furniture(struct export_map_canvas *map, size_t only_area);
void export_map_route_names(struct export_map_canvas *map);
void export_map_names(struct export_map_canvas *map, size_t only_area);

#endif
