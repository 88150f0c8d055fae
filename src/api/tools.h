// Answers that need no case: reading messages and positions, the leeway table, the shoreline, the document of
// this API itself.
#ifndef API_TOOLS_H
#define API_TOOLS_H

#include "api/route.h"

void api_parse(struct api_call *call);
void api_position(struct api_call *call);
void api_objects(struct api_call *call);
void api_coast(struct api_call *call);
void api_health(struct api_call *call);
void api_openapi(struct api_call *call);

#endif
