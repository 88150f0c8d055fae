// Clouds made by formula for the tests of this room.
#ifndef PLAN_TRY_H
#define PLAN_TRY_H

#include <math.h>
#include <string.h>

#include "core/rng.h"
#include "core/units.h"
#include "plan/plan.h"

// Lobes of normal clouds around lat, lon, drifting and growing; hourly knots.
struct try_lobe {
    double x_m, y_m, sx_m, sy_m, turn_deg, u_mps, v_mps, weight;
};

struct try_cloud {
    struct plan_cloud cloud;
    struct core_arena arena;
};

__attribute__((unused)) static void try_cloud_make(struct try_cloud *out, struct geo_pos at, size_t n,
                                                   size_t n_knots, const struct try_lobe *lobe,
                                                   size_t n_lobes, size_t n_objects, uint64_t seed,
                                                   double wander_mps)
{
    *out = (struct try_cloud){0};
    int64_t *time = CORE_ARENA_NEW(&out->arena, int64_t, n_knots);
    float *lat = CORE_ARENA_NEW(&out->arena, float, n_knots *n);
    float *lon = CORE_ARENA_NEW(&out->arena, float, n_knots *n);
    double *weight = CORE_ARENA_NEW(&out->arena, double, n);
    uint16_t *object = CORE_ARENA_NEW(&out->arena, uint16_t, n),
             *source = CORE_ARENA_NEW(&out->arena, uint16_t, n);
    struct geo_plane plane = {at};
    double total = 0;
    for (size_t l = 0; l < n_lobes; l++)
        total += lobe[l].weight;
    for (size_t k = 0; k < n_knots; k++)
        time[k] = 1472450400LL * CORE_NS_PER_S + (int64_t)k * 3600 * CORE_NS_PER_S;
    for (size_t i = 0; i < n; i++) {
        double z[4], w[4], u[4];
        core_rng_normal(seed, i, 0, CORE_RNG_POSITION, z);
        core_rng_normal(seed, i, 1, CORE_RNG_POSITION, w);
        core_rng_uniform(seed, i, 0, CORE_RNG_TIME, u);
        size_t l = 0;
        for (double running = lobe[0].weight / total; l + 1 < n_lobes && u[0] > running;)
            running += lobe[++l].weight / total;
        double c = cos(lobe[l].turn_deg * CORE_RAD_PER_DEG), s = sin(lobe[l].turn_deg * CORE_RAD_PER_DEG);
        double x = lobe[l].x_m + lobe[l].sx_m * z[0] * c - lobe[l].sy_m * z[1] * s;
        double y = lobe[l].y_m + lobe[l].sx_m * z[0] * s + lobe[l].sy_m * z[1] * c;
        for (size_t k = 0; k < n_knots; k++) {
            double t = 3600.0 * k;
            struct geo_xy xy = {x + t * (lobe[l].u_mps + wander_mps * w[0]),
                                y + t * (lobe[l].v_mps + wander_mps * w[1])};
            struct geo_pos pos = geo_plane_to_pos(&plane, xy);
            lat[k * n + i] = (float)pos.lat_deg, lon[k * n + i] = (float)pos.lon_deg;
        }
        weight[i] = 1.0 / n;
        object[i] = (uint16_t)(u[1] * n_objects);
        source[i] = (uint16_t)l;
    }
    out->cloud = (struct plan_cloud){n, n_knots, time, lat, lon, weight, object, source, n_objects, n_lobes};
}

__attribute__((unused)) static struct plan_asset try_asset(const struct try_cloud *c, const char *id,
                                                           double kn, double *sweep_m, double hours, bool air)
{
    return (struct plan_asset){.id = id,
                               .separation = air ? PLAN_AIR : PLAN_SURFACE,
                               .is_air = air,
                               .altitude_m = NAN,
                               .speed_mps = kn * CORE_MPS_PER_KN,
                               .sweep_m = sweep_m,
                               .turn_allowance_frac = 0.15,
                               .has_on_scene = true,
                               .on_scene_ns = c->cloud.time_ns[1],
                               .search_s = hours * 3600};
}

#endif
