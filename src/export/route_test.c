// GPX, RTZ and KML: well formed, in the order of their schemas, readable by old plotters.
#include "export/fixture.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "export/task.h"
#include "test/tap.h"

typedef enum ph_status task_writer(const struct export_product *p, size_t area, struct core_buf *out,
                                   struct ph_err *err);

static xmlDoc *task_made(task_writer *write, const struct export_product *p, size_t area, const char *what)
{
    struct core_buf buf = {0};
    bool good = !write(p, area, &buf, NULL);
    xmlDoc *doc =
        good ? xmlReadMemory(buf.text, (int)buf.length, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR)
             : NULL;
    tap_ok(doc && !strstr(buf.text, "nan"), "%s is well formed and holds no nan", what);
    core_buf_fini(&buf);
    return doc;
}

static bool is_named(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && !strcmp((const char *)node->name, name);
}

static const xmlNode *child_of(const xmlNode *node, const char *name)
{
    for (const xmlNode *at = node->children; at; at = at->next)
        if (is_named(at, name))
            return at;
    return NULL;
}

static void text_of(const xmlNode *node, char *out, size_t size)
{
    xmlChar *text = node ? xmlNodeGetContent(node) : NULL;
    snprintf(out, size, "%s", text ? (const char *)text : "");
    xmlFree(text);
}

// Children appear in the order given (each any number of times).
static bool is_in_order(const xmlNode *node, const char *const *order)
{
    size_t at = 0;
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE)
            continue;
        while (order[at] && strcmp(order[at], (const char *)child->name))
            at++;
        if (!order[at])
            return false;
    }
    return true;
}

static const char *const gpx_order[] = {"metadata", "wpt", "rte", "trk", "extensions", NULL};
static const char *const rte_order[] = {"name",   "cmt",  "desc",       "src",   "link",
                                        "number", "type", "extensions", "rtept", NULL};
static const char *const point_order[] = {"ele",  "time", "magvar",     "geoidheight", "name",
                                          "cmt",  "desc", "src",        "link",        "sym",
                                          "type", "fix",  "extensions", NULL};

struct places {
    size_t n, disorder, long_names, n_guids;
    char guid[400][64];
};

static void place_check(const xmlNode *place, struct places *places, const char *const *order)
{
    char name[64];
    places->n++;
    places->disorder += !is_in_order(place, order);
    text_of(child_of(place, "name"), name, sizeof name);
    places->long_names += strlen(name) > 10 || !*name;
    const xmlNode *extensions = child_of(place, "extensions");
    text_of(extensions ? child_of(extensions, "guid") : NULL, places->guid[places->n_guids++], 64);
}

static void gpx_is_ready_for_plotters(const struct export_product *p)
{
    static struct places all;
    all = (struct places){0};
    xmlDoc *doc = task_made(export_task_gpx, p, 0, "GPX");
    const xmlNode *root = xmlDocGetRootElement(doc);
    tap_ok(is_in_order(root, gpx_order), "gpx: metadata, wpt, rte");
    size_t routes = 0, points = 0;
    for (const xmlNode *node = root->children; node; node = node->next) {
        if (is_named(node, "wpt"))
            place_check(node, &all, point_order);
        if (!is_named(node, "rte"))
            continue;
        routes++;
        place_check(node, &all, rte_order);
        for (const xmlNode *point = node->children; point; point = point->next)
            if (is_named(point, "rtept")) {
                place_check(point, &all, point_order);
                points++;
            }
    }
    size_t same = 0;
    for (size_t i = 0; i < all.n_guids; i++)
        for (size_t k = 0; k < i; k++)
            same += !strcmp(all.guid[i], all.guid[k]) || strlen(all.guid[i]) != 36;
    tap_ok(routes == 1 && points == p->plan->area[0].n_waypoints, "one route with every waypoint");
    tap_ok(!all.disorder, "children of wpt, rte and rtept are in the order of the schema");
    tap_ok(!all.long_names, "names have one to ten letters");
    tap_ok(!same, "each of %zu guids is there once", all.n_guids);
    xmlFreeDoc(doc);
}

static void long_routes_are_split(void)
{
    struct fixture f;
    fixture_init(&f, (struct geo_pos){33, 12}, 1);
    fixture_area(&f, &f.plan.area[0], (struct geo_pos){33, 12}, 30, 0.3, 210, 62, 120);
    xmlDoc *doc = task_made(export_task_gpx, &f.p, 0, "a GPX of 420 waypoints");
    size_t most = 0, total = 0, routes = 0;
    for (const xmlNode *node = xmlDocGetRootElement(doc)->children; node; node = node->next)
        if (is_named(node, "rte")) {
            size_t n = 0;
            for (const xmlNode *point = node->children; point; point = point->next)
                n += is_named(point, "rtept");
            most = n > most ? n : most;
            total += n;
            routes++;
        }
    tap_ok(routes == 3 && most <= 200 && total == 420 + routes - 1,
           "it has three routes that share their ends");
    xmlFreeDoc(doc);
    fixture_fini(&f);
}

