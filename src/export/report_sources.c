// Wind and current in the report: each source, what it served and when, and how far sources differ. A source
// is a letter everywhere; what a strip shows by colour it says by letter too.
#include "export/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"

enum { MOST_RUNS = 24, MOST_ROWS = 13, CHART_W = 1000, STRIP_H = 30, CHART_H = 120 };

static const char *const drivers[EXPORT_DRIVERS] = {"current", "wind"};
// Of the sources of a kind, in order of preference; after these colours come again, letters do not.
static const char *const colours[] = {"#0072b2", "#c77c00", "#007a5a", "#b3427e", "#6b4fa0"};

// Number of the source among those of its kind.
static size_t number_of(const struct export_product *p, size_t source)
{
    size_t n = 0;
    for (size_t i = 0; i < source; i++)
        n += !strcmp(p->source[i].kind, p->source[source].kind);
    return n;
}

static const char *colour_of(const struct export_product *p, size_t source)
{
    return colours[number_of(p, source) % (sizeof colours / sizeof *colours)];
}

// "A", ..., "Z", "27"
static void letter_of(const struct export_product *p, size_t source, char out[8])
{
    size_t n = number_of(p, source);
    if (n < 26)
        snprintf(out, 8, "%c", (char)('A' + n));
    else
        snprintf(out, 8, "%zu", (n + 1) % 1000);
}

static void table(const struct export_product *p, struct core_buf *out)
{
    core_buf_puts(out, "<div class=\"wide\"><table><thead><tr><th>Kind</th><th></th><th>Source, in order of "
                       "preference</th><th class=\"n\">Served</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < p->n_sources; i++) {
        char letter[8];
        letter_of(p, i, letter);
        core_buf_puts(out, "<tr><td>");
        export_letters_html(out, p->source[i].kind);
        core_buf_printf(out, "</td><td><b style=\"color:%s\">%s</b></td><td>", colour_of(p, i), letter);
        export_letters_html(out, p->source[i].text);
        core_buf_printf(out, "</td><td class=\"n\">%.1f %%</td></tr>\n", 100 * p->source[i].fraction);
    }
    core_buf_puts(out,
                  "</tbody></table></div>\n<p class=\"soft\">Served: the share of all particle-time that "
                  "this source answered for.</p>\n");
}

// ---- Which served when ----

static bool drives(const struct export_product *p, size_t source, int driver)
{
    return !strcmp(p->source[source].kind, drivers[driver]);
}

// Equal to the eye: within half a percent in everything of this kind.
static bool hours_alike(const struct export_product *p, size_t a, size_t b, int driver)
{
    const struct export_coverage *x = &p->coverage[a], *y = &p->coverage[b];
    double apart =
        fmax(fabs(x->held[driver] - y->held[driver]), fabs(x->missing[driver] - y->missing[driver]));
    for (size_t i = 0; i < p->n_sources; i++)
        if (drives(p, i, driver))
            apart = fmax(apart, fabs(x->served[i] - y->served[i]));
    return apart < 0.005 && (x->particle_s > 0) == (y->particle_s > 0);
}

// The last interval of the run of like ones that begins at `from`.
static size_t run_end(const struct export_product *p, size_t from, int driver)
{
    size_t last = from;
    while (last + 1 < p->n_coverage && hours_alike(p, from, last + 1, driver))
        last++;
    return last;
}

static double place_of(const struct export_product *p, int64_t t_ns)
{
    int64_t from = p->coverage[0].from_ns, to = p->coverage[p->n_coverage - 1].to_ns;
    return to > from ? CHART_W * (double)(t_ns - from) / (double)(to - from) : 0;
}

static void rectangle(struct core_buf *out, double x, double y, double w, double h, const char *fill)
{
    core_buf_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>", x, y, w,
                    h, fill);
}

static void hatched(struct core_buf *out, double x, double y, double w, double h)
{
    rectangle(out, x, y, w, h, "#fff1de");
    core_buf_puts(out, "<path stroke=\"#9a4b00\" stroke-width=\"3\" d=\"");
    for (double foot = x - h + 4; foot < x + w;
         foot += 10) { // each line rises to the right, cut at the sides
        double from = fmax(foot, x), to = fmin(foot + h, x + w);
        core_buf_printf(out, "M%.1f %.1fL%.1f %.1f", from, y + h - (from - foot), to, y + h - (to - foot));
    }
    core_buf_puts(out, "\"/>");
}

