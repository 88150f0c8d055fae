#include "sensor/objects.h"

#include <string.h>
#include <strings.h>

#include "sensor/sweep.h"
#include "sensor/tables.h"

// By the beginning of a leeway key; the first that fits counts. Sizes of classes of unknown size are judged
// small, because too small a sweep width only costs time. persons: `by` says what their number may change.
enum by { FIXED, RAFTS, BOATS };
struct map_row {
    const char *prefix, *object;
    enum by by;
};

static const struct map_row classes[] = {
    {"PIW-1", "Person in Water", FIXED},
    {"PIW-2", SENSOR_FLOTATION, FIXED}, // lifejacket type III
    {"PIW-3", SENSOR_FLOTATION, FIXED}, // lifejacket type I or II
    {"PIW-4", SENSOR_FLOTATION, FIXED}, // survival suit: floats and is coloured
    {"PIW-", "Person in Water", FIXED}, // scuba suit, deceased
    {"LIFE-RAFT-DB-18", "Raft 15 person", RAFTS},
    {"LIFE-RAFT-DB-19", "Raft 15 person", RAFTS},
    {"LIFE-RAFT-DB-20", "Raft 15 person", RAFTS},
    {"LIFE-RAFT-DB-21", "Raft 4 person", FIXED}, // capsized
    {"LIFE-RAFT-DB-22", "Raft 4 person", FIXED}, // swamped
    {"LIFE-RAFT-SB-9", "Raft 4 person", FIXED},  // capsized
    {"LIFE-RAFT-SB-10", "Raft 1 person", FIXED}, // submarine escape, one man
    {"LIFE-RAFT-SB-11", "Raft 1 person", FIXED},
    {"LIFE-RAFT-", "Raft 6 person", RAFTS},
    {"USCG-RESCUE", "Raft 6 person", FIXED}, // three of them on a line
    {"AVIATION-1", "Raft 4 person", RAFTS},
    {"AVIATION-2", "Raft 25 person", FIXED}, // slide for 46
    {"LIFE-CAPSULE", "Raft 20 person", FIXED},
    {"OVATEK-CRAFT-3", "Raft 6 person", FIXED},
    {"OVATEK-CRAFT-6", "Raft 6 person", FIXED},
    {"OVATEK-CRAFT-", "Raft 4 person", FIXED},
    {"PERSON-POWERED-VESSEL-", "Raft 1 person", FIXED},
    {"SKIFF-3", "Power Boat ≤ 15ft", FIXED}, // swamped or capsized
    {"SKIFF-", "Power Boat 20ft", BOATS},
    {"SPORT-BOAT", "Power Boat 20ft", FIXED},
    {"SPORT-FISHER", "Power Boat 20ft", FIXED},
    {"FISHING-VESSEL-1", "Power Boat 33ft", FIXED}, // unknown size
    {"FISHING-VESSEL-2", "Power Boat 53ft", FIXED}, // sampan
    {"FISHING-VESSEL-6", "Power Boat 33ft", FIXED}, // gill-netter
    {"FISHING-VESSEL-", "Power Boat 78ft", FIXED},  // trawler, longliner, Korean vessel
    {"COASTAL-FREIGHTER", "Ship 225ft", FIXED},
    {"SAILBOAT-8", "Sail Boat 15ft", FIXED}, // dinghy
    {"SAILBOAT-", "Sail Boat 25ft", FIXED},
    {"FV-DEBRIS", "Raft 1 person", FIXED},
    {"BAIT-BOX-", "Raft 1 person", FIXED},
    {"CONTAINER-", "Raft 4 person", FIXED}, // 70 to 80 % under water
    {"REFUGEE-RAFT-2", "Sail Boat 15ft", FIXED},
    {"REFUGEE-RAFT-", "Raft 6 person", RAFTS},
    // the smallest object of the tables for buoys, drums, mines and waste
    {"SLDMB", "Person in Water", FIXED},
    {"SEPIRB", "Person in Water", FIXED},
    {"OIL-DRUM", "Person in Water", FIXED},
    {"MINE", "Person in Water", FIXED},
    {"SEWAGE", "Person in Water", FIXED},
    {"MED-WASTE-", "Person in Water", FIXED},
};

