// Where the points of a field lie, and which of them serve a place. Regular axes of longitude and latitude
// are the fast path; projected axes, curved rows, rows of a reduced Gaussian grid and triangles are behind
// the same two questions: which points are needed on a box (a block), and which serve a place with what
// weight (a spot).
#ifndef FORCING_GRID_H
#define FORCING_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "geo/position.h"
#include "pharos/pharos.h"

// Strictly ascending; the file's own order may be the reverse, and its longitudes on any branch.
struct forcing_axis {
    const double *value;
    size_t n;
    double first, last;
    double step;   // mean
    double gap;    // from last round to first (longitudes that wrap)
    double slack;  // how far beyond its ends a place still counts as on it
    bool wraps;    // last and first are neighbours across the seam
    bool uniform;  // value[i] = first + i step, within a ten-millionth of a step
    bool reversed; // index i here is n_file - 1 - i in the file
    size_t n_file; // may be one more: the first meridian again
};

enum forcing_shape {
    FORCING_REGULAR,   // axes of longitude and latitude
    FORCING_PROJECTED, // axes x and y of a projection, or of a rotated pole
    FORCING_CURVED,    // rows and columns of points that lie anywhere
    FORCING_ROWS,      // rows of constant latitude, each with its own number of points (reduced Gaussian)
    FORCING_TRIANGLES, // values at the nodes or in the faces of triangles
};

struct forcing_projection;
struct forcing_rows;
struct forcing_mesh;
struct forcing_boxtree;

// Made by one of the functions below, in an arena; nothing to free. Points are numbered j * ni + i.
struct forcing_grid {
    enum forcing_shape shape;
    struct forcing_axis lat, lon; // regular; projected: y and x, in metres or degrees of the rotated pole
    size_t nj, ni;                // points; rows and triangles: 1 x all of them, in the order of the file
    bool wraps;                   // column 0 comes after column ni - 1
    bool left_handed;             // curved: rows are counted to the right of the columns' way
    bool folds;                   // curved, tripolar: across the last row lie its own points, i beside
    size_t fold_sum;              // (fold_sum - i) mod ni
    double step_m;                // usual distance between neighbours
    struct geo_box box;
    const struct forcing_projection *projection;
    const double *point_lat_deg, *point_lon_deg; // curved, triangles: of each point
    const double *angle_rad; // curved: direction of rising i, counter-clockwise from east; NULL: by geometry
    const struct forcing_rows *rows;
    const struct forcing_mesh *mesh;
    const struct forcing_boxtree *tree;
};

enum ph_status forcing_grid_regular(struct forcing_axis lat, struct forcing_axis lon,
                                    struct forcing_grid *out) PH_NODISCARD;

// Axes of a projection, given as PROJ writes it: +proj=lcc | stere (polar) | merc | ob_tran with
// +o_proj=longlat, with +R, +a +b, +a +rf or +ellps; x and y in metres (ob_tran: degrees of the rotated
// longitude and latitude), each in the order of the file (axis.reversed tells when it falls). No other key
// changes the answer, and no file is opened for it. PH_EUNSUPPORTED for other projections.
enum ph_status forcing_grid_projected(const char *proj, const double *x, size_t n_x, const double *y,
                                      size_t n_y, struct core_arena *arena, struct forcing_grid *out,
                                      struct ph_err *err) PH_NODISCARD;

// nj rows of ni points, lat and lon of each (kept, not copied). NAN: no point there.
enum ph_status forcing_grid_curved(const double *lat_deg, const double *lon_deg, size_t nj, size_t ni,
                                   struct core_arena *arena, struct forcing_grid *out,
                                   struct ph_err *err) PH_NODISCARD;

// Rows from north to south or south to north: row r is at lat_deg[r] and has n[r] points, the first at
// first_deg[r], the others step_deg[r] east of one another (n x step = 360: round the earth).
enum ph_status forcing_grid_rows(const double *lat_deg, const size_t *n, const double *first_deg,
                                 const double *step_deg, size_t n_rows, struct core_arena *arena,
                                 struct forcing_grid *out, struct ph_err *err) PH_NODISCARD;

