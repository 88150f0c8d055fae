// Every call to the disk fails once, and every allocation: each time a clear error, nothing acknowledged is
// lost, nothing is half there, nothing leaks; a disk that failed is not written to again.
#include <stdlib.h>

#include <jansson.h>
#include <sqlite3.h>

#include "store/disk_fixture.h"
#include "store/verify.h"
#include "test/tap.h"

static const char first[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\"}";
static const char second[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\", \"x-seen\": [1, 2]}";

// ---- allocations: malloc and its kin of this program, SQLite's and jansson's

static long countdown = -1; // this many succeed, then one fails; < 0: all succeed

static bool fails_now(void)
{
    return countdown >= 0 && countdown-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails_now() ? NULL : __real_aligned_alloc(alignment, size);
}

static sqlite3_mem_methods usual;

static void *sqlite_malloc(int size)
{
    return fails_now() ? NULL : usual.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return fails_now() ? NULL : usual.xRealloc(old, size);
}

// jansson does not always tell "out of memory" from bad text, so its allocations are counted by themselves.
static long json_countdown = -1;

static void *jansson_malloc(size_t size)
{
    return json_countdown >= 0 && json_countdown-- == 0 ? NULL : __real_malloc(size);
}

static void allocations_watch(void)
{
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); // else small ones are not seen
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
    sqlite3_mem_methods watched = usual;
    watched.xMalloc = sqlite_malloc;
    watched.xRealloc = sqlite_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &watched);
    json_set_alloc_funcs(jansson_malloc, free);
    sqlite3_initialize();
}

// ---- the work

static struct disk disk;
static const struct store_db_options on_disk = {.vfs = "failing"};

struct progress {
    char id[STORE_ID];
    int64_t acked;       // events of which PH_OK was said
    enum ph_status last; // of the first call that failed
    struct ph_err err;
    bool told; // with a text
};

static bool went(struct progress *p, enum ph_status status, int64_t seq)
{
    if (status && !p->last) {
        p->last = status;
        p->told = p->err.what[0] != '\0' && p->err.status == status;
    }
    if (!status)
        p->acked = seq;
    return !status;
}

// A case, an edit, a file, a note and a look at all of it.
static void work(struct progress *p)
{
    struct store *store = NULL;
    struct store_receipt r;
    char content[9000];
    memset(content, 'x', sizeof content);
    struct store_file file = {.name = "photo.jpg", .bytes = content, .length = sizeof content};
    if (!went(p, store_open("pharos.db", &on_disk, &store, &p->err), 0))
        return;
    struct store_entry made = {.who = "officer", .key = "k"};
    bool good = went(p, store_create(store, &made, first, strlen(first), NULL, &r, &p->err), 1);
    if (good)
        snprintf(p->id, sizeof p->id, "%s", r.case_id);
    struct store_entry edit = {.case_id = p->id, .expected_seq = 1, .who = "officer"};
    good = good && went(p, store_edit(store, &edit, second, strlen(second), &r, &p->err), 2);
    struct store_entry attach = {.case_id = p->id,
                                 .expected_seq = 2,
                                 .kind = "attachment",
                                 .who = "officer",
                                 .file = &file,
                                 .n_files = 1};
    good = good && went(p, store_append(store, &attach, &r, &p->err), 3);
    struct core_buf read = {0};
    good = good && went(p, store_file_read(store, p->id, 3, "photo.jpg", SIZE_MAX, &read, &p->err), 3);
    core_buf_fini(&read);
    struct store_verdict verdict = {0};
    good = good && went(p, store_verify(store, NULL, NULL, NULL, NULL, &verdict, &p->err), 3);
    struct store_entry note = {.case_id = p->id, .expected_seq = 3, .kind = "note", .who = "officer"};
    good = good && went(p, store_append(store, &note, &r, &p->err), 4);
    store_close(store);
}

// The store as the next one to open it finds it.
static bool sound(const struct progress *p)
{
    struct store *store = NULL;
    struct ph_err err = {0};
    struct store_verdict verdict = {0};
    struct store_case c = {0};
    struct core_arena arena = {0};
    bool good = !store_open("pharos.db", &on_disk, &store, &err) &&
                !store_verify(store, NULL, NULL, NULL, NULL, &verdict, &err) && !verdict.problems;
    if (good && p->acked)
        good = !store_get(store, p->id, &arena, &c, &err) && c.last_seq >= p->acked &&
               c.last_seq <= p->acked + 1;
    if (!good)
        printf("# %s %s; %zu problems, at %lld of %lld\n", err.what, err.where, verdict.problems,
               (long long)c.last_seq, (long long)p->acked);
    core_arena_fini(&arena);
    store_close(store);
    return good;
}

// ---- each call to the disk

