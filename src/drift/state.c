#include "drift/state.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/rng.h"
#include "geo/grid.h"

// Arrays that every case needs, and those that only some do.
static bool state_alloc(const struct scenario_case *c, struct core_arena *arena, struct drift_state *s)
{
    size_t n = s->n;
    bool changes = false;
    for (size_t i = 0; i < c->n_objects; i++)
        changes |= c->object[i].change_probability > 0;
    bool good =
        (s->lat_deg = CORE_ARENA_NEW(arena, double, n)) && (s->lon_deg = CORE_ARENA_NEW(arena, double, n)) &&
        (s->status = CORE_ARENA_NEW(arena, uint8_t, n)) && (s->side = CORE_ARENA_NEW(arena, uint8_t, n));
    for (int k = 0; good && k < 3; k++)
        good = (s->slope_frac[k] = CORE_ARENA_NEW(arena, float, n)) &&
               (s->offset_mps[k] = CORE_ARENA_NEW(arena, float, n));
    for (int k = 0; good && k < 4; k++)
        if ((k < 2 ? c->drift.wind_sd_mps : c->drift.current_sd_mps) > 0.0)
            good = (s->error[k] = CORE_ARENA_NEW(arena, float, n));
    if (good && c->on_missing == SCENARIO_MISSING_HOLD) {
        good = (s->held_known = CORE_ARENA_NEW(arena, uint8_t, n));
        for (int k = 0; good && k < 2 * DRIFT_DRIVERS; k++)
            good = (s->held[k] = CORE_ARENA_NEW(arena, double, n));
    }
    if (good && changes)
        good = (s->change_ns = CORE_ARENA_NEW(arena, int64_t, n));
    if (c->drift.jibing && c->drift.jibe_model == SCENARIO_JIBE_ALLEN)
        for (int k = 0; good && k < DRIFT_HOUR_SLOTS; k++)
            good = (s->direction_deg[k] = CORE_ARENA_NEW(arena, float, n));
    return good;
}

size_t drift_state_bytes(size_t n)
{
    size_t doubles = 2 + 2 * DRIFT_DRIVERS, floats = 6 + 4 + DRIFT_HOUR_SLOTS;
    return n * (doubles * sizeof(double) + floats * sizeof(float) + sizeof(int64_t) + sizeof(uint32_t) + 3);
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

enum ph_status drift_state_init(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                struct core_arena *arena, struct drift_state *out, struct ph_err *err)
{
    struct drift_state s = {.n = seeds->n};
    if (!state_alloc(c, arena, &s))
        return core_err_nomem(err);
    for (size_t i = 0; i < s.n; i++) {
        s.lat_deg[i] = seeds->lat_deg[i];
        s.lon_deg[i] = seeds->lon_deg[i];
        s.status[i] = DRIFT_NOT_RELEASED;
        s.side[i] = seeds->side[i] ? 1 : 0;
        if (s.change_ns)
            s.change_ns[i] = change_draw(&c->object[seeds->object[i]], seeds->start_ns[i], c->drift.seed, i);
        const struct object_leeway *leeway = &c->object[seeds->object[i]].leeway;
        struct drift_leeway_draw draw = drift_kernel_draw(leeway, c->drift.leeway_noise, c->drift.seed, i);
        const struct drift_line line[3] = {draw.right, draw.left, draw.down};
        for (int k = 0; k < 3; k++) {
            s.slope_frac[k][i] = (float)line[k].slope_frac;
            s.offset_mps[k][i] = (float)line[k].offset_mps;
        }
    }
    *out = s;
    return PH_OK;
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

void drift_state_snapshot(const struct drift_state *s, const struct scenario_seeds *seeds, size_t time,
                          struct drift_ensemble *e)
{
    float *lat = e->lat_deg + time * s->n, *lon = e->lon_deg + time * s->n;
    uint8_t *status = e->status + time * s->n;
    for (size_t i = 0; i < s->n; i++) {
        bool released = seeds->start_ns[i] <= e->time_ns[time];
        bool waits = s->status[i] == DRIFT_NOT_RELEASED; // released now, first step still to come
        lat[i] = released ? (float)s->lat_deg[i] : NAN;
        lon[i] = released ? lon_single(s->lon_deg[i]) : NAN;
        status[i] = !released ? DRIFT_NOT_RELEASED : waits ? DRIFT_ACTIVE : s->status[i];
    }
}
