// When too few particles carry what is left: others, which do, from the same scenarios.
//
// A particle is its number: with the seed it gives start, side, leeway and all that chance does to it on the
// way (core/rng.h). What is known of a particle before it drifts (scenario, object, place and time of its
// start, its leeway) tells how likely it is to agree with the reports; a regression tree on the particles
// that have drifted says how much (prob/tree.h). So: of a set many times as large, drawn from the prior like
// the first one but with numbers of its own, so many are chosen as were run before, by systematic sampling
// with probability in proportion to
//     prior weight x r,   r = 0.1 + 0.9 sqrt(mean of L^2 in the tree's leaf) / its mean over the set,
// and only they drift. The prior weight of one that is chosen is divided by its chance of being chosen
// (Horvitz and Thompson 1952), and weights of each (scenario, object) are brought to their prior sum. This is
// importance sampling: whatever the tree says, the posterior is that of a run of the whole large set, only
// with less or more chance in it; sqrt(mean L^2) is the choice with the least (Stone 1975; Kahn and Marshall
// 1953). The jitter about those that agreed is the prior's own, so nobody starts on land or outside a
// scenario.
#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/units.h"
#include "drift/backtrack.h"
#include "drift/kernel.h"
#include "prob/tree.h"
#include "run/reports.h"

enum { FEATURES = 5, LEAF = 24, SET_TIMES = 48, SET_MOST = 2000000 };

static const double floor_part = 0.1;

struct choosing {
    struct run *run;
    struct scenario_case c; // the set's: seed and number of particles are its own
    struct core_arena arena;
    struct scenario_seeds set;
    double middle_lon_deg;    // longitudes are counted from here
    double *column[FEATURES]; // of one stratum at a time
    double *target, *weight;
    double *promise; // [set.n] r
};

static uint64_t key_of(const struct run *run, size_t round)
{
    return run->c.drift.seed ^ (0xD1B54A32D192ED03u * (uint64_t)round);
}

// ---- the set ----

// Finds that are traced back: from the same draws as before, so that the region of the start is the same.
static enum ph_status set_trace(struct choosing *ch, struct core_job *job, struct ph_err *err)
{
    struct run *run = ch->run;
    for (size_t s = 0; s < run->c.n_sources; s++) {
        struct drift_backtrack done;
        if (run->c.source[s].kind != SCENARIO_BACKTRACK || !(run->c.source[s].weight > 0))
            continue;
        enum ph_status status =
            drift_backtrack(&run->c, s, NULL, run->forcing, run->coast, job, &ch->set, &done, err);
        if (status)
            return status;
    }
    return PH_OK;
}

static enum ph_status set_make(struct choosing *ch, size_t round, struct ph_err *err)
{
    struct run *run = ch->run;
    size_t n = run->c.drift.particles * SET_TIMES, least = run->c.drift.particles * 2;
    struct core_job quiet = {.threads = run->job->threads, .stop = run->job->stop};
    ch->c = run->c;
    ch->c.drift.particles = n < SET_MOST ? n : least > SET_MOST ? least : SET_MOST;
    ch->c.drift.seed = key_of(run, round);
    enum ph_status status = scenario_seed(&ch->c, run->coast, &quiet, &ch->arena, &ch->set, err);
    if (!status)
        status = set_trace(ch, &quiet, err);
    core_job_fini(&quiet); // the first run has said it
    return status;
}

// ---- what is known of a particle before it drifts ----

static void feature_of(const struct scenario_case *c, const struct scenario_seeds *seeds, size_t i,
                       double middle_lon_deg, double out[FEATURES])
{
    uint32_t number = seeds->number ? seeds->number[i] : (uint32_t)i;
    struct drift_leeway_draw draw =
        drift_kernel_draw(&c->object[seeds->object[i]].leeway, c->drift.leeway_noise, c->drift.seed, number);
    out[0] = seeds->lat_deg[i];
    out[1] = core_deg_wrap180(seeds->lon_deg[i] - middle_lon_deg);
    out[2] = (double)(seeds->start_ns[i] - c->drift.start_ns) / CORE_NS_PER_S;
    out[3] = draw.down.slope_frac;
    out[4] = seeds->side[i] ? draw.left.slope_frac : draw.right.slope_frac;
}

// ---- how promising each of the set is ----

