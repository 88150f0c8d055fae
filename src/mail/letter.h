// Mails as they travel: one is read, its answer is written. GMime is seen by letter.c only.
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include <stdbool.h>

#include "core/buf.h"
#include "pharos/pharos.h"

enum { MAIL_LINE = 512, MAIL_MOST_BYTES = 1 << 20 };

struct mail_letter {
    char to[MAIL_LINE], from[MAIL_LINE]; // of the answer; "" when the mail had no headers
    char subject[MAIL_LINE], id[MAIL_LINE];
    bool automatic;       // sent by a program: it must not be answered (RFC 3834)
    struct core_buf text; // the plain text
};

// A mail (RFC 5322, any MIME), or bare text without headers.
enum ph_status mail_letter_read(const char *bytes, size_t length, struct mail_letter *out,
                                struct ph_err *err) PH_NODISCARD;
void mail_letter_fini(struct mail_letter *letter);

struct mail_part {
    const char *name, *type; // "drift.png", "image/png"
    const struct core_buf *content;
};

// The answer with a text and attached files.
enum ph_status mail_letter_answer(const struct mail_letter *letter, const struct core_buf *text,
                                  const struct mail_part *part, size_t n_parts, struct core_buf *out,
                                  struct ph_err *err) PH_NODISCARD;

#endif
