#include "forcing/ncgrid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/packing.h"
#include "forcing/ncmap.h"
#include "forcing/ncshape.h"
#include "forcing/shapes.h"
#include "forcing/units.h"

// More than any real file has.
enum { MOST_AXIS = 1 << 18, MOST_GRID = 1 << 26 };
#define MOST_TILT_RAD (1.0 * CORE_RAD_PER_DEG) // the file's angle may differ from the geometry's by this much
#define FIX_LOOK "check the coordinates with ncdump -v"

static const struct forcing_description *description(const struct forcing_file *file)
{
    return file->content;
}

enum ph_status forcing_ncgrid_read(struct forcing_file *file, int var, size_t most, double **out, size_t *n,
                                   struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *coord = &desc->vars[var];
    uint64_t start[DESCRIPTION_RANK] = {0}, count[DESCRIPTION_RANK], total = 1, row;
    int rank = coord->rank, first = rank == 3 ? 1 : 0;
    for (int d = 0; d < rank; d++) {
        count[d] = d < first ? 1 : desc->dims[coord->dims[d]].length;
        if (!count[d] || count[d] > most / total)
            return core_err_set(err, PH_EINPUT, coord->name, "check the file with ncdump -h", "%s",
                                count[d] ? "there are more entries than any real file has" : "it is empty");
        total *= count[d];
    }
    double *copy = CORE_ARENA_NEW(&file->arena, double, (size_t)total);
    struct forcing_packing packing;
    forcing_packing_init(&packing, coord, (struct forcing_unit){1, 0});
    // Valid ranges of coordinates are often those of another file.
    packing.stored_min = packing.min = -INFINITY;
    packing.stored_max = packing.max = INFINITY;
    if (!copy)
        return core_err_nomem(err);
    uint64_t outer = rank > first ? count[first] : 1; // read in pieces along this one
    row = total / outer;
    uint64_t step = forcing_decoder_most() / row;
    if (!step)
        return core_err_set(err, PH_EINPUT, coord->name, "check the file with ncdump -h",
                            "its rows are longer than any real file's");
    for (uint64_t at = 0; at < outer; at += step) {
        const double *values;
        if (rank > first) {
            start[first] = at;
            count[first] = outer - at < step ? outer - at : step;
        }
        enum ph_status status = forcing_decoder_read(file->decoder, var, rank, start, count, &values, err);
        if (status)
            return status;
        uint64_t here = (rank > first ? count[first] : 1) * row;
        for (uint64_t k = 0; k < here; k++)
            copy[at * row + k] = forcing_packing_value(&packing, values[k]);
    }
    *out = copy;
    *n = (size_t)total;
    return PH_OK;
}

// ---------------------------------------------------------------- curved

struct places {
    double *lat, *lon;
    size_t nj, ni;
};

static enum ph_status places_read(struct forcing_file *file, int lat_var, int lon_var, struct places *out,
                                  struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *var = &desc->vars[lat_var];
    struct places places = {.nj = (size_t)desc->dims[var->dims[var->rank - 2]].length,
                            .ni = (size_t)desc->dims[var->dims[var->rank - 1]].length};
    size_t n_lat, n_lon;
    enum ph_status status = forcing_ncgrid_read(file, lat_var, MOST_GRID, &places.lat, &n_lat, err);
    if (!status)
        status = forcing_ncgrid_read(file, lon_var, MOST_GRID, &places.lon, &n_lon, err);
    if (!status && n_lat != n_lon)
        status =
            core_err_set(err, PH_EINPUT, var->name, FIX_LOOK, "latitudes and longitudes differ in number");
    if (!status)
        *out = places;
    return status;
}

// A part of the points, and the middle between two: the mean of the directions from the earth's centre.
static enum ph_status places_middle(const struct places *in, size_t a_j, size_t a_i, size_t b_j, size_t b_i,
                                    size_t nj, size_t ni, struct core_arena *arena, struct places *out,
                                    struct ph_err *err)
{
    struct places places = {CORE_ARENA_NEW(arena, double, nj *ni), CORE_ARENA_NEW(arena, double, nj *ni), nj,
                            ni};
    if (!places.lat || !places.lon)
        return core_err_nomem(err);
    for (size_t j = 0; j < nj; j++)
        for (size_t i = 0; i < ni; i++) {
            size_t p[2] = {(j + a_j) * in->ni + i + a_i, (j + a_j + b_j) * in->ni + i + a_i + b_i};
            double x = 0, y = 0, z = 0;
            for (int k = 0; k < 2; k++) {
                double phi = in->lat[p[k]] * CORE_RAD_PER_DEG, lambda = in->lon[p[k]] * CORE_RAD_PER_DEG;
                x += cos(phi) * cos(lambda);
                y += cos(phi) * sin(lambda);
                z += sin(phi);
            }
            bool same = p[0] == p[1];
            places.lat[j * ni + i] = same ? in->lat[p[0]] : atan2(z, hypot(x, y)) / CORE_RAD_PER_DEG;
            places.lon[j * ni + i] = same ? in->lon[p[0]] : atan2(y, x) / CORE_RAD_PER_DEG;
        }
    *out = places;
    return PH_OK;
}

