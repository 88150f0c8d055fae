// What happens where forcing ends, and what the accounts and messages say of it.
#include "drift/fixture.h"

#include "geo/earth.h"
#include "test/tap.h"

// Wind for the first 12 h only; a current of 0.2 m/s north all the time.
static enum ph_status half_a_wind(struct fixture *f, enum scenario_on_missing on_missing)
{
    static const struct forcing_observation wind[] = {{FIXTURE_START_NS, 10, 0},
                                                      {FIXTURE_START_NS + 12 * HOUR_NS, 10, 0}},
                                            current = {FIXTURE_START_NS, 0, 0.2};
    struct forcing_request requests[] = {
        {.kind = FORCING_CURRENT, .series = &current, .n_series = 1, .label = "/environment/current/0"},
        {.kind = FORCING_WIND, .series = wind, .n_series = 2, .label = "/environment/wind/0"}};
    f->object[0].leeway = (struct object_leeway){{0.05, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    f->c.on_missing = on_missing;
    return fixture_open(f, requests, 2);
}

static bool warned(const struct core_job *job, const char *code)
{
    for (const struct core_warning *w = job->first_warning; w; w = w->next)
        if (!strcmp(w->code, code))
            return true;
    return false;
}

// The hours add up to the whole, and the shares of an hour to the hour.
static void sums_ok(const struct drift_service *s)
{
    double total_s = 0, missing_s = 0, apart_s = 0;
    for (size_t h = 0; h < s->n_intervals; h++) {
        const struct drift_interval *hour = &s->interval[h];
        total_s += hour->total_s;
        missing_s += hour->missing_s[FORCING_WIND] + hour->missing_s[FORCING_CURRENT];
        for (int k = 0; k < 2; k++) {
            double sum_s = hour->missing_s[FORCING_WIND] + hour->missing_s[FORCING_CURRENT];
            for (int i = 0; i < 32; i++)
                sum_s += hour->served_s[k][i];
            // what is held because its place has no source has no source's number
            apart_s =
                fmax(apart_s, fabs(hour->total_s - sum_s - (sum_s < hour->total_s ? hour->held_s[k] : 0)));
        }
    }
    tap_near(total_s, s->total_s, 1e-6, "the hours add up to the run");
    tap_near(missing_s, s->missing_s[FORCING_WIND] + s->missing_s[FORCING_CURRENT], 1e-6,
             "and so does what is missing");
    tap_ok(apart_s < 1e-6, "in each hour the sources and what is missing make up the whole (%g s apart)",
           apart_s);
}

static void test_stop(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service s;
    fixture_init(&f, 2, (struct geo_pos){0, 0}, NULL);
    f.c.drift.step_s = 700;
    bool good = !half_a_wind(&f, SCENARIO_MISSING_STOP) &&
                !drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
    if (!tap_ok(good, "a run whose wind ends early stops its particles")) {
        fixture_fini(&f);
        return;
    }
    tap_ok(e.status[24 * 2] == DRIFT_MISSING_DATA && e.status[12 * 2] == DRIFT_ACTIVE,
           "they are marked as such");
    tap_near(e.lon_deg[24 * 2] * geo_earth_m_per_deg_lon(0), 0.5 * 43200, 2,
             "they stop where the wind ended");
    tap_near(s.missing_s[FORCING_WIND], 2 * 43200, 1e-6, "the time without wind is counted");
    tap_near(s.served_s[FORCING_WIND][0], 2 * 43200, 1e-6, "and so is the time with it");
    tap_near(s.total_s, 2 * 86400, 1e-6, "together they are all the time");
    tap_ok(s.n_intervals == 25 && s.interval[12].served_s[FORCING_WIND][0] == 2 * 3600 &&
               s.interval[12].missing_s[FORCING_WIND] == 0 && s.interval[12].total_s == 2 * 3600,
           "an hour with wind is served");
    tap_ok(s.interval[13].served_s[FORCING_WIND][0] == 0 &&
               s.interval[13].missing_s[FORCING_WIND] == 2 * 3600 && s.interval[13].total_s == 2 * 3600,
           "the next one is missing");
    sums_ok(&s);
    tap_ok(warned(&f.job, "forcing-missing") && !warned(&f.job, "forcing-held"), "a warning says so");
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_hold(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service s;
    fixture_init(&f, 2, (struct geo_pos){0, 0}, NULL);
    bool good = !half_a_wind(&f, SCENARIO_MISSING_HOLD) &&
                !drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
    if (!tap_ok(good, "a run whose wind ends early goes on with what was last known")) {
        fixture_fini(&f);
        return;
    }
    tap_ok(e.status[24 * 2] == DRIFT_ACTIVE, "all particles drift on");
    tap_near(e.lon_deg[24 * 2] * geo_earth_m_per_deg_lon(0), 0.5 * 86400, 2, "with the last wind");
    tap_near(s.held_s[FORCING_WIND], 2 * 43200, 2 * 600, "the time it was held is counted");
    tap_ok(s.interval[12].held_s[FORCING_WIND] == 0 && s.interval[20].held_s[FORCING_WIND] == 2 * 3600,
           "in the hours in which it was");
    sums_ok(&s);
    tap_ok(warned(&f.job, "forcing-held"), "a warning says so");
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void uniform(double lat, double lon, double hours, double *u, double *v)
{
    *u = 0.5;
    *v = 0;
}

// The file covers the start but not where the drift leads.
static void test_place(enum scenario_on_missing on_missing)
{
    const char *path = fixture_path("small.nc");
    struct fixture_grid grid = {10, 33, 0.1, 4, 11, 24, 1}; // 10.0 to 10.3 E
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service s;
    fixture_init(&f, 1, (struct geo_pos){33.5, 10.1}, NULL);
    f.c.on_missing = on_missing;
    if (!tap_ok(fixture_write(path, grid, uniform), "a small file of currents is written")) {
        fixture_fini(&f);
        return;
    }
    enum ph_status status = fixture_current(&f, path);
    if (!status)
        status = drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
    if (on_missing == SCENARIO_MISSING_ERROR) {
        tap_ok(status == PH_EINPUT, "leaving the only file is an error");
        tap_ok(strstr(f.err.what, "current") && strstr(f.err.what, "33-30.0N 010-") &&
                   strstr(f.err.what, "2026-01-01T") && strstr(f.err.what, "small.nc"),
               "that says what, where, when and which sources there are");
        printf("# %s: %s; %s\n", f.err.where, f.err.what, f.err.fix);
    } else if (tap_ok(!status, "leaving the only file ends well when the case says what to do")) {
        double lon = e.lon_deg[24], hold = 10.1 + 0.5 * 86400 / geo_earth_m_per_deg_lon(33.5);
        if (on_missing == SCENARIO_MISSING_HOLD)
            tap_near(lon, hold, 2e-5, "held: it drifts on with its last current");
        else
            tap_ok(lon > 10.29 && lon <= 10.31 && e.status[24] == DRIFT_MISSING_DATA,
                   "stopped: at the file's edge");
        drift_ensemble_free(&e);
    } else {
        printf("# %s: %s\n", f.err.where, f.err.what);
    }
    unlink(path);
    fixture_fini(&f);
}

static void test_never_known(void)
{
    const char *path = fixture_path("small.nc");
    struct fixture_grid grid = {10, 33, 0.1, 4, 11, 24, 1};
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service s;
    fixture_init(&f, 2, (struct geo_pos){33.5, 10.1}, NULL);
    f.seeds.lon_deg[1] = 11;
    f.c.on_missing = SCENARIO_MISSING_HOLD;
    bool good = fixture_write(path, grid, uniform) && !fixture_current(&f, path) &&
                !drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
    tap_ok(good && e.status[24 * 2 + 1] == DRIFT_MISSING_DATA && e.status[24 * 2] == DRIFT_ACTIVE,
           "who never knew a current has none to hold and stops");
    if (good)
        drift_ensemble_free(&e);
    unlink(path);
    fixture_fini(&f);
}

static void test_no_source(void)
{
    struct forcing_observation wind = {FIXTURE_START_NS, 1, 2};
    struct forcing_request request = {.kind = FORCING_WIND, .series = &wind, .n_series = 1, .label = "wind"};
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service s;
    fixture_init(&f, 1, (struct geo_pos){0, 0}, NULL);
    f.c.on_missing = SCENARIO_MISSING_STOP;
    enum ph_status status = fixture_open(&f, &request, 1);
    if (!status)
        status = drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
    tap_ok(status == PH_EINPUT, "a case without any current is refused");
    fixture_fini(&f);
}

static void test_absurd(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct drift_service s;
    fixture_init(&f, 1, (struct geo_pos){0, 0}, NULL);
    enum ph_status status = fixture_constant(&f, 0, 1e20, 0, 0);
    if (!status)
        status = drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
    tap_ok(status == PH_EINPUT && *f.err.fix,
           "a current of 1e20 m/s is an error, not an endless search for a box");
    fixture_fini(&f);
}

// ---- Cancelling and progress ----

struct watch {
    double last;
    int calls;
    bool forward;
    volatile int *stop_at_half;
};

static void watch_progress(void *arg, const char *stage, double done_frac)
{
    struct watch *w = arg;
    w->forward = w->forward && done_frac >= w->last;
    w->last = done_frac;
    w->calls++;
    if (w->stop_at_half && done_frac >= 0.5)
        *w->stop_at_half = 1;
}

static void test_cancel(void)
{
    volatile int stop = 0;
    for (int cancelled = 0; cancelled < 2; cancelled++) {
        struct fixture f;
        struct drift_ensemble e;
        struct drift_service s;
        struct watch w = {.forward = true, .stop_at_half = cancelled ? &stop : NULL};
        fixture_init(&f, 300, (struct geo_pos){0, 0}, NULL);
        f.job.progress = watch_progress;
        f.job.progress_arg = &w;
        f.job.stop = &stop;
        enum ph_status status = fixture_constant(&f, 0.5, 0, 0, 0);
        if (!status)
            status = drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &e, &s, &f.err);
        if (cancelled)
            tap_ok(status == PH_EINTERRUPTED && w.last < 0.6,
                   "a run that is cancelled ends soon, as interrupted");
        else
            tap_ok(!status && w.last == 1.0 && w.forward && w.calls == 24,
                   "progress goes forward to the end");
        if (!status)
            drift_ensemble_free(&e);
        fixture_fini(&f);
    }
}

int main(void)
{
    test_stop();
    test_hold();
    test_place(SCENARIO_MISSING_ERROR);
    test_place(SCENARIO_MISSING_HOLD);
    test_place(SCENARIO_MISSING_STOP);
    test_never_known();
    test_no_source();
    test_absurd();
    test_cancel();
    return tap_done();
}
