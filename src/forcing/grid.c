#include "forcing/grid.h"

#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/shapes.h"

#define M_PER_DEG (60 * CORE_M_PER_NM)

// Points needed beyond the cell of a place, for the search along the coast.
enum { LEAST_STENCIL = 2, MOST_STENCIL = 40 };

static size_t stencil(double step_m)
{
    double cells = step_m > 0 ? FORCING_REACH_LEAST_M / step_m + 1 : MOST_STENCIL;
    return cells < LEAST_STENCIL ? LEAST_STENCIL : cells < MOST_STENCIL ? (size_t)cells : MOST_STENCIL;
}

size_t forcing_grid_reach_rows(const struct forcing_grid *grid)
{
    return stencil(grid->lat.step * M_PER_DEG);
}

size_t forcing_grid_reach_columns(const struct forcing_grid *grid, double lat_deg)
{
    return stencil(grid->lon.step * M_PER_DEG * cos(fmin(fabs(lat_deg), 90) * CORE_RAD_PER_DEG));
}

static enum ph_status axis_refuse(const char *name, const char *why, struct ph_err *err)
{
    return core_err_set(err, PH_EINPUT, NULL, "check the coordinate with ncdump -v", "the %s %s", name, why);
}

// The most that a value lies off first + i step.
static double axis_off(const struct forcing_axis *axis, double first, double step)
{
    double most = 0;
    for (size_t i = 0; i < axis->n; i++)
        most = fmax(most, fabs(axis->value[i] - (first + (double)i * step)));
    return most;
}

// The first value with which even values of a step lie nearest to these (least squares).
static double first_of(const struct forcing_axis *axis, double step)
{
    double sum = 0;
    for (size_t i = 0; i < axis->n; i++)
        sum += axis->value[i] - axis->first - (double)i * step;
    return axis->first + sum / (double)axis->n;
}

// The step that does so: the slope of the regression line.
static double step_of(const struct forcing_axis *axis)
{
    double middle = (double)(axis->n - 1) / 2, sum = 0, square = 0;
    for (size_t i = 0; i < axis->n; i++) {
        sum += ((double)i - middle) * (axis->value[i] - axis->first);
        square += ((double)i - middle) * ((double)i - middle);
    }
    return sum / square;
}

// What writers of float32 leave of an even value: i * step and the sum with the first are both rounded.
#define EVEN_ULPS 2
// Where that is more of a step than this the values may mean something else.
#define EVEN_STEPS 0.02

// Even values in place of `value` (the axis's own) where it lies so near to them that float32 knows no
// better; `turn` is 360 for longitudes, whose steps may sum to it exactly, else 0.
static void axis_even(struct forcing_axis *axis, double *value, double turn)
{
    double ulp = ldexp(1, ilogb(fmax(fabs(axis->first), fabs(axis->last))) - 23);
    const double steps[2] = {turn / (double)axis->n, step_of(axis)};
    for (int k = 0; k < 2 && !axis->uniform; k++) {
        double first = first_of(axis, steps[k]), off = axis_off(axis, first, steps[k]);
        if (off > fmin(EVEN_ULPS * ulp, EVEN_STEPS * steps[k]))
            continue;
        for (size_t i = 0; i < axis->n; i++)
            value[i] = first + (double)i * steps[k];
        axis->first = first;
        axis->last = value[axis->n - 1];
        axis->step = steps[k];
        axis->slack = fmax(axis->slack, off);
        axis->uniform = true;
    }
}

static void axis_measure(struct forcing_axis *axis, double *value, double turn)
{
    axis->value = value;
    axis->first = value[0];
    axis->last = value[axis->n - 1];
    axis->step = axis->n > 1 ? (axis->last - axis->first) / (double)(axis->n - 1) : 0;
    axis->slack = 1e-4 * axis->step;
    axis->uniform = axis->n > 1 && axis_off(axis, axis->first, axis->step) <= 1e-7 * axis->step;
    if (axis->n > 1)
        axis_even(axis, value, turn);
}

