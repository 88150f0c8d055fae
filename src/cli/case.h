// The parts of `pharos case`: each takes the open store and adds what it has to say to `out`.
#ifndef CLI_CASE_H
#define CLI_CASE_H

#include "cli/cli.h"
#include "store/store.h"

// What a part of the command works with. operand[0] is its first one, behind the part's name.
struct cli_case {
    const struct cli_args *args;
    const char *const *operand;
    size_t n_operands;
    const char *db;      // address of the store
    struct store *store; // NULL where the part needs none
    struct core_buf out; // printed at the end, also when there were warnings
    int exit_status;     // when all went well: 0, or 1 with warnings
};

typedef enum ph_status cli_case_fn(struct cli_case *c, struct ph_err *err);
cli_case_fn cli_case_list, cli_case_show, cli_case_log, cli_case_get, cli_case_verify;
cli_case_fn cli_case_new, cli_case_edit, cli_case_report, cli_case_note, cli_case_attach, cli_case_close,
    cli_case_reopen, cli_case_backup, cli_case_restore;
cli_case_fn cli_case_run, cli_case_again;
cli_case_fn cli_case_keys, cli_case_trust, cli_case_export, cli_case_import;

// A command of several parts, each with what it needs of the store.
enum cli_need { CLI_STORE_NONE, CLI_STORE_THERE, CLI_STORE_MADE };
struct cli_part {
    const char *name;
    size_t min, max; // operands behind the name
    enum cli_need need;
    cli_case_fn *run;
};
// Finds the part, opens the store, prints what came of it; the exit status.
int cli_parts_run(const char *command, const struct cli_part *parts, size_t n, const struct cli_args *args);

// --who, PHAROS_WHO or the login name; NULL when there is none.
const char *cli_case_who(const struct cli_args *args);
// The id that operand i begins.
enum ph_status cli_case_id(struct cli_case *c, size_t i, char out[STORE_ID], struct ph_err *err) PH_NODISCARD;
// Who, why, when and the number seen, as the options say.
enum ph_status cli_case_entry(struct cli_case *c, const char *id, struct store_entry *out,
                              struct ph_err *err) PH_NODISCARD;
// "event 5 of 0k3..." or its JSON.
void cli_case_receipt(struct cli_case *c, const struct store_receipt *receipt);
// "image/jpeg", by the ending of a name.
const char *cli_case_media(const char *name);
// A whole number from 1 up, of operand i.
enum ph_status cli_case_number(struct cli_case *c, size_t i, int64_t *out, struct ph_err *err) PH_NODISCARD;

#endif
