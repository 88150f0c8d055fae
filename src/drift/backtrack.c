#include "drift/backtrack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/units.h"
#include "drift/proposal.h"
#include "geo/grid.h"

// The likelihood is a little wider than the find's error: by this part of the drift's own spread. Else hardly
// a member would count where the find is exact; the region of the start widens by two hundredths.
static const double likelihood_part = 0.2;

// Of the kernels' width, when starts are dealt out: copies of one member part.
static const double deal_part = 0.3;

static const double few = 100; // effective members below which the region is rough
static const double much_missing = 0.01;

// The find's draws have a key of their own, beside the run's.
static uint64_t key_of(const struct scenario_case *c, size_t source, size_t round)
{
    return c->drift.seed ^ (0x9E3779B97F4A7C15u * (uint64_t)(1 + 16 * source + round));
}

struct tracking {
    const struct scenario_case *c;
    const struct scenario_source *find;
    size_t source;
    struct forcing *forcing;
    struct geo_coast *coast;
    struct core_job *job;
    struct core_arena arena;
    struct drift_proposal proposal;
    size_t n; // members
    struct drift_beginning *start;
    double *density, *weight;
    struct scenario_seeds seeds; // of the members
    double effective, missing_frac;
};

// ---- one round ----

static enum ph_status members_alloc(struct tracking *t, struct ph_err *err)
{
    struct core_arena *a = &t->arena;
    size_t n = t->n;
    struct scenario_seeds *s = &t->seeds;
    s->n = n;
    if (!(t->start = CORE_ARENA_NEW(a, struct drift_beginning, n)) ||
        !(t->density = CORE_ARENA_NEW(a, double, n)) || !(t->weight = CORE_ARENA_NEW(a, double, n)) ||
        !(s->lat_deg = CORE_ARENA_NEW(a, double, n)) || !(s->lon_deg = CORE_ARENA_NEW(a, double, n)) ||
        !(s->start_ns = CORE_ARENA_NEW(a, int64_t, n)) || !(s->source = CORE_ARENA_NEW(a, uint16_t, n)) ||
        !(s->object = CORE_ARENA_NEW(a, uint16_t, n)) || !(s->side = CORE_ARENA_NEW(a, uint8_t, n)) ||
        !(s->weight = CORE_ARENA_NEW(a, double, n)))
        return core_err_nomem(err);
    return PH_OK;
}

// Objects in proportion to their weights, strewn over the members; sides by chance.
static void members_name(struct tracking *t)
{
    double sum = 0;
    for (size_t o = 0; o < t->c->n_objects; o++)
        sum += t->find->found_object[o] ? t->c->object[o].weight : 0;
    for (size_t i = 0; i < t->n; i++) {
        // Multiples of the golden ratio fill (0, 1) evenly in any stretch.
        double u = fmod(0.5 + (double)i * 0.6180339887498949, 1.0) * sum, upto = 0;
        size_t object = 0;
        for (size_t o = 0; o < t->c->n_objects; o++) {
            double weight = t->find->found_object[o] ? t->c->object[o].weight : 0;
            if (weight > 0 && upto <= u)
                object = o;
            upto += weight;
        }
        uint32_t words[4];
        core_rng_words(key_of(t->c, t->source, 0), i, 0, CORE_RNG_SIDE, words);
        t->seeds.object[i] = (uint16_t)object;
        t->seeds.source[i] = (uint16_t)t->source;
        t->seeds.side[i] = t->c->drift.orientation == SCENARIO_BOTH
                               ? words[0] >> 31
                               : t->c->drift.orientation == SCENARIO_LEFT;
        t->seeds.weight[i] = 1 / (double)t->n;
    }
}

static struct geo_pos pos_of(const struct tracking *t, struct drift_beginning start)
{
    return geo_plane_to_pos(&t->proposal.plane, start.at);
}

static int64_t time_of(const struct tracking *t, struct drift_beginning start)
{
    return t->find->start->time.from_ns - (int64_t)(start.back_s * 1e9);
}

