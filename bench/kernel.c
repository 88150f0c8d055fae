// How long one particle takes for one step: `build/bench/kernel [CURRENT.nc WIND.nc]`, by itself with the
// files of $PHAROS_SHARED/reference where they are.
//
// Both stages of RK2 with current and wind, leeway with noise, errors, diffusion, jibing, and the shore where
// one is installed. Prints the best of a few runs. Never part of the tests: times are not truths.
#include "drift/fixture.h"

#include <stdio.h>

#include "core/threads.h"
#include "drift/ensemble.h"

enum { RUNS = 3 };

// A cloud around 34 N 14 E, some 50 km across, with every random term on.
static void bench_case(struct fixture *f, size_t n, int threads)
{
    fixture_init(f, n, (struct geo_pos){34.2, 14.0}, "LIFE-RAFT-NB-2");
    fixture_noise(f);
    f->job.threads = threads;
    for (size_t i = 0; i < n; i++) {
        f->seeds.lat_deg[i] += 0.5 * (double)(i * 7919 % n) / (double)n - 0.25;
        f->seeds.lon_deg[i] += 0.5 * (double)(i * 104729 % n) / (double)n - 0.25;
    }
}

static double best_ns(struct fixture *f)
{
    double best = INFINITY;
    for (int k = 0; k < RUNS; k++) {
        struct drift_ensemble e;
        struct drift_service service;
        if (drift_run(&f->c, &f->seeds, f->forcing, f->coast, &f->job, &e, &service, &f->err)) {
            fprintf(stderr, "%s: %s\n", f->err.where, f->err.what);
            return NAN;
        }
        best = fmin(best, service.wall_s * 1e9 / (double)service.particle_steps);
        drift_ensemble_free(&e);
    }
    return best;
}

static void bench(const char *name, size_t n, int threads, bool coast, const char *current, const char *wind)
{
    struct fixture f;
    bench_case(&f, n, threads);
    if (coast && geo_coast_open("auto", NULL, &f.coast, &f.err))
        fprintf(stderr, "%s: %s\n", f.err.where, f.err.what);
    enum ph_status status =
        current ? fixture_files(&f, current, wind) : fixture_constant(&f, 0.15, -0.1, 6, 4);
    if (status)
        fprintf(stderr, "%s: %s\n", f.err.where, f.err.what);
    else
        printf("%-24s %8zu particles %d threads %8.1f ns per particle-step\n", name, n, threads, best_ns(&f));
    fflush(stdout);
    fixture_fini(&f);
}

int main(int argc, char **argv)
{
    char current[4096] = "", wind[4096] = "";
    const char *shared = getenv("PHAROS_SHARED");
    snprintf(current, sizeof current, "%s/reference/made-current.nc", shared ? shared : "../shared");
    snprintf(wind, sizeof wind, "%s/reference/made-wind.nc", shared ? shared : "../shared");
    if (argc == 3) {
        snprintf(current, sizeof current, "%s", argv[1]);
        snprintf(wind, sizeof wind, "%s", argv[2]);
    }
    bool files = !access(current, R_OK) && !access(wind, R_OK);
    const size_t sizes[] = {1000, 10000, 100000};
    for (int threads = 1; threads <= 2; threads++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            bench("constant", sizes[k], threads, false, NULL, NULL);
            bench("constant, coast", sizes[k], threads, true, NULL, NULL);
            if (files)
                bench("files, coast", sizes[k], threads, true, current, wind);
        }
    if (!files)
        printf("(name a current and a wind file around 34 N 14 E from 2026-01-01 to time files)\n");
    return 0;
}
