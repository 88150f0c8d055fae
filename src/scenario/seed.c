#include "scenario/seed.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/threads.h"
#include "core/units.h"
#include "geo/earth.h"
#include "geo/grid.h"
#include "geo/polygon.h"
#include "scenario/reach.h"
#include "scenario/strata.h"

enum { BLOCK = 1024 };

// Draws of a place in an area before it is given up: for a polygon of which one part in 10,000 is water, one
// particle in 20,000 would need more.
enum { MAX_ATTEMPTS = 2000000, MAX_ON_LAND = 100000 };

// A start on land looks for water this far; further inland it is left where it is.
static const double water_reach_m = 50e3;

static const double wgs84_e2 = GEO_WGS84_F * (2 - GEO_WGS84_F);
static const double earth_radius_m = 6371008.8; // mean radius (IUGG), for the shape of a uniform disc only

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

static int64_t time_between(struct scenario_window window, double u)
{
    return window.from_ns + (int64_t)(u * (double)(window.to_ns - window.from_ns));
}

// A circular normal or a uniform disc about a place, true in distance and bearing from it on the ellipsoid.
static struct geo_pos spread_draw(struct geo_pos about, struct scenario_spread spread, uint64_t seed,
                                  uint64_t particle)
{
    const struct geo_plane plane = {about};
    double draw[4];
    if (spread.sigma_m > 0) {
        core_rng_normal(seed, particle, 0, CORE_RNG_POSITION, draw);
        return geo_plane_to_pos(&plane, (struct geo_xy){spread.sigma_m * draw[0], spread.sigma_m * draw[1]});
    }
    if (spread.radius_m > 0) {
        // Uniform by area on the sphere: sin^2(d/2R) is uniform.
        core_rng_uniform(seed, particle, 0, CORE_RNG_POSITION, draw);
        double far = sin(spread.radius_m / (2 * earth_radius_m));
        double distance_m = 2 * earth_radius_m * asin(sqrt(draw[0]) * far);
        double bearing = 2 * CORE_PI * draw[1];
        return geo_plane_to_pos(&plane,
                                (struct geo_xy){distance_m * sin(bearing), distance_m * cos(bearing)});
    }
    return about;
}

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
    *time_ns = time_between(window, u_time);
    return spread_draw(geo_earth_forward(a->pos, bearing_deg, t * length_m), spread, seed, particle);
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
        pos = spread_draw(source->start->pos, source->start->spread, seed, i);
        seeds->start_ns[i] = time_between(source->start->time, u[0]);
    } else if (source->kind == SCENARIO_LINE) {
        pos = line_draw(source->start, u[1], u[0], seed, i, &seeds->start_ns[i]);
    } else if (source->kind == SCENARIO_AREA) {
        if (!area_draw(s, seeds->source[i], i, &pos))
            failure_note(s, seeds->source[i]);
        seeds->start_ns[i] = time_between(source->time, u[0]);
    }
    if (source->kind != SCENARIO_AREA)
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

static bool seeds_alloc(size_t n, struct core_arena *arena, struct scenario_seeds *out)
{
    out->n = n;
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

static enum ph_status starts_draw(struct seeding *s, struct core_job *job, struct ph_err *err)
{
    core_threads_for(job ? job->threads : 1, s->seeds->n, BLOCK, block_start, s);
    if (core_job_cancelled(job))
        return core_job_interrupted(err);
    size_t failed = atomic_load(&s->failed);
    if (failed)
        return core_err_set(err, PH_EINPUT, s->c->source[failed - 1].id,
                            "draw the polygon over water, and not as a sliver",
                            "hardly any water was found in the polygon of this scenario");
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
    if (!box || !seeds_alloc(c->drift.particles, arena, &seeds))
        status = core_err_nomem(err);
    for (size_t i = 0; !status && i < c->n_sources; i++)
        if (c->source[i].kind == SCENARIO_AREA)
            geo_polygon_box(c->source[i].polygon, c->source[i].n_polygon, &box[i]);
    if (!status)
        status = coast_ready(c, coast, err);
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
