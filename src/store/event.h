// One event of a case's log: what it holds, how it is hashed, how it is written down.
#ifndef STORE_EVENT_H
#define STORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/json.h"
#include "pharos/pharos.h"

enum { STORE_HASH = 32, STORE_HEX = 65 };

// A file that belongs to an event; its content is in the store once, by its SHA-256.
struct store_ref {
    const char *name, *media; // "case.json", "application/json"
    int64_t size;
    uint8_t hash[STORE_HASH];
};

struct store_event {
    const char *case_id;
    int64_t seq;                   // 1, 2, 3, ... within the case
    const char *kind;              // "created", "reported", ...: lower case, digits, hyphens
    int64_t received_ns, valid_ns; // when it was written down; of which moment it tells
    const char *who, *why;
    const char *body; // a JSON object
    struct store_ref *ref;
    size_t n_refs;
    uint8_t prev[STORE_HASH], hash[STORE_HASH]; // prev: zeros for the first
};

// The bytes that are hashed (docs/store.md): every field, with its length, in a fixed order.
void store_event_encode(const struct store_event *event, struct core_buf *out);
// SHA-256 of them.
enum ph_status store_event_hash(const struct store_event *event, uint8_t out[STORE_HASH],
                                struct ph_err *err) PH_NODISCARD;
// Reads one event back; *length is what it took. Texts are in the arena; hash is computed. PH_EINPUT when the
// bytes are no event in its one encoding.
enum ph_status store_event_decode(const void *bytes, size_t size, struct core_arena *arena,
                                  struct store_event *out, size_t *length, struct ph_err *err) PH_NODISCARD;

// Texts are UTF-8 without NUL, the kind is well-formed, the body is a JSON object, files have names.
enum ph_status store_event_check(const struct store_event *event, struct ph_err *err) PH_NODISCARD;

// UTF-8 of `least` to `most` bytes; a line has no control characters in it, so that it can be shown as it is.
bool store_is_text(const char *text, size_t least, size_t most);
bool store_is_line(const char *text, size_t least, size_t most);

void store_event_json(const struct store_event *event, struct core_json *json);
void store_hex(const uint8_t hash[STORE_HASH], char out[STORE_HEX]);

#endif
