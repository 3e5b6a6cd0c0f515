# make            build/stamp and the base machine    make demo       the main job, end to end
# make test       every test                          make test-long  more seeds, whole networks
# make lint       warnings, format, RTL lint, arrows  make bench      speed and memory, side by side
# make coverage   RTL line and toggle coverage        make synth      Yosys: cells per unit
# make prove [NAME="fifo csr"] [J=2]: proofs about the RTL; make prove-netlists [UNIT=csr]: mapped netlists against it; tests/prove/README.md
# make mutate [UNIT="sems csr"] [J=2] [UPDATE=1]: mutants of the RTL's units, tests/mutate/README.md
# make timing MACH=tiny LIB=asap7 [UNIT=mxu] [LIBERTY=FILES PERIOD=NS] [CHECK=1|UPDATE=1] [J=2]: rtl/timing/README.md
# make energy MACH=tiny LIB=asap7 [UNIT=array] [WORK=random] [CYCLES=N] [GLITCHES=1 [ICARUS=1]] [FIT=1] [SECOND=0.2] [LIBERTY=FILES PERIOD=NS]: rtl/energy/README.md
# make energy-table MACH=tiny LIB=asap7 [ONLY=stories260K]: what schemes cost, model/energy/energy.md
# make spec       reprint what derives from *.def     make rtl-NAME   one machine of the table (MACHS)
# make calibration  the timed machine against the RTL, all programs: tests/cosim/calibration.md; make tlm: SystemC
# make vectors    conformance vectors, made again     make clean      B=DIR: where to build, no spaces in it
# make rtl-NAME-tuned  RTL compiled by a profile      make rtl-NAME-waves   RTL that can write FST
# make rtl-NAME-ihp    memories of foundry macros (over our models)     make assertions  the table of rtl/assert
# make rtl-NAME-plain  RTL without its assertions, in build/plain       make rtl-NAME-threads, -awake: tests/cosim/twins.sh
# make machines-random N=8 SEED=1 MOST=256: machines drawn, built, tested (machs.def of B: further machines)
B        ?= build
CC       := gcc
CXX      := g++
CPPFLAGS += -I. -MMD -MP -D_POSIX_C_SOURCE=200809L
CFLAGS   += -O2 -g -std=c11 -ffp-contract=off -Wall -Wextra -Wconversion -pedantic -Werror
CXXFLAGS += -O2 -g -std=c++17 -Wall -Wextra -Werror
LDLIBS   += -lcjson -lpcre2-8 -lutf8proc -lz -lpng -ldl -lm
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all
EXTRA    := $(wildcard $(B)/machs.def)
MACHS    := $(shell sed -n 's/^CONFIG.\([A-Za-z0-9_]*\),.*/\1/p' model/spec/mach.def $(EXTRA))
export B CC CXX

