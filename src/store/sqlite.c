// SQLite: WAL with a sync of the log before each commit is said to be done.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "core/err.h"
#include "store/db.h"

enum { PATIENCE_MS = 10000 };

struct sqlite_link {
    sqlite3 *sqlite;
    bool stopped; // the disk has failed: what it says it has kept cannot be trusted, so nothing more is
                  // written
};

static enum ph_status stopped_error(struct ph_err *err)
{
    return core_err_set(err, PH_EIO, NULL,
                        "check the disk, then open the store again and run `pharos case verify`",
                        "writing has stopped: the disk failed earlier");
}

// No space: the file system, a quota, a limit of the process.
static bool is_full(int code, int number)
{
    return (code & 0xff) == SQLITE_FULL ||
           ((code & 0xff) == SQLITE_IOERR && (number == ENOSPC || number == EDQUOT || number == EFBIG));
}

// The system's error number that a file has met last: that of the log, for there it is written first. What
// the connection itself says has been overwritten by then.
static int device_errno(sqlite3 *sqlite)
{
    sqlite3_file *log = NULL;
    int number = 0;
    if (!sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) && log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number);
    if (!number)
        sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
    return number;
}

static enum ph_status device_error(struct sqlite_link *link, int code, struct ph_err *err)
{
    int number = device_errno(link->sqlite);
    if (is_full(code, number))
        return core_err_set(err, PH_EFULL, NULL, "make room; what was acknowledged before is kept",
                            "no space left for the store");
    link->stopped = true;
    return core_err_set(err, PH_EIO, NULL,
                        "check the disk, then open the store again and run `pharos case verify`",
                        "the disk failed (%s%s%s): nothing more is written", sqlite3_errstr(code & 0xff),
                        number ? ", " : "", number ? strerror(number) : "");
}

static enum ph_status constraint_error(struct sqlite_link *link, int code, struct ph_err *err)
{
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return core_err_set(err, PH_ECONFLICT, NULL, "read again, then repeat", "this is there already: %s",
                            sqlite3_errmsg(link->sqlite));
    if (code == SQLITE_CONSTRAINT_TRIGGER)
        return core_err_set(err, PH_EINPUT, NULL, NULL, "%s", sqlite3_errmsg(link->sqlite));
    return core_err_set(err, PH_EINTERNAL, NULL, NULL, "%s", sqlite3_errmsg(link->sqlite));
}

static enum ph_status sqlite_error(struct sqlite_link *link, int code, struct ph_err *err)
{
    const char *text = sqlite3_errmsg(link->sqlite);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return core_err_set(err, PH_EBUSY, NULL, "try again", "others hold the store for too long");
    case SQLITE_NOMEM:
        return core_err_nomem(err);
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM ? core_err_nomem(err) : device_error(link, code, err);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return core_err_set(err, PH_EIO, NULL, "check the path and its rights", "cannot use the store: %s",
                            text);
    case SQLITE_CORRUPT:
        return core_err_set(err, PH_EIO, NULL, "restore a backup", "the store is damaged: %s", text);
    case SQLITE_NOTADB:
        return core_err_set(err, PH_EINPUT, NULL, "name another file", "this is no store of Pharos");
    case SQLITE_TOOBIG:
        return core_err_set(err, PH_EINPUT, NULL, NULL, "too large for the store");
    case SQLITE_CONSTRAINT:
        return constraint_error(link, code, err);
    default:
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "SQLite: %s", text);
    }
}

static int value_bind(sqlite3_stmt *statement, int index, const struct store_value *value)
{
    switch (value->kind) {
    case STORE_INT:
        return sqlite3_bind_int64(statement, index, value->number);
    case STORE_TEXT:
        return sqlite3_bind_text64(statement, index, value->bytes, value->length, SQLITE_STATIC, SQLITE_UTF8);
    case STORE_BYTES:
        return sqlite3_bind_blob64(statement, index, value->length ? value->bytes : "", value->length,
                                   SQLITE_STATIC);
    default:
        return sqlite3_bind_null(statement, index);
    }
}

static int params_bind(sqlite3_stmt *statement, const struct store_value *params, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "$%zu", i + 1);
        int index = sqlite3_bind_parameter_index(statement, name);
        int code = index ? value_bind(statement, index, &params[i]) : SQLITE_RANGE;
        if (code)
            return code;
    }
    return SQLITE_OK;
}

static bool cell_read(sqlite3_stmt *statement, int column, struct store_value *out)
{
    *out = (struct store_value){0};
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        *out = store_int(sqlite3_column_int64(statement, column));
        return true;
    case SQLITE_NULL:
        return true;
    case SQLITE_TEXT:
        out->kind = STORE_TEXT;
        out->bytes = sqlite3_column_text(statement, column);
        break;
    default:
        out->kind = STORE_BYTES;
        out->bytes = sqlite3_column_blob(statement, column);
    }
    out->length = (size_t)sqlite3_column_bytes(statement, column);
    return out->bytes || !out->length; // else out of memory
}

enum { MOST_COLUMNS = 32 };

static enum ph_status row_give(sqlite3_stmt *statement, store_row_fn *each, void *arg, struct ph_err *err)
{
    struct store_value cell[MOST_COLUMNS];
    int n = sqlite3_column_count(statement);
    for (int i = 0; i < n && i < MOST_COLUMNS; i++)
        if (!cell_read(statement, i, &cell[i]))
            return core_err_nomem(err);
    return each ? each(arg, cell, (size_t)n, err) : PH_OK;
}

