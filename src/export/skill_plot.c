#include "export/skill_plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pango/pangocairo.h>

#include "core/err.h"
#include "export/map_style.h"
#include "export/surface.h"

enum { WIDTH_MIN = 200, WIDTH_MAX = 8000, BAND_POINTS = 100, N_LEVELS = 4 };

static const double levels[N_LEVELS] = {0.50, 0.75, 0.90, 0.95};

struct plot {
    cairo_t *cairo;
    double unit; // 1 at 1000 px width
    double left, top, right, bottom;
};

static void colour(struct plot *plot, const char *hex, double alpha)
{
    double rgb[3];
    export_style_rgb(hex, rgb);
    cairo_set_source_rgba(plot->cairo, rgb[0], rgb[1], rgb[2], alpha);
}

static double x_of(const struct plot *plot, double level)
{
    return plot->left + level * (plot->right - plot->left);
}

static double y_of(const struct plot *plot, double rate)
{
    return plot->bottom - rate * (plot->bottom - plot->top);
}

// Text whose left, middle or right (anchor 0, 0.5, 1) is at x and whose middle is at y.
static void text_put(struct plot *plot, const char *text, double size, double x, double y, double anchor)
{
    PangoLayout *layout = pango_cairo_create_layout(plot->cairo);
    PangoFontDescription *font = pango_font_description_from_string("Noto Sans, DejaVu Sans, Sans");
    int w, h;
    pango_font_description_set_absolute_size(font, size * plot->unit * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    pango_layout_get_pixel_size(layout, &w, &h);
    cairo_move_to(plot->cairo, x - anchor * w, y - 0.5 * h);
    pango_cairo_show_layout(plot->cairo, layout);
    g_object_unref(layout);
}

static void line(struct plot *plot, double x0, double y0, double x1, double y1)
{
    cairo_move_to(plot->cairo, x_of(plot, x0), y_of(plot, y0));
    cairo_line_to(plot->cairo, x_of(plot, x1), y_of(plot, y1));
    cairo_stroke(plot->cairo);
}

static void axes_draw(struct plot *plot)
{
    char text[16];
    cairo_set_line_width(plot->cairo, plot->unit);
    for (int i = 0; i <= 10; i += 2) {
        double at = i / 10.0;
        colour(plot, EXPORT_STYLE_LINE, 1);
        line(plot, at, 0, at, 1);
        line(plot, 0, at, 1, at);
        colour(plot, EXPORT_STYLE_SOFT, 1);
        snprintf(text, sizeof text, "%d %%", 10 * i);
        text_put(plot, text, 20, x_of(plot, at), plot->bottom + 22 * plot->unit, 0.5);
        text_put(plot, text, 20, plot->left - 12 * plot->unit, y_of(plot, at), 1);
    }
    colour(plot, EXPORT_STYLE_INK, 1);
    text_put(plot, "region of this nominal probability", 22, 0.5 * (plot->left + plot->right),
             plot->bottom + 56 * plot->unit, 0.5);
    text_put(plot, "drifters that were inside", 22, plot->left, plot->top - 26 * plot->unit, 0);
}

// Where 95 of 100 calibrated models would lie: 1.96 standard deviations of the binomial law.
static double band(double level, size_t n)
{
    return 1.96 * sqrt(level * (1 - level) / (double)n);
}

static void band_draw(struct plot *plot, size_t n)
{
    for (int i = 0; i <= BAND_POINTS; i++) {
        double at = (double)i / BAND_POINTS;
        cairo_line_to(plot->cairo, x_of(plot, at), y_of(plot, fmin(1, at + band(at, n))));
    }
    for (int i = BAND_POINTS; i >= 0; i--) {
        double at = (double)i / BAND_POINTS;
        cairo_line_to(plot->cairo, x_of(plot, at), y_of(plot, fmax(0, at - band(at, n))));
    }
    cairo_close_path(plot->cairo);
    colour(plot, EXPORT_STYLE_SOFT, 0.15);
    cairo_fill(plot->cairo);
}

static void diagonal_draw(struct plot *plot)
{
    double dash[2] = {6 * plot->unit, 5 * plot->unit};
    cairo_set_dash(plot->cairo, dash, 2, 0);
    cairo_set_line_width(plot->cairo, 1.5 * plot->unit);
    colour(plot, EXPORT_STYLE_SOFT, 1);
    line(plot, 0, 0, 1, 1);
    cairo_set_dash(plot->cairo, NULL, 0, 0);
}

static int by_value(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double hit_rate(const double *sorted, size_t n, double level)
{
    size_t hits = 0;
    while (hits < n && sorted[hits] <= level)
        hits++;
    return (double)hits / (double)n;
}

static void curve_line(struct plot *plot, const double *sorted, size_t n,
                       const struct export_style_unit *style)
{
    double dash[6];
    for (int i = 0; i < style->n_dash; i++)
        dash[i] = style->dash[i] * plot->unit;
    cairo_move_to(plot->cairo, x_of(plot, 0), y_of(plot, 0));
    for (size_t i = 0; i < n; i++) {
        double p = fmin(1, fmax(0, sorted[i]));
        cairo_line_to(plot->cairo, x_of(plot, p), y_of(plot, (double)i / (double)n));
        cairo_line_to(plot->cairo, x_of(plot, p), y_of(plot, (double)(i + 1) / (double)n));
    }
    cairo_line_to(plot->cairo, x_of(plot, 1), y_of(plot, 1));
    colour(plot, style->colour, 1);
    cairo_set_dash(plot->cairo, dash, style->n_dash, 0);
    cairo_set_line_width(plot->cairo, 3 * plot->unit);
    cairo_stroke(plot->cairo);
    cairo_set_dash(plot->cairo, NULL, 0, 0);
    for (int q = 0; q < N_LEVELS; q++) {
        cairo_arc(plot->cairo, x_of(plot, levels[q]), y_of(plot, hit_rate(sorted, n, levels[q])),
                  6 * plot->unit, 0, 2 * G_PI);
        cairo_fill(plot->cairo);
    }
}

static void legend_put(struct plot *plot, size_t row, const char *label, size_t n,
                       const struct export_style_unit *style)
{
    char text[128];
    double x = x_of(plot, 0.04), y = plot->top + (26 + 32 * (double)row) * plot->unit;
    colour(plot, style->colour, 1);
    cairo_set_line_width(plot->cairo, 4 * plot->unit);
    cairo_move_to(plot->cairo, x, y);
    cairo_line_to(plot->cairo, x + 34 * plot->unit, y);
    cairo_stroke(plot->cairo);
    colour(plot, EXPORT_STYLE_INK, 1);
    snprintf(text, sizeof text, "%.60s (%zu starts)", label, n);
    text_put(plot, text, 20, x + 46 * plot->unit, y, 0);
}

static enum ph_status curves_draw(struct plot *plot, const struct export_skill_curve *curve, size_t n_curves,
                                  struct ph_err *err)
{
    for (size_t i = 0, row = 0; i < n_curves; i++) {
        if (!curve[i].n)
            continue;
        double *sorted = malloc(curve[i].n * sizeof *sorted);
        if (!sorted)
            return core_err_nomem(err);
        memcpy(sorted, curve[i].p_star, curve[i].n * sizeof *sorted);
        qsort(sorted, curve[i].n, sizeof *sorted, by_value);
        curve_line(plot, sorted, curve[i].n, export_style_unit(i));
        legend_put(plot, row++, curve[i].label, curve[i].n, export_style_unit(i));
        free(sorted);
    }
    return PH_OK;
}

static enum ph_status draw(cairo_t *cairo, const struct export_skill_curve *curve, size_t n_curves,
                           double width, struct ph_err *err)
{
    double unit = width / 1000;
    struct plot plot = {cairo, unit, 110 * unit, 70 * unit, 960 * unit, 920 * unit};
    size_t least = 0;
    for (size_t i = 0; i < n_curves; i++)
        least = curve[i].n && (!least || curve[i].n < least) ? curve[i].n : least;
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    if (least)
        band_draw(&plot, least);
    axes_draw(&plot);
    diagonal_draw(&plot);
    return curves_draw(&plot, curve, n_curves, err);
}

enum ph_status export_skill_plot(const struct export_skill_curve *curve, size_t n_curves, int width_px,
                                 enum export_map_format format, struct core_buf *out, struct ph_err *err)
{
    if (width_px < WIDTH_MIN || width_px > WIDTH_MAX)
        return core_err_set(err, PH_EINPUT, "width", "give 200 to 8000", "a plot cannot be %d pixels wide",
                            width_px);
    struct core_buf drawn = {0};
    cairo_surface_t *surface = export_surface_make(format, width_px, width_px, &drawn);
    cairo_t *cairo = cairo_create(surface);
    enum ph_status status = draw(cairo, curve, n_curves, width_px, err);
    enum ph_status ended = export_surface_end(surface, cairo, format, &drawn, out, err);
    return status ? status : ended;
}
