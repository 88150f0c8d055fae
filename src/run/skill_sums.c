#include "run/skill_work.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"

static int by_value(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static double middle_of(double *value, size_t n)
{
    qsort(value, n, sizeof *value, by_value);
    return n % 2 ? value[n / 2] : 0.5 * (value[n / 2 - 1] + value[n / 2]);
}

// Mean of what is known.
struct mean {
    double sum;
    size_t n;
};
static void mean_add(struct mean *mean, double value)
{
    if (isnan(value))
        return;
    mean->sum += value;
    mean->n++;
}
static double mean_of(struct mean mean)
{
    return mean.n ? mean.sum / (double)mean.n : NAN;
}

struct sums {
    struct mean separation, mean, energy, ss, ss_star, put, put_ss, current, current_ss,
        area[PROB_SKILL_LEVELS];
};

static void sums_add(struct sums *s, const struct run_skill_entry *e)
{
    mean_add(&s->separation, e->score.separation_m);
    mean_add(&s->mean, e->mean_m);
    mean_add(&s->energy, e->energy_m);
    mean_add(&s->ss, e->score.ss);
    mean_add(&s->ss_star, e->score.ss_star);
    mean_add(&s->put, e->put.separation_m);
    mean_add(&s->put_ss, e->put.ss_star);
    mean_add(&s->current, e->current.separation_m);
    mean_add(&s->current_ss, e->current.ss_star);
    for (int q = 0; q < PROB_SKILL_LEVELS; q++)
        mean_add(&s->area[q], e->place.area_m2[q]);
}

enum ph_status skill_summary_make(struct run_skill *skill, size_t h, struct ph_err *err)
{
    struct run_skill_summary *out = &skill->summary[h];
    double *separation = CORE_ARENA_NEW(&skill->arena, double, skill->n_entries + 1);
    *out = (struct run_skill_summary){.horizon_s = skill->options.horizon_s[h]};
    out->p_star = CORE_ARENA_NEW(&skill->arena, double, skill->n_entries + 1);
    if (!separation || !out->p_star)
        return core_err_nomem(err);
    struct sums s = {0};
    for (size_t i = 0; i < skill->n_entries; i++) {
        const struct run_skill_entry *e = &skill->entry[i];
        if (e->horizon != h)
            continue;
        separation[out->n] = e->score.separation_m;
        out->p_star[out->n++] = e->place.p_star;
        out->n_scored += e->score.defined;
        for (int q = 0; q < PROB_SKILL_LEVELS; q++)
            out->hits[q] += e->place.p_star <= prob_skill_level[q];
        sums_add(&s, e);
    }
    out->separation_median_m = out->n ? middle_of(separation, out->n) : NAN;
    out->separation_mean_m = mean_of(s.separation);
    out->mean_m = mean_of(s.mean);
    out->energy_m = mean_of(s.energy);
    out->ss = mean_of(s.ss);
    out->ss_star = mean_of(s.ss_star);
    out->put = (struct run_skill_baseline){mean_of(s.put), mean_of(s.put_ss)};
    out->current = (struct run_skill_baseline){mean_of(s.current), mean_of(s.current_ss)};
    for (int q = 0; q < PROB_SKILL_LEVELS; q++)
        out->area_m2[q] = mean_of(s.area[q]);
    return PH_OK;
}
