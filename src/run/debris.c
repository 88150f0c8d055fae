// Debris that was found: from where could it have come?
//
// A piece of debris drifts with its own leeway from the place and moment at which a particle starts. Members
// (one for each particle, at most DEBRIS_MEMBERS) are run from the particles' own starts to the time of the
// find. Members that began near each other in place and time share what the sea may have done: for particle i
//     L_i = mean over the members j of its cell of N(find; start_i + (end_j - start_j) T_i / T_j, sigma^2 +
//     h^2)
// with T the time adrift, sigma the find's error and h = s n^(-1/6) the bandwidth of a kernel estimate in the
// plane (Silverman 1986, eq. 4.14), s the spread of the cell's displacements. The mean of L over a scenario's
// particles is then the kernel density of its debris at the find. Errors of wind and current are the debris's
// own.
#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/units.h"
#include "plan/flat.h"
#include "prob/tree.h"
#include "run/reports.h"

enum { DEBRIS_MEMBERS = 20000, CELL = 48, FEATURES = 3, BLOCK = 256 };

struct debris_run {
    struct run *run;
    const struct scenario_debris *debris;
    struct core_arena arena;
    struct plan_flat flat; // about the find
    size_t n, stride;      // members; particle j * stride starts where member j does
    struct scenario_seeds seeds;
    double *x, *y, *since_s; // [n] starts, and how long before the find
    double *dx, *dy;         // [n] how far they drifted; NAN: not known
    struct prob_tree *tree;  // [n_sources]
    uint32_t **member;       // [n_sources] the members of each
    double *likely;
};

// Of the debris's id, so that its draws do not hang on what else was reported.
static uint64_t key_of(const struct run *run, const char *id)
{
    uint64_t hash = 0xCBF29CE484222325u; // FNV-1a
    for (; *id; id++)
        hash = (hash ^ (unsigned char)*id) * 0x100000001B3u;
    return run->c.drift.seed ^ hash;
}

static bool room(struct debris_run *d)
{
    struct core_arena *a = &d->arena;
    struct scenario_seeds *s = &d->seeds;
    size_t n = s->n = d->n, sources = d->run->c.n_sources;
    return (s->lat_deg = CORE_ARENA_NEW(a, double, n)) && (s->lon_deg = CORE_ARENA_NEW(a, double, n)) &&
           (s->start_ns = CORE_ARENA_NEW(a, int64_t, n)) && (s->source = CORE_ARENA_NEW(a, uint16_t, n)) &&
           (s->object = CORE_ARENA_NEW(a, uint16_t, n)) && (s->side = CORE_ARENA_NEW(a, uint8_t, n)) &&
           (s->weight = CORE_ARENA_NEW(a, double, n)) && (d->x = CORE_ARENA_NEW(a, double, n)) &&
           (d->y = CORE_ARENA_NEW(a, double, n)) && (d->since_s = CORE_ARENA_NEW(a, double, n)) &&
           (d->dx = CORE_ARENA_NEW(a, double, n)) && (d->dy = CORE_ARENA_NEW(a, double, n)) &&
           (d->tree = CORE_ARENA_NEW(a, struct prob_tree, sources)) &&
           (d->member = CORE_ARENA_NEW(a, uint32_t *, sources));
}

static double since_start_s(const struct debris_run *d, int64_t start_ns)
{
    return (double)(d->debris->t_ns - start_ns) / CORE_NS_PER_S;
}

static void members_place(struct debris_run *d)
{
    const struct scenario_seeds *from = &d->run->seeds;
    for (size_t j = 0; j < d->n; j++) {
        size_t i = j * d->stride;
        d->seeds.lat_deg[j] = from->lat_deg[i], d->seeds.lon_deg[j] = from->lon_deg[i];
        d->seeds.start_ns[j] = from->start_ns[i];
        d->seeds.source[j] = from->source[i];
        d->seeds.object[j] = 0;
        d->seeds.side[j] = j % 2; // half to each side of downwind
        d->seeds.weight[j] = 1 / (double)d->n;
        struct geo_xy xy = plan_flat_to_xy(&d->flat, from->lat_deg[i], from->lon_deg[i]);
        d->x[j] = xy.x_m, d->y[j] = xy.y_m;
        d->since_s[j] = since_start_s(d, from->start_ns[i]);
    }
}

// The members' own case: one object, to the time of the find.
static enum ph_status members_drift(struct debris_run *d, struct ph_err *err)
{
    struct scenario_case c = d->run->c;
    struct scenario_object object = d->debris->object;
    struct core_job quiet = {.threads = d->run->job->threads, .stop = d->run->job->stop};
    struct drift_ensemble e;
    struct drift_service service;
    c.object = &object, c.n_objects = 1;
    c.drift.seed = key_of(d->run, d->debris->id);
    c.drift.start_ns = c.drift.until_ns = d->debris->t_ns;
    c.drift.output_every_s = 1;
    c.drift.particles = d->n;
    c.on_missing = SCENARIO_MISSING_STOP;
    enum ph_status status =
        drift_run(&c, &d->seeds, d->run->forcing, d->run->coast, &quiet, &e, &service, err);
    core_job_fini(&quiet); // the run itself says what it thinks of the forcing
    if (status)
        return status;
    for (size_t j = 0; j < d->n; j++) {
        bool there = e.status[j] == DRIFT_ACTIVE || e.status[j] == DRIFT_STRANDED;
        struct geo_xy xy = {NAN, NAN};
        if (there)
            xy = plan_flat_to_xy(&d->flat, e.lat_deg[j], e.lon_deg[j]);
        d->dx[j] = xy.x_m - d->x[j], d->dy[j] = xy.y_m - d->y[j];
    }
    drift_ensemble_free(&e);
    return PH_OK;
}

