#include "drift/kernel.h"

#include <math.h>

#include "core/units.h"
#include "drift/angle.h"
#include "drift/draw.h"
#include "geo/earth.h"

// ---- Leeway: how wind and waves push the object through the water (Allen 2005; Breivik & Allen 2008) ----

enum { MAX_REDRAWS = 100 };

// The error of the regression is split half on the slope, half on the offset, so that it is e at 10 m/s:
// L = a W + b + e (W + 10) / 20, e = S r.
static struct drift_line line_of(struct object_coefs coefs, double r)
{
    double e = coefs.sd_mps * r;
    return (struct drift_line){coefs.slope_frac + e / 20.0, coefs.offset_mps + e / 2.0};
}

// r_d is drawn again while the slope would be negative: nothing drifts the faster upwind the harder it blows.
// A class whose slope stays negative whatever is drawn gets slope zero.
static struct drift_line line_down(struct object_coefs coefs, double r_first, uint64_t seed,
                                   uint64_t particle)
{
    struct drift_line line = line_of(coefs, r_first);
    for (uint32_t redraw = 1; line.slope_frac < 0.0 && coefs.sd_mps > 0.0; redraw++) {
        if (redraw > MAX_REDRAWS)
            return line_of(coefs, -20.0 * coefs.slope_frac / coefs.sd_mps);
        double r[4];
        core_rng_normal(seed, particle, redraw, CORE_RNG_LEEWAY, r);
        line = line_of(coefs, r[0]);
    }
    return line;
}

struct drift_leeway_draw drift_kernel_draw(const struct object_leeway *leeway, bool noise, uint64_t seed,
                                           uint64_t particle)
{
    if (!noise)
        return (struct drift_leeway_draw){line_of(leeway->down, 0), line_of(leeway->right, 0),
                                          line_of(leeway->left, 0)};
    double r[4]; // r_d, r_c of the right side, r_c of the left side
    core_rng_normal(seed, particle, 0, CORE_RNG_LEEWAY, r);
    return (struct drift_leeway_draw){line_down(leeway->down, r[0], seed, particle),
                                      line_of(leeway->right, r[1]), line_of(leeway->left, r[2])};
}

void drift_kernel_leeway(size_t n, const double *restrict wind_u, const double *restrict wind_v,
                         const double *restrict down_slope, const double *restrict down_offset,
                         const double *restrict cross_slope, const double *restrict cross_offset,
                         double *restrict u, double *restrict v)
{
    for (size_t i = 0; i < n; i++) {
        double wind = sqrt(wind_u[i] * wind_u[i] + wind_v[i] * wind_v[i]);
        double inverse = wind > 0.0 ? 1.0 / wind : 0.0;
        double fade = wind < DRIFT_TAPER_MPS ? wind / DRIFT_TAPER_MPS : 1.0;
        double down = down_slope[i] * wind + down_offset[i] * fade;
        double cross = cross_slope[i] * wind + cross_offset[i] * fade;
        // Downwind is (x, y); right of downwind is (y, -x).
        double x = wind_u[i] * inverse, y = wind_v[i] * inverse;
        u[i] += down * x + cross * y;
        v[i] += down * y - cross * x;
    }
}

// ---- What the forecasts do not know ----

enum { ROWS = 64 }; // rows whose random numbers are drawn together

// How much of the old error is kept and how much is fresh: rho and sigma sqrt(1 - rho^2).
struct error_blend {
    double keep[4], fresh[4];
};

static struct error_blend blend_of(const struct drift_error_law *law, double gap_s)
{
    struct error_blend blend;
    for (int k = 0; k < 4; k++) {
        bool starts = gap_s < 0.0 || !(law->correlation_s[k] > 0.0);
        blend.keep[k] = starts ? 0.0 : exp(-gap_s / law->correlation_s[k]);
        blend.fresh[k] = law->sd_mps[k] * sqrt(1.0 - blend.keep[k] * blend.keep[k]);
    }
    return blend;
}

