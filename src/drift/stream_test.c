// Trajectories written while the drift goes on: the same bytes, and a whole file or none.
#include "drift/stream.h"

#include <signal.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/file.h"
#include "drift/fixture.h"
#include "drift/state.h"
#include "drift/store.h"
#include "drift/trajectories.h"
#include "test/tap.h"

enum { N = 20001, TIMES = 25 }; // two pieces of a row, unequal

// Some of everything: two objects, starts through six hours, all random terms.
static void made(struct fixture *f)
{
    fixture_init(f, N, (struct geo_pos){33.4, 12.7}, "PIW-1");
    fixture_object(f, 1, "LIFE-RAFT-NB-2");
    fixture_noise(f);
    for (size_t i = 0; i < N; i++) {
        f->seeds.object[i] = i % 2;
        f->seeds.start_ns[i] += (int64_t)(i % 6) * HOUR_NS;
    }
    f->job.threads = 2;
    tap_ok(!fixture_constant(f, 0.2, 0.1, 4, -6), "there is current and wind");
}

static bool file_is(const char *path, const char *other)
{
    struct core_buf a = {0}, b = {0};
    bool same = !core_file_read(path, 1 << 28, &a, NULL) && !core_file_read(other, 1 << 28, &b, NULL) &&
                a.length == b.length && !memcmp(a.text, b.text, a.length);
    core_buf_fini(&a);
    core_buf_fini(&b);
    return same;
}

static enum ph_status run_into(struct fixture *f, const struct drift_sink *sink, struct drift_ensemble *e)
{
    struct drift_service service;
    *e = (struct drift_ensemble){0};
    return drift_run_into(&f->c, &f->seeds, f->forcing, NULL, &f->job, sink, e, &service, &f->err);
}

static void test_same(struct fixture *f)
{
    char kept[256];
    snprintf(kept, sizeof kept, "%s", fixture_path("kept.nc"));
    const char *streamed = fixture_path("streamed.nc");
    struct drift_ensemble all = {0}, last;
    struct drift_service service;
    struct drift_stream *stream = NULL;
    core_job_warn(&f->job, "forcing-held", "The wind was held.");
    tap_ok(!drift_run(&f->c, &f->seeds, f->forcing, NULL, &f->job, &all, &service, &f->err) &&
               !drift_trajectories_write(kept, &f->c, &all, &f->job, &f->err),
           "a cloud is kept and written");
    bool good = !drift_stream_new(streamed, &f->c, &stream, &f->err);
    const struct drift_sink sink = drift_stream_sink(stream);
    tap_ok(good && !run_into(f, &sink, &last) && access(streamed, F_OK),
           "the same drift is written as it goes, not yet under its name");
    tap_ok(last.n == N && last.n_times == TIMES &&
               !memcmp(last.lat_deg, all.lat_deg + (TIMES - 1) * N, N * sizeof(float)) &&
               !memcmp(last.status, all.status + (TIMES - 1) * N, N),
           "of the cloud the last time is kept");
    tap_ok(!drift_stream_finish(stream, &f->job, &f->err) && file_is(kept, streamed),
           "the file of either has the same bytes");
    drift_stream_free(stream);
    drift_ensemble_free(&all);
    drift_ensemble_free(&last);
    tap_ok(!access(streamed, F_OK), "what was finished stays");
    unlink(kept);
    unlink(streamed);
}

// A folder of its own, to see what is left in it.
static const char *folder_path(const char *name)
{
    static char folder[64], path[128];
    if (!*folder) {
        strcpy(folder, "/tmp/pharos-stream-XXXXXX");
        if (!mkdtemp(folder))
            return NULL;
    }
    snprintf(path, sizeof path, "%s%s%s", folder, *name ? "/" : "", name);
    return path;
}

static void test_discard(struct fixture *f)
{
    struct drift_stream *stream = NULL;
    struct drift_ensemble last;
    bool good = !drift_stream_new(folder_path("tracks.nc"), &f->c, &stream, &f->err);
    const struct drift_sink sink = drift_stream_sink(stream);
    tap_ok(good && !run_into(f, &sink, &last), "a stream that is given up");
    drift_stream_free(stream);
    drift_ensemble_free(&last);
    tap_ok(!rmdir(folder_path("")) && !mkdir(folder_path(""), 0700), "leaves nothing behind");
}

// Between this program and the stream: stops the job or kills the other process at the third time.
struct trouble {
    struct drift_sink stream;
    volatile int stop;
    bool kills;
    size_t seen, wrong;
};

static enum ph_status trouble_begin(void *arg, const struct drift_ensemble *all, struct ph_err *err)
{
    struct trouble *t = arg;
    return t->stream.begin(t->stream.arg, all, err);
}

