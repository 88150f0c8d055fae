// Compiled several times, see meson.build: DRIFT_FAST_KIND is the kind of processor.
#include "drift/fast.h"

#include "drift/fast_field.h"
#include "drift/fast_random.h"
#include "geo/earth.h"

typedef struct drift_fast_rows rows_t;
enum { ROWS = DRIFT_FAST_ROWS };

struct look {
    drift_fast_look *off_patch, *near_land;
    void *arg;
};

// Where row i is after a way of (north, east) degrees since places were settled.
static struct geo_pos place_of(const rows_t *r, size_t i, float north_deg, float east_deg)
{
    double lon = r->lon[i] + (double)east_deg;
    lon = lon >= 180.0 ? lon - 360.0 : lon < -180.0 ? lon + 360.0 : lon;
    return (struct geo_pos){r->lat[i] + (double)north_deg, lon};
}

// ---- Random numbers ----

// e <- e - lose e + fresh N(0,1); rows that begin have no error yet: sd N(0,1).
LANES_PART lanes error_next(const struct drift_fast_plan *plan, const struct drift_fast_step *step, int k,
                            lanes error, lanes normal, bool first, lanes_mask begins)
{
    lanes next = error - lanes_fma(lanes_all(step->lose[k]), error, -lanes_all(step->fresh[k]) * normal);
    return first ? lanes_choose(begins, lanes_all(plan->sd_mps[k]) * normal, next) : next;
}

LANES_PART void errors_pair(const struct drift_fast_plan *plan, const struct drift_fast_step *step, int k,
                            bool first, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct normal_pair normal =
            normals_of(lanes_load_word(r->word[k] + i), lanes_load_word(r->word[k + 1] + i));
        lanes_mask begins = first ? (lanes_mask)(lanes_load_word(r->begins + i) != 0) : (lanes_mask){0};
        lanes x = lanes_load(r->error[k] + i), y = lanes_load(r->error[k + 1] + i);
        lanes_store(r->error[k] + i, error_next(plan, step, k, x, normal.x, first, begins));
        lanes_store(r->error[k + 1] + i, error_next(plan, step, k + 1, y, normal.y, first, begins));
    }
}

LANES_LOOP void errors_draw(const struct drift_fast_plan *plan, const struct drift_fast_step *step,
                            bool first, rows_t *r)
{
    philox_rows(r->padded, plan->seed, r->particle, step->index, CORE_RNG_ERROR, ROWS, r->word[0]);
    for (int k = 0; k < 4; k += 2)
        if (first)
            errors_pair(plan, step, k, true, r);
        else
            errors_pair(plan, step, k, false, r);
}

LANES_LOOP void diffusion_draw(const struct drift_fast_plan *plan, const struct drift_fast_step *step,
                               bool first, rows_t *r)
{
    uint32_t part = step->index % CORE_RNG_DIFFUSE_STEPS;
    if (first || !part)
        philox_rows(r->padded, plan->seed, r->particle, step->index / CORE_RNG_DIFFUSE_STEPS,
                    CORE_RNG_DIFFUSE, ROWS, r->diffuse_word[0]);
    const uint32_t *word = r->diffuse_word[2 * part];
    EACH(i, r->padded)
    {
        struct normal_pair normal = normals_of(lanes_load_word(word + i), lanes_load_word(word + ROWS + i));
        lanes_store(r->stray_east + i, step->diffuse_m * normal.x);
        lanes_store(r->stray_north + i, step->diffuse_m * normal.y);
    }
}

// ---- Forcing ----

// Rows off the patch are looked at and read the first cell, for nothing.
static void off_patch(rows_t *r, struct drift_fast_place *place, const float *north_deg,
                      const float *east_deg, const struct look *look)
{
    for (size_t i = 0; i < r->padded; i++)
        if (place->cell[i] < 0) {
            place->cell[i] = 0;
            struct geo_pos at = place_of(r, i, north_deg ? r->moved_lat[i] + north_deg[i] : r->moved_lat[i],
                                         east_deg ? r->moved_lon[i] + east_deg[i] : r->moved_lon[i]);
            if (i < r->n)
                look->off_patch(look->arg, r, i, at, at);
        }
}

static void sample(const struct drift_fast_plan *plan, size_t k, int stage, rows_t *r,
                   const struct look *look)
{
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++) {
        const struct forcing_patch *patch = &plan->patch[kind];
        struct drift_fast_place *place = &r->here[kind];
        float share = plan->step[k].at[stage][kind];
        if (is_steady(patch)) {
            fill(r->padded, patch, share, r->u[kind], r->v[kind]);
            continue;
        }
        if (stage) {
            place = &r->there;
            if (advance(patch, r, &r->here[kind], place))
                off_patch(r, place, r->north_deg, r->east_deg, look);
        }
        const float *blended = plan->blend[kind][k + (size_t)stage];
        if (blended)
            interpolate_blended(r->padded, blended, patch->stride, place, r->u[kind], r->v[kind]);
        else
            interpolate(r->padded, patch, share, place, r->u[kind], r->v[kind]);
    }
}

