#include "prob/density.h"

#include <math.h>
#include <stdbool.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/polygon.h"
#include "prob/contour.h"
#include "prob/spread.h"

// Rings smaller than this many cells are noise of the sampling, not places to search (or to leave out).
#define LEAST_RING_CELLS 0.5
// Points per side with which a square that the edge crosses is measured.
enum { FINE = 6 };

// Density at the cells' centres with a border of zeros, but for a row that is a pole.
struct field {
    struct prob_lattice lattice;
    double *value;
    double *area;      // [ny] of a square between row y and y + 1
    size_t *from, *to; // [ny] columns of a row that are not zero
    size_t border;     // columns on each side: 0 where the grid wraps
    bool pole_south, pole_north;
    const struct geo_grid *grid;
};

static bool reaches(double lat_deg)
{
    return fabs(lat_deg) > 90.0 - 1e-9;
}

// The density at a pole is that of the row around it.
static void pole_set(double *pole, const double *row, size_t nx)
{
    double sum = 0;
    for (size_t x = 0; x < nx; x++)
        sum += row[x];
    for (size_t x = 0; x < nx; x++)
        pole[x] = sum / (double)nx;
}

static void field_bounds(struct field *f)
{
    const struct prob_lattice *l = &f->lattice;
    for (size_t y = 0; y < l->ny; y++) {
        const double *row = l->value + y * l->nx;
        size_t from = 0, to = l->nx;
        while (from < to && row[from] == 0)
            from++;
        while (to > from && row[to - 1] == 0)
            to--;
        f->from[y] = from < to ? from : l->nx;
        f->to[y] = to;
    }
}

static enum ph_status field_make(const struct prob_map *map, struct core_arena *arena, struct field *f,
                                 struct ph_err *err)
{
    const struct geo_grid *g = &map->grid;
    bool wraps = (double)g->nlon * g->dlon_deg > 360.0 - 1e-9 && g->nlon > 2;
    *f = (struct field){.border = wraps ? 0 : 1, .grid = g};
    size_t nx = g->nlon + 2 * f->border, ny = g->nlat + 2;
    f->value = CORE_ARENA_NEW(arena, double, nx *ny);
    f->area = CORE_ARENA_NEW(arena, double, ny);
    f->from = CORE_ARENA_NEW(arena, size_t, ny);
    f->to = CORE_ARENA_NEW(arena, size_t, ny);
    if (!f->value || !f->area || !f->from || !f->to)
        return core_err_nomem(err);
    for (size_t i = 0; i < g->nlat; i++) {
        double area_m2 = geo_grid_cell_area_m2(g, i);
        for (size_t j = 0; j < g->nlon; j++)
            f->value[(i + 1) * nx + j + f->border] = map->mass[i * g->nlon + j] / area_m2;
        f->area[i] += 0.5 * area_m2;
        f->area[i + 1] += 0.5 * area_m2;
    }
    f->pole_south = wraps && reaches(g->south_deg);
    f->pole_north = wraps && reaches(g->south_deg + (double)g->nlat * g->dlat_deg);
    if (f->pole_south)
        pole_set(f->value, f->value + nx, nx);
    if (f->pole_north)
        pole_set(f->value + (ny - 1) * nx, f->value + (ny - 2) * nx, nx);
    f->lattice = (struct prob_lattice){f->value, ny, nx, wraps};
    field_bounds(f);
    return PH_OK;
}

// Mean density above `level` in a square, the density bilinear in it.
static double square_above(const double v[4], double level)
{
    int above = (v[0] >= level) + (v[1] >= level) + (v[2] >= level) + (v[3] >= level);
    if (above == 4)
        return 0.25 * (v[0] + v[1] + v[2] + v[3]);
    if (above == 0)
        return 0;
    double sum = 0;
    for (int a = 0; a < FINE; a++)
        for (int b = 0; b < FINE; b++) {
            double s = (a + 0.5) / FINE, t = (b + 0.5) / FINE;
            double south = v[0] + s * (v[1] - v[0]), north = v[3] + s * (v[2] - v[3]);
            double here = south + t * (north - south);
            sum += here >= level ? here : 0;
        }
    return sum / (FINE * FINE);
}

static double field_above(const struct field *f, double level)
{
    const struct prob_lattice *l = &f->lattice;
    size_t columns = l->wraps ? l->nx : l->nx - 1;
    double sum = 0;
    for (size_t y = 0; y + 1 < l->ny; y++) {
        const double *row = l->value + y * l->nx, *next = row + l->nx;
        double in_row = 0;
        size_t from = f->from[y] < f->from[y + 1] ? f->from[y] : f->from[y + 1];
        size_t to = f->to[y] > f->to[y + 1] ? f->to[y] : f->to[y + 1];
        from = l->wraps ? 0 : from > 0 ? from - 1 : 0;
        to = l->wraps || to > columns ? columns : to;
        for (size_t x = from; x < to; x++) {
            size_t east = x + 1 < l->nx ? x + 1 : 0;
            const double v[4] = {row[x], row[east], next[east], next[x]};
            in_row += square_above(v, level);
        }
        sum += in_row * f->area[y];
    }
    return sum;
}

// The level whose region holds the asked part of the field's mass: that of whole cells first, then bisection
// on the field as the contour sees it.
static double level_of(const struct field *f, double mass)
{
    const struct prob_lattice *l = &f->lattice;
    double total = field_above(f, 0), highest = 0;
    for (size_t k = 0; k < l->ny * l->nx; k++)
        highest = fmax(highest, l->value[k]);
    double low = highest * 1e-9, high = highest;
    for (int k = 0; k < 20; k++) {
        double level = k < 8 ? sqrt(low * high) : 0.5 * (low + high);
        if (field_above(f, level) >= mass * total)
            low = level;
        else
            high = level;
    }
    return 0.5 * (low + high);
}

