// What is reported teaches, against runs of brute force and against what can be worked out by hand.
#include <stdio.h>
#include <unistd.h>

#include "core/file.h"
#include "run/reports.h"
#include "test/tap.h"

// Sigma 4 NM about 50 N 10 W, a life raft or a person; wind, noise; a boat sweeps the middle.
static const char *const beginning =
    "{\"pharos\": \"case/1\", \"objects\": [{\"id\": \"raft\", \"leeway\": \"LIFE-RAFT-NB-1\"}, "
    "{\"id\": \"person\", \"leeway\": \"PIW-1\"}], \"environment\": {\"current\": [{\"toward_deg\": 40, "
    "\"speed_kn\": "
    "0.5}], \"wind\": [{\"from_deg\": 270, \"speed_kn\": 18}], \"coastline\": \"none\"}, ";

struct teaching {
    struct core_job job;
    struct run run;
    struct ph_err err;
    enum ph_status status;
};

static enum ph_status begin(struct teaching *t, const char *rest, size_t particles, uint64_t seed)
{
    char path[64];
    struct core_buf text = {0};
    *t = (struct teaching){.job = {.threads = 2}};
    core_buf_puts(&text, beginning);
    core_buf_puts(&text, rest);
    snprintf(path, sizeof path, "teach_test.%ld.json", (long)getpid());
    struct scenario_overrides over = {true, true, particles, seed};
    t->status = core_file_write_buf(path, &text, &t->err);
    core_buf_fini(&text);
    if (!t->status)
        t->status = run_load(&t->run, path, &over, &t->job, NULL, &t->err);
    unlink(path);
    if (!t->status)
        t->status = run_open(&t->run, &t->err);
    if (!t->status)
        t->status = run_drift(&t->run, &t->err);
    return t->status;
}

static void end(struct teaching *t)
{
    if (t->status)
        printf("# %s: %s\n", t->err.where, t->err.what);
    run_fini(&t->run);
    core_job_fini(&t->job);
}

// The posterior in cells of the plane at the last time: mass in each of 6 x 6 cells of 6 NM, NaN left out.
enum { SIDE = 6, CELLS = SIDE * SIDE };
static void cells_fill(const struct run *run, double *mass)
{
    const struct drift_ensemble *e = &run->ensemble;
    const float *lat = e->lat_deg + (e->n_times - 1) * e->n, *lon = e->lon_deg + (e->n_times - 1) * e->n;
    memset(mass, 0, CELLS * sizeof *mass);
    for (size_t i = 0; i < e->n; i++) {
        int y = (int)floor((lat[i] - 49.75) / 0.1), x = (int)floor((lon[i] + 9.9) / 0.16);
        y = y < 0 ? 0 : y >= SIDE ? SIDE - 1 : y, x = x < 0 ? 0 : x >= SIDE ? SIDE - 1 : x;
        mass[y * SIDE + x] += run->posterior[i];
    }
}

// Legs over and over the middle of the cloud: only its edge is left.
static void legs_put(char *out, size_t size)
{
    size_t n = (size_t)snprintf(
        out, size,
        "\"scenarios\": [{\"id\": \"a\", \"kind\": \"point\", \"position\": \"50-00N 010-00W\", "
        "\"sigma_nm\": 4, \"time\": "
        "\"2026-03-01T00:00Z\", \"weight\": 0.7}, {\"id\": \"b\", \"kind\": \"point\", \"position\": "
        "\"50-06N 009-50W\", "
        "\"sigma_nm\": 2, \"time\": [\"2026-03-01T00:00Z\", \"2026-03-01T02:00Z\"], \"weight\": 0.3}], "
        "\"drift\": {\"until\": "
        "\"2026-03-01T06:00Z\"}, \"searches\": [{\"id\": \"s\", \"sweep_width_nm\": 4, \"track\": [");
    for (int k = 0; k < 24; k++)
        n += (size_t)snprintf(
            out + n, size - n, "%s{\"position\": \"%.4f, %.4f\", \"time\": \"2026-03-01T%02d:%02dZ\"}",
            k ? ", " : "", 49.92 + 0.025 * (k / 2), (k + 1) / 2 % 2 ? -9.6 : -10.1, 3 + k / 12, k % 12 * 5);
    snprintf(out + n, size - n, "]}]}");
}

