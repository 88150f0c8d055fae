// The command line: arguments, terminal, commands. Everything else is in the rooms below.
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/job.h"
#include "scenario/case.h"

// Options a command may take, as bits of cli_command.options.
enum cli_option {
    CLI_OUT = 1 << 0,       // -o PATH
    CLI_JSON = 1 << 1,      // --json
    CLI_AT = 1 << 2,        // --at TIME
    CLI_PLACE = 1 << 3,     // --place "lat, lon"
    CLI_CELL = 1 << 4,      // --cell_nm N
    CLI_STRICT = 1 << 5,    // --strict
    CLI_THREADS = 1 << 6,   // --threads N
    CLI_PARTICLES = 1 << 7, // --particles N
    CLI_SEED = 1 << 8,      // --seed N
    CLI_PLAN = 1 << 10,     // --evaluate PLAN.json
    CLI_BUDGET = 1 << 11,   // --budget_s N, --objective WORD
    CLI_CASE = 1 << 20,     // options of `pharos case`, struct cli_case_args (--db also of serve)
    CLI_INSPECT = 1 << 12,  // --full, --case CASE
    CLI_OBSERVED = 1 << 9,  // --observed TRACK (repeated), --every_h N, --horizon_h N,N,...
    CLI_MODEL = 1 << 14,    // --case CASE
    CLI_SERVE = 1 << 13,    // --listen ADDRESS:PORT, --web DIR, --environment DIR, --behind-proxy URL
};
#define CLI_RUNS (CLI_STRICT | CLI_THREADS | CLI_PARTICLES | CLI_SEED | CLI_JSON)

enum { CLI_MOST_OBSERVED = 256 };

struct cli_case_args {
    const char *db, *who, *why, *valid; // NULL: not given
    const char *to, *from, *keys, *head;
    bool has_seq, all;
    uint64_t seq;
};

struct cli_args {
    struct cli_case_args on_case;
    const char *const *operand; // what is not an option
    size_t n_operands;
    const char *out, *at, *place, *for_case;
    double cell_nm; // 0: chosen by the program
    const char *observed[CLI_MOST_OBSERVED];
    size_t n_observed;
    const char *horizon_h; // list of numbers, or NULL
    const char *evaluate;  // a plan.json, or NULL
    bool has_objective;
    enum scenario_objective objective;
    double budget_s;                                // 0: the default
    const char *db;                                 // of the case store, or NULL
    const char *listen, *web, *environment, *proxy; // of the server, or NULL
    double every_h;                                 // 0: chosen by the program
    bool json, quiet, verbose, strict, help, full;
    bool has_particles, has_seed;
    size_t particles;
    uint64_t seed;
    int threads; // 0: as many as there are
};

struct cli_command {
    const char *name;    // "forcing inspect" is "forcing" to the dispatcher
    const char *usage;   // "run CASE -o DIR"
    const char *summary; // one line
    const char *text;    // the page of `pharos help NAME`
    unsigned options;    // accepted ones
    size_t min_operands, max_operands;
    int (*run)(const struct cli_args *args); // returns the exit status
};

extern const struct cli_command cli_commands[];
extern const size_t cli_n_commands;
const struct cli_command *cli_command_find(const char *name); // NULL when unknown

// Parses argv[0..argc) behind the command's name. PH_EINPUT with a message when an option is unknown, not for
// this command, lacks its value or has a bad one. args->operand points into `operands`, argc long.
enum ph_status cli_args_parse(const struct cli_command *command, int argc, char **argv, const char **operands,
                              struct cli_args *args, struct ph_err *err) PH_NODISCARD;

// "pharos: what\n  where: ...\n  fix: ..." on standard error; returns the exit status of err->status.
int cli_fail(const struct ph_err *err);

// A job wired to this terminal: log lines, progress bar with an estimate, Ctrl-C. One at a time.
struct cli_terminal;
struct core_job *cli_job_start(const struct cli_args *args);
// Ends the progress line and prints the warnings; returns `status`'s exit status, or 1 (2 with --strict) when
// there were warnings.
int cli_job_end(const struct cli_args *args, enum ph_status status, const struct ph_err *err);
// True when --strict turns the job's warnings into a refusal: then nothing may be written.
bool cli_job_strict(const struct cli_args *args);

// Processes started by mpirun (core/mpi.h). `has_work` is false for those that the command does not need.
// cli_ranks_end gives the exit status of this process.
enum ph_status cli_ranks_start(const char *command, bool *has_work, struct ph_err *err) PH_NODISCARD;
int cli_ranks_end(int exit_status);
bool cli_leads(void); // the one that gets the result and speaks; always, without mpirun

// For the others, after the drift: waits until the leader is done, and frees the run.
struct run;
int cli_follow(struct run *run, const struct cli_args *args, enum ph_status status, const struct ph_err *err);

// Writes a text to standard output; a closed pipe or a full disk is exit status 3.
int cli_print(const struct core_buf *text);

int cli_run(const struct cli_args *args);
int cli_check(const struct cli_args *args);
int cli_drift(const struct cli_args *args);
int cli_mail(const struct cli_args *args);
int cli_map(const struct cli_args *args);
int cli_plan(const struct cli_args *args);
int cli_skill(const struct cli_args *args);
int cli_sweep(const struct cli_args *args);
int cli_allocate(const struct cli_args *args);
int cli_case(const struct cli_args *args);
int cli_objects(const struct cli_args *args);
int cli_forcing(const struct cli_args *args);
int cli_demo(const struct cli_args *args);
int cli_user(const struct cli_args *args);
int cli_serve(const struct cli_args *args);
int cli_shore(const struct cli_args *args);
int cli_worker(const struct cli_args *args);
int cli_help(const struct cli_args *args);

#endif
