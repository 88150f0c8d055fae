#include "export/field_map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "export/field_draw.h"
#include "export/letters.h"
#include "export/map_style.h"
#include "export/surface.h"
#include "geo/grid.h"

enum { WIDTH_MIN = 200, WIDTH_MAX = 8000, EDGE = 32 };
// Parts of a panel, in units.
#define HEAD 74.0
#define FOOT 66.0
#define GAP 16.0
#define REFUSED_LINE 46.0
static const double least_m = 10 * CORE_M_PER_NM;

struct sheet {
    cairo_t *cairo;
    double unit, width;
    int columns;
    double panel_w, map_h;
};

static void text_at(struct export_map_canvas *map, const char *text, double size, bool bold,
                    const char *colour, double x, double y, double anchor)
{
    export_map_text_put(map, &(struct export_map_text){text, colour, size, bold}, x, y, anchor);
}

// A text of any length in lines of the width given.
static void paragraph(struct export_map_canvas *map, const char *text, const char *colour, double size,
                      double x, double y, double width, int lines)
{
    PangoLayout *layout = pango_cairo_create_layout(map->cairo);
    PangoFontDescription *font = pango_font_description_from_string("Noto Sans, DejaVu Sans, Sans");
    char clean[2048];
    export_letters_clean(text, 500, clean, sizeof clean);
    pango_font_description_set_absolute_size(font, size * map->unit * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_height(layout, -lines);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout, clean, -1);
    export_map_colour(map->cairo, colour, 1);
    cairo_move_to(map->cairo, x, y);
    pango_cairo_show_layout(map->cairo, layout);
    cairo_new_path(map->cairo);
    pango_font_description_free(font);
    g_object_unref(layout);
}

// What can be drawn of a box: Mercator ends at 78 degrees unless all of it is near a pole, and the world is
// shown from side to side.
static struct geo_box drawable(struct geo_box box)
{
    bool polar = box.south_deg > 50 || box.north_deg < -50;
    if (!polar) {
        box.south_deg = fmax(box.south_deg, -77.5);
        box.north_deg = fmin(box.north_deg, 77.5);
    }
    if (!polar && box.east_deg - box.west_deg > 359) {
        double middle = (box.west_deg + box.east_deg) / 2;
        box.west_deg = middle - 179.5;
        box.east_deg = middle + 179.5;
    }
    return box;
}

static struct geo_pos edge_of(struct geo_box box, int k)
{
    double w = (double)(k % EDGE) / EDGE;
    int side = k / EDGE % 4;
    double lat = side == 0 ? box.south_deg : side == 2 ? box.north_deg : 0;
    double lon = side == 1 ? box.east_deg : side == 3 ? box.west_deg : 0;
    if (side % 2)
        lat = side == 1 ? box.south_deg + w * (box.north_deg - box.south_deg)
                        : box.north_deg - w * (box.north_deg - box.south_deg);
    else
        lon = side == 0 ? box.west_deg + w * (box.east_deg - box.west_deg)
                        : box.east_deg - w * (box.east_deg - box.west_deg);
    return (struct geo_pos){lat, core_deg_wrap180(lon)};
}

static void frame_fit(struct export_map_canvas *map, const struct export_field *field, double left,
                      double top, double right, double bottom)
{
    struct geo_box box = drawable(field->box);
    double most = fmax(fabs(box.south_deg), fabs(box.north_deg)), margin = 24 * map->unit;
    bool round_pole = box.east_deg - box.west_deg > 180 && most > 78;
    struct geo_pos middle = {round_pole ? copysign(90, box.south_deg + box.north_deg)
                                        : (box.south_deg + box.north_deg) / 2,
                             core_deg_wrap180((box.west_deg + box.east_deg) / 2)};
    struct export_map_extent extent = export_map_extent_at(middle, most);
    for (int k = 0; k < 4 * EDGE; k++)
        export_map_extent_add(&extent, edge_of(box, k));
    map->frame =
        export_map_frame_fit(&extent, left + margin, top + margin, right - margin, bottom - margin, least_m);
    map->frame.left = left;
    map->frame.top = top;
    map->frame.right = right;
    map->frame.bottom = bottom;
    map->box = export_map_frame_box(&map->frame);
}

