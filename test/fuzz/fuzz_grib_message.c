// Where GRIB messages begin and end, and the fields in them, on bytes alone: never a step beyond them.
#include <stdint.h>
#include <stdlib.h>

#include "forcing/grib_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct forcing_grib_message message;
    enum forcing_grib_scan scan;
    int edition, centre;
    // Copies of exactly this size, so that a sanitizer sees one byte too many.
    unsigned char *out = malloc(length ? length : 1);
    forcing_grib_origin(bytes, length, &edition, &centre);
    if (forcing_grib_is(bytes, length) && !length)
        abort();
    for (size_t at = 0, before = 0;
         out && (scan = forcing_grib_next(bytes, length, &at, &message)) != GRIB_SCAN_END; before = at) {
        if (at <= before || at > length)
            abort();
        if (scan != GRIB_SCAN_MESSAGE)
            continue;
        size_t fields = forcing_grib_fields(bytes + message.offset, message.length);
        for (size_t k = 0; k < fields && k < 8; k++)
            if (forcing_grib_field(bytes + message.offset, message.length, k, out) > message.length)
                abort();
        forcing_grib_grid_hash(bytes + message.offset, message.length);
    }
    free(out);
    return 0;
}
