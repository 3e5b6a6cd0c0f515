/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file commands.h
 * The subcommands. Each takes its own argv (its name first) and returns the exit code.
 */
#ifndef STAMP_CLI_COMMANDS_H
#define STAMP_CLI_COMMANDS_H

int stamp_cmd_eval(int argc, char **argv);
int stamp_cmd_generate(int argc, char **argv);
int stamp_cmd_compare(int argc, char **argv);
int stamp_cmd_capture(int argc, char **argv);
int stamp_cmd_linear(int argc, char **argv);
int stamp_cmd_compile(int argc, char **argv);
int stamp_cmd_report(int argc, char **argv);
int stamp_cmd_run(int argc, char **argv);
int stamp_cmd_asm(int argc, char **argv);
int stamp_cmd_dis(int argc, char **argv);
int stamp_cmd_info(int argc, char **argv);
int stamp_cmd_tokenize(int argc, char **argv);
int stamp_cmd_machines(int argc, char **argv);
int stamp_cmd_devices(int argc, char **argv);
int stamp_cmd_graph(int argc, char **argv);
int stamp_cmd_classify(int argc, char **argv);
int stamp_cmd_paint(int argc, char **argv);
int stamp_cmd_demo(int argc, char **argv);

#endif
