#include "sensor/sweep.h"
#include "test/tap.h"

static const char *const names[] = {"inverse cube", "random", "definite", "M-beta", "Gaussian"};

// Midpoint rule out to 20 W; beyond it the inverse cube's tail W / (2 pi 20) on the two sides together.
static double integral(enum sensor_curve curve, double width_m)
{
    enum { STEPS = 400000 };
    double reach = 20 * width_m, dx = reach / STEPS, sum = 0;
    for (int i = 0; i < STEPS; i++)
        sum += sensor_lateral_range(curve, (i + 0.5) * dx, width_m) * dx;
    double tail = curve == SENSOR_INVERSE_CUBE ? width_m / (2 * M_PI * 20) : 0;
    return 2 * sum + tail;
}

// Chance of detection averaged over places between even legs, straight from the lateral range curve.
static double pod_by_legs(enum sensor_curve curve, double coverage)
{
    enum { PLACES = 2000, LEGS = 3000 };
    double spacing = 1 / coverage, sum = 0;
    for (int i = 0; i < PLACES; i++) {
        double x = (i + 0.5) / PLACES * spacing, missed = 1;
        for (int k = -LEGS; k <= LEGS; k++)
            missed *= 1 - sensor_lateral_range(curve, x + k * spacing, 1.0);
        sum += 1 - missed;
    }
    return sum / PLACES;
}

int main(void)
{
    char sentence[96];
    for (int c = SENSOR_INVERSE_CUBE; c <= SENSOR_GAUSSIAN; c++) {
        snprintf(sentence, sizeof sentence, "the %s curve integrates to the sweep width", names[c]);
        tap_near(integral((enum sensor_curve)c, 1852), 1852, 0.06, sentence);
        tap_ok(sensor_pod((enum sensor_curve)c, 0) == 0 && sensor_pod((enum sensor_curve)c, NAN) == 0,
               "no coverage is no detection (%s)", names[c]);
        double before = 0;
        int falls = 0;
        for (double k = 0.01; k < 6; k += 0.01) {
            double pod = sensor_pod((enum sensor_curve)c, k);
            falls += pod < before - 1e-12 || pod > 1 + 1e-12;
            before = pod;
        }
        tap_ok(!falls, "POD rises with coverage and stays below one (%s)", names[c]);
    }
    static const double vector[3][3] = {
        {0.5, .393469, .469116}, {1, .632121, .789909}, {2, .864665, .987811}};
    for (int i = 0; i < 3; i++) {
        snprintf(sentence, sizeof sentence, "coverage %g by random search is as published", vector[i][0]);
        tap_near(sensor_pod(SENSOR_RANDOM, vector[i][0]), vector[i][1], 3e-6, sentence);
        snprintf(sentence, sizeof sentence, "coverage %g by the inverse cube is as published", vector[i][0]);
        tap_near(sensor_pod(SENSOR_INVERSE_CUBE, vector[i][0]), vector[i][2], 6e-7, sentence);
    }
    tap_near(sensor_pod(SENSOR_DEFINITE, 0.7), 0.7, 0, "definite range detects what it covers");
    static const enum sensor_curve even[] = {SENSOR_INVERSE_CUBE, SENSOR_DEFINITE, SENSOR_M_BETA,
                                             SENSOR_GAUSSIAN};
    for (int i = 0; i < 4; i++) {
        snprintf(sentence, sizeof sentence, "POD of an even sweep is that of its legs (%s)", names[even[i]]);
        tap_near(sensor_pod(even[i], 0.8), pod_by_legs(even[i], 0.8), 1e-3, sentence);
    }
    return tap_done();
}
