#include "forcing/sample.h"

#include <math.h>
#include <string.h>

#include "core/units.h"

// Four floats of a row: (u, v) of two neighbouring columns.
typedef float pair_t __attribute__((vector_size(16)));

enum { BLOCK = 256 };

// A source's live levels, with what the loops need of its grid.
struct view {
    const struct forcing_grid *grid;
    const float *a, *b; // rows of `stride` floats
    size_t stride;
    struct forcing_block block;
    ptrdiff_t row_min, row_max, column_min, column_max; // cells whose neighbourhood is live
    double w_at_from, w_per_s;
};

// Cells of a block of places.
struct places {
    int32_t at[BLOCK]; // offset of the cell's south-west point in a level, -1: not on the grid
    float wy[BLOCK], wx[BLOCK];
};

static struct view view_of(const struct forcing_source *source)
{
    const struct forcing_block *block = &source->block;
    const struct forcing_grid *grid = source->grid;
    struct view view = {
        .grid = grid,
        .a = source->slab[source->live[0]].uv,
        .b = source->slab[source->live[1]].uv,
        .stride = 2 * block->ni,
        .block = *block,
        .w_at_from = source->w_at_from,
        .w_per_s = source->w_per_s,
    };
    // At the grid's own edges there are no neighbours; elsewhere they must be live, so that an answer never
    // depends on which box is.
    bool round = grid->lon.wraps;
    view.row_min = block->j0 ? 1 : 0;
    view.row_max = (ptrdiff_t)block->nj - (block->j0 + block->nj == grid->lat.n ? 2 : 3);
    view.column_min = round || block->i0 ? 1 : 0;
    view.column_max = (ptrdiff_t)block->ni - (!round && block->i0 + block->ni == grid->lon.n ? 2 : 3);
    return view;
}

// Offset of a cell in the live levels; -1 when it is not live.
static int32_t cell_offset(const struct view *view, size_t j, size_t i)
{
    ptrdiff_t row = (ptrdiff_t)j - (ptrdiff_t)view->block.j0,
              column = (ptrdiff_t)i - (ptrdiff_t)view->block.i0;
    if (view->grid->lon.wraps && column < view->column_min)
        column += (ptrdiff_t)view->grid->lon.n;
    if (row < view->row_min || row > view->row_max || column < view->column_min || column > view->column_max)
        return -1;
    return (int32_t)((size_t)row * view->stride + 2 * (size_t)column);
}

// The usual place on uniform axes, well inside; false: ask the slower way.
static inline bool locate_quickly(const struct forcing_grid *grid, double lat, double lon, double per_lat,
                                  double per_lon, size_t *j, size_t *i, double *wy, double *wx)
{
    double y = (lat - grid->lat.first) * per_lat, x = lon - grid->lon.first;
    x = x < 0 ? x + 360 : x >= 360 ? x - 360 : x;
    x *= per_lon;
    if (!(y >= 0 && y < (double)(grid->lat.n - 1) && x >= 0 && x < (double)(grid->lon.n - 1)))
        return false;
    *j = (size_t)(int64_t)y;
    *i = (size_t)(int64_t)x;
    *wy = y - (double)(int64_t)y;
    *wx = x - (double)(int64_t)x;
    return true;
}

static void locate(const struct view *view, size_t n, const double *lat, const double *lon,
                   struct places *out)
{
    const struct forcing_grid *grid = view->grid;
    bool uniform = grid->lat.uniform && grid->lon.uniform;
    double per_lat = 1 / grid->lat.step, per_lon = 1 / grid->lon.step;
    for (size_t k = 0; k < n; k++) {
        size_t j, i;
        double wy, wx;
        bool on = (uniform && locate_quickly(grid, lat[k], lon[k], per_lat, per_lon, &j, &i, &wy, &wx)) ||
                  (forcing_axis_locate_lat(grid, lat[k], &j, &wy) &&
                   forcing_axis_locate_lon(&grid->lon, lon[k], &i, &wx));
        out->at[k] = on ? cell_offset(view, j, i) : -1;
        out->wy[k] = on ? (float)wy : 0;
        out->wx[k] = on ? (float)wx : 0;
    }
}

static inline pair_t load(const float *at)
{
    pair_t pair;
    memcpy(&pair, at, sizeof pair);
    return pair;
}

// A point's value at the time; false when it is missing at one level or the other.
static bool point_value(const struct view *view, ptrdiff_t at, float wt, float uv[2])
{
    for (int c = 0; c < 2; c++) {
        uv[c] = view->a[at + c] + wt * (view->b[at + c] - view->a[at + c]);
        if (isnan(uv[c]))
            return false;
    }
    return true;
}

// The valid corners, their weights brought to one.
static bool corners_mean(const struct view *view, int32_t at, float wy, float wx, float wt, float uv[2])
{
    double sum[2] = {0, 0}, total = 0;
    for (int c = 0; c < 4; c++) {
        float value[2];
        double weight = (double)(c & 2 ? wy : 1 - wy) * (double)(c & 1 ? wx : 1 - wx);
        ptrdiff_t point = at + (c & 2 ? (ptrdiff_t)view->stride : 0) + (c & 1 ? 2 : 0);
        if (weight < 1e-6 || !point_value(view, point, wt, value))
            continue;
        total += weight;
        sum[0] += weight * (double)value[0];
        sum[1] += weight * (double)value[1];
    }
    if (total <= 0)
        return false;
    uv[0] = (float)(sum[0] / total);
    uv[1] = (float)(sum[1] / total);
    return true;
}