// ---- Velocity ----

struct velocity {
    lanes u, v;
};

// Current and its error, and leeway in the wind and its error, as drift_kernel_leeway: the offset's part of
// the way downwind is offset * fade / W = offset / max(W, 1 m/s).
LANES_PART struct velocity velocity_of(const rows_t *r, size_t i)
{
    lanes wu = lanes_load(r->u[FORCING_WIND] + i) + lanes_load(r->error[0] + i);
    lanes wv = lanes_load(r->v[FORCING_WIND] + i) + lanes_load(r->error[1] + i);
    lanes u = lanes_load(r->u[FORCING_CURRENT] + i) + lanes_load(r->error[2] + i);
    lanes v = lanes_load(r->v[FORCING_CURRENT] + i) + lanes_load(r->error[3] + i);
    lanes square =
        lanes_larger(lanes_fma(wu, wu, wv * wv), lanes_all((float)(DRIFT_TAPER_MPS * DRIFT_TAPER_MPS)));
    lanes share = 1.0f / lanes_sqrt(square);
    lanes down = lanes_fma(lanes_load(r->offset[2] + i), share, lanes_load(r->slope[2] + i));
    lanes cross = lanes_fma(lanes_load(r->cross_offset + i), share, lanes_load(r->cross_slope + i));
    return (struct velocity){lanes_fma(down, wu, lanes_fma(cross, wv, u)),
                             lanes_fma(down, wv, lanes_fma(-cross, wu, v))};
}

// ---- Motion ----

#define POLAR_COSINE 0.014f  // beyond 89.2 degrees the definition decides,
#define MOST_NORTH_DEG 0.25f // as it does where a step is longer than this,
#define MOST_EAST_DEG 4.0f   // or no number

// Sine and cosine of the latitude.
LANES_LOOP void latitudes(size_t n, const double *restrict lat, float *restrict sine, float *restrict cosine)
{
    EACH_ROW(i, n)
    {
        double from_equator_deg = fabs(lat[i]);
        bool low = from_equator_deg < 45.0;
        sine[i] = (float)((low ? from_equator_deg : 90.0 - from_equator_deg) * CORE_RAD_PER_DEG);
    }
    EACH(i, n)
    {
        lanes t = lanes_load(sine + i);
        lanes_store(sine + i, drift_fast_sin(t));
        lanes_store(cosine + i, drift_fast_cos(t));
    }
    EACH_ROW(i, n)
    {
        bool low = fabs(lat[i]) < 45.0;
        float small = sine[i], large = cosine[i];
        sine[i] = copysignf(low ? small : large, (float)lat[i]);
        cosine[i] = low ? large : small;
    }
}

// As drift_kernel_radii, the other way up: q = sqrt(1 - x), x = e2 sin^2 <= 0.0067, the first term left out
// of its series is below 2e-8.
LANES_PART void radii(rows_t *r, size_t i)
{
    const float prime = (float)(1.0 / (CORE_RAD_PER_DEG * GEO_WGS84_A_M));
    lanes s = lanes_load(r->sine + i), x = (float)GEO_WGS84_E2 * s * s;
    lanes deg_per_m = prime * (1.0f - x * lanes_fma(x, lanes_all(0.125f), lanes_all(0.5f)));
    lanes_store(r->deg_per_m + i, deg_per_m);
    lanes_store(r->deg_per_m_lat + i, deg_per_m * ((1.0f - x) * (float)(1.0 / (1.0 - GEO_WGS84_E2))));
}

// Metres into degrees, as drift_kernel_move: the longitude at the latitude half the way north,
// cos(lat + h) = cos - h (sin + h/2 cos).
LANES_PART void way(rows_t *r, size_t i, lanes east_m, lanes north_m)
{
    lanes c = lanes_load(r->cosine + i), s = lanes_load(r->sine + i);
    lanes north = north_m * lanes_load(r->deg_per_m_lat + i);
    lanes h = north * (float)(0.5 * CORE_RAD_PER_DEG);
    lanes middle = c - h * lanes_fma(0.5f * h, c, s);
    lanes east = east_m * lanes_load(r->deg_per_m + i) / middle;
    lanes_mask good = (lanes_mask)(lanes_abs(north) < MOST_NORTH_DEG) &
                      (lanes_mask)(lanes_abs(east) < MOST_EAST_DEG) & (lanes_mask)(c > POLAR_COSINE);
    lanes_store_word(r->odd + i, lanes_load_word(r->odd + i) | (lanes_word)~good);
    lanes_store(r->north_deg + i, lanes_keep(good, north));
    lanes_store(r->east_deg + i, lanes_keep(good, east));
}

