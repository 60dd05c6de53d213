// SPDX-License-Identifier: GPL-2.0-only
/* { "version": "until v6.4", "commit": "dc97391e6610",
 *   "title": "sock: Remove ->sendpage*() in favour of sendmsg(MSG_SPLICE_PAGES)" }
 * Not MSG_SPLICE_PAGES itself: 6.1.y defines it for others, TCP ignores it.
 */
#include <net/tcp.h>

int probe(struct sock *sk, struct page *page);
int probe(struct sock *sk, struct page *page)
{
	return tcp_sendpage_locked(sk, page, 0, PAGE_SIZE, 0);
}
