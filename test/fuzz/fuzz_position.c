// libFuzzer and AFL++ entry for positions as people write them: clang -fsanitize=fuzzer,address,undefined.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "geo/notation.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

// What is read must be a place, and what is written of it must be read as the same place within the last
// digit.
static void check(struct geo_pos pos)
{
    char text[GEO_TEXT];
    struct geo_pos again = {0, 0};
    if (!(fabs(pos.lat_deg) <= 90.0) || !(pos.lon_deg >= -180.0 && pos.lon_deg < 180.0))
        abort();
    geo_pos_format(pos, 4, text);
    if (geo_pos_parse(text, &again, NULL))
        abort();
    double tol = 0.5e-4 / 60 + 1e-12;
    if (fabs(again.lat_deg - pos.lat_deg) > tol || fabs(remainder(again.lon_deg - pos.lon_deg, 360.0)) > tol)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct geo_pos pos = {0, 0};
    struct ph_err err;
    char *text = malloc(length + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = 0;
    if (!geo_pos_parse(text, &pos, &err))
        check(pos);
    free(text);
    return 0;
}
