#include <math.h>

#include "core/err.h"
#include "forcing/ncshape.h"

// More than any real file has.
enum { MOST_GRID = 1 << 26 };

static const struct forcing_description *description(const struct forcing_file *file)
{
    return file->content;
}

// A list of triangles: corners from 0, and for each the face of the file that it is (a part of).
struct triangles {
    uint32_t *corner, *face;
    size_t n;
    bool cut; // some faces have four corners
};

// Corners of one face as the file counts them, from 0; false: one of the first three is no node.
static bool face_corners(const double *all, size_t face, size_t n_faces, size_t k, bool across, double base,
                         size_t n_nodes, double out[4])
{
    for (size_t j = 0; j < k; j++)
        out[j] = (across ? all[face * k + j] : all[j * n_faces + face]) - base;
    for (size_t j = 0; j < 3; j++)
        if (!(out[j] >= 0 && out[j] < (double)n_nodes))
            return false;
    return true;
}

static void face_add(const double corner[4], bool four, size_t face, struct triangles *out)
{
    static const int order[6] = {0, 1, 2, 0, 2, 3};
    for (int j = 0; j < (four ? 6 : 3); j++)
        out->corner[3 * out->n + (size_t)j] = (uint32_t)corner[order[j]];
    for (int half = 0; half < (four ? 2 : 1); half++)
        out->face[out->n++] = (uint32_t)face;
    out->cut = out->cut || four;
}

// Counted from 0 or 1: as the file says, else UGRID's rule, else by the smallest number.
static double base_of(const struct forcing_var *var, bool by_ugrid, const double *all, size_t n)
{
    double base, low = INFINITY;
    if (forcing_att_number(var, "start_index", &base))
        return base;
    for (size_t i = 0; i < n; i++)
        low = all[i] >= 0 ? fmin(low, all[i]) : low;
    return by_ugrid || low < 1 ? 0 : 1;
}

static enum ph_status corners_read(struct forcing_file *file, const struct forcing_mesh_names *names,
                                   size_t n_nodes, struct triangles *out, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *var = &desc->vars[names->corners];
    double *all;
    size_t n;
    enum ph_status status = forcing_ncgrid_read(file, names->corners, MOST_GRID, &all, &n, err);
    if (status)
        return status;
    bool across = var->dims[0] == names->face_dim;
    size_t faces = (size_t)desc->dims[names->face_dim].length, k = n / faces;
    double base = base_of(var, names->by_ugrid, all, n);
    struct triangles made = {CORE_ARENA_NEW(&file->arena, uint32_t, faces * 6),
                             CORE_ARENA_NEW(&file->arena, uint32_t, faces * 2), 0, false};
    if (!made.corner || !made.face)
        return core_err_nomem(err);
    for (size_t f = 0; f < faces; f++) {
        double c[4] = {0, 0, 0, -1};
        if (!face_corners(all, f, faces, k, across, base, n_nodes, c))
            return core_err_set(err, PH_EINPUT, var->name, "check the coordinates with ncdump -v",
                                "face %zu has a corner that is no node (counted from %g)", f + 1, base);
        bool four = k == 4 && c[3] >= 0 && c[3] < (double)n_nodes && c[3] != c[2] && c[3] != c[0];
        face_add(c, four, f, &made);
    }
    *out = made;
    return PH_OK;
}

enum ph_status forcing_ncmesh_make(struct forcing_file *file, const struct forcing_var *var,
                                   const struct forcing_layout *layout, struct forcing_ncgrid *out,
                                   struct ph_err *err)
{
    struct forcing_mesh_names names;
    int dim = var->dims[layout->lon_dim];
    double *lat, *lon;
    struct triangles made = {0};
    size_t n = 0, n_lon;
    if (!forcing_layout_mesh(description(file), &names))
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "a mesh is lost");
    if (names.lat_var < 0)
        return core_err_set(err, PH_EINPUT, NULL, "put lon and lat of the nodes into the file, with ncks -A",
                            "the nodes of the triangles have no longitude and latitude");
    enum ph_status status = forcing_ncgrid_read(file, names.lat_var, MOST_GRID, &lat, &n, err);
    if (!status)
        status = forcing_ncgrid_read(file, names.lon_var, MOST_GRID, &lon, &n_lon, err);
    bool on_faces = dim == names.face_dim && dim != names.node_dim;
    if (!status)
        status = corners_read(file, &names, n, &made, err);
    if (!status)
        status =
            forcing_grid_triangles(lat, lon, n, made.corner, made.n, on_faces, &file->arena, &out->grid, err);
    if (!status && on_faces && made.cut)
        out->face = made.face;
    return status;
}
