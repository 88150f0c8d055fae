// The walls around the process that decodes files: once inside, it can compute and answer, nothing else.
#ifndef FORCING_SANDBOX_H
#define FORCING_SANDBOX_H

#include <stdbool.h>

// For a process just forked: closes every descriptor but `keep_fd`, sets limits on memory, time and core
// files, gives up all privileges for good, and lets through only the system calls of computing and of
// answering on what is open. After it, opening a file, a socket or a program fails; with `tables` not NULL,
// files below that folder can be opened for reading, and no others (Landlock). False when a wall could not be
// put up: the caller must then end without decoding anything.
bool forcing_sandbox_enter(int keep_fd, const char *tables);

#endif
