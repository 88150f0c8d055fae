// probability.nc: CF grid probability(time, lat, lon).
#ifndef PROB_MAP_FILE_H
#define PROB_MAP_FILE_H

#include "prob/density.h"

struct prob_map_attrs {
    const char *title, *source, *case_sha256, *comment; // NULL: left out
    uint64_t seed;
};

// All maps on the same grid; stranded (may be NULL) are maps of the stranded mass at the same times.
// Sum over each time is `mapped`; the mass elsewhere is in a variable elsewhere(time) and an attribute.
enum ph_status prob_map_write(const char *path, const int64_t *time_ns, size_t n_times,
                              const struct prob_map *maps, const struct prob_map *stranded,
                              const struct prob_map_attrs *attrs, struct ph_err *err) PH_NODISCARD;

#endif
