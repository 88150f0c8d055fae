// A bundle's case becomes part of the store: as a new case, as what follows what is here, or as a branch
// beside it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/err.h"
#include "core/json.h"
#include "core/time.h"
#include "store/bundle.h"
#include "store/inner.h"

struct merge {
    struct store *store;
    const struct store_import_options *options;
    struct store_content theirs;
    struct store_event *ours;
    size_t n_ours;
    size_t common; // events that are the same
    size_t base;   // events of theirs that we have: in common, or in a branch
    struct store_import result;
};

// ---- trust

static enum ph_status signer_check(struct merge *m, struct ph_err *err)
{
    const struct store_public *trust = m->options->trust;
    struct store_import *result = &m->result;
    char text[STORE_KEY_TEXT];
    result->key = m->theirs.sender;
    snprintf(result->case_id, sizeof result->case_id, "%s", m->theirs.case_id);
    enum ph_status status = store_signer_find(m->store, m->theirs.sender.sign, result->signer, err);
    if (status != PH_ENOTFOUND)
        return status;
    if (trust && !memcmp(trust->sign, m->theirs.sender.sign, STORE_KEY)) {
        snprintf(result->signer, sizeof result->signer, "%.*s", STORE_KEY_NAME - 1, m->theirs.sender_name);
        return PH_OK;
    }
    store_public_text(&m->theirs.sender, text);
    return core_err_set(
        err, PH_EINPUT, text,
        "ask them by another way whether this is their key, then give it with --from, or `pharos case trust`",
        "signed by a key that is not trusted here; it says it is '%.100s'", m->theirs.sender_name);
}

// ---- what is new

// Whether a member of an event's body is this text.
static bool body_says(const struct store_event *event, const char *member, const char *text)
{
    json_t *body = json_loads(event->body, 0, NULL);
    const char *told = json_string_value(json_object_get(body, member));
    bool same = told && !strcmp(told, text);
    json_decref(body);
    return same;
}

// Whether a bundle that we have taken ended with this event of theirs.
static bool was_taken(const struct merge *m, const struct store_event *event)
{
    char head[STORE_HEX];
    store_hex(event->hash, head);
    for (size_t i = 0; i < m->n_ours; i++)
        if ((!strcmp(m->ours[i].kind, STORE_KIND_MERGED) || !strcmp(m->ours[i].kind, STORE_KIND_IMPORTED)) &&
            body_says(&m->ours[i], "head", head))
            return true;
    return false;
}

static void base_find(struct merge *m)
{
    const struct store_content *theirs = &m->theirs;
    size_t common = 0;
    while (common < m->n_ours && common < theirs->n_events &&
           !memcmp(m->ours[common].hash, theirs->event[common].hash, STORE_HASH))
        common++;
    m->base = m->common = common;
    for (size_t i = theirs->n_events; i > common && m->base == common; i--)
        if (was_taken(m, &theirs->event[i - 1]))
            m->base = i;
}

// What only tells of handing over is no news.
static bool has_news(const struct merge *m)
{
    static const char *const old[] = {STORE_KIND_MERGED, STORE_KIND_IMPORTED, STORE_KIND_EXPORTED};
    for (size_t i = m->base; i < m->theirs.n_events; i++) {
        bool is_old = false;
        for (size_t k = 0; k < sizeof old / sizeof *old; k++)
            is_old = is_old || !strcmp(m->theirs.event[i].kind, old[k]);
        if (!is_old)
            return true;
    }
    return false;
}

// ---- files

static enum ph_status file_keep(void *arg, const void *bytes, size_t length, struct ph_err *err)
{
    const struct merge *m = arg;
    uint8_t hash[STORE_HASH];
    return store_blob_put(m->store->db, bytes, length, hash, err);
}

static enum ph_status files_check(const struct merge *m, struct ph_err *err)
{
    for (size_t i = 0; i < m->theirs.n_events; i++)
        for (size_t k = 0; k < m->theirs.event[i].n_refs; k++) {
            const struct store_ref *ref = &m->theirs.event[i].ref[k];
            int64_t size = 0;
            enum ph_status status = store_blob_size(m->store->db, ref->hash, &size, err);
            if (status == PH_ENOTFOUND || (!status && size != ref->size))
                return core_err_set(err, PH_EINPUT, ref->name, "ask for it to be sent again",
                                    "the bundle lacks a file that its log names");
            if (status)
                return status;
        }
    return PH_OK;
}

// ---- into the log

static enum ph_status events_append(struct merge *m, size_t from, struct ph_err *err)
{
    struct core_arena *arena = &m->theirs.arena;
    struct store_case c = {.folder = ""};
    enum ph_status status =
        from ? store_case_row(m->store->db, m->theirs.case_id, true, arena, &c, err) : PH_OK;
    for (size_t i = from; !status && i < m->theirs.n_events; i++) {
        status = store_event_put(m->store->db, &m->theirs.event[i], &c, arena, err);
        if (!status)
            status = store_case_apply(&c, &m->theirs.event[i], arena, err);
    }
    return status;
}

