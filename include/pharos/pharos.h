// Pharos: the open search planner for people adrift. The only public header.
//
// Every function that can fail returns a status; its outputs come last, by pointer, and are untouched on
// failure. The library never prints and never ends the process. Times are int64 nanoseconds since
// 1970-01-01T00:00Z (UTC without leap seconds); positions are degrees on WGS84, north and east positive.
#ifndef PHAROS_PHAROS_H
#define PHAROS_PHAROS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PH_API __attribute__((visibility("default")))
#define PH_NODISCARD __attribute__((warn_unused_result))
#define PH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PH_API
#define PH_NODISCARD
#define PH_PRINTF(fmt, args)
#endif

// What came of a call. The comment is the exit status of the command line.
enum ph_status {
    PH_OK = 0,
    PH_EINPUT,       // 2: the case, a file's content or an argument is wrong; nothing was written
    PH_EUNSUPPORTED, // 2: right, but not in this version
    PH_EIO,          // 3: cannot read or write
    PH_ENOMEM,       // 4: out of memory
    PH_EINTERNAL,    // 4: a fault of Pharos itself
    PH_EINTERRUPTED, // 130: stopped by the user
};

// What went wrong, where (file, JSON pointer, variable) and what to do about it. Texts may be empty.
struct ph_err {
    enum ph_status status;
    char what[512];
    char where[256];
    char fix[256];
};

// Plain name of a status; any integer gives a text.
PH_API const char *ph_status_text(int status);

// "0.1.0"
PH_API const char *ph_version(void);

#ifdef __cplusplus
}
#endif
#endif
