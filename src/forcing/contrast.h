// Two files that cover the same place and time: how far apart are they, and would they agree if one of them
// had a sign or its components the other way?
#ifndef FORCING_CONTRAST_H
#define FORCING_CONTRAST_H

#include "forcing/forcing.h"

struct forcing_contrast {
    size_t a, b; // files
    enum forcing_kind kind;
    int64_t t_ns;
    size_t n;              // places where both have a value
    double difference_mps; // root of the mean square, as the files are
    double size_mps;       // of a's vectors, likewise
    const char *other;     // NULL, or how b would have to be read to agree: "with u and v exchanged"
    double other_mps;      // the difference then
};

// Compares at the middle of the common time on places spread over the smaller of both areas. *met is false
// when they have no time or too few places in common. Paths of the same kind.
enum ph_status forcing_contrast_make(const char *path_a, const char *path_b, enum forcing_kind kind,
                                     struct forcing_contrast *out, bool *met,
                                     struct ph_err *err) PH_NODISCARD;

#endif