// {"from": key, "name": ..., "exported": ..., "base": ..., "events": ..., "head": ..., "document": ...}
static enum ph_status body_make(const struct merge *m, const char *name, const char *document,
                                struct core_buf *out, struct ph_err *err)
{
    struct core_json json;
    char key[STORE_KEY_TEXT], head[STORE_HEX];
    store_public_text(&m->theirs.sender, key);
    store_hex(m->theirs.event[m->theirs.n_events - 1].hash, head);
    core_json_init(&json, out);
    core_json_object_flat(&json);
    core_json_key_text(&json, "from", key);
    core_json_key_text(&json, "signer", m->result.signer);
    core_json_key_time(&json, "exported", m->theirs.exported_ns);
    core_json_key_int(&json, "base", (int64_t)m->base);
    core_json_key_int(&json, "last", (int64_t)m->theirs.n_events);
    core_json_key_text(&json, "head", head);
    if (document)
        core_json_key_text(&json, "document", document);
    if (name)
        core_json_key_text(&json, "name", name);
    core_json_object_end(&json);
    if (!out->failed)
        out->text[--out->length] = '\0';
    return core_buf_check(out, err);
}

static enum ph_status told_append(struct merge *m, const char *kind, const struct core_buf *body,
                                  const struct store_file *file, size_t n, struct ph_err *err)
{
    const struct store_entry entry = {.case_id = m->theirs.case_id,
                                      .expected_seq = STORE_ANY,
                                      .kind = kind,
                                      .who = m->options->who,
                                      .why = m->options->why,
                                      .body = body->text,
                                      .file = file,
                                      .n_files = n};
    return store_append(m->store, &entry, &m->result.receipt, err);
}

static enum ph_status follow(struct merge *m, enum store_import_kind kind, size_t from, struct ph_err *err)
{
    struct core_buf body = {0};
    m->result.kind = kind;
    m->result.events = m->theirs.n_events - from;
    enum ph_status status = events_append(m, from, err);
    if (!status)
        status = body_make(m, NULL, NULL, &body, err);
    if (!status)
        status = told_append(m, STORE_KIND_IMPORTED, &body, NULL, 0, err);
    core_buf_fini(&body);
    return status;
}

// ---- a branch

struct log {
    const struct store_event *event; // number i + 1 at i
    size_t n;
};

static bool is_kind(const struct store_event *event, const char *kind)
{
    return !strcmp(event->kind, kind);
}

static bool has_document(const struct log *log, const uint8_t *document)
{
    for (size_t i = 0; i < log->n; i++)
        for (size_t k = 0; k < log->event[i].n_refs; k++)
            if (!strcmp(log->event[i].ref[k].name, STORE_DOCUMENT) &&
                !memcmp(log->event[i].ref[k].hash, document, STORE_HASH))
                return true;
    return false;
}

// Whether event i of a log took the other's log in as far as its event `seq`, and nothing is left to decide.
static bool takes_in(const struct log *log, size_t i, const struct log *other, int64_t seq)
{
    bool found = false, open = body_says(&log->event[i], "document", "differs");
    for (size_t k = (size_t)seq - 1; k < other->n && !found; k++) {
        char head[STORE_HEX];
        store_hex(other->event[k].hash, head);
        found = body_says(&log->event[i], "head", head);
    }
    for (size_t k = i + 1; k < log->n; k++)
        open = open && !is_kind(&log->event[k], STORE_KIND_EDITED);
    return found && !open;
}

// Whether who wrote this log knew the other's present document: it is of their common time, or was taken in.
static bool knows(const struct log *log, const struct log *other, const struct store_case *state,
                  size_t common)
{
    int64_t seq = state->document_seq;
    if (seq <= (int64_t)common)
        return true;
    if (is_kind(&other->event[seq - 1], STORE_KIND_MERGED) && has_document(log, state->document))
        return true; // the other had it from here
    for (size_t i = common; i < log->n; i++)
        if (is_kind(&log->event[i], STORE_KIND_MERGED) && takes_in(log, i, other, seq))
            return true;
    return false;
}

// Whose document stands: that of the one who knew the other's. Where neither did, ours stands and that is
// told.
static const char *document_choose(struct merge *m, const struct store_case *ours,
                                   const struct store_case *theirs)
{
    const struct log here = {m->ours, m->n_ours}, there = {m->theirs.event, m->theirs.n_events};
    bool same = !memcmp(ours->document, theirs->document, STORE_HASH);
    bool we = knows(&here, &there, theirs, m->common), they = knows(&there, &here, ours, m->common);
    m->result.their_case = !same && they && !we;
    m->result.differ = !same && !they && !we;
    return m->result.their_case ? "theirs" : m->result.differ ? "differs" : "ours";
}