// A run that draws anew agrees with one of brute force that does not.
static void against_brute_force(void)
{
    enum { RUNS = 6 };
    static char text[8192];
    legs_put(text, sizeof text);
    struct teaching brute, few;
    struct plan_cloud cloud;
    struct run_reports reports;
    double truth[CELLS], mass[CELLS], sum[CELLS] = {0}, pos = 0, worst = 0, share = 0, person = 0,
                                      effective = 1;
    size_t rounds = 0;
    if (!begin(&brute, text, 60000, 11)) {
        brute.status = run_planner_cloud(&brute.run, &cloud, &brute.err);
        if (!brute.status)
            brute.status = run_reports_read(&brute.run, &reports, &brute.err);
        if (!brute.status) // no particle is replaced here
            brute.status = run_reports_weigh(&brute.run, &reports, &cloud, true, &brute.err);
    }
    if (!brute.status)
        cells_fill(&brute.run, truth);
    double effective_brute =
        brute.status ? 0 : prob_effective_n(brute.run.posterior, cloud.n) / (double)cloud.n;
    bool good = !brute.status;
    for (uint64_t seed = 1; good && seed <= RUNS; seed++) {
        good = !begin(&few, text, 4000, seed) && !(few.status = run_weights(&few.run, &few.err));
        if (good) {
            cells_fill(&few.run, mass);
            for (int k = 0; k < CELLS; k++)
                sum[k] += mass[k] / RUNS;
            pos += few.run.prior_pos / RUNS;
            share += few.run.taught.source_after[1] / RUNS;
            person += few.run.taught.object_after[1] / RUNS;
            effective = fmin(effective, few.run.taught.effective);
            rounds += few.run.taught.rounds;
        }
        end(&few);
    }
    for (int k = 0; good && k < CELLS; k++)
        worst = fmax(worst, fabs(sum[k] - truth[k]));
    printf("# effective share %.3f of the brute force, at least %.3f drawn anew (%zu rounds in %d runs); "
           "worst cell %.4f\n",
           effective_brute, effective, rounds, RUNS, worst);
    tap_ok(good && effective_brute < 0.2 && effective >= 0.2 && rounds >= RUNS,
           "below 20 %% the particles are drawn anew, and then more than 20 %% count");
    tap_ok(good && worst < 0.012, "and what is left lies where brute force finds it, cell by cell");
    tap_near(pos, good ? brute.run.prior_pos : NAN, 0.006, "cumulative POS is that of brute force");
    tap_near(share, good ? brute.run.taught.source_after[1] : NAN, 0.012, "and so are the scenarios' shares");
    tap_near(person, good ? brute.run.taught.object_after[1] : NAN, 0.02, "and the objects'");
    end(&brute);
}

// Two runs with different numbers of threads.
static void threads_alike(void)
{
    static char text[8192];
    legs_put(text, sizeof text);
    struct teaching one, three;
    bool good = !begin(&one, text, 2000, 3);
    one.job.threads = 1;
    good = good && !(one.status = run_weights(&one.run, &one.err));
    good = !begin(&three, text, 2000, 3) && good;
    three.job.threads = 3;
    good = good && !(three.status = run_weights(&three.run, &three.err));
    size_t n = one.run.ensemble.n;
    tap_ok(good && one.run.taught.rounds && n == three.run.ensemble.n &&
               !memcmp(one.run.posterior, three.run.posterior, n * sizeof(double)),
           "particles drawn anew are the same bytes for any number of threads");
    end(&one);
    end(&three);
}

