// Lambert azimuthal equal area: Snyder (1987), equations 3-11 to 3-16 and 24-13 to 24-30. Transverse
// Mercator: the series of Krueger (1912) to the fourth order of the third flattening, as in Karney (2011), J.
// Geodesy 85, 475-485.
#include "forcing/plane.h"

#include <math.h>
#include <stdbool.h>

#include "core/units.h"

#define HALF_PI (CORE_PI / 2)

// ---------------------------------------------------------------- equal area

// (3-12) q, and 2 sin on a sphere.
static double q_of(double e, double phi)
{
    double s = sin(phi), es = e * s;
    if (e < 1e-8)
        return 2 * s;
    return (1 - e * e) * (s / (1 - es * es) - log((1 - es) / (1 + es)) / (2 * e));
}

// (3-16) latitude from q.
static double phi_of_q(double e, double q, double q_pole)
{
    double ratio = fmin(fmax(q / q_pole, -1), 1), phi = asin(ratio);
    if (e < 1e-8 || fabs(ratio) == 1)
        return phi;
    for (int i = 0; i < 10 && fabs(phi) < HALF_PI - 1e-9; i++) {
        double s = sin(phi), w = 1 - e * e * s * s;
        phi += w * w / (2 * cos(phi)) * ((q - q_of(e, phi)) / (1 - e * e));
    }
    return phi;
}

void forcing_azimuthal_set(struct forcing_projection *p, double a, double lat_0)
{
    double s = sin(lat_0), m = cos(lat_0) / sqrt(1 - p->e * p->e * s * s);
    p->kind = PROJECTION_AZIMUTHAL;
    p->name = "lambert azimuthal";
    p->q_pole = q_of(p->e, HALF_PI);
    p->scale_m = a * sqrt(p->q_pole / 2); // (3-13) radius of the sphere of the same area
    double beta = asin(fmin(fmax(q_of(p->e, lat_0) / p->q_pole, -1), 1));
    bool pole = fabs(lat_0) > HALF_PI - 1e-9; // exactly: an arc sine is worth half its digits there
    p->sin_pole = pole ? copysign(1, lat_0) : sin(beta);
    p->cos_pole = pole ? 0 : cos(beta);
    p->stretch = pole ? 1 : a * m / (p->scale_m * p->cos_pole); // (24-20) D
}

static void azimuthal_forward(const struct forcing_projection *p, double phi, double lambda, double *east,
                              double *north)
{
    double beta = asin(fmin(fmax(q_of(p->e, phi) / p->q_pole, -1), 1)), s = sin(beta), c = cos(beta);
    double b = p->scale_m * sqrt(2 / (1 + p->sin_pole * s + p->cos_pole * c * cos(lambda))); // (24-19)
    *east = b * p->stretch * c * sin(lambda);
    *north = b / p->stretch * (p->cos_pole * s - p->sin_pole * c * cos(lambda));
}

static void azimuthal_inverse(const struct forcing_projection *p, double east, double north, double *phi,
                              double *lambda)
{
    double x = east / p->stretch, y = north * p->stretch, rho = hypot(x, y); // (24-28)
    double half = rho / (2 * p->scale_m), c = 2 * asin(half);
    if (rho < 1e-9) {
        *phi = phi_of_q(p->e, p->q_pole * p->sin_pole, p->q_pole);
        *lambda = 0;
        return;
    }
    double q = p->q_pole * (cos(c) * p->sin_pole + y * sin(c) * p->cos_pole / rho); // (24-27)
    *phi = phi_of_q(p->e, q, p->q_pole);
    *lambda = atan2(x * sin(c), rho * p->cos_pole * cos(c) - y * p->sin_pole * sin(c));
}

// ---------------------------------------------------------------- transverse Mercator

// Conformal latitude's tangent, and the latitude from it by Newton's rule (Karney, equations 7 to 21).
static double conformal(double e, double tau)
{
    double sigma = sinh(e * atanh(e * tau / hypot(1, tau)));
    return tau * hypot(1, sigma) - sigma * hypot(1, tau);
}

