#include "object/survival.h"

#include <math.h>

// "15 + 7.2 / (0.0785 - 0.0034 T)" minutes: the cooling rate (C/min) until 7.2 C are lost, after 15 minutes.
double object_survival_hayward_h(double water_c)
{
    if (!(water_c >= 0 && water_c <= 20))
        return NAN;
    return (15 + 7.2 / (0.0785 - 0.0034 * water_c)) / 60;
}

double object_survival_half_h(double water_c)
{
    static const double at_5_10_15[] = {3.6, 5.7, 9.0};
    if (!(water_c >= 5 && water_c <= 15))
        return NAN;
    int i = water_c < 10 ? 0 : 1;
    double part = (water_c - 5 * (i + 1)) / 5;
    return at_5_10_15[i] + part * (at_5_10_15[i + 1] - at_5_10_15[i]);
}

double object_survival_half_buoyant_h(double water_c)
{
    return water_c >= 5 && water_c <= 15 ? 24 : NAN;
}

double object_survival_longest_h(double water_c)
{
    if (!(water_c >= 0 && water_c <= 20))
        return NAN;
    return (0.0547 * water_c + 0.5048) * water_c + 1.3604;
}

static const struct object_survival_line lines[] = {
    {"Loss of consciousness, lightly clothed, with a life vest, keeping still",
     "Hayward et al. 1975, measured on volunteers, 0 to 20 \xc2\xb0"
     "C",
     object_survival_hayward_h, false},
    {"Half survive, without a buoyancy aid",
     "UK National Immersion Incident Survey, 5 to 15 \xc2\xb0"
     "C",
     object_survival_half_h, false},
    {"Half survive, with a buoyancy aid",
     "UK National Immersion Incident Survey, 5 to 15 \xc2\xb0"
     "C",
     object_survival_half_buoyant_h, true},
    {"Longest that the recorded cases make likely",
     "Xu and Giesbrecht 2018, 122 cases, 0 to 20 \xc2\xb0"
     "C",
     object_survival_longest_h, false},
};

size_t object_survival_count(void)
{
    return sizeof lines / sizeof *lines;
}

const struct object_survival_line *object_survival_at(size_t i)
{
    return &lines[i];
}
