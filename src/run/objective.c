// What the plan is to raise: POS, an early find, or the chance of finding them alive.
#include <math.h>
#include <string.h>

#include "core/err.h"
#include "object/survival.h"
#include "run/inner.h"

static bool in_water(const struct scenario_object *object)
{
    return object->key && !strncmp(object->key, "PIW", 3);
}

// Half-lives of the people in the water: the UK survey's time at which half survive without a buoyancy aid,
// at the coldest water along the datum. It is published for 5 to 15 C: elsewhere nothing is known, and said.
static enum ph_status half_lives(struct run *run, struct plan_problem *problem, struct ph_err *err)
{
    double *half_s = CORE_ARENA_NEW(&run->arena, double, run->c.n_objects), water_c[2];
    bool anybody = false;
    if (!half_s)
        return core_err_nomem(err);
    for (size_t o = 0; o < run->c.n_objects; o++)
        anybody |= in_water(&run->c.object[o]);
    const char *why = !anybody ? "nobody of the case is in the water"
                      : !run_water_along_datum(run, water_c)
                          ? "the case gives no sea temperature at the datum"
                      : isnan(object_survival_half_h(water_c[0]))
                          ? "the water is outside the 5 to 15 C for which survival is published"
                          : NULL;
    if (why) {
        core_job_warn(
            run->job, "objective-survival",
            "survival cannot be the objective: %s; the plan raises the chance of finding them instead", why);
        problem->objective = PLAN_POS;
        return PH_OK;
    }
    for (size_t o = 0; o < run->c.n_objects; o++)
        half_s[o] = in_water(&run->c.object[o]) ? 3600 * object_survival_half_h(water_c[0]) : INFINITY;
    problem->half_life_s = half_s;
    return PH_OK;
}

enum ph_status run_objective_make(struct run *run, struct plan_problem *problem, struct ph_err *err)
{
    static const enum plan_objective objectives[] = {[SCENARIO_POS] = PLAN_POS,
                                                     [SCENARIO_EXPECTED_TIME] = PLAN_EXPECTED_TIME,
                                                     [SCENARIO_SURVIVAL] = PLAN_SURVIVAL};
    problem->objective = objectives[run->has_objective ? run->objective : run->c.objective];
    enum ph_status status = problem->objective == PLAN_SURVIVAL ? half_lives(run, problem, err) : PH_OK;
    run->plan_objective = problem->objective;
    return status;
}

enum ph_status run_must_make(struct run *run, struct plan_problem *problem, struct ph_err *err)
{
    struct plan_must *must = CORE_ARENA_NEW(&run->arena, struct plan_must, run->c.n_must);
    if (run->c.n_must && !must)
        return core_err_nomem(err);
    for (size_t i = 0; i < run->c.n_must; i++) {
        const struct scenario_must *from = &run->c.must[i];
        must[i] = (struct plan_must){from->id, from->corner, from->n, from->coverage};
    }
    problem->must = must, problem->n_must = run->c.n_must;
    return PH_OK;
}