static double geographic(double e, double tau_c)
{
    double tau = tau_c / (1 - e * e);
    for (int i = 0; i < 6; i++) {
        double at = conformal(e, tau);
        tau += (tau_c - at) / hypot(1, at) * (1 + (1 - e * e) * tau * tau) / ((1 - e * e) * hypot(1, tau));
    }
    return tau;
}

void forcing_transverse_set(struct forcing_projection *p, double a, double k, double lat_0)
{
    double f = 1 - sqrt(1 - p->e * p->e), n = f / (2 - f), n2 = n * n, n3 = n2 * n, n4 = n3 * n, x, y;
    const double forward[4] = {n / 2 - n2 * 2 / 3 + n3 * 5 / 16 + n4 * 41 / 180,
                               n2 * 13 / 48 - n3 * 3 / 5 + n4 * 557 / 1440, n3 * 61 / 240 - n4 * 103 / 140,
                               n4 * 49561 / 161280};
    const double inverse[4] = {n / 2 - n2 * 2 / 3 + n3 * 37 / 96 - n4 / 360,
                               n2 / 48 + n3 / 15 - n4 * 437 / 1440, n3 * 17 / 480 - n4 * 37 / 840,
                               n4 * 4397 / 161280};
    p->kind = PROJECTION_TRANSVERSE;
    p->name = "transverse mercator";
    for (int j = 0; j < 4; j++) {
        p->forward[j] = forward[j];
        p->inverse[j] = inverse[j];
    }
    p->scale_m = k * a / (1 + n) * (1 + n2 / 4 + n4 / 64);
    p->rho0 = 0;
    forcing_plane_forward(p, lat_0, 0, &x, &y);
    p->rho0 = y;
}

static void transverse_forward(const struct forcing_projection *p, double phi, double lambda, double *east,
                               double *north)
{
    double tau = conformal(p->e, tan(phi));
    double xi_0 = atan2(tau, cos(lambda)), eta_0 = asinh(sin(lambda) / hypot(tau, cos(lambda)));
    double xi = xi_0, eta = eta_0;
    for (int j = 1; j <= 4; j++) {
        xi += p->forward[j - 1] * sin(2 * j * xi_0) * cosh(2 * j * eta_0);
        eta += p->forward[j - 1] * cos(2 * j * xi_0) * sinh(2 * j * eta_0);
    }
    bool reaches =
        fabs(lambda) < 40 * CORE_RAD_PER_DEG; // the series: a millimetre at 25 degrees, 0.2 m at 40
    *east = reaches ? p->scale_m * eta : (double)NAN;
    *north = reaches ? p->scale_m * xi - p->rho0 : (double)NAN;
}

static void transverse_inverse(const struct forcing_projection *p, double east, double north, double *phi,
                               double *lambda)
{
    double xi_0 = (north + p->rho0) / p->scale_m, eta_0 = east / p->scale_m, xi = xi_0, eta = eta_0;
    for (int j = 1; j <= 4; j++) {
        xi -= p->inverse[j - 1] * sin(2 * j * xi_0) * cosh(2 * j * eta_0);
        eta -= p->inverse[j - 1] * cos(2 * j * xi_0) * sinh(2 * j * eta_0);
    }
    *phi = atan(geographic(p->e, sin(xi) / hypot(sinh(eta), cos(xi))));
    *lambda = atan2(sinh(eta), cos(xi));
}

// ---------------------------------------------------------------- both

void forcing_plane_forward(const struct forcing_projection *p, double phi, double lambda, double *east,
                           double *north)
{
    if (p->kind == PROJECTION_AZIMUTHAL)
        azimuthal_forward(p, phi, lambda, east, north);
    else
        transverse_forward(p, phi, lambda, east, north);
}

void forcing_plane_inverse(const struct forcing_projection *p, double east, double north, double *phi,
                           double *lambda)
{
    if (p->kind == PROJECTION_AZIMUTHAL)
        azimuthal_inverse(p, east, north, phi, lambda);
    else
        transverse_inverse(p, east, north, phi, lambda);
}
