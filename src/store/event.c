#include "store/event.h"

#include <endian.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "core/err.h"

enum { MOST_REFS = 4096, MOST_TEXT = 16 << 20 };
static const char tag[] = "pharos-event/1"; // with its NUL

// ---- writing

static void number_put(struct core_buf *out, int64_t number)
{
    uint64_t bytes = htole64((uint64_t)number);
    core_buf_add(out, &bytes, sizeof bytes);
}

static void text_put(struct core_buf *out, const char *text)
{
    size_t length = strlen(text);
    number_put(out, (int64_t)length);
    core_buf_add(out, text, length);
}

void store_event_encode(const struct store_event *event, struct core_buf *out)
{
    core_buf_add(out, tag, sizeof tag);
    text_put(out, event->case_id);
    number_put(out, event->seq);
    text_put(out, event->kind);
    number_put(out, event->received_ns);
    number_put(out, event->valid_ns);
    text_put(out, event->who);
    text_put(out, event->why);
    text_put(out, event->body);
    number_put(out, (int64_t)event->n_refs);
    for (size_t i = 0; i < event->n_refs; i++) {
        text_put(out, event->ref[i].name);
        text_put(out, event->ref[i].media);
        number_put(out, event->ref[i].size);
        core_buf_add(out, event->ref[i].hash, STORE_HASH);
    }
    core_buf_add(out, event->prev, STORE_HASH);
}

enum ph_status store_event_hash(const struct store_event *event, uint8_t out[STORE_HASH], struct ph_err *err)
{
    struct core_buf buf = {0};
    store_event_encode(event, &buf);
    enum ph_status status = core_buf_check(&buf, err);
    if (!status)
        crypto_hash_sha256(out, (const uint8_t *)buf.text, buf.length);
    core_buf_fini(&buf);
    return status;
}

// ---- reading

// A place in bytes; `bad` once anything did not fit, `nomem` when memory ran out.
struct reader {
    const uint8_t *at, *end;
    struct core_arena *arena;
    bool bad, nomem;
};

static const void *bytes_take(struct reader *r, size_t length)
{
    if (r->bad || (size_t)(r->end - r->at) < length) {
        r->bad = true;
        return NULL;
    }
    const void *taken = r->at;
    r->at += length;
    return taken;
}

static int64_t number_take(struct reader *r)
{
    uint64_t number = 0;
    const void *bytes = bytes_take(r, sizeof number);
    if (bytes)
        memcpy(&number, bytes, sizeof number);
    return (int64_t)le64toh(number);
}

static const char *text_take(struct reader *r)
{
    int64_t length = number_take(r);
    const void *bytes = length >= 0 && length <= MOST_TEXT ? bytes_take(r, (size_t)length) : NULL;
    char *text =
        bytes && !memchr(bytes, 0, (size_t)length) ? core_arena_alloc(r->arena, (size_t)length + 1, 1) : NULL;
    if (!text) {
        r->nomem = r->nomem || (bytes && !memchr(bytes, 0, (size_t)length));
        r->bad = true;
        return "";
    }
    memcpy(text, bytes, (size_t)length);
    return text;
}

static void hash_take(struct reader *r, uint8_t out[STORE_HASH])
{
    const void *bytes = bytes_take(r, STORE_HASH);
    if (bytes)
        memcpy(out, bytes, STORE_HASH);
}

static void refs_take(struct reader *r, struct store_event *event)
{
    int64_t n = number_take(r);
    if (n < 0 || n > MOST_REFS)
        r->bad = true;
    if (r->bad || !n)
        return;
    event->ref = CORE_ARENA_NEW(r->arena, struct store_ref, (size_t)n);
    r->nomem = r->nomem || !event->ref;
    r->bad = r->bad || !event->ref;
    for (int64_t i = 0; !r->bad && i < n; i++) {
        struct store_ref *ref = &event->ref[event->n_refs++];
        ref->name = text_take(r);
        ref->media = text_take(r);
        ref->size = number_take(r);
        hash_take(r, ref->hash);
    }
}

enum ph_status store_event_decode(const void *bytes, size_t size, struct core_arena *arena,
                                  struct store_event *out, size_t *length, struct ph_err *err)
{
    struct reader r = {.at = bytes, .end = (const uint8_t *)bytes + size, .arena = arena};
    const void *begin = bytes_take(&r, sizeof tag);
    r.bad = r.bad || memcmp(begin, tag, sizeof tag) != 0;
    struct store_event event = {0};
    event.case_id = text_take(&r);
    event.seq = number_take(&r);
    event.kind = text_take(&r);
    event.received_ns = number_take(&r);
    event.valid_ns = number_take(&r);
    event.who = text_take(&r);
    event.why = text_take(&r);
    event.body = text_take(&r);
    refs_take(&r, &event);
    hash_take(&r, event.prev);
    if (r.nomem)
        return core_err_nomem(err);
    if (r.bad)
        return core_err_set(err, PH_EINPUT, NULL, "ask for it again", "this is no event of a case's log");
    enum ph_status status = store_event_check(&event, err);
    if (!status)
        status = store_event_hash(&event, event.hash, err);
    if (status)
        return status;
    *out = event;
    *length = (size_t)(r.at - (const uint8_t *)bytes);
    return PH_OK;
}

// ---- rules

