#include "export/map.h"

#include <math.h>
#include <stdint.h>

#include "core/err.h"
#include "core/units.h"
#include "export/map_draw.h"
#include "export/map_style.h"
#include "export/surface.h"
#include "geo/grid.h"

enum { WIDTH_MIN = 200, WIDTH_MAX = 8000 };
static const double picture_min_m = 1 * CORE_M_PER_NM;
static const double start_reach_m =
    150 * CORE_M_PER_NM; // a start farther off than this is not worth the scale

// Calls fn for every place that the picture should show. Twice: first for the middle, then for the extent.
typedef void visit(void *arg, struct geo_pos pos);

static void visit_circle(struct geo_pos centre, double radius_m, visit *fn, void *arg)
{
    fn(arg, centre);
    for (int i = 0; i < 8 && radius_m > 0; i++)
        fn(arg, geo_earth_forward(centre, 45.0 * i, radius_m));
}

static void visit_area(const struct plan_area *a, visit *fn, void *arg)
{
    for (int k = 0; k < 4; k++)
        fn(arg, a->corner[k]);
    for (size_t k = 0; k < a->n_waypoints; k++)
        fn(arg, a->waypoint[k].pos);
}

static void visit_cloud(const struct export_product *p, size_t t, visit *fn, void *arg)
{
    const struct export_time *time = &p->time[t];
    for (size_t i = 0; i < time->n_regions; i++)
        for (size_t r = 0; r < time->region[i].n_rings; r++)
            for (size_t k = 0; k < time->region[i].ring[r].n; k++)
                fn(arg, time->region[i].ring[r].pos[k]);
    for (size_t i = 0; i < p->n_scenarios; i++) {
        struct geo_pos centre = p->scenario[i].centre;
        bool known = isfinite(centre.lat_deg) && isfinite(centre.lon_deg);
        if (known && (!time->has_moments || geo_earth_distance_m(centre, time->moments.mean) < start_reach_m))
            visit_circle(centre, p->scenario[i].circle_m, fn, arg);
    }
}

// Before there is a cloud: all that it may come from.
static void visit_beginnings(const struct export_product *p, visit *fn, void *arg)
{
    for (size_t i = 0; i < p->n_scenarios; i++)
        if (isfinite(p->scenario[i].centre.lat_deg) && isfinite(p->scenario[i].centre.lon_deg))
            visit_circle(p->scenario[i].centre, p->scenario[i].circle_m, fn, arg);
    for (size_t i = 0; i < p->n_routes; i++)
        for (size_t k = 0; k < p->route[i].n; k++)
            fn(arg, p->route[i].way[k]);
}

static void visit_content(const struct export_product *p, size_t t, size_t area, visit *fn, void *arg)
{
    if (area != SIZE_MAX) {
        visit_area(&p->plan->area[area], fn, arg);
        return;
    }
    if (t < p->n_times)
        visit_cloud(p, t, fn, arg);
    else
        visit_beginnings(p, fn, arg);
    for (size_t i = 0; p->plan && i < p->plan->n_areas; i++)
        visit_area(&p->plan->area[i], fn, arg);
}

// Sum of unit vectors: a middle that knows no antimeridian.
struct gather {
    double x, y, z, max_lat_deg;
    size_t n;
};

static void gather_add(void *arg, struct geo_pos pos)
{
    struct gather *sum = arg;
    double lat = pos.lat_deg * CORE_RAD_PER_DEG, lon = pos.lon_deg * CORE_RAD_PER_DEG;
    sum->x += cos(lat) * cos(lon);
    sum->y += cos(lat) * sin(lon);
    sum->z += sin(lat);
    sum->max_lat_deg = fmax(sum->max_lat_deg, fabs(pos.lat_deg));
    sum->n++;
}

static void extent_add(void *arg, struct geo_pos pos)
{
    export_map_extent_add(arg, pos);
}

static bool box_is_usable(struct geo_box box)
{
    return isfinite(box.west_deg) && isfinite(box.south_deg) && box.east_deg >= box.west_deg &&
           box.north_deg >= box.south_deg && (box.east_deg > box.west_deg || box.north_deg > box.south_deg);
}

