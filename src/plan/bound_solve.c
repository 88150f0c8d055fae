#include "plan/bound_solve.h"

#include <math.h>

#include <string.h>

#include "core/err.h"
#include "core/units.h"

static const double ENOUGH = 5e-4;   // of the value: the certificate sought
static const double LAST = 0.1;      // of that: what mu leaves of it in the end
static const double ACCURACY = 0.03; // conjugate gradients bring the residual down to that
static const double TO_WALL = 0.995; // of the way to the nearest wall at most
static const double NEAR_PATH = 1e6; // x y is kept within this factor of mu
static const double TOO_FAR = 0.5;   // of the slope at the step's begin, downhill: the step is shortened
static const double STUCK = 1e-6;    // steps shorter than that lead nowhere

enum { MOST_STEPS = 60, MOST_GRADIENTS = 60, MOST_SHORTER = 12 };

// Arrays are [n_x] (every block's cells) unless said otherwise. Cells out of reach have x = 0 and stay so.
struct path {
    const struct plan_relaxation *r;
    size_t n_x;
    double mu;
    double *x, *y;             // shares and slacks
    double *dx;                // the change sought
    double *g;                 // dF/dx
    double *weight;            // of the preconditioner: diagonal of -F'' + y / x
    double *residual, *p, *hp; // conjugate gradients
    double *trial;
    double *coverage, *slope, *bend; // [particles] C, w b'(C), -w b''(C)
    double *along, *scaled;          // [particles] change of the coverage; scratch
    double *per_object;              // [objects] scratch
};

static double law(const struct plan_relaxation *r, double c)
{
    return r->problem->detection == PLAN_RANDOM ? -expm1(-c) : erf(sqrt(CORE_PI) / 2 * c);
}

static double law_slope(const struct plan_relaxation *r, double c)
{
    return r->problem->detection == PLAN_RANDOM ? exp(-c) : exp(-CORE_PI / 4 * c * c);
}

static double larger(double a, double b) // fmax is a call
{
    return a > b ? a : b;
}

static size_t cells_of(const struct path *s, const struct plan_block *block)
{
    return s->r->bin[block->bin].n_cells;
}

// --- shares to coverage, and back
// ------------------------------------------------------------------------------------

// Coverage that shares give the particles. Blocks of one bin follow each other: what all assets do in a cell
// is put together before its particles are looked at.
static void cover(const struct path *s, const double *x, double *coverage)
{
    const struct plan_relaxation *r = s->r;
    size_t n_assets = r->problem->n_assets;
    memset(coverage, 0, r->scene->n * sizeof *coverage);
    for (size_t first = 0; first < r->n_blocks; first += n_assets) {
        const struct plan_bin *bin = &r->bin[r->block[first].bin];
        for (size_t c = 0; c < bin->n_cells; c++) {
            memset(s->per_object, 0, r->scene->n_objects * sizeof *s->per_object);
            for (size_t b = first; b < first + n_assets; b++)
                for (size_t o = 0; o < r->scene->n_objects; o++)
                    s->per_object[o] += x[r->block[b].first + c] * r->block[b].effect[c] *
                                        r->problem->asset[r->block[b].asset].sweep_m[o];
            for (uint32_t k = bin->cell[c].first; k < bin->cell[c].first + bin->cell[c].n; k++)
                coverage[bin->order[k]] += s->per_object[r->scene->object[bin->order[k]]];
        }
    }
}

// The other way: what a number for each particle amounts to for each share.
static void collect(const struct path *s, const double *value, double *out)
{
    const struct plan_relaxation *r = s->r;
    size_t n_assets = r->problem->n_assets;
    for (size_t first = 0; first < r->n_blocks; first += n_assets) {
        const struct plan_bin *bin = &r->bin[r->block[first].bin];
        for (size_t c = 0; c < bin->n_cells; c++) {
            memset(s->per_object, 0, r->scene->n_objects * sizeof *s->per_object);
            for (uint32_t k = bin->cell[c].first; k < bin->cell[c].first + bin->cell[c].n; k++)
                s->per_object[r->scene->object[bin->order[k]]] += value[bin->order[k]];
            for (size_t b = first; b < first + n_assets; b++) {
                const struct plan_block *block = &r->block[b];
                double sum = 0;
                for (size_t o = 0; o < r->scene->n_objects; o++)
                    sum += s->per_object[o] * r->problem->asset[block->asset].sweep_m[o];
                out[block->first + c] = sum * block->effect[c];
            }
        }
    }
}

