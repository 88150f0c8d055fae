#include "forcing/reading.h"

#include <math.h>

#include "core/err.h"
#include "core/units.h"

// Roughness of the open sea for the neutral logarithmic wind profile (WMO-No. 8, Guide to Instruments and
// Methods of Observation, vol. I, annex 5.B: 0.0002 m).
#define SEA_ROUGHNESS_M 0.0002

const char *forcing_reading_text(enum forcing_reading reading)
{
    static const char *const texts[] = {"components toward east and north", "speed, and direction from which",
                                        "speed, and direction toward which", "temperature"};
    return texts[reading];
}

static void point_turn(enum forcing_reading reading, float uv[2])
{
    double speed = reading == READING_SPEED_FROM ? -(double)uv[0] : (double)uv[0];
    double angle = (double)uv[1] * CORE_RAD_PER_DEG;
    uv[0] = (float)(speed * sin(angle));
    uv[1] = (float)(speed * cos(angle));
}

void forcing_reading_turn(enum forcing_reading reading, struct forcing_block block, float *uv, size_t stride)
{
    if (reading == READING_COMPONENTS)
        return;
    for (size_t j = 0; j < block.nj; j++)
        for (size_t i = 0; i < block.ni; i++) {
            float *at = uv + j * stride + 2 * i;
            if (reading == READING_SCALAR)
                at[1] = 0;
            else
                point_turn(reading, at);
        }
}

enum ph_status forcing_reading_height(const char *name, double height_m, double *factor,
                                      struct forcing_notes *notes, struct ph_err *err)
{
    *factor = 1;
    if (fabs(height_m - 10) < 0.5)
        return PH_OK;
    if (!(height_m >= 1 && height_m <= 150))
        return core_err_set(err, PH_EINPUT, name, "use the wind at 10 m",
                            "this wind is at %g m, from which 10 m cannot be told", height_m);
    *factor = log(10 / SEA_ROUGHNESS_M) / log(height_m / SEA_ROUGHNESS_M);
    forcing_note_add(notes, "wind-height", "%s is at %g m: speeds are multiplied by %.3f for 10 m (log law)",
                     name, height_m, *factor);
    return PH_OK;
}
