#include "mail/letter.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#include <gmime/gmime.h>
#pragma GCC diagnostic pop

#include "core/err.h"

// "Name: value" on the first line.
static bool has_headers(const char *bytes, size_t length)
{
    size_t n = 0;
    while (n < length && (isalnum((unsigned char)bytes[n]) || bytes[n] == '-'))
        n++;
    return n && n < length && bytes[n] == ':' && n + 1 < length && strchr(" \t\r\n", bytes[n + 1]);
}

static void line_keep(const char *text, char out[MAIL_LINE])
{
    size_t n = 0;
    for (const char *p = text ? text : ""; *p && n + 1 < MAIL_LINE; p++)
        if (*p != '\r' && *p != '\n') // a header never ends early
            out[n++] = *p;
    out[n] = '\0';
}

static void addresses_keep(InternetAddressList *list, char out[MAIL_LINE])
{
    char *text =
        list && internet_address_list_length(list) ? internet_address_list_to_string(list, NULL, TRUE) : NULL;
    line_keep(text, out);
    g_free(text);
}

static bool is_automatic(GMimeMessage *message)
{
    const char *said = g_mime_object_get_header(GMIME_OBJECT(message), "Auto-Submitted");
    const char *bulk = g_mime_object_get_header(GMIME_OBJECT(message), "Precedence");
    return (said && strcasecmp(said, "no")) ||
           (bulk && (!strcasecmp(bulk, "bulk") || !strcasecmp(bulk, "list")));
}

static void part_text(GMimeObject *parent, GMimeObject *part, gpointer arg)
{
    (void)parent;
    struct core_buf *out = arg;
    if (out->length || !GMIME_IS_TEXT_PART(part))
        return;
    GMimeContentType *type = g_mime_object_get_content_type(part);
    char *text = g_mime_content_type_is_type(type, "text", "plain")
                     ? g_mime_text_part_get_text(GMIME_TEXT_PART(part))
                     : NULL;
    if (text)
        core_buf_puts(out, text);
    g_free(text);
}

static void message_take(GMimeMessage *message, struct mail_letter *out)
{
    InternetAddressList *reply = g_mime_message_get_reply_to(message);
    bool asked = reply && internet_address_list_length(reply);
    addresses_keep(asked ? reply : g_mime_message_get_from(message), out->to);
    addresses_keep(g_mime_message_get_to(message), out->from);
    line_keep(g_mime_message_get_subject(message), out->subject);
    line_keep(g_mime_message_get_message_id(message), out->id);
    out->automatic = is_automatic(message);
    g_mime_message_foreach(message, part_text, &out->text);
}

enum ph_status mail_letter_read(const char *bytes, size_t length, struct mail_letter *out, struct ph_err *err)
{
    struct mail_letter letter = {0};
    if (!has_headers(bytes, length)) {
        core_buf_add(&letter.text, bytes, length);
        *out = letter;
        return core_buf_check(&out->text, err);
    }
    g_mime_init();
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (message) {
        message_take(message, &letter);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    if (!message)
        return core_err_set(err, PH_EINPUT, "standard input", "give one mail as it came", "this is no mail");
    *out = letter;
    return core_buf_check(&out->text, err);
}

void mail_letter_fini(struct mail_letter *letter)
{
    core_buf_fini(&letter->text);
}

static GMimeObject *text_part(const struct core_buf *text)
{
    GMimeTextPart *part = g_mime_text_part_new_with_subtype("plain");
    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, text->text ? text->text : "");
    return GMIME_OBJECT(part);
}

static GMimeObject *file_part(const struct mail_part *from)
{
    char type[64];
    snprintf(type, sizeof type, "%s", from->type);
    char *slash = strchr(type, '/');
    *slash = '\0';
    GMimePart *part = g_mime_part_new_with_type(type, slash + 1);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(from->content->text, from->content->length);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_part_set_filename(part, from->name);
    g_object_unref(content);
    g_object_unref(stream);
    return GMIME_OBJECT(part);
}

static void headers_put(GMimeMessage *message, const struct mail_letter *letter)
{
    char subject[MAIL_LINE + 8];
    bool again = !strncasecmp(letter->subject, "re:", 3);
    snprintf(subject, sizeof subject, "%s%s",
             again || !letter->subject[0] ? "" : "Re: ", letter->subject[0] ? letter->subject : "Drift");
    g_mime_message_set_subject(message, subject, "utf-8");
    if (letter->from[0])
        g_mime_object_set_header(GMIME_OBJECT(message), "From", letter->from, NULL);
    if (letter->to[0])
        g_mime_object_set_header(GMIME_OBJECT(message), "To", letter->to, NULL);
    if (letter->id[0]) {
        char id[MAIL_LINE + 4];
        snprintf(id, sizeof id, "<%s>", letter->id);
        g_mime_object_set_header(GMIME_OBJECT(message), "In-Reply-To", id, NULL);
        g_mime_object_set_header(GMIME_OBJECT(message), "References", id, NULL);
    }
    g_mime_object_set_header(GMIME_OBJECT(message), "Auto-Submitted", "auto-replied", NULL);
}

enum ph_status mail_letter_answer(const struct mail_letter *letter, const struct core_buf *text,
                                  const struct mail_part *part, size_t n_parts, struct core_buf *out,
                                  struct ph_err *err)
{
    g_mime_init();
    GMimeMessage *message = g_mime_message_new(FALSE);
    GMimeMultipart *parts = g_mime_multipart_new_with_subtype("mixed");
    g_mime_multipart_set_boundary(parts, "pharos-drift-answer"); // the same mail gives the same bytes
    headers_put(message, letter);
    GMimeObject *first = text_part(text);
    g_mime_multipart_add(parts, first);
    g_object_unref(first);
    for (size_t i = 0; i < n_parts; i++) {
        GMimeObject *file = file_part(&part[i]);
        g_mime_multipart_add(parts, file);
        g_object_unref(file);
    }
    g_mime_message_set_mime_part(message, GMIME_OBJECT(parts));
    char *whole = g_mime_object_to_string(GMIME_OBJECT(message), NULL);
    if (whole)
        core_buf_puts(out, whole);
    g_free(whole);
    g_object_unref(parts);
    g_object_unref(message);
    return whole ? core_buf_check(out, err) : core_err_nomem(err);
}
