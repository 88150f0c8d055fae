// "hours since 1950-01-01 0:0:0" in some calendar -> nanoseconds UTC (CF conventions 1.11, section 4.4).
#ifndef FORCING_TIMEUNITS_H
#define FORCING_TIMEUNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forcing/notes.h"
#include "pharos/pharos.h"

enum forcing_calendar {
    CALENDAR_STANDARD,  // Gregorian from 1582-10-15, Julian before ("gregorian", none)
    CALENDAR_PROLEPTIC, // Gregorian at all times
    CALENDAR_JULIAN,
    CALENDAR_NOLEAP,   // "365_day"
    CALENDAR_ALL_LEAP, // "366_day"
    CALENDAR_360_DAY,
};

struct forcing_timeunits {
    double unit_s;
    int64_t epoch_day;       // in the calendar's own count
    int64_t epoch_of_day_ns; // UTC: the offset is taken off, may be negative or beyond a day
    enum forcing_calendar calendar;
    bool dates; // numbers are dates: 20260131.25
    struct {
        int year, month, day;
    } epoch;
};

// `calendar` NULL: standard. A unit of unequal length (months, years), a calendar or an offset that does not
// exist, anything left over: PH_EINPUT.
enum ph_status forcing_timeunits_parse(const char *units, const char *calendar, struct forcing_timeunits *out,
                                       struct ph_err *err) PH_NODISCARD;

// "hours" -> 3600: a unit of constant length, by itself. False: it is none.
bool forcing_timeunits_length(const char *text, double *seconds);

// One time. The date is read in the units' calendar, and that date is the day meant. False when out of
// 1678..2261.
bool forcing_timeunits_convert(const struct forcing_timeunits *units, double value, int64_t *t_ns);

// All times of a file. Other calendars than the standard one serve only while both give the same date for
// every time; else PH_EINPUT with both dates. NaN: PH_EINPUT. `single` says the file holds 32-bit floats.
enum ph_status forcing_timeunits_convert_all(const struct forcing_timeunits *units, const double *value,
                                             size_t n, bool single, int64_t *t_ns,
                                             struct forcing_notes *notes, struct ph_err *err) PH_NODISCARD;

#endif
