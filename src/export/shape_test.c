// Cutting at the antimeridian on shapes whose answer is known.
#include "export/shape.h"

#include <math.h>

#include "test/tap.h"

static double area_of(const struct export_shape *shape)
{
    double sum = 0;
    for (size_t i = 0; i < shape->n; i++)
        for (size_t k = 0; k < shape->path[i].n; k++) {
            struct export_point a = shape->path[i].point[k],
                                b = shape->path[i].point[(k + 1) % shape->path[i].n];
            sum += (a.lon_deg * b.lat_deg - b.lon_deg * a.lat_deg) / 2;
        }
    return sum;
}

static size_t polygons_of(const struct export_shape *shape)
{
    return shape->n ? shape->path[shape->n - 1].polygon + 1 : 0;
}

static void a_box_is_cut_in_two(struct core_arena *arena)
{
    struct geo_pos box[4] = {{-10, 179}, {-10, -178}, {10, -178}, {10, 179}};
    struct prob_ring ring = {box, 4, 0};
    struct export_shape shape;
    tap_ok(!export_shape_rings(&ring, 1, arena, &shape, NULL) && shape.n == 2,
           "a box across 180 becomes two");
    tap_near(area_of(&shape), 3 * 20, 1e-9, "their area is that of the box, counter-clockwise");
}

static void a_comb_is_cut_into_teeth(struct core_arena *arena)
{
    // a comb whose back is west of 180 and whose three teeth reach east of it
    struct geo_pos comb[] = {{0, 178},  {0, -179}, {1, -179}, {1, 179},  {2, 179},  {2, -179},
                             {3, -179}, {3, 179},  {4, 179},  {4, -179}, {5, -179}, {5, 178}};
    struct prob_ring ring = {comb, sizeof comb / sizeof *comb, 0};
    struct export_shape shape;
    tap_ok(!export_shape_rings(&ring, 1, arena, &shape, NULL) && polygons_of(&shape) == 4,
           "a comb becomes its back and three teeth (%zu)", polygons_of(&shape));
    tap_near(area_of(&shape), 5 + 2 * 3, 1e-9, "no area is lost or counted twice");
}

static void a_hole_stays_a_hole(struct core_arena *arena)
{
    struct geo_pos outer[4] = {{0, 178}, {0, -176}, {6, -176}, {6, 178}};
    struct geo_pos across[4] = {{2, 179}, {2, -179}, {4, -179}, {4, 179}};
    struct geo_pos beside[4] = {{1, -178}, {1, -177}, {2, -177}, {2, -178}};
    struct prob_ring ring[3] = {{outer, 4, 7}, {across, 4, 7}, {beside, 4, 7}};
    struct export_shape shape;
    tap_ok(!export_shape_rings(ring, 3, arena, &shape, NULL) && polygons_of(&shape) == 2,
           "the outer ring is cut in two");
    tap_near(area_of(&shape), 36 - 4 - 1, 1e-9,
             "both holes are taken off, the one on the line and the one beside it");
    tap_ok(shape.n == 3 && shape.path[0].polygon == 0 && shape.path[1].polygon == 1 &&
               shape.path[2].polygon == 1,
           "the hole beside the line belongs to its own side");
}

static void a_cap_reaches_the_pole(struct core_arena *arena)
{
    struct geo_pos cap[36];
    for (int i = 0; i < 36; i++)
        cap[i] = (struct geo_pos){80, -175.0 + 10 * i};
    struct prob_ring ring = {cap, 36, 0};
    struct export_shape shape;
    tap_ok(!export_shape_rings(&ring, 1, arena, &shape, NULL) && shape.n, "a ring round the pole is cut");
    tap_near(area_of(&shape), 360 * 10, 1e-6, "and reaches up to it");
}

static void lines_break_at_the_meridian(struct core_arena *arena)
{
    struct geo_pos way[] = {{0, 179}, {2, -179}, {NAN, NAN}, {3, -178}, {3, -177}, {NAN, NAN}, {9, 9}};
    struct export_shape shape;
    tap_ok(!export_shape_line(way, 7, arena, &shape, NULL) && shape.n == 3,
           "a line is cut at 180 and at a gap");
    tap_near(shape.path[0].point[1].lat_deg, 1, 1e-9, "where it crosses");
    tap_ok(shape.path[0].point[1].lon_deg == 180 && shape.path[1].point[0].lon_deg == -180,
           "180 ends one part, -180 begins the next");
}

int main(void)
{
    struct core_arena arena = {0};
    a_box_is_cut_in_two(&arena);
    a_comb_is_cut_into_teeth(&arena);
    a_hole_stays_a_hole(&arena);
    a_cap_reaches_the_pole(&arena);
    lines_break_at_the_meridian(&arena);
    core_arena_fini(&arena);
    return tap_done();
}
