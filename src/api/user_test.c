// Users, tokens, roles and sharing, on both databases.
#include "api/user.h"

#include "store/fixture.h"
#include "test/tap.h"

static const char password[] = "four words are enough";

static bool may(struct store_db *db, const char *user, const char *id, enum api_role wanted, bool owner)
{
    enum api_role role = API_ADMIN;
    bool owns = !owner;
    struct ph_err err;
    return !api_user_case_role(db, user, id, &role, &owns, &err) && role == wanted && owns == owner;
}

static void passwords(struct store_db *db)
{
    struct ph_err err;
    bool good = true, any = true;
    tap_ok(!api_users_any(db, &any, &err) && !any, "at first there are no users");
    tap_ok(api_user_add(db, "vera", "short", "mrcc", API_VIEWER, &err) == PH_EINPUT,
           "a short password is refused");
    tap_ok(api_user_add(db, "ve ra", password, "mrcc", API_VIEWER, &err) == PH_EINPUT,
           "and a name with a gap");
    tap_ok(!api_user_add(db, "vera", password, "mrcc", API_VIEWER, &err), "a user is made");
    tap_ok(api_user_add(db, "vera", password, "other", API_ADMIN, &err) == PH_ECONFLICT, "once");
    tap_ok(!api_users_any(db, &any, &err) && any, "now there are some");
    tap_ok(!api_user_password_check(db, "vera", password, &good, &err) && good,
           "the password is known again");
    tap_ok(!api_user_password_check(db, "vera", "four words are enougH", &good, &err) && !good,
           "another is not");
    tap_ok(!api_user_password_check(db, "nobody", password, &good, &err) && !good,
           "nor is anybody's of nobody");
}

static void tokens(struct store_db *db)
{
    char token[API_TOKEN], other[API_TOKEN], user[API_NAME] = "", csrf[API_TOKEN];
    struct ph_err err;
    tap_ok(api_token_new(db, "nobody", "token", "", 0, token, &err) == PH_ENOTFOUND, "nobody gets no token");
    tap_ok(!api_token_new(db, "vera", "token", "radio", 0, token, &err) && strlen(token) == 43,
           "a token is made");
    tap_ok(!api_token_user(db, token, "token", user, &err) && !strcmp(user, "vera"), "and says who it is");
    tap_ok(api_token_user(db, token, "session", user, &err) == PH_ENOTFOUND, "but is no session");
    tap_ok(!api_token_new(db, "vera", "session", "", -1, other, &err) &&
               api_token_user(db, other, "session", user, &err) == PH_ENOTFOUND,
           "a session that is over is none");
    api_token_csrf(token, csrf);
    tap_ok(strcmp(csrf, token) != 0 && strlen(csrf) == 43, "what a page sends along does not tell the token");
    tap_ok(!api_tokens_revoke(db, "vera", "radio", &err) &&
               api_token_user(db, token, "token", user, &err) == PH_ENOTFOUND,
           "a revoked one is none");
    tap_ok(!api_token_new(db, "vera", "session", "", 60, token, &err) &&
               !api_user_password_set(db, "vera", "a new one, much longer", &err) &&
               api_token_user(db, token, "session", user, &err) == PH_ENOTFOUND,
           "a new password ends sessions");
}

static void sharing(struct store *store)
{
    struct store_db *db = store_db_of(store);
    struct store_receipt made;
    struct ph_err err;
    bool good = !store_create(store, &(struct store_entry){.kind = "created", .who = "vera"},
                              "{\"name\": \"n\"}", 13, NULL, &made, &err) &&
                !api_user_add(db, "carlo", password, "mrcc", API_COORDINATOR, &err) &&
                !api_user_add(db, "ally", password, "allies", API_ADMIN, &err);
    const char *id = made.case_id;
    tap_ok(good && may(db, "carlo", id, API_ANYBODY, false), "a case of nobody is seen by nobody");
    tap_ok(!api_case_give(db, id, "mrcc", &err) && may(db, "carlo", id, API_COORDINATOR, true) &&
               may(db, "vera", id, API_VIEWER, false) && may(db, "ally", id, API_ANYBODY, false),
           "given to a centre it is seen there, each by his role");
    tap_ok(!api_case_give(db, id, "allies", &err) && may(db, "ally", id, API_ANYBODY, false),
           "nobody takes it away by giving it again");
    tap_ok(!api_case_share(db, id, "allies", API_VIEWER, &err) && may(db, "ally", id, API_VIEWER, false),
           "shared for looking, an admin of the other centre looks");
    tap_ok(!api_case_share(db, id, "allies", API_COORDINATOR, &err) &&
               may(db, "ally", id, API_COORDINATOR, false),
           "shared for work he works, but does not own");
    tap_ok(api_case_share(db, id, "mrcc", API_VIEWER, &err) == PH_EINPUT &&
               may(db, "carlo", id, API_COORDINATOR, true),
           "the owner's part is not touched");
    tap_ok(!api_case_share(db, id, "allies", API_ANYBODY, &err) && may(db, "ally", id, API_ANYBODY, false),
           "no longer shared it is no longer seen");
    tap_ok(!api_user_role_set(db, "vera", "mrcc", API_ANYBODY, &err) &&
               may(db, "vera", id, API_ANYBODY, false),
           "without a role nothing is seen");
    tap_ok(!api_user_remove(db, "carlo", &err) && may(db, "carlo", id, API_ANYBODY, false) &&
               api_user_remove(db, "carlo", &err) == PH_ENOTFOUND,
           "a removed user is gone");
}

int main(void)
{
    struct store_test test;
    for (size_t i = 0; i < STORE_TEST_KINDS; i++)
        if (store_test_open(&test, i)) {
            passwords(store_db_of(test.store));
            tokens(store_db_of(test.store));
            sharing(test.store);
            store_test_close(&test);
        }
    return tap_done();
}
