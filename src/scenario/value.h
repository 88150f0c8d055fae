// Values of members: numbers with units, texts, times, positions, each checked, each with its place.
//
// A reader returns true when a good value was read into *out. A member that is not there leaves *out as it
// was (so that the caller puts the default there first) and is a problem only when `required`.
#ifndef SCENARIO_VALUE_H
#define SCENARIO_VALUE_H

#include "scenario/node.h"

enum scenario_need { SCENARIO_OPTIONAL, SCENARIO_REQUIRED };

// Limits, both ends allowed; SCENARIO_ABOVE: the lower end itself is not.
struct scenario_range {
    double min, max;
    bool above;
};

bool scenario_has(const struct scenario_node *object, const char *key);

// True when any unit of a quantity is there.
bool scenario_has_quantity(const struct scenario_node *object, const char *stem, enum scenario_unit unit);

// The member of a quantity that is there (of the first when there are several, of `stem` when none).
struct scenario_node scenario_quantity_node(const struct scenario_node *object, const char *stem,
                                            enum scenario_unit unit);

bool scenario_read_number(const struct scenario_node *object, const char *key, struct scenario_range range,
                          enum scenario_need need, double *out);
// A number that is the node itself, in a unit of `factor` to SI; `range` is SI.
bool scenario_read_value(const struct scenario_node *node, struct scenario_range range, double factor,
                         const char *unit, double *out);
bool scenario_read_integer(const struct scenario_node *object, const char *key, int64_t min, int64_t max,
                           enum scenario_need need, int64_t *out);
// SI. `range` is SI, told in the unit that the user wrote.
bool scenario_read_quantity(const struct scenario_node *object, const char *stem, enum scenario_unit unit,
                            struct scenario_range range, enum scenario_need need, double *out);
bool scenario_read_bool(const struct scenario_node *object, const char *key, bool *out);

// Index of a word in a list (NULL at its end).
bool scenario_read_choice(const struct scenario_node *object, const char *key, const char *const *words,
                          enum scenario_need need, int *out);
// Text of 1 to 4096 bytes, copied.
bool scenario_read_text(const struct scenario_node *object, const char *key, enum scenario_need need,
                        const char **out);
// A path, resolved against the case's folder.
bool scenario_read_path(const struct scenario_node *object, const char *key, enum scenario_need need,
                        const char **out);
// An "id": it becomes the name of a file, so 1 to 100 bytes, no / \ : * ? " < > | and no control characters,
// no dot or space at either end.
bool scenario_read_id(const struct scenario_node *object, const char **out);

bool scenario_read_time(const struct scenario_node *object, const char *key, enum scenario_need need,
                        int64_t *out);
// A window [from, to], or an instant.
bool scenario_read_window(const struct scenario_node *object, const char *key, enum scenario_need need,
                          struct scenario_window *out);
bool scenario_read_window_value(const struct scenario_node *node, struct scenario_window *out);

bool scenario_read_position(const struct scenario_node *object, const char *key, enum scenario_need need,
                            struct geo_pos *out);
bool scenario_read_position_value(const struct scenario_node *node, struct geo_pos *out);

// A polygon of at least three corners, without crossings, with an area. A repeated first corner at the end is
// dropped.
bool scenario_read_polygon(const struct scenario_node *object, const char *key, struct geo_pos **out,
                           size_t *n);

#endif
