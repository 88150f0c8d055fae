#include "geo/polygon.h"

#include "geo/earth.h"
#include "geo/grid.h"
#include "test/tap.h"

#define LENGTH(a) (sizeof(a) / sizeof *(a))

static void containing(void)
{
    struct geo_pos square[] = {{10, 178}, {10, -178}, {14, -178}, {14, 178}};
    tap_ok(geo_polygon_contains(square, 4, (struct geo_pos){12, 179}), "inside, west of the antimeridian");
    tap_ok(geo_polygon_contains(square, 4, (struct geo_pos){12, -179}), "inside, east of it");
    tap_ok(geo_polygon_contains(square, 4, (struct geo_pos){12, -180}), "inside, on it");
    tap_ok(!geo_polygon_contains(square, 4, (struct geo_pos){12, 177}), "outside to the west");
    tap_ok(!geo_polygon_contains(square, 4, (struct geo_pos){12, 0}), "outside on the far side of the earth");
    tap_ok(!geo_polygon_contains(square, 4, (struct geo_pos){9, 179}), "outside to the south");
    tap_ok(!geo_polygon_contains(square, 4, (struct geo_pos){15, 179}), "outside to the north");
    struct geo_pos notch[] = {{0, 0}, {0, 4}, {4, 4}, {2, 2}, {4, 0}};
    tap_ok(geo_polygon_contains(notch, 5, (struct geo_pos){1.9, 2}), "below the notch is inside");
    tap_ok(!geo_polygon_contains(notch, 5, (struct geo_pos){2.1, 2}), "in the notch is outside");
    tap_ok(geo_polygon_contains(notch, 5, (struct geo_pos){3, 0.5}) &&
               geo_polygon_contains(notch, 5, (struct geo_pos){3, 3.5}),
           "its horns are inside");
    tap_ok(!geo_polygon_contains(notch, 2, (struct geo_pos){0, 1}), "two corners hold nothing");
    struct geo_pos cap[] = {{80, 0}, {80, 120}, {80, -120}};
    tap_ok(geo_polygon_contains(cap, 3, (struct geo_pos){85, 50}) &&
               geo_polygon_contains(cap, 3, (struct geo_pos){90, 0}),
           "a ring round the pole holds the pole");
    tap_ok(!geo_polygon_contains(cap, 3, (struct geo_pos){70, 50}), "and not what is south of it");
    struct geo_pos south[] = {{-80, 0}, {-80, 120}, {-80, -120}};
    tap_ok(geo_polygon_contains(south, 3, (struct geo_pos){-85, 50}) &&
               !geo_polygon_contains(south, 3, (struct geo_pos){-70, 50}),
           "so does one round the south pole");
}

// Two triangles of a square share its diagonal: every place is in exactly one of them.
static void no_gap(void)
{
    struct geo_pos low[] = {{0, 0}, {0, 7}, {5, 7}}, high[] = {{0, 0}, {5, 7}, {5, 0}};
    int wrong = 0;
    for (double lat = 0.1; lat < 5; lat += 0.1)
        for (double lon = 0.1; lon < 7; lon += 0.1) {
            struct geo_pos at = {lat, lon};
            wrong += geo_polygon_contains(low, 3, at) + geo_polygon_contains(high, 3, at) != 1;
        }
    for (int k = 1; k < 50; k++) { // on the diagonal itself
        struct geo_pos at = {5 * (k / 50.0), 7 * (k / 50.0)};
        wrong += geo_polygon_contains(low, 3, at) + geo_polygon_contains(high, 3, at) != 1;
    }
    tap_ok(wrong == 0, "two polygons with a common edge leave no gap and no overlap");
}

static void areas(void)
{
    struct geo_pos cell[] = {{33, 179.9}, {33, -179.9}, {33.2, -179.9}, {33.2, 179.9}};
    struct geo_pos turned[] = {{33.2, 179.9}, {33.2, -179.9}, {33, -179.9}, {33, 179.9}};
    struct geo_grid grid = {33, 179.9, 0.2, 0.2, 1, 1};
    double want = geo_grid_cell_area_m2(&grid, 0);
    tap_near(geo_polygon_area_m2(cell, 4) / want, 1, 1e-5,
             "area of a cell across the antimeridian, counter-clockwise");
    tap_near(geo_polygon_area_m2(turned, 4) / want, -1, 1e-5, "negative clockwise");
    tap_near(geo_polygon_area_m2(cell, 2), 0, 0, "two corners have none");
    struct geo_pos octant[] = {{0, 0}, {0, 90}, {90, 0}};
    tap_near(geo_polygon_area_m2(octant, 3) / 1e12, 510.065621724 / 8, 1e-6,
             "an octant is an eighth of the earth");
}

static void crossing(void)
{
    struct geo_pos bow[] = {{0, 179}, {2, -179}, {2, 179}, {0, -179}};
    struct geo_pos square[] = {{0, 179}, {0, -179}, {2, -179}, {2, 179}};
    struct geo_pos closed[] = {{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}};
    struct geo_pos star[] = {{0, 0}, {3, 1}, {0, 2}, {2, -0.5}, {2, 2.5}};
    tap_ok(geo_polygon_crosses_itself(bow, LENGTH(bow)), "a bow tie crosses itself, across the antimeridian");
    tap_ok(!geo_polygon_crosses_itself(square, LENGTH(square)), "a square does not");
    tap_ok(!geo_polygon_crosses_itself(closed, LENGTH(closed)), "nor one that repeats its first corner");
    tap_ok(geo_polygon_crosses_itself(star, LENGTH(star)), "a star drawn in one go does");
    tap_ok(!geo_polygon_crosses_itself(square, 3), "a triangle never does");
}

static void boxing(void)
{
    struct geo_pos square[] = {{0, 179}, {0, -179}, {2, -179}, {2, 179}},
                   cap[] = {{80, 0}, {80, 120}, {80, -120}};
    struct geo_box box = {0, 0, 0, 0};
    tap_ok(geo_polygon_box(square, 4, &box) && box.west_deg == 179 && box.east_deg == 181 &&
               box.south_deg == 0 && box.north_deg == 2,
           "the box of a polygon across the antimeridian");
    tap_ok(geo_polygon_box(cap, 3, &box) && box.north_deg == 90 && box.east_deg - box.west_deg == 360,
           "round a pole it takes the pole and all longitudes");
    tap_ok(!geo_polygon_box(cap, 0, &box), "no corners, no box");
}

int main(void)
{
    containing();
    no_gap();
    areas();
    crossing();
    boxing();
    return tap_done();
}
