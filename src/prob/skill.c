#include "prob/skill.h"

#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/earth.h"
#include "prob/spread.h"

enum { MOST_CELLS = 160 * 160, MOST_TURNS = 200, MOST_PAIRS = 2000 * 2000 };

// The median is found when it moves no more than this.
#define MEDIAN_M 0.05
// Nearer than this to a particle its pull is that of this distance: it has no direction any more.
#define TOUCH_M 0.01

const double prob_skill_level[PROB_SKILL_LEVELS] = {0.50, 0.75, 0.90, 0.95};

struct prob_skill_score prob_skill_score_of(const struct geo_pos *observed, const struct geo_pos *modelled,
                                            size_t n)
{
    struct prob_skill_score score = {.s = NAN, .ss = NAN, .ss_star = NAN};
    double apart = 0, along = 0;
    for (size_t i = 1; i < n; i++) {
        score.moved_m += geo_earth_distance_m(observed[i - 1], observed[i]);
        score.separation_m = geo_earth_distance_m(observed[i], modelled[i]);
        apart += score.separation_m;
        along += score.moved_m;
    }
    score.defined = score.moved_m >= PROB_SKILL_STILL_M;
    if (score.defined) {
        score.s = apart / along;
        score.ss_star = 1 - score.s;
        score.ss = fmax(0.0, score.ss_star);
    }
    return score;
}

// ---- the cloud on a plane about its mean ----

struct flat {
    struct core_arena arena;
    struct geo_plane plane;
    double *x, *y, *weight; // those that have a place; weights sum to 1
    size_t n;
};

static enum ph_status flat_make(const struct prob_cloud *cloud, struct flat *flat, struct ph_err *err)
{
    struct prob_moments moments;
    *flat = (struct flat){0};
    if (!prob_moments_of(cloud, &moments))
        return PH_OK;
    flat->plane.origin = moments.mean;
    flat->x = CORE_ARENA_NEW(&flat->arena, double, cloud->n);
    flat->y = CORE_ARENA_NEW(&flat->arena, double, cloud->n);
    flat->weight = CORE_ARENA_NEW(&flat->arena, double, cloud->n);
    if (!flat->x || !flat->y || !flat->weight) {
        core_arena_fini(&flat->arena);
        return core_err_nomem(err);
    }
    for (size_t i = 0; i < cloud->n; i++) {
        if (!prob_cloud_has(cloud, i))
            continue;
        struct geo_pos pos = {(double)cloud->lat_deg[i], (double)cloud->lon_deg[i]};
        struct geo_xy at = prob_offset_of(&flat->plane, pos);
        flat->x[flat->n] = at.x_m;
        flat->y[flat->n] = at.y_m;
        flat->weight[flat->n++] = cloud->weight[i] / moments.weight;
    }
    return PH_OK;
}

// Weiszfeld: the mean with weights 1 / distance, over and over.
static struct geo_xy flat_median(const struct flat *flat)
{
    struct geo_xy m = {0, 0};
    for (int turn = 0; turn < MOST_TURNS; turn++) {
        double x = 0, y = 0, sum = 0;
        for (size_t i = 0; i < flat->n; i++) {
            double dx = flat->x[i] - m.x_m, dy = flat->y[i] - m.y_m;
            double pull = flat->weight[i] / fmax(sqrt(dx * dx + dy * dy), TOUCH_M);
            x += pull * flat->x[i];
            y += pull * flat->y[i];
            sum += pull;
        }
        struct geo_xy next = {x / sum, y / sum};
        double shift = hypot(next.x_m - m.x_m, next.y_m - m.y_m);
        m = next;
        if (shift < MEDIAN_M)
            break;
    }
    return m;
}

enum ph_status prob_skill_median(const struct prob_cloud *cloud, bool *found, struct geo_pos *out,
                                 struct ph_err *err)
{
    struct flat flat;
    enum ph_status status = flat_make(cloud, &flat, err);
    if (status)
        return status;
    *found = flat.n > 0;
    if (flat.n)
        *out = geo_plane_to_pos(&flat.plane, flat_median(&flat));
    core_arena_fini(&flat.arena);
    return PH_OK;
}

// ---- energy score ----

// Mean distance of two particles drawn with their weights. Every particle is taken with those that come k
// places after it, round and round, for evenly spread k: all pairs when there are few particles.
static double pairs_mean(const struct flat *flat)
{
    size_t n = flat->n, half = n / 2;
    size_t strides = MOST_PAIRS / 2 / n;
    strides = strides < 1 ? 1 : strides > half ? half : strides;
    double sum = 0, both = 0, self = 0;
    for (size_t s = 0; s < strides; s++) {
        size_t k = strides == half ? s + 1 : 1 + (size_t)(((double)s + 0.5) * (double)half / (double)strides);
        k = k > half ? half : k;
        size_t last = 2 * k == n ? k : n; // half-way round, each pair would come twice
        for (size_t i = 0; i < last; i++) {
            size_t j = i + k < n ? i + k : i + k - n;
            double w = flat->weight[i] * flat->weight[j];
            double dx = flat->x[i] - flat->x[j], dy = flat->y[i] - flat->y[j];
            sum += w * sqrt(dx * dx + dy * dy);
            both += w;
        }
    }
    for (size_t i = 0; i < n; i++)
        self += flat->weight[i] * flat->weight[i];
    return both > 0 ? sum / both * (1 - self) : 0;
}

