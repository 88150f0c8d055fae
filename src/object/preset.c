#include "object/preset.h"

#include <string.h>
#include <strings.h>

#include "object/leeway_figures.h"

// Measured ratios of swamped to intact leeway (Allen & Fitzgerald 1997, ADA338829): open wooden boat 1.73 of
// 3.65 %, rafts 0.79 of 1.95 % and 1.13 of 2.82 %.
#define SWAMPED_BOAT 0.47
#define SWAMPED_RAFT 0.40

// A 5.8 m skiff with 13 persons drifts at 4.40 % of the wind, with one at 7.71 % (Brushett et al. 2014, Appl.
// Ocean Res. 44:92); crosswind from a divergence of 22 degrees, S by judgement.
#define LOADED_SKIFF(f) LEEWAY(f, 4.4, 0.0, 5.0, 1.78, 0.0, 5.0, -1.78, 0.0, 5.0)

// clang-format off
#define CLASS(w, text, figures) {.weight = (w), .key = (text), .name = (text), .leeway = figures(1.0)}
#define OWN(w, text, figures, f) {.weight = (w), .key = NULL, .name = (text), .leeway = figures(f)}

static const struct object_preset_part rubber_boat[] = {
    OWN(0.50, "loaded skiff 4.4 %", LOADED_SKIFF, 1.0),
    CLASS(0.25, "SKIFF-1", LEEWAY_SKIFF_1),
    CLASS(0.15, "REFUGEE-RAFT-1", LEEWAY_REFUGEE_RAFT_1),
    CLASS(0.10, "LIFE-RAFT-NB-2", LEEWAY_LIFE_RAFT_NB_2),
};
static const struct object_preset_part rubber_boat_swamped[] = {
    OWN(0.50, "loaded skiff 4.4 % x 0.40", LOADED_SKIFF, SWAMPED_RAFT),
    OWN(0.25, "SKIFF-1 x 0.40", LEEWAY_SKIFF_1, SWAMPED_RAFT),
    OWN(0.15, "REFUGEE-RAFT-1 x 0.40", LEEWAY_REFUGEE_RAFT_1, SWAMPED_RAFT),
    OWN(0.10, "LIFE-RAFT-NB-2 x 0.40", LEEWAY_LIFE_RAFT_NB_2, SWAMPED_RAFT),
};
static const struct object_preset_part wooden_boat[] = {
    CLASS(0.60, "SKIFF-2", LEEWAY_SKIFF_2),
    CLASS(0.20, "SKIFF-4", LEEWAY_SKIFF_4),
    CLASS(0.20, "FISHING-VESSEL-6", LEEWAY_FISHING_VESSEL_6),
};
static const struct object_preset_part wooden_boat_swamped[] = {
    OWN(0.60, "SKIFF-2 x 0.47", LEEWAY_SKIFF_2, SWAMPED_BOAT),
    OWN(0.20, "SKIFF-4 x 0.47", LEEWAY_SKIFF_4, SWAMPED_BOAT),
    OWN(0.20, "FISHING-VESSEL-6 x 0.47", LEEWAY_FISHING_VESSEL_6, SWAMPED_BOAT),
};
static const struct object_preset_part people_in_water[] = {
    CLASS(0.50, "PIW-1", LEEWAY_PIW_1),
    CLASS(0.50, "PIW-2", LEEWAY_PIW_2),
};

#define PARTS(array) array, sizeof array / sizeof *array

static const struct object_preset presets[] = {
    {"rubber-boat-overloaded", "Inflatable boat with far too many people, afloat",
     "judgement: no leeway of such craft is published; a loaded skiff (Brushett et al. 2014) leads, classes in use "
     "elsewhere share the rest",
     PARTS(rubber_boat)},
    {"rubber-boat-swamped", "Inflatable boat, deflating or swamped, people on or around it",
     "judgement: rubber-boat-overloaded x 0.40 as measured on swamped rafts (Allen & Fitzgerald 1997)",
     PARTS(rubber_boat_swamped)},
    {"wooden-boat", "Open or half-decked wooden boat, afloat",
     "judgement: V-hull skiffs and a small gill-netter stand for it",
     PARTS(wooden_boat)},
    {"wooden-boat-swamped", "Open wooden boat, swamped or capsized",
     "judgement: wooden-boat x 0.47 as measured on a swamped 5.5 m boat (Allen & Fitzgerald 1997)",
     PARTS(wooden_boat_swamped)},
    {"people-in-water", "People in the water, with and without lifejackets",
     "judgement: state unknown (PIW-1) and upright in a lifejacket (PIW-2) in equal parts",
     PARTS(people_in_water)},
};
// clang-format on

enum { N_PRESETS = sizeof presets / sizeof *presets };

size_t object_preset_count(void)
{
    return N_PRESETS;
}

const struct object_preset *object_preset_at(size_t i)
{
    return i < N_PRESETS ? &presets[i] : NULL;
}

const struct object_preset *object_preset_find(const char *key)
{
    for (size_t i = 0; key && i < N_PRESETS; i++)
        if (!strcasecmp(presets[i].key, key))
            return &presets[i];
    return NULL;
}

// Factors by the beginning of a class's or preset's key; the first that fits counts.
static const struct {
    const char *prefix;
    double factor;
} swamped[] = {
    // people do not swamp
    {"PIW-", 1.0},
    {"people-", 1.0},
    // measured swamped or capsized, or the factor is in the figures already
    {"LIFE-RAFT-DB-21", 1.0},
    {"LIFE-RAFT-DB-22", 1.0},
    {"LIFE-RAFT-SB-9", 1.0},
    {"SKIFF-3", 1.0},
    {"rubber-boat-swamped", 1.0},
    {"wooden-boat-swamped", 1.0},
    // awash from the beginning: wreckage, buoys, drums, waste
    {"FV-DEBRIS", 1.0},
    {"SLDMB", 1.0},
    {"SEPIRB", 1.0},
    {"BAIT-BOX-", 1.0},
    {"OIL-DRUM", 1.0},
    {"CONTAINER-", 1.0},
    {"MINE", 1.0},
    {"SEWAGE", 1.0},
    {"MED-WASTE-", 1.0},
    // rafts and inflatables
    {"LIFE-RAFT-", SWAMPED_RAFT},
    {"USCG-RESCUE", SWAMPED_RAFT},
    {"AVIATION-", SWAMPED_RAFT},
    {"OVATEK-", SWAMPED_RAFT},
    {"REFUGEE-RAFT-", SWAMPED_RAFT},
    {"rubber-boat-", SWAMPED_RAFT},
};

double object_state_factor(enum object_state state, const char *key_or_null)
{
    if (state == OBJECT_AFLOAT)
        return 1.0;
    for (size_t i = 0; key_or_null && i < sizeof swamped / sizeof *swamped; i++)
        if (!strncasecmp(key_or_null, swamped[i].prefix, strlen(swamped[i].prefix)))
            return swamped[i].factor;
    return SWAMPED_BOAT;
}
