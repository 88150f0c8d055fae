#include "forcing/worker.h"

#include <netcdf.h>
#include <netcdf_mem.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forcing/compress.h"
#include "forcing/grib_worker.h"
#include "forcing/sandbox.h"

// Decompressed chunks kept per variable: files chunked over time are then decompressed once per window.
#define CHUNK_CACHE_BYTES (64U << 20)
#define CHUNK_CACHE_SLOTS 4133

struct worker {
    int fd;
    int ncid;
    int opened;  // 0, or why the file cannot be opened
    int library; // that said so
    unsigned char *shared;
    size_t shared_bytes;
    struct forcing_grib_worker grib;
};

static bool is_number(nc_type type)
{
    return type != NC_CHAR && type >= NC_BYTE && type <= NC_UINT64;
}

static enum forcing_number number_of(nc_type type)
{
    if (!is_number(type))
        return NUMBER_NONE;
    return type == NC_FLOAT ? NUMBER_FLOAT32 : type == NC_DOUBLE ? NUMBER_FLOAT64 : NUMBER_INTEGER;
}

// The NetCDF users' guide: the default fill of bytes is not taken for missing.
static bool default_fill_of(nc_type type, double *out)
{
    switch (type) {
    case NC_SHORT:
        *out = NC_FILL_SHORT;
        return true;
    case NC_INT:
        *out = NC_FILL_INT;
        return true;
    case NC_USHORT:
        *out = NC_FILL_USHORT;
        return true;
    case NC_UINT:
        *out = NC_FILL_UINT;
        return true;
    case NC_FLOAT:
        *out = (double)NC_FILL_FLOAT;
        return true;
    case NC_DOUBLE:
        *out = NC_FILL_DOUBLE;
        return true;
    default:
        *out = 0;
        return false;
    }
}

static void put_name(struct forcing_writer *out, const char *name)
{
    forcing_writer_text(out, name, strnlen(name, NC_MAX_NAME));
}

static void put_text_att(struct worker *worker, struct forcing_writer *out, int var, const char *name,
                         size_t n)
{
    char text[DESCRIPTION_TEXT + 1] = "";
    if (n <= DESCRIPTION_TEXT && nc_get_att_text(worker->ncid, var, name, text))
        text[0] = 0;
    forcing_writer_u64(out, 1);
    forcing_writer_text(out, text, strnlen(text, DESCRIPTION_TEXT));
}

static void put_string_att(struct worker *worker, struct forcing_writer *out, int var, const char *name,
                           size_t n)
{
    char *text = NULL;
    forcing_writer_u64(out, 1);
    if (n != 1 || nc_get_att_string(worker->ncid, var, name, &text) || !text) {
        forcing_writer_text(out, "", 0);
        return;
    }
    forcing_writer_text(out, text, strnlen(text, DESCRIPTION_TEXT));
    nc_free_string(1, &text);
}

static void put_number_att(struct worker *worker, struct forcing_writer *out, int var, const char *name,
                           nc_type type, size_t n)
{
    double numbers[DESCRIPTION_NUMBERS];
    if (n > DESCRIPTION_NUMBERS || nc_get_att_double(worker->ncid, var, name, numbers))
        n = 0;
    forcing_writer_u64(out, 0);
    forcing_writer_u64(out, number_of(type) == NUMBER_INTEGER);
    forcing_writer_u64(out, n);
    for (size_t i = 0; i < n; i++)
        forcing_writer_f64(out, numbers[i]);
}

static void put_att(struct worker *worker, struct forcing_writer *out, int var, int index)
{
    char name[NC_MAX_NAME + 1] = "";
    nc_type type = NC_NAT;
    size_t n = 0;
    if (nc_inq_attname(worker->ncid, var, index, name) || nc_inq_att(worker->ncid, var, name, &type, &n))
        n = 0;
    put_name(out, name);
    if (type == NC_CHAR)
        put_text_att(worker, out, var, name, n);
    else if (type == NC_STRING)
        put_string_att(worker, out, var, name, n);
    else
        put_number_att(worker, out, var, name, type, is_number(type) ? n : 0);
}