// Copies in ascending order; `falls` says the file descends.
static double *axis_copy(const double *value, size_t n, bool falls, struct core_arena *arena)
{
    double *copy = CORE_ARENA_NEW(arena, double, n);
    for (size_t i = 0; copy && i < n; i++)
        copy[i] = value[falls ? n - 1 - i : i];
    return copy;
}

static bool all_finite(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(value[i]) || fabs(value[i]) > 1e4)
            return false;
    return true;
}

enum ph_status forcing_axis_lat(const double *value, size_t n, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err)
{
    struct forcing_axis axis = {.n = n, .n_file = n};
    if (n < 2 || !all_finite(value, n))
        return axis_refuse("latitudes", n < 2 ? "are fewer than two" : "are not all numbers", err);
    axis.reversed = value[n - 1] < value[0];
    double *copy = axis_copy(value, n, axis.reversed, arena);
    if (!copy)
        return core_err_nomem(err);
    for (size_t i = 1; i < n; i++)
        if (copy[i] <= copy[i - 1])
            return axis_refuse("latitudes", "neither rise nor fall all the way", err);
    if (copy[0] < -90.0001 || copy[n - 1] > 90.0001)
        return axis_refuse("latitudes", "go beyond 90 degrees", err);
    axis_measure(&axis, copy, 0);
    *out = axis;
    return PH_OK;
}

// Longitudes that step over the seam (179, -179) go on (179, 181).
static void unwrap(double *value, size_t n)
{
    for (size_t i = 1; i < n; i++)
        while (value[i] < value[i - 1] && value[i - 1] - value[i] > 180)
            value[i] += 360;
}

static bool lon_falls(const double *value, size_t n)
{
    size_t falls = 0;
    for (size_t i = 1; i < n; i++) {
        double step = remainder(value[i] - value[i - 1], 360);
        falls += step < 0;
    }
    return 2 * falls > n - 1;
}

// What lies behind the first turn repeats it.
static bool comes_again(const double *value, size_t n, size_t once, double slack)
{
    for (size_t i = once; i < n; i++)
        if (!(fabs(value[i] - 360 - value[i - once]) <= slack))
            return false;
    return true;
}

enum ph_status forcing_axis_lon(const double *value, size_t n, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err)
{
    struct forcing_axis axis = {.n = n, .n_file = n};
    if (n < 2 || !all_finite(value, n))
        return axis_refuse("longitudes", n < 2 ? "are fewer than two" : "are not all numbers", err);
    axis.reversed = lon_falls(value, n);
    double *copy = axis_copy(value, n, axis.reversed, arena);
    if (!copy)
        return core_err_nomem(err);
    unwrap(copy, n);
    double widest = 0;
    for (size_t i = 1; i < n; i++) {
        if (copy[i] <= copy[i - 1])
            return axis_refuse("longitudes", "neither rise nor fall all the way", err);
        widest = fmax(widest, copy[i] - copy[i - 1]);
    }
    // The first meridian may be there again, and more behind it (20 to 420 degrees): once round is enough.
    while (axis.n > 2 && copy[axis.n - 1] - copy[0] > 360 - 1e-3 * widest)
        axis.n--;
    if (copy[n - 1] - copy[0] > 720 || (axis.n < n && !comes_again(copy, n, axis.n, 1e-2 * widest)))
        return axis_refuse("longitudes", "go round the earth more than once", err);
    axis_measure(&axis, copy, 360);
    axis.gap = axis.first + 360 - axis.last;
    axis.wraps = axis.gap <= 1.01 * widest;
    axis.uniform = axis.uniform && (!axis.wraps || fabs(axis.gap - axis.step) < 0.01 * axis.step);
    *out = axis;
    return PH_OK;
}

