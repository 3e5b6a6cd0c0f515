/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - stamp: finds the subcommand, and stops cleanly when interrupted. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/file/outfile.h"
#include "model/spec/spec.h"
#include "sim/cli/args_machine.h"
#include "sim/cli/commands.h"
#include "sim/cli/files.h"
#include "sim/cli/progress.h"
#include "sim/cli/replay.h"
#include "sim/cli/say.h"
#include "sim/cli/version.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
};

static const struct command commands[] = {
    {"demo", stamp_cmd_demo,
     "a network on the machine, layer by layer or whole, and what STaMP gains"},
    {"eval", stamp_cmd_eval, "perplexity of a network on a text, f32 and quantized"},
    {"generate", stamp_cmd_generate, "text from a prompt, token by token on the machine"},
    {"classify", stamp_cmd_classify, "pictures by a vision transformer on the machine"},
    {"paint", stamp_cmd_paint, "pictures by a diffusion transformer on the machine"},
    {"compare", stamp_cmd_compare, "schemes side by side: perplexity, SQNR, bits, cycles"},
    {"capture", stamp_cmd_capture, "input and weight of a linear layer of a network as .npy"},
    {"tokenize", stamp_cmd_tokenize, "token ids of a text, and the text they decode to"},
    {"linear", stamp_cmd_linear, "one layer from .npy files: compile, run, compare, measure"},
    {"compile", stamp_cmd_compile, "a layer or a chain of layers to a program file"},
    {"run", stamp_cmd_run, "a program file on the C machine, the RTL, or both in lock-step"},
    {"report", stamp_cmd_report, "what runs counted, side by side: text, CSV, a page"},
    {"asm", stamp_cmd_asm, "assembly text to a program file"},
    {"dis", stamp_cmd_dis, "a program file to assembly text"},
    {"info", stamp_cmd_info, "what a program or a checkpoint holds, and whether it is legal"},
    {"graph", stamp_cmd_graph, "the graph of a checkpoint's network, as text or for Graphviz"},
    {"machines", stamp_cmd_machines, "the machine configurations"},
    {"devices", stamp_cmd_devices, "what a network or program can run on"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* Only calls that are safe in a signal handler. */
static void on_signal(int number)
{
    static const char wipe[] = "\r\033[K", text[] = "stamp: interrupted, nothing was written\n";

    (void)number;
    stamp_outfile_abandon_all();
    stamp_wave_abandon();
    ssize_t n = stamp_progress_open() ? write(STDERR_FILENO, wipe, sizeof wipe - 1) : 0;
    n += write(STDERR_FILENO, text, sizeof text - 1);
    _exit(n < 0 ? STAMP_EXIT_FAIL : STAMP_EXIT_INT);
}

static void catch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};

    sigemptyset(&act.sa_mask);
    sigaddset(&act.sa_mask, SIGINT);
    sigaddset(&act.sa_mask, SIGTERM);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

static int help(void)
{
    puts("stamp - STaMP networks on an open accelerator: numerics, compiler, RTL\n\n"
         "Usage: stamp COMMAND [OPTION...]; stamp COMMAND --help says more; stamp --version\n");
    for (size_t i = 0; i < COMMANDS; i++) printf("  %-9s %s\n", commands[i].name, commands[i].what);
    puts("\nEvery command takes --json (one object on standard output) and --progress.\n"
         "Exit: 0 done, 1 failed (bits that differ included), 2 wrong usage, 130 interrupted.\n"
         "Every number, its unit and definition: man ./sim/cli/stamp.1");
    return stamp_say_end(STAMP_EXIT_OK);
}

static int version(void)
{
    printf("stamp " STAMP_VERSION " (STaMP kit), interface of the machine %d.%d\n", STAMP_ISA_MAJOR,
           STAMP_ISA_MINOR);
    return stamp_say_end(STAMP_EXIT_OK);
}

static int usage(const char *word)
{
    char names[240] = "";

    for (size_t i = 0; i < COMMANDS; i++) {
        strcat(names, i ? ", " : "");
        strcat(names, commands[i].name);
    }
    if (word)
        stamp_say_error("no command '%s'; there are %s; see stamp --help", word, names);
    else
        stamp_say_error("which command? There are %s; see stamp --help", names);
    return STAMP_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    catch_signals();
    if (argc < 2) return usage(NULL);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return help();
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) return version();
    stamp_replay_keep(argc, argv);
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(argv[1], commands[i].name))
            return stamp_say_end(stamp_args_machine_end(commands[i].run(argc - 1, argv + 1)));
    return usage(argv[1]);
}
