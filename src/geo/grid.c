#include "geo/grid.h"

#include <math.h>

#include "core/units.h"
#include "geo/earth.h"

#define FLOAT_ULP 1.2e-7 // axes are often stored as 32-bit floats
#define EDGE_FRAC 1e-9   // of a step: how far beyond the ends still counts as on them

static bool ascending(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(value[i]) || (i && !(value[i] > value[i - 1])))
            return false;
    return n > 0;
}

static bool evenly_spaced(const double *value, size_t n, double step)
{
    double tol = 1e-6 * step + FLOAT_ULP * fmax(fabs(value[0]), fabs(value[n - 1]));
    if (tol > 0.25 * step)
        tol = 0.25 * step;
    for (size_t i = 0; i < n; i++)
        if (fabs(value[i] - (value[0] + (double)i * step)) > tol)
            return false;
    return true;
}

// Neighbours across the seam: the gap there is no wider than the widest inside.
static bool closes_circle(const double *value, size_t n, double period)
{
    double widest = 0, gap = period - (value[n - 1] - value[0]);
    for (size_t i = 1; i < n; i++)
        widest = fmax(widest, value[i] - value[i - 1]);
    return n >= 4 && gap <= widest * 1.001 + FLOAT_ULP * period;
}

bool geo_axis_init(struct geo_axis *axis, const double *value, size_t n, double period)
{
    if (!ascending(value, n) || (period > 0 && value[n - 1] - value[0] > period * (1 + FLOAT_ULP)))
        return false;
    double step = n > 1 ? (value[n - 1] - value[0]) / (double)(n - 1) : 0;
    struct geo_axis made = {.value = value, .n = n, .period = period, .first = value[0], .step = step};
    made.wraps = period > 0 && closes_circle(value, n, period);
    made.uniform = n > 1 && evenly_spaced(value, n, step);
    *axis = made;
    return true;
}

