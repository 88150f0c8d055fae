// pharos COMMAND: finds the command, reads its arguments, runs it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/err.h"

static int unknown(const char *name)
{
    struct ph_err err;
    core_err_set(&err, PH_EINPUT, name, "`pharos help` lists the commands", "there is no such command");
    return cli_fail(&err);
}

static int command_run(const struct cli_command *command, int argc, char **argv)
{
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    struct cli_args args;
    struct ph_err err = {0};
    if (!operands) {
        core_err_nomem(&err);
        return cli_fail(&err);
    }
    int exit_status;
    if (cli_args_parse(command, argc, argv, operands, &args, &err)) {
        exit_status = cli_fail(&err);
    } else if (args.help) {
        const char *name = command->name;
        struct cli_args help = {.operand = &name, .n_operands = 1};
        exit_status = cli_help(&help);
    } else {
        exit_status = command->run(&args);
    }
    free(operands);
    return exit_status;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (!strcmp(name, "--version")) {
        printf("pharos %s\n", ph_version());
        return fflush(stdout) ? 3 : 0;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h"))
        name = "help";
    const struct cli_command *command = cli_command_find(name);
    if (!command)
        return unknown(name);
    struct ph_err err;
    bool has_work = true;
    if (cli_ranks_start(name, &has_work, &err))
        return cli_fail(&err);
    int status = has_work ? command_run(command, argc > 2 ? argc - 2 : 0, argv + 2) : 0;
    return cli_ranks_end(argc > 1 ? status : 2); // without a command: the list, but nothing was done
}
