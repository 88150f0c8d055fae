#include "store/keys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "store/inner.h"

static const char prefix[] = "pharos-key1.";
static const char title[] = "pharos-keys/1";
enum { PUBLIC_BYTES = 2 * STORE_KEY, SECRET_BYTES = 64 + STORE_KEY };

void store_public_text(const struct store_public *key, char out[STORE_KEY_TEXT])
{
    uint8_t bytes[PUBLIC_BYTES];
    memcpy(bytes, key->sign, STORE_KEY);
    memcpy(bytes + STORE_KEY, key->box, STORE_KEY);
    memcpy(out, prefix, sizeof prefix);
    sodium_bin2base64(out + sizeof prefix - 1, STORE_KEY_TEXT - sizeof prefix + 1, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

enum ph_status store_public_parse(const char *text, struct store_public *out, struct ph_err *err)
{
    uint8_t bytes[PUBLIC_BYTES];
    size_t length = 0;
    bool good =
        !strncmp(text, prefix, sizeof prefix - 1) &&
        !sodium_base642bin(bytes, sizeof bytes, text + sizeof prefix - 1, strlen(text + sizeof prefix - 1),
                           NULL, &length, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) &&
        length == sizeof bytes;
    if (!good)
        return core_err_set(err, PH_EINPUT, text, "`pharos case keys` prints it at the other centre",
                            "this is not the public key of a centre");
    memcpy(out->sign, bytes, STORE_KEY);
    memcpy(out->box, bytes + STORE_KEY, STORE_KEY);
    return PH_OK;
}

enum ph_status store_keys_make(const char *name, struct store_keys *out, struct ph_err *err)
{
    if (sodium_init() < 0)
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "libsodium does not start");
    if (!store_is_line(name, 1, STORE_KEY_NAME - 1))
        return core_err_set(err, PH_EINPUT, "name", "for example --who 'MRCC Valletta'",
                            "a centre's name is one line of up to %d bytes", STORE_KEY_NAME - 1);
    struct store_keys keys = {0};
    crypto_sign_keypair(keys.open.sign, keys.sign_secret);
    crypto_box_keypair(keys.open.box, keys.box_secret);
    snprintf(keys.name, sizeof keys.name, "%s", name);
    *out = keys;
    sodium_memzero(&keys, sizeof keys);
    return PH_OK;
}

void store_keys_forget(struct store_keys *keys)
{
    sodium_memzero(keys, sizeof *keys);
}

enum ph_status store_keys_save(const struct store_keys *keys, const char *path, struct ph_err *err)
{
    char open_text[STORE_KEY_TEXT], secret_text[2 * SECRET_BYTES + 1], text[1024];
    uint8_t secret[SECRET_BYTES];
    store_public_text(&keys->open, open_text);
    memcpy(secret, keys->sign_secret, 64);
    memcpy(secret + 64, keys->box_secret, STORE_KEY);
    sodium_bin2hex(secret_text, sizeof secret_text, secret, sizeof secret);
    int length = snprintf(text, sizeof text, "%s\nname %s\npublic %s\nsecret %s\n", title, keys->name,
                          open_text, secret_text);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum ph_status status = fd < 0 ? core_err_errno(err, "make a new file of keys", path) : PH_OK;
    if (!status && (write(fd, text, (size_t)length) != length || fsync(fd)))
        status = core_err_errno(err, "write", path);
    if (fd >= 0 && close(fd) && !status)
        status = core_err_errno(err, "write", path);
    if (fd >= 0 && status)
        unlink(path);
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(secret_text, sizeof secret_text);
    sodium_memzero(text, sizeof text);
    return status;
}

// The rest of the line that begins with `word`, in place; NULL when there is none.
static char *line_find(char *text, const char *word)
{
    size_t length = strlen(word);
    for (char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        if (!strncmp(at, word, length) && at[length] == ' ')
            return at + length + 1;
    return NULL;
}

static bool keys_read(char *text, struct store_keys *out)
{
    uint8_t secret[SECRET_BYTES];
    size_t length = 0;
    char *name = line_find(text, "name"), *open = line_find(text, "public"),
         *hidden = line_find(text, "secret");
    if (strncmp(text, title, sizeof title - 1) != 0 || !name || !open || !hidden)
        return false;
    name[strcspn(name, "\n")] = open[strcspn(open, "\n")] = hidden[strcspn(hidden, "\n")] = '\0';
    bool good = strlen(name) < sizeof out->name && !store_public_parse(open, &out->open, NULL) &&
                !sodium_hex2bin(secret, sizeof secret, hidden, strlen(hidden), NULL, &length, NULL) &&
                length == sizeof secret;
    if (good) {
        snprintf(out->name, sizeof out->name, "%s", name);
        memcpy(out->sign_secret, secret, 64);
        memcpy(out->box_secret, secret + 64, STORE_KEY);
        good = !memcmp(out->sign_secret + 32, out->open.sign,
                       STORE_KEY); // libsodium keeps the public half there
    }
    sodium_memzero(secret, sizeof secret);
    return good;
}

enum ph_status store_keys_load(const char *path, struct store_keys *out, struct ph_err *err)
{
    struct core_buf text = {0};
    struct store_keys keys = {0};
    struct stat is;
    if (!stat(path, &is) && is.st_mode & 077)
        return core_err_set(err, PH_EINPUT, path, "chmod 600, and make new keys if somebody may have read it",
                            "others may read these keys");
    enum ph_status status = core_file_read(path, 4096, &text, err);
    if (!status && !keys_read(text.text, &keys))
        status =
            core_err_set(err, PH_EINPUT, path, "`pharos case keys` makes one", "this is no file of keys");
    if (!status)
        *out = keys;
    if (text.text)
        sodium_memzero(text.text, text.length);
    core_buf_fini(&text);
    store_keys_forget(&keys);
    return status;
}

// ---- trust

enum ph_status store_signer_add(struct store *store, const struct store_public *key, const char *name,
                                struct ph_err *err)
{
    if (!store_is_line(name, 1, STORE_KEY_NAME - 1))
        return core_err_set(err, PH_EINPUT, "name", NULL, "a centre's name has 1 to %d bytes",
                            STORE_KEY_NAME - 1);
    const struct store_value row[] = {store_bytes(key->sign, STORE_KEY), store_bytes(key->box, STORE_KEY),
                                      store_text(name), store_int(core_time_now())};
    return store_db_run(
        store->db,
        "INSERT INTO signers (sign_key, box_key, name, added_ns) VALUES ($1, $2, $3, $4) ON CONFLICT "
        "(sign_key) DO UPDATE SET box_key = excluded.box_key, name = excluded.name",
        row, 4, NULL, err);
}

enum ph_status store_signer_list(struct store *store, struct core_arena *arena, struct store_signer **out,
                                 size_t *n, struct ph_err *err)
{
    struct store_rows rows = {0};
    enum ph_status status = store_db_rows(
        store->db, "SELECT sign_key, box_key, name, added_ns FROM signers ORDER BY name, sign_key", NULL, 0,
        arena, &rows, err);
    struct store_signer *list = status ? NULL : CORE_ARENA_NEW(arena, struct store_signer, rows.n + 1);
    if (status || !list)
        return status ? status : core_err_nomem(err);
    for (size_t i = 0; i < rows.n; i++) {
        const struct store_value *cell = rows.cell + i * rows.n_columns;
        if (cell[0].length != STORE_KEY || cell[1].length != STORE_KEY || !cell[2].bytes)
            return core_err_set(err, PH_EIO, "signers", "restore a backup", "a signer's key is damaged");
        memcpy(list[i].key.sign, cell[0].bytes, STORE_KEY);
        memcpy(list[i].key.box, cell[1].bytes, STORE_KEY);
        list[i].name = cell[2].bytes;
        list[i].added_ns = cell[3].number;
    }
    *out = list;
    *n = rows.n;
    return PH_OK;
}

enum ph_status store_signer_find(struct store *store, const uint8_t sign[STORE_KEY],
                                 char name[STORE_KEY_NAME], struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_signer *list = NULL;
    size_t n = 0;
    enum ph_status status = store_signer_list(store, &arena, &list, &n, err);
    size_t i = 0;
    while (!status && i < n && memcmp(list[i].key.sign, sign, STORE_KEY) != 0)
        i++;
    if (!status && i == n)
        status = core_err_set(err, PH_ENOTFOUND, NULL, NULL, "this key is not trusted here");
    if (!status)
        snprintf(name, STORE_KEY_NAME, "%s", list[i].name);
    core_arena_fini(&arena);
    return status;
}