static void box_draw(struct export_map_canvas *map, const struct export_field *field)
{
    if (field->box.east_deg - field->box.west_deg > 359)
        return;
    struct geo_pos edge[4 * EDGE + 1];
    double dash[2] = {6 * map->unit, 4 * map->unit};
    for (int k = 0; k <= 4 * EDGE; k++)
        edge[k] = edge_of(drawable(field->box), k % (4 * EDGE));
    export_map_path(map, edge, 4 * EDGE + 1, false);
    cairo_set_dash(map->cairo, dash, 2, 0);
    export_map_colour(map->cairo, EXPORT_STYLE_INK, 0.8);
    cairo_set_line_width(map->cairo, 1.4 * map->unit);
    cairo_stroke(map->cairo);
    cairo_set_dash(map->cairo, NULL, 0, 0);
}

static void legend(struct export_map_canvas *map, const struct export_field *field,
                   const struct export_field_scale *scale, double x, double y, double width)
{
    double u = map->unit, high = 16 * u;
    char text[64];
    enum { STRIPES = 200 };
    for (int i = 0; i < STRIPES; i++) {
        double rgb[3];
        export_field_rgb((i + 0.5) / STRIPES, rgb);
        cairo_set_source_rgb(map->cairo, rgb[0], rgb[1], rgb[2]);
        cairo_rectangle(map->cairo, x + width * i / STRIPES, y, width / STRIPES + 0.5, high);
        cairo_fill(map->cairo);
    }
    for (double value = scale->low; value <= scale->high + 1e-9 * scale->step; value += scale->step) {
        double at = x + width * (value - scale->low) / (scale->high - scale->low);
        if (field->scalar)
            snprintf(text, sizeof text, "%.3g", value);
        else
            snprintf(text, sizeof text, "%.3g kn", value);
        text_at(map, text, 13, false, EXPORT_STYLE_INK, at, y + high + 11 * u, 0.5);
        if (!field->scalar) {
            snprintf(text, sizeof text, "%.2g m/s", core_mps_from_kn(value));
            text_at(map, text, 11, false, EXPORT_STYLE_SOFT, at, y + high + 26 * u, 0.5);
        }
    }
    if (field->scalar)
        text_at(map, "degrees Celsius", 11, false, EXPORT_STYLE_SOFT, x + width / 2, y + high + 26 * u, 0.5);
}

static void heading(struct export_map_canvas *map, const struct export_field *field, double x, double y,
                    double width)
{
    char time[CORE_TIME_TEXT], line[256];
    double u = map->unit;
    core_time_dtg(field->t_ns, time);
    paragraph(map, field->title, EXPORT_STYLE_INK, 20, x, y, width - 190 * u, 1);
    if (!field->refused)
        text_at(map, time, 20, true, EXPORT_STYLE_INK, x + width, y + 13 * u, 1);
    snprintf(line, sizeof line, "%.200s%s", field->source ? field->source : "",
             field->refused  ? ""
             : field->scalar ? "; hatched: no value; pale: carried to the coast"
                             : "; arrows point where it goes; hatched: no value; pale: carried to the coast");
    paragraph(map, line, EXPORT_STYLE_SOFT, 13, x, y + 29 * u, width, 1);
    if (field->notes) {
        snprintf(line, sizeof line, "\xe2\x96\xb2 %.240s", field->notes);
        paragraph(map, line, EXPORT_STYLE_WARN, 13, x, y + 48 * u, width, 1);
    }
}

