// Published figures; and nothing outside the water temperatures that they were found in.
#include "object/survival.h"

#include <math.h>

#include "test/tap.h"

int main(void)
{
    // 15 + 7.2 / (0.0785 - 0.0034 T) minutes, worked by hand to nine figures
    tap_near(60 * object_survival_hayward_h(5), 132.073170732, 1e-6, "Hayward at 5 C is 132.07 minutes");
    tap_near(60 * object_survival_hayward_h(10), 176.797752809, 1e-6, "Hayward at 10 C is 176.80 minutes");
    tap_near(60 * object_survival_hayward_h(15), 276.818182, 1e-3, "Hayward at 15 C is 276.82 minutes");
    tap_near(60 * object_survival_hayward_h(20), 700.714286, 1e-3, "Hayward at 20 C is 700.71 minutes");
    tap_near(object_survival_half_h(5), 3.6, 1e-12, "half survive 3.6 hours at 5 C");
    tap_near(object_survival_half_h(10), 5.7, 1e-12, "5.7 hours at 10 C");
    tap_near(object_survival_half_h(15), 9.0, 1e-12, "9.0 hours at 15 C");
    tap_near(object_survival_half_h(7.5), 4.65, 1e-12, "and in between on straight lines");
    tap_near(object_survival_half_buoyant_h(10), 24, 0, "with a buoyancy aid more than 24 hours");
    tap_near(object_survival_longest_h(5), 5.2519, 1e-9, "the longest at 5 C is 5.25 hours");
    tap_near(object_survival_longest_h(10), 11.8784, 1e-9, "11.88 hours at 10 C");
    tap_near(object_survival_longest_h(20), 33.3364, 1e-9, "33.34 hours at 20 C");
    static const struct {
        double (*hours)(double water_c);
        double least_c, most_c;
        const char *sentence;
    } ranges[] = {
        {object_survival_hayward_h, 0, 20, "Hayward is not carried beyond 0 to 20 C"},
        {object_survival_half_h, 5, 15, "the survey is not carried beyond 5 to 15 C"},
        {object_survival_half_buoyant_h, 5, 15, "nor with a buoyancy aid"},
        {object_survival_longest_h, 0, 20, "the longest is not carried beyond 0 to 20 C"},
    };
    for (size_t i = 0; i < 4; i++)
        tap_ok(isnan(ranges[i].hours(ranges[i].least_c - 0.01)) &&
                   isnan(ranges[i].hours(ranges[i].most_c + 0.01)) && isnan(ranges[i].hours(NAN)) &&
                   ranges[i].hours(ranges[i].least_c) > 0 && ranges[i].hours(ranges[i].most_c) > 0,
               "%s", ranges[i].sentence);
    bool named = object_survival_count() == 4, rising = true;
    for (size_t i = 0; i < object_survival_count(); i++) {
        const struct object_survival_line *line = object_survival_at(i);
        named = named && line->what[0] && line->source[0];
        for (double c = 5; c < 15; c += 0.5)
            rising = rising && line->hours(c) <= line->hours(c + 0.5);
    }
    tap_ok(named, "every line of the band has its source");
    tap_ok(rising, "warmer water never shortens a life");
    return tap_done();
}