static void mark(struct core_buf *out, double x, double w, double y, double h, const char *colour,
                 const char *text)
{
    if (w >= 16 && h >= 12)
        core_buf_printf(out,
                        "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" font-size=\"13\" font-weight=\"700\" "
                        "text-anchor=\"middle\">%s</text>",
                        x + w / 2, y + h / 2 + 4.5, colour, text);
}

// One run of like intervals: shares one above the other, the most preferred source at the foot.
static void strip_run(const struct export_product *p, int driver, size_t from, size_t last, double top,
                      struct core_buf *out)
{
    const struct export_coverage *c = &p->coverage[from];
    double x = place_of(p, c->from_ns), w = place_of(p, p->coverage[last].to_ns) - x - 1;
    double foot = top + STRIP_H;
    if (!(c->particle_s > 0) || w <= 0)
        return;
    for (size_t i = 0; i < p->n_sources; i++) {
        double h = drives(p, i, driver) ? STRIP_H * c->served[i] : 0;
        char letter[8];
        if (h < 0.2)
            continue;
        letter_of(p, i, letter);
        foot -= h;
        rectangle(out, x, foot, w, h, colour_of(p, i));
        mark(out, x, w, foot, h, "#fff", letter);
    }
    if (c->missing[driver] > 0.001) {
        double h = fmax(STRIP_H * c->missing[driver], 4);
        hatched(out, x, top, w, h);
        if (w >= 16 && h >= 12)
            rectangle(out, x + w / 2 - 8, top + h / 2 - 8, 16, 16, "#fff1de");
        mark(out, x, w, top, h, "#9a4b00", "\xc3\x97");
    }
    if (c->held[driver] > 0.001)
        core_buf_printf(out,
                        "<path d=\"M%.1f %.1fh%.1f\" stroke=\"#9a4b00\" stroke-width=\"4\" "
                        "stroke-dasharray=\"5 3\"/>",
                        x, top + 2, w);
}

static void strip_axis(const struct export_product *p, double top, struct core_buf *out)
{
    static const int steps_h[] = {1, 2, 3, 6, 12, 24, 48, 96, 168, 336};
    const int64_t hour_ns = 3600LL * CORE_NS_PER_S;
    int64_t from = p->coverage[0].from_ns, to = p->coverage[p->n_coverage - 1].to_ns;
    size_t s = 0;
    while (s + 1 < sizeof steps_h / sizeof *steps_h && (to - from) / hour_ns > 9 * steps_h[s])
        s++;
    int64_t step_ns = steps_h[s] * hour_ns;
    for (int64_t t = from + (step_ns - from % step_ns) % step_ns; t <= to; t += step_ns) {
        char dtg[CORE_TIME_TEXT];
        double x = place_of(p, t);
        core_time_dtg(t, dtg);
        core_buf_printf(out,
                        "<path d=\"M%.1f %.1fv5\" stroke=\"#566673\"/><text x=\"%.1f\" y=\"%.1f\" "
                        "fill=\"#566673\" font-size=\"12\" text-anchor=\"%s\">%.7s</text>",
                        x, top, x, top + 18,
                        x < 30             ? "start"
                        : x > CHART_W - 30 ? "end"
                                           : "middle",
                        dtg);
    }
}

static void strips(const struct export_product *p, struct core_buf *out)
{
    double height = EXPORT_DRIVERS * (STRIP_H + 22) + 26;
    core_buf_printf(out,
                    "<svg viewBox=\"0 0 %d %.0f\" style=\"width:100%%;height:auto;font-family:inherit\" "
                    "role=\"img\" aria-label=\"Which source served when, in the table below too\">",
                    (int)CHART_W, height);
    double top = 0;
    for (int driver = 0; driver < EXPORT_DRIVERS; driver++, top += STRIP_H + 22) {
        core_buf_printf(out,
                        "<text x=\"0\" y=\"%.1f\" fill=\"#566673\" font-size=\"13\">%s</text>"
                        "<rect x=\"0\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"none\" "
                        "stroke=\"#d5dde3\"/>",
                        top + 14, drivers[driver], top + 20, (int)CHART_W, (int)STRIP_H);
        for (size_t h = 0, last; h < p->n_coverage; h = last + 1)
            strip_run(p, driver, h, last = run_end(p, h, driver), top + 20, out);
    }
    strip_axis(p, top, out);
    core_buf_puts(out, "</svg>\n");
}

static void share(struct core_buf *out, const char *what, double frac, bool *any)
{
    char percent[EXPORT_PERCENT];
    if (frac <= 0)
        return;
    export_report_percent(frac, percent);
    core_buf_printf(out, "%s%s %s", *any ? ", " : "", what, percent);
    *any = true;
}