obj      = $(patsubst %.c,$(B)/%.o,$(filter %.c,$1)) $(patsubst %.cpp,$(B)/%.opp,$(filter %.cpp,$1))
san      = $(patsubst %.c,$(B)/san/%.o,$1)
LIB_C    := $(filter-out model/spec/specgen%.c,$(wildcard model/*.c model/*/*.c compiler/*/*.c \
              sim/run/*.c sim/net/*.c sim/paint/*.c sim/vision/*.c sim/ref/*.c sim/report/*.c))
CLI_C    := $(wildcard sim/cli/*.c)
CONF_C   := $(addprefix tests/conformance/,conform.c device_model.c device_rtl.c load.c)
GEN_C    := $(wildcard tests/cosim/gen*.c)
TEST_C   := $(filter-out tests/model/exhaust_fn.c,$(wildcard tests/*.c tests/model/*.c tests/compiler/*.c \
              tests/paint/*.c tests/cosim/test_*.c tests/oracle/*.c tests/cli/*.c tests/conformance/test_*.c \
              tests/conformance/toy.c tests/cosim/count_device.c tests/cosim/calibrate_prog.c tests/cosim/cycle_shapes.c $(GEN_C) tests/report/*.c tests/cover/*.c) $(CONF_C))
COSIM    := $(GEN_C) $(filter-out %/errors.c %/edges.c,$(wildcard tests/cosim/e*.c)) $(wildcard tests/cosim/*.cpp) \
              tests/rtl/axi_monitor.cpp $(wildcard tests/cover/*.c tests/cover/*.cpp)
RTL_SV   := $(wildcard rtl/*/*.sv rtl/mem/ihp/*.sv sim/verilator/ihp/*.sv)
LIB      := $(B)/libstamp.a
FUZZERS  := $(patsubst tests/fuzz/%.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
TOOLS    := $(addprefix $(B)/,logits ids picture named predict)
# Unit benches: build/tb/MACHINE/UNIT; tiny_cov writes coverage, as build/stamp_rtl_tiny_cov.so does.
BENCHES  := $(foreach m,$(filter-out wide,$(MACHS)),$(addprefix $m/,ldu stu mxu vxu vx_fn xb)) $(addprefix tiny/,fp ctrl lib)
RECORDED := $(patsubst tiny/%,tiny_energy/%,$(filter tiny/%,$(BENCHES)))
COVERED  := $(patsubst tiny/%,tiny_cov/%,$(filter tiny/%,$(BENCHES)))

.DELETE_ON_ERROR .SECONDARY:
.PHONY: all tlm calibration shapes demo test test-long bench bench-paths assertions lint coverage synth timing energy energy-check energy-table prove prove-netlists mutate spec spec-fresh clean fuzz benches vectors vectors-fresh machines-random regress cover
all: $(B)/stamp rtl-base

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(B)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -O1 $(SAN) -c $< -o $@
$(B)/%.opp: %.cpp
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@
# Loops over weights and activations: vectors pay.
$(patsubst %,$(B)/%.o,$(addprefix model/num/,matmul_fast fn norm kv attn rope digits f32 quant butterfly bf16) \
  model/net/net_attn model/insn/mm compiler/front/lazy compiler/front/blocks compiler/quant/pack compiler/quant/gptq \
  sim/ref/calibrate): CFLAGS += -O3
$(B)/model/spec/mach.o $(B)/san/model/spec/mach.o: $(EXTRA)
$(addprefix $(B)/,model/spec/mach.o san/model/spec/mach.o): CPPFLAGS += $(if $(EXTRA),-DSTAMP_MACHS_EXTRA='"$(abspath $(EXTRA))"')

$(LIB): $(call obj,$(LIB_C))
	rm -f $@ && ar -qcs $@ $^
$(B)/specgen: LDLIBS =
$(B)/specgen: $(call obj,$(addprefix model/spec/,specgen.c specgen_md.c spec.c mach.c))
$(B)/stamp: $(call obj,$(CLI_C)) $(LIB)
$(B)/check: $(call obj,$(TEST_C)) $(LIB)
$(TOOLS): $(B)/%: $(B)/tests/tools/%.o $(LIB)
$(B)/rand $(B)/errors $(B)/regs $(B)/edges $(B)/words: $(B)/%: $(B)/tests/cosim/%.o $(call obj,$(COSIM)) $(LIB)
$(B)/cycles: $(call obj,$(wildcard tests/cosim/cycle*.c)) $(LIB)
$(B)/resets: $(call obj,tests/cosim/resets.c $(GEN_C)) $(LIB)
$(B)/calibrate: $(call obj,$(wildcard tests/cosim/calibrate*.c) tests/cosim/cycle_shapes.c $(GEN_C)) $(LIB)
$(B)/draw: $(call obj,tests/cosim/draw.c $(GEN_C)) $(LIB)
$(B)/conform: $(call obj,$(CONF_C) tests/conformance/main.c) $(LIB)
$(B)/make_vectors: $(call obj,$(CONF_C) $(wildcard tests/conformance/make*.c) $(GEN_C)) $(LIB)
$(B)/exhaust_fn: $(call obj,tests/model/exhaust_fn.c tests/model/fn_sweep.c) $(LIB)
$(B)/replay: $(call obj,$(wildcard rtl/energy/*.cpp))
$(B)/replay: LDLIBS = -lz
$(B)/transitions: $(B)/rtl/energy/vcd/transitions.opp
$(B)/transitions: LDLIBS =
$(patsubst %.cpp,$(B)/%.opp,$(wildcard rtl/energy/*.cpp rtl/energy/vcd/*.cpp)): CXXFLAGS += -O3
$(B)/lanes: $(B)/tests/mutate/lanes.opp
$(B)/lanes: LDLIBS = -lz
$(B)/tests/mutate/lanes.opp: CXXFLAGS += -O3 -march=native
$(B)/axi_monitor_tb: $(call obj,tests/rtl/axi_monitor_tb.cpp tests/rtl/axi_monitor.cpp)
$(B)/bench_net: $(call obj,$(addprefix tests/bench/,bench_net.c llama.c stream.c)) $(LIB)
$(B)/bench_clock: $(call obj,tests/bench/bench_clock.c) $(LIB)
$(B)/bench_matmul: $(call obj,$(addprefix tests/bench/,bench_matmul.c onednn.c)) $(LIB)
$(B)/bench_paths: $(call obj,$(addprefix tests/bench/,bench_paths.c llama.c onednn.c stream.c)) $(LIB)
$(B)/bench_matmul $(B)/bench_paths: LDLIBS += -ldnnl -lopenblas
$(addprefix $(B)/tests/bench/,bench_matmul.o onednn.o): CPPFLAGS += -DHAVE_DNNL -DHAVE_OPENBLAS \
  -I/usr/include/$$(gcc -dumpmachine)/openblas-pthread
# A back end that reports something wrong, and a host that reads something wrong (tests/cosim/plant.sh).
$(B)/plant/stamp: $(call obj,$(CLI_C) tests/cosim/plant_get.c) $(LIB) | $(B)/plant/specgen
$(B)/plant/stamp: LDFLAGS += -Wl,--wrap=stamp_run_get
$(B)/plant/specgen: $(B)/specgen
	@mkdir -p $(@D) && cp $< $@
$(B)/plant/stamp_rtl_%.so: tests/cosim/plant.c model/spec/spec.c model/spec/activity.c $(B)/stamp_rtl_%.so $(B)/plant/stamp
	$(CC) -I. $(CFLAGS) -DMACH='"$*"' -fPIC -shared $(filter %.c,$^) -ldl -o $@
$(B)/stamp-san: $(call san,$(CLI_C) $(LIB_C) tests/cosim/count_device.c)
$(B)/check-san: $(call san,$(TEST_C) $(LIB_C))
$(B)/check $(B)/check-san: LDLIBS += $$(pkg-config --libs check)
$(FUZZERS): $(B)/%: $(call san,tests/fuzz/%.c tests/fuzz/bend.c $(LIB_C) \
  $(addprefix tests/compiler/,front_samples.c gguf_sample.c gguf_sample_gpt2.c token_samples.c zip_samples.c vit_sample.c dit_sample.c) tests/paint/paint_sample.c tests/report/record_sample.c)
$(B)/stamp-san $(B)/check-san $(FUZZERS): LDFLAGS += $(SAN)
$(FUZZERS) $(TOOLS) $(addprefix $(B)/,stamp specgen check cycles calibrate resets draw conform make_vectors exhaust_fn bench_net \
  bench_clock bench_matmul bench_paths plant/stamp stamp-san check-san):
	$(CC) $(LDFLAGS) $(filter %.o %.a,$^) $(LDLIBS) -pthread -o $@
$(addprefix $(B)/,rand errors regs edges words axi_monitor_tb replay transitions lanes):
	$(CXX) $(LDFLAGS) $(filter %.o %.opp %.a,$^) $(LDLIBS) -o $@

# ---- What derives from the tables ----------------------------------------------------------------------
spec:
	model/spec/derived.sh print fn
	$(MAKE) $(B)/specgen
	model/spec/derived.sh print rest
spec-fresh: $(B)/specgen
	model/spec/derived.sh fresh fn
	model/spec/derived.sh fresh rest

# ---- Verilated machines and unit benches ---------------------------------------------------------------
rtl-%-waves: $(B)/stamp_rtl_%_waves.so ;
rtl-%-tuned: $(B)/stamp $(B)/specgen ; sim/verilator/tune.sh $*
rtl-%-ihp: $(B)/stamp_rtl_%_ihp.so ;
rtl-%-plain: $(B)/plain/stamp_rtl_%.so $(B)/plain/stamp ;
$(B)/plain/stamp_rtl_%.so: $(B)/stamp_rtl_%_plain.so
	@mkdir -p $(@D) && cp $< $@
$(B)/plain/stamp: $(B)/stamp
	@mkdir -p $(@D) && cp $< $@
# A folder with a stamp that uses the kind beside it: on two threads, or with no unit asleep.
rtl-%-threads: $(B)/stamp $(B)/stamp_rtl_%_threads.so
	mkdir -p $(B)/threads && cp $< $(B)/threads/ && cp $(B)/stamp_rtl_$*_threads.so $(B)/threads/stamp_rtl_$*.so
rtl-%-awake: $(B)/stamp $(B)/stamp_rtl_%_awake.so
	mkdir -p $(B)/awake && cp $< $(B)/awake/ && cp $(B)/stamp_rtl_$*_awake.so $(B)/awake/stamp_rtl_$*.so
rtl-%-energy: $(B)/stamp_rtl_%_energy.so ;
rtl-%: $(B)/stamp_rtl_%.so ;
# C code of a memory, in each shared object: of the RTL (build.sh), of the SystemC platform.
export MEMORY_C := $(addprefix model/,status.c spec/spec.c clock/plain.c dram/model.c dram/memory.c dram/image.c dram/channel.c dram/queue.c dram/map.c)
tlm: $(B)/stamp_tlm.so
$(B)/stamp_tlm.so: $(wildcard sim/tlm/*.*) $(MEMORY_C) sim/verilator/dram.cpp sim/run/rtl.h sim/run/tlm.h $(wildcard model/clock/*.h model/dram/*.h)
	@mkdir -p $(B)/tlm
	for c in $(MEMORY_C); do $(CC) -I. -std=c11 -O2 -g -fPIC -c $$c -o $(B)/tlm/$$(basename $$c .c).o || exit 1; done
	$(CXX) -I. -O2 -g -std=c++17 -Wall -Wextra -Werror -fPIC -shared $(filter %.cpp,$^) $(B)/tlm/*.o -Wl,-z,defs -lsystemc -o $@
# New only when they differ, so that a line of the table is one machine's.
$(B)/v/%/params: $(B)/specgen
	@sim/verilator/build.sh params $*
$(B)/stamp_rtl_%.so: $(B)/v/%/params $(RTL_SV) $(wildcard sim/verilator/*.*) sim/run/rtl.h model/spec/spec.c $(wildcard model/clock/plain.* model/clock/axi.h model/dram/*)
	+sim/verilator/build.sh machine $*
# Faults of tests/assert/mutants.txt in one machine, and each check of rtl/assert with a fault of its own.
$(B)/stamp_rtl_tiny_mutants.so: $(B)/assert/rtl/stamp_mutant_pkg.sv
$(B)/assert/rtl/stamp_mutant_pkg.sv: tests/assert/mutants.txt tests/assert/assertions.py tests/assert/mutant.cpp $(RTL_SV)
	tests/assert/assertions.py --mutate
$(B)/checks: $(wildcard tests/assert/*.sv tests/assert/*.cpp rtl/assert/check_*.sv) sim/verilator/stop.h sim/verilator/stop.cpp sim/verilator/build.sh
	sim/verilator/build.sh checks tiny
$(addprefix $(B)/tb/,$(BENCHES) $(COVERED) $(RECORDED)): $(B)/tb/%: $(wildcard tests/rtl/*.*) $(RTL_SV) $(LIB) $(B)/specgen \
    $(B)/tests/oracle/softfloat.o sim/verilator/dram.cpp sim/verilator/build.sh
	sim/verilator/build.sh bench $(subst /, ,$*)
$(addprefix $(B)/tb/,$(RECORDED)): $(addprefix sim/verilator/,record.cpp record.h signals.cpp)
benches: $(BENCHES:%=$(B)/tb/%) $(B)/axi_monitor_tb
	@for b in $^; do echo "$$b"; $$b || exit 1; done

calibration: $(B)/stamp $(B)/calibrate $(MACHS:%=rtl-%)
	tests/cosim/calibration.py $(B) tests/cosim/calibration.md
deps-%: # deps-demo-test: the packages of two lines of .ci/packages
	@.ci/install $(subst -, ,$*)
demo: deps-demo
	@$(MAKE) -s --no-print-directory all
	$(B)/stamp demo
test: deps-demo-test-timing
	@echo "building (about 8 minutes on 2 cores from nothing)"
	@$(MAKE) -s -j2 all tlm $(MACHS:%=rtl-%) rtl-tiny-ihp rtl-tiny-waves rtl-tiny-energy rtl-tiny_mutants $(MACHS:%=$(B)/plant/stamp_rtl_%.so) $(FUZZERS) $(TOOLS) $(addprefix $(B)/,stamp-san \
	  check check-san rand errors regs edges words cycles resets checks calibrate conform make_vectors axi_monitor_tb replay transitions lanes) $(BENCHES:%=$(B)/tb/%)
	@tests/steps.sh short $(MACHS)
test-long: test $(B)/exhaust_fn $(RECORDED:%=$(B)/tb/%) $(MACHS:%=rtl-%-awake) rtl-$(firstword $(MACHS))-threads ; @tests/steps.sh long $(MACHS)
machines-random: $(addprefix $(B)/,stamp rand errors regs cycles calibrate draw) ; @tests/cosim/machines.sh $(or $(N),8) $(or $(SEED),1) $(or $(MOST),256)
# make regress HOURS=n [J=2]: random programs until the time is out; what fails, by signature, in build/regress
regress: $(B)/rand $(MACHS:%=rtl-%)
	@tests/regress.py $(B)/regress --hours $(or $(HOURS),1) --rand $(B)/rand --machines $(shell echo $(MACHS) | tr ' ' ,) -j $(or $(J),2)
# make cover MACH=tiny N=1200: what of every instruction, field, neighbour and handshake programs reach: tests/cover/README.md
cover: $(addprefix $(B)/,rand errors edges) rtl-$(or $(MACH),tiny)
	@tests/cover/cover.sh $(or $(MACH),tiny) $(or $(N),1200)
fuzz: $(FUZZERS)
	@for f in $^; do echo "$$f"; $$f 1 $(or $(FUZZ),20000) || exit 1; done
vectors: $(B)/make_vectors ; @tests/conformance/vectors.sh make $(MACHS)
vectors-fresh: $(B)/make_vectors ; @tests/conformance/vectors.sh fresh $(MACHS)
lint: $(B)/specgen ; @tests/lint.sh
synth: deps-synth
	@$(MAKE) -s $(B)/specgen
	@rtl/synth.sh
# LIB of the command line is a library of cells here, and otherwise the archive of the kit.
timing: deps-timing
	@$(MAKE) -s $(B)/specgen
	@rtl/timing/timing.py $(or $(MACH),tiny) $(if $(filter command%,$(origin LIB)),$(LIB),$(if $(LIBERTY),other,asap7)) \
	  $(if $(UNIT),--unit $(UNIT)) $(if $(LIBERTY),--liberty $(LIBERTY)) $(if $(PERIOD),--period $(PERIOD)) \
	  $(if $(CHECK),--check) $(if $(UPDATE),--update) -j $(or $(J),2)
energy: deps-demo-energy
	@$(MAKE) -s LIB=$(B)/libstamp.a $(B)/specgen $(B)/stamp $(B)/replay $(B)/transitions rtl-$(or $(MACH),tiny)-energy
	@rtl/energy/energy.py $(or $(MACH),tiny) $(if $(filter command%,$(origin LIB)),$(LIB),$(if $(LIBERTY),other,asap7)) \
	  $(if $(UNIT),--unit $(UNIT)) $(if $(LIBERTY),--liberty $(LIBERTY)) $(if $(PERIOD),--period $(PERIOD)) \
	  $(if $(WORK),--work $(WORK)) $(if $(CYCLES),--cycles $(CYCLES)) $(if $(START),--start $(START)) $(if $(GLITCHES),--glitches) $(if $(ICARUS),--icarus) $(if $(FIT),--fit $(filter --check,$(FIT))) $(if $(SECOND),--second $(SECOND)) -j $(or $(J),2)
# Errors of the event model on workloads it was not fitted to: build/energy/check.json; 1 where they are worse than costs.def says.
energy-check: ; @$(MAKE) energy FIT="1 --check"
# What schemes cost: the tables of model/energy/energy.md.
energy-table:
	@$(MAKE) -s LIB=$(B)/libstamp.a $(B)/stamp
	@rtl/energy/schemes.py $(or $(MACH),tiny) $(if $(filter command%,$(origin LIB)),$(LIB),asap7) $(if $(ONLY),--only "$(ONLY)") -j $(or $(J),1)
# Each mapped netlist against its RTL (tests/prove/README.md): MACH, LIB or LIBERTY and PERIOD, UNIT=csr,fetch, NETLIST=FILE, LIMIT=S.
prove-netlists: deps-timing
	@$(MAKE) -s LIB=$(B)/libstamp.a $(B)/specgen
	@tests/prove/netlists.py $(or $(MACH),tiny) $(if $(filter command%,$(origin LIB)),$(LIB),$(if $(LIBERTY),other,asap7)) \
	  $(if $(UNIT),--unit $(UNIT)) $(if $(NETLIST),--netlist $(NETLIST)) $(if $(LIBERTY),--liberty $(LIBERTY)) $(if $(PERIOD),--period $(PERIOD)) $(if $(LIMIT),--limit $(LIMIT))
prove: deps-prove ; @tests/prove/prove.py $(NAME) -j $(or $(J),2)
mutate: deps-prove
	@$(MAKE) -s rtl-tiny-energy $(addprefix $(B)/,stamp rand errors regs words lanes) $(RECORDED:%=$(B)/tb/%)
	@tests/mutate/mutate.py $(UNIT) $(if $(UPDATE),-u) -j $(or $(J),2)
assertions: ; @tests/assert/assertions.py --list
bench: deps-demo-bench
	@$(MAKE) -s $(addprefix $(B)/,bench_matmul bench_net bench_paths ids) all rtl-base-plain
	@tests/bench/run.sh
# Published shapes: cycles, use, bytes and the transform's cost; J=1 ONLY=Llama MACHINES=base,wide MEMORIES=lpddr5,hbm3.
shapes: $(B)/stamp ; @python3 tests/bench/shapes.py $(B)/stamp $(or $(CONFIGS),../shared/data/configs) $(B)/shapes -j $(or $(J),1) \
  --only '$(ONLY)' --machines '$(MACHINES)' --memories '$(MEMORIES)'
bench-paths: deps-demo-bench $(B)/bench_paths ; @OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(B)/bench_paths
coverage: deps-demo-coverage
	@$(MAKE) -s -j2 $(addprefix $(B)/,stamp_rtl_tiny_cov.so rand errors regs) $(COVERED:%=$(B)/tb/%)
	@tests/coverage.sh
clean: ; rm -rf $(B)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
