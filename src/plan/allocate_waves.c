// Moving targets under the inverse cube. Here a way fails by erfc(sqrt(pi)/2 S), S the coverage along it,
// which does not split at a period as exp(-S) does. But on a bounded range it is a sum of waves that do: a
// square wave of period T smoothed by exp(-x^2) / sqrt(pi) has the Fourier series
//     erf(x) = 4/pi sum over odd n of exp(-n^2 w^2 / 4) sin(n w x) / n,   w = 2 pi / T,
// exact to erfc(T/2 - |x|), and exp(i n w S) multiplies along the way. So each wave gets its own reach and
// after, which are complex, and F = 1 - sum of their imaginary parts (Brown's recursion, once for each wave).
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/allocate_work.h"

static const double MARGIN = 6.2; // erfc(6.2) = 2e-18
static const double ROOM = 1.5;   // of the coverage that is there: it moves while it is improved
static const double NOTHING = 1e-15;

struct plan_waves {
    size_t n;                      // waves: 1, 3, 5, ... 2 n - 1
    double per_c;                  // phase of the first wave for each unit of coverage
    double most_c;                 // coverage along a way up to which the series holds
    double *height;                // [n]
    double complex *reach, *after; // [periods][cells][n]
};

enum ph_status plan_waves_make(struct plan_allocating *s, struct core_arena *arena, struct ph_err *err)
{
    s->waves = CORE_ARENA_NEW(arena, struct plan_waves, 1);
    return s->waves ? plan_waves_fit(s, err) : core_err_nomem(err);
}

void plan_waves_free(struct plan_allocating *s)
{
    if (!s->waves)
        return;
    free(s->waves->height);
    free(s->waves->reach);
    free(s->waves->after);
    *s->waves = (struct plan_waves){0};
}

static double complex *of(const struct plan_allocating *s, double complex *all, size_t t, size_t c)
{
    return all + (t * s->n + c) * s->waves->n;
}

// The most coverage that any way can have gathered.
static double most_coverage(const struct plan_allocating *s)
{
    double sum = 0;
    for (size_t t = 0; t < s->periods; t++) {
        double most = 0;
        for (size_t c = 0; c < s->n; c++)
            most = fmax(most, s->e[t * s->n + c]);
        sum += most;
    }
    return sum;
}

static void begin(struct plan_allocating *s)
{
    for (size_t c = 0; c < s->n; c++)
        for (size_t k = 0; k < s->waves->n; k++)
            of(s, s->waves->reach, 0, c)[k] = s->prior[c];
}

enum ph_status plan_waves_fit(struct plan_allocating *s, struct ph_err *err)
{
    struct plan_waves *w = s->waves;
    double need = most_coverage(s);
    if (w->n && need <= w->most_c && w->most_c <= 4 * (need + 2))
        return PH_OK;
    struct plan_waves made = {.most_c = ROOM * need + 2};
    double period = 2 * (sqrt(CORE_PI) / 2 * made.most_c + MARGIN), first = 2 * CORE_PI / period;
    made.n = (size_t)ceil(MARGIN / first) + 1; // exp(-(2 n w)^2 / 4) < exp(-6.2^2)
    made.per_c = first * sqrt(CORE_PI) / 2;
    size_t all = s->periods * s->n * made.n;
    made.height = calloc(made.n, sizeof *made.height);
    made.reach = calloc(all, sizeof *made.reach);
    made.after = calloc(all, sizeof *made.after);
    plan_waves_free(s);
    *w = made;
    if (!made.height || !made.reach || !made.after)
        return core_err_nomem(err);
    for (size_t k = 0; k < made.n; k++) {
        double n = 2 * (double)k + 1;
        made.height[k] = 4 / CORE_PI * exp(-n * n * first * first / 4) / n;
    }
    begin(s);
    plan_waves_forget_later(s);
    return PH_OK;
}

void plan_waves_forget_later(struct plan_allocating *s)
{
    for (size_t i = 0; i < s->periods * s->n * s->waves->n; i++)
        s->waves->after[i] = 1;
}

// exp(i phase) of the first wave and from each wave to the next.
struct turning {
    double complex now, on;
};

static struct turning turning_at(const struct plan_waves *w, double coverage)
{
    double phase = w->per_c * coverage;
    double complex first = cos(phase) + I * sin(phase);
    return (struct turning){first, first * first};
}

void plan_waves_move_on(struct plan_allocating *s, size_t t)
{
    const struct plan_waves *w = s->waves;
    const struct plan_links *out = &s->moves.out;
    memset(of(s, w->reach, t + 1, 0), 0, s->n * w->n * sizeof *w->reach);
    for (size_t c = 0; c < s->n; c++) {
        const double complex *now = of(s, w->reach, t, c);
        struct turning turn = turning_at(w, s->e[t * s->n + c]);
        for (size_t k = 0; k < w->n; k++, turn.now *= turn.on) {
            double complex left = now[k] * turn.now;
            for (size_t m = out->row[c]; m < out->row[c + 1]; m++)
                of(s, w->reach, t + 1, out->cell[m])[k] += out->chance[m] * left;
        }
    }
}

void plan_waves_look_back(struct plan_allocating *s, size_t t)
{
    const struct plan_waves *w = s->waves;
    const struct plan_links *links = &s->moves.out;
    for (size_t c = 0; c < s->n; c++) {
        double complex *out = of(s, w->after, t, c);
        for (size_t k = 0; k < w->n; k++)
            out[k] = t + 1 == s->periods ? 1 : 0;
        for (size_t m = links->row[c]; m < links->row[c + 1] && t + 1 < s->periods; m++) {
            size_t to = links->cell[m];
            const double complex *later = of(s, w->after, t + 1, to);
            struct turning turn = turning_at(w, s->e[(t + 1) * s->n + to]);
            for (size_t k = 0; k < w->n; k++, turn.now *= turn.on)
                out[k] += links->chance[m] * later[k] * turn.now;
        }
    }
}

void plan_waves_gain(const struct plan_allocating *s, size_t t, double *gain, double *mean)
{
    const struct plan_waves *w = s->waves;
    for (size_t c = 0; c < s->n; c++) {
        const double complex *reach = of(s, w->reach, t, c), *after = of(s, w->after, t, c);
        struct turning turn = turning_at(w, s->e[t * s->n + c]);
        double first = 0, second = 0;
        for (size_t k = 0; k < w->n; k++, turn.now *= turn.on) {
            double complex way = reach[k] * after[k] * turn.now;
            double rate = (2 * (double)k + 1) * w->per_c, height = w->height[k] * rate;
            first += height * creal(way);
            second += height * rate * cimag(way);
        }
        gain[c] = first > NOTHING ? first : 0;
        // of one way: -d ln gain / dC = pi/2 S
        mean[c] = gain[c] > 0 ? fmax(0, second / first) * 2 / CORE_PI : 0;
    }
}

double plan_waves_failure(const struct plan_allocating *s)
{
    const struct plan_waves *w = s->waves;
    size_t last = s->periods - 1;
    double found = 0;
    for (size_t c = 0; c < s->n; c++) {
        const double complex *reach = of(s, w->reach, last, c);
        struct turning turn = turning_at(w, s->e[last * s->n + c]);
        for (size_t k = 0; k < w->n; k++, turn.now *= turn.on)
            found += w->height[k] * cimag(reach[k] * turn.now);
    }
    return fmax(0, 1 - found);
}
