/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "peripheral.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "peripheral_links.h"

#define TICK_MS 1000
/* Therapy time of one slice: about 10,000 delivery records, some tenths of a second of work. */
#define SLICE_S         UINT64_C(36000000)
#define SYNC_TOGETHER_S 3600

static void turn(void *ctx);

/* Work is done from the loop, after the write under way was answered, never inside a handler. */
void peripheral_arm(struct peripheral *p)
{
	if (p->turn_timer == 0)
		p->turn_timer = loop_add_timer(p->config.loop, loop_now_ms(), turn, p);
	if (p->turn_timer < 0)
		p->turn_timer = 0; /* the next tick does it */
}

static void fail(struct peripheral *p, int error)
{
	if (!p->error)
		p->error = error;
}

void peripheral_sync(struct peripheral *p)
{
	int err = nvm_sync(p->config.nvm);
	if (err)
		fail(p, err);
}

static void store(struct peripheral *p, const struct pump_action *action)
{
	if (p->fail_next_store) {
		p->fail_next_store = false;
		pump_nvm_failed(&p->pump, loop_now_ms());
		return;
	}
	int err = nvm_write(p->config.nvm, action->offset, action->data, action->len);
	if (!err && !p->sync_later)
		err = nvm_sync(p->config.nvm);
	if (err)
		fail(p, err);
	else
		pump_nvm_done(&p->pump, loop_now_ms());
}

static void save_body(struct peripheral *p)
{
	uint8_t body[PUMP_BODY_LEN];
	pump_save_body(&p->pump, body);
	int err = nvm_save_body(p->config.nvm, body);
	if (err)
		fail(p, err);
}

static void boot(struct peripheral *p, bool power_lost)
{
	uint8_t seed[32];
	randombytes_buf(seed, sizeof(seed));
	const struct nvm *nvm = p->config.nvm;
	if (pump_boot(&p->pump, nvm->bytes, nvm->size, nvm->saved_body, seed, power_lost,
		      loop_now_ms()) != PUMP_OK)
		fail(p, -EBADMSG);
	sodium_memzero(seed, sizeof(seed));
}

static void restart(struct peripheral *p)
{
	save_body(p);
	links_drop_all(p);
	boot(p, false);
}

static void on_wake(void *ctx)
{
	struct peripheral *p = ctx;
	p->wake_timer = 0;
	peripheral_arm(p);
}

/* Without a free timer the next tick comes instead. */
static void set_wake(struct peripheral *p, uint64_t at_ms)
{
	loop_cancel_timer(p->config.loop, p->wake_timer);
	p->wake_timer = loop_add_timer(p->config.loop, at_ms, on_wake, p);
}

static void carry_out(struct peripheral *p, const struct pump_action *action)
{
	switch (action->type) {
	case PUMP_SEND:
		links_send(p, action);
		break;
	case PUMP_NVM_WRITE:
		store(p, action);
		break;
	case PUMP_WAKE_AT:
		set_wake(p, action->wake_at_ms);
		break;
	case PUMP_DISCONNECT:
		links_drop(p, action->link);
		break;
	case PUMP_RESTART:
		restart(p);
		break;
	}
}

static void drain(struct peripheral *p)
{
	struct pump_action action;
	while (!p->error && pump_next_action(&p->pump, &action))
		carry_out(p, &action);
	peripheral_sync(p);
}

/* Tells the pump both clocks, in one slice at most, and does what follows. */
static void step(struct peripheral *p)
{
	uint64_t now = loop_now_ms();
	uint64_t slice = p->advance_left < SLICE_S ? p->advance_left : SLICE_S;
	sim_clock_advance(&p->clock, slice, now);
	p->advance_left -= slice;
	uint64_t therapy = sim_clock_therapy_s(&p->clock, now);
	p->sync_later = therapy > p->told_therapy + SYNC_TOGETHER_S;
	p->told_therapy = therapy;
	drain(p); /* what is waiting comes before time moves */
	if (!p->error)
		pump_set_clocks(&p->pump, now, therapy);
	drain(p);
	p->sync_later = false;
	if (!p->error)
		save_body(p);
}

static void tell_owner(struct peripheral *p, bool advanced)
{
	const struct peripheral_config *config = &p->config;
	struct pump_view view;
	if (p->error) {
		links_drop_all(p);
		if (config->on_failed)
			config->on_failed(config->ctx, p->error);
		return;
	}
	pump_look(&p->pump, &view);
	bool changed = view.advert_epoch != p->advert_epoch;
	p->advert_epoch = view.advert_epoch;
	if (changed && config->on_advert_changed)
		config->on_advert_changed(config->ctx);
	if (advanced && config->on_advanced)
		config->on_advanced(config->ctx);
}

