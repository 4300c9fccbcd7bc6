/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What digits_print writes, digits_read reads: proved over their contracts alone. Nothing runs this. */
#include "digits.h"

/*@ requires \valid_read(digits + (0 .. len - 1)) && are_digits(digits, len);
    requires \forall integer i; 0 <= i < len ==> digits[i] == '0' + cut(value, len - 1 - i) % 10;
    requires cut(value, len) == 0;
    assigns \nothing;
    ensures number(digits, len) == value;
    ensures \forall integer i; 0 <= i <= len ==> 0 <= number(digits, i) <= value; */
static void digits_say_value(const char *digits, size_t len, uint64_t value)
{
	/*@ loop invariant 0 <= i <= len && number(digits, i) == cut(value, len - i);
	    loop invariant \forall integer k; 0 <= k <= i ==> 0 <= number(digits, k) <= number(digits, i);
	    loop assigns i;
	    loop variant len - i; */
	for (size_t i = 0; i < len; i++) {
		//@ assert cut(value, len - i) == cut(value, len - i - 1) / 10;
		//@ assert number(digits, i + 1) == 10 * number(digits, i) + (digits[i] - '0');
	}
}

/*@ assigns \nothing;
    ensures \result == value; */
int64_t round_trip(int64_t value)
{
	char digits[DIGITS_MAX];
	int64_t read = 0;
	size_t len;

	if (value < 0)
		return value;
	len = digits_print((uint64_t)value, digits);
	digits_say_value(digits, len, (uint64_t)value);
	//@ assert number(&digits[0], len) == value;
	/* Every leading part is at most the whole, so it is not too large either. */
	if (!digits_read(digits, len, &read))
		return value - 1;
	return read;
}
