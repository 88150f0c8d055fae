#include "forcing/timeunits.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"

#define NS_PER_DAY (86400 * CORE_NS_PER_S)
#define FIX_UNITS "set the units of time to \"hours since YYYY-MM-DD hh:mm:ss\" with ncatted"

static const struct {
    const char *name;
    double seconds;
} unit_names[] = {
    {"days", 86400},
    {"day", 86400},
    {"d", 86400},
    {"hours", 3600},
    {"hour", 3600},
    {"hrs", 3600},
    {"hr", 3600},
    {"h", 3600},
    {"minutes", 60},
    {"minute", 60},
    {"mins", 60},
    {"min", 60},
    {"seconds", 1},
    {"second", 1},
    {"secs", 1},
    {"sec", 1},
    {"s", 1},
    {"weeks", 604800},
    {"week", 604800},
    {"milliseconds", 1e-3},
    {"millisecond", 1e-3},
    {"msec", 1e-3},
    {"msecs", 1e-3},
    {"millisec", 1e-3},
    {"millisecs", 1e-3},
    {"ms", 1e-3},
    {"microseconds", 1e-6},
    {"microsecond", 1e-6},
    {"nanoseconds", 1e-9},
    {"nanosecond", 1e-9},
};

static const struct {
    const char *name;
    enum forcing_calendar calendar;
} calendar_names[] = {
    {"standard", CALENDAR_STANDARD},
    {"gregorian", CALENDAR_STANDARD},
    {"proleptic_gregorian", CALENDAR_PROLEPTIC},
    {"julian", CALENDAR_JULIAN},
    {"noleap", CALENDAR_NOLEAP},
    {"365_day", CALENDAR_NOLEAP},
    {"all_leap", CALENDAR_ALL_LEAP},
    {"366_day", CALENDAR_ALL_LEAP},
    {"360_day", CALENDAR_360_DAY},
};

struct day {
    int64_t year;
    int month, day;
};

// Days before each month of a year without leap day.
static const int days_before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

// Julian date -> days since 1970-01-01 Gregorian: 1 March 0000 Julian is 719470 days before it.
static int64_t julian_to_days(struct day day)
{
    int64_t year = day.year - (day.month <= 2);
    int from_march = (day.month + 9) % 12;
    return floor_div(1461 * year, 4) + (153 * from_march + 2) / 5 + day.day - 1 - 719470;
}

