#include "store/frames.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

static const char magic[] = "pharos-bundle/1\n"; // 16 bytes
enum { MAGIC = 16, MODE_KEYS = 1, MODE_PASSPHRASE = 2 };
enum {
    FILE_KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES,
    SEALED = crypto_box_SEALBYTES + FILE_KEY,
    SALT = crypto_pwhash_SALTBYTES,
    STREAM = crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    EXTRA = crypto_secretstream_xchacha20poly1305_ABYTES,
};
// argon2id for a new bundle; a bundle may ask for more, but not for what stops this machine
static const uint64_t ops_usual = 3, memory_usual = 64 << 20, ops_most = 16, memory_most = 512 << 20;

// ---- the header, gathered so that it can be hashed

static enum ph_status sealed_put(struct core_buf *header, const uint8_t *key, const struct store_public *to,
                                 size_t n, struct ph_err *err)
{
    uint8_t mode[2] = {MODE_KEYS, (uint8_t)n};
    if (n > STORE_MOST_RECIPIENTS)
        return core_err_set(err, PH_EINPUT, "--to", NULL, "more than %d recipients", STORE_MOST_RECIPIENTS);
    core_buf_add(header, mode, sizeof mode);
    for (size_t i = 0; i < n; i++) {
        uint8_t sealed[SEALED];
        if (crypto_box_seal(sealed, key, FILE_KEY, to[i].box))
            return core_err_set(err, PH_EINPUT, "--to", "ask for it again",
                                "nothing can be sealed to this key");
        core_buf_add(header, sealed, sizeof sealed);
    }
    return PH_OK;
}

static enum ph_status stretch(const char *passphrase, const uint8_t salt[SALT], uint64_t ops, uint64_t memory,
                              uint8_t key[FILE_KEY], struct ph_err *err)
{
    if (crypto_pwhash(key, FILE_KEY, passphrase, strlen(passphrase), salt, ops, (size_t)memory,
                      crypto_pwhash_ALG_ARGON2ID13))
        return core_err_nomem(err);
    return PH_OK;
}

static enum ph_status passphrase_put(struct core_buf *header, uint8_t *key, const char *passphrase,
                                     struct ph_err *err)
{
    uint8_t mode[2] = {MODE_PASSPHRASE, 0}, salt[SALT];
    uint64_t cost[2] = {htole64(ops_usual), htole64(memory_usual)};
    if (strlen(passphrase) < 12)
        return core_err_set(err, PH_EINPUT, "PHAROS_PASSPHRASE",
                            "five or six words, told by another way than the file",
                            "the passphrase is shorter than 12 letters");
    randombytes_buf(salt, sizeof salt);
    core_buf_add(header, mode, sizeof mode);
    core_buf_add(header, salt, sizeof salt);
    core_buf_add(header, cost, sizeof cost);
    return stretch(passphrase, salt, ops_usual, memory_usual, key, err);
}

static enum ph_status write_error(const struct store_frames_out *out, struct ph_err *err)
{
    return core_err_errno(err, "write", out->path);
}

enum ph_status store_frames_create(const char *path, const struct store_public *to, size_t n,
                                   const char *passphrase, struct store_frames_out *out, struct ph_err *err)
{
    uint8_t key[FILE_KEY], stream[STREAM];
    struct core_buf header = {0};
    *out = (struct store_frames_out){.path = path, .first = true};
    crypto_secretstream_xchacha20poly1305_keygen(key);
    core_buf_add(&header, magic, MAGIC);
    enum ph_status status =
        n ? sealed_put(&header, key, to, n, err) : passphrase_put(&header, key, passphrase, err);
    crypto_secretstream_xchacha20poly1305_init_push(&out->state, stream, key);
    sodium_memzero(key, sizeof key);
    core_buf_add(&header, stream, sizeof stream);
    if (!status)
        status = core_buf_check(&header, err);
    if (!status)
        crypto_hash_sha256(out->header_hash, (const uint8_t *)header.text, header.length);
    if (!status && !(out->file = fopen(path, "wbe")))
        status = write_error(out, err);
    if (!status && fwrite(header.text, 1, header.length, out->file) != header.length)
        status = write_error(out, err);
    core_buf_fini(&header);
    if (status && out->file)
        fclose(out->file);
    return status;
}

