#include "geo/grid.h"

#include "core/rng.h"
#include "geo/earth.h"
#include "test/tap.h"

#define N 1440

static void global_axis(double first, const char *name)
{
    static double value[N];
    struct geo_axis axis;
    size_t i0, i1;
    double w;
    int wrong = 0;
    for (int i = 0; i < N; i++)
        value[i] = first + 0.25 * i;
    tap_ok(geo_axis_init(&axis, value, N, 360) && axis.wraps && axis.uniform,
           "%s: uniform and goes all round", name);
    for (int i = 0; i < N; i++) {
        double x = value[i] - 360 * floor((value[i] + 180) / 360); // as positions have it
        bool node = geo_axis_locate(&axis, x, &i0, &i1, &w);
        wrong += !node || (w == 0 ? i0 : i1) != (size_t)i || (w != 0 && w != 1);
        bool middle = geo_axis_locate(&axis, x + 0.125, &i0, &i1, &w);
        wrong += !middle || i0 != (size_t)i || i1 != (size_t)(i + 1) % N || w != 0.5;
    }
    tap_ok(wrong == 0, "%s: every node and every middle is met exactly, the seam's too", name);
    tap_ok(geo_axis_locate(&axis, -1e-20, &i0, &i1, &w) && w >= 0 && w <= 1,
           "%s: a hair west of 0 has a cell", name);
}

static void global_axes(void)
{
    global_axis(0, "0..359.75");
    global_axis(-180, "-180..179.75");
    global_axis(-179.875, "-179.875..179.875");
    global_axis(20, "20..379.75");
}

static void regional_axes(void)
{
    double value[] = {170, 175, 180, 185, 190};
    struct geo_axis axis;
    size_t i0 = 9, i1 = 9;
    double w = 9;
    tap_ok(geo_axis_init(&axis, value, 5, 360) && !axis.wraps, "170..190 does not go all round");
    tap_ok(geo_axis_locate(&axis, -177.5, &i0, &i1, &w) && i0 == 2 && i1 == 3 && w == 0.5,
           "-177.5 lies in it");
    tap_ok(geo_axis_locate(&axis, -170, &i0, &i1, &w) && i1 == 4 && w == 1, "its east end is in it");
    tap_ok(geo_axis_locate(&axis, 170, &i0, &i1, &w) && i0 == 0 && w == 0, "its west end is in it");
    i0 = 77;
    tap_ok(!geo_axis_locate(&axis, -169.9, &i0, &i1, &w) && i0 == 77, "-169.9 is not");
    tap_ok(!geo_axis_locate(&axis, 169.9, &i0, &i1, &w), "169.9 is not");
    tap_ok(!geo_axis_locate(&axis, 0, &i0, &i1, &w), "nor 0");
    tap_ok(!geo_axis_locate(&axis, NAN, &i0, &i1, &w), "nor NaN");
    tap_ok(geo_axis_locate(&axis, 170 - 1e-10, &i0, &i1, &w) && i0 == 0 && w == 0,
           "rounding at the west end is let in");
    tap_ok(geo_axis_locate(&axis, -170 + 1e-10, &i0, &i1, &w) && i1 == 4 && w == 1, "and at the east end");
    double cyclic[] = {0, 90, 180, 270, 360};
    tap_ok(geo_axis_init(&axis, cyclic, 5, 360) && axis.wraps,
           "an axis that repeats its first meridian goes round");
    tap_ok(geo_axis_locate(&axis, -45, &i0, &i1, &w) && i0 == 3 && i1 == 4 && w == 0.5,
           "and has a cell before it");
}

