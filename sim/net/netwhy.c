/* SPDX-License-Identifier: Apache-2.0 */
/* netwhy.c - which tensor of a network is not finite. Contract in netwhy.h. */
#include "sim/net/netwhy.h"

#include <string.h>

#include "model/mem.h"
#include "sim/net/netbuild.h"
#include "sim/ref/nonfinite.h"

void stamp_netwhy(const struct stamp_network *m, const struct stamp_qmodel *codes,
                  const struct stamp_net_options *options, const int32_t *tokens, uint32_t prompt,
                  uint32_t n, struct stamp_err *e)
{
    struct stamp_nonfinite look = {.m = m, .squares = true};
    struct stamp_net_options o = *options;
    struct stamp_netbuild *build = NULL;
    struct stamp_net *net = NULL;
    struct stamp_err again = {0};

    o.see = stamp_nonfinite_see;
    o.see_ctx = &look;
    enum stamp_status s = stamp_netbuild_new(m, codes, 0, &build, &again);
    if (!s) s = stamp_net_new(stamp_netbuild_model(build), &o, &net, &again);
    const bool ready = !s;
    float *logits = ready ? stamp_alloc(m->vocab, sizeof *logits) : NULL;
    if (logits) s = stamp_net_prefill(net, tokens, prompt, prompt - 1, logits, &again);
    for (uint32_t i = prompt; i < n && logits && !s; i++) {
        look.first = i;
        s = stamp_net_step(net, tokens[i], logits, &again);
    }
    if (s == STAMP_ERANGE && look.any && m->graph->value[look.last].rows == STAMP_ROWS_PICKED)
        (void)stamp_nonfinite_see(&look, m->graph->values - 1, 0, 1, m->vocab, logits, &again);
    if (logits && s == STAMP_ERANGE && *stamp_nonfinite_text(&look)) {
        char text[sizeof e->text];
        memcpy(text, e->text, sizeof text);
        stamp_fail(e, e->status, "%.230s; %s", text, stamp_nonfinite_text(&look));
    }
    stamp_free(logits);
    stamp_net_free(net);
    stamp_netbuild_free(build);
}
