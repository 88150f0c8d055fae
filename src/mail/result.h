// The answer's content from a finished run: a text of a few lines, a small picture, and GPX.
#ifndef MAIL_RESULT_H
#define MAIL_RESULT_H

#include "export/product.h"
#include "mail/request.h"

enum ph_status mail_result_text(const struct export_product *p, const struct mail_request *request,
                                struct core_buf *out, struct ph_err *err) PH_NODISCARD;
// The datum at every sixth of the time and its track.
enum ph_status mail_result_gpx(const struct export_product *p, struct core_buf *out,
                               struct ph_err *err) PH_NODISCARD;

// What the mail should have been like.
void mail_result_refusal(const struct ph_err *why, struct core_buf *out);

#endif
