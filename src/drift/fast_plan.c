#include "drift/fast_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"

// Squares of the raster of the sea: small enough to follow the shore, large enough for a step.
#define SQUARE_DEG (1.0 / 32.0)
#define MOST_SQUARES (1u << 20)
#define BLEND_MOST_BYTES (256u * 1024u) // what the second nearest memory of a processor holds with ease

// ---- Which kernel ----

#if defined(__x86_64__)
static bool has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

static bool has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

static enum drift_path path_of_name(void)
{
    static const struct {
        const char *name;
        enum drift_path path;
    } paths[] = {{"scalar", DRIFT_PATH_SCALAR}, {"portable", DRIFT_PATH_PORTABLE}, {"v3", DRIFT_PATH_V3}};
    const char *name = getenv("PHAROS_KERNEL");
    for (size_t i = 0; name && i < sizeof paths / sizeof paths[0]; i++)
        if (!strcmp(name, paths[i].name))
            return paths[i].path;
    return DRIFT_PATH_V4;
}

// The best that is asked for and that the processor has.
static const struct drift_fast_kind *kind_of(enum drift_path path)
{
    if (path == DRIFT_PATH_AUTO)
        path = path_of_name();
#if defined(__x86_64__)
    if (path == DRIFT_PATH_V4 && has_v4())
        return &drift_fast_v4;
    if (path >= DRIFT_PATH_V3 && has_v3())
        return &drift_fast_v3;
#endif
    return path == DRIFT_PATH_SCALAR ? NULL : &drift_fast_any;
}

// RK4 and Allen's jibing are for the definition.
static bool plain_case(const struct scenario_drift *drift)
{
    bool integrator = drift->integrator == SCENARIO_EULER || drift->integrator == SCENARIO_RK2;
    return integrator && !(drift->jibing && drift->jibe_model == SCENARIO_JIBE_ALLEN);
}

enum ph_status drift_fast_init(struct drift_fast_planner *planner, const struct drift_window *w,
                               enum drift_path path, struct core_arena *arena, struct ph_err *err)
{
    const struct scenario_drift *drift = &w->c->drift;
    struct drift_fast_plan *plan = &planner->plan;
    planner->kind = plain_case(drift) ? kind_of(path) : NULL;
    if (!planner->kind)
        return PH_OK;
    planner->last_start_ns = INT64_MIN;
    for (size_t i = 0; i < w->seeds->n; i++)
        if (w->seeds->start_ns[i] > planner->last_start_ns)
            planner->last_start_ns = w->seeds->start_ns[i];
    plan->n_objects = w->c->n_objects;
    planner->jibe_below = CORE_ARENA_NEW(arena, uint32_t, DRIFT_WINDOW_STEPS * (plan->n_objects + 1));
    if (!planner->jibe_below)
        return core_err_nomem(err);
    plan->jibe_below = planner->jibe_below;
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!(planner->blend[kind] = core_arena_alloc(arena, 1, BLEND_MOST_BYTES)))
            return core_err_nomem(err);
    plan->seed = drift->seed;
    plan->two_stages = drift->integrator == SCENARIO_RK2;
    plan->errors = w->errors;
    plan->diffuses = drift->diffusivity_m2s > 0.0;
    plan->jibes = drift->jibing;
    for (int k = 0; k < 4; k++)
        plan->sd_mps[k] = (float)w->law.sd_mps[k];
    return PH_OK;
}

// ---- Steps ----

// The whole-number form of drift_kernel_jibes: (word + 1/2) / 2^32 < chance.
static uint32_t below_of(double log_stay, double dt_s)
{
    double words = ceil(-expm1(dt_s / 3600.0 * log_stay) * 0x1p32 - 0.5);
    return words > 0.0 ? (uint32_t)fmin(words, 0x1p32 - 1.0) : 0;
}

static float share_at(const struct forcing_patch *patch, int64_t since_ns)
{
    double share = patch->w_at_from + (double)since_ns * 1e-9 * patch->w_per_s;
    return (float)(share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share);
}

