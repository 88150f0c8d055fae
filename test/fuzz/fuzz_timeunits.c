// Units and calendars of time: "UNITS\nCALENDAR\nNUMBER\nNUMBER...". A time that comes out is between 1678
// and 2262, rises with its number, and a refusal says why.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "forcing/timeunits.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void convert(const struct forcing_timeunits *units, char *numbers)
{
    enum { MOST = 64 };
    double value[MOST];
    int64_t t_ns[MOST];
    size_t n = 0;
    struct core_arena arena = {0};
    struct forcing_notes notes = {.arena = &arena};
    struct ph_err err = {0};
    for (char *at; numbers && n < MOST && (at = strsep(&numbers, "\n"));)
        value[n++] = strtod(at, NULL);
    enum ph_status status = forcing_timeunits_convert_all(units, value, n, n & 1, t_ns, &notes, &err);
    if (status && (status != PH_EINPUT || !err.what[0]))
        abort();
    for (size_t i = 1; !status && i < n; i++)
        if (value[i] > value[i - 1] && t_ns[i] < t_ns[i - 1])
            abort();
    core_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1), *rest = text;
    struct forcing_timeunits units;
    struct ph_err err = {0};
    double seconds;
    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = 0;
    char *unit = strsep(&rest, "\n"), *calendar = strsep(&rest, "\n");
    enum ph_status status = forcing_timeunits_parse(unit, calendar, &units, &err);
    if (status && (status != PH_EINPUT || !err.what[0]))
        abort();
    if (!status)
        convert(&units, rest);
    if (forcing_timeunits_length(unit, &seconds) && !(seconds > 0))
        abort();
    free(text);
    return 0;
}
