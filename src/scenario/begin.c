// Beginnings that are inferred rather than known: a voyage, a bearing, a find.
#include "scenario/parts.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "geo/earth.h"
#include "scenario/draw.h"
#include "scenario/value.h"

enum { MAX_HAZARDS = 1000 };

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define COMMON                                                                                               \
    {"id"}, {"weight"}, {"kind"},                                                                            \
    {                                                                                                        \
        "object_ids"                                                                                         \
    }
#define SPREAD                                                                                               \
    {"probable_error", SCENARIO_LENGTH}, {"sigma", SCENARIO_LENGTH},                                         \
    {                                                                                                        \
        "radius", SCENARIO_LENGTH                                                                            \
    }

bool scenario_ascending_read(const struct scenario_node *object, const char *stem, enum scenario_unit unit,
                             size_t n, struct scenario_range range, const char *what, double *out)
{
    const char *const *names = scenario_unit_names(unit);
    struct scenario_node list = scenario_quantity_node(object, stem, unit);
    char first[64];
    int given = 0;
    snprintf(first, sizeof first, "%s_%s", stem, names[0]);
    if (!list.value)
        list.key = first;
    for (; *names; names++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", stem, *names);
        given += scenario_has(object, name);
    }
    if (given > 1)
        scenario_node_problem(&list, PH_EINPUT, what, "\"%s\" is given in two units", stem);
    if (!scenario_node_is_array(&list, n, n, what))
        return false;
    const char *written = list.key + strlen(stem) + 1;
    bool good = given == 1;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        if (!scenario_read_value(&item, range, core_unit_factor(written), written, &out[i]))
            return false;
        if (i && out[i] < out[i - 1]) {
            scenario_node_problem(&item, PH_EINPUT, what, "these numbers must ascend");
            good = false;
        }
    }
    return good;
}

// ---- voyage ----

static bool route_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {SPREAD, {"position"}};
    struct scenario_node route = scenario_node_member(node, "route");
    if (!scenario_node_is_array(&route, 2, SCENARIO_MAX_ROUTE, "waypoints"))
        return false;
    size_t n = json_array_size(route.value);
    source->start = SCENARIO_NODE_NEW(node, struct scenario_start, n);
    if (!source->start)
        return false;
    source->n_start = n;
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node waypoint = scenario_node_item(&route, i);
        struct scenario_start *start = &source->start[i];
        if (!scenario_node_is_object(&waypoint, members, COUNT(members))) {
            good = false;
            continue;
        }
        good = scenario_read_position(&waypoint, "position", SCENARIO_REQUIRED, &start->pos) && good;
        scenario_spread_read(&waypoint, &start->spread);
    }
    return good;
}

static void hazards_read(const struct scenario_node *node, struct scenario_voyage *voyage)
{
    static const struct scenario_member members[] = {{"polygon"}, {"factor"}};
    struct scenario_node hazards = scenario_node_member(node, "hazards");
    if (!hazards.value || !scenario_node_is_array(&hazards, 0, MAX_HAZARDS, "hazards"))
        return;
    size_t n = json_array_size(hazards.value);
    voyage->hazard = SCENARIO_NODE_NEW(node, struct scenario_hazard, n);
    if (!voyage->hazard)
        return;
    voyage->n_hazards = n;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node item = scenario_node_item(&hazards, i);
        struct scenario_hazard *hazard = &voyage->hazard[i];
        if (!scenario_node_is_object(&item, members, COUNT(members)))
            continue;
        scenario_read_polygon(&item, "polygon", &hazard->polygon, &hazard->n_polygon);
        scenario_read_number(&item, "factor", (struct scenario_range){0, 1000}, SCENARIO_REQUIRED,
                             &hazard->factor);
    }
}

// Longest that a voyage can take: every leg with the errors of its ends, at the least speed.
static double longest_s(const struct scenario_source *source)
{
    double metres = 0;
    for (size_t i = 0; i + 1 < source->n_start; i++) {
        const struct scenario_start *a = &source->start[i], *b = &source->start[i + 1];
        metres += geo_earth_distance_m(a->pos, b->pos) + scenario_draw_reach_m(a->spread) +
                  scenario_draw_reach_m(b->spread);
    }
    return metres / source->voyage.speed_mps[0];
}

