#include "forcing/units.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "core/units.h"

struct spelling {
    const char *text; // lower case, without spaces, dots, stars, underscores, carets and braces
    double factor, offset;
};

static const struct spelling speeds[] = {
    {"m/s", 1, 0},
    {"ms-1", 1, 0},
    {"m/sec", 1, 0},
    {"msec-1", 1, 0},
    {"meter/s", 1, 0},
    {"meter/sec", 1, 0},
    {"meter/second", 1, 0},
    {"meters/s", 1, 0},
    {"meters/sec", 1, 0},
    {"meters/second", 1, 0},
    {"metre/s", 1, 0},
    {"metres/s", 1, 0},
    {"metre/second", 1, 0},
    {"metres/second", 1, 0},
    {"meters-1", 1, 0},
    {"meterss-1", 1, 0},
    {"metres-1", 1, 0},
    {"metress-1", 1, 0},
    {"metersecond-1", 1, 0},
    {"meterssecond-1", 1, 0},
    {"metresecond-1", 1, 0},
    {"metressecond-1", 1, 0},
    {"meterpersecond", 1, 0},
    {"meterspersecond", 1, 0},
    {"metrespersecond", 1, 0},
    {"mps", 1, 0},
    {"cm/s", 0.01, 0},
    {"cms-1", 0.01, 0},
    {"cm/sec", 0.01, 0},
    {"centimeter/s", 0.01, 0},
    {"centimeters/s", 0.01, 0},
    {"centimetre/s", 0.01, 0},
    {"centimeters-1", 0.01, 0},
    {"centimetersecond-1", 0.01, 0},
    {"mm/s", 0.001, 0},
    {"mms-1", 0.001, 0},
    {"km/h", 1 / 3.6, 0},
    {"kmh-1", 1 / 3.6, 0},
    {"km/hr", 1 / 3.6, 0},
    {"kmhr-1", 1 / 3.6, 0},
    {"kmh", 1 / 3.6, 0},
    {"kph", 1 / 3.6, 0},
    {"kn", CORE_MPS_PER_KN, 0},
    {"kt", CORE_MPS_PER_KN, 0},
    {"kts", CORE_MPS_PER_KN, 0},
    {"knot", CORE_MPS_PER_KN, 0},
    {"knots", CORE_MPS_PER_KN, 0},
    {"nmi/h", CORE_MPS_PER_KN, 0},
    {"mph", 0.44704, 0},
    {"mi/h", 0.44704, 0},
    {"miles/hour", 0.44704, 0},
    {"ft/s", CORE_M_PER_FT, 0},
    {"fts-1", CORE_M_PER_FT, 0},
};

static const struct spelling temperatures[] = {
    {"c", 1, 0},
    {"degc", 1, 0},
    {"degreec", 1, 0},
    {"degreesc", 1, 0},
    {"celsius", 1, 0},
    {"degreecelsius", 1, 0},
    {"degreescelsius", 1, 0},
    {"degcelsius", 1, 0},
    {"°c", 1, 0},
    {"k", 1, -273.15},
    {"kelvin", 1, -273.15},
    {"degk", 1, -273.15},
    {"degreek", 1, -273.15},
    {"degreeskelvin", 1, -273.15},
};

static const struct spelling lengths[] = {
    {"m", 1, 0},
    {"meter", 1, 0},
    {"meters", 1, 0},
    {"metre", 1, 0},
    {"metres", 1, 0},
    {"cm", 0.01, 0},
    {"centimeter", 0.01, 0},
    {"centimeters", 0.01, 0},
    {"km", 1000, 0},
    {"dbar", 1, 0},
    {"decibar", 1, 0},
    {"decibars", 1, 0},
    {"feet", CORE_M_PER_FT, 0},
    {"ft", CORE_M_PER_FT, 0},
};

// Lower case, without what people put between the parts of a unit.
static void plain(const char *text, char out[64])
{
    size_t n = 0;
    for (; *text && n < 63; text++)
        if (!strchr(" \t.*_^{}()", *text))
            out[n++] = (char)tolower((unsigned char)*text);
    out[n] = 0;
}

static bool look_up(const char *text, const struct spelling *table, size_t n, struct forcing_unit *out)
{
    char name[64];
    plain(text, name);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(name, table[i].text)) {
            *out = (struct forcing_unit){table[i].factor, table[i].offset};
            return true;
        }
    return false;
}

bool forcing_unit_speed(const char *text, struct forcing_unit *out)
{
    return look_up(text, speeds, sizeof speeds / sizeof *speeds, out);
}

bool forcing_unit_temperature(const char *text, struct forcing_unit *out)
{
    return look_up(text, temperatures, sizeof temperatures / sizeof *temperatures, out);
}

bool forcing_unit_length(const char *text, struct forcing_unit *out)
{
    return look_up(text, lengths, sizeof lengths / sizeof *lengths, out);
}

// "degrees_north", "degree_N", "degN", "degrees N"
static bool is_degrees_of(const char *text, const char *letter, const char *word)
{
    char name[64];
    plain(text, name);
    const char *at = name;
    if (strncmp(at, "deg", 3))
        return false;
    at += 3;
    at += !strncmp(at, "rees", 4) ? 4 : !strncmp(at, "ree", 3) ? 3 : 0;
    return !strcmp(at, letter) || !strcmp(at, word);
}

bool forcing_unit_is_north(const char *text)
{
    return is_degrees_of(text, "n", "north");
}

bool forcing_unit_is_east(const char *text)
{
    return is_degrees_of(text, "e", "east");
}
