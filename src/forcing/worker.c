#include "forcing/worker.h"

#include <netcdf.h>
#include <netcdf_mem.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forcing/compress.h"
#include "forcing/grib_worker.h"
#include "forcing/sandbox.h"

// Decompressed chunks kept per variable: files chunked over time are then decompressed once per window.
#define CHUNK_CACHE_BYTES (64U << 20)
#define CHUNK_CACHE_SLOTS 4133

// The system reads far ahead of what is touched in a file (8 MB at each place, here and there): of a large
// file from which little is wanted, a hundred times too much. So these are read page by page, but for
// requests of many values.
#define LARGE_FILE_BYTES (64UL << 20)
#define MANY_VALUES (1UL << 20)

// A dimension or variable of a NetCDF file, and the group that it is in.
struct member {
    int group, id;
};

struct worker {
    int fd;
    int ncid;
    struct member dim[DESCRIPTION_DIMS], var[DESCRIPTION_VARS];
    int n_dims, n_vars;
    int opened;  // 0, or why the file cannot be opened
    int library; // that said so
    unsigned char *shared;
    size_t shared_bytes;
    bool large; // the file as it was mapped, grib.bytes, is read page by page
    struct forcing_grib_worker grib;
};

static void pages_expect(const struct worker *worker, size_t n_values)
{
    int how = n_values < MANY_VALUES ? MADV_RANDOM : MADV_NORMAL;
    if (worker->large)
        (void)madvise((void *)(uintptr_t)worker->grib.bytes, worker->grib.n_bytes, how);
}

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

static void put_text_att(struct forcing_writer *out, struct member var, const char *name, size_t n)
{
    char text[DESCRIPTION_TEXT + 1] = "";
    if (n <= DESCRIPTION_TEXT && nc_get_att_text(var.group, var.id, name, text))
        text[0] = 0;
    forcing_writer_u64(out, 1);
    forcing_writer_text(out, text, strnlen(text, DESCRIPTION_TEXT));
}

static void put_string_att(struct forcing_writer *out, struct member var, const char *name, size_t n)
{
    char *text = NULL;
    forcing_writer_u64(out, 1);
    if (n != 1 || nc_get_att_string(var.group, var.id, name, &text) || !text) {
        forcing_writer_text(out, "", 0);
        return;
    }
    forcing_writer_text(out, text, strnlen(text, DESCRIPTION_TEXT));
    nc_free_string(1, &text);
}

static void put_number_att(struct forcing_writer *out, struct member var, const char *name, nc_type type,
                           size_t n)
{
    double numbers[DESCRIPTION_NUMBERS];
    if (n > DESCRIPTION_NUMBERS || nc_get_att_double(var.group, var.id, name, numbers))
        n = 0;
    forcing_writer_u64(out, 0);
    forcing_writer_u64(out, number_of(type) == NUMBER_INTEGER);
    forcing_writer_u64(out, n);
    for (size_t i = 0; i < n; i++)
        forcing_writer_f64(out, numbers[i]);
}

static void put_att(struct forcing_writer *out, struct member var, int index)
{
    char name[NC_MAX_NAME + 1] = "";
    nc_type type = NC_NAT;
    size_t n = 0;
    if (nc_inq_attname(var.group, var.id, index, name) || nc_inq_att(var.group, var.id, name, &type, &n))
        n = 0;
    put_name(out, name);
    if (type == NC_CHAR)
        put_text_att(out, var, name, n);
    else if (type == NC_STRING)
        put_string_att(out, var, name, n);
    else
        put_number_att(out, var, name, type, is_number(type) ? n : 0);
}

// What a variable is cut into, as one more attribute by the name that ncdump gives it.
struct chunks {
    size_t n, size[DESCRIPTION_RANK]; // n = 0: it is in one piece
};

static struct chunks chunks_of(struct member var, int rank)
{
    struct chunks chunks = {0};
    int storage = NC_CONTIGUOUS;
    if (rank >= 2 && rank <= DESCRIPTION_RANK &&
        !nc_inq_var_chunking(var.group, var.id, &storage, chunks.size) && storage == NC_CHUNKED)
        chunks.n = (size_t)rank;
    return chunks;
}

