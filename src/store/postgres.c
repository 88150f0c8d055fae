// PostgreSQL by libpq: values in binary, rows one by one, rows locked rather than trusting isolation alone.
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "core/err.h"
#include "core/time.h"
#include "store/db.h"

enum { PATIENCE_MS = 10000, MOST_PARAMS = 32, MOST_COLUMNS = 32 };
enum { OID_BOOL = 16, OID_BYTES = 17, OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25, OID_VARCHAR = 1043 };

struct postgres_link {
    PGconn *conn;
    int patience_ms;
};

// The server's message without its trailing newline.
static enum ph_status told(struct ph_err *err, enum ph_status status, const char *fix, const char *text)
{
    const char *from = !strncmp(text, "ERROR:  ", 8) ? text + 8 : text;
    return core_err_set(err, status, NULL, fix, "PostgreSQL: %.*s", (int)strcspn(from, "\n"), from);
}

static bool postgres_lost(void *opaque)
{
    const struct postgres_link *link = opaque;
    return PQstatus(link->conn) != CONNECTION_OK;
}

static enum ph_status lost_error(const struct postgres_link *link, struct ph_err *err)
{
    return told(err, PH_EBUSY, "try again when the server is back", PQerrorMessage(link->conn));
}

// A five-letter SQLSTATE; the first two letters are its class.
static enum ph_status state_status(const char *state)
{
    static const struct {
        const char *begins;
        enum ph_status status;
    } rows[] = {
        {"40", PH_EBUSY},        {"55P03", PH_EBUSY},  {"57014", PH_EBUSY}, {"57P", PH_EBUSY},
        {"08", PH_EBUSY},        {"53300", PH_EBUSY},  {"53100", PH_EFULL}, {"53200", PH_ENOMEM},
        {"23505", PH_ECONFLICT}, {"P0001", PH_EINPUT}, {"25006", PH_EIO},   {"42501", PH_EIO},
        {"58", PH_EIO},          {"XX", PH_EIO},       {"28", PH_EIO},      {"3D", PH_EIO},
    };
    for (size_t i = 0; state && i < sizeof rows / sizeof *rows; i++)
        if (!strncmp(state, rows[i].begins, strlen(rows[i].begins)))
            return rows[i].status;
    return PH_EINTERNAL;
}

static enum ph_status result_error(const struct postgres_link *link, const PGresult *result,
                                   struct ph_err *err)
{
    if (PQstatus(link->conn) != CONNECTION_OK || !result)
        return lost_error(link, err);
    enum ph_status status = state_status(PQresultErrorField(result, PG_DIAG_SQLSTATE));
    const char *fix = status == PH_ECONFLICT ? "read again, then repeat"
                      : status == PH_EBUSY   ? "try again"
                      : status == PH_EFULL   ? "make room; what was acknowledged before is kept"
                                             : NULL;
    return told(err, status, fix, PQresultErrorMessage(result));
}

struct sent {
    Oid type[MOST_PARAMS];
    const char *value[MOST_PARAMS];
    int length[MOST_PARAMS], format[MOST_PARAMS];
    uint64_t number[MOST_PARAMS]; // big-endian
};

static enum ph_status params_prepare(const struct store_value *params, size_t n, struct sent *sent,
                                     struct ph_err *err)
{
    if (n > MOST_PARAMS)
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "a statement with %zu parameters", n);
    for (size_t i = 0; i < n; i++) {
        const struct store_value *v = &params[i];
        sent->format[i] = 1;
        sent->type[i] = v->kind == STORE_INT ? OID_INT8 : v->kind == STORE_BYTES ? OID_BYTES : 0;
        if (v->kind == STORE_TEXT)
            sent->type[i] = OID_TEXT;
        if (v->kind == STORE_INT) {
            sent->number[i] = htobe64((uint64_t)v->number);
            sent->value[i] = (const char *)&sent->number[i];
            sent->length[i] = sizeof sent->number[i];
        } else if (v->kind != STORE_NULL) {
            sent->value[i] = v->length ? v->bytes : "";
            sent->length[i] = (int)v->length;
        }
    }
    return PH_OK;
}

static struct store_value cell_read(const PGresult *result, int column)
{
    struct store_value out = {0};
    if (PQgetisnull(result, 0, column))
        return out;
    const char *bytes = PQgetvalue(result, 0, column);
    uint64_t wide = 0;
    uint32_t narrow = 0;
    switch (PQftype(result, column)) {
    case OID_INT8:
        memcpy(&wide, bytes, sizeof wide);
        return store_int((int64_t)be64toh(wide));
    case OID_INT4:
        memcpy(&narrow, bytes, sizeof narrow);
        return store_int((int32_t)be32toh(narrow));
    case OID_BOOL:
        return store_int(bytes[0] != 0);
    case OID_TEXT:
    case OID_VARCHAR:
    case OID_BYTES:
        out.kind = PQftype(result, column) == OID_BYTES ? STORE_BYTES : STORE_TEXT;
        out.bytes = bytes;
        out.length = (size_t)PQgetlength(result, 0, column);
        return out;
    default: // void, of a function called for what it does
        return out;
    }
}