void drift_kernel_errors(size_t n, const struct drift_error_law *law, uint64_t seed, uint32_t step,
                         const uint32_t *particle, const double *gap_s, const double *dt_s,
                         double *const error[4])
{
    double normal[4][ROWS], last_gap_s = NAN;
    double *const out[4] = {normal[0], normal[1], normal[2], normal[3]};
    struct error_blend blend = {{0}, {0}};
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = n - from < ROWS ? n - from : ROWS;
        drift_draw_normal(rows, 0, 4, seed, particle + from, step, CORE_RNG_ERROR, out);
        for (size_t i = 0, at = from; i < rows; i++, at++) {
            if (!(dt_s[at] > 0.0))
                continue;
            if (gap_s[at] != last_gap_s) // nearly always the step's own length: worked out once
                blend = blend_of(law, last_gap_s = gap_s[at]);
            for (int k = 0; k < 4; k++)
                error[k][at] = blend.keep[k] * error[k][at] + blend.fresh[k] * normal[k][i];
        }
    }
}

void drift_kernel_diffuse(size_t n, double diffusivity_m2s, uint64_t seed, uint32_t step,
                          const uint32_t *particle, const double *restrict dt_s, double *restrict east_m,
                          double *restrict north_m)
{
    double normal[2][ROWS];
    double *const out[2] = {normal[0], normal[1]};
    for (size_t from = 0; from < n; from += ROWS) {
        size_t rows = n - from < ROWS ? n - from : ROWS;
        drift_draw_normal(rows, 2 * (int)(step % CORE_RNG_DIFFUSE_STEPS), 2, seed, particle + from,
                          step / CORE_RNG_DIFFUSE_STEPS, CORE_RNG_DIFFUSE, out);
        for (size_t i = 0, at = from; i < rows; i++, at++) {
            double sd_m = sqrt(2.0 * diffusivity_m2s * dt_s[at]);
            east_m[at] += sd_m * normal[0][i];
            north_m[at] += sd_m * normal[1][i];
        }
    }
}

// ---- From metres to degrees on WGS84 ----

// Within this distance of a pole (55 km) a step goes through the plane that touches the pole.
#define POLAR_LAT_DEG 89.5

// Meridian radius M = a (1-e2) / q^3 and radius of the parallel N cos(lat) = a cos(lat) / q,
// q = sqrt(1 - e2 sin^2(lat)).
void drift_kernel_radii(size_t n, const double *restrict lat_deg, double *restrict m_per_deg_lat,
                        double *restrict m_per_deg_lon, double *restrict tan_lat)
{
    for (size_t i = 0; i < n; i++) {
        // Sine and cosine of the latitude, from the nearer of equator and pole.
        double from_equator = fabs(lat_deg[i]), from_pole = 90.0 - from_equator;
        bool low = from_equator < from_pole;
        double t = (low ? from_equator : from_pole) * CORE_RAD_PER_DEG;
        double small = drift_sin_small(t), large = drift_cos_small(t);
        double s = copysign(low ? small : large, lat_deg[i]), c = low ? large : small;
        double q2 = 1.0 - GEO_WGS84_E2 * s * s;
        double prime = CORE_RAD_PER_DEG * GEO_WGS84_A_M / sqrt(q2);
        m_per_deg_lat[i] = prime * (1.0 - GEO_WGS84_E2) / q2;
        m_per_deg_lon[i] = prime * c;
        tan_lat[i] = s / c;
    }
}

static double fold_lon(double lon_deg)
{
    if (lon_deg >= -180.0 && lon_deg < 180.0)
        return lon_deg;
    double folded = lon_deg - 360.0 * floor((lon_deg + 180.0) / 360.0);
    return folded < 180.0 ? folded : -180.0;
}

