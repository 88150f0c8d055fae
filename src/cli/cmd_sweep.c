// sweep: a study, one case in many variants.
#include <stdio.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/mpi.h"
#include "core/units.h"
#include "run/study.h"

int cli_sweep(const struct cli_args *args)
{
    const double nm2_m2 = CORE_M_PER_NM * CORE_M_PER_NM;
    struct study study = {0};
    struct study_totals totals = {0};
    struct ph_err err = {0};
    struct core_job *job = cli_job_start(args);
    enum ph_status status = PH_OK;
    if (!args->out)
        status = core_err_set(&err, PH_EINPUT, "-o", "usage: pharos sweep STUDY.json -o DIR",
                              "say where to write");
    if (!status)
        status = study_load(args->operand[0], job, &study, &err);
    if (!status)
        status = study_run(&study, args->out, job, &err);
    if (!status && cli_leads())
        status = study_write(&study, args->out, job, &totals, &err);
    if (!status && cli_leads() && !args->quiet)
        fprintf(stderr,
                "%zu cases, %zu of them failed; average: 50 %% within %.1f NM2, 95 %% within %.1f "
                "NM2\ntable: %s/table.csv\n",
                study.n, totals.n_failed, totals.area_m2[0] / nm2_m2,
                totals.area_m2[RUN_N_REGIONS - 1] / nm2_m2, args->out);
    int exit_status = cli_job_end(args, status, &err);
    study_fini(&study);
    return exit_status;
}