LANES_LOOP void first_stage(float dt_s, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct velocity first = velocity_of(r, i);
        radii(r, i);
        lanes_store(r->first_u + i, first.u);
        lanes_store(r->first_v + i, first.v);
        way(r, i, dt_s * first.u, dt_s * first.v);
    }
}

// Heun: the mean of both stages; and diffusion.
LANES_LOOP void second_stage(float dt_s, bool diffuses, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct velocity second = velocity_of(r, i);
        lanes east = (0.5f * dt_s) * (lanes_load(r->first_u + i) + second.u);
        lanes north = (0.5f * dt_s) * (lanes_load(r->first_v + i) + second.v);
        if (diffuses) {
            east += lanes_load(r->stray_east + i);
            north += lanes_load(r->stray_north + i);
        }
        way(r, i, east, north);
    }
}

LANES_LOOP void only_stage(float dt_s, bool diffuses, rows_t *r)
{
    EACH(i, r->padded)
    {
        struct velocity only = velocity_of(r, i);
        lanes east = dt_s * only.u, north = dt_s * only.v;
        radii(r, i);
        if (diffuses) {
            east += lanes_load(r->stray_east + i);
            north += lanes_load(r->stray_north + i);
        }
        way(r, i, east, north);
    }
}

// Goes the way. Sine and cosine of the latitude are turned by it; the first terms left out are below 2e-8.
// True when a row has come where the shore may be.
LANES_LOOP bool move(rows_t *r)
{
    lanes_mask any = {0};
    EACH(i, r->padded)
    {
        lanes lat = lanes_load(r->moved_lat + i), lon = lanes_load(r->moved_lon + i);
        lanes north = lanes_load(r->north_deg + i), east = lanes_load(r->east_deg + i);
        lanes_store(r->was_lat + i, lat);
        lanes_store(r->was_lon + i, lon);
        lat += north;
        lon += east;
        lanes_store(r->moved_lat + i, lat);
        lanes_store(r->moved_lon + i, lon);
        lanes free_deg = lanes_load(r->free_deg + i);
        any |= (lanes_mask)(lanes_larger(lanes_abs(lat), lanes_abs(lon)) >= free_deg);
        lanes s = lanes_load(r->sine + i), c = lanes_load(r->cosine + i), d = north * (float)CORE_RAD_PER_DEG;
        lanes half = 0.5f * d;
        lanes_store(r->sine + i, lanes_fma(d, c - half * s, s));
        lanes_store(r->cosine + i, c - d * lanes_fma(half, c, s));
    }
    return lanes_any(any);
}

static void shore(rows_t *r, const struct look *look)
{
    for (size_t i = 0; i < r->n; i++)
        if (fabsf(r->moved_lat[i]) >= r->free_deg[i] || fabsf(r->moved_lon[i]) >= r->free_deg[i])
            look->near_land(look->arg, r, i, place_of(r, i, r->was_lat[i], r->was_lon[i]),
                            place_of(r, i, r->moved_lat[i], r->moved_lon[i]));
}

// ---- Jibing ----

LANES_LOOP void choose_side(rows_t *r)
{
    EACH(i, r->padded)
    {
        lanes_mask left = (lanes_mask)(lanes_load_word(r->side + i) != 0);
        lanes_store(r->cross_slope + i,
                    lanes_choose(left, lanes_load(r->slope[1] + i), lanes_load(r->slope[0] + i)));
        lanes_store(r->cross_offset + i,
                    lanes_choose(left, lanes_load(r->offset[1] + i), lanes_load(r->offset[0] + i)));
    }
}

static void jibe_chances(const struct drift_fast_plan *plan, size_t k, rows_t *r)
{
    if (k && plan->step[k].dt_s == plan->step[k - 1].dt_s)
        return;
    for (size_t i = 0; i < r->padded; i++)
        r->jibe_below[i] = plan->jibe_below[k * plan->n_objects + r->object[i]];
}

LANES_LOOP void jibe(const struct drift_fast_plan *plan, size_t k, rows_t *r)
{
    uint32_t part = plan->step[k].index % CORE_RNG_JIBE_STEPS;
    if (!k || !part)
        philox_rows(r->padded, plan->seed, r->particle, plan->step[k].index / CORE_RNG_JIBE_STEPS,
                    CORE_RNG_JIBE, ROWS, r->jibe_word[0]);
    jibe_chances(plan, k, r);
    lanes_mask any = {0};
    EACH(i, r->padded)
    {
        lanes_mask swings =
            (lanes_mask)(lanes_load_word(r->jibe_word[part] + i) < lanes_load_word(r->jibe_below + i));
        any |= swings;
        lanes_store_word(r->side + i, lanes_load_word(r->side + i) ^ ((lanes_word)swings & 1u));
    }
    if (lanes_any(any))
        choose_side(r);
}

