// Clouds for the tests of this room: drawn from known densities by the counter-based generator.
#ifndef PROB_CLOUDS_FIXTURE_H
#define PROB_CLOUDS_FIXTURE_H

#include <math.h>
#include <stdlib.h>

#include "geo/earth.h"
#include "prob/density.h"

struct fixture {
    struct prob_cloud cloud;
    float *lat_deg, *lon_deg;
    double *weight;
};

static inline struct fixture fixture_new(size_t n)
{
    struct fixture f = {.lat_deg = calloc(n, sizeof(float)), .lon_deg = calloc(n, sizeof(float))};
    f.weight = calloc(n, sizeof(double));
    f.cloud = (struct prob_cloud){n, f.lat_deg, f.lon_deg, f.weight};
    for (size_t i = 0; i < n; i++)
        f.weight[i] = 1.0 / (double)n;
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    free(f->lat_deg);
    free(f->lon_deg);
    free(f->weight);
}

// splitmix64 (Steele et al. 2014): its own source of numbers, so that the tests stand on their own.
static inline double fixture_uniform(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static inline double fixture_normal(uint64_t *state)
{
    double r = sqrt(-2 * log(fixture_uniform(state)));
    return r * cos(2 * 3.14159265358979323846 * fixture_uniform(state));
}

// Members [from, to) normal about a place, with standard deviations along two axes turned by `turn_rad`.
static inline void fixture_gauss(struct fixture *f, size_t from, size_t to, struct geo_pos at, double along_m,
                                 double across_m, double turn_rad, uint64_t seed)
{
    struct geo_plane plane = {at};
    for (size_t i = from; i < to; i++) {
        double a = along_m * fixture_normal(&seed), b = across_m * fixture_normal(&seed);
        struct geo_xy d = {a * cos(turn_rad) - b * sin(turn_rad), a * sin(turn_rad) + b * cos(turn_rad)};
        struct geo_pos pos = geo_plane_to_pos(&plane, d);
        f->lat_deg[i] = (float)pos.lat_deg;
        f->lon_deg[i] = (float)pos.lon_deg;
    }
}

#endif
