// Many at once are the same numbers as one at a time.
#include "drift/draw.h"

#include "drift/angle.h"
#include "test/tap.h"

enum { N = 1000 };

static void test_same_numbers(void)
{
    static uint32_t particle[N], words[4][N];
    static double uniform[N], normal[4][N];
    const uint64_t seed = 0x123456789abcdefu;
    for (uint32_t i = 0; i < N; i++)
        particle[i] = i * i * 977u;
    uint32_t *const w[4] = {words[0], words[1], words[2], words[3]};
    double *const z[4] = {normal[0], normal[1], normal[2], normal[3]};
    drift_draw_words(N, seed, particle, 77, CORE_RNG_ERROR, w);
    drift_draw_uniform(N, 2, seed, particle, 77, CORE_RNG_ERROR, uniform);
    drift_draw_normal(N, 0, 4, seed, particle, 77, CORE_RNG_ERROR, z);
    bool same = true;
    double worst = 0;
    for (size_t i = 0; i < N; i++) {
        uint32_t word[4];
        double r[4];
        core_rng_step_words(seed, particle[i], 77, CORE_RNG_ERROR, word);
        core_rng_step_normal(seed, particle[i], 77, CORE_RNG_ERROR, r);
        same &= ((double)word[2] + 0.5) * 0x1p-32 == uniform[i];
        for (int k = 0; k < 4; k++) {
            same &= word[k] == words[k][i];
            worst = fmax(worst, fabs(r[k] - normal[k][i]));
        }
    }
    tap_ok(same, "words and uniforms are those of core/rng.h to the bit");
    tap_near(worst, 0, 1e-14, "normals are those of core/rng.h");
}

static void test_functions(void)
{
    double worst_log = 0, worst_sin = 0;
    for (int i = 1; i < 200000; i++) {
        double x = i / 200000.0, t = (x - 0.5) * 1.5707963;
        worst_log = fmax(worst_log, fabs(drift_log(x) - log(x)) / fmax(1e-3, fabs(log(x))));
        worst_sin =
            fmax(worst_sin, fmax(fabs(drift_sin_small(t) - sin(t)), fabs(drift_cos_small(t) - cos(t))));
    }
    for (double x = 1; x > 1e-300; x *= 0.37)
        worst_log = fmax(worst_log, x < 1 ? fabs(drift_log(x) - log(x)) / fabs(log(x)) : fabs(drift_log(x)));
    tap_near(worst_log, 0, 4e-16 * 2, "logarithms are right to the last bits");
    tap_near(worst_sin, 0, 3e-16, "sines and cosines are right to the last bits");
}

// Moments and tail of the normals over a million draws.
static void test_moments(void)
{
    enum { STEPS = 250 };
    static uint32_t particle[N];
    static double normal[4][N];
    double *const z[4] = {normal[0], normal[1], normal[2], normal[3]};
    double sum[5] = {0}, beyond = 0, across = 0;
    for (uint32_t i = 0; i < N; i++)
        particle[i] = i;
    for (uint32_t step = 0; step < STEPS; step++) {
        drift_draw_normal(N, 0, 4, 9, particle, step, CORE_RNG_DIFFUSE, z);
        for (size_t i = 0; i < N; i++) {
            across += normal[0][i] * normal[1][i];
            for (int k = 0; k < 4; k++) {
                double power = 1;
                for (int m = 1; m <= 4; m++)
                    sum[m] += power *= normal[k][i];
                beyond += fabs(normal[k][i]) > 3;
            }
        }
    }
    double count = 4.0 * N * STEPS;
    tap_near(sum[1] / count, 0, 0.004, "the mean is 0");
    tap_near(sum[2] / count, 1, 0.006, "the variance is 1");
    tap_near(sum[3] / count, 0, 0.016, "there is no skew");
    tap_near(sum[4] / count, 3, 0.04, "the fourth moment is 3");
    tap_near(beyond / count, 0.0026998, 0.0002, "0.27 % lie beyond 3 sd");
    tap_near(across / (N * STEPS), 0, 0.008, "the two of a pair do not go together");
}

int main(void)
{
    test_same_numbers();
    test_functions();
    test_moments();
    return tap_done();
}
