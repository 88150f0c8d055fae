#include "plan/allocate.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/units.h"
#include "plan/allocate_newton.h"
#include "plan/allocate_work.h"

static const double GOAL = 1e-8;     // relative certificate
static const double MOST_WORK = 5e9; // looks at a resource's price in a cell: some fifteen seconds

// Moving targets, all periods at once: numbers looked at.
static const double MODEST_WORK = 1.5e9; // a few seconds: from there on a modest certificate is enough
static const double MODEST_GOAL = 1e-6;
static const double MOST_NEWTON_WORK = 3e10;

static const double SOFTNESS = 0.01; // of the certificate: ties are told apart no finer than it pays

enum { LEAST_SWEEPS = 4, MOST_SWEEPS = 20000, INNER = 3, MOST_STEPS = 100 };

static double *z_of(const struct plan_allocating *s, size_t t, size_t r)
{
    return s->z + (t * s->resources + r) * s->n;
}

static const double *w_of(const struct plan_allocating *s, size_t r)
{
    return s->p->effectiveness + r * s->n;
}

static double not_found(enum plan_law law, double e)
{
    return law == PLAN_LAW_EXPONENTIAL ? exp(-e) : erfc(sqrt(CORE_PI) / 2 * e);
}

static double slope(enum plan_law law, double e)
{
    return law == PLAN_LAW_EXPONENTIAL ? exp(-e) : exp(-CORE_PI / 4 * e * e);
}

// --- the target's motion
// ------------------------------------------------------------------------------------

// Chance of being in each cell one period on, not found so far.
static void move_on(struct plan_allocating *s, size_t t)
{
    if (s->waves) {
        plan_waves_move_on(s, t);
        return;
    }
    const double *now = s->reach + t * s->n, *stay = s->stay + t * s->n;
    double *left = s->gain;
    for (size_t c = 0; c < s->n; c++)
        left[c] = now[c] * stay[c];
    plan_moves_gather(&s->moves.in, s->n, left, s->reach + (t + 1) * s->n);
}

// Chance of not being found after period t, by cell at t.
static void look_back(struct plan_allocating *s, size_t t)
{
    if (s->waves) {
        plan_waves_look_back(s, t);
        return;
    }
    const double *later = s->after + (t + 1) * s->n, *stay = s->stay + (t + 1) * s->n;
    double *left = s->own_after;
    for (size_t c = 0; c < s->n; c++)
        left[c] = later[c] * stay[c];
    plan_moves_gather(&s->moves.out, s->n, left, s->after + t * s->n);
}

// --- one period
// --------------------------------------------------------------------------------------------

// Exposure of the cells from the effort.
static void expose(struct plan_allocating *s, size_t t)
{
    double *e = s->e + t * s->n, *stay = s->stay + t * s->n;
    memset(e, 0, s->n * sizeof *e);
    for (size_t r = 0; r < s->resources; r++) {
        const double *w = w_of(s, r), *z = z_of(s, t, r);
        for (size_t c = 0; c < s->n; c++)
            e[c] += w[c] * z[c];
    }
    for (size_t c = 0; c < s->n; c++)
        stay[c] = exp(-e[c]);
}

static void demand(struct plan_allocating *s, size_t t)
{
    struct plan_demand *d = s->dual.demand;
    if (!s->waves) {
        for (size_t c = 0; c < s->n; c++)
            d[c] = (struct plan_demand){log(s->reach[t * s->n + c] * s->after[t * s->n + c]), 0, 0};
        return;
    }
    plan_waves_gain(s, t, s->gain, s->stay + t * s->n); // stay is not used by waves: room for the means
    for (size_t c = 0; c < s->n; c++)
        d[c] = (struct plan_demand){log(s->gain[c]), s->e[t * s->n + c], s->stay[t * s->n + c]};
}

// The best effort of all resources in period t, everything else as it is. Under waves the demand is known
// near the present coverage only, so it is asked again.
static void period_fill(struct plan_allocating *s, size_t t)
{
    s->dual.budget = s->budget + t * s->resources;
    for (int i = 0; i < (s->waves ? INNER : 1); i++) {
        demand(s, t);
        plan_dual_solve(&s->dual, s->price + t * s->resources, z_of(s, t, 0));
        expose(s, t);
    }
}

// --- sweeps
// -------------------------------------------------------------------------------------------------

static void sweep_forward(struct plan_allocating *s)
{
    for (size_t t = 0; t < s->periods; t++) {
        period_fill(s, t);
        if (t + 1 < s->periods)
            move_on(s, t);
    }
}

// Back to the first period: each is filled anew with what is known of those after it (Brown 1980).
static void sweep_backward(struct plan_allocating *s)
{
    for (size_t t = s->periods - 1; t-- > 0;) {
        look_back(s, t);
        period_fill(s, t);
    }
}

