#include "plan/allocate_newton.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"

static const double SPREAD = 0.2;        // of each budget over all cells at first: away from the walls
static const double TO_WALL = 0.995;     // of the way to the nearest wall at most
static const double NEAR_PATH = 1e6;     // x y is kept within this factor of mu
static const double ABOVE = 5;           // mu begins this much above what the certificate says
static const double LAST = 0.2;          // of the gap sought: what mu leaves of it in the end,
static const double WORST = 0.3;         // and what the residual in the worst cells may leave
static const double NEARLY = 3;          // times the last mu: from there on the worst cells count
static const double ACCURACY = 0.03;     // conjugate gradients bring the residual down to that
static const double TOO_FAR = 0.5;       // of the slope at the step's begin, uphill: the step is shortened
static const double STUCK = 1e-6;        // steps shorter than that lead nowhere
static const double NOTHING_LEFT = 1e-9; // of the largest share of its budget

enum { MOST_GRADIENTS = 200, MOST_SHORTER = 12 };

// Arrays [periods][n] unless said otherwise. A cell in which a resource can do nothing has a = 0 and x = 0.
struct plan_newton {
    struct plan_allocating *s;
    int threads;
    double mu, work;
    bool strict;             // near the end: the certificate sees the worst cell
    double *there;           // 1 where the target can be, else 0
    double *x, *y;           // [periods][resources][n] shares of the budgets; slacks
    double *theta;           // [periods][resources][n] x / y
    double *a_theta;         // [periods][resources][n] a x / y; then the change of x
    double *theta_sum;       // [periods][resources]
    double *small;           // [periods][resources][resources] Cholesky factor of the budgets' system
    double *per_resource;    // [periods][resources] scratch
    double *gain;            // -dF/de
    double *k;               // sum over resources of a^2 theta
    double *de, *u;          // the change sought; de = N u + what the path asks for
    double *rho;             // residual g - H de - u
    double *p, *v;           // direction, p = N v
    double *p_next, *v_next; // preconditioned residual
    double *h;               // H p
    double *ahead, *behind;  // [periods + 1][n] how reach and after change
    double *off;             // [periods]
    double n_shares, least_mu, allowed;
    double *sum; // [periods] a period's part of an inner product
    double alpha, beta, size, slack_size;
};

static double effect(const struct plan_newton *w, size_t t, size_t r, size_t c)
{
    const struct plan_allocating *s = w->s;
    return w->there[t * s->n + c] * s->p->effectiveness[r * s->n + c] * s->budget[t * s->resources + r];
}

static double larger(double a, double b) // fmax is a call
{
    return a > b ? a : b;
}

static double *of(const struct plan_newton *w, double *all, size_t t, size_t r)
{
    return all + (t * w->s->resources + r) * w->s->n;
}

static double total(const struct plan_newton *w, const double *part)
{
    double sum = 0;
    for (size_t t = 0; t < w->s->periods; t++)
        sum += part[t];
    return sum;
}

// run(w, t) for every period, by the threads. Periods do not depend on each other there.
struct each {
    struct plan_newton *w;
    void (*run)(struct plan_newton *w, size_t t);
};

static void each_run(void *arg, size_t from, size_t to, int thread)
{
    const struct each *each = arg;
    for (size_t t = from; t < to; t++)
        each->run(each->w, t);
}

static void each_period(struct plan_newton *w, void (*run)(struct plan_newton *w, size_t t))
{
    struct each each = {w, run};
    core_threads_for(w->threads, w->s->periods, 1, each_run, &each);
}

// --- H p: how the gains change with the exposure, to first order
// ------------------------------------------------------------------------------------

// g = reach stay after, so -dg = g de - stay (after dreach + reach dafter).
static void look_ahead(struct plan_newton *w, const double *de)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n;
    memset(w->ahead, 0, n * sizeof *w->ahead);
    double *left = w->v_next; // free while H p is made
    for (size_t t = 0; t + 1 < s->periods; t++) {
        for (size_t c = 0, i = t * n; c < n; c++, i++)
            left[c] = s->stay[i] * (w->ahead[i] - s->reach[i] * de[i]);
        plan_moves_gather(&s->moves.in, n, left, w->ahead + (t + 1) * n);
    }
}

