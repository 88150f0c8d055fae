#include "forcing/decoder.h"

#include <eccodes.h>
#include <errno.h>
#include <fcntl.h>
#include <netcdf.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "forcing/grib_message.h"
#include "forcing/grib_worker.h"
#include "forcing/worker.h"

// Memory shared with the decoding process: the most one answer can be. Paged in as it is used.
#define SHARED_BYTES (32UL << 20)
// A request that takes longer has hung; a header is read at once, whatever its size.
#define ANSWER_TIMEOUT_MS 60000
#define HEADER_TIMEOUT_MS 20000

// Messages that may kill their process before the file is given up, and requests for an index: no file has
// more fields than these ask for.
enum { MOST_CRASHES = 16, MOST_ROUNDS = 1 << 14 };

struct forcing_decoder {
    const char *file;
    void *bytes;
    size_t n_bytes;
    unsigned char head[WORKER_HEAD_BYTES];
    size_t n_head;
    enum forcing_compression packed;
    enum forcing_worker_task task;
    void *shared;
    pid_t pid; // 0: asleep
    int fd;
};

static const char damaged_fix[] = "the file is damaged or made to do harm: fetch it again or leave it out";

static enum ph_status file_map(struct forcing_decoder *decoder, struct ph_err *err)
{
    struct stat stat;
    int fd = open(decoder->file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return core_err_errno(err, "open", decoder->file);
    enum ph_status status = PH_OK;
    if (fstat(fd, &stat))
        status = core_err_errno(err, "open", decoder->file);
    else if (!S_ISREG(stat.st_mode) || stat.st_size <= 0)
        status = core_err_set(err, PH_EINPUT, decoder->file, "name a file with currents or wind",
                              S_ISREG(stat.st_mode) ? "the file is empty" : "this is not a file");
    ssize_t n = status ? 0 : pread(fd, decoder->head, sizeof decoder->head, 0);
    if (!status && n < 0)
        status = core_err_errno(err, "read", decoder->file);
    decoder->n_head = n > 0 ? (size_t)n : 0;
    if (!status) {
        decoder->n_bytes = (size_t)stat.st_size;
        decoder->bytes = mmap(NULL, decoder->n_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
        if (decoder->bytes == MAP_FAILED) {
            decoder->bytes = NULL;
            status = core_err_errno(err, "map", decoder->file);
        }
    }
    close(fd);
    return status;
}

// Waits for the process and gives how it ended.
static int process_reap(struct forcing_decoder *decoder)
{
    int how = 0;
    while (waitpid(decoder->pid, &how, 0) < 0 && errno == EINTR)
        ;
    close(decoder->fd);
    decoder->pid = 0;
    decoder->fd = -1;
    return how;
}

void forcing_decoder_sleep(struct forcing_decoder *decoder)
{
    if (!decoder || !decoder->pid)
        return;
    kill(decoder->pid, SIGKILL); // it holds nothing that needs tidying
    process_reap(decoder);
}

void forcing_decoder_free(struct forcing_decoder *decoder)
{
    if (!decoder)
        return;
    forcing_decoder_sleep(decoder);
    if (decoder->bytes)
        munmap(decoder->bytes, decoder->n_bytes);
    if (decoder->shared)
        munmap(decoder->shared, SHARED_BYTES);
    free(decoder);
}

const unsigned char *forcing_decoder_head(const struct forcing_decoder *decoder, size_t *n)
{
    *n = decoder->n_head;
    return decoder->head;
}

enum forcing_compression forcing_decoder_packed(const struct forcing_decoder *decoder)
{
    return decoder->packed;
}

void forcing_decoder_expect_grib(struct forcing_decoder *decoder)
{
    decoder->task = WORKER_FOR_GRIB;
}

size_t forcing_decoder_most(void)
{
    return SHARED_BYTES / sizeof(double);
}

// For GRIB the tables come first. No process may be forked while another thread is within ecCodes: it would
// inherit a lock that nobody opens.
static pid_t process_fork(const struct forcing_decoder *decoder)
{
    static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER; // no state: only who may go
    int edition, centre;
    if (decoder->task != WORKER_FOR_GRIB ||
        !forcing_grib_origin(decoder->head, decoder->n_head, &edition, &centre))
        return fork();
    pthread_mutex_lock(&alone);
    forcing_grib_worker_warm(edition, centre);
    pid_t pid = fork();
    pthread_mutex_unlock(&alone);
    return pid;
}

static enum ph_status process_start(struct forcing_decoder *decoder, struct ph_err *err)
{
    int pair[2];
    if (decoder->pid)
        return PH_OK;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return core_err_errno(err, "start a decoder for", decoder->file);
    pid_t pid = process_fork(decoder);
    if (!pid) {
        close(pair[0]);
        forcing_worker_run(decoder->task, pair[1], decoder->bytes, decoder->n_bytes, decoder->shared,
                           SHARED_BYTES);
    }
    int number = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        errno = number;
        return core_err_errno(err, "start a decoder for", decoder->file);
    }
    decoder->pid = pid;
    decoder->fd = pair[0];
    return PH_OK;
}

enum ph_status forcing_decoder_wake(struct forcing_decoder *decoder, struct ph_err *err)
{
    return process_start(decoder, err);
}

// True when a whole reply came in time.
static bool reply_await(struct forcing_decoder *decoder, int timeout_ms, struct forcing_worker_reply *reply,
                        bool *hung)
{
    struct pollfd wait = {.fd = decoder->fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&wait, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    *hung = ready == 0;
    if (ready <= 0)
        return false;
    ssize_t n;
    do
        n = recv(decoder->fd, reply, sizeof *reply, MSG_WAITALL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *reply;
}

static enum ph_status process_lost(struct forcing_decoder *decoder, bool hung, struct ph_err *err)
{
    if (hung)
        kill(decoder->pid, SIGKILL);
    int how = process_reap(decoder);
    if (hung)
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix,
                            "decoding this file does not come to an end");
    if (WIFEXITED(how) && WEXITSTATUS(how) == WORKER_EXIT_NO_TABLES)
        return core_err_set(err, PH_EINTERNAL, decoder->file,
                            "reading GRIB needs Linux 5.13 or newer with Landlock switched on",
                            "the walls around the decoder could not be put up");
    if (WIFEXITED(how) && WEXITSTATUS(how) == WORKER_EXIT_NO_WALLS)
        return core_err_set(err, PH_EINTERNAL, decoder->file, "Pharos needs Linux with seccomp to read files",
                            "the walls around the decoder could not be put up");
    return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix, "the file crashed its decoder");
}

static enum ph_status unpack_failure_say(const struct forcing_decoder *decoder, int failed,
                                         struct ph_err *err)
{
    if (failed == UNPACK_TOO_LARGE)
        return core_err_set(err, PH_EINPUT, decoder->file, "if you trust it, unpack it yourself",
                            "this packed file grows beyond all measure (a gigabyte, or 200 times its size)");
    if (failed == UNPACK_NO_MEMORY)
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix,
                            "decoding needs more memory than is allowed");
    return core_err_set(err, PH_EINPUT, decoder->file, "fetch it again",
                        "the packed file is damaged or broken off");
}

