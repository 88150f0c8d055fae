#include "export/field_draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "export/map_style.h"

// From still to strong: pale to dark, so that the order holds in print without colour too.
void export_field_rgb(double w, double rgb[3])
{
    static const double anchor[][3] = {{0.96, 0.97, 0.90}, {0.68, 0.86, 0.74}, {0.27, 0.69, 0.75},
                                       {0.14, 0.45, 0.70}, {0.20, 0.18, 0.49}, {0.32, 0.05, 0.30}};
    enum { PIECES = sizeof anchor / sizeof *anchor - 1 };
    double at = fmin(fmax(w, 0), 1) * PIECES;
    int i = at >= PIECES ? PIECES - 1 : (int)at;
    for (int k = 0; k < 3; k++)
        rgb[k] = anchor[i][k] + (at - i) * (anchor[i + 1][k] - anchor[i][k]);
}

static double shown(const struct export_field *field, double u, double v)
{
    return field->scalar ? u : core_kn_from_mps(hypot(u, v));
}

static bool in_box(struct geo_box box, struct geo_pos pos)
{
    double east = core_deg_wrap360(pos.lon_deg - box.west_deg);
    return pos.lat_deg >= box.south_deg && pos.lat_deg <= box.north_deg &&
           (east <= box.east_deg - box.west_deg || box.east_deg - box.west_deg >= 359.9);
}

enum ph_status export_field_raster_make(const struct export_field *field,
                                        const struct export_map_frame *frame, double cell_px,
                                        struct export_field_raster *out, struct ph_err *err)
{
    struct export_field_raster r = {.columns = (int)ceil((frame->right - frame->left) / cell_px),
                                    .rows = (int)ceil((frame->bottom - frame->top) / cell_px),
                                    .cell_px = cell_px};
    size_t n = (size_t)r.columns * (size_t)r.rows;
    double *lat = calloc(n, sizeof *lat), *lon = calloc(n, sizeof *lon);
    r.u = calloc(n, sizeof *r.u);
    r.v = calloc(n, sizeof *r.v);
    r.served = calloc(n, 1);
    r.inside = calloc(n, sizeof *r.inside);
    bool good = lat && lon && r.u && r.v && r.served && r.inside;
    for (size_t k = 0; good && k < n; k++) {
        struct export_map_xy at = {frame->left + ((double)(k % (size_t)r.columns) + 0.5) * cell_px,
                                   frame->top + ((double)(k / (size_t)r.columns) + 0.5) * cell_px};
        struct geo_pos pos = export_map_to_pos(frame, at);
        lat[k] = pos.lat_deg;
        lon[k] = pos.lon_deg;
        r.inside[k] = in_box(field->box, pos);
    }
    if (good)
        field->sample(field->arg, n, lat, lon, r.u, r.v, r.served);
    for (size_t k = 0; good && k < n; k++) // what is carried to the coast ends with the field's box
        if (!r.inside[k] && r.served[k] == EXPORT_FIELD_COASTAL)
            r.served[k] = EXPORT_FIELD_NONE;
    free(lat);
    free(lon);
    if (!good) {
        export_field_raster_fini(&r);
        return core_err_nomem(err);
    }
    *out = r;
    return PH_OK;
}

void export_field_raster_fini(struct export_field_raster *raster)
{
    free(raster->u);
    free(raster->v);
    free(raster->served);
    free(raster->inside);
}

struct export_field_scale export_field_scale_of(const struct export_field *field,
                                                const struct export_field_raster *r)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t k = 0; k < (size_t)r->columns * (size_t)r->rows; k++)
        if (r->served[k]) {
            low = fmin(low, shown(field, r->u[k], r->v[k]));
            high = fmax(high, shown(field, r->u[k], r->v[k]));
        }
    low = isfinite(low) ? low : 0;
    high = isfinite(high) ? high : 1;
    if (!field->scalar)
        low = 0;
    double step = pow(10, floor(log10(fmax(high - low, 0.01) / 5)));
    double rough = fmax(high - low, 0.01) / 5 / step;
    step *= rough > 5 ? 10 : rough > 2 ? 5 : rough > 1 ? 2 : 1;
    return (struct export_field_scale){floor(low / step) * step, ceil(high / step - 1e-9) * step, step};
}

static uint32_t pixel(const double rgb[3], double alpha)
{
    uint32_t a = (uint32_t)lround(255 * alpha), word = a << 24;
    for (int k = 0; k < 3; k++)
        word |= (uint32_t)lround(255 * alpha * rgb[k]) << (16 - 8 * k);
    return word;
}

// A picture of the raster, one pixel a cell.
static cairo_surface_t *image_of(const struct export_field *field, const struct export_field_raster *r,
                                 const struct export_field_scale *scale, bool missing)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, r->columns, r->rows);
    unsigned char *bytes = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    static const double white[3] = {1, 1, 1};
    cairo_surface_flush(image);
    for (int j = 0; bytes && j < r->rows; j++)
        for (int i = 0; i < r->columns; i++) {
            size_t k = (size_t)j * (size_t)r->columns + (size_t)i;
            double rgb[3], value = shown(field, r->u[k], r->v[k]);
            uint32_t word = 0;
            export_field_rgb((value - scale->low) / (scale->high - scale->low), rgb);
            if (missing)
                word = r->inside[k] && !r->served[k] ? pixel(white, 1) : 0;
            else if (r->served[k])
                word = pixel(rgb, r->served[k] == EXPORT_FIELD_OWN ? 0.92 : 0.5);
            memcpy(bytes + (size_t)j * (size_t)stride + 4 * (size_t)i, &word, sizeof word);
        }
    cairo_surface_mark_dirty(image);
    return image;
}

