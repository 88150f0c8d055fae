#include "plan/worth.h"

#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/window.h"

// When searching can begin and must end, judged at the cloud's mean.
static void span_of(const struct plan_problem *problem, const struct plan_scene *scene, double *from_s,
                    double *to_s)
{
    const struct plan_cloud *cloud = &problem->cloud;
    int64_t first_ns = cloud->time_ns[0], last_ns = cloud->time_ns[cloud->n_knots - 1];
    double lo = INFINITY, hi = -INFINITY;
    struct plan_spread spread = {0};
    struct geo_pos mean;
    if (plan_scene_spread(scene, scene->knot_s[scene->n_knots / 2], NULL, &spread)) {
        mean = plan_flat_to_pos(&scene->flat, (struct geo_xy){spread.x_m, spread.y_m});
        for (size_t a = 0; a < problem->n_assets; a++) {
            struct plan_window window;
            if (!plan_window_of(&problem->asset[a], mean, mean, first_ns, last_ns, &window))
                continue;
            lo = fmin(lo, plan_scene_seconds(scene, window.start_ns));
            hi = fmax(hi, plan_scene_seconds(scene, window.end_ns));
        }
    }
    *from_s = lo < hi ? lo : scene->knot_s[0];
    *to_s = lo < hi ? hi : scene->knot_s[scene->n_knots - 1];
}

// Worth of being found at t, of an object whose half-life is that.
static double worth_at(enum plan_objective objective, double t_s, double from_s, double to_s,
                       double half_life_s)
{
    if (objective == PLAN_EXPECTED_TIME)
        return fmax(0, to_s - t_s) / (to_s - from_s);
    if (objective == PLAN_SURVIVAL && isfinite(half_life_s))
        return exp2(-(t_s - from_s) / half_life_s);
    return 1;
}

static double half_life_of(const struct plan_problem *problem, size_t object)
{
    return problem->half_life_s ? problem->half_life_s[object] : INFINITY;
}

// Alive at the beginning: in the water since the particle's first knot.
static double scale_of(const struct plan_problem *problem, const struct plan_scene *scene, size_t i,
                       double from_s)
{
    size_t k = 0;
    while (k + 1 < scene->n_knots && !isfinite(scene->x[k * scene->n + i]))
        k++;
    double half_life_s = half_life_of(problem, scene->object[i]), since_s = from_s - scene->knot_s[k];
    return isfinite(half_life_s) ? exp2(-fmax(0, since_s) / half_life_s) : 1;
}

static void steps_fill(const struct plan_problem *problem, const struct plan_scene *scene,
                       enum plan_objective objective, double to_s, struct plan_worth *worth)
{
    size_t n = worth->n_slots;
    for (size_t o = 0; o < scene->n_objects; o++) {
        double next = 0;
        for (size_t k = n; k-- > 0;) {
            double begin_s = k ? worth->end_s[k - 1] : worth->begin_s;
            double middle_s = (begin_s + (k + 1 == n ? to_s : worth->end_s[k])) / 2;
            double value = worth_at(objective, middle_s, worth->begin_s, to_s, half_life_of(problem, o));
            worth->step[o * n + k] = value - next;
            next = value;
        }
    }
}

enum ph_status plan_worth_init(const struct plan_problem *problem, const struct plan_scene *scene,
                               enum plan_objective objective, struct core_arena *arena,
                               struct plan_worth *out, struct ph_err *err)
{
    struct plan_worth worth = {.n_slots = objective == PLAN_POS ? 1 : PLAN_SLOTS};
    double to_s;
    worth.step = CORE_ARENA_NEW(arena, double, scene->n_objects *worth.n_slots);
    worth.scale = CORE_ARENA_NEW(arena, double, scene->n);
    if (!worth.step || !worth.scale)
        return core_err_nomem(err);
    span_of(problem, scene, &worth.begin_s, &to_s);
    for (size_t k = 0; k < worth.n_slots; k++)
        worth.end_s[k] = worth.begin_s + (to_s - worth.begin_s) * (double)(k + 1) / (double)worth.n_slots;
    worth.end_s[worth.n_slots - 1] = scene->knot_s[scene->n_knots - 1];
    steps_fill(problem, scene, objective, to_s, &worth);
    for (size_t i = 0; i < scene->n; i++)
        worth.scale[i] = objective == PLAN_SURVIVAL ? scale_of(problem, scene, i, worth.begin_s) : 1;
    worth.to_s = to_s;
    *out = worth;
    return PH_OK;
}
