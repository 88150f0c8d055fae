#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/err.h"

struct store_db {
    const struct store_backend *backend;
    void *link;
    int depth;   // of transactions
    bool failed; // something inside this transaction: it can only be rolled back
    char name[256];
};

struct store_value store_int(int64_t number)
{
    return (struct store_value){.kind = STORE_INT, .number = number};
}

struct store_value store_text(const char *text)
{
    return text ? (struct store_value){.kind = STORE_TEXT, .bytes = text, .length = strlen(text)}
                : (struct store_value){.kind = STORE_NULL};
}

struct store_value store_bytes(const void *bytes, size_t length)
{
    return (struct store_value){.kind = STORE_BYTES, .bytes = bytes, .length = length};
}

static bool url_is_server(const char *url)
{
    return !strncmp(url, "postgresql://", 13) || !strncmp(url, "postgres://", 11);
}

// A server's address without user, password and parameters.
static void name_of(const char *url, char *out, size_t size)
{
    if (!url_is_server(url)) {
        snprintf(out, size, "%s", url);
        return;
    }
    const char *host = strstr(url, "://") + 3;
    const char *at = strrchr(host, '@');
    host = at ? at + 1 : host;
    snprintf(out, size, "postgresql://%.*s", (int)strcspn(host, "?"), host);
}

enum ph_status store_db_open(const char *url, const struct store_db_options *options, struct store_db **out,
                             struct ph_err *err)
{
    static const struct store_db_options usual;
    struct store_db *db = calloc(1, sizeof *db);
    if (!db)
        return core_err_nomem(err);
    bool server = url_is_server(url);
    db->backend = server ? &store_postgres : &store_sqlite;
    name_of(url, db->name, sizeof db->name);
    enum ph_status status =
        (server ? store_postgres_open : store_sqlite_open)(url, options ? options : &usual, &db->link, err);
    if (status) {
        core_err_within(err, db->name);
        free(db);
        return status;
    }
    *out = db;
    return PH_OK;
}

void store_db_close(struct store_db *db)
{
    if (!db)
        return;
    db->backend->close(db->link);
    free(db);
}

// SQL with the words in braces replaced; itself when there are none. `buf` holds what was made.
static const char *dialect(const struct store_db *db, const char *sql, struct core_buf *buf)
{
    if (!strchr(sql, '{'))
        return sql;
    for (const char *at = sql; *at;) {
        size_t plain = strcspn(at, "{");
        core_buf_add(buf, at, plain);
        at += plain;
        const char *word = NULL;
        if (!strncmp(at, "{bytes}", 7))
            word = db->backend->bytes;
        else if (!strncmp(at, "{lock}", 6))
            word = db->backend->lock;
        if (word) {
            core_buf_puts(buf, word);
            at = strchr(at, '}') + 1;
        } else if (*at) {
            core_buf_add(buf, at++, 1);
        }
    }
    return buf->failed ? NULL : buf->text;
}

static enum ph_status perform(struct store_db *db, const char *sql, const struct store_value *params,
                              size_t n_params, store_row_fn *each, void *arg, int64_t *changed,
                              struct ph_err *err)
{
    if (db->depth && db->failed)
        return core_err_set(err, PH_EINTERNAL, db->name, NULL, "this transaction has failed before");
    if (!db->depth && db->backend->renew && db->backend->lost(db->link)) {
        enum ph_status status = db->backend->renew(db->link, err);
        if (status)
            return status;
    }
    struct core_buf buf = {0};
    const char *text = dialect(db, sql, &buf);
    enum ph_status status = text
                                ? db->backend->each(db->link, text, params, n_params, each, arg, changed, err)
                                : core_err_nomem(err);
    core_buf_fini(&buf);
    if (status && db->depth)
        db->failed = true;
    return status;
}

