// Kinds of scenario whose shape is checked but which this version does not run: a case written for a later
// version is still told everything that is wrong with it.
#include "scenario/parts.h"

#include <stdio.h>

#include "scenario/value.h"

enum { MAX_ROUTE = 1000, MAX_HAZARDS = 1000 };

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

// `n` ascending numbers in one unit of a quantity.
static void ascending_check(const struct scenario_node *object, const char *stem, enum scenario_unit unit,
                            size_t n, struct scenario_range range, const char *what)
{
    const char *const *names = scenario_unit_names(unit);
    struct scenario_node list = scenario_quantity_node(object, stem, unit);
    double last = -1;
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
        return;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        double value;
        if (!scenario_read_value(&item, range, 1, "", &value))
            return;
        if (value < last)
            scenario_node_problem(&item, PH_EINPUT, what, "these numbers must ascend");
        last = value;
    }
}

static void route_check(const struct scenario_node *node)
{
    static const struct scenario_member members[] = {SPREAD, {"position"}};
    struct scenario_node route = scenario_node_member(node, "route");
    if (!scenario_node_is_array(&route, 2, MAX_ROUTE, "waypoints"))
        return;
    for (size_t i = 0; i < json_array_size(route.value); i++) {
        struct scenario_node waypoint = scenario_node_item(&route, i);
        struct scenario_spread spread;
        struct geo_pos pos;
        if (!scenario_node_is_object(&waypoint, members, COUNT(members)))
            continue;
        scenario_read_position(&waypoint, "position", SCENARIO_REQUIRED, &pos);
        scenario_spread_read(&waypoint, &spread);
    }
}

static void hazards_check(const struct scenario_node *node)
{
    static const struct scenario_member members[] = {{"polygon"}, {"factor"}};
    struct scenario_node hazards = scenario_node_member(node, "hazards");
    if (!hazards.value || !scenario_node_is_array(&hazards, 0, MAX_HAZARDS, "hazards"))
        return;
    for (size_t i = 0; i < json_array_size(hazards.value); i++) {
        struct scenario_node hazard = scenario_node_item(&hazards, i);
        struct geo_pos *ring;
        size_t n;
        double factor;
        if (!scenario_node_is_object(&hazard, members, COUNT(members)))
            continue;
        scenario_read_polygon(&hazard, "polygon", &ring, &n);
        scenario_read_number(&hazard, "factor", (struct scenario_range){0, 1e6}, SCENARIO_REQUIRED, &factor);
    }
}

void scenario_voyage_check(const struct scenario_node *node, struct scenario_window *time)
{
    static const struct scenario_member members[] = {
        COMMON, {"route"}, {"depart"}, {"speed", SCENARIO_SPEED}, {"distress"}, {"hazards"}};
    struct scenario_window depart, distress;
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    route_check(node);
    if (scenario_read_window(node, "depart", SCENARIO_REQUIRED, &depart))
        *time = (struct scenario_window){depart.from_ns, depart.from_ns};
    ascending_check(node, "speed", SCENARIO_SPEED, 3, (struct scenario_range){0, 200, true},
                    "speeds [min, likely, max]");
    if (scenario_read_window(node, "distress", SCENARIO_OPTIONAL, &distress))
        *time = distress;
    hazards_check(node);
}

void scenario_bearing_check(const struct scenario_node *node, struct scenario_window *time)
{
    static const struct scenario_member members[] = {
        COMMON, {"from"}, {"bearing_deg"}, {"bearing_sd_deg"}, {"range", SCENARIO_LENGTH}, {"time"}};
    struct geo_pos from;
    double degrees;
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    scenario_read_position(node, "from", SCENARIO_REQUIRED, &from);
    scenario_read_number(node, "bearing_deg", (struct scenario_range){0, 360}, SCENARIO_REQUIRED, &degrees);
    scenario_read_number(node, "bearing_sd_deg", (struct scenario_range){0, 180}, SCENARIO_REQUIRED,
                         &degrees);
    ascending_check(node, "range", SCENARIO_LENGTH, 2, (struct scenario_range){0, 2e6},
                    "distances [min, max]");
    scenario_read_window(node, "time", SCENARIO_REQUIRED, time);
}

void scenario_backtrack_check(const struct scenario_node *node, struct scenario_window *time)
{
    static const struct scenario_member members[] = {COMMON, {"found"}, {"earliest"}};
    static const struct scenario_member found_members[] = {SPREAD, {"position"}, {"time"}};
    struct scenario_node found = scenario_node_member(node, "found");
    struct scenario_window find;
    struct scenario_spread spread;
    struct geo_pos pos;
    int64_t earliest_ns;
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    bool dated = scenario_read_time(node, "earliest", SCENARIO_REQUIRED, &earliest_ns);
    if (!scenario_node_is_object(&found, found_members, COUNT(found_members)))
        return;
    scenario_read_position(&found, "position", SCENARIO_REQUIRED, &pos);
    scenario_spread_read(&found, &spread);
    if (!scenario_read_window(&found, "time", SCENARIO_REQUIRED, &find) || !dated)
        return;
    struct scenario_node earliest = scenario_node_member(node, "earliest");
    if (earliest_ns >= find.from_ns)
        scenario_node_problem(&earliest, PH_EINPUT, "a time before the find", "this is not before the find");
    else
        *time = (struct scenario_window){earliest_ns, earliest_ns};
}