static enum ph_status branch_files(struct merge *m, const struct core_buf *events, const uint8_t *document,
                                   struct store_file **out, size_t *n, struct ph_err *err)
{
    struct core_arena *arena = &m->theirs.arena;
    size_t most = 2;
    for (size_t i = m->base; i < m->theirs.n_events; i++)
        most += m->theirs.event[i].n_refs;
    struct store_file *file = CORE_ARENA_NEW(arena, struct store_file, most);
    size_t at = 0;
    if (!file)
        return core_err_nomem(err);
    file[at++] = (struct store_file){.name = STORE_BRANCH, .bytes = events->text, .length = events->length};
    if (m->result.their_case)
        file[at++] =
            (struct store_file){.name = STORE_DOCUMENT, .media = "application/json", .hash = document};
    for (size_t i = m->base; i < m->theirs.n_events; i++)
        for (size_t k = 0; k < m->theirs.event[i].n_refs; k++) {
            const struct store_ref *ref = &m->theirs.event[i].ref[k];
            char name[64];
            snprintf(name, sizeof name, "branch/%zu/%zu", i + 1, k);
            file[at++] = (struct store_file){
                .name = core_arena_text(arena, name), .media = ref->media, .hash = ref->hash};
            if (!file[at - 1].name)
                return core_err_nomem(err);
        }
    *out = file;
    *n = at;
    return PH_OK;
}

static enum ph_status branch(struct merge *m, struct ph_err *err)
{
    struct core_arena *arena = &m->theirs.arena;
    struct core_buf events = {0}, body = {0};
    struct store_case ours, after = {0};
    struct store_file *file = NULL;
    size_t n = 0;
    m->result.kind = STORE_IMPORT_MERGED;
    m->result.events = m->theirs.n_events - m->base;
    enum ph_status status = store_case_row(m->store->db, m->theirs.case_id, true, arena, &ours, err);
    for (size_t i = 0; !status && i < m->theirs.n_events; i++)
        status = store_case_apply(&after, &m->theirs.event[i], arena, err);
    if (!status) {
        const char *document = document_choose(m, &ours, &after);
        status = body_make(m, m->result.their_case ? after.name : NULL, document, &body, err);
    }
    for (size_t i = m->base; i < m->theirs.n_events; i++)
        store_event_encode(&m->theirs.event[i], &events);
    if (!status)
        status = core_buf_check(&events, err);
    if (!status)
        status = branch_files(m, &events, after.document, &file, &n, err);
    if (!status)
        status = told_append(m, STORE_KIND_MERGED, &body, file, n, err);
    core_buf_fini(&events);
    core_buf_fini(&body);
    return status;
}

// ---- the whole

static enum ph_status ours_read(struct merge *m, struct ph_err *err)
{
    struct store_case c;
    struct core_arena *arena = &m->theirs.arena;
    enum ph_status status = store_case_row(m->store->db, m->theirs.case_id, true, arena, &c, err);
    if (status == PH_ENOTFOUND)
        return PH_OK;
    return status ? status
                  : store_log(m->store, c.id, 0, (size_t)c.last_seq, arena, &m->ours, &m->n_ours, err);
}

static enum ph_status take_over(struct merge *m, struct ph_err *err)
{
    enum ph_status status = ours_read(m, err);
    if (status)
        return status;
    if (!m->n_ours)
        return follow(m, STORE_IMPORT_NEW, 0, err);
    base_find(m);
    m->result.kind = STORE_IMPORT_NOTHING;
    if (!m->base)
        return core_err_set(err, PH_EINPUT, m->theirs.case_id,
                            "ask both centres: one of the logs is not genuine",
                            "the store has another case with this id");
    if (!has_news(m))
        return PH_OK;
    return m->base == m->n_ours ? follow(m, STORE_IMPORT_FORWARD, m->base, err) : branch(m, err);
}

static enum ph_status import_inside(struct merge *m, struct store_frames_in *in, struct ph_err *err)
{
    enum ph_status status = store_content_events(in, &m->theirs, err);
    if (!status)
        status = signer_check(m, err);
    if (!status)
        status = store_content_files(in, &m->theirs, file_keep, m, err);
    if (!status)
        status = store_content_sign(in, &m->theirs, err);
    if (!status)
        status = files_check(m, err);
    return status ? status : take_over(m, err);
}

enum ph_status store_bundle_import(struct store *store, const char *path,
                                   const struct store_import_options *options, struct store_import *out,
                                   struct ph_err *err)
{
    struct merge m = {.store = store, .options = options};
    struct store_frames_in *in = calloc(1, sizeof *in);
    FILE *file = in ? fopen(path, "rbe") : NULL;
    enum ph_status status = !in ? core_err_nomem(err) : file ? PH_OK : core_err_errno(err, "open", path);
    bool open = false;
    if (!status) {
        status = store_frames_open(file, options->keys, options->passphrase, in, err);
        open = !status;
    }
    if (!status)
        status = store_db_begin(store->db, true, err);
    if (open && !status)
        status = store_db_end(store->db, import_inside(&m, in, err), err);
    if (open)
        store_frames_close(in);
    if (!status)
        *out = m.result;
    else if (status == PH_EINPUT)
        core_err_within(err, path);
    core_arena_fini(&m.theirs.arena);
    free(in);
    return status;
}
