// Map projections that weather and ocean models use: places to x and y and back, and how the axes lie against
// east and north. Pure functions without state, so that any number of threads may ask (PROJ is the oracle of
// the test, not the engine: its objects serve one thread each, and a definition may come from a file that is
// not trusted).
#ifndef FORCING_PROJECTION_H
#define FORCING_PROJECTION_H

#include "pharos/pharos.h"

enum forcing_projection_kind {
    PROJECTION_CONIC, // Lambert conformal; polar stereographic is the one with n = 1 or -1
    PROJECTION_MERCATOR,
    PROJECTION_ROTATED,    // longitude and latitude about another pole, degrees
    PROJECTION_AZIMUTHAL,  // Lambert, equal area
    PROJECTION_TRANSVERSE, // Mercator
};

struct forcing_projection {
    enum forcing_projection_kind kind;
    const char *name;                        // "lambert conformal"
    double e;                                // eccentricity, 0: a sphere
    double lon0_rad;                         // central meridian
    double n, scale_m, rho0;                 // conic: rho = scale t^n; mercator: scale is metres per radian
    double x0_m, y0_m, to_m;                 // false origin; metres per unit of x and y
    double sin_pole, cos_pole, pole_lon_rad; // rotated: latitude of its pole, longitude added
    double q_pole, stretch;                  // azimuthal: sin_pole and cos_pole are of the authalic origin
    double forward[4], inverse[4];           // transverse: coefficients of the series
    double period;                           // of x: where the map comes round to itself; 0: it does not
};

// A definition as PROJ writes it (grid.h says what is known). PH_EUNSUPPORTED for other projections and
// keys, PH_EINPUT for what is no definition.
enum ph_status forcing_projection_parse(const char *text, struct forcing_projection *out,
                                        struct ph_err *err) PH_NODISCARD;

// x and y are not finite where the map does not reach.
void forcing_projection_forward(const struct forcing_projection *projection, double lat_deg, double lon_deg,
                                double *x, double *y);
void forcing_projection_inverse(const struct forcing_projection *projection, double x, double y,
                                double *lat_deg, double *lon_deg);

// Direction of rising x at a place, radians counter-clockwise from east.
double forcing_projection_angle(const struct forcing_projection *projection, double lat_deg, double lon_deg);

#endif