// The diagonal of -F''.
static void collect_squares(const struct path *s, double *out)
{
    const struct plan_relaxation *r = s->r;
    for (size_t b = 0; b < r->n_blocks; b++) {
        const struct plan_block *block = &r->block[b];
        const struct plan_bin *bin = &r->bin[block->bin];
        const double *sweep_m = r->problem->asset[block->asset].sweep_m;
        for (size_t c = 0; c < bin->n_cells; c++) {
            double sum = 0;
            for (uint32_t k = bin->cell[c].first; k < bin->cell[c].first + bin->cell[c].n; k++) {
                double w = sweep_m[r->scene->object[bin->order[k]]];
                sum += s->bend[bin->order[k]] * w * w;
            }
            out[block->first + c] = sum * block->effect[c] * block->effect[c];
        }
    }
}

// Everything that follows from the shares; the value.
static double renew(struct path *s, const double *x)
{
    const struct plan_relaxation *r = s->r;
    bool random = r->problem->detection == PLAN_RANDOM;
    double f = 0;
    cover(s, x, s->coverage);
    for (size_t i = 0; i < r->scene->n; i++) {
        double c = s->coverage[i], w = r->scene->weight[i];
        f += w * law(r, c);
        s->slope[i] = w * law_slope(r, c);
        s->bend[i] = s->slope[i] * (random ? 1 : CORE_PI / 2 * c);
    }
    collect(s, s->slope, s->g);
    return f;
}

static double certificate(const struct path *s, const double *x)
{
    double gap = 0;
    for (size_t b = 0; b < s->r->n_blocks; b++) {
        size_t first = s->r->block[b].first, n = cells_of(s, &s->r->block[b]);
        double most = 0, has = 0;
        for (size_t i = first; i < first + n; i++) {
            most = larger(most, s->g[i]);
            has += s->g[i] * x[i];
        }
        gap += most - has;
    }
    return larger(0, gap);
}

// --- a step
// -----------------------------------------------------------------------------------------------------------

// out = (value - lambda) / weight, lambda such that each block's sum is 0. The sum of value x out.
static double precondition(const struct path *s, const double *value, double *out)
{
    double product = 0;
    for (size_t b = 0; b < s->r->n_blocks; b++) {
        size_t first = s->r->block[b].first, n = cells_of(s, &s->r->block[b]);
        double sum = 0, all = 0;
        for (size_t i = first; i < first + n; i++)
            if (s->x[i] > 0)
                sum += value[i] / s->weight[i], all += 1 / s->weight[i];
        double lambda = all > 0 ? sum / all : 0;
        for (size_t i = first; i < first + n; i++) {
            out[i] = s->x[i] > 0 ? (value[i] - lambda) / s->weight[i] : 0;
            product += (value[i] - lambda) * out[i];
        }
    }
    return product;
}

// hp = (-F'' + y / x) p
static double bend_along(struct path *s)
{
    double product = 0;
    cover(s, s->p, s->along);
    for (size_t i = 0; i < s->r->scene->n; i++)
        s->scaled[i] = s->along[i] * s->bend[i];
    collect(s, s->scaled, s->hp);
    for (size_t i = 0; i < s->n_x; i++)
        if (s->x[i] > 0) {
            s->hp[i] += s->y[i] / s->x[i] * s->p[i];
            product += s->p[i] * s->hp[i];
        }
    return product;
}

// Newton's step for the path's next point by conjugate gradients (Hestenes & Stiefel 1952).
static void newton_step(struct path *s)
{
    collect_squares(s, s->weight);
    for (size_t i = 0; i < s->n_x; i++) {
        s->dx[i] = s->residual[i] = 0;
        if (s->x[i] > 0) {
            s->weight[i] += s->y[i] / s->x[i];
            s->residual[i] = s->g[i] + s->mu / s->x[i];
        }
    }
    double first = precondition(s, s->residual, s->p), now = first;
    for (int i = 0; i < MOST_GRADIENTS && now > ACCURACY * ACCURACY * first; i++) {
        double curved = bend_along(s);
        if (!(curved > 0))
            return;
        for (size_t k = 0; k < s->n_x; k++) {
            s->dx[k] += now / curved * s->p[k];
            s->residual[k] -= now / curved * s->hp[k];
        }
        double next = precondition(s, s->residual, s->hp);
        for (size_t k = 0; k < s->n_x; k++)
            s->p[k] = s->hp[k] + next / now * s->p[k];
        now = next;
    }
}

// How far until a share, or a slack, is nothing.
static void to_walls(const struct path *s, double *shares, double *slacks)
{
    double most_x = 0, most_y = 0;
    for (size_t i = 0; i < s->n_x; i++)
        if (s->x[i] > 0) {
            double rel = s->dx[i] / s->x[i];
            most_x = larger(most_x, -rel);
            most_y = larger(most_y, 1 + rel - s->mu / (s->x[i] * s->y[i]));
        }
    *shares = fmin(1, TO_WALL / most_x);
    *slacks = fmin(1, TO_WALL / most_y);
}

