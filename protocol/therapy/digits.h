/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * digits - whole numbers and fractions as ASCII digits, in both directions. The contracts are proved
 * for all inputs (docs/testing.md, formal); so is that what digits_print writes, digits_read reads.
 */
#ifndef PUMPCTL_DIGITS_H
#define PUMPCTL_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pump_err.h"

#define DIGITS_MAX 20 /* of a 64-bit number */

/*
 * are_digits: every byte is one. number: what n digits say. worth: what the n-th digit after a point
 * counts, in units of which scale are one. fraction: what n digits after a point say in those units.
 * cut: x without its last n digits.
 */
/*@ predicate are_digits(char *digits, integer n) = \forall integer i; 0 <= i < n ==> '0' <= digits[i] <= '9';
    logic integer number(char *digits, integer n) =
      n <= 0 ? 0 : 10 * number(digits, n - 1) + (digits[n - 1] - '0');
    logic integer worth(integer scale, integer n) = n <= 0 ? scale : worth(scale, n - 1) / 10;
    logic integer fraction(char *digits, integer n, integer scale) =
      n <= 0 ? 0 : fraction(digits, n - 1, scale) + (digits[n - 1] - '0') * worth(scale, n);
    logic integer cut(integer x, integer n) = n <= 0 ? x : cut(x, n - 1) / 10; */

/* The number that len digits say. False: too large; *out untouched. */
/*@ requires \valid_read(digits + (0 .. len - 1)) && are_digits(digits, len) && \valid(out);
    requires \separated(out, digits + (0 .. len - 1));
    assigns *out;
    ensures \result ==> *out == number{Pre}(digits, len) >= 0;
    ensures !\result ==> *out == \old(*out) &&
              \exists integer i; 0 < i <= len && number{Pre}(digits, i) > INT64_MAX; */
bool digits_read(const char *digits, size_t len, int64_t *out);

/*
 * Adds to *value what len digits after a point are worth where scale units are one. PUMP_EFORM: digit
 * number *too_fine (from 0) is worth no whole unit; PUMP_ERANGE: the sum is too large. *value
 * is untouched on error.
 */
/*@ requires \valid_read(digits + (0 .. len - 1)) && are_digits(digits, len);
    requires \valid(value) && \valid(too_fine) && \separated(value, too_fine);
    requires \separated(value, digits + (0 .. len - 1)) && \separated(too_fine, digits + (0 .. len - 1));
    requires 0 <= *value && 1 <= scale;
    assigns *value, *too_fine;
    ensures \result == PUMP_OK || \result == PUMP_EFORM || \result == PUMP_ERANGE;
    ensures \result == PUMP_OK ==> *value == \old(*value) + fraction{Pre}(digits, len, scale);
    ensures \result == PUMP_OK ==> \forall integer i; 0 <= i < len ==> worth(scale, i) % 10 == 0;
    ensures \result == PUMP_EFORM ==> 0 <= *too_fine < len && worth(scale, *too_fine) % 10 != 0;
    ensures \result == PUMP_ERANGE ==>
              \exists integer i; 0 < i <= len && \old(*value) + fraction{Pre}(digits, i, scale) > INT64_MAX;
    ensures \result != PUMP_OK ==> *value == \old(*value); */
enum pump_err digits_add_fraction(const char *digits, size_t len, int64_t scale, int64_t *value,
				  size_t *too_fine) PUMP_CHECKED;

/* Writes a number without needless zeros, 1 to DIGITS_MAX digits and no NUL. Returns how many. */
/*@ requires \valid(digits + (0 .. DIGITS_MAX - 1));
    assigns digits[0 .. DIGITS_MAX - 1];
    ensures 1 <= \result <= DIGITS_MAX && are_digits(digits, \result);
    ensures \forall integer i; 0 <= i < \result ==> digits[i] == '0' + cut(value, \result - 1 - i) % 10;
    ensures cut(value, \result) == 0;
    ensures value > 0 ==> digits[0] != '0'; */
size_t digits_print(uint64_t value, char *digits);

#endif