static struct day julian_from_days(int64_t days)
{
    int64_t count = days + 719470;
    int64_t year = floor_div(4 * count + 3, 1461);
    int of_year = (int)(count - floor_div(1461 * year, 4));
    int from_march = (5 * of_year + 2) / 153;
    int month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (struct day){year + (month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1};
}

// Years of 365 or 366 days without exception.
static int64_t equal_years_to_days(struct day day, int leap)
{
    return day.year * (365 + leap) + days_before[day.month - 1] + (leap && day.month > 2) + day.day - 1;
}

static struct day equal_years_from_days(int64_t days, int leap)
{
    int64_t year = floor_div(days, 365 + leap);
    int rest = (int)(days - year * (365 + leap)), month = 1;
    while (month < 12 && rest >= days_before[month] + (leap && month >= 2))
        month++;
    return (struct day){year, month, rest - days_before[month - 1] - (leap && month > 2) + 1};
}

static int64_t calendar_to_days(enum forcing_calendar calendar, struct day day)
{
    bool before_reform =
        day.year < 1582 || (day.year == 1582 && (day.month < 10 || (day.month == 10 && day.day < 15)));
    switch (calendar) {
    case CALENDAR_JULIAN:
        return julian_to_days(day);
    case CALENDAR_NOLEAP:
        return equal_years_to_days(day, 0);
    case CALENDAR_ALL_LEAP:
        return equal_years_to_days(day, 1);
    case CALENDAR_360_DAY:
        return day.year * 360 + (day.month - 1) * 30 + day.day - 1;
    case CALENDAR_STANDARD:
        return before_reform ? julian_to_days(day) : core_time_days(day.year, day.month, day.day);
    default:
        return core_time_days(day.year, day.month, day.day);
    }
}

// The day count of the calendar -> days since 1970-01-01 of the Gregorian day with the same date.
static int64_t calendar_date_days(enum forcing_calendar calendar, int64_t days)
{
    struct day day;
    switch (calendar) {
    case CALENDAR_JULIAN:
        day = julian_from_days(days);
        break;
    case CALENDAR_NOLEAP:
        day = equal_years_from_days(days, 0);
        break;
    case CALENDAR_ALL_LEAP:
        day = equal_years_from_days(days, 1);
        break;
    case CALENDAR_360_DAY:
        day.year = floor_div(days, 360);
        day.month = (int)(days - day.year * 360) / 30 + 1;
        day.day = (int)(days - day.year * 360) % 30 + 1;
        break;
    default:
        return days; // standard and proleptic count real days
    }
    return core_time_days(day.year, day.month, day.day);
}

static enum ph_status refuse(const char *units, const char *why, struct ph_err *err)
{
    return core_err_set(err, PH_EINPUT, NULL, FIX_UNITS, "the units of time \"%.80s\" %s", units, why);
}

static const char *skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

// "-7", "-7:00", "+0530", "Z", "UTC", "GMT" or nothing, then the end. Seconds east of UTC.
static bool offset_parse(const char *at, int *seconds)
{
    int sign = *at == '-' ? -1 : 1, hours = 0, minutes = 0, used = 0;
    *seconds = 0;
    at = skip_space(at);
    if (!*at)
        return true;
    size_t length = strcspn(at, " \t");
    if ((length == 1 && toupper((unsigned char)*at) == 'Z') ||
        (length == 3 && (!strncasecmp(at, "UTC", 3) || !strncasecmp(at, "GMT", 3))))
        return !*skip_space(at + length);
    sign = *at == '-' ? -1 : 1;
    if (*at != '-' && *at != '+')
        return false;
    at++;
    size_t digits = strspn(at, "0123456789");
    if (digits == 4 && sscanf(at, "%2d%2d%n", &hours, &minutes, &used) == 2)
        at += used;
    else if (digits >= 1 && digits <= 2 && sscanf(at, "%2d%n", &hours, &used) == 1) {
        at += used;
        if (*at == ':') {
            if (strspn(at + 1, "0123456789") != 2 || sscanf(at + 1, "%2d%n", &minutes, &used) != 1)
                return false;
            at += 1 + used;
        }
    } else
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return !*skip_space(at) && hours <= 14 && minutes < 60;
}

// "0:0:0", "00:00:30.5", "12" hours; *at moves behind it.
static bool clock_parse(const char **at, double *seconds)
{
    int hour = 0, minute = 0, used = 0;
    double second = 0;
    *seconds = 0;
    if (!isdigit((unsigned char)**at))
        return true;
    if (sscanf(*at, "%2d%n", &hour, &used) != 1)
        return false;
    *at += used;
    if (**at == ':' && sscanf(*at, ":%2d%n", &minute, &used) == 1) {
        *at += used;
        size_t length = **at == ':' ? strspn(*at + 1, "0123456789.") : 0;
        if (length) {
            second = strtod(*at + 1, NULL);
            *at += 1 + length;
        }
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour <= 24 && minute < 60 && second < 61;
}

static bool date_exists(enum forcing_calendar calendar, struct day day)
{
    static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (day.year < 0 || day.year > 9999 || day.month < 1 || day.month > 12 || day.day < 1)
        return false;
    return day.day <= (calendar == CALENDAR_360_DAY ? 30 : longest[day.month - 1]);
}

static enum ph_status epoch_parse(const char *units, const char *at, struct forcing_timeunits *out,
                                  struct ph_err *err)
{
    int year, month, day, used = 0, offset = 0;
    double clock = 0;
    at = skip_space(at);
    if (sscanf(at, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3)
        return refuse(units, "have no date of the form YYYY-MM-DD", err);
    at += used;
    struct day date = {year, month, day};
    if (!date_exists(out->calendar, date))
        return refuse(units, "begin at a date that does not exist", err);
    if (*at == 'T' || *at == 't')
        at++;
    at = skip_space(at);
    if (!clock_parse(&at, &clock))
        return refuse(units, "begin at a time of day that does not exist", err);
    if (!offset_parse(at, &offset))
        return refuse(units, "end in something that is no offset from UTC (Z, UTC, +hh:mm)", err);
    out->epoch_day = calendar_to_days(out->calendar, date);
    out->epoch_of_day_ns = llround(clock * 1e9) - offset * CORE_NS_PER_S;
    out->epoch.year = year;
    out->epoch.month = month;
    out->epoch.day = day;
    return PH_OK;
}

static enum ph_status calendar_parse(const char *name, enum forcing_calendar *out, struct ph_err *err)
{
    *out = CALENDAR_STANDARD;
    if (!name || !*name)
        return PH_OK;
    for (size_t i = 0; i < sizeof calendar_names / sizeof *calendar_names; i++)
        if (!strcasecmp(name, calendar_names[i].name)) {
            *out = calendar_names[i].calendar;
            return PH_OK;
        }
    return core_err_set(err, PH_EINPUT, NULL,
                        "set the attribute calendar of time to \"standard\" if that is meant",
                        "the calendar \"%.60s\" does not exist", name);
}

static double unit_seconds(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof unit_names / sizeof *unit_names; i++)
        if (strlen(unit_names[i].name) == length && !strncasecmp(text, unit_names[i].name, length))
            return unit_names[i].seconds;
    return 0;
}

bool forcing_timeunits_length(const char *text, double *seconds)
{
    const char *at = skip_space(text);
    size_t length = strcspn(at, " \t");
    *seconds = unit_seconds(at, length);
    return *seconds > 0 && !*skip_space(at + length);
}

enum ph_status forcing_timeunits_parse(const char *units, const char *calendar, struct forcing_timeunits *out,
                                       struct ph_err *err)
{
    struct forcing_timeunits made = {0};
    enum ph_status status = calendar_parse(calendar, &made.calendar, err);
    if (status)
        return status;
    const char *at = skip_space(units);
    // Python's ordinals: day 1 is 0001-01-01 of the proleptic Gregorian calendar.
    if (!strcasecmp(at, "pythonic days")) {
        made =
            (struct forcing_timeunits){.unit_s = 86400, .calendar = CALENDAR_PROLEPTIC, .epoch = {1, 1, 1}};
        made.epoch_day = core_time_days(1, 1, 1) - 1;
        *out = made;
        return PH_OK;
    }
    if (!strcasecmp(at, "day as %Y%m%d.%f")) { // as CDO writes them
        made.dates = true;
        made.unit_s = 86400;
        made.epoch.year = 1970;
        made.epoch.month = made.epoch.day = 1;
        *out = made;
        return PH_OK;
    }
    size_t length = strcspn(at, " \t");
    made.unit_s = unit_seconds(at, length);
    if (made.unit_s <= 0)
        return refuse(units, "are no unit of constant length (days, hours, minutes, seconds)", err);
    at = skip_space(at + length);
    if (strncasecmp(at, "since", 5) || !isspace((unsigned char)at[5]))
        return refuse(units, "do not say since when", err);
    status = epoch_parse(units, at + 5, &made, err);
    if (!status)
        *out = made;
    return status;
}

// A time within rounding of a whole second is that second: days and hours in doubles carry such dust.
static int64_t snap(int64_t t_ns, double slack_ns)
{
    int64_t second = floor_div(t_ns + CORE_NS_PER_S / 2, CORE_NS_PER_S) * CORE_NS_PER_S;
    return llabs(t_ns - second) <= (int64_t)slack_ns ? second : t_ns;
}

// 20260131.25: 31 January 2026, six hours. A double tells them to a third of a millisecond.
static bool date_convert(enum forcing_calendar calendar, double value, int64_t *t_ns)
{
    if (!(value >= 16790101 && value < 22610101))
        return false;
    int64_t number = (int64_t)floor(value), days = 0;
    struct day day = {number / 10000, (int)(number / 100 % 100), (int)(number % 100)};
    if (!date_exists(calendar, day))
        return false;
    days = core_time_days(day.year, day.month, day.day);
    if (core_time_to_date(days * NS_PER_DAY).day != day.day) // 30 February of another calendar
        return false;
    double of_day = (value - (double)number) * 86400;
    *t_ns = days * NS_PER_DAY + llround(of_day * 1e3) * (CORE_NS_PER_S / 1000);
    int64_t second = floor_div(*t_ns + CORE_NS_PER_S / 2, CORE_NS_PER_S) * CORE_NS_PER_S;
    if (llabs(*t_ns - second) <= 2 * CORE_NS_PER_S / 1000)
        *t_ns = second;
    return true;
}

bool forcing_timeunits_convert(const struct forcing_timeunits *units, double value, int64_t *t_ns)
{
    if (units->dates)
        return date_convert(units->calendar, value, t_ns);
    long double elapsed_ns = (long double)value * units->unit_s * 1e9L + units->epoch_of_day_ns;
    if (!isfinite(value) || fabsl(elapsed_ns) > 4e6L * NS_PER_DAY)
        return false;
    long double days = floorl(elapsed_ns / NS_PER_DAY);
    int64_t day = calendar_date_days(units->calendar, units->epoch_day + (int64_t)days);
    int64_t of_day_ns = llroundl(elapsed_ns - days * NS_PER_DAY);
    if (day < -106000 || day > 106000) // 1679..2260
        return false;
    double slack_ns = fmax(1e6, 2 * (nextafter(fabs(value), INFINITY) - fabs(value)) * units->unit_s * 1e9);
    *t_ns = snap(day * NS_PER_DAY + of_day_ns, fmin(slack_ns, 4e8));
    return true;
}

// The same count read in the standard calendar.
static struct forcing_timeunits as_standard(const struct forcing_timeunits *units)
{
    struct forcing_timeunits made = *units;
    struct day epoch = {units->epoch.year, units->epoch.month, units->epoch.day};
    made.calendar = CALENDAR_STANDARD;
    made.epoch_day = calendar_to_days(CALENDAR_STANDARD, epoch);
    return made;
}

static enum ph_status calendars_agree(const struct forcing_timeunits *units, double value, int64_t t_ns,
                                      struct ph_err *err)
{
    static const char *const names[] = {"standard", "proleptic_gregorian", "julian", "noleap", "all_leap",
                                        "360_day"};
    struct forcing_timeunits standard = as_standard(units);
    int64_t other_ns = t_ns;
    char here[CORE_TIME_TEXT], there[CORE_TIME_TEXT] = "a date out of reach";
    if (forcing_timeunits_convert(&standard, value, &other_ns) && other_ns == t_ns)
        return PH_OK;
    core_time_iso(t_ns, here);
    core_time_iso(other_ns, there);
    return core_err_set(
        err, PH_EINPUT, NULL,
        "find out which is meant; if the standard calendar is: ncatted -a calendar,time,o,c,standard FILE",
        "a time is %s in the calendar %s that the file declares, but %s in the standard calendar", here,
        names[units->calendar], there);
}

enum ph_status forcing_timeunits_convert_all(const struct forcing_timeunits *units, const double *value,
                                             size_t n, bool single, int64_t *t_ns,
                                             struct forcing_notes *notes, struct ph_err *err)
{
    bool counts_real_days =
        units->dates || units->calendar == CALENDAR_STANDARD || units->calendar == CALENDAR_PROLEPTIC;
    double resolution_s = 0;
    for (size_t i = 0; i < n; i++) {
        if (!forcing_timeunits_convert(units, value[i], &t_ns[i]))
            return core_err_set(err, PH_EINPUT, NULL, "check the variable time with ncdump -v time",
                                "time number %zu (%g) is no time between 1679 and 2260", i + 1, value[i]);
        enum ph_status status = counts_real_days ? PH_OK : calendars_agree(units, value[i], t_ns[i], err);
        if (status)
            return status;
        float near = (float)fabs(value[i]);
        double ulp = (double)(nextafterf(near, INFINITY) - near);
        if (single)
            resolution_s = fmax(resolution_s, ulp * units->unit_s);
    }
    if (!counts_real_days)
        forcing_note_mention(
            notes, "odd-calendar",
            "the file declares a calendar that is not the standard one; both give the same dates here");
    if (units->calendar == CALENDAR_STANDARD && units->epoch.year < 1583)
        forcing_note_mention(
            notes, "old-epoch",
            "times count from before 1582: read with the Julian calendar until then, as CF says; a "
            "program that ignores this is two days off");
    if (resolution_s > 1)
        forcing_note_add(notes, "coarse-times",
                         "times are stored so coarsely that they are exact to %.0f s only", resolution_s);
    return PH_OK;
}
