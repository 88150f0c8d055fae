// From the store into a bundle.
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "core/time.h"
#include "store/bundle.h"
#include "store/inner.h"

enum { PAGE = 256 };
static const char title[] = "pharos-case/1"; // with its NUL

struct writer {
    struct store *store;
    struct store_frames_out frames;
    crypto_sign_state sum;
    struct core_arena arena; // the hashes of files
    const uint8_t **hash;
    size_t n_hashes, capacity;
};

static enum ph_status bytes_put(struct writer *w, const void *bytes, size_t length, struct ph_err *err)
{
    crypto_sign_update(&w->sum, bytes, length);
    return store_frames_put(&w->frames, bytes, length, err);
}

static enum ph_status number_put(struct writer *w, int64_t number, struct ph_err *err)
{
    uint64_t bytes = htole64((uint64_t)number);
    return bytes_put(w, &bytes, sizeof bytes, err);
}

static enum ph_status text_put(struct writer *w, const char *text, struct ph_err *err)
{
    enum ph_status status = number_put(w, (int64_t)strlen(text), err);
    return status ? status : bytes_put(w, text, strlen(text), err);
}

static enum ph_status hash_note(struct writer *w, const uint8_t *hash, struct ph_err *err)
{
    if (w->n_hashes == w->capacity) {
        size_t capacity = w->capacity ? 2 * w->capacity : 256;
        const uint8_t **grown = CORE_ARENA_NEW(&w->arena, const uint8_t *, capacity);
        if (!grown)
            return core_err_nomem(err);
        if (w->n_hashes)
            memcpy(grown, w->hash, w->n_hashes * sizeof *grown);
        w->hash = grown;
        w->capacity = capacity;
    }
    uint8_t *kept = core_arena_alloc(&w->arena, STORE_HASH, 1);
    if (!kept)
        return core_err_nomem(err);
    memcpy(kept, hash, STORE_HASH);
    w->hash[w->n_hashes++] = kept;
    return PH_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, STORE_HASH);
}

static void hashes_sort(struct writer *w)
{
    size_t n = 0;
    if (w->n_hashes)
        qsort(w->hash, w->n_hashes, sizeof *w->hash, by_bytes);
    for (size_t i = 0; i < w->n_hashes; i++)
        if (!n || memcmp(w->hash[n - 1], w->hash[i], STORE_HASH) != 0)
            w->hash[n++] = w->hash[i];
    w->n_hashes = n;
}

static enum ph_status event_put(struct writer *w, const struct store_event *event, struct ph_err *err)
{
    struct core_buf encoded = {0};
    store_event_encode(event, &encoded);
    enum ph_status status = core_buf_check(&encoded, err);
    if (!status)
        status = number_put(w, (int64_t)encoded.length, err);
    if (!status)
        status = bytes_put(w, encoded.text, encoded.length, err);
    core_buf_fini(&encoded);
    for (size_t i = 0; !status && i < event->n_refs; i++)
        status = hash_note(w, event->ref[i].hash, err);
    return status;
}

static enum ph_status events_put(struct writer *w, const char *id, int64_t last, struct ph_err *err)
{
    enum ph_status status = number_put(w, last, err);
    for (int64_t after = 0; !status && after < last;) {
        struct core_arena arena = {0};
        struct store_event *event;
        size_t n = 0;
        size_t limit = last - after < PAGE ? (size_t)(last - after) : PAGE;
        status = store_log(w->store, id, after, limit, &arena, &event, &n, err);
        for (size_t i = 0; !status && i < n; i++)
            status = event_put(w, &event[i], err);
        if (!status && !n)
            status =
                core_err_set(err, PH_EIO, id, "run `pharos case verify`", "events of this case are missing");
        after += (int64_t)n;
        core_arena_fini(&arena);
    }
    return status;
}

static enum ph_status piece_put(void *arg, const void *bytes, size_t length, struct ph_err *err)
{
    return bytes_put(arg, bytes, length, err);
}