static double leaf_value(const struct choosing *ch, const struct prob_tree *tree, size_t leaf)
{
    double sum = 0, weight = 0;
    for (uint32_t k = tree->node[leaf].from; k < tree->node[leaf].from + tree->node[leaf].n; k++) {
        uint32_t i = tree->order[k];
        sum += ch->weight[i] * ch->target[i] * ch->target[i];
        weight += ch->weight[i];
    }
    return weight > 0 ? sqrt(sum / weight) : 0;
}

// One (scenario, object): the tree of those that drifted, looked up by those of the set.
static enum ph_status stratum_promise(struct choosing *ch, const struct scenario_case *drifted, size_t source,
                                      size_t object, const double *likelihood, struct ph_err *err)
{
    const struct scenario_seeds *from = &ch->run->seeds;
    size_t n = 0;
    double at[FEATURES];
    for (size_t i = 0; i < from->n; i++) {
        if (from->source[i] != source || from->object[i] != object)
            continue;
        feature_of(drifted, from, i, ch->middle_lon_deg, at);
        for (size_t f = 0; f < FEATURES; f++)
            ch->column[f][n] = at[f];
        ch->target[n] = likelihood[i];
        ch->weight[n++] = ch->run->ensemble.weight[i];
    }
    struct core_arena arena = {0};
    struct prob_tree tree;
    struct prob_sample sample = {n, FEATURES, (const double *const *)ch->column, ch->target, ch->weight};
    enum ph_status status = prob_tree_make(&sample, LEAF, &arena, &tree, err);
    double *value = status ? NULL : CORE_ARENA_NEW(&arena, double, tree.n_nodes);
    if (!status && !value)
        status = core_err_nomem(err);
    for (size_t k = 0; !status && k < tree.n_nodes; k++)
        value[k] = tree.node[k].feature < 0 ? leaf_value(ch, &tree, k) : 0;
    for (size_t j = 0; !status && j < ch->set.n; j++)
        if (ch->set.source[j] == source && ch->set.object[j] == object) {
            feature_of(&ch->c, &ch->set, j, ch->middle_lon_deg, at);
            ch->promise[j] = value[prob_tree_leaf(&tree, at)];
        }
    core_arena_fini(&arena);
    return status;
}

static enum ph_status promise_make(struct choosing *ch, size_t round, const double *likelihood,
                                   struct ph_err *err)
{
    const struct run *run = ch->run;
    struct scenario_case drifted = run->c; // those that drifted have the numbers of their own round
    if (round > 1)
        drifted.drift.seed = key_of(run, round - 1);
    double sum = 0, weight = 0;
    for (size_t s = 0; s < run->c.n_sources; s++)
        for (size_t o = 0; o < run->c.n_objects; o++) {
            enum ph_status status = stratum_promise(ch, &drifted, s, o, likelihood, err);
            if (status)
                return status;
        }
    for (size_t j = 0; j < ch->set.n; j++)
        sum += ch->set.weight[j] * ch->promise[j], weight += ch->set.weight[j];
    for (size_t j = 0; j < ch->set.n; j++)
        ch->promise[j] = floor_part + (1 - floor_part) * (sum > 0 ? ch->promise[j] * weight / sum : 1);
    return PH_OK;
}

// ---- the choice ----

static bool chosen_alloc(size_t n, bool voyages, struct core_arena *arena, struct scenario_seeds *out)
{
    *out = (struct scenario_seeds){.n = n};
    if (voyages && !(out->attempt = CORE_ARENA_NEW(arena, uint32_t, n)))
        return false;
    return (out->lat_deg = CORE_ARENA_NEW(arena, double, n)) &&
           (out->lon_deg = CORE_ARENA_NEW(arena, double, n)) &&
           (out->start_ns = CORE_ARENA_NEW(arena, int64_t, n)) &&
           (out->source = CORE_ARENA_NEW(arena, uint16_t, n)) &&
           (out->object = CORE_ARENA_NEW(arena, uint16_t, n)) &&
           (out->side = CORE_ARENA_NEW(arena, uint8_t, n)) &&
           (out->weight = CORE_ARENA_NEW(arena, double, n)) &&
           (out->number = CORE_ARENA_NEW(arena, uint32_t, n));
}

static void take(const struct scenario_seeds *set, size_t j, double weight, struct scenario_seeds *out)
{
    size_t k = out->n++;
    out->lat_deg[k] = set->lat_deg[j], out->lon_deg[k] = set->lon_deg[j];
    out->start_ns[k] = set->start_ns[j];
    out->source[k] = set->source[j], out->object[k] = set->object[j], out->side[k] = set->side[j];
    if (out->attempt)
        out->attempt[k] = set->attempt[j];
    out->number[k] = (uint32_t)j;
    out->weight[k] = weight;
}

