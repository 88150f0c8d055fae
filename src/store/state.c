// The state of a case: a fold of its events, and the row that keeps it.
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "core/err.h"
#include "store/inner.h"

// "name" of an event's body, in the arena; NULL when there is none.
static enum ph_status name_read(const char *body, struct core_arena *arena, const char **out,
                                struct ph_err *err)
{
    json_error_t problem;
    json_t *json = json_loads(body, JSON_REJECT_DUPLICATES, &problem);
    if (!json)
        return json_error_code(&problem) == json_error_out_of_memory
                   ? core_err_nomem(err)
                   : core_err_set(err, PH_EIO, "body", "restore a backup", "the event's content is no JSON");
    const char *name = json_string_value(json_object_get(json, "name"));
    *out = name ? core_arena_text(arena, name) : NULL;
    bool nomem = name && !*out;
    json_decref(json);
    return nomem ? core_err_nomem(err) : PH_OK;
}

static bool is_kind(const struct store_event *event, const char *kind)
{
    return !strcmp(event->kind, kind);
}

// The case's document after an event that brings one.
static void document_apply(struct store_case *c, const struct store_event *event)
{
    for (size_t i = 0; i < event->n_refs; i++)
        if (!strcmp(event->ref[i].name, STORE_DOCUMENT)) {
            memcpy(c->document, event->ref[i].hash, STORE_HASH);
            c->document_seq = event->seq;
        }
}

enum ph_status store_case_apply(struct store_case *c, const struct store_event *event,
                                struct core_arena *arena, struct ph_err *err)
{
    bool documents = is_kind(event, STORE_KIND_CREATED) || is_kind(event, STORE_KIND_EDITED) ||
                     is_kind(event, STORE_KIND_MERGED);
    const char *name = NULL;
    enum ph_status status = documents ? name_read(event->body, arena, &name, err) : PH_OK;
    if (status)
        return status;
    if (!c->last_seq) {
        snprintf(c->id, sizeof c->id, "%s", event->case_id);
        c->created_ns = event->received_ns;
        c->status = "open";
        c->name = "";
        c->folder = c->folder ? c->folder : "";
    }
    if (documents)
        document_apply(c, event);
    if (is_kind(event, STORE_KIND_CLOSED))
        c->status = "closed";
    if (is_kind(event, STORE_KIND_REOPENED))
        c->status = "open";
    c->name = name ? name : c->name;
    c->updated_ns = event->received_ns;
    c->last_seq = event->seq;
    memcpy(c->head, event->hash, STORE_HASH);
    return PH_OK;
}

// ---- the row

#define COLUMNS "id, name, status, created_ns, updated_ns, last_seq, head, document, document_seq, folder"
enum { N_COLUMNS = 10 };

static bool hash_copy(const struct store_value *from, uint8_t to[STORE_HASH])
{
    if (from->kind != STORE_BYTES || from->length != STORE_HASH)
        return false;
    memcpy(to, from->bytes, STORE_HASH);
    return true;
}

static enum ph_status row_read(const struct store_value *cell, struct store_case *out, struct ph_err *err)
{
    struct store_case c = {
        .name = cell[1].bytes,
        .status = cell[2].bytes,
        .created_ns = cell[3].number,
        .updated_ns = cell[4].number,
        .last_seq = cell[5].number,
        .document_seq = cell[8].number,
        .folder = cell[9].bytes,
    };
    snprintf(c.id, sizeof c.id, "%s", cell[0].bytes ? (const char *)cell[0].bytes : "");
    bool good = c.id[0] && c.name && c.status && c.folder && hash_copy(&cell[6], c.head) &&
                (cell[7].kind == STORE_NULL || hash_copy(&cell[7], c.document));
    if (!good)
        return core_err_set(err, PH_EIO, c.id, "restore a backup", "the row of this case is damaged");
    *out = c;
    return PH_OK;
}

static enum ph_status no_case(const char *id, struct ph_err *err)
{
    return core_err_set(err, PH_ENOTFOUND, store_is_line(id, 0, 255) ? id : "?",
                        "`pharos case list` shows what there is", "the store has no such case");
}

enum ph_status store_case_row(struct store_db *db, const char *id, bool lock, struct core_arena *arena,
                              struct store_case *out, struct ph_err *err)
{
    if (!store_is_line(id, 1, 64))
        return no_case(id, err);
    const struct store_value key = store_text(id);
    struct store_rows rows = {0};
    enum ph_status status = store_db_rows(db,
                                          lock ? "SELECT " COLUMNS " FROM cases WHERE id = $1{lock}"
                                               : "SELECT " COLUMNS " FROM cases WHERE id = $1",
                                          &key, 1, arena, &rows, err);
    if (!status && !rows.n)
        return no_case(id, err);
    return status ? status : row_read(rows.cell, out, err);
}

