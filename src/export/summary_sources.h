// What summary.json says of the forcing.
#ifndef EXPORT_SUMMARY_SOURCES_H
#define EXPORT_SUMMARY_SOURCES_H

#include "core/json.h"
#include "export/product.h"

// Members `sources`, `coverage` and `compared`.
void export_summary_sources(struct core_json *json, const struct export_product *p);

#endif
