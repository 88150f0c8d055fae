// pharos case keys, trust, export, import: handing a case to another centre.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/case.h"
#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "store/bundle.h"

static enum ph_status keys_path(struct cli_case *c, char out[4096], struct ph_err *err)
{
    const char *given = c->args->on_case.keys ? c->args->on_case.keys : getenv("PHAROS_KEYS");
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int n;
    if (given && given[0])
        n = snprintf(out, 4096, "%s", given);
    else if (config && config[0])
        n = snprintf(out, 4096, "%s/pharos/keys", config);
    else
        n = snprintf(out, 4096, "%s/.config/pharos/keys", home ? home : ".");
    return n < 4096 ? PH_OK
                    : core_err_set(err, PH_EINPUT, "--keys", "use a shorter path", "the path is too long");
}

static enum ph_status keys_make(struct cli_case *c, const char *path, struct store_keys *out,
                                struct ph_err *err)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    const char *who = cli_case_who(c->args);
    enum ph_status status = store_keys_make(who ? who : "", out, err);
    if (!status && slash && slash != path) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        status = core_file_mkdir(folder, err);
    }
    return status ? status : store_keys_save(out, path, err);
}

enum ph_status cli_case_keys(struct cli_case *c, struct ph_err *err)
{
    struct store_keys keys = {0};
    char path[4096], text[STORE_KEY_TEXT];
    enum ph_status status = keys_path(c, path, err);
    if (!status)
        status = access(path, F_OK) ? keys_make(c, path, &keys, err) : store_keys_load(path, &keys, err);
    if (status)
        return status;
    store_public_text(&keys.open, text);
    if (c->args->json) {
        struct core_json json;
        core_json_init(&json, &c->out);
        core_json_object(&json);
        core_json_key_text(&json, "key", text);
        core_json_key_text(&json, "name", keys.name);
        core_json_key_text(&json, "file", path);
        core_json_object_end(&json);
    } else {
        core_buf_printf(&c->out, "%s\n", text);
    }
    store_keys_forget(&keys);
    return PH_OK;
}

// ---- trust

static void signer_show(struct cli_case *c, struct core_json *json, const struct store_signer *signer)
{
    char text[STORE_KEY_TEXT];
    store_public_text(&signer->key, text);
    if (!c->args->json) {
        core_buf_printf(&c->out, "%s  %s\n", text, signer->name);
        return;
    }
    core_json_object(json);
    core_json_key_text(json, "key", text);
    core_json_key_text(json, "name", signer->name);
    core_json_key_time(json, "since", signer->added_ns);
    core_json_object_end(json);
}

static enum ph_status signers_show(struct cli_case *c, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_signer *list = NULL;
    struct core_json json;
    size_t n = 0;
    enum ph_status status = store_signer_list(c->store, &arena, &list, &n, err);
    core_json_init(&json, &c->out);
    if (c->args->json) {
        core_json_object(&json);
        core_json_key_text(&json, "pharos", "case-trust/1");
        core_json_key(&json, "trusted");
        core_json_array(&json);
    }
    for (size_t i = 0; !status && i < n; i++)
        signer_show(c, &json, &list[i]);
    if (c->args->json) {
        core_json_array_end(&json);
        core_json_object_end(&json);
    }
    core_arena_fini(&arena);
    return status;
}

enum ph_status cli_case_trust(struct cli_case *c, struct ph_err *err)
{
    struct store_public key;
    if (!c->n_operands)
        return signers_show(c, err);
    if (c->n_operands != 2)
        return core_err_set(err, PH_EINPUT, c->operand[0], "usage: pharos case trust KEY NAME",
                            "say whose key this is");
    enum ph_status status = store_public_parse(c->operand[0], &key, err);
    return status ? status : store_signer_add(c->store, &key, c->operand[1], err);
}

// ---- export

// A key, or the name of one who is trusted.
static enum ph_status recipient_find(struct cli_case *c, const char *word, struct store_public *out,
                                     struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_signer *list = NULL;
    size_t n = 0, found = 0;
    if (!store_public_parse(word, out, NULL))
        return PH_OK;
    enum ph_status status = store_signer_list(c->store, &arena, &list, &n, err);
    for (size_t i = 0; !status && i < n; i++)
        if (!strcmp(list[i].name, word)) {
            *out = list[i].key;
            found++;
        }
    core_arena_fini(&arena);
    if (!status && found != 1)
        return core_err_set(err, PH_EINPUT, word, "give a key, or a name that `pharos case trust` lists",
                            found ? "several trusted centres have this name"
                                  : "no trusted centre has this name");
    return status;
}

