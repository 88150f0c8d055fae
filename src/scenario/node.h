// A value of the case together with its place: what the readers of the parts pass around.
#ifndef SCENARIO_NODE_H
#define SCENARIO_NODE_H

#include <jansson.h>

#include "scenario/problem.h"

// What a whole reading shares.
struct scenario_reader {
    struct core_arena *arena; // of the case
    struct scenario_problems *problems;
    const char *dir; // relative paths are relative to it
    bool nomem;
};

// Nodes live on the stack of the readers; a pointer is built only when there is something to say.
struct scenario_node {
    struct scenario_reader *reader;
    const struct scenario_node *parent; // NULL: the document
    const char *key;                    // NULL: item `index` of an array
    size_t index;
    json_t *value; // borrowed; NULL: not there
};

// The unit that a member's name ends in, one of a kind: "radius" stands for radius_nm, radius_m, ...
enum scenario_unit {
    SCENARIO_PLAIN,    // the name as it is
    SCENARIO_LENGTH,   // nm m km ft
    SCENARIO_SPEED,    // kn ms kmh
    SCENARIO_DURATION, // h min s
};
const char *const *scenario_unit_names(enum scenario_unit unit); // NULL at the end

// A member that an object may have.
struct scenario_member {
    const char *name;
    enum scenario_unit unit;
};

struct scenario_node scenario_node_member(const struct scenario_node *object, const char *key);
struct scenario_node scenario_node_item(const struct scenario_node *array, size_t index);

// JSON pointer of a node, in the problems' arena; NULL when out of memory.
const char *scenario_node_pointer(const struct scenario_node *node);

// Says that something is wrong with a node. What was found is taken from it.
void scenario_node_problem(const struct scenario_node *node, enum ph_status status, const char *expected,
                           const char *text, ...) PH_PRINTF(4, 5);

// Allocates from the case's arena and remembers failure.
void *scenario_node_alloc(const struct scenario_node *node, size_t count, size_t size);
#define SCENARIO_NODE_NEW(node, type, count) ((type *)scenario_node_alloc((node), (count), sizeof(type)))

// True when the node is an object. Members that are not in the list are problems, except "x-...".
bool scenario_node_is_object(const struct scenario_node *node, const struct scenario_member *members,
                             size_t n);

// True when the node is an array of `min` to `max` items. `items` says what they are ("positions").
bool scenario_node_is_array(const struct scenario_node *node, size_t min, size_t max, const char *items);

// The name most like a misspelt one, NULL when none is near.
const char *scenario_name_nearest(const char *name, const char *const *names, size_t n);

#endif
