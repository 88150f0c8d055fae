#include "geo/polygon.h"
#include "core/units.h"
#include "prob/clouds_fixture.h"
#include "prob/contour.h"
#include "prob/density.h"
#include "test/tap.h"

static bool inside(const struct prob_region *r, struct geo_pos pos)
{
    bool in = false;
    for (size_t k = 0; k < r->n_rings; k++)
        in ^= geo_polygon_contains(r->ring[k].pos, r->ring[k].n, pos);
    return in;
}

// Outer rings counter-clockwise and first of their polygon, holes clockwise and within it, none crossing
// itself, none smaller than half a cell.
static const char *fault_of(const struct prob_region *r, double cell_m2)
{
    size_t outer = 0;
    for (size_t k = 0; k < r->n_rings; k++) {
        const struct prob_ring *ring = &r->ring[k];
        bool first = k == 0 || ring->polygon != r->ring[k - 1].polygon;
        double area = geo_polygon_area_m2(ring->pos, ring->n);
        outer = first ? k : outer;
        if (ring->n < 3 || geo_polygon_crosses_itself(ring->pos, ring->n))
            return "a ring crosses itself";
        if (first != (area > 0))
            return "a ring turns the wrong way";
        if (fabs(area) < 0.45 * cell_m2)
            return "a ring is a sliver";
        for (size_t i = 0; !first && i < ring->n; i++)
            if (!geo_polygon_contains(r->ring[outer].pos, r->ring[outer].n, ring->pos[i]))
                return "a hole lies outside its ring";
        for (size_t i = 0; i < ring->n; i++)
            if (!(fabs(ring->pos[i].lat_deg) <= 90) || ring->pos[i].lon_deg < -180 ||
                ring->pos[i].lon_deg >= 180)
                return "a place is not folded";
    }
    return NULL;
}

// Mass of the map inside by points within cells, each cell's mass spread evenly.
static double mass_inside(const struct prob_map *map, const struct prob_region *r, double *area_m2)
{
    enum { SIDE = 3 };
    const struct geo_grid *g = &map->grid;
    double mass = 0;
    *area_m2 = 0;
    for (size_t i = 0; i < g->nlat; i++)
        for (size_t j = 0; j < g->nlon; j++) {
            int hits = 0;
            double m = map->mass[i * g->nlon + j];
            if (m <= 0)
                continue;
            for (int s = 0; s < SIDE * SIDE; s++) {
                double lat = g->south_deg + ((double)i + (s / SIDE + 0.5) / SIDE) * g->dlat_deg;
                double lon = g->west_deg + ((double)j + (s % SIDE + 0.5) / SIDE) * g->dlon_deg;
                hits += inside(r, (struct geo_pos){lat, core_deg_wrap180(lon)});
            }
            mass += m * hits / (SIDE * SIDE);
            *area_m2 += geo_grid_cell_area_m2(g, i) * hits / (SIDE * SIDE);
        }
    return mass / map->mapped;
}

static void check_cloud(const struct fixture *f, size_t max_cells, const char *what, size_t n_rings50)
{
    static const double masses[] = {0.5, 0.75, 0.9, 0.95};
    struct core_arena arena = {0};
    struct geo_grid grid;
    struct prob_map map;
    struct prob_region region[4];
    bool good = !prob_grid_choose(&f->cloud, 1, 0, max_cells, &grid, NULL) &&
                !prob_map_make(&f->cloud, &grid, &arena, &map, NULL);
    for (int k = 0; good && k < 4; k++) {
        good = !prob_region_make(&map, masses[k], &arena, &region[k], NULL);
        struct prob_moments m = {0};
        prob_moments_of(&f->cloud, &m);
        double cell = grid.dlat_deg * geo_earth_m_per_deg_lat(m.mean.lat_deg) * grid.dlon_deg *
                      geo_earth_m_per_deg_lon(m.mean.lat_deg);
        const char *fault = fault_of(&region[k], fmin(cell, 1e6));
        tap_ok(good && !fault, "%s: the rings of %g %% are proper%s%s", what, 100 * masses[k],
               fault ? ", but " : "", fault ? fault : "");
        double area_m2 = 0, mass = mass_inside(&map, &region[k], &area_m2);
        tap_ok(fabs(mass - masses[k]) < 0.01, "%s: they hold %.4f", what, mass);
        tap_ok(fabs(area_m2 / region[k].area_m2 - 1) < 0.015, "%s: their area is what they enclose (%.4f)",
               what, area_m2 / region[k].area_m2);
        int out = 0;
        for (size_t r = 0; k && r < region[k - 1].n_rings; r++)
            for (size_t i = 0; i < region[k - 1].ring[r].n; i++)
                out += !inside(&region[k], region[k - 1].ring[r].pos[i]);
        tap_ok(!out, "%s: they contain the region of less mass", what);
    }
    if (n_rings50)
        tap_ok(region[0].n_rings == n_rings50, "%s: the 50 %% region has %zu rings", what, n_rings50);
    core_arena_fini(&arena);
}

