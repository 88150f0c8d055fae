#include "store/schema.h"

#include <string.h>

#include "core/err.h"
#include "core/time.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ANY(sql)                                                                                             \
    {                                                                                                        \
        STORE_ANY_DIALECT, sql                                                                               \
    }
#define SQLITE(sql)                                                                                          \
    {                                                                                                        \
        STORE_SQLITE_ONLY, sql                                                                               \
    }
#define POSTGRES(sql)                                                                                        \
    {                                                                                                        \
        STORE_POSTGRES_ONLY, sql                                                                             \
    }

// No row of the log, and nothing that it names, may be changed or taken away.
#define KEPT(table)                                                                                          \
    SQLITE("CREATE TRIGGER " table "_no_update BEFORE UPDATE ON " table                                      \
           " BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"),                                     \
        SQLITE("CREATE TRIGGER " table "_no_delete BEFORE DELETE ON " table                                  \
               " BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"),                                 \
        POSTGRES("CREATE TRIGGER " table "_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON " table               \
                 " FOR EACH STATEMENT EXECUTE FUNCTION pharos_kept()")

static const struct store_statement log_statements[] = {
    // what the log of a case comes to: a fold of its events, kept so that lists are quick
    ANY("CREATE TABLE cases (id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, created_ns "
        "BIGINT NOT "
        "NULL, updated_ns BIGINT NOT NULL, last_seq BIGINT NOT NULL, head {bytes} NOT NULL, document "
        "{bytes}, "
        "document_seq BIGINT NOT NULL, folder TEXT NOT NULL)"),
    ANY("CREATE INDEX cases_by_update ON cases (updated_ns, id)"),
    ANY("CREATE TABLE events (case_id TEXT NOT NULL REFERENCES cases (id), seq BIGINT NOT NULL, kind TEXT "
        "NOT NULL, "
        "received_ns BIGINT NOT NULL, valid_ns BIGINT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, body "
        "TEXT NOT "
        "NULL, prev {bytes} NOT NULL, hash {bytes} NOT NULL, PRIMARY KEY (case_id, seq))"),
    // content, by its SHA-256, in pieces
    ANY("CREATE TABLE blobs (hash {bytes} PRIMARY KEY, size BIGINT NOT NULL)"),
    ANY("CREATE TABLE blob_pieces (hash {bytes} NOT NULL REFERENCES blobs (hash), n BIGINT NOT NULL, bytes "
        "{bytes} "
        "NOT NULL, PRIMARY KEY (hash, n))"),
    ANY("CREATE TABLE event_files (case_id TEXT NOT NULL, seq BIGINT NOT NULL, n BIGINT NOT NULL, name TEXT "
        "NOT "
        "NULL, media TEXT NOT NULL, size BIGINT NOT NULL, hash {bytes} NOT NULL REFERENCES blobs (hash), "
        "PRIMARY KEY "
        "(case_id, seq, n), FOREIGN KEY (case_id, seq) REFERENCES events (case_id, seq))"),
    // what a repeated request is answered with
    ANY("CREATE TABLE idempotency (owner TEXT NOT NULL, key TEXT NOT NULL, request {bytes} NOT NULL, case_id "
        "TEXT NOT "
        "NULL, seq BIGINT NOT NULL, at_ns BIGINT NOT NULL, PRIMARY KEY (owner, key))"),
    // centres whose bundles are taken
    ANY("CREATE TABLE signers (sign_key {bytes} PRIMARY KEY, box_key {bytes} NOT NULL, name TEXT NOT NULL, "
        "added_ns "
        "BIGINT NOT NULL)"),
    POSTGRES("CREATE FUNCTION pharos_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the "
             "log is "
             "append-only''; END'"),
    KEPT("events"),
    KEPT("event_files"),
    KEPT("blobs"),
    KEPT("blob_pieces"),
};

static const struct store_table log_tables[] = {
    {"cases", "id, name, status, created_ns, updated_ns, last_seq, head, document, document_seq, folder",
     "id"},
    {"events", "case_id, seq, kind, received_ns, valid_ns, who, why, body, prev, hash", "case_id, seq"},
    {"blobs", "hash, size", "hash"},
    {"blob_pieces", "hash, n, bytes", "hash, n"},
    {"event_files", "case_id, seq, n, name, media, size, hash", "case_id, seq, n"},
    {"idempotency", "owner, key, request, case_id, seq, at_ns", "owner, key"},
    {"signers", "sign_key, box_key, name, added_ns", "sign_key"},
};

// Who may do what, when several share the store (api/user.h). Roles are numbers: 1 viewer, 2 coordinator, 3
// admin. Of tokens and sessions only the hash is kept; a password is an argon2id string.
static const struct store_statement people_statements[] = {
    ANY("CREATE TABLE users (id TEXT PRIMARY KEY, password TEXT NOT NULL, created_ns BIGINT NOT NULL)"),
    ANY("CREATE TABLE members (user_id TEXT NOT NULL REFERENCES users (id), centre TEXT NOT NULL, role "
        "BIGINT NOT NULL, PRIMARY KEY (user_id, centre))"),
    ANY("CREATE TABLE tokens (hash {bytes} PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), kind "
        "TEXT NOT NULL, label TEXT NOT NULL, created_ns BIGINT NOT NULL, expires_ns BIGINT NOT NULL)"),
    ANY("CREATE INDEX tokens_by_user ON tokens (user_id)"),
    // whose a case is, and with whom it is shared
    ANY("CREATE TABLE case_centres (case_id TEXT NOT NULL REFERENCES cases (id), centre TEXT NOT NULL, role "
        "BIGINT NOT NULL, owner BIGINT NOT NULL, PRIMARY KEY (case_id, centre))"),
};