// ---- One step, all steps ----

// As drift_fast_sea_free_deg.
LANES_LOOP void sea_settle(const struct drift_fast_sea *sea, rows_t *r)
{
    if (!sea->away) {
        EACH(i, r->padded) lanes_store(r->free_deg + i, lanes_all(INFINITY));
        return;
    }
    double south = sea->south_deg, west = sea->west_deg, per_deg = 1.0 / sea->square_deg;
    uint32_t rows = (uint32_t)sea->rows, columns = (uint32_t)sea->columns;
    EACH_ROW(i, r->padded)
    {
        double x = r->lon[i] - west;
        int32_t column = (int32_t)((x < 0.0 ? x + 360.0 : x) * per_deg);
        int32_t row = (int32_t)((r->lat[i] - south) * per_deg + 1.0) - 1;
        uint32_t on = ((uint32_t)row < rows) & ((uint32_t)column < columns);
        r->square[i] =
            on ? (uint32_t)row * columns + (uint32_t)column : 0u; // at the edge: none is free there
    }
    for (size_t i = 0; i < r->padded; i++) {
        int32_t away = sea->away[r->square[i]] - 1;
        r->free_deg[i] = (float)(away > 0 ? away : 0) * (float)sea->square_deg;
    }
}

// Places in double are brought up to what has been moved.
LANES_LOOP void places_settle(rows_t *r)
{
    EACH_ROW(i, r->padded)
    {
        double lon = r->lon[i] + (double)r->moved_lon[i];
        lon = lon >= 180.0 ? lon - 360.0 : lon;
        r->lon[i] = lon < -180.0 ? lon + 360.0 : lon;
        r->lat[i] += (double)r->moved_lat[i];
        r->moved_lat[i] = r->moved_lon[i] = 0.0f;
    }
}

// And all that hangs on them is worked out afresh.
LANES_LOOP void settle(const struct drift_fast_plan *plan, rows_t *r, const struct look *look)
{
    places_settle(r);
    latitudes(r->padded, r->lat, r->sine, r->cosine);
    sea_settle(&plan->sea, r);
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!is_steady(&plan->patch[kind]) &&
            locate(r->padded, &plan->patch[kind], r->lat, r->lon, &r->here[kind]))
            off_patch(r, &r->here[kind], NULL, NULL, look);
}

static void step_run(const struct drift_fast_plan *plan, size_t k, rows_t *r, const struct look *look)
{
    const struct drift_fast_step *step = &plan->step[k];
    if (plan->errors)
        errors_draw(plan, step, !k && r->any_begins, r);
    if (plan->diffuses)
        diffusion_draw(plan, step, !k, r);
    sample(plan, k, 0, r, look);
    if (plan->two_stages) {
        first_stage(step->dt_s, r);
        sample(plan, k, 1, r, look);
        second_stage(step->dt_s, plan->diffuses, r);
    } else {
        only_stage(step->dt_s, plan->diffuses, r);
    }
    if (move(r))
        shore(r, look);
    if (plan->jibes)
        jibe(plan, k, r);
}

// The cells of the next step's start.
static void cells_follow(const struct drift_fast_plan *plan, rows_t *r, const struct look *look)
{
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!is_steady(&plan->patch[kind]) && advance(&plan->patch[kind], r, &r->here[kind], &r->here[kind]))
            off_patch(r, &r->here[kind], NULL, NULL, look);
}

static void run(const struct drift_fast_plan *plan, rows_t *r, drift_fast_look *off,
                drift_fast_look *near_land, void *arg)
{
    struct look look = {off, near_land, arg};
    memset(r->moved_lat, 0, sizeof r->moved_lat);
    memset(r->moved_lon, 0, sizeof r->moved_lon);
    choose_side(r);
    for (size_t k = 0; k < plan->n_steps; k++) {
        if (k % DRIFT_FAST_SETTLE == 0)
            settle(plan, r, &look);
        else
            cells_follow(plan, r, &look);
        step_run(plan, k, r, &look);
    }
    places_settle(r);
}

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)
#define JOIN(x, y) x##y
#define JOIN_OF(x, y) JOIN(x, y)
const struct drift_fast_kind JOIN_OF(drift_fast_, DRIFT_FAST_KIND) = {TEXT_OF(DRIFT_FAST_KIND), run, blend};
