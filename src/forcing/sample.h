// Asking one source at many places: bilinear in space, linear in time, in (u, v).
#ifndef FORCING_SAMPLE_H
#define FORCING_SAMPLE_H

#include "forcing/patch.h"
#include "forcing/source.h"

// Answers for the places whose source is still -1, and gives them the number `number`.
void forcing_source_sample(const struct forcing_source *source, int8_t number, size_t n,
                           const double *lat_deg, const double *lon_deg, const double *t_s, double *u,
                           double *v, int8_t *served, uint8_t *flags);

// forcing_patch_of for a source that serves the live window.
bool forcing_source_patch(const struct forcing_source *source, int8_t number, struct forcing_patch *out);

#endif