// Two places, equally likely; wind and current carry debris from one of them to the find only.
static void debris(void)
{
    const char *text =
        "\"scenarios\": [{\"id\": \"near\", \"kind\": \"point\", \"position\": \"50-00N 010-00W\", "
        "\"sigma_nm\": 1, "
        "\"time\": \"2026-03-01T00:00Z\"}, {\"id\": \"far\", \"kind\": \"point\", \"position\": \"50-30N "
        "010-00W\", "
        "\"sigma_nm\": 1, \"time\": \"2026-03-01T00:00Z\"}], \"drift\": {\"until\": \"2026-03-01T06:00Z\"}, "
        "\"debris\": "
        "[{\"id\": \"oar\", \"leeway\": \"FV-DEBRIS\", \"position\": \"%s\", \"sigma_nm\": 0.5, \"time\": "
        "\"2026-03-01T04:00Z\", \"trust\": %s%s}]}";
    // where debris from the first place is, in the mean: current 4 h x 0.5 kn at 040, and its leeway
    char with[2048];
    struct teaching t;
    snprintf(with, sizeof with, text, "50-01.5N 009-54.5W", "1", "");
    bool good = !begin(&t, with, 3000, 1) && !(t.status = run_weights(&t.run, &t.err));
    double sum = 0;
    for (size_t i = 0; good && i < t.run.ensemble.n; i++)
        sum += t.run.posterior[i];
    tap_ok(good && t.run.taught.source_after[0] > 0.999 && fabs(sum - 1) < 1e-9,
           "debris that only one scenario could have brought there leaves that one");
    end(&t);
    snprintf(with, sizeof with, text, "50-01.5N 009-54.5W", "0.6", "");
    good = !begin(&t, with, 3000, 1) && !(t.status = run_weights(&t.run, &t.err));
    tap_near(good ? t.run.taught.source_after[0] : NAN, 0.8, 1e-3, "trusted at .6: .4 x .5 + .6 x 1 = .8");
    end(&t);
    snprintf(with, sizeof with, text, "50-01.5N 009-54.5W", "1", ", \"withdrawn\": true");
    good = !begin(&t, with, 3000, 1) && !(t.status = run_weights(&t.run, &t.err));
    tap_near(good ? t.run.taught.source_after[0] : NAN, 0.5, 1e-12, "withdrawn, it says nothing");
    end(&t);
    snprintf(with, sizeof with, text, "48-00N 005-00W", "1", "");
    good = !begin(&t, with, 3000, 1) && !(t.status = run_weights(&t.run, &t.err));
    tap_ok(good && fabs(t.run.taught.source_after[0] - 0.5) < 1e-12 && t.job.n_warnings &&
               !strcmp(t.job.first_warning->code, "debris-far"),
           "debris that nothing explains is not used, and that is said");
    end(&t);
}

// Without drift and noise the debris lies where the particle is: the likelihood of a start is known.
static void debris_density(void)
{
    const char *text =
        "\"scenarios\": [{\"id\": \"a\", \"kind\": \"point\", \"position\": \"50-00N 010-00W\", "
        "\"sigma_nm\": 3, "
        "\"time\": \"2026-03-01T00:00Z\"}], \"drift\": {\"until\": \"2026-03-01T06:00Z\", \"uncertainty\": "
        "\"none\"}, "
        "\"debris\": [{\"id\": \"oar\", \"coefficients\": {\"downwind\": {\"slope_percent\": 0}, "
        "\"crosswind_right\": "
        "{\"slope_percent\": 0}, \"crosswind_left\": {\"slope_percent\": 0}}, \"position\": \"50-01.532N "
        "009-58.0N\", \"sigma_nm\": 2, \"time\": \"2026-03-01T04:00Z\", \"trust\": 1}]}";
    char with[2048];
    snprintf(with, sizeof with, "%s", text);
    char *place = strstr(with, "009-58.0N"); // 4 h x 0.5 kn at 040 from the middle: the debris is from there
    memcpy(place, "009-58.0W", 9);
    struct teaching t;
    bool good = !begin(&t, with, 4000, 5) && !(t.status = run_weights(&t.run, &t.err));
    double mean = 0, square = 0;
    struct geo_pos middle = {50, -10};
    for (size_t i = 0; good && i < t.run.seeds.n; i++) {
        double m =
            geo_earth_distance_m(middle, (struct geo_pos){t.run.seeds.lat_deg[i], t.run.seeds.lon_deg[i]});
        mean += t.run.posterior[i];
        square += t.run.posterior[i] * m * m / 2;
    }
    // normal of 3 NM x normal of 2 NM: variance 9 x 4 / (9 + 4) per axis
    tap_near(sqrt(square / mean) / CORE_M_PER_NM, sqrt(36.0 / 13), 0.06,
             "starts are weighed by where their own debris would be: normal times normal");
    end(&t);
}

int main(void)
{
    debris();
    debris_density();
    against_brute_force();
    threads_alike();
    return tap_done();
}
