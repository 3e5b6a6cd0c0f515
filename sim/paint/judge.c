/* SPDX-License-Identifier: Apache-2.0 */
/* judge.c - what a picture shows. Contract in judge.h. */
#include "sim/paint/judge.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "model/mem.h"
#include "sim/paint/config.h"
#include "sim/paint/weights.h"

static const size_t channels[STAMP_JUDGE_LAYERS + 1] = {3, 16, 32, 64};

struct layer {
    float *weight, *bias;
};

struct stamp_judge {
    uint32_t size;
    struct stamp_names names[2]; /* objects, backgrounds */
    struct layer conv[STAMP_JUDGE_LAYERS], head[2];
};

/* ---- Opening ------------------------------------------------------------------------------- */

static enum stamp_status read_names(const struct stamp_config *c, const char *key,
                                    struct stamp_names *to, struct stamp_err *e)
{
    const cJSON *list = stamp_config_item(c, key);
    const int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;

    if (count < 1 || count > STAMP_JUDGE_NAMES_MAX)
        return stamp_fail(e, STAMP_EFORMAT, "%s: %s is no list of 1 to %d names", c->name, key,
                          STAMP_JUDGE_NAMES_MAX);
    to->name = stamp_alloc((size_t)count, sizeof *to->name);
    if (!to->name) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", c->name);
    for (const cJSON *m = list->child; m; m = m->next) {
        if (!cJSON_IsString(m) || !m->valuestring[strspn(m->valuestring, " \t\n\v\f\r")])
            return stamp_fail(e, STAMP_EFORMAT, "%s: %s: entry %zu is no name", c->name, key,
                              to->count);
        for (size_t i = 0; i < to->count; i++)
            if (!strcmp(to->name[i], m->valuestring))
                return stamp_fail(e, STAMP_EFORMAT, "%s: %s: \"%.60s\" twice", c->name, key,
                                  m->valuestring);
        if (!(to->name[to->count] = stamp_strdup(m->valuestring)))
            return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", c->name);
        to->count++;
    }
    return STAMP_OK;
}

static enum stamp_status read_config(const struct stamp_config *c, struct stamp_judge *j,
                                     struct stamp_err *e)
{
    const char *name = NULL;
    enum stamp_status s = stamp_config_class(c, &name, e);

    if (!s && strcmp(name, "CaptionClassifier"))
        s = stamp_fail(e, STAMP_EUNSUPPORTED, "%s: %.60s is no CaptionClassifier", c->name, name);
    if (!s) s = stamp_config_keys(c, STAMP_PAINT_CAPTIONS, e);
    if (!s) s = stamp_config_need(c, "size", e);
    if (!s) s = stamp_config_count(c, "size", 8, STAMP_JUDGE_SIZE_MAX, &j->size, e);
    if (!s && j->size % 8)
        s = stamp_fail(e, STAMP_ERANGE, "%s: size is %u, not a multiple of 8", c->name, j->size);
    if (!s) s = read_names(c, "objects", &j->names[0], e);
    if (!s) s = read_names(c, "backgrounds", &j->names[1], e);
    return s;
}

static enum stamp_status read_weights(const char *folder, struct stamp_judge *j,
                                      struct stamp_err *e)
{
    const size_t flat = (size_t)channels[STAMP_JUDGE_LAYERS] * (j->size / 8) * (j->size / 8);
    const struct stamp_weight want[] = {
        {"conv1.weight", 4, {channels[1], channels[0], 3, 3}, &j->conv[0].weight},
        {"conv1.bias", 1, {channels[1]}, &j->conv[0].bias},
        {"conv2.weight", 4, {channels[2], channels[1], 3, 3}, &j->conv[1].weight},
        {"conv2.bias", 1, {channels[2]}, &j->conv[1].bias},
        {"conv3.weight", 4, {channels[3], channels[2], 3, 3}, &j->conv[2].weight},
        {"conv3.bias", 1, {channels[3]}, &j->conv[2].bias},
        {"objects.weight", 2, {j->names[0].count, flat}, &j->head[0].weight},
        {"objects.bias", 1, {j->names[0].count}, &j->head[0].bias},
        {"backgrounds.weight", 2, {j->names[1].count, flat}, &j->head[1].weight},
        {"backgrounds.bias", 1, {j->names[1].count}, &j->head[1].bias},
    };

