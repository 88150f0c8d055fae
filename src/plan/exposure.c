#include "plan/exposure.h"

#include <math.h>

#include "plan/rows.h"

static const double CLOSE_M2 = 1e-6; // a millimetre: keeps a hit on the nose finite
static const double MOST_PER_PIECE = 1e12;

size_t plan_pieces_cut(const struct plan_vertex *vertex, size_t n, const double *knot_s, size_t n_knots,
                       struct plan_piece *out)
{
    size_t made = 0, knot = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        const struct plan_vertex *a = &vertex[i], *b = &vertex[i + 1];
        double duration = b->t_s - a->t_s;
        double from = fmax(a->t_s, knot_s[0]), end = fmin(b->t_s, knot_s[n_knots - 1]);
        while (from < end) {
            while (knot + 2 < n_knots && knot_s[knot + 1] <= from)
                knot++;
            double to = fmin(end, knot_s[knot + 1]);
            double p = (from - a->t_s) / duration, q = (to - a->t_s) / duration;
            double width = knot_s[knot + 1] - knot_s[knot];
            out[made++] = (struct plan_piece){
                .knot = knot,
                .f0 = (from - knot_s[knot]) / width,
                .f1 = (to - knot_s[knot]) / width,
                .x0 = a->x_m + p * (b->x_m - a->x_m),
                .y0 = a->y_m + p * (b->y_m - a->y_m),
                .x1 = a->x_m + q * (b->x_m - a->x_m),
                .y1 = a->y_m + q * (b->y_m - a->y_m),
                .tau_s = to - from,
            };
            from = to;
        }
    }
    return made;
}

// Offsets and distances of the searcher from each particle at the start of a piece.
static void offsets(size_t n, const double *restrict xa, const double *restrict ya, const double *restrict xb,
                    const double *restrict yb, double f, double qx, double qy, double *restrict dx,
                    double *restrict dy, double *restrict dist)
{
    for (size_t i = 0; i < n; i++) {
        dx[i] = qx - (xa[i] + f * (xb[i] - xa[i]));
        dy[i] = qy - (ya[i] + f * (yb[i] - ya[i]));
        dist[i] = sqrt(dx[i] * dx[i] + dy[i] * dy[i] + CLOSE_M2);
    }
}

// Adds one piece; its end is the next one's start.
static void advance(size_t n, const double *restrict xa, const double *restrict ya, const double *restrict xb,
                    const double *restrict yb, const struct plan_piece *piece, double *restrict dx,
                    double *restrict dy, double *restrict dist, double *restrict g)
{
    double f = piece->f1, qx = piece->x1, qy = piece->y1, tau = piece->tau_s;
    for (size_t i = 0; i < n; i++) {
        double ex = qx - (xa[i] + f * (xb[i] - xa[i]));
        double ey = qy - (ya[i] + f * (yb[i] - ya[i]));
        double far = sqrt(ex * ex + ey * ey + CLOSE_M2), near = dist[i];
        double product = near * far;
        double gain = tau * (near + far) / (product * (product + (dx[i] * ex + dy[i] * ey)));
        gain = gain < MOST_PER_PIECE ? gain : MOST_PER_PIECE;
        g[i] += product >= 0 ? gain : 0; // NaN: not there to be found
        dx[i] = ex, dy[i] = ey, dist[i] = far;
    }
}

static void expose_block(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                         const struct plan_sight *sight, size_t from, size_t n, double *g)
{
    double dx[PLAN_EXPOSURE_BLOCK], dy[PLAN_EXPOSURE_BLOCK], dist[PLAN_EXPOSURE_BLOCK];
    for (size_t i = 0; i < n; i++)
        g[i] = 0;
    for (size_t k = 0; k < n_pieces; k++) {
        const double *xa = sight->x + (piece[k].knot - first_knot) * sight->stride + from,
                     *xb = xa + sight->stride;
        const double *ya = sight->y + (piece[k].knot - first_knot) * sight->stride + from,
                     *yb = ya + sight->stride;
        if (!k || piece[k].knot != piece[k - 1].knot)
            offsets(n, xa, ya, xb, yb, piece[k].f0, piece[k].x0, piece[k].y0, dx, dy, dist);
        advance(n, xa, ya, xb, yb, &piece[k], dx, dy, dist, g);
    }
}

void plan_exposure_defined(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                           const struct plan_sight *sight, double *g)
{
    for (size_t from = 0; from < sight->n; from += PLAN_EXPOSURE_BLOCK) {
        size_t n = sight->n - from < PLAN_EXPOSURE_BLOCK ? sight->n - from : PLAN_EXPOSURE_BLOCK;
        expose_block(piece, n_pieces, first_knot, sight, from, n, g + from);
    }
}

const struct plan_rows *plan_rows_best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        return &plan_rows_v3;
#endif
    return &plan_rows_any;
}

void plan_exposure_pieces(const struct plan_piece *piece, size_t n_pieces, size_t first_knot,
                          const struct plan_sight *sight, double *g)
{
    const struct plan_rows *rows = plan_rows_best();
    for (size_t from = 0; from < sight->n; from += PLAN_EXPOSURE_BLOCK) {
        size_t n = sight->n - from < PLAN_EXPOSURE_BLOCK ? sight->n - from : PLAN_EXPOSURE_BLOCK;
        rows->expose(piece, n_pieces, first_knot, sight, from, n, g + from);
    }
}

// Clips the fractions [lo, hi] of a straight way to the slab |p + f (q - p)| <= half.
static void clip(double p, double q, double half, double *lo, double *hi)
{
    double d = q - p;
    if (fabs(d) < 1e-9) {
        if (!(fabs(p) <= half))
            *hi = *lo;
        return;
    }
    double a = (-half - p) / d, b = (half - p) / d, first = a < b ? a : b, last = a < b ? b : a;
    *lo = first > *lo ? first : *lo;
    *hi = last < *hi ? last : *hi;
}

void plan_exposure_box(const struct plan_box *box, const double *knot_s, size_t n_knots, size_t first_knot,
                       const struct plan_sight *sight, double *g)
{
    for (size_t i = 0; i < sight->n; i++)
        g[i] = 0;
    for (size_t k = first_knot; k + 1 < n_knots && knot_s[k] < box->to_s; k++) {
        double width = knot_s[k + 1] - knot_s[k];
        double f0 = fmax(0, (box->from_s - knot_s[k]) / width), f1 = fmin(1, (box->to_s - knot_s[k]) / width);
        if (!(f0 < f1))
            continue;
        const double *xa = sight->x + (k - first_knot) * sight->stride, *xb = xa + sight->stride;
        const double *ya = sight->y + (k - first_knot) * sight->stride, *yb = ya + sight->stride;
        for (size_t i = 0; i < sight->n; i++) {
            double pax = xa[i] - box->x_m, pay = ya[i] - box->y_m, pbx = xb[i] - box->x_m,
                   pby = yb[i] - box->y_m;
            double lo = f0, hi = f1, reach = box->half_u_m + box->half_v_m;
            if ((pax > reach && pbx > reach) || (pax < -reach && pbx < -reach) ||
                (pay > reach && pby > reach) || (pay < -reach && pby < -reach))
                continue; // all of the way lies to one side
            clip(pax * box->ux + pay * box->uy, pbx * box->ux + pby * box->uy, box->half_u_m, &lo, &hi);
            clip(pay * box->ux - pax * box->uy, pby * box->ux - pbx * box->uy, box->half_v_m, &lo, &hi);
            if (hi > lo && pax + pbx == pax + pbx && pay + pby == pay + pby)
                g[i] += (hi - lo) * width;
        }
    }
}
