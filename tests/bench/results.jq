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

def ordered: reduce .[] as $x ([]; if index([$x]) then . else . + [$x] end);

# Medians of what has a number for each key, key by key.
def medians: map(to_entries[]) | group_by(.key)
	| map({ key: .[0].key, value: (map(.value) | median | rounded) }) | from_entries;

# From one object for each run to one for each cell, in the order of the first.
# What a module takes is its own median, so modules do not quite add up to the whole.
def cells: to_entries | map(.value + { place: .key })
	| group_by([.method, .system, .work]) | sort_by(.[0].place) | map({
	method: .[0].method, system: .[0].system, work: .[0].work,
	instructions: (map(.initiator) | median | rounded),
	deviation: (map(.initiator) | deviation | rounded),
	runs: map(.initiator | rounded),
	target: (map(.target) | median | rounded),
	load: (map(.load | del(.latency_ns, .ios)) | medians),
	latency_ns: (map(.load.latency_ns // {}) | medians),
	modules: (map(.modules) | medians | with_entries(select(.value > 0))
		| to_entries | sort_by(-.value) | from_entries)
});

def row: "| " + join(" | ") + " |";

def thousands: tostring | if length > 3 then (.[:-3] | thousands) + " " + .[-3:] else . end;

# A table of cells, works across and systems down. `what` is what it has of a cell.
def table(what): . as $cells
	| (map(.work) | ordered) as $works
	| (["system"] + $works | row),
	  ("|---|" + ($works | map("---:|") | add)),
	  ((map(.system) | ordered)[] as $system | [$system] + ($works | map(. as $work
		| [$cells[] | select(.system == $system and .work == $work)][0]
		| if . then what else "" end)) | row);

def instructions: .instructions | thousands;

def microseconds: . / 100 | rounded / 10 | tostring;

# Where instructions go, by module.
def modules: . as $cells
	| (map(.modules | keys[]) | unique
		| sort_by(. as $n | -([$cells[].modules[$n] // 0] | add))
		| map(select(. as $n | any($cells[]; (.modules[$n] // 0) >= 100)))) as $names
	| (["system"] + $names | row), ("|---|" + ($names | map("---:|") | add)),
	  ($cells[] | .modules as $modules
		| [.system] + ($names | map($modules[.] // 0 | thousands)) | row);

# Cells of both, with what is more than their runs differ by anyhow: three times
# the deviation of either, and half a percent.
def moves($old; $new): [$new.cells[] as $n | $old.cells[]
	| select(.method == $n.method and .system == $n.system and .work == $n.work)
	| { method, system, work, old: .instructions, new: $n.instructions,
	    noise: ([.deviation * 3, $n.deviation * 3, .instructions / 200] | max) }
	| . + { moved: ((.new - .old | fabs) > .noise) }];

def percent: . * 1000 | rounded / 10 | tostring + " %";

# --- times: from one object for each run to the ratios of pairs, round by round

def pairs: [["ours:lio", "iscsi_tcp:lio"], ["ours:null", "iscsi_tcp:null"],
	["ours:null", "nvme_tcp"], ["ours:lio", "nvme_tcp"]];

# Of who ran a work in a round, as one object: {"ours:lio": ns, ...}.
def by_system: map({ (.system): .ns }) | add;

def hundredths: . * 100 | rounded / 100;

def time_ratios: group_by(.work) | map(
	.[0].work as $work | (group_by(.round) | map(by_system)) as $rounds
	| pairs[] as [$one, $other]
	| [$rounds[] | .[$one] / .[$other]] as $ratios | (($ratios | length) / 2 | floor) as $half
	| { work: $work, system: $one, beside: $other,
	    ratio: ($ratios | median | hundredths),
	    halves: [$ratios[:$half], $ratios[$half:] | median | hundredths] });

def time_table: . as $all | (map(.work) | ordered) as $works
	| (["pair"] + $works | row), ("|---|" + ($works | map("---:|") | add)),
	  (pairs[] as [$one, $other] | ["\($one) / \($other)"] + ($works | map(. as $work
		| $all[] | select(.work == $work and .system == $one and .beside == $other)
		| "\(.ratio) (\(.halves[0]), \(.halves[1]))")) | row);
