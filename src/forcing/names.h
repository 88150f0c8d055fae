// Under which names files keep currents, winds, Stokes drift and sea temperature.
#ifndef FORCING_NAMES_H
#define FORCING_NAMES_H

#include <stdbool.h>

#include "forcing/description.h"
#include "forcing/forcing.h"
#include "forcing/reading.h"

enum {
    NAME_BARE = 1,      // "u", "v": say nothing of what flows
    NAME_TOTAL = 2,     // holds the waves' Stokes drift as well
    NAME_AT_10M = 4,    // the name says 10 m
    NAME_TENTATIVE = 8, // parts of the flow only (geostrophic)
    NAME_VECTOR = 16,   // one variable holds both, along a dimension of two
    NAME_MEAN = 32,     // mean from the surface to the floor
};

// A pair found in a file; either may be NULL when the other half is in another file.
struct forcing_pair {
    const struct forcing_var *u, *v;
    enum forcing_reading reading;
    int flags;
};

// The best pair of the kind, by standard names first, then by known names in any case. False: none.
bool forcing_names_find(const struct forcing_description *desc, enum forcing_kind kind,
                        struct forcing_pair *out);

// The first variable of the kind that is there in several groups of the file, so that it was not taken; NULL:
// none.
const struct forcing_var *forcing_names_grouped(const struct forcing_description *desc,
                                                enum forcing_kind kind);

// The kind that a variable's standard name tells; FORCING_KINDS when it tells none.
enum forcing_kind forcing_names_kind(const struct forcing_var *var);

// Height above the sea that a wind variable states by its name, texts or coordinates (m); NAN: not stated.
double forcing_names_height(const struct forcing_var *var);

// A wind at a pressure, by its name or texts ("u850", "wind @ 500 hPa").
bool forcing_names_aloft(const struct forcing_var *var);

#endif
