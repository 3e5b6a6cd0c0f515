/* SPDX-License-Identifier: Apache-2.0 */
/* paint_sample.c - a small diffusion model's folder. Contract in paint_sample.h. */
#include "tests/paint/paint_sample.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const paths[PAINT_FILES] = {
    [PAINT_INDEX] = "model_index.json",
    [PAINT_SCHEDULER] = "scheduler/scheduler_config.json",
    [PAINT_ENCODER] = "text_encoder/config.json",
    [PAINT_TENSORS] = "text_encoder/model.safetensors",
    [PAINT_WORDS] = "tokenizer/vocab.json",
    [PAINT_VAE] = "vae/config.json",
};

static const char *const texts[PAINT_FILES] = {
    [PAINT_INDEX] = "{\"_class_name\": \"SanaPipeline\", \"_diffusers_version\": \"0.32.0\",\n"
                    " \"scheduler\": [\"diffusers\", \"FlowMatchEulerDiscreteScheduler\"],\n"
                    " \"text_encoder\": [\"stamp\", \"WordEmbedding\"],\n"
                    " \"tokenizer\": [\"stamp\", \"Words\"],\n"
                    " \"transformer\": [\"diffusers\", \"SanaTransformer2DModel\"],\n"
                    " \"vae\": [\"stamp\", \"PixelShuffle\"]}\n",
    [PAINT_SCHEDULER] = "{\"_class_name\": \"FlowMatchEulerDiscreteScheduler\", \"shift\": 3.0,\n"
                        " \"num_train_timesteps\": 1000, \"use_dynamic_shifting\": false}\n",
    [PAINT_ENCODER] = "{\"_class_name\": \"WordEmbedding\", \"vocab_size\": 7, \"max_length\": 6, "
                      "\"width\": 4}\n",
    [PAINT_WORDS] =
        "{\"<pad>\": 0, \"<start>\": 1, \"blue\": 2, \"fox\": 3, \"on\": 4, \"red\": 5,\n"
        " \"small\": 6}\n",
    [PAINT_VAE] = "{\"_class_name\": \"PixelShuffle\", \"factor\": 2, \"latent_channels\": 12}\n",
};

const char *paint_sample_path(enum paint_file file)
{
    return paths[file];
}

void paint_sample_say(struct paint_sample *p, enum paint_file file, const char *text)
{
    p->file[file].len = 0;
    sample_put(&p->file[file], text, strlen(text));
}

void paint_sample(struct paint_sample *p)
{
    static struct sample data;
    char header[400];
    const int embedding = PAINT_VOCAB * PAINT_WIDTH, positions = PAINT_MOST * PAINT_WIDTH;

    for (int i = 0; i < PAINT_FILES; i++)
        if (texts[i]) paint_sample_say(p, (enum paint_file)i, texts[i]);
    data.len = 0;
    for (int i = 0; i < embedding; i++) sample_put_f32(&data, sample_weight(1, (size_t)i));
    for (int i = 0; i < positions; i++) sample_put_f32(&data, sample_weight(2, (size_t)i));
    snprintf(header, sizeof header,
             "{\"embedding.weight\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]},"
             "\"positions.weight\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}}",
             PAINT_VOCAB, PAINT_WIDTH, 4 * embedding, PAINT_MOST, PAINT_WIDTH, 4 * embedding,
             4 * (embedding + positions));
    sample_safetensors_of(&p->file[PAINT_TENSORS], header, data.bytes, data.len);
}

static bool put(FILE *f, const struct sample *s)
{
    return f && fwrite(s->bytes, 1, s->len, f) == s->len;
}

bool paint_sample_write(const char *folder, const struct paint_sample *p)
{
    static const char *const subs[] = {"scheduler", "text_encoder", "tokenizer", "vae"};
    char path[600];
    bool good = true;

    for (size_t i = 0; i < sizeof subs / sizeof subs[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, subs[i]);
        (void)mkdir(path, 0777); /* may be there */
    }
    for (int i = 0; i < PAINT_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, paths[i]);
        FILE *f = fopen(path, "wb");
        good = put(f, &p->file[i]) && good;
        if (f) good = fclose(f) == 0 && good;
    }
    return good;
}

