// Pictures of fields: arrows point where the stuff goes, strong is dark, what is missing is hatched.
#include "export/field_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "export/field_draw.h"
#include "test/tap.h"

struct flow {
    double toward_deg, west_mps, east_mps; // west and east of the middle
    double middle_deg;
    bool hole; // nothing in the south-east
};

static void flow_sample(void *arg, size_t n, const double *lat, const double *lon, double *u, double *v,
                        uint8_t *served)
{
    const struct flow *flow = arg;
    for (size_t k = 0; k < n; k++) {
        double east = core_deg_wrap180(lon[k] - flow->middle_deg);
        double speed = east < 0 ? flow->west_mps : flow->east_mps;
        u[k] = speed * sin(flow->toward_deg * CORE_RAD_PER_DEG);
        v[k] = speed * cos(flow->toward_deg * CORE_RAD_PER_DEG);
        served[k] = flow->hole && east > 0 && lat[k] < 60 ? EXPORT_FIELD_NONE : EXPORT_FIELD_OWN;
    }
}

static struct export_field field_of(struct flow *flow)
{
    return (struct export_field){.title = "current, test.nc",
                                 .source = "uo, vo",
                                 .box = {flow->middle_deg - 1, 59, flow->middle_deg + 1, 61},
                                 .sample = flow_sample,
                                 .arg = flow};
}

// The first stroke as wide as an arrow's dark pass: its shaft, as a bearing on paper.
static double first_arrow_deg(const char *svg)
{
    for (const char *at = strstr(svg, "<path"); at; at = strstr(at + 1, "<path")) {
        const char *end = strchr(at, '>'), *way = strstr(at, " d=\"M ");
        double x0, y0, x1, y1;
        if (!end || !way || way > end || sscanf(way, " d=\"M %lf %lf L %lf %lf M", &x0, &y0, &x1, &y1) != 4)
            continue;
        const char *wide = strstr(at, "stroke-width:2.88"); // 3.6 units of 0.8 pixels: an arrow's pale edge
        if (wide && wide < end)
            return core_deg_wrap360(atan2(x1 - x0, y0 - y1) / CORE_RAD_PER_DEG);
    }
    return NAN;
}

static void arrows_point(double middle_deg, double toward_deg)
{
    struct flow flow = {toward_deg, 1, 1, middle_deg, false};
    struct export_field field = field_of(&flow);
    struct core_buf svg = {0};
    bool good = !export_field_map(&field, 1, NULL, 0, 800, EXPORT_MAP_SVG, &svg, NULL);
    double is = good ? first_arrow_deg(svg.text) : NAN;
    tap_ok(good && fabs(core_deg_wrap180(is - toward_deg)) < 1, "at %g E a flow toward %g is drawn so (%.2f)",
           middle_deg, toward_deg, is);
    core_buf_fini(&svg);
}

static void raster_holds(void)
{
    struct flow flow = {90, 1, 5, 179.9, true};
    struct export_field field = field_of(&flow);
    struct export_map_extent extent = export_map_extent_at((struct geo_pos){60, 179.9}, 61);
    export_map_extent_add(&extent, (struct geo_pos){59, 178.9});
    export_map_extent_add(&extent, (struct geo_pos){61, -179.1});
    struct export_map_frame frame = export_map_frame_fit(&extent, 0, 0, 100, 100, 1000);
    struct export_field_raster r;
    if (!tap_ok(!export_field_raster_make(&field, &frame, 2, &r, NULL),
                "a raster is made across the antimeridian"))
        return;
    size_t west = 25 * (size_t)r.columns + 20, east = 20 * (size_t)r.columns + 30,
           hole = 35 * (size_t)r.columns + 30;
    tap_ok(r.served[west] && r.inside[west] && fabs(r.u[west] - 1) < 1e-9, "its west is slow");
    tap_ok(r.served[east] && r.inside[east] && fabs(r.u[east] - 5) < 1e-9, "its east is fast");
    tap_ok(!r.served[hole] && r.inside[hole], "and the hole is inside, without a value");
    struct export_field_scale scale = export_field_scale_of(&field, &r);
    tap_ok(scale.low == 0 && scale.high == 10 && scale.step == 2,
           "5 m/s, 9.7 kn, are on a scale of 0 to 10 by 2");
    export_field_raster_fini(&r);
}

static void strong_is_dark(void)
{
    double before = INFINITY;
    bool falls = true;
    for (int i = 0; i <= 20; i++) {
        double rgb[3];
        export_field_rgb(i / 20.0, rgb);
        double luma = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]; // Rec. 709
        falls = falls && luma < before;
        before = luma;
    }
    tap_ok(falls, "the stronger the darker, so that it reads without colour");
}

static void every_format(void)
{
    static const char *const begins[] = {"\x89PNG", "<?xml", "%PDF"};
    struct flow flow = {45, 1, 5, 12, true};
    struct export_field field[3] = {field_of(&flow), field_of(&flow), field_of(&flow)};
    static const char *const refused[] = {"refused: b.nc: <nothing> & \xff"};
    field[1].scalar = true;
    field[2].refused = "the file does not cover this time";
    field[2].notes = "all-zero";
    for (int format = EXPORT_MAP_PNG; format <= EXPORT_MAP_PDF; format++) {
        struct core_buf once = {0};
        tap_ok(!export_field_map(field, 3, refused, 1, 900, (enum export_map_format)format, &once, NULL) &&
                   !strncmp(once.text, begins[format], strlen(begins[format])),
               "three fields and a refusal make a picture of format %d", format);
        core_buf_fini(&once);
    }
    struct core_buf a = {0}, b = {0};
    tap_ok(!export_field_map(field, 3, refused, 1, 900, EXPORT_MAP_PNG, &a, NULL) &&
               !export_field_map(field, 3, refused, 1, 900, EXPORT_MAP_PNG, &b, NULL) &&
               a.length == b.length && !memcmp(a.text, b.text, a.length),
           "the same bytes each time");
    core_buf_fini(&a);
    core_buf_fini(&b);
}

int main(void)
{
    for (int k = 0; k < 8; k++)
        arrows_point(k % 2 ? 12 : 179.8, 20 + 45.0 * k);
    raster_holds();
    strong_is_dark();
    every_format();
    return tap_done();
}
