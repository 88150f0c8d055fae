#include "core/err.h"

#include <errno.h>

#include "test/tap.h"

// The table of the contract (section 3).
static void exits(void)
{
    static const struct {
        enum ph_status status;
        int code;
    } rows[] = {{PH_OK, 0},        {PH_EINPUT, 2},    {PH_EUNSUPPORTED, 2},   {PH_EIO, 3},
                {PH_ENOMEM, 4},    {PH_EINTERNAL, 4}, {PH_EINTERRUPTED, 130}, {PH_ENOTFOUND, 2},
                {PH_ECONFLICT, 2}, {PH_EBUSY, 3},     {PH_EFULL, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_ok(core_err_exit(rows[i].status) == rows[i].code, "'%s' ends with exit status %d",
               ph_status_text(rows[i].status), rows[i].code);
    tap_text(ph_status_text(4711), "unknown status", "any number has a text");
    tap_text(ph_status_text(-1), "unknown status", "also a negative one");
}

int main(void)
{
    exits();
    struct ph_err err = {0};
    enum ph_status status =
        core_err_set(&err, PH_EINPUT, "/drift/until", "give a time", "'%s' is no time", "soon");
    tap_ok(status == PH_EINPUT && err.status == PH_EINPUT, "the status is returned and kept");
    tap_text(err.what, "'soon' is no time", "what went wrong");
    tap_text(err.where, "/drift/until", "where");
    tap_text(err.fix, "give a time", "what to do");
    core_err_within(&err, "case.json");
    tap_text(err.where, "case.json: /drift/until", "the file stands before the pointer");

    core_err_set(&err, PH_EIO, NULL, NULL, "no place");
    core_err_within(&err, "case.json");
    tap_text(err.where, "case.json", "without a place the file alone");
    core_err_set(&err, PH_EIO, err.where, NULL, "%s again", err.what);
    tap_text(err.what, "no place again", "an error may be told in its own words");
    tap_text(err.where, "case.json", "and keep its own place");

    char longer[2000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    core_err_set(&err, PH_EINPUT, longer, longer, "%s", longer);
    core_err_within(&err, longer);
    tap_ok(strlen(err.what) == sizeof err.what - 1 && strlen(err.where) == sizeof err.where - 1 &&
               strlen(err.fix) == sizeof err.fix - 1,
           "texts that are too long are cut, not written over the end");

    errno = ENOENT;
    tap_ok(core_err_errno(&err, "open", "a.nc") == PH_EIO && strstr(err.what, "cannot open: No such file"),
           "the system's error is told: %s", err.what);
    errno = ENOMEM;
    tap_ok(core_err_errno(&err, "open", "a.nc") == PH_ENOMEM, "the system's lack of memory is ours");
    tap_ok(core_err_set(NULL, PH_EIO, NULL, NULL, "unheard") == PH_EIO, "nobody needs to listen");
    core_err_within(NULL, "case.json");
    return tap_done();
}
