// Every allocation fails once: whoever uses buffers, arenas and files says "out of memory" and leaves nothing
// half done. The linker's --wrap puts the functions below in the place of malloc and its kin.
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/file.h"
#include "core/job.h"
#include "core/json.h"
#include "test/tap.h"

static long countdown = -1; // this many allocations succeed, then one fails; < 0: all succeed

static bool fails_now(void)
{
    return countdown >= 0 && countdown-- == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails_now() ? NULL : __real_aligned_alloc(alignment, size);
}

static enum ph_status buffer_work(void)
{
    struct core_buf buf = {0};
    struct core_json json;
    core_json_init(&json, &buf);
    core_json_array(&json);
    for (int i = 0; i < 2000; i++)
        core_json_text(&json, "text");
    core_json_array_end(&json);
    enum ph_status status = core_buf_check(&buf, NULL);
    core_buf_fini(&buf);
    return status;
}

static enum ph_status arena_work(void)
{
    struct core_arena arena = {0};
    enum ph_status status = PH_OK;
    for (size_t size = 1; size < 1000000 && !status; size *= 3)
        if (!core_arena_alloc(&arena, size, 1) || !core_arena_text(&arena, "text"))
            status = PH_ENOMEM;
    core_arena_fini(&arena);
    return status;
}

static enum ph_status read_work(void)
{
    struct core_buf buf = {0};
    enum ph_status status = core_file_read(tap_source("src/core/time.c"), 1 << 20, &buf, NULL);
    if (status && buf.text)
        return PH_EINTERNAL; // the output was touched
    core_buf_fini(&buf);
    return status;
}

static enum ph_status warn_work(void)
{
    struct core_job job = {0};
    core_job_warn(&job, "code", "a warning");
    size_t n = job.n_warnings;
    if (n != (job.first_warning != NULL))
        return PH_EINTERNAL;
    core_job_fini(&job);
    return n ? PH_OK : PH_ENOMEM;
}

// Fails allocation 0, 1, 2, ... until the work comes through.
static void survives(const char *name, enum ph_status (*work)(void))
{
    long n = 0;
    int wrong = 0;
    for (bool failed = true; failed && n < 1000; n++) {
        countdown = n;
        enum ph_status status = work();
        failed = countdown < 0; // a work without a failure left some of the countdown
        wrong += failed ? status != PH_ENOMEM : status != PH_OK;
    }
    countdown = -1;
    tap_ok(!wrong && n > 1, "%s: each of %ld failed allocations ends in 'out of memory'", name, n - 1);
}

int main(void)
{
    survives("a JSON document", buffer_work);
    survives("an arena", arena_work);
    survives("reading a file", read_work);
    survives("a warning", warn_work);
    return tap_done();
}
