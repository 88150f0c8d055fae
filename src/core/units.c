#include "core/units.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

double core_deg_wrap360(double deg)
{
    double wrapped = fmod(deg, 360.0);
    if (wrapped < 0)
        wrapped += 360.0;
    return wrapped >= 360.0 ? 0.0 : wrapped;
}

double core_deg_wrap180(double deg)
{
    if (deg >= -180.0 && deg < 180.0)
        return deg;
    return core_deg_wrap360(deg + 180.0) - 180.0;
}

double core_unit_factor(const char *unit)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"nm", CORE_M_PER_NM},   {"m", 1.0},  {"km", 1000.0},     {"ft", CORE_M_PER_FT},
                 {"kn", CORE_MPS_PER_KN}, {"ms", 1.0}, {"kmh", 1.0 / 3.6}, {"h", 3600.0},
                 {"min", 60.0},           {"s", 1.0}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(unit, units[i].name))
            return units[i].factor;
    return 0.0;
}
