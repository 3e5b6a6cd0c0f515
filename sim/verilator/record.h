/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file record.h
 * Records what stands on the ports of units of the machine, cycle by cycle, for gate-level energy
 * (rtl/energy/README.md gives the format). Only a machine built for it (make rtl-NAME-energy) does.
 *
 *   STAMP_RECORD=UNIT=FILE[,UNIT=FILE...]   path of an instance below the top, i_mxu.i_array; top: the machine
 *   STAMP_RECORD_START=N STAMP_RECORD_COUNT=N   cycles from the beginning of reset; 0 and 10000
 *   STAMP_RECORD_ONLY=1   the process ends, well, when all is recorded
 *   STAMP_RECORD_ALL=1    every machine the process opens, each of N cycles at most, one behind the other
 *
 * Without ALL the first machine a process opens is recorded. A file appears whole, when its cycles are recorded
 * or the machine is closed; before that it is FILE.part.
 */
#ifndef STAMP_SIM_VERILATOR_RECORD_H
#define STAMP_SIM_VERILATOR_RECORD_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/** One signal of the Verilated machine: words of the host, bit 0 lowest. */
struct stamp_signal {
    const char *name; /**< Verilator's, stamp_top__DOT__i_mxu__DOT__x_i */
    uint32_t width;   /**< bits */
    const void *data; /**< borrowed while the machine lives */
};

/** All there are (signals.cpp). @param root the root module of the Verilated machine */
std::vector<stamp_signal> stamp_signals(const void *root);

class stamp_recorder {
  public:
    /**
     * As the environment says.
     * @param signals all there are
     * @return nullptr where it asks for nothing
     * Ends the process with one line where it asks for what is not there, or a file cannot be written.
     */
    static std::unique_ptr<stamp_recorder> open(const std::vector<stamp_signal> &signals,
                                                const char *mach);
    ~stamp_recorder();
    stamp_recorder(const stamp_recorder &) = delete;
    stamp_recorder &operator=(const stamp_recorder &) = delete;

    /** Once a clock, the top evaluated and the clock low. */
    void cycle();
    /** Whether counters are wanted with this cycle: before cycle() is called for it. */
    bool wants_counters() const;
    void counters(const uint64_t *events, size_t count);

  private:
    struct stream;
    stamp_recorder();
    std::vector<std::shared_ptr<stream>> streams;
    uint64_t now = 0, start = 0, count = 0;
    bool all = false;
};

#endif
