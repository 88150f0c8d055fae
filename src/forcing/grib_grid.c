#include "forcing/grib_grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "forcing/projection.h"

enum { MOST_ROWS = 1 << 17, MOST_POINTS = 1 << 26 };

static enum ph_status grid_refuse(const struct forcing_grib_keys *field, const char *why, struct ph_err *err)
{
    return core_err_set(err, PH_EUNSUPPORTED, field->name,
                        "remap it to longitude and latitude, e.g. with cdo remapbil or wgrib2 -new_grid",
                        "the grid (%s) %s", field->grid.type, why);
}

static bool is(const struct forcing_grib_keys *field, const char *type)
{
    return !strcmp(field->grid.type, type);
}

bool forcing_grib_grid_turned(const struct forcing_grib_keys *field)
{
    return field->grid.relative_to_grid && !is(field, "regular_ll") && !is(field, "regular_gg") &&
           !is(field, "reduced_gg") && !is(field, "reduced_ll");
}

// low, low + step, ...
static double *line(double low, double step, size_t n, struct core_arena *arena)
{
    double *value = CORE_ARENA_NEW(arena, double, n);
    for (size_t i = 0; value && i < n; i++)
        value[i] = low + (double)i * step;
    return value;
}

static double west_of(const struct forcing_grib_keys_grid *grid)
{
    return grid->i_negative ? grid->last_lon_deg : grid->first_lon_deg;
}

static double south_of(const struct forcing_grib_keys_grid *grid)
{
    return grid->j_positive ? grid->first_lat_deg : grid->last_lat_deg;
}

// The way from the western to the eastern end, within (0, 360].
static double lon_span(const struct forcing_grib_keys_grid *grid)
{
    double span = grid->i_negative ? grid->first_lon_deg - grid->last_lon_deg
                                   : grid->last_lon_deg - grid->first_lon_deg;
    span = fmod(span, 360);
    return span <= 0 ? span + 360 : span;
}

// Increments are written in thousandths or millionths of a degree, so that the ends tell the step better;
// where they do not agree at all, the points between the ends are what decoders take, and it is said.
static double *lon_line(const struct forcing_grib_keys *field, struct core_arena *arena,
                        struct forcing_notes *notes)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    size_t n = (size_t)grid->ni;
    double step = n > 1 ? lon_span(grid) / (double)(n - 1) : 0;
    bool differ = n > 1 && grid->di_deg > 0 && fabs(grid->di_deg - step) * (double)(n - 1) > 0.5 * step;
    if (differ)
        forcing_note_add(notes, "grid-increment",
                         "the step of longitude is given as %g, but the ends tell %g: read from the ends",
                         grid->di_deg, step);
    return line(west_of(grid), step, n, arena);
}

static bool gaussian(const struct forcing_grib_keys *field)
{
    return strstr(field->grid.type, "_gg") != NULL;
}

// The rows of a Gaussian grid, from south to north. ecCodes gives them from the north.
static enum ph_status gaussian_lats(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                                    struct core_arena *arena, double **out, struct ph_err *err)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    const double *all;
    size_t n, lowest = 0, rows = (size_t)grid->nj;
    double south = south_of(grid);
    enum ph_status status = forcing_decoder_grib_array(decoder, field, GRIB_ARRAY_LATITUDES, &all, &n, err);
    if (status)
        return status;
    double *lat = CORE_ARENA_NEW(arena, double, rows);
    if (!lat)
        return core_err_nomem(err);
    for (size_t k = 1; k < n; k++)
        if (fabs(all[k] - south) < fabs(all[lowest] - south))
            lowest = k;
    if (!n || rows > lowest + 1 || !(fabs(all[lowest] - south) < 0.01))
        return core_err_set(err, PH_EINPUT, field->name, "check the file with grib_dump",
                            "the latitudes do not belong to a Gaussian grid of N %lld",
                            (long long)grid->gaussian_n);
    for (size_t j = 0; j < rows; j++)
        lat[j] = all[lowest - j];
    *out = lat;
    return PH_OK;
}

// Rows are counted from the first in steps of the increment, as ecCodes counts them, so that values agree
// with grib_get_data; where that ends elsewhere than the file says, or beyond a pole, between the ends.
static double lat_step(const struct forcing_grib_keys_grid *grid, double span)
{
    double rows = (double)(grid->nj - 1), step = rows > 0 ? span / rows : 0;
    double last = grid->first_lat_deg + (grid->j_positive ? 1 : -1) * rows * grid->dj_deg;
    bool agrees = grid->dj_deg > 0 && fabs(grid->dj_deg - step) * rows <= 0.01 * step && fabs(last) <= 90;
    return agrees ? grid->dj_deg : step;
}

static double lat_south(const struct forcing_grib_keys_grid *grid, double span)
{
    double rows = (double)(grid->nj - 1);
    return grid->j_positive ? grid->first_lat_deg : grid->first_lat_deg - rows * lat_step(grid, span);
}

