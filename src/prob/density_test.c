#include "prob/density.h"

#include "core/units.h"
#include "geo/position.h"
#include "prob/clouds_fixture.h"
#include "test/tap.h"

static double sum_of(const struct prob_map *m)
{
    double sum = 0;
    for (size_t k = 0; k < m->grid.nlat * m->grid.nlon; k++)
        sum += m->mass[k];
    return sum;
}

static bool map_of(const struct prob_cloud *cloud, double cell_m, size_t max_cells, struct core_arena *arena,
                   struct prob_map *map)
{
    struct geo_grid grid;
    return !prob_grid_choose(cloud, 1, cell_m, max_cells, &grid, NULL) &&
           !prob_map_make(cloud, &grid, arena, map, NULL);
}

static double area_of(const struct prob_map *map, double mass)
{
    struct core_arena arena = {0};
    struct prob_region region;
    double area = prob_region_make(map, mass, &arena, &region, NULL) ? -1 : region.area_m2;
    core_arena_fini(&arena);
    return area;
}

// The area of a normal cloud's region of mass p is -2 pi ln(1 - p) sigma^2.
static void check_areas(size_t n, struct geo_pos at, double tol)
{
    struct core_arena arena = {0};
    struct fixture f = fixture_new(n);
    struct prob_map map;
    fixture_gauss(&f, 0, n, at, 8000, 5000, 0.5, 7);
    bool good = map_of(&f.cloud, 0, 250000, &arena, &map);
    tap_ok(good && fabs(sum_of(&map) - 1) < 1e-9 && fabs(map.mapped - 1) < 1e-9,
           "%zu members at %g N %g E: mass is one", n, at.lat_deg, at.lon_deg);
    static const double masses[] = {0.5, 0.75, 0.9, 0.95};
    for (int i = 0; good && i < 4; i++) {
        double want = -2 * CORE_PI * log(1 - masses[i]) * 4e7, got = area_of(&map, masses[i]);
        tap_ok(fabs(got / want - 1) < tol, "the %g %% region has the area of the normal law (%.3f of it)",
               100 * masses[i], got / want);
    }
    fixture_free(&f);
    core_arena_fini(&arena);
}

static void check_points(void)
{
    struct core_arena arena = {0};
    struct fixture f = fixture_new(5000);
    struct prob_map map;
    for (size_t i = 0; i < 5000; i++)
        f.lat_deg[i] = 35.5f, f.lon_deg[i] = 12.6f;
    bool good = map_of(&f.cloud, 0, 250000, &arena, &map);
    double area = good ? area_of(&map, 0.95) : -1;
    tap_ok(good && fabs(sum_of(&map) - 1) < 1e-9 && area > 100 && area < 1e5,
           "all members at one place still give a small region (%.0f m2)", area);
    good = map_of(&f.cloud, 1852, 250000, &arena, &map);
    area = good ? area_of(&map, 0.5) : -1;
    tap_ok(good && area > 0.5 * 1852 * 1852 && area < 30 * 1852.0 * 1852,
           "with cells of 1 NM it is a few of them");
    f.cloud.n = 1;
    tap_ok(map_of(&f.cloud, 0, 250000, &arena, &map) && fabs(map.mapped - 1.0 / 5000) < 1e-15,
           "one member makes a map");
    fixture_free(&f);
    core_arena_fini(&arena);
}

static void check_left_out(void)
{
    struct core_arena arena = {0};
    struct fixture f = fixture_new(4000);
    struct prob_map map, other;
    struct geo_grid grid;
    fixture_gauss(&f, 0, 4000, (struct geo_pos){40, 5}, 3000, 3000, 0, 3);
    for (size_t i = 0; i < 4000; i += 4)
        f.lat_deg[i] = f.lon_deg[i] = NAN;
    for (size_t i = 1; i < 4000; i += 4) {
        f.weight[i] = 0;
        f.lat_deg[i] = -60;
    }
    bool good = map_of(&f.cloud, 0, 250000, &arena, &map);
    tap_ok(good && fabs(map.mapped - 0.5) < 1e-12 && fabs(sum_of(&map) - 0.5) < 1e-12 &&
               map.grid.south_deg > 39,
           "members without place or weight are left out, of the grid too");
    double area = area_of(&map, 0.9);
    for (size_t i = 0; i < 4000; i++)
        f.weight[i] *= 1e-3;
    good = !prob_map_make(&f.cloud, &map.grid, &arena, &other, NULL);
    tap_ok(good && fabs(area_of(&other, 0.9) / area - 1) < 1e-6,
           "regions do not depend on the scale of the weights");
    memset(f.weight, 0, 4000 * sizeof(double));
    struct ph_err err = {0};
    tap_ok(prob_grid_choose(&f.cloud, 1, 0, 250000, &grid, &err) == PH_EINPUT && err.fix[0],
           "a cloud without weight has no grid: %s", err.what);
    good = !prob_map_make(&f.cloud, &map.grid, &arena, &other, NULL);
    struct prob_region region;
    tap_ok(good && other.mapped == 0 && !prob_region_make(&other, 0.5, &arena, &region, NULL) &&
               !region.n_rings && region.area_m2 == 0,
           "on a given grid its map is zero and its region empty");
    fixture_free(&f);
    core_arena_fini(&arena);
}

