#include "api/user.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"

#define SECOND_NS INT64_C(1000000000)
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const role_names[] = {"none", "viewer", "coordinator", "admin"};

bool api_role_read(const char *text, enum api_role *out)
{
    for (int i = API_VIEWER; text && i <= API_ADMIN; i++)
        if (!strcmp(text, role_names[i])) {
            *out = (enum api_role)i;
            return true;
        }
    return false;
}

const char *api_role_name(enum api_role role)
{
    return role_names[role];
}

bool api_user_name_good(const char *name)
{
    size_t n = strlen(name);
    return n && n < API_NAME &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@") == n;
}

static enum ph_status name_check(const char *name, const char *what, struct ph_err *err)
{
    if (api_user_name_good(name))
        return PH_OK;
    return core_err_set(err, PH_EINPUT, what, "letters, digits, - _ . @, at most 63",
                        "'%.80s' is not a good name", name);
}

static enum ph_status number_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n, (void)err;
    if (cell[0].kind == STORE_INT)
        *(int64_t *)arg = cell[0].number;
    return PH_OK;
}

// ---- passwords

// What an unknown user's password is compared with: of nobody.
static const char nobodys[] =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static enum ph_status password_hash(const char *password, char out[crypto_pwhash_STRBYTES],
                                    struct ph_err *err)
{
    if (strlen(password) < API_LEAST_PASSWORD || strlen(password) > 1000)
        return core_err_set(err, PH_EINPUT, "password", "four words are easy to remember",
                            "a password has at least %d letters", API_LEAST_PASSWORD);
    if (sodium_init() < 0 ||
        crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE))
        return core_err_nomem(err);
    return PH_OK;
}

static enum ph_status password_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n, (void)err;
    snprintf(arg, crypto_pwhash_STRBYTES, "%s", (const char *)cell[0].bytes);
    return PH_OK;
}

enum ph_status api_user_password_check(struct store_db *db, const char *user, const char *password,
                                       bool *good, struct ph_err *err)
{
    char kept[crypto_pwhash_STRBYTES] = "";
    enum ph_status status =
        store_db_each(db, "SELECT password FROM users WHERE id = $1",
                      (struct store_value[]){store_text(user)}, 1, password_keep, kept, err);
    if (status)
        return status;
    if (sodium_init() < 0)
        return core_err_nomem(err);
    int differs = crypto_pwhash_str_verify(kept[0] ? kept : nobodys, password, strlen(password));
    *good = kept[0] && !differs;
    return PH_OK;
}

// ---- users

enum ph_status api_users_any(struct store_db *db, bool *out, struct ph_err *err)
{
    int64_t n = 0;
    enum ph_status status = store_db_each(
        db, "SELECT count(*) FROM (SELECT 1 FROM users LIMIT 1) AS first_one", NULL, 0, number_keep, &n, err);
    if (!status)
        *out = n > 0;
    return status;
}

static enum ph_status user_find(struct store_db *db, const char *user, struct ph_err *err)
{
    int64_t n = 0;
    enum ph_status status = store_db_each(db, "SELECT count(*) FROM users WHERE id = $1",
                                          (struct store_value[]){store_text(user)}, 1, number_keep, &n, err);
    if (status || n)
        return status;
    return core_err_set(err, PH_ENOTFOUND, user, "`pharos user list` shows them", "there is no such user");
}

static enum ph_status role_write(struct store_db *db, const char *user, const char *centre,
                                 enum api_role role, struct ph_err *err)
{
    const struct store_value row[] = {store_text(user), store_text(centre), store_int(role)};
    enum ph_status status =
        store_db_run(db, "DELETE FROM members WHERE user_id = $1 AND centre = $2", row, 2, NULL, err);
    if (status || role == API_ANYBODY)
        return status;
    return store_db_run(db, "INSERT INTO members (user_id, centre, role) VALUES ($1, $2, $3)", row,
                        COUNT(row), NULL, err);
}

