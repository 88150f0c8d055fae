// A decoding process that lies: the parent must not trust a word of it. The target has its own
// forcing_worker_run, which answers as a good one would, changed by the input; the parent opens, looks over
// and asks, and must end with an answer or a reason. Byte 0: NetCDF (even) or GRIB (odd); then changes, each
// of a kind, a place and a value.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/job.h"
#include "forcing/forcing.h"
#include "forcing/grib_wire.h"
#include "forcing/worker.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// The input, as the process inherits it.
static const uint8_t *script;
static size_t script_length, script_at;

static uint8_t script_byte(void)
{
    return script_at < script_length ? script[script_at++] : 0;
}

static uint64_t script_number(void)
{
    static const uint64_t odd[] = {0, 1, 3, UINT32_MAX, INT64_MAX, UINT64_MAX, 1ULL << 62, 1ULL << 25};
    uint8_t which = script_byte();
    return which < 8 ? odd[which] : (uint64_t)script_byte() << (which % 57);
}

// ---------------------------------------------------------------- the process

static void att_put(struct forcing_writer *out, const char *name, const char *text)
{
    forcing_writer_text(out, name, strlen(name));
    forcing_writer_u64(out, 1);
    forcing_writer_text(out, text, strlen(text));
}

static void var_put(struct forcing_writer *out, const char *name, int rank, int first_dim, const char *units,
                    const char *standard)
{
    forcing_writer_text(out, name, strlen(name));
    forcing_writer_u64(out, NUMBER_FLOAT64);
    forcing_writer_u64(out, 0);
    forcing_writer_u64(out, 0);
    forcing_writer_u64(out, 1);
    forcing_writer_f64(out, 9.97e36);
    forcing_writer_u64(out, (uint64_t)rank);
    for (int d = 0; d < rank; d++)
        forcing_writer_u64(out, (uint64_t)(first_dim + d));
    forcing_writer_u64(out, 2);
    att_put(out, "units", units);
    att_put(out, "standard_name", standard);
}

static uint64_t describe(unsigned char *shared, size_t size)
{
    static const char *const dims[] = {"time", "lat", "lon"};
    struct forcing_writer out = {shared, shared + size, false};
    forcing_writer_text(&out, "NetCDF-3", 8);
    forcing_writer_u64(&out, 3);
    for (int d = 0; d < 3; d++) {
        forcing_writer_text(&out, dims[d], strlen(dims[d]));
        forcing_writer_u64(&out, d ? 3 : 2);
    }
    forcing_writer_u64(&out, 0);
    forcing_writer_u64(&out, 5);
    var_put(&out, "time", 1, 0, "hours since 2026-01-01", "time");
    var_put(&out, "lat", 1, 1, "degrees_north", "latitude");
    var_put(&out, "lon", 1, 2, "degrees_east", "longitude");
    var_put(&out, "uo", 3, 0, "m s-1", "eastward_sea_water_velocity");
    var_put(&out, "vo", 3, 0, "m s-1", "northward_sea_water_velocity");
    return (uint64_t)(out.at - shared);
}

static uint64_t index_put(unsigned char *shared)
{
    struct forcing_grib_progress *progress = (struct forcing_grib_progress *)(void *)shared;
    struct forcing_grib_keys *keys = (struct forcing_grib_keys *)(void *)(progress + 1);
    *progress = (struct forcing_grib_progress){.next = 64, .n = 2, .done = 1};
    for (int k = 0; k < 2; k++) {
        keys[k] = (struct forcing_grib_keys){.length = 64,
                                             .edition = 2,
                                             .category = 2,
                                             .number = 2 + k,
                                             .surface = 103,
                                             .level = 10,
                                             .member = -1,
                                             .derived = -1,
                                             .statistic = -1,
                                             .significance = 1,
                                             .time_unit = 1,
                                             .reference = {2026, 1, 1, 0, 0, 0}};
        snprintf(keys[k].name, GRIB_TEXT, "10%c", 'u' + k);
        snprintf(keys[k].units, GRIB_TEXT, "m s**-1");
        snprintf(keys[k].grid.type, GRIB_TEXT, "%s", script_byte() & 1 ? "reduced_gg" : "regular_ll");
        struct forcing_grib_keys_grid *grid = &keys[k].grid;
        grid->ni = grid->nj = 3;
        grid->n_points = 9;
        grid->first_lat_deg = 35, grid->last_lat_deg = 33;
        grid->first_lon_deg = 11, grid->last_lon_deg = 13;
    }
    return 2;
}

static uint64_t values_put(unsigned char *shared, size_t size, uint64_t n)
{
    double *value = (double *)(void *)shared;
    n = n < size / sizeof *value ? n : size / sizeof *value;
    for (uint64_t k = 0; k < n && k < 4096; k++)
        value[k] = n == 2 ? 3.0 * (double)k : 11 + (double)k; // times; latitudes, longitudes, fields
    return n;
}