static void odd_axes(void)
{
    struct geo_axis axis;
    double up[] = {0, 1, 3, 7, 15, 31}, down[] = {3, 2, 1}, twice[] = {1, 1, 2}, one[] = {5},
           nan[] = {0, NAN, 2};
    double too_long[] = {0, 200, 361};
    size_t i0, i1;
    double w;
    tap_ok(!geo_axis_init(&axis, up, 0, 0), "no values make no axis");
    tap_ok(!geo_axis_init(&axis, down, 3, 0), "descending values make none");
    tap_ok(!geo_axis_init(&axis, twice, 3, 0), "repeated values make none");
    tap_ok(!geo_axis_init(&axis, nan, 3, 0), "NaN makes none");
    tap_ok(!geo_axis_init(&axis, too_long, 3, 360), "longitudes over more than 360 degrees make none");
    tap_ok(geo_axis_init(&axis, up, 6, 0) && !axis.uniform && !axis.wraps, "uneven values are not uniform");
    int wrong = 0;
    for (size_t i = 0; i < 5; i++) {
        wrong += !geo_axis_locate(&axis, up[i], &i0, &i1, &w) || i0 != i || w != 0;
        wrong += !geo_axis_locate(&axis, 0.5 * (up[i] + up[i + 1]), &i0, &i1, &w) || i0 != i || i1 != i + 1 ||
                 w != 0.5;
    }
    tap_ok(wrong == 0, "their nodes and middles are met exactly");
    tap_ok(geo_axis_locate(&axis, 31, &i0, &i1, &w) && i1 == 5 && w == 1, "the last one too");
    tap_ok(!geo_axis_locate(&axis, 31.01, &i0, &i1, &w) && !geo_axis_locate(&axis, -0.01, &i0, &i1, &w),
           "beyond the ends is outside");
    tap_ok(geo_axis_init(&axis, one, 1, 0) && geo_axis_locate(&axis, 5, &i0, &i1, &w) && i0 == 0 && i1 == 0 &&
               w == 0,
           "one value serves itself");
    tap_ok(!geo_axis_locate(&axis, 5.1, &i0, &i1, &w), "and nothing else");
}

// Axes come as 32-bit floats: nearly uniform, and every node must still be met exactly.
static void float_axis(void)
{
    static double value[4320];
    struct geo_axis axis;
    size_t i0, i1;
    double w;
    int wrong = 0;
    for (int i = 0; i < 4320; i++)
        value[i] = (float)(-180 + i / 12.0);
    tap_ok(geo_axis_init(&axis, value, 4320, 360) && axis.uniform && axis.wraps,
           "float steps of 1/12 are uniform");
    for (int i = 0; i < 4320; i++)
        wrong += !geo_axis_locate(&axis, value[i], &i0, &i1, &w) || (w == 0 ? i0 : i1) != (size_t)i ||
                 (w > 0 && w < 1);
    tap_ok(wrong == 0, "each of their nodes is met exactly");
}

static void cells(void)
{
    struct geo_grid grid = {30, 170, 0.5, 1, 10, 20}; // 30..35 N, 170 E..170 W
    size_t i = 99, j = 99;
    tap_ok(geo_grid_cell(&grid, (struct geo_pos){30, 170}, &i, &j) && i == 0 && j == 0,
           "the south-west corner");
    tap_ok(geo_grid_cell(&grid, (struct geo_pos){32.6, -179.5}, &i, &j) && i == 5 && j == 10,
           "across the antimeridian");
    tap_ok(geo_grid_cell(&grid, (struct geo_pos){32.5, -180}, &i, &j) && i == 5 && j == 10,
           "an edge is the next cell's");
    tap_ok(geo_grid_cell(&grid, (struct geo_pos){35, -170}, &i, &j) && i == 9 && j == 19,
           "the outer edge is the last's");
    tap_ok(!geo_grid_cell(&grid, (struct geo_pos){35.01, 175}, &i, &j), "north of it is outside");
    tap_ok(!geo_grid_cell(&grid, (struct geo_pos){32, 169.9}, &i, &j), "west of it is outside");
    tap_ok(!geo_grid_cell(&grid, (struct geo_pos){32, -169.9}, &i, &j), "east of it is outside");
    tap_ok(!geo_grid_cell(&grid, (struct geo_pos){NAN, 175}, &i, &j), "NaN is outside");
    struct geo_grid world = {-90, -180, 10, 10, 18, 36};
    double area = 0;
    for (size_t row = 0; row < 18; row++)
        area += 36 * geo_grid_cell_area_m2(&world, row);
    tap_near(area / 1e12, 510.065621724, 1e-6, "all cells of the world make WGS84's 510.0656 million km2");
    tap_ok(geo_grid_cell(&world, (struct geo_pos){90, 180}, &i, &j) && i == 17 && j == 0,
           "the pole and 180 have a cell");
    struct geo_grid small = {33.4, 12.7, 0.001, 0.001, 1, 1};
    double flat = geo_earth_m_per_deg_lat(33.4005) * geo_earth_m_per_deg_lon(33.4005) * 1e-6;
    tap_near(geo_grid_cell_area_m2(&small, 0) / flat, 1, 1e-8, "a small cell is its sides' product");
}