static void both_ways(void *arg, size_t from, size_t to, int thread)
{
    struct plan_allocating *s = arg;
    for (size_t way = from; way < to; way++)
        if (way == 0)
            for (size_t t = 0; t + 1 < s->periods; t++)
                move_on(s, t);
        else
            for (size_t t = s->periods - 1; t-- > 0;)
                look_back(s, t);
}

// Everything that follows from the exposure.
static enum ph_status renew(struct plan_allocating *s, struct ph_err *err)
{
    enum ph_status status = s->waves ? plan_waves_fit(s, err) : PH_OK;
    if (!status)
        core_threads_for(s->threads, 2, 1, both_ways, s);
    return status;
}

static void expose_some(void *arg, size_t from, size_t to, int thread)
{
    for (size_t t = from; t < to; t++)
        expose(arg, t);
}

void plan_allocating_renew(struct plan_allocating *s)
{
    core_threads_for(s->threads, s->periods, 1, expose_some, s);
    core_threads_for(s->threads, 2, 1, both_ways, s);
}

static double failure(const struct plan_allocating *s)
{
    if (s->waves)
        return plan_waves_failure(s);
    size_t last = (s->periods - 1) * s->n;
    double f = 0;
    for (size_t c = 0; c < s->n; c++)
        f += s->reach[last + c] * not_found(s->p->law, s->e[last + c]);
    return f;
}

// Gain of another unit of exposure in each cell.
static void gains(const struct plan_allocating *s, size_t t, double *gain)
{
    if (s->waves)
        plan_waves_gain(s, t, gain, s->stay + t * s->n);
    else
        for (size_t c = 0; c < s->n; c++)
            gain[c] = s->reach[t * s->n + c] * s->after[t * s->n + c] * slope(s->p->law, s->e[t * s->n + c]);
}

// f* >= f - sum over blocks of [Z max g - sum g z], because failure is convex in the effort.
double plan_allocating_gap(const struct plan_allocating *s)
{
    double gap = 0;
    for (size_t t = 0; t < s->periods; t++) {
        gains(s, t, s->gain);
        for (size_t r = 0; r < s->resources; r++) {
            const double *w = w_of(s, r), *z = z_of(s, t, r);
            double most = 0, has = 0;
            for (size_t c = 0; c < s->n; c++) {
                double g = s->gain[c] * w[c];
                most = g > most ? g : most; // fmax is a call
                has += g * z[c];
            }
            gap += s->budget[t * s->resources + r] * most - has;
        }
    }
    return fmax(0, gap);
}

// --- solving
// ------------------------------------------------------------------------------------------------

static bool good_enough(double f, double gap)
{
    return gap <= 0.5 * GOAL * (1 - f);
}

// The best effort so far and the least upper bound: both hold whatever the sweeps do next.
static void keep_effort(struct plan_allocating *s, double f, double gap, struct plan_allocation *out)
{
    out->pos = 1 - f;
    memcpy(s->best_z, s->z, s->periods * s->resources * s->n * sizeof *s->z);
    out->upper_bound = fmax(fmin(out->upper_bound, 1 - f + gap), out->pos);
    out->gap = out->upper_bound - out->pos;
}

static void keep(struct plan_allocating *s, double f, double gap, struct plan_allocation *out)
{
    if (1 - f > out->pos || good_enough(f, gap))
        keep_effort(s, f, gap, out);
    out->upper_bound = fmax(fmin(out->upper_bound, 1 - f + gap), out->pos);
    out->gap = out->upper_bound - out->pos;
}

// The exposure with which the next sweep begins. It need not be any effort's: only what is reached and what
// follows are taken from it. When the last mixture did harm, the sweeps go on from where they were.
static void speed_up(struct plan_allocating *s, bool harm)
{
    size_t grid = s->periods * s->n;
    if (harm)
        plan_speed_forget(&s->speed);
    else
        plan_speed_mix(&s->speed, s->from, s->e);
    for (size_t i = 0; i < grid && !s->waves; i++)
        s->stay[i] = exp(-s->e[i]);
    memcpy(s->from, s->e, grid * sizeof *s->e);
}

// What the effort that is there is worth; true when that is enough.
static bool judge(struct plan_allocating *s, struct plan_allocation *out)
{
    double f = failure(s), gap = plan_allocating_gap(s);
    keep(s, f, gap, out);
    return good_enough(f, gap);
}

// Without knowing what follows: the myopic plan, and at rest the best one.
static enum ph_status solve_first(struct plan_allocating *s, struct plan_allocation *out, struct ph_err *err)
{
    for (size_t c = 0; c < s->periods * s->n; c++)
        s->after[c] = 1;
    s->dual.softness = 0;
    sweep_forward(s);
    enum ph_status status = renew(s, err);
    if (s->periods > 1)
        out->myopic_pos = 1 - failure(s);
    return status;
}

