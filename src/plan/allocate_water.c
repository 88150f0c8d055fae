#include "plan/allocate_work.h"

#include <math.h>
#include <stdlib.h>

// Where the gain p w b'(C) of a cell has fallen to lambda: its coverage. b' = exp(-C), or exp(-pi C^2 / 4).
static double coverage_at(enum plan_law law, double log_ratio)
{
    if (log_ratio <= 0)
        return 0;
    return law == PLAN_LAW_EXPONENTIAL ? log_ratio : sqrt(4 / 3.14159265358979323846 * log_ratio);
}

static double effort_at(enum plan_law law, double log_gain, double log_lambda, double w, double before)
{
    double more = coverage_at(law, log_gain - log_lambda) - before;
    return more > 0 ? more / w : 0;
}

struct filling {
    enum plan_law law;
    size_t n;
    const double *w, *before, *log_gain;
};

static double filled(const struct filling *f, double log_lambda)
{
    double sum = 0;
    for (size_t c = 0; c < f->n; c++)
        if (f->w[c] > 0)
            sum += effort_at(f->law, f->log_gain[c], log_lambda, f->w[c], f->before[c]);
    return sum;
}

// How fast filled() falls with log lambda.
static double filled_slope(const struct filling *f, double log_lambda)
{
    double slope = 0;
    for (size_t c = 0; c < f->n; c++) {
        double ratio = f->log_gain[c] - log_lambda;
        if (!(f->w[c] > 0) || effort_at(f->law, f->log_gain[c], log_lambda, f->w[c], f->before[c]) <= 0)
            continue;
        slope += f->law == PLAN_LAW_EXPONENTIAL ? 1 / f->w[c]
                                                : 1 / (f->w[c] * sqrt(3.14159265358979323846 * ratio));
    }
    return slope;
}

// The level at which the budget is used up: Newton's steps, kept inside a bracket by halving.
static double level(const struct filling *f, double budget)
{
    double hi = -INFINITY;
    for (size_t c = 0; c < f->n; c++) {
        if (!(f->w[c] > 0) || !isfinite(f->log_gain[c]))
            continue;
        double used = f->law == PLAN_LAW_EXPONENTIAL ? f->before[c]
                                                     : 0.78539816339744830962 * f->before[c] * f->before[c];
        hi = fmax(hi, f->log_gain[c] - used);
    }
    if (hi == -INFINITY)
        return hi;
    double step = 1, lo = hi - step;
    while (filled(f, lo) < budget && step < 1e300)
        lo = hi - (step *= 2);
    double at = lo;
    for (int i = 0; i < 100; i++) {
        double over = filled(f, at) - budget;
        if (fabs(over) <= 1e-15 * budget)
            break;
        if (over > 0)
            lo = at;
        else
            hi = at;
        double slope = filled_slope(f, at), next = slope > 0 ? at + over / slope : NAN;
        at = next > lo && next < hi ? next : (lo + hi) / 2;
        if (hi - lo <= 1e-15 * fabs(lo))
            break;
    }
    return at;
}

void plan_allocate_water(enum plan_law law, size_t n, const double *prior, const double *after,
                         const double *w, const double *before, double budget, double *key, double *z)
{
    for (size_t c = 0; c < n; c++)
        key[c] = log(prior[c] * (after ? after[c] : 1) * w[c]); // -inf where nothing is to be gained
    struct filling f = {law, n, w, before, key};
    double at = budget > 0 ? level(&f, budget) : -INFINITY, sum = 0;
    for (size_t c = 0; c < n; c++) {
        z[c] = at > -INFINITY && w[c] > 0 ? effort_at(law, key[c], at, w[c], before[c]) : 0;
        sum += z[c];
    }
    for (size_t c = 0; c < n && sum > 0; c++)
        z[c] *= budget / sum; // the last rounding: the budget is used to the last bit
}
