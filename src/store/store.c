// Opening, and the one way in which a case's log grows.
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/err.h"
#include "core/time.h"
#include "store/inner.h"
#include "store/schema.h"

enum ph_status store_open(const char *url, const struct store_db_options *options, struct store **out,
                          struct ph_err *err)
{
    if (sodium_init() < 0)
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "libsodium does not start");
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return core_err_nomem(err);
    enum ph_status status = store_db_open(url, options, &store->db, err);
    if (!status)
        status = store_schema_update(store->db, options && options->read_only, err);
    if (status) {
        store_close(store);
        return status;
    }
    *out = store;
    return PH_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_db_close(store->db);
    free(store);
}

struct store_db *store_db_of(struct store *store)
{
    return store->db;
}

// 20 letters of Crockford's base 32 (no i, l, o, u): 100 random bits.
static void id_make(char out[STORE_ID])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char random[20];
    randombytes_buf(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        out[i] = letters[random[i] % 32];
    out[sizeof random] = '\0';
}

// The event that an entry asks for, without its place in a log.
static enum ph_status event_of(const struct store_entry *entry, struct core_arena *arena,
                               struct store_event *out, struct ph_err *err)
{
    int64_t received_ns = entry->received_ns ? entry->received_ns : core_time_now();
    struct store_event event = {
        .case_id = entry->case_id,
        .seq = 1,
        .kind = entry->kind,
        .received_ns = received_ns,
        .valid_ns = entry->has_valid ? entry->valid_ns : received_ns,
        .who = entry->who,
        .why = entry->why ? entry->why : "",
        .body = entry->body ? entry->body : "{}",
        .ref = CORE_ARENA_NEW(arena, struct store_ref, entry->n_files + 1),
        .n_refs = entry->n_files,
    };
    if (!event.ref)
        return core_err_nomem(err);
    for (size_t i = 0; i < entry->n_files; i++) {
        const struct store_file *file = &entry->file[i];
        struct store_ref *ref = &event.ref[i];
        *ref = (struct store_ref){file->name, file->media ? file->media : "", (int64_t)file->length, {0}};
        if (file->hash)
            memcpy(ref->hash, file->hash, STORE_HASH);
        else
            crypto_hash_sha256(ref->hash, file->length ? file->bytes : (const void *)"", file->length);
    }
    *out = event;
    return store_event_check(&event, err);
}

// ---- idempotency

// What makes two requests the same: everything but when they came.
static enum ph_status request_hash(const struct store_entry *entry, const struct store_event *event,
                                   bool fresh, uint8_t out[STORE_HASH], struct ph_err *err)
{
    struct store_event request = *event;
    request.case_id = fresh ? "" : event->case_id;
    request.seq = 0;
    request.received_ns = 0;
    request.valid_ns = entry->has_valid ? entry->valid_ns : 0;
    return store_event_hash(&request, out, err);
}

static enum ph_status receipt_fill(const struct store_event *event, bool repeated, struct store_receipt *out)
{
    *out = (struct store_receipt){.seq = event->seq, .received_ns = event->received_ns, .repeated = repeated};
    snprintf(out->case_id, sizeof out->case_id, "%s", event->case_id);
    memcpy(out->hash, event->hash, STORE_HASH);
    return PH_OK;
}

// Answers from the key when it was used before: *known.
static enum ph_status key_look(struct store *store, const struct store_entry *entry, const uint8_t *request,
                               struct core_arena *arena, bool *known, struct store_receipt *out,
                               struct ph_err *err)
{
    const char *owner = entry->key_owner ? entry->key_owner : "";
    const struct store_value params[] = {store_text(owner), store_text(entry->key)};
    struct store_rows rows = {0};
    enum ph_status status = store_db_rows(
        store->db, "SELECT request, case_id, seq FROM idempotency WHERE owner = $1 AND key = $2", params, 2,
        arena, &rows, err);
    if (status || !rows.n)
        return status;
    if (rows.cell[0].length != STORE_HASH || memcmp(rows.cell[0].bytes, request, STORE_HASH) != 0)
        return core_err_set(err, PH_ECONFLICT, entry->key, "use a new key for a new request",
                            "this idempotency key was used for another request");
    struct store_event *event;
    size_t n = 0;
    status = store_log(store, rows.cell[1].bytes, rows.cell[2].number - 1, 1, arena, &event, &n, err);
    if (status)
        return status;
    if (!n)
        return core_err_set(err, PH_EIO, entry->key, "restore a backup", "the event of this key is gone");
    *known = true;
    return receipt_fill(event, true, out);
}

static enum ph_status key_keep(struct store *store, const struct store_entry *entry, const uint8_t *request,
                               const struct store_event *event, struct ph_err *err)
{
    const struct store_value row[] = {store_text(entry->key_owner ? entry->key_owner : ""),
                                      store_text(entry->key),
                                      store_bytes(request, STORE_HASH),
                                      store_text(event->case_id),
                                      store_int(event->seq),
                                      store_int(event->received_ns)};
    return store_db_run(
        store->db,
        "INSERT INTO idempotency (owner, key, request, case_id, seq, at_ns) VALUES ($1, $2, $3, $4, $5, "
        "$6)",
        row, 6, NULL, err);
}

// ---- appending

struct append {
    const struct store_entry *entry;
    struct store_event event;
    bool create, fresh; // a case that must not be there yet; with an id made here
    const char *folder;
    uint8_t request[STORE_HASH];
    struct core_arena arena;
};