enum ph_status api_user_add(struct store_db *db, const char *user, const char *password, const char *centre,
                            enum api_role role, struct ph_err *err)
{
    char kept[crypto_pwhash_STRBYTES];
    int64_t changed = 0;
    enum ph_status status = name_check(user, "user", err);
    if (!status)
        status = name_check(centre, "centre", err);
    if (!status)
        status = password_hash(password, kept, err);
    if (!status)
        status = store_db_begin(db, true, err);
    if (status)
        return status;
    const struct store_value row[] = {store_text(user), store_text(kept), store_int(core_time_now())};
    status = store_db_run(
        db, "INSERT INTO users (id, password, created_ns) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", row,
        COUNT(row), &changed, err);
    if (!status && !changed)
        status = core_err_set(err, PH_ECONFLICT, user,
                              "`pharos user role` puts somebody into another centre as well",
                              "there is a user of this name already");
    if (!status)
        status = role_write(db, user, centre, role, err);
    return store_db_end(db, status, err);
}

enum ph_status api_user_role_set(struct store_db *db, const char *user, const char *centre,
                                 enum api_role role, struct ph_err *err)
{
    enum ph_status status = name_check(centre, "centre", err);
    if (!status)
        status = store_db_begin(db, true, err);
    if (status)
        return status;
    status = user_find(db, user, err);
    if (!status)
        status = role_write(db, user, centre, role, err);
    return store_db_end(db, status, err);
}

enum ph_status api_user_password_set(struct store_db *db, const char *user, const char *password,
                                     struct ph_err *err)
{
    char kept[crypto_pwhash_STRBYTES];
    enum ph_status status = password_hash(password, kept, err);
    if (!status)
        status = store_db_begin(db, true, err);
    if (status)
        return status;
    const struct store_value row[] = {store_text(user), store_text(kept)};
    status = user_find(db, user, err);
    if (!status)
        status = store_db_run(db, "UPDATE users SET password = $2 WHERE id = $1", row, 2, NULL, err);
    if (!status)
        status =
            store_db_run(db, "DELETE FROM tokens WHERE user_id = $1 AND kind = 'session'", row, 1, NULL, err);
    return store_db_end(db, status, err);
}

enum ph_status api_user_remove(struct store_db *db, const char *user, struct ph_err *err)
{
    static const char *const all[] = {"DELETE FROM tokens WHERE user_id = $1",
                                      "DELETE FROM members WHERE user_id = $1",
                                      "DELETE FROM users WHERE id = $1"};
    const struct store_value name = store_text(user);
    enum ph_status status = store_db_begin(db, true, err);
    if (status)
        return status;
    status = user_find(db, user, err);
    for (size_t i = 0; !status && i < COUNT(all); i++)
        status = store_db_run(db, all[i], &name, 1, NULL, err);
    return store_db_end(db, status, err);
}

// ---- tokens

static void token_hash(const char *token, const char *purpose, uint8_t out[32])
{
    crypto_generichash(out, 32, (const uint8_t *)token, strlen(token), (const uint8_t *)purpose,
                       strlen(purpose));
}