// Slope of F + mu sum ln x along the step, at a size of it.
static double slope_at(const struct path *s, double size)
{
    double sum = 0;
    for (size_t i = 0; i < s->n_x; i++)
        if (s->x[i] > 0)
            sum += s->dx[i] * (s->g[i] + s->mu / (s->x[i] + size * s->dx[i]));
    return sum;
}

static double try_at(struct path *s, double size)
{
    for (size_t b = 0; b < s->r->n_blocks; b++) {
        size_t first = s->r->block[b].first, n = cells_of(s, &s->r->block[b]);
        double sum = 0;
        for (size_t i = first; i < first + n; i++)
            sum += s->trial[i] = s->x[i] + size * s->dx[i];
        for (size_t i = first; i < first + n && sum > 0; i++)
            s->trial[i] /= sum;
    }
    return renew(s, s->trial);
}

static void accept(struct path *s, double slacks)
{
    for (size_t i = 0; i < s->n_x; i++)
        if (s->x[i] > 0) {
            double path = s->mu / s->trial[i];
            s->y[i] += slacks * (s->mu / s->x[i] - s->y[i] * (1 + s->dx[i] / s->x[i]));
            s->y[i] = fmin(larger(s->y[i], path / NEAR_PATH), path * NEAR_PATH);
            s->x[i] = s->trial[i];
        }
}

// One step along the path; how long it was. *f is the value then.
static double step(struct path *s, double *f)
{
    double shares, slacks;
    newton_step(s);
    to_walls(s, &shares, &slacks);
    double first = slope_at(s, 0), size = shares;
    *f = try_at(s, size);
    for (int i = 0; i < MOST_SHORTER && slope_at(s, size) < -TOO_FAR * fabs(first); i++)
        *f = try_at(s, size *= 0.5);
    accept(s, slacks);
    double least = fmin(size, slacks);
    s->mu *= least > 0.9 ? 0.1 : least > 0.6 ? 0.3 : least > 0.4 ? 0.6 : 1;
    return size;
}

// --- beginning and end
// ------------------------------------------------------------------------------------------------

// Every block evenly over the cells that it can reach. Their number.
static double begin(struct path *s)
{
    double n_shares = 0;
    for (size_t b = 0; b < s->r->n_blocks; b++) {
        const struct plan_block *block = &s->r->block[b];
        double reached = 0;
        for (size_t c = 0; c < cells_of(s, block); c++)
            reached += block->effect[c] > 0;
        for (size_t c = 0; c < cells_of(s, block); c++)
            s->x[block->first + c] = block->effect[c] > 0 ? 1 / reached : 0;
        n_shares += reached;
    }
    return fmax(1, n_shares);
}

static bool path_make(struct path *s, struct core_arena *arena)
{
    const struct plan_relaxation *r = s->r;
    for (size_t b = 0; b < r->n_blocks; b++)
        s->n_x = r->block[b].first + cells_of(s, &r->block[b]);
    double **share[] = {&s->x, &s->y, &s->dx, &s->g, &s->weight, &s->residual, &s->p, &s->hp, &s->trial};
    double **particle[] = {&s->coverage, &s->slope, &s->bend, &s->along, &s->scaled};
    bool good = (s->per_object = CORE_ARENA_NEW(arena, double, r->scene->n_objects + 1)) != NULL;
    for (size_t i = 0; i < sizeof share / sizeof *share; i++)
        good = (*share[i] = CORE_ARENA_NEW(arena, double, s->n_x + 1)) != NULL && good;
    for (size_t i = 0; i < sizeof particle / sizeof *particle; i++)
        good = (*particle[i] = CORE_ARENA_NEW(arena, double, r->scene->n + 1)) != NULL && good;
    return good;
}

enum ph_status plan_relaxation_solve(const struct plan_relaxation *relaxation, struct core_job *job,
                                     double *value, double *gap, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct path s = {.r = relaxation};
    if (!path_make(&s, &arena)) {
        core_arena_fini(&arena);
        return core_err_nomem(err);
    }
    double n = begin(&s), f = renew(&s, s.x);
    *value = f, *gap = certificate(&s, s.x);
    s.mu = *gap / n;
    for (size_t i = 0; i < s.n_x; i++)
        s.y[i] = s.x[i] > 0 ? s.mu / s.x[i] : 0;
    double size = 1;
    for (int i = 0; i<MOST_STEPS && * gap> ENOUGH * *value && size > STUCK && !core_job_cancelled(job); i++) {
        size = step(&s, &f);
        double now = certificate(&s, s.x);
        if (f + now < *value + *gap)
            *value = f, *gap = now;
        s.mu = larger(s.mu, LAST * ENOUGH * f / n);
    }
    core_arena_fini(&arena);
    return PH_OK;
}
