// How long one particle takes for one step: `build/bench/kernel [CURRENT.nc WIND.nc [MOST]]`, by itself with
// the files of $PHAROS_SHARED/reference where they are; MOST is the most particles (default 1,000,000).
//
// One particle-step is both stages of RK2 with current and wind, leeway with noise, errors, diffusion,
// jibing, and the shore. Time is that of the processor, the least of a few runs; the definition (the scalar
// kernel) runs in between, so that the ratio holds on a busy machine too. Never part of the tests: times are
// not truths.
#include "drift/fixture.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "core/threads.h"
#include "drift/ensemble.h"
#include "drift/fast.h"

enum { RUNS = 5, SCALAR_MOST = 10000 };

struct setting {
    const char *name;
    bool files, coast, wide;
    enum scenario_integrator integrator;
};

// A cloud around 34 N 14 E with every random term on, some 50 km across; wide: 4 degrees.
static void bench_case(struct fixture *f, const struct setting *set, size_t n, int threads)
{
    fixture_init(f, n, (struct geo_pos){set->wide ? 35.0 : 34.2, 14.0}, "LIFE-RAFT-NB-2");
    fixture_noise(f);
    f->c.drift.integrator = set->integrator;
    f->c.drift.until_ns = FIXTURE_START_NS + (n > 100000 ? 6 : 24) * HOUR_NS;
    f->c.drift.output_every_s = 3600;
    f->job.threads = threads;
    double size = set->wide ? 4.0 : 0.5;
    for (size_t i = 0; i < n; i++) {
        f->seeds.lat_deg[i] += size * ((double)(i * 7919 % n) / (double)n - 0.5);
        f->seeds.lon_deg[i] += size * ((double)(i * 104729 % n) / (double)n - 0.5);
    }
}

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// One run: nanoseconds a particle-step, by the processor's time or (threads) the wall's.
static double run_ns(struct fixture *f, enum drift_path path)
{
    struct drift_ensemble e;
    struct drift_service service;
    clockid_t clock = f->job.threads > 1 ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    double began_s = clock_s(clock);
    if (drift_run_blocks(&f->c, &f->seeds, f->forcing, f->coast, &f->job, DRIFT_FAST_ROWS, path, NULL, &e,
                         &service, &f->err)) {
        fprintf(stderr, "%s: %s\n", f->err.where, f->err.what);
        return NAN;
    }
    double ns = (clock_s(clock) - began_s) * 1e9 / (double)service.particle_steps;
    drift_ensemble_free(&e);
    return ns;
}

static bool bench_open(struct fixture *f, const struct setting *set, const char *current, const char *wind)
{
    if (set->coast && geo_coast_open("auto", NULL, &f->coast, &f->err))
        fprintf(stderr, "%s: %s\n", f->err.where, f->err.what);
    enum ph_status status =
        set->files ? fixture_files(f, current, wind) : fixture_constant(f, 0.15, -0.1, 6, 4);
    if (status)
        fprintf(stderr, "%s: %s\n", f->err.where, f->err.what);
    return !status;
}

static void bench(const struct setting *set, size_t n, int threads, const char *current, const char *wind)
{
    struct fixture fast, slow;
    bench_case(&fast, set, n, threads);
    bench_case(&slow, set, n < SCALAR_MOST ? n : SCALAR_MOST, 1);
    double best = INFINITY, portable = INFINITY, scalar = INFINITY;
    if (bench_open(&fast, set, current, wind) && bench_open(&slow, set, current, wind)) {
        for (int k = 0; k < (n > 1000000 ? 1 : RUNS); k++) {
            best = fmin(best, run_ns(&fast, DRIFT_PATH_AUTO));
            if (threads == 1) {
                portable = fmin(portable, run_ns(&slow, DRIFT_PATH_PORTABLE));
                scalar = fmin(scalar, run_ns(&slow, DRIFT_PATH_SCALAR));
            }
        }
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        printf("%-22s %9zu %3d %8.1f", set->name, n, threads, best);
        if (threads == 1)
            printf(" %8.1f %8.1f %6.1f", portable, scalar, scalar / best);
        else
            printf(" %8s %8s %6s", "", "", "");
        printf(" %8.0f\n", (double)usage.ru_maxrss / 1024.0);
    }
    fflush(stdout);
    fixture_fini(&fast);
    fixture_fini(&slow);
}

int main(int argc, char **argv)
{
    char current[4096] = "", wind[4096] = "";
    const char *shared = getenv("PHAROS_SHARED");
    snprintf(current, sizeof current, "%s/reference/made-current.nc", shared ? shared : "../shared");
    snprintf(wind, sizeof wind, "%s/reference/made-wind.nc", shared ? shared : "../shared");
    if (argc >= 3) {
        snprintf(current, sizeof current, "%s", argv[1]);
        snprintf(wind, sizeof wind, "%s", argv[2]);
    }
    size_t most = argc >= 4 ? (size_t)strtoull(argv[3], NULL, 10) : 1000000;
    bool files = !access(current, R_OK) && !access(wind, R_OK);
    const struct setting settings[] = {{"constant", false, false, false, SCENARIO_RK2},
                                       {"files", true, false, false, SCENARIO_RK2},
                                       {"files, coast", true, true, false, SCENARIO_RK2},
                                       {"files, coast, Euler", true, true, false, SCENARIO_EULER},
                                       {"files, coast, 4 deg", true, true, true, SCENARIO_RK2}};
    printf("%-22s %9s %3s %8s %8s %8s %6s %8s\n", "case", "particles", "thr", "ns", "portable", "scalar",
           "ratio", "peak MB");
    for (size_t s = 0; s < sizeof settings / sizeof settings[0]; s++)
        for (size_t n = 1000; n <= most && (files || !settings[s].files); n *= n < 10000 ? 10 : 100)
            bench(&settings[s], n, 1, current, wind);
    if (files)
        for (int threads = 1; threads <= 2; threads++)
            bench(&settings[2], most < 100000 ? most : 100000, threads, current, wind);
    else
        printf("(name a current and a wind file around 34 N 14 E from 2026-01-01 to time files)\n");
    return 0;
}