// The nearest valid point within the reach.
static bool nearest_valid(const struct view *view, int32_t at, float wy, float wx, float wt, double lat_deg,
                          float uv[2])
{
    ptrdiff_t row = at / (ptrdiff_t)view->stride, column = at % (ptrdiff_t)view->stride / 2;
    double m_per_deg = CORE_M_PER_NM * 60, east = m_per_deg * cos(lat_deg * CORE_RAD_PER_DEG);
    double best = FORCING_REACH_M * FORCING_REACH_M;
    bool found = false;
    for (ptrdiff_t j = -1; j <= 2; j++)
        for (ptrdiff_t i = -1; i <= 2; i++) {
            double rows = (double)j - (double)wy, columns = (double)i - (double)wx;
            bool live = row + j >= 0 && row + j < (ptrdiff_t)view->block.nj && column + i >= 0 &&
                        column + i < (ptrdiff_t)view->block.ni;
            if (!live || fabs(rows) > FORCING_REACH_CELLS || fabs(columns) > FORCING_REACH_CELLS)
                continue;
            double y = rows * view->grid->lat.step * m_per_deg, x = columns * view->grid->lon.step * east;
            float value[2];
            if (x * x + y * y > best || (found && x * x + y * y >= best) ||
                !point_value(view, at + j * (ptrdiff_t)view->stride + 2 * i, wt, value))
                continue;
            best = x * x + y * y;
            found = true;
            memcpy(uv, value, sizeof value);
        }
    return found;
}

// Near the coast: some corner is missing.
static bool sample_slowly(const struct view *view, int32_t at, float wy, float wx, float wt, double lat_deg,
                          float uv[2], uint8_t *flags)
{
    if (corners_mean(view, at, wy, wx, wt, uv))
        return true;
    if (!nearest_valid(view, at, wy, wx, wt, lat_deg, uv))
        return false;
    *flags |= FORCING_FLAG_COASTAL;
    return true;
}

static void sample_block(const struct view *view, int8_t number, size_t n, const double *lat,
                         const double *lon, const double *t_s, double *u, double *v, int8_t *served,
                         uint8_t *flags, uint8_t flag)
{
    struct places places;
    locate(view, n, lat, lon, &places);
    for (size_t k = 0; k < n; k++) {
        if (served[k] >= 0 || places.at[k] < 0)
            continue;
        int32_t at = places.at[k];
        float wy = places.wy[k], wx = places.wx[k];
        double w = view->w_at_from + t_s[k] * view->w_per_s;
        float wt = (float)(w < 0 ? 0 : w > 1 ? 1 : w);
        pair_t south = load(view->a + at), north = load(view->a + at + view->stride);
        south += wt * (load(view->b + at) - south);
        north += wt * (load(view->b + at + view->stride) - north);
        south += wy * (north - south);
        float uv[2] = {south[0] + wx * (south[2] - south[0]), south[1] + wx * (south[3] - south[1])};
        uint8_t how = flag;
        if ((isnan(uv[0]) || isnan(uv[1])) && !sample_slowly(view, at, wy, wx, wt, lat[k], uv, &how))
            continue;
        u[k] = (double)uv[0];
        v[k] = (double)uv[1];
        served[k] = number;
        flags[k] = how;
    }
}

static void sample_series(const struct forcing_source *source, int8_t number, size_t n, const double *t_s,
                          double *u, double *v, int8_t *served, uint8_t *flags, uint8_t flag)
{
    const struct forcing_observation *a = &source->series[source->live[0]],
                                     *b = &source->series[source->live[1]];
    for (size_t k = 0; k < n; k++) {
        double w = source->w_at_from + t_s[k] * source->w_per_s;
        w = w < 0 ? 0 : w > 1 ? 1 : w;
        if (served[k] >= 0)
            continue;
        u[k] = a->u_mps + w * (b->u_mps - a->u_mps);
        v[k] = a->v_mps + w * (b->v_mps - a->v_mps);
        served[k] = number;
        flags[k] = flag;
    }
}

void forcing_source_sample(const struct forcing_source *source, int8_t number, size_t n,
                           const double *lat_deg, const double *lon_deg, const double *t_s, double *u,
                           double *v, int8_t *served, uint8_t *flags)
{
    uint8_t flag = source->serves == SERVES_HELD ? FORCING_FLAG_HELD : 0;
    if (source->serves == SERVES_NOT)
        return;
    if (source->series) {
        sample_series(source, number, n, t_s, u, v, served, flags, flag);
        return;
    }
    struct view view = view_of(source);
    for (size_t k = 0; k < n; k += BLOCK) {
        size_t count = n - k < BLOCK ? n - k : BLOCK;
        sample_block(&view, number, count, lat_deg + k, lon_deg + k, t_s + k, u + k, v + k, served + k,
                     flags + k, flag);
    }
}