static enum ph_status rows_step(struct sqlite_link *link, sqlite3_stmt *statement, store_row_fn *each,
                                void *arg, struct ph_err *err)
{
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        enum ph_status status = row_give(statement, each, arg, err);
        if (status)
            return status;
    }
    return code == SQLITE_DONE ? PH_OK : sqlite_error(link, sqlite3_extended_errcode(link->sqlite), err);
}

static enum ph_status sqlite_each(void *opaque, const char *sql, const struct store_value *params,
                                  size_t n_params, store_row_fn *each, void *arg, int64_t *changed,
                                  struct ph_err *err)
{
    struct sqlite_link *link = opaque;
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(link->sqlite, sql, -1, &statement, NULL);
    if (!code)
        code = params_bind(statement, params, n_params);
    enum ph_status status;
    if (code)
        status = sqlite_error(link, sqlite3_extended_errcode(link->sqlite), err);
    else if (link->stopped && !sqlite3_stmt_readonly(statement))
        status = stopped_error(err);
    else
        status = rows_step(link, statement, each, arg, err);
    sqlite3_finalize(statement);
    if (!status && changed)
        *changed = sqlite3_changes64(link->sqlite);
    return status;
}

// Cases are nobody else's business: the file is made for its owner only; SQLite gives its log the same
// rights. Made without being opened: closing any descriptor of a file takes away every lock that this process
// has on it (POSIX), also those of other connections, and then another process's end removes the log below
// them.
static enum ph_status file_make(const char *path, const struct store_db_options *options, struct ph_err *err)
{
    if (options->read_only || options->must_exist || options->vfs)
        return PH_OK;
    return mknod(path, S_IFREG | 0600, 0) && errno != EEXIST ? core_err_errno(err, "open", path) : PH_OK;
}

static enum ph_status word_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n;
    (void)err;
    snprintf(arg, 16, "%.*s", (int)cell[0].length, cell[0].bytes ? (const char *)cell[0].bytes : "");
    return PH_OK;
}

static enum ph_status log_ahead(struct sqlite_link *link, struct ph_err *err)
{
    char mode[16] = "";
    enum ph_status status =
        sqlite_each(link, "PRAGMA journal_mode = WAL", NULL, 0, word_keep, mode, NULL, err);
    if (status || !strcmp(mode, "wal"))
        return status;
    return core_err_set(err, PH_EIO, NULL, "keep the store on a local disk",
                        "no write-ahead log is possible here");
}

static enum ph_status session_set(struct sqlite_link *link, const struct store_db_options *options,
                                  struct ph_err *err)
{
    static const char *const sync[] = {
        [STORE_SYNC_FULL] = "PRAGMA synchronous = FULL",
        [STORE_SYNC_NORMAL] = "PRAGMA synchronous = NORMAL",
        [STORE_SYNC_OFF] = "PRAGMA synchronous = OFF",
    };
    const char *const settings[] = {sync[options->sync], "PRAGMA foreign_keys = ON",
                                    "PRAGMA cell_size_check = ON", "PRAGMA mmap_size = 0",
                                    options->read_only ? "PRAGMA query_only = ON" : NULL};
    sqlite3_busy_timeout(link->sqlite, options->patience_ms ? options->patience_ms : PATIENCE_MS);
    sqlite3_db_config(link->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(link->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    enum ph_status status = options->read_only ? PH_OK : log_ahead(link, err);
    for (size_t i = 0; !status && i < sizeof settings / sizeof *settings; i++)
        if (settings[i])
            status = sqlite_each(link, settings[i], NULL, 0, NULL, NULL, NULL, err);
    return status;
}

static void sqlite_close(void *opaque)
{
    struct sqlite_link *link = opaque;
    sqlite3_close(link->sqlite);
    free(link);
}

enum ph_status store_sqlite_open(const char *path, const struct store_db_options *options, void **out,
                                 struct ph_err *err)
{
    if (!path[0] || path[0] == ':')
        return core_err_set(err, PH_EINPUT, NULL, "name a file",
                            "a store that is not in a file is soon lost");
    enum ph_status status = file_make(path, options, err);
    struct sqlite_link *link = status ? NULL : calloc(1, sizeof *link);
    if (!link)
        return status ? status : core_err_nomem(err);
    bool make = options->vfs && !options->must_exist && !options->read_only;
    int code = sqlite3_open_v2(path, &link->sqlite,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (make ? SQLITE_OPEN_CREATE : 0),
                               options->vfs);
    if (!link->sqlite)
        status = core_err_nomem(err);
    else if (code)
        status = sqlite_error(link, sqlite3_extended_errcode(link->sqlite), err);
    else
        sqlite3_extended_result_codes(link->sqlite, 1);
    if (!status)
        status = session_set(link, options, err);
    if (status) {
        sqlite_close(link);
        return status;
    }
    *out = link;
    return PH_OK;
}

static bool never_lost(void *link)
{
    (void)link;
    return false;
}

const struct store_backend store_sqlite = {
    .bytes = "BLOB",
    .lock = "",
    .begin_read = "BEGIN",
    .begin_write = "BEGIN IMMEDIATE",
    .each = sqlite_each,
    .lost = never_lost,
    .close = sqlite_close,
};
