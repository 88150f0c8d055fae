#include "store/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "store/inner.h"

enum { PAGE = 256 };

struct check {
    struct store *store;
    store_problem_fn *tell;
    void *arg;
    const uint8_t *head;
    bool head_seen;
    struct store_verdict verdict;
    struct core_arena list; // lives as long as the check
};

static void PH_PRINTF(3, 4) problem(struct check *check, const char *where, const char *what, ...)
{
    char text[512];
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    check->verdict.problems++;
    if (check->tell)
        check->tell(check->arg, where, text);
}

// ---- one case

// A damaged row is a problem of the store; that it could not be read at all ends the check.
static enum ph_status damage(struct check *check, const char *where, enum ph_status status,
                             struct ph_err *err)
{
    if (status != PH_EIO && status != PH_EINPUT && status != PH_ENOTFOUND)
        return status;
    problem(check, where, "%s", err->what);
    return PH_OK;
}

static enum ph_status event_verify(struct check *check, const struct store_event *event,
                                   const struct store_case *before, struct ph_err *err)
{
    uint8_t hash[STORE_HASH];
    struct ph_err why = {0};
    enum ph_status status = store_event_hash(event, hash, err);
    if (status)
        return status;
    if (store_event_check(event, &why))
        problem(check, event->case_id, "event %lld: %s", (long long)event->seq, why.what);
    if (event->seq != before->last_seq + 1)
        problem(check, event->case_id, "event %lld follows event %lld", (long long)event->seq,
                (long long)before->last_seq);
    if (memcmp(event->prev, before->head, STORE_HASH) != 0)
        problem(check, event->case_id, "event %lld does not have the hash of the one before it",
                (long long)event->seq);
    if (memcmp(hash, event->hash, STORE_HASH) != 0)
        problem(check, event->case_id, "event %lld is not what was written: its hash differs",
                (long long)event->seq);
    check->head_seen = check->head_seen || (check->head && !memcmp(event->hash, check->head, STORE_HASH));
    check->verdict.events++;
    return PH_OK;
}

static enum ph_status events_verify(struct check *check, const char *id, struct core_arena *arena,
                                    struct store_case *c, struct ph_err *err)
{
    struct store_event *event;
    size_t n = 0;
    enum ph_status status;
    do {
        status = store_log(check->store, id, c->last_seq, PAGE, arena, &event, &n, err);
        for (size_t i = 0; !status && i < n; i++) {
            status = event_verify(check, &event[i], c, err);
            if (!status)
                status = store_case_apply(c, &event[i], arena, err);
        }
    } while (!status && n == PAGE);
    return status;
}

static void state_compare(struct check *check, const struct store_case *kept, const struct store_case *made)
{
    bool same = made->last_seq && !strcmp(kept->name, made->name) && !strcmp(kept->status, made->status) &&
                kept->created_ns == made->created_ns && kept->updated_ns == made->updated_ns &&
                kept->last_seq == made->last_seq && !memcmp(kept->head, made->head, STORE_HASH) &&
                kept->document_seq == made->document_seq &&
                !memcmp(kept->document, made->document, STORE_HASH);
    if (!same)
        problem(check, kept->id,
                "the case is kept as of event %lld, its log comes to something else (event %lld)",
                (long long)kept->last_seq, (long long)made->last_seq);
}

static enum ph_status case_verify(struct check *check, const char *id, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_case kept, made = {0};
    enum ph_status status = store_get(check->store, id, &arena, &kept, err);
    if (!status)
        status = events_verify(check, id, &arena, &made, err);
    if (status)
        status = damage(check, id, status, err);
    else
        state_compare(check, &kept, &made);
    check->verdict.cases++;
    core_arena_fini(&arena);
    return status;
}

// ---- files

static enum ph_status file_verify(struct check *check, const struct store_value *hash, int64_t size,
                                  struct ph_err *err)
{
    char hex[STORE_HEX] = "?";
    if (hash->kind != STORE_BYTES || hash->length != STORE_HASH) {
        problem(check, hex, "a file without a hash");
        return PH_OK;
    }
    store_hex(hash->bytes, hex);
    enum ph_status status = store_blob_each(check->store->db, hash->bytes, NULL, NULL, err);
    check->verdict.files++;
    check->verdict.bytes += size;
    return status ? damage(check, hex, status, err) : PH_OK;
}

