/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

enum pump_err client_program_image(const struct program *program, uint8_t image[IMAGE_MAX],
				   size_t *len)
{
	return image_encode(program, image, IMAGE_MAX, len);
}

enum pump_err client_program_digest(const struct program *program, uint8_t digest[DIGEST_LEN])
{
	uint8_t image[IMAGE_MAX];
	size_t len;
	enum pump_err err = client_program_image(program, image, &len);

	if (err == PUMP_OK)
		digest_bytes(image, len, digest);
	return err;
}