// Largest i <= n - 2 with value[i] <= x, for x on the axis. The stored values decide, so that a node is met
// exactly however it was rounded when it was written.
static size_t cell_of(const struct geo_axis *axis, double x)
{
    size_t last = axis->n - 2;
    if (axis->uniform) {
        double guess = (x - axis->first) / axis->step;
        size_t i = guess > 0 ? (guess < (double)last ? (size_t)guess : last) : 0;
        while (i > 0 && axis->value[i] > x)
            i--;
        while (i < last && axis->value[i + 1] <= x)
            i++;
        return i;
    }
    size_t low = 0, high = last + 1;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (axis->value[mid] <= x)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static bool between(const struct geo_axis *axis, size_t i, double x, size_t *i0, size_t *i1, double *w)
{
    double frac = (x - axis->value[i]) / (axis->value[i + 1] - axis->value[i]);
    *i0 = i;
    *i1 = i + 1;
    *w = frac < 0 ? 0 : frac > 1 ? 1 : frac;
    return true;
}

// x moved by whole periods into [first, first + period].
static double fold(const struct geo_axis *axis, double x)
{
    double d = x - axis->first;
    if (axis->period > 0 && (d < 0 || d >= axis->period))
        return x - axis->period * floor(d / axis->period);
    return x;
}

bool geo_axis_locate(const struct geo_axis *axis, double x, size_t *i0, size_t *i1, double *w)
{
    if (!isfinite(x))
        return false;
    double last = axis->value[axis->n - 1], edge = EDGE_FRAC * axis->step;
    x = fold(axis, x);
    if (axis->n == 1) {
        if (fabs(x - axis->first) > EDGE_FRAC * fmax(1.0, fabs(axis->first)))
            return false;
        *i0 = *i1 = 0;
        *w = 0;
        return true;
    }
    if (axis->wraps && x >= last) {
        double gap = axis->first + axis->period - last;
        double frac = gap > 0 ? (x - last) / gap : 0;
        *i0 = axis->n - 1;
        *i1 = 0;
        *w = frac > 1 ? 1 : frac;
        return true;
    }
    // Just west of the first value the fold has gone once round.
    if (axis->period > 0 && x > last + edge && x - axis->period >= axis->first - edge)
        x = axis->first;
    if (x < axis->first - edge || x > last + edge)
        return false;
    return between(axis, cell_of(axis, x), x, i0, i1, w);
}

// Index of d on n steps that begin at 0; the outer edge belongs to the last cell.
static bool step_of(double d, double step, size_t n, size_t *out)
{
    double at = d / step;
    if (!(at >= 0) || !(at <= (double)n))
        return false;
    size_t i = (size_t)at;
    *out = i < n ? i : n - 1;
    return n > 0;
}

bool geo_grid_cell(const struct geo_grid *grid, struct geo_pos pos, size_t *i, size_t *j)
{
    double east = pos.lon_deg - grid->west_deg;
    size_t row, column;
    if (east < 0 || east >= 360.0)
        east -= 360.0 * floor(east / 360.0);
    if (!step_of(pos.lat_deg - grid->south_deg, grid->dlat_deg, grid->nlat, &row) ||
        !step_of(east, grid->dlon_deg, grid->nlon, &column))
        return false;
    *i = row;
    *j = column;
    return true;
}

// Area between the equator and a latitude per radian of longitude, in units of b^2 / 2 (Snyder 1987, 3-12).
static double authalic(double lat_deg)
{
    double e = sqrt(GEO_WGS84_E2), s = sin(lat_deg * CORE_RAD_PER_DEG);
    return s / (1.0 - GEO_WGS84_E2 * s * s) + atanh(e * s) / e;
}

double geo_grid_cell_area_m2(const struct geo_grid *grid, size_t i)
{
    double b = GEO_WGS84_A_M * (1.0 - GEO_WGS84_F);
    double south = fmax(grid->south_deg + (double)i * grid->dlat_deg, -90.0);
    double north = fmin(grid->south_deg + (double)(i + 1) * grid->dlat_deg, 90.0);
    double width_rad = grid->dlon_deg * CORE_RAD_PER_DEG;
    return 0.5 * b * b * width_rad * (authalic(north) - authalic(south));
}

#define BUCKETS 1440 // of longitude: a quarter of a degree

struct bucket {
    double low, high; // low > high: empty
};

static size_t bucket_of(double lon_deg)
{
    size_t k = (size_t)((lon_deg + 180.0) * (BUCKETS / 360.0));
    return k < BUCKETS ? k : BUCKETS - 1;
}

// Widest empty stretch of longitude between two occupied buckets, going east; the box is what is left.
// Stretches within a bucket are not seen: a ring of places that dense is taken all round.
static void longitudes_of(const struct bucket *bucket, double *west, double *east)
{
    size_t first = 0;
    while (bucket[first].low > bucket[first].high)
        first++;
    double widest = -1, previous = bucket[first].high;
    for (size_t step = 1; step <= BUCKETS; step++) {
        size_t k = (first + step) % BUCKETS;
        if (bucket[k].low > bucket[k].high)
            continue;
        double low = bucket[k].low + (first + step >= BUCKETS ? 360.0 : 0.0);
        if (low - previous > widest) {
            widest = low - previous;
            *west = bucket[k].low;
            *east = core_deg_wrap180(previous);
        }
        previous = bucket[k].high;
    }
    if (*east < *west)
        *east += 360.0;
}

bool geo_box_of(size_t n, const double *lat_deg, const double *lon_deg, struct geo_box *out)
{
    struct bucket bucket[BUCKETS];
    struct geo_box box = {0, INFINITY, 0, -INFINITY};
    for (size_t k = 0; k < BUCKETS; k++)
        bucket[k] = (struct bucket){INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(lat_deg[i]) || !isfinite(lon_deg[i]))
            continue;
        double lon = core_deg_wrap180(lon_deg[i]);
        struct bucket *b = &bucket[bucket_of(lon)];
        b->low = fmin(b->low, lon);
        b->high = fmax(b->high, lon);
        box.south_deg = fmin(box.south_deg, lat_deg[i]);
        box.north_deg = fmax(box.north_deg, lat_deg[i]);
    }
    if (box.south_deg > box.north_deg)
        return false;
    longitudes_of(bucket, &box.west_deg, &box.east_deg);
    *out = box;
    return true;
}

struct geo_box geo_box_grow(struct geo_box box, double metres)
{
    double dlat = metres / geo_earth_m_per_deg_lat(0); // the fewest metres per degree: never too small
    struct geo_box grown = box;
    grown.south_deg = fmax(-90.0, box.south_deg - dlat);
    grown.north_deg = fmin(90.0, box.north_deg + dlat);
    double per_deg = geo_earth_m_per_deg_lon(fmin(90.0, fmax(fabs(grown.south_deg), fabs(grown.north_deg))));
    double dlon = per_deg > 1.0 ? metres / per_deg : 360.0;
    if (box.east_deg - box.west_deg + 2 * dlon >= 360.0) {
        grown.west_deg = -180.0;
        grown.east_deg = 180.0;
        return grown;
    }
    grown.west_deg = core_deg_wrap180(box.west_deg - dlon);
    grown.east_deg = grown.west_deg + (box.east_deg - box.west_deg) + 2 * dlon;
    return grown;
}

bool geo_box_contains(struct geo_box box, struct geo_pos pos)
{
    double lon = pos.lon_deg;
    if (!(pos.lat_deg >= box.south_deg && pos.lat_deg <= box.north_deg) || !isfinite(lon))
        return false;
    if (lon < box.west_deg || lon > box.east_deg)
        lon += 360.0 * ceil((box.west_deg - lon) / 360.0);
    return lon >= box.west_deg && lon <= box.east_deg;
}
