// How long one particle takes for one step: `build/bench/kernel [MOST [CURRENT.nc WIND.nc]]`, with the files
// of $PHAROS_SHARED/reference unless others are named; MOST is the most particles of a tight cloud (default
// 1,000,000; 10,000,000 takes 3 GB and some minutes).
//
// One particle-step is both stages of RK2 with current and wind, leeway with noise, errors, diffusion,
// jibing, and the shore. Time is that of the processor, the least of several runs; every kernel has its turn
// each time, so that ratios hold on a busy machine too. Never part of the tests: times are not truths.
#include "drift/fixture.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "core/threads.h"
#include "drift/ensemble.h"
#include "drift/fast.h"

enum { RUNS = 9, SCALAR_MOST = 10000, WIDE_PARTICLES = 1000000, WIDE_POINTS = 860 };

struct setting {
    const char *name;
    bool files, coast;
    enum scenario_integrator integrator;
};

// A cloud around 34 N 14 E with every random term on, some 50 km across.
static void bench_case(struct fixture *f, const struct setting *set, size_t n, int threads)
{
    fixture_init(f, n, (struct geo_pos){34.2, 14.0}, "LIFE-RAFT-NB-2");
    fixture_noise(f);
    f->c.drift.integrator = set->integrator;
    f->c.drift.until_ns = FIXTURE_START_NS + 24 * HOUR_NS;
    f->c.drift.output_every_s = n > 100000 ? 6 * 3600 : 3600;
    f->job.threads = threads;
    for (size_t i = 0; i < n; i++) {
        f->seeds.lat_deg[i] += 0.5 * ((double)(i * 7919 % n) / (double)n - 0.5);
        f->seeds.lon_deg[i] += 0.5 * ((double)(i * 104729 % n) / (double)n - 0.5);
    }
}

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// One run: seconds, and how many particle-steps.
static double run_s(struct fixture *f, enum drift_path path, clockid_t clock, double *steps)
{
    struct drift_ensemble e;
    struct drift_service service;
    double began_s = clock_s(clock);
    if (drift_run_blocks(&f->c, &f->seeds, f->forcing, f->coast, &f->job, DRIFT_FAST_ROWS, path, NULL, &e,
                         &service, &f->err)) {
        fprintf(stderr, "%s: %s\n", f->err.where, f->err.what);
        return NAN;
    }
    double took_s = clock_s(clock) - began_s;
    *steps = (double)service.particle_steps;
    drift_ensemble_free(&e);
    return took_s;
}