// Largest distance between two sets of points, and the usual step.
static void places_compare(const struct places *a, const struct places *b, double *most_m, double *step_m)
{
    *most_m = *step_m = 0;
    size_t n = 0;
    for (size_t j = 0; j < a->nj; j++)
        for (size_t i = 0; i + 1 < a->ni; i++) {
            size_t p = j * a->ni + i;
            double apart = forcing_apart_m(a->lat[p], a->lon[p], b->lat[p], b->lon[p]);
            double step = forcing_apart_m(a->lat[p], a->lon[p], a->lat[p + 1], a->lon[p + 1]);
            if (!isfinite(apart) || !isfinite(step))
                continue;
            *most_m = fmax(*most_m, apart);
            *step_m += step;
            n++;
        }
    *step_m = n ? *step_m / (double)n : 0;
}

// The file's own angle at the points (shifted by so many rows and columns; SIZE_MAX: none is for them);
// dropped, and said, when the points lie otherwise.
static enum ph_status angle_read(struct forcing_file *file, const int dims[2], size_t shift,
                                 struct forcing_grid *grid, struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *var = forcing_var_find(desc, "angle");
    const char *units = var ? forcing_att_text(var, "units") : NULL;
    if (shift == SIZE_MAX || !var || !var->number || var->rank != 2 || var->dims[0] != dims[0] ||
        var->dims[1] != dims[1])
        return PH_OK;
    double factor = units && !strncasecmp(units, "deg", 3) ? CORE_RAD_PER_DEG : 1, worst = 0;
    double *all, *angle = CORE_ARENA_NEW(&file->arena, double, grid->nj * grid->ni);
    size_t n, width = (size_t)desc->dims[dims[1]].length;
    enum ph_status status = angle
                                ? forcing_ncgrid_read(file, (int)(var - desc->vars), MOST_GRID, &all, &n, err)
                                : core_err_nomem(err);
    if (status)
        return status;
    for (size_t j = 0; j < grid->nj; j++)
        for (size_t i = 0; i < grid->ni; i++) {
            size_t p = j * grid->ni + i;
            double lies = forcing_curved_angle(grid, p), says = all[(j + shift) * width + i + shift] * factor;
            bool there = isfinite(grid->point_lat_deg[p]);
            angle[p] = isfinite(says) ? says : lies;
            if (there && isfinite(says))
                worst = fmax(worst, fabs(remainder(says - lies, 2 * CORE_PI)));
        }
    if (worst > MOST_TILT_RAD) {
        forcing_note_add(
            notes, "angle-disagrees",
            "the file's angle differs from the way its points lie by up to %.3g degrees; the points count",
            worst / CORE_RAD_PER_DEG);
        return PH_OK;
    }
    grid->angle_rad = angle;
    return PH_OK;
}

static enum ph_status curved_finish(struct forcing_file *file, const struct places *places, const int dims[2],
                                    size_t shift, struct forcing_grid *out, struct forcing_notes *notes,
                                    struct ph_err *err)
{
    struct forcing_grid grid;
    enum ph_status status =
        forcing_grid_curved(places->lat, places->lon, places->nj, places->ni, &file->arena, &grid, err);
    if (!status)
        status = angle_read(file, dims, shift, &grid, notes, err);
    if (!status)
        *out = grid;
    return status;
}

static void dims_of(const struct forcing_var *var, const struct forcing_layout *layout, int dims[2])
{
    dims[0] = var->dims[layout->lat_dim];
    dims[1] = var->dims[layout->lon_dim];
}

static enum ph_status no_places(const struct forcing_var *var, struct ph_err *err)
{
    return core_err_set(err, PH_EINPUT, NULL, "put the grid file's coordinates into this one, with ncks -A",
                        "%s has no latitude and longitude for its rows and columns", var->name);
}

