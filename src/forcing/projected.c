// Axes of a projection.
#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/shapes.h"

enum { SAMPLES = 40, MOST_NEAR_CELLS = 40 };

// Index of a coordinate on an axis, with its fraction; false when outside.
static bool axis_place(const struct forcing_axis *axis, double x, double period, bool wraps, double *at)
{
    double slack = 1e-4 * axis->step;
    if (period > 0)
        x -= period * floor((x - axis->first + slack) / period);
    if (wraps && x > axis->last) {
        *at = (double)(axis->n - 1) + fmin((x - axis->last) / axis->gap, 1);
        return true;
    }
    if (!(x >= axis->first - slack && x <= axis->last + slack))
        return false;
    if (axis->uniform) {
        *at = fmin(fmax((x - axis->first) / axis->step, 0), (double)(axis->n - 1));
        return true;
    }
    size_t low = 0, high = axis->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (axis->value[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    double w = (x - axis->value[low]) / (axis->value[high] - axis->value[low]);
    *at = (double)low + fmin(fmax(w, 0), 1);
    return true;
}

static bool place(const struct forcing_grid *grid, double lat, double lon, double *row, double *column)
{
    double x, y;
    forcing_projection_forward(grid->projection, lat, lon, &x, &y);
    return isfinite(x) && isfinite(y) && axis_place(&grid->lat, y, 0, false, row) &&
           axis_place(&grid->lon, x, grid->projection->period, grid->wraps, column);
}

void forcing_projected_locate(const struct forcing_grid *grid, double lat, double lon,
                              struct forcing_spot *out)
{
    double row, column;
    out->n = 0;
    if (!place(grid, lat, lon, &row, &column))
        return;
    size_t j = (size_t)row, i = (size_t)column;
    j = j > grid->nj - 2 ? grid->nj - 2 : j;
    i = !grid->wraps && i > grid->ni - 2 ? grid->ni - 2 : i;
    double wy = row - (double)j, wx = column - (double)i;
    size_t east = i + 1 < grid->ni ? i + 1 : 0;
    const size_t point[4] = {j * grid->ni + i, j * grid->ni + east, (j + 1) * grid->ni + i,
                             (j + 1) * grid->ni + east};
    const double weight[4] = {(1 - wx) * (1 - wy), wx * (1 - wy), (1 - wx) * wy, wx * wy};
    out->n = 4;
    for (int c = 0; c < 4; c++) {
        out->point[c] = (uint32_t)point[c];
        out->weight[c] = (float)weight[c];
    }
}

// Rows and columns around a place in which the search along the coast looks.
static size_t near_cells(const struct forcing_grid *grid)
{
    double cells = forcing_grid_reach_m(grid) / (0.5 * grid->step_m) + 2;
    return cells < MOST_NEAR_CELLS ? (size_t)cells : MOST_NEAR_CELLS;
}

void forcing_projected_near(const struct forcing_grid *grid, double lat, double lon, double reach_m,
                            forcing_near_visit visit, void *arg)
{
    double row, column;
    if (!place(grid, lat, lon, &row, &column))
        return;
    ptrdiff_t m = (ptrdiff_t)near_cells(grid), j0 = (ptrdiff_t)row, i0 = (ptrdiff_t)column;
    for (ptrdiff_t j = j0 - m; j <= j0 + m + 1; j++)
        for (ptrdiff_t c = i0 - m; c <= i0 + m + 1; c++) {
            ptrdiff_t n = (ptrdiff_t)grid->ni, i = grid->wraps ? (c % n + n) % n : c;
            if (j < 0 || j >= (ptrdiff_t)grid->nj || i < 0 || i >= n)
                continue;
            size_t point = (size_t)j * grid->ni + (size_t)i;
            struct geo_pos at = forcing_grid_point(grid, point);
            double apart = forcing_apart_m(lat, lon, at.lat_deg, at.lon_deg);
            if (apart <= reach_m)
                visit(arg, point, apart);
        }
}

// Fractional index beyond the ends too.
static double index_of(const struct forcing_axis *axis, double x)
{
    double at;
    if (x < axis->first || x > axis->last)
        return x < axis->first ? (x - axis->first) / axis->step
                               : (double)(axis->n - 1) + (x - axis->last) / axis->step;
    axis_place(axis, x, 0, false, &at);
    return at;
}

struct span {
    double low, high;
};

static void span_add(struct span *span, double x)
{
    span->low = fmin(span->low, x);
    span->high = fmax(span->high, x);
}

static bool span_close(struct span span, double margin, size_t n, size_t *first, size_t *count)
{
    double low = floor(span.low - margin), high = ceil(span.high + margin);
    if (!(high >= 0 && low <= (double)(n - 1)))
        return false;
    *first = low > 0 ? (size_t)low : 0;
    *count = (high < (double)(n - 1) ? (size_t)high : n - 1) - *first + 1;
    return true;
}

// The box is looked at in a fine net of places; what lies between them bulges by less than a twentieth.
struct forcing_block forcing_projected_block(const struct forcing_grid *grid, struct geo_box box)
{
    struct span rows = {INFINITY, -INFINITY}, columns = {INFINITY, -INFINITY};
    const struct forcing_projection *p = grid->projection;
    double middle = (grid->lon.first + grid->lon.last) / 2;
    for (int a = 0; a <= SAMPLES; a++)
        for (int b = 0; b <= SAMPLES; b++) {
            double lat = box.south_deg + (box.north_deg - box.south_deg) * a / SAMPLES;
            double lon = box.west_deg + (box.east_deg - box.west_deg) * b / SAMPLES, x, y;
            forcing_projection_forward(p, lat, lon, &x, &y);
            if (!isfinite(x) || !isfinite(y))
                continue;
            if (p->period > 0)
                x = middle + remainder(x - middle, p->period);
            span_add(&rows, index_of(&grid->lat, y));
            span_add(&columns, index_of(&grid->lon, x));
        }
    struct forcing_block block = {0};
    double margin = (double)near_cells(grid) + 2;
    double bulge_j = 0.05 * (rows.high - rows.low), bulge_i = 0.05 * (columns.high - columns.low);
    if (!span_close(rows, margin + bulge_j, grid->nj, &block.j0, &block.nj))
        return (struct forcing_block){0};
    if (grid->wraps) {
        block.ni = grid->ni;
        return block;
    }
    if (!span_close(columns, margin + bulge_i, grid->ni, &block.i0, &block.ni))
        return (struct forcing_block){0};
    return block;
}

static enum ph_status axis_make(const double *value, size_t n, const char *name, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err)
{
    struct forcing_axis axis = {.n = n, .n_file = n};
    if (n < 2)
        return core_err_set(err, PH_EINPUT, NULL, "check the file with ncdump -h",
                            "the axis %s has one entry", name);
    axis.reversed = value[n - 1] < value[0];
    double *copy = CORE_ARENA_NEW(arena, double, n);
    if (!copy)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        copy[i] = value[axis.reversed ? n - 1 - i : i];
        if (!isfinite(copy[i]) || fabs(copy[i]) > 1e9 || (i && copy[i] <= copy[i - 1]))
            return core_err_set(err, PH_EINPUT, NULL, "check the coordinate with ncdump -v",
                                "the axis %s neither rises nor falls all the way", name);
    }
    axis.value = copy;
    axis.first = copy[0];
    axis.last = copy[n - 1];
    axis.step = (axis.last - axis.first) / (double)(n - 1);
    axis.uniform = true;
    for (size_t i = 0; i < n; i++)
        if (fabs(copy[i] - (axis.first + (double)i * axis.step)) > 1e-4 * axis.step)
            axis.uniform = false;
    *out = axis;
    return PH_OK;
}

// Corners, sides and middle: wide enough for `inspect`.
static void extent_measure(struct forcing_grid *grid)
{
    double south = 90, north = -90, west = INFINITY, east = -INFINITY, before = 0, lon = 0;
    size_t around = 2 * (grid->nj + grid->ni) - 4;
    for (size_t k = 0; k <= around; k++) {
        size_t at = k % around, i, j;
        if (at < grid->ni - 1)
            j = 0, i = at;
        else if (at < grid->ni - 1 + grid->nj - 1)
            j = at - (grid->ni - 1), i = grid->ni - 1;
        else if (at < 2 * (grid->ni - 1) + grid->nj - 1)
            j = grid->nj - 1, i = 2 * (grid->ni - 1) + grid->nj - 1 - at;
        else
            j = around - at, i = 0;
        struct geo_pos pos = forcing_grid_point(grid, j * grid->ni + i);
        south = fmin(south, pos.lat_deg);
        north = fmax(north, pos.lat_deg);
        lon = k ? lon + remainder(pos.lon_deg - before, 360) : pos.lon_deg;
        before = pos.lon_deg;
        west = fmin(west, lon);
        east = fmax(east, lon);
    }
    double row, column;
    bool north_pole = place(grid, 90, 0, &row, &column), south_pole = place(grid, -90, 0, &row, &column);
    if (north_pole || south_pole || east - west >= 360 || grid->wraps) {
        west = -180;
        east = 180;
    }
    double width = east - west;
    west = remainder(west, 360);
    west = west >= 180 ? west - 360 : west;
    grid->box = (struct geo_box){west, south_pole ? -90 : south, west + width, north_pole ? 90 : north};
}

enum ph_status forcing_grid_projected(const char *proj, const double *x, size_t n_x, const double *y,
                                      size_t n_y, struct core_arena *arena, struct forcing_grid *out,
                                      struct ph_err *err)
{
    struct forcing_grid grid = {.shape = FORCING_PROJECTED, .nj = n_y, .ni = n_x};
    struct forcing_projection *p = CORE_ARENA_NEW(arena, struct forcing_projection, 1);
    if (!p)
        return core_err_nomem(err);
    grid.projection = p;
    enum ph_status status = forcing_projection_parse(proj, p, err);
    if (!status)
        status = axis_make(x, n_x, "x", arena, &grid.lon, err);
    if (!status)
        status = axis_make(y, n_y, "y", arena, &grid.lat, err);
    if (status)
        return status;
    if (n_y > UINT32_MAX / n_x)
        return core_err_set(err, PH_EINPUT, NULL, "check the file with ncdump -h",
                            "a grid of %zu x %zu points", n_y, n_x);
    grid.lon.gap = grid.lon.first + p->period - grid.lon.last;
    grid.wraps = grid.lon.wraps = p->period > 0 && fabs(grid.lon.gap - grid.lon.step) < 0.01 * grid.lon.step;
    if (p->period > 0 && grid.lon.last - grid.lon.first > p->period * (1 + 1e-6))
        return core_err_set(err, PH_EINPUT, NULL, "check the coordinate with ncdump -v",
                            "x goes round the earth more than once: is it in other units than it says?");
    if (p->kind == PROJECTION_ROTATED && (fabs(grid.lat.first) > 90.0001 || fabs(grid.lat.last) > 90.0001))
        return core_err_set(err, PH_EINPUT, NULL, "check the coordinate with ncdump -v",
                            "rotated latitudes go beyond 90 degrees");
    struct geo_pos a = forcing_grid_point(&grid, n_y / 2 * n_x + n_x / 2);
    struct geo_pos b = forcing_grid_point(&grid, n_y / 2 * n_x + n_x / 2 - 1);
    grid.step_m = forcing_apart_m(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg);
    if (!(grid.step_m > 1 && grid.step_m < 2e6))
        return core_err_set(err, PH_EINPUT, NULL, "check the units of x and y",
                            "neighbouring points are %g m apart: are x and y in other units than they say?",
                            grid.step_m);
    extent_measure(&grid);
    *out = grid;
    return PH_OK;
}