// Bytes that continue a character whose first byte is this; -1 when none begins so (RFC 3629).
static int utf8_more(unsigned char first)
{
    return first < 0x80                    ? 0
           : first >= 0xc2 && first < 0xe0 ? 1
           : first >= 0xe0 && first < 0xf0 ? 2
           : first >= 0xf0 && first < 0xf5 ? 3
                                           : -1;
}

static bool is_utf8(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        unsigned char first = *at++;
        int more = utf8_more(first);
        unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80; // no longer form than needed
        unsigned char high = first == 0xed   ? 0x9f
                             : first == 0xf4 ? 0x8f
                                             : 0xbf; // no surrogate, none beyond 10FFFF
        if (more < 0)
            return false;
        for (; more > 0; more--, at++, low = 0x80, high = 0xbf)
            if (*at < low || *at > high)
                return false;
    }
    return true;
}

bool store_is_text(const char *text, size_t least, size_t most)
{
    size_t length = text ? strlen(text) : 0;
    return text && length >= least && length <= most && is_utf8(text);
}

bool store_is_line(const char *text, size_t least, size_t most)
{
    if (!store_is_text(text, least, most))
        return false;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at < 0x20 || *at == 0x7f || (*at == 0xc2 && at[1] < 0xa0)) // C0, DEL, C1
            return false;
    return true;
}

static bool is_kind(const char *kind)
{
    size_t length = kind ? strlen(kind) : 0;
    return length && length <= 32 && kind[0] >= 'a' && kind[0] <= 'z' &&
           strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static enum ph_status refused(struct ph_err *err, const char *where, const char *what)
{
    return core_err_set(err, PH_EINPUT, where, NULL, "%s", what);
}

// A name that can stand in a folder: parts by '/', none of them hidden, empty or leading out.
static bool is_file_name(const char *name)
{
    if (!store_is_line(name, 1, 255))
        return false;
    for (const char *part = name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if (*part == '.' || *part == '/' || !*part)
            return false;
    return !strchr(name, '\\');
}

static enum ph_status refs_check(const struct store_event *event, struct ph_err *err)
{
    if (event->n_refs > MOST_REFS)
        return refused(err, "files", "too many files for one event");
    for (size_t i = 0; i < event->n_refs; i++) {
        const struct store_ref *ref = &event->ref[i];
        if (!is_file_name(ref->name))
            return refused(err, "file",
                           "a file's name may have up to 255 bytes, and no hidden or empty part");
        if (!store_is_line(ref->media, 0, 255) || ref->size < 0)
            return refused(err, ref->name, "the kind or size of this file makes no sense");
    }
    return PH_OK;
}

static enum ph_status body_check(const char *body, struct ph_err *err)
{
    json_error_t problem;
    json_t *json =
        store_is_text(body, 2, MOST_TEXT) ? json_loads(body, JSON_REJECT_DUPLICATES, &problem) : NULL;
    bool good = json_is_object(json);
    bool nomem = !json && body && store_is_text(body, 2, MOST_TEXT) &&
                 json_error_code(&problem) == json_error_out_of_memory;
    json_decref(json);
    if (nomem)
        return core_err_nomem(err);
    return good ? PH_OK : refused(err, "body", "the content must be a JSON object of up to 16 MiB of UTF-8");
}

enum ph_status store_event_check(const struct store_event *event, struct ph_err *err)
{
    if (!store_is_line(event->case_id, 1, 64) || event->seq < 1)
        return refused(err, "case", "an event needs a case and a number from 1 up");
    if (!is_kind(event->kind))
        return refused(err, "kind",
                       "the kind of an event is up to 32 lower-case letters, digits and hyphens");
    if (!store_is_line(event->who, 1, 255))
        return refused(err, "who", "say who is writing this: one line of up to 255 bytes of UTF-8");
    if (!store_is_text(event->why, 0, 4096))
        return refused(err, "why", "the reason must be UTF-8 of up to 4096 bytes");
    enum ph_status status = body_check(event->body, err);
    return status ? status : refs_check(event, err);
}

// ---- showing

void store_hex(const uint8_t hash[STORE_HASH], char out[STORE_HEX])
{
    sodium_bin2hex(out, STORE_HEX, hash, STORE_HASH);
}

static void key_hash(struct core_json *json, const char *key, const uint8_t hash[STORE_HASH])
{
    char hex[STORE_HEX];
    store_hex(hash, hex);
    core_json_key_text(json, key, hex);
}

void store_event_json(const struct store_event *event, struct core_json *json)
{
    core_json_object(json);
    core_json_key_text(json, "case", event->case_id);
    core_json_key_int(json, "seq", event->seq);
    core_json_key_text(json, "kind", event->kind);
    core_json_key_time(json, "received", event->received_ns);
    core_json_key_time(json, "valid", event->valid_ns);
    core_json_key_text(json, "who", event->who);
    core_json_key_text(json, "why", event->why);
    core_json_key(json, "body");
    core_json_raw(json, event->body);
    core_json_key(json, "files");
    core_json_array(json);
    for (size_t i = 0; i < event->n_refs; i++) {
        core_json_object_flat(json);
        core_json_key_text(json, "name", event->ref[i].name);
        core_json_key_text(json, "media", event->ref[i].media);
        core_json_key_int(json, "size", event->ref[i].size);
        key_hash(json, "sha256", event->ref[i].hash);
        core_json_object_end(json);
    }
    core_json_array_end(json);
    key_hash(json, "prev", event->prev);
    key_hash(json, "hash", event->hash);
    core_json_object_end(json);
}
