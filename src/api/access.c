#include "api/access.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/cases.h"
#include "api/limit.h"
#include "api/problem.h"
#include "api/server.h"
#include "api/user.h"
#include "core/err.h"
#include "core/time.h"

enum { SESSION_S = 12 * 3600 }; // a watch

// Tries to log in: a person who mistypes is let try again at once, a program that guesses is not.
static const double user_burst = 8, user_each_s = 60, address_burst = 40, address_each_s = 10;

struct api_access {
    const char *proxy;
    bool secure;           // the proxy speaks TLS
    atomic_bool has_users; // once there were some it stays so until the server is started again
    pthread_mutex_t lock;  // of the limits
    struct api_limit limit;
    pthread_mutex_t hashing; // a password takes 64 MiB: one at a time
};

enum ph_status api_access_new(const char *proxy, struct api_access **out, struct ph_err *err)
{
    struct api_access *access = sodium_init() < 0 ? NULL : calloc(1, sizeof *access);
    if (!access)
        return core_err_nomem(err);
    access->proxy = proxy;
    access->secure = proxy && !strncmp(proxy, "https://", 8);
    atomic_init(&access->has_users, false);
    api_limit_init(&access->limit);
    pthread_mutex_init(&access->lock, NULL);
    pthread_mutex_init(&access->hashing, NULL);
    *out = access;
    return PH_OK;
}

void api_access_free(struct api_access *access)
{
    if (!access)
        return;
    pthread_mutex_destroy(&access->lock);
    pthread_mutex_destroy(&access->hashing);
    free(access);
}

// With "__Host-" a browser takes it from this very host over TLS only.
static const char *cookie_name(const struct api_access *access)
{
    return access->secure ? "__Host-pharos" : "pharos";
}

static void cookie_set(struct api_call *call, const char *token, int lasts_s)
{
    const struct api_access *access = api_server_access(call->server);
    api_reply_header(call->reply, "Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
                     cookie_name(access), token, lasts_s, access->secure ? "; Secure" : "");
}

// The last address that X-Forwarded-For names is the one that the proxy has seen itself.
static void client_of(const struct api_call *call, char out[64])
{
    const struct api_access *access = api_server_access(call->server);
    const char *list = access->proxy ? api_request_header(call->request, "X-Forwarded-For") : NULL;
    const char *last = list ? strrchr(list, ',') : NULL;
    last = last ? last + 1 : list;
    snprintf(out, 64, "%s", last ? last + strspn(last, " ") : call->request->client);
}

// ---- who

static enum ph_status users_any(struct api_access *access, struct store_db *db, bool *any, struct ph_err *err)
{
    *any = atomic_load(&access->has_users);
    enum ph_status status = *any ? PH_OK : api_users_any(db, any, err);
    if (!status && *any)
        atomic_store(&access->has_users, true);
    return status;
}

// The user of a token or of a session; none is PH_OK with an empty id.
static enum ph_status user_read(struct api_call *call, struct store_db *db, struct ph_err *err)
{
    struct api_person *person = &call->person;
    const char *bearer = api_request_header(call->request, "Authorization");
    const char *cookie = api_request_cookie(call->request, cookie_name(api_server_access(call->server)));
    bool by_token = bearer && !strncasecmp(bearer, "Bearer ", 7);
    const char *token = by_token ? bearer + 7 : cookie;
    *person = (struct api_person){.by_token = by_token};
    if (!token || strlen(token) >= API_TOKEN)
        return PH_OK;
    enum ph_status status = api_token_user(db, token, by_token ? "token" : "session", person->id, err);
    if (!status)
        snprintf(person->session, sizeof person->session, "%s", by_token ? "" : token);
    return status == PH_ENOTFOUND ? PH_OK : status;
}

// A change asked for with a cookie brings along what only our own page can know.
static bool csrf_good(const struct api_call *call)
{
    char wanted[API_TOKEN];
    if (!call->person.session[0] || !strcmp(call->request->method, "GET"))
        return true;
    const char *given = api_request_header(call->request, "X-Pharos-CSRF");
    api_token_csrf(call->person.session, wanted);
    return given && strlen(given) == strlen(wanted) && !sodium_memcmp(given, wanted, strlen(wanted));
}

