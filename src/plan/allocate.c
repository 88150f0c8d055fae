#include "plan/allocate.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/allocate_work.h"

static const double GOAL = 1e-8;     // relative certificate
static const double MOST_WORK = 1e8; // cell updates: some twenty seconds on one core
enum { LEAST_SWEEPS = 50, MOST_SWEEPS = 50000 };

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
static void move_on(const struct plan_allocating *s, size_t t)
{
    double *next = s->reach + (t + 1) * s->n, *now = s->reach + t * s->n, *e = s->e + t * s->n;
    memset(next, 0, s->n * sizeof *next);
    for (size_t c = 0; c < s->n; c++) {
        double left = now[c] * exp(-e[c]);
        if (left > 0)
            for (size_t k = s->row[c]; k < s->row[c + 1]; k++)
                next[s->to[k]] += left * s->chance[k];
    }
}

// Chance of not being found after period t, by cell at t; from the last period back to the first.
static void look_back(const struct plan_allocating *s)
{
    for (size_t c = 0; c < s->n; c++)
        s->after[(s->periods - 1) * s->n + c] = 1;
    for (size_t t = s->periods - 1; t-- > 0;) {
        const double *later = s->after + (t + 1) * s->n, *e = s->e + (t + 1) * s->n;
        double *now = s->after + t * s->n;
        for (size_t c = 0; c < s->n; c++)
            s->key[c] = later[c] * exp(-e[c]);
        for (size_t c = 0; c < s->n; c++) {
            double sum = 0;
            for (size_t k = s->row[c]; k < s->row[c + 1]; k++)
                sum += s->chance[k] * s->key[s->to[k]];
            now[c] = sum;
        }
    }
}

// --- sweeps
// -------------------------------------------------------------------------------------------------

// Each resource of one period in turn fills up what the others leave.
static void period_fill(struct plan_allocating *s, size_t t)
{
    double *e = s->e + t * s->n;
    for (size_t r = 0; r < s->resources; r++) {
        double *z = z_of(s, t, r);
        const double *w = w_of(s, r);
        for (size_t c = 0; c < s->n; c++)
            e[c] = fmax(0, e[c] - w[c] * z[c]);
        plan_allocate_water(s->p->law, s->n, s->reach + t * s->n, s->after + t * s->n, w, e,
                            s->budget[r * s->periods + t], s->key, z);
        for (size_t c = 0; c < s->n; c++)
            e[c] += w[c] * z[c];
    }
}

// Rounding of many small changes is taken out.
static void recover(struct plan_allocating *s)
{
    memset(s->e, 0, s->periods * s->n * sizeof *s->e);
    for (size_t t = 0; t < s->periods; t++)
        for (size_t r = 0; r < s->resources; r++)
            for (size_t c = 0; c < s->n; c++)
                s->e[t * s->n + c] += w_of(s, r)[c] * z_of(s, t, r)[c];
}

static void sweep(struct plan_allocating *s)
{
    for (size_t t = 0; t < s->periods; t++) {
        period_fill(s, t);
        if (t + 1 < s->periods)
            move_on(s, t);
    }
}

static double failure(const struct plan_allocating *s)
{
    size_t last = (s->periods - 1) * s->n;
    double f = 0;
    for (size_t c = 0; c < s->n; c++)
        f += s->reach[last + c] * not_found(s->p->law, s->e[last + c]);
    return f;
}

// f* >= f - sum over blocks of [Z max g - sum g z], because failure is convex in the effort.
static double certificate(const struct plan_allocating *s)
{
    double gap = 0;
    for (size_t t = 0; t < s->periods; t++)
        for (size_t r = 0; r < s->resources; r++) {
            const double *w = w_of(s, r), *z = z_of(s, t, r);
            double most = 0, has = 0;
            for (size_t c = 0; c < s->n; c++) {
                double g = s->reach[t * s->n + c] * s->after[t * s->n + c] * w[c] *
                           slope(s->p->law, s->e[t * s->n + c]);
                most = fmax(most, g);
                has += g * z[c];
            }
            gap += s->budget[r * s->periods + t] * most - has;
        }
    return fmax(0, gap);
}

