// What is damaged is found; what is copied is the same. The database's own guards are taken away first.
#include "store/verify.h"

#include <fcntl.h>
#include <sodium.h>

#include "store/fixture.h"
#include "test/tap.h"

static const char document[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\"}";

// A case with a few events and files; its id.
static bool fill(struct store *store, char id[STORE_ID])
{
    struct ph_err err = {0};
    struct store_receipt r;
    struct store_entry entry = {.who = "officer", .key = "k"};
    static char content[60000];
    memset(content, 'x', sizeof content);
    struct store_file file = {
        .name = "photo.jpg", .media = "image/jpeg", .bytes = content, .length = sizeof content};
    if (store_create(store, &entry, document, strlen(document), NULL, &r, &err))
        return false;
    snprintf(id, STORE_ID, "%s", r.case_id);
    struct store_entry event = {.case_id = id,
                                .expected_seq = STORE_ANY,
                                .kind = "reported",
                                .who = "officer",
                                .why = "radio",
                                .body = "{\"text\": \"engine stopped\"}",
                                .file = &file,
                                .n_files = 1};
    bool good = !store_append(store, &event, &r, &err);
    event.kind = "closed";
    event.n_files = 0;
    return good && !store_append(store, &event, &r, &err);
}

static size_t problems(struct store *store, const uint8_t *head)
{
    struct store_verdict verdict = {0};
    struct ph_err err = {0};
    enum ph_status status = store_verify(store, NULL, head, NULL, NULL, &verdict, &err);
    return status ? 1000 : verdict.problems;
}

// Each statement damages one thing; every one must be found.
static const char *const damages[] = {
    "UPDATE events SET kind = 'notec' WHERE seq = 2",
    "UPDATE events SET received_ns = received_ns + 1 WHERE seq = 2",
    "UPDATE events SET valid_ns = valid_ns - 1 WHERE seq = 1",
    "UPDATE events SET who = 'Officer' WHERE seq = 3",
    "UPDATE events SET why = 'radiO' WHERE seq = 2",
    "UPDATE events SET body = '{\"text\": \"engine started\"}' WHERE seq = 2",
    "UPDATE event_files SET name = 'photo.JPG' WHERE name = 'photo.jpg'",
    "UPDATE event_files SET media = 'image/jpg' WHERE name = 'photo.jpg'",
    "UPDATE event_files SET size = size + 1 WHERE name = 'photo.jpg'",
    "DELETE FROM event_files WHERE name = 'photo.jpg'",
    "DELETE FROM events WHERE seq = 3",
    "UPDATE blobs SET size = size - 1",
    "DELETE FROM blob_pieces",
    "UPDATE cases SET name = 'Another'",
    "UPDATE cases SET status = 'open'",
    "UPDATE cases SET last_seq = 2",
    "UPDATE cases SET document_seq = 2",
    "UPDATE cases SET updated_ns = 0",
};

// Triggers and references off, as one who has the file would do.
static bool guards_off(struct store_db *db)
{
    static const char *const sqlite[] = {
        "DROP TRIGGER events_no_update",      "DROP TRIGGER events_no_delete",
        "DROP TRIGGER event_files_no_update", "DROP TRIGGER event_files_no_delete",
        "DROP TRIGGER blobs_no_update",       "DROP TRIGGER blobs_no_delete",
        "DROP TRIGGER blob_pieces_no_update", "DROP TRIGGER blob_pieces_no_delete",
        "PRAGMA foreign_keys = OFF"};
    static const char *const postgres[] = {"SET session_replication_role = replica"};
    bool server = store_db_is_server(db), good = true;
    size_t n = server ? sizeof postgres / sizeof *postgres : sizeof sqlite / sizeof *sqlite;
    for (size_t i = 0; i < n; i++)
        good = good && !store_db_run(db, (server ? postgres : sqlite)[i], NULL, 0, NULL, NULL);
    return good;
}

// Hashes are changed through parameters, for the two write binary literals differently.
static enum ph_status hashes_damage(struct store_db *db, const char *sql, struct ph_err *err)
{
    static const uint8_t other[STORE_HASH] = {1, 2, 3};
    const struct store_value value = store_bytes(other, sizeof other);
    return store_db_run(db, sql, &value, 1, NULL, err);
}

static void damage_found(struct store *store)
{
    static const char *const hashes[] = {
        "UPDATE events SET hash = $1 WHERE seq = 3",
        "UPDATE events SET prev = $1 WHERE seq = 2",
        "UPDATE cases SET head = $1",
        "UPDATE cases SET document = $1",
        "UPDATE event_files SET hash = $1",
        "UPDATE blob_pieces SET bytes = $1",
    };
    struct store_db *db = store_db_of(store);
    struct ph_err err = {0};
    tap_ok(guards_off(db), "the guards of the database are taken away");
    size_t n = sizeof damages / sizeof *damages, m = sizeof hashes / sizeof *hashes;
    for (size_t i = 0; i < n + m; i++) {
        const char *sql = i < n ? damages[i] : hashes[i - n];
        bool done = !store_db_begin(db, true, &err) &&
                    !(i < n ? store_db_run(db, sql, NULL, 0, NULL, &err) : hashes_damage(db, sql, &err));
        // looked at inside the transaction, which is then undone
        tap_ok(done && problems(store, NULL) > 0, "found: %s", sql);
        store_db_rollback(db);
    }
    tap_ok(!problems(store, NULL), "undone, all is well again");
}

static void heads(struct store *store, const char *id)
{
    struct core_arena arena = {0};
    struct store_event *event;
    size_t n = 0;
    if (store_log(store, id, 0, 10, &arena, &event, &n, NULL) || n != 3)
        n = 0;
    tap_ok(n == 3 && !problems(store, event[1].hash), "a hash that was noted is in the log");
    uint8_t other[STORE_HASH] = {9};
    tap_ok(problems(store, other) == 1, "one that is not is told");
    core_arena_fini(&arena);
}

// A copy has the same log, byte for byte, and is looked through itself.
static void copies(struct store_test *test, const char *id)
{
    struct ph_err err = {0};
    struct store_verdict verdict = {0}, restored = {0};
    char path[128], again[128];
    snprintf(path, sizeof path, "%s/backup.db", test->folder);
    snprintf(again, sizeof again, "%s/again.db", test->folder);
    tap_ok(!store_backup(test->store, path, &verdict, &err) && verdict.cases == 1 && verdict.events == 3,
           "a backup is made (%s)", err.what);
    struct store *to;
    tap_ok(!store_open(again, NULL, &to, &err) && !store_restore(path, to, &restored, &err) &&
               restored.events == 3 && restored.files == 2 && !problems(to, NULL),
           "and restored into an empty store (%s)", err.what);
    struct core_arena arena = {0};
    struct store_case was, is;
    tap_ok(!store_get(test->store, id, &arena, &was, &err) && !store_get(to, id, &arena, &is, &err) &&
               !memcmp(was.head, is.head, STORE_HASH) && !strcmp(was.status, is.status),
           "with the same head");
    tap_ok(store_restore(path, to, &restored, &err) == PH_EINPUT, "a store with cases is not written over");
    struct store_receipt r;
    struct store_entry more = {.case_id = id, .expected_seq = 3, .kind = "reopened", .who = "officer"};
    tap_ok(!store_append(to, &more, &r, &err) && r.seq == 4, "the restored case goes on");
    store_close(to);
    core_arena_fini(&arena);
}

// Bytes of the file itself are flipped. Either that is found (or the file no longer opens), or what it says
// is the same.
static void bytes_flipped(void)
{
    struct store_test test;
    struct ph_err err = {0};
    char id[STORE_ID], path[128];
    struct store_verdict verdict;
    if (!store_test_open(&test, 0) || !fill(test.store, id))
        return;
    snprintf(path, sizeof path, "%s/backup.db", test.folder);
    if (store_backup(test.store, path, &verdict, &err))
        return;
    int fd = open(path, O_RDWR);
    off_t size = lseek(fd, 0, SEEK_END);
    size_t found = 0, same = 0;
    for (off_t at = 5; at < size; at += 397) {
        uint8_t byte, flipped;
        if (pread(fd, &byte, 1, at) != 1)
            break;
        flipped = byte ^ 0x10;
        bool wrote = pwrite(fd, &flipped, 1, at) == 1;
        struct store *store = NULL;
        const struct store_db_options options = {.read_only = true, .must_exist = true};
        struct core_arena arena = {0};
        struct store_event *event;
        struct store_case c;
        size_t n = 0;
        struct ph_err why;
        bool bad = store_open(path, &options, &store, &why) || problems(store, NULL);
        bool whole = !bad && !store_log(store, id, 0, 9, &arena, &event, &n, &why) && n == 3 &&
                     !store_get(store, id, &arena, &c, &why) && !strcmp(c.name, "Boat");
        found += wrote && bad;
        same += wrote && whole;
        if (wrote && !bad && !whole)
            tap_ok(false, "a flipped bit at %ld passes unseen", (long)at);
        core_arena_fini(&arena);
        store_close(store);
        if (pwrite(fd, &byte, 1, at) != 1)
            break;
    }
    close(fd);
    tap_ok(found > 20 && found + same > 100,
           "of %zu flipped bits %zu are found, the others are in unused room", found + same, found);
    store_test_close(&test);
}

int main(void)
{
    struct store_test test;
    char id[STORE_ID];
    for (size_t i = 0; i < STORE_TEST_KINDS; i++) {
        if (!store_test_open(&test, i))
            continue;
        tap_ok(fill(test.store, id) && !problems(test.store, NULL), "a sound store has no problems");
        heads(test.store, id);
        copies(&test, id);
        damage_found(test.store);
        store_test_close(&test);
    }
    bytes_flipped();
    return tap_done();
}
