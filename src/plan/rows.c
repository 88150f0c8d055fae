// Compiled twice, see meson.build: PLAN_ROWS_NAME names what comes out.
#include "plan/rows.h"

#include <math.h>

#include "core/units.h"

// A metre's thousandth, squared: keeps a hit on the nose finite.
static const float CLOSE_M2 = 1e-6f;
static const float MOST_PER_PIECE = 1e12f;

// Pieces done for a particle at one go, and how many are summed in float before they go into the double.
enum { BATCH = 4, SUMMED = 32 };

// ---- positions into the plane ----

// Within these of the origin (radians) the series below are exact to rounding; beyond, plan_flat_to_xy.
static const double NEAR_LAT = 0.12, NEAR_LON = 0.24;

static inline double small_sin(double a)
{
    double s = a * a;
    return a * (1 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880 - s / 39916800)))));
}

static inline double small_cos(double a)
{
    double s = a * a;
    return 1 + s * (-0.5 + s * (1.0 / 24 +
                                s * (-1.0 / 720 + s * (1.0 / 40320 + s * (-1.0 / 3628800 + s / 479001600)))));
}

// asin(h) / h for h of the chords in question.
static inline double arc_over_chord(double h2)
{
    return 1 +
           h2 * (1.0 / 6 +
                 h2 * (3.0 / 40 + h2 * (15.0 / 336 +
                                        h2 * (105.0 / 3456 + h2 * (945.0 / 42240 + h2 * 10395.0 / 599040)))));
}

// The plane's own frame turned to its meridian: p along the equator, z along the axis (see flat.c).
static void lay_near(const struct plan_flat *flat, size_t n, const double *restrict lat,
                     const double *restrict lon, double *restrict x, double *restrict y)
{
    const double ecc2 = GEO_WGS84_F * (2 - GEO_WGS84_F);
    const double s0 = flat->sin_lat, c0 = flat->cos_lat, p0 = flat->axis_m, z0 = flat->origin[2];
    for (size_t i = 0; i < n; i++) {
        double ds = small_sin(lat[i]), dc = small_cos(lat[i]);
        double s = s0 * dc + c0 * ds, c = c0 * dc - s0 * ds;
        double prime = GEO_WGS84_A_M / sqrt(1 - ecc2 * s * s), p = prime * c;
        double e = p * small_sin(lon[i]), q = p * small_cos(lon[i]) - p0;
        double dz = prime * (1 - ecc2) * s - z0;
        double north = c0 * dz - s0 * q, up = c0 * q + s0 * dz;
        double across2 = e * e + north * north, chord2 = across2 + up * up;
        double stretch =
            sqrt(chord2 / (across2 + 1e-12)) * arc_over_chord(chord2 / (4 * flat->radius_m * flat->radius_m));
        stretch = across2 < 1e-6 ? 1 : stretch;
        x[i] = e * stretch, y[i] = north * stretch;
    }
}

static void lay(const struct plan_flat *flat, size_t n, const float *lat_deg, const float *lon_deg, double *x,
                double *y)
{
    double lat[PLAN_EXPOSURE_BLOCK], lon[PLAN_EXPOSURE_BLOCK];
    for (size_t from = 0; from < n; from += PLAN_EXPOSURE_BLOCK) {
        size_t m = n - from < PLAN_EXPOSURE_BLOCK ? n - from : PLAN_EXPOSURE_BLOCK, far = 0;
        for (size_t i = 0; i < m; i++) {
            double a = (lat_deg[from + i] - flat->lat_deg) * CORE_RAD_PER_DEG;
            double b = lon_deg[from + i] - flat->lon_deg;
            b = (b > 180 ? b - 360 : b < -180 ? b + 360 : b) * CORE_RAD_PER_DEG;
            far += (a > NEAR_LAT) | (a < -NEAR_LAT) | (b > NEAR_LON) | (b < -NEAR_LON);
            lat[i] = a, lon[i] = b;
        }
        lay_near(flat, m, lat, lon, x + from, y + from);
        for (size_t i = 0; far && i < m; i++) {
            if (!(fabs(lat[i]) > NEAR_LAT || fabs(lon[i]) > NEAR_LON))
                continue;
            struct geo_xy xy = plan_flat_to_xy(flat, lat_deg[from + i], lon_deg[from + i]);
            x[from + i] = xy.x_m, y[from + i] = xy.y_m;
        }
    }
}

// ---- exposure ----

// Some particles between two knots, about the place where the searcher begins there: near it floats resolve a
// millimetre, 200 km off two centimetres.
struct rows {
    float x[PLAN_EXPOSURE_BLOCK], y[PLAN_EXPOSURE_BLOCK];   // at the first knot
    float ux[PLAN_EXPOSURE_BLOCK], uy[PLAN_EXPOSURE_BLOCK]; // on to the second
    float dx[PLAN_EXPOSURE_BLOCK], dy[PLAN_EXPOSURE_BLOCK]; // searcher seen from the particle, and how far
    float dist[PLAN_EXPOSURE_BLOCK];
    float sum[PLAN_EXPOSURE_BLOCK];
};