// Ticks (k + u) of the running sum of weight x promise; one that is met twice counts twice.
static void set_choose(const struct choosing *ch, size_t most, struct scenario_seeds *out)
{
    const struct scenario_seeds *set = &ch->set;
    double total = 0, running = 0, u[4];
    for (size_t j = 0; j < set->n; j++)
        total += set->weight[j] * ch->promise[j];
    core_rng_uniform(ch->c.drift.seed, 0, 0, CORE_RNG_RESAMPLE, u);
    size_t tick = 0;
    out->n = 0;
    for (size_t j = 0; j < set->n; j++) {
        size_t met = 0;
        running += set->weight[j] * ch->promise[j];
        while (tick < most && ((double)tick + u[0]) / (double)most * total < running)
            tick++, met++;
        if (met)
            take(set, j, (double)met / ch->promise[j], out);
    }
}

// Each (scenario, object) has the weight that it had before any report.
static enum ph_status strata_weigh(struct choosing *ch, struct scenario_seeds *out, struct ph_err *err)
{
    size_t o = ch->run->c.n_objects, strata = ch->run->c.n_sources * o;
    double *wanted = CORE_ARENA_NEW(&ch->arena, double, strata),
           *got = CORE_ARENA_NEW(&ch->arena, double, strata);
    double all = 0;
    if (!wanted || !got)
        return core_err_nomem(err);
    for (size_t j = 0; j < ch->set.n; j++)
        wanted[ch->set.source[j] * o + ch->set.object[j]] += ch->set.weight[j];
    for (size_t i = 0; i < out->n; i++)
        got[out->source[i] * o + out->object[i]] += out->weight[i];
    for (size_t i = 0; i < out->n; i++) {
        size_t s = out->source[i] * o + out->object[i];
        out->weight[i] *= wanted[s] / got[s];
        all += out->weight[i];
    }
    for (size_t i = 0; i < out->n; i++)
        out->weight[i] /= all;
    return PH_OK;
}

static enum ph_status chosen_drift(struct choosing *ch, struct scenario_seeds *seeds, struct ph_err *err)
{
    struct run *run = ch->run;
    struct core_job job = {.threads = run->job->threads,
                           .stop = run->job->stop,
                           .progress = run->job->progress,
                           .progress_arg = run->job->progress_arg};
    struct drift_ensemble ensemble;
    struct drift_service service;
    enum ph_status status =
        drift_run(&ch->c, seeds, run->forcing, run->coast, &job, &ensemble, &service, err);
    core_job_fini(&job); // the first run has said what it thinks of the forcing
    if (status)
        return status;
    drift_ensemble_free(&run->ensemble);
    run->ensemble = ensemble;
    run->seeds = *seeds;
    service.particle_steps += run->service.particle_steps;
    service.wall_s += run->service.wall_s;
    run->service = service; // its intervals are the new ensemble's
    return PH_OK;
}

enum ph_status run_resample(struct run *run, const double *likelihood, size_t round, struct ph_err *err)
{
    struct choosing ch = {.run = run, .middle_lon_deg = run->seeds.lon_deg[0]};
    struct scenario_seeds chosen;
    size_t n = run->seeds.n, most = run->c.drift.particles;
    bool good = (ch.target = CORE_ARENA_NEW(&ch.arena, double, n)) &&
                (ch.weight = CORE_ARENA_NEW(&ch.arena, double, n));
    for (size_t f = 0; f < FEATURES; f++)
        good = good && (ch.column[f] = CORE_ARENA_NEW(&ch.arena, double, n));
    enum ph_status status = good ? set_make(&ch, round, err) : core_err_nomem(err);
    if (!status && (!(ch.promise = CORE_ARENA_NEW(&ch.arena, double, ch.set.n)) ||
                    !chosen_alloc(most, ch.set.attempt, &run->arena, &chosen)))
        status = core_err_nomem(err);
    if (!status)
        status = promise_make(&ch, round, likelihood, err);
    if (!status) {
        set_choose(&ch, most, &chosen);
        status = strata_weigh(&ch, &chosen, err);
    }
    if (!status)
        status = chosen_drift(&ch, &chosen, err);
    core_arena_fini(&ch.arena);
    return status;
}