static enum ph_status solve_by_sweeps(struct plan_allocating *s, struct core_job *job,
                                      struct plan_allocation *out, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    bool done = judge(s, out) || s->periods == 1;
    for (int i = 1; i < MOST_SWEEPS && !done && !status && !core_job_cancelled(job); i++) {
        double before = out->pos;
        speed_up(s, 1 - failure(s) < before - GOAL * out->gap);
        status = renew(s, err);
        if (status)
            break;
        s->dual.softness = SOFTNESS * out->gap;
        sweep_backward(s);
        sweep_forward(s);
        status = renew(s, err);
        done = judge(s, out) || (i >= LEAST_SWEEPS && s->dual.work > MOST_WORK);
        core_job_progress(job, "allocate", fmin(1, s->dual.work / MOST_WORK));
    }
    return status;
}

static enum ph_status solve_by_newton(struct plan_allocating *s, struct core_job *job,
                                      struct core_arena *arena, struct plan_allocation *out,
                                      struct ph_err *err)
{
    struct plan_newton *newton;
    if (judge(s, out))
        return PH_OK;
    enum ph_status status = plan_newton_make(s, arena, 0.5 * GOAL * out->pos, &newton, err);
    if (status)
        return status;
    bool done = false;
    for (int i = 0; i < MOST_STEPS && !done && !core_job_cancelled(job); i++) {
        bool moved = plan_newton_step(newton), modest = plan_newton_work(newton) > MODEST_WORK;
        if (modest)
            plan_newton_aim(newton, 0.5 * MODEST_GOAL * out->pos);
        done = judge(s, out) || !moved || (modest && out->gap <= 0.5 * MODEST_GOAL * out->pos) ||
               plan_newton_work(newton) > MOST_NEWTON_WORK;
        core_job_progress(job, "allocate", (double)i / MOST_STEPS);
    }
    plan_newton_tidy(newton);
    double f = failure(s), gap = plan_allocating_gap(s);
    if (gap <= fmax(out->gap, 0.5 * GOAL * (1 - f)))
        keep_effort(s, f, gap, out);
    return PH_OK;
}

static enum ph_status solve(struct plan_allocating *s, struct core_job *job, struct core_arena *arena,
                            struct plan_allocation *out, struct ph_err *err)
{
    *out = (struct plan_allocation){.upper_bound = 1, .myopic_pos = out->myopic_pos};
    enum ph_status status = solve_first(s, out, err);
    if (!status)
        status = s->waves || s->periods == 1 ? solve_by_sweeps(s, job, out, err)
                                             : solve_by_newton(s, job, arena, out, err);
    out->stopped_early = out->gap > GOAL * out->pos;
    return status;
}

// Every period by itself, as if it were the last (target at rest).
static void myopic_at_rest(struct plan_allocating *s, struct plan_allocation *out)
{
    size_t periods = s->p->n_periods;
    double *before = s->after; // not needed yet
    memset(before, 0, s->n * sizeof *before);
    for (size_t t = 0; t < periods; t++) {
        for (size_t c = 0; c < s->n; c++) {
            double b = before[c];
            s->dual.demand[c] = s->p->law == PLAN_LAW_EXPONENTIAL
                                    ? (struct plan_demand){log(s->prior[c]) - b, 0, 0}
                                    : (struct plan_demand){log(s->prior[c]) - CORE_PI / 4 * b * b, 0, b};
        }
        for (size_t r = 0; r < s->resources; r++)
            s->own[r] = s->p->budget[r * periods + t], s->price[r] = NAN;
        s->dual.budget = s->own;
        plan_dual_solve(&s->dual, s->price, s->z);
        expose(s, 0);
        for (size_t c = 0; c < s->n; c++)
            before[c] = s->e[c] += before[c];
    }
    out->myopic_pos = 1 - failure(s);
    for (size_t r = 0; r < s->resources; r++)
        s->price[r] = NAN;
}

// --- setting up
// ---------------------------------------------------------------------------------------------