/* ---- The classifier ------------------------------------------------------------------------ */

static const struct {
    const char *name, *shape;
    size_t count;
} tensors[] = {
    {"conv1.weight", "16,3,3,3", 432},    {"conv1.bias", "16", 16},
    {"conv2.weight", "32,16,3,3", 4608},  {"conv2.bias", "32", 32},
    {"conv3.weight", "64,32,3,3", 18432}, {"conv3.bias", "64", 64},
    {"objects.weight", "3,64", 192},      {"objects.bias", "3", 3},
    {"backgrounds.weight", "2,64", 128},  {"backgrounds.bias", "2", 2},
};
enum { TENSORS = sizeof tensors / sizeof tensors[0], JUDGE_BYTES = 4 * 23909 };

float judge_sample_value(unsigned tensor, size_t i)
{
    return sample_weight(60 + tensor, i) / 4;
}

size_t judge_sample_count(unsigned tensor)
{
    return tensors[tensor].count;
}

void judge_sample(struct sample *config, struct sample *head)
{
    static const char text[] = "{\"_class_name\": \"CaptionClassifier\", \"objects\": [\"red "
                               "apple\", \"fox\", \"apple\"],\n"
                               " \"backgrounds\": [\"red\", \"blue\"], \"size\": 8}\n";
    char header[2000] = "{";
    size_t at = 1, begin = 0;

    for (size_t i = 0; i < TENSORS; i++) {
        const size_t end = begin + 4 * tensors[i].count;
        at += (size_t)snprintf(
            header + at, sizeof header - at,
            "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%zu,%zu]}", i ? "," : "",
            tensors[i].name, tensors[i].shape, begin, end);
        begin = end;
    }
    strcpy(header + at, "}");
    sample_safetensors_of(head, header, NULL, 0);
    config->len = 0;
    sample_put(config, text, sizeof text - 1);
}

/* Of all tensors, little endian. */
static const unsigned char *numbers(void)
{
    static unsigned char bytes[JUDGE_BYTES];
    static struct sample one;
    size_t at = 0;

    if (one.len) return bytes;
    for (unsigned k = 0; k < TENSORS; k++)
        for (size_t i = 0; i < tensors[k].count; i++, at += 4) {
            one.len = 0;
            sample_put_f32(&one, judge_sample_value(k, i));
            memcpy(bytes + at, one.bytes, 4);
        }
    return bytes;
}

bool judge_sample_write(const char *folder, const struct sample *config, const struct sample *head)
{
    char path[2][600];

    snprintf(path[0], sizeof path[0], "%s/config.json", folder);
    snprintf(path[1], sizeof path[1], "%s/model.safetensors", folder);
    FILE *c = fopen(path[0], "wb"), *t = fopen(path[1], "wb");
    bool good = put(c, config) && put(t, head);
    good = good && fwrite(numbers(), 1, JUDGE_BYTES, t) == JUDGE_BYTES;
    if (c) good = fclose(c) == 0 && good;
    if (t) good = fclose(t) == 0 && good;
    return good;
}

/* ---- A folder ------------------------------------------------------------------------------ */

bool paint_temp(char path[PAINT_TEMP])
{
    strcpy(path, "/tmp/stamp-paint-XXXXXX");
    return mkdtemp(path) != NULL;
}

static void sweep(const char *path, int depth)
{
    DIR *d = opendir(path);
    struct dirent *f;
    char sub[600];

    if (!d) return;
    while ((f = readdir(d))) {
        snprintf(sub, sizeof sub, "%s/%s", path, f->d_name);
        if (!strcmp(f->d_name, ".") || !strcmp(f->d_name, "..")) continue;
        if (unlink(sub) && depth) sweep(sub, depth - 1);
    }
    closedir(d);
    rmdir(path);
}

void paint_temp_remove(const char *path)
{
    sweep(path, 2);
}
