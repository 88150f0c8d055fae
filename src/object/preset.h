// Presets: visible mixtures of classes for craft that nobody has measured. Judgement, and labelled so.
#ifndef OBJECT_PRESET_H
#define OBJECT_PRESET_H

#include <stddef.h>

#include "object/leeway.h"

enum object_state {
    OBJECT_AFLOAT,
    OBJECT_SWAMPED,
    OBJECT_CAPSIZED,
};

struct object_preset_part {
    double weight;               // of the mixture, sums to 1
    const char *key;             // leeway class, or NULL for own coefficients
    const char *name;            // "loaded skiff 4.4 %" when key is NULL
    struct object_leeway leeway; // filled in either case
};

struct object_preset {
    const char *key; // "rubber-boat-overloaded"
    const char *description;
    const char *source; // why this mixture
    const struct object_preset_part *parts;
    size_t n_parts;
};

size_t object_preset_count(void);
const struct object_preset *object_preset_at(size_t i);
const struct object_preset *object_preset_find(const char *key);

// Factor on downwind and crosswind of a swamped or capsized object: 0.40 for rafts, 0.47 for open wooden
// boats and everything else that floats awash (Allen & Fitzgerald 1997); 1 when afloat, for people in the
// water, and for classes measured swamped or capsized themselves.
double object_state_factor(enum object_state state, const char *key_or_null);

#endif
