// Rows of constant latitude with a number of points each: reduced Gaussian grids.
#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/shapes.h"

#define M_PER_DEG (60 * CORE_M_PER_NM)

// The two points of a row beside a longitude; false when the row does not reach it.
static bool row_place(const struct forcing_rows *rows, size_t r, double lon, size_t point[2], double *w)
{
    size_t n = rows->count[r];
    double step = rows->step[r], from = lon - rows->lon[r];
    from -= 360 * floor(from / 360);
    bool round = fabs((double)n * step - 360) < 1e-3 * step;
    double at = from / step;
    if (!round && at > (double)(n - 1)) {
        bool before = 360 - from < 1e-4 * step, after = at < (double)(n - 1) + 1e-4;
        if (!before && !after)
            return false;
        at = before ? 0 : (double)(n - 1);
    }
    size_t i = (size_t)at;
    if (round)
        i = i >= n ? n - 1 : i;
    else
        i = n > 1 && i > n - 2 ? n - 2 : i;
    *w = fmin(fmax(at - (double)i, 0), 1);
    point[0] = rows->first[r] + i;
    point[1] = rows->first[r] + (i + 1 < n ? i + 1 : 0);
    return true;
}

// Row below a latitude and the fraction of the way to the next.
static size_t row_below(const struct forcing_rows *rows, double lat, double *w)
{
    size_t low = 0, high = rows->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (rows->lat[middle] <= lat)
            low = middle;
        else
            high = middle;
    }
    *w = fmin(fmax((lat - rows->lat[low]) / (rows->lat[high] - rows->lat[low]), 0), 1);
    return low;
}

void forcing_rows_locate(const struct forcing_grid *grid, double lat, double lon, struct forcing_spot *out)
{
    const struct forcing_rows *rows = grid->rows;
    size_t row[2], point[2];
    double share[2], where[2] = {lon, lon}, w;
    double south = rows->lat[0], north = rows->lat[rows->n - 1], slack = 1e-6;
    out->n = 0;
    if (!isfinite(lon) || !(lat >= -90 && lat <= 90))
        return;
    if (rows->round && (lat > north || lat < south) && fabs(lat > north ? north : south) > 80) {
        // Between the last row and the pole: this row here and on the other side of the pole.
        double last = lat > north ? 90 - north : 90 + south, here = 90 - fabs(lat);
        row[0] = row[1] = lat > north ? rows->n - 1 : 0;
        share[0] = last > 0 ? (last + here) / (2 * last) : 1;
        where[1] = lon + 180;
    } else {
        if (!(lat >= south - slack && lat <= north + slack))
            return;
        row[0] = row_below(rows, lat, &w);
        row[1] = row[0] + 1;
        share[0] = 1 - w;
    }
    share[1] = 1 - share[0];
    for (int k = 0; k < 2; k++) {
        if (!row_place(rows, row[k], where[k], point, &w))
            return;
        for (int c = 0; c < 2; c++) {
            out->point[2 * k + c] = (uint32_t)point[c];
            out->weight[2 * k + c] = (float)(share[k] * (c ? w : 1 - w));
        }
    }
    out->n = 4;
}

struct geo_pos forcing_rows_point(const struct forcing_grid *grid, size_t point)
{
    const struct forcing_rows *rows = grid->rows;
    // Points are counted in the order of the file, rows in the order of latitude.
    bool falls = rows->n > 1 && rows->first[0] > rows->first[rows->n - 1];
    size_t low = 0, high = rows->n - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2, r = falls ? rows->n - 1 - middle : middle;
        if (rows->first[r] <= point)
            low = middle;
        else
            high = middle - 1;
    }
    size_t r = falls ? rows->n - 1 - low : low;
    double lon = remainder(rows->lon[r] + rows->step[r] * (double)(point - rows->first[r]), 360);
    return (struct geo_pos){rows->lat[r], lon >= 180 ? lon - 360 : lon};
}

// Rows whose latitude is within [low, high], and one more on each side.
static void rows_span(const struct forcing_rows *rows, double low, double high, size_t *from, size_t *to)
{
    double w;
    *from = low > rows->lat[0] ? row_below(rows, low, &w) : 0;
    *to = high < rows->lat[rows->n - 1] ? row_below(rows, high, &w) + 1 : rows->n - 1;
}