// --- several resources at rest: their exchange
// ----------------------------------------------------------------

// Filling in turn creeps when resources have to swap cells with each other. This moves effort of two
// resources between two cells at once: r from a to b and q from b to a, such that both cells' exposures rise.
// A cell pair and sizes are chosen where the gain per unit differs most.
struct swap_side {
    size_t cell;
    double gain;
};

// The best cell to receive and the worst one to give of one resource.
static void sides(const struct plan_allocating *s, size_t t, size_t r, struct swap_side *give,
                  struct swap_side *take)
{
    const double *w = w_of(s, r), *z = z_of(s, t, r);
    *give = (struct swap_side){SIZE_MAX, INFINITY};
    *take = (struct swap_side){SIZE_MAX, -INFINITY};
    for (size_t c = 0; c < s->n; c++) {
        double g =
            s->reach[t * s->n + c] * s->after[t * s->n + c] * w[c] * slope(s->p->law, s->e[t * s->n + c]);
        if (g > take->gain)
            *take = (struct swap_side){c, g};
        if (z[c] > 0 && g < give->gain)
            *give = (struct swap_side){c, g};
    }
}

static void exchange(struct plan_allocating *s, size_t t, size_t r)
{
    struct swap_side give, take;
    sides(s, t, r, &give, &take);
    if (give.cell == SIZE_MAX || take.cell == SIZE_MAX || give.cell == take.cell || take.gain <= give.gain)
        return;
    double *z = z_of(s, t, r), *e = s->e + t * s->n;
    const double *w = w_of(s, r);
    double curve =
        s->p->law == PLAN_LAW_EXPONENTIAL
            ? give.gain * w[give.cell] + take.gain * w[take.cell]
            : CORE_PI / 2 *
                  (give.gain * w[give.cell] * e[give.cell] + take.gain * w[take.cell] * e[take.cell]);
    double move = curve > 0 ? fmin(z[give.cell], (take.gain - give.gain) / curve) : z[give.cell];
    z[give.cell] -= move, z[take.cell] += move;
    e[give.cell] = fmax(0, e[give.cell] - move * w[give.cell]), e[take.cell] += move * w[take.cell];
}

// --- solving
// ------------------------------------------------------------------------------------------------

static void solve(struct plan_allocating *s, struct core_job *job, struct plan_allocation *out)
{
    double work = (double)s->n * s->resources * s->periods;
    int most = (int)fmin(MOST_SWEEPS, fmax(LEAST_SWEEPS, MOST_WORK / work));
    for (size_t c = 0; c < s->periods * s->n; c++)
        s->after[c] = 1; // the first sweep knows nothing of what follows: the myopic plan
    double best_gap = INFINITY;
    for (int i = 0; i < most && !core_job_cancelled(job); i++) {
        sweep(s);
        for (size_t r = 0; r < s->resources && s->resources > 1; r++)
            for (size_t t = 0; t < s->periods; t++)
                exchange(s, t, r);
        recover(s);
        for (size_t t = 0; t + 1 < s->periods; t++)
            move_on(s, t);
        if (!i && s->periods > 1)
            out->myopic_pos = 1 - failure(s);
        look_back(s);
        double f = failure(s), gap = certificate(s);
        if (gap < best_gap || !i)
            best_gap = gap;
        out->pos = 1 - f;
        out->upper_bound = fmin(1, 1 - f + gap);
        out->gap = out->upper_bound - out->pos;
        core_job_progress(job, "allocate", (double)i / most);
        if (gap <= 0.5 * GOAL * (1 - f))
            break;
    }
    out->stopped_early = out->gap > GOAL * out->pos;
}

