// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <err.h>
#include <stdlib.h>
#include <unistd.h>

struct options option = { .bytes = 4096, .depth = 1, .group = 1, .count = 1000, .warm_up = 100 };

void options_parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "wstb:d:g:n:u:")) != -1)
		switch (c) {
		case 'w':
			option.write = true;
			break;
		case 's':
			option.sequential = true;
			break;
		case 't':
			option.timeless = true;
			break;
		case 'b':
			option.bytes = strtoul(optarg, NULL, 0);
			break;
		case 'd':
			option.depth = strtoul(optarg, NULL, 0);
			break;
		case 'g':
			option.group = strtoul(optarg, NULL, 0);
			break;
		case 'n':
			option.count = strtoull(optarg, NULL, 0);
			break;
		case 'u':
			option.warm_up = strtoull(optarg, NULL, 0);
			break;
		default:
			exit(2);
		}
	if (!option.group || !option.count || !option.depth || option.depth % option.group ||
	    option.count % option.group || option.warm_up % option.group)
		errx(2, "depth, count and warm-up are multiples of the group");
}
