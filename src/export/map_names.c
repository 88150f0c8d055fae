// What is written on the map: legend, scale, notes, and the labels that look for their place last.
#include "export/map_draw.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "core/time.h"
#include "core/units.h"
#include "export/letters.h"
#include "export/map_style.h"
#include "export/task.h"

enum { NAME_TEXT = EXPORT_NAME + 64 };

static void panel(struct export_map_canvas *map, struct export_map_rect r)
{
    double round = 6 * map->unit;
    cairo_new_sub_path(map->cairo);
    cairo_arc(map->cairo, r.x + r.w - round, r.y + round, round, -CORE_PI / 2, 0);
    cairo_arc(map->cairo, r.x + r.w - round, r.y + r.h - round, round, 0, CORE_PI / 2);
    cairo_arc(map->cairo, r.x + round, r.y + r.h - round, round, CORE_PI / 2, CORE_PI);
    cairo_arc(map->cairo, r.x + round, r.y + round, round, CORE_PI, 1.5 * CORE_PI);
    cairo_close_path(map->cairo);
    cairo_set_source_rgba(map->cairo, 1, 1, 1, 0.94);
    cairo_fill_preserve(map->cairo);
    export_map_colour(map->cairo, EXPORT_STYLE_LINE, 1);
    cairo_set_line_width(map->cairo, map->unit);
    cairo_stroke(map->cairo);
    export_map_take(map, r);
}

static void swatch(struct export_map_canvas *map, double mass, double x, double y)
{
    double u = map->unit, dashed[2] = {4 * u, 2.5 * u}, dotted[2] = {1.4 * u, 2.6 * u};
    cairo_rectangle(map->cairo, x, y - 6 * u, 18 * u, 12 * u);
    export_map_colour(map->cairo, export_style_fill(mass), 1);
    cairo_fill_preserve(map->cairo);
    if (mass > 0.5)
        cairo_set_dash(map->cairo, mass > 0.76 ? dotted : dashed, 2, 0);
    export_map_colour(map->cairo, EXPORT_STYLE_OUTLINE, 1);
    cairo_set_line_width(map->cairo, 1.4 * u);
    cairo_stroke(map->cairo);
    cairo_set_dash(map->cairo, NULL, 0, 0);
}

static void area_text(double m2, char *out, size_t size)
{
    double nm2 = m2 / (CORE_M_PER_NM * CORE_M_PER_NM);
    snprintf(out, size, nm2 < 1 ? "%.2g NM\xc2\xb2" : nm2 < 10 ? "%.1f NM\xc2\xb2" : "%.0f NM\xc2\xb2", nm2);
}

static bool is_inside(struct export_map_rect r, struct export_map_xy at)
{
    return at.x >= r.x && at.x <= r.x + r.w && at.y >= r.y && at.y <= r.y + r.h;
}

// How much of what matters a rectangle would hide: areas first, then probability.
static double hides(const struct export_map_canvas *map, struct export_map_rect r, size_t only_area)
{
    double sum = 0;
    for (size_t i = 0; map->p->plan && i < map->p->plan->n_areas; i++)
        for (int k = 0; k < 80 && (only_area == SIZE_MAX || i == only_area); k++) {
            const struct geo_pos *corner = map->p->plan->area[i].corner;
            struct export_map_xy a = export_map_to_xy(&map->frame, corner[k / 20]);
            struct export_map_xy b = export_map_to_xy(&map->frame, corner[(k / 20 + 1) % 4]);
            double w = k % 20 / 20.0;
            sum += 10 * is_inside(r, (struct export_map_xy){a.x + w * (b.x - a.x), a.y + w * (b.y - a.y)});
        }
    const struct export_time *time = &map->p->time[map->t];
    for (size_t i = 0; i < time->n_regions; i++)
        for (size_t k = 0; k < time->region[i].n_rings; k++)
            for (size_t n = 0; n < time->region[i].ring[k].n; n++)
                sum += is_inside(r, export_map_to_xy(&map->frame, time->region[i].ring[k].pos[n]));
    return sum;
}

// The corner where a panel hides least; the upper ones are below the names of the meridians.
static struct export_map_rect corner_free(const struct export_map_canvas *map, double w, double h,
                                          size_t only_area)
{
    const struct export_map_frame *f = &map->frame;
    double u = map->unit, left = f->left + 82 * u, right = f->right - w - 12 * u, best_cost = INFINITY;
    struct export_map_rect best = {right, f->top + 26 * u, w, h};
    double x[4] = {right, left, right, left},
           y[4] = {f->top + 26 * u, f->top + 26 * u, f->bottom - h - 62 * u, f->bottom - h - 36 * u};
    for (int i = 0; i < 4; i++) {
        struct export_map_rect rect = {x[i], y[i], w, h};
        double cost = hides(map, rect, only_area);
        if (cost < best_cost) {
            best_cost = cost;
            best = rect;
        }
    }
    return best;
}