// ---- frames out

static enum ph_status frame_write(struct store_frames_out *out, uint8_t tag, struct ph_err *err)
{
    uint8_t sealed[STORE_FRAME + EXTRA];
    unsigned long long length = 0;
    crypto_secretstream_xchacha20poly1305_push(&out->state, sealed, &length, out->plain, out->n_plain,
                                               out->first ? out->header_hash : NULL,
                                               out->first ? STORE_HASH : 0, tag);
    uint32_t size = htole32((uint32_t)length);
    out->first = false;
    out->n_plain = 0;
    if (fwrite(&size, sizeof size, 1, out->file) != 1 || fwrite(sealed, 1, length, out->file) != length)
        return write_error(out, err);
    return PH_OK;
}

enum ph_status store_frames_put(struct store_frames_out *out, const void *bytes, size_t length,
                                struct ph_err *err)
{
    const uint8_t *at = bytes;
    while (length) {
        size_t room = STORE_FRAME - out->n_plain;
        size_t n = length < room ? length : room;
        memcpy(out->plain + out->n_plain, at, n);
        out->n_plain += n;
        at += n;
        length -= n;
        enum ph_status status = out->n_plain == STORE_FRAME ? frame_write(out, 0, err) : PH_OK;
        if (status)
            return status;
    }
    return PH_OK;
}

enum ph_status store_frames_finish(struct store_frames_out *out, enum ph_status status, struct ph_err *err)
{
    if (!status)
        status = frame_write(out, crypto_secretstream_xchacha20poly1305_TAG_FINAL, err);
    if (fclose(out->file) && !status)
        status = write_error(out, err);
    sodium_memzero(out, sizeof *out);
    return status;
}

// ---- frames in

static enum ph_status no_bundle(struct ph_err *err, const char *what)
{
    return core_err_set(err, PH_EINPUT, NULL, "ask for it to be sent again", "%s", what);
}

static enum ph_status raw_take(struct store_frames_in *in, void *bytes, size_t length, struct ph_err *err)
{
    if (fread(bytes, 1, length, in->file) == length)
        return PH_OK;
    return ferror(in->file) ? core_err_errno(err, "read", "bundle")
                            : no_bundle(err, "the bundle is cut short");
}

// The file's key from the one seal among `n` that these keys open.
static enum ph_status sealed_open(struct store_frames_in *in, size_t n, const struct store_keys *keys,
                                  struct core_buf *header, uint8_t *key, struct ph_err *err)
{
    bool open = false;
    if (!n || n > STORE_MOST_RECIPIENTS)
        return no_bundle(err, "this is no bundle of a case");
    for (size_t i = 0; i < n; i++) {
        uint8_t sealed[SEALED];
        enum ph_status status = raw_take(in, sealed, sizeof sealed, err);
        if (status)
            return status;
        core_buf_add(header, sealed, sizeof sealed);
        open = open ||
               (keys && !crypto_box_seal_open(key, sealed, sizeof sealed, keys->open.box, keys->box_secret));
    }
    return open ? PH_OK
                : core_err_set(err, PH_EINPUT, NULL, "tell the sender your key: `pharos case keys` prints it",
                               "this bundle is sealed to somebody else's key");
}

static enum ph_status passphrase_open(struct store_frames_in *in, const char *passphrase,
                                      struct core_buf *header, uint8_t *key, struct ph_err *err)
{
    uint8_t salt[SALT];
    uint64_t cost[2];
    enum ph_status status = raw_take(in, salt, sizeof salt, err);
    if (!status)
        status = raw_take(in, cost, sizeof cost, err);
    if (status)
        return status;
    core_buf_add(header, salt, sizeof salt);
    core_buf_add(header, cost, sizeof cost);
    uint64_t ops = le64toh(cost[0]), memory = le64toh(cost[1]);
    if (ops < 1 || ops > ops_most || memory < 8192 || memory > memory_most)
        return no_bundle(err, "this bundle asks for more work than a bundle of Pharos does");
    if (!passphrase)
        return core_err_set(err, PH_EINPUT, NULL, "put it into PHAROS_PASSPHRASE",
                            "this bundle needs a passphrase");
    return stretch(passphrase, salt, ops, memory, key, err);
}

