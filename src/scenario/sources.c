#include "scenario/parts.h"

#include <math.h>
#include <string.h>

#include "scenario/value.h"

enum { MAX_SOURCES = 500, MAX_POINTS = 10000000, MAX_IDS = 500 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

// Radius that holds half of a circular normal: sqrt(2 ln 2) sigma.
static const double probable_error_per_sigma = 1.17741;

// Largest spread (m): beyond this a "place" is no place.
static const struct scenario_range spread_range = {0, 2e6};

void scenario_spread_read(const struct scenario_node *node, struct scenario_spread *out)
{
    static const char *const stems[] = {"probable_error", "sigma", "radius"};
    double value[3] = {0};
    const char *first = NULL;
    for (int i = 0; i < 3; i++) {
        if (!scenario_has_quantity(node, stems[i], SCENARIO_LENGTH))
            continue;
        struct scenario_node given = scenario_quantity_node(node, stems[i], SCENARIO_LENGTH);
        if (first)
            scenario_node_problem(&given, PH_EINPUT, "one of probable_error_*, sigma_*, radius_*",
                                  "the spread is given twice: %s and %s", first, given.key);
        first = given.key;
        scenario_read_quantity(node, stems[i], SCENARIO_LENGTH, spread_range, SCENARIO_REQUIRED, &value[i]);
    }
    *out = (struct scenario_spread){.sigma_m = value[0] / probable_error_per_sigma + value[1],
                                    .radius_m = value[2]};
}

static void window_widen(struct scenario_window *hull, struct scenario_window add)
{
    hull->from_ns = add.from_ns < hull->from_ns ? add.from_ns : hull->from_ns;
    hull->to_ns = add.to_ns > hull->to_ns ? add.to_ns : hull->to_ns;
}

static const struct scenario_window no_window = {INT64_MAX, INT64_MIN};

// Members that every scenario may have.
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

static void point_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {COMMON, SPREAD, {"position"}, {"time"}};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    struct scenario_start *start = SCENARIO_NODE_NEW(node, struct scenario_start, 1);
    if (!start)
        return;
    source->start = start;
    source->n_start = 1;
    scenario_read_position(node, "position", SCENARIO_REQUIRED, &start->pos);
    scenario_spread_read(node, &start->spread);
    if (scenario_read_window(node, "time", SCENARIO_REQUIRED, &start->time))
        window_widen(&source->time, start->time);
}

static void points_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {COMMON, {"points"}};
    static const struct scenario_member point_members[] = {{"position"}, {"time"}};
    scenario_node_is_object(node, members, COUNT(members));
    struct scenario_node points = scenario_node_member(node, "points");
    if (!scenario_node_is_array(&points, 1, MAX_POINTS, "points"))
        return;
    size_t n = json_array_size(points.value);
    source->start = SCENARIO_NODE_NEW(node, struct scenario_start, n);
    if (!source->start)
        return;
    source->n_start = n;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node point = scenario_node_item(&points, i);
        struct scenario_start *start = &source->start[i];
        if (!scenario_node_is_object(&point, point_members, COUNT(point_members)))
            continue;
        scenario_read_position(&point, "position", SCENARIO_REQUIRED, &start->pos);
        if (!scenario_read_time(&point, "time", SCENARIO_REQUIRED, &start->time.from_ns))
            continue;
        start->time.to_ns = start->time.from_ns;
        window_widen(&source->time, start->time);
    }
}

static void area_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {COMMON, {"polygon"}, {"time"}};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    scenario_read_polygon(node, "polygon", &source->polygon, &source->n_polygon);
    scenario_read_window(node, "time", SCENARIO_REQUIRED, &source->time);
}

static void line_end_read(const struct scenario_node *node, const char *key, struct scenario_source *source,
                          struct scenario_start *start)
{
    static const struct scenario_member members[] = {SPREAD, {"position"}, {"time"}};
    struct scenario_node end = scenario_node_member(node, key);
    if (!scenario_node_is_object(&end, members, COUNT(members)))
        return;
    scenario_read_position(&end, "position", SCENARIO_REQUIRED, &start->pos);
    scenario_spread_read(&end, &start->spread);
    if (scenario_read_window(&end, "time", SCENARIO_REQUIRED, &start->time))
        window_widen(&source->time, start->time);
}

// The error varies linearly between the ends, so both must be of one kind (or one of them exact).
static void line_read(const struct scenario_node *node, struct scenario_source *source)
{
    static const struct scenario_member members[] = {COMMON, {"from"}, {"to"}};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    source->start = SCENARIO_NODE_NEW(node, struct scenario_start, 2);
    if (!source->start)
        return;
    source->n_start = 2;
    line_end_read(node, "from", source, &source->start[0]);
    line_end_read(node, "to", source, &source->start[1]);
    const struct scenario_spread *a = &source->start[0].spread, *b = &source->start[1].spread;
    struct scenario_node to = scenario_node_member(node, "to");
    if ((a->sigma_m > 0 && b->radius_m > 0) || (a->radius_m > 0 && b->sigma_m > 0))
        scenario_node_problem(&to, PH_EINPUT, "radius_* at both ends, or at neither",
                              "one end has a uniform disc, the other a normal error");
}

