// Which source of current followed the drifters best: each drifts one particle by itself from every start.
#include "run/skill_work.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"
#include "geo/earth.h"
#include "run/inner.h"

// What one source did, start by start; NAN where it does not serve.
struct ranked {
    const char *text;
    double *ss_star, *separation_m; // [n_starts]
    double *weight;                 // [n_starts], the same for all
    size_t n;                       // starts visited so far
};

struct ranking {
    struct forcing *forcing;
    struct core_job quiet; // of the forcing: what it would warn of was said when the case was opened
    struct ranked *now;
    size_t hours;
};

// The horizon to compare at: the longest up to a day, else the shortest there is.
static size_t rank_hours(const struct run_skill_options *options)
{
    double best_s = options->horizon_s[0];
    for (size_t h = 0; h < options->n_horizons; h++)
        best_s = options->horizon_s[h] <= RUN_SKILL_RANK_S ? options->horizon_s[h] : best_s;
    return (size_t)(best_s / RUN_SKILL_STEP_S);
}

// Currents change within days and from one eddy to the next: a drifter tells most of the sources near the
// case, in time and place. The law is a judgement (docs/skill.md); it never lets one start outweigh all
// others as an exponential would, and far from the case it is nearly even.
static double start_weight(const struct skill_work *w, const struct run_skill_entry *start)
{
    double age = (double)(start->start_ns - w->case_ns) / CORE_NS_PER_S / RUN_SKILL_RANK_AGE_S;
    double reach = geo_earth_distance_m(start->start, w->case_pos) / RUN_SKILL_RANK_REACH_M;
    return 1 / ((1 + age * age) * (1 + reach * reach));
}

static enum ph_status start_rank(struct skill_work *w, const struct run_skill_entry *start, size_t hours,
                                 struct ph_err *err)
{
    const struct ranking *ranking = w->ranking;
    struct ranked *now = ranking->now;
    size_t at = now->n++;
    bool served = false;
    now->ss_star[at] = now->separation_m[at] = NAN;
    now->weight[at] = start_weight(w, start);
    if (hours < ranking->hours)
        return PH_OK;
    enum ph_status status = skill_current_drift(w, ranking->forcing, start->start, start->start_ns,
                                                ranking->hours, w->current, &served, err);
    if (status || !served)
        return status;
    struct prob_skill_score score = prob_skill_score_of(w->observed, w->current, ranking->hours + 1);
    now->ss_star[at] = score.ss_star;
    now->separation_m[at] = score.separation_m;
    return PH_OK;
}

// Opens one source of current alone, in still air: the drift asks for a wind, and none is to be felt.
static enum ph_status source_open(struct skill_work *w, size_t source, struct ranking *ranking,
                                  struct ph_err *err)
{
    struct scenario_observation air = {0};
    struct scenario_forcing wind = {
        .pointer = "/environment/wind", .depth_m = NAN, .series = &air, .n_series = 1};
    struct scenario_case c = w->run->c;
    for (int kind = 0; kind < SCENARIO_FORCING_KINDS; kind++)
        c.n_forcing[kind] = 0;
    c.forcing[SCENARIO_CURRENT] = &w->run->c.forcing[SCENARIO_CURRENT][source];
    c.forcing[SCENARIO_WIND] = &wind;
    c.n_forcing[SCENARIO_CURRENT] = c.n_forcing[SCENARIO_WIND] = 1;
    c.on_missing = SCENARIO_MISSING_STOP;
    ranking->quiet = (struct core_job){.threads = w->run->job->threads, .stop = w->run->job->stop};
    return run_forcing_open(&c, &w->skill->arena, &ranking->quiet, &ranking->forcing, err);
}

