// libxml2's streaming writer with one failure flag: a writer of a document checks once, at the end.
#ifndef EXPORT_XML_H
#define EXPORT_XML_H

#include <stdbool.h>

#include <libxml/xmlwriter.h>

#include "core/buf.h"

struct export_xml {
    xmlTextWriter *writer;
    xmlBuffer *buffer;
    bool failed;
};

// Starts a UTF-8 document; export_xml_end adds it to `out` and frees everything, also after a failure.
enum ph_status export_xml_begin(struct export_xml *xml, struct ph_err *err) PH_NODISCARD;
enum ph_status export_xml_end(struct export_xml *xml, struct core_buf *out, struct ph_err *err) PH_NODISCARD;

void export_xml_open(struct export_xml *xml, const char *element);
void export_xml_close(struct export_xml *xml);

// Attributes of the element just opened, and whole elements with a text. Texts are cleaned and escaped.
void export_xml_attr(struct export_xml *xml, const char *name, const char *value);
void export_xml_attrf(struct export_xml *xml, const char *name, const char *format, ...) PH_PRINTF(3, 4);
void export_xml_text(struct export_xml *xml, const char *element, const char *text);
void export_xml_textf(struct export_xml *xml, const char *element, const char *format, ...) PH_PRINTF(3, 4);
void export_xml_time(struct export_xml *xml, const char *element, int64_t t_ns); // ISO 8601 Z

// Text inside the open element.
void export_xml_putf(struct export_xml *xml, const char *format, ...) PH_PRINTF(2, 3);

#endif
