# make            build/stamp and the base machine    make demo       the main job, end to end
# make test       every test                          make test-long  more seeds, whole networks
# make lint       warnings, format, RTL lint, arrows  make bench      speed and memory, side by side
# make coverage   RTL line and toggle coverage        make synth      Yosys: cells per unit
# make spec       reprint what derives from *.def     make rtl-NAME   one machine of the table (MACHS)
# make vectors  conformance vectors, made again     make clean      B=DIR: where to build, no spaces in it
# make machines-random N=8 SEED=1 MOST=256: machines drawn, built, tested (machs.def of B: further machines)
B        ?= build
CC       := gcc
CXX      := g++
CPPFLAGS += -I. -MMD -MP -D_POSIX_C_SOURCE=200809L
WARN     := -Wall -Wextra -Wconversion -pedantic -Werror
CFLAGS   += -O2 -g -std=c11 -ffp-contract=off $(WARN)
CXXFLAGS += -O2 -g -std=c++17 -Wall -Wextra -Werror
LDLIBS   += -lcjson -lpcre2-8 -lutf8proc -lz -lpng -ldl -lm
EXTRA    := $(wildcard $(B)/machs.def)
MACHS    := $(shell sed -n 's/^CONFIG.\([A-Za-z0-9_]*\),.*/\1/p' model/spec/mach.def $(EXTRA))

