// How fast files are read, as a run reads them (a process of its own behind walls, values checked and
// unpacked, u and v side by side), beside plain calls of libnetcdf and ecCodes that read the same into an
// array: `build/bench/read [WORD]` (of the files'
// names). Processor time of this process and of those it started, the least of several
// runs, each kind in turn; what opening and closing alone take is told apart. Never part of the tests: times
// are not truths.
#include "forcing/made_grib.h"

#include <sys/resource.h>

#include "core/units.h"

enum { RUNS = 5, NI = 800, NJ = 700, N = NI * NJ, LEVELS = 8, GRIB_LEVELS = 3 };

#define WEST 10.0
#define SOUTH 30.0
#define STEP 0.0125

struct kind {
    const char *name;
    bool packed, deflate; // NetCDF
    const char *packing;  // GRIB
    int levels;
};

// Eddies, and a centimetre a second that no filter foresees.
static double field(int p, int level, size_t k)
{
    uint64_t mixed = (k * 2 + (uint64_t)p + 977 * (uint64_t)level) * 0x9E3779B97F4A7C15U;
    double x = (double)(k % NI), y = (double)(k / NI);
    mixed = (mixed ^ mixed >> 31) * 0xBF58476D1CE4E5B9U;
    return 0.6 * sin(0.03 * x + p + 0.1 * level) * cos(0.02 * y) + 0.01 * (double)(mixed >> 40) / 0x1p24;
}

static void axis_write(int nc, int var, size_t n, double from, double step)
{
    for (size_t i = 0; i < n; i++) {
        double value = from + step * (double)i;
        made_nc(nc_put_var1_double(nc, var, &i, &value));
    }
}

static int field_define(const struct kind *kind, int nc, int p, const int *dims)
{
    static const char *const standard[] = {"eastward_sea_water_velocity", "northward_sea_water_velocity"};
    const size_t chunks[3] = {1, 100, 100};
    const double scale = 0.001;
    int var;
    made_nc(nc_def_var(nc, p ? "vo" : "uo", kind->packed ? NC_SHORT : NC_FLOAT, 3, dims, &var));
    made_text(nc, var, "standard_name", standard[p]);
    made_text(nc, var, "units", "m s-1");
    if (kind->packed)
        made_nc(nc_put_att_double(nc, var, "scale_factor", NC_DOUBLE, 1, &scale));
    if (kind->deflate) {
        made_nc(nc_def_var_chunking(nc, var, NC_CHUNKED, chunks));
        made_nc(nc_def_var_deflate(nc, var, 1, 1, 4));
    }
    return var;
}

static void netcdf_make(const struct kind *kind, const char *path)
{
    static const struct {
        const char *name, *units;
        double from, step;
        size_t n;
    } axis[] = {{"time", "hours since 2026-01-01 00:00:00", 0, 1, LEVELS},
                {"lat", "degrees_north", SOUTH, STEP, NJ},
                {"lon", "degrees_east", WEST, STEP, NI}};
    static double value[N];
    int nc, dims[3], place[3], var[2];
    made_nc(nc_create(path, NC_CLOBBER | NC_NETCDF4, &nc));
    for (int d = 0; d < 3; d++) {
        made_nc(nc_def_dim(nc, axis[d].name, axis[d].n, &dims[d]));
        made_nc(nc_def_var(nc, axis[d].name, NC_DOUBLE, 1, &dims[d], &place[d]));
        made_text(nc, place[d], "units", axis[d].units);
    }
    for (int p = 0; p < 2; p++)
        var[p] = field_define(kind, nc, p, dims);
    made_nc(nc_enddef(nc));
    for (int d = 0; d < 3; d++)
        axis_write(nc, place[d], axis[d].n, axis[d].from, axis[d].step);
    for (size_t t = 0; t < LEVELS; t++)
        for (int p = 0; p < 2; p++) {
            size_t start[3] = {t, 0, 0}, count[3] = {1, NJ, NI};
            for (size_t k = 0; k < N; k++)
                value[k] = field(p, (int)t, k) * (kind->packed ? 1000 : 1);
            made_nc(nc_put_vara_double(nc, var[p], start, count, value));
        }
    made_nc(nc_close(nc));
}

static void grib_make(const struct kind *kind, const char *path)
{
    static double value[N];
    const void *bytes;
    size_t n;
    FILE *file = fopen(path, "wb");
    for (int m = 0; file && m < 2 * GRIB_LEVELS; m++) {
        struct made_grib made = {.packing = kind->packing,
                                 .part = m % 2,
                                 .hour = m / 2,
                                 .ni = NI,
                                 .nj = NJ,
                                 .west = WEST,
                                 .south = SOUTH,
                                 .east = WEST + STEP * (NI - 1),
                                 .north = SOUTH + STEP * (NJ - 1)};
        codes_handle *handle = made_grib_handle(made);
        for (size_t k = 0; k < N; k++)
            value[k] = field(m % 2, m / 2, k);
        made_set(handle, "bitsPerValue", 16);
        made_ec(codes_set_double_array(handle, "values", value, N), "values");
        made_ec(codes_get_message(handle, &bytes, &n), "message");
        fwrite(bytes, 1, n, file);
        codes_handle_delete(handle);
    }
    if (!file || fclose(file))
        exit(1);
}