static enum ph_status panel(struct sheet *sheet, const struct export_field *field, double x, double y,
                            struct ph_err *err)
{
    const struct export_product nothing = {.coast = field->coast};
    double u = sheet->unit, top = y + HEAD * u;
    struct export_map_canvas map = {.cairo = sheet->cairo, .p = &nothing, .unit = u, .err = err};
    struct export_field_raster raster;
    heading(&map, field, x, y, sheet->panel_w);
    if (field->refused) {
        paragraph(&map, field->refused, EXPORT_STYLE_WARN, 15, x, top + 12 * u, sheet->panel_w, 6);
        return PH_OK;
    }
    frame_fit(&map, field, x, top, x + sheet->panel_w, top + sheet->map_h);
    enum ph_status status = export_field_raster_make(field, &map.frame, 3 * u, &raster, err);
    if (status)
        return status;
    struct export_field_scale scale = export_field_scale_of(field, &raster);
    cairo_save(sheet->cairo);
    cairo_rectangle(sheet->cairo, x, top, sheet->panel_w, sheet->map_h);
    cairo_clip_preserve(sheet->cairo);
    export_map_colour(sheet->cairo, EXPORT_STYLE_SEA, 1);
    cairo_fill(sheet->cairo);
    export_map_land(&map);
    export_field_colours(&map, field, &raster, &scale);
    export_map_shore(&map);
    export_map_graticule(&map);
    box_draw(&map, field);
    export_field_arrows(&map, field, &scale);
    cairo_restore(sheet->cairo);
    export_field_raster_fini(&raster);
    legend(&map, field, &scale, x + 0.08 * sheet->panel_w, top + sheet->map_h + 10 * u,
           0.84 * sheet->panel_w);
    return map.status;
}

static double panel_height(const struct sheet *sheet)
{
    return (HEAD + FOOT + GAP) * sheet->unit + sheet->map_h;
}

static enum ph_status draw(struct sheet *sheet, const struct export_field *field, size_t n,
                           const char *const *refused, size_t n_refused, struct ph_err *err)
{
    double gap = GAP * sheet->unit;
    struct export_map_canvas map = {.cairo = sheet->cairo, .unit = sheet->unit};
    enum ph_status status = PH_OK;
    cairo_set_source_rgb(sheet->cairo, 1, 1, 1);
    cairo_paint(sheet->cairo);
    for (size_t i = 0; i < n && !status; i++)
        status = panel(sheet, &field[i], gap + (double)(i % (size_t)sheet->columns) * (sheet->panel_w + gap),
                       gap + (double)(i / (size_t)sheet->columns) * panel_height(sheet), err);
    size_t rows = (n + (size_t)sheet->columns - 1) / (size_t)sheet->columns;
    for (size_t i = 0; i < n_refused && !status; i++)
        paragraph(&map, refused[i], EXPORT_STYLE_WARN, 14, gap,
                  gap + (double)rows * panel_height(sheet) + (double)i * REFUSED_LINE * sheet->unit,
                  sheet->width - 2 * gap, 2);
    return status;
}

enum ph_status export_field_map(const struct export_field *field, size_t n, const char *const *refused,
                                size_t n_refused, int width_px, enum export_map_format format,
                                struct core_buf *out, struct ph_err *err)
{
    if (width_px < WIDTH_MIN || width_px > WIDTH_MAX)
        return core_err_set(err, PH_EINPUT, "width", "give 200 to 8000", "a map cannot be %d pixels wide",
                            width_px);
    struct sheet sheet = {.width = width_px, .columns = n > 1 ? 2 : 1};
    sheet.unit = sheet.width / (sheet.columns > 1 ? 1500 : 1000);
    double gap = GAP * sheet.unit;
    sheet.panel_w = (sheet.width - gap) / sheet.columns - gap;
    sheet.map_h = round(0.7 * sheet.panel_w);
    size_t rows = (n + (size_t)sheet.columns - 1) / (size_t)sheet.columns;
    double height =
        2 * gap + (double)rows * panel_height(&sheet) + (double)n_refused * REFUSED_LINE * sheet.unit;
    struct core_buf drawn = {0};
    cairo_surface_t *surface = export_surface_make(format, width_px, (int)ceil(height), &drawn);
    sheet.cairo = cairo_create(surface);
    cairo_set_line_join(sheet.cairo, CAIRO_LINE_JOIN_ROUND);
    enum ph_status status = draw(&sheet, field, n, refused, n_refused, err);
    enum ph_status ended = export_surface_end(surface, sheet.cairo, format, &drawn, out, err);
    return status ? status : ended;
}
