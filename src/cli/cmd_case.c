// pharos case: finds the part of the command, opens the store, prints what came of it.
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/case.h"
#include "core/err.h"
#include "core/json.h"
#include "core/time.h"

static const struct cli_part parts[] = {
    {"new", 1, 1, CLI_STORE_MADE, cli_case_new},        {"list", 0, 0, CLI_STORE_THERE, cli_case_list},
    {"show", 1, 1, CLI_STORE_THERE, cli_case_show},     {"log", 1, 1, CLI_STORE_THERE, cli_case_log},
    {"edit", 2, 2, CLI_STORE_THERE, cli_case_edit},     {"report", 2, 2, CLI_STORE_THERE, cli_case_report},
    {"note", 2, 2, CLI_STORE_THERE, cli_case_note},     {"attach", 2, 1001, CLI_STORE_THERE, cli_case_attach},
    {"get", 3, 3, CLI_STORE_THERE, cli_case_get},       {"run", 1, 1, CLI_STORE_THERE, cli_case_run},
    {"again", 2, 2, CLI_STORE_THERE, cli_case_again},   {"close", 1, 1, CLI_STORE_THERE, cli_case_close},
    {"reopen", 1, 1, CLI_STORE_THERE, cli_case_reopen}, {"verify", 0, 1, CLI_STORE_THERE, cli_case_verify},
    {"keys", 0, 0, CLI_STORE_NONE, cli_case_keys},      {"trust", 0, 2, CLI_STORE_MADE, cli_case_trust},
    {"export", 1, 1, CLI_STORE_THERE, cli_case_export}, {"import", 1, 1, CLI_STORE_MADE, cli_case_import},
    {"backup", 1, 1, CLI_STORE_THERE, cli_case_backup}, {"restore", 1, 1, CLI_STORE_MADE, cli_case_restore},
};

static const struct cli_part *part_find(const struct cli_part *parts_of, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(parts_of[i].name, name))
            return &parts_of[i];
    return NULL;
}

static const char *db_of(const struct cli_args *args)
{
    const char *usual = getenv("PHAROS_DB");
    return args->on_case.db ? args->on_case.db : usual && usual[0] ? usual : "pharos.db";
}

enum ph_status cli_case_id(struct cli_case *c, size_t i, char out[STORE_ID], struct ph_err *err)
{
    return store_find(c->store, c->operand[i], out, err);
}

enum ph_status cli_case_number(struct cli_case *c, size_t i, int64_t *out, struct ph_err *err)
{
    char *end;
    errno = 0;
    long long value = strtoll(c->operand[i], &end, 10);
    if (end == c->operand[i] || *end || errno || value < 1)
        return core_err_set(err, PH_EINPUT, c->operand[i], "`pharos case log` shows the numbers",
                            "this is not the number of an event");
    *out = value;
    return PH_OK;
}

const char *cli_case_who(const struct cli_args *args)
{
    const char *usual = getenv("PHAROS_WHO");
    if (args->on_case.who)
        return args->on_case.who;
    if (usual && usual[0])
        return usual;
    const struct passwd *user = getpwuid(getuid());
    return user ? user->pw_name : NULL;
}

enum ph_status cli_case_entry(struct cli_case *c, const char *id, struct store_entry *out, struct ph_err *err)
{
    const struct cli_case_args *given = &c->args->on_case;
    struct store_entry entry = {
        .case_id = id,
        .expected_seq = given->has_seq ? (int64_t)given->seq : STORE_ANY,
        .who = cli_case_who(c->args),
        .why = given->why,
        .has_valid = given->valid != NULL,
    };
    if (!entry.who)
        return core_err_set(err, PH_EINPUT, "--who", "for example --who 'duty officer'",
                            "say who writes this");
    if (given->valid) {
        enum ph_status status = core_time_parse(given->valid, &entry.valid_ns, err);
        if (status)
            return status;
    }
    *out = entry;
    return PH_OK;
}

void cli_case_receipt(struct cli_case *c, const struct store_receipt *receipt)
{
    char hex[STORE_HEX];
    store_hex(receipt->hash, hex);
    if (!c->args->json) {
        core_buf_printf(&c->out, "%s event %lld\n", receipt->case_id, (long long)receipt->seq);
        return;
    }
    struct core_json json;
    core_json_init(&json, &c->out);
    core_json_object(&json);
    core_json_key_text(&json, "case", receipt->case_id);
    core_json_key_int(&json, "seq", receipt->seq);
    core_json_key_time(&json, "received", receipt->received_ns);
    core_json_key_text(&json, "hash", hex);
    core_json_object_end(&json);
}

static enum ph_status part_run(struct cli_case *c, const struct cli_part *part, struct ph_err *err)
{
    const struct store_db_options options = {.must_exist = part->need == CLI_STORE_THERE};
    enum ph_status status = PH_OK;
    if (part->need != CLI_STORE_NONE)
        status = store_open(c->db, &options, &c->store, err);
    if (!status)
        status = part->run(c, err);
    store_close(c->store);
    return status ? status : core_buf_check(&c->out, err);
}

int cli_parts_run(const char *command, const struct cli_part *parts_of, size_t n_parts,
                  const struct cli_args *args)
{
    const struct cli_part *part = part_find(parts_of, n_parts, args->operand[0]);
    struct ph_err err = {0};
    size_t n = args->n_operands - 1;
    if (!part || n < part->min || n > part->max) {
        char fix[64];
        snprintf(fix, sizeof fix, "see `pharos help %s`", command);
        if (part)
            core_err_set(&err, PH_EINPUT, args->operand[0], fix, "wrong number of arguments");
        else
            core_err_set(&err, PH_EINPUT, args->operand[0], fix, "`pharos %s` has no such command", command);
        return cli_fail(&err);
    }
    struct cli_case c = {.args = args, .operand = args->operand + 1, .n_operands = n, .db = db_of(args)};
    enum ph_status status = part_run(&c, part, &err);
    int exit_status = status ? cli_fail(&err) : c.exit_status;
    if (!status && c.out.length && cli_print(&c.out))
        exit_status = 3;
    core_buf_fini(&c.out);
    return exit_status;
}

int cli_case(const struct cli_args *args)
{
    return cli_parts_run("case", parts, sizeof parts / sizeof *parts, args);
}