// Members of each scenario in cells of like starts.
static enum ph_status cells_make(struct debris_run *d, struct ph_err *err)
{
    double *column[FEATURES] = {CORE_ARENA_NEW(&d->arena, double, d->n),
                                CORE_ARENA_NEW(&d->arena, double, d->n),
                                CORE_ARENA_NEW(&d->arena, double, d->n)};
    for (size_t s = 0; s < d->run->c.n_sources; s++) {
        size_t n = 0;
        d->member[s] = CORE_ARENA_NEW(&d->arena, uint32_t, d->n);
        if (!column[0] || !column[1] || !column[2] || !d->member[s])
            return core_err_nomem(err);
        for (size_t j = 0; j < d->n; j++)
            if (d->seeds.source[j] == s) {
                column[0][n] = d->x[j], column[1][n] = d->y[j], column[2][n] = d->since_s[j];
                d->member[s][n++] = (uint32_t)j;
            }
        struct prob_sample sample = {n, FEATURES, (const double *const *)column, NULL, d->seeds.weight};
        enum ph_status status = prob_tree_make(&sample, CELL, &d->arena, &d->tree[s], err);
        if (status)
            return status;
    }
    return PH_OK;
}

// Of a cell's displacements: how many are known, and their variance along an axis.
static size_t cell_spread(const struct debris_run *d, const uint32_t *member, const uint32_t *order, size_t n,
                          double *variance_m2)
{
    double x = 0, y = 0, squares = 0;
    size_t known = 0;
    for (size_t k = 0; k < n; k++) {
        uint32_t j = member[order[k]];
        if (isnan(d->dx[j]))
            continue;
        known++;
        x += d->dx[j], y += d->dy[j];
        squares += d->dx[j] * d->dx[j] + d->dy[j] * d->dy[j];
    }
    if (known)
        *variance_m2 =
            fmax(0, squares / (double)known - (x * x + y * y) / ((double)known * (double)known)) / 2;
    return known;
}

static double particle_likely(const struct debris_run *d, size_t i)
{
    const struct scenario_seeds *seeds = &d->run->seeds;
    size_t s = seeds->source[i];
    struct geo_xy at = plan_flat_to_xy(&d->flat, seeds->lat_deg[i], seeds->lon_deg[i]);
    double since_s = since_start_s(d, seeds->start_ns[i]), variance, sum = 0;
    if (!(since_s > 0))
        return 0; // it was found before
    const struct prob_tree_node *cell =
        &d->tree[s].node[prob_tree_leaf(&d->tree[s], (const double[]){at.x_m, at.y_m, since_s})];
    const uint32_t *order = d->tree[s].order + cell->from;
    size_t known = cell_spread(d, d->member[s], order, cell->n, &variance);
    if (!known)
        return NAN;
    double sigma_m = d->debris->spread.sigma_m;
    variance = variance * pow((double)known, -1.0 / 3) + sigma_m * sigma_m;
    for (size_t k = 0; k < cell->n; k++) {
        uint32_t j = d->member[s][order[k]];
        double part = d->since_s[j] > 0 ? since_s / d->since_s[j] : NAN;
        double x = at.x_m + d->dx[j] * part, y = at.y_m + d->dy[j] * part; // the find is the origin
        double far2 = x * x + y * y;
        sum += far2 < 1400 * variance ? exp(-far2 / (2 * variance)) : 0; // NAN: not known, does not count
    }
    return sum / (2 * CORE_PI * variance * (double)known);
}

static void particles_likely(void *arg, size_t from, size_t to, int thread)
{
    struct debris_run *d = arg;
    (void)thread;
    for (size_t i = from; i < to; i++)
        d->likely[i] = particle_likely(d, i);
}

enum ph_status run_debris_likely(struct run *run, const struct scenario_debris *debris, double *likely,
                                 bool *inside, struct ph_err *err)
{
    struct debris_run d = {.run = run, .debris = debris, .likely = likely};
    *inside = debris->t_ns <= run->c.drift.until_ns && debris->t_ns >= run->ensemble.time_ns[0];
    if (!*inside)
        return PH_OK;
    d.stride = (run->seeds.n + DEBRIS_MEMBERS - 1) / DEBRIS_MEMBERS;
    d.n = (run->seeds.n + d.stride - 1) / d.stride;
    plan_flat_init(&d.flat, debris->pos);
    enum ph_status status = room(&d) ? PH_OK : core_err_nomem(err);
    if (!status) {
        members_place(&d);
        status = members_drift(&d, err);
    }
    if (!status)
        status = cells_make(&d, err);
    if (!status)
        core_threads_for(run->job->threads, run->seeds.n, BLOCK, particles_likely, &d);
    core_arena_fini(&d.arena);
    return status;
}
