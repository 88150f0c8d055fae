// Damaged files of every format through the whole decoding, in processes of their own as in a run: each is
// read or refused with a reason, and the parent keeps no process, descriptor or memory.
//   mutants_test [COUNT [FIRST [SECONDS]]]     COUNT damaged files from number FIRST on; ends early after
//   SECONDS
// Each number is one file, the same on every machine. Long runs are by hand: docs/forcing.md has the figures.
#include "forcing/made_grib.h"

#include <bzlib.h>
#include <dirent.h>
#include <errno.h>
#include <lzma.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "core/buf.h"

// AddressSanitizer keeps freed memory back, a quarter of a gigabyte of it.
#if defined(__SANITIZE_ADDRESS__)
#define MOST_GROWTH (640L << 20)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MOST_GROWTH (640L << 20)
#endif
#endif
#ifndef MOST_GROWTH
#define MOST_GROWTH (64L << 20)
#endif

enum { MOST_BYTES = 1 << 18, SHORT_RUN = 260 };

struct base {
    const char *name;
    enum forcing_kind kind;
    unsigned char *bytes;
    size_t n;
    size_t header; // where most of the harm is
};

static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15U); // SplitMix64, Steele et al. 2014
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

// ---------------------------------------------------------------- files to damage

static void base_load(struct base *base, const char *name, const char *path, size_t header)
{
    static unsigned char bytes[MOST_BYTES];
    FILE *file = fopen(path, "rb");
    base->name = name;
    base->n = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    base->bytes = malloc(base->n);
    base->header = header && header < base->n ? header : base->n;
    if (!file || !base->n || base->n == sizeof bytes || !base->bytes)
        exit(1);
    memcpy(base->bytes, bytes, base->n);
    fclose(file);
}

static const double lats[] = {33, 34, 35}, lons[] = {11, 12, 13}, hours[] = {0, 3};

static struct made small(int mode)
{
    return (struct made){.order = "tzyx",
                         .lat = lats,
                         .lon = lons,
                         .hour = hours,
                         .n_lat = 3,
                         .n_lon = 3,
                         .n_hour = 2,
                         .n_depth = 2,
                         .names = {"uo", "vo"},
                         .create_mode = mode,
                         .packed = true,
                         .standard = {"eastward_sea_water_velocity", "northward_sea_water_velocity"},
                         .units = {"m s-1", "m s-1"}};
}

// A C-grid with curved coordinates, an angle and a mask; times as texts.
static void curved_make(const char *path)
{
    static const char *const point[] = {"rho", "u", "v"};
    int ncid, time, letters, dims[3], var, times;
    made_nc(nc_create(path, NC_CLOBBER, &ncid));
    made_nc(nc_def_dim(ncid, "time", 2, &time));
    made_nc(nc_def_dim(ncid, "DateStrLen", 19, &letters));
    made_nc(nc_def_var(ncid, "Times", NC_CHAR, 2, (const int[]){time, letters}, &times));
    made_nc(nc_enddef(ncid));
    made_nc(nc_put_var_text(ncid, times, "2026-01-01_00:00:002026-01-01_03:00:00"));
    for (int p = 0; p < 3; p++) {
        char name[32];
        size_t nj = p == 2 ? 6 : 7, ni = p == 1 ? 6 : 7;
        double lat[49], lon[49], value[98];
        made_nc(nc_redef(ncid));
        dims[0] = time;
        snprintf(name, sizeof name, "eta_%s", point[p]);
        made_nc(nc_def_dim(ncid, name, nj, &dims[1]));
        snprintf(name, sizeof name, "xi_%s", point[p]);
        made_nc(nc_def_dim(ncid, name, ni, &dims[2]));
        int place[2];
        for (int k = 0; k < 2; k++) {
            snprintf(name, sizeof name, "%s_%s", k ? "lon" : "lat", point[p]);
            made_nc(nc_def_var(ncid, name, NC_DOUBLE, 2, dims + 1, &place[k]));
            made_text(ncid, place[k], "units", k ? "degrees_east" : "degrees_north");
        }
        made_nc(nc_def_var(ncid, p == 0 ? "angle" : point[p], NC_DOUBLE, p == 0 ? 2 : 3,
                           p == 0 ? dims + 1 : dims, &var));
        made_text(ncid, var, "standard_name",
                  p == 1   ? "sea_water_x_velocity"
                  : p == 2 ? "sea_water_y_velocity"
                           : NULL);
        made_text(ncid, var, "units", p ? "m s-1" : "radians");
        made_nc(nc_enddef(ncid));
        for (size_t k = 0; k < nj * ni; k++) {
            double y = (double)(k / ni) + (p == 2 ? 0.5 : 0), x = (double)(k % ni) + (p == 1 ? 0.5 : 0);
            lat[k] = 32 + 0.5 * y + 0.05 * x;
            lon[k] = 10 + 0.5 * x - 0.06 * y;
            value[k] = value[nj * ni + k] = p ? 0.3 * x - 0.2 * y : 0.1;
        }
        made_nc(nc_put_var_double(ncid, place[0], lat));
        made_nc(nc_put_var_double(ncid, place[1], lon));
        made_nc(nc_put_var_double(ncid, var, value));
    }
    made_nc(nc_close(ncid));
}

