/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file axi_monitor_tb.cpp
 * The monitors themselves: a clean exchange passes, and each rule broken once is named.
 *
 * Build    g++ -std=c++17 -O2 -I. tests/rtl/axi_monitor_tb.cpp tests/rtl/axi_monitor.cpp
 */
#include <cstdio>
#include <cstring>
#include <functional>

#include "tests/rtl/axi_monitor.h"

static int passed, failed;

static void check(const char *name, const std::string &got, const char *want)
{
    const bool ok = *want ? got.find(want) != std::string::npos : got.empty();
    if (ok)
        passed++;
    else
        failed++, printf("%s: got \"%s\", want \"%s\"\n", name, got.c_str(), want);
}

/* 12 edges: reset 0-1; AR 3-4 (ready at 4), R 6-7-8 (stalled at 6); AW 3, W 4-5, B 9. */
static stamp_axi pins_at(int n)
{
    stamp_axi p = {};
    p.arvalid = n == 3 || n == 4;
    p.arready = n == 4;
    p.araddr = p.awaddr = 0x1fe0;
    p.arlen = p.awlen = 1;
    p.arsize = p.awsize = 4;
    p.arburst = p.awburst = 1;
    p.rvalid = n >= 6 && n <= 8;
    p.rready = n >= 7;
    p.rlast = n == 8;
    p.awvalid = p.awready = n == 3;
    p.wvalid = n == 4 || n == 5;
    p.wready = true;
    p.wstrb = 0xffff;
    p.wlast = n == 5;
    p.bvalid = p.bready = n == 9;
    return p;
}

static void axi(const char *want, const std::function<void(int, stamp_axi &)> &bend, int edges = 12)
{
    stamp_axi_monitor m(16);
    m.read_window(0x1000, 0x2000);
    m.write_window(0x1000, 0x2000);
    for (int n = 0; n < edges; n++) {
        stamp_axi p = pins_at(n);
        bend(n, p);
        m.edge(p, n >= 2);
    }
    m.finish();
    check("axi", m.first, want);
}

static void axi_rules()
{
    axi("", [](int, stamp_axi &) {});
    axi("AR: valid or payload", [](int n, stamp_axi &p) {
        if (n == 4) p.arvalid = false;
    });
    axi("AR: valid or payload", [](int n, stamp_axi &p) {
        if (n == 4) p.araddr -= 64;
    });
    axi("R: valid or payload", [](int n, stamp_axi &p) {
        if (n == 7) p.rdata[15] = 1;
    });
    axi("AW: valid or payload", [](int n, stamp_axi &p) {
        if (n == 3) p.awready = false;
        if (n == 4) p.awvalid = p.awready = true, p.awlen = 0;
    });
    axi("W: valid or payload", [](int n, stamp_axi &p) {
        if (n == 4) p.wready = false;
        if (n == 5) p.wdata[3] = 9;
    });
    axi("B: valid or payload", [](int n, stamp_axi &p) {
        if (n == 9) p.bready = false;
    });
    axi("AR: burst type", [](int, stamp_axi &p) { p.arburst = 2; });
    axi("AW: size", [](int, stamp_axi &p) { p.awsize = 3; });
    axi("AR: address not aligned", [](int, stamp_axi &p) { p.araddr = 0x1fd8; });
    axi("AR: burst crosses 4 KiB", [](int, stamp_axi &p) { p.arlen = 2; });
    axi("AR: burst leaves the window", [](int, stamp_axi &p) { p.araddr = 0xfe0; });
    axi("AW: burst leaves the window", [](int, stamp_axi &p) { p.awaddr = 0x2000; });
    axi("R: data without a request", [](int n, stamp_axi &p) {
        if (n == 3) p.rvalid = true;
    });
    axi("R: RLAST", [](int n, stamp_axi &p) {
        if (n == 8) p.rlast = false;
    });
    axi("R: RLAST", [](int n, stamp_axi &p) {
        if (n == 6 || n == 7) p.rlast = true;
    });
    axi("W: WLAST", [](int n, stamp_axi &p) {
        if (n == 4) p.wlast = true;
    });
    axi("W: WLAST", [](int n, stamp_axi &p) {
        if (n == 5) p.wlast = false;
    });
    axi("W: strobe", [](int n, stamp_axi &p) {
        if (n == 5) p.wstrb = 0x1ffff;
    });
    axi("B: response without", [](int n, stamp_axi &p) {
        if (n == 5) p.bvalid = true;
    });
    axi("B: responses outstanding", [](int n, stamp_axi &p) {
        if (n == 9) p.bvalid = false;
    });
    axi(
        "R: reads outstanding", [](int, stamp_axi &) {}, 8);
    axi("reset: a valid", [](int n, stamp_axi &p) {
        if (n == 1) p.awvalid = true;
    });
}

/* Reset 0-1; AW 3, W 4, B 5-6; AR 3, R 5. */
static void axil(const char *want, const std::function<void(int, stamp_axil &)> &bend)
{
    stamp_axil_monitor m;
    for (int n = 0; n < 10; n++) {
        stamp_axil p = {};
        p.awvalid = p.awready = n == 3;
        p.wvalid = p.wready = n == 4;
        p.bvalid = n == 5 || n == 6;
        p.bready = n == 6;
        p.arvalid = p.arready = n == 3;
        p.rvalid = p.rready = n == 5;
        p.awaddr = p.araddr = 0x10;
        bend(n, p);
        m.edge(p, n >= 2);
    }
    m.finish();
    check("axil", m.first, want);
}

static void axil_rules()
{
    axil("", [](int, stamp_axil &) {});
    axil("AW: address", [](int, stamp_axil &p) { p.awaddr = 0x12; });
    axil("AR: address", [](int, stamp_axil &p) { p.araddr = 0x11; });
    axil("B: valid or payload", [](int n, stamp_axil &p) {
        if (n == 6) p.bresp = 2;
    });
    axil("AW: valid or payload", [](int n, stamp_axil &p) {
        if (n == 3) p.awready = false;
    });
    axil("W: valid or payload", [](int n, stamp_axil &p) {
        if (n == 4) p.wready = false;
    });
    axil("AR: valid or payload", [](int n, stamp_axil &p) {
        if (n == 3) p.arready = false;
    });
    axil("R: valid or payload", [](int n, stamp_axil &p) {
        if (n == 5) p.rready = false;
    });
    axil("B: response before", [](int n, stamp_axil &p) {
        if (n == 4) p.bvalid = true;
    });
    axil("R: data without", [](int n, stamp_axil &p) {
        if (n == 3) p.rvalid = true;
    });
    axil("R: EXOKAY", [](int n, stamp_axil &p) {
        if (n == 5) p.rresp = 1;
    });
    axil("B: EXOKAY", [](int, stamp_axil &p) { p.bresp = 1; });
    axil("R: reads outstanding", [](int n, stamp_axil &p) {
        if (n == 5) p.rvalid = false;
    });
    axil("B: writes unanswered", [](int, stamp_axil &p) { p.bvalid = false; });
    axil("reset: a valid", [](int n, stamp_axil &p) {
        if (n == 1) p.wvalid = true;
    });
}

int main()
{
    axi_rules();
    axil_rules();
    printf("axi_monitor_tb: %d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