static void harm(unsigned char *shared, uint64_t n, struct forcing_worker_reply *reply)
{
    for (uint8_t changes = script_byte() % 6; changes; changes--) {
        uint8_t kind = script_byte() % 8;
        uint64_t number = script_number();
        size_t at = ((size_t)script_byte() << 8 | script_byte()) % (size_t)(n + 1);
        if (kind < 4)
            memcpy(shared + at, &number, kind < 2 ? 1 : 8);
        else if (kind == 4)
            reply->n = number;
        else if (kind == 5)
            reply->failed = (int32_t)number;
        else if (kind == 6)
            reply->library = (int32_t)number;
        else if (number > 7)
            _exit((int)(number & 0xff));
    }
}

_Noreturn void forcing_worker_run(enum forcing_worker_task task, int fd, const void *bytes, size_t n_bytes,
                                  void *shared, size_t shared_bytes)
{
    struct forcing_worker_request request;
    while (recv(fd, &request, sizeof request, MSG_WAITALL) == (ssize_t)sizeof request) {
        struct forcing_worker_reply reply = {0};
        uint64_t asked = 1, touched = 512;
        for (int d = 0; d < DESCRIPTION_RANK; d++)
            asked *= request.count[d] ? request.count[d] : 1;
        if (request.op == WORKER_DESCRIBE)
            reply.n = touched = describe(shared, shared_bytes);
        else if (request.op == WORKER_GRIB_INDEX)
            reply.n = index_put(shared), touched = 1200;
        else
            reply.n = values_put(shared, shared_bytes, request.op == WORKER_GRIB_ARRAY ? 3 : asked);
        harm(shared, touched, &reply);
        if (send(fd, &reply, sizeof reply, MSG_NOSIGNAL) != (ssize_t)sizeof reply)
            break;
    }
    _exit(0);
}

// ---------------------------------------------------------------- the parent

static const char *file_make(bool grib)
{
    static char path[2][64] = {"/tmp/pharos-fuzz-nc-XXXXXX", "/tmp/pharos-fuzz-grib-XXXXXX"};
    static bool made[2];
    static const unsigned char head[2][64] = {"CDF\1", "GRIB\0\0\0\2\0\0\0\0\0\0\0\100"};
    int fd = made[grib] ? -1 : mkstemp(path[grib]);
    if (!made[grib] && (fd < 0 || write(fd, head[grib], 64) != 64))
        exit(1);
    if (fd >= 0)
        close(fd);
    made[grib] = true;
    return path[grib];
}

static void files_remove(void)
{
    unlink(file_make(false));
    unlink(file_make(true));
}

static void ask(const char *path, enum forcing_kind kind)
{
    struct forcing_request request = {.kind = kind, .file = path, .depth_m = (double)NAN, .label = "x"};
    struct geo_box box = {11.5, 33.5, 12.5, 34.5};
    struct core_job job = {0};
    struct forcing *forcing;
    struct ph_err err = {0};
    const int64_t t = INT64_C(1767225600000000000);
    const double lat = 34.1, lon = 12.2, t_s = 0;
    double u, v;
    int8_t source;
    uint8_t flags;
    enum ph_status status = forcing_open(&request, 1, FORCING_MISSING_STOP, t, t, box, &job, &forcing, &err);
    if (!status) {
        status = forcing_window(forcing, t, t, box, &err);
        if (!status)
            forcing_sample(forcing, kind, 1, &lat, &lon, &t_s, &u, &v, &source, &flags);
        forcing_free(forcing);
    }
    core_job_fini(&job);
    if (status && !err.what[0])
        abort();
}

static void inspect(const char *path)
{
    struct core_buf text = {0}, json = {0};
    struct ph_err err = {0};
    struct forcing_inspection *inspection = NULL;
    enum ph_status status = forcing_inspect(&path, 1, &(struct forcing_inspect_ask){0}, &inspection, &err);
    if (!status)
        status = forcing_inspection_text(inspection, &text, &err);
    if (!status)
        status = forcing_inspection_json(inspection, &json, &err);
    if (status && !err.what[0])
        abort();
    forcing_inspection_free(inspection);
    core_buf_fini(&text);
    core_buf_fini(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static bool once;
    if (!once)
        atexit(files_remove);
    once = true;
    script = bytes;
    script_length = length;
    script_at = length ? 1 : 0;
    bool grib = length && (bytes[0] & 1);
    const char *path = file_make(grib);
    ask(path, grib ? FORCING_WIND : FORCING_CURRENT);
    if (length > 1 && bytes[1] % 4 == 0)
        inspect(path);
    return 0;
}