static struct export_map_extent extent_of(const struct export_product *p, size_t t, size_t area)
{
    struct gather sum = {0};
    visit_content(p, t, area, gather_add, &sum);
    struct geo_box box = box_is_usable(p->box) ? p->box : (struct geo_box){-1, -1, 1, 1};
    struct geo_pos corner[2] = {{box.south_deg, box.west_deg}, {box.north_deg, box.east_deg}};
    bool empty = !sum.n;
    for (int i = 0; i < 2 && empty; i++)
        gather_add(&sum, corner[i]);
    struct geo_pos middle = {atan2(sum.z, hypot(sum.x, sum.y)) / CORE_RAD_PER_DEG,
                             atan2(sum.y, sum.x) / CORE_RAD_PER_DEG};
    struct export_map_extent extent = export_map_extent_at(middle, sum.max_lat_deg);
    visit_content(p, t, area, extent_add, &extent);
    for (int i = 0; i < 2 && empty; i++)
        export_map_extent_add(&extent, corner[i]);
    return extent;
}

static double height_of(const struct export_map_extent *extent, double width)
{
    double aspect = (extent->north - extent->south) / fmax(extent->east - extent->west, 1e-9);
    return round(width * fmin(fmax(aspect, 0.6), 0.8));
}

static void draw(struct export_map_canvas *map, size_t area)
{
    struct export_map_frame *f = &map->frame;
    cairo_set_line_join(map->cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_rectangle(map->cairo, f->left, f->top, f->right - f->left, f->bottom - f->top);
    cairo_clip_preserve(map->cairo);
    export_map_colour(map->cairo, EXPORT_STYLE_SEA, 1);
    cairo_fill(map->cairo);
    export_map_land(map);
    export_map_regions(map);
    export_map_shore(map);
    export_map_graticule(map);
    export_map_datum(map);
    export_map_routes(map);
    export_map_starts(map);
    export_map_units(map, area);
    export_map_furniture(map, area);
    export_map_names(map, area);
}

enum ph_status export_map_make(const struct export_product *p, size_t t, size_t area, int width_px,
                               enum export_map_format format, struct core_buf *out, struct ph_err *err)
{
    if (width_px < WIDTH_MIN || width_px > WIDTH_MAX)
        return core_err_set(err, PH_EINPUT, "width", "give 200 to 8000", "a map cannot be %d pixels wide",
                            width_px);
    struct export_map_extent extent = extent_of(p, t, area);
    double width = width_px, height = height_of(&extent, width), unit = width / 1000;
    // the frame is fitted with a margin for labels, then widened to the whole picture
    double margin_x = 80 * unit, margin_y = 64 * unit;
    struct export_map_canvas map = {.p = p, .t = t, .unit = unit, .err = err};
    map.frame =
        export_map_frame_fit(&extent, margin_x, margin_y, width - margin_x, height - margin_y, picture_min_m);
    map.frame.left = map.frame.top = 0;
    map.frame.right = width;
    map.frame.bottom = height;
    map.box = export_map_frame_box(&map.frame);
    struct core_buf drawn = {0};
    cairo_surface_t *surface = export_surface_make(format, width_px, (int)height, &drawn);
    map.cairo = cairo_create(surface);
    draw(&map, area);
    enum ph_status status = export_surface_end(surface, map.cairo, format, &drawn, out, err);
    return map.status ? map.status : status;
}

enum ph_status export_map_png(const struct export_product *p, size_t t, int width_px, struct core_buf *out,
                              struct ph_err *err)
{
    return export_map_make(p, t, SIZE_MAX, width_px, EXPORT_MAP_PNG, out, err);
}

enum ph_status export_map_svg(const struct export_product *p, size_t t, int width_px, struct core_buf *out,
                              struct ph_err *err)
{
    return export_map_make(p, t, SIZE_MAX, width_px, EXPORT_MAP_SVG, out, err);
}
