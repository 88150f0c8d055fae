// Files that are damaged or made to do harm: never a crash of ours, never a look at another file, always a
// reason.
#include "forcing/made_file.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forcing/decoder.h"
#include "forcing/sandbox.h"
#include "hostile.h"

static const double lats[] = {33, 34, 35}, lons[] = {11, 12, 13}, hours[] = {0, 3};

static struct made small(bool netcdf4)
{
    return (struct made){.order = "tyx",
                         .lat = lats,
                         .lon = lons,
                         .hour = hours,
                         .n_lat = 3,
                         .n_lon = 3,
                         .n_hour = 2,
                         .names = {"uo", "vo"},
                         .netcdf4 = netcdf4,
                         .standard = {"eastward_sea_water_velocity", "northward_sea_water_velocity"},
                         .units = {"m s-1", "m s-1"}};
}

static void mutations(bool netcdf4, int n_flips, const char *sentence)
{
    static unsigned char whole[1 << 20], bytes[1 << 20];
    struct made made = small(netcdf4);
    made_write(&made, made_path("whole.nc"));
    size_t n = file_load(made_path("whole.nc"), whole, sizeof whole), served = 0, bad = 0, first_bad = 0;
    uint32_t state = netcdf4 ? 4 : 3;
    for (int m = 0; m < n_flips; m++) {
        memcpy(bytes, whole, n);
        // Most of the harm is in headers: half of the changes go into the first eighth.
        for (uint32_t k = 0, changes = 1 + next_random(&state) % 8; k < changes; k++) {
            size_t reach = next_random(&state) & 1 ? n : n / 8;
            bytes[next_random(&state) % reach] ^= (unsigned char)(1U << (next_random(&state) % 8));
        }
        file_store(made_path("flip.nc"), bytes, n);
        if (!ends_well(FORCING_CURRENT, made_path("flip.nc"), &served)) {
            bad++;
            first_bad = (size_t)m;
        }
    }
    for (size_t length = 0; length < n; length += n / 40 + 1) {
        file_store(made_path("flip.nc"), whole, length);
        bad += !ends_well(FORCING_CURRENT, made_path("flip.nc"), &served);
    }
    tap_ok(!bad, "%s", sentence);
    printf("# %d changed and 40 cut: %zu still served, %zu without a reason (last %zu)\n", n_flips, served,
           bad, first_bad);
}

// Runs a function in a process of its own and gives its answer.
static int in_child(int (*what)(bool walled), bool walled)
{
    int how = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (!pid)
        _exit(what(walled));
    waitpid(pid, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

// 1 for each door that opens.
static int doors(bool walled)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || (walled && !forcing_sandbox_enter(pair[1], NULL)))
        return 100;
    int opened = open("/etc/passwd", O_RDONLY) >= 0 ? 1 : 0;
    opened |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 2 : 0;
    opened |= creat("/tmp/pharos-sandbox-probe", 0600) >= 0 ? 4 : 0;
    opened |= fork() >= 0 ? 8 : 0;
    opened |= write(2, "", 0) < 0 ? 16 : 0; // answering must still work
    return opened;
}

static void walls(void)
{
    int outside = in_child(doors, false), inside = in_child(doors, true);
    unlink("/tmp/pharos-sandbox-probe");
    tap_ok((outside & 7) == 7, "control: a process without walls can open files and sockets and make files");
    tap_ok(inside == 0, "within the walls it can open no file, no socket, make no file and no process");
}

// A file whose values are said to lie in another file of this machine (HDF5's external storage).
static void external_make(const char *path, const char *secret)
{
    hsize_t length[1] = {16};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, length, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(how, secret, 0, 16);
    hid_t set = H5Dcreate2(file, "lat", H5T_STD_U8LE, space, H5P_DEFAULT, how, H5P_DEFAULT);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
    H5Fclose(file);
}

static bool is_secret(const double *values)
{
    return values[0] == 'S' && values[1] == 'E' && values[2] == 'C';
}

