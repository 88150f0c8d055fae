// Plain text for radio, telex and mail: upper case, the characters of ITA2, lines of at most 69 columns.
#ifndef EXPORT_MESSAGE_H
#define EXPORT_MESSAGE_H

#include "core/buf.h"
#include "pharos/pharos.h"

enum { EXPORT_COLUMNS = 69 };

// One paragraph, broken at blanks; lines after the first are indented by `hang`. What is longer than a line
// is broken where the line ends.
void export_message_put(struct core_buf *out, int hang, const char *format, ...) PH_PRINTF(3, 4);

// A line as it is (for tables): cut at 69 columns, blanks kept.
void export_message_row(struct core_buf *out, const char *format, ...) PH_PRINTF(2, 3);

void export_message_blank(struct core_buf *out);

#endif