// Two triangles, and a third in a group.
static void mesh_make(const char *path)
{
    static const double lat[] = {33, 33, 35, 35, 34}, lon[] = {11, 13, 13, 11, 14.5}, time[] = {0, 3};
    static const double value[] = {1, 2, 3, 4, 5, 1, 2, 3, 4, 5};
    static const int corner[] = {0, 1, 2, 0, 2, 3, 1, 4, 2};
    int ncid, group, node, face, three, when, var[6];
    made_nc(nc_create(path, NC_CLOBBER | NC_NETCDF4, &ncid));
    made_nc(nc_def_dim(ncid, "node", 5, &node));
    made_nc(nc_def_dim(ncid, "face", 3, &face));
    made_nc(nc_def_dim(ncid, "three", 3, &three));
    made_nc(nc_def_dim(ncid, "time", 2, &when));
    made_nc(nc_def_var(ncid, "time", NC_DOUBLE, 1, &when, &var[0]));
    made_text(ncid, var[0], "units", "hours since 2026-01-01");
    made_nc(nc_def_var(ncid, "lat", NC_DOUBLE, 1, &node, &var[1]));
    made_text(ncid, var[1], "units", "degrees_north");
    made_nc(nc_def_var(ncid, "lon", NC_DOUBLE, 1, &node, &var[2]));
    made_text(ncid, var[2], "units", "degrees_east");
    made_nc(nc_def_var(ncid, "element", NC_INT, 2, (const int[]){face, three}, &var[3]));
    made_nc(nc_def_grp(ncid, "flow", &group));
    for (int k = 0; k < 2; k++) {
        made_nc(nc_def_var(group, k ? "vo" : "uo", NC_DOUBLE, 2, (const int[]){when, node}, &var[4 + k]));
        made_text(group, var[4 + k], "units", "m s-1");
    }
    made_nc(nc_enddef(ncid));
    made_nc(nc_put_var_double(ncid, var[0], time));
    made_nc(nc_put_var_double(ncid, var[1], lat));
    made_nc(nc_put_var_double(ncid, var[2], lon));
    made_nc(nc_put_var_int(ncid, var[3], corner));
    for (int k = 0; k < 2; k++)
        made_nc(nc_put_var_double(group, var[4 + k], value));
    made_nc(nc_close(ncid));
}

static void grib_base(struct base *base, const char *name, struct made_grib made)
{
    made.ni = 5, made.nj = 4, made.west = 11, made.east = 13, made.south = 33, made.north = 35;
    made_grib_pair(made, made_path("base"), "wb");
    made.hour = 3;
    made_grib_pair(made, made_path("base"), "ab");
    base_load(base, name, made_path("base"), 220);
    base->kind = FORCING_WIND;
}

static void netcdf_base(struct base *base, const char *name, struct made made)
{
    made_write(&made, made_path("base"));
    base_load(base, name, made_path("base"), made.netcdf4 ? 0 : 1400);
}

enum { N_BASES = 12 };

static void bases_make(struct base bases[N_BASES])
{
    struct made four = small(0), directed = small(0);
    four.netcdf4 = true;
    netcdf_base(&bases[0], "NetCDF-3", small(0));
    netcdf_base(&bases[1], "NetCDF-3 64-bit offset", small(NC_64BIT_OFFSET));
    netcdf_base(&bases[2], "CDF-5", small(NC_64BIT_DATA));
    netcdf_base(&bases[3], "NetCDF-4", four);
    four.deflate = true;
    netcdf_base(&bases[4], "NetCDF-4 deflated", four);
    directed.packed = false;
    directed.directions = directed.direction_toward = true;
    directed.standard[0] = "sea_water_speed", directed.standard[1] = "sea_water_velocity_to_direction";
    directed.units[1] = "degree";
    directed.calendar = "noleap";
    netcdf_base(&bases[5], "NetCDF-3 speed and direction", directed);
    curved_make(made_path("base"));
    base_load(&bases[6], "C-grid", made_path("base"), 2600);
    mesh_make(made_path("base"));
    base_load(&bases[7], "triangles, NetCDF-4 groups", made_path("base"), 0);
    grib_base(&bases[8], "GRIB1", (struct made_grib){.edition = 1});
    grib_base(&bases[9], "GRIB2 simple", (struct made_grib){.hour = 0});
    grib_base(&bases[10], "GRIB2 CCSDS", (struct made_grib){.packing = "grid_ccsds"});
    grib_base(&bases[11], "GRIB2 jpeg2000", (struct made_grib){.packing = "grid_jpeg"});
}

