// The log of cases: appending, conflicts, repeated requests, rebuilding any state.
#include "store/store.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "store/fixture.h"
#include "test/tap.h"

static const char first[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\", \"drift\": {\"seed\": 1}}\n";
static const char second[] =
    "{\"pharos\": \"case/1\", \"name\": \"Raft\", \"drift\": {\"seed\": 2}, \"a/b\": []}\n";

static enum ph_status note(struct store *store, const char *id, int64_t expected, const char *text,
                           struct store_receipt *out, struct ph_err *err)
{
    struct store_entry entry = {
        .case_id = id, .expected_seq = expected, .kind = "note", .who = "officer", .body = text};
    return store_append(store, &entry, out, err);
}

static void documents(struct store *store, const char *id)
{
    struct ph_err err = {0};
    struct core_buf text = {0};
    tap_ok(!store_document(store, id, 0, &text, &err), "the present document is read");
    tap_text(text.text, second, "byte for byte");
    core_buf_fini(&text);
    tap_ok(!store_document(store, id, 3, &text, &err), "and that of an earlier event");
    tap_text(text.text, first, "byte for byte");
    core_buf_fini(&text);
}

static void log_looks(struct store *store, const char *id)
{
    struct ph_err err = {0};
    struct core_arena arena = {0};
    struct store_case c;
    struct store_event *event;
    size_t n = 0;
    tap_ok(!store_log(store, id, 0, 100, &arena, &event, &n, &err) && n == 4, "the log has all events");
    tap_text(n == 4 ? event[3].body : "",
             "{\"name\": \"Raft\", \"changed\": [\"/name\", \"/drift/seed\", \"/a~1b\"]}",
             "an edit names what it changed");
    bool chained = n == 4;
    for (size_t i = 1; chained && i < n; i++)
        chained = !memcmp(event[i].prev, event[i - 1].hash, STORE_HASH);
    tap_ok(chained, "each event has the hash of the one before it");
    tap_ok(!store_get_at(store, id, 2, &arena, &c, &err) && c.last_seq == 2 && !strcmp(c.name, "Boat"),
           "any state is rebuilt");
    char found[STORE_ID] = "";
    tap_ok(!store_find(store, (char[]){id[0], id[1], id[2], id[3], 0}, found, &err) && !strcmp(found, id),
           "a few letters of the id are enough");
    core_arena_fini(&arena);
}

static void cases(struct store *store)
{
    struct core_arena arena = {0};
    struct store_case c;
    struct store_receipt made, r;
    struct ph_err err = {0};
    struct store_entry entry = {.who = "officer", .why = "a call", .received_ns = 1000};
    tap_ok(!store_create(store, &entry, first, strlen(first), "/cases", &made, &err), "a case is made (%s)",
           err.what);
    tap_ok(strlen(made.case_id) == 20 && made.seq == 1, "it has an id of 20 letters, and event 1");
    tap_ok(!store_get(store, made.case_id, &arena, &c, &err) && c.last_seq == 1 && c.document_seq == 1 &&
               !strcmp(c.name, "Boat") && !strcmp(c.status, "open") && !strcmp(c.folder, "/cases"),
           "it is open, has its name, its document and its folder");

    tap_ok(!note(store, made.case_id, 1, "{\"text\": \"seen\"}", &r, &err) && r.seq == 2, "an event follows");
    tap_ok(note(store, made.case_id, 1, "{}", &r, &err) == PH_ECONFLICT && strstr(err.what, "event 2"),
           "who has not read it is refused: %s", err.what);
    tap_ok(!note(store, made.case_id, STORE_ANY, "{}", &r, &err) && r.seq == 3,
           "unless he says that he need not");
    tap_ok(note(store, "nowhere", STORE_ANY, "{}", &r, &err) == PH_ENOTFOUND, "an event needs a case");

    struct store_entry edit = {
        .case_id = made.case_id, .expected_seq = 3, .who = "officer", .why = "a second call"};
    tap_ok(!store_edit(store, &edit, second, strlen(second), &r, &err) && r.seq == 4,
           "the document is edited");
    edit.expected_seq = 4;
    tap_ok(store_edit(store, &edit, second, strlen(second), &r, &err) == PH_EINPUT,
           "the same again is no edit");
    edit.expected_seq = 1;
    tap_ok(store_edit(store, &edit, first, strlen(first), &r, &err) == PH_ECONFLICT,
           "an edit of an old state is refused");

    documents(store, made.case_id);
    log_looks(store, made.case_id);
    core_arena_fini(&arena);
}

static void keys(struct store *store)
{
    struct ph_err err = {0};
    struct store_receipt made, again, r;
    struct store_entry entry = {.who = "officer", .key = "k1", .key_owner = "anna"};
    tap_ok(!store_create(store, &entry, first, strlen(first), NULL, &made, &err) && !made.repeated &&
               !store_create(store, &entry, first, strlen(first), NULL, &again, &err) && again.repeated &&
               !strcmp(made.case_id, again.case_id) && again.seq == 1,
           "a case asked for twice with one key is one case");
    entry.key_owner = "berta";
    tap_ok(!store_create(store, &entry, first, strlen(first), NULL, &r, &err) &&
               strcmp(r.case_id, made.case_id) != 0,
           "another owner's key is another key");
    struct store_entry event = {.case_id = made.case_id,
                                .expected_seq = 1,
                                .kind = "note",
                                .who = "officer",
                                .key = "k2",
                                .key_owner = "anna"};
    tap_ok(!store_append(store, &event, &r, &err) && r.seq == 2 &&
               !store_append(store, &event, &again, &err) && again.seq == 2 && again.repeated &&
               !memcmp(r.hash, again.hash, STORE_HASH),
           "an event sent twice is there once, and answered alike though its number has passed");
    event.body = "{\"text\": \"other\"}";
    tap_ok(store_append(store, &event, &r, &err) == PH_ECONFLICT, "a key does for one request only");
}

static void files(struct store *store)
{
    struct ph_err err = {0};
    struct store_receipt made, r;
    size_t length = 3 * STORE_TEST_PIECE + 17;
    char *large = malloc(length);
    for (size_t i = 0; i < length; i++)
        large[i] = (char)(i * 31 % 251);
    struct store_entry entry = {.who = "officer"};
    tap_ok(!store_create(store, &entry, first, strlen(first), NULL, &made, &err), "a case for files");
    struct store_file file[] = {
        {.name = "photo.jpg", .media = "image/jpeg", .bytes = large, .length = length},
        {.name = "tasks/empty.txt", .bytes = "", .length = 0}};
    struct store_entry attach = {.case_id = made.case_id,
                                 .expected_seq = 1,
                                 .kind = "attachment",
                                 .who = "officer",
                                 .file = file,
                                 .n_files = 2};
    tap_ok(!store_append(store, &attach, &r, &err), "files of several pieces and of none are kept (%s)",
           err.what);
    struct core_buf read = {0};
    tap_ok(!store_file_read(store, made.case_id, 2, "photo.jpg", SIZE_MAX, &read, &err) &&
               read.length == length && !memcmp(read.text, large, length),
           "and come back");
    core_buf_fini(&read);
    tap_ok(!store_file_read(store, made.case_id, 2, "tasks/empty.txt", SIZE_MAX, &read, &err) && !read.length,
           "also the empty one");
    core_buf_fini(&read);
    tap_ok(store_file_read(store, made.case_id, 2, "photo.jpg", 1000, &read, &err) == PH_EINPUT,
           "a limit is kept");
    tap_ok(store_file_read(store, made.case_id, 1, "photo.jpg", 1000, &read, &err) == PH_ENOTFOUND,
           "another event does not have it");
    const char *const bad[] = {"", "../etc", "a//b", "/a", ".hidden", "a/../b", "a\nb", "a\\b", "a/"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct store_file odd = {.name = bad[i], .bytes = "x", .length = 1};
        attach.file = &odd;
        attach.n_files = 1;
        attach.expected_seq = STORE_ANY;
        tap_ok(store_append(store, &attach, &r, &err) == PH_EINPUT, "the name '%s' is refused",
               bad[i][0] == 'a' && bad[i][1] == '\n' ? "a newline" : bad[i]);
    }
    free(large);
}

static void refusals(struct store *store)
{
    struct ph_err err = {0};
    struct store_receipt made, r;
    struct store_entry entry = {.who = "officer"};
    tap_ok(store_create(store, &entry, "[]", 2, NULL, &made, &err) == PH_EINPUT, "a document is an object");
    tap_ok(store_create(store, &entry, "{\"a\": 1, \"a\": 2}", 16, NULL, &made, &err) == PH_EINPUT,
           "with each member once");
    if (store_create(store, &entry, first, strlen(first), NULL, &made, &err))
        return;
    struct store_entry bad = {.case_id = made.case_id, .expected_seq = STORE_ANY, .kind = "note", .who = ""};
    tap_ok(store_append(store, &bad, &r, &err) == PH_EINPUT && strstr(err.what, "who"),
           "nobody writes nothing");
    bad.who = "\xc3\x28";
    tap_ok(store_append(store, &bad, &r, &err) == PH_EINPUT, "a name that is not UTF-8 is refused");
    bad.who = "officer\x1b[2J";
    tap_ok(store_append(store, &bad, &r, &err) == PH_EINPUT, "so is one that would do things to a terminal");
    tap_ok(store_find(store, "\xff", made.case_id, &err) == PH_ENOTFOUND &&
               store_append(store, &(struct store_entry){.case_id = "\xff", .kind = "note", .who = "o"}, &r,
                            &err) == PH_EINPUT,
           "an id that is no text is no case");
    bad.who = "officer";
    bad.key = "\xff";
    tap_ok(store_append(store, &bad, &r, &err) == PH_EINPUT, "a key that is no text is refused");
    bad.key = NULL;
    bad.kind = "Note!";
    tap_ok(store_append(store, &bad, &r, &err) == PH_EINPUT, "so is a kind with capitals");
    bad.kind = "note";
    bad.body = "[1]";
    tap_ok(store_append(store, &bad, &r, &err) == PH_EINPUT, "and a body that is no object");
    tap_ok(store_db_run(store_db_of(store), "UPDATE events SET who = 'nobody'", NULL, 0, NULL, &err) ==
                   PH_EINPUT &&
               store_db_run(store_db_of(store), "DELETE FROM events", NULL, 0, NULL, &err) == PH_EINPUT &&
               store_db_run(store_db_of(store), "DELETE FROM blob_pieces", NULL, 0, NULL, &err) ==
                   PH_EINPUT &&
               strstr(err.what, "append-only"),
           "the database itself refuses to change or drop what is in the log");
}

static void patches(void)
{
    // the examples of RFC 7396, appendix A, whose both sides are objects
    static const char *const rows[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct core_buf got = {0};
        struct ph_err err = {0};
        char packed[200] = "";
        if (!store_patch(rows[i][0], strlen(rows[i][0]), rows[i][1], strlen(rows[i][1]), &got, &err))
            for (const char *at = got.text; *at; at++)
                if (*at != ' ' && *at != '\n')
                    strncat(packed, at, 1);
        tap_text(packed, rows[i][2], "a merge patch does what RFC 7396 says");
        core_buf_fini(&got);
    }
}

struct neighbour {
    pid_t pid;
    int to, from;
};

// How many events the case has, in this process; as the last connection that it knows of, closing it would
// take the log of SQLite away.
static int64_t events_of(const char *url, const char *id)
{
    struct store *store;
    struct store_case c = {.last_seq = -1};
    struct core_arena arena = {0};
    struct ph_err err;
    if (store_open(url, &(struct store_db_options){.must_exist = true}, &store, &err))
        return -1;
    int64_t seq = store_get(store, id, &arena, &c, &err) ? -1 : c.last_seq;
    core_arena_fini(&arena);
    store_close(store);
    return seq;
}

// A process that opens the store for each question and closes it again, as a command beside a server does.
// Begun before this one has any connection: SQLite's may not be carried over a fork.
static bool neighbour_start(const char *url, struct neighbour *out)
{
    int in[2], from[2];
    if (pipe(in) || pipe(from) || (out->pid = fork()) < 0)
        return false;
    if (!out->pid) {
        char id[STORE_ID];
        close(in[1]);
        while (read(in[0], id, sizeof id) == sizeof id) {
            int64_t seq = events_of(url, id);
            if (write(from[1], &seq, sizeof seq) != sizeof seq)
                break;
        }
        _exit(0);
    }
    close(in[0]);
    close(from[1]);
    out->to = in[1];
    out->from = from[0];
    return true;
}

static int64_t neighbour_ask(const struct neighbour *n, const char id[STORE_ID])
{
    int64_t seq = -1;
    bool good = write(n->to, id, STORE_ID) == STORE_ID && read(n->from, &seq, sizeof seq) == sizeof seq;
    return good ? seq : -1;
}

static void neighbour_end(struct neighbour *n)
{
    close(n->to);
    close(n->from);
    waitpid(n->pid, NULL, 0);
}

// Opening a second connection once took away the locks of the first (POSIX locks end when any descriptor of
// the file is closed): a command beside the server then removed the log into which the server wrote on.
static void neighbours(const char *url)
{
    struct neighbour other;
    struct store *one, *two;
    struct store_receipt made, more;
    struct ph_err err;
    if (!neighbour_start(url, &other) || store_open(url, NULL, &one, &err) ||
        store_open(url, NULL, &two, &err)) {
        tap_ok(false, "two connections of one process");
        return;
    }
    enum ph_status status = store_create(one, &(struct store_entry){.kind = "created", .who = "a"}, first,
                                         strlen(first), NULL, &made, &err);
    tap_ok(!status && neighbour_ask(&other, made.case_id) == 1, "another process sees what was written");
    status = status ? status : note(one, made.case_id, STORE_ANY, "{}", &more, &err);
    tap_ok(!status && neighbour_ask(&other, made.case_id) == 2,
           "and after it was there it is still the same store for both");
    store_close(two);
    store_close(one);
    neighbour_end(&other);
}

static void everything(struct store *store)
{
    cases(store);
    keys(store);
    files(store);
    refusals(store);
}

int main(void)
{
    struct store_test test;
    if (store_test_place(&test, 0)) {
        neighbours(test.url);
        store_test_remove(&test);
    }
    for (size_t i = 0; i < STORE_TEST_KINDS; i++)
        if (store_test_open(&test, i)) {
            everything(test.store);
            store_test_close(&test);
        }
    patches();
    return tap_done();
}
