// Whether a store is what it was: every event has its hash and its place, every file its content, every state
// is the fold of its events. And whole stores copied into others: backup, restore, from SQLite to PostgreSQL
// and back.
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "store/store.h"

struct store_verdict {
    size_t cases, events, files;
    int64_t bytes; // of the files
    size_t problems;
};

// `tell` (may be NULL) hears of each problem: which case or file, and what.
typedef void store_problem_fn(void *arg, const char *where, const char *what);

// Looks through one case (id) or everything (NULL). Problems are counted, not statuses: PH_OK with problems
// is a store that could be read and is not what it was. Who can write to the database can also write a whole
// new log with fitting hashes. `head` (may be NULL) is the hash of an event noted elsewhere: it must be in
// the log of this case.
enum ph_status store_verify(struct store *store, const char *id, const uint8_t *head, store_problem_fn *tell,
                            void *arg, struct store_verdict *out, struct ph_err *err) PH_NODISCARD;

// Copies all there is into an empty store, as of one moment.
enum ph_status store_copy(struct store *from, struct store *to, struct ph_err *err) PH_NODISCARD;

// A backup is an SQLite store in one file, copied while others write, looked through, then put in place.
enum ph_status store_backup(struct store *store, const char *path, struct store_verdict *out,
                            struct ph_err *err) PH_NODISCARD;
// From a backup, looked through first, into a store without cases.
enum ph_status store_restore(const char *path, struct store *to, struct store_verdict *out,
                             struct ph_err *err) PH_NODISCARD;

#endif
