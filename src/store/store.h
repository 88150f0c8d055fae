// The case store: for every case an append-only log of events, each with the hash of the one before it, from
// which every state can be rebuilt; and files by their SHA-256. SQLite, or PostgreSQL when several centres
// share.
//
// A `struct store` is one connection, used by one thread at a time; open as many as there are threads. What a
// function returned PH_OK for is on disk. Other statuses than the usual ones:
//   PH_ENOTFOUND  there is no such case, event or file
//   PH_ECONFLICT  the case has gone on since the number that was given (or the idempotency key was used for
//                 another request); nothing was written
//   PH_EBUSY      others hold the store, or its server is away, for longer than the patience; nothing is
//   known
//                 to be written: repeat with the same idempotency key
//   PH_EFULL      no space; nothing was written and the store is as before
//   PH_EIO        the disk failed: this connection writes nothing any more
// Texts that come out are in the arena that was passed.
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/db.h"
#include "store/event.h"

enum { STORE_ID = 24 };            // room for a case's id: 20 letters of 5 random bits, unique everywhere
#define STORE_DOCUMENT "case.json" // the file of an event that is the case as it stands from then on
#define STORE_ANY INT64_MIN        // expected_seq: whatever the last number is

struct store;

// Makes the store when it is not there (unless must_exist), and brings its tables up to date.
enum ph_status store_open(const char *url, const struct store_db_options *options, struct store **out,
                          struct ph_err *err) PH_NODISCARD;
void store_close(struct store *store); // NULL is fine

// For rooms with tables of their own (schema.h), and to put several calls into one transaction:
// store_db_begin(store_db_of(s), true, err) ... store_db_end(store_db_of(s), status, err).
struct store_db *store_db_of(struct store *store);

// ---- writing

// A file to keep: bytes; or, with `bytes` NULL and `hash` set, one that the store has already.
struct store_file {
    const char *name, *media; // media may be NULL
    const void *bytes;
    size_t length;
    const uint8_t *hash;
};

// What the caller says of an event. Zero members take what is usual.
struct store_entry {
    const char *case_id;  // NULL in store_create: a new one
    int64_t expected_seq; // the last number the caller has seen; 0 only for the first; STORE_ANY: do not look
    const char *kind;
    const char *who;     // required
    const char *why;     // NULL: ""
    const char *body;    // JSON object; NULL: {}
    int64_t received_ns; // 0: now
    bool has_valid;
    int64_t valid_ns; // when has_valid; else as received
    const struct store_file *file;
    size_t n_files;
    const char *key_owner, *key; // idempotency; key NULL: none. The owner is whose keys they are (a user)
};

// What became of it. `repeated`: this key had done it before, and this is what was answered then.
struct store_receipt {
    char case_id[STORE_ID];
    int64_t seq;
    int64_t received_ns;
    uint8_t hash[STORE_HASH];
    bool repeated;
};

// Adds one event to a case that is there.
enum ph_status store_append(struct store *store, const struct store_entry *entry, struct store_receipt *out,
                            struct ph_err *err) PH_NODISCARD;

// A new case from its document (JSON; of any content, valid as a case or not yet). Its "name" member names
// it. `folder`, may be NULL: what relative paths in it are relative to, on this machine; it is not part of
// the log.
enum ph_status store_create(struct store *store, const struct store_entry *entry, const char *document,
                            size_t length, const char *folder, struct store_receipt *out,
                            struct ph_err *err) PH_NODISCARD;

// The case's document becomes this one. The event's body lists the JSON pointers that differ. A document
// that is byte for byte the present one is PH_EINPUT.
enum ph_status store_edit(struct store *store, const struct store_entry *entry, const char *document,
                          size_t length, struct store_receipt *out, struct ph_err *err) PH_NODISCARD;

// What a merge patch (RFC 7396) makes of the present document: for store_edit.
enum ph_status store_patch(const char *document, size_t length, const char *patch, size_t patch_length,
                           struct core_buf *out, struct ph_err *err) PH_NODISCARD;

// ---- reading

// What a case's log comes to. Zeroed and applied to the events in their order it is rebuilt from nothing.
struct store_case {
    char id[STORE_ID];
    const char *name, *status; // "open", "closed"
    int64_t created_ns, updated_ns;
    int64_t last_seq; // the version: what expected_seq and ETags are about
    uint8_t head[STORE_HASH];
    int64_t document_seq; // the event that brought the present document; 0: none
    uint8_t document[STORE_HASH];
    const char *folder; // "" when none is known on this machine
};
enum ph_status store_case_apply(struct store_case *c, const struct store_event *event,
                                struct core_arena *arena, struct ph_err *err) PH_NODISCARD;

// The one case whose id begins so. PH_EINPUT when several do.
enum ph_status store_find(struct store *store, const char *begins, char out[STORE_ID],
                          struct ph_err *err) PH_NODISCARD;
enum ph_status store_get(struct store *store, const char *id, struct core_arena *arena,
                         struct store_case *out, struct ph_err *err) PH_NODISCARD;
// As it stood after event `seq`, rebuilt from the log.
enum ph_status store_get_at(struct store *store, const char *id, int64_t seq, struct core_arena *arena,
                            struct store_case *out, struct ph_err *err) PH_NODISCARD;

// Cases by their last change, the latest first. `before`: go on behind this one (NULL: from the top).
// `status`: only these (NULL: all). At most `limit`.
enum ph_status store_list(struct store *store, const char *status, const struct store_case *before,
                          size_t limit, struct core_arena *arena, struct store_case **out, size_t *n,
                          struct ph_err *err) PH_NODISCARD;

// Events after number `after`, in order, at most `limit`.
enum ph_status store_log(struct store *store, const char *id, int64_t after, size_t limit,
                         struct core_arena *arena, struct store_event **out, size_t *n,
                         struct ph_err *err) PH_NODISCARD;

// The document as it stood after event `seq`; 0: as it stands.
enum ph_status store_document(struct store *store, const char *id, int64_t seq, struct core_buf *out,
                              struct ph_err *err) PH_NODISCARD;
// A file of an event; `limit` bytes at most (else PH_EINPUT). What does not have its hash is PH_EIO.
enum ph_status store_file_read(struct store *store, const char *id, int64_t seq, const char *name,
                               size_t limit, struct core_buf *out, struct ph_err *err) PH_NODISCARD;

#endif
