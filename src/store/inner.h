// What the files of this room share.
#ifndef STORE_INNER_H
#define STORE_INNER_H

#include "store/blob.h"
#include "store/store.h"

struct store {
    struct store_db *db;
};

// "created", "edited", ... that the fold knows.
#define STORE_KIND_CREATED "created"
#define STORE_KIND_EDITED "edited"
#define STORE_KIND_CLOSED "closed"
#define STORE_KIND_REOPENED "reopened"
#define STORE_KIND_IMPORTED "imported"
#define STORE_KIND_MERGED "merged"
#define STORE_KIND_EXPORTED "exported"

// The row of a case in its table, to be kept by a writer for this transaction ({lock}).
enum ph_status store_case_row(struct store_db *db, const char *id, bool lock, struct core_arena *arena,
                              struct store_case *out, struct ph_err *err) PH_NODISCARD;
// Writes a complete event (hash and prev set) and the state of its case after it. `before`: the state before,
// last_seq 0 for a case that is not there yet.
enum ph_status store_event_put(struct store_db *db, const struct store_event *event,
                               const struct store_case *before, struct core_arena *arena,
                               struct ph_err *err) PH_NODISCARD;

// The first event of a case; entry->case_id NULL: an id is made.
enum ph_status store_append_first(struct store *store, const struct store_entry *entry, const char *folder,
                                  struct store_receipt *out, struct ph_err *err) PH_NODISCARD;

#endif