// A step in the plane that touches the nearer pole: x toward longitude 0, y toward 90 east.
static void move_polar(double lat_deg, double lon_deg, double east_m, double north_m, double *lat_out,
                       double *lon_out)
{
    double pole = lat_deg < 0.0 ? -1.0 : 1.0;
    double m_per_deg = geo_earth_m_per_deg_lat(90.0);
    double radius = (90.0 - pole * lat_deg) * m_per_deg;
    double c = cos(lon_deg * CORE_RAD_PER_DEG), s = sin(lon_deg * CORE_RAD_PER_DEG);
    double outward = radius - pole * north_m;
    double x = outward * c - east_m * s;
    double y = outward * s + east_m * c;
    *lat_out = pole * (90.0 - sqrt(x * x + y * y) / m_per_deg);
    *lon_out = fold_lon(atan2(y, x) / CORE_RAD_PER_DEG);
}

void drift_kernel_move(size_t n, bool straight, const double *lat_deg, const double *lon_deg,
                       const double *m_per_deg_lat, const double *m_per_deg_lon, const double *tan_lat,
                       const double *east_m, const double *north_m, double *lat_out, double *lon_out)
{
    for (size_t i = 0; i < n; i++) {
        double lat = lat_deg[i], lon = lon_deg[i];
        double dlat = north_m[i] / m_per_deg_lat[i];
        if (fabs(lat) > POLAR_LAT_DEG || fabs(lat + dlat) > POLAR_LAT_DEG) {
            move_polar(lat, lon, east_m[i], north_m[i], &lat_out[i], &lon_out[i]);
            continue;
        }
        // cos(lat + h) = cos(lat) (1 - h tan(lat) - h^2/2 + ...), h half the way north, in radians.
        double h = straight ? 0.0 : 0.5 * dlat * CORE_RAD_PER_DEG;
        double narrower = 1.0 - h * tan_lat[i] - 0.5 * h * h;
        lat_out[i] = lat + dlat;
        lon_out[i] = fold_lon(lon + east_m[i] / (m_per_deg_lon[i] * narrower));
    }
}

void drift_kernel_reframe(size_t n, bool rescale, const double *lat_deg, const double *lon_deg,
                          const double *m_per_deg_lat, const double *m_per_deg_lon, const double *lat_stage,
                          const double *lon_stage, double *u, double *v)
{
    for (size_t i = 0; i < n; i++) {
        if (fabs(lat_deg[i]) > POLAR_LAT_DEG || fabs(lat_stage[i]) > POLAR_LAT_DEG) {
            // East and north at the stage, seen from the start: turned by the difference in longitude.
            double turn = (lon_stage[i] - lon_deg[i]) * CORE_RAD_PER_DEG;
            double c = cos(turn), s = lat_deg[i] < 0.0 ? -sin(turn) : sin(turn);
            double east = u[i] * c - v[i] * s;
            v[i] = u[i] * s + v[i] * c;
            u[i] = east;
        } else if (rescale) {
            double m_lat, m_lon, tangent;
            drift_kernel_radii(1, &lat_stage[i], &m_lat, &m_lon, &tangent);
            u[i] *= m_per_deg_lon[i] / m_lon;
            v[i] *= m_per_deg_lat[i] / m_lat;
        }
    }
}

// ---- Jibing: the object swings over and drifts on the other side of downwind ----

// Allen's model: low winds and winds above what the class resists make jibes likelier, and so does a wind
// shift of 30 degrees or more in an hour; never more than half of them in an hour.
double drift_kernel_jibe_allen(int resistance, double wind_mps, double change_deg)
{
    double low = resistance + 2, high = 5 * resistance + 5;
    double percent = 0.0;
    if (wind_mps <= low)
        percent = round(low - wind_mps);
    else if (wind_mps > high)
        percent = floor(wind_mps / 2.0 - high / 2.0);
    if (change_deg >= 30.0)
        percent += round(change_deg / 4.0);
    return (percent < 50.0 ? percent : 50.0) / 100.0;
}

bool drift_kernel_jibes(double u, double log_stay, double dt_s)
{
    if (!(dt_s > 0.0))
        return false;
    double x = dt_s / 3600.0 * log_stay;
    // 1 - exp(x) is never more than -x: most draws are settled without an exponential.
    return u < -x && u < -expm1(x);
}
