#include "drift/state.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/threads.h"
#include "geo/grid.h"

// Which arrays a case needs beside those that every one does.
struct needs {
    bool error[4], held, change, direction, particle;
};

static struct needs needs_of(const struct scenario_case *c, size_t from)
{
    struct needs needs = {
        .held = c->on_missing == SCENARIO_MISSING_HOLD,
        .direction = c->drift.jibing && c->drift.jibe_model == SCENARIO_JIBE_ALLEN,
        .particle = from > 0,
    };
    for (int k = 0; k < 4; k++)
        needs.error[k] = (k < 2 ? c->drift.wind_sd_mps : c->drift.current_sd_mps) > 0.0;
    for (size_t i = 0; i < c->n_objects; i++)
        needs.change |= c->object[i].change_probability > 0;
    return needs;
}

static bool state_alloc(const struct needs *needs, struct core_arena *arena, struct drift_state *s)
{
    size_t n = s->n;
    bool good =
        (s->lat_deg = CORE_ARENA_NEW(arena, double, n)) && (s->lon_deg = CORE_ARENA_NEW(arena, double, n)) &&
        (s->status = CORE_ARENA_NEW(arena, uint8_t, n)) && (s->side = CORE_ARENA_NEW(arena, uint8_t, n));
    for (int k = 0; good && k < 3; k++)
        good = (s->slope_frac[k] = CORE_ARENA_NEW(arena, float, n)) &&
               (s->offset_mps[k] = CORE_ARENA_NEW(arena, float, n));
    for (int k = 0; good && k < 4; k++)
        good = !needs->error[k] || (s->error[k] = CORE_ARENA_NEW(arena, float, n));
    for (int k = 0; good && needs->held && k < 2 * DRIFT_DRIVERS; k++)
        good = (s->held[k] = CORE_ARENA_NEW(arena, double, n));
    good = good && (!needs->held || (s->held_known = CORE_ARENA_NEW(arena, uint8_t, n)));
    good = good && (!needs->change || (s->change_ns = CORE_ARENA_NEW(arena, int64_t, n)));
    for (int k = 0; good && needs->direction && k < DRIFT_HOUR_SLOTS; k++)
        good = (s->direction_deg[k] = CORE_ARENA_NEW(arena, float, n));
    return good && (!needs->particle || (s->particle = CORE_ARENA_NEW(arena, uint32_t, n)));
}

size_t drift_state_bytes(const struct scenario_case *c, size_t n)
{
    struct needs needs = needs_of(c, 0);
    size_t floats = 6, doubles = 2, bytes = 2;
    for (int k = 0; k < 4; k++)
        floats += needs.error[k];
    doubles += needs.held ? 2 * DRIFT_DRIVERS : 0;
    bytes += needs.held;
    floats += needs.direction ? DRIFT_HOUR_SLOTS : 0;
    return n * (floats * sizeof(float) + doubles * sizeof(double) + needs.change * sizeof(int64_t) + bytes);
}

// When an object swamps or capsizes: never for most, else at a time uniform between its two.
static int64_t change_draw(const struct scenario_object *object, int64_t start_ns, uint64_t seed, size_t i)
{
    double u[4];
    core_rng_uniform(seed, i, 0, CORE_RNG_STATE, u);
    if (u[0] >= object->change_probability)
        return INT64_MAX;
    double after_s =
        object->change_after_s[0] + u[1] * (object->change_after_s[1] - object->change_after_s[0]);
    return start_ns + (int64_t)(after_s * 1e9);
}

struct beginning {
    const struct scenario_case *c;
    const struct scenario_seeds *seeds;
    size_t first; // particle of slot 0
    struct drift_state *state;
};

static void slot_begin(const struct beginning *b, size_t slot)
{
    const struct scenario_case *c = b->c;
    const struct scenario_seeds *seeds = b->seeds;
    struct drift_state *s = b->state;
    size_t i = b->first + slot;
    uint32_t number = scenario_seeds_number(seeds, i);
    const struct scenario_object *object = &c->object[seeds->object[i]];
    s->lat_deg[slot] = seeds->lat_deg[i];
    s->lon_deg[slot] = seeds->lon_deg[i];
    s->status[slot] = DRIFT_NOT_RELEASED;
    s->side[slot] = seeds->side[i] ? 1 : 0;
    if (s->particle)
        s->particle[slot] = (uint32_t)i;
    if (s->change_ns)
        s->change_ns[slot] = change_draw(object, seeds->start_ns[i], c->drift.seed, number);
    struct drift_leeway_draw draw =
        drift_kernel_draw(&object->leeway, c->drift.leeway_noise, c->drift.seed, number);
    const struct drift_line line[3] = {draw.right, draw.left, draw.down};
    for (int k = 0; k < 3; k++) {
        s->slope_frac[k][slot] = (float)line[k].slope_frac;
        s->offset_mps[k][slot] = (float)line[k].offset_mps;
    }
}