static cairo_pattern_t *pattern_of(struct export_map_canvas *map, const struct export_field_raster *r,
                                   cairo_surface_t *image)
{
    cairo_pattern_t *pattern = cairo_pattern_create_for_surface(image);
    cairo_matrix_t matrix;
    cairo_matrix_init_scale(&matrix, 1 / r->cell_px, 1 / r->cell_px);
    cairo_matrix_translate(&matrix, -map->frame.left, -map->frame.top);
    cairo_pattern_set_matrix(pattern, &matrix);
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
    cairo_surface_destroy(image);
    return pattern;
}

static void hatch(struct export_map_canvas *map, cairo_pattern_t *where)
{
    const struct export_map_frame *f = &map->frame;
    double high = f->bottom - f->top, step = 9 * map->unit;
    cairo_push_group(map->cairo);
    export_map_colour(map->cairo, EXPORT_STYLE_SOFT, 0.55);
    cairo_set_line_width(map->cairo, 1.1 * map->unit);
    for (double x = f->left - high; x < f->right; x += step) {
        cairo_move_to(map->cairo, x, f->bottom);
        cairo_line_to(map->cairo, x + high, f->top);
    }
    cairo_stroke(map->cairo);
    cairo_pop_group_to_source(map->cairo);
    cairo_mask(map->cairo, where);
}

void export_field_colours(struct export_map_canvas *map, const struct export_field *field,
                          const struct export_field_raster *r, const struct export_field_scale *scale)
{
    cairo_pattern_t *colours = pattern_of(map, r, image_of(field, r, scale, false));
    cairo_set_source(map->cairo, colours);
    cairo_paint(map->cairo);
    cairo_pattern_destroy(colours);
    cairo_pattern_t *missing = pattern_of(map, r, image_of(field, r, scale, true));
    hatch(map, missing);
    cairo_pattern_destroy(missing);
}

// An arrow whose middle is at the place; a pale edge makes it stand out on any ground.
static void arrow(struct export_map_canvas *map, struct export_map_xy at, double dx, double dy, double length)
{
    double u = map->unit, head = fmin(7 * u, 0.5 * length);
    double x = at.x + dx * length / 2, y = at.y + dy * length / 2;
    for (int pass = 0; pass < 2; pass++) {
        cairo_move_to(map->cairo, at.x - dx * length / 2, at.y - dy * length / 2);
        cairo_line_to(map->cairo, x, y);
        cairo_move_to(map->cairo, x - head * (dx + 0.55 * dy), y - head * (dy - 0.55 * dx));
        cairo_line_to(map->cairo, x, y);
        cairo_line_to(map->cairo, x - head * (dx - 0.55 * dy), y - head * (dy + 0.55 * dx));
        export_map_colour(map->cairo, pass ? EXPORT_STYLE_INK : "#ffffff", pass ? 1 : 0.75);
        cairo_set_line_width(map->cairo, (pass ? 1.6 : 3.6) * u);
        cairo_stroke(map->cairo);
    }
}

// The direction on paper is that of a short way on the earth: true in every projection.
static void arrow_at(struct export_map_canvas *map, struct geo_pos pos, double u, double v, double length)
{
    double bearing = atan2(u, v) / CORE_RAD_PER_DEG;
    struct export_map_xy at = export_map_to_xy(&map->frame, pos);
    struct export_map_xy to = export_map_to_xy(&map->frame, geo_earth_forward(pos, bearing, 100));
    double dx = to.x - at.x, dy = to.y - at.y, way = hypot(dx, dy);
    if (way > 0 && way < 100)
        arrow(map, at, dx / way, dy / way, length);
}

void export_field_arrows(struct export_map_canvas *map, const struct export_field *field,
                         const struct export_field_scale *scale)
{
    struct export_field_raster r;
    double apart = 46 * map->unit;
    if (field->scalar || map->status)
        return;
    map->status = export_field_raster_make(field, &map->frame, apart, &r, map->err);
    if (map->status)
        return;
    cairo_set_line_cap(map->cairo, CAIRO_LINE_CAP_ROUND);
    for (size_t k = 0; k < (size_t)r.columns * (size_t)r.rows; k++) {
        struct export_map_xy at = {map->frame.left + ((double)(k % (size_t)r.columns) + 0.5) * apart,
                                   map->frame.top + ((double)(k / (size_t)r.columns) + 0.5) * apart};
        double w = shown(field, r.u[k], r.v[k]) / scale->high;
        if (r.served[k] && w > 0)
            arrow_at(map, export_map_to_pos(&map->frame, at), r.u[k], r.v[k],
                     apart * (0.25 + 0.65 * fmin(w, 1)));
    }
    cairo_set_line_cap(map->cairo, CAIRO_LINE_CAP_BUTT);
    export_field_raster_fini(&r);
}