// ---------------------------------------------------------------- C-grids

// Land by the model's own mask at the middle points.
static enum ph_status land_read(struct forcing_file *file, const int dims[2], struct forcing_ncgrid *out,
                                struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const struct forcing_var *var = forcing_var_find(desc, "mask_rho");
    double *mask;
    size_t n, width = (size_t)desc->dims[dims[1]].length;
    if (!var || !var->number || var->rank != 2 || var->dims[0] != dims[0] || var->dims[1] != dims[1])
        return PH_OK;
    unsigned char *land = CORE_ARENA_NEW(&file->arena, unsigned char, out->grid.nj * out->grid.ni);
    enum ph_status status =
        land ? forcing_ncgrid_read(file, (int)(var - desc->vars), MOST_GRID, &mask, &n, err)
             : core_err_nomem(err);
    for (size_t j = 0; !status && j < out->grid.nj; j++)
        for (size_t i = 0; i < out->grid.ni; i++)
            land[j * out->grid.ni + i] = mask[(j + 1) * width + i + 1] < 0.5;
    if (!status)
        out->land = land;
    return status;
}

// ROMS and CROCO: u(L, M - 1) and v(L - 1, M) around rho(L, M). Values come to the inner rho points.
static bool rho_find(const struct forcing_description *desc, const int u_dims[2], const int v_dims[2],
                     int rho_dims[2], int *lat_var, int *lon_var)
{
    uint64_t rows = desc->dims[u_dims[0]].length, columns = desc->dims[v_dims[1]].length;
    if (desc->dims[u_dims[1]].length + 1 != columns || desc->dims[v_dims[0]].length + 1 != rows)
        return false;
    for (size_t i = 0; i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        bool several;
        if (var->rank != 2 || strcasecmp(var->name, "lat_rho"))
            continue;
        rho_dims[0] = var->dims[0];
        rho_dims[1] = var->dims[1];
        const struct forcing_var blank = {.name = ""};
        if (desc->dims[rho_dims[0]].length == rows && desc->dims[rho_dims[1]].length == columns &&
            forcing_layout_curved(desc, &blank, rho_dims[0], rho_dims[1], lat_var, lon_var, &several) &&
            !several)
            return true;
    }
    return false;
}

static enum ph_status rho_make(struct forcing_file *file, const int rho_dims[2], int lat_var, int lon_var,
                               struct forcing_ncgrid *out, struct forcing_notes *notes, struct ph_err *err)
{
    struct places rho, inner;
    enum ph_status status = places_read(file, lat_var, lon_var, &rho, err);
    if (!status && (rho.nj < 4 || rho.ni < 4))
        status = core_err_set(err, PH_EINPUT, NULL, "cut a larger part",
                              "too few points to bring u and v together");
    if (!status)
        status = places_middle(&rho, 1, 1, 0, 0, rho.nj - 2, rho.ni - 2, &file->arena, &inner, err);
    if (!status)
        status = curved_finish(file, &inner, rho_dims, 1, &out->grid, notes, err);
    if (!status)
        status = land_read(file, rho_dims, out, err);
    out->staggered = true;
    out->stagger[0] = (struct forcing_stagger){1, 0, 0, 1};
    out->stagger[1] = (struct forcing_stagger){0, 1, 1, 0};
    return status;
}

static bool all_at_one(const struct places *places)
{
    for (size_t p = 1; p < places->nj * places->ni; p++)
        if (places->lat[p] != places->lat[0] || places->lon[p] != places->lon[0])
            return false;
    return true;
}

