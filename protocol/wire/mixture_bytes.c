/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mixture_bytes.h"

#include <string.h>

static size_t name_len(const char name[DRUG_NAME_MAX + 1])
{
	size_t len = 0;

	while (len <= DRUG_NAME_MAX && name[len] != '\0')
		len++;
	return len;
}

static bool name_is_good(const struct mixture *mixture, size_t i)
{
	const char *name = mixture->parts[i].name;
	size_t len = name_len(name);

	if (len > DRUG_NAME_MAX || !drug_name_is_valid(name, len))
		return false;
	for (size_t other = 0; other < i; other++)
		if (memcmp(mixture->parts[other].name, name, len + 1) == 0)
			return false;
	return true;
}

static bool part_is_good(const struct mixture *mixture, size_t i)
{
	const struct concentration *concentration = &mixture->parts[i].concentration;

	return name_is_good(mixture, i) && concentration->ng_per_ml >= 1 &&
	       concentration->ng_per_ml <= UINT32_MAX;
}

bool mixture_is_encodable(const struct mixture *mixture)
{
	if (mixture->count < 1 || mixture->count > MIXTURE_MAX)
		return false;
	for (size_t i = 0; i < mixture->count; i++)
		if (!part_is_good(mixture, i))
			return false;
	return true;
}

size_t mixture_bytes_len(const struct mixture *mixture)
{
	size_t len = 1;

	for (size_t i = 0; i < mixture->count; i++)
		len += 1 + name_len(mixture->parts[i].name) + 4;
	return len;
}

void mixture_write(struct writer *w, const struct mixture *mixture)
{
	if (!mixture_is_encodable(mixture)) {
		w->failed = true;
		return;
	}
	writer_u8(w, (uint8_t)mixture->count);
	for (size_t i = 0; i < mixture->count; i++) {
		writer_string8(w, mixture->parts[i].name);
		writer_u32(w, (uint32_t)mixture->parts[i].concentration.ng_per_ml);
	}
}

enum pump_err mixture_read(struct reader *r, struct mixture *mixture)
{
	size_t count = reader_u8(r);

	mixture->count = 0;
	if (r->failed)
		return PUMP_EFORM;
	if (count < 1 || count > MIXTURE_MAX)
		return PUMP_ERANGE;
	while (mixture->count < count) {
		struct mixture_part *part = &mixture->parts[mixture->count];

		reader_string8(r, part->name, sizeof part->name);
		part->concentration.ng_per_ml = reader_u32(r);
		mixture->count++;
		if (r->failed || !name_is_good(mixture, mixture->count - 1))
			return PUMP_EFORM;
		if (part->concentration.ng_per_ml < 1)
			return PUMP_ERANGE;
	}
	return PUMP_OK;
}