static void look_behind(struct plan_newton *w, const double *de)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n;
    double *left = w->p_next;
    memset(w->behind + (s->periods - 1) * n, 0, n * sizeof *w->behind);
    for (size_t t = s->periods - 1; t-- > 0;) {
        for (size_t c = 0, i = (t + 1) * n; c < n; c++, i++)
            left[c] = s->stay[i] * (w->behind[i] - s->after[i] * de[i]);
        plan_moves_gather(&s->moves.out, n, left, w->behind + t * n);
    }
}

struct looking {
    struct plan_newton *w;
    const double *de;
};

static void look(void *arg, size_t from, size_t to, int thread)
{
    const struct looking *l = arg;
    for (size_t i = from; i < to; i++)
        (i ? look_behind : look_ahead)(l->w, l->de);
}

static void both_ways(struct plan_newton *w, const double *de)
{
    struct looking l = {w, de};
    core_threads_for(w->threads, 2, 1, look, &l);
    w->work +=
        (double)w->s->periods * (double)(2 * w->s->p->n_transitions + w->s->n * (8 + 3 * w->s->resources));
}

static double second(const struct plan_newton *w, size_t i, double de)
{
    const struct plan_allocating *s = w->s;
    return w->gain[i] * de - s->stay[i] * (s->after[i] * w->ahead[i] + s->reach[i] * w->behind[i]);
}

// --- preconditioner: (N^-1 + diag g)^-1
// ------------------------------------------------------------------------------------------

// Cholesky in place; a resource without use (0 on the diagonal) stays out.
static void factor(double *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k];
            if (i == j)
                m[i * n + i] = sum > 0 ? sqrt(sum) : 0;
            else
                m[i * n + j] = m[j * n + j] > 0 ? sum / m[j * n + j] : 0;
        }
}

static void solve_factored(const double *m, size_t n, double *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            b[i] -= m[i * n + k] * b[k];
        b[i] = m[i * n + i] > 0 ? b[i] / m[i * n + i] : 0;
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            b[i] -= m[k * n + i] * b[k];
        b[i] = m[i * n + i] > 0 ? b[i] / m[i * n + i] : 0;
    }
}

// A pair of resources' part of the budgets' system.
static void weigh_pair(struct plan_newton *w, size_t t, size_t r, size_t q)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n, nr = s->resources;
    const double *gain = w->gain + t * n, *k = w->k + t * n, *theta = of(w, w->theta, t, r);
    const double *ar = of(w, w->a_theta, t, r), *aq = of(w, w->a_theta, t, q);
    double *m = w->small + t * nr * nr, sum = 0;
    if (q == r) {
        for (size_t c = 0; c < n; c++)
            sum += theta[c] / (1 + gain[c] * k[c]);
        m[r * nr + r] += sum;
        return;
    }
    double cross = 0;
    for (size_t c = 0; c < n; c++) {
        double part = gain[c] * aq[c] / (1 + gain[c] * k[c]);
        cross += ar[c] * part;
        sum += theta[c] * part * effect(w, t, q, c);
    }
    m[r * nr + q] = -cross;
    m[r * nr + r] += sum;
}

// What the budgets' system is: S - A T D T A' / (1 + D K), written without differences of like numbers.
static void weigh(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n, nr = s->resources;
    double *k = w->k + t * n, *m = w->small + t * nr * nr;
    memset(k, 0, n * sizeof *k);
    memset(m, 0, nr * nr * sizeof *m);
    for (size_t r = 0; r < nr; r++) {
        const double *x = of(w, w->x, t, r), *y = of(w, w->y, t, r);
        double *theta = of(w, w->theta, t, r), *at = of(w, w->a_theta, t, r), sum = 0;
        for (size_t c = 0; c < n; c++) {
            double a = effect(w, t, r, c);
            theta[c] = x[c] > 0 ? x[c] / y[c] : 0;
            at[c] = a * theta[c];
            k[c] += a * at[c];
            sum += theta[c];
        }
        w->theta_sum[t * nr + r] = sum;
    }
    for (size_t r = 0; r < nr; r++)
        for (size_t q = 0; q < nr; q++)
            weigh_pair(w, t, r, q);
    factor(m, nr);
}

