#include "plan/allocate_speed.h"

#include <math.h>
#include <string.h>

static const double RIDGE = 1e-12; // of the matrix' trace: differences that are alike

bool plan_speed_init(struct plan_speed *speed, size_t n, struct core_arena *arena)
{
    *speed = (struct plan_speed){.n = n};
    double *room = CORE_ARENA_NEW(arena, double, n *(2 * PLAN_SPEED_DEPTH + 2));
    if (!room)
        return false;
    speed->state = room, speed->swept = room + n;
    for (size_t k = 0; k < PLAN_SPEED_DEPTH; k++) {
        speed->d_change[k] = room + (2 + 2 * k) * n;
        speed->d_swept[k] = room + (3 + 2 * k) * n;
    }
    return true;
}

void plan_speed_forget(struct plan_speed *speed)
{
    speed->kept = speed->next = 0;
    speed->begun = false;
}

static double product(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// Least squares of the change by its differences: normal equations, Cholesky with a ridge.
static bool coefficients(const struct plan_speed *speed, const double *change, double *gamma)
{
    double a[PLAN_SPEED_DEPTH][PLAN_SPEED_DEPTH], trace = 0;
    size_t m = speed->kept;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++)
            a[i][j] = product(speed->d_change[i], speed->d_change[j], speed->n);
        trace += a[i][i];
        gamma[i] = product(speed->d_change[i], change, speed->n);
    }
    for (size_t i = 0; i < m; i++) {
        a[i][i] += RIDGE * trace;
        for (size_t j = 0; j <= i; j++) {
            for (size_t k = 0; k < j; k++)
                a[i][j] -= a[i][k] * a[j][k];
            if (i == j && !(a[i][i] > 0))
                return false;
            a[i][j] = i == j ? sqrt(a[i][i]) : a[i][j] / a[j][j];
        }
        for (size_t k = 0; k < i; k++)
            gamma[i] -= a[i][k] * gamma[k];
        gamma[i] /= a[i][i];
    }
    for (size_t i = m; i-- > 0;) {
        for (size_t k = i + 1; k < m; k++)
            gamma[i] -= a[k][i] * gamma[k];
        gamma[i] /= a[i][i];
    }
    return true;
}

// Keeps what has changed since the last sweep.
static void remember(struct plan_speed *speed, const double *x, const double *swept)
{
    if (speed->begun) {
        double *dc = speed->d_change[speed->next], *ds = speed->d_swept[speed->next];
        for (size_t i = 0; i < speed->n; i++) {
            ds[i] = swept[i] - speed->swept[i];
            dc[i] = ds[i] - (x[i] - speed->state[i]);
        }
        speed->next = (speed->next + 1) % PLAN_SPEED_DEPTH;
        speed->kept += speed->kept < PLAN_SPEED_DEPTH;
    }
    memcpy(speed->state, x, speed->n * sizeof *x);
    memcpy(speed->swept, swept, speed->n * sizeof *swept);
    speed->begun = true;
}

void plan_speed_mix(struct plan_speed *speed, const double *x, double *swept)
{
    double gamma[PLAN_SPEED_DEPTH];
    remember(speed, x, swept);
    if (!speed->kept)
        return;
    for (size_t i = 0; i < speed->n; i++) // the change, where the mixture will be
        swept[i] = speed->swept[i] - speed->state[i];
    bool good = coefficients(speed, swept, gamma);
    memcpy(swept, speed->swept, speed->n * sizeof *swept);
    for (size_t k = 0; k < speed->kept && good; k++)
        for (size_t i = 0; i < speed->n; i++)
            swept[i] -= gamma[k] * speed->d_swept[k][i];
    for (size_t i = 0; i < speed->n; i++)
        swept[i] = fmax(0, swept[i]);
}