static enum ph_status header_read(struct store_frames_in *in, const struct store_keys *keys,
                                  const char *passphrase, struct ph_err *err)
{
    uint8_t begin[MAGIC + 2], key[FILE_KEY], stream[STREAM];
    struct core_buf header = {0};
    enum ph_status status = raw_take(in, begin, sizeof begin, err);
    if (!status &&
        (memcmp(begin, magic, MAGIC) != 0 || (begin[MAGIC] != MODE_KEYS && begin[MAGIC] != MODE_PASSPHRASE)))
        status = no_bundle(err, "this is no bundle of a case");
    core_buf_add(&header, begin, sizeof begin);
    if (!status)
        status = begin[MAGIC] == MODE_KEYS ? sealed_open(in, begin[MAGIC + 1], keys, &header, key, err)
                                           : passphrase_open(in, passphrase, &header, key, err);
    if (!status)
        status = raw_take(in, stream, sizeof stream, err);
    core_buf_add(&header, stream, status ? 0 : sizeof stream);
    if (!status)
        status = core_buf_check(&header, err);
    if (!status) {
        crypto_hash_sha256(in->header_hash, (const uint8_t *)header.text, header.length);
        crypto_secretstream_xchacha20poly1305_init_pull(&in->state, stream, key);
    }
    sodium_memzero(key, sizeof key);
    core_buf_fini(&header);
    return status;
}

enum ph_status store_frames_open(FILE *file, const struct store_keys *keys, const char *passphrase,
                                 struct store_frames_in *in, struct ph_err *err)
{
    *in = (struct store_frames_in){.file = file, .first = true};
    enum ph_status status = header_read(in, keys, passphrase, err);
    if (status)
        store_frames_close(in);
    return status;
}

static enum ph_status bare_read(struct store_frames_in *in, struct ph_err *err)
{
    in->at = 0;
    in->n_plain = fread(in->plain, 1, sizeof in->plain, in->file);
    in->ended = !in->n_plain;
    return in->ended ? no_bundle(err, "the bundle is cut short") : PH_OK;
}

static enum ph_status frame_read(struct store_frames_in *in, struct ph_err *err)
{
    uint8_t sealed[STORE_FRAME + EXTRA], tag = 0;
    uint32_t size = 0;
    unsigned long long length = 0;
    if (in->ended)
        return no_bundle(err, "the bundle is cut short");
    if (in->bare)
        return bare_read(in, err);
    enum ph_status status = raw_take(in, &size, sizeof size, err);
    size = le32toh(size);
    if (!status && (size < EXTRA || size > sizeof sealed))
        status = no_bundle(err, "the bundle is damaged");
    if (!status)
        status = raw_take(in, sealed, size, err);
    if (status)
        return status;
    if (crypto_secretstream_xchacha20poly1305_pull(&in->state, in->plain, &length, &tag, sealed, size,
                                                   in->first ? in->header_hash : NULL,
                                                   in->first ? STORE_HASH : 0))
        return no_bundle(err, in->first ? "the passphrase is wrong, or the bundle is damaged"
                                        : "the bundle is damaged");
    in->first = false;
    in->at = 0;
    in->n_plain = length;
    in->ended = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return PH_OK;
}

enum ph_status store_frames_take(struct store_frames_in *in, void *bytes, size_t length, struct ph_err *err)
{
    uint8_t *to = bytes;
    while (length) {
        enum ph_status status = in->at == in->n_plain ? frame_read(in, err) : PH_OK;
        if (status)
            return status;
        size_t n = in->n_plain - in->at < length ? in->n_plain - in->at : length;
        memcpy(to, in->plain + in->at, n);
        in->at += n;
        to += n;
        length -= n;
    }
    return PH_OK;
}

enum ph_status store_frames_end(struct store_frames_in *in, struct ph_err *err)
{
    bool more = in->at != in->n_plain;
    if (!more && !in->ended && !in->bare) // the last frame may be empty
        more = frame_read(in, err) || in->n_plain || !in->ended;
    if (more || fgetc(in->file) != EOF)
        return no_bundle(err, "something follows the end of the bundle");
    return PH_OK;
}

void store_frames_close(struct store_frames_in *in)
{
    fclose(in->file);
    sodium_memzero(in, sizeof *in);
}
