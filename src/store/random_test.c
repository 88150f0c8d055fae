// Random sessions against a model that is an array: whatever is done in whatever order, the store says what
// the model says, every state of the past is rebuilt, and copies are the same. A failure prints its seed.
#include "core/rng.h"
#include "store/fixture.h"
#include "store/verify.h"
#include "test/tap.h"

enum { MOST_CASES = 6, MOST_EVENTS = 200, STEPS = 160 };

// What a case must be after an event.
struct expected {
    char kind[24], name[32], key[16];
    bool closed;
    int document; // number in its text; 0: none
    int64_t document_seq;
};

struct model_case {
    char id[STORE_ID];
    struct expected after[MOST_EVENTS]; // [seq]
    int64_t last_seq;
};

struct session {
    struct store *store;
    struct model_case model[MOST_CASES];
    size_t n;
    uint64_t seed, draws;
    int numbers; // given out
    char wrong[200];
};

static uint32_t below(struct session *s, uint32_t n)
{
    uint32_t words[4];
    core_rng_words(s->seed, s->draws++, 0, CORE_RNG_PLAN, words);
    return words[0] % n;
}

static bool fail(struct session *s, const char *what, const struct ph_err *err)
{
    snprintf(s->wrong, sizeof s->wrong, "%.60s: %.120s", what, err ? err->what : "");
    return false;
}

static int document_make(struct session *s, char out[128])
{
    int number = ++s->numbers;
    snprintf(out, 128, "{\"name\": \"name %d\", \"x-n\": [%d, {\"deep\": %d}]}", number, number, number % 3);
    return number;
}

// The state that the next event begins with.
static struct expected *next_of(struct model_case *c)
{
    struct expected *next = &c->after[c->last_seq + 1];
    *next = c->after[c->last_seq];
    next->key[0] = '\0';
    c->last_seq++;
    return next;
}

static void documented(struct model_case *c, struct expected *e, int number)
{
    e->document = number;
    e->document_seq = c->last_seq;
    snprintf(e->name, sizeof e->name, "name %d", number);
}

static bool create(struct session *s)
{
    struct store_receipt r;
    struct ph_err err = {0};
    struct store_entry entry = {.who = "officer"};
    char text[128];
    if (s->n == MOST_CASES)
        return true;
    int number = document_make(s, text);
    if (store_create(s->store, &entry, text, strlen(text), NULL, &r, &err))
        return fail(s, "create", &err);
    struct model_case *c = &s->model[s->n++];
    memset(c, 0, sizeof *c);
    snprintf(c->id, sizeof c->id, "%s", r.case_id);
    struct expected *e = next_of(c);
    snprintf(e->kind, sizeof e->kind, "created");
    documented(c, e, number);
    return true;
}

static bool edit(struct session *s, struct model_case *c, int64_t expected, bool stale)
{
    struct store_receipt r;
    struct ph_err err = {0};
    struct store_entry entry = {.case_id = c->id, .expected_seq = expected, .who = "officer"};
    char text[128];
    int number = document_make(s, text);
    enum ph_status status = store_edit(s->store, &entry, text, strlen(text), &r, &err);
    if (stale)
        return status == PH_ECONFLICT || fail(s, "a stale edit", &err);
    struct expected *e = next_of(c);
    snprintf(e->kind, sizeof e->kind, "edited");
    documented(c, e, number);
    return (!status && r.seq == c->last_seq) || fail(s, "edit", &err);
}

static bool append(struct session *s, struct model_case *c, int64_t expected, bool stale)
{
    static const char *const kinds[] = {"note", "reported", "closed", "reopened", "x-of-ours"};
    const char *kind = kinds[below(s, 5)];
    struct store_receipt r;
    struct ph_err err = {0};
    char key[16];
    bool has_key = below(s, 2);
    snprintf(key, sizeof key, "k%d", ++s->numbers);
    struct store_entry entry = {.case_id = c->id,
                                .expected_seq = expected,
                                .kind = kind,
                                .who = "officer",
                                .key = has_key ? key : NULL};
    enum ph_status status = store_append(s->store, &entry, &r, &err);
    if (stale)
        return status == PH_ECONFLICT || fail(s, "a stale event", &err);
    struct expected *e = next_of(c);
    snprintf(e->kind, sizeof e->kind, "%s", kind);
    snprintf(e->key, sizeof e->key, "%s", has_key ? key : "");
    e->closed = !strcmp(kind, "closed") || (e->closed && strcmp(kind, "reopened") != 0);
    return (!status && r.seq == c->last_seq && !r.repeated) || fail(s, "append", &err);
}

// An event that had a key is sent once more.
static bool repeat(struct session *s, struct model_case *c)
{
    int64_t seq = 1 + below(s, (uint32_t)c->last_seq);
    const struct expected *e = &c->after[seq];
    struct store_receipt r;
    struct ph_err err = {0};
    struct store_entry entry = {
        .case_id = c->id, .expected_seq = 0, .kind = e->kind, .who = "officer", .key = e->key};
    if (!e->key[0])
        return true;
    return (!store_append(s->store, &entry, &r, &err) && r.seq == seq && r.repeated) ||
           fail(s, "repeat", &err);
}

