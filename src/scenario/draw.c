#include "scenario/draw.h"

#include <math.h>

#include "core/rng.h"
#include "core/units.h"
#include "geo/earth.h"

static const double earth_radius_m = 6371008.8; // mean radius (IUGG), for the shape of a uniform disc only

// No draw of the generator is further out: Box-Muller of 32-bit uniforms ends at sqrt(2 ln 2^33) = 6.77.
static const double max_sigmas = 6.8;

struct geo_pos scenario_draw_spread(struct geo_pos about, struct scenario_spread spread, uint64_t seed,
                                    uint64_t particle, uint32_t attempt)
{
    const struct geo_plane plane = {about};
    double draw[4];
    if (spread.sigma_m > 0) {
        core_rng_normal(seed, particle, attempt, CORE_RNG_POSITION, draw);
        return geo_plane_to_pos(&plane, (struct geo_xy){spread.sigma_m * draw[0], spread.sigma_m * draw[1]});
    }
    if (spread.radius_m > 0) {
        // Uniform by area on the sphere: sin^2(d/2R) is uniform.
        core_rng_uniform(seed, particle, attempt, CORE_RNG_POSITION, draw);
        double far = sin(spread.radius_m / (2 * earth_radius_m));
        double distance_m = 2 * earth_radius_m * asin(sqrt(draw[0]) * far);
        double bearing = 2 * CORE_PI * draw[1];
        return geo_plane_to_pos(&plane,
                                (struct geo_xy){distance_m * sin(bearing), distance_m * cos(bearing)});
    }
    return about;
}

double scenario_draw_reach_m(struct scenario_spread spread)
{
    return 1.001 * fmax(max_sigmas * spread.sigma_m, spread.radius_m);
}

int64_t scenario_draw_time(struct scenario_window window, double u)
{
    return window.from_ns + (int64_t)(u * (double)(window.to_ns - window.from_ns));
}