static enum ph_status failure_say(const struct forcing_decoder *decoder,
                                  const struct forcing_worker_reply *reply, struct ph_err *err)
{
    int failed = reply->failed;
    if (reply->library == WORKER_UNPACK)
        return unpack_failure_say(decoder, failed, err);
    if (reply->library == WORKER_ECCODES)
        return core_err_set(err, PH_EINPUT, decoder->file, "check the file with grib_ls, or fetch it again",
                            "a GRIB field cannot be decoded: %s", codes_get_error_message(failed));
    if (failed == NC_ENOMEM)
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix,
                            "decoding needs more memory than is allowed");
    if (failed == NC_EMAXVARS || failed == NC_EMAXATTS)
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix,
                            "the header is larger than is allowed");
    return core_err_set(err, PH_EINPUT, decoder->file, "check the file with ncdump, or fetch it again",
                        "the file cannot be decoded: %s", nc_strerror(failed));
}

static enum ph_status ask(struct forcing_decoder *decoder, const struct forcing_worker_request *request,
                          uint64_t *n, struct ph_err *err)
{
    struct forcing_worker_reply reply;
    bool hung = false;
    enum ph_status status = process_start(decoder, err);
    if (status)
        return status;
    bool sent = send(decoder->fd, request, sizeof *request, MSG_NOSIGNAL) == (ssize_t)sizeof *request;
    int timeout_ms = request->op == WORKER_DESCRIBE ? HEADER_TIMEOUT_MS : ANSWER_TIMEOUT_MS;
    if (!sent || !reply_await(decoder, timeout_ms, &reply, &hung))
        return process_lost(decoder, hung, err);
    if (reply.failed)
        return failure_say(decoder, &reply, err);
    *n = reply.n;
    return PH_OK;
}

