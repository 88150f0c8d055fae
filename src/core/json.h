// A writer of JSON that streams into a buffer. It keeps commas, nesting and indentation; the caller keeps
// the order: begin/end in pairs, a key before each value in an object. Numbers that are not finite become
// null.
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"

struct core_json {
    struct core_buf *out;
    int depth;
    int flat_from; // depth from which everything stays on one line; 0: never
    bool comma, after_key;
};

// Writes into `out`, which the caller owns.
void core_json_init(struct core_json *json, struct core_buf *out);
void core_json_key(struct core_json *json, const char *key);
void core_json_object(struct core_json *json);
void core_json_object_end(struct core_json *json);
void core_json_array(struct core_json *json);
void core_json_array_end(struct core_json *json);

// An object or array whose content stays on one line.
void core_json_object_flat(struct core_json *json);
void core_json_array_flat(struct core_json *json);

void core_json_text(struct core_json *json, const char *text); // NULL: null
void core_json_int(struct core_json *json, int64_t value);
void core_json_bool(struct core_json *json, bool value);
void core_json_null(struct core_json *json);
void core_json_num(struct core_json *json, double value, int significant); // %.{significant}g
void core_json_fixed(struct core_json *json, double value, int decimals);  // no trailing zeros
void core_json_time(struct core_json *json, int64_t t_ns);                 // ISO 8601 Z
void core_json_raw(struct core_json *json, const char *document);          // already JSON

// key and value in one call
void core_json_key_text(struct core_json *json, const char *key, const char *text);
void core_json_key_int(struct core_json *json, const char *key, int64_t value);
void core_json_key_bool(struct core_json *json, const char *key, bool value);
void core_json_key_num(struct core_json *json, const char *key, double value, int significant);
void core_json_key_fixed(struct core_json *json, const char *key, double value, int decimals);
void core_json_key_time(struct core_json *json, const char *key, int64_t t_ns);

#endif