// A distress before the first departure, or after the last arrival.
static void distress_check(const struct scenario_node *node, const struct scenario_source *source)
{
    const struct scenario_voyage *voyage = &source->voyage;
    struct scenario_node distress = scenario_node_member(node, "distress");
    double since_s = (double)(voyage->distress.from_ns - voyage->depart.to_ns) / CORE_NS_PER_S;
    double longest = longest_s(source);
    char expected[96];
    snprintf(expected, sizeof expected, "a window that begins within %.1f h of the last departure",
             longest / 3600);
    if (voyage->distress.to_ns < voyage->depart.from_ns)
        scenario_node_problem(&distress, PH_EINPUT, "a window that ends after the first departure",
                              "the distress is over before the voyage begins");
    else if (since_s > longest)
        scenario_node_problem(&distress, PH_EINPUT, expected, "every voyage has arrived before the distress");
}

void scenario_voyage_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {
        COMMON, {"route"}, {"depart"}, {"speed", SCENARIO_SPEED}, {"distress"}, {"hazards"}};
    struct scenario_voyage *voyage = &source->voyage;
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    bool good = route_read(node, source);
    bool dated = scenario_read_window(node, "depart", SCENARIO_REQUIRED, &voyage->depart);
    good = scenario_ascending_read(node, "speed", SCENARIO_SPEED, 3, (struct scenario_range){0, 100, true},
                                   "speeds [min, likely, max]", voyage->speed_mps) &&
           good;
    voyage->has_distress = scenario_read_window(node, "distress", SCENARIO_OPTIONAL, &voyage->distress);
    hazards_read(node, voyage);
    if (!dated)
        return;
    source->time = voyage->depart;
    if (voyage->has_distress && voyage->distress.to_ns > source->time.from_ns)
        source->time.to_ns = voyage->distress.to_ns;
    if (good && voyage->has_distress)
        distress_check(node, source);
}

// ---- bearing ----

void scenario_bearing_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {
        COMMON, {"from"}, {"bearing_deg"}, {"bearing_sd_deg"}, {"range", SCENARIO_LENGTH}, {"time"}};
    struct scenario_bearing *bearing = &source->bearing;
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    source->start = SCENARIO_NODE_NEW(node, struct scenario_start, 1);
    if (!source->start)
        return;
    source->n_start = 1;
    scenario_read_position(node, "from", SCENARIO_REQUIRED, &source->start->pos);
    scenario_read_number(node, "bearing_deg", (struct scenario_range){0, 360}, SCENARIO_REQUIRED,
                         &bearing->toward_deg);
    scenario_read_number(node, "bearing_sd_deg", (struct scenario_range){0, 180}, SCENARIO_REQUIRED,
                         &bearing->sd_deg);
    scenario_ascending_read(node, "range", SCENARIO_LENGTH, 2, (struct scenario_range){0, 2e6},
                            "distances [min, max]", bearing->range_m);
    scenario_read_window(node, "time", SCENARIO_REQUIRED, &source->time);
    source->start->time = source->time;
}

// ---- backtrack ----

// The find; what it may be is said by its own object_ids, else by the scenario's.
static bool find_read(const struct scenario_node *node, const struct scenario_case *c,
                      struct scenario_source *source)
{
    static const struct scenario_member members[] = {SPREAD, {"position"}, {"time"}, {"object_ids"}};
    struct scenario_node found = scenario_node_member(node, "found");
    if (!scenario_node_is_object(&found, members, COUNT(members)))
        return false;
    scenario_read_position(&found, "position", SCENARIO_REQUIRED, &source->start->pos);
    scenario_spread_read(&found, &source->start->spread);
    source->found_object = source->object_allowed;
    if (scenario_has(&found, "object_ids"))
        scenario_object_ids_read(&found, c, &source->found_object);
    return scenario_read_window(&found, "time", SCENARIO_REQUIRED, &source->start->time);
}

void scenario_backtrack_read(const struct scenario_node *node, const struct scenario_case *c,
                             struct scenario_source *source)
{
    static const struct scenario_member members[] = {COMMON, {"found"}, {"earliest"}};
    struct scenario_node earliest = scenario_node_member(node, "earliest");
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    source->start = SCENARIO_NODE_NEW(node, struct scenario_start, 1);
    if (!source->start)
        return;
    source->n_start = 1;
    bool dated = scenario_read_time(node, "earliest", SCENARIO_REQUIRED, &source->earliest_ns);
    if (!find_read(node, c, source) || !dated)
        return;
    if (source->earliest_ns >= source->start->time.from_ns)
        scenario_node_problem(&earliest, PH_EINPUT, "a time before the find", "this is not before the find");
    else
        source->time = (struct scenario_window){source->earliest_ns, source->start->time.to_ns};
}