static const struct store_table people_tables[] = {
    {"users", "id, password, created_ns", "id"},
    {"members", "user_id, centre, role", "user_id, centre"},
    {"tokens", "hash, user_id, kind, label, created_ns, expires_ns", "hash"},
    {"case_centres", "case_id, centre, role, owner", "case_id, centre"},
};

const struct store_migration store_migrations[] = {
    {"cases and their log", log_statements, COUNT(log_statements), log_tables, COUNT(log_tables)},
    {"users, centres and sharing", people_statements, COUNT(people_statements), people_tables,
     COUNT(people_tables)},
};
const size_t store_n_migrations = COUNT(store_migrations);

enum { APPLICATION_ID = 0x50484152 }; // "PHAR", in the header of an SQLite file

static enum ph_status number_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n;
    (void)err;
    *(int64_t *)arg = cell[0].number;
    return PH_OK;
}

static enum ph_status number_get(struct store_db *db, const char *sql, int64_t *out, struct ph_err *err)
{
    return store_db_each(db, sql, NULL, 0, number_keep, out, err);
}

static enum ph_status plain_run(struct store_db *db, const char *sql, struct ph_err *err)
{
    return store_db_run(db, sql, NULL, 0, NULL, err);
}

// An SQLite file is ours when it says so, or when there is nothing in it.
static enum ph_status file_claim(struct store_db *db, struct ph_err *err)
{
    int64_t id = 0, tables = 0;
    enum ph_status status = number_get(db, "PRAGMA application_id", &id, err);
    if (!status)
        status = number_get(db, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (status || id == APPLICATION_ID)
        return status;
    if (id || tables)
        return core_err_set(err, PH_EINPUT, store_db_name(db), "name another file",
                            "this file belongs to another program");
    return plain_run(db, "PRAGMA application_id = 1346912594", err);
}

// Version 0 is an empty database.
static enum ph_status version_get(struct store_db *db, int64_t *version, struct ph_err *err)
{
    int64_t there = 0;
    enum ph_status status = number_get(
        db,
        store_db_is_server(db) ? "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = "
                                 "'schema_version' AND relnamespace = current_schema()::regnamespace"
                               : "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'",
        &there, err);
    *version = 0;
    if (!status && there)
        status = number_get(db, "SELECT max(version) FROM schema_version", version, err);
    return status;
}

static bool is_for(const struct store_statement *statement, bool server)
{
    return statement->dialect == STORE_ANY_DIALECT || (statement->dialect == STORE_POSTGRES_ONLY) == server;
}

static enum ph_status migrate(struct store_db *db, size_t index, struct ph_err *err)
{
    const struct store_migration *m = &store_migrations[index];
    enum ph_status status = PH_OK;
    for (size_t i = 0; !status && i < m->n_statements; i++)
        if (is_for(&m->statement[i], store_db_is_server(db)))
            status = plain_run(db, m->statement[i].sql, err);
    const struct store_value row[] = {store_int((int64_t)index + 1), store_text(m->title),
                                      store_int(core_time_now()), store_text(ph_version())};
    if (!status)
        status = store_db_run(
            db, "INSERT INTO schema_version (version, title, at_ns, program) VALUES ($1, $2, $3, $4)", row,
            COUNT(row), NULL, err);
    return status;
}

static enum ph_status all_migrate(struct store_db *db, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    int64_t version = 0;
    if (store_db_is_server(db)) // one program at a time
        status = plain_run(db, "SELECT pg_advisory_xact_lock(1346912594)", err);
    else
        status = file_claim(db, err);
    if (!status)
        status = version_get(db, &version, err);
    if (!status && !version)
        status = plain_run(
            db,
            "CREATE TABLE schema_version (version BIGINT PRIMARY KEY, title TEXT NOT NULL, at_ns BIGINT "
            "NOT NULL, program TEXT NOT NULL)",
            err);
    for (size_t i = (size_t)version; !status && i < store_n_migrations; i++)
        status = migrate(db, i, err);
    return status;
}

static enum ph_status current_check(struct store_db *db, bool *current, struct ph_err *err)
{
    int64_t version = 0, id = APPLICATION_ID;
    enum ph_status status =
        store_db_is_server(db) ? PH_OK : number_get(db, "PRAGMA application_id", &id, err);
    if (!status)
        status = version_get(db, &version, err);
    *current = id == APPLICATION_ID && version == (int64_t)store_n_migrations;
    if (!status && id == APPLICATION_ID && version > (int64_t)store_n_migrations)
        return core_err_set(err, PH_EUNSUPPORTED, store_db_name(db), "use that version, or a newer one",
                            "a newer version of Pharos has written this store");
    return status;
}

enum ph_status store_schema_update(struct store_db *db, bool read_only, struct ph_err *err)
{
    bool current = false;
    enum ph_status status = current_check(db, &current, err);
    if (status || current)
        return status;
    if (read_only)
        return core_err_set(err, PH_EINPUT, store_db_name(db),
                            "name a store; an older one is opened for writing once",
                            "this is no store of this version");
    status = store_db_begin(db, true, err);
    return status ? status : store_db_end(db, all_migrate(db, err), err);
}
