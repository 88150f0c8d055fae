// How long an empty search takes to be learnt from: `build/bench/update [PARTICLES [LEGS]]`, by itself a
// million particles, 500 legs flown in six hours, hourly knots, two threads. Nanoseconds are per closest
// approach (one particle, one leg) and thread, the least of a few runs; beside them the definition
// (plan_exposure_defined) on fewer particles. Times are no truths: never part of the tests.
#include "plan/update.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/units.h"
#include "plan/exposure.h"

enum { RUNS = 5, KNOTS = 7, THREADS = 2, DEFINED = 20000 };

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool cloud_make(size_t n, struct core_arena *arena, struct plan_cloud *out)
{
    int64_t *time_ns = CORE_ARENA_NEW(arena, int64_t, KNOTS);
    float *lat = CORE_ARENA_NEW(arena, float, n *KNOTS), *lon = CORE_ARENA_NEW(arena, float, n *KNOTS);
    double *weight = CORE_ARENA_NEW(arena, double, n);
    uint16_t *object = CORE_ARENA_NEW(arena, uint16_t, n), *source = CORE_ARENA_NEW(arena, uint16_t, n);
    if (!time_ns || !lat || !lon || !weight || !object || !source)
        return false;
    for (size_t k = 0; k < KNOTS; k++) {
        time_ns[k] = (int64_t)k * 3600 * CORE_NS_PER_S;
        for (size_t i = 0; i < n; i++) {
            lat[k * n + i] = (float)(50 + 0.5 * ((double)(i * 7919 % n) / (double)n) + 0.01 * (double)k);
            lon[k * n + i] = (float)(-10 + 0.8 * ((double)(i * 104729 % n) / (double)n));
        }
    }
    for (size_t i = 0; i < n; i++)
        weight[i] = 1 / (double)n;
    *out = (struct plan_cloud){.n = n,
                               .n_knots = KNOTS,
                               .time_ns = time_ns,
                               .lat_deg = lat,
                               .lon_deg = lon,
                               .weight = weight,
                               .object = object,
                               .source = source,
                               .n_objects = 1,
                               .n_sources = 1};
    return true;
}

// Parallel legs east and west, all six hours long.
static struct plan_waypoint *legs_make(size_t legs, struct core_arena *arena)
{
    struct plan_waypoint *way = CORE_ARENA_NEW(arena, struct plan_waypoint, legs + 1);
    for (size_t i = 0; way && i <= legs; i++)
        way[i] = (struct plan_waypoint){
            {50 + 0.5 * (double)(i / 2) / (double)(legs / 2 + 1), (i + 1) / 2 % 2 ? -9.2 : -10},
            (int64_t)((double)i / (double)legs * 6 * 3600e9)};
    return way;
}

static double defined_ns(size_t legs)
{
    double *x = malloc(2 * DEFINED * sizeof *x), *y = malloc(2 * DEFINED * sizeof *y),
           *g = malloc(DEFINED * sizeof *g);
    struct plan_vertex *way = malloc((legs + 1) * sizeof *way);
    struct plan_piece *piece = malloc((legs + 3) * sizeof *piece);
    double knot_s[] = {0, 21600}, least = INFINITY;
    for (size_t i = 0; way && i <= legs; i++)
        way[i] =
            (struct plan_vertex){21600.0 * (double)i / (double)legs, (double)(i % 2) * 5e4, 1e2 * (double)i};
    for (size_t i = 0; x && y && i < 2 * DEFINED; i++)
        x[i] = (double)(i * 7919 % 50000), y[i] = (double)(i * 104729 % 50000);
    for (int run = 0; x && y && g && way && piece && run < RUNS; run++) {
        struct plan_sight sight = {x, y, DEFINED, DEFINED};
        size_t n = plan_pieces_cut(way, legs + 1, knot_s, 2, piece);
        double began_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
        plan_exposure_defined(piece, n, 0, &sight, g);
        double ns = 1e9 * (clock_s(CLOCK_PROCESS_CPUTIME_ID) - began_s) / ((double)DEFINED * (double)legs);
        least = ns < least ? ns : least;
    }
    free(x), free(y), free(g), free(way), free(piece);
    return least;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000,
           legs = argc > 2 ? strtoul(argv[2], NULL, 10) : 500;
    struct core_arena arena = {0};
    struct plan_cloud cloud;
    struct plan_waypoint *way = legs_make(legs, &arena);
    double *weight = CORE_ARENA_NEW(&arena, double, n), pos = 0, cpu = INFINITY, wall = INFINITY;
    if (!way || !weight || !cloud_make(n, &arena, &cloud))
        return 1;
    const double sweep_m = 500;
    struct plan_track track = {way, legs + 1, &sweep_m, 60, NULL};
    for (int run = 0; run < RUNS; run++) {
        for (size_t i = 0; i < n; i++)
            weight[i] = cloud.weight[i];
        double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID), wall_s = clock_s(CLOCK_MONOTONIC);
        if (plan_update(&cloud, &track, 1, THREADS, weight, &pos, NULL))
            return 1;
        cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s, wall_s = clock_s(CLOCK_MONOTONIC) - wall_s;
        cpu = cpu_s < cpu ? cpu_s : cpu, wall = wall_s < wall ? wall_s : wall;
    }
    double ns = 1e9 * cpu / ((double)n * (double)legs), defined = defined_ns(legs);
    printf("update: %zu particles, %zu legs: %.2f s by %d threads, %.2f ns per closest approach (definition "
           "%.2f, ratio %.1f); POS %.4f\n",
           n, legs, wall, THREADS, ns, defined, defined / ns, pos);
    core_arena_fini(&arena);
    return 0;
}