enum ph_status store_db_each(struct store_db *db, const char *sql, const struct store_value *params,
                             size_t n_params, store_row_fn *each, void *arg, struct ph_err *err)
{
    return perform(db, sql, params, n_params, each, arg, NULL, err);
}

enum ph_status store_db_run(struct store_db *db, const char *sql, const struct store_value *params,
                            size_t n_params, int64_t *changed, struct ph_err *err)
{
    return perform(db, sql, params, n_params, NULL, NULL, changed, err);
}

struct gathering {
    struct core_arena *arena;
    struct store_rows rows;
    size_t capacity; // rows
};

static enum ph_status cell_keep(struct core_arena *arena, const struct store_value *from,
                                struct store_value *to, struct ph_err *err)
{
    *to = *from;
    if (from->kind != STORE_TEXT && from->kind != STORE_BYTES)
        return PH_OK;
    char *copy = core_arena_alloc(arena, from->length + 1, 1);
    if (!copy)
        return core_err_nomem(err);
    if (from->length)
        memcpy(copy, from->bytes, from->length);
    to->bytes = copy;
    return PH_OK;
}

static enum ph_status row_gather(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    struct gathering *g = arg;
    if (g->rows.n == g->capacity) {
        size_t capacity = g->capacity ? 2 * g->capacity : 8;
        struct store_value *grown = CORE_ARENA_NEW(g->arena, struct store_value, capacity * n);
        if (!grown)
            return core_err_nomem(err);
        if (g->rows.n)
            memcpy(grown, g->rows.cell, g->rows.n * n * sizeof *grown);
        g->rows.cell = grown;
        g->capacity = capacity;
    }
    g->rows.n_columns = n;
    struct store_value *row = g->rows.cell + g->rows.n * n;
    for (size_t i = 0; i < n; i++) {
        enum ph_status status = cell_keep(g->arena, &cell[i], &row[i], err);
        if (status)
            return status;
    }
    g->rows.n++;
    return PH_OK;
}

enum ph_status store_db_rows(struct store_db *db, const char *sql, const struct store_value *params,
                             size_t n_params, struct core_arena *arena, struct store_rows *out,
                             struct ph_err *err)
{
    struct gathering g = {.arena = arena};
    enum ph_status status = store_db_each(db, sql, params, n_params, row_gather, &g, err);
    if (!status)
        *out = g.rows;
    return status;
}

enum ph_status store_db_begin(struct store_db *db, bool write, struct ph_err *err)
{
    if (db->depth) {
        db->depth++;
        return PH_OK;
    }
    db->failed = false;
    enum ph_status status =
        store_db_run(db, write ? db->backend->begin_write : db->backend->begin_read, NULL, 0, NULL, err);
    if (!status)
        db->depth = 1;
    return status;
}

enum ph_status store_db_commit(struct store_db *db, struct ph_err *err)
{
    if (db->depth > 1) {
        db->depth--;
        return PH_OK;
    }
    enum ph_status status = store_db_run(db, "COMMIT", NULL, 0, NULL, err);
    if (status)
        store_db_rollback(db);
    db->depth = 0;
    return status;
}

void store_db_rollback(struct store_db *db)
{
    if (--db->depth > 0) {
        db->failed = true;
        return;
    }
    db->depth = 0;
    struct ph_err unheard;
    if (!db->backend->lost(db->link) &&
        db->backend->each(db->link, "ROLLBACK", NULL, 0, NULL, NULL, NULL, &unheard))
        return; // an error has already ended the transaction
}

enum ph_status store_db_end(struct store_db *db, enum ph_status status, struct ph_err *err)
{
    if (!status)
        return store_db_commit(db, err);
    store_db_rollback(db);
    return status;
}

bool store_db_is_server(const struct store_db *db)
{
    return db->backend == &store_postgres;
}

const char *store_db_name(const struct store_db *db)
{
    return db->name;
}

bool store_db_lost(const struct store_db *db)
{
    return db->backend->lost(db->link);
}
