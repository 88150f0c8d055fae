#include "plan/allocate_dual.h"

#include <math.h>
#include <string.h>

#include "core/units.h"

enum { MOST_STEPS = 80, MOST_HALVINGS = 6, MOST_BISECTIONS = 40 };
static const double SOFT_FIRST = 0.3, SOFT_WARM = 1e-3, SOFT_LAST = 3e-10;
static const double FAR = 38;       // shares below exp(-38) are nothing
static const double LONGEST = 2;    // a Newton step changes no price by more than e^2
static const double FILLED = 1e-13; // of each budget; on the way there:
static const double GOOD_ENOUGH = 1e-3;

bool plan_dual_init(struct plan_dual *dual, struct core_arena *arena)
{
    size_t r = dual->resources;
    double *room = CORE_ARENA_NEW(arena, double, r *(r + 8));
    dual->demand = CORE_ARENA_NEW(arena, struct plan_demand, dual->n);
    dual->near = CORE_ARENA_NEW(arena, size_t, r);
    if (!room || !dual->demand || !dual->near)
        return false;
    double **part[] = {&dual->step,   &dual->v,    &dual->share, &dual->trial, &dual->used,
                       &dual->anchor, &dual->last, &dual->off,   &dual->matrix};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        *part[i] = room + i * r;
    return true;
}

// Exposure that a cell takes at a price, and how fast it falls with the price's logarithm.
static double demand_at(enum plan_law law, const struct plan_demand *d, double log_price, double *falls)
{
    if (law == PLAN_LAW_EXPONENTIAL) {
        *falls = 1;
        return fmax(0, d->from + d->log_gain - log_price);
    }
    double square = d->mean * d->mean + 4 / CORE_PI * (d->log_gain - log_price);
    double coverage = square > 0 ? sqrt(square) : 0;
    *falls = coverage > 0 ? 2 / (CORE_PI * coverage) : 0;
    return fmax(0, d->from + coverage - d->mean);
}

// The resources that share a cell when log prices are anchor + v; their number. *soft is the cell's price.
// The anchors stand still while v settles: ties are then told apart far below the rounding of the prices.
static size_t shares(const struct plan_dual *dual, const double *log_w, const double *v, double tau,
                     double *soft)
{
    const double *a = dual->anchor;
    double least = INFINITY, sum = 0;
    size_t n = 0, cheapest = 0;
    for (size_t r = 0; r < dual->resources; r++) {
        double q = a[r] - log_w[r] + v[r];
        if (q < least)
            least = q, cheapest = r;
    }
    *soft = least;
    if (!(least < INFINITY))
        return 0;
    double base = a[cheapest] - log_w[cheapest];
    for (size_t r = 0; r < dual->resources; r++) {
        double above = (a[r] - log_w[r] - base) + (v[r] - v[cheapest]);
        if (above < FAR * tau) {
            dual->near[n] = r;
            dual->share[n] = above > 0 ? exp(-above / tau) : 1;
            sum += dual->share[n++];
        }
    }
    if (n > 1) {
        *soft = least - tau * log(sum);
        for (size_t k = 0; k < n; k++)
            dual->share[k] /= sum;
    }
    return n;
}

static bool usable(const struct plan_dual *dual, size_t r)
{
    return dual->anchor[r] < INFINITY;
}

// What of its budget each resource sells at prices v: used[r] in units of effort. With matrix the dual's
// negative second derivative, in relative changes of the prices.
static void sell(struct plan_dual *dual, const double *v, double tau, double *used, double *matrix)
{
    size_t n_r = dual->resources;
    dual->work += (double)(n_r * dual->n);
    memset(used, 0, n_r * sizeof *used);
    if (matrix)
        memset(matrix, 0, n_r * n_r * sizeof *matrix);
    for (size_t c = 0; c < dual->n; c++) {
        double soft, falls;
        size_t n = shares(dual, dual->log_w + c * n_r, v, tau, &soft);
        double e = n ? demand_at(dual->law, &dual->demand[c], soft, &falls) : 0;
        if (!(e > 0))
            continue;
        double stiff = n > 1 ? e * (1 + 1 / tau) : 0;
        for (size_t k = 0; k < n; k++) {
            double part = exp(soft - dual->anchor[dual->near[k]] - v[dual->near[k]]) *
                          dual->share[k]; // z = e p share / lambda
            used[dual->near[k]] += e * part;
            for (size_t l = 0; matrix && l < n; l++)
                matrix[dual->near[k] * n_r + dual->near[l]] +=
                    part * ((falls - stiff) * dual->share[l] + (l == k ? stiff : 0));
        }
    }
}

