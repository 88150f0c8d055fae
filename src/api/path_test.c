// Paths of requests: decoding, and what is refused.
#include "api/path.h"

#include <stdint.h>

#include "test/tap.h"

static void decodes(const char *coded, const char *plain)
{
    char text[64];
    snprintf(text, sizeof text, "%s", coded);
    size_t n = api_path_unescape(text);
    tap_ok(n == strlen(plain) && !strcmp(text, plain), "'%s' is '%s'", coded, plain);
}

// Texts of the characters that matter, in any order: decoding never grows, never leaves a NUL inside, and
// what is plain has none of the forms that lead out of a folder.
static void any_text(void)
{
    static const char letters[] = "%02eEfF/.\\aZ: \x01\xc3\xa9";
    uint64_t state = 6;
    bool sound = true;
    for (int i = 0; i < 200000; i++) {
        char text[40];
        size_t n = (state >> 59) % 24;
        text[0] = '/';
        for (size_t k = 1; k <= n; k++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[k] = letters[(state >> 33) % (sizeof letters - 1)];
        }
        text[n + 1] = '\0';
        size_t length = api_path_unescape(text);
        sound &= length <= n + 1 && length == strlen(text);
        sound &= !api_path_plain(text) || (!strstr(text, "/.") && !strstr(text, "//") && !strchr(text, '%') &&
                                           !strchr(text, '\\') && text[0] == '/');
    }
    tap_ok(sound, "no text decodes to more than it was, and no plain path leads out of a folder");
}

int main(void)
{
    static const char *const bad[] = {"",        "a",     "//",     "/a//b", "/.",    "/..",
                                      "/a/../b", "/.git", "/a%2fb", "/a\\b", "/a\tb", "/a\nb",
                                      "/a\x7f",  "/a\"b", "/<x>",   "/a|b"};
    char longest[1100] = "/";
    decodes("/a%20b", "/a b");
    decodes("%2e%2E", "..");
    decodes("/caf%C3%A9", "/caf\xc3\xa9");
    decodes("/a%00b", "/a%00b");
    decodes("100%", "100%");
    decodes("%", "%");
    decodes("%4", "%4");
    decodes("%zz%41", "%zzA");
    decodes("%2541", "%41"); // once only
    tap_ok(api_path_plain("/") && api_path_plain("/api/v1/cases/abc/files/a..b.nc"), "usual paths are plain");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(!api_path_plain(bad[i]), "bad path %zu is not", i);
    memset(longest + 1, 'a', 1024);
    tap_ok(!api_path_plain(longest), "nor is one that does not end");
    longest[1024] = '\0';
    tap_ok(api_path_plain(longest), "one of 1024 letters is");
    any_text();
    return tap_done();
}