// ---- kinds ----

static void kind_read(const struct scenario_node *node, int kind, const struct scenario_case *c,
                      struct scenario_source *source)
{
    source->time = no_window;
    source->kind = (enum scenario_kind)kind;
    switch (source->kind) {
    case SCENARIO_POINT:
        point_read(node, source);
        return;
    case SCENARIO_POINTS:
        points_read(node, source);
        return;
    case SCENARIO_AREA:
        area_read(node, source);
        return;
    case SCENARIO_LINE:
        line_read(node, source);
        return;
    case SCENARIO_BEARING:
        scenario_bearing_read(node, source);
        return;
    case SCENARIO_VOYAGE:
        scenario_voyage_read(node, source);
        return;
    case SCENARIO_BACKTRACK:
        scenario_backtrack_read(node, c, source);
        return;
    }
}

// ---- which objects ----

// Marks all objects of one base id; false when there is none.
static bool allow(const struct scenario_case *c, const char *id, bool *allowed)
{
    bool known = false;
    for (size_t i = 0; i < c->n_objects; i++) {
        if (c->object[i].base_id && !strcmp(c->object[i].base_id, id)) {
            allowed[i] = true;
            known = true;
        }
    }
    return known;
}

void scenario_object_ids_read(const struct scenario_node *node, const struct scenario_case *c, bool **out)
{
    struct scenario_node list = scenario_node_member(node, "object_ids");
    bool *allowed = *out = SCENARIO_NODE_NEW(node, bool, c->n_objects + 1);
    if (!allowed)
        return;
    for (size_t i = 0; i < c->n_objects && !list.value; i++)
        allowed[i] = true;
    if (!list.value || !scenario_node_is_array(&list, 1, MAX_IDS, "ids of objects") || !c->n_objects)
        return;
    bool known = true;
    for (size_t i = 0; i < json_array_size(list.value); i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        const char *id = json_string_value(item.value);
        if (id && allow(c, id, allowed))
            continue;
        known = false;
        scenario_node_problem(&item, PH_EINPUT, "the id of an object of this case",
                              "there is no such object");
    }
    double sum = 0;
    for (size_t i = 0; i < c->n_objects; i++)
        sum += allowed[i] ? c->object[i].weight : 0;
    if (known && !(sum > 0))
        scenario_node_problem(&list, PH_EINPUT, "at least one object with a weight above 0",
                              "all of these objects have weight 0");
}

static void source_read(const struct scenario_node *node, const struct scenario_case *c,
                        struct scenario_source *source)
{
    static const char *const kinds[] = {"point",   "points", "area",      "line", // as enum scenario_kind
                                        "bearing", "voyage", "backtrack", NULL};
    int kind = -1;
    *source = (struct scenario_source){.weight = 1, .time = no_window};
    if (!json_is_object(node->value)) {
        scenario_node_problem(node, PH_EINPUT, "an object { ... }", "this must be an object");
        return;
    }
    scenario_read_id(node, &source->id);
    if (!scenario_read_number(node, "weight", (struct scenario_range){0, 1e9}, SCENARIO_OPTIONAL,
                              &source->weight))
        source->weight = 1;
    scenario_object_ids_read(node, c, &source->object_allowed);
    if (scenario_read_choice(node, "kind", kinds, SCENARIO_REQUIRED, &kind))
        kind_read(node, kind, c, source);
}

static void ids_check(const struct scenario_node *list, const struct scenario_case *c)
{
    for (size_t i = 1; i < c->n_sources; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = c->source[i].id && c->source[j].id && !strcmp(c->source[i].id, c->source[j].id);
        struct scenario_node item = scenario_node_item(list, i), id = scenario_node_member(&item, "id");
        if (seen)
            scenario_node_problem(&id, PH_EINPUT, "an id that no other scenario has",
                                  "this id is used twice");
    }
}

void scenario_sources_read(const struct scenario_node *root, struct scenario_case *c,
                           struct scenario_window *times)
{
    struct scenario_node list = scenario_node_member(root, "scenarios");
    *times = no_window;
    if (!scenario_node_is_array(&list, 1, MAX_SOURCES, "scenarios"))
        return;
    size_t n = json_array_size(list.value);
    double sum = 0;
    c->source = SCENARIO_NODE_NEW(&list, struct scenario_source, n);
    if (!c->source)
        return;
    c->n_sources = n;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        source_read(&item, c, &c->source[i]);
        window_widen(times, c->source[i].time);
        sum += c->source[i].weight;
    }
    ids_check(&list, c);
    if (!(sum > 0))
        scenario_node_problem(&list, PH_EINPUT, "at least one weight above 0", "all weights are 0");
    for (size_t i = 0; i < n && sum > 0; i++)
        c->source[i].weight /= sum;
}
