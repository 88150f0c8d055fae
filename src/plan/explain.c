#include "plan/explain.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/optimise.h"

static const double HOUR_S = 3600;

// The question asked, and the tools to answer it.
struct asking {
    struct plan_crew *crew, *scouts;
    struct plan_arrangement plan, tried; // [n_assets + 1]
    double *x, *y;                       // [scouts' particles]
    double pos, value;                   // of the plan on the crew's scene
    struct core_arena arena;
};

static bool arrangement_alloc(struct core_arena *arena, size_t n, struct plan_arrangement *out)
{
    *out =
        (struct plan_arrangement){CORE_ARENA_NEW(arena, struct plan_wish, n), CORE_ARENA_NEW(arena, bool, n)};
    return out->wish && out->used;
}

static bool planned(const struct plan_crew *crew, size_t a)
{
    return crew->used[a] && !crew->problem->asset[a].keep;
}

// The next best distinct area of one asset while the others stay: centred outside the one that it has.
static void next_ask(struct asking *ask, size_t a, struct plan_reason *out)
{
    struct plan_rectangle from = ask->crew->rectangle[a];
    struct plan_crew *scouts = ask->scouts, *crew = ask->crew;
    if (!plan_arrange_place(scouts, &ask->plan))
        return;
    plan_crew_remove(scouts, a);
    scouts->apart = &from;
    plan_optimise_respond(scouts, a, 0.3, ask->x, ask->y);
    scouts->apart = NULL;
    if (!scouts->used[a] || !plan_crew_place(crew, a, &scouts->wish[a]))
        return;
    const struct plan_rectangle *r = &crew->rectangle[a];
    out->has_next = true;
    out->next_loss = ask->pos - plan_crew_pos(crew);
    out->next_centre = r->centre;
    out->next_pattern = plan_rectangle_pattern(r);
    out->next_length_m = fmax(r->leg_side_m, r->creep_side_m);
    out->next_width_m = fmin(r->leg_side_m, r->creep_side_m);
    out->next_spacing_m = r->spacing_m;
    plan_crew_place(crew, a, &ask->plan.wish[a]);
}

// Lets all adapt on the sample and on the full scene, under the problem that both are set to. Returns the
// POS, or what the plan has when nothing better was found.
static double adapt(struct asking *ask)
{
    struct plan_crew *crew = ask->crew, *scouts = ask->scouts;
    size_t n = crew->problem->n_assets;
    for (size_t a = 0; a < n; a++)
        plan_optimise_improve(scouts, a, 0.08, 2);
    plan_arrange_keep(scouts, &ask->tried);
    if (!plan_arrange_place(crew, &ask->tried))
        return ask->pos;
    for (int round = 0; round < 2; round++)
        for (size_t a = 0; a < n; a++)
            plan_optimise_improve(crew, a, round ? 0.04 : 0.1, 1);
    return plan_crew_value(crew) > ask->value ? plan_crew_pos(crew) : ask->pos;
}

// Another hour on scene for one asset: its own area grows or moves, then all adapt.
static void hour_ask(struct asking *ask, struct plan_problem *longer, size_t a, struct plan_reason *out)
{
    struct plan_crew *crew = ask->crew, *scouts = ask->scouts;
    const struct plan_problem *problem = crew->problem;
    struct plan_asset *asset = (struct plan_asset *)longer->asset + a, before = *asset;
    asset->search_s += HOUR_S, asset->endurance_s += HOUR_S;
    crew->problem = scouts->problem = longer;
    bool good = plan_arrange_place(scouts, &ask->plan) || scouts->used[a];
    if (good) {
        plan_optimise_improve(scouts, a, 0.15, 4);
        double grown = plan_crew_clash(scouts) ? -1 : plan_crew_value(scouts);
        struct plan_wish wish = scouts->wish[a];
        plan_crew_remove(scouts, a);
        plan_optimise_respond(scouts, a, 0.2, ask->x, ask->y);
        if (!scouts->used[a] || plan_crew_value(scouts) < grown)
            good = plan_crew_place(scouts, a, &wish);
    }
    out->hour_pos = good ? adapt(ask) - ask->pos : 0;
    *asset = before;
    crew->problem = scouts->problem = problem;
}

