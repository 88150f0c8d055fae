// A distress message as it came, read for what it says: positions, times, people, craft. Nothing is taken for
// granted: each finding says where in the text it stands, so that a person can confirm it.
#ifndef SCENARIO_MESSAGE_H
#define SCENARIO_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/position.h"
#include "pharos/pharos.h"

enum scenario_finding_kind {
    SCENARIO_FOUND_POSITION,
    SCENARIO_FOUND_TIME,
    SCENARIO_FOUND_PERSONS,
    SCENARIO_FOUND_CRAFT,
};

struct scenario_finding {
    enum scenario_finding_kind kind;
    size_t from, to;    // bytes of the text
    struct geo_pos pos; // POSITION
    double rounding_m;  // POSITION: one unit of its last digit, "33-24N" is to the mile
    int64_t t_ns;       // TIME
    bool zone_stated;   // TIME: false when read as UTC because the text does not say
    bool day_stated;    // TIME: false when the last such time before `received` was taken
    int persons;        // PERSONS
    bool about;         // PERSONS: "about", "at least", a range (the larger number is taken)
    const char *object; // CRAFT: a preset or leeway class
};

enum { SCENARIO_MESSAGE_MOST = 32, SCENARIO_MESSAGE_BYTES = 65536 };

struct scenario_message {
    struct scenario_finding found[SCENARIO_MESSAGE_MOST]; // in order of the text
    size_t n;
};

// Reads English, Italian, French, Spanish, German and Arabic words around the figures. Text beyond
// SCENARIO_MESSAGE_BYTES is not looked at. `received_ns` settles times that are given without a day.
enum ph_status scenario_message_read(const char *text, size_t length, int64_t received_ns,
                                     struct scenario_message *out, struct ph_err *err) PH_NODISCARD;

// The first finding of a kind, NULL when there is none.
const struct scenario_finding *scenario_message_first(const struct scenario_message *message,
                                                      enum scenario_finding_kind kind);

#endif