static void put_atts(struct forcing_writer *out, struct member var, int n, const struct chunks *chunks)
{
    n = n < 0 ? 0 : n > DESCRIPTION_ATTS - 1 ? DESCRIPTION_ATTS - 1 : n;
    forcing_writer_u64(out, (uint64_t)n + (chunks->n > 0));
    for (int i = 0; i < n && !out->full; i++)
        put_att(out, var, i);
    if (!chunks->n)
        return;
    put_name(out, "_ChunkSizes");
    forcing_writer_u64(out, 0);
    forcing_writer_u64(out, 1);
    forcing_writer_u64(out, chunks->n);
    for (size_t d = 0; d < chunks->n; d++)
        forcing_writer_f64(out, (double)chunks->size[d]);
}

// Place of a dimension among those that are described; the first when it is none of them.
static uint64_t dim_place(const struct worker *worker, int id)
{
    for (int d = 0; d < worker->n_dims; d++)
        if (worker->dim[d].id == id)
            return (uint64_t)d;
    return 0;
}

static bool name_is_taken(const struct worker *worker, int var, const char *name)
{
    char other[NC_MAX_NAME + 1];
    for (int v = 0; v < worker->n_vars; v++)
        if (v != var && !nc_inq_varname(worker->var[v].group, worker->var[v].id, other) &&
            !strcmp(other, name))
            return true;
    return false;
}

// In a group, names that are there twice get the group's in front.
static void put_var_name(const struct worker *worker, struct forcing_writer *out, int var, const char *name)
{
    char full[DESCRIPTION_TEXT] = "";
    size_t n = 0;
    struct member at = worker->var[var];
    if (at.group == worker->ncid || !name_is_taken(worker, var, name) ||
        nc_inq_grpname_full(at.group, &n, NULL) || n + strlen(name) + 2 > sizeof full ||
        nc_inq_grpname_full(at.group, &n, full)) {
        put_name(out, name);
        return;
    }
    snprintf(full + n, sizeof full - n, "/%s", name);
    forcing_writer_text(out, full + 1, strlen(full + 1));
}

static int bits_of(struct member var, nc_type type)
{
    size_t bytes = 0;
    if (number_of(type) != NUMBER_INTEGER || nc_inq_type(var.group, type, NULL, &bytes) || bytes > 8)
        return 0;
    return 8 * (int)bytes;
}

static void put_var(const struct worker *worker, struct forcing_writer *out, int index)
{
    char name[NC_MAX_NAME + 1] = "";
    nc_type type = NC_NAT;
    int rank = 0, n_atts = 0, dims[NC_MAX_VAR_DIMS];
    double fill = 0;
    struct member var = worker->var[index];
    if (nc_inq_var(var.group, var.id, name, &type, &rank, dims, &n_atts))
        rank = n_atts = 0;
    const struct chunks chunks = chunks_of(var, rank);
    enum forcing_number number = rank > DESCRIPTION_RANK ? NUMBER_NONE : number_of(type);
    rank = rank > DESCRIPTION_RANK ? DESCRIPTION_RANK : rank;
    put_var_name(worker, out, index, name);
    forcing_writer_u64(out, number);
    forcing_writer_u64(out, type == NC_CHAR);
    forcing_writer_u64(out, (uint64_t)bits_of(var, type));
    forcing_writer_u64(out, default_fill_of(type, &fill));
    forcing_writer_f64(out, fill);
    forcing_writer_u64(out, (uint64_t)rank);
    for (int d = 0; d < rank; d++)
        forcing_writer_u64(out, dim_place(worker, dims[d]));
    put_atts(out, var, n_atts, &chunks);
}

static void put_dims(const struct worker *worker, struct forcing_writer *out)
{
    forcing_writer_u64(out, (uint64_t)worker->n_dims);
    for (int d = 0; d < worker->n_dims && !out->full; d++) {
        char name[NC_MAX_NAME + 1] = "";
        size_t length = 0;
        if (nc_inq_dim(worker->dim[d].group, worker->dim[d].id, name, &length))
            length = 0;
        put_name(out, name);
        forcing_writer_u64(out, length);
    }
}