static enum ph_status row_give(const PGresult *result, store_row_fn *each, void *arg, struct ph_err *err)
{
    struct store_value cell[MOST_COLUMNS];
    int n = PQnfields(result);
    for (int i = 0; i < n && i < MOST_COLUMNS; i++)
        cell[i] = cell_read(result, i);
    return each ? each(arg, cell, (size_t)n, err) : PH_OK;
}

static enum ph_status result_take(struct postgres_link *link, const PGresult *result, store_row_fn *each,
                                  void *arg, int64_t *changed, struct ph_err *err)
{
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        return row_give(result, each, arg, err);
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (changed)
            *changed = strtoll(PQcmdTuples((PGresult *)result), NULL, 10);
        return PH_OK;
    default:
        return result_error(link, result, err);
    }
}

// All results are taken, also after a failure: the connection must be free for the next statement.
static enum ph_status results_take(struct postgres_link *link, store_row_fn *each, void *arg,
                                   int64_t *changed, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    PGresult *result;
    size_t n = 0;
    while ((result = PQgetResult(link->conn))) {
        if (!status)
            status = result_take(link, result, each, arg, changed, err);
        PQclear(result);
        n++;
    }
    return status || n ? status : lost_error(link, err);
}

static enum ph_status postgres_each(void *opaque, const char *sql, const struct store_value *params,
                                    size_t n_params, store_row_fn *each, void *arg, int64_t *changed,
                                    struct ph_err *err)
{
    struct postgres_link *link = opaque;
    struct sent sent = {0};
    enum ph_status status = params_prepare(params, n_params, &sent, err);
    if (status)
        return status;
    if (!PQsendQueryParams(link->conn, sql, (int)n_params, sent.type, sent.value, sent.length, sent.format,
                           1))
        return lost_error(link, err);
    PQsetSingleRowMode(link->conn);
    return results_take(link, each, arg, changed, err);
}

static enum ph_status word_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n;
    (void)err;
    snprintf(arg, 16, "%.*s", (int)cell[0].length, cell[0].bytes ? (const char *)cell[0].bytes : "");
    return PH_OK;
}

// A server that does not wait for its disk acknowledges what it may lose.
static enum ph_status durability_check(struct postgres_link *link, struct ph_err *err)
{
    static const char *const needed[] = {"SHOW fsync", "SHOW full_page_writes"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        char word[16] = "";
        enum ph_status status = postgres_each(link, needed[i], NULL, 0, word_keep, word, NULL, err);
        if (status)
            return status;
        if (strcmp(word, "on"))
            return core_err_set(err, PH_EIO, needed[i] + 5, "set it to on in postgresql.conf",
                                "this server may lose what it has acknowledged (%s is %s)", needed[i] + 5,
                                word);
    }
    return PH_OK;
}

static enum ph_status session_set(struct postgres_link *link, struct ph_err *err)
{
    char patience[64];
    snprintf(patience, sizeof patience, "SET lock_timeout = %d", link->patience_ms);
    const char *const settings[] = {"SET synchronous_commit = on", "SET client_min_messages = error",
                                    "SET client_encoding = 'UTF8'", patience};
    enum ph_status status = PH_OK;
    for (size_t i = 0; !status && i < sizeof settings / sizeof *settings; i++)
        status = postgres_each(link, settings[i], NULL, 0, NULL, NULL, NULL, err);
    return status ? status : durability_check(link, err);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
}

static enum ph_status postgres_renew(void *opaque, struct ph_err *err)
{
    struct postgres_link *link = opaque;
    double until_s = core_time_monotonic_s() + link->patience_ms / 1000.0;
    do {
        PQreset(link->conn);
        if (PQstatus(link->conn) == CONNECTION_OK && !session_set(link, err))
            return PH_OK;
        nap();
    } while (core_time_monotonic_s() < until_s);
    return lost_error(link, err);
}

static void postgres_close(void *opaque)
{
    struct postgres_link *link = opaque;
    PQfinish(link->conn);
    free(link);
}

enum ph_status store_postgres_open(const char *url, const struct store_db_options *options, void **out,
                                   struct ph_err *err)
{
    static const char *const keys[] = {"application_name", "connect_timeout", "dbname", NULL};
    const char *const values[] = {"pharos", "10", url, NULL}; // what the address says comes last and wins
    struct postgres_link *link = calloc(1, sizeof *link);
    if (!link)
        return core_err_nomem(err);
    link->patience_ms = options->patience_ms ? options->patience_ms : PATIENCE_MS;
    link->conn = PQconnectdbParams(keys, values, 1);
    enum ph_status status = PH_OK;
    if (!link->conn)
        status = core_err_nomem(err);
    else if (PQstatus(link->conn) != CONNECTION_OK)
        status = told(err, PH_EIO, "check that the server runs, and the address", PQerrorMessage(link->conn));
    else
        status = session_set(link, err);
    if (!status && options->read_only)
        status =
            postgres_each(link, "SET default_transaction_read_only = on", NULL, 0, NULL, NULL, NULL, err);
    if (status) {
        postgres_close(link);
        return status;
    }
    *out = link;
    return PH_OK;
}

const struct store_backend store_postgres = {
    .bytes = "BYTEA",
    .lock = " FOR UPDATE",
    .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .begin_write = "BEGIN ISOLATION LEVEL READ COMMITTED",
    .each = postgres_each,
    .lost = postgres_lost,
    .renew = postgres_renew,
    .close = postgres_close,
};