static void ring_cloud(struct fixture *f, struct geo_pos at, double radius_m, double width_m)
{
    struct geo_plane plane = {at};
    uint64_t seed = 5;
    for (size_t i = 0; i < f->cloud.n; i++) {
        double r = radius_m + width_m * fixture_normal(&seed), a = 2 * CORE_PI * fixture_uniform(&seed);
        struct geo_pos pos = geo_plane_to_pos(&plane, (struct geo_xy){r * cos(a), r * sin(a)});
        f->lat_deg[i] = (float)pos.lat_deg;
        f->lon_deg[i] = (float)pos.lon_deg;
    }
}

// A region built from one sample holds its mass of another sample: the map is calibrated.
static void check_calibration(void)
{
    enum { FIT = 10000, TRY = 10000 };
    struct core_arena arena = {0};
    struct fixture f = fixture_new(FIT), g = fixture_new(TRY);
    struct geo_grid grid;
    struct prob_map map;
    struct prob_region region;
    fixture_gauss(&f, 0, FIT, (struct geo_pos){34, 12}, 20000, 3000, 1, 21);
    fixture_gauss(&g, 0, TRY, (struct geo_pos){34, 12}, 20000, 3000, 1, 22);
    static const double masses[] = {0.5, 0.75, 0.9, 0.95};
    bool good = !prob_grid_choose(&f.cloud, 1, 0, 250000, &grid, NULL) &&
                !prob_map_make(&f.cloud, &grid, &arena, &map, NULL);
    for (int k = 0; good && k < 4; k++) {
        int hits = 0;
        good = !prob_region_make(&map, masses[k], &arena, &region, NULL);
        for (size_t i = 0; i < TRY; i++)
            hits += inside(&region, (struct geo_pos){(double)g.lat_deg[i], (double)g.lon_deg[i]});
        tap_ok(fabs((double)hits / TRY - masses[k]) < 0.015,
               "the %g %% region holds %.1f %% of a second sample", 100 * masses[k], 100.0 * hits / TRY);
    }
    fixture_free(&f);
    fixture_free(&g);
    core_arena_fini(&arena);
}

static void check_squares(void)
{
    struct core_arena arena = {0};
    struct prob_loop *loops;
    size_t n = 0;
    const double apart[16] = {0, 0, 0, 0, 0, 1, .1, 0, 0, .1, 1, 0, 0, 0, 0, 0};
    struct prob_lattice l = {apart, 4, 4, false};
    tap_ok(!prob_contour(&l, 0.6, &arena, &loops, &n, NULL) && n == 2 && loops[0].area > 0 &&
               loops[1].area > 0,
           "two corners of a saddle are apart when its middle is low");
    const double joined[16] = {0, 0, 0, 0, 0, 1, .5, 0, 0, .5, 1, 0, 0, 0, 0, 0};
    l.value = joined;
    tap_ok(!prob_contour(&l, 0.6, &arena, &loops, &n, NULL) && n == 1 && loops[0].area > 0,
           "and one when it is high");
    const double holed[25] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
    l = (struct prob_lattice){holed, 5, 5, false};
    tap_ok(!prob_contour(&l, 0.5, &arena, &loops, &n, NULL) && n == 2 && loops[0].area * loops[1].area < 0,
           "a hole turns the other way");
    const double belt[16] = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
    l = (struct prob_lattice){belt, 4, 4, true};
    tap_ok(!prob_contour(&l, 0.5, &arena, &loops, &n, NULL) && n == 2 &&
               loops[0].turns * loops[1].turns == -1,
           "a belt round the globe has an edge to the east and one to the west");
    core_arena_fini(&arena);
}

int main(void)
{
    enum { N = 10000 };
    struct fixture f = fixture_new(N);
    fixture_gauss(&f, 0, N, (struct geo_pos){34, 12}, 6000, 6000, 0, 7);
    check_cloud(&f, 9000, "a round cloud", 1);
    fixture_gauss(&f, 0, N, (struct geo_pos){-17, -179.99}, 9000, 4000, 2, 7);
    check_cloud(&f, 9000, "across the antimeridian", 1);
    fixture_gauss(&f, N / 2, N, (struct geo_pos){-16.4, 179.6}, 3000, 3000, 0, 8);
    check_cloud(&f, 9000, "two clouds", 2);
    ring_cloud(&f, (struct geo_pos){50, 0}, 20000, 2000);
    check_cloud(&f, 9000, "a ring", 0);
    fixture_gauss(&f, 0, N, (struct geo_pos){89.97, 40}, 4000, 4000, 0, 9);
    check_cloud(&f, 9000, "over the north pole", 1);
    fixture_gauss(&f, 0, N, (struct geo_pos){-89.97, 40}, 4000, 4000, 0, 9);
    check_cloud(&f, 9000, "over the south pole", 1);
    ring_cloud(&f, (struct geo_pos){90, 0}, 40000, 3000);
    check_cloud(&f, 9000, "a ring round the north pole", 0);
    fixture_free(&f);
    check_calibration();
    check_squares();
    return tap_done();
}
