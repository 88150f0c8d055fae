// The times of a NetCDF variable: numbers since an epoch, texts, numbers that are dates, lead times from a
// reference time; means brought to the middle of their intervals.
#ifndef FORCING_NCTIME_H
#define FORCING_NCTIME_H

#include "forcing/coords.h"
#include "forcing/format.h"

struct forcing_nctime {
    const int64_t *t_ns;   // rising, each once
    const uint64_t *index; // of each in the file
    size_t n;
};

// Times along the variable's time dimension, or its only one. `calendar` NULL: what the file says. `means`:
// values are means over their intervals, which the file may state (CF conventions 1.11, section 7.1).
enum ph_status forcing_nctime_read(struct forcing_file *file, const struct forcing_layout *layout,
                                   const char *calendar, bool means, struct forcing_nctime *out,
                                   struct forcing_notes *notes, struct ph_err *err) PH_NODISCARD;

#endif