static void step_prepare(struct drift_fast_planner *planner, const struct drift_window *w, size_t k)
{
    const struct drift_step *step = &w->step[k];
    struct drift_fast_plan *plan = &planner->plan;
    double dt_s = (double)(step->to_ns - step->from_ns) * 1e-9;
    double gap_s = (double)(step->from_ns - step->previous_from_ns) * 1e-9;
    struct drift_fast_step *out = &plan->step[k];
    *out = (struct drift_fast_step){.index = step->index, .dt_s = (float)dt_s};
    out->diffuse_m = (float)sqrt(2.0 * w->c->drift.diffusivity_m2s * dt_s);
    for (int e = 0; e < 4; e++) {
        double keep = w->law.correlation_s[e] > 0.0 ? exp(-gap_s / w->law.correlation_s[e]) : 0.0;
        out->lose[e] =
            (float)(w->law.correlation_s[e] > 0.0 ? -expm1(-gap_s / w->law.correlation_s[e]) : 1.0);
        out->fresh[e] = (float)(w->law.sd_mps[e] * sqrt(1.0 - keep * keep));
    }
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++) {
        out->at[0][kind] = share_at(&plan->patch[kind], step->from_ns - w->step[0].from_ns);
        out->at[1][kind] = share_at(&plan->patch[kind], step->to_ns - w->step[0].from_ns);
    }
    for (size_t i = 0; plan->jibes && i < plan->n_objects; i++)
        planner->jibe_below[k * plan->n_objects + i] = below_of(w->log_stay[i], dt_s);
}

// ---- Forcing at the times of the steps ----

// Where many particles share few cells, the cells are blended in time once for all of them.
static void blend_prepare(struct drift_fast_planner *planner, const struct drift_window *w, int kind)
{
    struct forcing_patch *patch = &planner->plan.patch[kind];
    size_t points = ((size_t)patch->rows + 1) * ((size_t)patch->columns + 1), times = w->n_steps + 1;
    memset(planner->plan.blend[kind], 0, sizeof planner->plan.blend[kind]);
    if (!(patch->columns_per_deg > 0.0) || points > w->seeds->n / 2 ||
        points * times * 2 * sizeof(float) > BLEND_MOST_BYTES)
        return;
    for (size_t k = 0; k < times; k++) {
        float *out = planner->blend[kind] + k * 2 * points;
        const struct drift_fast_step *step = &planner->plan.step[k < w->n_steps ? k : k - 1];
        planner->kind->blend(patch, step->at[k == w->n_steps][kind], out);
        planner->plan.blend[kind][k] = out;
    }
    patch->stride = 2 * ((size_t)patch->columns + 1);
}

// ---- Where the coast is far ----

static bool same_box(struct geo_box a, struct geo_box b)
{
    return a.west_deg == b.west_deg && a.south_deg == b.south_deg && a.east_deg == b.east_deg &&
           a.north_deg == b.north_deg;
}

// A cell that is not all sea: every square that it touches is shore.
static void mark_shore(void *arg, struct geo_box cell)
{
    struct drift_fast_planner *planner = arg;
    const struct drift_fast_sea *sea = &planner->plan.sea;
    double per_deg = 1.0 / sea->square_deg;
    double rows[2] = {(cell.south_deg - sea->south_deg) * per_deg,
                      (cell.north_deg - sea->south_deg) * per_deg};
    double columns[2] = {(cell.west_deg - sea->west_deg) * per_deg,
                         (cell.east_deg - sea->west_deg) * per_deg};
    long j0 = (long)floor(fmax(rows[0], 0.0)), j1 = (long)floor(fmin(rows[1], sea->rows - 1));
    long i0 = (long)floor(fmax(columns[0], 0.0)), i1 = (long)floor(fmin(columns[1], sea->columns - 1));
    for (long j = j0; j <= j1; j++)
        for (long i = i0; i <= i1; i++)
            planner->away[j * sea->columns + i] = 0;
}

// What is not wholly in the box is as near as the shore: the squares at the edge.
static void mark_edge(const struct drift_fast_planner *planner)
{
    long rows = planner->plan.sea.rows, columns = planner->plan.sea.columns;
    memset(planner->away, 0, (size_t)columns);
    memset(planner->away + (rows - 1) * columns, 0, (size_t)columns);
    for (long j = 0; j < rows; j++)
        planner->away[j * columns] = planner->away[j * columns + columns - 1] = 0;
}

