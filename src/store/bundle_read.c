// What is in a bundle: events in their chain, files, the signature. Nothing of it is believed before it is
// checked.
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "store/bundle.h"
#include "store/inner.h"

enum {
    MOST_EVENTS = 1000000,
    MOST_EVENT = 32 << 20,
    MOST_LOG = 256 << 20,
    MOST_FILES = 1000000,
    MOST_NAME = 255
};
static const char title[] = "pharos-case/1";

static enum ph_status damaged(struct ph_err *err, const char *what)
{
    return core_err_set(err, PH_EINPUT, NULL, "ask for it to be sent again", "%s", what);
}

static enum ph_status bytes_take(struct store_frames_in *in, struct store_content *content, void *out,
                                 size_t length, struct ph_err *err)
{
    enum ph_status status = store_frames_take(in, out, length, err);
    if (!status)
        crypto_sign_update(&content->sum, out, length);
    return status;
}

static enum ph_status number_take(struct store_frames_in *in, struct store_content *content, int64_t most,
                                  int64_t *out, struct ph_err *err)
{
    uint64_t bytes = 0;
    enum ph_status status = bytes_take(in, content, &bytes, sizeof bytes, err);
    int64_t number = (int64_t)le64toh(bytes);
    if (!status && (number < 0 || number > most))
        return damaged(err, "a number in the bundle makes no sense");
    if (!status)
        *out = number;
    return status;
}

static enum ph_status text_take(struct store_frames_in *in, struct store_content *content, const char **out,
                                struct ph_err *err)
{
    int64_t length = 0;
    enum ph_status status = number_take(in, content, MOST_NAME, &length, err);
    char *text = status ? NULL : core_arena_alloc(&content->arena, (size_t)length + 1, 1);
    if (!status && !text)
        return core_err_nomem(err);
    if (!status)
        status = bytes_take(in, content, text, (size_t)length, err);
    if (!status && (strlen(text) != (size_t)length || !store_is_line(text, 1, MOST_NAME)))
        return damaged(err, "a text in the bundle makes no sense");
    if (!status)
        *out = text;
    return status;
}

// Grows with what is really there: a length that was made up costs no memory.
static enum ph_status long_take(struct store_frames_in *in, struct store_content *content, int64_t length,
                                struct core_buf *out, struct ph_err *err)
{
    uint8_t piece[16384];
    enum ph_status status = PH_OK;
    while (!status && length) {
        size_t n = length < (int64_t)sizeof piece ? (size_t)length : sizeof piece;
        status = bytes_take(in, content, piece, n, err);
        if (!status)
            core_buf_add(out, piece, n);
        if (!status)
            status = core_buf_check(out, err);
        length -= (int64_t)n;
    }
    return status;
}

static enum ph_status chain_check(const struct store_content *content, const struct store_event *event,
                                  struct ph_err *err)
{
    static const uint8_t none[STORE_HASH];
    const struct store_event *before = content->n_events ? &content->event[content->n_events - 1] : NULL;
    if (strcmp(event->case_id, content->case_id) != 0 || event->seq != (int64_t)content->n_events + 1 ||
        memcmp(event->prev, before ? before->hash : none, STORE_HASH) != 0)
        return damaged(err, "the events of the bundle are no unbroken log");
    return PH_OK;
}

static enum ph_status event_take(struct store_frames_in *in, struct store_content *content,
                                 struct ph_err *err)
{
    struct core_buf encoded = {0};
    int64_t length = 0;
    size_t used = 0;
    struct store_event event;
    enum ph_status status = number_take(in, content, MOST_EVENT, &length, err);
    if (!status && content->arena.used_bytes > MOST_LOG)
        status = damaged(err, "the log in the bundle is larger than 256 MiB");
    if (!status)
        status = long_take(in, content, length, &encoded, err);
    if (!status)
        status = store_event_decode(encoded.text ? encoded.text : "", encoded.length, &content->arena, &event,
                                    &used, err);
    if (!status && used != encoded.length)
        status = damaged(err, "something follows an event");
    if (!status)
        status = chain_check(content, &event, err);
    if (!status)
        content->event[content->n_events++] = event;
    core_buf_fini(&encoded);
    return status;
}