// Another unit like asset a, from the same place at the same time.
static enum ph_status another_ask(struct asking *ask, size_t a, double *pos, struct ph_err *err)
{
    const struct plan_problem *problem = ask->crew->problem;
    size_t n = problem->n_assets;
    struct core_arena arena = {0};
    struct plan_asset *assets = CORE_ARENA_NEW(&arena, struct plan_asset, n + 1);
    struct plan_problem more = *problem;
    struct plan_crew crew, scouts;
    enum ph_status status = assets ? PH_OK : core_err_nomem(err);
    if (!status) {
        memcpy(assets, problem->asset, n * sizeof *assets);
        assets[n] = problem->asset[a];
        assets[n].keep = NULL;
        more.asset = assets, more.n_assets = n + 1;
        status = plan_crew_init(&more, ask->crew->scene, ask->crew->threads, &arena, &crew, err);
    }
    if (!status)
        status = plan_crew_init(&more, ask->scouts->scene, ask->crew->threads, &arena, &scouts, err);
    if (!status) {
        ask->plan.used[n] = false;
        struct asking wider = *ask;
        wider.crew = &crew, wider.scouts = &scouts;
        if (plan_arrange_place(&scouts, &ask->plan))
            plan_optimise_respond(&scouts, n, 0.3, ask->x, ask->y);
        status = plan_optimise_again(&scouts, &arena, err);
        *pos = status ? 0 : adapt(&wider) - ask->pos;
    }
    core_arena_fini(&arena);
    return status;
}

// One of each kind that takes part.
static enum ph_status others_ask(struct asking *ask, struct plan_result *out, struct ph_err *err)
{
    const struct plan_problem *problem = ask->crew->problem;
    out->another = CORE_ARENA_NEW(&out->arena, struct plan_another, problem->n_assets);
    if (!out->another)
        return core_err_nomem(err);
    for (size_t a = 0; a < problem->n_assets; a++) {
        bool seen = !ask->crew->used[a];
        for (size_t k = 0; k < out->n_another; k++)
            seen |= problem->asset[out->another[k].asset].kind == problem->asset[a].kind;
        if (seen)
            continue;
        struct plan_another *another = &out->another[out->n_another];
        another->asset = a;
        enum ph_status status = another_ask(ask, a, &another->pos, err);
        if (status)
            return status;
        out->n_another++;
    }
    return PH_OK;
}

static enum ph_status ask_all(struct asking *ask, struct core_job *job, struct plan_result *out,
                              struct ph_err *err)
{
    const struct plan_problem *problem = ask->crew->problem;
    struct plan_problem longer = *problem;
    struct plan_asset *assets = CORE_ARENA_NEW(&ask->arena, struct plan_asset, problem->n_assets);
    if (!assets)
        return core_err_nomem(err);
    memcpy(assets, problem->asset, problem->n_assets * sizeof *assets);
    longer.asset = assets;
    for (size_t k = 0; k < out->n_areas; k++) {
        struct plan_reason *reason = &out->reason[k];
        size_t a = out->area[k].asset;
        *reason = (struct plan_reason){.hour_pos = NAN};
        if (core_job_cancelled(job))
            return core_job_interrupted(err);
        if (!planned(ask->crew, a))
            continue;
        next_ask(ask, a, reason);
        reason->clipped = ask->crew->rectangle[a].window.clipped;
        hour_ask(ask, &longer, a, reason);
        if (!plan_arrange_place(ask->crew, &ask->plan))
            return core_err_set(err, PH_EINTERNAL, "plan", NULL, "the plan cannot be placed again");
    }
    return others_ask(ask, out, err);
}

enum ph_status plan_explain(struct plan_crew *crew, struct plan_crew *scouts, struct core_job *job,
                            struct plan_result *out, struct ph_err *err)
{
    size_t n = crew->problem->n_assets;
    struct asking ask = {.crew = crew, .scouts = scouts};
    ask.x = CORE_ARENA_NEW(&ask.arena, double, scouts->scene->n);
    ask.y = CORE_ARENA_NEW(&ask.arena, double, scouts->scene->n);
    out->reason = CORE_ARENA_NEW(&out->arena, struct plan_reason, out->n_areas + 1);
    enum ph_status status = PH_OK;
    if (!arrangement_alloc(&ask.arena, n + 1, &ask.plan) ||
        !arrangement_alloc(&ask.arena, n + 1, &ask.tried) || !ask.x || !ask.y || !out->reason)
        status = core_err_nomem(err);
    if (!status) {
        plan_arrange_keep(crew, &ask.plan);
        ask.pos = plan_crew_pos(crew), ask.value = plan_crew_value(crew);
        status = ask_all(&ask, job, out, err);
    }
    core_arena_fini(&ask.arena);
    return status;
}
