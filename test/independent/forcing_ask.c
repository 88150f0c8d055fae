// Answers for the independent checks: what a file gives at a time and at places, one request a line.
//   KIND \t FILE \t TIME \t VARIABLES \t CALENDAR \t DEPTH \t LAT LON;LAT LON;...     ("-": not given)
// prints
//   STATUS \t WHAT \t WARNINGS \t U V SOURCE FLAGS;...
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "forcing/forcing.h"

enum { FIELDS = 7, MOST_PLACES = 4096, MOST_LINE = 1 << 18 };

struct places {
    size_t n;
    double lat[MOST_PLACES], lon[MOST_PLACES], t_s[MOST_PLACES], u[MOST_PLACES], v[MOST_PLACES];
    int8_t source[MOST_PLACES];
    uint8_t flags[MOST_PLACES];
};

static bool places_read(const char *text, struct places *out)
{
    int used;
    for (out->n = 0; out->n < MOST_PLACES && *text; out->n++) {
        if (sscanf(text, "%lf %lf%n", &out->lat[out->n], &out->lon[out->n], &used) != 2)
            return false;
        out->t_s[out->n] = 0;
        text += used + strspn(text + used, "; \n");
    }
    return out->n > 0;
}

static struct geo_box box_of(const struct places *places)
{
    struct geo_box box = {INFINITY, 90, -INFINITY, -90};
    for (size_t i = 0; i < places->n; i++) {
        box.south_deg = fmin(box.south_deg, places->lat[i]);
        box.north_deg = fmax(box.north_deg, places->lat[i]);
        box.west_deg = fmin(box.west_deg, places->lon[i]);
        box.east_deg = fmax(box.east_deg, places->lon[i]);
    }
    double width = box.east_deg - box.west_deg;
    box.west_deg = core_deg_wrap180(box.west_deg);
    box.east_deg = box.west_deg + width;
    return box;
}

static enum ph_status ask(const struct forcing_request *request, int64_t t_ns, struct places *places,
                          struct core_job *job, struct ph_err *err)
{
    struct forcing *forcing;
    struct geo_box box = box_of(places);
    enum ph_status status =
        forcing_open(request, 1, FORCING_MISSING_STOP, t_ns, t_ns, box, job, &forcing, err);
    if (status)
        return status;
    int64_t next = forcing_next_level(forcing, t_ns), soon = t_ns + 60 * CORE_NS_PER_S;
    int64_t to = next == INT64_MAX ? t_ns
                 : next < soon     ? next
                                   : soon; // behind the last level there is nothing
    status = forcing_window(forcing, t_ns, to, box, err);
    if (!status)
        forcing_sample(forcing, request->kind, places->n, places->lat, places->lon, places->t_s, places->u,
                       places->v, places->source, places->flags);
    forcing_free(forcing);
    return status;
}

static void answer_print(enum ph_status status, const struct ph_err *err, const struct core_job *job,
                         const struct places *places)
{
    printf("%d\t%s\t", (int)status, status ? err->what : "");
    for (const struct core_warning *w = job->first_warning; w; w = w->next)
        printf("%s%s", w == job->first_warning ? "" : " ", w->code);
    printf("\t");
    for (size_t i = 0; !status && i < places->n; i++)
        printf("%s%.9g %.9g %d %d", i ? ";" : "", places->u[i], places->v[i], places->source[i],
               places->flags[i]);
    printf("\n");
    fflush(stdout);
}

static bool given(const char *text)
{
    return strcmp(text, "-") != 0;
}

static bool line_answer(char *line, struct places *places)
{
    static const char *const kinds[] = {"current", "wind", "waves", "temperature"};
    char *field[FIELDS], *rest = line;
    int64_t t_ns;
    size_t kind = 0;
    for (int k = 0; k < FIELDS; k++)
        if (!(field[k] = strsep(&rest, "\t")))
            return false;
    while (kind < FORCING_KINDS && strcmp(field[0], kinds[kind]))
        kind++;
    if (kind == FORCING_KINDS || core_time_parse(field[2], &t_ns, NULL) || !places_read(field[6], places))
        return false;
    char *names = field[3], *first = strsep(&names, ",");
    struct forcing_request request = {.kind = (enum forcing_kind)kind,
                                      .file = field[1],
                                      .variables = {given(first) ? first : NULL, names},
                                      .calendar = given(field[4]) ? field[4] : NULL,
                                      .depth_m = given(field[5]) ? atof(field[5]) : (double)NAN,
                                      .label = "ask"};
    struct core_job job = {0};
    struct ph_err err = {0};
    enum ph_status status = ask(&request, t_ns, places, &job, &err);
    answer_print(status, &err, &job, places);
    core_job_fini(&job);
    return true;
}

int main(void)
{
    static char line[MOST_LINE];
    static struct places places;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (!line_answer(line, &places)) {
            fprintf(stderr, "not understood: %.200s\n", line);
            return 2;
        }
    }
    return 0;
}
