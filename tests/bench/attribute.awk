# SPDX-License-Identifier: GPL-2.0-or-later
#
# attribute.awk SYMBOLS RESULTS SECTIONS: which functions the plugin's counts are
# of. SYMBOLS are lines "SYSTEM ADDRESS FUNCTION MODULE" in the order of system and
# address, those of the kernel itself under the system "-"; RESULTS has the name of
# a system on each line, section by section. Prints, with tabs between,
#
#   SECTION CPU MODULE FUNCTION INSTRUCTIONS
#
# The kernel itself is the module "kernel"; what lies below it is "user".
# Addresses all have 16 digits and are compared as strings.

BEGIN { OFS = "\t" }

FILENAME == ARGV[1] {
	n = ++count[$1]
	address[$1, n] = $2 ""
	owner[$1, n] = $4 OFS $3
	next
}

FILENAME == ARGV[2] {
	system_of[++sections] = $1
	next
}

$1 == "section" {
	section++
	# Modules of another system lay elsewhere.
	if (system_of[section] != system_now)
		split("", found_module)
	system_now = system_of[section]
	next
}

$1 == "end" {
	for (key in sum)
		print section, key, sum[key]
	split("", sum)
	next
}

{ sum[$1 OFS find($2 "")] += $3 }

function find(where) {
	if (where == "user")
		return "user" OFS "-"
	if (where < "ffffffffc0000000") {
		if (!(where in found))
			found[where] = search("-", where)
		return found[where]
	}
	if (!(where in found_module))
		found_module[where] = search(system_now, where)
	return found_module[where]
}

# The last function that does not begin after it.
function search(table, where,    low, high, middle) {
	low = 0
	high = count[table]
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (address[table, middle] <= where)
			low = middle
		else
			high = middle - 1
	}
	return low ? owner[table, low] : "unknown" OFS "-"
}
