#include "core/mpi.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/err.h"

enum { MESSAGE_BYTES = 1 << 30, PATH_BYTES = 4096 }; // MPI counts in int

static int env_count(const char *name)
{
    const char *text = getenv(name);
    long value = text ? strtol(text, NULL, 10) : 0;
    return value < 0 || value > INT_MAX ? 0 : (int)value;
}

bool core_mpi_launched(void)
{
    return env_count("OMPI_COMM_WORLD_SIZE") > 1;
}

int core_mpi_local_size(void)
{
    int n = env_count("OMPI_COMM_WORLD_LOCAL_SIZE");
    return n > 1 ? n : 1;
}

bool core_mpi_leads(const struct core_mpi *mpi)
{
    return !mpi || mpi->rank == 0;
}

int core_mpi_size(const struct core_mpi *mpi)
{
    return mpi && mpi->size > 1 ? mpi->size : 1;
}

int core_mpi_rank(const struct core_mpi *mpi)
{
    return mpi ? mpi->rank : 0;
}

void core_mpi_share(size_t n, int rank, int size, size_t *from, size_t *to)
{
    size_t each = n / (size_t)size, more = n % (size_t)size, r = (size_t)rank;
    *from = r * each + (r < more ? r : more);
    *to = *from + each + (r < more);
}

// The module lies where this program was installed or built, never where the environment says.
static void *module_open(void)
{
    static const char *const places[] = {PHAROS_MPI_INSTALLED, PHAROS_MPI_BUILT};
    char program[PATH_BYTES], path[PATH_BYTES + 256];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s/%s", program, places[i]);
        void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL); // OpenMPI's own parts look for its names
        if (library)
            return library;
    }
    return NULL;
}

enum ph_status core_mpi_init(volatile int *stop, struct core_mpi *out, struct ph_err *err)
{
    struct core_mpi mpi = {.stop = stop, .size = 1};
    if (core_mpi_launched()) {
        mpi.library = module_open();
        if (mpi.library)
            mpi.module = dlsym(mpi.library, CORE_MPI_MODULE_SYMBOL);
        if (!mpi.module)
            return core_err_set(err, PH_EUNSUPPORTED, "mpirun",
                                "start it without mpirun, or install OpenMPI and build again",
                                "this build of Pharos has no MPI: all processes would do the same");
        if (!mpi.module->init(&mpi.rank, &mpi.size))
            return core_err_set(err, PH_EIO, "mpirun", "see mpirun's own message", "MPI does not start");
    }
    *out = mpi;
    return PH_OK;
}

void core_mpi_fini(struct core_mpi *mpi, int exit_status)
{
    if (!mpi->module)
        return;
    bool stopped = mpi->stop && __atomic_load_n(mpi->stop, __ATOMIC_RELAXED);
    if (stopped)
        mpi->module->abort(exit_status);
    else
        mpi->module->finish();
    mpi->module = NULL; // the library stays: MPI has handlers at exit
}

// ---- Exchanges, in terms of the module's two calls ----

static bool pass(struct core_mpi *mpi, bool send, int other, void *bytes, size_t length)
{
    for (size_t at = 0; at < length; at += MESSAGE_BYTES) {
        size_t n = length - at < MESSAGE_BYTES ? length - at : MESSAGE_BYTES;
        char *from = (char *)bytes + at;
        if (send ? !mpi->module->send(other, from, n, mpi->stop)
                 : !mpi->module->receive(other, from, n, mpi->stop))
            return false;
    }
    return true;
}

// A wait that did not end well: the user stopped the job, or mpirun did because a process of it died.
static enum ph_status lost(struct core_mpi *mpi, struct ph_err *err)
{
    mpi->over = true;
    if (mpi->stop && __atomic_load_n(mpi->stop, __ATOMIC_RELAXED))
        return core_err_set(
            err, PH_EINTERRUPTED, "mpirun", "see mpirun's own message",
            "the job was ended, by the user or because one of its processes died; nothing was "
            "written");
    return core_err_set(err, PH_EIO, "mpirun", "see mpirun's own message",
                        "the connection to another process of the job is lost");
}

