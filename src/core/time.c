#include "core/time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/err.h"
#include "core/units.h"

static const char *const fix_time = "write it as 2016-08-29T02:00Z, or with an offset such as +02:00";

// Howard Hinnant's civil calendar arithmetic: eras of 400 years that begin on 1 March.
int64_t core_time_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

int64_t core_time_from_date(struct core_date d)
{
    int64_t seconds =
        core_time_days(d.year, d.month, d.day) * 86400 + d.hour * 3600 + d.minute * 60 + d.second;
    return seconds * CORE_NS_PER_S + d.nanosecond;
}

struct core_date core_time_to_date(int64_t t_ns)
{
    int64_t seconds = floor_div(t_ns, CORE_NS_PER_S);
    int64_t days = floor_div(seconds, 86400);
    int64_t rest = seconds - days * 86400;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct core_date){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
        .nanosecond = (int32_t)(t_ns - seconds * CORE_NS_PER_S),
    };
}

// Reads exactly `digits` digits; -1 when there are fewer.
static int digits_take(const char **at, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)(*at)[i]))
            return -1;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += digits;
    return value;
}

static bool char_take(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

// ".25" -> 250000000; false when a dot has no digit behind it.
static bool fraction_take(const char **at, int32_t *ns)
{
    *ns = 0;
    if (**at != '.' && **at != ',')
        return true;
    ++*at;
    if (!isdigit((unsigned char)**at))
        return false;
    for (int32_t weight = 100000000; isdigit((unsigned char)**at); ++*at, weight /= 10)
        *ns += (**at - '0') * weight;
    return true;
}

// "Z", "+02:00", "+0200", "+02" -> seconds east of UTC.
static bool offset_take(const char **at, int *seconds)
{
    *seconds = 0;
    if (char_take(at, 'Z') || char_take(at, 'z'))
        return true;
    int sign = **at == '-' ? -1 : **at == '+' ? 1 : 0;
    if (!sign)
        return false;
    ++*at;
    int hours = digits_take(at, 2);
    int minutes = 0;
    bool colon = char_take(at, ':');
    if (colon || isdigit((unsigned char)**at))
        minutes = digits_take(at, 2);
    if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool date_possible(struct core_date d)
{
    return d.year >= 1678 && d.year <= 2261 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           d.day <= month_days(d.year, d.month) && d.hour >= 0 && d.hour <= 23 && d.minute >= 0 &&
           d.minute <= 59 && d.second >= 0 && d.second <= 59;
}

static bool date_take(const char **at, struct core_date *d)
{
    d->year = digits_take(at, 4);
    if (d->year < 0 || !char_take(at, '-'))
        return false;
    d->month = digits_take(at, 2);
    if (d->month < 0 || !char_take(at, '-'))
        return false;
    d->day = digits_take(at, 2);
    if (d->day < 0 || !(char_take(at, 'T') || char_take(at, 't') || char_take(at, ' ')))
        return false;
    d->hour = digits_take(at, 2);
    if (d->hour < 0 || !char_take(at, ':'))
        return false;
    d->minute = digits_take(at, 2);
    if (d->minute < 0)
        return false;
    if (char_take(at, ':')) {
        d->second = digits_take(at, 2);
        return d->second >= 0 && fraction_take(at, &d->nanosecond);
    }
    return true;
}

enum ph_status core_time_parse(const char *text, int64_t *t_ns, struct ph_err *err)
{
    const char *at = text;
    struct core_date date = {0};
    int offset_s;
    if (!date_take(&at, &date))
        return core_err_set(err, PH_EINPUT, NULL, fix_time, "'%.40s' is not an ISO 8601 time", text);
    if (!date_possible(date))
        return core_err_set(err, PH_EINPUT, NULL, fix_time, "'%.40s' is not a possible date and time", text);
    if (!*at)
        return core_err_set(err, PH_EINPUT, NULL, "add Z for UTC, or an offset such as +02:00",
                            "'%.40s' has no time zone", text);
    if (!offset_take(&at, &offset_s) || *at)
        return core_err_set(err, PH_EINPUT, NULL, fix_time, "'%.40s' has a time zone that cannot be read",
                            text);
    *t_ns = core_time_from_date(date) - offset_s * CORE_NS_PER_S;
    return PH_OK;
}

void core_time_iso(int64_t t_ns, char out[CORE_TIME_TEXT])
{
    struct core_date d = core_time_to_date(t_ns);
    int n = snprintf(out, CORE_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day, d.hour,
                     d.minute, d.second);
    if (d.nanosecond) {
        n += snprintf(out + n, CORE_TIME_TEXT - (size_t)n, ".%09d", (int)d.nanosecond);
        while (out[n - 1] == '0')
            n--;
    }
    snprintf(out + n, CORE_TIME_TEXT - (size_t)n, "Z");
}

void core_time_dtg(int64_t t_ns, char out[CORE_TIME_TEXT])
{
    static const char months[12][4] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    struct core_date d = core_time_to_date(t_ns + 30 * CORE_NS_PER_S); // to the nearest minute
    snprintf(out, CORE_TIME_TEXT, "%02d%02d%02dZ %s %02d", d.day, d.hour, d.minute, months[d.month - 1],
             d.year % 100);
}

void core_time_zulu(int64_t t_ns, char out[CORE_TIME_TEXT])
{
    struct core_date d = core_time_to_date(t_ns + 30 * CORE_NS_PER_S);
    snprintf(out, CORE_TIME_TEXT, "%02d%02dZ", d.hour, d.minute);
}

int64_t core_time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * CORE_NS_PER_S + now.tv_nsec;
}

double core_time_monotonic_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