static enum ph_status lat_line(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                               struct core_arena *arena, double **out, struct ph_err *err)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    if (gaussian(field))
        return gaussian_lats(decoder, field, arena, out, err);
    double span = grid->last_lat_deg - grid->first_lat_deg;
    if ((span > 0) != grid->j_positive)
        return core_err_set(err, PH_EINPUT, field->name, "check the file with grib_dump",
                            "the latitudes run against the direction of scanning that is stated");
    double *lat = line(lat_south(grid, fabs(span)), lat_step(grid, fabs(span)), (size_t)grid->nj, arena);
    if (!lat)
        return core_err_nomem(err);
    *out = lat;
    return PH_OK;
}

static enum ph_status regular(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                              struct core_arena *arena, struct forcing_grid *out, struct forcing_notes *notes,
                              struct ph_err *err)
{
    struct forcing_axis lat, lon;
    double *lats = NULL, *lons = lon_line(field, arena, notes);
    enum ph_status status = lons ? PH_OK : core_err_nomem(err);
    if (!status)
        status = lat_line(decoder, field, arena, &lats, err);
    if (!status)
        status = forcing_axis_lat(lats, (size_t)field->grid.nj, arena, &lat, err);
    if (!status)
        status = forcing_axis_lon(lons, (size_t)field->grid.ni, arena, &lon, err);
    return status ? status : forcing_grid_regular(lat, lon, out);
}

// The definition of PROJ for a rotated pole: GRIB gives the southern one.
static enum ph_status rotated(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                              struct core_arena *arena, struct forcing_grid *out, struct forcing_notes *notes,
                              struct ph_err *err)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    char proj[256];
    double *lats = NULL, *lons = lon_line(field, arena, notes);
    if (grid->pole_angle_deg != 0 && !isnan(grid->pole_angle_deg))
        return grid_refuse(field, "is turned about its pole, which is not read", err);
    // Rows in longitude must not jump: the first may be 340 where the last is 20.
    snprintf(proj, sizeof proj, "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=%.9f +lon_0=%.9f +R=%.3f",
             -grid->pole_lat_deg, grid->pole_lon_deg, 6371229.0);
    enum ph_status status = lons ? PH_OK : core_err_nomem(err);
    if (!status)
        status = lat_line(decoder, field, arena, &lats, err);
    double turns = !status && lons[0] > 180 ? 360 : 0;
    for (size_t i = 0; !status && i < (size_t)grid->ni; i++)
        lons[i] -= turns;
    if (!status)
        status =
            forcing_grid_projected(proj, lons, (size_t)grid->ni, lats, (size_t)grid->nj, arena, out, err);
    return status;
}

static void earth_text(const struct forcing_grib_keys_grid *grid, char *out, size_t size)
{
    if (grid->major_m == grid->minor_m)
        snprintf(out, size, "+R=%.4f", grid->major_m);
    else
        snprintf(out, size, "+a=%.4f +b=%.4f", grid->major_m, grid->minor_m);
}

// Where the first point lies on the map fixes the axes.
static enum ph_status mapped(const char *proj, const struct forcing_grib_keys *field,
                             struct core_arena *arena, struct forcing_grid *out, struct ph_err *err)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    struct forcing_projection projection;
    double x0, y0;
    enum ph_status status = forcing_projection_parse(proj, &projection, err);
    if (status)
        return status;
    forcing_projection_forward(&projection, grid->first_lat_deg, grid->first_lon_deg, &x0, &y0);
    if (!isfinite(x0) || !isfinite(y0) || !(grid->dx_m > 0) || !(grid->dy_m > 0))
        return grid_refuse(field, "does not say where its points lie", err);
    x0 -= grid->i_negative ? grid->dx_m * (double)(grid->ni - 1) : 0;
    y0 -= grid->j_positive ? 0 : grid->dy_m * (double)(grid->nj - 1);
    double *x = line(x0, grid->dx_m, (size_t)grid->ni, arena);
    double *y = line(y0, grid->dy_m, (size_t)grid->nj, arena);
    if (!x || !y)
        return core_err_nomem(err);
    return forcing_grid_projected(proj, x, (size_t)grid->ni, y, (size_t)grid->nj, arena, out, err);
}

