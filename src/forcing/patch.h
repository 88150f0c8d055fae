// One source as a hot loop wants it: equal cells of longitude and latitude, live at two times. The plain case
// only; whoever meets another (other grids, several sources, missing corners) asks forcing_sample.
#ifndef FORCING_PATCH_H
#define FORCING_PATCH_H

#include "forcing/forcing.h"

// Cell (j, i) begins j / rows_per_deg north of `south_deg` and i / columns_per_deg east of `west_deg`. Its
// south-west point's (u, v) is at a + j * stride + 2 i, with the point east of it right behind.
struct forcing_patch {
    const float *a, *b; // at the two ends of the time interval
    size_t stride;      // floats between rows
    double south_deg, west_deg;
    double rows_per_deg, columns_per_deg; // 0: the same everywhere
    int32_t rows, columns;                // cells whose answers forcing_sample would give from this source
    double w_at_from, w_per_s; // fraction of the way from a to b, by seconds since the window's from
    int8_t source;             // its number
    float everywhere[2][8];    // what a and b point to when the source is no file
};

// The patch of the first source that serves the live window. False: it is not of the plain kind. What comes
// back must stay where it is (a and b may point into it) and holds until the next forcing_window.
bool forcing_patch_of(const struct forcing *forcing, enum forcing_kind kind, struct forcing_patch *out);

#endif