// Role for this request: of the case or in the centre that its path names, or the best in any centre.
static enum ph_status role_read(struct api_call *call, struct store_db *db, struct ph_err *err)
{
    struct api_person *person = &call->person;
    struct core_arena arena = {0};
    struct api_membership *in;
    size_t n;
    bool one_centre = strstr(call->route->pattern, "/centres/{centre}") != NULL;
    enum ph_status status = api_memberships(db, person->id, &arena, &in, &n, err);
    for (size_t i = 0; !status && i < n; i++)
        if (in[i].role > person->role && (!one_centre || !strcmp(in[i].centre, call->part[0]))) {
            person->role = in[i].role;
            snprintf(person->centre, sizeof person->centre, "%s", in[i].centre);
        }
    core_arena_fini(&arena);
    if (!status && strstr(call->route->pattern, "/{case}"))
        status = api_user_case_role(db, person->id, call->part[0], &person->role, &person->owns, err);
    return status;
}

static bool role_enough(struct api_call *call)
{
    const struct api_person *person = &call->person;
    if (person->role >= call->route->role && call->route->owners_only && !person->owns) {
        api_answer_problem(call, 403, "role", "only the centre whose case it is does this", NULL, NULL);
        return false;
    }
    if (person->role >= call->route->role)
        return true;
    if (person->role == API_ANYBODY && strstr(call->route->pattern, "/{case}")) {
        api_answer_missing(call, "case");
        return false;
    }
    char fix[96];
    snprintf(fix, sizeof fix, "ask somebody who is %s", api_role_name(call->route->role));
    api_answer_problem(call, 403, "role", "your role does not allow this", call->request->path, fix);
    return false;
}

static bool person_let_in(struct api_call *call, struct store_db *db)
{
    struct ph_err err;
    if (user_read(call, db, &err)) {
        api_answer_store(call, &err);
        return false;
    }
    if (call->route->role == API_ANYBODY)
        return true;
    if (!call->person.id[0]) {
        api_reply_header(call->reply, "WWW-Authenticate", "Bearer");
        api_answer_problem(call, 401, "login", "log in first", NULL, "POST /api/v1/login, or send a token");
        return false;
    }
    if (!csrf_good(call)) {
        api_answer_problem(call, 403, "csrf", "this change does not come from the program's own page",
                           "X-Pharos-CSRF", "send what GET /api/v1/session says as csrf");
        return false;
    }
    if (role_read(call, db, &err)) {
        api_answer_store(call, &err);
        return false;
    }
    return role_enough(call);
}

bool api_access_enter(struct api_call *call)
{
    struct api_access *access = api_server_access(call->server);
    struct store *store;
    struct ph_err err;
    bool any = false, in = false;
    if (call->route->role == API_ANYBODY && !call->route->knows_person)
        return true;
    if (!(store = api_store_take(call)))
        return false;
    if (users_any(access, store_db_of(store), &any, &err)) {
        api_answer_store(call, &err);
    } else if (any) {
        in = person_let_in(call, store_db_of(store));
    } else {
        call->person = (struct api_person){.id = "local", .role = API_ADMIN, .owns = true, .alone = true};
        in = true;
    }
    api_store_give(call->server, store);
    return in;
}

// ---- sessions

static json_t *memberships_json(struct store_db *db, const char *user, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct api_membership *in;
    size_t n;
    json_t *list = api_memberships(db, user, &arena, &in, &n, err) ? NULL : json_array();
    for (size_t i = 0; list && i < n; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "centre", in[i].centre, "role", api_role_name(in[i].role)));
    core_arena_fini(&arena);
    return list;
}

static void session_answer(struct api_call *call, struct store_db *db, const char *user, const char *token)
{
    char csrf[API_TOKEN] = "";
    struct ph_err err;
    json_t *in = memberships_json(db, user, &err);
    if (!in) {
        api_answer_store(call, &err);
        return;
    }
    if (token[0])
        api_token_csrf(token, csrf);
    json_t *answer = json_pack("{s:b, s:s, s:o}", "users", 1, "user", user, "centres", in);
    if (csrf[0])
        json_object_set_new(answer, "csrf", json_string(csrf));
    api_answer_json(call, 200, answer);
}