static bool same(const struct store_case *is, const struct model_case *c, int64_t seq)
{
    const struct expected *e = &c->after[seq];
    return is->last_seq == seq && is->document_seq == e->document_seq && !strcmp(is->name, e->name) &&
           !strcmp(is->status, e->closed ? "closed" : "open") && !strcmp(is->id, c->id);
}

// Any state of the past, and its document.
static bool look_back(struct session *s, const struct model_case *c)
{
    int64_t seq = 1 + below(s, (uint32_t)c->last_seq);
    struct core_arena arena = {0};
    struct core_buf text = {0};
    struct store_case is, now;
    struct ph_err err = {0};
    char deep[64];
    bool good = !store_get_at(s->store, c->id, seq, &arena, &is, &err) && same(&is, c, seq) &&
                !store_get(s->store, c->id, &arena, &now, &err) && same(&now, c, c->last_seq) &&
                !store_document(s->store, c->id, seq, &text, &err);
    snprintf(deep, sizeof deep, "[%d,", c->after[seq].document);
    good = good && strstr(text.text, deep);
    core_buf_fini(&text);
    core_arena_fini(&arena);
    return good || fail(s, "a state of the past", &err);
}

static bool step(struct session *s)
{
    uint32_t what = below(s, 20);
    if (!s->n || what == 0)
        return create(s);
    struct model_case *c = &s->model[below(s, (uint32_t)s->n)];
    if (c->last_seq + 2 >= MOST_EVENTS)
        return true;
    bool stale = below(s, 4) == 0;
    int64_t expected = stale ? c->last_seq - 1 - below(s, 3) : below(s, 2) ? c->last_seq : STORE_ANY;
    if (what < 5)
        return edit(s, c, expected, stale);
    if (what < 13)
        return append(s, c, expected, stale);
    return what < 15 ? repeat(s, c) : look_back(s, c);
}

// Lists by pages of two; each case once, those closed only where asked for.
static bool lists(struct session *s)
{
    struct core_arena arena = {0};
    struct store_case *page, last, *before = NULL;
    struct ph_err err = {0};
    size_t n = 0, total = 0, open = 0;
    bool good = true;
    do {
        good = !store_list(s->store, "open", before, 2, &arena, &page, &n, &err);
        for (size_t i = 0; good && i < n; i++, total++)
            good = !strcmp(page[i].status, "open") && (!before || i || page[i].updated_ns <= last.updated_ns);
        if (good && n)
            last = page[n - 1];
        before = &last;
    } while (good && n);
    for (size_t i = 0; i < s->n; i++)
        open += !s->model[i].after[s->model[i].last_seq].closed;
    core_arena_fini(&arena);
    return (good && total == open) || fail(s, "the list", &err);
}

static bool session_run(struct session *s)
{
    struct store_verdict v = {0};
    struct ph_err err = {0};
    int64_t events = 0;
    for (int i = 0; i < STEPS; i++)
        if (!step(s))
            return false;
    for (size_t i = 0; i < s->n; i++)
        events += s->model[i].last_seq;
    if (store_verify(s->store, NULL, NULL, NULL, NULL, &v, &err) || v.problems || v.events != (size_t)events)
        return fail(s, "verify", &err);
    return lists(s);
}

// The same session on a copy: what was copied is what is there.
static bool copy_same(struct session *s, const char *folder)
{
    struct store_verdict v = {0};
    struct ph_err err = {0};
    char path[160];
    struct session copied = *s;
    snprintf(path, sizeof path, "%s/copy-%llu.db", folder, (unsigned long long)s->seed);
    if (store_backup(s->store, path, &v, &err) || store_open(path, NULL, &copied.store, &err))
        return fail(s, "backup", &err);
    bool good = true;
    for (size_t i = 0; good && i < s->n; i++)
        good = look_back(&copied, &copied.model[i]);
    store_close(copied.store);
    return good || fail(s, "the copy", &err);
}

int main(void)
{
    static struct session s;
    for (size_t kind = 0; kind < STORE_TEST_KINDS; kind++)
        for (uint64_t seed = 1; seed <= (kind ? 1 : 4); seed++) {
            struct store_test test;
            if (!store_test_open(&test, kind))
                continue;
            memset(&s, 0, sizeof s);
            s.store = test.store;
            s.seed = seed;
            bool good = session_run(&s) && copy_same(&s, test.folder);
            tap_ok(good, "session %llu: %d steps, the store says what the model says%s%s",
                   (unsigned long long)seed, STEPS, good ? "" : "; not so: ", s.wrong);
            store_test_close(&test);
        }
    return tap_done();
}
