// summary.json, plan.json and the GeoJSON files against the contract and RFC 7946.
#include "export/fixture.h"

#include <jansson.h>

#include "test/tap.h"

typedef enum ph_status writer(const struct export_product *p, struct core_buf *out, struct ph_err *err);

static json_t *made(writer *write, const struct export_product *p)
{
    struct core_buf buf = {0};
    json_error_t error;
    json_t *root =
        write(p, &buf, NULL) ? NULL : json_loadb(buf.text, buf.length, JSON_REJECT_DUPLICATES, &error);
    tap_ok(root && !strstr(buf.text, "nan") && !strstr(buf.text, "inf"), "it parses and holds no nan: %s",
           root ? "yes" : error.text);
    core_buf_fini(&buf);
    return root;
}

static void has_members(const json_t *object, const char *const *names, const char *what)
{
    for (; *names; names++)
        tap_ok(json_object_get(object, *names) != NULL, "%s has %s", what, *names);
}

static void summary_follows_the_contract(const struct export_product *p)
{
    static const char *const top[] = {"pharos",    "case_sha256",    "program_version", "seed",
                                      "particles", "times",          "sources",         "warnings",
                                      "wall_s",    "particle_steps", "kernel",          NULL};
    static const char *const time[] = {"time", "active",        "stranded",    "missing",
                                       "mean", "covariance_m2", "containment", NULL};
    json_t *root = made(export_summary_json, p);
    has_members(root, top, "summary");
    has_members(json_array_get(json_object_get(root, "times"), 0), time, "a time");
    tap_text(json_string_value(json_object_get(root, "pharos")), "summary/1", "it says what it is");
    json_t *cov = json_object_get(json_array_get(json_object_get(root, "times"), 0), "covariance_m2");
    tap_ok(json_number_value(json_array_get(json_array_get(cov, 0), 1)) ==
               json_number_value(json_array_get(json_array_get(cov, 1), 0)),
           "the covariance is symmetric");
    json_decref(root);
}

static void summary_says_which_source_served_when(const struct export_product *p)
{
    json_t *root = made(export_summary_json, p);
    json_t *hour = json_array_get(json_object_get(root, "coverage"), 1);
    tap_near(json_number_value(json_array_get(json_object_get(hour, "served"), 0)), 0.8, 1e-12,
             "in the second hour the currents served four fifths");
    tap_near(json_number_value(json_object_get(json_object_get(hour, "missing"), "current")), 0.2, 1e-12,
             "and were missing for the rest");
    json_t *wind = json_array_get(json_object_get(root, "compared"), 0);
    json_t *pair = json_array_get(json_object_get(wind, "pairs"), 0);
    tap_near(json_number_value(json_object_get(pair, "drift_24h_nm")), 5184 / 1852.0, 1e-3,
             "two sources differ by so many miles of drift a day");
    json_t *uv =
        json_array_get(json_object_get(json_array_get(json_object_get(wind, "values"), 1), "uv_ms"), 1);
    tap_ok(json_is_null(json_array_get(uv, 1)), "where a source does not cover the datum it is null");
    json_decref(root);
}

static void plan_follows_the_contract(const struct export_product *p)
{
    static const char *const top[] = {"pharos",           "valid",  "pos_total", "pos_bound",
                                      "pos_per_scenario", "assets", "unused",    NULL};
    static const char *const asset[] = {"id",
                                        "pattern",
                                        "corners",
                                        "length_nm",
                                        "width_nm",
                                        "orientation_deg",
                                        "track_spacing_nm",
                                        "sweep_width_nm",
                                        "coverage",
                                        "poc",
                                        "pod",
                                        "pos",
                                        "csp",
                                        "start",
                                        "end",
                                        "track_nm",
                                        "waypoints",
                                        "sweep_widths",
                                        NULL};
    json_t *root = made(export_plan_json, p), *assets = json_object_get(root, "assets");
    has_members(root, top, "plan");
    has_members(json_array_get(assets, 0), asset, "an asset");
    double sum = 0;
    for (size_t i = 0; i < json_array_size(assets); i++)
        sum += json_number_value(json_object_get(json_array_get(assets, i), "pos"));
    tap_near(sum, json_number_value(json_object_get(root, "pos_total")), 1e-6,
             "the gains add up to pos_total");
    json_t *first = json_array_get(assets, 0), *way = json_object_get(first, "waypoints");
    tap_ok(json_array_size(way) == p->plan->area[0].n_waypoints, "every waypoint is there");
    tap_near(json_number_value(json_object_get(json_array_get(way, 3), "lat")),
             p->plan->area[0].waypoint[3].pos.lat_deg, 5.1e-7, "waypoints keep 0.1 m");
    tap_ok(json_array_size(json_object_get(first, "corners")) == 4, "an area has four corners");
    tap_ok(json_object_get(
               json_array_get(
                   json_object_get(json_array_get(json_object_get(first, "sweep_widths"), 0), "factors"), 0),
               "source") != NULL,
           "each factor of the sweep width has its source");
    json_decref(root);
}

static double ring_area(const json_t *ring)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < json_array_size(ring); i++) {
        const json_t *a = json_array_get(ring, i), *b = json_array_get(ring, i + 1);
        sum += json_number_value(json_array_get(a, 0)) * json_number_value(json_array_get(b, 1)) -
               json_number_value(json_array_get(b, 0)) * json_number_value(json_array_get(a, 1));
    }
    return sum / 2;
}