static bool room_make(struct plan_allocating *s, struct core_arena *arena)
{
    size_t grid = s->periods * s->n;
    s->prior = CORE_ARENA_NEW(arena, double, s->n);
    s->budget = CORE_ARENA_NEW(arena, double, s->resources * s->periods);
    s->price = CORE_ARENA_NEW(arena, double, s->resources * s->periods);
    s->own = CORE_ARENA_NEW(arena, double, s->resources);
    s->z = CORE_ARENA_NEW(arena, double, grid * s->resources);
    s->best_z = CORE_ARENA_NEW(arena, double, grid * s->resources);
    s->e = CORE_ARENA_NEW(arena, double, grid);
    s->from = CORE_ARENA_NEW(arena, double, grid);
    s->stay = CORE_ARENA_NEW(arena, double, grid);
    s->reach = CORE_ARENA_NEW(arena, double, grid);
    s->after = CORE_ARENA_NEW(arena, double, grid);
    s->gain = CORE_ARENA_NEW(arena, double, s->n);
    s->own_after = CORE_ARENA_NEW(arena, double, s->n);
    s->log_w = CORE_ARENA_NEW(arena, double, s->n * s->resources);
    return s->prior && s->budget && s->price && s->own && s->z && s->best_z && s->e && s->from && s->stay &&
           s->reach && s->after && s->gain && s->own_after && s->log_w &&
           (s->periods == 1 ||
            (plan_moves_make(s->p, arena, &s->moves) &&
             (s->p->law == PLAN_LAW_EXPONENTIAL || plan_speed_init(&s->speed, grid, arena))));
}

static enum ph_status state_make(const struct plan_allocation_problem *p, struct core_arena *arena,
                                 struct plan_allocating *s, struct ph_err *err)
{
    *s = (struct plan_allocating){.p = p,
                                  .n = p->n_cells,
                                  .resources = p->n_resources,
                                  .periods = p->transition && p->n_periods > 1 ? p->n_periods : 1};
    s->dual = (struct plan_dual){.law = p->law, .n = s->n, .resources = s->resources};
    if (!room_make(s, arena) || !plan_dual_init(&s->dual, arena))
        return core_err_nomem(err);
    s->dual.log_w = s->log_w;
    double sum = 0;
    for (size_t c = 0; c < s->n; c++)
        sum += p->prior[c];
    for (size_t c = 0; c < s->n; c++)
        s->reach[c] = s->prior[c] = p->prior[c] / sum;
    for (size_t i = 0; i < s->resources * s->periods; i++)
        s->price[i] = NAN;
    for (size_t r = 0; r < s->resources; r++) {
        for (size_t c = 0; c < s->n; c++)
            s->log_w[c * s->resources + r] = log(w_of(s, r)[c]);
        for (size_t t = 0; t < p->n_periods; t++)
            s->budget[(s->periods > 1 ? t : 0) * s->resources + r] += p->budget[r * p->n_periods + t];
    }
    return s->periods > 1 && p->law == PLAN_LAW_INVERSE_CUBE ? plan_waves_make(s, arena, err) : PH_OK;
}

static bool positive_sum(const double *value, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(value[i] >= 0) || !isfinite(value[i]))
            return false;
        sum += value[i];
    }
    return sum > 0 && isfinite(sum);
}

static enum ph_status check(const struct plan_allocation_problem *p, struct ph_err *err)
{
    if (!p->n_cells || !p->n_resources || !p->n_periods || !positive_sum(p->prior, p->n_cells))
        return core_err_set(err, PH_EINPUT, "/prior", "give numbers of 0 or more, not all 0",
                            "the prior has no probability to search for");
    return PH_OK;
}

// At rest it makes no difference when effort is spent: each period gets its share of the budget.
static enum ph_status effort_out(const struct plan_allocating *s, struct core_arena *arena,
                                 struct plan_allocation *out, struct ph_err *err)
{
    const struct plan_allocation_problem *p = s->p;
    out->effort = CORE_ARENA_NEW(arena, double, p->n_periods * p->n_resources * p->n_cells);
    if (!out->effort)
        return core_err_nomem(err);
    for (size_t t = 0; t < p->n_periods; t++)
        for (size_t r = 0; r < p->n_resources; r++) {
            double total = s->budget[r], share = 1;
            if (s->periods == 1)
                share = total > 0 ? p->budget[r * p->n_periods + t] / total : 0;
            const double *z = s->best_z + ((s->periods == 1 ? 0 : t) * s->resources + r) * s->n;
            for (size_t c = 0; c < p->n_cells; c++)
                out->effort[(t * p->n_resources + r) * p->n_cells + c] = share * z[c];
        }
    return PH_OK;
}

enum ph_status plan_allocate(const struct plan_allocation_problem *problem, struct core_job *job,
                             struct core_arena *arena, struct plan_allocation *out, struct ph_err *err)
{
    enum ph_status status = check(problem, err);
    if (status)
        return status;
    struct core_arena scratch = {0};
    struct plan_allocating state;
    struct plan_allocation answer = {0};
    status = state_make(problem, &scratch, &state, err);
    state.threads = job->threads;
    if (!status) {
        if (state.periods == 1)
            myopic_at_rest(&state, &answer);
        status = solve(&state, job, &scratch, &answer, err);
    }
    if (!status)
        status =
            core_job_cancelled(job) ? core_job_interrupted(err) : effort_out(&state, arena, &answer, err);
    plan_waves_free(&state);
    core_arena_fini(&scratch);
    if (!status)
        *out = answer;
    return status;
}
