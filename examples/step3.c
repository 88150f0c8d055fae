// Step 3: drift a case in memory and print the datum, hour by hour. Nothing is written.
//   ./a.out case.json
#include <pharos/pharos.h>
#include <stdio.h>

static size_t active_count(const struct ph_run *run, size_t t)
{
    const uint8_t *status = ph_run_status(run, t);
    size_t active = 0;
    for (size_t i = 0; i < ph_run_particles(run); i++)
        active += status[i] == PH_ACTIVE;
    return active;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: step3 CASE\n");
        return 2;
    }
    struct ph_run *run;
    struct ph_err err;
    struct ph_options options = {.particles = 2000};
    if (ph_run_drift(argv[1], &options, &run, &err)) {
        fprintf(stderr, "%s: %s\n%s\n", err.where, err.what, err.fix);
        return 2;
    }
    for (size_t t = 0; t < ph_run_times(run); t++) {
        struct ph_position datum;
        if (ph_run_datum(run, t, &datum, NULL))
            continue; // nothing adrift yet, or no longer
        char time[PH_TEXT], place[PH_TEXT];
        ph_time_format(ph_run_time(run, t), time);
        ph_position_format(datum, 1, place);
        printf("%s datum %s, %zu particles adrift\n", time, place, active_count(run, t));
    }
    for (size_t i = 0; ph_run_warning(run, i); i++)
        fprintf(stderr, "warning: %s\n", ph_run_warning(run, i));
    ph_run_free(run);
    return 0;
}
