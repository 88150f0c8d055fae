#include "forcing/survey.h"

#include <math.h>
#include <stdio.h>

#include "forcing/format.h"

// What no sea and no air does: such values are some program's missing ones. And what is worth a second look.
// Wind: the highest gust measured is 113 m/s (WMO, Barrow Island 1996); currents: the strongest tidal streams
// run about 10 m/s. Means over a field: the strongest boundary currents stay below 2 m/s over any area that a
// file covers; a wind that nowhere reaches 1.5 m/s is hardly one.
static const struct {
    double impossible, odd, odd_mean, odd_small;
} limits[FORCING_KINDS] = {{15, 5, 2, 0}, {120, 75, 40, 1.5}, {5, 2, 1, 0}, {60, 40, 35, -3}};
enum { ENOUGH_FOR_MEANS = 100 };

// Sums of every LANES-th point, so that several are looked at in one go; they come together in fixed order.
enum { LANES = 8 };
struct lanes {
    double sum[LANES], smallest[LANES], largest[LANES];
    double valid[LANES], missing[LANES]; // counts
};

static void lane_add(struct lanes *to, int lane, bool scalar, double impossible, float *uv)
{
    double u = (double)uv[0], v = (double)uv[1], size = scalar ? u : sqrt(u * u + v * v);
    bool valid = fabs(size) <= impossible, known = !isnan(size);
    float keep = (valid | !known) ? 0.0F : (float)NAN;
    uv[0] += keep;
    uv[1] += keep;
    to->missing[lane] += known ? 0 : 1;
    to->valid[lane] += valid ? 1 : 0;
    to->sum[lane] += valid ? size : 0;
    to->smallest[lane] = (valid & (size < to->smallest[lane])) ? size : to->smallest[lane];
    to->largest[lane] = (valid & (size > to->largest[lane])) ? size : to->largest[lane];
}

void forcing_survey_add(struct forcing_survey *survey, enum forcing_kind kind, float *uv, size_t n)
{
    struct lanes lanes = {0};
    bool scalar = kind == FORCING_SEA_TEMPERATURE;
    double impossible = limits[kind].impossible;
    size_t i = 0, seen = 0;
    for (int l = 0; l < LANES; l++) {
        lanes.smallest[l] = (double)INFINITY;
        lanes.largest[l] = -(double)INFINITY;
    }
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane_add(&lanes, l, scalar, impossible, uv + 2 * (i + (size_t)l));
    for (; i < n; i++)
        lane_add(&lanes, (int)(i % LANES), scalar, impossible, uv + 2 * i);
    if (!survey->valid) {
        survey->smallest = (double)INFINITY;
        survey->largest = -(double)INFINITY;
    }
    for (int l = 0; l < LANES; l++) {
        survey->sum += lanes.sum[l];
        survey->smallest = fmin(survey->smallest, lanes.smallest[l]);
        survey->largest = fmax(survey->largest, lanes.largest[l]);
        survey->valid += (size_t)lanes.valid[l];
        survey->missing += (size_t)lanes.missing[l];
        seen += (size_t)lanes.valid[l] + (size_t)lanes.missing[l];
    }
    survey->impossible += n - seen;
    if (!survey->valid)
        survey->largest = 0;
}

void forcing_survey_tell(const struct forcing_survey *survey, enum forcing_kind kind,
                         void (*tell)(void *arg, const char *code, const char *text), void *arg)
{
    char line[256];
    const char *name = forcing_kind_name(kind);
    if (survey->impossible) {
        snprintf(line, sizeof line,
                 "values of %s beyond %g that cannot be are taken as missing: fill values?", name,
                 limits[kind].impossible);
        tell(arg, "fill-leak", line);
    }
    if (survey->valid && survey->largest > limits[kind].odd) {
        snprintf(line, sizeof line, "values of %s beyond %g: check the units, or for fill values", name,
                 limits[kind].odd);
        tell(arg, "odd-values", line);
    }
    if (survey->valid && survey->largest == 0 && survey->smallest == 0) {
        snprintf(line, sizeof line, "a field of %s is zero everywhere", name);
        tell(arg, "all-zero", line);
    }
}

void forcing_survey_tell_mean(const struct forcing_survey *survey, enum forcing_kind kind,
                              void (*tell)(void *arg, const char *code, const char *text), void *arg)
{
    char line[256];
    const char *name = forcing_kind_name(kind);
    double mean = survey->valid ? survey->sum / (double)survey->valid : 0;
    if (survey->valid >= ENOUGH_FOR_MEANS && mean > limits[kind].odd_mean) {
        snprintf(line, sizeof line, "the mean of %s is %.3g: check the units, and that this is %s", name,
                 mean, name);
        tell(arg, "odd-mean", line);
    }
    if (survey->valid >= ENOUGH_FOR_MEANS && survey->largest > 0 &&
        survey->largest < limits[kind].odd_small) {
        snprintf(line, sizeof line, "%s is %.3g at most: check the units, and that this is %s", name,
                 survey->largest, name);
        tell(arg, "odd-mean", line);
    }
}
