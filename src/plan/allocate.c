#include "plan/allocate.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/allocate_work.h"

static const double GOAL = 1e-8;     // relative certificate
static const double MOST_WORK = 5e9; // looks at a resource's price in a cell: some fifteen seconds

static const double SOFTNESS = 0.01; // of the certificate: ties are told apart no finer than it pays

enum { LEAST_SWEEPS = 4, MOST_SWEEPS = 20000, INNER = 3 };

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
    double *next = s->reach + (t + 1) * s->n, *now = s->reach + t * s->n, *stay = s->stay + t * s->n;
    memset(next, 0, s->n * sizeof *next);
    for (size_t c = 0; c < s->n; c++) {
        double left = now[c] * stay[c];
        if (left > 0)
            for (size_t k = s->row[c]; k < s->row[c + 1]; k++)
                next[s->to[k]] += left * s->chance[k];
    }
}

// Chance of not being found after period t, by cell at t.
static void look_back(struct plan_allocating *s, size_t t)
{
    if (s->waves) {
        plan_waves_look_back(s, t);
        return;
    }
    const double *later = s->after + (t + 1) * s->n, *stay = s->stay + (t + 1) * s->n;
    for (size_t c = 0; c < s->n; c++)
        s->gain[c] = later[c] * stay[c];
    for (size_t c = 0; c < s->n; c++) {
        double sum = 0;
        for (size_t k = s->row[c]; k < s->row[c + 1]; k++)
            sum += s->chance[k] * s->gain[s->to[k]];
        s->after[t * s->n + c] = sum;
    }
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

// Everything that follows from the effort.
static enum ph_status renew(struct plan_allocating *s, struct ph_err *err)
{
    enum ph_status status = s->waves ? plan_waves_fit(s, err) : PH_OK;
    for (size_t t = 0; t + 1 < s->periods && !status; t++)
        move_on(s, t);
    for (size_t t = s->periods - 1; t-- > 0 && !status;)
        look_back(s, t);
    return status;
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
static void gains(struct plan_allocating *s, size_t t)
{
    if (s->waves)
        plan_waves_gain(s, t, s->gain, s->stay + t * s->n);
    else
        for (size_t c = 0; c < s->n; c++)
            s->gain[c] =
                s->reach[t * s->n + c] * s->after[t * s->n + c] * slope(s->p->law, s->e[t * s->n + c]);
}

// f* >= f - sum over blocks of [Z max g - sum g z], because failure is convex in the effort.
static double certificate(struct plan_allocating *s)
{
    double gap = 0;
    for (size_t t = 0; t < s->periods; t++) {
        gains(s, t);
        for (size_t r = 0; r < s->resources; r++) {
            const double *w = w_of(s, r), *z = z_of(s, t, r);
            double most = 0, has = 0;
            for (size_t c = 0; c < s->n; c++) {
                double g = s->gain[c] * w[c];
                most = fmax(most, g);
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
static void keep(struct plan_allocating *s, double f, double gap, struct plan_allocation *out)
{
    out->upper_bound = fmin(out->upper_bound, 1 - f + gap);
    if (1 - f > out->pos || good_enough(f, gap)) {
        out->pos = 1 - f;
        memcpy(s->best_z, s->z, s->periods * s->resources * s->n * sizeof *s->z);
    }
    out->upper_bound = fmax(out->upper_bound, out->pos);
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

static enum ph_status solve(struct plan_allocating *s, struct core_job *job, struct plan_allocation *out,
                            struct ph_err *err)
{
    for (size_t c = 0; c < s->periods * s->n; c++)
        s->after[c] = 1; // the first sweep knows nothing of what follows: the myopic plan
    *out = (struct plan_allocation){.upper_bound = 1, .myopic_pos = out->myopic_pos};
    enum ph_status status = PH_OK;
    for (int i = 0; i < MOST_SWEEPS && !status && !core_job_cancelled(job); i++) {
        s->dual.softness = i ? SOFTNESS * out->gap : 0;
        if (i)
            sweep_backward(s);
        sweep_forward(s);
        status = renew(s, err);
        double f = failure(s), gap = certificate(s);
        bool harm = 1 - f < out->pos - GOAL * out->gap;
        if (!i && s->periods > 1)
            out->myopic_pos = 1 - f;
        keep(s, f, gap, out);
        core_job_progress(job, "allocate", fmin(1, s->dual.work / MOST_WORK));
        if (good_enough(f, gap) || (i >= LEAST_SWEEPS && s->dual.work > MOST_WORK))
            break;
        if (s->periods > 1 && !status) {
            speed_up(s, harm);
            status = renew(s, err);
        }
    }
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

static bool rows_make(struct plan_allocating *s, struct core_arena *arena)
{
    const struct plan_allocation_problem *p = s->p;
    s->row = CORE_ARENA_NEW(arena, size_t, s->n + 2);
    s->to = CORE_ARENA_NEW(arena, size_t, p->n_transitions + 1);
    s->chance = CORE_ARENA_NEW(arena, double, p->n_transitions + 1);
    if (!s->row || !s->to || !s->chance)
        return false;
    for (size_t k = 0; k < p->n_transitions; k++)
        s->row[p->transition[k].from + 2]++;
    for (size_t c = 0; c < s->n; c++)
        s->row[c + 2] += s->row[c + 1];
    for (size_t k = 0; k < p->n_transitions; k++) {
        size_t at = s->row[p->transition[k].from + 1]++;
        s->to[at] = p->transition[k].to;
        s->chance[at] = p->transition[k].p;
    }
    return true;
}

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
    s->log_w = CORE_ARENA_NEW(arena, double, s->n * s->resources);
    return s->prior && s->budget && s->price && s->own && s->z && s->best_z && s->e && s->from && s->stay &&
           s->reach && s->after && s->gain && s->log_w &&
           (s->periods == 1 || (rows_make(s, arena) && plan_speed_init(&s->speed, grid, arena)));
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
    if (!status) {
        if (state.periods == 1)
            myopic_at_rest(&state, &answer);
        status = solve(&state, job, &answer, err);
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
