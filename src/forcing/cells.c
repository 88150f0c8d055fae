// Curved grids and triangles: cells with four or three corners that lie anywhere, found through a tree of
// boxes. A place is located in the plane of longitude and latitude; beyond 80 degrees, where that plane
// tears, in the plane that touches the earth at the place (gnomonic, so that sides of cells stay straight and
// shared).
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/shapes.h"

#define RAD CORE_RAD_PER_DEG
#define M_PER_DEG (60 * CORE_M_PER_NM)
#define POLAR_DEG 80.0
#define SLACK 1e-9       // of a cell: sides belong to both neighbours
#define LONGEST_SIDES 50 // a side that many times the usual one is a hole in the coordinates
enum { SAMPLES = 2048 };

struct corners {
    int n;
    size_t point[4]; // quads: (j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i)
    double lat[4], lon[4];
};

double forcing_apart_m(double lat_a, double lon_a, double lat_b, double lon_b)
{
    double dlat = sin((lat_b - lat_a) * RAD / 2), dlon = sin((lon_b - lon_a) * RAD / 2);
    double h = dlat * dlat + cos(lat_a * RAD) * cos(lat_b * RAD) * dlon * dlon;
    return 2 * asin(fmin(1, sqrt(h))) / RAD * M_PER_DEG;
}

struct geo_box forcing_box_widen(struct geo_box box, double reach_m)
{
    double dlat = reach_m / M_PER_DEG;
    double north = fmin(90, box.north_deg + dlat), south = fmax(-90, box.south_deg - dlat);
    double scale = cos(fmax(fabs(north), fabs(south)) * RAD);
    double width = box.east_deg - box.west_deg, dlon = scale > 1e-3 ? dlat / scale : 360;
    if (width + 2 * dlon >= 360)
        return (struct geo_box){-180, south, 180, north};
    double west = box.west_deg - dlon;
    west = west < -180 ? west + 360 : west;
    return (struct geo_box){west, south, west + width + 2 * dlon, north};
}

static size_t columns_of_cells(const struct forcing_grid *grid)
{
    return grid->wraps ? grid->ni : grid->ni - 1;
}

// Column of the point that faces column i across the fold of the last row.
static size_t across_fold(const struct forcing_grid *grid, size_t i)
{
    return (grid->fold_sum + grid->ni - i) % grid->ni;
}

static void corners_of(const struct forcing_grid *grid, uint32_t cell, struct corners *out)
{
    if (grid->shape == FORCING_TRIANGLES) {
        out->n = 3;
        for (int c = 0; c < 3; c++) {
            out->point[c] = grid->mesh->corner[3 * (size_t)cell + (size_t)c];
            out->lat[c] = grid->mesh->node_lat[out->point[c]];
            out->lon[c] = grid->mesh->node_lon[out->point[c]];
        }
        return;
    }
    size_t columns = columns_of_cells(grid), j = cell / columns, i = cell % columns;
    size_t east = i + 1 < grid->ni ? i + 1 : 0, row = j * grid->ni;
    bool fold = j + 1 == grid->nj; // the cells behind the last row: their far side is the row itself
    out->n = 4;
    out->point[0] = row + i;
    out->point[1] = row + east;
    out->point[2] = fold ? row + across_fold(grid, east) : row + grid->ni + east;
    out->point[3] = fold ? row + across_fold(grid, i) : row + grid->ni + i;
    for (int c = 0; c < 4; c++) {
        out->lat[c] = grid->point_lat_deg[out->point[c]];
        out->lon[c] = grid->point_lon_deg[out->point[c]];
    }
}

