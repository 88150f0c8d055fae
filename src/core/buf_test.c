#include "core/buf.h"

#include <stdint.h>

#include "test/tap.h"

int main(void)
{
    struct core_buf buf = {0};
    tap_ok(!core_buf_check(&buf, NULL), "an empty buffer is no failure");
    core_buf_puts(&buf, "one");
    core_buf_printf(&buf, " %d %s", 2, "three");
    core_buf_add(&buf, "\0x", 2);
    tap_text(buf.text, "one 2 three", "texts follow each other");
    tap_ok(buf.length == 13 && buf.text[12] == 'x' && !buf.text[13],
           "bytes may be zero; a NUL follows the last");
    core_buf_add(&buf, NULL, 0);
    tap_ok(buf.length == 13 && !buf.failed, "nothing added is nothing");

    core_buf_fini(&buf);
    tap_ok(!buf.text && !buf.length, "a freed buffer is empty");
    for (int i = 0; i < 20000; i++)
        core_buf_printf(&buf, "%05d", i);
    tap_ok(buf.length == 100000 && !memcmp(buf.text + 99990, "1999819999", 10),
           "a buffer grows as far as it must");

    core_buf_add(&buf, "x", SIZE_MAX - 4);
    struct ph_err err = {0};
    tap_ok(buf.failed && core_buf_check(&buf, &err) == PH_ENOMEM && err.status == PH_ENOMEM,
           "an impossible size is out of memory, not an overflow");
    core_buf_puts(&buf, "more");
    tap_ok(buf.length == 100000 && buf.failed, "a failure is remembered");
    core_buf_fini(&buf);
    return tap_done();
}