static void check_grids(void)
{
    struct core_arena arena = {0};
    struct fixture f = fixture_new(3000);
    struct geo_grid grid;
    fixture_gauss(&f, 0, 1500, (struct geo_pos){34, 12}, 2000, 2000, 0, 3);
    fixture_gauss(&f, 1500, 3000, (struct geo_pos){38, -20}, 4000, 2000, 0, 4);
    tap_ok(!prob_grid_choose(&f.cloud, 1, 0, 40000, &grid, NULL) && grid.nlat * grid.nlon <= 40000,
           "a cloud over 3000 km keeps to the number of cells (%zu x %zu)", grid.nlat, grid.nlon);
    int outside = 0;
    for (size_t k = 0; k < 3000; k++) {
        size_t i, j;
        outside +=
            !geo_grid_cell(&grid, (struct geo_pos){(double)f.lat_deg[k], (double)f.lon_deg[k]}, &i, &j);
    }
    tap_ok(!outside, "every member is on the grid");
    f.cloud.n = 1500;
    tap_ok(!prob_grid_choose(&f.cloud, 1, 1852, 250000, &grid, NULL), "cells may be asked for");
    tap_near(grid.dlat_deg * geo_earth_m_per_deg_lat(34), 1852, 20, "they are as high as asked");
    tap_near(grid.dlon_deg * geo_earth_m_per_deg_lon(34), 1852, 20, "and as wide");
    fixture_free(&f);
    core_arena_fini(&arena);
}

static void check_moments(void)
{
    struct fixture f = fixture_new(40000);
    struct prob_moments m;
    static const struct geo_pos places[] = {{34, 12}, {-20, 179.999}, {85, 100}};
    for (int k = 0; k < 3; k++) {
        fixture_gauss(&f, 0, 40000, places[k], 9000, 3000, 0.5, 11);
        double xx = 81e6 * 0.7701511529 + 9e6 * 0.2298488471, yy = 81e6 * 0.2298488471 + 9e6 * 0.7701511529;
        double xy = (81e6 - 9e6) * 0.4207354924;
        bool good = prob_moments_of(&f.cloud, &m);
        tap_ok(good && geo_earth_distance_m(m.mean, places[k]) < 150,
               "the mean at %g N %g E is where it was drawn", places[k].lat_deg, places[k].lon_deg);
        tap_ok(fabs(m.xx_m2 / xx - 1) < 0.03 && fabs(m.yy_m2 / yy - 1) < 0.03 &&
                   fabs(m.xy_m2 / xy - 1) < 0.03,
               "its covariance is the one drawn from (%.4g %.4g %.4g)", m.xx_m2, m.xy_m2, m.yy_m2);
    }
    f.lat_deg[0] = f.lat_deg[1] = 10;
    f.lon_deg[0] = 20, f.lon_deg[1] = 20.1f;
    f.cloud.n = 2;
    f.weight[0] = 3, f.weight[1] = 1;
    double d = 0.1 * geo_earth_m_per_deg_lon(10);
    tap_ok(prob_moments_of(&f.cloud, &m), "two members have moments");
    tap_near(m.mean.lon_deg, 20.025, 1e-6, "their mean is weighted");
    tap_near(m.xx_m2, 0.1875 * d * d, 1e-4 * d * d, "their variance is w1 w2 d^2");
    tap_near(prob_effective_n(f.weight, 2), 1.6, 1e-12, "weights 3 and 1 count as 1.6 members");
    f.cloud.n = 0;
    tap_ok(!prob_moments_of(&f.cloud, &m) && prob_effective_n(f.weight, 0) == 0,
           "no members have no moments");
    fixture_free(&f);
}

int main(void)
{
    check_areas(10000, (struct geo_pos){34, 12}, 0.03);
    check_areas(100000, (struct geo_pos){34, 12}, 0.015);
    check_areas(10000, (struct geo_pos){-17, 179.99}, 0.03);
    check_areas(10000, (struct geo_pos){89.9, -70}, 0.04);
    check_points();
    check_left_out();
    check_grids();
    check_moments();
    return tap_done();
}
