// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the null target agrees to: whatever is offered, as far as it can be had
 * with one connection and without recovery. Lists are taken by their first value.
 */
#include "null_keys.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct keys keys_default = { .their_segment = 8192, .max_burst = 262144 };

enum rule {
	AS_OFFERED,	/* the result is what the initiator wants */
	ALWAYS,		/* it is .value */
	DECLARED,	/* it needs no answer */
};

static const struct key {
	const char *name;
	enum rule rule;
	const char *value;
} table[] = {
	{ "AuthMethod", ALWAYS, "None" },
	{ "HeaderDigest", AS_OFFERED, NULL },
	{ "DataDigest", AS_OFFERED, NULL },
	{ "InitialR2T", AS_OFFERED, NULL },
	{ "ImmediateData", AS_OFFERED, NULL },
	{ "MaxBurstLength", AS_OFFERED, NULL },
	{ "FirstBurstLength", AS_OFFERED, NULL },
	{ "DefaultTime2Wait", AS_OFFERED, NULL },
	{ "DefaultTime2Retain", AS_OFFERED, NULL },
	{ "DataPDUInOrder", AS_OFFERED, NULL },
	{ "DataSequenceInOrder", AS_OFFERED, NULL },
	{ "MaxConnections", ALWAYS, "1" },
	{ "MaxOutstandingR2T", ALWAYS, "1" },
	{ "ErrorRecoveryLevel", ALWAYS, "0" },
	{ "IFMarker", ALWAYS, "No" },
	{ "OFMarker", ALWAYS, "No" },
	{ "MaxRecvDataSegmentLength", DECLARED, NULL },
	{ "InitiatorName", DECLARED, NULL },
	{ "InitiatorAlias", DECLARED, NULL },
	{ "TargetName", DECLARED, NULL },
	{ "SessionType", DECLARED, NULL },
};

static const struct key unknown = { NULL, ALWAYS, "NotUnderstood" };

struct answer {
	char *text;
	uint32_t length, room;
};

static void add(struct answer *answer, const char *name, const char *value, int length)
{
	int n = snprintf(answer->text + answer->length, answer->room - answer->length,
			 "%s=%.*s", name, length, value);

	if (n < 0 || (uint32_t)n >= answer->room - answer->length)
		errx(1, "a login of too many keys");
	answer->length += n + 1;
}

static const struct key *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return &unknown;
}

static void note(struct keys *keys, const char *name, const char *value)
{
	bool summed = !strncmp(value, "CRC32C", 6);

	if (!strcmp(name, "MaxRecvDataSegmentLength"))
		keys->their_segment = strtoul(value, NULL, 0);
	else if (!strcmp(name, "MaxBurstLength"))
		keys->max_burst = strtoul(value, NULL, 0);
	else if (!strcmp(name, "HeaderDigest"))
		keys->header_digest = summed;
	else if (!strcmp(name, "DataDigest"))
		keys->data_digest = summed;
}

static void answer_one(struct keys *keys, struct answer *answer, const char *pair)
{
	const char *value = strchr(pair, '=');
	const struct key *key;
	char name[64];

	if (!value || value - pair >= (int)sizeof(name))
		errx(1, "not a key: %s", pair);
	memcpy(name, pair, value - pair);
	name[value++ - pair] = 0;
	note(keys, name, value);
	key = find(name);
	if (key->rule == AS_OFFERED)
		add(answer, name, value, strcspn(value, ","));
	else if (key->rule == ALWAYS)
		add(answer, name, key->value, strlen(key->value));
	if (!keys->told && !strcmp(name, "MaxRecvDataSegmentLength")) {
		char segment[16];

		keys->told = true;
		add(answer, name, segment,
		    snprintf(segment, sizeof(segment), "%u", KEYS_OUR_SEGMENT));
	}
	if (!strcmp(name, "TargetName"))
		add(answer, "TargetPortalGroupTag", "1", 1);
}

uint32_t keys_answer(struct keys *keys, const char *text, uint32_t size, char *answer,
		     uint32_t room)
{
	struct answer all = { .text = answer, .room = room };
	uint32_t at;

	for (at = 0; at < size && text[at]; at += strnlen(text + at, size - at) + 1)
		answer_one(keys, &all, text + at);
	return all.length;
}
