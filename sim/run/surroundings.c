/* SPDX-License-Identifier: Apache-2.0 */
/* surroundings.c - memory and seed of a run as a line. Contract in surroundings.h. */
#include "sim/run/surroundings.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "surroundings";

/* A preset's name, and what is otherwise than in it. */
static void print_dram(const struct stamp_dram_params *p, struct stamp_text *t)
{
    struct stamp_dram_params preset = {0};
    struct stamp_dram_key k;

    stamp_dram_preset(p->name, &preset);
    stamp_text_add(t, " dram=%s", p->name);
    for (size_t i = 0; stamp_dram_key_at(i, &k); i++)
        if (stamp_dram_value(p, &k) != stamp_dram_value(&preset, &k))
            stamp_text_add(t, ",%s=%" PRIu32, k.name, stamp_dram_value(p, &k));
    if (!strcmp(p->map, preset.map)) return;
    stamp_text_add(t, ",map=");
    for (const char *s = p->map; *s; s++) stamp_text_add(t, "%c", *s == ' ' ? '_' : *s);
}

void stamp_surroundings_print(const struct stamp_run_options *o, struct stamp_text *t)
{
    stamp_text_add(t, "%s base=0x%" PRIx64 " latency=%" PRIu32 ":%" PRIu32, head, o->dram_base,
                   o->read_latency, o->write_latency);
    stamp_text_add(t, " rate=%" PRIu32 ":%" PRIu32 " stall=%" PRIu32 " seed=%" PRIu64, o->read_rate,
                   o->write_rate, o->stall, o->seed);
    stamp_text_add(t, " poison=%" PRIu64 " initial=%" PRIu64 " watchdog=%" PRIu32, o->poison,
                   o->initial, o->watchdog);
    if (o->has_dram) print_dram(&o->dram, t);
}

/* A number of [lo, hi] at *text, which moves behind it. */
static bool number(const char **text, uint64_t lo, uint64_t hi, uint64_t *value)
{
    char *end;

    if (!isdigit((unsigned char)**text)) return false;
    *value = strtoull(*text, &end, 0);
    *text = end;
    return *value >= lo && *value <= hi;
}

/* Two of them with a colon between. */
static bool pair(const char **text, uint64_t lo, uint64_t hi, uint32_t *a, uint32_t *b)
{
    uint64_t x, y;

    if (!number(text, lo, hi, &x) || *(*text)++ != ':' || !number(text, lo, hi, &y)) return false;
    *a = (uint32_t)x;
    *b = (uint32_t)y;
    return true;
}

static bool starts(const char **text, const char *key)
{
    const size_t n = strlen(key);

    if (strncmp(*text, key, n)) return false;
    *text += n;
    return true;
}

/* What print_dram says: a file of model/dram with commas for its ends of lines. */
static bool dram(const char **text, struct stamp_run_options *o)
{
    char file[1024] = "base=";
    size_t n = strlen(file);

    for (; **text && **text != ' ' && **text != '\n'; ++*text) {
        if (n + 1 >= sizeof file) return false;
        file[n++] = *(*text) == ',' ? '\n' : **text;
    }
    file[n] = 0;
    o->has_dram = true;
    return !stamp_dram_parse("dram", file, &o->dram, NULL);
}

/* One word, KEY=VALUE. */
static bool word(const char **text, struct stamp_run_options *o)
{
    uint64_t v = 0;

    if (starts(text, "base=")) {
        if (!number(text, 0, (UINT64_C(1) << 40) - 64, &o->dram_base)) return false;
        return o->dram_base % 64 == 0;
    }
    if (starts(text, "latency=")) return pair(text, 1, 100000, &o->read_latency, &o->write_latency);
    if (starts(text, "rate=")) return pair(text, 1, 256, &o->read_rate, &o->write_rate);
    if (starts(text, "dram=")) return dram(text, o);
    if (starts(text, "seed=")) return number(text, 0, UINT64_MAX, &o->seed);
    if (starts(text, "poison=")) return number(text, 0, UINT64_MAX, &o->poison);
    if (starts(text, "initial=")) return number(text, 0, UINT64_MAX, &o->initial);
    if (starts(text, "stall=")) {
        if (!number(text, 0, 255, &v)) return false;
        o->stall = (uint32_t)v;
        return true;
    }
    if (!starts(text, "watchdog=") || !number(text, 1, UINT32_MAX, &v)) return false;
    o->watchdog = (uint32_t)v;
    return true;
}

enum stamp_status stamp_surroundings_read(const char *text, struct stamp_run_options *o,
                                          bool *found, struct stamp_err *e)
{
    struct stamp_run_options read = *o;

    *found = false;
    if (!text || !starts(&text, head) || (*text && *text != ' ')) return STAMP_OK;
    while (*text == ' ') {
        const char *at = ++text;
        if (!word(&text, &read) || (*text && *text != ' ' && *text != '\n'))
            return stamp_fail(e, STAMP_EFORMAT, "surroundings of the program: cannot read '%.*s'",
                              (int)strcspn(at, " \n"), at);
    }
    *o = read;
    *found = true;
    return STAMP_OK;
}
