/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between netlink.c (the commands), netlink_parse.c (what comes in) and
 * netlink_msg.c (what goes out).
 */
#ifndef ISI_NETLINK_H
#define ISI_NETLINK_H

#include <net/genetlink.h>

#include "isi.h"

extern struct genl_family isi_genl_family;
extern const struct nla_policy isi_policy[ISI_A_MAX + 1];

/* A message taken apart; the objects are there when the table says so. */
struct isi_request {
	struct genl_info *info;
	struct nlattr *session_attrs[ISI_A_SESSION_MAX + 1];
	struct nlattr *conn_attrs[ISI_A_CONN_MAX + 1];
	struct nlattr *pdu_attrs[ISI_A_PDU_MAX + 1];
	struct isi_session *session;	/* held; its mutex too */
	struct isi_conn *conn;
};

/* netlink_parse.c: 0 or -errno, the extended ack says why */
int isi_take_apart(struct isi_request *req);
int isi_need(struct isi_request *req, struct nlattr **attrs, int top,
	     const u8 *list);
int isi_need_session(struct isi_request *req, const u8 *list);
int isi_need_conn(struct isi_request *req, const u8 *list);
int isi_refuse(struct isi_request *req, int err, struct nlattr *attr,
	       const char *why);
int isi_parse_session(struct isi_request *req, struct isi_session_spec *spec);
int isi_parse_conn(struct isi_request *req, struct isi_conn_spec *spec);

/* The value, or @absent. */
static inline u32 isi_get_u32(struct nlattr *attr, u32 absent)
{
	return attr ? nla_get_u32(attr) : absent;
}

static inline u16 isi_get_u16(struct nlattr *attr, u16 absent)
{
	return attr ? nla_get_u16(attr) : absent;
}

static inline u8 isi_get_u8(struct nlattr *attr, u8 absent)
{
	return attr ? nla_get_u8(attr) : absent;
}

int isi_events_register(void);
void isi_events_unregister(void);

int isi_put_info(struct sk_buff *skb);
int isi_put_session_handle(struct sk_buff *skb, struct isi_session *session);
int isi_put_session_whole(struct sk_buff *skb, struct isi_session *session);
int isi_put_conn_handle(struct sk_buff *skb, u16 cid, u32 generation);
int isi_put_itt(struct sk_buff *skb, __be32 itt);
int isi_put_stats(struct sk_buff *skb, struct isi_session *session);

#endif