// The plain calls: every value into one array.
static double netcdf_plain(const char *path, size_t n_levels)
{
    static float value[N];
    double sum = 0;
    int nc, var[2];
    made_nc(nc_open(path, NC_NOWRITE, &nc));
    made_nc(nc_inq_varid(nc, "uo", &var[0]));
    made_nc(nc_inq_varid(nc, "vo", &var[1]));
    for (size_t t = 0; t < n_levels; t++)
        for (int p = 0; p < 2; p++) {
            size_t start[3] = {t, 0, 0}, count[3] = {1, NJ, NI};
            made_nc(nc_get_vara_float(nc, var[p], start, count, value));
            sum += (double)value[t];
        }
    made_nc(nc_close(nc));
    return sum;
}

static double grib_plain(const char *path, size_t n_levels)
{
    static double value[N];
    double sum = 0;
    int failed = 0;
    FILE *file = fopen(path, "rb");
    codes_handle *handle;
    while (file && (handle = codes_handle_new_from_file(NULL, file, PRODUCT_GRIB, &failed))) {
        size_t n = N;
        if (n_levels)
            made_ec(codes_get_double_array(handle, "values", value, &n), "values");
        sum += value[0];
        codes_handle_delete(handle);
    }
    if (file)
        fclose(file);
    return sum;
}

// All windows of a run whose particles are everywhere. How many values it read.
static uint64_t pharos_read(const struct kind *kind, const char *path, int n_levels)
{
    struct forcing_request request = {.kind = kind->packing ? FORCING_WIND : FORCING_CURRENT,
                                      .file = path,
                                      .label = "bench",
                                      .depth_m = (double)NAN};
    struct geo_box box = {WEST, SOUTH, WEST + STEP * (NI - 1), SOUTH + STEP * (NJ - 1)};
    struct core_job job = {0};
    struct ph_err err = {0};
    struct forcing *forcing = NULL;
    int64_t hour = 3600 * CORE_NS_PER_S;
    enum ph_status status = forcing_open(&request, 1, FORCING_MISSING_STOP, MADE_T0,
                                         MADE_T0 + (kind->levels - 1) * hour, box, &job, &forcing, &err);
    for (int h = 0; !status && h + 1 < n_levels; h++)
        status = forcing_window(forcing, MADE_T0 + h * hour, MADE_T0 + (h + 1) * hour, box, &err);
    uint64_t n = status ? 0 : forcing_values_read(forcing);
    if (status)
        fprintf(stderr, "%s: %s\n", err.where, err.what);
    forcing_free(forcing);
    core_job_fini(&job);
    return n;
}

static double seconds_of(int who)
{
    struct rusage used;
    getrusage(who, &used);
    return (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static double processor_s(void)
{
    return seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN);
}

// The least processor time of opening alone and of opening and reading, by the library and by Pharos.
struct taken {
    double library_s[2], pharos_s[2];
};

static void once(const struct kind *kind, const char *path, int reads, struct taken *least)
{
    int n_levels = reads ? kind->levels : 0;
    double began_s = processor_s();
    volatile double kept = (kind->packing ? grib_plain : netcdf_plain)(path, (size_t)n_levels);
    double between_s = processor_s();
    (void)kept;
    if (pharos_read(kind, path, n_levels) != 2 * (uint64_t)N * (uint64_t)n_levels)
        exit(1);
    double ended_s = processor_s();
    least->library_s[reads] = fmin(least->library_s[reads], between_s - began_s);
    least->pharos_s[reads] = fmin(least->pharos_s[reads], ended_s - between_s);
}

static void kind_measure(const struct kind *kind, const char *path)
{
    struct taken least = {{(double)INFINITY, (double)INFINITY}, {(double)INFINITY, (double)INFINITY}};
    double n = 2.0 * N * kind->levels;
    (kind->packing ? grib_make : netcdf_make)(kind, path);
    for (int r = 0; r < 2 * RUNS; r++)
        once(kind, path, r % 2, &least);
    double library_ns = 1e9 * (least.library_s[1] - least.library_s[0]) / n;
    double pharos_ns = 1e9 * (least.pharos_s[1] - least.pharos_s[0]) / n;
    printf("| %s | %.0f | %.0f | %.1f | %.1f | %.2f | %.1f | %.1f |\n", kind->name, 1e3 / library_ns,
           1e3 / pharos_ns, library_ns, pharos_ns, least.pharos_s[1] / least.library_s[1],
           1e3 * least.library_s[0], 1e3 * least.pharos_s[0]);
    fflush(stdout);
    unlink(path);
}

int main(int argc, char **argv)
{
    static const struct kind kinds[] = {{"NetCDF, plain floats", false, false, NULL, LEVELS},
                                        {"NetCDF, deflate", false, true, NULL, LEVELS},
                                        {"NetCDF, packed", true, false, NULL, LEVELS},
                                        {"NetCDF, packed, deflate", true, true, NULL, LEVELS},
                                        {"GRIB2, simple", false, false, "grid_simple", GRIB_LEVELS},
                                        {"GRIB2, CCSDS", false, false, "grid_ccsds", GRIB_LEVELS},
                                        {"GRIB2, JPEG2000", false, false, "grid_jpeg", GRIB_LEVELS}};
    printf("u and v of %d x %d points, %d times (GRIB: %d); processor time\n\n", NI, NJ, LEVELS, GRIB_LEVELS);
    printf("| file | library, M values/s | Pharos | library, ns a value | Pharos | ratio of the whole | to "
           "open: "
           "library, ms | Pharos |\n|---|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (argc < 2 || strstr(kinds[k].name, argv[1]))
            kind_measure(&kinds[k], made_path("bench-read"));
    made_tidy();
    return 0;
}
