// The quick kernel's bits: the same for every kind of processor with fused arithmetic, whatever the compiler.
// Stands alone (fast_rows.c and core/rng.c) so that script/test can build it for arm64 too.
#include "drift/fast.h"

#include <stdlib.h>

#include "core/rng.h"
#include "test/tap.h"

enum { POINTS = 40, STEPS = 12 };
// A sum over all places after the run below. It changes only when the kernel's arithmetic does.
#define FUSED_BITS 0xf7bd4392d7683694u
#define PORTABLE_BITS 0xa73829f4edcbe82du

static void leave_to_definition(void *arg, struct drift_fast_rows *rows, size_t row, struct geo_pos from,
                                struct geo_pos to)
{
    rows->odd[row] = 1;
}

// Two levels of currents and winds between -0.5 and 0.5 m/s, without order.
static void fields_make(float (*level)[2 * POINTS * POINTS])
{
    for (uint32_t t = 0; t < 2; t++)
        for (uint32_t i = 0; i < 2 * POINTS * POINTS; i++) {
            uint32_t word[4];
            core_rng_step_words(1, i, t, CORE_RNG_DIFFUSE, word);
            level[t][i] = (float)(int32_t)(word[0] >> 8) * 0x1p-24f - 0.5f;
        }
}

static void plan_make(struct drift_fast_plan *p, float (*level)[2 * POINTS * POINTS], uint32_t *below)
{
    for (int k = 0; k < DRIFT_DRIVERS; k++)
        p->patch[k] = (struct forcing_patch){.a = level[0],
                                             .b = level[1],
                                             .stride = 2 * POINTS,
                                             .south_deg = 30,
                                             .west_deg = 10,
                                             .rows_per_deg = 4 + k,
                                             .columns_per_deg = 4 + k,
                                             .rows = POINTS - 1,
                                             .columns = POINTS - 1};
    p->n_steps = STEPS;
    for (uint32_t k = 0; k < STEPS; k++) {
        float from = (float)k / STEPS, to = (float)(k + 1) / STEPS;
        p->step[k] = (struct drift_fast_step){.index = 5 + k,
                                              .dt_s = 600,
                                              .lose = {0.01f, 0.01f, 0.007f, 0.007f},
                                              .fresh = {0.2f, 0.2f, 0.01f, 0.01f},
                                              .at = {{from, from}, {to, to}},
                                              .diffuse_m = 110};
        below[k] = 1u << 27;
    }
    p->jibe_below = below;
    p->n_objects = 1;
    p->seed = 42;
    p->two_stages = p->errors = p->diffuses = p->jibes = true;
}

static void rows_make(struct drift_fast_rows *r)
{
    memset(r, 0, sizeof *r);
    r->n = r->padded = DRIFT_FAST_ROWS;
    for (uint32_t i = 0; i < DRIFT_FAST_ROWS; i++) {
        r->lat[i] = 33 + i / 100.0;
        r->lon[i] = 14 + i / 77.0;
        r->particle[i] = i;
        for (int k = 0; k < 3; k++) {
            r->slope[k][i] = 0.03f;
            r->offset[k][i] = k == 1 ? -0.1f : 0.1f;
        }
    }
}

// FNV-1a.
static uint64_t add_bytes(uint64_t sum, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
    return sum;
}

static void test_kind(const struct drift_fast_kind *kind, uint64_t want)
{
    static float level[2][2 * POINTS * POINTS];
    static uint32_t below[STEPS];
    struct drift_fast_plan *plan = calloc(1, sizeof *plan);
    struct drift_fast_rows *rows = aligned_alloc(64, (sizeof *rows + 63) / 64 * 64);
    if (plan && rows) {
        fields_make(level);
        plan_make(plan, level, below);
        rows_make(rows);
        kind->run(plan, rows, leave_to_definition, leave_to_definition, NULL);
        size_t odd = 0;
        for (size_t i = 0; i < DRIFT_FAST_ROWS; i++)
            odd += rows->odd[i] != 0;
        uint64_t sum = add_bytes(14695981039346656037u, rows->lat, sizeof rows->lat);
        sum = add_bytes(sum, rows->lon, sizeof rows->lon);
        tap_ok(!odd && sum == want, "the bits of '%s' are those that they always are (%016llx)", kind->name,
               (unsigned long long)sum);
    }
    free(plan);
    free(rows);
}

int main(void)
{
#if defined(__aarch64__)
    test_kind(&drift_fast_any, FUSED_BITS);
#else
    test_kind(&drift_fast_any, PORTABLE_BITS);
#endif
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        test_kind(&drift_fast_v3, FUSED_BITS);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        test_kind(&drift_fast_v4, FUSED_BITS);
#endif
    return tap_done();
}
