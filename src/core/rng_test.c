#include "core/rng.h"

#include "test/tap.h"

enum { DRAWS = 100000, LANES = 4 };

// Known answers of philox4x32 with 10 and 7 rounds from kat_vectors of the Random123 distribution (Salmon et
// al. 2011).
static void known_answers(void)
{
    static const struct {
        const char *name;
        uint32_t counter[4], key[2], ten[4], seven[4];
    } known[] = {{"zeros",
                  {0, 0, 0, 0},
                  {0, 0},
                  {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
                  {0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48}},
                 {"ones",
                  {~0u, ~0u, ~0u, ~0u},
                  {~0u, ~0u},
                  {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                  {0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662}},
                 {"digits of pi",
                  {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                  {0xa4093822, 0x299f31d0},
                  {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                  {0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a}}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        for (int seven = 0; seven < 2; seven++) {
            const uint32_t *want = seven ? known[i].seven : known[i].ten;
            uint32_t got[4];
            core_rng_philox(seven ? 7 : 10, known[i].counter, known[i].key, got);
            if (!tap_ok(!memcmp(got, want, sizeof got), "the published vector '%s' of %d rounds comes out",
                        known[i].name, seven ? 7 : 10))
                printf("# got %08x %08x %08x %08x\n", got[0], got[1], got[2], got[3]);
        }
}

// The four lanes of draw i, over particles or over steps.
typedef void draw_fn(uint64_t seed, uint64_t particle, uint32_t step, enum core_rng_purpose purpose,
                     double out[4]);

struct moments {
    double mean, variance, skew, kurtosis;
    double positive_frac; // share above the middle
};

static struct moments moments_of(const double *x, size_t n, double middle)
{
    struct moments m = {0};
    for (size_t i = 0; i < n; i++) {
        m.mean += x[i] / (double)n;
        m.positive_frac += (x[i] > middle) / (double)n;
    }
    double s2 = 0, s3 = 0, s4 = 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - m.mean;
        s2 += d * d, s3 += d * d * d, s4 += d * d * d * d;
    }
    m.variance = s2 / (double)n;
    m.skew = s3 / (double)n / pow(m.variance, 1.5);
    m.kurtosis = s4 / (double)n / (m.variance * m.variance);
    return m;
}

static double correlation(const double *a, const double *b, size_t n)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < n; i++)
        ma += a[i] / (double)n, mb += b[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double x = a[i] - ma, y = b[i] - mb;
        aa += x * x, bb += y * y, ab += x * y;
    }
    return ab / sqrt(aa * bb);
}

// Lane by lane: lane[l][i].
static void draw(draw_fn *fn, bool over_steps, uint64_t seed, enum core_rng_purpose purpose,
                 double *lane[LANES])
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        double out[4];
        fn(seed, over_steps ? 7 : i, over_steps ? i : 3, purpose, out);
        for (int l = 0; l < LANES; l++)
            lane[l][i] = out[l];
    }
}

// Each within five standard errors of its law.
static void moments_hold(const char *law, double *lane[LANES], double mean, double var, double kurtosis)
{
    double root = sqrt(DRAWS), worst_mean = 0, worst_var = 0, worst_skew = 0, worst_kurt = 0, worst_sign = 0;
    for (int l = 0; l < LANES; l++) {
        struct moments m = moments_of(lane[l], DRAWS, mean);
        worst_mean = fmax(worst_mean, fabs(m.mean - mean) / sqrt(var));
        worst_var = fmax(worst_var, fabs(m.variance / var - 1));
        worst_skew = fmax(worst_skew, fabs(m.skew));
        worst_kurt = fmax(worst_kurt, fabs(m.kurtosis - kurtosis));
        worst_sign = fmax(worst_sign, fabs(m.positive_frac - 0.5));
    }
    tap_ok(worst_mean < 5 / root, "%s: mean of each lane (off by %.2g sd)", law, worst_mean);
    tap_ok(worst_var < 5 * sqrt(kurtosis - 1) / root, "%s: variance of each lane (off by %.2g)", law,
           worst_var);
    tap_ok(worst_skew < 5 * sqrt(6) / root, "%s: no skew in any lane (%.2g)", law, worst_skew);
    tap_ok(worst_kurt < 5 * sqrt(24) / root, "%s: kurtosis of each lane (off by %.2g)", law, worst_kurt);
    tap_ok(worst_sign < 2.5 / root, "%s: as many above the mean as below in each lane (off by %.2g)", law,
           worst_sign);
}

static void lanes_are_independent(const char *law, double *lane[LANES])
{
    double worst = 0;
    for (int a = 0; a < LANES; a++) {
        for (int b = a + 1; b < LANES; b++)
            worst = fmax(worst, fabs(correlation(lane[a], lane[b], DRAWS)));
        worst = fmax(worst, fabs(correlation(lane[a], lane[a] + 1, DRAWS - 1)));
    }
    tap_ok(worst < 5 / sqrt(DRAWS), "%s: no correlation between lanes or neighbours (%.2g)", law, worst);
}