static enum ph_status projected(const struct forcing_grib_keys *field, struct core_arena *arena,
                                struct forcing_grid *out, struct ph_err *err)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    char proj[320], earth[96];
    if (!(grid->major_m > 6e6) || !(grid->major_m < 7e6) || !(grid->minor_m > 6e6) ||
        !(grid->minor_m <= grid->major_m))
        return grid_refuse(field, "does not say how large the earth is", err);
    earth_text(grid, earth, sizeof earth);
    if (is(field, "lambert"))
        snprintf(proj, sizeof proj, "+proj=lcc +lat_1=%.9f +lat_2=%.9f +lat_0=%.9f +lon_0=%.9f %s",
                 grid->latin1_deg, grid->latin2_deg, grid->latin1_deg, grid->lov_deg, earth);
    else if (is(field, "mercator"))
        snprintf(proj, sizeof proj, "+proj=merc +lat_ts=%.9f +lon_0=%.9f %s", grid->lad_deg,
                 grid->first_lon_deg, earth);
    else
        snprintf(proj, sizeof proj, "+proj=stere +lat_0=%d +lat_ts=%.9f +lon_0=%.9f %s",
                 grid->south_pole ? -90 : 90, grid->south_pole ? -fabs(grid->lad_deg) : fabs(grid->lad_deg),
                 grid->lov_deg, earth);
    if (strstr(proj, "nan") || strstr(proj, "inf"))
        return grid_refuse(field, "does not say how it is projected", err);
    return mapped(proj, field, arena, out, err);
}

// Rows of a reduced grid that goes round the earth. Rows without points are left out.
static enum ph_status rows_make(const struct forcing_grib_keys *field, const double *lat, const double *pl,
                                struct core_arena *arena, struct forcing_grid *out, struct ph_err *err)
{
    size_t n_rows = (size_t)field->grid.nj, kept = 0;
    double total = 0;
    size_t *n = CORE_ARENA_NEW(arena, size_t, n_rows);
    double *at = CORE_ARENA_NEW(arena, double, n_rows), *first = CORE_ARENA_NEW(arena, double, n_rows),
           *step = CORE_ARENA_NEW(arena, double, n_rows);
    if (!n || !at || !first || !step)
        return core_err_nomem(err);
    for (size_t r = 0; r < n_rows; r++) {
        if (!(pl[r] >= 0 && pl[r] <= MOST_ROWS))
            return grid_refuse(field, "has rows of impossible length", err);
        total += pl[r];
        if (pl[r] == 0)
            continue;
        n[kept] = (size_t)pl[r];
        at[kept] = lat[r];
        first[kept] = field->grid.first_lon_deg;
        step[kept++] = 360 / pl[r];
    }
    if (total != (double)field->grid.n_points)
        return grid_refuse(field, "does not go round the earth: parts of reduced grids are not read", err);
    return forcing_grid_rows(at, n, first, step, kept, arena, out, err);
}

static void turn_round(double *value, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        double kept = value[i];
        value[i] = value[n - 1 - i];
        value[n - 1 - i] = kept;
    }
}

// Points of reduced grids come in the order of the file.
static enum ph_status reduced(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                              struct core_arena *arena, struct forcing_grid *out, struct ph_err *err)
{
    const double *stored;
    double *lat = NULL;
    size_t n;
    if (field->grid.i_negative || field->grid.j_consecutive || field->grid.alternating)
        return grid_refuse(field, "is scanned in an unusual way", err);
    enum ph_status status = lat_line(decoder, field, arena, &lat, err);
    if (!status)
        status = forcing_decoder_grib_array(decoder, field, GRIB_ARRAY_PL, &stored, &n, err);
    if (!status && n != (size_t)field->grid.nj)
        status = grid_refuse(field, "has not as many rows as it says", err);
    if (!status && !field->grid.j_positive)
        turn_round(lat, n);
    return status ? status : rows_make(field, lat, stored, arena, out, err);
}

enum ph_status forcing_grib_grid(struct forcing_decoder *decoder, const struct forcing_grib_keys *field,
                                 struct core_arena *arena, struct forcing_grid *out,
                                 struct forcing_notes *notes, struct ph_err *err)
{
    const struct forcing_grib_keys_grid *grid = &field->grid;
    bool reduces = is(field, "reduced_gg") || is(field, "reduced_ll");
    bool rectangular = is(field, "regular_ll") || is(field, "regular_gg");
    bool turned = is(field, "rotated_ll") || is(field, "rotated_gg");
    bool maps = is(field, "lambert") || is(field, "polar_stereographic") || is(field, "mercator");
    if (!reduces && !rectangular && !turned && !maps)
        return grid_refuse(field, "is of a kind that is not read", err);
    if (grid->nj < 2 || grid->nj > MOST_ROWS || (!reduces && (grid->ni < 2 || grid->ni > MOST_ROWS)) ||
        (!reduces && grid->ni * grid->nj != grid->n_points) || grid->n_points > MOST_POINTS)
        return grid_refuse(field, "has too few points, or more or fewer than it says", err);
    if (!(fabs(grid->first_lat_deg) <= 90.001) || !(fabs(grid->first_lon_deg) <= 720) ||
        (!maps && (!(fabs(grid->last_lat_deg) <= 90.001) || !(fabs(grid->last_lon_deg) <= 720))))
        return grid_refuse(field, "does not say where its corners are", err);
    if (reduces)
        return reduced(decoder, field, arena, out, err);
    if (maps)
        return projected(field, arena, out, err);
    return turned ? rotated(decoder, field, arena, out, notes, err)
                  : regular(decoder, field, arena, out, notes, err);
}