// NEMO and others: u and v on as many points, each with coordinates of its own. Which way u and v lie from
// their common middle is told by the coordinates: both give the same middle points.
static enum ph_status pair_make(struct forcing_file *file, const struct forcing_layout layout[2],
                                const int dims[2], struct forcing_ncgrid *out, struct forcing_notes *notes,
                                struct ph_err *err)
{
    struct places at[2], middle[2];
    enum ph_status status = places_read(file, layout[0].lat_var, layout[0].lon_var, &at[0], err);
    if (!status)
        status = places_read(file, layout[1].lat_var, layout[1].lon_var, &at[1], err);
    if (!status && (at[0].nj != at[1].nj || at[0].ni != at[1].ni || at[0].nj < 3 || at[0].ni < 3))
        status = core_err_set(err, PH_EINPUT, NULL, FIX_LOOK, "u and v are on grids of different sizes");
    for (int k = 0; k < 2 && !status; k++)
        if (all_at_one(&at[k]))
            status = core_err_set(err, PH_EINPUT, description(file)->vars[layout[k].lat_var].name,
                                  "put the grid file's coordinates into this one, with ncks -A",
                                  "the points of %s are all at one place", k ? "v" : "u");
    for (size_t before = 0; !status && before < 2; before++) {
        // before = 0: u lies on the far side of its middle point, so the middle is between it and the one
        // before
        size_t a = before ? 0 : 1;
        const struct forcing_stagger u = {a, 0, 0, 1}, v = {0, a, 1, 0};
        size_t nj = at[0].nj - 1, ni = at[0].ni - 1;
        double most, step;
        status = places_middle(&at[0], u.a_j, u.a_i, u.b_j, u.b_i, nj, ni, &file->arena, &middle[0], err);
        if (!status)
            status = places_middle(&at[1], v.a_j, v.a_i, v.b_j, v.b_i, nj, ni, &file->arena, &middle[1], err);
        if (status)
            break;
        places_compare(&middle[0], &middle[1], &most, &step);
        if (!(most < 0.2 * step))
            continue;
        out->staggered = true;
        out->stagger[0] = u;
        out->stagger[1] = v;
        return curved_finish(file, &middle[0], dims, SIZE_MAX, &out->grid, notes, err);
    }
    return status ? status
                  : core_err_set(err, PH_EINPUT, NULL, "interpolate both to the same points first",
                                 "the points of u and v do not lie around common middle points");
}

// One of u and v alone in its file, on a C-grid by its own word.
static bool half_of_c_grid(const struct forcing_description *desc, const struct forcing_var *var,
                           const struct forcing_layout *layout, bool is_v)
{
    const char *depth = layout->depth_dim >= 0 ? desc->dims[var->dims[layout->depth_dim]].name : "";
    const char *lat = desc->vars[layout->lat_var].name, *title = NULL;
    for (size_t i = 0; i < desc->n_globals; i++)
        if (desc->globals[i].text &&
            (!strcmp(desc->globals[i].name, "description") || !strcmp(desc->globals[i].name, "title")))
            title = title && strcasestr(title, "ocean") ? title : desc->globals[i].text;
    const char *tail = strrchr(lat, '_');
    bool by_lat = tail && !strcasecmp(tail, is_v ? "_V" : "_U");
    bool by_title = title && strcasestr(title, is_v ? "ocean V grid" : "ocean U grid");
    return !strcasecmp(depth, is_v ? "depthv" : "depthu") || by_lat || by_title;
}

static enum ph_status half_make(struct forcing_file *file, const struct forcing_layout *layout,
                                const int dims[2], bool is_v, struct forcing_ncgrid *out,
                                struct forcing_notes *notes, struct ph_err *err)
{
    struct places at, middle;
    const struct forcing_stagger u = {1, 0, 0, 1}, v = {0, 1, 1, 0}, mine = is_v ? v : u;
    enum ph_status status = places_read(file, layout->lat_var, layout->lon_var, &at, err);
    if (!status && (at.nj < 3 || at.ni < 3))
        status = core_err_set(err, PH_EINPUT, NULL, "cut a larger part",
                              "too few points to bring u and v together");
    if (!status)
        status = places_middle(&at, mine.a_j, mine.a_i, mine.b_j, mine.b_i, at.nj - 1, at.ni - 1,
                               &file->arena, &middle, err);
    if (!status)
        status = curved_finish(file, &middle, dims, SIZE_MAX, &out->grid, notes, err);
    out->staggered = true;
    out->stagger[0] = u;
    out->stagger[1] = v;
    return status;
}