static void external_storage(void)
{
    char path[512], secret[512];
    snprintf(path, sizeof path, "%s", made_path("external.nc"));
    snprintf(secret, sizeof secret, "%s", made_path("secret.txt"));
    file_store(secret, (const unsigned char *)"SECRET OF OTHERS", 16);
    external_make(path, secret);
    int ncid, var;
    double plain[16] = {0};
    bool leaks = !nc_open(path, NC_NOWRITE, &ncid) && !nc_inq_varid(ncid, "lat", &var) &&
                 !nc_get_var_double(ncid, var, plain) && is_secret(plain);
    nc_close(ncid);
    tap_ok(leaks, "control: opened plainly, such a file gives what is in the other file");
    struct forcing_decoder *decoder;
    struct core_arena arena = {0};
    struct forcing_description desc;
    struct ph_err err = {0};
    const double *values = NULL;
    uint64_t start[1] = {0}, count[1] = {16};
    bool opened = !forcing_decoder_open(path, &decoder, &err) &&
                  !forcing_decoder_describe(decoder, &arena, &desc, &err);
    tap_ok(opened && desc.n_vars == 1, "our decoder sees the variable");
    enum ph_status status =
        opened ? forcing_decoder_read(decoder, 0, 1, start, count, &values, &err) : PH_EINTERNAL;
    tap_ok(status || !is_secret(values), "but never what is in the other file");
    printf("# %s\n", status ? err.what : "read as fill values");
    forcing_decoder_free(decoder);
    core_arena_fini(&arena);
}

static void declared_size(void)
{
    int ncid, dims[3], axis[3], u, v;
    const char *path = made_path("huge.nc");
    made_nc(nc_create(path, NC_NETCDF4 | NC_CLOBBER, &ncid));
    made_nc(nc_def_dim(ncid, "time", 1000000, &dims[0]));
    made_nc(nc_def_dim(ncid, "lat", 1000000, &dims[1]));
    made_nc(nc_def_dim(ncid, "lon", 1000000, &dims[2]));
    static const char *const names[] = {"time", "lat", "lon"};
    size_t chunk[3] = {1, 1000, 1000};
    for (int d = 0; d < 3; d++) {
        made_nc(nc_def_var(ncid, names[d], NC_DOUBLE, 1, &dims[d], &axis[d]));
        size_t one = 1024;
        made_nc(nc_def_var_chunking(ncid, axis[d], NC_CHUNKED, &one));
    }
    made_text(ncid, axis[0], "units", "hours since 2026-01-01");
    made_nc(nc_def_var(ncid, "uo", NC_FLOAT, 3, dims, &u));
    made_nc(nc_def_var_chunking(ncid, u, NC_CHUNKED, chunk));
    made_nc(nc_def_var(ncid, "vo", NC_FLOAT, 3, dims, &v));
    made_nc(nc_def_var_chunking(ncid, v, NC_CHUNKED, chunk));
    made_nc(nc_close(ncid));
    struct forcing_request request = {
        .kind = FORCING_CURRENT, .file = path, .depth_m = (double)NAN, .label = "x"};
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.2, 34.1, 1);
    tap_ok(a.status == PH_EINPUT && a.err.what[0], "a small file that declares 4 exabytes is refused");
    printf("# %s\n", a.err.what);
}

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void tidiness(void)
{
    struct made made = small(true);
    size_t served = 0;
    made_write(&made, made_path("tidy.nc"));
    int before = open_descriptors();
    for (int k = 0; k < 20; k++)
        ends_well(FORCING_CURRENT, made_path("tidy.nc"), &served);
    tap_ok(served == 20 && open_descriptors() == before, "opening and closing leaves no descriptor open");
    tap_ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "and no process behind");
}

static void odd_paths(void)
{
    size_t served = 0;
    tap_ok(ends_well(FORCING_CURRENT, "/dev/zero", &served) && ends_well(FORCING_CURRENT, "/", &served) &&
               ends_well(FORCING_CURRENT, "", &served) && !served,
           "devices, folders and nothing are refused with a reason");
    tap_ok(ends_well(FORCING_CURRENT, "http://127.0.0.1:9/x.nc", &served) &&
               ends_well(FORCING_CURRENT, "https://127.0.0.1/x.nc#mode=bytes", &served) && !served,
           "an address on the network is only a name of no file");
}

int main(void)
{
    walls();
    external_storage();
    declared_size();
    tidiness();
    odd_paths();
    mutations(false, 250, "250 damaged NetCDF-3 files: each is served or refused with a reason");
    mutations(true, 250, "250 damaged NetCDF-4 files: each is served or refused with a reason");
    made_tidy();
    return tap_done();
}
