// A case in one file for another centre: its whole log and its files, signed by the sender, encrypted to the
// receiver. What comes in is checked event by event and file by file, and becomes, all of it or nothing, part
// of the store.
#ifndef STORE_BUNDLE_H
#define STORE_BUNDLE_H

#include "store/frames.h"

// Writes a case for `n` recipients, or for whoever knows the passphrase (n 0). That it was exported, to whom
// and by whom, is an event of the case before anything is written. `entry`: who and why.
enum ph_status store_bundle_export(struct store *store, const struct store_entry *entry,
                                   const struct store_keys *keys, const struct store_public *to, size_t n,
                                   const char *passphrase, const char *path, struct store_receipt *out,
                                   struct ph_err *err) PH_NODISCARD;

enum store_import_kind {
    STORE_IMPORT_NEW,     // the case was not here: its log is, event for event, and goes on here
    STORE_IMPORT_FORWARD, // the case was here as far as some event of theirs: the rest was added
    STORE_IMPORT_MERGED,  // both have gone on: what is new in theirs is kept as a branch in one event of ours
    STORE_IMPORT_NOTHING, // nothing new
};
struct store_import {
    enum store_import_kind kind;
    char case_id[STORE_ID];
    char signer[STORE_KEY_NAME]; // as it is trusted here
    struct store_public key;
    size_t events;   // that were new
    bool their_case; // MERGED: the case document is now theirs, for ours had not changed
    bool differ;     // MERGED: both have changed the document; ours stands, theirs is in the branch
    struct store_receipt receipt; // of the event that tells of it; not for NOTHING
};

struct store_import_options {
    const struct store_keys *keys;    // NULL: none
    const char *passphrase;           // NULL: none
    const struct store_public *trust; // taken though it is not among the store's signers; NULL: none
    const char *who, *why;
};
// PH_EINPUT: damaged, not for these keys, or signed by one who is not trusted (the error names the key); the
// store is as before.
enum ph_status store_bundle_import(struct store *store, const char *path,
                                   const struct store_import_options *options, struct store_import *out,
                                   struct ph_err *err) PH_NODISCARD;

// ---- the content, for those above and for fuzzers

struct store_content {
    struct core_arena arena;
    struct store_public sender;
    const char *sender_name, *case_id;
    int64_t exported_ns;
    struct store_event *event;
    size_t n_events;
    crypto_sign_state sum; // of all that was read
};
// The sender, the events in their chain; then files, one by one, given to `take`; then the signature over all
// of it.
typedef enum ph_status store_file_fn(void *arg, const void *bytes, size_t length, struct ph_err *err);
enum ph_status store_content_events(struct store_frames_in *in, struct store_content *content,
                                    struct ph_err *err) PH_NODISCARD;
enum ph_status store_content_files(struct store_frames_in *in, struct store_content *content,
                                   store_file_fn *take, void *arg, struct ph_err *err) PH_NODISCARD;
enum ph_status store_content_sign(struct store_frames_in *in, struct store_content *content,
                                  struct ph_err *err) PH_NODISCARD;

// Events that a "merged" event keeps: those of the other centre.
enum ph_status store_branch_read(struct store *store, const struct store_event *merged,
                                 struct core_arena *arena, struct store_event **out, size_t *n,
                                 struct ph_err *err) PH_NODISCARD;
#define STORE_BRANCH "branch.events"

#endif