struct tally {
    size_t rings, clockwise, open, wide, beyond, features, unknown;
    double area;
};

static void ring_check(const json_t *ring, bool outer, struct tally *tally)
{
    size_t n = json_array_size(ring);
    tally->rings++;
    tally->area += ring_area(ring);
    tally->clockwise += (ring_area(ring) > 0) != outer;
    tally->open += n < 4 || !json_equal(json_array_get(ring, 0), json_array_get(ring, n - 1));
    double west = 999, east = -999;
    for (size_t i = 0; i < n; i++) {
        double lon = json_number_value(json_array_get(json_array_get(ring, i), 0));
        west = fmin(west, lon);
        east = fmax(east, lon);
        tally->beyond += fabs(lon) > 180;
    }
    tally->wide += east - west > 180;
}

static struct tally features_check(writer *write, const struct export_product *p)
{
    static const char *const kinds = " lkp datum contour search_area track asset sighting ";
    struct tally tally = {0};
    json_t *root = made(write, p), *features = json_object_get(root, "features");
    for (size_t i = 0; i < json_array_size(features); i++) {
        const json_t *feature = json_array_get(features, i), *shape = json_object_get(feature, "geometry");
        char kind[40];
        snprintf(kind, sizeof kind, " %s ",
                 json_string_value(json_object_get(json_object_get(feature, "properties"), "kind")));
        tally.features++;
        tally.unknown += !strstr(kinds, kind) || !json_is_object(shape);
        if (strcmp(json_string_value(json_object_get(shape, "type")), "MultiPolygon"))
            continue;
        const json_t *polygons = json_object_get(shape, "coordinates");
        for (size_t k = 0; k < json_array_size(polygons); k++)
            for (size_t r = 0; r < json_array_size(json_array_get(polygons, k)); r++)
                ring_check(json_array_get(json_array_get(polygons, k), r), !r, &tally);
    }
    json_decref(root);
    return tally;
}

static void geojson_follows_the_rfc(struct geo_pos at, const char *where)
{
    struct fixture f;
    fixture_init(&f, at, 1);
    struct tally cloud = features_check(export_containment_geojson, &f.p);
    struct tally plan = features_check(export_plan_geojson, &f.p);
    tap_ok(cloud.features >= FIXTURE_TIMES * 5 && plan.features >= 10, "%s: regions, datums, areas are there",
           where);
    tap_ok(!cloud.unknown && !plan.unknown, "%s: every kind is of the list, every shape is there", where);
    tap_ok(!cloud.clockwise && !plan.clockwise, "%s: rings are right-handed", where);
    tap_ok(!cloud.open && !plan.open, "%s: rings are closed", where);
    tap_ok(!cloud.wide && !plan.wide && !cloud.beyond, "%s: nothing crosses the antimeridian", where);
    fixture_fini(&f);
}

static void cutting_keeps_the_area(void)
{
    struct fixture near, far;
    fixture_init(&near, (struct geo_pos){-17.5, 10}, 1);
    fixture_init(&far, (struct geo_pos){-17.5, 179.8}, 1);
    struct tally whole = features_check(export_containment_geojson, &near.p);
    struct tally cut = features_check(export_containment_geojson, &far.p);
    tap_ok(cut.rings > whole.rings, "regions across 180 become more rings (%zu, %zu)", cut.rings,
           whole.rings);
    tap_near(cut.area / whole.area, 1, 1e-4, "and keep their area");
    fixture_fini(&near);
    fixture_fini(&far);
}

static void gaps_become_null(void)
{
    struct fixture f;
    fixture_init(&f, (struct geo_pos){33, 12}, 1);
    struct export_time *time = (struct export_time *)f.p.time;
    time[8] = (struct export_time){.t_ns = time[8].t_ns, .stranded = 10000, .stranded_mass = 1};
    f.plan.manual_pos = f.plan.pos_other = f.plan.bound_gap = NAN;
    f.plan.area[0].pos_other = NAN;
    json_t *summary = made(export_summary_json, &f.p), *plan = made(export_plan_json, &f.p);
    tap_ok(json_is_null(json_object_get(json_array_get(json_object_get(summary, "times"), 8), "mean")),
           "no mean where nothing is afloat");
    tap_ok(json_is_null(json_object_get(plan, "pos_manual_method")), "what is not known is null");
    f.p.plan = NULL;
    json_t *none = made(export_plan_json, &f.p);
    tap_ok(json_is_array(json_object_get(none, "assets")) &&
               json_number_value(json_object_get(none, "pos_total")) == 0,
           "without a plan the document is whole and empty");
    json_decref(summary);
    json_decref(plan);
    json_decref(none);
    fixture_fini(&f);
}

int main(void)
{
    struct fixture f;
    fixture_init(&f, (struct geo_pos){33.1667, 12.5}, 1);
    summary_says_which_source_served_when(&f.p);
    summary_follows_the_contract(&f.p);
    plan_follows_the_contract(&f.p);
    fixture_fini(&f);
    geojson_follows_the_rfc((struct geo_pos){33.1667, 12.5}, "off Libya");
    geojson_follows_the_rfc((struct geo_pos){-17.5, 179.9}, "off Fiji");
    geojson_follows_the_rfc((struct geo_pos){52, -179.95}, "off the Aleutians");
    cutting_keeps_the_area();
    gaps_become_null();
    return tap_done();
}
