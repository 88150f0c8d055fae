// What the keys of a GRIB field mean: what flows, which component, at which height or depth, and when.
#ifndef FORCING_GRIB_MEANING_H
#define FORCING_GRIB_MEANING_H

#include <stdbool.h>
#include <stdint.h>

#include "forcing/forcing.h"
#include "forcing/grib_wire.h"

enum forcing_grib_role {
    GRIB_ROLE_U,
    GRIB_ROLE_V,
    GRIB_ROLE_SPEED,
    GRIB_ROLE_DIRECTION,
    GRIB_ROLE_SCALAR,
    GRIB_ROLE_NONE,
};

struct forcing_grib_meaning {
    enum forcing_kind kind;
    enum forcing_grib_role role;
    bool grid_relative; // the parameter itself says so ("x-component")
};

// False: nothing that drift needs.
bool forcing_grib_meaning(const struct forcing_grib_keys *keys, struct forcing_grib_meaning *out);

// How far from the surface a field is.
struct forcing_grib_level {
    bool usable;   // near the surface, or at a stated height or depth
    bool stated;   // the height or depth is stated; else "surface"
    double away_m; // height of wind, depth of current
};
struct forcing_grib_level forcing_grib_level(const struct forcing_grib_keys *keys, enum forcing_kind kind);

// The time that a field is for: of a mean, the middle of its interval. PH_EINPUT when the file gives none.
enum ph_status forcing_grib_time(const struct forcing_grib_keys *keys, int64_t *t_ns,
                                 struct ph_err *err) PH_NODISCARD;

#endif