// The one child that this process has.
static pid_t child(void)
{
    char path[64], text[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    bool read = fgets(text, sizeof text, file);
    fclose(file);
    return read ? (pid_t)strtol(text, NULL, 10) : 0;
}

static enum ph_status trouble_take(void *arg, const struct drift_ensemble *now, size_t time,
                                   struct ph_err *err)
{
    struct trouble *t = arg;
    t->wrong +=
        time != t->seen || now->n_times != 1 || now->time_ns[0] != FIXTURE_START_NS + (int64_t)time * HOUR_NS;
    enum ph_status status = t->stream.take(t->stream.arg, now, time, err);
    if (++t->seen == 3 && t->kills && child())
        kill(child(), SIGKILL);
    else if (t->seen == 3)
        t->stop = 1;
    return status;
}

static void test_trouble(struct fixture *f, bool kills)
{
    struct drift_stream *stream = NULL;
    struct drift_ensemble last;
    struct trouble trouble = {.kills = kills};
    bool good = !drift_stream_new(folder_path("tracks.nc"), &f->c, &stream, &f->err);
    trouble.stream = drift_stream_sink(stream);
    const struct drift_sink sink = {&trouble, trouble_begin, trouble_take};
    f->job.stop = &trouble.stop;
    enum ph_status status = run_into(f, &sink, &last);
    f->job.stop = NULL;
    if (kills && !trouble.stop)
        tap_ok(good && status == PH_EIO, "a writing process that is killed ends the run: %s", f->err.what);
    else
        tap_ok(good && status == PH_EINTERRUPTED, "a run that is stopped half way says so");
    tap_ok(!trouble.wrong && trouble.seen >= 3 && trouble.seen < TIMES, "times come in order, one by one");
    drift_stream_free(stream);
    tap_ok(!rmdir(folder_path("")) && !mkdir(folder_path(""), 0700), "and nothing is left");
}

static void test_nowhere(struct fixture *f)
{
    struct drift_stream *stream = NULL;
    struct drift_ensemble last;
    struct trouble trouble = {0};
    bool good = !drift_stream_new("/nowhere/at/all.nc", &f->c, &stream, &f->err);
    trouble.stream = drift_stream_sink(stream);
    const struct drift_sink sink = {&trouble, trouble_begin, trouble_take};
    enum ph_status status = run_into(f, &sink, &last);
    tap_ok(good && status == PH_EIO && trouble.seen == 1 && !strcmp(f->err.where, "/nowhere/at/all.nc"),
           "a folder that is not there is told before anything drifts");
    drift_stream_free(stream);
}

// A cloud too large for memory is kept in a file, and is the same.
struct seen {
    const struct drift_ensemble *all; // NULL: nothing to compare with yet
    size_t rows, wrong;
};

static enum ph_status seen_begin(void *arg, const struct drift_ensemble *all, struct ph_err *err)
{
    return PH_OK;
}

static enum ph_status seen_take(void *arg, const struct drift_ensemble *now, size_t time, struct ph_err *err)
{
    struct seen *seen = arg;
    const struct drift_ensemble *all = seen->all;
    seen->wrong += memcmp(now->lat_deg, all->lat_deg + time * all->n, all->n * sizeof(float)) != 0;
    seen->wrong += memcmp(now->lon_deg, all->lon_deg + time * all->n, all->n * sizeof(float)) != 0;
    seen->wrong += memcmp(now->status, all->status + time * all->n, all->n) != 0;
    drift_ensemble_rest(all, time);
    seen->rows++;
    return PH_OK;
}

static void test_store(void)
{
    enum { LARGE_N = 250000, LARGE_TIMES = 121 };
    struct fixture f;
    struct drift_ensemble all, last;
    struct drift_service service;
    struct seen seen = {.all = &all};
    const struct drift_sink sink = {&seen, seen_begin, seen_take};
    fixture_init(&f, LARGE_N, (struct geo_pos){33.4, 12.7}, "PIW-1");
    f.c.drift.until_ns = FIXTURE_START_NS + HOUR_NS / 30 * (LARGE_TIMES - 1);
    f.c.drift.output_every_s = f.c.drift.step_s = 120;
    f.job.threads = 2;
    bool good = !fixture_constant(&f, 0.2, 0.1, 4, -6) &&
                !drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &all, &service, &f.err);
    tap_ok(good && all.stored && all.stored_bytes > DRIFT_STORE_FROM_BYTES,
           "a large cloud is kept outside the memory %s", f.err.what);
    tap_ok(drift_bytes_needed(&f.c, LARGE_N, LARGE_TIMES) < 120 * (size_t)LARGE_N, "which is stated");
    drift_ensemble_rest(&all, 0);
    tap_ok(good && !run_into(&f, &sink, &last) && seen.rows == LARGE_TIMES && !seen.wrong,
           "and is the one that a sink gets, at all times");
    drift_ensemble_free(&all);
    drift_ensemble_free(&last);
    setenv("TMPDIR", "/nowhere/at/all", 1);
    tap_ok(drift_run(&f.c, &f.seeds, f.forcing, NULL, &f.job, &all, &service, &f.err) == PH_EIO,
           "without a folder for it the run says so: %s %s", f.err.what, f.err.where);
    unsetenv("TMPDIR");
    fixture_fini(&f);
}

static void test_bytes(struct fixture *f)
{
    struct core_arena arena = {0};
    struct drift_state state;
    f->c.on_missing = SCENARIO_MISSING_HOLD;
    f->object[0].change_probability = 0.5;
    tap_ok(!drift_state_init(&f->c, &f->seeds, &arena, &state, &f->err), "a state of everything is made");
    double stated = (double)drift_state_bytes(&f->c, N);
    tap_near((double)arena.used_bytes / stated, 1, 1e-3, "and takes the memory that was stated");
    f->c.on_missing = SCENARIO_MISSING_ERROR;
    f->object[0].change_probability = 0;
    tap_ok(drift_bytes_needed(&f->c, 1, 1) + drift_stream_bytes(1) < 120,
           "a particle needs less than 120 bytes, whatever the number of output times");
    core_arena_fini(&arena);
}

int main(void)
{
    static struct fixture f;
    made(&f);
    test_same(&f);
    if (tap_ok(folder_path(""), "there is a folder of its own")) {
        test_discard(&f);
        test_trouble(&f, false);
        test_trouble(&f, true);
        rmdir(folder_path(""));
    }
    test_nowhere(&f);
    test_bytes(&f);
    test_store();
    fixture_fini(&f);
    return tap_done();
}