static void quiet(void *arg, const char *format, ...) {}

static void rtz_is_valid(task_writer *write, const struct export_product *p, const char *xsd,
                         const char *version)
{
    char sentence[80];
    snprintf(sentence, sizeof sentence, "RTZ %s is valid against its schema", version);
    xmlDoc *doc = task_made(write, p, 1, sentence);
    const xmlNode *info = child_of(xmlDocGetRootElement(doc), "routeInfo");
    xmlChar *name = xmlGetProp(info, BAD_CAST "routeName");
    char stem[EXPORT_STEM];
    export_task_stem(p, 1, stem);
    tap_text((const char *)name, stem, "the route is named as its file");
    xmlFree(name);
    const char *path = tap_shared(xsd, sentence);
    if (path) {
        xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt(path);
        xmlSchema *schema = xmlSchemaParse(parser);
        xmlSchemaValidCtxt *valid = xmlSchemaNewValidCtxt(schema);
        xmlSchemaSetValidErrors(valid, quiet, quiet, NULL);
        tap_ok(schema && !xmlSchemaValidateDoc(valid, doc), "%s", sentence);
        xmlSchemaFreeValidCtxt(valid);
        xmlSchemaFree(schema);
        xmlSchemaFreeParserCtxt(parser);
    }
    xmlFreeDoc(doc);
}

static void kml_is_well_formed(const struct export_product *p)
{
    struct core_buf buf = {0};
    bool good = !export_plan_kml(p, &buf, NULL);
    xmlDoc *doc = good ? xmlReadMemory(buf.text, (int)buf.length, NULL, NULL, XML_PARSE_NONET) : NULL;
    tap_ok(doc && !strstr(buf.text, "nan"), "KML is well formed and holds no nan");
    tap_ok(buf.text && strstr(buf.text, "<color>ffb27200</color>"), "#0072b2 is written aabbggrr");
    tap_ok(buf.text && strstr(buf.text, "<begin>2016-08-29T02:00:00Z</begin>"),
           "contours have their time span");
    size_t placemarks = 0;
    for (const char *at = buf.text; at && (at = strstr(at, "<Placemark>")); at++)
        placemarks++;
    tap_ok(placemarks < 200, "it stays small: %zu placemarks", placemarks);
    xmlFreeDoc(doc);
    core_buf_fini(&buf);
}

static void guids_follow_the_case(const struct export_product *p)
{
    char one[EXPORT_GUID], two[EXPORT_GUID];
    struct export_product other = *p;
    struct geo_pos pos = {33, 12};
    export_task_guid(p, 0, "A1", pos, 5, one);
    export_task_guid(p, 0, "A1", pos, 5, two);
    tap_text(one, two, "the same case gives the same guid");
    tap_ok(one[14] == '8' && strchr("89ab", one[19]), "it is a UUID of version 8");
    other.case_sha256 = "another";
    export_task_guid(&other, 0, "A1", pos, 5, two);
    tap_ok(strcmp(one, two) != 0, "another case gives another");
}

static void legs_are_rhumb_lines(void)
{
    struct export_leg leg = export_task_leg((struct geo_pos){0, 0}, (struct geo_pos){1, 0});
    tap_near(leg.course_deg, 0, 1e-9, "north is 000");
    tap_near(leg.length_m, 110574.39, 0.1, "a degree of latitude at the equator (WGS84)");
    leg = export_task_leg((struct geo_pos){-17.5, 179.9}, (struct geo_pos){-17.5, -179.9});
    tap_near(leg.course_deg, 90, 1e-9, "along a parallel across 180 it is 090");
    // Bowring's rhumb line 50-00N 010-00W to 51-00N 008-30W on the sphere is 43.6 degrees; WGS84 differs by
    // 0.2
    leg = export_task_leg((struct geo_pos){50, -10}, (struct geo_pos){51, -8.5});
    tap_near(leg.course_deg, 43.6, 0.3, "a slanted leg has the course of Mercator's chart");
}

int main(void)
{
    struct fixture f;
    fixture_init(&f, (struct geo_pos){33.1667, 12.5}, 1);
    gpx_is_ready_for_plotters(&f.p);
    long_routes_are_split();
    rtz_is_valid(export_task_rtz, &f.p, "data/routes/xsd/RTZ_Schema_version_1_0.xsd", "1.0");
    rtz_is_valid(export_task_rtz12, &f.p, "data/routes/xsd/RTZ_Schema_version_1_2.xsd", "1.2");
    kml_is_well_formed(&f.p);
    guids_follow_the_case(&f.p);
    legs_are_rhumb_lines();
    fixture_fini(&f);
    fixture_init(&f, (struct geo_pos){-17.5, 179.9}, 1);
    rtz_is_valid(export_task_rtz, &f.p, "data/routes/xsd/RTZ_Schema_version_1_0.xsd", "1.0 across 180");
    kml_is_well_formed(&f.p);
    fixture_fini(&f);
    xmlCleanupParser();
    return tap_done();
}
