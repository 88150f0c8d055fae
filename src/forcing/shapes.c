// One face for all shapes of grid.
#include "forcing/shapes.h"

#include <math.h>
#include <stdio.h>

#include "core/units.h"
#include "forcing/grid.h"

#define M_PER_DEG (60 * CORE_M_PER_NM)

static void regular_locate(const struct forcing_grid *grid, double lat, double lon, struct forcing_spot *out)
{
    size_t j, i;
    double wy, wx;
    out->n = 0;
    if (!forcing_axis_locate_lat(grid, lat, &j, &wy) || !forcing_axis_locate_lon(&grid->lon, lon, &i, &wx))
        return;
    size_t east = i + 1 < grid->ni ? i + 1 : 0;
    out->n = 4;
    for (int c = 0; c < 4; c++) {
        out->point[c] = (uint32_t)((j + (size_t)(c / 2)) * grid->ni + (c % 2 ? east : i));
        out->weight[c] = (float)((c / 2 ? wy : 1 - wy) * (c % 2 ? wx : 1 - wx));
    }
}

void forcing_grid_locate(const struct forcing_grid *grid, size_t n, const double *lat_deg,
                         const double *lon_deg, struct forcing_spot *out)
{
    for (size_t k = 0; k < n; k++)
        switch (grid->shape) {
        case FORCING_REGULAR:
            regular_locate(grid, lat_deg[k], lon_deg[k], &out[k]);
            break;
        case FORCING_PROJECTED:
            forcing_projected_locate(grid, lat_deg[k], lon_deg[k], &out[k]);
            break;
        case FORCING_ROWS:
            forcing_rows_locate(grid, lat_deg[k], lon_deg[k], &out[k]);
            break;
        case FORCING_CURVED:
        case FORCING_TRIANGLES:
            forcing_cells_locate(grid, lat_deg[k], lon_deg[k], &out[k]);
            break;
        }
}

void forcing_grid_near(const struct forcing_grid *grid, double lat_deg, double lon_deg, double reach_m,
                       forcing_near_visit visit, void *arg)
{
    if (grid->shape == FORCING_PROJECTED)
        forcing_projected_near(grid, lat_deg, lon_deg, reach_m, visit, arg);
    else if (grid->shape == FORCING_ROWS)
        forcing_rows_near(grid, lat_deg, lon_deg, reach_m, visit, arg);
    else if (grid->shape != FORCING_REGULAR)
        forcing_cells_near(grid, lat_deg, lon_deg, reach_m, visit, arg);
}

double forcing_grid_reach_m(const struct forcing_grid *grid)
{
    return fmin(fmax(FORCING_REACH_CELLS * grid->step_m, FORCING_REACH_LEAST_M), FORCING_REACH_MOST_M);
}

// The middle of a face, also across the antimeridian.
static struct geo_pos face_middle(const struct forcing_mesh *mesh, size_t face)
{
    const uint32_t *corner = mesh->corner + 3 * face;
    double lat = 0, lon = 0;
    for (int c = 0; c < 3; c++) {
        lat += mesh->node_lat[corner[c]] / 3;
        lon += remainder(mesh->node_lon[corner[c]] - mesh->node_lon[corner[0]], 360) / 3;
    }
    lon = remainder(lon + mesh->node_lon[corner[0]], 360);
    return (struct geo_pos){lat, lon >= 180 ? lon - 360 : lon};
}

struct geo_pos forcing_grid_point(const struct forcing_grid *grid, size_t point)
{
    size_t j = point / grid->ni, i = point % grid->ni;
    struct geo_pos at = {0, 0};
    switch (grid->shape) {
    case FORCING_REGULAR:
        at = (struct geo_pos){grid->lat.value[j], grid->lon.value[i]};
        break;
    case FORCING_PROJECTED:
        forcing_projection_inverse(grid->projection, grid->lon.value[i], grid->lat.value[j], &at.lat_deg,
                                   &at.lon_deg);
        break;
    case FORCING_ROWS:
        at = forcing_rows_point(grid, point);
        break;
    case FORCING_CURVED:
        at = (struct geo_pos){grid->point_lat_deg[point], grid->point_lon_deg[point]};
        break;
    case FORCING_TRIANGLES:
        at = grid->mesh->on_faces
                 ? face_middle(grid->mesh, point)
                 : (struct geo_pos){grid->mesh->node_lat[point], grid->mesh->node_lon[point]};
        break;
    }
    return at;
}

