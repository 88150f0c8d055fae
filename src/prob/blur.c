#include "prob/blur.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"

#define REACH 4.0 // of the Gaussian, in bandwidths

// Half a kernel: tap[k] for a distance of k cells, sum over both sides 1 where the line is long enough.
struct kernel {
    double *tap;
    size_t radius;
};

static void kernel_set(struct kernel *k, double sigma_cells, size_t longest)
{
    double reach = ceil(REACH * sigma_cells);
    k->radius = reach < (double)longest ? (size_t)reach : longest;
    double sum = 0;
    for (size_t d = 0; d <= k->radius; d++) {
        double x = (double)d / sigma_cells;
        k->tap[d] = exp(-0.5 * x * x);
        sum += (d ? 2 : 1) * k->tap[d];
    }
    for (size_t d = 0; d <= k->radius; d++)
        k->tap[d] /= sum;
}

// Share of a kernel at cell i of n that falls on the line.
static double inside(const struct kernel *k, size_t i, size_t n)
{
    double sum = k->tap[0];
    for (size_t d = 1; d <= k->radius; d++)
        sum += ((i >= d) + (i + d < n)) * k->tap[d];
    return sum;
}

// The line with room on both sides for the kernel: round the globe, or empty with what would be lost at the
// ends given back to the cells it came from.
static void line_pad(const struct kernel *k, const double *line, size_t n, bool wraps, double *padded)
{
    size_t r = k->radius;
    for (size_t i = 0; i < n; i++) {
        bool near_end = i < r || i + r >= n;
        padded[r + i] = near_end && !wraps && line[i] != 0 ? line[i] / inside(k, i, n) : line[i];
    }
    for (size_t d = 0; d < r; d++) {
        padded[d] = wraps ? line[(n - r % n + d) % n] : 0;
        padded[r + n + d] = wraps ? line[d % n] : 0;
    }
}

static void line_blur(const struct kernel *k, const double *padded, size_t n, double *out)
{
    const double *centre = padded + k->radius;
    for (size_t i = 0; i < n; i++)
        out[i] = k->tap[0] * centre[i];
    for (size_t d = 1; d <= k->radius; d++) {
        const double *before = centre - d, *behind = centre + d;
        double tap = k->tap[d];
        for (size_t i = 0; i < n; i++)
            out[i] += tap * (before[i] + behind[i]);
    }
}

struct work {
    const struct geo_grid *grid;
    double bandwidth_m;
    struct kernel kernel;
    double *padded, *between;
};

static bool row_empty(const double *row, size_t n)
{
    for (size_t j = 0; j < n; j++)
        if (row[j] != 0)
            return false;
    return true;
}

// East and west: the width of a cell changes with latitude, near a pole the kernel goes all round.
static void blur_rows(struct work *w, const double *in, double *out)
{
    const struct geo_grid *g = w->grid;
    bool wraps = (double)g->nlon * g->dlon_deg > 360.0 - 1e-9;
    for (size_t i = 0; i < g->nlat; i++) {
        double lat = g->south_deg + ((double)i + 0.5) * g->dlat_deg;
        double cell_m = g->dlon_deg * geo_earth_m_per_deg_lon(lat);
        const double *row = in + i * g->nlon;
        if (row_empty(row, g->nlon)) {
            memset(out + i * g->nlon, 0, g->nlon * sizeof *out);
            continue;
        }
        kernel_set(&w->kernel, w->bandwidth_m / fmax(cell_m, 1e-3), g->nlon - 1);
        line_pad(&w->kernel, row, g->nlon, wraps, w->padded);
        line_blur(&w->kernel, w->padded, g->nlon, out + i * g->nlon);
    }
}

// North and south, whole rows at a time.
static void blur_columns(struct work *w, const double *in, double *out)
{
    const struct geo_grid *g = w->grid;
    size_t n = g->nlon;
    double middle = g->south_deg + 0.5 * (double)g->nlat * g->dlat_deg;
    double cell_m = g->dlat_deg * geo_earth_m_per_deg_lat(middle);
    struct kernel *k = &w->kernel;
    kernel_set(k, w->bandwidth_m / cell_m, g->nlat - 1);
    memset(out, 0, g->nlat * n * sizeof *out);
    for (size_t i = 0; i < g->nlat; i++) {
        const double *row = in + i * n;
        if (row_empty(row, n))
            continue;
        double whole = 1 / inside(k, i, g->nlat);
        size_t from = i > k->radius ? i - k->radius : 0;
        size_t to = i + k->radius < g->nlat - 1 ? i + k->radius : g->nlat - 1;
        for (size_t t = from; t <= to; t++) {
            double tap = whole * k->tap[t > i ? t - i : i - t];
            double *to_row = out + t * n;
            for (size_t j = 0; j < n; j++)
                to_row[j] += tap * row[j];
        }
    }
}

static double sum_of(const double *mass, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += mass[i];
    return sum;
}

// mass = max(0, 2 once - twice), brought back to the sum it had.
static void twice(const double *once, const double *again, size_t n, double total, double *mass)
{
    for (size_t i = 0; i < n; i++) {
        double v = 2 * once[i] - again[i];
        mass[i] = v > 0 ? v : 0;
    }
    double sum = sum_of(mass, n);
    for (size_t i = 0; sum > 0 && i < n; i++)
        mass[i] *= total / sum;
}

enum ph_status prob_blur(const struct geo_grid *grid, double bandwidth_m, struct core_arena *scratch,
                         double *mass, struct ph_err *err)
{
    size_t n = grid->nlat * grid->nlon, longest = grid->nlat > grid->nlon ? grid->nlat : grid->nlon;
    struct work w = {.grid = grid, .bandwidth_m = bandwidth_m};
    w.kernel.tap = CORE_ARENA_NEW(scratch, double, longest + 1);
    w.padded = CORE_ARENA_NEW(scratch, double, 3 * longest + 2);
    w.between = CORE_ARENA_NEW(scratch, double, n);
    double *once = CORE_ARENA_NEW(scratch, double, n), *again = CORE_ARENA_NEW(scratch, double, n);
    if (!w.kernel.tap || !w.padded || !w.between || !once || !again)
        return core_err_nomem(err);
    double total = sum_of(mass, n);
    blur_rows(&w, mass, w.between);
    blur_columns(&w, w.between, once);
    blur_rows(&w, once, w.between);
    blur_columns(&w, w.between, again);
    twice(once, again, n, total, mass);
    return PH_OK;
}
