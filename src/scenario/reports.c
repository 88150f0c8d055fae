// What others saw: sightings of what is searched for, and debris that was found.
#include "scenario/parts.h"

#include <string.h>

#include "scenario/value.h"

enum { MAX_REPORTS = 500 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void position_error_read(const struct scenario_node *node, struct scenario_spread *out)
{
    scenario_spread_read(node, out);
    if (!(out->sigma_m > 0))
        scenario_node_problem(node, PH_EINPUT, "probable_error_* or sigma_* above 0",
                              "it is not said how well the position is known");
}

static void sighting_read(const struct scenario_node *node, const struct scenario_case *c,
                          struct scenario_sighting *out)
{
    static const struct scenario_member members[] = {
        {"id"},
        {"position"},
        {"time"},
        {"probable_error", SCENARIO_LENGTH},
        {"sigma", SCENARIO_LENGTH},
        {"trust"},
        {"object_ids"},
        {"found"},
        {"withdrawn"},
    };
    *out = (struct scenario_sighting){.trust = 1};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    scenario_read_id(node, &out->id);
    scenario_read_position(node, "position", SCENARIO_REQUIRED, &out->pos);
    scenario_read_time(node, "time", SCENARIO_REQUIRED, &out->t_ns);
    scenario_read_bool(node, "found", &out->found);
    if (out->found) // whoever stands beside it needs no error and no trust
        scenario_spread_read(node, &out->spread);
    else
        position_error_read(node, &out->spread);
    scenario_read_number(node, "trust", (struct scenario_range){0, 1, false},
                         out->found ? SCENARIO_OPTIONAL : SCENARIO_REQUIRED, &out->trust);
    scenario_object_ids_read(node, c, &out->object_allowed);
    scenario_read_bool(node, "withdrawn", &out->withdrawn);
}

static void debris_read(const struct scenario_node *node, struct scenario_debris *out)
{
    static const struct scenario_member members[] = {
        {"id"},
        {"position"},
        {"time"},
        {"probable_error", SCENARIO_LENGTH},
        {"sigma", SCENARIO_LENGTH},
        {"trust"},
        {"leeway"},
        {"coefficients"},
        {"label"},
        {"withdrawn"},
    };
    *out = (struct scenario_debris){0};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    scenario_read_id(node, &out->id);
    scenario_read_position(node, "position", SCENARIO_REQUIRED, &out->pos);
    scenario_read_time(node, "time", SCENARIO_REQUIRED, &out->t_ns);
    position_error_read(node, &out->spread);
    scenario_read_number(node, "trust", (struct scenario_range){0, 1, false}, SCENARIO_REQUIRED, &out->trust);
    scenario_drifter_read(node, &out->object);
    scenario_read_bool(node, "withdrawn", &out->withdrawn);
}

// An id that another report of the list has.
static void twice_check(const struct scenario_node *item, const char *a, const char *b, const char *expected)
{
    struct scenario_node id = scenario_node_member(item, "id");
    if (a && b && !strcmp(a, b))
        scenario_node_problem(&id, PH_EINPUT, expected, "this id is used twice");
}

void scenario_sightings_read(const struct scenario_node *root, struct scenario_case *c)
{
    struct scenario_node list = scenario_node_member(root, "sightings");
    if (!list.value || !scenario_node_is_array(&list, 0, MAX_REPORTS, "sightings"))
        return;
    size_t n = json_array_size(list.value);
    c->sighting = SCENARIO_NODE_NEW(&list, struct scenario_sighting, n);
    c->n_sightings = c->sighting ? n : 0;
    for (size_t i = 0; i < c->n_sightings; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        sighting_read(&item, c, &c->sighting[i]);
        for (size_t j = 0; j < i; j++)
            twice_check(&item, c->sighting[i].id, c->sighting[j].id, "an id that no other sighting has");
    }
}

void scenario_debris_read(const struct scenario_node *root, struct scenario_case *c)
{
    struct scenario_node list = scenario_node_member(root, "debris");
    if (!list.value || !scenario_node_is_array(&list, 0, MAX_REPORTS, "finds of debris"))
        return;
    size_t n = json_array_size(list.value);
    c->debris = SCENARIO_NODE_NEW(&list, struct scenario_debris, n);
    c->n_debris = c->debris ? n : 0;
    for (size_t i = 0; i < c->n_debris; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        debris_read(&item, &c->debris[i]);
        for (size_t j = 0; j < i; j++)
            twice_check(&item, c->debris[i].id, c->debris[j].id, "an id that no other debris has");
    }
}
