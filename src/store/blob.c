#include "store/blob.h"

#include <string.h>

#include <sodium.h>

#include "core/err.h"

static enum ph_status piece_put(struct store_db *db, const uint8_t *hash, int64_t n, const uint8_t *bytes,
                                size_t length, struct ph_err *err)
{
    const struct store_value row[] = {store_bytes(hash, STORE_HASH), store_int(n),
                                      store_bytes(bytes, length)};
    return store_db_run(db, "INSERT INTO blob_pieces (hash, n, bytes) VALUES ($1, $2, $3)", row, 3, NULL,
                        err);
}

enum ph_status store_blob_put(struct store_db *db, const void *bytes, size_t length, uint8_t hash[STORE_HASH],
                              struct ph_err *err)
{
    if (length > STORE_MOST_BYTES)
        return core_err_set(err, PH_EINPUT, NULL, "keep it beside the store", "a file of more than 1 GiB");
    crypto_hash_sha256(hash, bytes, length);
    const struct store_value row[] = {store_bytes(hash, STORE_HASH), store_int((int64_t)length)};
    int64_t fresh = 0;
    enum ph_status status =
        store_db_run(db, "INSERT INTO blobs (hash, size) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", row,
                     2, &fresh, err);
    if (status || !fresh)
        return status;
    const uint8_t *at = bytes;
    for (int64_t n = 0; !status && length; n++) {
        size_t piece = length < STORE_PIECE ? length : STORE_PIECE;
        status = piece_put(db, hash, n, at, piece, err);
        at += piece;
        length -= piece;
    }
    return status;
}

struct size_found {
    bool found;
    int64_t size;
};

static enum ph_status size_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n;
    (void)err;
    *(struct size_found *)arg = (struct size_found){true, cell[0].number};
    return PH_OK;
}

enum ph_status store_blob_size(struct store_db *db, const uint8_t hash[STORE_HASH], int64_t *size,
                               struct ph_err *err)
{
    const struct store_value key = store_bytes(hash, STORE_HASH);
    struct size_found found = {0};
    enum ph_status status =
        store_db_each(db, "SELECT size FROM blobs WHERE hash = $1", &key, 1, size_keep, &found, err);
    char hex[STORE_HEX];
    store_hex(hash, hex);
    if (!status && !found.found)
        return core_err_set(err, PH_ENOTFOUND, hex, NULL, "the store has no such file");
    if (!status)
        *size = found.size;
    return status;
}

struct giving {
    crypto_hash_sha256_state sum;
    store_piece_fn *take;
    void *arg;
};

static enum ph_status piece_give(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    struct giving *g = arg;
    (void)n;
    if (cell[0].kind != STORE_BYTES)
        return PH_OK; // the hash will tell
    crypto_hash_sha256_update(&g->sum, cell[0].bytes, cell[0].length);
    return g->take ? g->take(g->arg, cell[0].bytes, cell[0].length, err) : PH_OK;
}

enum ph_status store_blob_each(struct store_db *db, const uint8_t hash[STORE_HASH], store_piece_fn *take,
                               void *arg, struct ph_err *err)
{
    const struct store_value key = store_bytes(hash, STORE_HASH);
    struct giving g = {.take = take, .arg = arg};
    crypto_hash_sha256_init(&g.sum);
    enum ph_status status = store_db_each(db, "SELECT bytes FROM blob_pieces WHERE hash = $1 ORDER BY n",
                                          &key, 1, piece_give, &g, err);
    uint8_t sum[STORE_HASH];
    crypto_hash_sha256_final(&g.sum, sum);
    if (status || !memcmp(sum, hash, STORE_HASH))
        return status;
    char hex[STORE_HEX];
    store_hex(hash, hex);
    return core_err_set(err, PH_EIO, hex, "restore a backup",
                        "this file is not what was kept: its SHA-256 differs");
}

struct getting {
    struct core_buf *out;
    size_t limit;
};

static enum ph_status piece_add(void *arg, const void *bytes, size_t length, struct ph_err *err)
{
    struct getting *g = arg;
    if (g->out->length + length > g->limit)
        return core_err_set(err, PH_EINPUT, NULL, NULL, "larger than %zu bytes", g->limit);
    core_buf_add(g->out, bytes, length);
    return core_buf_check(g->out, err);
}

enum ph_status store_blob_get(struct store_db *db, const uint8_t hash[STORE_HASH], size_t limit,
                              struct core_buf *out, struct ph_err *err)
{
    struct core_buf read = {0};
    struct getting g = {&read, limit};
    core_buf_add(&read, "", 0);
    int64_t size = 0;
    enum ph_status status = store_blob_size(db, hash, &size, err);
    if (!status)
        status = store_blob_each(db, hash, piece_add, &g, err);
    if (!status)
        status = core_buf_check(&read, err);
    if (status) {
        core_buf_fini(&read);
        return status;
    }
    *out = read;
    return PH_OK;
}
