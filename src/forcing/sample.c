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
    const float *place; // latitude and longitude of each point, laid out alike; NULL on regular grids
    size_t stride;
    struct forcing_block block;
    ptrdiff_t row_max, column_min, column_max; // cells that are live
    double w_at_from, w_per_s;
    bool scalar; // temperatures do not turn
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
        .place = source->place,
        .stride = 2 * block->ni,
        .block = *block,
        .w_at_from = source->w_at_from,
        .w_per_s = source->w_per_s,
        .scalar = source->kind == FORCING_SEA_TEMPERATURE,
    };
    view.row_max = (ptrdiff_t)block->nj - 2;
    view.column_max = (ptrdiff_t)block->ni - 2;
    // Where columns are there twice (round the earth), those with neighbours on both sides serve.
    view.column_min =
        (ptrdiff_t)block->ni > (ptrdiff_t)grid->ni ? ((ptrdiff_t)block->ni - (ptrdiff_t)grid->ni) / 2 : 0;
    return view;
}

// Offset of a cell in the live levels; -1 when it is not live.
static int32_t cell_offset(const struct view *view, size_t j, size_t i)
{
    ptrdiff_t row = (ptrdiff_t)j - (ptrdiff_t)view->block.j0,
              column = (ptrdiff_t)i - (ptrdiff_t)view->block.i0;
    if (view->grid->wraps &&
        (column < 0 || (column < view->column_min && column + (ptrdiff_t)view->grid->ni <= view->column_max)))
        column += (ptrdiff_t)view->grid->ni;
    if (row < 0 || row > view->row_max || column < 0 || column > view->column_max)
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
    ptrdiff_t high_j = (ptrdiff_t)forcing_grid_reach_rows(view->grid);
    ptrdiff_t high_i = (ptrdiff_t)forcing_grid_reach_columns(view->grid, lat_deg);
    double m_per_deg = CORE_M_PER_NM * 60, east = m_per_deg * cos(lat_deg * CORE_RAD_PER_DEG);
    double best = FORCING_REACH_MOST_M * FORCING_REACH_MOST_M;
    double always = FORCING_REACH_LEAST_M * FORCING_REACH_LEAST_M;
    bool found = false;
    for (ptrdiff_t j = 1 - high_j; j <= high_j; j++)
        for (ptrdiff_t i = 1 - high_i; i <= high_i; i++) {
            double rows = (double)j - (double)wy, columns = (double)i - (double)wx;
            double y = rows * view->grid->lat.step * m_per_deg, x = columns * view->grid->lon.step * east;
            double apart = x * x + y * y;
            bool live = row + j >= 0 && row + j < (ptrdiff_t)view->block.nj && column + i >= 0 &&
                        column + i < (ptrdiff_t)view->block.ni;
            bool beside = fabs(rows) <= FORCING_REACH_CELLS && fabs(columns) <= FORCING_REACH_CELLS;
            float value[2];
            if (!live || apart > best || (found && apart >= best) || !(beside || apart <= always) ||
                !point_value(view, at + j * (ptrdiff_t)view->stride + 2 * i, wt, value))
                continue;
            best = apart;
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

// ---------------------------------------------------------------- grids that are not regular

// A vector is carried from its point to the place before it is added: its bearing turns as the meridians do.
// Beyond 80 degrees vectors are added in space, and seen again from the place.
#define POLAR_DEG 80.0

// Offset of a point in the live levels; -1 when it is not live.
static ptrdiff_t point_offset(const struct view *view, size_t point)
{
    size_t j = point / view->grid->ni, i = point % view->grid->ni;
    size_t column = i >= view->block.i0 ? i - view->block.i0 : i + view->grid->ni - view->block.i0;
    bool live = j >= view->block.j0 && j - view->block.j0 < view->block.nj && column < view->block.ni &&
                (i >= view->block.i0 || view->grid->wraps);
    return live ? (ptrdiff_t)((j - view->block.j0) * view->stride + 2 * column) : -1;
}

// Sum of vectors, as components at the place; as components of space beyond 80 degrees.
struct sum {
    bool polar;
    double lat, lon, sine, total, uv[2], xyz[3];
};

static void axes_of(double lat_deg, double lon_deg, double east[3], double north[3])
{
    double phi = lat_deg * CORE_RAD_PER_DEG, lambda = lon_deg * CORE_RAD_PER_DEG;
    double se = sin(lambda), ce = cos(lambda), sn = sin(phi), cn = cos(phi);
    east[0] = -se, east[1] = ce, east[2] = 0;
    north[0] = -sn * ce, north[1] = -sn * se, north[2] = cn;
}

// `at` is the offset of the point.
static void sum_add(struct sum *sum, const struct view *view, ptrdiff_t at, double weight,
                    const float value[2])
{
    double u = (double)value[0], v = (double)value[1];
    sum->total += weight;
    if (!sum->polar) {
        // Along a great circle the bearing grows by the difference of longitude times the sine of latitude.
        double apart = sum->lon - (double)view->place[at + 1];
        apart = apart > 180 ? apart - 360 : apart < -180 ? apart + 360 : apart;
        double turn = apart * CORE_RAD_PER_DEG * sum->sine;
        double c = 1 - turn * turn / 2, s = turn * (1 - turn * turn / 6);
        sum->uv[0] += weight * (u * c + v * s);
        sum->uv[1] += weight * (v * c - u * s);
        return;
    }
    double east[3], north[3];
    axes_of((double)view->place[at], (double)view->place[at + 1], east, north);
    for (int k = 0; k < 3; k++)
        sum->xyz[k] += weight * (u * east[k] + v * north[k]);
}

static void sum_close(const struct sum *sum, double *u, double *v)
{
    double east[3], north[3];
    *u = sum->uv[0] / sum->total;
    *v = sum->uv[1] / sum->total;
    if (!sum->polar)
        return;
    axes_of(sum->lat, sum->lon, east, north);
    *u = (sum->xyz[0] * east[0] + sum->xyz[1] * east[1] + sum->xyz[2] * east[2]) / sum->total;
    *v = (sum->xyz[0] * north[0] + sum->xyz[1] * north[1] + sum->xyz[2] * north[2]) / sum->total;
}

struct nearest {
    const struct view *view;
    float wt, uv[2];
    ptrdiff_t at;
    double best_m;
    bool found;
};

static void nearest_try(void *arg, size_t point, double distance_m)
{
    struct nearest *nearest = arg;
    ptrdiff_t at = point_offset(nearest->view, point);
    float value[2];
    if (at < 0 || (nearest->found && distance_m >= nearest->best_m) ||
        !point_value(nearest->view, at, nearest->wt, value))
        return;
    nearest->found = true;
    nearest->best_m = distance_m;
    nearest->at = at;
    memcpy(nearest->uv, value, sizeof value);
}

// Adds what serves a place; false: nothing does. Triangles end at the coast, so places beyond their edge are
// coastal too; other grids end somewhere at sea.
static bool spot_sum(const struct view *view, const struct forcing_spot *spot, float wt, struct sum *sum,
                     uint8_t *flags)
{
    for (int c = 0; c < spot->n; c++) {
        ptrdiff_t at = point_offset(view, spot->point[c]);
        float value[2];
        if (at < 0)
            return false;
        if (spot->weight[c] >= 1e-6F && point_value(view, at, wt, value))
            sum_add(sum, view, at, (double)spot->weight[c], value);
    }
    if (sum->total > 0)
        return true;
    if (!spot->n && view->grid->shape != FORCING_TRIANGLES)
        return false;
    // In growing circles: what is found within one is nearest of all.
    struct nearest nearest = {.view = view, .wt = wt};
    double reach = forcing_grid_reach_m(view->grid), circle = 2 * view->grid->step_m;
    for (bool last = false; !nearest.found && !last; circle *= 3) {
        last = circle >= reach;
        forcing_grid_near(view->grid, sum->lat, sum->lon, last ? reach : circle, nearest_try, &nearest);
    }
    if (!nearest.found)
        return false;
    sum_add(sum, view, nearest.at, 1, nearest.uv);
    *flags |= FORCING_FLAG_COASTAL;
    return true;
}

static void sample_spots(const struct view *view, int8_t number, size_t n, const double *lat,
                         const double *lon, const double *t_s, double *u, double *v, int8_t *served,
                         uint8_t *flags, uint8_t flag)
{
    struct forcing_spot spot[BLOCK];
    forcing_grid_locate(view->grid, n, lat, lon, spot);
    for (size_t k = 0; k < n; k++) {
        double w = view->w_at_from + t_s[k] * view->w_per_s;
        struct sum sum = {.polar = fabs(lat[k]) >= POLAR_DEG && !view->scalar,
                          .lat = lat[k],
                          .lon = remainder(lon[k], 360)};
        sum.sine = view->scalar ? 0 : sin(lat[k] * CORE_RAD_PER_DEG);
        uint8_t how = flag;
        if (served[k] >= 0 || !spot_sum(view, &spot[k], (float)(w < 0 ? 0 : w > 1 ? 1 : w), &sum, &how))
            continue;
        sum_close(&sum, &u[k], &v[k]);
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
        if (view.grid->shape == FORCING_REGULAR)
            sample_block(&view, number, count, lat_deg + k, lon_deg + k, t_s + k, u + k, v + k, served + k,
                         flags + k, flag);
        else
            sample_spots(&view, number, count, lat_deg + k, lon_deg + k, t_s + k, u + k, v + k, served + k,
                         flags + k, flag);
    }
}
