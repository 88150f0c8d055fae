#include "api/shape.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const shapes[][2] = {
    {"Problem", "type:string title:string status:integer where:string? fix:string?"},
    {"Health", "status:string version:string"},
    {"Login", "user:string password:string"},
    {"NewPassword", "old:string new:string"},
    {"Membership", "centre:string role:string"},
    {"Session", "users:boolean user:string|null centres:[Membership] csrf:string?"},
    {"Member", "user:string role:string"},
    {"Members", "members:[Member]"},
    {"MemberRole", "role:string password:string?"},
    {"ShareRole", "role:string"},
    {"Share", "centre:string role:string"},
    {"OwnedShare", "centre:string role:string owner:boolean"},
    {"Shares", "shares:[OwnedShare]"},
    {"Case",
     "id:string name:string status:string created:string updated:string version:integer document:object"},
    {"ListedCase", "id:string name:string status:string created:string updated:string version:integer "
                   "objects:array? scenarios:array? persons:any?"},
    {"Cases", "cases:[ListedCase] next:string|null"},
    {"MadeCase", "id:string version:integer repeated:boolean"},
    {"Changed", "id:string version:integer"},
    {"Appended", "seq:integer repeated:boolean"},
    {"Reason", "why:string valid:string?"},
    {"Text", "text:string why:string? valid:string?"},
    {"Flaw", "pointer:string text:string found:string expected:string"},
    {"Check", "valid:boolean problems:[Flaw]"},
    {"EventFile", "name:string type:string size:integer sha256:string"},
    {"Event", "seq:integer kind:string received:string valid:string who:string why:string body:object "
              "files:[EventFile] hash:string"},
    {"Log", "events:[Event] next:integer?"},
    {"File", "name:string type:string size:integer sha256:string seq:integer who:string"},
    {"Files", "files:[File]"},
    {"Attached", "seq:integer name:string"},
    {"Names", "files:[string]"},
    {"Run",
     "id:string case:string version:integer state:string stage:string? done:number? queued:string|null? "
     "started:string|null? finished:string|null who:string exit:integer? warnings:array? problem:object?"},
    {"Runs", "runs:[Run]"},
    {"Message", "text:string received:string?"},
    {"Position", "lat:number lon:number text:string"},
    {"Finding", "kind:string from:integer to:integer position:Position? rounding_m:number? time:string? "
                "zone_stated:boolean? day_stated:boolean? persons:integer? about:boolean? object:string?"},
    {"Findings", "found:[Finding]"},
    {"Preset", "key:string description:string source:string parts:array"},
    {"LeewayClass", "key:string description:string tier:string"},
    {"Objects", "presets:[Preset] classes:[LeewayClass]"},
    {"Ring", "level:integer ring:array"},
    {"Shore", "source:string installed:boolean rings:[Ring]"},
};

static const struct api_forms forms[] = {
    {"health", NULL, "Health"},
    {"session", NULL, "Session"},
    {"login", "Login", "Session"},
    {"password", "NewPassword", NULL},
    {"objects", NULL, "Objects"},
    {"position", NULL, "Position"},
    {"coast", NULL, "Shore"},
    {"environment", NULL, "Names"},
    {"parse", "Message", "Findings"},
    {"listCases", NULL, "Cases"},
    {"createCase", NULL, "MadeCase"},
    {"showCase", NULL, "Case"},
    {"patchCase", NULL, "Changed"},
    {"checkCase", NULL, "Check"},
    {"caseLog", NULL, "Log"},
    {"addReport", "Text", "Appended"},
    {"addNote", "Text", "Appended"},
    {"closeCase", "Reason", "Appended"},
    {"reopenCase", "Reason", "Appended"},
    {"listMembers", NULL, "Members"},
    {"setMember", "MemberRole", NULL},
    {"listShares", NULL, "Shares"},
    {"share", "ShareRole", "Share"},
    {"listFiles", NULL, "Files"},
    {"attachFile", NULL, "Attached"},
    {"listRuns", NULL, "Runs"},
    {"startRun", NULL, "Run"},
    {"showRun", NULL, "Run"},
};

const struct api_forms *api_forms_find(const char *operation)
{
    static const struct api_forms none = {0};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!strcmp(forms[i].operation, operation))
            return &forms[i];
    return &none;
}

static json_t *type_schema(const char *type, size_t length)
{
    char word[64];
    if (length >= sizeof word)
        return NULL;
    if (type[0] == '[')
        return json_pack("{s:s, s:o}", "type", "array", "items", type_schema(type + 1, length - 2));
    snprintf(word, sizeof word, "%.*s", (int)length, type);
    char *or_null = strstr(word, "|null");
    if (or_null) {
        *or_null = '\0';
        return json_pack("{s:[s,s]}", "type", word, "null");
    }
    if (!strcmp(word, "any"))
        return json_object();
    if (isupper((unsigned char)word[0])) {
        char where[96];
        snprintf(where, sizeof where, "#/components/schemas/%s", word);
        return json_pack("{s:s}", "$ref", where);
    }
    return json_pack("{s:s}", "type", word);
}

json_t *api_shape_schema(const char *line)
{
    json_t *properties = json_object(), *required = json_array();
    for (const char *at = line; *at; at += strspn(at, " ")) {
        size_t name = strcspn(at, ":"), whole = strcspn(at, " ");
        bool absent = at[whole - 1] == '?';
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)name, at);
        json_object_set_new(properties, key, type_schema(at + name + 1, whole - name - 1 - absent));
        if (!absent)
            json_array_append_new(required, json_string(key));
        at += whole;
    }
    return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties, "required", required);
}

json_t *api_shapes_all(void)
{
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        json_object_set_new(all, shapes[i][0], api_shape_schema(shapes[i][1]));
    return all;
}