// Triangles between nodes (3 numbers from 0 for each face; kept, not copied). on_faces: one value for each
// face, the same all over it; else one for each node, linear between.
enum ph_status forcing_grid_triangles(const double *node_lat_deg, const double *node_lon_deg, size_t n_nodes,
                                      const uint32_t *corner, size_t n_faces, bool on_faces,
                                      struct core_arena *arena, struct forcing_grid *out,
                                      struct ph_err *err) PH_NODISCARD;

// No value is carried to the coast beyond this: one and a half cells, but 10 km where cells are smaller (the
// land of a model misses the real shore by more than that), and 25 km at most.
#define FORCING_REACH_CELLS 1.5
#define FORCING_REACH_LEAST_M 10000.0
#define FORCING_REACH_MOST_M 25000.0
double forcing_grid_reach_m(const struct forcing_grid *grid);

// Columns on each side of a place at a latitude, and rows, in which a regular grid is searched along the
// coast.
size_t forcing_grid_reach_rows(const struct forcing_grid *grid);
size_t forcing_grid_reach_columns(const struct forcing_grid *grid, double lat_deg);

// The points that serve a place: up to four, weights that sum to one. n == 0: the place is not on the grid.
struct forcing_spot {
    uint32_t point[4];
    float weight[4];
    int n;
};
void forcing_grid_locate(const struct forcing_grid *grid, size_t n, const double *lat_deg,
                         const double *lon_deg, struct forcing_spot *out);

// Calls visit for every point within the reach of a place, in an order that depends on the grid alone; some
// of them twice. Not for regular grids.
void forcing_grid_near(const struct forcing_grid *grid, double lat_deg, double lon_deg, double reach_m,
                       void (*visit)(void *arg, size_t point, double distance_m), void *arg);

// Where a point lies.
struct geo_pos forcing_grid_point(const struct forcing_grid *grid, size_t point);

// Direction of the grid's own first axis (rising i, as the axes and angle_rad say) at a point, in radians
// counter-clockwise from east; components along the grid are turned by it. Zero for rows and triangles.
double forcing_grid_angle(const struct forcing_grid *grid, size_t point);

// "lambert conformal, 1799 x 1059 points, 3.0 km"
void forcing_grid_text(const struct forcing_grid *grid, char *out, size_t size);

// Makes an axis of what the file holds, in its own order. PH_EINPUT says why it is none. Values that lie
// evenly but for the rounding of float32 (1/12 degree is none of its numbers) are made even again: what was
// meant, metres from what is written.
enum ph_status forcing_axis_lat(const double *value, size_t n, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err) PH_NODISCARD;
enum ph_status forcing_axis_lon(const double *value, size_t n, struct core_arena *arena,
                                struct forcing_axis *out, struct ph_err *err) PH_NODISCARD;

// The place lies between points i and i + 1 (index n is 0 again when the axis wraps) at fraction *w. False
// when outside. Where a grid goes round the earth but stops short of a pole by up to one step, its last row
// serves.
bool forcing_axis_locate_lat(const struct forcing_grid *grid, double lat_deg, size_t *i, double *w);
bool forcing_axis_locate_lon(const struct forcing_axis *axis, double lon_deg, size_t *i, double *w);

// Both grids have the same points, within a thousandth of a step (two hundredths unless regular).
bool forcing_grid_same(const struct forcing_grid *a, const struct forcing_grid *b);

struct geo_box forcing_grid_box(const struct forcing_grid *grid);

// A block of the grid: rows from j0, columns from i0 (which may be before the seam; column c is file column
// (i0 + c) mod ni). For rows and triangles a range of points: j0 = 0, nj = 1. nj == 0: nothing of the box
// lies on the grid.
struct forcing_block {
    size_t j0, nj, i0, ni;
};

// The block that holds all points needed anywhere on the box, and `margin_frac` of its extent more on each
// side.
struct forcing_block forcing_grid_block(const struct forcing_grid *grid, struct geo_box box,
                                        double margin_frac);

// All of `inner` is in `outer`.
bool forcing_block_holds(const struct forcing_grid *grid, struct forcing_block outer,
                         struct forcing_block inner);

#endif