static enum ph_status events_take(struct store_frames_in *in, struct store_content *content,
                                  struct ph_err *err)
{
    int64_t n = 0;
    size_t capacity = 0;
    enum ph_status status = number_take(in, content, MOST_EVENTS, &n, err);
    if (!status && !n)
        return damaged(err, "a case without events");
    while (!status && content->n_events < (size_t)n) {
        if (content->n_events == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            struct store_event *grown = CORE_ARENA_NEW(&content->arena, struct store_event, capacity);
            if (!grown)
                return core_err_nomem(err);
            if (content->n_events)
                memcpy(grown, content->event, content->n_events * sizeof *grown);
            content->event = grown;
        }
        status = event_take(in, content, err);
    }
    return status;
}

enum ph_status store_content_events(struct store_frames_in *in, struct store_content *content,
                                    struct ph_err *err)
{
    char begin[sizeof title];
    crypto_sign_init(&content->sum);
    crypto_sign_update(&content->sum, in->header_hash, STORE_HASH);
    enum ph_status status = bytes_take(in, content, begin, sizeof begin, err);
    if (!status && memcmp(begin, title, sizeof title) != 0)
        status = damaged(err, "there is no case in this bundle");
    if (!status)
        status = bytes_take(in, content, content->sender.sign, STORE_KEY, err);
    if (!status)
        status = bytes_take(in, content, content->sender.box, STORE_KEY, err);
    if (!status)
        status = text_take(in, content, &content->sender_name, err);
    if (!status)
        status = text_take(in, content, &content->case_id, err);
    if (!status && strlen(content->case_id) >= STORE_ID)
        status = damaged(err, "the case's id is too long");
    if (!status)
        status = number_take(in, content, INT64_MAX, &content->exported_ns, err);
    return status ? status : events_take(in, content, err);
}

enum ph_status store_content_files(struct store_frames_in *in, struct store_content *content,
                                   store_file_fn *take, void *arg, struct ph_err *err)
{
    int64_t n = 0, length = 0;
    enum ph_status status = number_take(in, content, MOST_FILES, &n, err);
    for (int64_t i = 0; !status && i < n; i++) {
        struct core_buf bytes = {0};
        status = number_take(in, content, STORE_MOST_BYTES, &length, err);
        if (!status)
            status = long_take(in, content, length, &bytes, err);
        if (!status)
            status = take(arg, bytes.text ? bytes.text : "", bytes.length, err);
        core_buf_fini(&bytes);
    }
    return status;
}

enum ph_status store_content_sign(struct store_frames_in *in, struct store_content *content,
                                  struct ph_err *err)
{
    uint8_t signature[crypto_sign_BYTES];
    enum ph_status status = store_frames_take(in, signature, sizeof signature, err);
    if (!status)
        status = store_frames_end(in, err);
    if (!status && crypto_sign_final_verify(&content->sum, signature, content->sender.sign))
        status = damaged(err, "the signature is not that of the sender");
    return status;
}

enum ph_status store_branch_read(struct store *store, const struct store_event *merged,
                                 struct core_arena *arena, struct store_event **out, size_t *n,
                                 struct ph_err *err)
{
    struct core_buf bytes = {0};
    enum ph_status status =
        store_file_read(store, merged->case_id, merged->seq, STORE_BRANCH, MOST_LOG, &bytes, err);
    struct store_event *list = NULL;
    size_t found = 0, capacity = 0;
    for (size_t at = 0, used = 0; !status && at < bytes.length; at += used) {
        if (found == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            struct store_event *grown = CORE_ARENA_NEW(arena, struct store_event, capacity);
            if (grown && found)
                memcpy(grown, list, found * sizeof *grown);
            list = grown;
        }
        status =
            list ? store_event_decode(bytes.text + at, bytes.length - at, arena, &list[found++], &used, err)
                 : core_err_nomem(err);
    }
    core_buf_fini(&bytes);
    if (status)
        return status;
    *out = list;
    *n = found;
    return PH_OK;
}
