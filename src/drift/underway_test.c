// A voyage before its distress is in the output, on its route, and does not drift.
#include "drift/underway.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/units.h"
#include "drift/trajectories.h"
#include "geo/earth.h"
#include "test/tap.h"

static const char *const text =
    "{\"pharos\": \"case/1\", \"objects\": [{\"id\": \"raft\", \"leeway\": \"LIFE-RAFT-NB-2\"}], "
    "\"scenarios\": ["
    "{\"id\": \"v\", \"kind\": \"voyage\", \"route\": [{\"position\": \"0N 179E\"}, {\"position\": \"0N "
    "179W\"}],"
    " \"depart\": [\"2026-01-01T00:30Z\", \"2026-01-01T01:30Z\"], \"speed_kn\": [10, 10, 10]},"
    "{\"id\": \"p\", \"kind\": \"point\", \"position\": \"1N 179W\", \"time\": \"2026-01-01T05:00Z\"}],"
    "\"environment\": {\"current\": [{\"toward_deg\": 0, \"speed_ms\": 1}], \"wind\": [{\"speed_kn\": 0}]},"
    "\"drift\": {\"until\": \"2026-01-01T10:00Z\", \"start\": \"2026-01-01T00:00Z\", \"particles\": 400, "
    "\"uncertainty\": \"none\"}}";

struct sea {
    struct scenario_case c;
    struct core_arena arena;
    struct scenario_seeds seeds;
    struct forcing *forcing;
    struct drift_ensemble e;
};

static bool sail(struct sea *s)
{
    struct ph_err err = {0};
    struct core_job job = {.threads = 2};
    struct drift_service service;
    const struct forcing_observation current = {0, 0, 1}, wind = {0, 0, 0};
    const struct forcing_request requests[2] = {
        {.kind = FORCING_CURRENT, .depth_m = NAN, .series = &current, .n_series = 1, .label = "current"},
        {.kind = FORCING_WIND, .depth_m = NAN, .series = &wind, .n_series = 1, .label = "wind"}};
    enum ph_status status = scenario_case_parse(text, strlen(text), ".", "test", NULL, &s->c, NULL, &err);
    if (!status)
        status = scenario_seed(&s->c, NULL, &job, &s->arena, &s->seeds, &err);
    if (!status)
        status = forcing_open(requests, 2, FORCING_MISSING_ERROR, s->c.drift.start_ns, s->c.drift.until_ns,
                              scenario_start_box(&s->c), &job, &s->forcing, &err);
    if (!status)
        status = drift_run(&s->c, &s->seeds, s->forcing, NULL, &job, &s->e, &service, &err);
    core_job_fini(&job);
    return tap_ok(!status, "a voyage over the antimeridian is drifted %s", err.what);
}

static void test_states(const struct sea *s)
{
    const struct drift_ensemble *e = &s->e;
    size_t early = 0, off = 0, under = 0, mixed = 0;
    for (size_t i = 0; i < e->n; i++)
        for (size_t t = 0; t < e->n_times; t++) {
            size_t at = t * e->n + i;
            bool voyage = s->c.source[e->source[i]].kind == SCENARIO_VOYAGE;
            bool underway = e->status[at] == DRIFT_UNDERWAY;
            under += underway;
            mixed += (underway && (!voyage || e->time_ns[t] >= e->start_ns[i])) ||
                     (e->status[at] == DRIFT_ACTIVE && e->time_ns[t] < e->start_ns[i]);
            early += e->time_ns[t] <= s->c.drift.start_ns && e->status[at] != DRIFT_NOT_RELEASED;
            off += underway && (fabsf(e->lat_deg[at]) > 1e-6f || fabsf(e->lon_deg[at]) < 179.0f);
        }
    tap_ok(under > 0, "there are particles under way (%zu snapshots)", under);
    tap_ok(mixed == 0, "under way before the distress, adrift after it, and points never under way");
    tap_ok(early == 0, "before the departure a voyage is not released");
    tap_ok(off == 0, "who is under way is on the route: the current does not move it");
}

// Where a voyage is from hour to hour, and where it begins to drift.
static void test_way(const struct sea *s)
{
    const struct drift_ensemble *e = &s->e;
    double worst_m = 0, start_m = 0;
    for (size_t i = 0; i < e->n; i++)
        for (size_t t = 0; t + 1 < e->n_times; t++) {
            size_t a = t * e->n + i, b = a + e->n;
            struct geo_pos from = {e->lat_deg[a], e->lon_deg[a]}, to = {e->lat_deg[b], e->lon_deg[b]};
            double run_m = geo_earth_distance_m(from, to);
            if (e->status[a] == DRIFT_UNDERWAY && e->status[b] == DRIFT_UNDERWAY)
                worst_m = fmax(worst_m, fabs(run_m - 10 * CORE_M_PER_NM));
            if (e->status[a] == DRIFT_UNDERWAY && e->status[b] == DRIFT_ACTIVE) {
                double under_s = (double)(e->start_ns[i] - e->time_ns[t]) / CORE_NS_PER_S;
                double want = hypot(under_s * 10 * CORE_M_PER_NM / 3600, 3600 - under_s);
                start_m = fmax(start_m, fabs(run_m - want));
            }
        }
    tap_ok(worst_m < 5, "under way it runs ten miles an hour (off by %.2f m)", worst_m);
    tap_ok(start_m < 5, "and drifts from where the distress met it (off by %.2f m)", start_m);
}

static void test_file(const struct sea *s)
{
    char path[] = "/tmp/pharos-underway-XXXXXX.nc";
    int fd = mkstemps(path, 3);
    struct ph_err err = {0};
    struct drift_ensemble back = {0};
    enum ph_status status = fd < 0 ? PH_EIO : drift_trajectories_write(path, &s->c, &s->e, NULL, &err);
    if (!status)
        status = drift_trajectories_read(path, &back, &err);
    tap_ok(!status && back.n == s->e.n && !memcmp(back.status, s->e.status, s->e.n * s->e.n_times),
           "the file keeps who was under way");
    drift_ensemble_free(&back);
    if (fd >= 0)
        close(fd);
    unlink(path);
}

static void test_mass(const struct sea *s)
{
    size_t last = s->e.n_times - 1, n = 0;
    for (size_t i = 0; i < s->e.n; i++)
        n += s->e.status[last * s->e.n + i] == DRIFT_UNDERWAY;
    tap_ok(n > 0 && n < s->e.n / 2, "some have not come to grief when the run ends");
    tap_near(drift_underway_mass(&s->e, s->e.status + last * s->e.n), (double)n / (double)s->e.n, 1e-12,
             "and their share is told");
}

int main(void)
{
    static struct sea s;
    if (sail(&s)) {
        test_states(&s);
        test_way(&s);
        test_file(&s);
        test_mass(&s);
    }
    drift_ensemble_free(&s.e);
    forcing_free(s.forcing);
    core_arena_fini(&s.arena);
    scenario_case_fini(&s.c);
    return tap_done();
}
