// Which of a GRIB file's many fields make up the one that is wanted: by level, grid, member, run and time.
#ifndef FORCING_GRIB_CHOICE_H
#define FORCING_GRIB_CHOICE_H

#include "core/arena.h"
#include "forcing/format.h"
#include "forcing/grib_meaning.h"
#include "forcing/units.h"

struct forcing_grib_choice {
    enum forcing_kind kind;
    bool directed;                             // u is the speed, v the direction it comes from
    bool grid_relative;                        // components are along the grid
    struct forcing_unit unit;                  // of speeds and temperatures, with the factor to 10 m
    const struct forcing_grib_keys *sample[2]; // NULL: none in this file
    const struct forcing_grib_keys **part[2];  // of each time
    const int64_t *t_ns;                       // rising
    size_t n_times;
    double factor; // wind: from its height to 10 m
};

// PH_EINPUT with *absent: no field of the kind. Ambiguous ones (members of an ensemble) are refused.
enum ph_status forcing_grib_choose(const struct forcing_grib_keys *keys, size_t n,
                                   const struct forcing_ask *ask, struct core_arena *arena,
                                   struct forcing_grib_choice *out, struct forcing_notes *notes, bool *absent,
                                   struct ph_err *err) PH_NODISCARD;

// "10u", "10u#3" for member 3: the names that a case may give as "variables".
void forcing_grib_choice_name(const struct forcing_grib_keys *keys, char *out, size_t size);

#endif