static void run_row(const struct export_product *p, int driver, size_t from, size_t last,
                    struct core_buf *out)
{
    const struct export_coverage *c = &p->coverage[from];
    char begin[CORE_TIME_TEXT], end[CORE_TIME_TEXT];
    bool any = false;
    core_time_dtg(c->from_ns, begin);
    core_time_dtg(p->coverage[last].to_ns, end);
    core_buf_printf(out, "<tr><td>%s</td><td class=\"p\">%.7s to %.7s</td><td>", drivers[driver], begin, end);
    for (size_t i = 0; i < p->n_sources; i++) {
        char letter[8];
        letter_of(p, i, letter);
        if (drives(p, i, driver))
            share(out, letter, c->served[i], &any);
    }
    share(out, "held", c->held[driver], &any);
    share(out, "<b>missing</b>", c->missing[driver], &any);
    share(out, driver ? "stopped for want of current" : "stopped for want of wind", c->missing[!driver],
          &any);
    core_buf_puts(out, any ? "</td></tr>\n" : "nobody adrift</td></tr>\n");
}

static void coverage(const struct export_product *p, struct core_buf *out)
{
    size_t rows = 0;
    if (!p->n_coverage)
        return;
    core_buf_puts(out, "<h3>Which source served when</h3>\n");
    strips(p, out);
    core_buf_puts(out,
                  "<div class=\"wide\"><table><thead><tr><th>Kind</th><th>From, to (UTC)</th><th>Share of "
                  "the particle-time</th></tr></thead><tbody>\n");
    for (int driver = 0; driver < EXPORT_DRIVERS; driver++)
        for (size_t h = 0, last; h < p->n_coverage; h = last + 1) {
            last = run_end(p, h, driver);
            if (p->coverage[last].to_ns > p->coverage[h].from_ns && rows++ < MOST_RUNS)
                run_row(p, driver, h, last, out);
        }
    core_buf_puts(out, "</tbody></table></div>\n");
    if (rows > MOST_RUNS)
        core_buf_printf(out, "<p class=\"soft\">And %zu more; all of them are in summary.json.</p>\n",
                        rows - MOST_RUNS);
    core_buf_puts(out,
                  "<p class=\"soft\">A letter is a source of the table above. Hatched and \xc3\x97: missing. "
                  "Dashed at the top: held, beyond a source's times or area.</p>\n");
}

// ---- How far sources differ ----

// "215&deg; 12.3": wind from, current toward.
static void vector_cell(struct core_buf *out, bool wind, double u, double v)
{
    if (!isfinite(u) || !isfinite(v)) {
        core_buf_puts(out, "<td class=\"n\">\xe2\x80\x93</td>");
        return;
    }
    double toward = atan2(u, v) / CORE_RAD_PER_DEG;
    core_buf_printf(
        out, wind ? "<td class=\"n\">%03.0f\xc2\xb0 %.1f</td>" : "<td class=\"n\">%03.0f\xc2\xb0 %.2f</td>",
        core_deg_wrap360(round(wind ? toward + 180 : toward)), core_kn_from_mps(hypot(u, v)));
}

static double apart_kn(const struct export_compared *c, size_t t, size_t source)
{
    size_t at = t * c->n_sources;
    return core_kn_from_mps(hypot(c->u[at + source] - c->u[at], c->v[at + source] - c->v[at]));
}

static size_t covering(const struct export_compared *c, size_t t)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_sources; i++)
        n += isfinite(c->u[t * c->n_sources + i]);
    return n;
}

static void compared_rows(const struct export_product *p, const struct export_compared *c,
                          struct core_buf *out)
{
    size_t stride = (p->n_times + MOST_ROWS - 1) / MOST_ROWS;
    bool wind = !strcmp(c->kind, "wind");
    for (size_t t = 0; t < p->n_times; t += stride) {
        char dtg[CORE_TIME_TEXT];
        if (covering(c, t) < 2)
            continue;
        core_time_dtg(p->time[t].t_ns, dtg);
        core_buf_printf(out, "<tr><td class=\"p\">%.7s</td>", dtg);
        for (size_t i = 0; i < c->n_sources; i++)
            vector_cell(out, wind, c->u[t * c->n_sources + i], c->v[t * c->n_sources + i]);
        core_buf_puts(out, "</tr>\n");
    }
}