// p = (N^-1 + D)^-1 rho and v with p = N v, for one period; and the part of rho p.
static void precondition(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n, nr = s->resources;
    const double *rho = w->rho + t * n, *k = w->k + t * n, *gain = w->gain + t * n;
    double *p = w->p_next + t * n, *v = w->v_next + t * n, *q = w->per_resource + t * nr, sum = 0;
    for (size_t c = 0; c < n; c++)
        v[c] = rho[c] / (1 + gain[c] * k[c]), p[c] = 0;
    for (size_t r = 0; r < nr; r++) {
        const double *at = of(w, w->a_theta, t, r);
        q[r] = 0;
        for (size_t c = 0; c < n; c++)
            q[r] += at[c] * v[c];
    }
    solve_factored(w->small + t * nr * nr, nr, q);
    for (size_t r = 0; r < nr; r++) {
        const double *at = of(w, w->a_theta, t, r);
        for (size_t c = 0; c < n; c++)
            p[c] += at[c] * q[r];
    }
    for (size_t c = 0; c < n; c++) {
        double part = 1 + gain[c] * k[c];
        double taken = p[c];
        p[c] = (k[c] * rho[c] - taken) / part;
        v[c] = (rho[c] + gain[c] * taken) / part;
        sum += rho[c] * p[c];
    }
    w->sum[t] = sum;
}

// By how much the gains can be off at most, as the certificate sees it.
static void judge_residual(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    double off = 0;
    for (size_t r = 0; r < s->resources; r++) {
        double most = 0;
        for (size_t c = 0; c < s->n; c++)
            most = larger(most, effect(w, t, r, c) * fabs(w->rho[t * s->n + c]));
        off += most;
    }
    w->off[t] = off;
}

// --- the step
// ------------------------------------------------------------------------------------------------------------------

// Takes from the shares' change what makes them add up to nothing.
static void balance(const struct plan_newton *w, size_t t, size_t r, double *dx)
{
    const double *theta = of(w, w->theta, t, r);
    double sum = 0, theta_sum = w->theta_sum[t * w->s->resources + r];
    for (size_t c = 0; c < w->s->n; c++)
        sum += dx[c];
    double lambda = theta_sum > 0 ? sum / theta_sum : 0;
    for (size_t c = 0; c < w->s->n; c++)
        dx[c] -= lambda * theta[c];
}

// Change of the shares for u: theta (mu / x + a u - lambda).
static void shares_change(const struct plan_newton *w, size_t t, size_t r, double *dx)
{
    const struct plan_allocating *s = w->s;
    const double *x = of(w, w->x, t, r), *theta = of(w, w->theta, t, r), *u = w->u + t * s->n;
    for (size_t c = 0; c < s->n; c++)
        dx[c] = x[c] > 0 ? theta[c] * (w->mu / x[c] + effect(w, t, r, c) * u[c]) : 0;
    balance(w, t, r, dx);
    balance(w, t, r, dx); // what rounding has left
}

// What the step would be if H were its diagonal: de = N (g - D de) + what the path asks for.
static void begin(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n, nr = s->resources;
    double *de = w->de + t * n, *u = w->u + t * n, *dx = w->p + t * n, *q = w->per_resource + t * nr;
    const double *gain = w->gain + t * n, *k = w->k + t * n;
    weigh(w, t);
    memcpy(u, gain, n * sizeof *u);
    memset(de, 0, n * sizeof *de);
    for (size_t r = 0; r < nr; r++) {
        shares_change(w, t, r, dx);
        for (size_t c = 0; c < n; c++)
            de[c] += effect(w, t, r, c) * dx[c];
    }
    for (size_t r = 0; r < nr; r++) { // the prices that fit, above those without D
        const double *at = of(w, w->a_theta, t, r);
        q[r] = 0;
        for (size_t c = 0; c < n; c++)
            q[r] += at[c] * gain[c] * de[c] / (1 + gain[c] * k[c]);
    }
    solve_factored(w->small + t * nr * nr, nr, q);
    for (size_t r = 0; r < nr; r++) {
        const double *at = of(w, w->a_theta, t, r);
        for (size_t c = 0; c < n; c++)
            de[c] += at[c] * q[r];
    }
    for (size_t c = 0; c < n; c++) {
        de[c] /= 1 + gain[c] * k[c];
        u[c] = gain[c] - gain[c] * de[c];
    }
}

