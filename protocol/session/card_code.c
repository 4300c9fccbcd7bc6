/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "card_code.h"

#include <string.h>

/* The last five stand for 32 to 36 and are check characters only. */
static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

enum { DIGITS = 32, CHECK_MODULUS = 37, HALF = CARD_CODE_LEN / 2 };

static char canonical(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	return c == 'I' || c == 'L' ? '1' : c;
}

/* Place in the alphabet, or CHECK_MODULUS. */
static unsigned value_of(char c)
{
	unsigned value = 0;

	while (value < CHECK_MODULUS && ALPHABET[value] != c)
		value++;
	return value;
}

static char check_character(const char code[CARD_CODE_LEN])
{
	uint64_t number = 0;

	for (size_t i = 0; i < CARD_CODE_LEN; i++)
		number = number << 5 | value_of(code[i]);
	return ALPHABET[number % CHECK_MODULUS];
}

enum pump_err card_code_read(const char *text, size_t len, char code[CARD_CODE_LEN])
{
	char check = '\0';
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		char c = canonical(text[i]);

		if (c == ' ' || c == '-')
			continue;
		if (count > CARD_CODE_LEN || value_of(c) >= (count < CARD_CODE_LEN ? DIGITS : CHECK_MODULUS))
			return PUMP_EFORM;
		if (count < CARD_CODE_LEN)
			code[count] = c;
		else
			check = c;
		count++;
	}
	if (count <= CARD_CODE_LEN)
		return PUMP_ESHORT;
	return check == check_character(code) ? PUMP_OK : PUMP_EMISMATCH;
}

void card_code_make(const uint8_t random[CARD_CODE_BYTES], char code[CARD_CODE_LEN])
{
	uint64_t number = 0;

	for (size_t i = 0; i < CARD_CODE_BYTES; i++)
		number = number << 8 | random[i];
	for (size_t i = CARD_CODE_LEN; i-- > 0; number >>= 5)
		code[i] = ALPHABET[number % DIGITS];
}

void card_code_print(const char code[CARD_CODE_LEN], char text[CARD_CODE_TEXT])
{
	memcpy(text, code, HALF);
	text[HALF] = '-';
	memcpy(text + HALF + 1, code + HALF, HALF);
	text[CARD_CODE_LEN + 1] = check_character(code);
	text[CARD_CODE_LEN + 2] = '\0';
}
