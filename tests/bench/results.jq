# SPDX-License-Identifier: GPL-2.0-or-later
#
# Results of the benchmark, as scripts/bench keeps them: an object with "cells",
# each a system at a work by a method with the instructions per I/O of its runs.

def median: sort | if length == 0 then null
	elif length % 2 == 1 then .[length / 2 | floor]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

# Half of all runs are nearer to the median than this.
def deviation: median as $m | map(. - $m | fabs) | median;

def rounded: . + 0.5 | floor;

# From one object for each run to one for each cell. What a module takes is its
# own median, so modules do not quite add up to the whole.
def cells: group_by([.method, .system, .work]) | map({
	method: .[0].method, system: .[0].system, work: .[0].work,
	instructions: (map(.initiator) | median | rounded),
	deviation: (map(.initiator) | deviation | rounded),
	runs: map(.initiator | rounded),
	target: (map(.target) | median | rounded),
	p50_ns: (map(.load.p50_ns) | median | rounded),
	p99_ns: (map(.load.p99_ns) | median | rounded),
	modules: (map(.modules | to_entries[]) | group_by(.key)
		| map({ key: .[0].key, value: (map(.value) | median | rounded) })
		| map(select(.value > 0)) | sort_by(-.value) | from_entries)
});

def row: "| " + join(" | ") + " |";

def thousands: tostring | if length > 3 then .[:-3] + " " + .[-3:] else . end;

# A table for one method: works across, systems down.
def table($orders): . as $cells
	| ($orders.works | map(select(. as $w | any($cells[]; .work == $w)))) as $works
	| ($orders.systems | map(select(. as $s | any($cells[]; .system == $s)))) as $systems
	| (["system"] + $works | row),
	  ("|---|" + ($works | map("---:|") | add)),
	  ($systems[] as $system | [$system] + ($works | map(. as $work
		| [$cells[] | select(.system == $system and .work == $work)][0]
		| if . then .instructions | thousands else "" end)) | row);

# Where instructions go, by module, for each system at one work.
def modules($orders; $work): map(select(.work == $work)) as $cells
	| ($cells | map(.modules | keys[]) | unique) as $names
	| ($names | sort_by(. as $n | -([$cells[].modules[$n] // 0] | add))
		| map(select(. as $n | any($cells[]; (.modules[$n] // 0) >= 100)))) as $names
	| (["system"] + $names | row), ("|---|" + ($names | map("---:|") | add)),
	  ($orders.systems[] as $s | $cells[] | select(.system == $s)
		| .modules as $modules
		| [$s] + ($names | map($modules[.] // 0 | thousands)) | row);

# Cells of both, with what is more than their runs differ by anyhow: three times
# the deviation of either, and half a percent.
def moves($old; $new): [$new.cells[] as $n | $old.cells[]
	| select(.method == $n.method and .system == $n.system and .work == $n.work)
	| { method, system, work, old: .instructions, new: $n.instructions,
	    noise: ([.deviation * 3, $n.deviation * 3, .instructions / 200] | max) }
	| . + { moved: ((.new - .old | fabs) > .noise) }];

def percent: . * 1000 | rounded / 10 | tostring + " %";
