// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin for QEMU's TCG, -plugin FILE,out=PATH: counts the instructions that
 * each virtual CPU executes from one MARK_BEGIN to the next MARK_END, which is a
 * section. It appends to PATH, for each section,
 *
 *   section
 *   VCPU ADDRESS COUNT       a block at ADDRESS executed COUNT instructions
 *   VCPU user COUNT          all that lies below the kernel
 *   end
 *
 * for scripts to find the functions of. All that happens while the guest runs is
 * one addition for each block: each virtual CPU has counters of its own, and none
 * is ever set back, as two CPUs run at the same time; a section is what was added
 * from its begin to its end. A block of which an exception takes only a part
 * counts in its whole; the iterations of a "rep" each count as one instruction.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "marks.h"
#include "plugin.h"

#define BLOCKS (16u << 20)	/* translated in the life of a guest, at most */
#define VCPUS 4
#define KERNEL (1ull << 63)

struct block {
	uint64_t address;
	uint64_t length;	/* instructions */
};

int qemu_plugin_version = 1;

static FILE *out;
static unsigned int vcpus;
static struct block *blocks;
static uint64_t *runs[VCPUS];	/* of each block; a CPU writes its own */
static uint64_t *before[VCPUS];	/* what they were when the section began */
static uint32_t used;		/* blocks; atomic */
static uint32_t used_before;	/* nothing is in before[] from there on */
static bool measuring;

static void block_executes(unsigned int vcpu, void *data)
{
	runs[vcpu][(uintptr_t)data]++;
}

static uint32_t blocks_used(void)
{
	uint32_t n = __atomic_load_n(&used, __ATOMIC_RELAXED);

	return n < BLOCKS ? n : BLOCKS;
}

static void begin_executes(unsigned int vcpu, void *data)
{
	unsigned int i;

	(void)vcpu;
	(void)data;
	used_before = blocks_used();
	for (i = 0; i < vcpus; i++)
		memcpy(before[i], runs[i], used_before * sizeof(**runs));
	measuring = true;
}

static void write_section(unsigned int vcpu)
{
	uint32_t n = blocks_used(), i;
	uint64_t user = 0;

	for (i = 0; i < n; i++) {
		uint64_t delta = runs[vcpu][i] - (i < used_before ? before[vcpu][i] : 0);
		uint64_t count = delta * blocks[i].length;

		if (!count)
			continue;
		if (blocks[i].address < KERNEL)
			user += count;
		else
			fprintf(out, "%u %" PRIx64 " %" PRIu64 "\n", vcpu,
				blocks[i].address, count);
	}
	fprintf(out, "%u user %" PRIu64 "\n", vcpu, user);
}

static void end_executes(unsigned int vcpu, void *data)
{
	unsigned int i;

	(void)vcpu;
	(void)data;
	if (!measuring)
		return;
	measuring = false;
	fprintf(out, "section\n");
	for (i = 0; i < vcpus; i++)
		write_section(i);
	fprintf(out, "end\n");
	fflush(out);
}

static void watch_marks(struct qemu_plugin_tb *tb, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const void *bytes = qemu_plugin_insn_data(insn);

		if (qemu_plugin_insn_size(insn) != MARK_BYTES)
			continue;
		if (!memcmp(bytes, MARK_BEGIN, MARK_BYTES))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_executes,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		else if (!memcmp(bytes, MARK_END, MARK_BYTES))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end_executes,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t length = qemu_plugin_tb_n_insns(tb);
	uint32_t index = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);

	(void)id;
	if (index >= BLOCKS) {
		fprintf(stderr, "count: more than %u blocks\n", BLOCKS);
		abort();	/* rather than counting too little */
	}
	blocks[index].address = qemu_plugin_tb_vaddr(tb);
	blocks[index].length = length;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_executes, QEMU_PLUGIN_CB_NO_REGS,
					     (void *)(uintptr_t)index);
	if (blocks[index].address < KERNEL)
		watch_marks(tb, length);
}

/* What is not touched takes no memory. */
static void *array(size_t size)
{
	void *p = mmap(NULL, BLOCKS * size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			char **argv)
{
	unsigned int i;

	vcpus = info->system.max_vcpus;
	if (!info->system_emulation || vcpus > VCPUS || argc != 1 ||
	    strncmp(argv[0], "out=", 4))
		return -1;
	out = fopen(argv[0] + 4, "we");
	blocks = array(sizeof(*blocks));
	if (!out || !blocks)
		return -1;
	for (i = 0; i < vcpus; i++) {
		runs[i] = array(sizeof(**runs));
		before[i] = array(sizeof(**before));
		if (!runs[i] || !before[i])
			return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