static void slots_begin(void *arg, size_t from, size_t to, int thread)
{
    (void)thread;
    for (size_t slot = from; slot < to; slot++)
        slot_begin(arg, slot);
}

enum ph_status drift_state_init_share(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                      size_t from, size_t to, int threads, struct core_arena *arena,
                                      struct drift_state *out, struct ph_err *err)
{
    enum { SLOTS_A_PIECE = 4096 };
    struct drift_state s = {.n = to - from};
    struct needs needs = needs_of(c, from);
    if (!state_alloc(&needs, arena, &s))
        return core_err_nomem(err);
    struct beginning beginning = {c, seeds, from, &s};
    core_threads_for(threads, s.n, SLOTS_A_PIECE, slots_begin, &beginning);
    *out = s;
    return PH_OK;
}

enum ph_status drift_state_init(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                struct core_arena *arena, struct drift_state *out, struct ph_err *err)
{
    return drift_state_init_share(c, seeds, 0, seeds->n, 1, arena, out, err);
}

static bool drifts(const struct drift_state *s, const struct scenario_seeds *seeds, size_t i, int64_t to_ns)
{
    return (s->status[i] == DRIFT_ACTIVE || s->status[i] == DRIFT_NOT_RELEASED) &&
           seeds->start_ns[drift_state_particle(s, i)] < to_ns;
}

// A cloud that spans half the globe in longitude may lie across the antimeridian: the general way.
static bool box_general(const struct drift_state *s, const struct scenario_seeds *seeds, int64_t to_ns,
                        struct geo_box *out)
{
    double *lat = malloc(2 * s->n * sizeof(double));
    if (!lat) { // without memory the whole globe is right, if slow
        *out = (struct geo_box){-180.0, -90.0, 180.0, 90.0};
        return true;
    }
    double *lon = lat + s->n;
    for (size_t i = 0; i < s->n; i++) {
        bool in = drifts(s, seeds, i, to_ns);
        lat[i] = in ? s->lat_deg[i] : NAN;
        lon[i] = in ? s->lon_deg[i] : NAN;
    }
    bool any = geo_box_of(s->n, lat, lon, out);
    free(lat);
    return any;
}

bool drift_state_box(const struct drift_state *s, const struct scenario_seeds *seeds, int64_t to_ns,
                     struct geo_box *out)
{
    struct geo_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < s->n; i++) {
        if (!drifts(s, seeds, i, to_ns))
            continue;
        double lat = s->lat_deg[i], lon = s->lon_deg[i];
        box.west_deg = lon < box.west_deg ? lon : box.west_deg;
        box.east_deg = lon > box.east_deg ? lon : box.east_deg;
        box.south_deg = lat < box.south_deg ? lat : box.south_deg;
        box.north_deg = lat > box.north_deg ? lat : box.north_deg;
    }
    if (!(box.west_deg <= box.east_deg))
        return false;
    if (box.east_deg - box.west_deg >= 180.0)
        return box_general(s, seeds, to_ns, out);
    *out = box;
    return true;
}

static float lon_single(double lon_deg)
{
    float lon = (float)lon_deg;
    return lon >= 180.0f ? -180.0f : lon; // rounding must not leave [-180, 180)
}

void drift_state_snapshot(const struct drift_state *s, const struct scenario_seeds *seeds, size_t from,
                          size_t to, int64_t t_ns, size_t first, float *lat_deg, float *lon_deg,
                          uint8_t *status)
{
    for (size_t slot = from; slot < to; slot++) {
        size_t particle = drift_state_particle(s, slot), at = particle - first;
        bool released = seeds->start_ns[particle] <= t_ns;
        bool waits = s->status[slot] == DRIFT_NOT_RELEASED; // released now, first step still to come
        lat_deg[at] = released ? (float)s->lat_deg[slot] : NAN;
        lon_deg[at] = released ? lon_single(s->lon_deg[slot]) : NAN;
        status[at] = !released ? DRIFT_NOT_RELEASED : waits ? DRIFT_ACTIVE : s->status[slot];
    }
}
