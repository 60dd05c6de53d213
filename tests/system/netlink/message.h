/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message to the family as data, so that tests can take it apart: nests of
 * attributes, each as wrong as somebody wants it. Values are not copied but for
 * integers.
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <linux/iscsi_initiator.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_msg;

#define MESSAGE_NESTS	6
#define NEST_ATTRS	48

struct attr {
	uint16_t type;		/* with NLA_F_* */
	uint16_t len;
	uint64_t value;		/* the bytes, when @data is NULL */
	const void *data;
};

struct nest {
	uint16_t type;		/* with NLA_F_NESTED, unless somebody forgot */
	int count;
	struct attr attrs[NEST_ATTRS];
	const void *raw;	/* instead of attributes */
	uint16_t raw_len;
};

struct message {
	uint8_t cmd;
	bool dump;
	int count;
	struct nest nests[MESSAGE_NESTS];
};

void message_init(struct message *m, uint8_t cmd);
/* The first nest of a type, made if it is not there. */
struct nest *message_nest(struct message *m, uint16_t type);
/* One more nest, even of a type that is there. */
struct nest *message_add_nest(struct message *m, uint16_t type);

void put_bytes(struct nest *n, uint16_t type, const void *data, size_t len);
void put_string(struct nest *n, uint16_t type, const char *string);
void put_u8(struct nest *n, uint16_t type, uint8_t value);
void put_u16(struct nest *n, uint16_t type, uint16_t value);
void put_u32(struct nest *n, uint16_t type, uint32_t value);
void put_u64(struct nest *n, uint16_t type, uint64_t value);

struct attr *nest_attr(struct nest *n, uint16_t type);
void nest_remove(struct nest *n, uint16_t type);
void message_remove_nest(struct message *m, uint16_t type);

/* The bytes of it, to be freed with nlmsg_free(). */
struct nl_msg *message_build(const struct message *m, int family);

const char *command_name(int cmd);

#endif
