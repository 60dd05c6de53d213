# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Combinations of settings. Sourced by those that go through many.

# all_combinations "A B" "X Y Z"...: one of each list to a line, all of them.
all_combinations() {
	local list=${1-} value rest
	if [[ $# == 0 ]]; then
		echo
		return
	fi
	shift
	while read -r rest; do
		for value in $list; do echo "$value${rest:+ $rest}"; done
	done < <(all_combinations "$@")
}

# pairwise: of the lines of its input, so few that each pair of values that
# stands in one of them stands in one that is left. Greedy: the line with the
# most new pairs first.
pairwise() {
	awk '
	function pair(line, i, j) { return i ":" word[line, i] " " j ":" word[line, j] }
	{
		for (i = 1; i <= NF; i++) word[NR, i] = $i
		text[NR] = $0
	}
	END {
		do {
			best = 0
			for (line = 1; line <= NR; line++) {
				fresh = 0
				for (i = 1; i < NF; i++)
					for (j = i + 1; j <= NF; j++)
						fresh += !(pair(line, i, j) in seen)
				if (fresh > best) { best = fresh; chosen = line }
			}
			if (!best) break
			for (i = 1; i < NF; i++)
				for (j = i + 1; j <= NF; j++)
					seen[pair(chosen, i, j)]
			print text[chosen]
		} while (1)
	}'
}