static enum ph_status source_rank(struct skill_work *w, size_t source, struct ranked *ranked,
                                  struct ph_err *err)
{
    struct core_arena *arena = &w->skill->arena;
    struct ranking ranking = {.now = ranked, .hours = rank_hours(&w->skill->options)};
    size_t n = w->skill->n_starts;
    ranked->ss_star = CORE_ARENA_NEW(arena, double, n + 1);
    ranked->separation_m = CORE_ARENA_NEW(arena, double, n + 1);
    ranked->weight = CORE_ARENA_NEW(arena, double, n + 1);
    if (!ranked->ss_star || !ranked->separation_m || !ranked->weight)
        return core_err_nomem(err);
    enum ph_status status = source_open(w, source, &ranking, err);
    if (status) {
        core_job_fini(&ranking.quiet);
        return status;
    }
    ranked->text = core_arena_text(arena, forcing_source_text(ranking.forcing, FORCING_CURRENT, 0));
    w->ranking = &ranking;
    status = ranked->text ? skill_starts_visit(w, "sources", start_rank, err) : core_err_nomem(err);
    w->ranking = NULL;
    forcing_free(ranking.forcing);
    core_job_fini(&ranking.quiet);
    return status;
}

// Means over the starts at which every source has a score: none gains by serving only the easy ones.
static void sources_sum(struct run_skill *skill, const struct ranked *ranked, const double *weight)
{
    size_t n = skill->n_sources;
    double sum = 0, squares = 0;
    skill->n_common = 0;
    for (size_t k = 0; k < n; k++)
        skill->source[k] = (struct run_skill_source){.text = ranked[k].text};
    for (size_t i = 0; i < skill->n_starts; i++) {
        bool common = true;
        for (size_t k = 0; k < n; k++) {
            skill->source[k].n_served += !isnan(ranked[k].separation_m[i]);
            common = common && !isnan(ranked[k].ss_star[i]);
        }
        skill->n_common += common;
        sum += common ? weight[i] : 0;
        squares += common ? weight[i] * weight[i] : 0;
        for (size_t k = 0; common && k < n; k++) {
            skill->source[k].ss_star += weight[i] * ranked[k].ss_star[i];
            skill->source[k].ss_star_sd += weight[i] * ranked[k].ss_star[i] * ranked[k].ss_star[i];
            skill->source[k].separation_m += weight[i] * ranked[k].separation_m[i];
        }
    }
    double m = skill->n_effective = squares > 0 ? sum * sum / squares : 0;
    for (size_t k = 0; k < n; k++) {
        struct run_skill_source *s = &skill->source[k];
        double mean = s->ss_star / sum, square = s->ss_star_sd / sum;
        s->ss_star = m > 0 ? mean : NAN;
        s->ss_star_sd = m > 1 ? sqrt(fmax(0, square - mean * mean) * m / (m - 1)) : NAN;
        s->separation_m = m > 0 ? s->separation_m / sum : NAN;
    }
}

// Best first; equal ones, and all of them where nothing is known, as the case lists them.
static void sources_sort(struct run_skill_source *source, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct run_skill_source one = source[i];
        size_t at = i;
        for (; at > 0 && source[at - 1].ss_star < one.ss_star; at--)
            source[at] = source[at - 1];
        source[at] = one;
    }
}

enum ph_status skill_rank(struct skill_work *w, struct ph_err *err)
{
    struct run_skill *skill = w->skill;
    size_t n = w->run->c.n_forcing[SCENARIO_CURRENT];
    struct ranked *ranked = CORE_ARENA_NEW(&skill->arena, struct ranked, n);
    skill->source = CORE_ARENA_NEW(&skill->arena, struct run_skill_source, n);
    if (!ranked || !skill->source)
        return core_err_nomem(err);
    for (size_t k = 0; k < n; k++) {
        enum ph_status status = source_rank(w, k, &ranked[k], err);
        if (status)
            return status;
    }
    skill->n_sources = n;
    skill->rank_horizon_s = (double)rank_hours(&skill->options) * RUN_SKILL_STEP_S;
    sources_sum(skill, ranked, ranked[0].weight);
    sources_sort(skill->source, n);
    return PH_OK;
}
