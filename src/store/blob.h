// Content by its SHA-256, in pieces, so that no row is larger than a piece.
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "core/buf.h"
#include "store/db.h"
#include "store/event.h"

enum { STORE_PIECE = 1 << 20 };
#define STORE_MOST_BYTES ((size_t)1 << 30) // of one file

// Keeps bytes (inside a writing transaction); what is there already is not written again.
enum ph_status store_blob_put(struct store_db *db, const void *bytes, size_t length, uint8_t hash[STORE_HASH],
                              struct ph_err *err) PH_NODISCARD;
// PH_ENOTFOUND when it is not there.
enum ph_status store_blob_size(struct store_db *db, const uint8_t hash[STORE_HASH], int64_t *size,
                               struct ph_err *err) PH_NODISCARD;

// Gives the bytes piece by piece and looks at the end whether they have their hash: if not, PH_EIO. `take`
// must not use the same connection.
typedef enum ph_status store_piece_fn(void *arg, const void *bytes, size_t length, struct ph_err *err);
enum ph_status store_blob_each(struct store_db *db, const uint8_t hash[STORE_HASH], store_piece_fn *take,
                               void *arg, struct ph_err *err) PH_NODISCARD;
enum ph_status store_blob_get(struct store_db *db, const uint8_t hash[STORE_HASH], size_t limit,
                              struct core_buf *out, struct ph_err *err) PH_NODISCARD;

#endif
