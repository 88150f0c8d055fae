// What leaves the program is a deliberate act, and in the log of its case.
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include "api/route.h"

// Before file `name` of a run (parts 0 and 1 of the path) is answered: is it an export, then it is put into
// the case's log first. False with a problem answered: nothing leaves that is not there.
bool api_export_noted(struct api_call *call, const char *name);

#endif
