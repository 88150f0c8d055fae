#include <math.h>

#include "core/err.h"
#include "forcing/ncshape.h"

// More than any real file has.
enum { MOST_AXIS = 1 << 18 };
#define SAME_FRAC 0.02 // of a step: points that are the same

struct line {
    double *at;
    size_t n;
};

static enum ph_status line_read(struct forcing_file *file, int var, struct line *out, struct ph_err *err)
{
    return forcing_ncgrid_read(file, var, MOST_AXIS, &out->at, &out->n, err);
}

static enum ph_status axes_finish(struct line lat, struct line lon, struct core_arena *arena,
                                  struct forcing_grid *out, struct ph_err *err)
{
    struct forcing_axis lat_axis, lon_axis;
    enum ph_status status = forcing_axis_lat(lat.at, lat.n, arena, &lat_axis, err);
    if (!status)
        status = forcing_axis_lon(lon.at, lon.n, arena, &lon_axis, err);
    return status ? status : forcing_grid_regular(lat_axis, lon_axis, out);
}

static double apart(double a, double b)
{
    return fabs(remainder(a - b, 360));
}

static bool lines_same(struct line a, struct line b)
{
    for (size_t i = 0; i < a.n && a.n == b.n; i++)
        if (!(apart(a.at[i], b.at[i]) <= 1e-6 * (1 + fabs(a.at[i]))))
            return false;
    return a.n == b.n;
}

// Where points of `whole` lie between neighbours of `half`: whole[from + k] is the middle of half[before + k]
// and the one behind it, n times.
struct overlap {
    size_t from, before, n;
};

static bool overlap_at(struct line whole, struct line half, size_t from, size_t before, struct overlap *out)
{
    if (from >= whole.n || before + 1 >= half.n || whole.n < 2)
        return false;
    size_t n = whole.n - from < half.n - 1 - before ? whole.n - from : half.n - 1 - before;
    double step = apart(whole.at[1], whole.at[0]);
    for (size_t k = 0; k < n; k++) {
        double a = half.at[before + k], middle = a + remainder(half.at[before + k + 1] - a, 360) / 2;
        if (!(apart(middle, whole.at[from + k]) <= SAME_FRAC * step))
            return false;
    }
    *out = (struct overlap){from, before, n};
    return n > 1;
}

static bool overlap_find(struct line whole, struct line half, struct overlap *out)
{
    return overlap_at(whole, half, 0, 0, out) || overlap_at(whole, half, 1, 0, out) ||
           overlap_at(whole, half, 0, 1, out);
}

// MITgcm, MOM6: u lies half a step from v along both axes. Values come to the points between, which have u's
// latitudes and v's longitudes.
static enum ph_status between_make(struct line lat[2], struct line lon[2], struct core_arena *arena,
                                   struct forcing_ncgrid *out, struct ph_err *err)
{
    struct overlap rows, columns;
    if (!overlap_find(lat[0], lat[1], &rows) || !overlap_find(lon[1], lon[0], &columns))
        return core_err_set(err, PH_EUNSUPPORTED, NULL, "interpolate both to the same points first",
                            "u and v are not on the same points, nor half a step from one another");
    struct line lats = {lat[0].at + rows.from, rows.n}, lons = {lon[1].at + columns.from, columns.n};
    out->staggered = true;
    out->stagger[0] = (struct forcing_stagger){rows.from, columns.before, 0, 1};
    out->stagger[1] = (struct forcing_stagger){rows.before, columns.from, 1, 0};
    return axes_finish(lats, lons, arena, &out->grid, err);
}

enum ph_status forcing_ncaxes_make(struct forcing_file *file, const struct forcing_var *const var[2],
                                   const struct forcing_layout layout[2], struct forcing_ncgrid *out,
                                   struct ph_err *err)
{
    struct line lat[2] = {0}, lon[2] = {0};
    int one = var[0] ? 0 : 1;
    enum ph_status status = PH_OK;
    for (int k = 0; k < 2 && !status; k++) {
        if (!var[k])
            continue;
        status = line_read(file, layout[k].lat_var, &lat[k], err);
        if (!status)
            status = line_read(file, layout[k].lon_var, &lon[k], err);
    }
    if (status)
        return status;
    bool same = !var[0] || !var[1] || (lines_same(lat[0], lat[1]) && lines_same(lon[0], lon[1]));
    return same ? axes_finish(lat[one], lon[one], &file->arena, &out->grid, err)
                : between_make(lat, lon, &file->arena, out, err);
}