// A preset is one craft, whatever class a part of its mixture borrows; people are seen as their class says.
static const struct map_row presets[] = {
    {"rubber-boat-swamped", "Raft 10 person", FIXED}, // low in the water
    {"rubber-boat-", "Raft 25 person", RAFTS},
    {"wooden-boat-swamped", "Power Boat ≤ 15ft", FIXED},
    {"wooden-boat", "Power Boat 20ft", BOATS},
};

static const struct map_row custom = {"", "Raft 10 person", RAFTS};

#define MAP_FIND(rows, key) map_find(rows, sizeof(rows) / sizeof *(rows), key)
static const struct map_row *map_find(const struct map_row *rows, size_t n, const char *key)
{
    for (size_t i = 0; key && i < n; i++)
        if (!strncasecmp(key, rows[i].prefix, strlen(rows[i].prefix)))
            return &rows[i];
    return NULL;
}

// The largest raft of the tables that the people on it fill.
static const char *raft_for(int persons)
{
    static const struct {
        int persons;
        const char *object;
    } rafts[] = {{25, "Raft 25 person"}, {20, "Raft 20 person"}, {15, "Raft 15 person"},
                 {10, "Raft 10 person"}, {8, "Raft 8 person"},   {6, "Raft 6 person"},
                 {4, "Raft 4 person"}};
    for (size_t i = 0; i < sizeof rafts / sizeof *rafts; i++)
        if (persons >= rafts[i].persons)
            return rafts[i].object;
    return "Raft 1 person";
}

// An open boat with fifty people or more is no longer a 20 ft boat.
static const char *boat_for(int persons)
{
    return persons >= 50 ? "Power Boat 33ft" : "Power Boat 20ft";
}

const char *sensor_object_for(const char *leeway_key, const char *preset, int persons)
{
    const struct map_row *row = MAP_FIND(presets, preset);
    if (!row)
        row = MAP_FIND(classes, leeway_key);
    if (!row)
        row = &custom;
    if (persons > 0 && row->by == RAFTS)
        return raft_for(persons);
    if (persons > 0 && row->by == BOATS)
        return boat_for(persons);
    return row->object;
}

const char *sensor_object_at(size_t i)
{
    if (i == SENSOR_OBJECTS)
        return SENSOR_FLOTATION;
    const struct sensor_object *object = sensor_table_object(i);
    return object ? object->name : NULL;
}

// Letters, digits and the sign, in lower case: "Power boat <= 15 ft" and "Power Boat ≤ 15ft" are one.
static void fold(const char *text, char out[64])
{
    size_t n = 0;
    for (; *text && n < 63; text++) {
        char c = *text;
        if (!strncmp(text, "≤", strlen("≤")) || !strncmp(text, "≥", strlen("≥"))) {
            out[n++] = !strncmp(text, "≤", strlen("≤")) ? '<' : '>';
            text += strlen("≤") - 1;
        } else if (c >= 'A' && c <= 'Z') {
            out[n++] = (char)(c - 'A' + 'a');
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '<' || c == '>') {
            out[n++] = c;
        }
    }
    out[n] = '\0';
}

size_t sensor_object_index(const char *name, bool *flotation, const char **proper)
{
    char wanted[64], known[64];
    fold(name ? name : "", wanted);
    for (size_t i = 0; sensor_object_at(i); i++) {
        fold(sensor_object_at(i), known);
        if (strcmp(wanted, known))
            continue;
        *flotation = i == SENSOR_OBJECTS;
        *proper = sensor_object_at(i);
        return *flotation ? SENSOR_PERSON : i;
    }
    return SENSOR_OBJECTS;
}
