// Trajectory files: what is written is read again, other programs' files are read or refused.
#include "drift/trajectories.h"

#include "core/file.h"
#include "drift/fixture.h"
#include "test/tap.h"

enum { N = 300, TIMES = 5 };

// An ensemble by hand: some not yet released, some stranded, one across the antimeridian.
static void made(struct drift_ensemble *e)
{
    *e = (struct drift_ensemble){.n = N, .n_times = TIMES};
    e->time_ns = CORE_ARENA_NEW(&e->arena, int64_t, TIMES);
    e->lat_deg = CORE_ARENA_NEW(&e->arena, float, N *TIMES);
    e->lon_deg = CORE_ARENA_NEW(&e->arena, float, N *TIMES);
    e->status = CORE_ARENA_NEW(&e->arena, uint8_t, N * TIMES);
    e->source = CORE_ARENA_NEW(&e->arena, uint16_t, N);
    e->object = CORE_ARENA_NEW(&e->arena, uint16_t, N);
    e->side = CORE_ARENA_NEW(&e->arena, uint8_t, N);
    e->weight = CORE_ARENA_NEW(&e->arena, double, N);
    e->start_ns = CORE_ARENA_NEW(&e->arena, int64_t, N);
    for (size_t t = 0; t < TIMES; t++)
        e->time_ns[t] = FIXTURE_START_NS + (int64_t)t * HOUR_NS;
    for (size_t i = 0; i < N; i++) {
        e->object[i] = i % 2;
        e->side[i] = i % 3 == 0;
        e->weight[i] = (1.0 + (double)(i % 2)) / (1.5 * N);
        e->start_ns[i] = FIXTURE_START_NS + (int64_t)(i % 4) * HOUR_NS - (i % 4 ? 500000000 : 0);
        for (size_t t = 0; t < TIMES; t++) {
            size_t at = t * N + i;
            bool released = e->start_ns[i] <= e->time_ns[t];
            e->lat_deg[at] = released ? (float)(33 + 0.001 * (double)i + 0.01 * (double)t) : NAN;
            e->lon_deg[at] = released ? (float)core_deg_wrap180(179.95 + 0.02 * (double)t) : NAN;
            e->status[at] = !released              ? DRIFT_NOT_RELEASED
                            : i % 7 == 0 && t == 4 ? DRIFT_STRANDED
                            : i % 7 == 1 && t == 4 ? DRIFT_MISSING_DATA
                                                   : DRIFT_ACTIVE;
        }
    }
}

static bool same_floats(const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i]))))
            return false;
    return true;
}

static void check_same(const struct drift_ensemble *e, const struct drift_ensemble *r)
{
    tap_ok(r->n == N && r->n_times == TIMES && !memcmp(e->time_ns, r->time_ns, TIMES * sizeof e->time_ns[0]),
           "particles and times come back");
    tap_ok(same_floats(e->lat_deg, r->lat_deg, N * TIMES) && same_floats(e->lon_deg, r->lon_deg, N * TIMES),
           "positions come back to the bit, none before release");
    tap_ok(!memcmp(e->status, r->status, N * TIMES), "states come back");
    tap_ok(!memcmp(e->weight, r->weight, N * sizeof(double)) &&
               !memcmp(e->source, r->source, N * sizeof(uint16_t)) &&
               !memcmp(e->object, r->object, N * sizeof(uint16_t)) && !memcmp(e->side, r->side, N),
           "weight, scenario, object and side come back");
    bool starts = true;
    for (size_t i = 0; i < N; i++)
        starts &= llabs(e->start_ns[i] - r->start_ns[i]) < 1000;
    tap_ok(starts, "start times come back to the microsecond");
}

// What the conventions ask for, looked up with the library that other programs use.
static void check_conventions(const char *path)
{
    static const struct {
        const char *variable, *name, *value;
    } want[] = {{NULL, "Conventions", "CF-1.11, ACDD-1.3"},
                {NULL, "featureType", "trajectory"},
                {NULL, "title", "made by hand"},
                {NULL, "warnings", "forcing-held: The wind was held."},
                {NULL, "seed", "1"},
                {NULL, "time_coverage_start", "2026-01-01T00:00:00Z"},
                {NULL, "time_coverage_end", "2026-01-01T04:00:00Z"},
                {"trajectory", "cf_role", "trajectory_id"},
                {"time", "units", "seconds since 1970-01-01 00:00:00"},
                {"time", "calendar", "standard"},
                {"lon", "standard_name", "longitude"},
                {"lon", "units", "degrees_east"},
                {"lat", "standard_name", "latitude"},
                {"lat", "units", "degrees_north"},
                {"status", "flag_meanings", "active stranded missing_data not_released underway"},
                {"scenario", "flag_meanings", "here"},
                {"object", "flag_meanings", "PIW-1 LIFE-RAFT-NB-2"},
                {"orientation", "flag_meanings", "right left"}};
    int id, dims[2], dim_trajectory, dim_time, var;
    if (!tap_ok(!nc_open(path, NC_NOWRITE, &id), "the file opens"))
        return;
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        int owner = NC_GLOBAL;
        char text[256] = "";
        size_t length = 0;
        bool good = !want[k].variable || !nc_inq_varid(id, want[k].variable, &owner);
        good = good && !nc_inq_attlen(id, owner, want[k].name, &length) && length < sizeof text &&
               !nc_get_att_text(id, owner, want[k].name, text);
        tap_ok(good && !strcmp(text, want[k].value), "%s:%s is \"%s\"",
               want[k].variable ? want[k].variable : "", want[k].name, want[k].value);
    }
    float fill = 0;
    bool order = !nc_inq_dimid(id, "trajectory", &dim_trajectory) && !nc_inq_dimid(id, "time", &dim_time) &&
                 !nc_inq_varid(id, "lon", &var) && !nc_inq_vardimid(id, var, dims) &&
                 dims[0] == dim_trajectory && dims[1] == dim_time &&
                 !nc_get_att_float(id, var, "_FillValue", &fill);
    tap_ok(order && isnan(fill), "lon is (trajectory, time) and fills with NaN");
    nc_close(id);
}

