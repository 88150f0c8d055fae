#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/mpi.h"
#include "core/threads.h"
#include "core/time.h"

// The one piece of state of the process: a signal handler has nowhere else to look.
static volatile int stop_asked;

static struct terminal {
    struct core_job job;
    bool animated; // standard error is a terminal
    bool quiet, verbose;
    const char *stage;
    double stage_began_s, drawn_s;
    bool line_open;
} terminal;

// This process among those that mpirun started; on its own without mpirun.
static struct core_mpi ranks = {.size = 1};
static bool together; // the command shares its work among them

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

static void line_close(void)
{
    if (terminal.line_open)
        fputs("\r\033[K", stderr);
    terminal.line_open = false;
}

static void estimate_text(char *out, size_t size, double left_s)
{
    if (left_s < 90)
        snprintf(out, size, "%.0f s left", left_s);
    else
        snprintf(out, size, "%.0f min left", left_s / 60);
}

static void on_progress(void *arg, const char *stage, double done_frac)
{
    (void)arg;
    double now_s = core_time_monotonic_s();
    if (!terminal.stage || strcmp(stage, terminal.stage)) {
        terminal.stage = stage;
        terminal.stage_began_s = now_s;
        terminal.drawn_s = 0;
    }
    if (!terminal.animated || now_s - terminal.drawn_s < 0.1)
        return;
    terminal.drawn_s = now_s;
    char bar[31] = "..............................", left[40] = "";
    memset(bar, '#', (size_t)(30 * (done_frac < 0 ? 0 : done_frac > 1 ? 1 : done_frac)));
    if (done_frac > 0.02)
        estimate_text(left, sizeof left, (now_s - terminal.stage_began_s) * (1 - done_frac) / done_frac);
    fprintf(stderr, "\r\033[K%-7s [%s] %3.0f %%  %s", stage, bar, 100 * done_frac, left);
    fflush(stderr);
    terminal.line_open = true;
}

// Warnings are printed once, at the end, below everything else.
static void on_log(void *arg, enum core_log_level level, const char *id, const char *text)
{
    (void)arg;
    bool shown = level == CORE_LOG_ERROR || (level == CORE_LOG_NOTE && !terminal.quiet) ||
                 (terminal.verbose && level != CORE_LOG_WARN);
    if (!shown)
        return;
    line_close();
    fprintf(stderr, "pharos: [%s] %s\n", id, text);
}

// Commands that share their work among processes. Any other is done by the first one alone.
static bool shares_work(const char *command)
{
    static const char *const names[] = {"run", "drift", "map", "plan", "sweep"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(command, names[i]))
            return true;
    return false;
}

enum ph_status cli_ranks_start(const char *command, bool *has_work, struct ph_err *err)
{
    enum ph_status status = core_mpi_init(&stop_asked, &ranks, err);
    if (status)
        return status;
    together = ranks.size > 1 && shares_work(command);
    *has_work = together || core_mpi_leads(&ranks);
    return PH_OK;
}

int cli_ranks_end(int exit_status)
{
    core_mpi_fini(&ranks, exit_status);
    return core_mpi_leads(&ranks) ? exit_status : 0; // the leader's is the job's
}

bool cli_leads(void)
{
    return core_mpi_leads(&ranks);
}

static int threads_default(void)
{
    int n = core_threads_available() / core_mpi_local_size();
    return n > 1 ? n : 1;
}

struct core_job *cli_job_start(const struct cli_args *args)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = SA_RESETHAND}; // a second Ctrl-C ends at once
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    terminal = (struct terminal){
        .animated = !args->quiet && isatty(STDERR_FILENO) && cli_leads(),
        .quiet = args->quiet || !cli_leads(),
        .verbose = args->verbose,
        .job = {.threads = args->threads ? args->threads : threads_default(),
                .stop = &stop_asked,
                .mpi = together ? &ranks : NULL},
    };
    terminal.job.progress = on_progress;
    terminal.job.log = on_log;
    return &terminal.job;
}

bool cli_job_strict(const struct cli_args *args)
{
    return args->strict && terminal.job.n_warnings;
}

int cli_job_end(const struct cli_args *args, enum ph_status status, const struct ph_err *err)
{
    struct ph_err agreed = {0};
    if (status && err)
        agreed = *err;
    status = core_mpi_agree(terminal.job.mpi, status, &agreed);
    err = &agreed;
    line_close();
    if (!terminal.quiet)
        for (const struct core_warning *w = terminal.job.first_warning; w; w = w->next)
            fprintf(stderr, "warning: %s [%s]\n", w->text, w->code);
    bool warned = terminal.job.n_warnings != 0;
    core_job_fini(&terminal.job);
    if (status)
        return cli_fail(err);
    if (warned && args->strict && cli_leads())
        fputs("pharos: --strict: nothing was written because of the warnings above\n", stderr);
    return !warned ? 0 : args->strict ? 2 : 1;
}

int cli_fail(const struct ph_err *err)
{
    line_close();
    if (!cli_leads()) // the leader says it for all
        return core_err_exit(err->status);
    fprintf(stderr, "pharos: %s\n", err->what[0] ? err->what : ph_status_text(err->status));
    if (err->where[0])
        fprintf(stderr, "  where: %s\n", err->where);
    if (err->fix[0])
        fprintf(stderr, "  what to do: %s\n", err->fix);
    return core_err_exit(err->status);
}

int cli_print(const struct core_buf *text)
{
    struct ph_err err;
    if (core_buf_check(text, &err))
        return cli_fail(&err);
    if ((text->length && fwrite(text->text, 1, text->length, stdout) != text->length) || fflush(stdout)) {
        core_err_errno(&err, "write", "standard output");
        return cli_fail(&err);
    }
    return 0;
}