static void starts_draw(struct tracking *t, uint64_t key)
{
    for (size_t i = 0; i < t->n; i++) {
        t->start[i] = drift_proposal_draw(&t->proposal, key, i);
        t->density[i] = drift_proposal_density(&t->proposal, t->start[i]);
        struct geo_pos pos = pos_of(t, t->start[i]);
        t->seeds.lat_deg[i] = pos.lat_deg;
        t->seeds.lon_deg[i] = pos.lon_deg;
        t->seeds.start_ns[i] = time_of(t, t->start[i]);
    }
}

static enum ph_status coast_ready(struct tracking *t, struct ph_err *err)
{
    struct geo_box box;
    if (!t->coast || !geo_box_of(t->n, t->seeds.lat_deg, t->seeds.lon_deg, &box))
        return PH_OK;
    return geo_coast_load(t->coast, geo_box_grow(box, 10e3), err);
}

// Where a member is at the time of the find: at a moment of its own in the find's window.
static struct geo_xy place_then(const struct tracking *t, const struct drift_ensemble *e, size_t i,
                                uint64_t key)
{
    size_t last = (e->n_times - 1) * e->n;
    const struct geo_pos a = {e->lat_deg[i], e->lon_deg[i]}, b = {e->lat_deg[last + i], e->lon_deg[last + i]};
    struct geo_xy from = geo_plane_to_xy(&t->proposal.plane, a), to = geo_plane_to_xy(&t->proposal.plane, b);
    double u[4];
    core_rng_uniform(key, i, 0, CORE_RNG_TIME, u);
    return (struct geo_xy){from.x_m + u[0] * (to.x_m - from.x_m), from.y_m + u[0] * (to.y_m - from.y_m)};
}

// Weight = likelihood of the find x prior (uniform over the sea and the time) / density of the proposal.
static void weigh(struct tracking *t, const struct drift_ensemble *e, uint64_t key)
{
    size_t missing = 0;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct geo_pos pos = {t->seeds.lat_deg[i], t->seeds.lon_deg[i]};
        bool stopped = e->status[(e->n_times - 1) * e->n + i] == DRIFT_MISSING_DATA;
        missing += stopped;
        t->weight[i] = 0;
        if (stopped || (t->coast && geo_coast_is_land(t->coast, pos)))
            continue;
        double part_m = likelihood_part * drift_proposal_spread_m(&t->proposal, t->start[i].back_s);
        double variance = t->proposal.find_sd_m * t->proposal.find_sd_m + part_m * part_m;
        struct geo_xy at = place_then(t, e, i, key);
        double far2 = at.x_m * at.x_m + at.y_m * at.y_m;
        t->weight[i] = exp(-0.5 * far2 / variance) / variance / t->density[i];
        sum += t->weight[i];
        squares += t->weight[i] * t->weight[i];
    }
    t->effective = squares > 0 ? sum * sum / squares : 0;
    t->missing_frac = (double)missing / (double)t->n;
}

// The members' own case: from their starts to the find, with draws of their own.
static struct scenario_case members_case(const struct tracking *t, uint64_t key)
{
    struct scenario_case c = *t->c;
    const struct scenario_window when = t->find->start->time;
    c.drift.particles = t->n;
    c.drift.seed = key;
    c.drift.start_ns = when.from_ns;
    c.drift.until_ns = when.to_ns;
    c.drift.output_every_s = fmax((double)(when.to_ns - when.from_ns) * 1e-9, 1);
    c.on_missing = SCENARIO_MISSING_STOP;
    return c;
}

static enum ph_status nothing_near(const struct tracking *t, struct ph_err *err)
{
    return core_err_set(
        err, PH_EINPUT, t->find->id,
        "check the find's position, time and probable error, what it may be (object_ids) and that "
        "wind and current reach back to \"earliest\" there",
        "no drift that begins at sea leads to the find of this scenario");
}

static enum ph_status round_run(struct tracking *t, size_t round, struct ph_err *err)
{
    uint64_t key = key_of(t->c, t->source, 1 + round);
    struct scenario_case c = members_case(t, key);
    struct core_job quiet = {.threads = t->job ? t->job->threads : 1, .stop = t->job ? t->job->stop : NULL};
    struct drift_ensemble e = {0};
    struct drift_service service;
    starts_draw(t, key);
    enum ph_status status = coast_ready(t, err);
    if (!status)
        status = drift_run(&c, &t->seeds, t->forcing, t->coast, &quiet, &e, &service, err);
    core_job_fini(&quiet); // the run itself says what it thinks of the forcing
    if (status)
        return status;
    weigh(t, &e, key);
    drift_ensemble_free(&e);
    core_job_log(t->job, CORE_LOG_INFO, "backtrack.round",
                 "%s: round %zu, %.0f of %zu members agree with the find", t->find->id, round + 1,
                 t->effective, t->n);
    return t->effective > 0 ? PH_OK : nothing_near(t, err);
}

