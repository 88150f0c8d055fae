#include "drift/fast_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"

// Squares of the raster of the sea: small enough to follow the shore, large enough for a step.
#define SQUARE_DEG (1.0 / 32.0)
#define STEP_MPS 2.0 // a longer step is looked at one by one
#define MOST_SQUARES (1u << 20)

// ---- Which kernel ----

static bool has_v3(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
    return false;
#endif
}

static enum drift_path path_of_name(void)
{
    const char *name = getenv("PHAROS_KERNEL");
    if (name && !strcmp(name, "scalar"))
        return DRIFT_PATH_SCALAR;
    if (name && !strcmp(name, "portable"))
        return DRIFT_PATH_PORTABLE;
    return DRIFT_PATH_V3;
}

static drift_fast_run *run_of(enum drift_path path)
{
    if (path == DRIFT_PATH_AUTO)
        path = path_of_name();
#if defined(__x86_64__)
    if (path == DRIFT_PATH_V3 && has_v3())
        return drift_fast_run_v3;
#endif
    return path == DRIFT_PATH_SCALAR ? NULL : drift_fast_run_any;
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
    planner->run = plain_case(drift) ? run_of(path) : NULL;
    if (!planner->run)
        return PH_OK;
    plan->n_objects = w->c->n_objects;
    planner->jibe_below = CORE_ARENA_NEW(arena, uint32_t, DRIFT_WINDOW_STEPS * (plan->n_objects + 1));
    if (!planner->jibe_below)
        return core_err_nomem(err);
    plan->jibe_below = planner->jibe_below;
    plan->seed = drift->seed;
    plan->two_stages = drift->integrator == SCENARIO_RK2;
    plan->errors = w->errors;
    plan->diffuses = drift->diffusivity_m2s > 0.0;
    plan->jibes = drift->jibing;
    plan->holds = w->c->on_missing == SCENARIO_MISSING_HOLD;
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

// ---- Where the coast is far ----

static bool same_box(struct geo_box a, struct geo_box b)
{
    return a.west_deg == b.west_deg && a.south_deg == b.south_deg && a.east_deg == b.east_deg &&
           a.north_deg == b.north_deg;
}

struct marks {
    struct drift_fast_planner *planner;
    bool any;
};

// A cell that is not all sea: every square that it touches is shore.
static void mark_shore(void *arg, struct geo_box cell)
{
    struct marks *marks = arg;
    const struct drift_fast_sea *sea = &marks->planner->plan.sea;
    double rows[2] = {(cell.south_deg - sea->south_deg) * sea->per_deg,
                      (cell.north_deg - sea->south_deg) * sea->per_deg};
    double columns[2] = {(cell.west_deg - sea->west_deg) * sea->per_deg,
                         (cell.east_deg - sea->west_deg) * sea->per_deg};
    long j0 = (long)floor(fmax(rows[0], 0.0)), j1 = (long)floor(fmin(rows[1], sea->rows - 1));
    long i0 = (long)floor(fmax(columns[0], 0.0)), i1 = (long)floor(fmin(columns[1], sea->columns - 1));
    for (long j = j0; j <= j1; j++)
        for (long i = i0; i <= i1; i++) {
            marks->planner->shore[j * sea->columns + i] = 1;
            marks->any = true;
        }
}

// A square is clear when it and the eight around it are sea; at the raster's edge none is.
static void clear_squares(const struct drift_fast_planner *planner)
{
    long rows = planner->plan.sea.rows, columns = planner->plan.sea.columns;
    for (long j = 1; j + 1 < rows; j++)
        for (long i = 1; i + 1 < columns; i++) {
            const uint8_t *at = planner->shore + j * columns + i;
            planner->clear[j * columns + i] =
                !(at[-1] | at[0] | at[1] | at[columns - 1] | at[columns] | at[columns + 1] |
                  at[-columns - 1] | at[-columns] | at[-columns + 1]);
        }
}

static bool squares_grow(struct drift_fast_planner *planner, size_t n)
{
    if (n > planner->n_squares) {
        drift_fast_fini(planner);
        planner->shore = malloc(n);
        planner->clear = malloc(n);
        planner->n_squares = planner->shore && planner->clear ? n : 0;
    }
    return planner->n_squares >= n;
}

// The raster covers the box and two squares more on each side; where the box spans no land there is none.
// False without memory.
static bool sea_prepare(struct drift_fast_planner *planner, const struct drift_window *w)
{
    struct drift_fast_sea *sea = &planner->plan.sea;
    if (planner->has_sea && same_box(planner->sea_box, w->box))
        return true;
    *sea = (struct drift_fast_sea){0};
    planner->has_sea = false;
    double width = w->box.east_deg - w->box.west_deg, height = w->box.north_deg - w->box.south_deg;
    double widest = fmin(fmax(fabs(w->box.south_deg), fabs(w->box.north_deg)), 85.0);
    double step_deg = STEP_MPS * w->c->drift.step_s / 111000.0 / cos(widest * CORE_RAD_PER_DEG);
    double square = fmax(fmax(SQUARE_DEG, step_deg), sqrt(width * height / (MOST_SQUARES / 2)));
    sea->per_deg = 1.0 / square;
    sea->south_deg = w->box.south_deg - 2.0 * square;
    sea->west_deg = w->box.west_deg - 2.0 * square;
    sea->rows = (int32_t)(height / square) + 5;
    sea->columns = (int32_t)(width / square) + 5;
    size_t n = (size_t)sea->rows * (size_t)sea->columns;
    if (!squares_grow(planner, n))
        return false;
    memset(planner->shore, 0, n);
    memset(planner->clear, 0, n);
    struct marks marks = {planner, false};
    if (w->coast)
        geo_coast_cells(w->coast, w->box, mark_shore, &marks);
    clear_squares(planner);
    sea->clear = marks.any ? planner->clear : NULL;
    planner->sea_box = w->box;
    planner->has_sea = true;
    return true;
}

void drift_fast_prepare(struct drift_fast_planner *planner, const struct drift_window *w)
{
    planner->usable = false;
    if (!planner->run)
        return;
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!forcing_patch_of(w->forcing, (enum forcing_kind)kind, &planner->plan.patch[kind]))
            return;
    if (!sea_prepare(planner, w))
        return;
    planner->plan.n_steps = w->n_steps;
    for (size_t k = 0; k < w->n_steps; k++)
        step_prepare(planner, w, k);
    planner->usable = true;
}

void drift_fast_fini(struct drift_fast_planner *planner)
{
    free(planner->shore);
    free(planner->clear);
    planner->shore = planner->clear = NULL;
    planner->n_squares = 0;
}