static void text_of(const uint8_t bytes[32], char out[API_TOKEN])
{
    sodium_bin2base64(out, API_TOKEN, bytes, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

#define FOR_STORE "pharos token in the store"
#define FOR_PAGE "pharos token of a page"

void api_token_csrf(const char *token, char out[API_TOKEN])
{
    uint8_t hash[32];
    token_hash(token, FOR_PAGE, hash);
    text_of(hash, out);
}

enum ph_status api_token_new(struct store_db *db, const char *user, const char *kind, const char *label,
                             int64_t lasts_s, char out[API_TOKEN], struct ph_err *err)
{
    uint8_t random[32], hash[32];
    char token[API_TOKEN];
    if (sodium_init() < 0)
        return core_err_nomem(err);
    randombytes_buf(random, sizeof random);
    text_of(random, token);
    token_hash(token, FOR_STORE, hash);
    int64_t now = core_time_now();
    const struct store_value row[] = {store_bytes(hash, sizeof hash),
                                      store_text(user),
                                      store_text(kind),
                                      store_text(label),
                                      store_int(now),
                                      store_int(lasts_s ? now + lasts_s * SECOND_NS : INT64_MAX)};
    enum ph_status status = store_db_begin(db, true, err);
    if (status)
        return status;
    status = user_find(db, user, err);
    if (!status) // those that are over make room
        status = store_db_run(db, "DELETE FROM tokens WHERE expires_ns < $1", &row[4], 1, NULL, err);
    if (!status)
        status = store_db_run(db,
                              "INSERT INTO tokens (hash, user_id, kind, label, created_ns, expires_ns) "
                              "VALUES ($1, $2, $3, $4, $5, $6)",
                              row, COUNT(row), NULL, err);
    status = store_db_end(db, status, err);
    if (!status)
        memcpy(out, token, sizeof token);
    return status;
}

static enum ph_status name_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n, (void)err;
    snprintf(arg, API_NAME, "%s", (const char *)cell[0].bytes);
    return PH_OK;
}

enum ph_status api_token_user(struct store_db *db, const char *token, const char *kind, char user[API_NAME],
                              struct ph_err *err)
{
    uint8_t hash[32];
    char found[API_NAME] = "";
    token_hash(token, FOR_STORE, hash);
    const struct store_value row[] = {store_bytes(hash, sizeof hash), store_text(kind),
                                      store_int(core_time_now())};
    enum ph_status status =
        store_db_each(db, "SELECT user_id FROM tokens WHERE hash = $1 AND kind = $2 AND expires_ns > $3", row,
                      COUNT(row), name_keep, found, err);
    if (status)
        return status;
    if (!found[0])
        return core_err_set(err, PH_ENOTFOUND, NULL, "log in again", "this is nobody's token");
    memcpy(user, found, sizeof found);
    return PH_OK;
}

enum ph_status api_token_end(struct store_db *db, const char *token, struct ph_err *err)
{
    uint8_t hash[32];
    token_hash(token, FOR_STORE, hash);
    const struct store_value row = store_bytes(hash, sizeof hash);
    return store_db_run(db, "DELETE FROM tokens WHERE hash = $1", &row, 1, NULL, err);
}

enum ph_status api_tokens_revoke(struct store_db *db, const char *user, const char *label, struct ph_err *err)
{
    const struct store_value row[] = {store_text(user), store_text(label)};
    enum ph_status status = user_find(db, user, err);
    if (status)
        return status;
    return label ? store_db_run(db, "DELETE FROM tokens WHERE user_id = $1 AND label = $2", row, 2, NULL, err)
                 : store_db_run(db, "DELETE FROM tokens WHERE user_id = $1", row, 1, NULL, err);
}

// ---- centres

enum ph_status api_memberships(struct store_db *db, const char *user, struct core_arena *arena,
                               struct api_membership **out, size_t *n, struct ph_err *err)
{
    const struct store_value name = store_text(user);
    struct store_rows rows;
    enum ph_status status = store_db_rows(
        db,
        user ? "SELECT user_id, centre, role FROM members WHERE user_id = $1 ORDER BY centre"
             : "SELECT users.id, COALESCE(centre, ''), COALESCE(role, 0) FROM users LEFT JOIN members ON "
               "user_id = users.id ORDER BY users.id, centre",
        &name, user ? 1 : 0, arena, &rows, err);
    struct api_membership *all = status ? NULL : CORE_ARENA_NEW(arena, struct api_membership, rows.n + 1);
    if (!status && !all)
        status = core_err_nomem(err);
    for (size_t i = 0; !status && i < rows.n; i++)
        all[i] = (struct api_membership){rows.cell[3 * i].bytes, rows.cell[3 * i + 1].bytes,
                                         (enum api_role)rows.cell[3 * i + 2].number};
    if (status)
        return status;
    *out = all;
    *n = rows.n;
    return PH_OK;
}

enum ph_status api_centre_known(struct store_db *db, const char *centre, bool *out, struct ph_err *err)
{
    int64_t n = 0;
    enum ph_status status =
        store_db_each(db, "SELECT count(*) FROM members WHERE centre = $1",
                      (struct store_value[]){store_text(centre)}, 1, number_keep, &n, err);
    if (!status)
        *out = n > 0;
    return status;
}

struct standing {
    int64_t role, owns;
};

static enum ph_status standing_keep(void *arg, const struct store_value *cell, size_t n, struct ph_err *err)
{
    (void)n;
    enum ph_status status = number_keep(&((struct standing *)arg)->role, &cell[0], 1, err);
    return status ? status : number_keep(&((struct standing *)arg)->owns, &cell[1], 1, err);
}

enum ph_status api_user_case_role(struct store_db *db, const char *user, const char *case_id,
                                  enum api_role *role, bool *owns, struct ph_err *err)
{
    const struct store_value row[] = {store_text(user), store_text(case_id)};
    struct standing standing = {0};
    enum ph_status status = store_db_each(
        db,
        "SELECT max(CASE WHEN m.role < c.role THEN m.role ELSE c.role END), max(CASE WHEN m.role >= 2 THEN "
        "c.owner ELSE 0 END) FROM case_centres c JOIN members m ON m.centre = c.centre WHERE m.user_id = $1 "
        "AND c.case_id = $2",
        row, COUNT(row), standing_keep, &standing, err);
    if (status)
        return status;
    *role = (enum api_role)standing.role;
    *owns = standing.owns != 0;
    return PH_OK;
}

enum ph_status api_shares(struct store_db *db, const char *case_id, struct core_arena *arena,
                          struct api_share **out, size_t *n, struct ph_err *err)
{
    const struct store_value id = store_text(case_id);
    struct store_rows rows;
    enum ph_status status =
        store_db_rows(db, "SELECT centre, role, owner FROM case_centres WHERE case_id = $1 ORDER BY centre",
                      &id, 1, arena, &rows, err);
    struct api_share *all = status ? NULL : CORE_ARENA_NEW(arena, struct api_share, rows.n + 1);
    if (!status && !all)
        status = core_err_nomem(err);
    for (size_t i = 0; !status && i < rows.n; i++)
        all[i] = (struct api_share){rows.cell[3 * i].bytes, (enum api_role)rows.cell[3 * i + 1].number,
                                    rows.cell[3 * i + 2].number != 0};
    if (status)
        return status;
    *out = all;
    *n = rows.n;
    return PH_OK;
}

enum ph_status api_case_give(struct store_db *db, const char *case_id, const char *centre, struct ph_err *err)
{
    const struct store_value row[] = {store_text(case_id), store_text(centre), store_int(API_ADMIN)};
    int64_t owned = 0;
    enum ph_status status = store_db_begin(db, true, err);
    if (status)
        return status;
    status = store_db_each(db, "SELECT count(*) FROM case_centres WHERE case_id = $1 AND owner = 1", row, 1,
                           number_keep, &owned, err);
    if (!status && !owned)
        status = store_db_run(db, "DELETE FROM case_centres WHERE case_id = $1 AND centre = $2", row, 2, NULL,
                              err);
    if (!status && !owned)
        status =
            store_db_run(db, "INSERT INTO case_centres (case_id, centre, role, owner) VALUES ($1, $2, $3, 1)",
                         row, COUNT(row), NULL, err);
    return store_db_end(db, status, err);
}

enum ph_status api_case_share(struct store_db *db, const char *case_id, const char *centre,
                              enum api_role role, struct ph_err *err)
{
    const struct store_value row[] = {store_text(case_id), store_text(centre), store_int(role)};
    int64_t owned = 0;
    enum ph_status status = store_db_begin(db, true, err);
    if (status)
        return status;
    status = store_db_each(
        db, "SELECT count(*) FROM case_centres WHERE case_id = $1 AND centre = $2 AND owner = 1", row, 2,
        number_keep, &owned, err);
    if (!status && owned)
        status = core_err_set(err, PH_EINPUT, centre, "share it with another one",
                              "this case is that centre's own");
    if (!status)
        status = store_db_run(db, "DELETE FROM case_centres WHERE case_id = $1 AND centre = $2", row, 2, NULL,
                              err);
    if (!status && role != API_ANYBODY)
        status =
            store_db_run(db, "INSERT INTO case_centres (case_id, centre, role, owner) VALUES ($1, $2, $3, 0)",
                         row, COUNT(row), NULL, err);
    return store_db_end(db, status, err);
}
