// Several processes at once, processes that are killed, servers that restart, disks that fill up: no event
// that was acknowledged is lost, none is there twice, none is overwritten.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/fixture.h"
#include "store/verify.h"
#include "test/tap.h"

static const char document[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\"}";
enum { WRITERS = 4, EACH = 25 };

static bool case_make(const char *url, char id[STORE_ID])
{
    struct store *store = NULL;
    struct ph_err err = {0};
    struct store_receipt r;
    struct store_entry entry = {.who = "officer"};
    bool good = !store_open(url, NULL, &store, &err) &&
                !store_create(store, &entry, document, strlen(document), NULL, &r, &err);
    if (good)
        snprintf(id, STORE_ID, "%s", r.case_id);
    store_close(store);
    return tap_ok(good, "a case is made (%s)", err.what);
}

// Event number `n` of a writer, on what he has read: a conflict is read and repeated. 0 when it failed.
static int64_t event_write(struct store *store, const char *id, int writer, int n, struct ph_err *err)
{
    struct store_receipt r;
    char body[64], who[16];
    snprintf(body, sizeof body, "{\"n\": %d}", n);
    snprintf(who, sizeof who, "writer %d", writer);
    struct store_entry entry = {.case_id = id, .kind = "note", .who = who, .body = body};
    enum ph_status status;
    do {
        struct core_arena arena = {0};
        struct store_case c = {0};
        status = store_get(store, id, &arena, &c, err);
        core_arena_fini(&arena);
        entry.expected_seq = c.last_seq;
        if (!status)
            status = store_append(store, &entry, &r, err);
    } while (status == PH_ECONFLICT || status == PH_EBUSY);
    return status ? 0 : r.seq;
}

// Every event of every writer once, in his order; those acknowledged at least. Returns how many are there.
static int64_t log_check(const char *url, const char *id, const int *acked, const char *sentence)
{
    struct store *store = NULL;
    struct ph_err err = {0};
    struct store_verdict verdict = {0};
    struct core_arena arena = {0};
    struct store_event *event = NULL;
    size_t n = 0;
    int last[WRITERS] = {0};
    bool good = !store_open(url, NULL, &store, &err) &&
                !store_verify(store, NULL, NULL, NULL, NULL, &verdict, &err) && !verdict.problems &&
                !store_log(store, id, 1, 100000, &arena, &event, &n, &err);
    for (size_t i = 0; good && i < n; i++) {
        int writer = -1, number = 0;
        good = event[i].seq == (int64_t)i + 2 && sscanf(event[i].who, "writer %d", &writer) == 1 &&
               writer >= 0 && writer < WRITERS && sscanf(event[i].body, "{\"n\": %d}", &number) == 1 &&
               number == ++last[writer];
    }
    for (int w = 0; good && w < WRITERS; w++)
        good = last[w] >= acked[w];
    tap_ok(good, "%s: %zu events, each once, in order, none acknowledged is missing (%s)", sentence, n,
           err.what);
    core_arena_fini(&arena);
    store_close(store);
    return (int64_t)n;
}

static void crowd_child(const char *url, const char *id, int writer)
{
    struct store *store = NULL;
    struct ph_err err = {0};
    bool good = !store_open(url, NULL, &store, &err);
    for (int n = 1; good && n <= EACH; n++)
        good = event_write(store, id, writer, n, &err) > 0;
    if (!good)
        printf("# writer %d: %s (%s)\n", writer, err.what, err.where);
    fflush(stdout);
    store_close(store);
    _exit(!good);
}

// Officers at once, each on what he has read.
static void crowd(const char *url)
{
    char id[STORE_ID];
    pid_t pid[WRITERS];
    static const int all[WRITERS] = {EACH, EACH, EACH, EACH};
    int failed = 0, status;
    if (!case_make(url, id))
        return;
    for (int w = 0; w < WRITERS; w++)
        if (!(pid[w] = fork()))
            crowd_child(url, id, w);
    for (int w = 0; w < WRITERS; w++)
        failed += waitpid(pid[w], &status, 0) != pid[w] || status != 0;
    tap_ok(!failed, "%d processes write %d events each", WRITERS, EACH);
    tap_ok(log_check(url, id, all, "they are all there") == WRITERS * EACH, "and no others");
}

// ---- killed at a call to the disk

static long calls_left = -1;
static sqlite3_vfs deadly_vfs;
static struct {
    sqlite3_io_methods deadly; // what a file has
    const sqlite3_io_methods *usual;
} kinds[4]; // SQLite has one for files that it locks and one for others

static void maybe_die(void)
{
    if (calls_left >= 0 && calls_left-- == 0)
        kill(getpid(), SIGKILL);
}

static const sqlite3_io_methods *usual_of(const sqlite3_file *file)
{
    size_t i = 0;
    while (file->pMethods != &kinds[i].deadly)
        i++;
    return kinds[i].usual;
}

static int deadly_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
    maybe_die();
    return usual_of(file)->xWrite(file, bytes, length, at);
}

