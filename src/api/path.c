#include "api/path.h"

#include <string.h>

enum { MOST_PATH = 1024 };

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

size_t api_path_unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++, to++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1, low = high >= 0 ? hex_digit(from[2]) : -1;
        bool coded = low >= 0 && (high || low);
        *to = coded ? (char)(high * 16 + low) : *from;
        from += coded ? 2 : 0;
    }
    *to = '\0';
    return (size_t)(to - text);
}

bool api_path_plain(const char *path)
{
    if (path[0] != '/' || strlen(path) > MOST_PATH || strstr(path, "//"))
        return false;
    for (const char *p = path; *p; p++) {
        if (*p == '/' && p[1] == '.')
            return false; // hidden names, "." and ".."
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("%\\\"<>|`^{}", *p))
            return false;
    }
    return true;
}
