#include "api/sharing.h"

#include <stdlib.h>
#include <string.h>

#include "api/cases.h"
#include "api/problem.h"
#include "api/server.h"
#include "api/user.h"
#include "core/err.h"

void api_shares_list(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_arena arena = {0};
    struct api_share *share;
    struct store_case c;
    struct ph_err err;
    size_t n;
    if (!store)
        return;
    if (!api_case_find(call, store, &arena, &c)) {
        // answered
    } else if (api_shares(store_db_of(store), c.id, &arena, &share, &n, &err)) {
        api_answer_store(call, &err);
    } else {
        json_t *list = json_array();
        for (size_t i = 0; i < n; i++)
            json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "centre", share[i].centre, "role",
                                                  api_role_name(share[i].role), "owner", share[i].owner));
        api_answer_json(call, 200, json_pack("{s:o}", "shares", list));
    }
    core_arena_fini(&arena);
    api_store_give(call->server, store);
}

static enum ph_status centre_check(struct store_db *db, const char *centre, struct ph_err *err)
{
    bool known = false;
    enum ph_status status = api_centre_known(db, centre, &known, err);
    return status || known ? status
                           : core_err_set(err, PH_EINPUT, centre, "`pharos user list` shows them",
                                          "nobody is in a centre of this name");
}

// The share and what the log says of it, both or none.
static void share_write(struct api_call *call, struct store *store, enum api_role role)
{
    struct store_db *db = store_db_of(store);
    json_t *body = json_pack("{s:s, s:s}", "centre", call->part[1], "role", api_role_name(role));
    char *text = json_dumps(body, JSON_COMPACT);
    struct store_entry entry = {.case_id = call->part[0],
                                .who = call->person.id,
                                .expected_seq = STORE_ANY,
                                .kind = role ? "shared" : "unshared",
                                .body = text};
    struct store_receipt receipt;
    struct ph_err err;
    enum ph_status status = role ? centre_check(db, call->part[1], &err) : PH_OK;
    if (!status && !(status = store_db_begin(db, true, &err))) {
        status = api_case_share(db, call->part[0], call->part[1], role, &err);
        if (!status)
            status = store_append(store, &entry, &receipt, &err);
        status = store_db_end(db, status, &err);
    }
    if (status)
        api_answer_store(call, &err);
    else if (role)
        api_answer_json(call, 200,
                        json_pack("{s:s, s:s}", "centre", call->part[1], "role", api_role_name(role)));
    else
        call->reply->status = 204;
    free(text);
    json_decref(body);
}

static void share_change(struct api_call *call, enum api_role role)
{
    if (call->person.alone) {
        api_answer_problem(call, 409, "alone", "this server has no users, so no centres to share with", NULL,
                           "`pharos user add` makes them");
        return;
    }
    struct store *store = api_store_take(call);
    if (store)
        share_write(call, store, role);
    api_store_give(call->server, store);
}

void api_share_put(struct api_call *call)
{
    const char *given = json_string_value(json_object_get(call->body, "role"));
    enum api_role role = API_ANYBODY;
    if (!api_role_read(given, &role) || role > API_COORDINATOR)
        api_answer_problem(call, 422, "input", "a case is shared for viewer or for coordinator", "/role",
                           "{\"role\": \"viewer\"}");
    else
        share_change(call, role);
}

void api_share_end(struct api_call *call)
{
    share_change(call, API_ANYBODY);
}

// ---- members of a centre

void api_members_list(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_arena arena = {0};
    struct api_membership *in;
    struct ph_err err;
    size_t n;
    if (!store)
        return;
    if (api_memberships(store_db_of(store), NULL, &arena, &in, &n, &err)) {
        api_answer_store(call, &err);
    } else {
        json_t *list = json_array();
        for (size_t i = 0; i < n; i++)
            if (!strcmp(in[i].centre, call->part[0]))
                json_array_append_new(
                    list, json_pack("{s:s, s:s}", "user", in[i].user, "role", api_role_name(in[i].role)));
        api_answer_json(call, 200, json_pack("{s:o}", "members", list));
    }
    core_arena_fini(&arena);
    api_store_give(call->server, store);
}

// A user who is not there yet is made, when a password comes along. Nobody's password is changed so: he may
// be in other centres as well.
static enum ph_status member_write(struct api_call *call, struct store_db *db, enum api_role role,
                                   struct ph_err *err)
{
    const char *user = call->part[1], *centre = call->part[0];
    const char *password = json_string_value(json_object_get(call->body, "password"));
    return password ? api_user_add(db, user, password, centre, role, err)
                    : api_user_role_set(db, user, centre, role, err);
}

static void member_change(struct api_call *call, enum api_role role)
{
    struct ph_err err;
    struct store *store = NULL;
    if (call->person.alone)
        api_answer_problem(call, 409, "alone", "this server has no users", NULL,
                           "`pharos user add` makes them");
    else if (!strcmp(call->person.id, call->part[1]))
        api_answer_problem(call, 409, "self", "nobody changes his own role", NULL, "ask another admin");
    else if (!(store = api_store_take(call)))
        return;
    else if (!member_write(call, store_db_of(store), role, &err))
        call->reply->status = 204;
    else if (err.status == PH_ECONFLICT)
        api_answer_problem(call, 409, "taken", err.what, NULL, "give a role without a password");
    else
        api_answer_store(call, &err);
    api_store_give(call->server, store);
}

void api_member_put(struct api_call *call)
{
    enum api_role role;
    if (api_role_read(json_string_value(json_object_get(call->body, "role")), &role))
        member_change(call, role);
    else
        api_answer_problem(call, 422, "input", "this is not a role", "/role", "viewer, coordinator or admin");
}

void api_member_end(struct api_call *call)
{
    member_change(call, API_ANYBODY);
}