static void turn(void *ctx)
{
	struct peripheral *p = ctx;
	p->turn_timer = 0;
	if (p->error)
		return;
	bool was_advancing = p->advance_left > 0;
	step(p);
	if (p->advance_left > 0)
		peripheral_arm(p);
	tell_owner(p, was_advancing && p->advance_left == 0);
}

static void on_tick(void *ctx)
{
	struct peripheral *p = ctx;
	p->tick_timer = loop_add_timer(p->config.loop, loop_now_ms() + TICK_MS, on_tick, p);
	peripheral_arm(p);
}

int peripheral_create(struct peripheral **out, const struct peripheral_config *config)
{
	struct peripheral *p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->config = *config;
	boot(p, config->nvm->power_lost);
	if (!p->error) {
		p->told_therapy = pump_therapy_s(&p->pump);
		sim_clock_start(&p->clock, p->told_therapy, config->speed, loop_now_ms());
		step(p);
		on_tick(p);
		if (p->tick_timer < 0)
			fail(p, p->tick_timer);
	}
	int err = p->error;
	if (err) {
		peripheral_destroy(p);
		return err;
	}
	*out = p;
	return 0;
}

void peripheral_destroy(struct peripheral *p)
{
	if (!p)
		return;
	links_destroy(p);
	loop_cancel_timer(p->config.loop, p->turn_timer);
	loop_cancel_timer(p->config.loop, p->tick_timer);
	loop_cancel_timer(p->config.loop, p->wake_timer);
	sodium_memzero(p, sizeof(*p));
	free(p);
}

int peripheral_shut_down(struct peripheral *p)
{
	links_drop_all(p);
	if (!p->error)
		step(p);
	if (!p->error)
		pump_shut_down(&p->pump, loop_now_ms());
	drain(p);
	if (!p->error)
		save_body(p);
	return p->error;
}

/* Flags; service data of a 128-bit UUID, least significant byte first. */
size_t peripheral_advert(const struct peripheral *p, uint8_t adv[PERIPHERAL_ADV_MAX])
{
	static const uint8_t head[] = {0x02, 0x01, 0x06, 1 + 16 + ADVERT_LEN, 0x21};
	const struct gatt_server_uuid *uuid = links_service();
	size_t len = sizeof(head);
	memcpy(adv, head, sizeof(head));
	for (size_t i = uuid->len; i-- > 0;)
		adv[len++] = uuid->bytes[i];
	pump_advert(&p->pump, adv + len);
	return len + ADVERT_LEN;
}

void peripheral_advance(struct peripheral *p, uint64_t seconds)
{
	uint64_t room = SIM_CLOCK_THERAPY_MAX - p->advance_left;
	p->advance_left += seconds < room ? seconds : room;
	peripheral_arm(p);
}

bool peripheral_is_advancing(const struct peripheral *p)
{
	return p->advance_left > 0;
}

void peripheral_set_speed(struct peripheral *p, uint32_t speed)
{
	sim_clock_set_speed(&p->clock, speed, loop_now_ms());
	peripheral_arm(p);
}

void peripheral_press_magnet(struct peripheral *p)
{
	pump_press_magnet(&p->pump, loop_now_ms());
	peripheral_arm(p);
}

void peripheral_press_button(struct peripheral *p)
{
	pump_press_button(&p->pump, loop_now_ms());
	peripheral_arm(p);
}

void peripheral_fill(struct peripheral *p, uint64_t nl)
{
	pump_set_reservoir(&p->pump, nl, loop_now_ms());
	peripheral_arm(p);
}

void peripheral_set_fault(struct peripheral *p, enum pump_fault fault)
{
	pump_set_fault(&p->pump, fault, loop_now_ms());
	peripheral_arm(p);
}

void peripheral_reset(struct peripheral *p)
{
	restart(p);
	peripheral_arm(p);
}

void peripheral_fail_next_store(struct peripheral *p)
{
	p->fail_next_store = true;
}

void peripheral_look(const struct peripheral *p, struct pump_view *view)
{
	pump_look(&p->pump, view);
}

size_t peripheral_log_read(const struct peripheral *p, uint64_t seq, uint8_t *raw)
{
	return pump_log_read(&p->pump, seq, raw);
}
