// Reading a case's log, what it comes to at any of its events, and the files that it names.
#include <string.h>

#include "core/err.h"
#include "store/inner.h"

static enum ph_status damaged(const char *id, struct ph_err *err)
{
    return core_err_set(err, PH_EIO, id, "run `pharos case verify`, restore a backup",
                        "an event of this case is damaged");
}

static bool hash_read(const struct store_value *from, uint8_t to[STORE_HASH])
{
    bool good = from->kind == STORE_BYTES && from->length == STORE_HASH;
    if (good)
        memcpy(to, from->bytes, STORE_HASH);
    return good;
}

static bool event_read(const char *id, const struct store_value *cell, struct store_event *out)
{
    *out = (struct store_event){
        .case_id = id,
        .seq = cell[0].number,
        .kind = cell[1].bytes,
        .received_ns = cell[2].number,
        .valid_ns = cell[3].number,
        .who = cell[4].bytes,
        .why = cell[5].bytes,
        .body = cell[6].bytes,
    };
    for (int i = 1; i <= 6; i++)
        if (i != 2 && i != 3 && cell[i].kind != STORE_TEXT)
            return false;
    return hash_read(&cell[7], out->prev) && hash_read(&cell[8], out->hash);
}

static bool ref_read(const struct store_value *cell, struct store_ref *out)
{
    *out = (struct store_ref){.name = cell[1].bytes, .media = cell[2].bytes, .size = cell[3].number};
    return cell[1].kind == STORE_TEXT && cell[2].kind == STORE_TEXT && hash_read(&cell[4], out->hash);
}

// Gives the files, in the order of their events, to the events they belong to.
static enum ph_status refs_share(const char *id, const struct store_rows *rows, struct core_arena *arena,
                                 struct store_event *event, size_t n, struct ph_err *err)
{
    struct store_ref *ref = CORE_ARENA_NEW(arena, struct store_ref, rows->n + 1);
    if (!ref)
        return core_err_nomem(err);
    size_t at = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct store_value *cell = rows->cell + i * rows->n_columns;
        while (at < n && event[at].seq < cell[0].number)
            at++;
        if (at == n || event[at].seq != cell[0].number || !ref_read(cell, &ref[i]))
            return damaged(id, err);
        event[at].ref = event[at].n_refs ? event[at].ref : &ref[i];
        event[at].n_refs++;
    }
    return PH_OK;
}

static enum ph_status log_read(struct store_db *db, const char *id, int64_t after, size_t limit,
                               struct core_arena *arena, struct store_event **out, size_t *n,
                               struct ph_err *err)
{
    const struct store_value params[] = {store_text(id), store_int(after), store_int((int64_t)limit)};
    struct store_rows rows = {0}, files = {0};
    enum ph_status status = store_db_rows(
        db,
        "SELECT seq, kind, received_ns, valid_ns, who, why, body, prev, hash FROM events WHERE case_id = "
        "$1 AND seq > $2 ORDER BY seq LIMIT $3",
        params, 3, arena, &rows, err);
    char *kept = status ? NULL : core_arena_text(arena, id);
    struct store_event *event = kept ? CORE_ARENA_NEW(arena, struct store_event, rows.n + 1) : NULL;
    if (status || !event)
        return status ? status : core_err_nomem(err);
    for (size_t i = 0; i < rows.n; i++)
        if (!event_read(kept, rows.cell + i * rows.n_columns, &event[i]))
            return damaged(id, err);
    *n = rows.n;
    *out = event;
    if (!rows.n)
        return PH_OK;
    const struct store_value range[] = {store_text(id), store_int(after), store_int(event[rows.n - 1].seq)};
    status = store_db_rows(
        db,
        "SELECT seq, name, media, size, hash FROM event_files WHERE case_id = $1 AND seq > $2 AND "
        "seq <= $3 ORDER BY seq, n",
        range, 3, arena, &files, err);
    return status ? status : refs_share(id, &files, arena, event, rows.n, err);
}

enum ph_status store_log(struct store *store, const char *id, int64_t after, size_t limit,
                         struct core_arena *arena, struct store_event **out, size_t *n, struct ph_err *err)
{
    enum ph_status status = store_db_begin(store->db, false, err);
    struct store_event *event = NULL;
    size_t found = 0;
    if (status)
        return status;
    status = store_db_end(store->db, log_read(store->db, id, after, limit, arena, &event, &found, err), err);
    if (status)
        return status;
    *out = event;
    *n = found;
    return PH_OK;
}

enum { PAGE = 256 };

static enum ph_status fold(struct store *store, const char *id, int64_t seq, struct core_arena *arena,
                           struct store_case *c, struct ph_err *err)
{
    while (c->last_seq < seq) {
        struct store_event *event;
        size_t n = 0;
        size_t limit = seq - c->last_seq < PAGE ? (size_t)(seq - c->last_seq) : PAGE;
        enum ph_status status = store_log(store, id, c->last_seq, limit, arena, &event, &n, err);
        for (size_t i = 0; !status && i < n; i++)
            status = store_case_apply(c, &event[i], arena, err);
        if (status)
            return status;
        if (!n)
            return core_err_set(err, PH_ENOTFOUND, id, "`pharos case log` lists the events",
                                "the case has no event %lld", (long long)seq);
    }
    return PH_OK;
}

enum ph_status store_get_at(struct store *store, const char *id, int64_t seq, struct core_arena *arena,
                            struct store_case *out, struct ph_err *err)
{
    struct store_case now, c = {0};
    if (seq < 1)
        return core_err_set(err, PH_EINPUT, id, NULL, "events are counted from 1");
    enum ph_status status = store_get(store, id, arena, &now, err);
    c.folder = status ? NULL : now.folder;
    if (!status)
        status = fold(store, id, seq, arena, &c, err);
    if (!status)
        *out = c;
    return status;
}

enum { MOST_DOCUMENT = 64 << 20 };

enum ph_status store_document(struct store *store, const char *id, int64_t seq, struct core_buf *out,
                              struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_case c = {0};
    enum ph_status status =
        seq ? store_get_at(store, id, seq, &arena, &c, err) : store_get(store, id, &arena, &c, err);
    if (!status && !c.document_seq)
        status = core_err_set(err, PH_ENOTFOUND, id, NULL, "the case has no document");
    if (!status)
        status = store_blob_get(store->db, c.document, MOST_DOCUMENT, out, err);
    core_arena_fini(&arena);
    return status;
}

static enum ph_status hash_find(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n;
    struct store_ref *found = arg;
    found->size = 1;
    return hash_read(&cell[0], found->hash) ? PH_OK : damaged(found->name, err);
}

enum ph_status store_file_read(struct store *store, const char *id, int64_t seq, const char *name,
                               size_t limit, struct core_buf *out, struct ph_err *err)
{
    const struct store_value params[] = {store_text(id), store_int(seq), store_text(name)};
    struct store_ref found = {.name = id};
    bool known = store_is_line(name, 1, 255) && store_is_line(id, 1, 64);
    enum ph_status status =
        !known ? PH_OK
               : store_db_each(store->db,
                               "SELECT hash FROM event_files WHERE case_id = $1 AND seq = $2 AND name = $3",
                               params, 3, hash_find, &found, err);
    if (!status && !found.size)
        return core_err_set(err, PH_ENOTFOUND, known ? name : "?", "`pharos case log` lists the files",
                            "event %lld of this case has no such file", (long long)seq);
    return status ? status : store_blob_get(store->db, found.hash, limit, out, err);
}
