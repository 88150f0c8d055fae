// A case handed to another centre and back: histories are kept, news become branches, whatever was touched is
// refused.
#include "store/bundle.h"

#include <sys/stat.h>

#include "core/file.h"
#include "store/fixture.h"
#include "store/verify.h"
#include "test/tap.h"

static const char first[] = "{\"pharos\": \"case/1\", \"name\": \"Boat\"}";
static const char second[] = "{\"pharos\": \"case/1\", \"name\": \"Boat, second call\"}";
static const char third[] = "{\"pharos\": \"case/1\", \"name\": \"Boat, third call\"}";

struct centre {
    struct store_test test;
    struct store_keys keys;
    char id[STORE_ID];
};

static char path[128];

static enum ph_status event_add(struct centre *c, const char *kind, const char *body)
{
    struct store_receipt r;
    struct ph_err err;
    struct store_file file = {
        .name = "photo.jpg", .media = "image/jpeg", .bytes = body, .length = strlen(body)};
    struct store_entry entry = {.case_id = c->id,
                                .expected_seq = STORE_ANY,
                                .kind = kind,
                                .who = c->keys.name,
                                .body = body,
                                .file = &file,
                                .n_files = 1};
    return store_append(c->test.store, &entry, &r, &err);
}

static enum ph_status edit(struct centre *c, const char *document)
{
    struct store_receipt r;
    struct ph_err err;
    struct store_entry entry = {.case_id = c->id, .expected_seq = STORE_ANY, .who = c->keys.name};
    return store_edit(c->test.store, &entry, document, strlen(document), &r, &err);
}

static enum ph_status send(struct centre *from, const struct store_public *to, size_t n,
                           const char *passphrase, struct ph_err *err)
{
    struct store_receipt r;
    struct store_entry entry = {
        .case_id = from->id, .expected_seq = STORE_ANY, .who = from->keys.name, .why = "hand-over"};
    return store_bundle_export(from->test.store, &entry, &from->keys, to, n, passphrase, path, &r, err);
}

static enum ph_status receive(struct centre *at, const char *passphrase, const struct store_public *trust,
                              struct store_import *out, struct ph_err *err)
{
    struct store_import_options options = {
        .keys = &at->keys, .passphrase = passphrase, .trust = trust, .who = at->keys.name};
    enum ph_status status = store_bundle_import(at->test.store, path, &options, out, err);
    if (!status)
        snprintf(at->id, sizeof at->id, "%s", out->case_id);
    return status;
}

static bool sound(struct centre *c)
{
    struct store_verdict v = {0};
    return !store_verify(c->test.store, NULL, NULL, NULL, NULL, &v, NULL) && !v.problems;
}

static int64_t last_seq(struct centre *c, char name[64])
{
    struct core_arena arena = {0};
    struct store_case now = {0};
    bool good = !store_get(c->test.store, c->id, &arena, &now, NULL);
    snprintf(name, 64, "%s", good ? now.name : "");
    core_arena_fini(&arena);
    return now.last_seq;
}

static void handed_over(struct centre *a, struct centre *b)
{
    struct ph_err err = {0};
    struct store_import in = {0};
    char name[64];
    tap_ok(!send(a, &b->keys.open, 1, NULL, &err), "a case is exported (%s)", err.what);
    struct store_public other = a->keys.open;
    tap_ok(receive(b, NULL, NULL, &in, &err) == PH_EINPUT && strstr(err.what, "not trusted") &&
               strstr(err.what, "A"),
           "an unknown signer is refused, and named: %s", err.what);
    other.sign[0] ^= 1;
    tap_ok(receive(b, NULL, &other, &in, &err) == PH_EINPUT, "also when another is vouched for");
    tap_ok(!store_signer_add(b->test.store, &a->keys.open, "Centre A as we know it", &err) &&
               !receive(b, NULL, NULL, &in, &err) && in.kind == STORE_IMPORT_NEW,
           "one who is trusted is taken (%s)", err.what);
    tap_text(in.signer, "Centre A as we know it", "by the name he has here");
    struct core_arena arena = {0};
    struct store_event *ours, *theirs;
    size_t n = 0, m = 0;
    bool same = !store_log(a->test.store, a->id, 0, 100, &arena, &ours, &n, &err) &&
                !store_log(b->test.store, b->id, 0, 100, &arena, &theirs, &m, &err) && m == n + 1;
    for (size_t i = 0; same && i < n; i++)
        same = !memcmp(ours[i].hash, theirs[i].hash, STORE_HASH);
    tap_ok(same && !strcmp(theirs[n].kind, "imported"), "event for event, and goes on with how it came");
    tap_ok(sound(a) && sound(b), "both stores are sound");
    core_arena_fini(&arena);
    int64_t before = last_seq(b, name);
    tap_ok(!receive(b, NULL, NULL, &in, &err) && in.kind == STORE_IMPORT_NOTHING &&
               last_seq(b, name) == before,
           "taken twice it changes nothing");
}