    return stamp_weights_read(folder, want, sizeof want / sizeof want[0], e);
}

enum stamp_status stamp_judge_open(const char *folder, struct stamp_judge **out,
                                   struct stamp_err *e)
{
    struct stamp_judge *j = stamp_alloc(1, sizeof *j);
    struct stamp_config c = {0};

    if (!j) return stamp_fail(e, STAMP_ENOMEM, "%s: out of memory", folder);
    enum stamp_status s = stamp_config_open(folder, "config.json", &c, e);
    if (!s) s = read_config(&c, j, e);
    stamp_config_close(&c);
    if (!s) s = read_weights(folder, j, e);
    if (s)
        stamp_judge_close(j);
    else
        *out = j;
    return s;
}

void stamp_judge_close(struct stamp_judge *j)
{
    if (!j) return;
    for (size_t i = 0; i < STAMP_JUDGE_LAYERS; i++) {
        stamp_free(j->conv[i].weight);
        stamp_free(j->conv[i].bias);
    }
    for (size_t i = 0; i < 2; i++) {
        stamp_free(j->head[i].weight);
        stamp_free(j->head[i].bias);
        stamp_names_free(&j->names[i]);
    }
    stamp_free(j);
}

const struct stamp_names *stamp_judge_objects(const struct stamp_judge *j)
{
    return &j->names[0];
}

const struct stamp_names *stamp_judge_backgrounds(const struct stamp_judge *j)
{
    return &j->names[1];
}

uint32_t stamp_judge_size(const struct stamp_judge *j)
{
    return j->size;
}

/* ---- The network --------------------------------------------------------------------------- */

/* One value of a convolution: weights [from][3][3] over x [from][n][n] around (2 row, 2 column). */
static float conv_at(const float *w, float sum, const float *x, size_t from, size_t n, size_t row,
                     size_t column)
{
    for (size_t c = 0; c < from; c++)
        for (size_t ky = 0; ky < 3; ky++)
            for (size_t kx = 0; kx < 3; kx++, w++) {
                const size_t y = 2 * row + ky, at = 2 * column + kx; /* one too large */
                if (y == 0 || at == 0 || y > n || at > n) continue;
                const float product = *w * x[(c * n + y - 1) * n + at - 1];
                sum = sum + product;
            }
    return sum > 0 ? sum : 0;
}

/* x [from][n][n] to y [to][n/2][n/2]. */
static void conv(const struct layer *l, size_t from, size_t to, size_t n, const float *x, float *y)
{
    for (size_t o = 0; o < to; o++)
        for (size_t row = 0; row < n / 2; row++)
            for (size_t column = 0; column < n / 2; column++)
                *y++ = conv_at(l->weight + o * from * 9, l->bias[o], x, from, n, row, column);
}

static void linear(const struct layer *l, size_t from, size_t to, const float *x, float *y)
{
    for (size_t o = 0; o < to; o++) {
        float sum = l->bias[o];
        for (size_t i = 0; i < from; i++) {
            const float product = l->weight[o * from + i] * x[i];
            sum = sum + product;
        }
        y[o] = sum;
    }
}

static void planes(const struct stamp_picture *p, float *x)
{
    const size_t area = p->width * p->height;

    for (size_t i = 0; i < 3 * area; i++) {
        const float part = (float)p->rgb[i % area * 3 + i / area] / 127.5f;
        x[i] = part - 1;
    }
}

