// UTC time as int64 nanoseconds since 1970-01-01T00:00Z, proleptic Gregorian, without leap seconds.
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pharos/pharos.h"

#define CORE_TIME_TEXT 40 // enough for every format below

struct core_date {
    int year, month, day, hour, minute, second;
    int32_t nanosecond;
};

int64_t core_time_from_date(struct core_date date); // fields must be in range
struct core_date core_time_to_date(int64_t t_ns);

// Days since 1970-01-01 of a proleptic Gregorian date; month 1..12, day may run over.
int64_t core_time_days(int64_t year, int month, int day);

// ISO 8601 with `Z` or a numeric offset: "2016-08-29T02:00Z", "...T02:00:30.5+02:00", "...+0200". A time
// without offset, an impossible date or a leap second's 61st count are PH_EINPUT. 1677..2262 only.
enum ph_status core_time_parse(const char *text, int64_t *t_ns, struct ph_err *err) PH_NODISCARD;

// "2016-08-29T02:00:00Z" (fractions only when there are any)
void core_time_iso(int64_t t_ns, char out[CORE_TIME_TEXT]);

// Date-time group "290200Z AUG 16"
void core_time_dtg(int64_t t_ns, char out[CORE_TIME_TEXT]);

// "0200Z"
void core_time_zulu(int64_t t_ns, char out[CORE_TIME_TEXT]);

// Now, from the system's clock (for log lines and provenance only, never for results).
int64_t core_time_now(void);

// Seconds of a clock that never jumps, for durations.
double core_time_monotonic_s(void);

#endif
