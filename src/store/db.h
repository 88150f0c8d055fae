// One connection to SQLite or PostgreSQL: the same SQL, the same values. Nothing above this knows which.
//
// SQL is written once, with parameters $1, $2, ...; two words in braces differ by dialect: {bytes} is the
// type of binary columns, {lock} ends a SELECT whose row is to be kept for this transaction. Integers are 64
// bit, texts are UTF-8 without NUL. A connection is used by one thread at a time.
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "pharos/pharos.h"

enum store_value_kind { STORE_NULL, STORE_INT, STORE_TEXT, STORE_BYTES };

struct store_value {
    enum store_value_kind kind;
    int64_t number;
    const void *bytes; // texts from the database are NUL-terminated
    size_t length;
};

struct store_value store_int(int64_t number);
struct store_value store_text(const char *text); // NULL is null
struct store_value store_bytes(const void *bytes, size_t length);

// How far a commit reaches before it is said to be done. Anything but FULL loses acknowledged events in a
// power failure; they exist so that tests can show that they are noticed.
enum store_sync { STORE_SYNC_FULL, STORE_SYNC_NORMAL, STORE_SYNC_OFF };

struct store_db_options {
    bool read_only;
    bool must_exist;      // do not make a new SQLite file
    int patience_ms;      // how long to wait for others; 0: 10 s
    const char *vfs;      // SQLite: another layer below (tests); NULL: the system's
    enum store_sync sync; // SQLite
};

struct store_db;

// `url`: "postgresql://..." or "postgres://..." (libpq), anything else is the path of an SQLite file.
enum ph_status store_db_open(const char *url, const struct store_db_options *options, struct store_db **out,
                             struct ph_err *err) PH_NODISCARD;
void store_db_close(struct store_db *db); // NULL is fine

// Calls `each` for every row; another status than PH_OK ends it. `changed` (may be NULL): rows written.
typedef enum ph_status store_row_fn(void *arg, const struct store_value *cell, size_t n, struct ph_err *err);
enum ph_status store_db_each(struct store_db *db, const char *sql, const struct store_value *params,
                             size_t n_params, store_row_fn *each, void *arg, struct ph_err *err) PH_NODISCARD;
enum ph_status store_db_run(struct store_db *db, const char *sql, const struct store_value *params,
                            size_t n_params, int64_t *changed, struct ph_err *err) PH_NODISCARD;

// All rows at once, kept in an arena. cell[row * n_columns + column].
struct store_rows {
    struct store_value *cell;
    size_t n, n_columns;
};
enum ph_status store_db_rows(struct store_db *db, const char *sql, const struct store_value *params,
                             size_t n_params, struct core_arena *arena, struct store_rows *out,
                             struct ph_err *err) PH_NODISCARD;

// Transactions. Reading sees one moment; writing excludes other writers of SQLite, and of PostgreSQL those of
// the rows that it locks. They nest: only the outermost begins and commits, and after a failure inside
// nothing but a rollback is possible.
enum ph_status store_db_begin(struct store_db *db, bool write, struct ph_err *err) PH_NODISCARD;
enum ph_status store_db_commit(struct store_db *db, struct ph_err *err) PH_NODISCARD;
void store_db_rollback(struct store_db *db);
// Commits when `status` is PH_OK, else rolls back; returns what came of it.
enum ph_status store_db_end(struct store_db *db, enum ph_status status, struct ph_err *err) PH_NODISCARD;

bool store_db_is_server(const struct store_db *db);   // PostgreSQL
const char *store_db_name(const struct store_db *db); // for messages: no password in it
// True when the connection to a server was lost in the last call: what was under way may be there or not.
bool store_db_lost(const struct store_db *db);

// What a kind of database must be able to do (sqlite.c, postgres.c).
struct store_backend {
    const char *bytes, *lock; // the words in braces
    const char *begin_read, *begin_write;
    enum ph_status (*each)(void *link, const char *sql, const struct store_value *params, size_t n_params,
                           store_row_fn *each, void *arg, int64_t *changed, struct ph_err *err);
    bool (*lost)(void *link);
    enum ph_status (*renew)(void *link,
                            struct ph_err *err); // connects again after a loss; NULL: cannot be lost
    void (*close)(void *link);
};
extern const struct store_backend store_sqlite, store_postgres;
enum ph_status store_sqlite_open(const char *path, const struct store_db_options *options, void **link,
                                 struct ph_err *err) PH_NODISCARD;
enum ph_status store_postgres_open(const char *url, const struct store_db_options *options, void **link,
                                   struct ph_err *err) PH_NODISCARD;

#endif
