// Units of a file's variables -> SI.
#ifndef FORCING_UNITS_H
#define FORCING_UNITS_H

#include <stdbool.h>

// Value in SI = value x factor + offset. False when the unit is not one of the quantity's.
struct forcing_unit {
    double factor, offset;
};

bool forcing_unit_speed(const char *text, struct forcing_unit *out);       // m/s
bool forcing_unit_temperature(const char *text, struct forcing_unit *out); // degrees Celsius
bool forcing_unit_length(const char *text, struct forcing_unit *out); // m; pressure in dbar counts as depth

// "degrees_north" and its spellings.
bool forcing_unit_is_north(const char *text);
bool forcing_unit_is_east(const char *text);

#endif
