// Two projections that ocean models and regional files use now and then: Lambert azimuthal equal area and
// transverse Mercator, behind projection.h.
#ifndef FORCING_PLANE_H
#define FORCING_PLANE_H

#include "forcing/projection.h"

// a: semi-major axis in metres; projection->e and lon0_rad are set. Angles in radians.
void forcing_azimuthal_set(struct forcing_projection *projection, double a, double lat_0);
void forcing_transverse_set(struct forcing_projection *projection, double a, double k, double lat_0);

// lambda: longitude from the central meridian. East and north of the origin in metres.
void forcing_plane_forward(const struct forcing_projection *projection, double phi, double lambda,
                           double *east, double *north);
void forcing_plane_inverse(const struct forcing_projection *projection, double east, double north,
                           double *phi, double *lambda);

#endif
