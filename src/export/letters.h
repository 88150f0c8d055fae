// Texts of the case made safe for where they go: screens, XML, telex, file names. A name is never trusted:
// it may hold markup, control characters, other scripts or thousands of letters.
#ifndef EXPORT_LETTERS_H
#define EXPORT_LETTERS_H

#include <stddef.h>

#include "core/buf.h"
#include "export/product.h"

enum { EXPORT_NAME = 512 }; // bytes for a name of at most 100 letters in any script

// Valid UTF-8 of at most max_letters (an ellipsis says that it was cut), without control and direction
// characters, which XML and terminals do not take. Fits any `size` >= 8.
void export_letters_clean(const char *text, size_t max_letters, char *out, size_t size);

// Upper-case letters, digits and - ? : ( ) . , ' = / + only (ITA2, what telex and NAVTEX carry). Accents
// are dropped; a script without Latin letters gives "?".
void export_letters_telex(const char *text, char *out, size_t size);

// Adds text with & < > " ' escaped and control characters left out.
void export_letters_html(struct core_buf *out, const char *text);

// "SEABIRD" for names on plotters: upper-case letters, digits and '-', at most max letters; "" if none.
void export_letters_plotter(const char *text, size_t max, char *out, size_t size);

#endif
