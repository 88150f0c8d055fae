// The path of a request: percent signs decoded, and only what nobody reads in another way.
#ifndef API_PATH_H
#define API_PATH_H

#include <stdbool.h>
#include <stddef.h>

// In place; the new length. A coded NUL would end the text early: it stays as it is, and no plain path has a
// percent sign.
size_t api_path_unescape(char *text);

// Segments of plain characters: nothing that a file system or another server could read in its own way.
bool api_path_plain(const char *path);

#endif
