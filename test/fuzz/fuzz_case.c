// libFuzzer and AFL++ entry for the case file: clang -fsanitize=fuzzer,address,undefined. Built with
// -DFUZZ_MAIN it runs once over each file named, for a corpus without a fuzzer.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
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

#ifdef FUZZ_MAIN
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct core_buf text = {0};
        struct ph_err err;
        if (core_file_read(argv[i], 1 << 26, &text, &err)) {
            fprintf(stderr, "%s: %s\n", err.where, err.what);
            return 3;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)text.text, text.length);
        core_buf_fini(&text);
    }
    return 0;
}
#endif
