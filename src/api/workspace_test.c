// Names of files that come over the network.
#include "api/workspace.h"

#include "test/tap.h"

int main(void)
{
    static const char *const good[] = {"wind.nc",           "a",         "Search (2).gpx",
                                       "gfs_2016-08.grib2", "naïve.txt", "a..b"};
    static const char *const bad[] = {"",     ".",    "..",  ".hidden", "-rf", "a/b",  "/etc", "a\\b",
                                      "a\nb", "a\tb", "a;b", "$(x)",    "a'b", "a\"b", "*",    "a:b"};
    char long_one[200] = "";
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        tap_ok(api_workspace_name_good(good[i]), "'%s' is a name for a file", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(!api_workspace_name_good(bad[i]), "bad name %zu is none", i);
    memset(long_one, 'x', 129);
    tap_ok(!api_workspace_name_good(long_one), "nor is one of 129 letters");
    tap_text(api_workspace_media("tasks.gpx"), "application/gpx+xml", "media go by the ending");
    tap_text(api_workspace_media(".gpx"), "application/octet-stream", "of a name that has one");
    tap_text(api_workspace_media("x.svgz"), "application/octet-stream", "and is known");
    return tap_done();
}
