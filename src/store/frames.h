// An encrypted stream in a file: a header with the key, sealed to who may open it, and frames of libsodium's
// secretstream (XChaCha20-Poly1305). docs/store.md describes it.
#ifndef STORE_FRAMES_H
#define STORE_FRAMES_H

#include <stdio.h>

#include <sodium.h>

#include "store/keys.h"

enum { STORE_FRAME = 1 << 16, STORE_MOST_RECIPIENTS = 16 };

struct store_frames_out {
    FILE *file;
    const char *path;
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t header_hash[STORE_HASH]; // binds what is signed to this file
    uint8_t plain[STORE_FRAME];
    size_t n_plain;
    bool first; // frame, which carries the header's hash
};
// To recipients (n > 0), or to whoever knows the passphrase.
enum ph_status store_frames_create(const char *path, const struct store_public *to, size_t n,
                                   const char *passphrase, struct store_frames_out *out,
                                   struct ph_err *err) PH_NODISCARD;
enum ph_status store_frames_put(struct store_frames_out *out, const void *bytes, size_t length,
                                struct ph_err *err) PH_NODISCARD;
// Writes the last frame and closes, after a failure too (`status`); returns what came of it.
enum ph_status store_frames_finish(struct store_frames_out *out, enum ph_status status,
                                   struct ph_err *err) PH_NODISCARD;

// Bytes from a file or from memory, decrypted or as they are (what fuzzers feed).
struct store_frames_in {
    FILE *file;
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t header_hash[STORE_HASH];
    uint8_t plain[STORE_FRAME];
    size_t at, n_plain;
    bool first, ended, bare; // bare: not encrypted
};
// Takes `file` over also when it fails. PH_EINPUT: not for these keys, a wrong passphrase, or no bundle.
enum ph_status store_frames_open(FILE *file, const struct store_keys *keys, const char *passphrase,
                                 struct store_frames_in *in, struct ph_err *err) PH_NODISCARD;
// Exactly so many bytes; PH_EINPUT when they are not there or not what was written.
enum ph_status store_frames_take(struct store_frames_in *in, void *bytes, size_t length,
                                 struct ph_err *err) PH_NODISCARD;
// PH_EINPUT when anything follows.
enum ph_status store_frames_end(struct store_frames_in *in, struct ph_err *err) PH_NODISCARD;
void store_frames_close(struct store_frames_in *in);

#endif
