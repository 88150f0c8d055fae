// Pictures: the projection, PNG, SVG, GeoTIFF and the report as a whole.
#include "export/fixture.h"

#include <unistd.h>

#include <geotiffio.h>
#include <tiffio.h>
#include <xtiffio.h>

#include "core/file.h"
#include "export/map_frame.h"
#include "test/tap.h"

static const struct {
    const char *name;
    struct geo_pos at;
    double size;
} places[] = {
    {"off Libya", {33.1667, 12.5}, 1}, {"across 180", {-17.5, 179.9}, 1}, {"near the pole", {84.5, 20}, 1},
    {"at the pole", {89.9, 0}, 1},     {"a tiny cloud", {33, 12}, 0.01},  {"a huge cloud", {35, 15}, 15},
};

static void frames_go_there_and_back(void)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct export_map_extent extent = export_map_extent_at(places[i].at, fabs(places[i].at.lat_deg));
        for (int k = 0; k < 4; k++)
            export_map_extent_add(&extent, fixture_step(places[i].at, k % 2 ? 9 : -9, k / 2 ? 5 : -5));
        struct export_map_frame frame = export_map_frame_fit(&extent, 0, 0, 900, 600, 1000);
        struct geo_pos pos = fixture_step(places[i].at, 3, 2);
        struct export_map_xy at = export_map_to_xy(&frame, pos);
        struct geo_pos back = export_map_to_pos(&frame, at);
        tap_ok(at.x > 450 && at.x < 900 && at.y > 0 && at.y < 300, "%s: north-east is up and right",
               places[i].name);
        tap_ok(geo_earth_distance_m(pos, back) < 0.5, "%s: the frame goes there and back", places[i].name);
        struct export_map_xy west = export_map_to_xy(&frame, fixture_step(places[i].at, -0.5, 0));
        struct export_map_xy east = export_map_to_xy(&frame, fixture_step(places[i].at, 0.5, 0));
        tap_near(hypot(east.x - west.x, east.y - west.y) / export_map_frame_px_per_nm(&frame), 1, 0.012,
                 "a mile is as long as the scale says");
    }
}

static bool same_bytes(const struct core_buf *a, const struct core_buf *b)
{
    return a->length == b->length && a->length && !memcmp(a->text, b->text, a->length);
}

static void products_repeat(void)
{
    static const struct {
        const char *name;
        enum ph_status (*write)(const struct export_product *p, struct core_buf *out, struct ph_err *err);
    } all[] = {{"report.html", export_report_html}, {"summary.json", export_summary_json},
               {"plan.json", export_plan_json},     {"plan.geojson", export_plan_geojson},
               {"plan.kml", export_plan_kml},       {"containment.geojson", export_containment_geojson}};
    struct fixture f, g;
    fixture_init(&f, places[0].at, 1);
    fixture_init(&g, places[0].at, 1);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct core_buf a = {0}, b = {0};
        bool good = !all[i].write(&f.p, &a, NULL) && !all[i].write(&g.p, &b, NULL);
        tap_ok(good && same_bytes(&a, &b), "%s has the same bytes twice", all[i].name);
        core_buf_fini(&a);
        core_buf_fini(&b);
    }
    fixture_fini(&f);
    fixture_fini(&g);
}

static void maps_are_drawn_anywhere(void)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct fixture f;
        struct core_buf png = {0}, again = {0}, svg = {0};
        fixture_init(&f, places[i].at, places[i].size);
        size_t t = export_plan_time(&f.p);
        bool good = !export_map_png(&f.p, t, 600, &png, NULL) &&
                    !export_map_png(&f.p, t, 600, &again, NULL) && !export_map_svg(&f.p, t, 600, &svg, NULL);
        tap_ok(good && png.length > 4000 && !memcmp(png.text, "\x89PNG", 4), "%s: a PNG is drawn",
               places[i].name);
        tap_ok(same_bytes(&png, &again), "%s: the same picture twice", places[i].name);
        tap_ok(good && strstr(svg.text, "</svg>") && !strstr(svg.text, "nan") && svg.length < 400000,
               "%s: an SVG of %zu kB is drawn", places[i].name, svg.length / 1000);
        core_buf_fini(&png);
        core_buf_fini(&again);
        core_buf_fini(&svg);
        fixture_fini(&f);
    }
}