// West, south, east and north of a cell; false for one that is none: a corner is missing, or a side far too
// long.
static bool cell_extent(const void *arg, uint32_t cell, double out[4])
{
    const struct forcing_grid *grid = arg;
    struct corners at;
    corners_of(grid, cell, &at);
    double east = at.lon[0], low = east, high = east, turned = 0, south = at.lat[0], north = at.lat[0];
    for (int c = 0; c < at.n; c++) {
        int d = (c + 1) % at.n;
        if (!isfinite(at.lat[c]) || !isfinite(at.lon[c]) ||
            forcing_apart_m(at.lat[c], at.lon[c], at.lat[d], at.lon[d]) > LONGEST_SIDES * grid->step_m)
            return false;
        double step = remainder(at.lon[d] - at.lon[c], 360);
        turned += step;
        east += step;
        low = fmin(low, east);
        high = fmax(high, east);
        south = fmin(south, at.lat[c]);
        north = fmax(north, at.lat[c]);
    }
    bool pole = fabs(turned) > 180 || high - low >= 180;
    // Sides bulge toward the pole: by at most this much.
    double bulge =
        pole || fmax(fabs(south), fabs(north)) < POLAR_DEG - 5 ? 0 : (high - low) * (high - low) * RAD / 8;
    double west = remainder(low, 360);
    west = west >= 180 ? west - 360 : west;
    bool north_pole = north > -south;
    out[0] = pole ? -180 : west;
    out[1] = pole && !north_pole ? -90 : fmax(-90, south - bulge);
    out[2] = pole ? 180 : west + (high - low);
    out[3] = pole && north_pole ? 90 : fmin(90, north + bulge);
    return true;
}

// ---------------------------------------------------------------- locating

struct query {
    const struct forcing_grid *grid;
    double lat, lon, sine, cosine;
    bool polar;
    struct forcing_spot *out;
};

// Corner seen from the place.
static bool corner_place(const struct query *q, double lat, double lon, double xy[2])
{
    if (!q->polar) {
        xy[0] = remainder(lon - q->lon, 360);
        xy[1] = lat - q->lat;
        return true;
    }
    double s = sin(lat * RAD), c = cos(lat * RAD), d = (lon - q->lon) * RAD;
    double depth = q->sine * s + q->cosine * c * cos(d);
    xy[0] = c * sin(d) / depth;
    xy[1] = (q->cosine * s - q->sine * c * cos(d)) / depth;
    return depth > 0.1;
}

static double cross(const double a[2], const double b[2])
{
    return a[0] * b[1] - a[1] * b[0];
}

static bool inside_unit(double x)
{
    return x >= -SLACK && x <= 1 + SLACK;
}

static double clamp_unit(double x)
{
    return fmin(fmax(x, 0), 1);
}

// s for a given t: (a + t c) + s (b + t d) = 0.
static bool along(const double a[2], const double b[2], const double c[2], const double d[2], double t,
                  double *s)
{
    double p[2] = {a[0] + t * c[0], a[1] + t * c[1]}, q[2] = {b[0] + t * d[0], b[1] + t * d[1]};
    double length = q[0] * q[0] + q[1] * q[1];
    if (!(length > 0))
        return false;
    *s = -(p[0] * q[0] + p[1] * q[1]) / length;
    return inside_unit(*s);
}

// Where the origin lies in a quadrilateral: p0 + s (p1 - p0) + t (p3 - p0) + s t (p0 - p1 + p2 - p3) = 0.
// Eliminating s leaves a quadratic in t.
static bool bilinear_inverse(double p[4][2], double *s, double *t)
{
    double a[2], b[2], c[2], d[2];
    for (int k = 0; k < 2; k++) {
        a[k] = p[0][k];
        b[k] = p[1][k] - p[0][k];
        c[k] = p[3][k] - p[0][k];
        d[k] = p[0][k] - p[1][k] + p[2][k] - p[3][k];
    }
    double c0 = cross(a, b), c1 = cross(a, d) + cross(c, b), c2 = cross(c, d);
    double root[2];
    int n = 0;
    if (fabs(c2) <= 1e-14 * fabs(c1)) {
        root[n++] = -c0 / c1;
    } else {
        double inner = c1 * c1 - 4 * c2 * c0;
        if (!(inner >= 0))
            return false;
        double q = -0.5 * (c1 + copysign(sqrt(inner), c1));
        root[n++] = q / c2;
        if (q != 0)
            root[n++] = c0 / q;
    }
    for (int k = 0; k < n; k++)
        if (inside_unit(root[k]) && along(a, b, c, d, root[k], s)) {
            *t = clamp_unit(root[k]);
            *s = clamp_unit(*s);
            return true;
        }
    return false;
}

static bool quad_try(const struct query *q, const struct corners *at, double p[4][2])
{
    double s, t;
    if (!bilinear_inverse(p, &s, &t))
        return false;
    const double weight[4] = {(1 - s) * (1 - t), s * (1 - t), s * t, (1 - s) * t};
    q->out->n = 4;
    for (int c = 0; c < 4; c++) {
        q->out->point[c] = (uint32_t)at->point[c];
        q->out->weight[c] = (float)weight[c];
    }
    return true;
}

