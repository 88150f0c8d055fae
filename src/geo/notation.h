// Positions as people write them.
#ifndef GEO_NOTATION_H
#define GEO_NOTATION_H

#include <stddef.h>

#include "geo/position.h"
#include "pharos/pharos.h"

#define GEO_TEXT 48 // enough for every format below

// Reads any usual marine notation: "33-24.5N 012-42.0E", "33°24.5'N 12°42'E", "33 24 30 N 012 42 00 E",
// "N 33 24.5 E 013 12.0", "3324.5N 01312.0E", "33.4083, 12.7" (latitude first), "33.4083N 12.7E", decimal
// comma, Unicode primes and minus, Arabic-Indic digits. Longitude may reach 360 east (folded). PH_EINPUT for
// minutes or seconds >= 60, a missing or doubled hemisphere, |lat| > 90, anything left over; `fix` names a
// form that works.
enum ph_status geo_pos_parse(const char *text, struct geo_pos *out, struct ph_err *err) PH_NODISCARD;

// "33-24.5N 012-42.0E": degrees and decimal minutes with `decimals` decimals (0..4); rounds without ever
// printing 60 minutes.
void geo_pos_format(struct geo_pos pos, int decimals, char out[GEO_TEXT]);

// "33 24.5 N 012 42.0 E", as read over the radio and pasted in mails.
void geo_pos_format_spaced(struct geo_pos pos, int decimals, char out[GEO_TEXT]);

#endif
