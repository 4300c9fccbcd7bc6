/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_access.h"

#include "bytes.h"

void pump_access_put(uint8_t *part, const struct pump_access *access)
{
	struct writer w;

	writer_init(&w, part, PUMP_ACCESS_LEN);
	writer_copy(&w, (const uint8_t *)access->card_code, CARD_CODE_LEN);
	writer_u32(&w, access->card_tries);
	writer_copy(&w, access->advert_key, ADVERT_KEY_LEN);
	writer_u8(&w, access->revoked);
	writer_u8(&w, access->revoked_slot);
	writer_copy(&w, access->revoked_workstation, WORKSTATION_LEN);
}

void pump_access_get(const uint8_t *part, struct pump_access *access)
{
	struct reader r;

	reader_init(&r, part, PUMP_ACCESS_LEN);
	reader_copy(&r, (uint8_t *)access->card_code, CARD_CODE_LEN);
	access->card_tries = reader_u32(&r);
	reader_copy(&r, access->advert_key, ADVERT_KEY_LEN);
	access->revoked = reader_u8(&r) != 0;
	access->revoked_slot = reader_u8(&r);
	reader_copy(&r, access->revoked_workstation, WORKSTATION_LEN);
}