LIB_C    := $(filter-out model/spec/specgen%.c,$(wildcard model/*.c model/*/*.c compiler/*/*.c \
              sim/run/*.c sim/net/*.c sim/vision/*.c sim/ref/*.c sim/report/*.c))
CLI_C    := $(wildcard sim/cli/*.c)
CONF_C   := $(addprefix tests/conformance/,conform.c device_model.c device_rtl.c load.c)
TEST_C   := $(filter-out tests/model/exhaust_fn.c,$(wildcard tests/*.c tests/model/*.c tests/compiler/*.c \
              tests/cosim/test_*.c tests/oracle/*.c tests/cli/*.c tests/conformance/test_*.c \
              tests/conformance/toy.c tests/cosim/count_device.c) $(CONF_C))
RTL_SV   := rtl/gen/stamp_isa_pkg.sv rtl/gen/stamp_fn_pkg.sv rtl/fp/stamp_fp_pkg.sv \
            $(filter-out %_pkg.sv,$(wildcard rtl/lib/*.sv rtl/fp/*.sv rtl/dma/*.sv rtl/vec/*.sv \
              rtl/mxu/*.sv rtl/ctrl/*.sv rtl/top/*.sv))
VFLAGS   := -O3 --x-assign fast --x-initial fast --noassert --unroll-count 8192 \
            --unroll-stmts 2000000
VINC     := $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
NATIVE   := -O3 -march=native
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all demo test test-long machines-random bench lint coverage synth spec spec-fresh clean fuzz \
  benches vectors vectors-fresh
all: $(B)/stamp rtl-base

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(B)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -O1 $(SAN) -c $< -o $@
$(addprefix $(B)/model/num/,matmul_fast.o fn.o norm.o kv.o attn.o rope.o digits.o f32.o quant.o butterfly.o) $(B)/model/net/net_attn.o $(B)/model/insn/mm.o \
  $(B)/model/num/bf16.o $(B)/compiler/front/lazy.o $(B)/compiler/front/blocks.o $(B)/compiler/quant/pack.o \
  $(B)/compiler/quant/gptq.o $(B)/sim/ref/calibrate.o: CFLAGS += -O3

$(B)/model/spec/mach.o $(B)/san/model/spec/mach.o: CPPFLAGS += $(if $(EXTRA),-DSTAMP_MACHS_EXTRA='"$(abspath $(EXTRA))"')
$(B)/model/spec/mach.o $(B)/san/model/spec/mach.o: $(EXTRA)

$(B)/libstamp.a: $(LIB_C:%.c=$(B)/%.o)
	rm -f $@ && ar -qcs $@ $^
$(B)/stamp: $(CLI_C:%.c=$(B)/%.o) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/stamp-san: $(CLI_C:%.c=$(B)/san/%.o) $(LIB_C:%.c=$(B)/san/%.o) $(B)/san/tests/cosim/count_device.o
	$(CC) $(SAN) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/check: $(TEST_C:%.c=$(B)/%.o) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $$(pkg-config --libs check) $(LDLIBS) -o $@
$(B)/check-san: $(TEST_C:%.c=$(B)/san/%.o) $(LIB_C:%.c=$(B)/san/%.o)
	$(CC) $(SAN) $(LDFLAGS) $^ $$(pkg-config --libs check) $(LDLIBS) -o $@
$(B)/fuzz_%: $(B)/san/tests/fuzz/fuzz_%.o $(B)/san/tests/fuzz/bend.o $(B)/san/tests/compiler/front_samples.o \
    $(B)/san/tests/compiler/gguf_sample.o $(B)/san/tests/compiler/gguf_sample_gpt2.o \
    $(B)/san/tests/compiler/token_samples.o $(B)/san/tests/compiler/zip_samples.o $(LIB_C:%.c=$(B)/san/%.o)
	$(CC) $(SAN) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/logits $(B)/ids $(B)/picture $(B)/named: $(B)/%: $(B)/tests/tools/%.o $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/specgen: $(B)/model/spec/specgen.o $(B)/model/spec/specgen_md.o $(B)/model/spec/spec.o $(B)/model/spec/mach.o
	$(CC) $^ -o $@

# ---- What derives from the tables --------------------------------------------------------------
# Each file is printed whole before it takes the place of the old one, and only if it differs.
print_to = $1 > $(B)/$(notdir $2).new && (cmp -s $(B)/$(notdir $2).new $2 || mv $(B)/$(notdir $2).new $2)
spec: $(B)/specgen
	$(call print_to,python3 model/spec/fngen.py,model/spec/fn.def)
	$(MAKE) $<
	$(call print_to,$< sv,rtl/gen/stamp_isa_pkg.sv)
	$(call print_to,$< fn,rtl/gen/stamp_fn_pkg.sv)
	$(call print_to,$< doc model/spec/isa.md,model/spec/isa.md)
	$(call print_to,$< doc rtl/microarchitecture.md,rtl/microarchitecture.md)
spec-fresh: $(B)/specgen
	python3 model/spec/fngen.py | cmp - model/spec/fn.def || (echo "stale: run make spec" >&2; exit 1)
	$< fn | cmp - rtl/gen/stamp_fn_pkg.sv || (echo "stale: run make spec" >&2; exit 1)
	$< sv | cmp - rtl/gen/stamp_isa_pkg.sv || (echo "stale: run make spec" >&2; exit 1)
	$< doc model/spec/isa.md | cmp - model/spec/isa.md || (echo "stale: run make spec" >&2; exit 1)
	$< doc rtl/microarchitecture.md | cmp - rtl/microarchitecture.md || (echo "stale: run make spec" >&2; exit 1)

# ---- Verilated machines: build/stamp_rtl_NAME.so, _waves for FST, _cov for coverage ---------------
rtl-%-waves: $(B)/stamp_rtl_%_waves.so ;
rtl-%-tuned: $(B)/stamp $(B)/specgen
	sim/verilator/tune.sh $*
rtl-%: $(B)/stamp_rtl_%.so ;
kind = $(if $(findstring _waves,$1),--trace-fst --trace-structs)$(if $(findstring _cov,$1),--coverage-line --coverage-toggle --coverage-max-width 64)
base_of = $(subst _tune,,$(subst _cov,,$(subst _waves,,$1)))
# What a machine is verilated with; new only when it differs, so that a line of the table is one machine's.
$(B)/v/%/params: $(B)/specgen
	@p=$$($< params $(call base_of,$*)) && mkdir -p $(@D) && \
	  if [ "$$p" != "$$(cat $@ 2> /dev/null)" ]; then echo "$$p" > $@; fi
$(B)/v/%/ok: $(RTL_SV) sim/verilator/probe.vlt $(B)/v/%/params
	verilator --cc --prefix Vstamp --Mdir $(@D) --top-module stamp_top $(VFLAGS) $(call kind,$*) \
	  $$(cat $(@D)/params) -CFLAGS -fPIC sim/verilator/probe.vlt $(RTL_SV)
	$(MAKE) -s -C $(@D) -f Vstamp.mk CURDIR=. Vstamp__ALL.a verilated.o verilated_threads.o \
	  $(if $(findstring _waves,$*),verilated_fst_c.o) $(if $(findstring _cov,$*),verilated_cov.o) \
	  OPT_FAST="$(if $(findstring _cov,$*),-O1,$(NATIVE))" OPT_SLOW=$(if $(findstring _cov,$*),-O0,-O1) OPT_GLOBAL=-O2
	@touch $@
$(B)/stamp_rtl_%.so: $(B)/v/%/ok sim/verilator/rtl.cpp sim/verilator/dram.cpp sim/run/rtl.h model/spec/spec.c
	$(CC) -I. -std=c11 -O2 -fPIC -c model/spec/spec.c -o $(B)/v/$*/spec.o
	$(CXX) -I. -I$(B)/v/$* -isystem $(VINC) -isystem $(VINC)/vltstd $(CXXFLAGS) $(TUNE) -O3 -fPIC -shared \
	  -DVTOP=Vstamp -DVTOP_H='"Vstamp.h"' -DVROOT_H='"Vstamp___024root.h"' -DMACH='"$(call base_of,$*)"' \
	  -DMACH_PARAMS="$$(sed 's/-G[A-Z_]*=\([0-9]*\) */\1,/g' $(B)/v/$*/params)" \
	  -DVM_TRACE=$(if $(findstring _waves,$*),1,0) -DVM_COVERAGE=$(if $(findstring _cov,$*),1,0) \
	  sim/verilator/rtl.cpp sim/verilator/dram.cpp $(B)/v/$*/spec.o $(B)/v/$*/Vstamp__ALL.a \
	  $(B)/v/$*/verilated*.o -o $@ -pthread -lz

# ---- Random programs, error injection, fuzzers --------------------------------------------------
COSIM_CPP := $(wildcard tests/cosim/*.cpp) tests/rtl/axi_monitor.cpp
$(B)/%.opp: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@
$(B)/rand $(B)/errors $(B)/regs $(B)/edges: $(B)/%: $(B)/tests/cosim/%.o $(patsubst %.c,$(B)/%.o,$(wildcard tests/cosim/gen*.c)) \
    $(patsubst %.c,$(B)/%.o,$(filter-out %/errors.c %/edges.c,$(wildcard tests/cosim/e*.c))) $(COSIM_CPP:%.cpp=$(B)/%.opp) $(B)/libstamp.a
	$(CXX) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/cycles: $(patsubst %.c,$(B)/%.o,$(wildcard tests/cosim/cycle*.c)) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
# A back end that reports something wrong, and a host that reads something wrong (tests/cosim/plant.sh).
$(B)/plant/stamp: $(CLI_C:%.c=$(B)/%.o) $(B)/tests/cosim/plant_get.o $(B)/libstamp.a $(B)/specgen
	@mkdir -p $(@D) && cp $(B)/specgen $(@D)/specgen
	$(CC) $(LDFLAGS) -Wl,--wrap=stamp_run_get $(filter-out %/specgen,$^) $(LDLIBS) -o $@
$(B)/plant/stamp_rtl_%.so: tests/cosim/plant.c model/spec/spec.c $(B)/stamp_rtl_%.so $(B)/plant/stamp
	$(CC) -I. $(CFLAGS) -DMACH='"$*"' -fPIC -shared $(filter %.c,$^) -ldl -o $@
$(B)/draw: $(B)/tests/cosim/draw.o $(B)/tests/cosim/gen.o $(B)/tests/cosim/gen_vec.o $(B)/tests/cosim/gen_data.o $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

# ---- Conformance vectors (model/spec/conformance.md): committed small, larger in build/vectors ------
$(B)/conform: $(patsubst %.c,$(B)/%.o,$(CONF_C) tests/conformance/main.c) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(B)/make_vectors: $(patsubst %.c,$(B)/%.o,$(CONF_C) $(wildcard tests/conformance/make*.c tests/cosim/gen*.c)) $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
vectors: $(B)/make_vectors
	@mkdir -p $(B)/vectors
	for m in $(MACHS); do $< $$m $(B)/vectors/$$m.small && gzip -9n < $(B)/vectors/$$m.small > $(B)/vectors/$$m.gz && \
	  { gunzip -c traces/vectors/$$m.vec.gz 2>/dev/null | cmp -s - $(B)/vectors/$$m.small || \
	    cp $(B)/vectors/$$m.gz traces/vectors/$$m.vec.gz; } && $< $$m $(B)/vectors/$$m.vec large || exit 1; done
vectors-fresh: $(B)/make_vectors
	@mkdir -p $(B)/vectors
	@for m in $(MACHS); do $< $$m $(B)/vectors/$$m.small && gunzip -c traces/vectors/$$m.vec.gz | cmp - $(B)/vectors/$$m.small \
	  || { echo "traces/vectors/$$m.vec.gz is stale: run make vectors" >&2; exit 1; }; done
$(B)/exhaust_fn: $(B)/tests/model/exhaust_fn.o $(B)/tests/model/fn_sweep.o $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -pthread -o $@
FUZZERS := $(addprefix $(B)/fuzz_,front gguf token image qcache graph)
fuzz: $(FUZZERS)
	$(B)/fuzz_front 1 $(FUZZ)
	$(B)/fuzz_gguf 1 $(FUZZ)
	$(B)/fuzz_token 1 $(FUZZ)
	$(B)/fuzz_image 1 $(FUZZ)
	$(B)/fuzz_qcache 1 $(FUZZ)
	$(B)/fuzz_graph 1 $(FUZZ)
FUZZ ?= 20000

# ---- Unit benches: build/tb/CONF/NAME from tests/rtl/NAME_tb.cpp over stamp_NAME or NAME_tb_top ----
# build/tb/tiny_cov/NAME writes coverage, as build/stamp_rtl_tiny_cov.so does.
NO_BENCH := wide
BENCHES := $(foreach m,$(filter-out $(NO_BENCH),$(MACHS)),$(addprefix $m/,ldu stu mxu vxu vx_fn)) $(addprefix tiny/,fp ctrl lib)
COV_BENCHES := $(patsubst tiny/%,tiny_cov/%,$(filter tiny/%,$(BENCHES)))
tb_top = $(firstword $(wildcard tests/rtl/$1_tb_top.sv) $(wildcard rtl/*/stamp_$1.sv))
tb_set = $(foreach g,$(shell $(B)/specgen params $(call base_of,$1)),$(if $(shell grep -w \
  'parameter int unsigned $(patsubst -G%,%,$(firstword $(subst =, ,$g)))' $2),$g))
$(BENCHES:%=$(B)/tb/%) $(COV_BENCHES:%=$(B)/tb/%): $(B)/tb/%: tests/rtl/*.cpp tests/rtl/*.h tests/rtl/*.sv \
    tests/rtl/*.vlt $(RTL_SV) $(B)/libstamp.a $(B)/specgen \
    $(B)/tests/oracle/softfloat.o sim/verilator/dram.cpp
	@mkdir -p $@.dir
	up=$$(realpath --relative-to=$@.dir .) && lib=$$(realpath --relative-to=$@.dir $(B)) && \
	MAKEFLAGS= verilator --cc --exe --build -MAKEFLAGS CURDIR=. -O3 --x-assign fast --unroll-count 8192 --unroll-stmts 2000000 \
	  --prefix Vtop --Mdir $@.dir -o ../$(@F) --top-module $(basename $(notdir $(call tb_top,$(@F)))) \
	  $(call kind,$(*D)) $(if $(findstring _cov,$*),-MAKEFLAGS "OPT_FAST=-O1 OPT_SLOW=-O0") \
	  $(call tb_set,$(*D),$(call tb_top,$(@F))) \
	  -CFLAGS "-std=c++17 -O2 -ffp-contract=off -I$$up -DSTAMP_CONFIG=$(call base_of,$(*D))" $(RTL_SV) \
	  $(wildcard tests/rtl/$(@F)_tb.vlt tests/rtl/$(@F)_tb_top.sv) $$up/tests/rtl/$(@F)_tb.cpp \
	  $$up/tests/rtl/axi_monitor.cpp $$up/sim/verilator/dram.cpp \
	  $$lib/tests/oracle/softfloat.o $$lib/libstamp.a > $@.log || (cat $@.log; exit 1)
$(B)/axi_monitor_tb: $(B)/tests/rtl/axi_monitor_tb.opp $(B)/tests/rtl/axi_monitor.opp
	$(CXX) $^ -o $@
benches: $(BENCHES:%=$(B)/tb/%) $(B)/axi_monitor_tb
	@for b in $^; do echo "$$b"; $$b || exit 1; done

# ---- Top-level targets ---------------------------------------------------------------------------
deps-%: # deps-demo-test: the packages of two lines of .ci/packages
	@.ci/install $(subst -, ,$*)
demo: deps-demo
	@$(MAKE) -s --no-print-directory all
	$(B)/stamp demo
STEPS = runner tests/run_test.sh -- spec-fresh "$(MAKE) spec-fresh" -- check "STAMP_BIN=$(B)/stamp $(B)/check" \
  -- sanitizers "$(B)/check-san" -- fuzz "$(MAKE) fuzz" -- benches "$(MAKE) benches" \
  -- blocks "STAMP_LOGITS=$(B)/logits tests/compiler/blocks.py" \
  -- tokenizers "STAMP_IDS=$(B)/ids tests/compiler/tokenizers.py" -- field "tests/compiler/field.sh $(B)/stamp" \
  -- families "STAMP_LOGITS=$(B)/logits tests/compiler/families.py" \
  -- pictures "STAMP_PICTURE=$(B)/picture tests/compiler/pictures.py" \
  -- archives "STAMP_NAMED=$(B)/named tests/compiler/archives.py" \
  -- deit "STAMP_PICTURE=$(B)/picture tests/compiler/deit.py" \
  -- bad-input "tests/cli/bad_input.sh" -- bad-checkpoint "STAMP_BIN=$(B)/stamp tests/cli/bad_checkpoint.py" \
  -- layouts "STAMP_BIN=$(B)/stamp tests/cli/layouts.py" \
  -- nonfinite "STAMP_BIN=$(B)/stamp tests/cli/nonfinite.py" \
  -- vectors-fresh "$(MAKE) vectors-fresh" \
  -- conform "$(foreach m,$(MACHS),$(B)/conform $m model && $(B)/conform $m rtl &&) true" \
  -- second "tests/conformance/second.py" -- images "STAMP_BIN=$(B)/stamp tests/conformance/image_second.py" \
  -- resources "STAMP_BIN=$(B)/stamp tests/cli/resources.py" \
  -- manual "STAMP_BIN=$(B)/stamp tests/cli/manual.py" -- commands "STAMP_BIN=$(B)/stamp-san tests/cli/commands.sh" \
  -- lint "$(MAKE) lint" -- machine-table "tests/cli/machine_table.sh" \
  -- estimates "tests/cosim/estimates.py $(B)/stamp 10 $(firstword $(MACHS))"
test: deps-demo-test
	@echo "building (about 8 minutes on 2 cores from nothing)"
	@$(MAKE) -s -j2 all $(MACHS:%=rtl-%) $(B)/stamp-san $(B)/check $(B)/check-san $(B)/rand $(B)/errors \
	  $(B)/regs $(B)/edges $(B)/cycles $(MACHS:%=$(B)/plant/stamp_rtl_%.so) $(FUZZERS) $(B)/logits $(B)/ids $(B)/picture $(B)/named $(B)/conform $(B)/make_vectors \
	  $(BENCHES:%=$(B)/tb/%) $(B)/axi_monitor_tb
	@B=$(B) tests/run.sh $(STEPS) \
	  -- networks "tests/cosim/networks.sh" \
	  $(foreach m,$(MACHS),-- rand-$m "$(B)/rand $m --near 1 --count $(or $(RAND_$m),60)") \
	  $(foreach m,$(MACHS),-- errors-$m "$(B)/errors $m") \
	  -- edges "$(foreach m,$(MACHS),$(B)/edges $m &&) true" -- plant "tests/cosim/plant.sh" \
	  -- cycles "$(foreach m,$(MACHS),$(B)/cycles $m &&) true" -- registers "$(foreach m,$(MACHS),$(B)/regs $m &&) true" \
	  -- machines-random "$(MAKE) machines-random N=2 SEED=5 MOST=128"
test-long: test
	@$(MAKE) -s $(B)/exhaust_fn
	@B=$(B) tests/run.sh $(wordlist 2,99,$(foreach m,$(MACHS),-- rand-$m-long \
	  "$(B)/rand $m --near 3 --seed 10000 --count $(or $(LONG_$m),1000)")) \
	  -- vectors-long "$(MAKE) vectors && $(foreach m,$(MACHS),$(B)/conform $m rtl $(B)/vectors/$m.vec &&) true" \
	  -- fuzz-long "$(MAKE) fuzz FUZZ=1000000" -- exhaust-fn "$(B)/exhaust_fn" -- layers "tests/cosim/layers.sh" \
	  -- estimates-long "tests/cosim/estimates.py $(B)/stamp 25 $(MACHS)" \
  -- machines-random-long "$(MAKE) machines-random N=8 SEED=100 MOST=256"
# Programs drawn for a machine: many where its RTL is fast.
RAND_tiny := 1200
RAND_base := 300
LONG_tiny := 20000
LONG_base := 5000
LONG_wide := 2500
N    ?= 8
SEED ?= 1
MOST ?= 256
machines-random: $(B)/stamp $(B)/rand $(B)/errors $(B)/regs $(B)/cycles $(B)/draw
	@B=$(B) tests/cosim/machines.sh $(N) $(SEED) $(MOST)
lint: $(B)/specgen
	@tests/lint.sh
synth: deps-synth
	@$(MAKE) -s $(B)/specgen
	@rtl/synth.sh
bench: $(B)/bench_matmul $(B)/bench_net $(B)/ids all
	env OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 \
	  $$(grep -q avx512f /proc/cpuinfo && echo OPENBLAS_CORETYPE=SkylakeX) $(B)/bench_matmul
	$(B)/bench_net
	tests/bench/run.sh
$(B)/bench_matmul: deps-demo-bench $(B)/libstamp.a tests/bench/bench_matmul.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -DHAVE_DNNL -DHAVE_OPENBLAS -I/usr/include/$$(gcc -dumpmachine)/openblas-pthread \
	  tests/bench/bench_matmul.c $(B)/libstamp.a $(LDLIBS) -ldnnl -lopenblas -o $@
$(B)/bench_net: $(B)/tests/bench/bench_net.o $(B)/libstamp.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@
coverage: deps-demo-coverage
	@$(MAKE) -s -j2 $(B)/stamp_rtl_tiny_cov.so $(B)/rand $(B)/errors $(B)/regs $(COV_BENCHES:%=$(B)/tb/%)
	@tests/coverage.sh

clean:
	rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
