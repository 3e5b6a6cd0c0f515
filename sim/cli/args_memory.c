/* SPDX-License-Identifier: Apache-2.0 */
/* args_memory.c - memories by name or file, and their table. Contract in args_memory.h. */
#include "sim/cli/args_memory.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/file/infile.h"
#include "model/mem.h"
#include "sim/cli/say.h"
#include "sim/report/json_out.h"

/* "ideal, lpddr4, ..." */
static const char *names(void)
{
    static char text[200];
    size_t n = 0;

    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name && n < sizeof text; s++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", s->name);
    return text;
}

error_t stamp_args_memory(const char *arg, struct stamp_dram_params *p)
{
    struct stamp_err e = {0};
    char *text = NULL;
    size_t size = 0;

    if (stamp_dram_preset(arg, p)) return 0;
    if (!stamp_infile_there(arg))
        return stamp_args_bad("--memory %s: must be one of %s, or a file", arg, names());
    if (!stamp_infile_text(arg, STAMP_DRAM_FILE, &text, &size, &e)) {
        if (strlen(text) != size)
            stamp_fail(&e, STAMP_EFORMAT, "%s: has bytes that are no text", arg);
        else
            stamp_dram_parse(arg, text, p, &e);
    }
    stamp_free(text);
    return e.status ? stamp_args_bad("--memory: %s", e.text) : 0;
}

/* ---- The table -------------------------------------------------------------------------------------- */

/* The last one wins, as in stamp_dram_preset. */
static const struct stamp_dram_fact *fact_of(const char *preset, const char *key)
{
    const struct stamp_dram_fact *found = NULL;

    for (const struct stamp_dram_fact *f = stamp_dram_facts; f->preset; f++)
        if (!strcmp(f->key, key) && (!strcmp(f->preset, preset) || !strcmp(f->preset, "all")))
            found = f;
    return found;
}

static void put_memory(struct cJSON *list, const struct stamp_dram_preset *s)
{
    struct cJSON *o = stamp_put_object(list, NULL);
    struct stamp_dram_params p;
    struct stamp_dram_key k;

    stamp_dram_preset(s->name, &p);
    stamp_put_text(o, "name", s->name);
    stamp_put_text(o, "what", s->what);
    stamp_put_text(o, "map", s->map);
    stamp_put_count(o, "bytes_per_second", stamp_dram_peak(&p));
    struct cJSON *keys = stamp_put_object(o, "keys");
    for (size_t i = 0; stamp_dram_key_at(i, &k); i++) {
        const struct stamp_dram_fact *f = fact_of(s->name, k.name);
        struct cJSON *n = stamp_put_object(keys, k.name);
        stamp_put_count(n, "value", stamp_dram_value(&p, &k));
        stamp_put_text(n, "meaning", k.meaning);
        stamp_put_text(n, "source", f ? f->source : "the clock of the accelerator, --clock");
    }
}

static void print_values(void)
{
    struct stamp_dram_params p;
    struct stamp_dram_key k;

    fputs("\nkey         ", stdout);
    for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++)
        printf(" %8s", s->name);
    puts("");
    for (size_t i = 0; stamp_dram_key_at(i, &k); i++) {
        printf("%-12s", k.name);
        for (const struct stamp_dram_preset *s = stamp_dram_presets; s->name; s++) {
            stamp_dram_preset(s->name, &p);
            printf(" %8" PRIu32, stamp_dram_value(&p, &k));
        }
        printf("  %s%s\n", k.meaning, k.timing ? ", CK" : "");
    }
}

static void print_sources(const struct stamp_dram_preset *s)
{
    struct stamp_dram_key k;

    printf("\n%s, map %s: where its numbers are from\n", s->name, s->map);
    for (size_t i = 0; stamp_dram_key_at(i, &k); i++) {
        const struct stamp_dram_fact *f = fact_of(s->name, k.name);
        if (f) printf("  %-12s %s\n", k.name, f->source);
    }
}

void stamp_print_memories(bool json)
{
    const struct stamp_dram_preset *s = stamp_dram_presets;
    struct stamp_dram_params p;

    if (json) {
        struct cJSON *o = stamp_json_root(), *list = stamp_put_array(o, "memories");
        for (; s->name; s++) put_memory(list, s);
        stamp_say_json(o);
        return;
    }
    for (; s->name; s++) {
        stamp_dram_preset(s->name, &p);
        printf("%-8s %s; %" PRIu64 " MB/s\n", s->name, s->what, stamp_dram_peak(&p) / 1000000);
    }
    print_values();
    for (s = stamp_dram_presets; s->name; s++) print_sources(s);
}