// ---- dealing out ----

// True when what was found may be whatever drifts: then each object has starts of its own.
static bool find_is_object(const struct tracking *t)
{
    for (size_t o = 0; o < t->c->n_objects; o++)
        if (t->c->object[o].weight > 0 && t->find->found_object[o] != t->find->object_allowed[o])
            return false;
    return true;
}

// Members of one object (or of all, SIZE_MAX) with their weights summed up.
struct pool {
    size_t n, *member;
    double *upto, sum;
};

static bool pool_make(struct tracking *t, size_t object, struct pool *out)
{
    *out = (struct pool){.member = CORE_ARENA_NEW(&t->arena, size_t, t->n),
                         .upto = CORE_ARENA_NEW(&t->arena, double, t->n)};
    for (size_t i = 0; out->member && out->upto && i < t->n; i++) {
        if (!(t->weight[i] > 0) || (object != SIZE_MAX && t->seeds.object[i] != object))
            continue;
        out->sum += t->weight[i];
        out->member[out->n] = i;
        out->upto[out->n++] = out->sum;
    }
    return out->member && out->upto;
}

static size_t pool_pick(const struct pool *pool, double u)
{
    size_t low = 0, high = pool->n - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (pool->upto[mid] <= u * pool->sum)
            low = mid + 1;
        else
            high = mid;
    }
    return pool->member[low];
}

static void particle_deal(struct tracking *t, const struct pool *pool, struct scenario_seeds *seeds, size_t i)
{
    double u[4];
    uint64_t key = key_of(t->c, t->source, 0);
    core_rng_uniform(key, i, 0, CORE_RNG_POSITION, u);
    struct drift_beginning start = t->start[pool_pick(pool, u[0])];
    struct drift_beginning moved = drift_proposal_jitter(&t->proposal, start, deal_part, key, i);
    if (!t->coast || !geo_coast_is_land(t->coast, pos_of(t, moved)))
        start = moved;
    struct geo_pos pos = pos_of(t, start);
    seeds->lat_deg[i] = pos.lat_deg;
    seeds->lon_deg[i] = pos.lon_deg;
    seeds->start_ns[i] = time_of(t, start);
}

// Weights of objects after the find: what was dealt to each, times how well it explains the find.
static void weights_turn(struct tracking *t, const struct pool *pool, struct scenario_seeds *seeds)
{
    double prior = 0, posterior = 0, *count = CORE_ARENA_NEW(&t->arena, double, t->c->n_objects);
    for (size_t i = 0; count && i < t->n; i++)
        count[t->seeds.object[i]]++;
    for (int pass = 0; count && pass < 2; pass++)
        for (size_t i = 0; i < seeds->n; i++) {
            size_t o = seeds->object[i];
            if (seeds->source[i] != t->source)
                continue;
            double evidence = count[o] > 0 ? pool[o].sum / count[o] : 0;
            if (pass) {
                seeds->weight[i] *= evidence * prior / posterior;
            } else {
                prior += seeds->weight[i];
                posterior += seeds->weight[i] * evidence;
            }
        }
}

static enum ph_status deal(struct tracking *t, struct scenario_seeds *seeds, struct ph_err *err)
{
    bool each = find_is_object(t);
    size_t n = t->c->n_objects;
    struct pool *pool = CORE_ARENA_NEW(&t->arena, struct pool, n + 1);
    if (!pool || !pool_make(t, SIZE_MAX, &pool[n]))
        return core_err_nomem(err);
    for (size_t o = 0; each && o < n; o++)
        if (t->find->found_object[o] && !pool_make(t, o, &pool[o]))
            return core_err_nomem(err);
    for (size_t i = 0; i < seeds->n; i++) {
        const struct pool *mine = each ? &pool[seeds->object[i]] : &pool[n];
        if (seeds->source[i] == t->source)
            particle_deal(t, mine->n ? mine : &pool[n], seeds, i);
    }
    if (each)
        weights_turn(t, pool, seeds);
    return PH_OK;
}