double forcing_grid_angle(const struct forcing_grid *grid, size_t point)
{
    if (grid->shape == FORCING_CURVED)
        return grid->angle_rad ? grid->angle_rad[point] : forcing_curved_angle(grid, point);
    if (grid->shape != FORCING_PROJECTED)
        return 0;
    struct geo_pos at = forcing_grid_point(grid, point);
    return forcing_projection_angle(grid->projection, at.lat_deg, at.lon_deg);
}

static void step_text(double step_m, char out[32])
{
    snprintf(out, 32, step_m < 1000 ? "%.0f m" : "%.3g km", step_m < 1000 ? step_m : step_m / 1000);
}

void forcing_grid_text(const struct forcing_grid *grid, char *out, size_t size)
{
    const char *round = grid->wraps ? ", round the earth" : "";
    char step[32];
    step_text(grid->step_m, step);
    switch (grid->shape) {
    case FORCING_REGULAR:
        snprintf(out, size, "regular, %zu latitudes x %zu longitudes, %.4g x %.4g degrees%s", grid->lat.n,
                 grid->lon.n, grid->lat.step, grid->lon.step, round);
        break;
    case FORCING_PROJECTED:
        snprintf(out, size, "%s, %zu x %zu points, %s%s", grid->projection->name, grid->ni, grid->nj, step,
                 round);
        break;
    case FORCING_ROWS:
        snprintf(out, size, "reduced, %zu rows, %zu points, %s", grid->rows->n, grid->ni, step);
        break;
    case FORCING_CURVED:
        snprintf(out, size, "curvilinear, %zu x %zu points, %s%s", grid->ni, grid->nj, step, round);
        break;
    case FORCING_TRIANGLES:
        snprintf(out, size, "%zu triangles, %zu values on %s, %s", grid->mesh->n_faces, grid->ni,
                 grid->mesh->on_faces ? "faces" : "nodes", step);
        break;
    }
}

static bool points_same(const struct forcing_grid *a, const struct forcing_grid *b)
{
    size_t n = a->nj * a->ni, stride = n > 100000 ? n / 50000 : 1;
    for (size_t p = 0; p < n; p += stride) {
        struct geo_pos x = forcing_grid_point(a, p), y = forcing_grid_point(b, p);
        bool both = isfinite(x.lat_deg) && isfinite(y.lat_deg);
        if (both && forcing_apart_m(x.lat_deg, x.lon_deg, y.lat_deg, y.lon_deg) > GRID_SAME_CELLS * a->step_m)
            return false;
    }
    return true;
}

bool forcing_grid_same(const struct forcing_grid *a, const struct forcing_grid *b)
{
    if (a->shape != b->shape || a->nj != b->nj || a->ni != b->ni)
        return false;
    return a->shape == FORCING_REGULAR ? forcing_regular_same(a, b) : points_same(a, b);
}

struct forcing_block forcing_grid_block(const struct forcing_grid *grid, struct geo_box box,
                                        double margin_frac)
{
    if (grid->shape == FORCING_REGULAR)
        return forcing_regular_block(grid, box, margin_frac);
    double high = fmin(fmax(fabs(box.south_deg), fabs(box.north_deg)), 89);
    double across =
        fmax(box.north_deg - box.south_deg, (box.east_deg - box.west_deg) * cos(high * CORE_RAD_PER_DEG)) *
        M_PER_DEG;
    double margin = margin_frac > 0 ? margin_frac * fmax(across, 4 * grid->step_m) : 0;
    struct geo_box wide = forcing_box_widen(box, margin + forcing_grid_reach_m(grid));
    if (grid->shape == FORCING_PROJECTED)
        return forcing_projected_block(grid, wide);
    return grid->shape == FORCING_ROWS ? forcing_rows_block(grid, wide) : forcing_cells_block(grid, wide);
}