static enum ph_status files_put(struct writer *w, struct ph_err *err)
{
    hashes_sort(w);
    enum ph_status status = number_put(w, (int64_t)w->n_hashes, err);
    for (size_t i = 0; !status && i < w->n_hashes; i++) {
        int64_t size = 0;
        status = store_blob_size(w->store->db, w->hash[i], &size, err);
        if (!status)
            status = number_put(w, size, err);
        if (!status)
            status = store_blob_each(w->store->db, w->hash[i], piece_put, w, err);
    }
    return status;
}

static enum ph_status content_put(struct writer *w, const char *id, int64_t last,
                                  const struct store_keys *keys, struct ph_err *err)
{
    uint8_t signature[crypto_sign_BYTES];
    crypto_sign_init(&w->sum);
    crypto_sign_update(&w->sum, w->frames.header_hash, STORE_HASH);
    enum ph_status status = bytes_put(w, title, sizeof title, err);
    if (!status)
        status = bytes_put(w, keys->open.sign, STORE_KEY, err);
    if (!status)
        status = bytes_put(w, keys->open.box, STORE_KEY, err);
    if (!status)
        status = text_put(w, keys->name, err);
    if (!status)
        status = text_put(w, id, err);
    if (!status)
        status = number_put(w, core_time_now(), err);
    if (!status)
        status = events_put(w, id, last, err);
    if (!status)
        status = files_put(w, err);
    if (status)
        return status;
    crypto_sign_final_create(&w->sum, signature, NULL, keys->sign_secret);
    return store_frames_put(&w->frames, signature, sizeof signature, err);
}

// {"by": key, "to": [keys]}: who can read it. With a passphrase "to" is empty.
static enum ph_status export_note(struct store *store, const struct store_entry *entry,
                                  const struct store_keys *keys, const struct store_public *to, size_t n,
                                  struct store_receipt *out, struct ph_err *err)
{
    struct core_buf body = {0};
    struct core_json json;
    struct store_entry noted = *entry;
    char text[STORE_KEY_TEXT];
    core_json_init(&json, &body);
    core_json_object_flat(&json);
    store_public_text(&keys->open, text);
    core_json_key_text(&json, "by", text);
    core_json_key(&json, "to");
    core_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        store_public_text(&to[i], text);
        core_json_text(&json, text);
    }
    core_json_array_end(&json);
    core_json_key_bool(&json, "passphrase", !n);
    core_json_object_end(&json);
    enum ph_status status = core_buf_check(&body, err);
    if (!status) {
        body.text[--body.length] = '\0';
        noted.kind = STORE_KIND_EXPORTED;
        noted.body = body.text;
        status = store_append(store, &noted, out, err);
    }
    core_buf_fini(&body);
    return status;
}

static enum ph_status bundle_write(struct writer *w, const char *path, const struct store_receipt *noted,
                                   const struct store_keys *keys, const struct store_public *to, size_t n,
                                   const char *passphrase, struct ph_err *err)
{
    char aside[4096];
    enum ph_status status = core_file_aside(path, aside, err);
    if (!status)
        status = store_frames_create(aside, to, n, passphrase, &w->frames, err);
    if (status)
        return status;
    status = store_db_begin(w->store->db, false, err);
    if (!status)
        status = store_db_end(w->store->db, content_put(w, noted->case_id, noted->seq, keys, err), err);
    status = store_frames_finish(&w->frames, status, err);
    if (!status)
        return core_file_commit(aside, path, err);
    core_file_discard(aside);
    return status;
}

enum ph_status store_bundle_export(struct store *store, const struct store_entry *entry,
                                   const struct store_keys *keys, const struct store_public *to, size_t n,
                                   const char *passphrase, const char *path, struct store_receipt *out,
                                   struct ph_err *err)
{
    struct store_receipt noted;
    struct writer *w = calloc(1, sizeof *w);
    if (!w)
        return core_err_nomem(err);
    w->store = store;
    enum ph_status status =
        !n && (!passphrase || strlen(passphrase) < 12)
            ? core_err_set(err, PH_EINPUT, "--to",
                           "give the other centre's key (--to), or PHAROS_PASSPHRASE of 12 letters or more",
                           "say who may open it")
            : export_note(store, entry, keys, to, n, &noted, err);
    if (!status)
        status = bundle_write(w, path, &noted, keys, to, n, passphrase, err);
    if (!status)
        *out = noted;
    core_arena_fini(&w->arena);
    free(w);
    return status;
}
