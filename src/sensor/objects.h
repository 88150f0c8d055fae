// Which search object of the tables stands for which drifting thing (sensor_object_for in sensor/sweep.h).
#ifndef SENSOR_OBJECTS_H
#define SENSOR_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

// A person wearing flotation is a search object of its own here: the row of "Person in Water", x 4 from low
// aircraft.
#define SENSOR_FLOTATION "Person in Water with flotation"

// Row of a search object by name (any case and spacing, "<=" for the sign), its proper name in *name;
// SENSOR_OBJECTS when there is none.
size_t sensor_object_index(const char *name, bool *flotation, const char **proper);

#endif
