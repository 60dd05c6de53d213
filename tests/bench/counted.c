// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * counted COMMAND [ARGUMENT]...
 *
 * Runs a command, whose output goes to stderr, between the marks of the plugin,
 * and prints the line of JSON that load prints of an I/O.
 */
#include <err.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "marks.h"

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc < 2)
		errx(2, "usage: counted COMMAND [ARGUMENT]...");
	mark_begin();
	pid = fork();
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		err(127, "%s", argv[1]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		err(1, "%s", argv[1]);
	mark_end();
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s ended with status %#x", argv[1], status);
	puts("{\"ios\": 1}");
	return 0;
}
