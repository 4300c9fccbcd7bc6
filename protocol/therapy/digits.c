/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "digits.h"

bool digits_read(const char *digits, size_t len, int64_t *out)
{
	int64_t value = 0;

	/*@ loop invariant 0 <= i <= len && value == number(digits, i) >= 0;
	    loop assigns i, value;
	    loop variant len - i; */
	for (size_t i = 0; i < len; i++) {
		int64_t digit = digits[i] - '0';

		//@ assert number(digits, i + 1) == 10 * value + digit;
		if (value > (INT64_MAX - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	*out = value;
	return true;
}

/*@ requires 0 <= step <= INT64_MAX / 10 && 0 <= digit <= 9;
    assigns \nothing;
    ensures \result == step * digit >= 0; */
static int64_t times_digit(int64_t step, int64_t digit)
{
	//@ assert 0 <= step * digit <= step * 9;
	return step * digit;
}

enum pump_err digits_add_fraction(const char *digits, size_t len, int64_t scale, int64_t *value,
				  size_t *too_fine)
{
	int64_t sum = *value, step = scale;

	/*@ loop invariant 0 <= i <= len && 0 <= step <= scale && step == worth(scale, i);
	    loop invariant 0 <= sum && sum == \at(*value, Pre) + fraction(digits, i, scale);
	    loop invariant \forall integer k; 0 <= k < i ==> worth(scale, k) % 10 == 0;
	    loop assigns i, sum, step;
	    loop variant len - i; */
	for (size_t i = 0; i < len; i++) {
		int64_t part;

		if (step % 10 != 0) {
			*too_fine = i;
			return PUMP_EFORM;
		}
		step /= 10;
		//@ assert step == worth(scale, i + 1);
		part = times_digit(step, digits[i] - '0');
		//@ assert fraction(digits, i + 1, scale) == fraction(digits, i, scale) + part;
		if (part > INT64_MAX - sum)
			return PUMP_ERANGE;
		sum += part;
	}
	*value = sum;
	return PUMP_OK;
}

/*@ ensures 1 <= \result <= DIGITS_MAX && cut(value, \result) == 0;
    ensures value > 0 ==> 1 <= cut(value, \result - 1) <= 9;
    assigns \nothing; */
static size_t count_digits(uint64_t value)
{
	uint64_t left = value;
	size_t count = 1;

	/* So 20 digits are enough. */
	//@ assert cut(UINT64_MAX, 5) == 184467440737095;
	//@ assert cut(UINT64_MAX, 10) == 1844674407;
	//@ assert cut(UINT64_MAX, 15) == 18446;
	//@ assert cut(UINT64_MAX, 19) == 1;
	/*@ loop invariant 1 <= count <= DIGITS_MAX && left == cut(value, count - 1);
	    loop invariant value > 0 ==> left > 0;
	    loop invariant left <= cut(UINT64_MAX, count - 1);
	    loop assigns left, count;
	    loop variant left; */
	while (left >= 10) {
		//@ assert cut(value, count) == left / 10;
		left /= 10;
		count++;
	}
	//@ assert cut(value, count) == left / 10;
	return count;
}

size_t digits_print(uint64_t value, char *digits)
{
	size_t count = count_digits(value), at = count;

	/*@ loop invariant 0 <= at <= count && value_left: value == cut(\at(value, Pre), count - at);
	    loop invariant \forall integer i; at <= i < count ==>
	                     digits[i] == '0' + cut(\at(value, Pre), count - 1 - i) % 10;
	    loop invariant \forall integer i; at <= i < count ==> '0' <= digits[i] <= '9';
	    loop assigns at, value, digits[0 .. DIGITS_MAX - 1];
	    loop variant at; */
	while (at > 0) {
		at--;
		digits[at] = (char)('0' + value % 10);
		//@ assert cut(\at(value, Pre), count - at) == value / 10;
		value /= 10;
	}
	return count;
}
