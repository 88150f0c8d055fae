// Users: passwords, roles in centres, tokens and sessions, and which centre may see which case. Tables of the
// case store (store/schema.h). Without users there is one person, at this machine.
#ifndef API_USER_H
#define API_USER_H

#include <stdbool.h>

#include "api/route.h"
#include "core/arena.h"
#include "store/db.h"

enum {
    API_NAME = 64,          // room for the name of a user or centre
    API_TOKEN = 48,         // and for a token: 43 letters, 256 random bits
    API_LEAST_PASSWORD = 10 // letters
};

// "viewer", "coordinator", "admin"; false for anything else.
bool api_role_read(const char *text, enum api_role *out);
const char *api_role_name(enum api_role role);

// Names of users and centres: letters, digits, - _ . @, at most 63.
bool api_user_name_good(const char *name);

enum ph_status api_users_any(struct store_db *db, bool *out, struct ph_err *err) PH_NODISCARD;
// PH_ECONFLICT when there is one of this name. The password is kept as an argon2id string.
enum ph_status api_user_add(struct store_db *db, const char *user, const char *password, const char *centre,
                            enum api_role role, struct ph_err *err) PH_NODISCARD;
// API_ANYBODY takes the user out of the centre. PH_ENOTFOUND when there is no such user.
enum ph_status api_user_role_set(struct store_db *db, const char *user, const char *centre,
                                 enum api_role role, struct ph_err *err) PH_NODISCARD;
// Ends every session of the user; tokens stay.
enum ph_status api_user_password_set(struct store_db *db, const char *user, const char *password,
                                     struct ph_err *err) PH_NODISCARD;
// With all tokens and sessions; what is in logs under the name stays there.
enum ph_status api_user_remove(struct store_db *db, const char *user, struct ph_err *err) PH_NODISCARD;

// Takes as long for a user who is not there.
enum ph_status api_user_password_check(struct store_db *db, const char *user, const char *password,
                                       bool *good, struct ph_err *err) PH_NODISCARD;

// A new token ("token", for programs, until it is revoked) or session ("session"), shown this once.
// `lasts_s` 0: for ever.
enum ph_status api_token_new(struct store_db *db, const char *user, const char *kind, const char *label,
                             int64_t lasts_s, char out[API_TOKEN], struct ph_err *err) PH_NODISCARD;
// Whose it is; PH_ENOTFOUND when it is none of this kind, or no longer.
enum ph_status api_token_user(struct store_db *db, const char *token, const char *kind, char user[API_NAME],
                              struct ph_err *err) PH_NODISCARD;
enum ph_status api_token_end(struct store_db *db, const char *token, struct ph_err *err) PH_NODISCARD;
// Tokens of a user with this label, or all (NULL).
enum ph_status api_tokens_revoke(struct store_db *db, const char *user, const char *label,
                                 struct ph_err *err) PH_NODISCARD;
// What a page must send along with a change, so that no other page can make it: made of the session's token.
void api_token_csrf(const char *token, char out[API_TOKEN]);

// ---- centres

struct api_membership {
    const char *user, *centre;
    enum api_role role;
};
// By user and centre; `user` NULL: of all.
enum ph_status api_memberships(struct store_db *db, const char *user, struct core_arena *arena,
                               struct api_membership **out, size_t *n, struct ph_err *err) PH_NODISCARD;
enum ph_status api_centre_known(struct store_db *db, const char *centre, bool *out,
                                struct ph_err *err) PH_NODISCARD;

// What the user may do with a case: the least of his role in a centre and of what that centre may, the best
// of his centres. API_ANYBODY: nothing, the case is not to be seen. `owns`: coordinator or more of its own
// centre.
enum ph_status api_user_case_role(struct store_db *db, const char *user, const char *case_id,
                                  enum api_role *role, bool *owns, struct ph_err *err) PH_NODISCARD;

struct api_share {
    const char *centre;
    enum api_role role;
    bool owner;
};
enum ph_status api_shares(struct store_db *db, const char *case_id, struct core_arena *arena,
                          struct api_share **out, size_t *n, struct ph_err *err) PH_NODISCARD;
// The centre whose the case is from now on. For a case that has one, it stays.
enum ph_status api_case_give(struct store_db *db, const char *case_id, const char *centre,
                             struct ph_err *err) PH_NODISCARD;
// API_ANYBODY ends the sharing. The owner's own is not touched: PH_EINPUT.
enum ph_status api_case_share(struct store_db *db, const char *case_id, const char *centre,
                              enum api_role role, struct ph_err *err) PH_NODISCARD;

#endif