// Difference of each further source from the first, over time: one line each, with its letter at its end.
static void compared_chart(const struct export_product *p, const struct export_compared *c,
                           struct core_buf *out)
{
    static const char *const dashes[] = {"none", "7 4", "2 4", "9 3 2 3"};
    double most = 0;
    for (size_t t = 0; t < p->n_times; t++)
        for (size_t i = 1; i < c->n_sources; i++)
            most = fmax(most, apart_kn(c, t, i)); // fmax passes NAN over
    if (p->n_times < 2 || most <= 0)
        return;
    core_buf_printf(out,
                    "<svg viewBox=\"0 -14 %d %d\" style=\"width:100%%;height:auto;font-family:inherit\" "
                    "role=\"img\" aria-label=\"Difference from the first source over time\"><path d=\"M0 "
                    "0H%dM0 %dH%d\" stroke=\"#d5dde3\"/><text x=\"0\" y=\"-3\" font-size=\"12\" "
                    "fill=\"#566673\">%.2f kn from A</text>",
                    (int)CHART_W, CHART_H + 20, (int)CHART_W, (int)CHART_H, (int)CHART_W, most);
    for (size_t i = 1; i < c->n_sources; i++) {
        double x = 0, y = 0;
        bool begun = false;
        char letter[8];
        letter_of(p, c->source[i], letter);
        core_buf_puts(out, "<path fill=\"none\" d=\"");
        for (size_t t = 0; t < p->n_times; t++) {
            double kn = apart_kn(c, t, i);
            if (isfinite(kn)) {
                x = (CHART_W - 24.0) * (double)t / (double)(p->n_times - 1);
                y = CHART_H * (1 - kn / most);
                core_buf_printf(out, "%c%.1f %.1f", begun ? 'L' : 'M', x, y);
            }
            begun = isfinite(kn);
        }
        core_buf_printf(out,
                        "\" stroke=\"%s\" stroke-width=\"2.5\" stroke-dasharray=\"%s\"/><text x=\"%.1f\" "
                        "y=\"%.1f\" font-size=\"13\" font-weight=\"700\" fill=\"%s\">%s</text>",
                        colour_of(p, c->source[i]), dashes[i % 4], x + 6, y + 4, colour_of(p, c->source[i]),
                        letter);
    }
    core_buf_puts(out, "</svg>\n");
}

static void compared_says(const struct export_product *p, const struct export_compared *c,
                          struct core_buf *out)
{
    for (size_t k = 0; k < c->n_pairs; k++) {
        const struct export_compared_pair *pair = &c->pair[k];
        char a[8], b[8];
        letter_of(p, c->source[pair->a], a);
        letter_of(p, c->source[pair->b], b);
        core_buf_printf(
            out,
            "<li><b>%s and %s</b> differ by %.2f kn in the mean and %.2f kn at most: <b>%.1f NM of "
            "drift in 24 h</b>.</li>\n",
            a, b, core_kn_from_mps(pair->mean_mps), core_kn_from_mps(pair->max_mps),
            core_nm_from_m(pair->drift_m));
    }
}

static void compared(const struct export_product *p, const struct export_compared *c, struct core_buf *out)
{
    bool wind = !strcmp(c->kind, "wind");
    core_buf_printf(out, "<h3>The sources of %s side by side, at the datum</h3>\n<ul>", c->kind);
    compared_says(p, c, out);
    core_buf_puts(out, "</ul>\n");
    compared_chart(p, c, out);
    core_buf_puts(out, "<div class=\"wide\"><table><thead><tr><th>UTC</th>");
    for (size_t i = 0; i < c->n_sources; i++) {
        char letter[8];
        letter_of(p, c->source[i], letter);
        core_buf_printf(out, "<th class=\"n\">%s: %s, kn</th>", letter, wind ? "from" : "toward");
    }
    core_buf_puts(out, "</tr></thead><tbody>\n");
    compared_rows(p, c, out);
    core_buf_puts(out, "</tbody></table></div>\n");
    if (wind)
        core_buf_printf(
            out,
            "<p class=\"soft\">Miles of drift: the mean difference times %.1f %%, the downwind leeway "
            "of what is drifting.</p>\n",
            100 * c->slope);
}

void export_report_sources(const struct export_product *p, struct core_buf *out)
{
    core_buf_puts(out, "<section class=\"page\">\n<h2>Wind, current and other forcing</h2>\n");
    table(p, out);
    coverage(p, out);
    for (size_t i = 0; i < p->n_compared; i++)
        compared(p, &p->compared[i], out);
    core_buf_puts(out, "<p><b>Coast</b> ");
    export_letters_html(out, p->coast_text ? p->coast_text : "none");
    core_buf_puts(out, "</p>\n<p><b>Conditions</b> ");
    export_letters_html(out, p->conditions_text ? p->conditions_text : "none given");
    core_buf_puts(out, "</p>\n</section>\n");
}
