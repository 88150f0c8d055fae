// What a NetCDF file says of its projection: CF grid mappings and the proj strings that people add.
#ifndef FORCING_NCMAP_H
#define FORCING_NCMAP_H

#include "forcing/description.h"

enum { NCMAP_MOST = 6 };

struct forcing_ncmap {
    char proj[512];
    const char *from; // "its proj string", "its grid mapping"
    bool guess;       // the figure of the earth is not stated
};

// All that the file says for a variable, in order of trust; the number of them.
size_t forcing_ncmap_find(const struct forcing_description *desc, const struct forcing_var *var, bool rotated,
                          struct forcing_ncmap out[NCMAP_MOST]);

// "lambert_conformal_conic", or NULL.
const char *forcing_ncmap_name(const struct forcing_description *desc, const struct forcing_var *var);

// The grid mapping of the variable is one, and not of longitude and latitude.
bool forcing_ncmap_elsewhere(const struct forcing_description *desc, const struct forcing_var *var);

#endif