static void disk_fails(enum disk_failure failure, bool for_good, const char *sentence, unsigned allowed)
{
    long n = 0;
    size_t wrong = 0, untold = 0, odd = 0, silent = 0;
    for (bool failed = true; failed && n < 5000; n++) {
        disk_wipe(&disk);
        disk.failure = failure;
        disk.for_good = for_good;
        disk.countdown = n;
        struct progress p = {0};
        work(&p);
        failed = for_good ? disk.countdown == 0 : disk.countdown < 0;
        silent += failed && !p.last; // the work did not need that call
        untold += p.last && !p.told;
        odd += p.last && !(allowed & (1u << p.last));
        if (p.last && !(allowed & (1u << p.last)))
            printf("# call %ld: %s (%s)\n", n, ph_status_text(p.last), p.err.what);
        disk.countdown = -1;
        wrong += !sound(&p);
    }
    tap_ok(n > 100 && !wrong, "%s: at each of %ld calls nothing acknowledged is lost, nothing is half there",
           sentence, n - 1);
    tap_ok(!untold && !odd && silent < (size_t)n / 3, "and it is said so (%zu calls did not matter)", silent);
}

static void disk_failures(void)
{
    unsigned broken = 1u << PH_EIO, full = 1u << PH_EFULL;
    disk_fails(DISK_EIO, false, "the disk fails once", broken);
    disk_fails(DISK_EIO, true, "the disk fails for good", broken);
    disk_fails(DISK_SHORT, false, "half a write", broken);
    disk_fails(DISK_FULL, false, "no space", full | broken);
    disk_fails(DISK_FULL, true, "no space for good", full | broken);
}

static enum ph_status note_add(struct store *store, const char *id, struct ph_err *err)
{
    struct store_receipt r;
    struct store_entry note = {.case_id = id, .expected_seq = STORE_ANY, .kind = "note", .who = "officer"};
    return store_append(store, &note, &r, err);
}

// Sets call `from_last` before the last one of an append to fail.
static void aim(struct store *store, const char *id, enum disk_failure failure, long from_last)
{
    struct ph_err err;
    long calls = disk.calls;
    tap_ok(!note_add(store, id, &err), "an event is written");
    disk.failure = failure;
    disk.for_good = false;
    disk.countdown = disk.calls - calls - 1 - from_last;
}

// After a full disk it goes on, after a failed sync nothing more is written.
static void after_failure(void)
{
    struct progress p = {0};
    struct store *store = NULL;
    struct ph_err err = {0};
    struct core_arena arena = {0};
    struct store_case c;
    disk_wipe(&disk);
    work(&p);
    if (!tap_ok(!store_open("pharos.db", &on_disk, &store, &err) && !note_add(store, p.id, &err),
                "a store with a case"))
        return;
    aim(store, p.id, DISK_FULL, 1);
    enum ph_status status = note_add(store, p.id, &err);
    tap_ok(status == PH_EFULL, "an event on a full disk is refused: %s", err.what);
    tap_ok(!note_add(store, p.id, &err), "with room it is written");
    aim(store, p.id, DISK_EIO, 0);
    status = note_add(store, p.id, &err);
    tap_ok(status == PH_EIO && strstr(err.what, "nothing more is written"), "a failed sync is told: %s",
           err.what);
    status = note_add(store, p.id, &err);
    tap_ok(status == PH_EIO && strstr(err.what, "stopped"), "and stops all writing: %s", err.what);
    tap_ok(!store_get(store, p.id, &arena, &c, &err), "reading goes on");
    core_arena_fini(&arena);
    store_close(store);
}

// ---- each allocation

static void allocations_fail(long *count, unsigned allowed, const char *whose, long many)
{
    long n = 0, tried = 0;
    size_t wrong = 0, odd = 0, untold = 0, survived = 0;
    for (bool failed = true; failed && n < 200000; n += n < many ? 1 : 11, tried++) {
        disk_wipe(&disk);
        struct progress p = {0};
        *count = n;
        work(&p);
        failed = *count < 0;
        *count = -1;
        survived += failed && !p.last; // SQLite can do without some of its caches
        odd += p.last && !(allowed & (1u << p.last));
        untold += p.last && !p.told;
        if (p.last && !(allowed & (1u << p.last)))
            printf("# allocation %ld: %s (%s)\n", n, ph_status_text(p.last), p.err.what);
        wrong += !sound(&p);
    }
    tap_ok(tried > 20 && !wrong, "%s: at each of %ld failed allocations nothing acknowledged is lost", whose,
           tried - 1);
    tap_ok(!odd && !untold, "and each is said (%zu did not matter)", survived);
}

int main(void)
{
    allocations_watch();
    disk.countdown = -1;
    disk_mount(&disk, "failing");
    disk_failures();
    after_failure();
    unsigned nomem = 1u << PH_ENOMEM;
    allocations_fail(&countdown, nomem, "ours and SQLite's", 200);
    allocations_fail(&json_countdown, nomem | 1u << PH_EINPUT | 1u << PH_EIO, "jansson's", 1000);
    disk_unmount("failing");
    disk_wipe(&disk);
    sqlite3_shutdown();
    return tap_done();
}
