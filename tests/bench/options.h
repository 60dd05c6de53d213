/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What load and raw_tcp are told: -w -s -t -b BYTES -d DEPTH -g GROUP -n COUNT
 * -u COUNT, as load.c explains them.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

extern struct options {
	bool write, sequential, timeless;
	uint32_t bytes, depth, group;
	uint64_t count, warm_up;
} option;

/* Ends the program if they do not fit. The rest of @argv begins at optind. */
void options_parse(int argc, char **argv);

#endif