static void an_empty_sea_is_drawn(void)
{
    struct fixture f;
    struct core_buf png = {0}, report = {0};
    struct ph_err err = {0};
    fixture_init(&f, places[0].at, 1);
    f.p.plan = NULL;
    f.p.n_scenarios = 0;
    for (size_t i = 0; i < f.p.n_times; i++)
        ((struct export_time *)f.p.time)[i] = (struct export_time){.t_ns = fixture_t0};
    tap_ok(!export_map_png(&f.p, 0, 400, &png, NULL), "a map without anything is drawn");
    core_buf_fini(&png);
    f.p.box = (struct geo_box){12, 33, 13, 34};
    tap_ok(!export_map_png(&f.p, 0, 400, &png, NULL), "or of the box alone");
    tap_ok(!export_report_html(&f.p, &report, NULL) && strstr(report.text, "No unit is planned"),
           "the report says that there is no plan");
    tap_ok(export_map_png(&f.p, 0, 3, &png, &err) == PH_EINPUT && *err.fix, "a width of 3 is refused: %s",
           err.what);
    core_buf_fini(&png);
    core_buf_fini(&report);
    fixture_fini(&f);
}

static void a_report_needs_nothing_else(void)
{
    struct fixture f;
    struct core_buf buf = {0};
    fixture_init(&f, places[0].at, 1);
    tap_ok(!export_report_html(&f.p, &buf, NULL), "a report is made");
    static const char *const says[] = {">71 %</strong>",
                                       "no plan can exceed 75 %",
                                       "manual worksheet 58 %",
                                       "33-11.0N 012-31.7E",
                                       "COMDTINST M16130.2F, table H-19",
                                       "gfs.grib2",
                                       "94.2 %",
                                       "9f86d081884c7d65",
                                       "the last 3 h of 24 are held",
                                       "it cannot reach the area"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        tap_ok(strstr(buf.text, says[i]) != NULL, "it says %s", says[i]);
    tap_ok(!strstr(buf.text, "http:") && !strstr(buf.text, "https:") && !strstr(buf.text, "<script") &&
               !strstr(buf.text, "url("),
           "it asks for nothing from anywhere");
    tap_ok(!strstr(buf.text, ">nan") && !strstr(buf.text, "nan %") && !strstr(buf.text, "nan NM"),
           "it shows no nan");
    tap_ok(!strstr(buf.text, "Created"), "without a time of making it holds fixed facts only");
    core_buf_fini(&buf);
    fixture_fini(&f);
}

static void a_geotiff_is_where_it_belongs(void)
{
    char path[] = "/tmp/pharos-geotiff-XXXXXX";
    int fd = mkstemp(path);
    double mass[6] = {0.1, 0.2, 0.3, 0.15, 0.15, 0.1};
    struct prob_map map = {{33, 12, 0.5, 0.25, 2, 3}, mass, 1, 100};
    tap_ok(fd >= 0 && !export_map_geotiff(path, &map, NULL), "a GeoTIFF is written");
    TIFF *tiff = XTIFFOpen(path, "r");
    uint32_t wide = 0, high = 0;
    double *scale, *tie;
    uint16_t n_scale = 0, n_tie = 0;
    float row[3] = {0};
    tap_ok(tiff && TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &wide) &&
               TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &high) && wide == 3 && high == 2,
           "it has the cells of the grid");
    tap_ok(tiff && TIFFGetField(tiff, TIFFTAG_GEOPIXELSCALE, &n_scale, &scale) &&
               TIFFGetField(tiff, TIFFTAG_GEOTIEPOINTS, &n_tie, &tie) && scale[0] == 0.25 &&
               scale[1] == 0.5 && tie[3] == 12 && tie[4] == 34,
           "its upper left corner is 34 N 12 E");
    tap_ok(tiff && TIFFReadScanline(tiff, row, 0, 0) == 1 && row[0] == 0.15f && row[2] == 0.1f,
           "north comes first");
    GTIF *keys = tiff ? GTIFNew(tiff) : NULL;
    uint16_t datum = 0;
    tap_ok(keys && GTIFKeyGet(keys, GeographicTypeGeoKey, &datum, 0, 1) == 1 && datum == 4326,
           "it is EPSG:4326");
    if (keys)
        GTIFFree(keys);
    if (tiff)
        XTIFFClose(tiff);
    close(fd);
    unlink(path);
    struct ph_err err = {0};
    tap_ok(export_map_geotiff("/nowhere/at/all.tif", &map, &err) == PH_EIO && *err.what,
           "a bad path is an error: %s", err.what);
}

static void times_are_chosen_for_the_plan(void)
{
    struct fixture f;
    fixture_init(&f, places[0].at, 1);
    tap_ok(export_plan_time(&f.p) == 5, "the picture shows the middle of the search");
    f.p.plan = NULL;
    tap_ok(export_plan_time(&f.p) == 8, "without a plan the last time afloat");
    fixture_fini(&f);
}

int main(void)
{
    TIFFSetWarningHandler(NULL); // the reader below does not know GDAL's tag
    frames_go_there_and_back();
    maps_are_drawn_anywhere();
    an_empty_sea_is_drawn();
    products_repeat();
    a_report_needs_nothing_else();
    a_geotiff_is_where_it_belongs();
    times_are_chosen_for_the_plan();
    return tap_done();
}
