// Whole stores: every table of the schema's history, row by row, as of one moment.
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "store/inner.h"
#include "store/schema.h"
#include "store/verify.h"

struct copying {
    struct store_db *to;
    const char *insert;
};

static enum ph_status row_copy(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    const struct copying *copying = arg;
    return store_db_run(copying->to, copying->insert, cell, n, NULL, err);
}

static size_t columns_count(const char *columns)
{
    size_t n = 1;
    for (const char *at = columns; *at; at++)
        n += *at == ',';
    return n;
}

static enum ph_status table_copy(struct store_db *from, struct store_db *to, const struct store_table *table,
                                 struct ph_err *err)
{
    char select[512], insert[512];
    snprintf(select, sizeof select, "SELECT %s FROM %s ORDER BY %s", table->columns, table->name, table->key);
    int at = snprintf(insert, sizeof insert, "INSERT INTO %s (%s) VALUES (", table->name, table->columns);
    size_t n = columns_count(table->columns);
    for (size_t i = 1; i <= n; i++)
        at += snprintf(insert + at, sizeof insert - (size_t)at, i < n ? "$%zu, " : "$%zu)", i);
    struct copying copying = {to, insert};
    return store_db_each(from, select, NULL, 0, row_copy, &copying, err);
}

static enum ph_status empty_check(struct store_db *db, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_rows rows = {0};
    enum ph_status status =
        store_db_rows(db, "SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM blobs)", NULL, 0,
                      &arena, &rows, err);
    if (!status && rows.cell[0].number)
        status = core_err_set(err, PH_EINPUT, store_db_name(db), "name a store that is not there yet",
                              "this store has cases already");
    core_arena_fini(&arena);
    return status;
}

static enum ph_status tables_copy(struct store_db *from, struct store_db *to, struct ph_err *err)
{
    enum ph_status status = empty_check(to, err);
    for (size_t i = 0; i < store_n_migrations; i++)
        for (size_t k = 0; !status && k < store_migrations[i].n_tables; k++)
            status = table_copy(from, to, &store_migrations[i].table[k], err);
    return status;
}

enum ph_status store_copy(struct store *from, struct store *to, struct ph_err *err)
{
    enum ph_status status = store_db_begin(from->db, false, err);
    if (status)
        return status;
    status = store_db_begin(to->db, true, err);
    if (!status)
        status = store_db_end(to->db, tables_copy(from->db, to->db, err), err);
    store_db_rollback(from->db); // nothing was written there
    return status;
}

static enum ph_status whole_check(struct store *store, const char *path, struct store_verdict *out,
                                  struct ph_err *err)
{
    enum ph_status status = store_verify(store, NULL, NULL, NULL, NULL, out, err);
    if (!status && out->problems)
        return core_err_set(err, PH_EIO, path, "`pharos case verify` names them",
                            "the copy has %zu problems: it is not what was kept", out->problems);
    return status;
}

static enum ph_status backup_fill(struct store *store, const char *aside, struct store_verdict *out,
                                  struct ph_err *err)
{
    struct store *copy = NULL;
    enum ph_status status = store_open(aside, NULL, &copy, err);
    if (status)
        return status;
    status = store_copy(store, copy, err);
    if (!status)
        status = whole_check(copy, aside, out, err);
    if (!status) // one file, which can be read from where nothing can be written
        status = store_db_run(copy->db, "PRAGMA journal_mode = DELETE", NULL, 0, NULL, err);
    store_close(copy);
    return status;
}

enum ph_status store_backup(struct store *store, const char *path, struct store_verdict *out,
                            struct ph_err *err)
{
    char aside[4096];
    struct store_verdict verdict;
    enum ph_status status = core_file_aside(path, aside, err);
    if (status)
        return status;
    core_file_discard(aside);
    status = backup_fill(store, aside, &verdict, err);
    if (status)
        core_file_discard(aside);
    else
        status = core_file_commit(aside, path, err);
    if (!status)
        *out = verdict;
    return status;
}

enum ph_status store_restore(const char *path, struct store *to, struct store_verdict *out,
                             struct ph_err *err)
{
    struct store *from = NULL;
    struct store_verdict verdict;
    const struct store_db_options options = {.read_only = true, .must_exist = true};
    enum ph_status status = store_open(path, &options, &from, err);
    if (status)
        return status;
    status = whole_check(from, path, &verdict, err);
    if (!status)
        status = store_copy(from, to, err);
    store_close(from);
    if (!status)
        *out = verdict;
    return status;
}