// A goes on and sends again; then both go on.
static void both_go_on(struct centre *a, struct centre *b)
{
    struct ph_err err = {0};
    struct store_import in = {0};
    char name[64];
    tap_ok(!edit(a, second) && !event_add(a, "reported", "{\"text\": \"second call\"}") &&
               !send(a, &b->keys.open, 1, NULL, &err) && !receive(b, NULL, NULL, &in, &err),
           "news come (%s)", err.what);
    tap_ok(in.kind == STORE_IMPORT_MERGED && in.their_case && !in.differ && in.events == 3,
           "as a branch; their document stands, for ours was not touched");
    last_seq(b, name);
    tap_text(name, "Boat, second call", "and its name");
    struct core_arena arena = {0};
    struct store_event *log = NULL, *kept = NULL;
    size_t n = 0, m = 0;
    tap_ok(!store_log(b->test.store, b->id, 0, 100, &arena, &log, &n, &err) &&
               !store_branch_read(b->test.store, &log[n - 1], &arena, &kept, &m, &err) && m == 3 &&
               !strcmp(kept[1].kind, "reported") && !strcmp(kept[1].body, "{\"text\": \"second call\"}"),
           "whose events can be read");
    core_arena_fini(&arena);
    tap_ok(!receive(b, NULL, NULL, &in, &err) && in.kind == STORE_IMPORT_NOTHING, "once");

    tap_ok(!edit(b, third) && !event_add(b, "note", "{\"text\": \"b\"}") &&
               !send(b, &a->keys.open, 1, NULL, &err),
           "the other edits and sends it back (%s)", err.what);
    tap_ok(!receive(a, NULL, &b->keys.open, &in, &err) && in.kind == STORE_IMPORT_MERGED && in.their_case,
           "it is taken where it began (%s)", err.what);
    tap_ok(!edit(a, first) && !send(a, &b->keys.open, 1, NULL, &err) && !edit(b, second),
           "both edit the document");
    tap_ok(!receive(b, NULL, NULL, &in, &err) && in.kind == STORE_IMPORT_MERGED && in.differ &&
               !in.their_case,
           "then ours stands, and that they differ is told (%s)", err.what);
    last_seq(b, name);
    tap_text(name, "Boat, second call", "ours");
    tap_ok(sound(a) && sound(b), "both stores are sound");
}

static void by_passphrase(struct centre *a, struct centre *b)
{
    struct ph_err err = {0};
    struct store_import in = {0};
    tap_ok(send(a, NULL, 0, NULL, &err) == PH_EINPUT && send(a, NULL, 0, "short", &err) == PH_EINPUT,
           "nothing leaves without a receiver or a passphrase");
    tap_ok(!send(a, NULL, 0, "correct horse battery staple", &err), "with a passphrase it does (%s)",
           err.what);
    tap_ok(receive(b, NULL, NULL, &in, &err) == PH_EINPUT && strstr(err.what, "passphrase"),
           "it is asked for: %s", err.what);
    tap_ok(receive(b, "correct horse battery stable", NULL, &in, &err) == PH_EINPUT,
           "a wrong one is refused: %s", err.what);
    tap_ok(!receive(b, "correct horse battery staple", NULL, &in, &err), "the right one opens it (%s)",
           err.what);
    tap_ok(!send(a, &a->keys.open, 1, NULL, &err) && receive(b, NULL, NULL, &in, &err) == PH_EINPUT,
           "what is for others is refused: %s", err.what);
}

