// GRIB files that are damaged or made to do harm: the decoding process can reach nothing but ecCodes' tables,
// what is broken is said, and nothing of ours crashes.
#include "forcing/made_grib.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forcing/grib_meaning.h"
#include "forcing/grib_message.h"
#include "forcing/sandbox.h"
#include "hostile.h"

static const char *tables(void)
{
    return codes_definition_path(codes_context_get_default());
}

static bool opens(const char *path, int how)
{
    int fd = open(path, how, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

// A bit for each door that opens.
static int doors(bool walled)
{
    char inside[512], around[512], made[512];
    int pair[2];
    snprintf(inside, sizeof inside, "%s/boot.def", tables());
    snprintf(around, sizeof around, "%s/../../../../etc/passwd", tables());
    snprintf(made, sizeof made, "%s/pharos-probe", tables());
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || (walled && !forcing_sandbox_enter(pair[1], tables())))
        return 100;
    int open_doors = opens(inside, O_RDONLY) ? 0 : 64;
    open_doors |= opens("/etc/passwd", O_RDONLY) ? 1 : 0;
    open_doors |= opens(around, O_RDONLY) || opens("/proc/self/environ", O_RDONLY) ? 2 : 0;
    open_doors |= opens(walled ? made : "/tmp/pharos-grib-probe", O_WRONLY | O_CREAT) ? 4 : 0;
    open_doors |= opens(inside, O_RDWR) && walled ? 4 : 0;
    open_doors |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 8 : 0;
    open_doors |= write(2, "", 0) < 0 ? 16 : 0; // answering must still work
    execl("/bin/true", "true", (char *)NULL);
    return open_doors;
}

static int in_child(bool walled)
{
    int how = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (!pid) {
        _exit(doors(walled));
    }
    waitpid(pid, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static void walls(void)
{
    int outside = in_child(false), inside = in_child(true);
    unlink("/tmp/pharos-grib-probe");
    tap_ok(opens("/etc/passwd", O_RDONLY) && outside == 0,
           "control: without walls files open and programs start");
    tap_ok(inside == 0,
           "within the walls only ecCodes' tables can be read: no /etc/passwd, no way around, no "
           "writing, no socket, no program");
    if (inside)
        printf("# %d\n", inside);
}

static void flip(unsigned char *bytes, size_t n, uint32_t *state)
{
    for (uint32_t k = 0, changes = 1 + next_random(state) % 6; k < changes; k++) {
        size_t reach = next_random(state) & 1 ? n : n < 240 ? n : 240; // half of them into the first header
        bytes[next_random(state) % reach] ^= (unsigned char)(1U << (next_random(state) % 8));
    }
}

static void mutations(struct made_grib made, int n_flips, const char *sentence)
{
    static unsigned char whole[1 << 16], bytes[1 << 16];
    const char *name = made_path("whole.grib");
    made_grib_pair(made, name, "wb");
    made.hour = 3;
    made_grib_pair(made, name, "ab");
    size_t n = file_load(name, whole, sizeof whole), served = 0, bad = 0;
    uint32_t state = 11;
    for (int m = 0; m < n_flips; m++) {
        memcpy(bytes, whole, n);
        flip(bytes, n, &state);
        file_store(made_path("flip.grib"), bytes, n);
        bad += !ends_well(FORCING_WIND, made_path("flip.grib"), &served);
    }
    for (size_t length = 1; length < n; length += n / 12 + 1) {
        file_store(made_path("flip.grib"), whole, length);
        bad += !ends_well(FORCING_WIND, made_path("flip.grib"), &served);
    }
    tap_ok(!bad, "%s", sentence);
    printf("# %d changed and 12 cut: %zu served, %zu without a reason\n", n_flips, served, bad);
}

// The parts that read bytes themselves, on many more changes than processes could be started for. The
// sanitizers watch.
static void splitting(void)
{
    static unsigned char whole[1 << 14], bytes[1 << 14], field[1 << 14];
    made_grib_pair((struct made_grib){0}, made_path("split.grib"), "wb");
    made_grib_pair((struct made_grib){.edition = 1}, made_path("split.grib"), "ab");
    size_t n = file_load(made_path("split.grib"), whole, sizeof whole), messages = 0, beyond = 0;
    uint32_t state = 5;
    for (int m = 0; m < 100000; m++) {
        memcpy(bytes, whole, n);
        flip(bytes, n, &state);
        struct forcing_grib_message message;
        enum forcing_grib_scan scan;
        for (size_t at = 0; (scan = forcing_grib_next(bytes, n, &at, &message)) != GRIB_SCAN_END;) {
            if (scan != GRIB_SCAN_MESSAGE)
                continue;
            messages++;
            beyond += message.length > n - message.offset ||
                      forcing_grib_field(bytes + message.offset, message.length, 0, field) > message.length;
            forcing_grib_grid_hash(bytes + message.offset, message.length);
        }
    }
    tap_ok(messages > 50000 && !beyond, "100000 damaged pairs of messages are split without a step beyond");
    printf("# %zu whole messages, %zu steps beyond\n", messages, beyond);
}

static void odd_times(void)
{
    uint32_t state = 8;
    size_t good = 0;
    for (int m = 0; m < 100000; m++) {
        struct forcing_grib_keys keys = {.edition = 1 + (int32_t)(next_random(&state) & 1), .statistic = -1};
        int64_t t_ns;
        keys.reference = (struct forcing_grib_date){1990 + next_random(&state) % 60,
                                                    next_random(&state) % 14,
                                                    next_random(&state) % 33,
                                                    next_random(&state) % 26,
                                                    0,
                                                    0};
        keys.time_unit = (int32_t)(next_random(&state) % 15);
        keys.step = keys.step_end = (int64_t)((uint64_t)next_random(&state) << (next_random(&state) % 40));
        good += !forcing_grib_time(&keys, &t_ns, NULL);
    }
    tap_ok(good > 1000, "times of any numbers are a time or a reason");
}

int main(void)
{
    walls();
    splitting();
    odd_times();
    mutations((struct made_grib){.edition = 1}, 80,
              "80 damaged GRIB1 files: each is served or refused with a reason");
    mutations((struct made_grib){.packing = "grid_ccsds"}, 80, "80 damaged GRIB2 files with CCSDS, likewise");
    mutations((struct made_grib){.packing = "grid_jpeg"}, 80,
              "80 damaged GRIB2 files with jpeg2000, likewise");
    made_tidy();
    return tap_done();
}
