#include "prob/map_file.h"

#include <netcdf.h>

#include "prob/clouds_fixture.h"
#include "test/tap.h"

enum { N = 3000, TIMES = 3 };

static bool maps_make(struct core_arena *arena, struct prob_map maps[TIMES])
{
    struct fixture f[TIMES];
    struct prob_cloud clouds[TIMES];
    struct geo_grid grid;
    for (int t = 0; t < TIMES; t++) {
        f[t] = fixture_new(N);
        fixture_gauss(&f[t], 0, N, (struct geo_pos){-17, 179.9 + 0.05 * t}, 3000 + 2000 * t, 3000, 0, 3);
        for (int i = 0; i < 100 * t; i++)
            f[t].weight[i] = 0;
        clouds[t] = f[t].cloud;
    }
    bool good = !prob_grid_choose(clouds, TIMES, 0, 20000, &grid, NULL);
    for (int t = 0; t < TIMES; t++) {
        good = good && !prob_map_make(&clouds[t], &grid, arena, &maps[t], NULL);
        fixture_free(&f[t]);
    }
    return good;
}

static double *read_all(int file, const char *name, size_t n)
{
    int id;
    double *value = calloc(n, sizeof(double));
    if (nc_inq_varid(file, name, &id) || nc_get_var_double(file, id, value))
        value[0] = NAN;
    return value;
}

static void check_content(const char *path, const struct prob_map *maps, const int64_t *time_ns)
{
    int file = -1;
    const struct geo_grid *g = &maps[0].grid;
    size_t cells = g->nlat * g->nlon;
    tap_ok(!nc_open(path, NC_NOWRITE, &file), "the file opens");
    double *p = read_all(file, "probability", cells * TIMES), *elsewhere = read_all(file, "elsewhere", TIMES);
    double *time = read_all(file, "time", TIMES), *lon = read_all(file, "lon", g->nlon);
    double *bounds = read_all(file, "lon_bounds", 2 * g->nlon);
    bool same = true, sums = true, times = true, edges = true;
    for (size_t t = 0; t < TIMES; t++) {
        double sum = 0;
        for (size_t k = 0; k < cells; k++) {
            same = same && p[t * cells + k] == maps[t].mass[k];
            sum += p[t * cells + k];
        }
        sums =
            sums && fabs(sum + elsewhere[t] - 1) < 1e-12 && fabs(elsewhere[t] - 100.0 * (double)t / N) < 1e-9;
        times = times && time[t] == (double)(time_ns[t] / 1000000000);
    }
    for (size_t j = 0; j < g->nlon; j++)
        edges = edges && bounds[2 * j] < lon[j] && lon[j] < bounds[2 * j + 1] &&
                (j == 0 || fabs(bounds[2 * j] - bounds[2 * j - 1]) < 1e-9);
    tap_ok(same, "every cell comes back as it was");
    tap_ok(sums, "probability sums to one minus elsewhere");
    tap_ok(times, "times are seconds since 1970");
    tap_ok(edges && lon[g->nlon - 1] > 180, "longitudes run on across the antimeridian, inside their bounds");
    char text[64] = "";
    tap_ok(!nc_get_att_text(file, NC_GLOBAL, "Conventions", text) && !strncmp(text, "CF-1.11", 7),
           "it says CF-1.11");
    nc_close(file);
    free(p);
    free(elsewhere);
    free(time);
    free(lon);
    free(bounds);
}

int main(void)
{
    struct core_arena arena = {0};
    struct prob_map maps[TIMES];
    const int64_t time_ns[TIMES] = {1472432400000000000, 1472436000000000000, 1472439600000000000};
    const struct prob_map_attrs attrs = {
        .title = "test", .source = "pharos", .case_sha256 = "00", .seed = UINT64_MAX};
    char folder[] = "/tmp/pharos-map-XXXXXX", path[64];
    if (!tap_ok(maps_make(&arena, maps) && mkdtemp(folder), "three maps are made on one grid"))
        return tap_done();
    snprintf(path, sizeof path, "%s/probability.nc", folder);
    tap_ok(!prob_map_write(path, time_ns, TIMES, maps, maps, &attrs, NULL), "they are written");
    check_content(path, maps, time_ns);
    unlink(path);
    tap_ok(!rmdir(folder), "nothing else is left in the folder");
    struct ph_err err = {0};
    tap_ok(prob_map_write(path, time_ns, TIMES, maps, NULL, &attrs, &err) == PH_EIO && err.where[0],
           "a folder that is not there is reported: %s", err.what);
    core_arena_fini(&arena);
    return tap_done();
}
