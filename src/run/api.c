// The public library: thin above a run.
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/time.h"
#include "drift/kernel.h"
#include "geo/notation.h"
#include "run/run.h"

_Static_assert(PH_TEXT >= GEO_TEXT && PH_TEXT >= CORE_TIME_TEXT, "texts fit");
_Static_assert((int)PH_ACTIVE == DRIFT_ACTIVE && (int)PH_STRANDED == DRIFT_STRANDED &&
                   (int)PH_MISSING_DATA == DRIFT_MISSING_DATA && (int)PH_NOT_RELEASED == DRIFT_NOT_RELEASED &&
                   (int)PH_UNDERWAY == DRIFT_UNDERWAY,
               "public states are the inner ones");

struct ph_run {
    struct run run;
    struct core_job job;
};

// A program that links us may have set a locale with decimal commas: numbers in files stay in C's.
struct numbers {
    locale_t c, before;
};

static struct numbers numbers_begin(void)
{
    struct numbers numbers = {.c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0)};
    numbers.before = numbers.c ? uselocale(numbers.c) : (locale_t)0;
    return numbers;
}

static void numbers_end(struct numbers numbers)
{
    if (!numbers.c)
        return;
    uselocale(numbers.before);
    freelocale(numbers.c);
}

enum ph_status ph_position_parse(const char *text, struct ph_position *out, struct ph_err *err)
{
    struct geo_pos pos;
    struct numbers numbers = numbers_begin();
    enum ph_status status = geo_pos_parse(text, &pos, err);
    numbers_end(numbers);
    if (!status)
        *out = (struct ph_position){pos.lat_deg, pos.lon_deg};
    return status;
}

void ph_position_format(struct ph_position position, int decimals, char out[PH_TEXT])
{
    struct numbers numbers = numbers_begin();
    geo_pos_format((struct geo_pos){position.lat_deg, position.lon_deg}, decimals, out);
    numbers_end(numbers);
}

enum ph_status ph_time_parse(const char *text, int64_t *t_ns, struct ph_err *err)
{
    return core_time_parse(text, t_ns, err);
}

void ph_time_format(int64_t t_ns, char out[PH_TEXT])
{
    core_time_iso(t_ns, out);
}

enum ph_status ph_leeway(const char *key, double wind_u_mps, double wind_v_mps, enum ph_side side,
                         double *u_mps, double *v_mps, struct ph_err *err)
{
    const struct object_class *class = object_class_find(key);
    if (!class)
        return core_err_set(err, PH_EINPUT, key, "see `pharos objects` for the table",
                            "no such leeway class; did you mean %s?", object_class_nearest(key));
    struct drift_leeway_draw mean = drift_kernel_draw(&class->leeway, false, 0, 0);
    const struct drift_line *cross = side == PH_LEFT ? &mean.left : &mean.right;
    double u = 0, v = 0;
    drift_kernel_leeway(1, &wind_u_mps, &wind_v_mps, &mean.down.slope_frac, &mean.down.offset_mps,
                        &cross->slope_frac, &cross->offset_mps, &u, &v);
    *u_mps = u;
    *v_mps = v;
    return PH_OK;
}

static enum ph_status case_run(const char *case_path, const struct ph_options *options, bool plan,
                               struct ph_run **out, struct ph_err *err)
{
    struct ph_run *made = calloc(1, sizeof *made);
    if (!made)
        return core_err_nomem(err);
    struct scenario_overrides overrides = {
        .has_particles = options && options->particles,
        .particles = options ? options->particles : 0,
        .has_seed = options && options->has_seed,
        .seed = options ? options->seed : 0,
    };
    made->job.threads = options && options->threads > 0 ? options->threads : core_threads_available();
    made->job.stop = options ? options->stop : NULL;
    struct numbers numbers = numbers_begin();
    enum ph_status status = run_load(&made->run, case_path, &overrides, &made->job, NULL, err);
    if (!status && plan)
        status = run_all(&made->run, err);
    if (!status && !plan)
        status = run_open(&made->run, err);
    if (!status && !plan)
        status = run_drift(&made->run, err);
    numbers_end(numbers);
    if (status)
        ph_run_free(made);
    else
        *out = made;
    return status;
}

enum ph_status ph_run_drift(const char *case_path, const struct ph_options *options, struct ph_run **out,
                            struct ph_err *err)
{
    return case_run(case_path, options, false, out, err);
}

enum ph_status ph_run_plan(const char *case_path, const struct ph_options *options, struct ph_run **out,
                           struct ph_err *err)
{
    return case_run(case_path, options, true, out, err);
}

enum ph_status ph_run_write(struct ph_run *run, const char *folder, struct ph_err *err)
{
    if (!run->run.product.n_times)
        return core_err_set(err, PH_EINPUT, folder, "call ph_run_plan instead of ph_run_drift",
                            "this run has no map and no plan to write");
    struct numbers numbers = numbers_begin();
    enum ph_status status = run_write(&run->run, folder, RUN_PART_ALL, err);
    numbers_end(numbers);
    return status;
}

void ph_run_free(struct ph_run *run)
{
    if (!run)
        return;
    run_fini(&run->run);
    core_job_fini(&run->job);
    free(run);
}

size_t ph_run_particles(const struct ph_run *run)
{
    return run->run.ensemble.n;
}

size_t ph_run_times(const struct ph_run *run)
{
    return run->run.ensemble.n_times;
}

int64_t ph_run_time(const struct ph_run *run, size_t t)
{
    return run->run.ensemble.time_ns[t];
}

const float *ph_run_lat(const struct ph_run *run, size_t t)
{
    return run->run.ensemble.lat_deg + t * run->run.ensemble.n;
}

const float *ph_run_lon(const struct ph_run *run, size_t t)
{
    return run->run.ensemble.lon_deg + t * run->run.ensemble.n;
}

const uint8_t *ph_run_status(const struct ph_run *run, size_t t)
{
    return run->run.ensemble.status + t * run->run.ensemble.n;
}

const double *ph_run_weight(const struct ph_run *run)
{
    return run->run.ensemble.weight;
}

enum ph_status ph_run_datum(const struct ph_run *run, size_t t, struct ph_position *out, struct ph_err *err)
{
    size_t n = ph_run_particles(run), active = 0;
    struct geo_pos *pos = malloc((n + 1) * sizeof *pos), mean;
    double *weight = malloc((n + 1) * sizeof *weight);
    for (size_t i = 0; pos && weight && i < n; i++)
        if (ph_run_status(run, t)[i] == PH_ACTIVE) {
            pos[active] = (struct geo_pos){ph_run_lat(run, t)[i], ph_run_lon(run, t)[i]};
            weight[active++] = ph_run_weight(run)[i];
        }
    enum ph_status status = PH_OK;
    if (!pos || !weight)
        status = core_err_nomem(err);
    else if (!geo_earth_mean(active, pos, weight, &mean))
        status = core_err_set(err, PH_EINPUT, NULL, "choose another time", "nothing drifts at this time");
    else
        *out = (struct ph_position){mean.lat_deg, mean.lon_deg};
    free(pos);
    free(weight);
    return status;
}

const char *ph_run_warning(const struct ph_run *run, size_t i)
{
    const struct core_warning *warning = run->job.first_warning;
    while (warning && i--)
        warning = warning->next;
    return warning ? warning->text : NULL;
}

double ph_run_pos(const struct ph_run *run)
{
    return run->run.has_plan ? run->run.plan.pos_total : 0;
}

double ph_run_pos_bound(const struct ph_run *run)
{
    return run->run.has_plan ? run->run.plan.pos_bound : 0;
}
