// The four shapes of grid behind grid.h that are not regular axes; each answers the same questions.
#ifndef FORCING_SHAPES_H
#define FORCING_SHAPES_H

#include "forcing/boxtree.h"
#include "forcing/grid.h"
#include "forcing/projection.h"

// A point near a place, for the search along the coast.
typedef void (*forcing_near_visit)(void *arg, size_t point, double distance_m);

struct forcing_rows {
    size_t n;
    const double *lat; // rising
    const size_t *first, *count;
    const double *lon, *step;
    bool round; // all rows go round the earth
};

struct forcing_mesh {
    const uint32_t *corner;
    size_t n_faces;
    bool on_faces;
    const double *node_lat, *node_lon;
};

// Points of two grids are the same when they are apart by less than this (one may be worked out from the
// other's neighbours).
#define GRID_SAME_CELLS 0.02

bool forcing_regular_same(const struct forcing_grid *a, const struct forcing_grid *b);
struct forcing_block forcing_regular_block(const struct forcing_grid *grid, struct geo_box box,
                                           double margin);

void forcing_projected_locate(const struct forcing_grid *grid, double lat, double lon,
                              struct forcing_spot *out);
void forcing_projected_near(const struct forcing_grid *grid, double lat, double lon, double reach_m,
                            forcing_near_visit visit, void *arg);
struct forcing_block forcing_projected_block(const struct forcing_grid *grid, struct geo_box box);

void forcing_rows_locate(const struct forcing_grid *grid, double lat, double lon, struct forcing_spot *out);
void forcing_rows_near(const struct forcing_grid *grid, double lat, double lon, double reach_m,
                       forcing_near_visit visit, void *arg);
struct forcing_block forcing_rows_block(const struct forcing_grid *grid, struct geo_box box);
struct geo_pos forcing_rows_point(const struct forcing_grid *grid, size_t point);

// Curved grids and triangles: cells with corners.
void forcing_cells_locate(const struct forcing_grid *grid, double lat, double lon, struct forcing_spot *out);
void forcing_cells_near(const struct forcing_grid *grid, double lat, double lon, double reach_m,
                        forcing_near_visit visit, void *arg);
struct forcing_block forcing_cells_block(const struct forcing_grid *grid, struct geo_box box);
double forcing_curved_angle(const struct forcing_grid *grid, size_t point);

// Metres between two places, on a sphere of a nautical mile to the minute: for coasts and sizes of cells.
double forcing_apart_m(double lat_a, double lon_a, double lat_b, double lon_b);

// The box and `reach_m` more on each side.
struct geo_box forcing_box_widen(struct geo_box box, double reach_m);

#endif