static int deadly_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    maybe_die();
    return usual_of(file)->xTruncate(file, size);
}

static int deadly_sync(sqlite3_file *file, int flags)
{
    maybe_die();
    return usual_of(file)->xSync(file, flags);
}

static int deadly_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *system = vfs->pAppData;
    int code = system->xOpen(system, name, file, flags, out);
    size_t i = 0;
    if (code)
        return code;
    while (kinds[i].usual && kinds[i].usual != file->pMethods)
        i++;
    kinds[i].usual = file->pMethods;
    kinds[i].deadly = *file->pMethods;
    kinds[i].deadly.xWrite = deadly_write;
    kinds[i].deadly.xTruncate = deadly_truncate;
    kinds[i].deadly.xSync = deadly_sync;
    file->pMethods = &kinds[i].deadly;
    return code;
}

static void deadly_child(const char *url, const char *id, int ack, long calls)
{
    struct store *store = NULL;
    struct ph_err err = {0};
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    deadly_vfs = *system;
    deadly_vfs.zName = "deadly";
    deadly_vfs.pNext = NULL;
    deadly_vfs.pAppData = system;
    deadly_vfs.xOpen = deadly_open;
    sqlite3_vfs_register(&deadly_vfs, 0);
    calls_left = calls;
    const struct store_db_options options = {.vfs = "deadly", .must_exist = true};
    bool good = !store_open(url, &options, &store, &err) &&
                !store_db_run(store_db_of(store), "PRAGMA wal_autocheckpoint = 30", NULL, 0, NULL, &err);
    struct core_arena arena = {0};
    struct store_case c = {0};
    good = good && !store_get(store, id, &arena, &c, &err);
    for (int n = (int)c.last_seq; good && n < (int)c.last_seq + 6; n++)
        good = event_write(store, id, 0, n, &err) > 0 && write(ack, &n, sizeof n) == sizeof n;
    store_close(store);
    core_arena_fini(&arena);
    _exit(good ? 0 : 3);
}

static void kills(const char *url)
{
    char id[STORE_ID];
    int acked[WRITERS] = {0}, killed = 0, odd = 0, status, n;
    if (!case_make(url, id))
        return;
    // each goes on where the one before it was killed, one call later
    for (long calls = 0; calls < 2000; calls += calls < 40 ? 1 : 3) {
        int ack[2];
        if (pipe(ack))
            return;
        pid_t pid = fork();
        if (!pid)
            deadly_child(url, id, ack[1], calls);
        close(ack[1]);
        while (read(ack[0], &n, sizeof n) == sizeof n)
            acked[0] = n;
        close(ack[0]);
        waitpid(pid, &status, 0);
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        odd += WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != SIGKILL;
        if (!WIFSIGNALED(status))
            break;
    }
    tap_ok(killed > 40 && !odd, "a writer is killed at %d calls to the disk, one after the other", killed);
    log_check(url, id, acked, "after that");
}

// ---- a disk that fills up