static bool triangle_try(const struct query *q, uint32_t face, const struct corners *at, double p[4][2])
{
    double part[3] = {cross(p[1], p[2]), cross(p[2], p[0]), cross(p[0], p[1])};
    double area = part[0] + part[1] + part[2];
    for (int c = 0; c < 3; c++)
        if (!inside_unit(part[c] / area))
            return false;
    q->out->n = q->grid->mesh->on_faces ? 1 : 3;
    for (int c = 0; c < q->out->n; c++) {
        q->out->point[c] = q->grid->mesh->on_faces ? face : (uint32_t)at->point[c];
        q->out->weight[c] = q->grid->mesh->on_faces ? 1 : (float)clamp_unit(part[c] / area);
    }
    return true;
}

static bool cell_try(void *arg, uint32_t cell)
{
    const struct query *q = arg;
    struct corners at;
    double p[4][2], low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    corners_of(q->grid, cell, &at);
    for (int c = 0; c < at.n; c++) {
        if (!corner_place(q, at.lat[c], at.lon[c], p[c]))
            return false;
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], p[c][k]);
            high[k] = fmax(high[k], p[c][k]);
        }
    }
    for (int k = 0; k < 2; k++) {
        double slack = SLACK * (high[k] - low[k]);
        if (low[k] > slack || high[k] < -slack)
            return false;
    }
    // On the far side of the earth, across the meridian opposite to the place, a cell seems to lie all round
    // it.
    if (!q->polar && high[0] - low[0] > 180)
        return false;
    return at.n == 4 ? quad_try(q, &at, p) : triangle_try(q, cell, &at, p);
}

static double lon_wrapped(double lon)
{
    double x = remainder(lon, 360);
    return x >= 180 ? x - 360 : x;
}

void forcing_cells_locate(const struct forcing_grid *grid, double lat, double lon, struct forcing_spot *out)
{
    double x = lon_wrapped(lon);
    struct query q = {.grid = grid, .lat = lat, .lon = x, .polar = fabs(lat) >= POLAR_DEG, .out = out};
    q.sine = sin(lat * RAD);
    q.cosine = cos(lat * RAD);
    struct forcing_extent at = {(float)x, (float)lat, (float)x, (float)lat};
    out->n = 0;
    forcing_boxtree_visit(grid->tree, at, cell_try, &q);
}

// ---------------------------------------------------------------- what is near, what a box needs

struct near {
    const struct forcing_grid *grid;
    double lat, lon, reach_m;
    forcing_near_visit visit;
    void *arg;
};

static bool near_try(void *arg, uint32_t cell)
{
    const struct near *near = arg;
    struct corners at;
    corners_of(near->grid, cell, &at);
    if (near->grid->shape == FORCING_TRIANGLES && near->grid->mesh->on_faces) {
        struct geo_pos middle = forcing_grid_point(near->grid, cell);
        double apart = forcing_apart_m(near->lat, near->lon, middle.lat_deg, middle.lon_deg);
        if (apart <= near->reach_m)
            near->visit(near->arg, cell, apart);
        return false;
    }
    for (int c = 0; c < at.n; c++) {
        double apart = forcing_apart_m(near->lat, near->lon, at.lat[c], at.lon[c]);
        if (apart <= near->reach_m)
            near->visit(near->arg, at.point[c], apart);
    }
    return false;
}

static struct forcing_extent extent_of_box(struct geo_box box)
{
    return (struct forcing_extent){(float)box.west_deg, (float)box.south_deg, (float)box.east_deg,
                                   (float)box.north_deg};
}

void forcing_cells_near(const struct forcing_grid *grid, double lat, double lon, double reach_m,
                        forcing_near_visit visit, void *arg)
{
    double x = lon_wrapped(lon);
    struct near near = {grid, lat, x, reach_m, visit, arg};
    struct geo_box box = forcing_box_widen((struct geo_box){x, lat, x, lat}, reach_m);
    forcing_boxtree_visit(grid->tree, extent_of_box(box), near_try, &near);
}

struct reach {
    const struct forcing_grid *grid;
    size_t low_j, high_j, low, high;
    bool *column; // grids that wrap: the columns that are needed
};

