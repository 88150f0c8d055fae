// The commands and their help pages: the one list that dispatcher and help share.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/err.h"

#define TEXT_RUN_OPTIONS                                                                                     \
    "  --threads N     threads (default: all processors); the result does not depend on it\n"                \
    "  --particles N   particles instead of the case's\n"                                                    \
    "  --seed N        seed instead of the case's\n"                                                         \
    "  --strict        warnings are errors: nothing is written, exit status 2\n"                             \
    "  --json          one JSON document on standard output\n"

const struct cli_command cli_commands[] = {
    {"run", "run CASE -o DIR", "drift, map, plan and report: the main job",
     "Drifts the case, makes the probability map, plans the search for its assets and writes everything to "
     "DIR:\n"
     "summary.json, trajectories.nc, probability.nc, containment.geojson, plan.json, plan.geojson, "
     "plan.kml,\n"
     "plan.png, search-action-plan.txt, worksheet.txt, tasks/ASSET.gpx .rtz .txt and report.html. Files come "
     "complete or "
     "not at "
     "all.\n\n"
     "  -o DIR          folder to write to (made if missing)\n"
     "  --budget_s N, --objective WORD   for the planner, see `pharos help plan`\n" TEXT_RUN_OPTIONS,
     CLI_OUT | CLI_BUDGET | CLI_RUNS, 1, 1, cli_run},
    {"check", "check CASE [-o MAP.png]", "validate a case; every problem with its place",
     "Reads the case, reports every problem with its JSON pointer, what was found and what was expected, and "
     "opens\n"
     "the forcing files that it names. Writes nothing but the map that it is asked for.\n\n"
     "  -o MAP.png      draws where the case begins, and where a voyage's route meets land (or .svg)\n"
     "  --json          one JSON document on standard output\n",
     CLI_OUT | CLI_JSON, 1, 1, cli_check},
    {"drift", "drift CASE -o FILE.nc", "the ensemble only",
     "Drifts the case and writes its trajectories (CF featureType=trajectory).\n\n"
     "  -o FILE.nc      file to write\n" TEXT_RUN_OPTIONS,
     CLI_OUT | CLI_RUNS, 1, 1, cli_drift},
    {"map", "map CASE|FILE.nc --at TIME [--cell_nm 1] -o FILE.(geojson|nc|png|tif)",
     "the probability map at one time",
     "Makes the map of a case, or of a trajectory file of Pharos or another program, at one time.\n"
     "The name's ending chooses: .geojson regions and datum, .nc CF grid, .png picture, .tif GeoTIFF.\n\n"
     "  --at TIME       ISO 8601 with zone, 2016-08-29T12:00Z\n"
     "  --cell_nm N     size of the cells (default: fitted to the cloud)\n"
     "  -o FILE         file to write\n"
     "  --threads N, --particles N, --seed N, --strict   as for `pharos run`\n",
     CLI_OUT | CLI_AT | CLI_CELL | CLI_STRICT | CLI_THREADS | CLI_PARTICLES | CLI_SEED, 1, 1, cli_map},
    {"plan", "plan CASE [--evaluate PLAN.json] [-o DIR]",
     "plan for the assets, given the searches flown so far",
     "Drifts the case, takes into account the searches already flown, and plans for its assets. Prints the "
     "Search\n"
     "Action Plan; with -o also writes plan.json, plan.geojson, plan.kml, plan.png and tasks/.\n\n"
     "With --evaluate nothing is planned: the areas and legs of PLAN.json, as written by this command and "
     "edited\n"
     "since, are scored on the same cloud. Where waypoints are left out they are laid anew in the area.\n\n"
     "  --evaluate PLAN.json   score this plan\n"
     "  --budget_s N    work for the planner in units of about a second (2 to 1000, default 2); more is "
     "never\n"
     "                  worse, and the result does not depend on the clock\n"
     "  --objective WORD  what the plan raises, over the case's: pos, expected-time or survival\n"
     "  -o DIR          folder to write to\n" TEXT_RUN_OPTIONS,
     CLI_OUT | CLI_PLAN | CLI_BUDGET | CLI_RUNS, 1, 1, cli_plan},
    {"skill", "skill CASE --observed TRACK [-o DIR]", "compare the case's drift with observed drifters",
     "Drifts the case's objects in its forcing from many starts along observed tracks and compares: "
     "separation of\n"
     "the cloud's median and mean, Liu-Weisberg SS and SS*, containment p* with hit rates at 50, 75, 90, 95 "
     "%,\n"
     "energy score, against the baselines 'stays put' and 'current only'. With several sources of current in "
     "the\n"
     "case it also ranks them. The case's scenarios and times are not used. See docs/skill.md.\n\n"
     "  --observed TRACK   CSV, PANGAEA .tab, GPX or NetCDF trajectories; again for further files\n"
     "  --every_h N        hours between starts along a track (default 6)\n"
     "  --horizon_h N,...  whole hours after a start to compare at (default 6,12,24,48)\n"
     "  -o DIR             also write skill.json, skill.txt, skill.csv, calibration.svg, "
     "calibration.png\n" TEXT_RUN_OPTIONS,
     CLI_OUT | CLI_OBSERVED | CLI_RUNS, 1, 1, cli_skill},
    {"sweep", "sweep STUDY.json -o DIR", "many variants of one case, side by side and averaged",
     "Drifts every variant of a case that a study names: object types, start times, members of an ensemble\n"
     "forecast, seeds, anything in the case. Leaves table.csv, study.json, and the averaged probability.nc "
     "and\n"
     "map.png. Started again it does only what is not done yet or has changed. Under mpirun the processes "
     "share\n"
     "the cases. See docs/sweep.md.\n\n"
     "  -o DIR          folder to write to (made if missing); DIR/jobs holds what is done\n"
     "  --threads N     cases at a time (default: all processors); the result does not depend on it\n",
     CLI_OUT | CLI_THREADS, 1, 1, cli_sweep},
    {"allocate", "allocate PROBLEM.json", "optimal divisible effort",
     "Solves an allocation/1 problem (cells at rest or moving, several resources and periods) to a "
     "certificate and\n"
     "prints {pos, upper_bound, gap, myopic_pos, effort} as JSON. See docs/search.md.\n\n"
     "  --threads N     threads\n"
     "  --json          accepted; the answer always is JSON\n",
     CLI_JSON | CLI_THREADS, 1, 1, cli_allocate},
    {"case", "case COMMAND ... [--db FILE|postgresql://...]",
     "the case store: log, files, results, hand-over",
     "Keeps cases as a log that is only ever added to: what came in, when, from whom, why; every state can "
     "be "
     "rebuilt.\n"
     "ID is a case's id, or the first letters of it. See docs/store.md.\n\n"
     "  new FILE.json               a new case; prints its id\n"
     "  list [--all]                open cases (--all: closed ones too), the latest change first\n"
     "  show ID [--seq N] [-o FILE] a case as it stands, or stood after event N; -o writes its case file\n"
     "  log ID                      every event: number, received, valid, who, what, why, files\n"
     "  edit ID FILE.json           the case file becomes this one\n"
     "  report ID TEXT|-            something that was reported; --valid says of when (- reads it in)\n"
     "  note ID TEXT|-              a remark\n"
     "  attach ID FILE...           photographs, messages\n"
     "  get ID N NAME -o FILE       a file of event N\n"
     "  run ID [-o DIR]             runs the case as it stands and keeps the results with what they came "
     "from\n"
     "  again ID N                  runs what event N ran once more and compares the results byte for byte\n"
     "  close ID, reopen ID         with a reason (--why)\n"
     "  keys                        this centre's public key, to give to others; makes the keys the first "
     "time\n"
     "  trust [KEY NAME]            take cases that are signed with KEY; without arguments: who is trusted\n"
     "  export ID --to WHOM -o FILE the case with all its files, signed, for WHOM only: keys or names of "
     "trusted centres,\n"
     "                              with commas between; without --to for whoever knows PHAROS_PASSPHRASE\n"
     "  import FILE [--from KEY]    a case from another centre; its log is kept, news become a branch of "
     "ours\n"
     "  verify [ID] [--head HASH]   every hash, every file; HASH of an event noted elsewhere must be in the "
     "log\n"
     "  backup FILE, restore FILE   everything, in one file; restore fills a store without cases\n\n"
     "  --db WHERE      an SQLite file or postgresql://... (default: PHAROS_DB, or pharos.db)\n"
     "  --who NAME      who writes this (default: PHAROS_WHO, or the login name)\n"
     "  --why TEXT      the reason\n"
     "  --valid TIME    of which moment it tells (default: now)\n"
     "  --seq N         the last event that was seen: refused when there are newer ones; for show: as of "
     "event N\n"
     "  --keys FILE     this centre's keys (default: PHAROS_KEYS, or ~/.config/pharos/keys)\n"
     "  --threads N, --particles N, --seed N    for run, as for `pharos run`\n"
     "  --json          one JSON document on standard output\n",
     CLI_CASE | CLI_JSON | CLI_OUT | CLI_THREADS | CLI_PARTICLES | CLI_SEED, 1, 1002, cli_case},
    {"objects", "objects [KEY] [--json]", "the leeway table",
     "Lists the leeway classes and presets, or shows one with its figures, quality and source.\n\n"
     "  --json          one JSON document on standard output\n",
     CLI_JSON, 0, 1, cli_objects},
    {"forcing", "forcing inspect FILE... [--json] [--at TIME --place POSITION] [-o MAP.png]",
     "what is in forcing files and how it will be read",
     "Shows grid, box, times, variables, how each will be read, extremes, and what looks wrong. With --at "
     "and\n"
     "--place also the value that a particle there and then would feel from each file, side by side.\n\n"
     "  --at TIME       ISO 8601 with zone\n"
     "  --place POS     any marine notation, \"33-24.5N 012-42.0E\"\n"
     "  -o FILE         a picture of every field, .png, .svg or .pdf: at --at, or at the middle of its "
     "times\n"
     "  --case CASE     also tell what does not reach the time and the start of a case\n"
     "  --full          extremes over every time, however long it takes (default: some twenty million "
     "points)\n"
     "  --json          one JSON document on standard output\n",
     CLI_JSON | CLI_AT | CLI_PLACE | CLI_OUT | CLI_INSPECT, 1, 100000, cli_forcing},
    {"demo", "demo [-o DIR]", "the embedded case",
     "Unpacks the case that is part of the program (with a current and a wind made for the demonstration) "
     "to\n"
     "DIR/case and runs it into DIR (default: pharos-demo).\n\n"
     "  -o DIR          folder to write to\n" TEXT_RUN_OPTIONS,
     CLI_OUT | CLI_RUNS, 0, 0, cli_demo},
    {"serve", "serve [--listen 127.0.0.1:8080] [--db pharos.db]", "the whole program in a browser",
     "Serves cases, runs, plans and the map over HTTP until it is stopped (Ctrl-C). See docs/api.md.\n\n"
     "  --listen ADDRESS:PORT   where (default 127.0.0.1:8080; port 0: any free one, printed)\n"
     "  --db STORE              SQLite file or postgresql://... (default $PHAROS_DB, else pharos.db)\n"
     "  --web DIR               the pages (default: those installed with the program)\n"
     "  --environment DIR       forcing files that every case may name as environment/NAME\n"
     "  --threads N             runs at the same time (default 1)\n"
     "  --behind-proxy URL      a server in front with TLS is asked under this address, and X-Forwarded-For "
     "is\n"
     "                          its word; needs users (`pharos help user`); other addresses than the "
     "loopback\n"
     "                          one are taken with this only\n",
     CLI_SERVE | CLI_THREADS, 0, 0, cli_serve},
    {"mail", "mail --case CASE < MESSAGE", "answers a mail with a drift: text, small picture, GPX",
     "Reads one mail (or bare text) on standard input and writes its answer, a mail, on standard output. The "
     "mail "
     "asks with\n"
     "latitude, longitude, object_type, radius (m), duration (h), start_time as key=value, or is a distress "
     "message "
     "in words.\n"
     "What is wrong with it is told in the answer; mails sent by programs get none. See docs/mail.md.\n\n"
     "  --case CASE     environment and drift are this case's (default: $PHAROS_MAIL_CASE)\n"
     "  --threads N     threads (default: all processors)\n",
     CLI_MODEL | CLI_THREADS, 0, 0, cli_mail},
    {"shore", "shore WEST SOUTH EAST NORTH", "the shoreline in a box as JSON (used by serve)",
     "Prints land as rings {level, ring: [lon, lat, ...]}: odd levels are land, even ones lakes. Degrees; at "
     "most 60 "
     "across;\n"
     "points that a screen of that box would not show are left out.\n",
     0, 4, 4, cli_shore},
    {"user", "user add|list|role|password|remove|token|revoke|give ...", "who may use a shared server",
     "Users of `pharos serve`, each with a role in a centre. As long as there are none, one person at this "
     "machine\n"
     "may do everything, and nobody else anything. Passwords are one line of standard input, not shown.\n\n"
     "  user add NAME CENTRE ROLE      ROLE is viewer, coordinator or admin\n"
     "  user list                      users, centres, roles\n"
     "  user role NAME CENTRE ROLE     in this centre too, or with another role; none takes it away\n"
     "  user password NAME             a new one; ends the sessions\n"
     "  user remove NAME               with tokens and sessions; logs keep the name\n"
     "  user token NAME LABEL          a token for a program, printed once (Authorization: Bearer TOKEN)\n"
     "  user revoke NAME [LABEL]       ends these tokens, or all tokens and sessions\n"
     "  user give CASE CENTRE          whose a case is that was made without users\n\n"
     "  --db STORE      SQLite file or postgresql://... (default $PHAROS_DB, else pharos.db)\n"
     "  --json          one JSON document on standard output\n",
     CLI_CASE | CLI_JSON, 1, 4, cli_user},
    {"worker", "worker CASE [-o DIR]", "a run for a program that asks (used by serve)",
     "Runs the case as `pharos run` does and tells progress and outcome as lines of JSON; then scores the "
     "plans that\n"
     "come as lines {\"id\": 1, \"evaluate\": {plan}} on standard input, until that is closed.\n",
     CLI_OUT | CLI_BUDGET | CLI_THREADS, 1, 1, cli_worker},
    {"help", "help [COMMAND]", "this list, or the page of one command", "", 0, 0, 1, cli_help},
};
const size_t cli_n_commands = sizeof cli_commands / sizeof *cli_commands;

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < cli_n_commands; i++)
        if (!strcmp(cli_commands[i].name, name))
            return &cli_commands[i];
    return NULL;
}