// Time and regions, in a free corner.
static void legend(struct export_map_canvas *map, size_t only_area)
{
    const struct export_time *time = &map->p->time[map->t];
    char head[64], line[8][64], dtg[CORE_TIME_TEXT], area[32];
    double u = map->unit, wide, row = 20 * u;
    double mass[8];
    size_t n = 0;
    core_time_dtg(time->t_ns, dtg);
    snprintf(head, sizeof head, "%s %s", time->heading ? time->heading : "Where at", dtg);
    wide = export_map_text_size(map, &(struct export_map_text){head, EXPORT_STYLE_INK, 14, true}).w;
    for (size_t i = 0; i < time->n_regions && n < 8; i++) {
        if (fabs(time->region[i].mass - 0.9) < 0.01)
            continue;
        area_text(time->region[i].area_m2, area, sizeof area);
        mass[n] = time->region[i].mass;
        snprintf(line[n++], sizeof line[0], "%.0f %% \xc2\xb7 %s", 100 * time->region[i].mass, area);
    }
    if (time->stranded_mass >= 0.005 && n < 8) {
        mass[n] = NAN;
        snprintf(line[n++], sizeof line[0], "%.0f %% ashore", 100 * time->stranded_mass);
    }
    for (size_t i = 0; i < n; i++)
        wide = fmax(
            wide,
            26 * u + export_map_text_size(map, &(struct export_map_text){line[i], EXPORT_STYLE_INK, 14}).w);
    struct export_map_rect box = corner_free(map, wide + 24 * u, (double)(n + 1) * row + 14 * u, only_area);
    panel(map, box);
    double x = box.x + 12 * u, y = box.y + 7 * u + row / 2;
    export_map_text_put(map, &(struct export_map_text){head, EXPORT_STYLE_INK, 14, true}, x, y, 0);
    for (size_t i = 0; i < n; i++) {
        y += row;
        if (isfinite(mass[i]))
            swatch(map, mass[i], x, y);
        export_map_text_put(map, &(struct export_map_text){line[i], EXPORT_STYLE_INK, 14}, x + 26 * u, y, 0);
    }
}

