/* SPDX-License-Identifier: Apache-2.0 */
/* json_members.c - a large object member by member. Contract in json.h.
 *
 * Only where a member begins and ends is found here; what it is, cJSON says. Brackets of both kinds
 * count alike: a pair that does not match lies inside one member, and there cJSON refuses it. */
#include <cjson/cJSON.h>
#include <string.h>

#include "compiler/front/json.h"
#include "compiler/front/json_parts.h"
#include "model/mem.h"

struct walk {
    const char *name, *text;
    size_t len, at;
    char *member; /* "{...}", grows */
    size_t room;
};

static void skip_space(struct walk *w)
{
    while (w->at < w->len && strchr(" \t\r\n", w->text[w->at])) w->at++;
}

/* Behind the string that begins here, or at the end of the text. */
static void skip_string(struct walk *w)
{
    for (w->at++; w->at < w->len && w->text[w->at] != '"'; w->at++)
        if (w->text[w->at] == '\\') w->at++;
    w->at++;
    if (w->at > w->len) w->at = w->len;
}

/* To the comma or brace that ends the member that begins here. */
static void skip_member(struct walk *w)
{
    size_t depth = 0;

    while (w->at < w->len) {
        const char c = w->text[w->at];
        if (c == '"') {
            skip_string(w);
            continue;
        }
        if (!depth && (c == ',' || c == '}')) return;
        if (c == '{' || c == '[') depth++;
        if (depth && (c == '}' || c == ']')) depth--;
        w->at++;
    }
}

static enum stamp_status bad(const struct walk *w, size_t at, struct stamp_err *e)
{
    return stamp_fail(e, STAMP_EFORMAT, "%s: not JSON, near byte %zu of %zu", w->name, at, w->len);
}

static enum stamp_status one_member(struct walk *w, stamp_json_member *fn, void *ctx,
                                    struct stamp_err *e)
{
    const size_t from = w->at;

    if (from == w->len || w->text[from] != '"') return bad(w, from, e);
    skip_member(w);
    const size_t n = w->at - from;
    if (n + 2 > w->room) {
        char *grown = stamp_grow(w->member, 0, 2 * (n + 2), 1);
        if (!grown) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", w->name);
        w->member = grown;
        w->room = 2 * (n + 2);
    }
    w->member[0] = '{';
    memcpy(w->member + 1, w->text + from, n);
    w->member[n + 1] = '}';
    struct cJSON *object = NULL;
    size_t end = 0;
    enum stamp_status s = stamp_json_parse(w->name, w->member, n + 2, &object, &end, e);
    if (s == STAMP_EFORMAT) return bad(w, from + (end ? end - 1 : 0), e);
    if (!s) s = fn(ctx, object->child, e);
    stamp_json_free(object);
    return s;
}

enum stamp_status stamp_json_members(const char *name, const char *text, size_t len,
                                     stamp_json_member *fn, void *ctx, struct stamp_err *e)
{
    struct walk w = {.name = name, .text = text, .len = len};
    enum stamp_status s = stamp_json_text(name, text, len, e);
    bool more = false;

    skip_space(&w);
    if (!s && w.at == len) s = bad(&w, w.at, e);
    if (!s && text[w.at] != '{')
        s = stamp_fail(e, STAMP_EFORMAT, "%s: not JSON, or not an object, near byte %zu of %zu",
                       name, w.at, len);
    w.at++;
    skip_space(&w);
    if (!s && !(w.at < len && text[w.at] == '}')) more = true;
    while (more && !s) {
        s = one_member(&w, fn, ctx, e);
        more = w.at < len && text[w.at] == ',';
        if (!more) break;
        w.at++;
        skip_space(&w);
    }
    if (!s && w.at == len) s = bad(&w, w.at, e);
    w.at++;
    skip_space(&w);
    if (!s && w.at < len)
        s = stamp_fail(e, STAMP_EFORMAT, "%s: bytes after the JSON text, at %zu", name, w.at);
    stamp_free(w.member);
    return s;
}