static bool reach_add(void *arg, uint32_t cell)
{
    struct reach *reach = arg;
    struct corners at;
    corners_of(reach->grid, cell, &at);
    bool faces = reach->grid->shape == FORCING_TRIANGLES && reach->grid->mesh->on_faces;
    for (int c = 0; c < (faces ? 1 : at.n); c++) {
        size_t point = faces ? cell : at.point[c], j = point / reach->grid->ni, i = point % reach->grid->ni;
        reach->low_j = j < reach->low_j ? j : reach->low_j;
        reach->high_j = j > reach->high_j ? j : reach->high_j;
        reach->low = i < reach->low ? i : reach->low;
        reach->high = i > reach->high ? i : reach->high;
        if (reach->column)
            reach->column[i] = true;
    }
    return false;
}

// Of a ring of columns, all but the widest stretch that is not needed.
static void columns_round(const bool *column, size_t n, struct forcing_block *block)
{
    size_t run = 0, widest = 0, end = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        run = column[i % n] ? 0 : run + 1;
        if (run > widest && run <= n) {
            widest = run;
            end = i + 1;
        }
    }
    block->i0 = end % n;
    block->ni = n - widest;
}

struct forcing_block forcing_cells_block(const struct forcing_grid *grid, struct geo_box box)
{
    struct reach reach = {.grid = grid, .low_j = SIZE_MAX, .low = SIZE_MAX};
    struct forcing_block block = {0};
    reach.column = grid->wraps ? calloc(grid->ni, sizeof(bool)) : NULL;
    forcing_boxtree_visit(grid->tree, extent_of_box(box), reach_add, &reach);
    if (reach.low != SIZE_MAX) {
        block = (struct forcing_block){reach.low_j, reach.high_j - reach.low_j + 1, reach.low,
                                       reach.high - reach.low + 1};
        if (reach.column)
            columns_round(reach.column, grid->ni, &block);
        else if (grid->wraps) // no memory to tell: all of them
            block.i0 = 0, block.ni = grid->ni;
    }
    free(reach.column);
    return block;
}

// ---------------------------------------------------------------- making

static int number_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

// Median side over a sample of neighbours along the points' numbers.
static double usual_step(const struct forcing_grid *grid, size_t n_cells)
{
    double *side = malloc(SAMPLES * 2 * sizeof *side), usual = 0;
    size_t n = 0, stride = n_cells / SAMPLES + 1;
    for (size_t cell = 0; side && cell < n_cells; cell += stride) {
        struct corners at;
        corners_of(grid, (uint32_t)cell, &at);
        for (int c = 0; c < 2; c++) {
            double apart = forcing_apart_m(at.lat[c], at.lon[c], at.lat[c + 1], at.lon[c + 1]);
            if (apart > 0 && n < 2 * SAMPLES)
                side[n++] = apart;
        }
    }
    if (n) {
        qsort(side, n, sizeof *side, number_order);
        usual = side[n / 2];
    }
    free(side);
    return usual;
}

static enum ph_status points_check(const double *lat, const double *lon, size_t n, struct ph_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (fabs(lat[i]) > 90.0001 || fabs(lon[i]) > 1080)
            return core_err_set(err, PH_EINPUT, NULL, "check the coordinates with ncdump -v",
                                "the point at latitude %g, longitude %g is on no earth", lat[i], lon[i]);
    return PH_OK;
}

// The box of all cells; longitudes by the widest stretch of whole degrees without any.
static struct geo_box box_of(const struct forcing_boxtree *tree, const struct forcing_grid *grid)
{
    bool column[360] = {false};
    double south = 90, north = -90, west = 180, east = -180, west_far = 360, east_far = 0;
    for (size_t k = 0; k < tree->n; k++) {
        double box[4];
        cell_extent(grid, tree->item[k], box);
        south = fmin(south, box[1]);
        north = fmax(north, box[3]);
        west = fmin(west, box[0]);
        east = fmax(east, box[2]);
        // the same with longitudes from 0
        double from = box[0] < 0 && box[2] - box[0] < 360 ? box[0] + 360 : box[0];
        west_far = fmin(west_far, from);
        east_far = fmax(east_far, from + box[2] - box[0]);
        for (double lon = box[0]; lon <= box[2] + 1; lon += 1)
            column[((int)floor(fmin(lon, box[2])) + 540) % 360] = true;
    }
    size_t empty = 0;
    for (int i = 0; i < 360; i++)
        empty += !column[i];
    if (!empty)
        return (struct geo_box){-180, south, 180, north};
    if (east_far - west_far < east - west)
        west = west_far >= 180 ? west_far - 360 : west_far, east = west + east_far - west_far;
    return (struct geo_box){west, south, fmin(east, west + 360), north};
}

