/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pair_order.h"

#include <inttypes.h>
#include <stdio.h>

#include "act.h"
#include "session_pair.h"

static const struct slot_row *find_slot(const struct msg_slots *slots, uint8_t number)
{
	for (uint8_t i = 0; i < slots->count; i++)
		if (slots->rows[i].slot == number)
			return &slots->rows[i];
	return NULL;
}

static void show_revoke(void *ctx, struct output *out, const struct change *understood, struct act_words *words)
{
	const struct slot_row *row = find_slot(ctx, understood->revoke);
	output_unsigned(output_data(out), "revoke", understood->revoke);
	if (row)
		output_hex(output_data(out), "workstation", row->workstation, WORKSTATION_LEN);
	output_note(out, "That workstation cannot read or order anything any more, also where it is connected now. To pair it "
			 "again takes implant card and magnet.");
	(void)snprintf(words->text, sizeof(words->text), "pair revoke %u", understood->revoke);
	(void)snprintf(words->ordered, sizeof(words->ordered), "pairing %u revoked", understood->revoke);
}

enum error_code pair_revoke(struct app *app, const struct values *args, struct output *out, struct error *error)
{
	struct act act = {.kind = ORDER_REVOKE, .show = show_revoke};
	const uint8_t number = (uint8_t)args->at[0].as.integer;
	struct msg_slots slots;
	const enum error_code code = session_read_slots(app->session, &slots, error);
	if (code)
		return code;
	if (number == session_pump(app->session)->slot)
		return error_set(error, ERR_NOTHING_TO_DO,
				 "pairing %u is that of this workstation; let another one revoke it", number);
	if (!find_slot(&slots, number))
		return error_set(error, ERR_NOTHING_TO_DO, "the pump has no pairing %u; see: pumpctl pair --slots", number);
	act.change = (struct change){.parts = PART_REVOKE, .revoke = number};
	act.ctx = &slots;
	(void)snprintf(act.unchanged, sizeof(act.unchanged), "pairing %u stands", number);
	return act_carry_out(app, out, &act, error);
}