// ---------------------------------------------------------------- damage

struct mutant {
    unsigned char bytes[2 * MOST_BYTES];
    size_t n;
    uint64_t state;
};

static size_t below(struct mutant *mutant, size_t n)
{
    return n ? (size_t)(mix(&mutant->state) % n) : 0;
}

static void number_put(struct mutant *mutant, size_t at)
{
    static const uint64_t odd[] = {0,
                                   1,
                                   2,
                                   0x7f,
                                   0x80,
                                   0xff,
                                   0x7fff,
                                   0x8000,
                                   0xffff,
                                   0x7fffffff,
                                   0x80000000,
                                   0xffffffff,
                                   0x7fffffffffffffff,
                                   0x8000000000000000,
                                   0xffffffffffffffff,
                                   0x7ff0000000000000};
    uint64_t value = odd[below(mutant, sizeof odd / sizeof *odd)];
    size_t width = (size_t)1 << below(mutant, 4), big = below(mutant, 2);
    for (size_t k = 0; k < width && at + k < mutant->n; k++)
        mutant->bytes[at + k] = (unsigned char)(value >> (8 * (big ? width - 1 - k : k)));
}

static void piece_move(struct mutant *mutant, size_t at)
{
    size_t from = below(mutant, mutant->n), length = 1 + below(mutant, 64);
    length = length < mutant->n - from ? length : mutant->n - from;
    length = length < mutant->n - at ? length : mutant->n - at;
    memmove(mutant->bytes + at, mutant->bytes + from, length);
}

static void piece_drop(struct mutant *mutant, size_t at)
{
    size_t length = 1 + below(mutant, 16);
    length = length < mutant->n - at ? length : mutant->n - at;
    memmove(mutant->bytes + at, mutant->bytes + at + length, mutant->n - at - length);
    mutant->n -= length;
}

static void damage(struct mutant *mutant, size_t header)
{
    for (size_t k = 0, edits = 1 + below(mutant, 6); k < edits && mutant->n > 32; k++) {
        size_t reach = below(mutant, 3) ? header : mutant->n;
        size_t at = below(mutant, reach < mutant->n ? reach : mutant->n), kind = below(mutant, 16);
        if (kind < 7)
            mutant->bytes[at] ^= (unsigned char)(1U << below(mutant, 8));
        else if (kind < 10)
            mutant->bytes[at] = (unsigned char)below(mutant, 256);
        else if (kind < 13)
            number_put(mutant, at);
        else if (kind < 14)
            piece_move(mutant, at);
        else if (kind < 15)
            piece_drop(mutant, at);
        else
            mutant->n = 32 + below(mutant, mutant->n - 32);
    }
}

static void pack(struct mutant *mutant, int how)
{
    static unsigned char packed[2 * MOST_BYTES];
    size_t n = 0;
    unsigned n_bz = sizeof packed;
    if (how == 0) {
        z_stream z = {0};
        if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            exit(1);
        z.next_in = mutant->bytes;
        z.avail_in = (unsigned)mutant->n;
        z.next_out = packed;
        z.avail_out = sizeof packed;
        deflate(&z, Z_FINISH);
        n = z.total_out;
        deflateEnd(&z);
    } else if (how == 1) {
        BZ2_bzBuffToBuffCompress((char *)packed, &n_bz, (char *)mutant->bytes, (unsigned)mutant->n, 1, 0, 0);
        n = n_bz;
    } else {
        lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, mutant->bytes, mutant->n, packed, &n,
                                sizeof packed);
    }
    memcpy(mutant->bytes, packed, n);
    mutant->n = n;
}

// File number `number`: one of the bases, damaged; one in six packed, half of these damaged after packing.
static void mutant_make(const struct base *bases, uint64_t number, struct mutant *out)
{
    const struct base *base = &bases[number % N_BASES];
    out->state = number * 0x2545f4914f6cdd1dU + 1;
    out->n = base->n;
    memcpy(out->bytes, base->bytes, base->n);
    bool packs = below(out, 6) == 0, after = packs && below(out, 2);
    int how = (int)below(out, 3);
    if (!after)
        damage(out, base->header);
    if (packs)
        pack(out, how);
    if (after)
        damage(out, out->n);
}

// ---------------------------------------------------------------- the run