static void full_child(const char *url, const char *id, int ack)
{
    struct store *store = NULL;
    struct ph_err err = {0};
    struct store_receipt r;
    struct rlimit limit;
    static char content[200000];
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 3000000;
    setrlimit(RLIMIT_FSIZE, &limit);
    bool good = !store_open(url, NULL, &store, &err);
    enum ph_status status = PH_OK;
    for (int n = 1; good && !status && n < 1000; n++) {
        char body[64];
        memset(content, n, sizeof content);
        snprintf(body, sizeof body, "{\"n\": %d}", n);
        struct store_file file = {.name = "photo.jpg", .bytes = content, .length = sizeof content};
        struct store_entry entry = {.case_id = id,
                                    .expected_seq = n,
                                    .kind = "attachment",
                                    .who = "writer 0",
                                    .body = body,
                                    .file = &file,
                                    .n_files = 1};
        status = store_append(store, &entry, &r, &err);
        good = status || write(ack, &n, sizeof n) == sizeof n;
    }
    struct core_arena arena = {0};
    struct store_case c = {0};
    good =
        good && status == PH_EFULL && strstr(err.fix, "make room") && !store_get(store, id, &arena, &c, &err);
    limit.rlim_cur = limit.rlim_max; // room again: the same connection goes on
    setrlimit(RLIMIT_FSIZE, &limit);
    int n = (int)c.last_seq;
    good = good && event_write(store, id, 0, n, &err) == n + 1 && write(ack, &n, sizeof n) == sizeof n;
    if (!good)
        printf("# %s: %s\n", ph_status_text(status), err.what);
    fflush(stdout);
    core_arena_fini(&arena);
    store_close(store);
    _exit(!good);
}

static void disk_full(const char *url)
{
    char id[STORE_ID];
    int acked[WRITERS] = {0}, ack[2], n, status;
    if (!case_make(url, id) || pipe(ack))
        return;
    pid_t pid = fork();
    if (!pid)
        full_child(url, id, ack[1]);
    close(ack[1]);
    while (read(ack[0], &n, sizeof n) == sizeof n)
        acked[0] = n;
    close(ack[0]);
    waitpid(pid, &status, 0);
    tap_ok(!status && acked[0] > 5,
           "with no space left it is said so, reading goes on, and with room writing too");
    log_check(url, id, acked, "then");
}

// ---- a server that goes away

static void server_child(const char *url, const char *id, int writer, int ack, int stop)
{
    struct store *store = NULL;
    struct ph_err err = {0};
    char byte;
    bool good = !store_open(url, NULL, &store, &err);
    for (int n = 1; good && read(stop, &byte, 1) < 0; n++) { // until the pipe is closed
        good = event_write(store, id, writer, n, &err) > 0;
        int told[2] = {writer, n};
        good = good && write(ack, told, sizeof told) == sizeof told;
    }
    if (!good)
        printf("# writer %d: %s (%s)\n", writer, err.what, err.where);
    fflush(stdout);
    store_close(store);
    _exit(!good);
}

static void acks_read(int fd, int *acked, int at_least)
{
    int told[2];
    for (int n = 0; n < at_least && read(fd, told, sizeof told) == sizeof told; n++)
        acked[told[0]] = told[1];
}

static void server_restarts(const char *url)
{
    const char *control = getenv("PHAROS_TEST_POSTGRES_CTL");
    char id[STORE_ID], command[256];
    int acked[WRITERS] = {0}, ack[2], stop[2], failed = 0, status;
    pid_t pid[2];
    if (!case_make(url, id) || pipe2(ack, O_CLOEXEC) ||
        pipe2(stop, O_NONBLOCK | O_CLOEXEC)) // not for the server
        return;
    for (int w = 0; w < 2; w++)
        if (!(pid[w] = fork())) {
            close(stop[1]);
            server_child(url, id, w, ack[1], stop[0]);
        }
    close(ack[1]);
    close(stop[0]);
    for (int i = 0; i < 2; i++) {
        acks_read(ack[0], acked, 30);
        snprintf(command, sizeof command, "'%s' %s", control, i % 2 ? "kill" : "restart");
        failed += system(command) != 0;
    }
    acks_read(ack[0], acked, 30);
    close(stop[1]);
    acks_read(ack[0], acked, 1 << 30);
    for (int w = 0; w < 2; w++)
        failed += waitpid(pid[w], &status, 0) != pid[w] || status != 0;
    tap_ok(!failed, "two writers go on while their server is stopped, and killed");
    log_check(url, id, acked, "after that");
    close(ack[0]);
}

int main(void)
{
    struct store_test test;
    for (size_t kind = 0; kind < STORE_TEST_KINDS; kind++) {
        if (!store_test_place(&test, kind))
            continue;
        printf("# %s\n", kind ? "PostgreSQL" : "SQLite");
        crowd(test.url);
        if (kind)
            server_restarts(test.url);
        else
            kills(test.url), disk_full(test.url);
        store_test_remove(&test);
    }
    return tap_done();
}