static enum ph_status files_put(struct store *store, struct append *a, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    for (size_t i = 0; !status && i < a->entry->n_files; i++) {
        const struct store_file *file = &a->entry->file[i];
        uint8_t hash[STORE_HASH];
        if (file->hash)
            status = store_blob_size(store->db, file->hash, &a->event.ref[i].size, err);
        else
            status = store_blob_put(store->db, file->length ? file->bytes : "", file->length, hash, err);
    }
    return status;
}

// The case as it is now, its row kept for this transaction: the same key sent twice at once waits here.
static enum ph_status before_get(struct store *store, struct append *a, struct store_case *before,
                                 struct ph_err *err)
{
    if (!a->create)
        return store_case_row(store->db, a->event.case_id, true, &a->arena, before, err);
    *before = (struct store_case){.folder = a->folder ? a->folder : ""};
    return PH_OK;
}

static enum ph_status expected_check(const struct append *a, const struct store_case *before,
                                     struct ph_err *err)
{
    int64_t expected = a->entry->expected_seq;
    if (a->create || expected == STORE_ANY || expected == before->last_seq)
        return PH_OK;
    return core_err_set(err, PH_ECONFLICT, a->event.case_id, "read what is new, then repeat",
                        "the case has gone on to event %lld since %lld was read", (long long)before->last_seq,
                        (long long)expected);
}

static enum ph_status event_add(struct store *store, struct append *a, const struct store_case *before,
                                struct ph_err *err)
{
    enum ph_status status = files_put(store, a, err);
    if (status)
        return status;
    a->event.seq = before->last_seq + 1;
    memcpy(a->event.prev, before->head, STORE_HASH);
    status = store_event_hash(&a->event, a->event.hash, err);
    if (!status)
        status = store_event_put(store->db, &a->event, before, &a->arena, err);
    if (!status && a->entry->key)
        status = key_keep(store, a->entry, a->request, &a->event, err);
    return status;
}

static enum ph_status append_inside(struct store *store, struct append *a, struct store_receipt *out,
                                    struct ph_err *err)
{
    struct store_case before;
    bool known = false;
    enum ph_status status = before_get(store, a, &before, err);
    if (!status && a->entry->key)
        status = key_look(store, a->entry, a->request, &a->arena, &known, out, err);
    if (status || known)
        return status;
    status = expected_check(a, &before, err);
    if (!status)
        status = event_add(store, a, &before, err);
    return status ? status : receipt_fill(&a->event, false, out);
}

static enum ph_status append_once(struct store *store, struct append *a, struct store_receipt *out,
                                  struct ph_err *err)
{
    enum ph_status status = store_db_begin(store->db, true, err);
    return status ? status : store_db_end(store->db, append_inside(store, a, out, err), err);
}

// The connection went while an event was under way: is it there?
static enum ph_status arrived(struct store *store, const struct append *a, struct core_arena *arena,
                              bool *out, struct ph_err *err)
{
    const struct store_value params[] = {store_text(a->event.case_id),
                                         store_bytes(a->event.hash, STORE_HASH)};
    struct store_rows rows = {0};
    enum ph_status status = store_db_rows(
        store->db, "SELECT seq FROM events WHERE case_id = $1 AND hash = $2", params, 2, arena, &rows, err);
    *out = rows.n > 0;
    return status;
}

enum { MOST_TRIES = 3 };

// A server that restarts is waited for, and asked whether the event had arrived before it is sent again.
static enum ph_status append_surely(struct store *store, struct append *a, struct store_receipt *out,
                                    struct ph_err *err)
{
    enum ph_status status = append_once(store, a, out, err);
    if (status == PH_ECONFLICT && a->create && a->entry->key) // somebody was quicker with this key
        status = append_once(store, a, out, err);
    for (int n = 1; status && n < MOST_TRIES && store_db_lost(store->db); n++) {
        bool there = false;
        enum ph_status asked = arrived(store, a, &a->arena, &there, err);
        if (asked)
            continue;
        status = there ? receipt_fill(&a->event, false, out) : append_once(store, a, out, err);
    }
    return status;
}

static enum ph_status append_run(struct store *store, struct append *a, struct store_receipt *out,
                                 struct ph_err *err)
{
    struct store_receipt receipt;
    const struct store_entry *entry = a->entry;
    if ((entry->key && !store_is_line(entry->key, 1, 255)) ||
        (entry->key_owner && !store_is_line(entry->key_owner, 0, 255)) ||
        (a->folder && !store_is_text(a->folder, 0, 4096)))
        return core_err_set(err, PH_EINPUT, "key", NULL,
                            "an idempotency key, its owner and a folder must be UTF-8");
    enum ph_status status = event_of(entry, &a->arena, &a->event, err);
    if (!status && a->entry->key)
        status = request_hash(a->entry, &a->event, a->fresh, a->request, err);
    if (!status)
        status = append_surely(store, a, &receipt, err);
    if (!status)
        *out = receipt;
    core_arena_fini(&a->arena);
    return status;
}

enum ph_status store_append(struct store *store, const struct store_entry *entry, struct store_receipt *out,
                            struct ph_err *err)
{
    struct append a = {.entry = entry};
    return append_run(store, &a, out, err);
}

enum ph_status store_append_first(struct store *store, const struct store_entry *entry, const char *folder,
                                  struct store_receipt *out, struct ph_err *err)
{
    char id[STORE_ID];
    struct store_entry named = *entry;
    struct append a = {.entry = &named, .create = true, .fresh = !entry->case_id, .folder = folder};
    id_make(id);
    named.case_id = entry->case_id ? entry->case_id : id;
    return append_run(store, &a, out, err);
}