// ---- what there is to say ----

struct dated {
    int64_t t_ns;
    double weight;
};

static int dated_compare(const void *a, const void *b)
{
    int64_t p = ((const struct dated *)a)->t_ns, q = ((const struct dated *)b)->t_ns;
    return p < q ? -1 : p > q;
}

// Mean place, and times below which 5, 50 and 95 % of the weight lie.
static enum ph_status describe(struct tracking *t, struct drift_backtrack *out, struct ph_err *err)
{
    struct dated *dated = CORE_ARENA_NEW(&t->arena, struct dated, t->n);
    double sum = 0, x = 0, y = 0, upto = 0;
    if (!dated)
        return core_err_nomem(err);
    for (size_t i = 0; i < t->n; i++) {
        dated[i] = (struct dated){t->seeds.start_ns[i], t->weight[i]};
        sum += t->weight[i];
        x += t->weight[i] * t->start[i].at.x_m;
        y += t->weight[i] * t->start[i].at.y_m;
    }
    out->mean = geo_plane_to_pos(&t->proposal.plane, (struct geo_xy){x / sum, y / sum});
    qsort(dated, t->n, sizeof *dated, dated_compare);
    for (size_t i = 0; i < t->n; i++) {
        double before = upto / sum;
        upto += dated[i].weight;
        if (before <= 0.05)
            out->from_ns = dated[i].t_ns;
        if (before <= 0.5)
            out->median_ns = dated[i].t_ns;
        if (before <= 0.95)
            out->to_ns = dated[i].t_ns;
    }
    return PH_OK;
}

static void warn(const struct tracking *t)
{
    if (t->effective < few)
        core_job_warn(
            t->job, "backtrack-few",
            "Only %.0f of %zu members of \"%s\" lead to the find: where and when it began is a rough guess.",
            t->effective, t->n, t->find->id);
    if (t->missing_frac > much_missing)
        core_job_warn(
            t->job, "backtrack-missing",
            "%.0f %% of the members of \"%s\" left what wind and current cover before the find and do not "
            "count: starts out there are not looked at.",
            100 * t->missing_frac, t->find->id);
}

static enum ph_status all_rounds(struct tracking *t, size_t rounds, struct ph_err *err)
{
    enum ph_status status =
        drift_proposal_init(t->c, t->source, t->forcing, t->job, &t->arena, &t->proposal, err);
    if (!status)
        status = members_alloc(t, err);
    if (status)
        return status;
    members_name(t);
    for (size_t round = 0; !status && round < rounds; round++) {
        if (round)
            drift_proposal_learn(&t->proposal, t->n, t->start, t->weight, t->effective,
                                 key_of(t->c, t->source, 1 + round));
        status = round_run(t, round, err);
        core_job_progress(t->job, "backtrack", (double)(round + 1) / (double)rounds);
    }
    return status;
}

enum ph_status drift_backtrack(const struct scenario_case *c, size_t source,
                               const struct drift_backtrack_effort *effort, struct forcing *forcing,
                               struct geo_coast *coast, struct core_job *job, struct scenario_seeds *seeds,
                               struct drift_backtrack *out, struct ph_err *err)
{
    size_t rounds = effort && effort->rounds ? effort->rounds : DRIFT_BACKTRACK_ROUNDS;
    struct tracking t = {
        .c = c, .find = &c->source[source], .source = source, .forcing = forcing, .coast = coast};
    struct drift_backtrack done = {0};
    t.job = job;
    t.n = effort && effort->members ? effort->members : DRIFT_BACKTRACK_MEMBERS;
    enum ph_status status = all_rounds(&t, rounds, err);
    if (!status)
        status = describe(&t, &done, err);
    if (!status)
        status = deal(&t, seeds, err);
    if (!status) {
        warn(&t);
        done.members = t.n;
        done.rounds = rounds;
        done.effective = t.effective;
        done.missing_frac = t.missing_frac;
        *out = done;
    }
    core_arena_fini(&t.arena);
    return status;
}
