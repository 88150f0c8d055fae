// How long people may live in cold water, by what has been published: a band for the reader of a report. It
// never ends a search and is never carried beyond the water temperatures of its source.
#ifndef OBJECT_SURVIVAL_H
#define OBJECT_SURVIVAL_H

#include <stdbool.h>
#include <stddef.h>

// Hours in water of `water_c` degrees Celsius; NAN outside the source's range.

// Hayward, Eckerson and Collis 1975 (J. Appl. Physiol. 39: 1073): an average adult, lightly clothed, with a
// life vest and still, until the core is at 30 C. 0 to 20 C.
double object_survival_hayward_h(double water_c);

// UK National Immersion Incident Survey (Piran 2007, Environmental Ergonomics XII: 342): half survive,
// without a buoyancy aid. 5 to 15 C, linear between its three temperatures.
double object_survival_half_h(double water_c);

// The same survey, with a buoyancy aid: half survive for more than this (24 h). 5 to 15 C.
double object_survival_half_buoyant_h(double water_c);

// Xu and Giesbrecht 2018 (J. Therm. Biol. 78: 179): the longest that the recorded cases make likely. 0 to 20
// C.
double object_survival_longest_h(double water_c);

// The band as lines of a table.
struct object_survival_line {
    const char *what, *source;
    double (*hours)(double water_c);
    bool more_than; // the figure is a lower bound
};
size_t object_survival_count(void);
const struct object_survival_line *object_survival_at(size_t i);

#endif