void forcing_rows_near(const struct forcing_grid *grid, double lat, double lon, double reach_m,
                       forcing_near_visit visit, void *arg)
{
    const struct forcing_rows *rows = grid->rows;
    size_t from, to;
    double reach = reach_m / M_PER_DEG;
    rows_span(rows, lat - reach, lat + reach, &from, &to);
    for (size_t r = from; r <= to; r++) {
        double scale = cos(fmin(fabs(rows->lat[r]), 89.9) * CORE_RAD_PER_DEG);
        double side = reach / scale / rows->step[r] + 1, centre = (lon - rows->lon[r]) / rows->step[r];
        ptrdiff_t n = (ptrdiff_t)rows->count[r], m = side < (double)n ? (ptrdiff_t)side : n;
        centre -= floor(centre / (360 / rows->step[r])) * (360 / rows->step[r]);
        for (ptrdiff_t c = (ptrdiff_t)centre - m; c <= (ptrdiff_t)centre + m + 1; c++) {
            ptrdiff_t i = rows->round ? (c % n + n) % n : c;
            if (i < 0 || i >= n)
                continue;
            size_t point = rows->first[r] + (size_t)i;
            struct geo_pos at = forcing_rows_point(grid, point);
            double apart = forcing_apart_m(lat, lon, at.lat_deg, at.lon_deg);
            if (apart <= reach_m)
                visit(arg, point, apart);
        }
    }
}

struct forcing_block forcing_rows_block(const struct forcing_grid *grid, struct geo_box box)
{
    const struct forcing_rows *rows = grid->rows;
    size_t a, b;
    double step = 180.0 / (double)rows->n, pole = rows->round ? step : 0;
    if (box.north_deg < rows->lat[0] - pole || box.south_deg > rows->lat[rows->n - 1] + pole)
        return (struct forcing_block){0};
    if (!rows->round) {
        double apart = remainder(grid->box.west_deg - box.west_deg, 360);
        apart = apart < 0 ? apart + 360 : apart; // from the box's west to the grid's
        if (apart > box.east_deg - box.west_deg && 360 - apart > grid->box.east_deg - grid->box.west_deg)
            return (struct forcing_block){0};
    }
    rows_span(rows, box.south_deg, box.north_deg, &a, &b);
    size_t first = rows->first[a] < rows->first[b] ? rows->first[a] : rows->first[b];
    size_t end_a = rows->first[a] + rows->count[a], end_b = rows->first[b] + rows->count[b];
    return (struct forcing_block){0, 1, first, (end_a > end_b ? end_a : end_b) - first};
}

enum ph_status forcing_grid_rows(const double *lat_deg, const size_t *n, const double *first_deg,
                                 const double *step_deg, size_t n_rows, struct core_arena *arena,
                                 struct forcing_grid *out, struct ph_err *err)
{
    struct forcing_grid grid = {.shape = FORCING_ROWS, .nj = 1};
    struct forcing_rows *rows = CORE_ARENA_NEW(arena, struct forcing_rows, 1);
    double *lat = CORE_ARENA_NEW(arena, double, n_rows), *lon = CORE_ARENA_NEW(arena, double, n_rows);
    double *step = CORE_ARENA_NEW(arena, double, n_rows);
    size_t *first = CORE_ARENA_NEW(arena, size_t, n_rows), *count = CORE_ARENA_NEW(arena, size_t, n_rows);
    if (!rows || !lat || !lon || !step || !first || !count)
        return core_err_nomem(err);
    bool falls = n_rows > 1 && lat_deg[n_rows - 1]<lat_deg[0], good = n_rows> 1, round = true;
    for (size_t f = 0; f < n_rows; f++) {
        size_t r = falls ? n_rows - 1 - f : f;
        lat[r] = lat_deg[f];
        lon[r] = first_deg[f];
        step[r] = step_deg[f];
        count[r] = n[f];
        first[r] = grid.ni;
        grid.ni += n[f];
        good = good && n[f] > 1 && step_deg[f] > 0 && (double)n[f] * step_deg[f] < 360 + step_deg[f] &&
               fabs(lat_deg[f]) <= 90.0001 && isfinite(first_deg[f]);
        round = round && fabs((double)n[f] * step_deg[f] - 360) < 1e-3 * step_deg[f];
    }
    for (size_t r = 1; r < n_rows && good; r++)
        good = lat[r] > lat[r - 1];
    if (!good || grid.ni > UINT32_MAX)
        return core_err_set(err, PH_EINPUT, NULL,
                            "regrid it to longitude and latitude, e.g. with cdo setgridtype",
                            "the rows of the reduced grid do not hold together");
    *rows = (struct forcing_rows){n_rows, lat, first, count, lon, step, round};
    grid.rows = rows;
    grid.step_m = (lat[n_rows - 1] - lat[0]) / (double)(n_rows - 1) * M_PER_DEG;
    size_t widest = 0;
    for (size_t r = 0; r < n_rows; r++)
        widest = step[r] * (double)(count[r] - 1) > step[widest] * (double)(count[widest] - 1) ? r : widest;
    double west = remainder(lon[widest], 360), width = step[widest] * (double)(count[widest] - 1);
    west = west >= 180 ? west - 360 : west;
    grid.box = (struct geo_box){round ? -180 : west, lat[0], round ? 180 : west + width, lat[n_rows - 1]};
    *out = grid;
    return PH_OK;
}
