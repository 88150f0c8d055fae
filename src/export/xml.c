#include "export/xml.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/err.h"
#include "core/time.h"
#include "export/letters.h"

enum { XML_TEXT = 2048 };

static void note(struct export_xml *xml, int result)
{
    xml->failed |= result < 0;
}

enum ph_status export_xml_begin(struct export_xml *xml, struct ph_err *err)
{
    *xml = (struct export_xml){.buffer = xmlBufferCreate()};
    xml->writer = xml->buffer ? xmlNewTextWriterMemory(xml->buffer, 0) : NULL;
    if (!xml->writer) {
        xmlBufferFree(xml->buffer);
        *xml = (struct export_xml){0};
        return core_err_nomem(err);
    }
    note(xml, xmlTextWriterSetIndent(xml->writer, 1));
    note(xml, xmlTextWriterSetIndentString(xml->writer, BAD_CAST " "));
    note(xml, xmlTextWriterStartDocument(xml->writer, "1.0", "UTF-8", NULL));
    return PH_OK;
}

enum ph_status export_xml_end(struct export_xml *xml, struct core_buf *out, struct ph_err *err)
{
    note(xml, xmlTextWriterEndDocument(xml->writer));
    xmlFreeTextWriter(xml->writer);
    if (!xml->failed)
        core_buf_add(out, xmlBufferContent(xml->buffer), (size_t)xmlBufferLength(xml->buffer));
    xmlBufferFree(xml->buffer);
    return xml->failed ? core_err_nomem(err) : core_buf_check(out, err);
}

void export_xml_open(struct export_xml *xml, const char *element)
{
    note(xml, xmlTextWriterStartElement(xml->writer, BAD_CAST element));
}

void export_xml_close(struct export_xml *xml)
{
    note(xml, xmlTextWriterEndElement(xml->writer));
}

void export_xml_attr(struct export_xml *xml, const char *name, const char *value)
{
    char clean[XML_TEXT];
    export_letters_clean(value, 400, clean, sizeof clean);
    note(xml, xmlTextWriterWriteAttribute(xml->writer, BAD_CAST name, BAD_CAST clean));
}

void export_xml_text(struct export_xml *xml, const char *element, const char *text)
{
    char clean[XML_TEXT];
    export_letters_clean(text, 400, clean, sizeof clean);
    note(xml, xmlTextWriterWriteElement(xml->writer, BAD_CAST element, BAD_CAST clean));
}

void export_xml_attrf(struct export_xml *xml, const char *name, const char *format, ...)
{
    char text[XML_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    export_xml_attr(xml, name, text);
}

void export_xml_textf(struct export_xml *xml, const char *element, const char *format, ...)
{
    char text[XML_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    export_xml_text(xml, element, text);
}

void export_xml_time(struct export_xml *xml, const char *element, int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    export_xml_text(xml, element, text);
}

void export_xml_putf(struct export_xml *xml, const char *format, ...)
{
    char text[XML_TEXT], clean[XML_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    export_letters_clean(text, 400, clean, sizeof clean);
    note(xml, xmlTextWriterWriteString(xml->writer, BAD_CAST clean));
}