static double run_ns(struct fixture *f, enum drift_path path, clockid_t clock)
{
    double steps = 1, took_s = run_s(f, path, clock, &steps);
    return 1e9 * took_s / steps;
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

// The least seconds of several runs by each kernel, and of eight particles: to open and read files and coast,
// which every run does once.
enum kernel { BEST, V3, PORTABLE, SCALAR, READING, KERNELS };

static void times_take(struct fixture *fast, struct fixture *slow, struct fixture *few, int runs,
                       double least_s[KERNELS], double steps[KERNELS])
{
    struct fixture *const of[KERNELS] = {fast, fast, slow, slow, few};
    static const enum drift_path path[KERNELS] = {DRIFT_PATH_AUTO, DRIFT_PATH_V3, DRIFT_PATH_PORTABLE,
                                                  DRIFT_PATH_SCALAR, DRIFT_PATH_AUTO};
    for (int i = 0; i < KERNELS; i++)
        least_s[i] = INFINITY;
    for (int k = 0; k < runs; k++)
        for (int i = 0; i < KERNELS; i++)
            least_s[i] = fmin(least_s[i], run_s(of[i], path[i], CLOCK_PROCESS_CPUTIME_ID, &steps[i]));
}

static void bench(const struct setting *set, size_t n, const char *current, const char *wind)
{
    struct fixture fast, slow, few;
    bench_case(&fast, set, n, 1);
    bench_case(&slow, set, n < SCALAR_MOST ? n : SCALAR_MOST, 1);
    bench_case(&few, set, 8, 1);
    if (bench_open(&fast, set, current, wind) && bench_open(&slow, set, current, wind) &&
        bench_open(&few, set, current, wind)) {
        double least_s[KERNELS], steps[KERNELS] = {0}, ns[KERNELS];
        few.c.drift.until_ns = fast.c.drift.until_ns;
        times_take(&fast, &slow, &few, n > 1000000 ? 1 : n > 100000 ? 2 : RUNS, least_s, steps);
        for (int i = 0; i < KERNELS; i++)
            ns[i] = 1e9 * (least_s[i] - least_s[READING]) / steps[i];
        struct rusage usage;
        getrusage(RUSAGE_SELF, &usage);
        size_t bytes = drift_bytes_needed(&fast.c, n, drift_n_times(&fast.c.drift)) / n;
        printf("%-20s %9zu %7.1f %7.1f %7.1f %8.1f %10.1f %6.1f %8zu %8.0f\n", set->name, n,
               1e9 * least_s[BEST] / steps[BEST], ns[BEST], ns[V3], ns[PORTABLE], ns[SCALAR],
               ns[SCALAR] / ns[BEST], bytes, (double)usage.ru_maxrss / 1024.0);
    }
    fflush(stdout);
    fixture_fini(&fast);
    fixture_fini(&slow);
    fixture_fini(&few);
}

// One thread and two in turn; by the wall's clock, so only on an idle machine does it mean much.
static void bench_threads(const struct setting *set, size_t n, const char *current, const char *wind)
{
    struct fixture f;
    double best[2] = {INFINITY, INFINITY};
    bench_case(&f, set, n, 1);
    bool good = bench_open(&f, set, current, wind);
    for (int k = 0; good && k < 2 * RUNS; k++) {
        f.job.threads = k % 2 + 1;
        best[k % 2] = fmin(best[k % 2], run_ns(&f, DRIFT_PATH_AUTO, CLOCK_MONOTONIC));
    }
    printf("\n%zu particles, %s, wall clock: one thread %.1f ns, two %.1f ns, %.2f times\n", n, set->name,
           best[0], best[1], best[0] / best[1]);
    fflush(stdout);
    fixture_fini(&f);
}

// ---- A cloud as wide as an ocean ----

static void eddies(double lat_deg, double lon_deg, double hours, double *u, double *v)
{
    *u = 0.5 * sin(2 * lon_deg) * cos(2 * lat_deg + hours / 24);
    *v = 0.5 * cos(2 * lon_deg);
}

static bool wide_make(struct fixture *f, size_t n)
{
    const char *path = fixture_path("ocean.nc");
    struct fixture_grid grid = {-36, -36, 1.0 / 12, WIDE_POINTS, WIDE_POINTS, 1, 24};
    fixture_init(f, n, (struct geo_pos){0, 0}, "LIFE-RAFT-NB-2");
    fixture_noise(f);
    f->c.drift.output_every_s = 6 * 3600;
    for (size_t i = 1; i < n; i++) {
        double u[4];
        core_rng_uniform(7, i, 0, CORE_RNG_POSITION, u);
        f->seeds.lat_deg[i] = 66 * (u[0] - 0.5);
        f->seeds.lon_deg[i] = 66 * (u[1] - 0.5);
    }
    bool good = fixture_write(path, grid, eddies) && !fixture_current(f, path);
    unlink(path);
    return good;
}

static void bench_wide(size_t n)
{
    struct fixture f;
    double sorted = INFINITY, plain = INFINITY;
    bool good = wide_make(&f, n);
    for (int k = 0; good && k < 2; k++) {
        setenv("PHAROS_SORT", "on", 1);
        sorted = fmin(sorted, run_ns(&f, DRIFT_PATH_AUTO, CLOCK_PROCESS_CPUTIME_ID));
        setenv("PHAROS_SORT", "off", 1);
        plain = fmin(plain, run_ns(&f, DRIFT_PATH_AUTO, CLOCK_PROCESS_CPUTIME_ID));
    }
    unsetenv("PHAROS_SORT");
    printf("%zu particles over 66 degrees, current of 1/12 degree: sorted %.1f ns, unsorted %.1f ns\n", n,
           sorted, plain);
    fixture_fini(&f);
}

int main(int argc, char **argv)
{
    char current[4096] = "", wind[4096] = "";
    const char *shared = getenv("PHAROS_SHARED");
    snprintf(current, sizeof current, "%s/reference/made-current.nc", shared ? shared : "../shared");
    snprintf(wind, sizeof wind, "%s/reference/made-wind.nc", shared ? shared : "../shared");
    size_t most = argc >= 2 ? (size_t)strtoull(argv[1], NULL, 10) : 1000000;
    if (argc >= 4) {
        snprintf(current, sizeof current, "%s", argv[2]);
        snprintf(wind, sizeof wind, "%s", argv[3]);
    }
    bool files = !access(current, R_OK) && !access(wind, R_OK);
    const struct setting settings[] = {{"files, coast", true, true, SCENARIO_RK2},
                                       {"files, coast, Euler", true, true, SCENARIO_EULER},
                                       {"files", true, false, SCENARIO_RK2},
                                       {"constant", false, false, SCENARIO_RK2}};
    printf("ns a particle-step (`run`: all; others less what reading files and coast takes once); bytes a "
           "particle "
           "as stated; peak of the process so far\n");
    printf("%-20s %9s %7s %7s %7s %8s %10s %6s %8s %8s\n", "case", "particles", "run", "best", "v3",
           "portable", "definition", "ratio", "bytes", "peak MB");
    for (size_t s = 0; s < sizeof settings / sizeof settings[0]; s++)
        for (size_t n = 1000; n <= most && (files || !settings[s].files); n *= 10)
            if (s < 2 || n <= 10000)
                bench(&settings[s], n, current, wind);
    if (files)
        bench_threads(&settings[0], most < 100000 ? most : 100000, current, wind);
    else
        printf("(name a current and a wind file around 34 N 14 E from 2026-01-01 to time files)\n");
    if (most >= WIDE_PARTICLES)
        bench_wide(WIDE_PARTICLES);
    return 0;
}
