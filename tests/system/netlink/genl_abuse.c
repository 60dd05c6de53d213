// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * genl_abuse [--seed N] [--messages N] [TEST]...
 *
 * "allocations" is run only when it is asked for.
 *
 * Drives the generic netlink family by itself: no daemon, no login, and a
 * target that is the other end of a TCP pair. Runs as root, with the module
 * loaded and nobody else using it. Ends with "N passed, N failed".
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

static unsigned int seed = 1;
static int messages = 6000;

static void random_messages(void)
{
	test_random(seed, messages);
}

static void both_transports(void (*test)(uint8_t transport))
{
	test(ISI_TRANSPORT_TCP);
	test(ISI_TRANSPORT_GENERIC);
}

static void wire(void) { both_transports(test_wire); }
static void violations(void) { both_transports(test_violations); }
static void commands(void) { both_transports(test_commands); }
static void digests(void) { both_transports(test_digests); }
static void answers(void) { both_transports(test_answers); }
static void pings(void) { both_transports(test_pings); }

static const struct {
	const char *name;
	void (*run)(void);
	bool by_name;
} tests[] = {
	{ "attributes", test_attributes },
	{ "values", test_values },
	{ "sockets", test_sockets },
	{ "order", test_order },
	{ "permissions", test_permissions },
	{ "namespaces", test_namespaces },
	{ "wire", wire },
	{ "violations", violations },
	{ "commands", commands },
	{ "digests", digests },
	{ "answers", answers },
	{ "pings", pings },
	{ "random", random_messages },
	{ "allocations", test_allocations, .by_name = true },
};

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "messages", required_argument, NULL, 'm' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 'm':
			messages = atoi(optarg);
			break;
		default:
			exit(2);
		}
	}
}

static bool wanted(int argc, char **argv, const char *name, bool by_name)
{
	for (int i = optind; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return optind == argc && !by_name;
}

int main(int argc, char **argv)
{
	int ran = 0;

	parse_options(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	check_init();
	link_open(&main_link);
	listener_open(&events);
	check(session_count(&main_link) == 0, "there are sessions already");
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (!wanted(argc, argv, tests[i].name, tests[i].by_name))
			continue;
		tests[i].run();
		check(session_count(&main_link) == 0, "%s leaves sessions",
		      tests[i].name);
		ran++;
	}
	check(ran, "no such test");
	listener_close(&events);
	link_close(&main_link);
	return check_summary();
}