// The first bytes of what is packed take a process of their own: nothing is unpacked outside of walls.
static enum ph_status head_unpack(struct forcing_decoder *decoder, struct ph_err *err)
{
    struct forcing_worker_request request = {.op = WORKER_HEAD};
    uint64_t n = 0;
    decoder->packed = forcing_compression_of(decoder->head, decoder->n_head);
    if (decoder->packed == COMPRESSION_NONE)
        return PH_OK;
    decoder->task = WORKER_FOR_HEAD;
    enum ph_status status = ask(decoder, &request, &n, err);
    forcing_decoder_sleep(decoder);
    decoder->task = WORKER_FOR_NETCDF;
    if (status)
        return status;
    decoder->n_head = n < sizeof decoder->head ? (size_t)n : sizeof decoder->head;
    memcpy(decoder->head, decoder->shared, decoder->n_head);
    return PH_OK;
}

enum ph_status forcing_decoder_open(const char *file, struct forcing_decoder **out, struct ph_err *err)
{
    struct forcing_decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder)
        return core_err_nomem(err);
    decoder->file = file;
    decoder->fd = -1;
    decoder->task = WORKER_FOR_NETCDF;
    enum ph_status status = file_map(decoder, err);
    if (!status) {
        void *shared = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        decoder->shared = shared == MAP_FAILED ? NULL : shared;
        status = decoder->shared ? PH_OK : core_err_nomem(err);
    }
    if (!status)
        status = head_unpack(decoder, err);
    if (status)
        forcing_decoder_free(decoder);
    else
        *out = decoder;
    return status;
}

enum ph_status forcing_decoder_describe(struct forcing_decoder *decoder, struct core_arena *arena,
                                        struct forcing_description *out, struct ph_err *err)
{
    uint64_t n = 0;
    struct forcing_worker_request request = {.op = WORKER_DESCRIBE};
    enum ph_status status = ask(decoder, &request, &n, err);
    if (status)
        return status;
    n = n > SHARED_BYTES ? SHARED_BYTES : n;
    // A copy: what is shared could change under our eyes.
    unsigned char *copy = malloc(n ? n : 1);
    if (!copy)
        return core_err_nomem(err);
    memcpy(copy, decoder->shared, n);
    status = forcing_description_parse(copy, n, arena, out, err);
    free(copy);
    if (status)
        core_err_within(err, decoder->file);
    return status;
}

static enum ph_status block_read(struct forcing_decoder *decoder, enum forcing_worker_op op, int var,
                                 int rank, const uint64_t *start, const uint64_t *count, struct ph_err *err)
{
    struct forcing_worker_request request = {.op = op, .var = var};
    uint64_t total = 1, n = 0;
    for (int d = 0; d < rank; d++) {
        request.start[d] = start[d];
        request.count[d] = count[d];
        if (!count[d] || count[d] > forcing_decoder_most() / total)
            return core_err_set(err, PH_EINTERNAL, decoder->file, NULL, "a block to read is too large");
        total *= count[d];
    }
    enum ph_status status = ask(decoder, &request, &n, err);
    if (status)
        return status;
    if (n != total)
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix,
                            "the decoder gave less than it was asked for");
    return PH_OK;
}

enum ph_status forcing_decoder_read(struct forcing_decoder *decoder, int var, int rank, const uint64_t *start,
                                    const uint64_t *count, const double **values, struct ph_err *err)
{
    enum ph_status status = block_read(decoder, WORKER_READ, var, rank, start, count, err);
    if (!status)
        *values = decoder->shared;
    return status;
}

enum ph_status forcing_decoder_read_floats(struct forcing_decoder *decoder, int var, int rank,
                                           const uint64_t *start, const uint64_t *count, const float **values,
                                           struct ph_err *err)
{
    enum ph_status status = block_read(decoder, WORKER_READ_FLOATS, var, rank, start, count, err);
    if (!status)
        *values = decoder->shared;
    return status;
}

static void grib_request(const struct forcing_grib_keys *field, struct forcing_worker_request *request)
{
    request->start[WORKER_GRIB_OFFSET] = field->offset;
    request->start[WORKER_GRIB_LENGTH] = field->length;
    request->start[WORKER_GRIB_FIELD] = field->field;
}