static void overview(struct core_buf *out)
{
    core_buf_printf(
        out, "Pharos %s: the open search planner for people adrift\n\nusage: pharos COMMAND [arguments]\n\n",
        ph_version());
    for (size_t i = 0; i < cli_n_commands; i++)
        core_buf_printf(out, "  %-10s %s\n", cli_commands[i].name, cli_commands[i].summary);
    core_buf_puts(
        out,
        "\n  -q, -v     less, more on standard error\n"
        "  --help     the page of a command; --version\n\n"
        "Exit status: 0 done; 1 done, with warnings that change the result's trust; 2 bad input,\n"
        "nothing written; 3 cannot read or write; 4 out of memory or internal error; 130 interrupted.\n");
}

int cli_help(const struct cli_args *args)
{
    struct core_buf out = {0};
    if (!args->n_operands) {
        overview(&out);
    } else {
        const struct cli_command *command = cli_command_find(args->operand[0]);
        if (!command) {
            struct ph_err err;
            core_err_set(&err, PH_EINPUT, args->operand[0], "`pharos help` lists the commands",
                         "there is no such command");
            return cli_fail(&err);
        }
        core_buf_printf(&out, "usage: pharos %s\n\n%s\n%s%s", command->usage, command->summary,
                        command->text[0] ? "\n" : "", command->text);
    }
    int status = cli_print(&out);
    core_buf_fini(&out);
    return status;
}