static enum ph_status curved_make(struct forcing_file *file, const struct forcing_var *const var[2],
                                  const struct forcing_layout layout[2], struct forcing_ncgrid *out,
                                  struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    int one = var[0] ? 0 : 1, dims[2][2], rho_dims[2], lat_var, lon_var;
    struct places places;
    for (int k = 0; k < 2; k++)
        if (var[k])
            dims_of(var[k], &layout[k], dims[k]);
    bool both = var[0] && var[1];
    if (both && rho_find(desc, dims[0], dims[1], rho_dims, &lat_var, &lon_var))
        return rho_make(file, rho_dims, lat_var, lon_var, out, notes, err);
    for (int k = 0; k < 2; k++)
        if (var[k] && layout[k].lat_var < 0)
            return no_places(var[k], err);
    if (both &&
        (dims[0][0] != dims[1][0] || dims[0][1] != dims[1][1] || layout[0].lat_var != layout[1].lat_var))
        return pair_make(file, layout, dims[0], out, notes, err);
    if (!both && half_of_c_grid(desc, var[one], &layout[one], one == 1))
        return half_make(file, &layout[one], dims[one], one == 1, out, notes, err);
    enum ph_status status = places_read(file, layout[one].lat_var, layout[one].lon_var, &places, err);
    return status ? status : curved_finish(file, &places, dims[one], 0, &out->grid, notes, err);
}

// ---------------------------------------------------------------- projections

// Points of the map beside the file's own latitudes and longitudes: the largest distance in steps of the
// grid.
static double map_misfit(const struct forcing_grid *grid, const struct places *places, bool transposed)
{
    double worst = 0;
    for (size_t j = 0; j < grid->nj; j++)
        for (size_t i = 0; i < grid->ni; i++) {
            size_t fj = grid->lat.reversed ? grid->nj - 1 - j : j,
                   fi = grid->lon.reversed ? grid->ni - 1 - i : i;
            size_t p = transposed ? fi * places->ni + fj : fj * places->ni + fi;
            struct geo_pos at = forcing_grid_point(grid, j * grid->ni + i);
            double apart =
                forcing_apart_m(at.lat_deg, at.lon_deg, places->lat[p], places->lon[p]) / grid->step_m;
            if (isfinite(apart))
                worst = fmax(worst, apart);
        }
    return worst;
}

static enum ph_status axes_read(struct forcing_file *file, const struct forcing_layout *layout, bool rotated,
                                double **x, size_t *n_x, double **y, size_t *n_y, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    const int vars[2] = {layout->lon_var, layout->lat_var};
    double **out[2] = {x, y};
    size_t *n[2] = {n_x, n_y};
    for (int k = 0; k < 2; k++) {
        const struct forcing_var *var = &desc->vars[vars[k]];
        const char *units = forcing_att_text(var, "units");
        struct forcing_unit unit = {1, 0};
        if (!rotated && units && *units && !forcing_unit_length(units, &unit))
            return core_err_set(err, PH_EINPUT, var->name, "set its units to m or km",
                                "the unit \"%.40s\" is no length", units);
        enum ph_status status = forcing_ncgrid_read(file, vars[k], MOST_AXIS, out[k], n[k], err);
        if (status)
            return status;
        for (size_t i = 0; i < *n[k]; i++)
            (*out[k])[i] *= unit.factor;
    }
    return PH_OK;
}

// The 2-D coordinates beside a projection, if the file has them; lat NULL: it has not.
static enum ph_status beside_read(struct forcing_file *file, const struct forcing_var *var,
                                  const struct forcing_layout *layout, struct places *out, bool *transposed,
                                  struct ph_err *err)
{
    int dims[2], lat_var, lon_var;
    bool several;
    dims_of(var, layout, dims);
    *transposed = layout->lon_dim < layout->lat_dim;
    int rows = *transposed ? dims[1] : dims[0], columns = *transposed ? dims[0] : dims[1];
    out->lat = NULL;
    if (!forcing_layout_curved(description(file), var, rows, columns, &lat_var, &lon_var, &several) ||
        several)
        return PH_OK;
    return places_read(file, lat_var, lon_var, out, err);
}

