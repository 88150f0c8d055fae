// libFuzzer and AFL++ entry for the case file: clang -fsanitize=fuzzer,address,undefined.
#include <stdint.h>
#include <stdlib.h>

#include "scenario/case.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct scenario_case c = {0};
    struct scenario_problems problems = {0};
    struct ph_err err = {0};
    enum ph_status status =
        scenario_case_parse((const char *)bytes, length, ".", "fuzz", NULL, &c, &problems, &err);
    // A refusal always says why, and only bad input is refused.
    if (status && ((status != PH_EINPUT && status != PH_EUNSUPPORTED) || !err.what[0] || !problems.n))
        abort();
    if (!status && problems.n)
        abort();
    scenario_case_fini(&c);
    scenario_problems_fini(&problems);
    return 0;
}