// Gaussian elimination with row pivots; rows without a pivot give 0.
static void solve_small(size_t n, double *a, double *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t top = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[top * n + k]))
                top = i;
        for (size_t j = 0; j < n && top != k; j++) {
            double held = a[k * n + j];
            a[k * n + j] = a[top * n + j], a[top * n + j] = held;
        }
        double held = b[k];
        b[k] = b[top], b[top] = held;
        for (size_t i = k + 1; i < n && a[k * n + k] != 0; i++) {
            double f = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n && f != 0; j++)
                a[i * n + j] -= f * a[k * n + j];
            b[i] -= f * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            b[k] -= a[k * n + j] * b[j];
        b[k] = fabs(a[k * n + k]) > 1e-300 ? b[k] / a[k * n + k] : 0;
    }
}

// How far above the cheapest offer (or above what any cell would pay) a resource is that nobody takes.
static double dearness(const struct plan_dual *dual, const double *v, double tau, size_t resource)
{
    double least = INFINITY;
    for (size_t c = 0; c < dual->n; c++) {
        const struct plan_demand *d = &dual->demand[c];
        double soft, pays = d->log_gain + d->from, own = d->mean - d->from;
        if (dual->law == PLAN_LAW_INVERSE_CUBE)
            pays = d->log_gain + CORE_PI / 4 * (d->mean * d->mean - (own > 0 ? own * own : 0));
        if (shares(dual, dual->log_w + c * dual->resources, v, tau, &soft))
            least = fmin(least, dual->anchor[resource] + v[resource] -
                                    dual->log_w[c * dual->resources + resource] - fmin(soft, pays));
    }
    return fmax(0, least);
}

// What each resource is off its budget: by the logarithm when it sells too little, because shares fall
// exponentially with the price; relative when too much. The sum of squares is what the steps bring down.
static double distance(const struct plan_dual *dual, const double *v, double tau, double *off)
{
    double far = 0;
    for (size_t r = 0; r < dual->resources; r++) {
        double ratio = dual->used[r] / dual->budget[r];
        off[r] = 0;
        if (usable(dual, r))
            off[r] = ratio > 1           ? ratio - 1
                     : dual->used[r] > 0 ? log(ratio)
                                         : -2 * FAR - dearness(dual, v, tau, r) / tau;
        far += off[r] * off[r];
    }
    return sqrt(far);
}

// The Newton step of the prices' logarithms, from the matrix filled by sell(). Rows are in effort: both sides
// of  M x = lambda (used - budget)  divided by lambda.
static void newton_step(const struct plan_dual *dual, const double *v, double tau, bool by_logarithm,
                        double *step)
{
    size_t n = dual->resources;
    double most = 0;
    for (size_t r = 0; r < n; r++) {
        step[r] = by_logarithm && dual->off[r] <= 0 ? dual->off[r] * dual->used[r]
                  : usable(dual, r)                 ? dual->used[r] - dual->budget[r]
                                                    : 0;
        if (!(dual->used[r] > 0)) { // too dear for everybody: down to where somebody takes it
            for (size_t s = 0; s < n; s++)
                dual->matrix[r * n + s] = r == s;
            step[r] = usable(dual, r) ? -dearness(dual, v, tau, r) - tau : 0;
        }
    }
    solve_small(n, dual->matrix, step);
    for (size_t r = 0; r < n; r++)
        most = fmax(most, fabs(step[r]));
    for (size_t r = 0; r < n && most > LONGEST; r++)
        step[r] *= LONGEST / most;
}

// How steeply the dual rises along a step that changes the prices anchor + v by step of each, where the sales
// are used[].
static double rise(const struct plan_dual *dual, const double *v, const double *step)
{
    double top = -INFINITY, slope = 0;
    for (size_t r = 0; r < dual->resources; r++)
        if (usable(dual, r))
            top = fmax(top, dual->anchor[r]);
    for (size_t r = 0; r < dual->resources; r++)
        if (usable(dual, r))
            slope += exp(dual->anchor[r] + v[r] - top) * (dual->used[r] - dual->budget[r]) * step[r];
    return slope;
}

// The quick step: down goes the distance, or it is not taken.
static bool step_nearer(struct plan_dual *dual, double tau, double *v, double *far)
{
    newton_step(dual, v, tau, true, dual->step);
    double size = 1;
    for (int halving = 0; halving < MOST_HALVINGS; halving++, size /= 2) {
        for (size_t r = 0; r < dual->resources; r++)
            dual->trial[r] = v[r] + size * dual->step[r];
        sell(dual, dual->trial, tau, dual->used, dual->matrix);
        double now = distance(dual, dual->trial, tau, dual->off);
        if (now < *far * (1 - 1e-4 * size)) {
            memcpy(v, dual->trial, dual->resources * sizeof *v);
            *far = now;
            return true;
        }
    }
    return false;
}

