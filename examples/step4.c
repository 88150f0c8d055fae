// Step 4: the whole job. Drift, map, plan, and every product into a folder; Ctrl-C ends it with nothing
// written.
//   ./a.out case.json out
#include <pharos/pharos.h>
#include <signal.h>
#include <stdio.h>

static volatile int stop;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: step4 CASE FOLDER\n");
        return 2;
    }
    signal(SIGINT, on_interrupt);
    struct ph_run *run = NULL;
    struct ph_err err = {0};
    struct ph_options options = {.stop = &stop};
    enum ph_status status = ph_run_plan(argv[1], &options, &run, &err);
    if (!status)
        status = ph_run_write(run, argv[2], &err);
    if (status) {
        fprintf(stderr, "%s: %s: %s\n%s\n", ph_status_text(status), err.where, err.what, err.fix);
        ph_run_free(run);
        return 2;
    }
    printf("chance to find them %.0f %%; no plan with this effort exceeds %.0f %%\n", 100 * ph_run_pos(run),
           100 * ph_run_pos_bound(run));
    printf("report: %s/report.html\n", argv[2]);
    ph_run_free(run);
    return 0;
}
