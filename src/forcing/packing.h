// From the numbers that a file stores to values: what is missing is taken out first, on the stored numbers,
// then scale, offset and unit (CF conventions 1.11, sections 2.5.1 and 8.1).
#ifndef FORCING_PACKING_H
#define FORCING_PACKING_H

#include <stddef.h>

#include "forcing/description.h"
#include "forcing/units.h"

enum { PACKING_MISSING = 8 };

struct forcing_packing {
    double missing[PACKING_MISSING]; // stored numbers that say "nothing here"
    int n_missing;
    double stored_min, stored_max; // valid range of the stored numbers
    double min, max;               // valid range of the unpacked numbers
    double scale, offset;
    double turn; // added to negative stored numbers that are to be read without a sign; else 0
    struct forcing_unit unit;
};

void forcing_packing_init(struct forcing_packing *packing, const struct forcing_var *var,
                          struct forcing_unit unit);

// NAN where missing.
double forcing_packing_value(const struct forcing_packing *packing, double stored);

// The same of n neighbours, several at a time; each goes `step` floats behind the one before.
void forcing_packing_row(const struct forcing_packing *packing, const float *stored, size_t n, float *out,
                         ptrdiff_t step);

#endif