// Adds what is in a group itself.
static int group_list(struct worker *worker, int group)
{
    int ids[NC_MAX_DIMS], n = 0;
    int failed = nc_inq_dimids(group, &n, NULL, 0);
    if (failed || n > DESCRIPTION_DIMS - worker->n_dims || n > NC_MAX_DIMS)
        return failed ? failed : NC_EMAXVARS;
    failed = nc_inq_dimids(group, &n, ids, 0);
    for (int d = 0; !failed && d < n; d++)
        worker->dim[worker->n_dims++] = (struct member){group, ids[d]};
    if (!failed)
        failed = nc_inq_nvars(group, &n);
    if (failed || n > DESCRIPTION_VARS - worker->n_vars)
        return failed ? failed : NC_EMAXVARS;
    for (int v = 0; v < n; v++)
        worker->var[worker->n_vars++] = (struct member){group, v};
    return NC_NOERR;
}

// All groups, each before those in it.
static int members_list(struct worker *worker)
{
    int groups[DESCRIPTION_GROUPS] = {worker->ncid}, n_groups = 1, n = 0;
    for (int g = 0; g < n_groups; g++) {
        int failed = group_list(worker, groups[g]);
        if (!failed)
            failed = nc_inq_grps(groups[g], &n, NULL);
        if (failed || n > DESCRIPTION_GROUPS - n_groups)
            return failed ? failed : NC_EMAXVARS;
        if (n)
            failed = nc_inq_grps(groups[g], &n, groups + n_groups);
        if (failed)
            return failed;
        n_groups += n;
    }
    return NC_NOERR;
}

static int describe(struct worker *worker, uint64_t *n)
{
    struct forcing_writer out = {worker->shared, worker->shared + worker->shared_bytes, false};
    int n_atts, format;
    int failed = nc_inq_natts(worker->ncid, &n_atts);
    failed = failed ? failed : nc_inq_format(worker->ncid, &format);
    if (failed)
        return failed;
    const char *text =
        format == NC_FORMAT_NETCDF4 || format == NC_FORMAT_NETCDF4_CLASSIC ? "NetCDF-4" : "NetCDF-3";
    forcing_writer_text(&out, text, strlen(text));
    put_dims(worker, &out);
    put_atts(&out, (struct member){worker->ncid, NC_GLOBAL}, n_atts, &(struct chunks){0});
    forcing_writer_u64(&out, (uint64_t)worker->n_vars);
    for (int v = 0; v < worker->n_vars && !out.full; v++)
        put_var(worker, &out, v);
    *n = (uint64_t)(out.at - worker->shared);
    return out.full ? NC_EMAXATTS : NC_NOERR;
}

// Characters into numbers, in place from behind.
static int text_read(struct worker *worker, struct member var, const size_t *start, const size_t *count,
                     size_t total)
{
    char *text = (char *)worker->shared;
    double *values = (double *)(void *)worker->shared;
    int failed = nc_get_vara_text(var.group, var.id, start, count, text);
    for (size_t k = total; !failed && k-- > 0;) {
        double code = (unsigned char)text[k];
        memcpy(&values[k], &code, sizeof code);
    }
    return failed;
}

static int values_read(struct worker *worker, const struct forcing_worker_request *request, uint64_t *n)
{
    size_t start[NC_MAX_VAR_DIMS] = {0}, count[NC_MAX_VAR_DIMS] = {0}, total = 1;
    int rank = 0;
    nc_type type = NC_NAT;
    if (request->var < 0 || request->var >= worker->n_vars)
        return NC_ENOTVAR;
    struct member var = worker->var[request->var];
    int failed = nc_inq_var(var.group, var.id, NULL, &type, &rank, NULL, NULL);
    if (failed || rank > DESCRIPTION_RANK)
        return failed ? failed : NC_EMAXDIMS;
    for (int d = 0; d < rank; d++) {
        start[d] = (size_t)request->start[d];
        count[d] = (size_t)request->count[d];
        if (!count[d] || count[d] > worker->shared_bytes / sizeof(double) / total)
            return NC_EEDGE;
        total *= count[d];
    }
    *n = total;
    pages_expect(worker, total);
    if (type == NC_CHAR)
        return text_read(worker, var, start, count, total);
    if (request->op == WORKER_READ_FLOATS)
        failed = nc_get_vara_float(var.group, var.id, start, count, (float *)(void *)worker->shared);
    else
        failed = nc_get_vara_double(var.group, var.id, start, count, (double *)(void *)worker->shared);
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
    case WORKER_READ_FLOATS:
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
    if (packed == COMPRESSION_NONE) {
        worker->large = n >= LARGE_FILE_BYTES;
        pages_expect(worker, 0);
        return;
    }
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
    if (!worker->opened)
        worker->opened = members_list(worker);
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
