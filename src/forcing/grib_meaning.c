#include "forcing/grib_meaning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"

// WMO-No. 306, vol. I.2, code table 4.2 (GRIB2).
static const struct {
    int discipline, category, number;
    struct forcing_grib_meaning meaning;
} codes_2[] = {
    {0, 2, 0, {FORCING_WIND, GRIB_ROLE_DIRECTION, false}},
    {0, 2, 1, {FORCING_WIND, GRIB_ROLE_SPEED, false}},
    {0, 2, 2, {FORCING_WIND, GRIB_ROLE_U, false}},
    {0, 2, 3, {FORCING_WIND, GRIB_ROLE_V, false}},
    {10, 1, 0, {FORCING_CURRENT, GRIB_ROLE_DIRECTION, false}},
    {10, 1, 1, {FORCING_CURRENT, GRIB_ROLE_SPEED, false}},
    {10, 1, 2, {FORCING_CURRENT, GRIB_ROLE_U, false}},
    {10, 1, 3, {FORCING_CURRENT, GRIB_ROLE_V, false}},
    {10, 4, 23, {FORCING_CURRENT, GRIB_ROLE_U, false}},
    {10, 4, 24, {FORCING_CURRENT, GRIB_ROLE_V, false}},
    {10, 4, 25, {FORCING_CURRENT, GRIB_ROLE_U, true}},
    {10, 4, 26, {FORCING_CURRENT, GRIB_ROLE_V, true}},
    {10, 0, 21, {FORCING_WAVES, GRIB_ROLE_U, false}},
    {10, 0, 22, {FORCING_WAVES, GRIB_ROLE_V, false}},
    {10, 3, 0, {FORCING_SEA_TEMPERATURE, GRIB_ROLE_SCALAR, false}},
    {10, 4, 15, {FORCING_SEA_TEMPERATURE, GRIB_ROLE_SCALAR, false}},
};

// Code table 2 of edition 1, version up to 127: the international part.
static const struct {
    int number;
    struct forcing_grib_meaning meaning;
} codes_1[] = {
    {31, {FORCING_WIND, GRIB_ROLE_DIRECTION, false}},
    {32, {FORCING_WIND, GRIB_ROLE_SPEED, false}},
    {33, {FORCING_WIND, GRIB_ROLE_U, false}},
    {34, {FORCING_WIND, GRIB_ROLE_V, false}},
    {47, {FORCING_CURRENT, GRIB_ROLE_DIRECTION, false}},
    {48, {FORCING_CURRENT, GRIB_ROLE_SPEED, false}},
    {49, {FORCING_CURRENT, GRIB_ROLE_U, false}},
    {50, {FORCING_CURRENT, GRIB_ROLE_V, false}},
    {80, {FORCING_SEA_TEMPERATURE, GRIB_ROLE_SCALAR, false}},
};

// ecCodes' short names, for the local tables of centres. Heights in front of names are taken off first.
static const struct {
    const char *name;
    struct forcing_grib_meaning meaning;
} names[] = {
    {"u", {FORCING_WIND, GRIB_ROLE_U, false}},
    {"v", {FORCING_WIND, GRIB_ROLE_V, false}},
    {"si", {FORCING_WIND, GRIB_ROLE_SPEED, false}},
    {"wdir", {FORCING_WIND, GRIB_ROLE_DIRECTION, false}},
    {"ocu", {FORCING_CURRENT, GRIB_ROLE_U, false}},
    {"ocv", {FORCING_CURRENT, GRIB_ROLE_V, false}},
    {"ucurr", {FORCING_CURRENT, GRIB_ROLE_U, false}},
    {"vcurr", {FORCING_CURRENT, GRIB_ROLE_V, false}},
    {"uoe", {FORCING_CURRENT, GRIB_ROLE_U, false}},
    {"von", {FORCING_CURRENT, GRIB_ROLE_V, false}},
    {"ust", {FORCING_WAVES, GRIB_ROLE_U, false}},
    {"vst", {FORCING_WAVES, GRIB_ROLE_V, false}},
    {"sst", {FORCING_SEA_TEMPERATURE, GRIB_ROLE_SCALAR, false}},
    {"wtmp", {FORCING_SEA_TEMPERATURE, GRIB_ROLE_SCALAR, false}},
};

// "10u" -> 10 and "u"; NAN and the whole name without a number.
static double name_height(const char *name, const char **rest)
{
    char *end = NULL;
    *rest = name;
    if (name[0] < '1' || name[0] > '9')
        return (double)NAN;
    double height = strtod(name, &end);
    *rest = end;
    return height;
}

static bool meaning_by_name(const char *name, struct forcing_grib_meaning *out)
{
    const char *rest;
    bool high = !isnan(name_height(name, &rest));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(rest, names[i].name) && (!high || names[i].meaning.kind == FORCING_WIND)) {
            *out = names[i].meaning;
            return true;
        }
    return false;
}

bool forcing_grib_meaning(const struct forcing_grib_keys *keys, struct forcing_grib_meaning *out)
{
    if (keys->edition == 2)
        for (size_t i = 0; i < sizeof codes_2 / sizeof *codes_2; i++)
            if (keys->discipline == codes_2[i].discipline && keys->category == codes_2[i].category &&
                keys->number == codes_2[i].number) {
                *out = codes_2[i].meaning;
                return true;
            }
    if (keys->edition == 1 && keys->category < 128)
        for (size_t i = 0; i < sizeof codes_1 / sizeof *codes_1; i++)
            if (keys->number == codes_1[i].number) {
                *out = codes_1[i].meaning;
                return true;
            }
    return meaning_by_name(keys->name, out);
}