static size_t search(const struct forcing_axis *axis, double x)
{
    size_t low = 0, high = axis->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (axis->value[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// x within [first, last].
static void locate_inside(const struct forcing_axis *axis, double x, size_t *i, double *w)
{
    if (axis->uniform) {
        double at = (x - axis->first) / axis->step;
        size_t cell = at <= 0 ? 0 : (size_t)at;
        *i = cell < axis->n - 2 ? cell : axis->n - 2;
        *w = fmin(fmax(at - (double)*i, 0), 1);
        return;
    }
    *i = search(axis, x);
    *w = fmin(fmax((x - axis->value[*i]) / (axis->value[*i + 1] - axis->value[*i]), 0), 1);
}

bool forcing_axis_locate_lat(const struct forcing_grid *grid, double lat_deg, size_t *i, double *w)
{
    const struct forcing_axis *axis = &grid->lat;
    double south = axis->first - axis->slack, north = axis->last + axis->slack;
    if (grid->lon.wraps && axis->first - axis->step <= -90)
        south = -90;
    if (grid->lon.wraps && axis->last + axis->step >= 90)
        north = 90;
    if (!(lat_deg >= south && lat_deg <= north))
        return false;
    locate_inside(axis, lat_deg, i, w);
    return true;
}

bool forcing_axis_locate_lon(const struct forcing_axis *axis, double lon_deg, size_t *i, double *w)
{
    double slack = axis->slack;
    double turns = floor((lon_deg - axis->first) / 360);
    double x = lon_deg - 360 * turns; // in [first, first + 360)
    if (x <= axis->last) {
        locate_inside(axis, x, i, w);
        return true;
    }
    if (axis->wraps) {
        *i = axis->n - 1;
        *w = fmin((x - axis->last) / axis->gap, 1);
        return true;
    }
    if (x > axis->last + slack && x < axis->first + 360 - slack)
        return false;
    *i = x <= axis->last + slack ? axis->n - 2 : 0;
    *w = x <= axis->last + slack ? 1 : 0;
    return isfinite(lon_deg);
}

enum ph_status forcing_grid_regular(struct forcing_axis lat, struct forcing_axis lon,
                                    struct forcing_grid *out)
{
    struct forcing_grid grid = {
        .lat = lat, .lon = lon, .nj = lat.n, .ni = lon.n, .wraps = lon.wraps, .step_m = lat.step * M_PER_DEG};
    grid.box = forcing_grid_box(&grid);
    *out = grid;
    return PH_OK;
}

static bool axis_same(const struct forcing_axis *a, const struct forcing_axis *b, double period)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        double apart = a->value[i] - b->value[i];
        if (fabs(period > 0 ? remainder(apart, period) : apart) > 1e-3 * a->step)
            return false;
    }
    return true;
}

bool forcing_regular_same(const struct forcing_grid *a, const struct forcing_grid *b)
{
    return axis_same(&a->lat, &b->lat, 0) && axis_same(&a->lon, &b->lon, 360);
}

struct geo_box forcing_grid_box(const struct forcing_grid *grid)
{
    if (grid->shape != FORCING_REGULAR)
        return grid->box;
    double west = remainder(grid->lon.first, 360);
    west = west >= 180 ? west - 360 : west;
    double width = grid->lon.wraps ? 360 : grid->lon.last - grid->lon.first;
    return (struct geo_box){west, grid->lat.first, west + width, grid->lat.last};
}

// Rows: [*from, *to) of points that serve places in [low, high].
static void rows_span(const struct forcing_grid *grid, double low, double high, size_t *from, size_t *to)
{
    const struct forcing_axis *axis = &grid->lat;
    size_t first = 0, last = axis->n - 2;
    double w;
    *from = *to = 0;
    double reach = (grid->lon.wraps ? axis->step : 0) + 10 * axis->slack; // polar rows
    if (high < axis->first - reach || low > axis->last + reach)
        return;
    if (low > axis->first)
        locate_inside(axis, fmin(low, axis->last), &first, &w);
    if (high < axis->last)
        locate_inside(axis, fmax(high, axis->first), &last, &w);
    size_t more = forcing_grid_reach_rows(grid);
    *from = first > more ? first - more : 0;
    *to = last + 2 + more < axis->n ? last + 2 + more : axis->n;
}

// Columns of a grid with two ends. The box's west is brought to [first, first + 360): the box begins on the
// grid, or east of it and may come round to it.
static void columns_span_open(const struct forcing_axis *axis, double from, double to, size_t more,
                              struct forcing_block *block)
{
    bool starts_on = from <= axis->last, comes_round = to >= axis->first + 360;
    size_t low = 0, high = axis->n - 2;
    double w, slack = 10 * axis->slack;
    if (!starts_on && !comes_round && from > axis->last + slack && to < axis->first + 360 - slack) {
        block->nj = 0;
        return;
    }
    if (starts_on && !comes_round)
        locate_inside(axis, from, &low, &w);
    double end = starts_on ? to : to - 360;
    if (starts_on != comes_round && end >= axis->first && end < axis->last)
        locate_inside(axis, end, &high, &w);
    low = low > more ? low - more : 0;
    high = high + 1 + more < axis->n ? high + 1 + more : axis->n - 1;
    block->i0 = low;
    block->ni = high - low + 1;
}

// Columns of a grid that goes round the earth; all of them, and some twice, when the box does so too.
static void columns_span_round(const struct forcing_axis *axis, double from, double to, size_t more,
                               struct forcing_block *block)
{
    size_t first = axis->n - 1, last = axis->n - 1;
    double w;
    if (to - from + 2 * (double)(more + 2) * axis->step >= 360) {
        block->i0 = (2 * axis->n - more) % axis->n;
        block->ni = axis->n + 2 * more + 1;
        return;
    }
    if (from <= axis->last)
        locate_inside(axis, from, &first, &w);
    double end = to - axis->first >= 360 ? to - 360 : to;
    if (end <= axis->last)
        locate_inside(axis, end, &last, &w);
    block->i0 = (first + axis->n - more) % axis->n;
    block->ni = (last + axis->n - first) % axis->n + 2 + 2 * more;
}

static void columns_span(const struct forcing_axis *axis, double west, double east, size_t more,
                         struct forcing_block *block)
{
    double turns = floor((west - axis->first) / 360);
    double from = west - 360 * turns, to = east - 360 * turns;
    if (axis->wraps)
        columns_span_round(axis, from, to, more, block);
    else
        columns_span_open(axis, from, to, more, block);
}

struct forcing_block forcing_regular_block(const struct forcing_grid *grid, struct geo_box box,
                                           double margin_frac)
{
    double dlat = margin_frac * fmax(box.north_deg - box.south_deg, 2 * grid->lat.step);
    double dlon = margin_frac * fmax(box.east_deg - box.west_deg, 2 * grid->lon.step);
    struct forcing_block block = {0};
    size_t from, to;
    rows_span(grid, box.south_deg - dlat, box.north_deg + dlat, &from, &to);
    if (from == to)
        return block;
    block.j0 = from;
    block.nj = to - from;
    double width = fmin(box.east_deg - box.west_deg + 2 * dlon, 360);
    double high = fmax(fabs(box.south_deg - dlat), fabs(box.north_deg + dlat));
    size_t more = forcing_grid_reach_columns(grid, high);
    more = more < grid->lon.n ? more : grid->lon.n;
    columns_span(&grid->lon, box.west_deg - dlon, box.west_deg - dlon + width, more, &block);
    if (!block.nj)
        return (struct forcing_block){0};
    return block;
}

bool forcing_block_holds(const struct forcing_grid *grid, struct forcing_block outer,
                         struct forcing_block inner)
{
    size_t n = grid->ni;
    if (!inner.nj)
        return true;
    if (!outer.nj || inner.j0 < outer.j0 || inner.j0 + inner.nj > outer.j0 + outer.nj)
        return false;
    if (grid->wraps && outer.ni >= (inner.ni > n ? inner.ni : n + (grid->shape == FORCING_REGULAR)))
        return true;
    size_t offset = grid->wraps ? (inner.i0 + n - outer.i0) % n : inner.i0 - outer.i0;
    return (grid->wraps || inner.i0 >= outer.i0) && offset + inner.ni <= outer.ni;
}
