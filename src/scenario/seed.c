#include "scenario/seed.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/threads.h"
#include "core/units.h"
#include "geo/earth.h"
#include "geo/grid.h"
#include "geo/notation.h"
#include "geo/polygon.h"
#include "scenario/draw.h"
#include "scenario/reach.h"
#include "scenario/strata.h"
#include "scenario/voyage.h"

enum { BLOCK = 1024 };

// Draws of a place in an area before it is given up: for a polygon of which one part in 10,000 is water, one
// particle in 20,000 would need more.
enum { MAX_ATTEMPTS = 2000000, MAX_ON_LAND = 100000 };

// A start on land looks for water this far; further inland it is left where it is.
static const double water_reach_m = 50e3;

static const double wgs84_e2 = GEO_WGS84_F * (2 - GEO_WGS84_F);

struct seeding {
    const struct scenario_case *c;
    const struct geo_coast *coast;
    const struct core_job *job;
    struct scenario_seeds *seeds;
    const struct geo_box *polygon_box; // [n_sources], for areas
    atomic_size_t moved, inland;       // starts on land: taken to water, or too far from it
    atomic_size_t failed;              // 1 + lowest-numbered source whose area has no water; 0 none
};

// ---- one particle ----

// Fraction t of the geodesic from one start to the other, with error and time between theirs.
static struct geo_pos line_draw(const struct scenario_start *start, double t, double u_time, uint64_t seed,
                                uint64_t particle, int64_t *time_ns)
{
    const struct scenario_start *a = &start[0], *b = &start[1];
    struct scenario_window window = {
        a->time.from_ns + (int64_t)(t * (double)(b->time.from_ns - a->time.from_ns)),
        a->time.to_ns + (int64_t)(t * (double)(b->time.to_ns - a->time.to_ns)),
    };
    struct scenario_spread spread = {
        .sigma_m = a->spread.sigma_m + t * (b->spread.sigma_m - a->spread.sigma_m),
        .radius_m = a->spread.radius_m + t * (b->spread.radius_m - a->spread.radius_m),
    };
    double length_m = geo_earth_distance_m(a->pos, b->pos);
    double bearing_deg = length_m > 0 ? geo_earth_bearing_deg(a->pos, b->pos) : 0;
    *time_ns = scenario_draw_time(window, u_time);
    return scenario_draw_spread(geo_earth_forward(a->pos, bearing_deg, t * length_m), spread, seed, particle,
                                0);
}

// Uniform by area over a box: sin(latitude) is uniform on the sphere, and the ellipsoid's cells between two
// parallels are larger by 1 / (1 - e^2 sin^2)^2, which a second draw corrects. False: drawn in vain.
static bool box_draw(struct geo_box box, const double u[4], struct geo_pos *out)
{
    double south = sin(box.south_deg * CORE_RAD_PER_DEG), north = sin(box.north_deg * CORE_RAD_PER_DEG);
    double s = south + u[0] * (north - south), most = fmax(south * south, north * north);
    double keep = (1 - wgs84_e2 * most) / (1 - wgs84_e2 * s * s);
    out->lat_deg = asin(s) / CORE_RAD_PER_DEG;
    out->lon_deg = core_deg_wrap180(box.west_deg + u[1] * (box.east_deg - box.west_deg));
    return u[2] <= keep * keep;
}

// Uniform over the polygon's water, by rejection: the attempt is the step of the draw.
static bool area_draw(const struct seeding *s, size_t source_index, uint64_t particle, struct geo_pos *out)
{
    const struct scenario_source *source = &s->c->source[source_index];
    size_t on_land = 0;
    for (uint32_t attempt = 0; attempt < MAX_ATTEMPTS && on_land < MAX_ON_LAND; attempt++) {
        double u[4];
        core_rng_uniform(s->c->drift.seed, particle, attempt, CORE_RNG_POSITION, u);
        if (!box_draw(s->polygon_box[source_index], u, out) ||
            !geo_polygon_contains(source->polygon, source->n_polygon, *out))
            continue;
        if (!s->coast || !geo_coast_is_land(s->coast, *out))
            return true;
        on_land++;
    }
    return false;
}

// Bearing normal, distance uniform by area over the sector's ring, on water only.
static bool bearing_draw(const struct seeding *s, const struct scenario_source *source, uint64_t particle,
                         struct geo_pos *out)
{
    const struct scenario_bearing *b = &source->bearing;
    double near2 = b->range_m[0] * b->range_m[0], far2 = b->range_m[1] * b->range_m[1];
    for (uint32_t attempt = 0; attempt < MAX_ON_LAND; attempt++) {
        double normal[4], u[4];
        core_rng_normal(s->c->drift.seed, particle, attempt, CORE_RNG_POSITION, normal);
        core_rng_uniform(s->c->drift.seed, particle, 1 + attempt, CORE_RNG_TIME, u); // 0 is the time's
        *out = geo_earth_forward(source->start->pos, b->toward_deg + b->sd_deg * normal[0],
                                 sqrt(near2 + u[0] * (far2 - near2)));
        if (!s->coast || !geo_coast_is_land(s->coast, *out))
            return true;
    }
    return false;
}

