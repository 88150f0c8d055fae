#include "core/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *ph_status_text(int status)
{
    switch (status) {
    case PH_OK:
        return "done";
    case PH_EINPUT:
        return "bad input";
    case PH_EUNSUPPORTED:
        return "not in this version";
    case PH_EIO:
        return "cannot read or write";
    case PH_ENOMEM:
        return "out of memory";
    case PH_EINTERNAL:
        return "internal error";
    case PH_EINTERRUPTED:
        return "interrupted";
    case PH_ENOTFOUND:
        return "not found";
    case PH_ECONFLICT:
        return "changed by somebody else";
    case PH_EBUSY:
        return "busy";
    case PH_EFULL:
        return "no space left";
    }
    return "unknown status";
}

int core_err_exit(enum ph_status status)
{
    switch (status) {
    case PH_OK:
        return 0;
    case PH_EINPUT:
    case PH_EUNSUPPORTED:
    case PH_ENOTFOUND:
    case PH_ECONFLICT:
        return 2;
    case PH_EIO:
    case PH_EBUSY:
    case PH_EFULL:
        return 3;
    case PH_EINTERRUPTED:
        return 130;
    default:
        return 4;
    }
}

enum ph_status core_err_set(struct ph_err *err, enum ph_status status, const char *where, const char *fix,
                            const char *what, ...)
{
    if (!err)
        return status;
    struct ph_err filled = {.status = status};
    va_list args;
    va_start(args, what);
    vsnprintf(filled.what, sizeof filled.what, what, args);
    va_end(args);
    snprintf(filled.where, sizeof filled.where, "%s", where ? where : "");
    snprintf(filled.fix, sizeof filled.fix, "%s", fix ? fix : "");
    *err = filled;
    return status;
}

enum ph_status core_err_nomem(struct ph_err *err)
{
    return core_err_set(err, PH_ENOMEM, NULL, "use fewer particles or a smaller area", "out of memory");
}

enum ph_status core_err_errno(struct ph_err *err, const char *verb, const char *path)
{
    int number = errno;
    enum ph_status status = number == ENOMEM ? PH_ENOMEM : PH_EIO;
    return core_err_set(err, status, path, "check the path, its rights and the free space", "cannot %s: %s",
                        verb, strerror(number));
}

void core_err_within(struct ph_err *err, const char *outer)
{
    if (!err)
        return;
    char inner[sizeof err->where];
    memcpy(inner, err->where, sizeof inner);
    snprintf(err->where, sizeof err->where, inner[0] ? "%s: %s" : "%s%s", outer, inner);
}