static void boxes(void)
{
    struct geo_box box = {0, 0, 0, 0};
    double lat[] = {10, 12, NAN, 11}, lon[] = {179, -178, 0, 178};
    tap_ok(geo_box_of(4, lat, lon, &box), "places have a box, NaN aside");
    tap_ok(box.south_deg == 10 && box.north_deg == 12 && box.west_deg == 178 && box.east_deg == 182,
           "it lies across the antimeridian");
    tap_ok(geo_box_contains(box, (struct geo_pos){11, -178}) &&
               geo_box_contains(box, (struct geo_pos){11, 178}) &&
               geo_box_contains(box, (struct geo_pos){10, -180}),
           "it contains its edges");
    tap_ok(!geo_box_contains(box, (struct geo_pos){11, -177.9}) &&
               !geo_box_contains(box, (struct geo_pos){11, 0}) &&
               !geo_box_contains(box, (struct geo_pos){12.1, 179}),
           "and not what is outside");
    tap_ok(!geo_box_of(0, lat, lon, &box) && !geo_box_of(1, lat + 2, lon, &box), "nothing has no box");
    tap_ok(geo_box_of(1, lat, lon, &box) && box.west_deg == 179 && box.east_deg == 179,
           "one place is its box");
    double wide_lon[] = {-170, -10, 100}, wide_lat[] = {1, 2, 3};
    tap_ok(geo_box_of(3, wide_lat, wide_lon, &box) && box.west_deg == -10 && box.east_deg == 190,
           "the widest gap is left out");
    int wrong = 0;
    for (uint64_t k = 0; k < 200; k++) {
        double u[4], la[5], lo[5];
        for (uint64_t m = 0; m < 5; m++) {
            core_rng_uniform(3, k * 5 + m, 0, CORE_RNG_POSITION, u);
            la[m] = 180 * u[0] - 90;
            lo[m] = 360 * u[1] - 180;
        }
        wrong += !geo_box_of(5, la, lo, &box);
        for (int m = 0; m < 5; m++)
            wrong += !geo_box_contains(box, (struct geo_pos){la[m], lo[m]});
        wrong += box.west_deg < -180 || box.west_deg >= 180 || box.east_deg < box.west_deg;
    }
    tap_ok(wrong == 0, "200 random sets of places lie in their boxes");
}

static void growing(void)
{
    struct geo_box box = {178, 10, 182, 12}, grown = geo_box_grow(box, 50000);
    int wrong = 0;
    for (double bearing = 0; bearing < 360; bearing += 5)
        for (int corner = 0; corner < 4; corner++) {
            struct geo_pos at = {corner & 1 ? 10 : 12, corner & 2 ? 178 : -178};
            wrong += !geo_box_contains(grown, geo_earth_forward(at, bearing, 50000));
        }
    tap_ok(wrong == 0, "a box grown by 50 km holds what is 50 km from its corners");
    tap_near(grown.north_deg - 12, 0.45, 0.01, "and is not much larger");
    grown = geo_box_grow((struct geo_box){0, 89, 1, 89.5}, 100000);
    tap_ok(grown.north_deg == 90 && grown.east_deg - grown.west_deg == 360,
           "near a pole it takes all longitudes");
    grown = geo_box_grow((struct geo_box){0, -20, 359, 20}, 100000);
    tap_ok(grown.west_deg == -180 && grown.east_deg == 180, "and when it closes round the earth");
    grown = geo_box_grow((struct geo_box){-179.9, 0, -179.8, 0.1}, 50000);
    tap_ok(grown.west_deg > 179 && grown.west_deg < 180 &&
               geo_box_contains(grown, (struct geo_pos){0, 179.7}),
           "it grows across the antimeridian");
}

int main(void)
{
    global_axes();
    regional_axes();
    odd_axes();
    float_axis();
    cells();
    boxes();
    growing();
    return tap_done();
}
