/* SPDX-License-Identifier: Apache-2.0 */
/* token_samples.c - small files of tokenizers. Contract in token_samples.h. */
#include "tests/compiler/token_samples.h"

#include <stdio.h>
#include <string.h>

const struct sample_sp sample_sp_plain = {2, -1, -1, -1, -1, NULL, false};

void sample_put_text(struct sample *s, const char *text)
{
    sample_put(s, text, strlen(text));
}

void sample_token_json(struct sample *s)
{
    s->len = 0;
    sample_put_text(
        s, "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":[\n"
           "{\"id\":12,\"content\":\"<|bos|>\",\"single_word\":false,\"lstrip\":false,"
           "\"rstrip\":false,\"normalized\":false,\"special\":true},\n"
           "{\"id\":13,\"content\":\"<|end|>\",\"special\":true},\n"
           "{\"id\":14,\"content\":\"[U]\",\"special\":false,\"normalized\":true}],\n"
           "\"normalizer\":{\"type\":\"NFC\"},\n"
           "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[\n"
           "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
           "[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}| ?[^\\\\s\\\\p{L}\\\\p{N}]+"
           "[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+\"},"
           "\"behavior\":\"Isolated\",\"invert\":false},\n"
           "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,"
           "\"use_regex\":false}]},\n");
    sample_put_text(
        s, "\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},\n"
           "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<|bos|>\","
           "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[],"
           "\"special_tokens\":{\"<|bos|>\":{\"id\":\"<|bos|>\",\"ids\":[12],"
           "\"tokens\":[\"<|bos|>\"]}}}]},\n"
           "\"decoder\":{\"type\":\"ByteLevel\"},\n"
           "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,"
           "\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":false,"
           "\"byte_fallback\":false,\"ignore_merges\":true,\n"
           "\"vocab\":{\"a\":0,\"b\":1,\"c\":2,\"\xc4\xa0\":3,\"ab\":4,\"bc\":5,\"abc\":6,"
           "\"\xc4\xa0"
           "a\":7,\"1\":8,\"\xc3\x83\":9,\"\xc2\xa9\":10,\"\xc3\x83\xc2\xa9\":11},\n"
           "\"merges\":[\"b c\",\"a b\",\"\xc4\xa0 a\",\"\xc3\x83 \xc2\xa9\"]}}\n");
}

void sample_token_spaced(struct sample *s)
{
    s->len = 0;
    sample_put_text(
        s, "{\"added_tokens\":[{\"id\":0,\"content\":\"<unk>\",\"special\":true},\n"
           "{\"id\":1,\"content\":\"<s>\",\"special\":true},"
           "{\"id\":2,\"content\":\"</s>\",\"special\":true,\"lstrip\":true,\"rstrip\":true,"
           "\"single_word\":false}],\n"
           "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[\n"
           "{\"type\":\"Prepend\",\"prepend\":\"\xe2\x96\x81\"},\n"
           "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\xe2\x96\x81\"}]},\n"
           "\"pre_tokenizer\":null,\n"
           "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":["
           "{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
           "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],"
           "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[1],\"tokens\":[\"<s>\"]}}},\n");
    sample_put_text(
        s, "\"decoder\":{\"type\":\"Sequence\",\"decoders\":[\n"
           "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\xe2\x96\x81\"},\"content\":\" \"},\n"
           "{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},\n"
           "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]},\n"
           "\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":true,"
           "\"byte_fallback\":true,\n"
           "\"vocab\":{\"<unk>\":0,\"<s>\":1,\"</s>\":2,\"\xe2\x96\x81\":3,\"a\":4,\"b\":5,"
           "\"ab\":6,\"\xe2\x96\x81"
           "ab\":7,\"<0xC3>\":8,\"<0xA9>\":9},\n"
           "\"merges\":[[\"a\",\"b\"],[\"\xe2\x96\x81\",\"ab\"]]}}\n");
}

/* ---- A protocol buffer, field by field ----------------------------------------------------------- */

static void put_varint(struct sample *s, uint32_t v)
{
    for (; v > 127; v >>= 7) sample_put(s, (const char[]){(char)(v | 128)}, 1);
    sample_put(s, (const char[]){(char)v}, 1);
}

static void put_number(struct sample *s, uint32_t field, uint32_t v)
{
    put_varint(s, field << 3);
    put_varint(s, v);
}

static void put_bytes(struct sample *s, uint32_t field, const void *bytes, size_t len)
{
    put_varint(s, field << 3 | 2);
    put_varint(s, (uint32_t)len);
    sample_put(s, bytes, len);
}

static void put_piece(struct sample *s, const char *text, float score, uint32_t type)
{
    static struct sample p;

    p.len = 0;
    put_bytes(&p, 1, text, strlen(text));
    put_varint(&p, 2 << 3 | 5);
    sample_put_f32(&p, score);
    if (type != 1) put_number(&p, 3, type); /* what is not said is the default */
    put_bytes(s, 1, p.bytes, p.len);
}

/* -1: not said. */
static void put_choice(struct sample *s, uint32_t field, int v)
{
    if (v >= 0) put_number(s, field, (uint32_t)v);
}

void sample_token_model(struct sample *s, const struct sample_sp *how)
{
    static const struct {
        const char *text;
        float score;
        uint32_t type;
    } pieces[] = {{"<unk>", 0, 2},
                  {"<s>", 0, 3},
                  {"</s>", 0, 3},
                  {"\xe2\x96\x81", -1, 1},
                  {"a", -2, 1},
                  {"b", -3, 1},
                  {"ab", -0.5f, 1},
                  {"\xe2\x96\x81"
                   "ab",
                   -0.25f, 1},
                  {"[U]", 0, 4},
                  {"unused", 0, 5}};
    static struct sample part;
    char byte[8];

    s->len = 0;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        put_piece(s, pieces[i].text, pieces[i].score, pieces[i].type);
    for (unsigned i = 0; how->far && i < 2000; i++) put_piece(s, "u", 0, 5);
    for (unsigned i = 0; i < 256; i++) {
        snprintf(byte, sizeof byte, "<0x%02X>", i);
        put_piece(s, byte, 0, 6);
    }
    part.len = 0;
    put_choice(&part, 3, how->type);
    put_choice(&part, 24, how->suffix);
    put_number(&part, 40, 0);
    put_number(&part, 41, 1);
    put_number(&part, 42, 2);
    put_bytes(s, 2, part.bytes, part.len);
    part.len = 0;
    put_bytes(&part, 1, "identity", 8);
    if (how->map) put_bytes(&part, 2, how->map, strlen(how->map));
    put_choice(&part, 3, how->prefix);
    put_choice(&part, 4, how->collapse);
    put_choice(&part, 5, how->escape);
    put_bytes(s, 3, part.bytes, part.len);
}

void sample_token_config(struct sample *s)
{
    s->len = 0;
    sample_put_text(
        s, "{\"add_bos_token\":true,\"add_eos_token\":false,\"bos_token\":\"<|bos|>\",\n"
           "\"eos_token\":{\"content\":\"<|end|>\",\"lstrip\":false},\"unk_token\":null,\n"
           "\"added_tokens_decoder\":{\"12\":{\"content\":\"<|bos|>\",\"special\":true},"
           "\"15\":{\"content\":\"<|late|>\",\"special\":true,\"normalized\":false},"
           "\"16\":{\"content\":\"late\",\"special\":false,\"single_word\":true}},\n"
           "\"model_max_length\":1000000000000000019884624838656,\"legacy\":false,"
           "\"split_special_tokens\":false,\"tokenizer_class\":\"PreTrainedTokenizerFast\"}\n");
}

void sample_token_generation(struct sample *s)
{
    s->len = 0;
    sample_put_text(s, "{\"_from_model_config\":true,\"bos_token_id\":12,\"eos_token_id\":[13,14],"
                       "\"do_sample\":true,\"temperature\":0.6,\"top_p\":0.9,"
                       "\"transformers_version\":\"4.43.0\"}\n");
}