// A bar of a round number of miles, in the corner at the lower right.
static void scale_bar(struct export_map_canvas *map)
{
    static const double length_nm[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
    double u = map->unit, px = export_map_frame_px_per_nm(&map->frame), nm = length_nm[0];
    for (size_t i = 0; i < sizeof length_nm / sizeof *length_nm; i++)
        if (length_nm[i] * px <= 190 * u)
            nm = length_nm[i];
    double w = nm * px, x = map->frame.right - w - 44 * u, y = map->frame.bottom - 24 * u;
    panel(map, (struct export_map_rect){x - 18 * u, y - 28 * u, w + 50 * u, 40 * u});
    for (int half = 0; half < 2; half++) {
        cairo_rectangle(map->cairo, x + half * w / 2, y - 3 * u, w / 2, 6 * u);
        export_map_colour(map->cairo, half ? "#ffffff" : EXPORT_STYLE_INK, 1);
        cairo_fill_preserve(map->cairo);
        export_map_colour(map->cairo, EXPORT_STYLE_INK, 1);
        cairo_set_line_width(map->cairo, u);
        cairo_stroke(map->cairo);
    }
    char text[3][24];
    snprintf(text[0], sizeof text[0], "0");
    snprintf(text[1], sizeof text[1], "%g", nm / 2);
    snprintf(text[2], sizeof text[2], "%g NM", nm);
    for (int i = 0; i < 3; i++)
        if (i != 1 || w > 90 * u)
            export_map_text_put(map, &(struct export_map_text){text[i], EXPORT_STYLE_INK, 12}, x + i * w / 2,
                                y - 15 * u, 0.5);
}

// Where the land comes from; loud when there is none.
static void coast_note(struct export_map_canvas *map)
{
    bool missing = !map->p->coast || !geo_coast_installed(map->p->coast);
    char text[160];
    const char *source = map->p->coast_text ? map->p->coast_text : "none";
    if (missing)
        snprintf(text, sizeof text, "\xe2\x96\xb2 NO COASTLINE INSTALLED: land is not shown");
    else
        snprintf(text, sizeof text, "Coast: %.60s. Not for navigation.", source);
    struct export_map_text note = {text, missing ? EXPORT_STYLE_WARN : EXPORT_STYLE_SOFT, missing ? 15 : 11,
                                   missing};
    struct export_map_rect size = export_map_text_size(map, &note);
    double u = map->unit, x = map->frame.left + 12 * u, y = map->frame.bottom - 10 * u - size.h / 2;
    if (missing)
        panel(map,
              (struct export_map_rect){x - 6 * u, y - size.h / 2 - 4 * u, size.w + 12 * u, size.h + 8 * u});
    export_map_text_put(map, &note, x, y, 0);
    export_map_take(map, (struct export_map_rect){x, y - size.h / 2, size.w, size.h});
}

void export_map_furniture(struct export_map_canvas *map, size_t only_area)
{
    if (map->t < map->p->n_times)
        legend(map, only_area);
    scale_bar(map);
    coast_note(map);
}

static void unit_name(struct export_map_canvas *map, size_t i)
{
    const struct plan_area *a = &map->p->plan->area[i];
    char label[EXPORT_LABEL], id[EXPORT_NAME], text[NAME_TEXT];
    export_task_label(i, label);
    export_letters_clean(map->p->asset[a->asset].id, 24, id, sizeof id);
    snprintf(text, sizeof text, "%s %s %s", label, id, a->pattern);
    export_map_label_area(map, &(struct export_map_text){text, export_style_unit(i)->colour, 15, true}, i);
}

// Edges of the areas count as taken, so that no label hides a turn.
static void areas_take(struct export_map_canvas *map, size_t only_area)
{
    double u = map->unit;
    for (size_t i = 0; map->p->plan && i < map->p->plan->n_areas; i++) {
        if (only_area != SIZE_MAX && i != only_area)
            continue;
        const struct plan_area *a = &map->p->plan->area[i];
        for (int k = 0; k < 4; k++) {
            struct export_map_xy from = export_map_to_xy(&map->frame, a->corner[k]);
            struct export_map_xy to = export_map_to_xy(&map->frame, a->corner[(k + 1) % 4]);
            for (int s = 0; s < 10; s++) {
                double w = (s + 0.5) / 10, x = from.x + w * (to.x - from.x), y = from.y + w * (to.y - from.y);
                export_map_take(map, (struct export_map_rect){x - 4 * u, y - 4 * u, 8 * u, 8 * u});
            }
        }
    }
}

static void waypoint_names(struct export_map_canvas *map, size_t i)
{
    const struct plan_area *a = &map->p->plan->area[i];
    size_t every = a->n_waypoints > 60 ? 5 : 1;
    for (size_t k = 0; k < a->n_waypoints; k += every) {
        char text[32];
        snprintf(text, sizeof text, k ? "%zu" : "CSP %zu", k + 1);
        export_map_label(map,
                         &(struct export_map_text){text, export_style_unit(i)->colour, k ? 12 : 14, true},
                         export_map_to_xy(&map->frame, a->waypoint[k].pos));
    }
}

static void start_names(struct export_map_canvas *map)
{
    for (size_t i = 0; i < map->p->n_scenarios; i++) {
        const struct export_scenario *s = &map->p->scenario[i];
        char id[EXPORT_NAME], text[NAME_TEXT];
        if (!isfinite(s->centre.lat_deg) || !isfinite(s->centre.lon_deg))
            continue;
        struct export_map_xy at = export_map_to_xy(&map->frame, s->centre);
        bool seen = at.x >= 0 && at.x <= map->frame.right && at.y >= 0 && at.y <= map->frame.bottom;
        export_letters_clean(s->id, 24, id, sizeof id);
        snprintf(text, sizeof text, "LKP %s", id);
        if (s->circle_m > 0)
            snprintf(text, sizeof text, "LKP %s \xc2\xb1%.1f NM", id, core_nm_from_m(s->circle_m));
        if (seen)
            export_map_label(map, &(struct export_map_text){text, EXPORT_STYLE_INK, 13}, at);
    }
}

// "50 %" on each outline, at its lowest point: the regions are told apart without colour.
static void region_names(struct export_map_canvas *map)
{
    const struct export_time *time = &map->p->time[map->t];
    for (size_t i = 0; i < time->n_regions; i++) {
        const struct prob_region *region = &time->region[i];
        struct export_map_xy low = {0, -INFINITY};
        for (size_t k = 0; k < region->n_rings; k++)
            for (size_t n = 0; n < region->ring[k].n; n++) {
                struct export_map_xy at = export_map_to_xy(&map->frame, region->ring[k].pos[n]);
                bool seen = at.x > 0 && at.x < map->frame.right && at.y < map->frame.bottom - 30 * map->unit;
                low = seen && at.y > low.y ? at : low;
            }
        char text[16];
        snprintf(text, sizeof text, "%.0f %%", fmin(100 * region->mass, 100));
        if (isfinite(low.y) && fabs(region->mass - 0.9) > 0.01)
            export_map_label(map, &(struct export_map_text){text, EXPORT_STYLE_OUTLINE, 12, true}, low);
    }
}

void export_map_names(struct export_map_canvas *map, size_t only_area)
{
    areas_take(map, only_area);
    if (map->t < map->p->n_times && map->p->time[map->t].has_moments) {
        char zulu[CORE_TIME_TEXT], text[64];
        core_time_zulu(map->p->time[map->t].t_ns, zulu);
        snprintf(text, sizeof text, "datum %s", zulu);
        struct export_map_xy at = export_map_to_xy(&map->frame, map->p->time[map->t].moments.mean);
        if (at.x >= 0 && at.x <= map->frame.right && at.y >= 0 && at.y <= map->frame.bottom)
            export_map_label(map, &(struct export_map_text){text, EXPORT_STYLE_INK, 14, true}, at);
    }
    if (only_area != SIZE_MAX) {
        waypoint_names(map, only_area);
        return;
    }
    for (size_t i = 0; map->p->plan && i < map->p->plan->n_areas; i++)
        unit_name(map, i);
    export_map_route_names(map);
    start_names(map);
    if (map->t < map->p->n_times)
        region_names(map);
}
