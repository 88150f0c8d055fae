// Units of speed, temperature, length and angle, as files write them: a factor that comes out is a positive
// number.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "forcing/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    struct forcing_unit unit[3];
    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = 0;
    bool known[3] = {forcing_unit_speed(text, &unit[0]), forcing_unit_temperature(text, &unit[1]),
                     forcing_unit_length(text, &unit[2])};
    for (int k = 0; k < 3; k++)
        if (known[k] && !(unit[k].factor > 0 && isfinite(unit[k].factor) && isfinite(unit[k].offset)))
            abort();
    if (forcing_unit_is_north(text) && forcing_unit_is_east(text))
        abort();
    free(text);
    return 0;
}
