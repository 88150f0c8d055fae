// What the two numbers of a field are, and what all formats do with them alike.
#ifndef FORCING_READING_H
#define FORCING_READING_H

#include <stddef.h>

#include "forcing/grid.h"
#include "forcing/notes.h"
#include "pharos/pharos.h"

enum forcing_reading {
    READING_COMPONENTS,
    READING_SPEED_FROM, // speed, and the direction it comes from
    READING_SPEED_TOWARD,
    READING_SCALAR, // temperature
};

// "speed, and direction from which"
const char *forcing_reading_text(enum forcing_reading reading);

// A block as it was read, in place, both parts there -> toward east and north; of a scalar v becomes 0.
void forcing_reading_turn(enum forcing_reading reading, struct forcing_block block, float *uv, size_t stride);

// Factor from a wind's height to 10 m, by the neutral logarithmic profile; says so. PH_EINPUT beyond 1 to 150
// m.
enum ph_status forcing_reading_height(const char *name, double height_m, double *factor,
                                      struct forcing_notes *notes, struct ph_err *err) PH_NODISCARD;

#endif