enum stamp_status stamp_judge_logits(const struct stamp_judge *j, const struct stamp_picture *p,
                                     float *objects, float *backgrounds, struct stamp_err *e)
{
    size_t n = j->size;

    if (p->width != n || p->height != n)
        return stamp_fail(e, STAMP_ERANGE,
                          "the classifier takes pictures of %zu x %zu pixels, not %zu x %zu", n, n,
                          p->width, p->height);
    float *x = stamp_alloc(4 * n * n, sizeof *x), *y = stamp_alloc(4 * n * n, sizeof *y);
    if (!x || !y) {
        stamp_free(x);
        stamp_free(y);
        return stamp_fail(e, STAMP_ENOMEM, "out of memory for a picture");
    }
    planes(p, x);
    for (size_t i = 0; i < STAMP_JUDGE_LAYERS; i++, n /= 2) {
        conv(&j->conv[i], channels[i], channels[i + 1], n, x, y);
        float *const swap = x;
        x = y;
        y = swap;
    }
    linear(&j->head[0], channels[STAMP_JUDGE_LAYERS] * n * n, j->names[0].count, x, objects);
    linear(&j->head[1], channels[STAMP_JUDGE_LAYERS] * n * n, j->names[1].count, x, backgrounds);
    stamp_free(x);
    stamp_free(y);
    return STAMP_OK;
}

/* ---- Verdicts ------------------------------------------------------------------------------ */

static size_t largest(const float *x, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

/* ln of the softmax of x[i]. */
static double log_share(const float *x, size_t n, size_t i)
{
    const double most = (double)x[largest(x, n)];
    double sum = 0;

    for (size_t k = 0; k < n; k++) sum += exp((double)x[k] - most);
    return (double)x[i] - most - log(sum);
}

/* @param reward  NULL: none; else asked is set */
static enum stamp_status look(const struct stamp_judge *j, const struct stamp_picture *p,
                              struct stamp_verdict *out, struct stamp_reward *reward,
                              struct stamp_err *e)
{
    const size_t no = j->names[0].count, nb = j->names[1].count;
    float *const logits = stamp_alloc(no + nb, sizeof *logits);

    if (!logits) return stamp_fail(e, STAMP_ENOMEM, "out of memory for a picture");
    const enum stamp_status s = stamp_judge_logits(j, p, logits, logits + no, e);
    if (!s) {
        const struct stamp_caption shown = {largest(logits, no), largest(logits + no, nb)};
        *out = (struct stamp_verdict){shown, exp(log_share(logits, no, shown.object)),
                                      exp(log_share(logits + no, nb, shown.background))};
        if (reward) {
            reward->object = reward->asked.object == shown.object;
            reward->background = reward->asked.background == shown.background;
            reward->score = log_share(logits, no, reward->asked.object) +
                            log_share(logits + no, nb, reward->asked.background);
        }
    }
    stamp_free(logits);
    return s;
}

enum stamp_status stamp_judge_look(const struct stamp_judge *j, const struct stamp_picture *p,
                                   struct stamp_verdict *out, struct stamp_err *e)
{
    return look(j, p, out, NULL, e);
}

enum stamp_status stamp_judge_asked(const struct stamp_judge *j, const char *prompt,
                                    struct stamp_caption *out, struct stamp_err *e)
{
    struct stamp_caption asked = {0};
    const enum stamp_status s = stamp_caption_of(&j->names[0], &j->names[1], prompt, &asked, e);

    if (s) return s;
    const bool object = asked.object < j->names[0].count;
    if (!object || asked.background == j->names[1].count)
        return stamp_fail(e, STAMP_ERANGE,
                          "the prompt \"%.100s\" does not name one %s that the classifier knows",
                          prompt, object ? "background" : "object");
    *out = asked;
    return STAMP_OK;
}

enum stamp_status stamp_judge_prompt(const struct stamp_judge *j, const struct stamp_picture *p,
                                     const char *prompt, struct stamp_verdict *out,
                                     struct stamp_reward *reward, struct stamp_err *e)
{
    struct stamp_reward r = {0};
    enum stamp_status s = stamp_judge_asked(j, prompt, &r.asked, e);

    if (!s) s = look(j, p, out, &r, e);
    if (!s) *reward = r;
    return s;
}