// The searcher at the end of each piece.
struct ends {
    float f[BATCH], x[BATCH], y[BATCH], tau[BATCH];
};

static void begin(struct rows *restrict r, size_t n, const double *restrict xa, const double *restrict ya,
                  const double *restrict xb, const double *restrict yb, double x0, double y0, float f)
{
    for (size_t i = 0; i < n; i++) {
        r->x[i] = (float)(xa[i] - x0), r->y[i] = (float)(ya[i] - y0);
        r->ux[i] = (float)(xb[i] - xa[i]), r->uy[i] = (float)(yb[i] - ya[i]);
        float dx = -(r->x[i] + f * r->ux[i]), dy = -(r->y[i] + f * r->uy[i]);
        r->dx[i] = dx, r->dy[i] = dy;
        r->dist[i] = sqrtf(dx * dx + dy * dy + CLOSE_M2);
        r->sum[i] = 0;
    }
}

// tau (|D| + |E|) / (|D||E| (|D||E| + D.E)), see exposure.h. On the far side of a pass D.E is below zero and
// the sum would cancel: there |D||E| + D.E = (D x E)^2 / (|D||E| - D.E).
static inline float gain_of(float dx, float dy, float near, float ex, float ey, float far, float tau)
{
    float product = near * far, along = dx * ex + dy * ey, cross = dx * ey - dy * ex;
    float whole = product + fabsf(along);
    float above = along < 0 ? whole : 1, below = along < 0 ? cross * cross + CLOSE_M2 * product : whole;
    float gain = tau * (near + far) * above / (product * below);
    gain = gain < MOST_PER_PIECE ? gain : MOST_PER_PIECE;
    return product >= 0 ? gain : 0; // NaN: not there to be found
}

static inline void advance(struct rows *restrict r, size_t n, const struct ends *restrict to, int count)
{
    for (size_t i = 0; i < n; i++) {
        float x = r->x[i], y = r->y[i], ux = r->ux[i], uy = r->uy[i];
        float dx = r->dx[i], dy = r->dy[i], near = r->dist[i], sum = r->sum[i];
        for (int k = 0; k < count; k++) {
            float ex = to->x[k] - (x + to->f[k] * ux), ey = to->y[k] - (y + to->f[k] * uy);
            float far = sqrtf(ex * ex + ey * ey + CLOSE_M2);
            sum += gain_of(dx, dy, near, ex, ey, far, to->tau[k]);
            dx = ex, dy = ey, near = far;
        }
        r->dx[i] = dx, r->dy[i] = dy, r->dist[i] = near, r->sum[i] = sum;
    }
}

static void sum_take(struct rows *restrict r, size_t n, double *restrict g)
{
    for (size_t i = 0; i < n; i++) {
        g[i] += r->sum[i];
        r->sum[i] = 0;
    }
}

// Pieces [0, n_pieces) within one interval between knots, each beginning where the one before ends.
static void interval(struct rows *r, const struct plan_piece *piece, size_t n_pieces, size_t n, double *g)
{
    double x0 = piece->x0, y0 = piece->y0;
    for (size_t k = 0; k < n_pieces;) {
        struct ends to;
        size_t count = n_pieces - k < BATCH ? 1 : BATCH;
        for (size_t b = 0; b < count; b++) {
            const struct plan_piece *p = &piece[k + b];
            to.f[b] = (float)p->f1, to.tau[b] = (float)p->tau_s;
            to.x[b] = (float)(p->x1 - x0), to.y[b] = (float)(p->y1 - y0);
        }
        if (count == BATCH)
            advance(r, n, &to, BATCH);
        else
            advance(r, n, &to, 1);
        k += count;
        if (k % SUMMED < count || k == n_pieces)
            sum_take(r, n, g);
    }
}

static void expose(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                   const struct plan_sight *sight, size_t from, size_t n, double *g)
{
    struct rows rows;
    for (size_t i = 0; i < n; i++)
        g[i] = 0;
    for (size_t k = 0, next; k < n_pieces; k = next) {
        const double *xa = sight->x + (piece[k].knot - first_knot) * sight->stride + from;
        const double *ya = sight->y + (piece[k].knot - first_knot) * sight->stride + from;
        for (next = k + 1; next < n_pieces && piece[next].knot == piece[k].knot; next++)
            ;
        begin(&rows, n, xa, ya, xa + sight->stride, ya + sight->stride, piece[k].x0, piece[k].y0,
              (float)piece[k].f0);
        interval(&rows, piece + k, next - k, n, g);
    }
}

const struct plan_rows PLAN_ROWS_NAME = {lay, expose};
