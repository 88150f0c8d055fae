// This program again as a process of its own: a run that dies takes nothing with it. One child answers one
// thread at a time.
#ifndef API_CHILD_H
#define API_CHILD_H

#include <sys/types.h>

#include "core/buf.h"
#include "pharos/pharos.h"

struct api_child {
    pid_t pid; // 0: none
    int to, from;
    struct core_buf ahead; // read, but not asked for yet
};

struct api_child_limits {
    size_t memory_bytes; // 0: none
    int cpu_s;           // 0: none
};

// `arguments` end with NULL and follow the program's name; the child runs in `folder`, in a process group of
// its own, its standard error goes nowhere.
enum ph_status api_child_start(const char *const arguments[], const char *folder,
                               const struct api_child_limits *limits, struct api_child *out,
                               struct ph_err *err) PH_NODISCARD;

// The next line without its end; false when the child has closed its output or `timeout_ms` passed without
// one (-1: no limit).
bool api_child_line(struct api_child *child, int timeout_ms, struct core_buf *line);
bool api_child_say(struct api_child *child, const char *line); // and a line's end

void api_child_stop(struct api_child *child); // asks it to stop (SIGTERM to its group)
// Closes both ends, kills what is still there and waits. Exit status, or -1 when a signal ended it.
int api_child_end(struct api_child *child);

// Starts one that answers on its standard output and ends: everything that it said. PH_EINPUT when that is
// nothing, PH_EINTERNAL when it did not end within `timeout_ms`.
enum ph_status api_child_answer(const char *const arguments[], const char *folder, int timeout_ms,
                                struct core_buf *out, struct ph_err *err) PH_NODISCARD;

#endif