static void test_round_trip(void)
{
    struct fixture f;
    struct drift_ensemble e, r;
    fixture_init(&f, 1, (struct geo_pos){0, 0}, "PIW-1");
    fixture_object(&f, 1, "LIFE-RAFT-NB-2");
    made(&e);
    core_job_warn(&f.job, "forcing-held", "The wind was held.");
    const char *path = fixture_path("tracks.nc");
    enum ph_status status = drift_trajectories_write(path, &f.c, &e, &f.job, &f.err);
    if (tap_ok(!status, "trajectories are written")) {
        check_conventions(path);
        status = drift_trajectories_read(path, &r, &f.err);
        if (tap_ok(!status, "and read"))
            check_same(&e, &r);
        else
            printf("# %s: %s\n", f.err.where, f.err.what);
        if (!status)
            drift_ensemble_free(&r);
    } else {
        printf("# %s: %s\n", f.err.where, f.err.what);
    }
    unlink(path);
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

// No date, no left-over memory: written twice, the file is the same to the byte.
static void test_same_bytes(void)
{
    struct fixture f;
    struct drift_ensemble e;
    struct core_buf bytes[2] = {{0}, {0}};
    fixture_init(&f, 1, (struct geo_pos){0, 0}, "PIW-1");
    fixture_object(&f, 1, "LIFE-RAFT-NB-2");
    made(&e);
    const char *path = fixture_path("tracks.nc");
    bool good = true;
    for (int k = 0; k < 2; k++)
        good = good && !drift_trajectories_write(path, &f.c, &e, &f.job, &f.err) &&
               !core_file_read(path, 1 << 20, &bytes[k], &f.err);
    tap_ok(good && bytes[0].length == bytes[1].length &&
               !memcmp(bytes[0].text, bytes[1].text, bytes[0].length),
           "the same ensemble gives the same file, byte for byte");
    unlink(path);
    for (int k = 0; k < 2; k++)
        core_buf_fini(&bytes[k]);
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_unwritable(void)
{
    struct fixture f;
    struct drift_ensemble e;
    fixture_init(&f, 1, (struct geo_pos){0, 0}, "PIW-1");
    fixture_object(&f, 1, "LIFE-RAFT-NB-2");
    made(&e);
    enum ph_status status = drift_trajectories_write("/nowhere/at/all/x.nc", &f.c, &e, &f.job, &f.err);
    tap_ok(status == PH_EIO && strstr(f.err.where, "/nowhere"),
           "a folder that is not there is an error of writing");
    drift_ensemble_free(&e);
    fixture_fini(&f);
}

static void test_other_program(const char *name, size_t n, size_t times)
{
    char relative[256];
    snprintf(relative, sizeof relative, "data/drift/trajan/%s", name);
    const char *path = tap_shared(relative, "another program's file is read");
    if (!path)
        return;
    struct drift_ensemble e;
    struct ph_err err = {0};
    enum ph_status status = drift_trajectories_read(path, &e, &err);
    if (!tap_ok(!status, "%s of another program is read", name)) {
        printf("# %s: %s\n", err.where, err.what);
        return;
    }
    double sum = 0;
    size_t placed = 0;
    for (size_t i = 0; i < e.n; i++)
        sum += e.weight[i];
    for (size_t i = 0; i < e.n * e.n_times; i++)
        placed += e.lat_deg[i] > 50 && e.lat_deg[i] < 70 && e.lon_deg[i] > 0 && e.lon_deg[i] < 10;
    tap_ok(e.n == n && e.n_times == times && fabs(sum - 1) < 1e-9 && placed > n,
           "its particles are in the North Sea");
    drift_ensemble_free(&e);
}

static void test_refused(const char *relative)
{
    const char *path = tap_shared(relative, "a file that is no such trajectory file is refused");
    if (!path)
        return;
    struct drift_ensemble e;
    struct ph_err err = {0};
    enum ph_status status = drift_trajectories_read(path, &e, &err);
    tap_ok(status == PH_EINPUT && *err.what && *err.fix, "%s is refused: %s", relative, err.what);
}

int main(void)
{
    test_round_trip();
    test_same_bytes();
    test_unwritable();
    test_other_program("openoil.nc", 999, 67);
    test_other_program("opv2025_subset.nc", 5000, 13);
    test_refused("data/drift/trajan/gnome_nc_particles.nc");
    test_refused("data/drift/trajan/bug05_pos.csv");
    test_refused("reference/made-current.nc");
    return tap_done();
}