enum ph_status prob_skill_energy(const struct prob_cloud *cloud, struct geo_pos observed, double *out_m,
                                 struct ph_err *err)
{
    struct flat flat;
    enum ph_status status = flat_make(cloud, &flat, err);
    if (status)
        return status;
    double apart = flat.n ? 0 : NAN;
    struct geo_xy y = flat.n ? geo_plane_to_xy(&flat.plane, observed) : (struct geo_xy){0, 0};
    for (size_t i = 0; i < flat.n; i++)
        apart += flat.weight[i] * hypot(flat.x[i] - y.x_m, flat.y[i] - y.y_m);
    *out_m = flat.n > 1 ? apart - 0.5 * pairs_mean(&flat) : apart;
    core_arena_fini(&flat.arena);
    return PH_OK;
}

// ---- containment ----

static double cell_density(const struct prob_map *map, const double *density, double i, double j)
{
    const struct geo_grid *g = &map->grid;
    bool wraps = (double)g->nlon * g->dlon_deg > 360.0 - 1e-9;
    double columns = (double)g->nlon;
    if (wraps)
        j -= columns * floor(j / columns);
    if (!(i >= 0 && j >= 0 && i < (double)g->nlat && j < columns))
        return 0;
    return density[(size_t)i * g->nlon + (size_t)j];
}

// Density at a place, bilinear between the cells' centres, zero beyond the grid.
static double density_at(const struct prob_map *map, const double *density, struct geo_pos pos)
{
    const struct geo_grid *g = &map->grid;
    double east = core_deg_wrap360(pos.lon_deg - g->west_deg);
    double wide = (double)g->nlon * g->dlon_deg;
    if (east > wide + 0.5 * (360.0 - wide))
        east -= 360.0; // just west of the grid
    double y = (pos.lat_deg - g->south_deg) / g->dlat_deg - 0.5, x = east / g->dlon_deg - 0.5;
    double i = floor(y), j = floor(x), a = y - i, b = x - j;
    return (1 - a) * ((1 - b) * cell_density(map, density, i, j) + b * cell_density(map, density, i, j + 1)) +
           a * ((1 - b) * cell_density(map, density, i + 1, j) +
                b * cell_density(map, density, i + 1, j + 1));
}

static double mass_denser(const struct prob_map *map, const double *density, size_t n, double than)
{
    double sum = 0, all = 0;
    for (size_t k = 0; k < n; k++) {
        all += map->mass[k];
        sum += density[k] > than ? map->mass[k] : 0;
    }
    return all > 0 ? sum / all : NAN;
}

static double area_denser(const struct prob_map *map, const double *density, double level)
{
    const struct geo_grid *g = &map->grid;
    double area_m2 = 0;
    for (size_t i = 0; i < g->nlat; i++) {
        size_t cells = 0;
        for (size_t j = 0; j < g->nlon; j++)
            cells += density[i * g->nlon + j] >= level;
        area_m2 += cells ? (double)cells * geo_grid_cell_area_m2(g, i) : 0;
    }
    return area_m2;
}

static void place_fill(const struct prob_map *map, double *density, struct geo_pos observed,
                       struct prob_skill_place *out)
{
    const struct geo_grid *g = &map->grid;
    size_t n = g->nlat * g->nlon;
    double total = 0;
    for (size_t i = 0; i < g->nlat; i++) {
        double area_m2 = geo_grid_cell_area_m2(g, i);
        for (size_t k = i * g->nlon; k < (i + 1) * g->nlon; k++) {
            density[k] = map->mass[k] / area_m2;
            total += map->mass[k];
        }
    }
    double here = density_at(map, density, observed);
    out->p_star = here > 0 ? mass_denser(map, density, n, here) : 1.0;
    for (int q = 0; q < PROB_SKILL_LEVELS; q++) {
        double level = prob_level_of(map->mass, density, n, prob_skill_level[q] * total);
        out->area_m2[q] = area_denser(map, density, level);
    }
}

enum ph_status prob_skill_contain(const struct prob_cloud *cloud, struct geo_pos observed,
                                  struct prob_skill_place *out, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct geo_grid grid;
    struct prob_map map;
    struct prob_skill_place place;
    double *density = NULL;
    enum ph_status status = prob_grid_choose(cloud, 1, 0, MOST_CELLS, &grid, err);
    if (!status)
        status = prob_map_make(cloud, &grid, &arena, &map, err);
    if (!status && !(density = CORE_ARENA_NEW(&arena, double, grid.nlat *grid.nlon)))
        status = core_err_nomem(err);
    if (!status) {
        place_fill(&map, density, observed, &place);
        *out = place;
    }
    core_arena_fini(&arena);
    return status;
}