static void put_atts(struct worker *worker, struct forcing_writer *out, int var, int n)
{
    n = n < 0 ? 0 : n > DESCRIPTION_ATTS ? DESCRIPTION_ATTS : n;
    forcing_writer_u64(out, (uint64_t)n);
    for (int i = 0; i < n && !out->full; i++)
        put_att(worker, out, var, i);
}

static void put_var(struct worker *worker, struct forcing_writer *out, int var)
{
    char name[NC_MAX_NAME + 1] = "";
    nc_type type = NC_NAT;
    int rank = 0, n_atts = 0, dims[NC_MAX_VAR_DIMS];
    double fill = 0;
    if (nc_inq_var(worker->ncid, var, name, &type, &rank, dims, &n_atts))
        rank = n_atts = 0;
    enum forcing_number number = rank > DESCRIPTION_RANK ? NUMBER_NONE : number_of(type);
    rank = rank > DESCRIPTION_RANK ? DESCRIPTION_RANK : rank;
    put_name(out, name);
    forcing_writer_u64(out, number);
    forcing_writer_u64(out, default_fill_of(type, &fill));
    forcing_writer_f64(out, fill);
    forcing_writer_u64(out, (uint64_t)rank);
    for (int d = 0; d < rank; d++)
        forcing_writer_u64(out, (uint64_t)dims[d]);
    put_atts(worker, out, var, n_atts);
}

static void put_dims(struct worker *worker, struct forcing_writer *out, int n)
{
    forcing_writer_u64(out, (uint64_t)n);
    for (int d = 0; d < n && !out->full; d++) {
        char name[NC_MAX_NAME + 1] = "";
        size_t length = 0;
        if (nc_inq_dim(worker->ncid, d, name, &length))
            length = 0;
        put_name(out, name);
        forcing_writer_u64(out, length);
    }
}

static int describe(struct worker *worker, uint64_t *n)
{
    struct forcing_writer out = {worker->shared, worker->shared + worker->shared_bytes, false};
    int n_dims, n_vars, n_atts, format;
    int failed = nc_inq(worker->ncid, &n_dims, &n_vars, &n_atts, NULL);
    failed = failed ? failed : nc_inq_format(worker->ncid, &format);
    if (failed)
        return failed;
    if (n_dims > DESCRIPTION_DIMS || n_vars > DESCRIPTION_VARS)
        return NC_EMAXVARS;
    const char *text =
        format == NC_FORMAT_NETCDF4 || format == NC_FORMAT_NETCDF4_CLASSIC ? "NetCDF-4" : "NetCDF-3";
    forcing_writer_text(&out, text, strlen(text));
    put_dims(worker, &out, n_dims);
    put_atts(worker, &out, NC_GLOBAL, n_atts);
    forcing_writer_u64(&out, (uint64_t)n_vars);
    for (int v = 0; v < n_vars && !out.full; v++)
        put_var(worker, &out, v);
    *n = (uint64_t)(out.at - worker->shared);
    return out.full ? NC_EMAXATTS : NC_NOERR;
}

static int values_read(struct worker *worker, const struct forcing_worker_request *request, uint64_t *n)
{
    size_t start[NC_MAX_VAR_DIMS] = {0}, count[NC_MAX_VAR_DIMS] = {0}, total = 1;
    int rank = 0;
    int failed = nc_inq_varndims(worker->ncid, request->var, &rank);
    if (failed || rank > DESCRIPTION_RANK)
        return failed ? failed : NC_EMAXDIMS;
    for (int d = 0; d < rank; d++) {
        start[d] = (size_t)request->start[d];
        count[d] = (size_t)request->count[d];
        if (!count[d] || count[d] > worker->shared_bytes / sizeof(double) / total)
            return NC_EEDGE;
        total *= count[d];
    }
    failed = nc_get_vara_double(worker->ncid, request->var, start, count, (double *)(void *)worker->shared);
    *n = total;
    return failed == NC_ERANGE ? NC_NOERR : failed;
}