// Whatever byte is changed, wherever it is cut, the store stays as it was.
static void touched(struct centre *a, struct centre *b)
{
    struct ph_err err = {0};
    struct store_import in = {0};
    struct core_buf bytes = {0};
    char name[64];
    if (event_add(a, "note", "{\"text\": \"new\"}") || send(a, &b->keys.open, 1, NULL, &err) ||
        core_file_read(path, 1 << 26, &bytes, &err)) {
        tap_ok(false, "a bundle to change (%s)", err.what);
        return;
    }
    int64_t before = last_seq(b, name);
    size_t taken = 0, tried = 0;
    for (size_t at = 0; at < bytes.length; at += at < 200 ? 1 : 211) {
        bytes.text[at] ^= 4;
        bool written = !core_file_write(path, bytes.text, bytes.length, &err);
        taken += !written || !receive(b, NULL, NULL, &in, &err);
        bytes.text[at] ^= 4;
        written = !core_file_write(path, bytes.text, at, &err);
        taken += !written || !receive(b, NULL, NULL, &in, &err);
        tried += 2;
    }
    core_buf_add(&bytes, "x", 1);
    taken += core_file_write(path, bytes.text, bytes.length, &err) || !receive(b, NULL, NULL, &in, &err);
    tap_ok(tried > 400 && !taken && last_seq(b, name) == before && sound(b),
           "%zu bundles with a changed byte or cut short are refused and leave no trace", tried);
    tap_ok(!core_file_write(path, bytes.text, bytes.length - 1, &err) && !receive(b, NULL, NULL, &in, &err) &&
               in.kind == STORE_IMPORT_MERGED,
           "as it was it is taken");
    core_buf_fini(&bytes);
}

static void keys_kept(struct centre *a)
{
    struct ph_err err = {0};
    struct store_keys read;
    struct store_public parsed;
    char file[128], text[STORE_KEY_TEXT];
    snprintf(file, sizeof file, "%s/keys", a->test.folder);
    tap_ok(!store_keys_save(&a->keys, file, &err) && !store_keys_load(file, &read, &err) &&
               !memcmp(&read, &a->keys, sizeof read),
           "keys are kept in a file (%s)", err.what);
    tap_ok(store_keys_save(&a->keys, file, &err) == PH_EIO, "which is never written over");
    tap_ok(!chmod(file, 0640) && store_keys_load(file, &read, &err) == PH_EINPUT,
           "and not used when others can read it");
    store_public_text(&a->keys.open, text);
    tap_ok(!store_public_parse(text, &parsed, &err) && !memcmp(&parsed, &a->keys.open, sizeof parsed),
           "the public part is one word: %s", text);
    text[20] = '!';
    tap_ok(store_public_parse(text, &parsed, &err) == PH_EINPUT &&
               store_public_parse("", &parsed, &err) == PH_EINPUT,
           "a damaged one is refused");
    tap_ok(store_keys_make("", &read, &err) == PH_EINPUT && store_keys_make("a\nb", &read, &err) == PH_EINPUT,
           "a centre has a name of one line");
}

static bool centre_open(struct centre *c, size_t kind, const char *name)
{
    struct ph_err err = {0};
    memset(c, 0, sizeof *c);
    return store_test_open(&c->test, kind) &&
           tap_ok(!store_keys_make(name, &c->keys, &err), "keys for %s", name);
}

int main(void)
{
    static struct centre a, b;
    struct ph_err err = {0};
    for (size_t kind = 0; kind < STORE_TEST_KINDS; kind++) {
        struct store_receipt r;
        struct store_entry entry = {.who = "A"};
        if (!centre_open(&a, 0, "Centre A") ||
            !centre_open(&b, kind, "Centre B")) // b: another kind of database
            continue;
        snprintf(path, sizeof path, "%s/case.pharos", a.test.folder);
        if (!tap_ok(!store_create(a.test.store, &entry, first, strlen(first), "/secret/folder", &r, &err),
                    "a case"))
            continue;
        snprintf(a.id, sizeof a.id, "%s", r.case_id);
        tap_ok(!event_add(&a, "reported", "{\"text\": \"engine stopped\"}"), "with a report");
        handed_over(&a, &b);
        both_go_on(&a, &b);
        by_passphrase(&a, &b);
        touched(&a, &b);
        keys_kept(&a);
        store_test_close(&a.test);
        store_test_close(&b.test);
    }
    return tap_done();
}
