// The leeway table: 85 classes of drifting objects (Allen & Plourde 1999, Allen 2005, Breivik & Allen 2008).
#ifndef OBJECT_LEEWAY_H
#define OBJECT_LEEWAY_H

#include <stdbool.h>
#include <stddef.h>

// Leeway component L = slope W + offset, W the 10 m wind; sd is the regression's standard error (S_yx).
struct object_coefs {
    double slope_frac; // m/s per m/s
    double offset_mps, sd_mps;
};

// Positive crosswind is to the right of downwind; the left row carries its own signs.
struct object_leeway {
    struct object_coefs down, right, left;
};

// How well a class is known.
enum object_tier {
    OBJECT_TIER_MEASURED,    // A: measured directly (current meter on the object)
    OBJECT_TIER_INDIRECT,    // B: measured indirectly
    OBJECT_TIER_CONSTRUCTED, // C: built from other classes or with assigned errors
    OBJECT_TIER_JUDGEMENT,   // D: a preset or custom coefficients
};

struct object_class {
    int id;          // number in the published list, 1..85
    const char *key; // "LIFE-RAFT-NB-2"
    const char *description;
    struct object_leeway leeway;
    enum object_tier tier;
    const char *source;    // publication, in short
    const char *note;      // what is doubtful about it, or NULL
    int jibing_resistance; // 1 low, 2 moderate, 3 high; 0 unknown
    double crossover_mps;  // below this 10 m wind only one side is used; 0: both always
    int crossover_rule;    // +1 right only, -1 left only, 0 both
};

size_t object_class_count(void);
const struct object_class *object_class_at(size_t i);

// By key (any case); NULL when unknown.
const struct object_class *object_class_find(const char *key);

// The most similar key, for "did you mean"; never NULL.
const char *object_class_nearest(const char *key);

char object_tier_letter(enum object_tier tier);
const char *object_tier_text(enum object_tier tier);

// Jibing chance per hour when the case says nothing: 0.04, open boats 0.06.
double object_class_jibing_per_h(const struct object_class *class_or_null);

#endif