static enum ph_status tree_make(struct forcing_grid *grid, size_t n_cells, struct core_arena *arena,
                                struct ph_err *err)
{
    struct forcing_boxtree *tree = CORE_ARENA_NEW(arena, struct forcing_boxtree, 1);
    if (!tree)
        return core_err_nomem(err);
    grid->step_m = usual_step(grid, n_cells);
    enum ph_status status =
        grid->step_m > 0 ? forcing_boxtree_build(n_cells, cell_extent, grid, arena, tree, err) : PH_OK;
    if (status)
        return status;
    if (!tree->n)
        return core_err_set(err, PH_EINPUT, NULL, "check the coordinates with ncdump -v",
                            "the grid's points make no cells: they are all missing, or all the same");
    grid->tree = tree;
    grid->box = box_of(tree, grid);
    return PH_OK;
}

// Does column 0 follow the last one? True when most rows come round to where they began.
static bool comes_round(const struct forcing_grid *grid)
{
    size_t round = 0, seen = 0;
    for (size_t j = 0; j < grid->nj && grid->ni > 2; j++) {
        const double *lat = grid->point_lat_deg + j * grid->ni, *lon = grid->point_lon_deg + j * grid->ni;
        size_t last = grid->ni - 1;
        double gap = forcing_apart_m(lat[last], lon[last], lat[0], lon[0]);
        double step = forcing_apart_m(lat[0], lon[0], lat[1], lon[1]);
        if (!isfinite(gap) || !isfinite(step))
            continue;
        seen++;
        round += gap > 0 && gap < 1.5 * step;
    }
    return seen && 2 * round > seen;
}

// Tripolar grids end in the north at a fold: the last row lies beside itself, counted backward. Some files
// repeat rows and columns there (then nothing is open), others do not.
static bool fold_at(struct forcing_grid *grid, size_t sum)
{
    size_t last = (grid->nj - 1) * grid->ni, faces = 0, seen = 0;
    grid->fold_sum = sum;
    for (size_t i = 0; i < grid->ni; i++) {
        size_t p = last + i, q = last + across_fold(grid, i), before = p - grid->ni;
        const double *lat = grid->point_lat_deg, *lon = grid->point_lon_deg;
        double gap = forcing_apart_m(lat[p], lon[p], lat[q], lon[q]);
        double step = forcing_apart_m(lat[p], lon[p], lat[before], lon[before]);
        if (!isfinite(gap) || !isfinite(step) || !(step > 0))
            continue;
        seen++;
        faces += gap > 0.01 * step && gap < 2 * step;
    }
    return seen > 8 && 10 * faces > 9 * seen;
}

static void fold_find(struct forcing_grid *grid)
{
    for (size_t sum = grid->ni - 2; grid->wraps && !grid->folds && sum <= grid->ni + 1; sum++)
        grid->folds = fold_at(grid, sum);
}

// Twice the area of the cells that turn left, less those that turn right.
static double handedness(const struct forcing_grid *grid)
{
    double sum = 0;
    size_t stride = grid->tree->n / SAMPLES + 1;
    for (size_t k = 0; k < grid->tree->n; k += stride) {
        struct corners at;
        double p[4][2];
        corners_of(grid, grid->tree->item[k], &at);
        struct query q = {.lat = at.lat[0], .lon = at.lon[0], .polar = true};
        q.sine = sin(q.lat * RAD);
        q.cosine = cos(q.lat * RAD);
        bool good = true;
        for (int c = 0; c < at.n; c++)
            good = good && corner_place(&q, at.lat[c], at.lon[c], p[c]);
        double turn = good ? cross(p[1], p[3]) : 0;
        sum += turn > 0 ? 1 : turn < 0 ? -1 : 0;
    }
    return sum;
}