// The place and time of distress of a voyage; its attempt is kept, so that it can be followed from departure.
static bool voyage_draw(struct seeding *s, const struct scenario_source *source, size_t i,
                        struct geo_pos *out)
{
    struct scenario_passage passage;
    if (!scenario_passage_find(source, s->c->drift.seed, i, s->coast, &s->seeds->attempt[i], &passage))
        return false;
    *out = scenario_passage_at(&passage, passage.distress_ns);
    s->seeds->start_ns[i] = passage.distress_ns;
    return true;
}

static void land_leave(struct seeding *s, struct geo_pos *pos)
{
    if (!s->coast || !geo_coast_is_land(s->coast, *pos))
        return;
    struct geo_pos water;
    if (s->c->drift.on_land_start && geo_coast_nearest_water(s->coast, *pos, water_reach_m, &water)) {
        *pos = water;
        atomic_fetch_add(&s->moved, 1);
    } else {
        atomic_fetch_add(&s->inland, 1);
    }
}

static void failure_note(struct seeding *s, size_t source)
{
    size_t now = atomic_load(&s->failed);
    while ((!now || source + 1 < now) && !atomic_compare_exchange_weak(&s->failed, &now, source + 1))
        ;
}

// Place and time of particle i. POINTS have theirs already (strata.c).
static void particle_start(struct seeding *s, size_t i)
{
    struct scenario_seeds *seeds = s->seeds;
    const struct scenario_source *source = &s->c->source[seeds->source[i]];
    uint64_t seed = s->c->drift.seed;
    struct geo_pos pos = {seeds->lat_deg[i], seeds->lon_deg[i]};
    double u[4];
    core_rng_uniform(seed, i, 0, CORE_RNG_TIME, u);
    if (source->kind == SCENARIO_POINT) {
        pos = scenario_draw_spread(source->start->pos, source->start->spread, seed, i, 0);
        seeds->start_ns[i] = scenario_draw_time(source->start->time, u[0]);
    } else if (source->kind == SCENARIO_LINE) {
        pos = line_draw(source->start, u[1], u[0], seed, i, &seeds->start_ns[i]);
    } else if (source->kind == SCENARIO_BACKTRACK) {
        pos = source->start->pos; // to be traced back (drift/backtrack.h)
        seeds->start_ns[i] = source->earliest_ns;
    } else if (source->kind == SCENARIO_VOYAGE) {
        if (!voyage_draw(s, source, i, &pos))
            failure_note(s, seeds->source[i]);
    } else if (source->kind == SCENARIO_AREA || source->kind == SCENARIO_BEARING) {
        bool area = source->kind == SCENARIO_AREA;
        if (!(area ? area_draw(s, seeds->source[i], i, &pos) : bearing_draw(s, source, i, &pos)))
            failure_note(s, seeds->source[i]);
        seeds->start_ns[i] = scenario_draw_time(source->time, u[0]);
    }
    bool known = source->kind <= SCENARIO_LINE && source->kind != SCENARIO_AREA; // else drawn on water
    if (known)
        land_leave(s, &pos);
    seeds->lat_deg[i] = pos.lat_deg;
    seeds->lon_deg[i] = pos.lon_deg;
}

static void block_start(void *arg, size_t from, size_t to, int thread)
{
    struct seeding *s = arg;
    for (size_t i = from; i < to && !atomic_load(&s->failed) && !core_job_cancelled(s->job); i++)
        particle_start(s, i);
}

// ---- all of them ----

static bool has_voyages(const struct scenario_case *c)
{
    bool voyages = false;
    for (size_t i = 0; i < c->n_sources; i++)
        voyages |= c->source[i].kind == SCENARIO_VOYAGE;
    return voyages;
}

size_t scenario_seed_bytes(const struct scenario_case *c, size_t n)
{
    const struct scenario_seeds *seeds;
    size_t each = 2 * sizeof seeds->lat_deg[0] + sizeof seeds->start_ns[0] + 2 * sizeof seeds->source[0] +
                  sizeof seeds->side[0] + sizeof seeds->weight[0];
    return n * (each + (has_voyages(c) ? sizeof seeds->attempt[0] : 0));
}

static bool seeds_alloc(const struct scenario_case *c, struct core_arena *arena, struct scenario_seeds *out)
{
    size_t n = c->drift.particles;
    *out = (struct scenario_seeds){.n = n};
    if (has_voyages(c) && !(out->attempt = CORE_ARENA_NEW(arena, uint32_t, n)))
        return false;
    out->lat_deg = CORE_ARENA_NEW(arena, double, n);
    out->lon_deg = CORE_ARENA_NEW(arena, double, n);
    out->start_ns = CORE_ARENA_NEW(arena, int64_t, n);
    out->source = CORE_ARENA_NEW(arena, uint16_t, n);
    out->object = CORE_ARENA_NEW(arena, uint16_t, n);
    out->side = CORE_ARENA_NEW(arena, uint8_t, n);
    out->weight = CORE_ARENA_NEW(arena, double, n);
    return out->lat_deg && out->lon_deg && out->start_ns && out->source && out->object && out->side &&
           out->weight;
}

