// For tests of grids: a flow whose vectors cross poles and the antimeridian smoothly, and the question
// whether a file gives it back everywhere.
#ifndef FORCING_MADE_FLOW_H
#define FORCING_MADE_FLOW_H

#include <math.h>

#include "core/units.h"
#include "forcing/made_file.h"

#define RAD CORE_RAD_PER_DEG

// Solid rotation, 1 m/s at its equator, about the place 40 N 25 E.
__attribute__((unused)) static void flow(double lat, double lon, double *u, double *v)
{
    double axis[3] = {cos(40 * RAD) * cos(25 * RAD), cos(40 * RAD) * sin(25 * RAD), sin(40 * RAD)};
    double r[3] = {cos(lat * RAD) * cos(lon * RAD), cos(lat * RAD) * sin(lon * RAD), sin(lat * RAD)};
    double w[3] = {axis[1] * r[2] - axis[2] * r[1], axis[2] * r[0] - axis[0] * r[2],
                   axis[0] * r[1] - axis[1] * r[0]};
    *u = -w[0] * sin(lon * RAD) + w[1] * cos(lon * RAD);
    *v = -w[0] * sin(lat * RAD) * cos(lon * RAD) - w[1] * sin(lat * RAD) * sin(lon * RAD) +
         w[2] * cos(lat * RAD);
}

__attribute__((unused)) static struct forcing_request request_of(const char *path)
{
    return (struct forcing_request){
        .kind = FORCING_CURRENT, .file = path, .depth_m = (double)NAN, .label = "test"};
}

// All places of a net over a box are served, with the flow within the tolerance and 0.01 degrees.
__attribute__((unused)) static void recover_kind(enum forcing_kind kind, const char *path, double south,
                                                 double north, double west, double east, double tolerance,
                                                 const char *sentence)
{
    enum { N = 41 };
    static double lat[N * N], lon[N * N], t_s[N * N], u[N * N], v[N * N];
    static int8_t source[N * N];
    static uint8_t flags[N * N];
    for (int k = 0; k < N * N; k++) {
        lat[k] = south + (north - south) * (k / N) / (N - 1);
        lon[k] = west + (east - west) * (k % N) / (N - 1);
        t_s[k] = 1000;
    }
    struct forcing_request request = request_of(path);
    request.kind = kind;
    struct core_job job = {0};
    struct forcing *forcing = NULL;
    struct ph_err err = {0};
    double from = core_deg_wrap180(west);
    struct geo_box box = {from, south, from + east - west, north};
    bool good = !forcing_open(&request, 1, FORCING_MISSING_STOP, MADE_T0, MADE_T0 + MADE_H, box, &job,
                              &forcing, &err) &&
                !forcing_window(forcing, MADE_T0, MADE_T0 + MADE_H, box, &err);
    double worst = 0, turned = 0;
    int missing = 0;
    if (good)
        forcing_sample(forcing, kind, N * N, lat, lon, t_s, u, v, source, flags);
    for (int k = 0; good && k < N * N; k++) {
        double a, b;
        flow(lat[k], lon[k], &a, &b);
        missing += source[k] != 0;
        double off = hypot(u[k] - a, v[k] - b),
               angle = remainder(atan2(u[k], v[k]) - atan2(a, b), 2 * CORE_PI);
        worst = fmax(worst, source[k] ? 0 : off);
        if (hypot(a, b) > 0.1 && !source[k])
            turned = fmax(turned, fabs(angle) / RAD);
    }
    bool right = good && !missing && worst <= tolerance && turned <= fmax(0.01, 100 * tolerance);
    tap_ok(right, "%s", sentence);
    if (!right)
        printf("# %s %s; missing %d, off by %.3g m/s, %.3g degrees\n", err.where, err.what, missing, worst,
               turned);
    if (good || forcing)
        forcing_free(forcing);
    core_job_fini(&job);
}

__attribute__((unused)) static void recover(const char *path, double south, double north, double west,
                                            double east, double tolerance, const char *sentence)
{
    recover_kind(FORCING_CURRENT, path, south, north, west, east, tolerance, sentence);
}

#endif
