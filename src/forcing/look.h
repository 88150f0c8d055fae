// A look over a field's levels: extremes, what is missing, and what looks wrong.
#ifndef FORCING_LOOK_H
#define FORCING_LOOK_H

#include "forcing/format.h"
#include "forcing/survey.h"

struct forcing_look {
    struct forcing_survey survey;
    size_t n_levels;     // looked at, spread evenly from the first to the last
    size_t zero, repeat; // thereof zero everywhere; the same as the one looked at before
    size_t damaged;      // not among n_levels: cannot be decoded
};

// Looks at every level when `full` or when they are few enough (some twenty million points together), else at
// as many as that allows, three at least. Notes go to `notes`.
enum ph_status forcing_look_over(struct forcing_file *file, const struct forcing_field *field, bool full,
                                 struct forcing_notes *notes, struct forcing_look *out,
                                 struct ph_err *err) PH_NODISCARD;

#endif