// Every period by itself, as if it were the last (target at rest).
static void myopic_at_rest(struct plan_allocating *s, struct plan_allocation *out)
{
    size_t periods = s->p->n_periods;
    double *before = s->after; // not needed at rest: 1 everywhere, restored below
    memset(before, 0, s->n * sizeof *before);
    memset(s->z, 0, s->resources * s->n * sizeof *s->z);
    for (size_t t = 0; t < periods; t++) {
        memset(s->z, 0, s->resources * s->n * sizeof *s->z);
        memcpy(s->e, before, s->n * sizeof *s->e);
        for (int round = 0; round < (s->resources > 1 ? 200 : 1); round++)
            for (size_t r = 0; r < s->resources; r++) {
                double *z = z_of(s, 0, r);
                const double *w = w_of(s, r);
                for (size_t c = 0; c < s->n; c++)
                    s->e[c] = fmax(before[c], s->e[c] - w[c] * z[c]);
                plan_allocate_water(s->p->law, s->n, s->prior, NULL, w, s->e, s->p->budget[r * periods + t],
                                    s->key, z);
                for (size_t c = 0; c < s->n; c++)
                    s->e[c] += w[c] * z[c];
            }
        memcpy(before, s->e, s->n * sizeof *before);
    }
    out->myopic_pos = 1 - failure(s);
    memset(s->e, 0, s->n * sizeof *s->e);
    memset(s->z, 0, s->resources * s->n * sizeof *s->z);
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

static enum ph_status state_make(const struct plan_allocation_problem *p, struct core_arena *arena,
                                 struct plan_allocating *s, struct ph_err *err)
{
    *s = (struct plan_allocating){.p = p,
                                  .n = p->n_cells,
                                  .resources = p->n_resources,
                                  .periods = p->transition && p->n_periods > 1 ? p->n_periods : 1};
    size_t grid = s->periods * s->n;
    s->prior = CORE_ARENA_NEW(arena, double, s->n);
    s->budget = CORE_ARENA_NEW(arena, double, s->resources * s->periods);
    s->z = CORE_ARENA_NEW(arena, double, grid * s->resources);
    s->e = CORE_ARENA_NEW(arena, double, grid);
    s->reach = CORE_ARENA_NEW(arena, double, grid);
    s->after = CORE_ARENA_NEW(arena, double, grid);
    s->key = CORE_ARENA_NEW(arena, double, s->n);
    if (!s->prior || !s->budget || !s->z || !s->e || !s->reach || !s->after || !s->key ||
        (s->periods > 1 && !rows_make(s, arena)))
        return core_err_nomem(err);
    double sum = 0;
    for (size_t c = 0; c < s->n; c++)
        sum += p->prior[c];
    for (size_t c = 0; c < s->n; c++)
        s->reach[c] = s->prior[c] = p->prior[c] / sum;
    for (size_t r = 0; r < s->resources; r++)
        for (size_t t = 0; t < p->n_periods; t++)
            s->budget[r * s->periods + (s->periods > 1 ? t : 0)] += p->budget[r * p->n_periods + t];
    return PH_OK;
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
    if (p->transition && p->n_periods > 1 && p->law == PLAN_LAW_INVERSE_CUBE)
        return core_err_set(
            err, PH_EUNSUPPORTED, "/detection", "use \"exponential\", or leave transition out",
            "inverse-cube detection of a moving target is not in this version: coverage would "
            "have to be kept for every path");
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
            double total = s->budget[r * s->periods], share = 1;
            if (s->periods == 1)
                share = total > 0 ? p->budget[r * p->n_periods + t] / total : 0;
            const double *z = z_of(s, s->periods == 1 ? 0 : t, r);
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
        solve(&state, job, &answer);
        status =
            core_job_cancelled(job) ? core_job_interrupted(err) : effort_out(&state, arena, &answer, err);
    }
    core_arena_fini(&scratch);
    if (!status)
        *out = answer;
    return status;
}