struct tally {
    size_t read, refused, died, hung, silent;
};

static void tally_add(struct tally *tally, enum ph_status status, const struct ph_err *err)
{
    tally->read += status == PH_OK;
    tally->refused += status != PH_OK;
    tally->died += status && strstr(err->what, "crashed its decoder") != NULL;
    tally->hung += status && strstr(err->what, "does not come to an end") != NULL;
    bool reasoned = (status == PH_EINPUT || status == PH_EUNSUPPORTED) && err->what[0];
    tally->silent += status && !reasoned;
}

// Looked over as `pharos forcing inspect` does: every kind of field, all of them whole.
static void mutant_inspect(const char *path, struct tally *tally)
{
    struct core_buf text = {0}, json = {0};
    struct ph_err err = {0};
    struct forcing_inspection *inspection = NULL;
    const struct forcing_inspect_at at = {MADE_T0 + MADE_H, {34.1, 12.2}};
    tally->silent += forcing_inspect(&path, 1, &(struct forcing_inspect_ask){.at = &at}, &inspection, &err) ||
                     forcing_inspection_text(inspection, &text, &err) ||
                     forcing_inspection_json(inspection, &json, &err);
    forcing_inspection_free(inspection);
    core_buf_fini(&text);
    core_buf_fini(&json);
}

// Opened and read at a place and a time, as in a run.
static void mutant_try(const char *path, enum forcing_kind kind, struct tally *tally)
{
    struct forcing_request request = {.kind = kind, .file = path, .depth_m = (double)NAN, .label = "x"};
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.2, 34.1, 1);
    tally_add(tally, a.status, &a.err);
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        n++;
    closedir(folder);
    return n;
}

static long pages(void)
{
    long size = 0, live = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &size, &live) != 2)
        live = 0;
    if (file)
        fclose(file);
    return live;
}

static void store(const char *path, const struct mutant *mutant)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(mutant->bytes, 1, mutant->n, file) != mutant->n || fclose(file))
        exit(1);
}

static void bases_check(const struct base *bases)
{
    static struct mutant whole;
    for (int b = 0; b < N_BASES; b++) {
        struct tally tally = {0};
        whole.n = bases[b].n;
        memcpy(whole.bytes, bases[b].bytes, bases[b].n);
        store(made_path("whole"), &whole);
        mutant_try(made_path("whole"), bases[b].kind, &tally);
        tap_ok(tally.read == 1, "control: %s is read before it is damaged", bases[b].name);
    }
}

int main(int argc, char **argv)
{
    static struct base bases[N_BASES];
    static struct mutant mutant;
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : SHORT_RUN,
             first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    time_t end = argc > 3 ? time(NULL) + atol(argv[3]) : 0;
    struct tally tally = {0};
    uint64_t done = 0;
    bases_make(bases);
    bases_check(bases);
    char path[512];
    snprintf(path, sizeof path, "%s", made_path("mutant"));
    int before = open_descriptors();
    long pages_before = 0;
    for (; done < count && (!end || time(NULL) < end); done++) {
        size_t silent = tally.silent, died = tally.died, hung = tally.hung;
        mutant_make(bases, first + done, &mutant);
        store(path, &mutant);
        mutant_try(path, bases[(first + done) % N_BASES].kind, &tally);
        if (mix(&mutant.state) % 8 == 0)
            mutant_inspect(path, &tally);
        if (tally.silent > silent || tally.died > died || tally.hung > hung)
            printf("# number %llu (%s): %s\n", (unsigned long long)(first + done),
                   bases[(first + done) % N_BASES].name,
                   tally.silent > silent ? "no reason"
                   : tally.hung > hung   ? "hung"
                                         : "the process died");
        if (done == count / 10)
            pages_before = pages();
        if (count > 10000 && done % 5000 == 4999) {
            printf("# %llu: %zu read, %zu refused, %zu processes died, %zu hung\n",
                   (unsigned long long)done + 1, tally.read, tally.refused, tally.died, tally.hung);
            fflush(stdout);
        }
    }
    long grown = pages_before ? pages() - pages_before : 0;
    tap_ok(!tally.silent, "%llu damaged files: each is read or refused with a reason",
           (unsigned long long)done);
    tap_ok(open_descriptors() == before, "no descriptor is left open");
    tap_ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "no process is left");
    tap_ok(grown * 4096 < MOST_GROWTH, "and the parent has not grown");
    printf("# %zu read, %zu refused, of which %zu processes died and %zu hung; grown by %ld kB\n", tally.read,
           tally.refused, tally.died, tally.hung, grown * 4);
    for (int b = 0; b < N_BASES; b++)
        free(bases[b].bytes);
    made_tidy();
    return tap_done();
}