static enum ph_status projected_make(struct forcing_file *file, const struct forcing_var *var,
                                     const struct forcing_layout *layout, struct forcing_ncgrid *out,
                                     struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_description *desc = description(file);
    struct forcing_ncmap maps[NCMAP_MOST];
    bool rotated = forcing_coord_of(&desc->vars[layout->lat_var]) == COORD_ROTATED, transposed;
    size_t n_maps = forcing_ncmap_find(desc, var, rotated, maps), n_x, n_y, right = SIZE_MAX,
           first = SIZE_MAX;
    double *x, *y, misfit[NCMAP_MOST];
    struct forcing_grid grids[NCMAP_MOST];
    struct places beside;
    struct ph_err why = {0};
    enum ph_status status = beside_read(file, var, layout, &beside, &transposed, err);
    if (!status)
        status = axes_read(file, layout, rotated, &x, &n_x, &y, &n_y, beside.lat ? &why : err);
    if (status && status != PH_ENOMEM && beside.lat)
        n_maps = 0;
    else if (status)
        return status;
    for (size_t m = 0; m < n_maps; m++) {
        misfit[m] = INFINITY;
        if (forcing_grid_projected(maps[m].proj, x, n_x, y, n_y, &file->arena, &grids[m], &why))
            continue;
        first = first == SIZE_MAX ? m : first;
        misfit[m] = beside.lat ? map_misfit(&grids[m], &beside, transposed) : 0;
        if (right == SIZE_MAX && misfit[m] < 0.05)
            right = m;
    }
    if (right == SIZE_MAX && beside.lat && !transposed) {
        if (first != SIZE_MAX)
            forcing_note_add(
                notes, "projection-disagrees",
                "the projection puts points up to %.3g cells from the latitudes and longitudes beside "
                "it; these count",
                misfit[first]);
        int dims[2];
        dims_of(var, layout, dims);
        return curved_finish(file, &beside, dims, 0, &out->grid, notes, err);
    }
    if (right == SIZE_MAX && n_maps && why.status) {
        if (err)
            *err = why;
        return why.status;
    }
    const char *name = forcing_ncmap_name(desc, var);
    if (right == SIZE_MAX && name && !n_maps)
        return core_err_set(
            err, PH_EUNSUPPORTED, NULL, "regrid it to longitude and latitude, e.g. with cdo remapbil",
            "%s is on the projection %.60s, which is not read, or lacks its numbers", var->name, name);
    if (right == SIZE_MAX)
        return core_err_set(err, PH_EINPUT, NULL,
                            "add a grid mapping (CF conventions, appendix F) with ncatted",
                            "%s is on a projection that is not stated, or stated wrongly", var->name);
    for (size_t m = 0; m < n_maps; m++) {
        struct geo_pos a = forcing_grid_point(&grids[right], 0);
        struct geo_pos b = isfinite(misfit[m]) ? forcing_grid_point(&grids[m], 0) : a;
        double apart = forcing_apart_m(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg);
        if (m == right || maps[m].guess || apart < 0.05 * grids[right].step_m)
            continue;
        if (!beside.lat)
            return core_err_set(
                err, PH_EINPUT, NULL, "correct one of them with ncatted",
                "%s and %s put the same point %.3g km apart, and nothing tells which is right",
                maps[right].from, maps[m].from, apart / 1000);
        forcing_note_add(notes, "projection-disagrees",
                         "%s and %s differ; the latitudes and longitudes agree with the former",
                         maps[right].from, maps[m].from);
    }
    if (maps[right].guess)
        forcing_note_add(notes, "earth-not-stated", "the size of the earth is not stated: %s",
                         maps[right].from);
    out->grid = grids[right];
    return PH_OK;
}

enum ph_status forcing_ncgrid_make(struct forcing_file *file, const struct forcing_var *const var[2],
                                   const struct forcing_layout layout[2], struct forcing_ncgrid *out,
                                   struct forcing_notes *notes, struct ph_err *err)
{
    int one = var[0] ? 0 : 1;
    const struct forcing_layout *a = &layout[0], *b = &layout[1];
    struct forcing_ncgrid made = {0};
    enum ph_status status;
    bool both = var[0] && var[1];
    if (both && (a->shape != b->shape || a->time_var != b->time_var || a->text_var != b->text_var ||
                 a->lead_var != b->lead_var ||
                 (a->shape == FORCING_PROJECTED && (a->lat_var != b->lat_var || a->lon_var != b->lon_var)) ||
                 (a->shape == FORCING_TRIANGLES && var[0]->dims[a->lon_dim] != var[1]->dims[b->lon_dim])))
        return core_err_set(err, PH_EUNSUPPORTED, NULL, "interpolate both to the same points first",
                            "%s and %s are not on the same points and times", var[0]->name, var[1]->name);
    switch (layout[one].shape) {
    case FORCING_PROJECTED:
        status = projected_make(file, var[one], &layout[one], &made, notes, err);
        break;
    case FORCING_CURVED:
        status = curved_make(file, var, layout, &made, notes, err);
        break;
    case FORCING_TRIANGLES:
        status = forcing_ncmesh_make(file, var[one], &layout[one], &made, err);
        break;
    default:
        status = forcing_ncaxes_make(file, var, layout, &made, err);
    }
    if (!status)
        *out = made;
    return status;
}