void api_session(struct api_call *call)
{
    if (call->person.alone) {
        api_answer_json(call, 200, json_pack("{s:b, s:s, s:[]}", "users", 0, "user", "local", "centres"));
    } else if (!call->person.id[0]) {
        api_answer_json(call, 200, json_pack("{s:b, s:n, s:[]}", "users", 1, "user", "centres"));
    } else {
        struct store *store = api_store_take(call);
        if (store)
            session_answer(call, store_db_of(store), call->person.id, call->person.session);
        api_store_give(call->server, store);
    }
}

// May it be tried? An empty bucket for each address and each user.
static bool try_allowed(struct api_call *call, const char *user)
{
    struct api_access *access = api_server_access(call->server);
    char client[64], by_address[80], by_user[96];
    double now_s = core_time_monotonic_s();
    client_of(call, client);
    snprintf(by_address, sizeof by_address, "address %s", client);
    snprintf(by_user, sizeof by_user, "user %s", user);
    pthread_mutex_lock(&access->lock);
    bool allowed = api_limit_take(&access->limit, by_address, address_burst, address_each_s, now_s) &&
                   api_limit_take(&access->limit, by_user, user_burst, user_each_s, now_s);
    pthread_mutex_unlock(&access->lock);
    if (allowed)
        return true;
    api_reply_header(call->reply, "Retry-After", "60");
    api_answer_problem(call, 429, "rate", "too many tries to log in", NULL, "wait a minute");
    return false;
}

static void try_forget(struct api_access *access, const char *user)
{
    char by_user[96];
    snprintf(by_user, sizeof by_user, "user %s", user);
    pthread_mutex_lock(&access->lock);
    api_limit_forget(&access->limit, by_user);
    pthread_mutex_unlock(&access->lock);
}

// False with a problem answered: tried too often, or wrong.
static bool password_good(struct api_call *call, struct store_db *db, const char *user, const char *password)
{
    struct api_access *access = api_server_access(call->server);
    struct ph_err err;
    bool good = false;
    if (!try_allowed(call, user))
        return false;
    pthread_mutex_lock(&access->hashing);
    enum ph_status status = api_user_password_check(db, user, password, &good, &err);
    pthread_mutex_unlock(&access->hashing);
    if (status)
        api_answer_store(call, &err);
    else if (!good)
        api_answer_problem(call, 401, "password", "user or password are wrong", NULL, "try again");
    else
        try_forget(access, user);
    return good;
}

static const char *member(const struct api_call *call, const char *name)
{
    const char *text = json_string_value(json_object_get(call->body, name));
    return text ? text : "";
}

void api_login(struct api_call *call)
{
    const char *user = member(call, "user"), *password = member(call, "password");
    char token[API_TOKEN];
    struct ph_err err;
    if (call->person.alone) {
        api_answer_problem(call, 409, "alone", "this server has no users", NULL,
                           "`pharos user add` makes them");
        return;
    }
    if (!api_user_name_good(user) || !password[0] || strlen(password) > 1000) {
        api_answer_problem(call, 422, "input", "say who you are", "/user", "{\"user\": …, \"password\": …}");
        return;
    }
    struct store *store = api_store_take(call);
    if (!store)
        return;
    if (password_good(call, store_db_of(store), user, password)) {
        if (api_token_new(store_db_of(store), user, "session", "", SESSION_S, token, &err)) {
            api_answer_store(call, &err);
        } else {
            cookie_set(call, token, SESSION_S);
            session_answer(call, store_db_of(store), user, token);
        }
    }
    api_store_give(call->server, store);
}

void api_logout(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct ph_err err;
    if (!store)
        return;
    if (call->person.session[0] && api_token_end(store_db_of(store), call->person.session, &err)) {
        api_answer_store(call, &err);
    } else {
        cookie_set(call, "", 0);
        call->reply->status = 204;
    }
    api_store_give(call->server, store);
}

// Every session ends, also this one.
void api_password(struct api_call *call)
{
    const char *user = call->person.id;
    struct ph_err err;
    struct store *store = api_store_take(call);
    if (!store)
        return;
    if (call->person.alone)
        api_answer_problem(call, 409, "alone", "this server has no users", NULL, NULL);
    else if (password_good(call, store_db_of(store), user, member(call, "old"))) {
        if (api_user_password_set(store_db_of(store), user, member(call, "new"), &err)) {
            api_answer_store(call, &err);
        } else {
            cookie_set(call, "", 0);
            call->reply->status = 204;
        }
    }
    api_store_give(call->server, store);
}