static void begin_residual(struct plan_newton *w, size_t t)
{
    for (size_t i = t * w->s->n; i < (t + 1) * w->s->n; i++)
        w->rho[i] = w->gain[i] - second(w, i, w->de[i]) - w->u[i];
    precondition(w, t);
    if (w->strict)
        judge_residual(w, t);
}

static void turn(struct plan_newton *w, size_t t)
{
    for (size_t i = t * w->s->n; i < (t + 1) * w->s->n; i++) {
        w->p[i] = w->p_next[i] + w->beta * w->p[i];
        w->v[i] = w->v_next[i] + w->beta * w->v[i];
    }
}

static void bend(struct plan_newton *w, size_t t)
{
    double sum = 0;
    for (size_t i = t * w->s->n; i < (t + 1) * w->s->n; i++) {
        w->h[i] = second(w, i, w->p[i]) + w->v[i];
        sum += w->p[i] * w->h[i];
    }
    w->sum[t] = sum;
}

static void go(struct plan_newton *w, size_t t)
{
    for (size_t i = t * w->s->n; i < (t + 1) * w->s->n; i++) {
        w->de[i] += w->alpha * w->p[i];
        w->u[i] += w->alpha * w->v[i];
        w->rho[i] -= w->alpha * w->h[i];
    }
    precondition(w, t);
    if (w->strict)
        judge_residual(w, t);
}

// Conjugate gradients (Hestenes & Stiefel 1952) for (N^-1 + H) de = ...
static void solve_linear(struct plan_newton *w)
{
    each_period(w, begin);
    both_ways(w, w->de);
    each_period(w, begin_residual);
    double first = total(w, w->sum), now = first;
    w->beta = 0;
    for (int i = 0; i < MOST_GRADIENTS &&
                    (now > ACCURACY * ACCURACY * first || (w->strict && total(w, w->off) > w->allowed));
         i++) {
        each_period(w, turn);
        both_ways(w, w->p);
        each_period(w, bend);
        double curved = total(w, w->sum);
        if (!(curved > 0))
            break;
        w->alpha = now / curved;
        each_period(w, go);
        double next = total(w, w->sum);
        w->beta = next / now;
        now = next;
    }
}

static void gain_fill(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    for (size_t i = t * s->n; i < (t + 1) * s->n; i++)
        w->gain[i] = s->reach[i] * s->stay[i] * s->after[i];
}

// The shares' change takes the place of a_theta, which is done with. theta is as large as x^2 / mu and blows
// up the rounding of u; de does not have that: what the changes do to the exposure must be de.
static void change_fill(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    size_t n = s->n;
    double *off = w->p_next + t * n;
    memcpy(off, w->de + t * n, n * sizeof *off);
    for (size_t r = 0; r < s->resources; r++) {
        double *dx = of(w, w->a_theta, t, r);
        shares_change(w, t, r, dx);
        for (size_t c = 0; c < n; c++)
            off[c] -= effect(w, t, r, c) * dx[c];
    }
    for (size_t r = 0; r < s->resources; r++) {
        const double *theta = of(w, w->theta, t, r), *k = w->k + t * n;
        double *dx = of(w, w->a_theta, t, r);
        for (size_t c = 0; c < n; c++)
            if (theta[c] > 0)
                dx[c] += effect(w, t, r, c) * theta[c] * (off[c] / k[c]);
    }
}

// How far until a share, or a slack, is nothing: the inverses.
static void to_walls(struct plan_newton *w, size_t t)
{
    double most_x = 0, most_y = 0;
    for (size_t i = t * w->s->resources * w->s->n; i < (t + 1) * w->s->resources * w->s->n; i++)
        if (w->x[i] > 0) {
            double rel = w->a_theta[i] / w->x[i];
            most_x = larger(most_x, -rel);
            most_y = larger(most_y, 1 + rel - w->mu / (w->x[i] * w->y[i]));
        }
    w->sum[t] = most_x, w->off[t] = most_y;
}

