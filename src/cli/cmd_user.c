// pharos user: who may use a server that several share.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "api/user.h"
#include "cli/case.h"
#include "core/err.h"
#include "core/json.h"

// One line of standard input without its end; at a terminal it is asked for and not shown.
static bool line_read(const char *ask, char out[1024])
{
    struct termios usual, hidden;
    bool terminal = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &usual);
    if (terminal) {
        hidden = usual;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fputs(ask, stderr);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    bool got = fgets(out, 1024, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
        fputc('\n', stderr);
    }
    out[got ? strcspn(out, "\r\n") : 0] = '\0';
    return got;
}

// At a terminal twice, so that nobody is locked out by a slip.
static enum ph_status password_read(char out[1024], struct ph_err *err)
{
    char again[1024];
    if (!line_read("Password: ", out))
        return core_err_set(err, PH_EINPUT, "password", "give it as one line on standard input",
                            "there is no password");
    if (isatty(STDIN_FILENO) && (!line_read("Again: ", again) || strcmp(out, again)))
        return core_err_set(err, PH_EINPUT, "password", "try again", "the two differ");
    return PH_OK;
}

static enum ph_status role_read(const char *text, bool none, enum api_role *out, struct ph_err *err)
{
    *out = API_ANYBODY;
    if (api_role_read(text, out) || (none && !strcmp(text, "none")))
        return PH_OK;
    return core_err_set(err, PH_EINPUT, text,
                        none ? "viewer, coordinator, admin or none" : "viewer, coordinator or admin",
                        "this is not a role");
}

static enum ph_status add(struct cli_case *c, struct ph_err *err)
{
    char password[1024];
    enum api_role role;
    enum ph_status status = role_read(c->operand[2], false, &role, err);
    if (!status)
        status = password_read(password, err);
    if (!status)
        status = api_user_add(store_db_of(c->store), c->operand[0], password, c->operand[1], role, err);
    return status;
}

static enum ph_status list(struct cli_case *c, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct core_json json;
    struct api_membership *in = NULL;
    size_t n = 0;
    enum ph_status status = api_memberships(store_db_of(c->store), NULL, &arena, &in, &n, err);
    core_json_init(&json, &c->out);
    if (c->args->json && !status)
        core_json_array(&json);
    for (size_t i = 0; !status && i < n; i++) {
        if (!c->args->json) {
            core_buf_printf(&c->out, "%-24s %-24s %s\n", in[i].user, in[i].centre, api_role_name(in[i].role));
            continue;
        }
        core_json_object(&json);
        core_json_key_text(&json, "user", in[i].user);
        core_json_key_text(&json, "centre", in[i].centre);
        core_json_key_text(&json, "role", api_role_name(in[i].role));
        core_json_object_end(&json);
    }
    if (c->args->json && !status)
        core_json_array_end(&json);
    core_arena_fini(&arena);
    return status;
}

static enum ph_status role(struct cli_case *c, struct ph_err *err)
{
    enum api_role role;
    enum ph_status status = role_read(c->operand[2], true, &role, err);
    return status ? status
                  : api_user_role_set(store_db_of(c->store), c->operand[0], c->operand[1], role, err);
}

static enum ph_status password(struct cli_case *c, struct ph_err *err)
{
    char text[1024];
    enum ph_status status = password_read(text, err);
    return status ? status : api_user_password_set(store_db_of(c->store), c->operand[0], text, err);
}

static enum ph_status take_away(struct cli_case *c, struct ph_err *err)
{
    return api_user_remove(store_db_of(c->store), c->operand[0], err);
}

static enum ph_status token(struct cli_case *c, struct ph_err *err)
{
    char text[API_TOKEN];
    enum ph_status status =
        api_token_new(store_db_of(c->store), c->operand[0], "token", c->operand[1], 0, text, err);
    if (!status)
        core_buf_printf(&c->out, "%s\n", text);
    return status;
}

static enum ph_status take_back(struct cli_case *c, struct ph_err *err)
{
    return api_tokens_revoke(store_db_of(c->store), c->operand[0], c->n_operands > 1 ? c->operand[1] : NULL,
                             err);
}

static enum ph_status give(struct cli_case *c, struct ph_err *err)
{
    char id[STORE_ID];
    enum ph_status status = cli_case_id(c, 0, id, err);
    return status ? status : api_case_give(store_db_of(c->store), id, c->operand[1], err);
}

static const struct cli_part parts[] = {
    {"add", 3, 3, CLI_STORE_MADE, add},           {"list", 0, 0, CLI_STORE_THERE, list},
    {"role", 3, 3, CLI_STORE_THERE, role},        {"password", 1, 1, CLI_STORE_THERE, password},
    {"remove", 1, 1, CLI_STORE_THERE, take_away}, {"token", 2, 2, CLI_STORE_THERE, token},
    {"revoke", 1, 2, CLI_STORE_THERE, take_back}, {"give", 2, 2, CLI_STORE_THERE, give},
};

int cli_user(const struct cli_args *args)
{
    return cli_parts_run("user", parts, sizeof parts / sizeof *parts, args);
}
