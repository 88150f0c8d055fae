// What a ship asks for in a mail over a thin link: key=value, or a distress message as it came.
#ifndef MAIL_REQUEST_H
#define MAIL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "geo/position.h"
#include "pharos/pharos.h"

struct mail_request {
    struct geo_pos pos;
    int64_t start_ns;
    double radius_m;   // circle that holds half of where it may have been
    double duration_h; // how long it may have drifted
    char object[64];   // leeway class or preset
    int persons;       // 0: not said
    bool as_text;      // read from words, not from keys: the answer says so
};

enum { MAIL_LONGEST_H = 120 };

// longitude, latitude (decimal degrees or marine notation), object_type (a class, a preset, or the number
// 1-85 in the published list), radius (metres, default 1000), duration (hours, default 24), start_time (ISO
// 8601; without a zone it is UTC); pairs end with ';' or at the line's end, keys in any case. Without any key
// the text is read as a message (scenario/message.h). PH_EINPUT says what is missing or wrong.
enum ph_status mail_request_read(const char *text, size_t length, int64_t received_ns,
                                 struct mail_request *out, struct ph_err *err) PH_NODISCARD;

// The case for it: `model` (JSON of a case, for its environment and drift) with what was asked for in place
// of its objects, scenarios and times. Relative file names become absolute from `folder`. `out` is a case
// file.
enum ph_status mail_request_case(const struct mail_request *request, const char *model, size_t length,
                                 const char *folder, struct core_buf *out, struct ph_err *err) PH_NODISCARD;

#endif
