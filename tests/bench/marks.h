/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two instructions that do nothing and that no compiler emits: nopl with a
 * displacement of our own. The load executes them around what it measures; the
 * plugin knows them by their bytes.
 */
#ifndef BENCH_MARKS_H
#define BENCH_MARKS_H

#define MARK_BYTES 7
#define MARK_BEGIN "\x0f\x1f\x80\x69\x53\x63\x42"
#define MARK_END "\x0f\x1f\x80\x69\x53\x63\x45"

static inline void mark_begin(void)
{
	__asm__ volatile("nopl 0x42635369(%%rax)" : : : "memory");
}

static inline void mark_end(void)
{
	__asm__ volatile("nopl 0x45635369(%%rax)" : : : "memory");
}

#endif