static int grib_answer(struct worker *worker, const struct forcing_worker_request *request, uint64_t *n)
{
    const uint64_t *at = request->start;
    uint64_t offset = at[WORKER_GRIB_OFFSET], length = at[WORKER_GRIB_LENGTH];
    uint32_t field = (uint32_t)at[WORKER_GRIB_FIELD];
    switch (request->op) {
    case WORKER_GRIB_INDEX:
        forcing_grib_worker_index(&worker->grib, at[0]);
        return 0;
    case WORKER_GRIB_READ:
        return forcing_grib_worker_read(&worker->grib, offset, length, field, at, request->count, n);
    default:
        return forcing_grib_worker_array(&worker->grib, offset, length, field,
                                         (enum forcing_grib_array)request->var, n);
    }
}

static struct forcing_worker_reply answer(struct worker *worker, const struct forcing_worker_request *request)
{
    struct forcing_worker_reply reply = {.failed = worker->opened, .library = worker->library};
    if (reply.failed)
        return reply;
    switch (request->op) {
    case WORKER_DESCRIBE:
        reply.failed = describe(worker, &reply.n);
        break;
    case WORKER_READ:
        reply.failed = values_read(worker, request, &reply.n);
        break;
    case WORKER_HEAD:
        reply.n = worker->grib.n_bytes < WORKER_HEAD_BYTES ? worker->grib.n_bytes : WORKER_HEAD_BYTES;
        memcpy(worker->shared, worker->grib.bytes, (size_t)reply.n);
        break;
    default:
        reply.library = WORKER_ECCODES;
        reply.failed = grib_answer(worker, request, &reply.n);
    }
    return reply;
}

// The bytes that count: what is packed is unpacked first, for a look at the head only the beginning.
static void bytes_open(struct worker *worker, enum forcing_worker_task task, const void *bytes, size_t n)
{
    enum forcing_compression packed = forcing_compression_of(bytes, n);
    worker->grib = (struct forcing_grib_worker){
        .bytes = bytes, .n_bytes = n, .shared = worker->shared, .shared_bytes = worker->shared_bytes};
    if (packed == COMPRESSION_NONE)
        return;
    unsigned char *unpacked = NULL;
    size_t n_unpacked = 0;
    worker->library = WORKER_UNPACK;
    worker->opened = (int)forcing_unpack(packed, bytes, n, task == WORKER_FOR_HEAD ? WORKER_HEAD_BYTES : 0,
                                         &unpacked, &n_unpacked);
    worker->grib.bytes = unpacked;
    worker->grib.n_bytes = n_unpacked;
}

static void netcdf_open_bytes(struct worker *worker)
{
    nc_set_chunk_cache(CHUNK_CACHE_BYTES, CHUNK_CACHE_SLOTS, 0.75F);
    // The name is ours and only a label: libnetcdf never sees a text of the user.
    worker->library = WORKER_NETCDF;
    worker->opened = nc_open_mem("memory.nc", NC_NOWRITE, worker->grib.n_bytes,
                                 (void *)(uintptr_t)worker->grib.bytes, &worker->ncid);
}

_Noreturn void forcing_worker_run(enum forcing_worker_task task, int fd, const void *bytes, size_t n_bytes,
                                  void *shared, size_t shared_bytes)
{
    struct worker worker = {.fd = fd, .shared = shared, .shared_bytes = shared_bytes};
    struct forcing_worker_request request;
    const char *tables = task == WORKER_FOR_GRIB ? forcing_grib_worker_tables() : NULL;
    if (!forcing_sandbox_enter(fd, tables))
        _exit(tables ? WORKER_EXIT_NO_TABLES : WORKER_EXIT_NO_WALLS);
    bytes_open(&worker, task, bytes, n_bytes);
    if (!worker.opened && task == WORKER_FOR_NETCDF)
        netcdf_open_bytes(&worker);
    while (recv(fd, &request, sizeof request, MSG_WAITALL) == (ssize_t)sizeof request) {
        struct forcing_worker_reply reply = answer(&worker, &request);
        if (send(fd, &reply, sizeof reply, MSG_NOSIGNAL) != (ssize_t)sizeof reply)
            break;
    }
    _exit(0);
}
