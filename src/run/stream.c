#include "core/err.h"
#include "core/mpi.h"
#include "run/inner.h"

// What happens at each output time: the file first, whose process then writes while this one makes the map.
struct streaming {
    struct run *run;
    struct drift_sink file;
    bool with_map;
    struct run_map_scratch map;
};

static enum ph_status streaming_begin(void *arg, const struct drift_ensemble *all, struct ph_err *err)
{
    struct streaming *s = arg;
    enum ph_status status = s->file.begin(s->file.arg, all, err);
    return !status && s->with_map ? run_map_begin(s->run, &s->map, err) : status;
}

static enum ph_status streaming_take(void *arg, const struct drift_ensemble *now, size_t time,
                                     struct ph_err *err)
{
    struct streaming *s = arg;
    enum ph_status status = s->file.take(s->file.arg, now, time, err);
    return !status && s->with_map ? run_map_time(s->run, now, time, &s->map, err) : status;
}

enum ph_status run_stream(struct run *run, const char *path, bool with_map, struct ph_err *err)
{
    enum ph_status status = run_starts(run, err);
    if (!status)
        status = drift_stream_new(path, &run->c, &run->stream, err);
    if (status)
        return status;
    struct streaming streaming = {.run = run, .file = drift_stream_sink(run->stream), .with_map = with_map};
    const struct drift_sink sink = {.arg = &streaming, .begin = streaming_begin, .take = streaming_take};
    size_t n = run->seeds.n;
    status = run_drift_into(run, &sink, drift_stream_bytes(n) + (with_map ? run_map_bytes(n) : 0), err);
    core_arena_fini(&streaming.map.arena);
    return status;
}

enum ph_status run_stream_finish(struct run *run, struct ph_err *err)
{
    core_job_progress(run->job, "write", 0.0);
    enum ph_status status = drift_stream_finish(run->stream, run->job, err);
    core_job_progress(run->job, "write", 1.0);
    return status;
}