static enum ph_status coast_ready(const struct scenario_case *c, struct geo_coast *coast, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    for (size_t i = 0; coast && i < c->n_sources && !status; i++)
        status =
            geo_coast_load(coast, geo_box_grow(scenario_reach_of(&c->source[i]), 1.1 * water_reach_m), err);
    return status;
}

static void land_warn(const struct seeding *s, struct core_job *job)
{
    size_t moved = atomic_load(&s->moved), inland = atomic_load(&s->inland), n = s->seeds->n;
    if (moved)
        core_job_warn(job, "start-on-land",
                      "%zu of %zu particles started on land and were moved to the nearest water.", moved, n);
    if (inland && s->c->drift.on_land_start)
        core_job_warn(job, "start-inland",
                      "%zu of %zu particles start on land with no water within %.0f km: they are stranded.",
                      inland, n, water_reach_m / 1000);
    else if (inland)
        core_job_warn(job, "start-on-land",
                      "%zu of %zu particles start on land and are left there, as the case asks.", inland, n);
}

// The route as it is stated must be at sea: nobody meant the leg over the cape.
enum ph_status scenario_routes_check(const struct scenario_case *c, struct geo_coast *coast,
                                     struct ph_err *err)
{
    enum ph_status status = coast_ready(c, coast, err);
    if (status)
        return status;
    for (size_t i = 0; coast && i < c->n_sources; i++) {
        const struct scenario_source *source = &c->source[i];
        struct scenario_passage route;
        struct geo_pos where;
        size_t leg;
        if (source->kind != SCENARIO_VOYAGE)
            continue;
        scenario_passage_nominal(source, &route);
        if (!scenario_passage_land(source, &route, coast, &leg, &where))
            continue;
        char at[GEO_TEXT], pointer[64];
        geo_pos_format(where, 1, at);
        snprintf(pointer, sizeof pointer, "/scenarios/%zu/route/%zu", i, leg);
        return core_err_set(err, PH_EINPUT, pointer,
                            "add waypoints that lead round the land; `pharos check CASE -o MAP.png` shows it",
                            "the route of \"%s\" runs over land: leg %zu meets it at %s", source->id, leg,
                            at);
    }
    return PH_OK;
}

static enum ph_status nothing_found(const struct scenario_source *source, struct ph_err *err)
{
    if (source->kind == SCENARIO_VOYAGE)
        return core_err_set(err, PH_EINPUT, source->id,
                            "check departure, speeds and length of the route against the distress window, "
                            "hazards of factor 0, and how near the route passes to land",
                            "hardly any voyage of this scenario is under way in its distress window, at sea");
    return core_err_set(err, PH_EINPUT, source->id,
                        source->kind == SCENARIO_AREA ? "draw the polygon over water, and not as a sliver"
                                                      : "check bearing and range",
                        "hardly any water was found in the %s of this scenario",
                        source->kind == SCENARIO_AREA ? "polygon" : "sector");
}

static enum ph_status starts_draw(struct seeding *s, struct core_job *job, struct ph_err *err)
{
    core_threads_for(job ? job->threads : 1, s->seeds->n, BLOCK, block_start, s);
    if (core_job_cancelled(job))
        return core_job_interrupted(err);
    size_t failed = atomic_load(&s->failed);
    if (failed)
        return nothing_found(&s->c->source[failed - 1], err);
    land_warn(s, job);
    return PH_OK;
}

enum ph_status scenario_seed(const struct scenario_case *c, struct geo_coast *coast, struct core_job *job,
                             struct core_arena *arena, struct scenario_seeds *out, struct ph_err *err)
{
    struct core_arena scratch = {0};
    struct scenario_seeds seeds;
    struct geo_box *box = CORE_ARENA_NEW(&scratch, struct geo_box, c->n_sources);
    enum ph_status status = PH_OK;
    if (!box || !seeds_alloc(c, arena, &seeds))
        status = core_err_nomem(err);
    for (size_t i = 0; !status && i < c->n_sources; i++)
        if (c->source[i].kind == SCENARIO_AREA)
            geo_polygon_box(c->source[i].polygon, c->source[i].n_polygon, &box[i]);
    if (!status)
        status = scenario_routes_check(c, coast, err);
    if (!status)
        status = scenario_strata_fill(c, &scratch, &seeds, err);
    if (!status) {
        struct seeding s = {.c = c, .coast = coast, .job = job, .seeds = &seeds, .polygon_box = box};
        status = starts_draw(&s, job, err);
    }
    core_arena_fini(&scratch);
    if (!status)
        *out = seeds;
    return status;
}