static enum ph_status recipients_read(struct cli_case *c, struct store_public *out, size_t *n,
                                      struct ph_err *err)
{
    const char *at = c->args->on_case.to;
    enum ph_status status = PH_OK;
    *n = 0;
    while (!status && at && *at) {
        char word[STORE_KEY_NAME];
        size_t length = strcspn(at, ",");
        if (*n == STORE_MOST_RECIPIENTS || length >= sizeof word)
            return core_err_set(err, PH_EINPUT, "--to", NULL, "at most %d recipients, with commas between",
                                STORE_MOST_RECIPIENTS);
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        status = recipient_find(c, word, &out[(*n)++], err);
        at += length + (at[length] == ',');
    }
    return status;
}

enum ph_status cli_case_export(struct cli_case *c, struct ph_err *err)
{
    struct store_public to[STORE_MOST_RECIPIENTS];
    struct store_keys keys = {0};
    struct store_entry entry;
    struct store_receipt receipt;
    char id[STORE_ID], path[4096];
    size_t n = 0;
    if (!c->args->out)
        return core_err_set(err, PH_EINPUT, "-o", "usage: pharos case export ID --to WHOM -o FILE",
                            "say where to write");
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (!status)
        status = recipients_read(c, to, &n, err);
    if (!status)
        status = keys_path(c, path, err);
    if (!status)
        status = store_keys_load(path, &keys, err);
    if (!status)
        status = cli_case_entry(c, id, &entry, err);
    if (!status)
        status = store_bundle_export(c->store, &entry, &keys, to, n, getenv("PHAROS_PASSPHRASE"),
                                     c->args->out, &receipt, err);
    if (!status)
        cli_case_receipt(c, &receipt);
    store_keys_forget(&keys);
    return status;
}

// ---- import

static const char *const kinds[] = {
    [STORE_IMPORT_NEW] = "new",
    [STORE_IMPORT_FORWARD] = "forward",
    [STORE_IMPORT_MERGED] = "merged",
    [STORE_IMPORT_NOTHING] = "nothing-new",
};

static void import_text(struct cli_case *c, const struct store_import *in)
{
    core_buf_printf(&c->out, "%s from %s: ", in->case_id, in->signer);
    if (in->kind == STORE_IMPORT_NOTHING)
        core_buf_puts(&c->out, "nothing new\n");
    else if (in->kind == STORE_IMPORT_MERGED)
        core_buf_printf(&c->out, "%zu events, kept beside ours in event %lld\n", in->events,
                        (long long)in->receipt.seq);
    else
        core_buf_printf(&c->out, "%zu events; event %lld tells of it\n", in->events,
                        (long long)in->receipt.seq);
    if (in->their_case)
        core_buf_puts(&c->out, "the case file is now theirs\n");
    if (in->differ)
        core_buf_puts(
            &c->out,
            "both have changed the case file: ours stands; theirs is in the branch (pharos case log)\n");
}

static void import_json(struct cli_case *c, const struct store_import *in)
{
    struct core_json json;
    core_json_init(&json, &c->out);
    core_json_object(&json);
    core_json_key_text(&json, "case", in->case_id);
    core_json_key_text(&json, "result", kinds[in->kind]);
    core_json_key_text(&json, "signer", in->signer);
    core_json_key_int(&json, "events", (int64_t)in->events);
    core_json_key_int(&json, "seq", in->receipt.seq);
    core_json_key_bool(&json, "their_case", in->their_case);
    core_json_key_bool(&json, "differ", in->differ);
    core_json_object_end(&json);
}

enum ph_status cli_case_import(struct cli_case *c, struct ph_err *err)
{
    struct store_keys keys = {0};
    struct store_public trust;
    struct store_import in = {0};
    char path[4096];
    const char *from = c->args->on_case.from;
    struct store_import_options options = {.passphrase = getenv("PHAROS_PASSPHRASE"),
                                           .trust = from ? &trust : NULL,
                                           .who = cli_case_who(c->args),
                                           .why = c->args->on_case.why};
    enum ph_status status = from ? store_public_parse(from, &trust, err) : PH_OK;
    if (!status)
        status = keys_path(c, path, err);
    if (!status && !access(path, F_OK)) {
        status = store_keys_load(path, &keys, err);
        options.keys = &keys;
    }
    if (!status)
        status = store_bundle_import(c->store, c->operand[0], &options, &in, err);
    if (!status && c->args->json)
        import_json(c, &in);
    else if (!status)
        import_text(c, &in);
    c->exit_status = in.differ ? 1 : 0;
    store_keys_forget(&keys);
    return status;
}
