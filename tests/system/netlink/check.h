/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting what passed and what failed, over processes and threads. A failed
 * check says what it was and goes on; what the program itself needs and cannot
 * have (a socket, memory) ends it.
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>

void check_init(void);

/* Names what follows, on standard output and in failures. */
void section(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Returns @ok. */
bool check(bool ok, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* @error, and @expected, are 0 or negative errnos. */
bool check_error(int error, int expected, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Ends the program if @ok is not so; errno is shown. */
void need(bool ok, const char *what);

/* Prints "N passed, N failed". Returns the exit status. */
int check_summary(void);

#endif
