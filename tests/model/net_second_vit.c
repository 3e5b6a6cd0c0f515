/* SPDX-License-Identifier: Apache-2.0 */
/* net_second_vit.c - a vision transformer from the page. Contract in net_second.h. */
#include <string.h>

#include "tests/model/net_second.h"
#include "tests/oracle/fn.h"
#include "tests/oracle/softfloat.h"

enum { W = SECOND_WIDTH };

/* Section 8. */
static void layernorm(uint32_t n, const uint32_t *x, const float *gain, const float *shift,
                      float eps, uint32_t *y)
{
    const uint32_t c = so_div(so_from_s32(1), so_from_s32((int32_t)n));
    const uint32_t mean = so_mul(so_reduce(n, x), c);
    uint32_t z[W], square[W];

    for (uint32_t i = 0; i < n; i++) z[i] = so_sub(x[i], mean);
    for (uint32_t i = 0; i < n; i++) square[i] = so_mul(z[i], z[i]);
    const uint32_t r = so_rsqrt(so_reduce(n, square), c, second_bits(eps));
    for (uint32_t i = 0; i < n; i++)
        y[i] = so_add(so_mul(so_mul(z[i], r), second_bits(gain[i])), second_bits(shift[i]));
}

/* Section 9, no cache: every row sees every row, keys and values as they are. */
static void attention(const struct second_vit *m, uint32_t n, second_rows q, second_rows k,
                      second_rows v, second_rows out)
{
    static struct second_side keys, values;
    static second_rows head;
    const uint32_t hd = m->head_dim;
    const struct second_heads a = {m->heads, m->kv_heads, hd, &keys, &values};

    for (uint32_t h = 0; h < m->kv_heads; h++) {
        for (uint32_t i = 0; i < n; i++) memcpy(head[i], k[i] + h * hd, hd * sizeof **k);
        second_operands(&keys, h, hd, 0, n, head);
        for (uint32_t i = 0; i < n; i++) memcpy(head[i], v[i] + h * hd, hd * sizeof **v);
        second_operands(&values, h, hd, 0, n, head);
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t h = 0; h < m->heads; h++)
            second_attend(&a, h, n - 1, q[i] + h * hd, out[i] + h * hd);
}

static void layer(const struct second_vit *m, const struct second_vit_layer *l,
                  const struct stamp_scheme *scheme, uint32_t n, second_rows x)
{
    static second_rows h, q, k, v, y;

    for (uint32_t r = 0; r < n; r++)
        layernorm(m->dim, x[r], l->norm_att, l->shift_att, m->eps, h[r]);
    second_linear(scheme, n, h, &l->q, l->bias_q, q);
    second_linear(scheme, n, h, &l->k, l->bias_k, k);
    second_linear(scheme, n, h, &l->v, l->bias_v, v);
    attention(m, n, q, k, v, h);
    second_linear(scheme, n, h, &l->o, l->bias_o, y);
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t c = 0; c < m->dim; c++) x[r][c] = so_add(x[r][c], y[r][c]);

    for (uint32_t r = 0; r < n; r++)
        layernorm(m->dim, x[r], l->norm_ffn, l->shift_ffn, m->eps, h[r]);
    second_linear(scheme, n, h, &l->up, l->bias_up, q);
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t c = 0; c < m->hidden; c++) q[r][c] = so_gelu(q[r][c]);
    second_linear(scheme, n, q, &l->down, l->bias_down, y);
    for (uint32_t r = 0; r < n; r++)
        for (uint32_t c = 0; c < m->dim; c++) x[r][c] = so_add(x[r][c], y[r][c]);
}

void second_vit_run(const struct second_vit *m, const struct stamp_scheme *q, const float *pixels,
                    uint32_t *y)
{
    static second_rows x, h;
    const struct stamp_scheme head = {.transform = STAMP_NONE, .act_bits = 8};
    const uint32_t before = m->first ? 1 : 0, n = m->patches + before;

    for (uint32_t r = 0; r < m->patches; r++)
        for (uint32_t c = 0; c < m->patch_width; c++)
            h[r][c] = second_bits(pixels[r * m->patch_width + c]);
    second_linear(&head, m->patches, h, &m->patch, m->bias_patch, x + before);
    for (uint32_t c = 0; m->first && c < m->dim; c++) x[0][c] = second_bits(m->first[c]);
    for (uint32_t r = 0; m->place && r < n; r++)
        for (uint32_t c = 0; c < m->dim; c++)
            x[r][c] = so_add(x[r][c], second_bits(m->place[r * m->dim + c]));
    for (uint32_t i = 0; i < m->layers; i++) layer(m, &m->layer[i], q, n, x);
    if (m->norm)
        layernorm(m->dim, x[0], m->norm, m->shift, m->eps, h[0]);
    else
        memcpy(h[0], x[0], m->dim * sizeof **x);
    second_linear(&head, 1, h, &m->head, m->bias_head, x);
    memcpy(y, x[0], m->classes * sizeof *y);
}
