#include "forcing/timeunits.h"

#include <time.h>

#include "core/time.h"
#include "test/tap.h"

// The C library's calendar is the oracle for the standard one.
static int64_t oracle(int year, int month, int day, double seconds)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return (int64_t)timegm(&tm) * 1000000000 + llround(seconds * 1e9);
}

static void reads(const char *units, const char *calendar, double value, int64_t want, const char *why)
{
    struct forcing_timeunits meaning;
    struct ph_err err = {0};
    int64_t t = 0;
    bool good = !forcing_timeunits_parse(units, calendar, &meaning, &err) &&
                forcing_timeunits_convert(&meaning, value, &t) && t == want;
    tap_ok(good, "\"%s\"%s%s: %s", units, calendar ? ", " : "", calendar ? calendar : "", why);
    if (!good) {
        char got[CORE_TIME_TEXT], wanted[CORE_TIME_TEXT];
        core_time_iso(t, got);
        core_time_iso(want, wanted);
        printf("# got %s want %s (%s)\n", got, wanted, err.what);
    }
}

static void refuses(const char *units, const char *calendar)
{
    struct forcing_timeunits meaning;
    struct ph_err err = {0};
    enum ph_status status = forcing_timeunits_parse(units, calendar, &meaning, &err);
    tap_ok(status == PH_EINPUT && err.what[0] && err.fix[0], "\"%s\"%s%s is refused with a reason", units,
           calendar ? ", " : "", calendar ? calendar : "");
}

static void units_and_epochs(void)
{
    int64_t day = oracle(2024, 1, 2, 0);
    reads("days since 2024-1-1T00:00:00Z", NULL, 1, day, "Z");
    reads("days since 2024-1-1T00:00:00 UTC", NULL, 1, day, "UTC");
    reads("days since 2024-1-1T00:00:00+00:00", NULL, 1, day, "+00:00");
    reads("days since 2024-1-1T00:00:00", NULL, 1, day, "no offset is UTC");
    reads("days since 2024-1-1T00:00:00-7:00", NULL, 1, day + 7 * INT64_C(3600000000000), "seven hours west");
    reads("seconds since 1992-10-8 15:15:42.5 -6:00", NULL, 0, oracle(1992, 10, 8, 21 * 3600 + 942.5),
          "CF's example");
    reads("hours since 2024-01-01 00:00 +0530", NULL, 24, day - INT64_C(19800000000000), "+0530");
    reads("hours since 1950-01-01 0:0:0", "standard", 613752.5, oracle(2020, 1, 7, 1800), "half past");
    reads("Hour since 2023-02-28 00:00:00", "proleptic_gregorian", 48, oracle(2023, 3, 2, 0), "one Hour");
    reads("Hours since 1990-01-01", "julian", 213647, oracle(2014, 5, 16, 23 * 3600), "Elba's wind");
    reads("seconds since 2006-07-12T12:00:00", "noleap", 86400, oracle(2006, 7, 13, 43200),
          "Lebanon's currents");
    reads("pythonic days", NULL, 737276, oracle(2019, 8, 5, 0), "day 1 is 0001-01-01");
    reads("pythonic days", NULL, 737276.0416666666, oracle(2019, 8, 5, 3600),
          "the dust of a double is wiped off");
    reads("days since 1900-01-01 00:00:00", "Gregorian", 44562.125, oracle(2022, 1, 3, 10800), "any case");
    reads("minutes since 1970-01-01", NULL, 90, oracle(1970, 1, 1, 5400), "minutes");
    reads("milliseconds since 1970-01-01", NULL, 1500, oracle(1970, 1, 1, 1.5), "milliseconds");
    reads("days since 1970-01-01", NULL, -1, oracle(1969, 12, 31, 0), "before the epoch");
    // 1582-10-04 Julian is the day before 1582-10-15 Gregorian.
    reads("days since 1582-10-04", NULL, 141428, oracle(1970, 1, 1, 0), "over the reform");
    reads("days since 0001-01-01", "proleptic_gregorian", 737275, oracle(2019, 8, 5, 0),
          "proleptic from year 1");
    reads("days since 0001-01-01", "standard", 737277, oracle(2019, 8, 5, 0),
          "standard from year 1: two days apart");
}

static void calendars(void)
{
    reads("days since 2000-01-01", "noleap", 366, oracle(2001, 1, 2, 0), "a year of 365 days");
    reads("days since 2001-01-01", "all_leap", 366, oracle(2002, 1, 1, 0), "a year of 366 days");
    reads("days since 2001-01-01", "360_day", 360 + 45, oracle(2002, 2, 16, 0), "twelve months of 30 days");
    reads("days since 2000-02-28", "365_day", 1, oracle(2000, 3, 1, 0), "no 29 February");
    refuses("months since 2000-01-01", NULL);
    refuses("days since 2024-1-1T00:00:00 U C", NULL);
    refuses("days since 2024-13-01", NULL);
    refuses("days since 2024-01-32", NULL);
    refuses("days since yesterday", NULL);
    refuses("days", NULL);
    refuses("fortnights since 2024-01-01", NULL);
    refuses("days since 2024-01-01 25:61", NULL);
    refuses("days since 2024-01-01 00:00 +99:00", NULL);
    refuses("days since 2024-01-01", "martian");
    refuses("", NULL);
}

static void agreement(void)
{
    struct core_arena arena = {0};
    struct forcing_notes notes = {.arena = &arena};
    struct forcing_timeunits units;
    struct ph_err err = {0};
    int64_t t;
    double value = 3600;
    bool parsed = !forcing_timeunits_parse("seconds since 2006-07-12T12:00:00", "noleap", &units, &err);
    tap_ok(parsed && !forcing_timeunits_convert_all(&units, &value, 1, false, &t, &notes, &err) &&
               notes.first,
           "another calendar serves while both give the same dates, and is mentioned");
    value = 60;
    parsed = !forcing_timeunits_parse("days since 2004-01-01", "noleap", &units, &err);
    tap_ok(parsed && forcing_timeunits_convert_all(&units, &value, 1, false, &t, &notes, &err) == PH_EINPUT &&
               strstr(err.what, "2004-03-02") && strstr(err.what, "2004-03-01"),
           "over a 29 February it is refused with both dates");
    value = 44562.123;
    parsed = !forcing_timeunits_parse("days since 1900-01-01", NULL, &units, &err);
    tap_ok(parsed && !forcing_timeunits_convert_all(&units, &value, 1, true, &t, &notes, &err) &&
               notes.last->grave,
           "days since 1900 in 32 bits are read, with a warning of their resolution");
    value = 1e30;
    tap_ok(forcing_timeunits_convert_all(&units, &value, 1, false, &t, &notes, &err) == PH_EINPUT,
           "a time out of reach is refused");
    core_arena_fini(&arena);
}

int main(void)
{
    units_and_epochs();
    calendars();
    agreement();
    return tap_done();
}