// Code table 4.5 of edition 2 and table 3 of edition 1. The height of "10u" at the surface is in its name.
static struct forcing_grib_level wind_level(const struct forcing_grib_keys *keys)
{
    const char *rest;
    double named = name_height(keys->name, &rest);
    bool height = keys->edition == 2 ? keys->surface == 103 || keys->surface == 102
                                     : keys->surface == 105 || keys->surface == 103;
    bool surface = keys->surface == 1 || (keys->edition == 2 ? keys->surface == 101 : keys->surface == 102);
    if (height && isfinite(keys->level))
        return (struct forcing_grib_level){true, true, keys->level};
    if (surface && !isnan(named))
        return (struct forcing_grib_level){true, true, named};
    return (struct forcing_grib_level){surface, false, 10};
}

static struct forcing_grib_level water_level(const struct forcing_grib_keys *keys)
{
    if (keys->surface == 160 && isfinite(keys->level))
        return (struct forcing_grib_level){true, true, fabs(keys->level)};
    // 168: a level of the ocean model, by number; the first is at the surface.
    if (keys->edition == 2 && keys->surface == 168)
        return (struct forcing_grib_level){isfinite(keys->level) && keys->level <= 1, false, 0};
    bool surface = keys->surface == 1 || (keys->edition == 2 ? keys->surface == 101 : keys->surface == 102);
    return (struct forcing_grib_level){surface, false, 0};
}

struct forcing_grib_level forcing_grib_level(const struct forcing_grib_keys *keys, enum forcing_kind kind)
{
    return kind == FORCING_WIND ? wind_level(keys) : water_level(keys);
}

// Code table 4.4; edition 1 has other numbers for parts of an hour and for seconds. 0: no constant length.
static int64_t unit_ns(const struct forcing_grib_keys *keys)
{
    static const int64_t minutes[] = {1, 60, 1440};
    bool first = keys->edition == 1;
    switch (keys->time_unit) {
    case 0:
    case 1:
    case 2:
        return minutes[keys->time_unit] * 60 * CORE_NS_PER_S;
    case 10:
    case 11:
        return (keys->time_unit == 10 ? 3 : 6) * 3600 * CORE_NS_PER_S;
    case 12:
        return 12 * 3600 * CORE_NS_PER_S;
    case 13:
        return first ? 900 * CORE_NS_PER_S : CORE_NS_PER_S;
    case 14:
        return first ? 1800 * CORE_NS_PER_S : 0;
    case 254:
        return first ? CORE_NS_PER_S : 0;
    default:
        return 0;
    }
}

// False when there is no such date.
static bool date_ns(const struct forcing_grib_date *date, int64_t *out)
{
    if (date->year < 1800 || date->year > 2200 || date->month < 1 || date->month > 12 || date->day < 1 ||
        date->day > 31 || date->hour < 0 || date->hour > 23 || date->minute < 0 || date->minute > 59 ||
        date->second < 0 || date->second > 59)
        return false;
    struct core_date fields = {(int)date->year,
                               (int)date->month,
                               (int)date->day,
                               (int)date->hour,
                               (int)date->minute,
                               (int)date->second,
                               0};
    int64_t t_ns = core_time_from_date(fields);
    *out = t_ns;
    return core_time_to_date(t_ns).day == fields.day;
}

static enum ph_status time_refuse(const struct forcing_grib_keys *keys, const char *why, struct ph_err *err)
{
    return core_err_set(err, PH_EINPUT, keys->name, "see grib_ls -p dataDate,dataTime,stepRange", "%s", why);
}

// Steps later than t; false beyond reason (a forecast of a hundred years).
static bool later(int64_t t_ns, int64_t steps, int64_t unit, int64_t *out)
{
    const int64_t most = 100 * 366 * INT64_C(86400) * CORE_NS_PER_S / unit;
    if (steps < -most || steps > most)
        return false;
    *out = t_ns + steps * unit;
    return true;
}

enum ph_status forcing_grib_time(const struct forcing_grib_keys *keys, int64_t *t_ns, struct ph_err *err)
{
    int64_t reference, from, to, unit = unit_ns(keys);
    // Code table 1.2: 0 an analysis, 1 the start of a forecast, 2 the time it is for, 3 an observation.
    if (keys->significance < 0 || keys->significance > 3)
        return time_refuse(keys, "what the reference time stands for is not stated", err);
    if (!date_ns(&keys->reference, &reference))
        return time_refuse(keys, "the reference time is no date", err);
    if (!unit && (keys->step || keys->step_end))
        return time_refuse(keys, "the unit of the forecast step has no constant length or is not known", err);
    if (keys->significance == 2 && keys->step)
        return time_refuse(keys, "a step from the time that the field is for makes no sense", err);
    if (!unit)
        unit = CORE_NS_PER_S;
    if (!later(reference, keys->step, unit, &from) || !later(reference, keys->step_end, unit, &to))
        return time_refuse(keys, "the forecast step is longer than any forecast", err);
    if (keys->edition == 2 && keys->statistic >= 0 && !date_ns(&keys->end, &to))
        return time_refuse(keys, "the end of the interval of a mean is no date", err);
    if (to < from)
        return time_refuse(keys, "an interval ends before it begins", err);
    *t_ns = keys->statistic >= 0 ? from + (to - from) / 2 : from;
    return PH_OK;
}