// The sure step: straight in the prices, along which the dual is concave, to about its top there.
static bool step_higher(struct plan_dual *dual, double tau, double *v, double *far)
{
    size_t n = dual->resources;
    sell(dual, v, tau, dual->used, dual->matrix);
    (void)distance(dual, v, tau, dual->off);
    newton_step(dual, v, tau, false, dual->step);
    for (size_t r = 0; r < n; r++)
        dual->step[r] = fmin(LONGEST, fmax(-0.9, dual->step[r]));
    double first = rise(dual, v, dual->step), lo = 0, hi = 1, size = 1;
    if (!(first > 0))
        return false;
    for (int i = 0; i < MOST_BISECTIONS; i++) {
        for (size_t r = 0; r < n; r++)
            dual->trial[r] = v[r] + log1p(size * dual->step[r]);
        sell(dual, dual->trial, tau, dual->used, dual->matrix);
        double slope = rise(dual, v, dual->step);
        if (fabs(slope) < 0.5 * first || (slope > 0 && size == 1))
            break;
        if (slope > 0)
            lo = size;
        else
            hi = size;
        size = lo > 0 ? (lo + hi) / 2 : hi / 4;
    }
    memcpy(v, dual->trial, n * sizeof *v);
    *far = distance(dual, v, tau, dual->off);
    return true;
}

// Newton's method at one softness. False when it did not get to the end.
static bool settle(struct plan_dual *dual, double tau, double goal, double *v)
{
    sell(dual, v, tau, dual->used, dual->matrix);
    double far = distance(dual, v, tau, dual->off);
    for (int i = 0; i < MOST_STEPS && far > goal; i++)
        if (!step_nearer(dual, tau, v, &far) && !step_higher(dual, tau, v, &far))
            return false;
    return far <= goal;
}

// A first price: a little below what the best cell would pay. Without use or budget: none.
static void begin(const struct plan_dual *dual, const double *log_price)
{
    for (size_t r = 0; r < dual->resources; r++) {
        double top = -INFINITY;
        for (size_t c = 0; c < dual->n; c++)
            top = fmax(top, dual->demand[c].log_gain + dual->log_w[c * dual->resources + r]);
        bool useless = !(top > -INFINITY) || !(dual->budget[r] > 0);
        dual->anchor[r] = useless ? INFINITY : isfinite(log_price[r]) ? log_price[r] : top - 1;
    }
}

static void hand_out(const struct plan_dual *dual, const double *v, double tau, double *z)
{
    size_t n_r = dual->resources;
    memset(z, 0, n_r * dual->n * sizeof *z);
    memset(dual->used, 0, n_r * sizeof *dual->used);
    for (size_t c = 0; c < dual->n; c++) {
        double soft, falls;
        size_t n = shares(dual, dual->log_w + c * n_r, v, tau, &soft);
        double e = n ? demand_at(dual->law, &dual->demand[c], soft, &falls) : 0;
        for (size_t k = 0; k < n && e > 0; k++) {
            double part = e * exp(soft - dual->anchor[dual->near[k]] - v[dual->near[k]]) * dual->share[k];
            z[dual->near[k] * dual->n + c] = part;
            dual->used[dual->near[k]] += part;
        }
    }
    for (size_t r = 0; r < n_r; r++) { // the last rounding: the budget is used to the last bit
        double fit = dual->used[r] > 0 ? dual->budget[r] / dual->used[r] : 0;
        for (size_t c = 0; c < dual->n; c++)
            z[r * dual->n + c] *= fit;
    }
}

// Prices go nearly straight with the softness, so the last two say where the next are.
static void predict(struct plan_dual *dual, double *v, double tau_before, double tau, double tau_next)
{
    for (size_t r = 0; r < dual->resources; r++) {
        double now = dual->anchor[r] + v[r], was = dual->last[r];
        dual->anchor[r] = now;
        dual->last[r] = now;
        v[r] = tau_before > 0 && usable(dual, r) ? (now - was) / (tau_before - tau) * (tau - tau_next) : 0;
    }
}

// From soft to hard; false when the last did not settle.
static bool harden(struct plan_dual *dual, double tau, double ratio, double last, double *v)
{
    double tau_before = 0;
    memset(v, 0, dual->resources * sizeof *v);
    while (tau > last && dual->resources > 1) {
        bool good = settle(dual, tau, GOOD_ENOUGH, v);
        double next = fmax(last, tau * ratio);
        predict(dual, v, tau_before, tau, next);
        tau_before = good ? tau : 0, tau = next;
    }
    return settle(dual, last, fmax(FILLED, 1e-3 * last), v);
}

void plan_dual_solve(struct plan_dual *dual, double *log_price, double *z)
{
    bool warm = isfinite(log_price[0]);
    double first = warm ? fmin(SOFT_WARM, fmax(100 * dual->softness, SOFT_WARM / 1000)) : SOFT_FIRST;
    double last = fmin(SOFT_WARM / 10, fmax(SOFT_LAST, dual->softness));
    begin(dual, log_price);
    if (!harden(dual, first, 0.1, last, dual->v)) {
        for (size_t r = 0; r < dual->resources; r++)
            log_price[r] = NAN;
        begin(dual, log_price);
        (void)harden(dual, 3, 0.3, last, dual->v); // what is missing then the certificate says
    }
    hand_out(dual, dual->v, last, z);
    for (size_t r = 0; r < dual->resources; r++)
        log_price[r] = usable(dual, r) ? dual->anchor[r] + dual->v[r] : NAN;
}
