// Shapes of bodies and answers, written in one line each: the schemas of the OpenAPI document.
//
// "id:string next:string? finished:string|null files:[File] case:Case": members with their type; a capital is
// another shape, brackets a list, ? a member that may be absent.
#ifndef API_SHAPE_H
#define API_SHAPE_H

#include <jansson.h>

// What an operation takes and gives; NULL: nothing that is JSON, or of any form.
struct api_forms {
    const char *operation; // name of the route
    const char *body, *answer;
};
const struct api_forms *api_forms_find(const char *operation); // never NULL

// The schema of one line; of all shapes, by name. New references.
json_t *api_shape_schema(const char *line);
json_t *api_shapes_all(void);

#endif