enum ph_status forcing_grid_curved(const double *lat_deg, const double *lon_deg, size_t nj, size_t ni,
                                   struct core_arena *arena, struct forcing_grid *out, struct ph_err *err)
{
    struct forcing_grid grid = {.shape = FORCING_CURVED, .nj = nj, .ni = ni};
    if (nj < 2 || ni < 2 || nj > UINT32_MAX / ni)
        return core_err_set(err, PH_EINPUT, NULL, "check the file with ncdump -h",
                            "a grid of %zu x %zu points", nj, ni);
    grid.point_lat_deg = lat_deg;
    grid.point_lon_deg = lon_deg;
    enum ph_status status = points_check(lat_deg, lon_deg, nj * ni, err);
    if (status)
        return status;
    grid.wraps = comes_round(&grid);
    fold_find(&grid);
    status = tree_make(&grid, (nj - !grid.folds) * columns_of_cells(&grid), arena, err);
    if (status)
        return status;
    grid.left_handed = handedness(&grid) < 0;
    *out = grid;
    return PH_OK;
}

enum ph_status forcing_grid_triangles(const double *node_lat_deg, const double *node_lon_deg, size_t n_nodes,
                                      const uint32_t *corner, size_t n_faces, bool on_faces,
                                      struct core_arena *arena, struct forcing_grid *out, struct ph_err *err)
{
    struct forcing_grid grid = {.shape = FORCING_TRIANGLES, .nj = 1, .ni = on_faces ? n_faces : n_nodes};
    struct forcing_mesh *mesh = CORE_ARENA_NEW(arena, struct forcing_mesh, 1);
    if (!mesh)
        return core_err_nomem(err);
    for (size_t k = 0; k < 3 * n_faces; k++)
        if (corner[k] >= n_nodes)
            return core_err_set(err, PH_EINPUT, NULL, "check the list of triangles with ncdump -v",
                                "triangle %zu has the node %u, and there are %zu", k / 3 + 1, corner[k],
                                n_nodes);
    *mesh = (struct forcing_mesh){corner, n_faces, on_faces, node_lat_deg, node_lon_deg};
    grid.mesh = mesh;
    enum ph_status status = points_check(node_lat_deg, node_lon_deg, n_nodes, err);
    if (!status)
        status = tree_make(&grid, n_faces, arena, err);
    if (!status)
        *out = grid;
    return status;
}

// ---------------------------------------------------------------- which way the rows run

// A step between two points as seen from the first, in (east, north) of the place.
static bool step_add(const struct forcing_grid *grid, size_t from, size_t to, const struct query *q,
                     double sum[2])
{
    double a[2], b[2];
    if (!corner_place(q, grid->point_lat_deg[from], grid->point_lon_deg[from], a) ||
        !corner_place(q, grid->point_lat_deg[to], grid->point_lon_deg[to], b))
        return false;
    double x = b[0] - a[0], y = b[1] - a[1], length = hypot(x, y);
    if (!(length > 0))
        return false;
    sum[0] += x / length;
    sum[1] += y / length;
    return true;
}

// From the neighbours on both sides where they are, else on one.
double forcing_curved_angle(const struct forcing_grid *grid, size_t point)
{
    size_t ni = grid->ni, j = point / ni, i = point % ni;
    struct query q = {.lat = grid->point_lat_deg[point], .lon = grid->point_lon_deg[point], .polar = true};
    double along_i[2] = {0}, along_j[2] = {0};
    q.sine = sin(q.lat * RAD);
    q.cosine = cos(q.lat * RAD);
    bool more_east = i + 1 < ni || grid->wraps, more_west = i || grid->wraps;
    size_t east = more_east ? j * ni + (i + 1) % ni : point,
           west = more_west ? j * ni + (i + ni - 1) % ni : point;
    size_t up = j + 1 < grid->nj ? point + ni : point, down = j ? point - ni : point;
    if (!step_add(grid, west, east, &q, along_i) && !step_add(grid, point, east, &q, along_i))
        step_add(grid, west, point, &q, along_i);
    if (!step_add(grid, down, up, &q, along_j) && !step_add(grid, point, up, &q, along_j))
        step_add(grid, down, point, &q, along_j);
    // Rows and columns are at right angles in the model; the mean of both does not depend on the figure of
    // the earth that it was made on. Columns of grids that turn right run the other way.
    double hand = grid->left_handed ? -1 : 1;
    return atan2(along_i[1] - hand * along_j[0], along_i[0] + hand * along_j[1]);
}
