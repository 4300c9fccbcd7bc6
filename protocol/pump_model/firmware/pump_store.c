/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_store.h"

#include "pump_birth.h"
#include "pump_log.h"

#include <string.h>

bool pump_store_busy(const struct pump *p)
{
	return p->store.under_way != PUMP_WRITE_NONE;
}

void pump_store_begin(struct pump *p)
{
	p->next = p->memory;
	p->next.core.clean = false;
}

static void start_write(struct pump_store *s, enum pump_write write)
{
	s->under_way = write;
	s->handed_out = false;
}

static void encode_next(struct pump *p)
{
	struct pump_store *s = &p->store;
	struct pump_core *core = &p->next.core;

	core->counters = p->counters;
	core->log_last = p->log.last + (s->has_entry ? 1 : 0);
	memcpy(core->log_chain, s->has_entry ? s->entry_chain : p->log.chain, DIGEST_LEN);
	pump_block_put_core(s->block, core);
	pump_block_put_entry(s->block, s->has_entry ? s->entry : NULL);
	for (unsigned i = 0; i < PUMP_SLOTS; i++)
		pump_block_put_pair(s->block, i, &p->next.pairs[i]);
	pump_block_put_operators(s->block, &p->next.operators);
	pump_block_put_care(s->block, &p->next.care);
	pump_block_put_access(s->block, &p->next.access);
	pump_block_put_security(s->block, &p->security);
	pump_block_put_doses(s->block, &p->next.doses);
	pump_block_seal(s->block, s->generation + 1);
}

void pump_store_commit(struct pump *p, enum pump_after after)
{
	encode_next(p);
	p->store.after = after;
	start_write(&p->store, PUMP_WRITE_BLOCK);
}

void pump_store_append(struct pump *p)
{
	p->store.after = PUMP_AFTER_NOTHING;
	start_write(&p->store, PUMP_WRITE_ENTRY);
}

void pump_store_redo(struct pump *p)
{
	pump_store_append(p);
}

static size_t block_offset(unsigned slot)
{
	return PUMP_BLOCK_AT + (size_t)slot * PUMP_BLOCK_STEP;
}

bool pump_store_save(struct pump *p, uint64_t ticks_ms)
{
	pump_store_begin(p);
	p->next.core.clean = true;
	p->next.core.ticks_limit_ms = ticks_ms;
	encode_next(p);
	if (pump_block_same(p->store.block, p->nvm + block_offset(p->store.current)))
		return false;
	p->store.after = PUMP_AFTER_NOTHING;
	start_write(&p->store, PUMP_WRITE_BLOCK);
	return true;
}

bool pump_store_action(struct pump *p, struct pump_action *out)
{
	struct pump_store *s = &p->store;

	if (s->under_way == PUMP_WRITE_NONE || s->handed_out)
		return false;
	*out = (struct pump_action){.type = PUMP_NVM_WRITE};
	if (s->under_way == PUMP_WRITE_BLOCK) {
		out->data = s->block;
		out->len = sizeof s->block;
		out->offset = block_offset(s->current ^ 1);
	} else {
		out->data = s->entry;
		out->len = sizeof s->entry;
		out->offset = pump_log_offset(p->log.slots, p->log.last + 1);
	}
	s->handed_out = true;
	return true;
}

struct pump_durable pump_store_done(struct pump *p)
{
	struct pump_store *s = &p->store;
	struct pump_durable done = {.after = s->after};

	if (s->under_way == PUMP_WRITE_BLOCK) {
		p->memory = p->next;
		s->generation++;
		s->current ^= 1;
		done.memory = true;
	} else {
		pump_log_added(p);
		s->has_entry = false;
	}
	if (s->has_entry) {
		start_write(s, PUMP_WRITE_ENTRY);
		return done;
	}
	s->under_way = PUMP_WRITE_NONE;
	done.transaction = true;
	return done;
}