static double longest(const struct plan_newton *w, const double *inverse)
{
    double most = 0;
    for (size_t t = 0; t < w->s->periods; t++)
        most = larger(most, inverse[t]);
    return fmin(1, TO_WALL / most);
}

// Slope of F - mu sum ln x along the step, at its size.
static void slope_here(struct plan_newton *w, size_t t)
{
    const struct plan_allocating *s = w->s;
    double sum = 0, wall = 0;
    for (size_t i = t * s->n; i < (t + 1) * s->n; i++)
        sum -= w->de[i] * s->reach[i] * s->stay[i] * s->after[i];
    for (size_t i = t * s->resources * s->n; i < (t + 1) * s->resources * s->n; i++)
        if (w->x[i] > 0)
            wall += w->a_theta[i] / (w->x[i] + w->size * w->a_theta[i]);
    w->sum[t] = sum - w->mu * wall;
}

static double slope(struct plan_newton *w)
{
    each_period(w, slope_here);
    return total(w, w->sum);
}

static void effort_fill(struct plan_newton *w, size_t t)
{
    struct plan_allocating *s = w->s;
    for (size_t r = 0; r < s->resources; r++) {
        const double *x = of(w, w->x, t, r), *dx = of(w, w->a_theta, t, r);
        double *z = s->z + (t * s->resources + r) * s->n, sum = 0;
        for (size_t c = 0; c < s->n; c++)
            sum += z[c] = x[c] + w->size * dx[c];
        double fit = sum > 0 ? s->budget[t * s->resources + r] / sum : 0;
        for (size_t c = 0; c < s->n; c++)
            z[c] *= fit;
    }
}

// The effort at a size of the step, and what follows from it.
static void try_at(struct plan_newton *w, double size)
{
    w->size = size;
    each_period(w, effort_fill);
    plan_allocating_renew(w->s);
}

static void block_accept(struct plan_newton *w, size_t t, size_t r)
{
    double *x = of(w, w->x, t, r), *y = of(w, w->y, t, r), sum = 0;
    const double *dx = of(w, w->a_theta, t, r);
    for (size_t c = 0; c < w->s->n; c++)
        sum += x[c] += w->size * dx[c];
    for (size_t c = 0; c < w->s->n; c++)
        if (x[c] > 0) {
            double was = x[c] - w->size * dx[c];
            y[c] += w->slack_size * (w->mu / was - y[c] * (1 + dx[c] / was));
            x[c] /= sum;
            double path = w->mu / x[c];
            y[c] = larger(y[c], path / NEAR_PATH);
            y[c] = y[c] > path * NEAR_PATH ? path * NEAR_PATH : y[c];
        }
}

static void accept(struct plan_newton *w, size_t t)
{
    for (size_t r = 0; r < w->s->resources; r++)
        block_accept(w, t, r);
}

bool plan_newton_step(struct plan_newton *w)
{
    double shares, slacks;
    w->strict = w->mu < NEARLY * w->least_mu;
    each_period(w, gain_fill);
    solve_linear(w);
    each_period(w, change_fill);
    each_period(w, to_walls);
    shares = longest(w, w->sum), slacks = longest(w, w->off);
    w->size = 0, w->slack_size = slacks;
    double first = slope(w), size = shares;
    try_at(w, size);
    for (int i = 0; i < MOST_SHORTER && slope(w) > TOO_FAR * fabs(first); i++)
        try_at(w, size *= 0.5);
    each_period(w, accept);
    double step = fmin(size, slacks);
    w->mu = fmax(w->least_mu, w->mu * (step > 0.9 ? 0.1 : step > 0.6 ? 0.3 : step > 0.4 ? 0.6 : 1));
    return size > STUCK;
}

// --- beginning and end
// ---------------------------------------------------------------------------------------------------------

static void begin_shares(struct plan_newton *w, size_t t, size_t r)
{
    const struct plan_allocating *s = w->s;
    double *x = of(w, w->x, t, r), *z = s->z + (t * s->resources + r) * s->n;
    double budget = s->budget[t * s->resources + r], useful = 0, has = 0;
    for (size_t c = 0; c < s->n; c++)
        if (effect(w, t, r, c) > 0)
            useful += 1, has += z[c];
    for (size_t c = 0; c < s->n; c++) {
        bool use = effect(w, t, r, c) > 0;
        x[c] = use ? (has > 0 ? (1 - SPREAD) * z[c] / has : 1 - SPREAD) + SPREAD / useful : 0;
        if (use && !(has > 0))
            x[c] = 1 / useful;
        z[c] = budget * x[c];
    }
}

