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

void forcing_survey_add(struct forcing_survey *survey, enum forcing_kind kind, float *uv, size_t n)
{
    double impossible = limits[kind].impossible;
    if (!survey->valid)
        survey->smallest = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double u = (double)uv[2 * i], v = (double)uv[2 * i + 1];
        double size = kind == FORCING_SEA_TEMPERATURE ? u : sqrt(u * u + v * v);
        if (isnan(size)) {
            survey->missing++;
        } else if (fabs(size) > impossible) {
            uv[2 * i] = uv[2 * i + 1] = (float)NAN;
            survey->impossible++;
        } else {
            survey->valid++;
            survey->sum += size;
            survey->smallest = size < survey->smallest ? size : survey->smallest;
            survey->largest = size > survey->largest || survey->valid == 1 ? size : survey->largest;
        }
    }
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
