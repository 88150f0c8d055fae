#include "api/route.h"

#include <stdio.h>
#include <string.h>

static const char *segment_end(const char *p)
{
    while (*p && *p != '/')
        p++;
    return p;
}

// One segment each; a {name} of the pattern takes any segment that is not empty.
static bool segment_matches(const char *pattern, const char *pattern_end, const char *path,
                            const char *path_end, char part[API_MOST_PARTS][256], size_t *n_parts)
{
    size_t length = (size_t)(path_end - path);
    if (*pattern != '{')
        return length == (size_t)(pattern_end - pattern) && !strncmp(pattern, path, length);
    if (!length || length >= sizeof part[0] || *n_parts == API_MOST_PARTS)
        return false;
    memcpy(part[*n_parts], path, length);
    part[(*n_parts)++][length] = '\0';
    return true;
}

static bool path_matches(const char *pattern, const char *path, char part[API_MOST_PARTS][256])
{
    size_t n_parts = 0;
    while (*pattern == '/' && *path == '/') {
        const char *pattern_end = segment_end(++pattern), *path_end = segment_end(++path);
        if (!segment_matches(pattern, pattern_end, path, path_end, part, &n_parts))
            return false;
        pattern = pattern_end;
        path = path_end;
    }
    return !*pattern && !*path;
}

const struct api_route *api_route_find(const struct api_route *table, size_t n, const char *method,
                                       const char *path, char part[API_MOST_PARTS][256], bool *other_method)
{
    *other_method = false;
    for (size_t i = 0; i < n; i++) {
        if (!path_matches(table[i].pattern, path, part))
            continue;
        if (!strcmp(table[i].method, method))
            return &table[i];
        *other_method = true;
    }
    return NULL;
}

void api_route_methods(const struct api_route *table, size_t n, const char *path, char *out, size_t size)
{
    char part[API_MOST_PARTS][256];
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        if (path_matches(table[i].pattern, path, part) && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", table[i].method);
}