static enum ph_status files_verify(struct check *check, const char *id, struct ph_err *err)
{
    const struct store_value params[] = {store_text(id ? id : "")};
    struct store_rows rows = {0};
    enum ph_status status =
        store_db_rows(check->store->db,
                      id ? "SELECT DISTINCT f.hash, f.size FROM event_files f WHERE f.case_id = $1"
                         : "SELECT hash, size FROM blobs ORDER BY hash",
                      params, id != NULL, &check->list, &rows, err);
    for (size_t i = 0; !status && i < rows.n; i++)
        status = file_verify(check, &rows.cell[2 * i], rows.cell[2 * i + 1].number, err);
    return status;
}

// Sums and references that no single row shows: each query counts what must not be there.
static enum ph_status whole_verify(struct check *check, struct ph_err *err)
{
    static const struct {
        const char *sql, *what;
    } rows[] = {
        {"SELECT count(*) FROM event_files f LEFT JOIN blobs b ON b.hash = f.hash WHERE b.size IS NULL OR "
         "b.size <> f.size",
         "files of events are missing or of another size"},
        {"SELECT count(*) FROM blobs b WHERE b.size <> (SELECT coalesce(sum(length(p.bytes)), 0) FROM "
         "blob_pieces p "
         "WHERE p.hash = b.hash)",
         "files are longer or shorter than they were"},
        {"SELECT count(*) FROM events e LEFT JOIN cases c ON c.id = e.case_id WHERE c.id IS NULL OR e.seq > "
         "c.last_seq",
         "events belong to no case, or come after its last"},
        {"SELECT count(*) FROM event_files f LEFT JOIN events e ON e.case_id = f.case_id AND e.seq = f.seq "
         "WHERE e.seq "
         "IS NULL",
         "files belong to no event"},
    };
    enum ph_status status = PH_OK;
    for (size_t i = 0; !status && i < sizeof rows / sizeof *rows; i++) {
        struct store_rows found = {0};
        status = store_db_rows(check->store->db, rows[i].sql, NULL, 0, &check->list, &found, err);
        if (!status && found.cell[0].number)
            problem(check, store_db_name(check->store->db), "%lld %s", (long long)found.cell[0].number,
                    rows[i].what);
    }
    return status;
}

static enum ph_status line_hear(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    struct check *check = arg;
    (void)n;
    (void)err;
    const char *text = cell[0].bytes ? cell[0].bytes : "";
    if (strcmp(text, "ok") != 0)
        problem(check, store_db_name(check->store->db), "%s", text);
    return PH_OK;
}

// The file's own structure.
static enum ph_status structure_verify(struct check *check, struct ph_err *err)
{
    if (store_db_is_server(check->store->db))
        return PH_OK;
    return store_db_each(check->store->db, "PRAGMA integrity_check(20)", NULL, 0, line_hear, check, err);
}

static enum ph_status cases_verify(struct check *check, const char *id, struct ph_err *err)
{
    if (id)
        return case_verify(check, id, err);
    struct store_rows rows = {0};
    enum ph_status status = store_db_rows(check->store->db, "SELECT id FROM cases ORDER BY id", NULL, 0,
                                          &check->list, &rows, err);
    for (size_t i = 0; !status && i < rows.n; i++)
        status = case_verify(check, rows.cell[i].bytes ? rows.cell[i].bytes : "", err);
    return status;
}

static enum ph_status all_verify(struct check *check, const char *id, struct ph_err *err)
{
    enum ph_status status = id ? PH_OK : structure_verify(check, err);
    if (!status)
        status = cases_verify(check, id, err);
    if (!status)
        status = files_verify(check, id, err);
    if (!status && !id)
        status = whole_verify(check, err);
    if (!status && check->head && !check->head_seen)
        problem(check, id ? id : store_db_name(check->store->db), "no event has the hash that was noted");
    return status;
}

enum ph_status store_verify(struct store *store, const char *id, const uint8_t *head, store_problem_fn *tell,
                            void *arg, struct store_verdict *out, struct ph_err *err)
{
    struct ph_err unheard; // statuses are told by their text also where nobody asked for it
    struct check check = {.store = store, .tell = tell, .arg = arg, .head = head};
    err = err ? err : &unheard;
    enum ph_status status = store_db_begin(store->db, false, err);
    if (!status)
        status = store_db_end(store->db, all_verify(&check, id, err), err);
    core_arena_fini(&check.list);
    if (!status)
        *out = check.verdict;
    return status;
}
