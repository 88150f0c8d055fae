// How long `pharos allocate` takes from file to answer: `build/bench/allocate [SIDE PERIODS RESOURCES
// [FOLDER]]`, by itself 100 x 100 cells, 24 periods, 4 resources. With a FOLDER the problems stay there as
// files, for timing the program itself.
//
// Targets on a square grid, normal at first (or in two lobes), that rest, spread or drift; effectiveness the
// same everywhere, by resource, by zone, or drawn for each cell. Never part of the tests: times are not
// truths.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/json.h"
#include "core/rng.h"
#include "core/threads.h"
#include "plan/allocate.h"

enum motion { REST, SPREAD, SLOW, DRIFT };
enum width { SAME, BY_RESOURCE, BY_ZONE, BY_CELL };

struct setting {
    const char *name;
    enum motion motion;
    enum width width;
    bool lobes;
    double budget; // units of effort for a resource and period, where a width of 1 covers a cell
    const char *law;
};

struct grid {
    int side, periods, resources;
};

static double draw(uint64_t index, uint32_t what)
{
    double u[4];
    core_rng_uniform(20260101, index, what, CORE_RNG_PLAN, u);
    return u[0];
}

static void prior_write(struct core_json *json, const struct grid *g, const struct setting *set)
{
    core_json_key(json, "prior");
    core_json_array_flat(json);
    double sigma = 0.12 * g->side, off = set->lobes ? 0.18 * g->side : 0;
    for (int i = 0; i < g->side * g->side; i++) {
        double x = i % g->side - 0.5 * g->side, y = i / g->side - 0.5 * g->side;
        double near = exp(-((x - off) * (x - off) + (y - off) * (y - off)) / (2 * sigma * sigma));
        double far = exp(-((x + off) * (x + off) + (y + off) * (y + off)) / (sigma * sigma));
        core_json_num(json, near + (set->lobes ? far : 0), 12);
    }
    core_json_array_end(json);
}

static double width_at(const struct grid *g, const struct setting *set, int r, int i)
{
    switch (set->width) {
    case SAME:
        return 1;
    case BY_RESOURCE:
        return 0.5 + 0.3 * r;
    case BY_ZONE: // each resource is poor in one quarter of the sea
        return r == (i % g->side > g->side / 2) + 2 * (i / g->side > g->side / 2) ? 0.4 : 0.8 + 0.2 * r;
    case BY_CELL:
        return 0.4 + 1.2 * draw((uint64_t)i, (uint32_t)r);
    }
    return 0;
}

static void effort_write(struct core_json *json, const struct grid *g, const struct setting *set)
{
    core_json_key(json, "effectiveness");
    core_json_array(json);
    for (int r = 0; r < g->resources; r++) {
        core_json_array_flat(json);
        for (int i = 0; i < g->side * g->side; i++)
            core_json_num(json, width_at(g, set, r, i), 12);
        core_json_array_end(json);
    }
    core_json_array_end(json);
    core_json_key(json, "budget");
    core_json_array(json);
    for (int r = 0; r < g->resources; r++) {
        core_json_array_flat(json);
        for (int t = 0; t < g->periods; t++)
            core_json_num(json, set->budget * (0.3 + 1.4 * draw((uint64_t)t, 100 + (uint32_t)r)), 12);
        core_json_array_end(json);
    }
    core_json_array_end(json);
}

// A step of the walk: stays inside by reflection at the edge.
static void moves_write(struct core_json *json, const struct grid *g, const struct setting *set)
{
    double stay = set->motion == SLOW ? 0.9 : 0.2, east = set->motion == DRIFT ? 0.8 : 0;
    core_json_key(json, "transition");
    core_json_array(json);
    for (int i = 0; i < g->side * g->side; i++)
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                int x = i % g->side + dx, y = i / g->side + dy;
                x = x < 0 ? 0 : x >= g->side ? g->side - 1 : x;
                y = y < 0 ? 0 : y >= g->side ? g->side - 1 : y;
                double p = (!dx && !dy ? stay : 0) + (1 - stay) / 9 * (1 + east * dx) * (1 + 0.5 * east * dy);
                core_json_array_flat(json);
                core_json_int(json, i);
                core_json_int(json, y * g->side + x);
                core_json_num(json, p, 16);
                core_json_array_end(json);
            }
    core_json_array_end(json);
}

static enum ph_status problem_write(const char *path, const struct grid *g, const struct setting *set)
{
    struct core_buf text = {0};
    struct core_json json;
    core_json_init(&json, &text);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "allocation/1");
    core_json_key_text(&json, "detection", set->law);
    prior_write(&json, g, set);
    effort_write(&json, g, set);
    if (set->motion != REST)
        moves_write(&json, g, set);
    core_json_object_end(&json);
    enum ph_status status = core_file_write(path, text.text, text.length, NULL);
    core_buf_fini(&text);
    return status;
}

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double member(const struct core_buf *text, const char *key)
{
    const char *at = text->text ? strstr(text->text, key) : NULL;
    return at ? strtod(at + strlen(key), NULL) : NAN;
}

static void bench(const struct grid *g, const struct setting *set, const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/pharos-allocate-%s.json", folder ? folder : "/tmp", set->name);
    struct core_buf answer = {0};
    struct ph_err err = {0};
    struct core_job job = {.threads = core_threads_available()};
    if (problem_write(path, g, set)) {
        fprintf(stderr, "%s cannot be written\n", path);
        return;
    }
    double wall_s = clock_s(CLOCK_MONOTONIC), cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    if (plan_allocate_file(path, &job, &answer, &err))
        fprintf(stderr, "%s: %s\n", err.where, err.what);
    wall_s = clock_s(CLOCK_MONOTONIC) - wall_s, cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double pos = member(&answer, "\"pos\": ");
    printf("%-22s %7.2f %7.2f %10.7f %9.1e %10.7f %7.0f\n", set->name, wall_s, cpu_s, pos,
           member(&answer, "\"gap\": ") / pos, member(&answer, "\"myopic_pos\": "),
           (double)usage.ru_maxrss / 1024);
    fflush(stdout);
    core_buf_fini(&answer);
    if (!folder)
        unlink(path);
}

int main(int argc, char **argv)
{
    const struct setting settings[] = {
        {"rest-by-cell", REST, BY_CELL, false, 20, "exponential"},
        {"rest-by-zone-cube", REST, BY_ZONE, true, 20, "inverse-cube"},
        {"spread-same", SPREAD, SAME, false, 20, "exponential"},
        {"spread-by-resource", SPREAD, BY_RESOURCE, false, 20, "exponential"},
        {"spread-by-zone", SPREAD, BY_ZONE, true, 20, "exponential"},
        {"spread-by-cell", SPREAD, BY_CELL, false, 20, "exponential"},
        {"spread-much-effort", SPREAD, BY_CELL, true, 120, "exponential"},
        {"slow-by-cell", SLOW, BY_CELL, true, 20, "exponential"},
        {"drift-same", DRIFT, SAME, true, 5, "exponential"},
        {"drift-by-cell", DRIFT, BY_CELL, false, 20, "exponential"},
    };
    struct grid g = {argc > 1 ? atoi(argv[1]) : 100, argc > 2 ? atoi(argv[2]) : 24,
                     argc > 3 ? atoi(argv[3]) : 4};
    printf("%d cells, %d periods, %d resources\n%-22s %7s %7s %10s %9s %10s %7s\n", g.side * g.side,
           g.periods, g.resources, "problem", "wall s", "cpu s", "pos", "gap", "myopic", "peak MB");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        bench(&g, &settings[i], argc > 4 ? argv[4] : NULL);
    return 0;
}