enum ph_status core_mpi_agree(struct core_mpi *mpi, enum ph_status status, struct ph_err *err)
{
    if (!mpi || !mpi->module || mpi->over)
        return status;
    struct ph_err mine = {.status = PH_OK}, theirs, first;
    if (status && err)
        mine = *err;
    mine.status = status;
    first = mine;
    bool good = true;
    if (mpi->rank == 0) {
        for (int r = 1; good && r < mpi->size; r++) {
            good = pass(mpi, false, r, &theirs, sizeof theirs);
            if (good && !first.status && theirs.status) {
                char who[32];
                snprintf(who, sizeof who, "process %d of %d", r, mpi->size);
                first = theirs;
                core_err_within(&first, who);
            }
        }
        for (int r = 1; good && r < mpi->size; r++)
            good = pass(mpi, true, r, &first, sizeof first);
    } else {
        good = pass(mpi, true, 0, &mine, sizeof mine) && pass(mpi, false, 0, &first, sizeof first);
    }
    if (!good) {
        mpi->over = true;
        return status ? status : lost(mpi, err);
    }
    mpi->over = first.status != PH_OK;
    if (first.status && err)
        *err = first;
    return first.status;
}

enum ph_status core_mpi_gather(struct core_mpi *mpi, void *const *part, const size_t *bytes,
                               struct ph_err *err)
{
    if (!mpi || !mpi->module)
        return PH_OK;
    bool good = true;
    if (mpi->rank)
        good = pass(mpi, true, 0, part[mpi->rank], bytes[mpi->rank]);
    for (int r = 1; good && !mpi->rank && r < mpi->size; r++)
        good = pass(mpi, false, r, part[r], bytes[r]);
    return good ? PH_OK : lost(mpi, err);
}

// Code and text, each with its final NUL, one after another.
static void warnings_pack(const struct core_job *job, struct core_buf *out)
{
    for (const struct core_warning *w = job->first_warning; w; w = w->next) {
        core_buf_add(out, w->code, strlen(w->code) + 1);
        core_buf_add(out, w->text, strlen(w->text) + 1);
    }
}

static void warnings_add(struct core_job *job, const char *text, size_t length)
{
    for (const char *at = text, *end = text + length; at < end;) {
        const char *code = at, *line = at + strlen(at) + 1;
        core_job_warn(job, code, "%s", line);
        at = line + strlen(line) + 1;
    }
}

static enum ph_status warnings_take(struct core_mpi *mpi, int from, struct core_job *job, struct ph_err *err)
{
    size_t length = 0;
    if (!pass(mpi, false, from, &length, sizeof length))
        return lost(mpi, err);
    char *text = malloc(length ? length : 1);
    if (!text)
        return core_err_nomem(err);
    bool good = pass(mpi, false, from, text, length);
    if (good)
        warnings_add(job, text, length);
    free(text);
    return good ? PH_OK : lost(mpi, err);
}

enum ph_status core_mpi_warnings(struct core_mpi *mpi, struct core_job *job, struct ph_err *err)
{
    if (!mpi || !mpi->module)
        return PH_OK;
    enum ph_status status = PH_OK;
    if (mpi->rank) {
        struct core_buf buf = {0};
        warnings_pack(job, &buf);
        status = core_buf_check(&buf, err);
        size_t length = status ? 0 : buf.length;
        if (!pass(mpi, true, 0, &length, sizeof length) || !pass(mpi, true, 0, buf.text, length))
            status = lost(mpi, err);
        core_buf_fini(&buf);
    }
    for (int r = 1; !status && !mpi->rank && r < mpi->size; r++)
        status = warnings_take(mpi, r, job, err);
    return status;
}