static enum ph_status row_write(struct store_db *db, const struct store_case *c, int64_t was,
                                struct ph_err *err)
{
    const struct store_value row[] = {
        store_text(c->id),
        store_text(c->name),
        store_text(c->status),
        store_int(c->created_ns),
        store_int(c->updated_ns),
        store_int(c->last_seq),
        store_bytes(c->head, STORE_HASH),
        c->document_seq ? store_bytes(c->document, STORE_HASH) : store_text(NULL),
        store_int(c->document_seq),
        store_text(c->folder),
        store_int(was),
    };
    int64_t changed = 0;
    enum ph_status status =
        was ? store_db_run(
                  db,
                  "UPDATE cases SET name = $2, status = $3, created_ns = $4, updated_ns = $5, last_seq = $6, "
                  "head = $7, document = $8, document_seq = $9, folder = $10 WHERE id = $1 AND last_seq = "
                  "$11",
                  row, N_COLUMNS + 1, &changed, err)
            : store_db_run(db,
                           "INSERT INTO cases (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                           row, N_COLUMNS, &changed, err);
    if (!status && changed != 1)
        return core_err_set(err, PH_ECONFLICT, c->id, "read again, then repeat",
                            "the case has gone on meanwhile");
    return status;
}

static enum ph_status event_insert(struct store_db *db, const struct store_event *e, struct ph_err *err)
{
    const struct store_value row[] = {
        store_text(e->case_id),
        store_int(e->seq),
        store_text(e->kind),
        store_int(e->received_ns),
        store_int(e->valid_ns),
        store_text(e->who),
        store_text(e->why),
        store_text(e->body),
        store_bytes(e->prev, STORE_HASH),
        store_bytes(e->hash, STORE_HASH),
    };
    enum ph_status status = store_db_run(db,
                                         "INSERT INTO events (case_id, seq, kind, received_ns, valid_ns, "
                                         "who, why, body, prev, hash) VALUES ($1, $2, "
                                         "$3, $4, $5, $6, $7, $8, $9, $10)",
                                         row, 10, NULL, err);
    for (size_t i = 0; !status && i < e->n_refs; i++) {
        const struct store_ref *ref = &e->ref[i];
        const struct store_value file[] = {store_text(e->case_id),
                                           store_int(e->seq),
                                           store_int((int64_t)i),
                                           store_text(ref->name),
                                           store_text(ref->media),
                                           store_int(ref->size),
                                           store_bytes(ref->hash, STORE_HASH)};
        status = store_db_run(
            db,
            "INSERT INTO event_files (case_id, seq, n, name, media, size, hash) VALUES ($1, $2, $3, "
            "$4, $5, $6, $7)",
            file, 7, NULL, err);
    }
    return status;
}

enum ph_status store_event_put(struct store_db *db, const struct store_event *event,
                               const struct store_case *before, struct core_arena *arena, struct ph_err *err)
{
    struct store_case after = *before;
    enum ph_status status = store_case_apply(&after, event, arena, err);
    if (!status)
        status = row_write(db, &after, before->last_seq, err);
    return status ? status : event_insert(db, event, err);
}

// ---- lists

enum ph_status store_get(struct store *store, const char *id, struct core_arena *arena,
                         struct store_case *out, struct ph_err *err)
{
    return store_case_row(store->db, id, false, arena, out, err);
}

enum ph_status store_list(struct store *store, const char *status_is, const struct store_case *before,
                          size_t limit, struct core_arena *arena, struct store_case **out, size_t *n,
                          struct ph_err *err)
{
    const struct store_value params[] = {
        store_text(status_is ? status_is : ""),
        store_int(before ? before->updated_ns : INT64_MAX),
        store_text(before ? before->id : ""),
        store_int((int64_t)limit),
    };
    struct store_rows rows = {0};
    enum ph_status status = store_db_rows(
        store->db,
        "SELECT " COLUMNS
        " FROM cases WHERE ($1 = '' OR status = $1) AND (updated_ns < $2 OR (updated_ns = $2 AND id "
        "> $3)) ORDER BY updated_ns DESC, id LIMIT $4",
        params, 4, arena, &rows, err);
    struct store_case *list = status ? NULL : CORE_ARENA_NEW(arena, struct store_case, rows.n + 1);
    if (!status && !list)
        return core_err_nomem(err);
    for (size_t i = 0; !status && i < rows.n; i++)
        status = row_read(rows.cell + i * rows.n_columns, &list[i], err);
    if (status)
        return status;
    *out = list;
    *n = rows.n;
    return PH_OK;
}

enum ph_status store_find(struct store *store, const char *begins, char out[STORE_ID], struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_rows rows = {0};
    if (!store_is_line(begins, 1, 64))
        return no_case(begins, err);
    // ids are lower-case letters and digits, so "begins" is a range
    const struct store_value params[] = {store_text(begins), store_int((int64_t)strlen(begins))};
    enum ph_status status = store_db_rows(
        store->db, "SELECT id FROM cases WHERE substr(id, 1, CAST($2 AS INTEGER)) = $1 ORDER BY id LIMIT 2",
        params, 2, &arena, &rows, err);
    if (!status && !rows.n)
        status = no_case(begins, err);
    else if (!status && rows.n > 1)
        status = core_err_set(err, PH_EINPUT, begins, "give more letters of it", "several cases begin so");
    if (!status)
        snprintf(out, STORE_ID, "%s", (const char *)rows.cell[0].bytes);
    core_arena_fini(&arena);
    return status;
}
