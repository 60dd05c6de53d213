// SPDX-License-Identifier: GPL-2.0-or-later
#include "check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Shared with the processes that give up their privileges. */
static struct {
	atomic_int passed;
	atomic_int failed;
} *counts;

static char present[128];

void check_init(void)
{
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(counts != MAP_FAILED, "mmap");
	setvbuf(stdout, NULL, _IOLBF, 0);
}

void section(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(present, sizeof(present), format, args);
	va_end(args);
	printf("--- %s\n", present);
}

static bool count(bool ok, const char *wrong)
{
	atomic_fetch_add(ok ? &counts->passed : &counts->failed, 1);
	if (!ok)
		printf("FAIL %s: %s\n", present, wrong);
	return ok;
}

bool check(bool ok, const char *format, ...)
{
	char wrong[512];
	va_list args;

	va_start(args, format);
	vsnprintf(wrong, sizeof(wrong), format, args);
	va_end(args);
	return count(ok, wrong);
}

bool check_error(int error, int expected, const char *format, ...)
{
	char what[384], wrong[512];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(wrong, sizeof(wrong), "%s: %s, not %s", what,
		 error ? strerrorname_np(-error) : "success",
		 expected ? strerrorname_np(-expected) : "success");
	return count(error == expected, wrong);
}

void need(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(2);
}

int check_summary(void)
{
	printf("%d passed, %d failed\n", counts->passed, counts->failed);
	return counts->failed ? 1 : 0;
}