// Where the target can be if nobody searches.
static void there_fill(struct plan_newton *w)
{
    const struct plan_allocating *s = w->s;
    memcpy(w->there, s->prior, s->n * sizeof *w->there);
    for (size_t t = 0; t + 1 < s->periods; t++)
        plan_moves_gather(&s->moves.in, s->n, w->there + t * s->n, w->there + (t + 1) * s->n);
    for (size_t i = 0; i < s->periods * s->n; i++)
        w->there[i] = w->there[i] > 0;
}

static bool room_make(struct plan_newton *w, struct core_arena *arena)
{
    size_t grid = w->s->periods * w->s->n, nr = w->s->resources, nt = w->s->periods;
    double **fine[] = {&w->x, &w->y, &w->theta, &w->a_theta};
    double **coarse[] = {&w->gain, &w->k,      &w->de,     &w->u,     &w->rho,    &w->p,    &w->v,
                         &w->h,    &w->p_next, &w->v_next, &w->ahead, &w->behind, &w->there};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (!(*fine[i] = CORE_ARENA_NEW(arena, double, grid *nr)))
            return false;
    for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++)
        if (!(*coarse[i] = CORE_ARENA_NEW(arena, double, grid)))
            return false;
    w->theta_sum = CORE_ARENA_NEW(arena, double, nt *nr);
    w->per_resource = CORE_ARENA_NEW(arena, double, nt *nr);
    w->small = CORE_ARENA_NEW(arena, double, nt *nr *nr);
    w->sum = CORE_ARENA_NEW(arena, double, nt);
    w->off = CORE_ARENA_NEW(arena, double, nt);
    return w->theta_sum && w->per_resource && w->small && w->sum;
}

enum ph_status plan_newton_make(struct plan_allocating *s, struct core_arena *arena, double enough,
                                struct plan_newton **out, struct ph_err *err)
{
    struct plan_newton *w = CORE_ARENA_NEW(arena, struct plan_newton, 1);
    if (!w)
        return core_err_nomem(err);
    w->s = s, w->threads = s->threads;
    if (!room_make(w, arena))
        return core_err_nomem(err);
    there_fill(w);
    for (size_t t = 0; t < s->periods; t++)
        for (size_t r = 0; r < s->resources; r++)
            begin_shares(w, t, r);
    plan_allocating_renew(s);
    for (size_t i = 0; i < s->periods * s->resources * s->n; i++)
        w->n_shares += w->x[i] > 0;
    w->n_shares = fmax(1, w->n_shares);
    w->mu = ABOVE * plan_allocating_gap(s) / w->n_shares;
    plan_newton_aim(w, enough);
    for (size_t i = 0; i < s->periods * s->resources * s->n; i++)
        w->y[i] = w->x[i] > 0 ? w->mu / w->x[i] : 0;
    *out = w;
    return PH_OK;
}

void plan_newton_aim(struct plan_newton *w, double enough)
{
    w->allowed = WORST * enough;
    w->least_mu = LAST * enough / w->n_shares;
    w->mu = fmax(w->mu, w->least_mu);
}

void plan_newton_tidy(struct plan_newton *w)
{
    struct plan_allocating *s = w->s;
    for (size_t t = 0; t < s->periods; t++)
        for (size_t r = 0; r < s->resources; r++) {
            double *z = s->z + (t * s->resources + r) * s->n, most = 0, sum = 0;
            for (size_t c = 0; c < s->n; c++)
                most = fmax(most, z[c]);
            for (size_t c = 0; c < s->n; c++)
                sum += z[c] = z[c] > NOTHING_LEFT * most ? z[c] : 0;
            for (size_t c = 0; c < s->n && sum > 0; c++)
                z[c] *= s->budget[t * s->resources + r] / sum;
        }
    plan_allocating_renew(s);
}

double plan_newton_work(const struct plan_newton *w)
{
    return w->work;
}