static uint8_t nearer(uint8_t here, uint8_t there)
{
    return there < here ? (uint8_t)(there + 1) : here;
}

// How many steps a king is from the nearest 0 (Rosenfeld & Pfaltz 1966): once from the south-west, once from
// the north-east.
static void measure_away(const struct drift_fast_planner *planner)
{
    long rows = planner->plan.sea.rows, columns = planner->plan.sea.columns;
    for (long j = 1; j + 1 < rows; j++)
        for (long i = 1; i + 1 < columns; i++) {
            uint8_t *at = planner->away + j * columns + i;
            *at =
                nearer(nearer(nearer(nearer(*at, at[-1]), at[-columns - 1]), at[-columns]), at[-columns + 1]);
        }
    for (long j = rows - 2; j > 0; j--)
        for (long i = columns - 2; i > 0; i--) {
            uint8_t *at = planner->away + j * columns + i;
            *at = nearer(nearer(nearer(nearer(*at, at[1]), at[columns + 1]), at[columns]), at[columns - 1]);
        }
}

static bool squares_grow(struct drift_fast_planner *planner, size_t n)
{
    if (n > planner->n_squares) {
        drift_fast_fini(planner);
        planner->away = malloc(n);
        planner->n_squares = planner->away ? n : 0;
    }
    return planner->n_squares >= n;
}

// The raster's first and last rows and columns lie on the box's edge. False without memory.
static bool sea_prepare(struct drift_fast_planner *planner, const struct drift_window *w)
{
    struct drift_fast_sea *sea = &planner->plan.sea;
    if (!w->coast || (planner->has_sea && same_box(planner->sea_box, w->box)))
        return true;
    *sea = (struct drift_fast_sea){.south_deg = w->box.south_deg, .west_deg = w->box.west_deg};
    planner->has_sea = false;
    double width = w->box.east_deg - w->box.west_deg, height = w->box.north_deg - w->box.south_deg;
    sea->square_deg = fmax(SQUARE_DEG, sqrt(width * height / (MOST_SQUARES / 2)));
    sea->rows = (int32_t)(height / sea->square_deg) + 1;
    sea->columns = (int32_t)(width / sea->square_deg) + 1;
    size_t n = (size_t)sea->rows * (size_t)sea->columns;
    if (!squares_grow(planner, n))
        return false;
    memset(planner->away, UINT8_MAX, n);
    geo_coast_cells(w->coast, w->box, mark_shore, planner);
    mark_edge(planner);
    measure_away(planner);
    sea->away = planner->away;
    planner->sea_box = w->box;
    planner->has_sea = true;
    return true;
}

// Chebyshev's distance in degrees that a place may move on both axes and meet no shore, to a square.
double drift_fast_sea_free_deg(const struct drift_fast_sea *sea, struct geo_pos pos)
{
    double per_deg = 1.0 / sea->square_deg, x = pos.lon_deg - sea->west_deg;
    double y = (pos.lat_deg - sea->south_deg) * per_deg;
    x = (x < 0.0 ? x + 360.0 : x) * per_deg;
    bool on = y >= 0.0 && y < (double)sea->rows && x < (double)sea->columns;
    int away = on ? sea->away[(int32_t)y * sea->columns + (int32_t)x] : 0;
    return away > 1 ? (double)(away - 1) * sea->square_deg : 0.0;
}

void drift_fast_prepare(struct drift_fast_planner *planner, const struct drift_window *w)
{
    planner->usable = false;
    if (!planner->kind)
        return;
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!forcing_patch_of(w->forcing, (enum forcing_kind)kind, &planner->plan.patch[kind]))
            return;
    if (!sea_prepare(planner, w))
        return;
    planner->plan.n_steps = w->n_steps;
    for (size_t k = 0; k < w->n_steps; k++)
        step_prepare(planner, w, k);
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        blend_prepare(planner, w, kind);
    planner->usable = true;
}

void drift_fast_fini(struct drift_fast_planner *planner)
{
    free(planner->away);
    planner->away = NULL;
    planner->n_squares = 0;
}