static struct geo_pos pos_of(const struct field *f, struct prob_point p)
{
    const struct geo_grid *g = f->grid;
    double y = p.y, top = (double)g->nlat;
    if (f->pole_south && y < 1) // the pole is half a cell from the centres next to it
        y = 0.5 + 0.5 * y;
    if (f->pole_north && y > top)
        y = top + 0.5 * (y - top);
    double lat = g->south_deg + (y - 0.5) * g->dlat_deg;
    double lon = g->west_deg + (p.x + 0.5 - (double)f->border) * g->dlon_deg;
    return (struct geo_pos){fmin(90.0, fmax(-90.0, lat)), core_deg_wrap180(lon)};
}

static bool loop_contains(const struct prob_loop *loop, double nx, struct prob_point p)
{
    bool inside = false;
    p.x += nx * round((loop->point[0].x - p.x) / nx);
    for (int turn = -1; turn <= 1; turn++) {
        double x = p.x + turn * nx;
        for (size_t i = 0, j = loop->n - 1; i < loop->n; j = i++) {
            struct prob_point a = loop->point[i], b = loop->point[j];
            if ((a.y > p.y) != (b.y > p.y) && x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
                inside = !inside;
        }
        if (inside)
            return true;
    }
    return false;
}

static double mean_y(const struct prob_loop *loop)
{
    double sum = 0;
    for (size_t i = 0; i < loop->n; i++)
        sum += loop->point[i].y;
    return sum / (double)loop->n;
}

// Loops round a pole: the one that runs east has its inside to the north, the other to the south. On the
// northern half the former is an outer ring, on the southern half the latter.
static bool is_outer(const struct field *f, const struct prob_loop *loop)
{
    if (!loop->turns)
        return loop->area > 0;
    bool north = f->grid->south_deg + 0.5 * (double)f->grid->nlat * f->grid->dlat_deg > 0;
    return (loop->turns > 0) == north;
}

static bool counts(const struct prob_loop *loop)
{
    return loop->turns || fabs(loop->area) >= LEAST_RING_CELLS;
}

// Index of the outer loop that a hole belongs to: the smallest that contains it, else one round the pole.
static size_t owner_of(const struct field *f, const struct prob_loop *loops, size_t n, size_t hole)
{
    size_t best = n;
    double smallest = INFINITY, y = mean_y(&loops[hole]);
    for (size_t i = 0; i < n; i++) {
        if (!counts(&loops[i]) || !is_outer(f, &loops[i]))
            continue;
        double size = loops[i].area;
        if (loops[i].turns) {
            double below = (y - mean_y(&loops[i])) * loops[i].turns;
            if (below <= 0)
                continue;
            size = 1e12 + below;
        } else if (loops[hole].turns ||
                   !loop_contains(&loops[i], f->lattice.wraps ? (double)f->lattice.nx : 1e15,
                                  loops[hole].point[0])) {
            continue;
        }
        if (size < smallest) {
            smallest = size;
            best = i;
        }
    }
    return best;
}

static bool ring_add(const struct field *f, const struct prob_loop *loop, size_t polygon,
                     struct core_arena *arena, struct prob_region *region)
{
    struct geo_pos *pos = CORE_ARENA_NEW(arena, struct geo_pos, loop->n);
    if (!pos)
        return false;
    for (size_t i = 0; i < loop->n; i++)
        pos[i] = pos_of(f, loop->point[i]);
    region->ring[region->n_rings++] = (struct prob_ring){pos, loop->n, polygon};
    region->area_m2 += geo_polygon_area_m2(pos, loop->n);
    return true;
}

static enum ph_status rings_make(const struct field *f, const struct prob_loop *loops, size_t n,
                                 struct core_arena *arena, struct core_arena *scratch,
                                 struct prob_region *region, struct ph_err *err)
{
    size_t polygon = 0, *owner = CORE_ARENA_NEW(scratch, size_t, n + 1);
    region->ring = CORE_ARENA_NEW(arena, struct prob_ring, n + 1);
    if (!region->ring || !owner)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        owner[i] = counts(&loops[i]) && !is_outer(f, &loops[i]) ? owner_of(f, loops, n, i) : n;
    for (size_t i = 0; i < n; i++) {
        if (!counts(&loops[i]) || !is_outer(f, &loops[i]))
            continue;
        if (!ring_add(f, &loops[i], polygon, arena, region))
            return core_err_nomem(err);
        for (size_t h = 0; h < n; h++)
            if (owner[h] == i && !ring_add(f, &loops[h], polygon, arena, region))
                return core_err_nomem(err);
        polygon++;
    }
    return PH_OK;
}

enum ph_status prob_region_make(const struct prob_map *map, double mass, struct core_arena *arena,
                                struct prob_region *out, struct ph_err *err)
{
    struct core_arena scratch = {0};
    struct prob_region region = {.mass = mass};
    struct prob_loop *loops = NULL;
    struct field field;
    size_t n = 0;
    if (!(map->mapped > 0)) {
        *out = region;
        return PH_OK;
    }
    enum ph_status status = field_make(map, &scratch, &field, err);
    if (!status) {
        region.level = level_of(&field, mass);
        status = prob_contour(&field.lattice, region.level, &scratch, &loops, &n, err);
    }
    if (!status)
        status = rings_make(&field, loops, n, arena, &scratch, &region, err);
    core_arena_fini(&scratch);
    if (!status)
        *out = region;
    return status;
}
