// A centre's keys: Ed25519 to sign what it hands over, X25519 to open what is handed to it. And whom it
// trusts.
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "store/store.h"

enum { STORE_KEY = 32, STORE_KEY_TEXT = 104, STORE_KEY_NAME = 128 };

// What is given to others, as one word: "pharos-key1." and 86 letters.
struct store_public {
    uint8_t sign[STORE_KEY], box[STORE_KEY];
};

struct store_keys {
    struct store_public open;
    uint8_t sign_secret[64], box_secret[STORE_KEY];
    char name[STORE_KEY_NAME];
};

void store_public_text(const struct store_public *key, char out[STORE_KEY_TEXT]);
enum ph_status store_public_parse(const char *text, struct store_public *out,
                                  struct ph_err *err) PH_NODISCARD;

// PH_EINPUT when the name is empty, too long or has line breaks.
enum ph_status store_keys_make(const char *name, struct store_keys *out, struct ph_err *err) PH_NODISCARD;
// A file that only its owner may read; one that is there is never written over.
enum ph_status store_keys_save(const struct store_keys *keys, const char *path,
                               struct ph_err *err) PH_NODISCARD;
// PH_EINPUT when others may read it, or when it is no file of keys.
enum ph_status store_keys_load(const char *path, struct store_keys *out, struct ph_err *err) PH_NODISCARD;
void store_keys_forget(struct store_keys *keys); // overwrites them

// Those whose bundles are taken, kept in the store.
enum ph_status store_signer_add(struct store *store, const struct store_public *key, const char *name,
                                struct ph_err *err) PH_NODISCARD;
struct store_signer {
    struct store_public key;
    const char *name;
    int64_t added_ns;
};
enum ph_status store_signer_list(struct store *store, struct core_arena *arena, struct store_signer **out,
                                 size_t *n, struct ph_err *err) PH_NODISCARD;
// The name under which a signing key is trusted; PH_ENOTFOUND.
enum ph_status store_signer_find(struct store *store, const uint8_t sign[STORE_KEY],
                                 char name[STORE_KEY_NAME], struct ph_err *err) PH_NODISCARD;

#endif