// Appends copies of the keys that came; texts end within their room whatever was sent.
static enum ph_status keys_take(const struct forcing_decoder *decoder, size_t n,
                                struct forcing_grib_keys **keys, size_t *n_keys, struct ph_err *err)
{
    const unsigned char *from = (const unsigned char *)decoder->shared + sizeof(struct forcing_grib_progress);
    if (!n)
        return PH_OK;
    struct forcing_grib_keys *grown = realloc(*keys, (*n_keys + n) * sizeof *grown);
    if (!grown)
        return core_err_nomem(err);
    memcpy(grown + *n_keys, from, n * sizeof *grown);
    for (size_t i = *n_keys; i < *n_keys + n; i++)
        grown[i].name[GRIB_TEXT - 1] = grown[i].units[GRIB_TEXT - 1] = grown[i].level_type[GRIB_TEXT - 1] =
            grown[i].packing[GRIB_TEXT - 1] = grown[i].grid.type[GRIB_TEXT - 1] = 0;
    *keys = grown;
    *n_keys += n;
    return PH_OK;
}

// One request: where it got to, even when the process died of a message; that one is then passed over.
static enum ph_status grib_batch(struct forcing_decoder *decoder, uint64_t from, size_t *crashes,
                                 struct forcing_grib_progress *out, struct ph_err *err)
{
    struct forcing_worker_request request = {.op = WORKER_GRIB_INDEX, .start = {from}};
    const size_t most = (SHARED_BYTES - sizeof *out) / sizeof(struct forcing_grib_keys);
    uint64_t n;
    memset(decoder->shared, 0, sizeof *out);
    enum ph_status status = ask(decoder, &request, &n, err);
    memcpy(out, decoder->shared, sizeof *out);
    if (out->n > most)
        out->n = most;
    if (status == PH_EINPUT && !decoder->pid && out->next >= from && out->at >= from &&
        *crashes < MOST_CRASHES) {
        (*crashes)++;
        out->damaged++;
        out->next = out->at + 4;
        out->done = 0;
        return PH_OK;
    }
    if (!status && !out->done && out->next <= from)
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix, "the file cannot be indexed");
    return status;
}

enum ph_status forcing_decoder_grib_index(struct forcing_decoder *decoder, struct forcing_grib_keys **keys,
                                          size_t *n, size_t *damaged, struct ph_err *err)
{
    struct forcing_grib_progress progress = {0};
    struct forcing_grib_keys *all = NULL;
    size_t n_all = 0, bad = 0, crashes = 0;
    enum ph_status status = PH_OK;
    for (size_t round = 0; !status && !progress.done && round < MOST_ROUNDS; round++) {
        status = grib_batch(decoder, progress.next, &crashes, &progress, err);
        if (!status)
            status = keys_take(decoder, (size_t)progress.n, &all, &n_all, err);
        bad += progress.damaged;
    }
    if (status) {
        free(all);
        return status;
    }
    *keys = all;
    *n = n_all;
    *damaged = bad;
    return PH_OK;
}

enum ph_status forcing_decoder_grib_read(struct forcing_decoder *decoder,
                                         const struct forcing_grib_keys *field, const uint64_t start[2],
                                         const uint64_t count[2], const double **values, struct ph_err *err)
{
    struct forcing_worker_request request = {
        .op = WORKER_GRIB_READ, .start = {start[0], start[1]}, .count = {count[0], count[1]}};
    uint64_t n = 0;
    if (count[0] && count[1] > forcing_decoder_most() / count[0])
        return core_err_set(err, PH_EINTERNAL, decoder->file, NULL, "a block to read is too large");
    grib_request(field, &request);
    enum ph_status status = ask(decoder, &request, &n, err);
    if (status)
        return status;
    if (n != count[0] * count[1])
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix,
                            "the decoder gave less than it was asked for");
    *values = decoder->shared;
    return PH_OK;
}

enum ph_status forcing_decoder_grib_array(struct forcing_decoder *decoder,
                                          const struct forcing_grib_keys *field,
                                          enum forcing_grib_array which, const double **values, size_t *n,
                                          struct ph_err *err)
{
    struct forcing_worker_request request = {.op = WORKER_GRIB_ARRAY, .var = (int32_t)which};
    uint64_t got = 0;
    grib_request(field, &request);
    enum ph_status status = ask(decoder, &request, &got, err);
    if (status)
        return status;
    if (got > forcing_decoder_most())
        return core_err_set(err, PH_EINPUT, decoder->file, damaged_fix, "the decoder gave too much");
    *values = decoder->shared;
    *n = (size_t)got;
    return PH_OK;
}
