// The parts of report.html; report.c puts them in order.
#ifndef EXPORT_REPORT_H
#define EXPORT_REPORT_H

#include "export/product.h"

// Adds HTML: `%s` texts must already be safe; export_letters_html adds texts of the case.
void export_report_swatch(struct core_buf *out, size_t unit);

// An <img> of the map as SVG in a data: URI.
enum ph_status export_report_picture(const struct export_product *p, size_t t, size_t area, const char *alt,
                                     struct core_buf *out, struct ph_err *err) PH_NODISCARD;

enum ph_status export_report_unit(const struct export_product *p, size_t area, struct core_buf *out,
                                  struct ph_err *err) PH_NODISCARD;
// Why each unit is where it is, what more would help, what remains.
enum ph_status export_report_why(const struct export_product *p, struct core_buf *out,
                                 struct ph_err *err) PH_NODISCARD;
// Searches flown, sightings, debris: nothing when there are none.
enum ph_status export_report_taught(const struct export_product *p, struct core_buf *out,
                                    struct ph_err *err) PH_NODISCARD;
void export_report_facts(const struct export_product *p, struct core_buf *out);

// Sources, what each served and when, and how they differ.
void export_report_sources(const struct export_product *p, struct core_buf *out);

// "71 %", "< 1 %", "0 %", "–" for NaN
enum { EXPORT_PERCENT = 24 };
void export_report_percent(double frac, char out[EXPORT_PERCENT]);

#endif