// A wrong sign bit leaves moments whole but empties quadrants of (out[0], out[1]).
static void quadrants_are_even(double *lane[LANES])
{
    double worst = 0;
    for (int a = 0; a < LANES; a++)
        for (int b = a + 1; b < LANES; b++) {
            double count[4] = {0};
            for (size_t i = 0; i < DRAWS; i++)
                count[(lane[a][i] > 0) * 2 + (lane[b][i] > 0)]++;
            for (int q = 0; q < 4; q++)
                worst = fmax(worst, fabs(count[q] / DRAWS - 0.25));
        }
    tap_ok(worst < 5 * sqrt(0.25 * 0.75 / DRAWS), "normals fill all four quadrants evenly (off by %.2g)",
           worst);
}

// Chi-square of the normal's own distribution function on 100 equally likely bins; 99 degrees of freedom,
// 1 in 10^6 is 182.
static void normals_follow_their_distribution(double *lane[LANES])
{
    double worst = 0;
    for (int l = 0; l < LANES; l++) {
        double count[100] = {0}, chi2 = 0;
        for (size_t i = 0; i < DRAWS; i++)
            count[(int)fmin(99, 100 * 0.5 * erfc(-lane[l][i] / sqrt(2)))]++;
        for (int b = 0; b < 100; b++)
            chi2 += pow(count[b] - DRAWS / 100.0, 2) / (DRAWS / 100.0);
        worst = fmax(worst, chi2);
    }
    tap_ok(worst < 182, "normals follow their distribution function (chi-square %.0f of 99)", worst);
}

static void streams_are_apart(double *lane[LANES], double *other[LANES])
{
    static const struct {
        const char *what;
        uint64_t seed;
        enum core_rng_purpose purpose;
    } streams[] = {{"the next seed", 2, CORE_RNG_ERROR},
                   {"a seed apart in the high word", 1 + (1ull << 32), CORE_RNG_ERROR},
                   {"another purpose", 1, CORE_RNG_DIFFUSE}};
    draw(core_rng_normal, false, 1, CORE_RNG_ERROR, lane);
    for (size_t s = 0; s < sizeof streams / sizeof *streams; s++) {
        draw(core_rng_normal, false, streams[s].seed, streams[s].purpose, other);
        double worst = 0;
        for (int l = 0; l < LANES; l++)
            worst = fmax(worst, fabs(correlation(lane[l], other[l], DRAWS)));
        tap_ok(worst < 5 / sqrt(DRAWS), "%s gives draws without correlation (%.2g)", streams[s].what, worst);
    }
}

static void draws_are_addressed(void)
{
    double a[4], b[4], c[4];
    core_rng_uniform(1, 5, 9, CORE_RNG_JIBE, a);
    core_rng_uniform(1, 6, 9, CORE_RNG_JIBE, c);
    core_rng_uniform(1, 5, 9, CORE_RNG_JIBE, b);
    tap_ok(!memcmp(a, b, sizeof a), "the same address gives the same draw, whatever was drawn between");
    tap_ok(memcmp(a, c, sizeof a) != 0, "the neighbouring particle gives another draw");
    core_rng_uniform(1, 5 + (1ull << 32), 9, CORE_RNG_JIBE, c);
    tap_ok(memcmp(a, c, sizeof a) != 0, "particles apart in the high word have their own draws");
}

static void uniforms_are_open(double *lane[LANES])
{
    double low = 1, high = 0;
    for (int l = 0; l < LANES; l++)
        for (size_t i = 0; i < DRAWS; i++)
            low = fmin(low, lane[l][i]), high = fmax(high, lane[l][i]);
    tap_ok(low > 0 && high < 1, "uniforms are never 0 and never 1");
    tap_ok(low < 1e-4 && high > 1 - 1e-4, "uniforms reach both ends");
}

int main(void)
{
    double *lane[LANES], *other[LANES];
    for (int l = 0; l < LANES; l++) {
        lane[l] = malloc(DRAWS * sizeof **lane);
        other[l] = malloc(DRAWS * sizeof **other);
    }
    known_answers();
    draws_are_addressed();
    for (int over_steps = 0; over_steps < 2; over_steps++) {
        draw(core_rng_uniform, over_steps, 1, CORE_RNG_POSITION, lane);
        const char *law = over_steps ? "uniforms over steps" : "uniforms over particles";
        moments_hold(law, lane, 0.5, 1.0 / 12, 1.8);
        lanes_are_independent(law, lane);
        uniforms_are_open(lane);
        draw(core_rng_normal, over_steps, 1, CORE_RNG_ERROR, lane);
        law = over_steps ? "normals over steps" : "normals over particles";
        moments_hold(law, lane, 0, 1, 3);
        lanes_are_independent(law, lane);
        quadrants_are_even(lane);
        normals_follow_their_distribution(lane);
        draw(core_rng_step_normal, over_steps, 1, CORE_RNG_ERROR, lane);
        law = over_steps ? "normals of steps over steps" : "normals of steps over particles";
        moments_hold(law, lane, 0, 1, 3);
        lanes_are_independent(law, lane);
        quadrants_are_even(lane);
        normals_follow_their_distribution(lane);
    }
    streams_are_apart(lane, other);
    for (int l = 0; l < LANES; l++)
        free(lane[l]), free(other[l]);
    return tap_done();
}
