# make            build/stamp and the base machine    make demo       the main job, end to end
# make test       every test                          make test-long  more seeds, whole networks
# make lint       warnings, format, RTL lint, arrows  make bench      speed and memory, side by side
# make coverage   RTL line and toggle coverage        make synth      Yosys: cells per unit
# make spec       reprint what derives from *.def     make rtl-NAME   one machine (tiny, base, wide)
# make clean
B        ?= build
CC       := gcc
CXX      := g++
CPPFLAGS += -I. -MMD -MP -D_POSIX_C_SOURCE=200809L
WARN     := -Wall -Wextra -Wconversion -pedantic -Werror
CFLAGS   += -O2 -g -std=c11 -ffp-contract=off $(WARN)
CXXFLAGS += -O2 -g -std=c++17 -Wall -Wextra -Werror
LDLIBS   += -lcjson -ldl -lm
MACHS    := tiny base wide

LIB_C    := $(filter-out model/spec/specgen.c,$(wildcard model/*.c model/*/*.c compiler/*/*.c \
              sim/core/*.c sim/ref/*.c sim/report/*.c))
CLI_C    := $(wildcard sim/cli/*.c)
TEST_C   := $(wildcard tests/*.c tests/model/*.c tests/compiler/*.c tests/cosim/*.c tests/oracle/*.c \
              tests/cli/*.c)
RTL_SV   := rtl/gen/stamp_isa_pkg.sv rtl/fp/stamp_fp_pkg.sv \
            $(filter-out %_pkg.sv,$(wildcard rtl/lib/*.sv rtl/fp/*.sv rtl/dma/*.sv rtl/vec/*.sv \
              rtl/mxu/*.sv rtl/ctrl/*.sv rtl/top/*.sv))
VFLAGS   := -O3 --x-assign fast --x-initial fast --noassert -fno-dfg --unroll-count 8192 \
            --unroll-stmts 2000000
VINC     := $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
NATIVE   := -O3 -march=native
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all demo test test-long bench lint coverage synth spec spec-fresh clean deps check fuzz benches
all: $(B)/stamp rtl-base

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(B)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -O1 $(SAN) -c $< -o $@
$(B)/model/num/matmul_fast.o $(B)/model/insn/mm.o: CFLAGS += -O3

$(B)/libstamp.a: $(LIB_C:%.c=$(B)/%.o)
	rm -f $@ && ar -rcs $@ $^
$(B)/stamp: $(CLI_C:%.c=$(B)/%.o) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/check: $(TEST_C:%.c=$(B)/%.o) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $$(pkg-config --libs check) $(LDLIBS) -o $@
$(B)/check-san: $(TEST_C:%.c=$(B)/san/%.o) $(LIB_C:%.c=$(B)/san/%.o)
	$(CC) $(SAN) $(LDFLAGS) $^ $$(pkg-config --libs check) $(LDLIBS) -o $@
$(B)/fuzz_%: $(B)/san/tests/fuzz/fuzz_%.o $(LIB_C:%.c=$(B)/san/%.o)
	$(CC) $(SAN) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/specgen: $(B)/model/spec/specgen.o $(B)/model/spec/spec.o
	$(CC) $^ -o $@

# ---- What derives from the tables --------------------------------------------------------------
spec: $(B)/specgen
	$< sv > rtl/gen/stamp_isa_pkg.sv
	$< doc model/spec/isa.md > $(B)/isa.md && cp $(B)/isa.md model/spec/isa.md
spec-fresh: $(B)/specgen
	$< sv | cmp - rtl/gen/stamp_isa_pkg.sv || (echo "stale: run make spec" >&2; exit 1)
	$< doc model/spec/isa.md | cmp - model/spec/isa.md || (echo "stale: run make spec" >&2; exit 1)

# ---- Verilated machines: build/stamp_rtl_NAME.so, _waves for FST, _cov for coverage ---------------
rtl-%-waves: $(B)/stamp_rtl_%_waves.so ;
rtl-%: $(B)/stamp_rtl_%.so ;
kind = $(if $(findstring _waves,$1),--trace-fst --trace-structs)$(if $(findstring _cov,$1),--coverage-line --coverage-toggle)
base_of = $(subst _cov,,$(subst _waves,,$1))
$(B)/v/%/ok: $(RTL_SV) sim/verilator/probe.vlt $(B)/specgen
	@mkdir -p $(@D)
	verilator --cc --prefix Vstamp --Mdir $(@D) --top-module stamp_top $(VFLAGS) $(call kind,$*) \
	  $$($(B)/specgen params $(call base_of,$*)) -CFLAGS -fPIC sim/verilator/probe.vlt $(RTL_SV)
	$(MAKE) -s -C $(@D) -f Vstamp.mk Vstamp__ALL.a verilated.o verilated_threads.o \
	  $(if $(findstring _waves,$*),verilated_fst_c.o) $(if $(findstring _cov,$*),verilated_cov.o) \
	  OPT_FAST="$(if $(findstring _cov,$*),-O1,$(NATIVE))" OPT_SLOW=-O1 OPT_GLOBAL=-O2
	@touch $@
$(B)/stamp_rtl_%.so: $(B)/v/%/ok sim/verilator/rtl.cpp sim/verilator/dram.cpp sim/core/rtl.h model/spec/spec.c
	$(CC) -I. -std=c11 -O2 -fPIC -c model/spec/spec.c -o $(B)/v/$*/spec.o
	$(CXX) -I. -I$(B)/v/$* -isystem $(VINC) -isystem $(VINC)/vltstd $(CXXFLAGS) -O3 -fPIC -shared \
	  -DVTOP=Vstamp -DVTOP_H='"Vstamp.h"' -DVROOT_H='"Vstamp___024root.h"' -DMACH='"$(call base_of,$*)"' \
	  -DVM_TRACE=$(if $(findstring _waves,$*),1,0) -DVM_COVERAGE=$(if $(findstring _cov,$*),1,0) \
	  sim/verilator/rtl.cpp sim/verilator/dram.cpp $(B)/v/$*/spec.o $(B)/v/$*/Vstamp__ALL.a \
	  $(B)/v/$*/verilated*.o -o $@ -pthread -lz

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
