/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * peripheral - one virtual pump behind a GATT server: carries the bytes between both and does
 * what the pump model asks for. Only here do bt/ and protocol/ meet on the pump's side.
 *
 * The memory of the pump is written through and synced before the pump is told so, and the pump
 * answers nothing before that. One exception keeps long histories fast: when therapy time moves
 * by more than an hour at once (`advance`, high speed), the writes of that step are synced
 * together at its end, and in any case before a value is sent. A crash of the computer in the
 * middle of such a step may damage the memory; a killed pumpsim never does.
 *
 * Nothing blocks but the storage; everything runs from the loop.
 */
#ifndef PUMPSIM_PERIPHERAL_H
#define PUMPSIM_PERIPHERAL_H

#include "link.h"
#include "loop.h"
#include "nvm.h"

#define PERIPHERAL_ADV_MAX 31

struct peripheral_config {
	struct loop *loop; /* borrowed, like nvm, until peripheral_destroy */
	struct nvm *nvm;
	uint32_t speed;    /* therapy seconds in one second, 1..SIM_CLOCK_SPEED_MAX */
	uint16_t mtu;      /* of the server, 23..LINK_PDU_MAX */
	/* All may be NULL. Called from the loop, never from within a function of this header. */
	void (*on_advert_changed)(void *ctx);
	void (*on_advanced)(void *ctx);         /* all that peripheral_advance asked for is done */
	void (*on_failed)(void *ctx, int error); /* storage broke (-errno): only destroy is left */
	void *ctx;
};

struct peripheral;

/* Boots the pump. *out until peripheral_destroy. 0, -ENOMEM, -EBADMSG (never formatted), -ENOSPC
 * (no timer) or the error of the storage. */
int peripheral_create(struct peripheral **out, const struct peripheral_config *config)
	__attribute__((warn_unused_result));
/* As a loss of power: stores nothing more. Accepts NULL. */
void peripheral_destroy(struct peripheral *p);
/* Ends the link and stores everything. 0, or -errno: then it counts as a loss of power. */
int peripheral_shut_down(struct peripheral *p) __attribute__((warn_unused_result));

/*
 * Serves link, which is owned from now on, also on failure; a stranger's older link may be dropped for
 * it. -EBUSY: there is no room.
 */
int peripheral_connect(struct peripheral *p, struct link *link) __attribute__((warn_unused_result));
bool peripheral_is_connected(const struct peripheral *p);
/* Advertising data as docs/protocol.md section 1 has it. Returns its length. */
size_t peripheral_advert(const struct peripheral *p, uint8_t adv[PERIPHERAL_ADV_MAX]);

/* Moves therapy time ahead by seconds, in slices from the loop, so that a link stays served. */
void peripheral_advance(struct peripheral *p, uint64_t seconds);
bool peripheral_is_advancing(const struct peripheral *p);
void peripheral_set_speed(struct peripheral *p, uint32_t speed);

/* Training controls. They take effect before the loop's next turn ends. */
void peripheral_press_magnet(struct peripheral *p);
void peripheral_press_button(struct peripheral *p);
void peripheral_fill(struct peripheral *p, uint64_t nl);
void peripheral_set_fault(struct peripheral *p, enum pump_fault fault);
void peripheral_reset(struct peripheral *p);
void peripheral_fail_next_store(struct peripheral *p);
void peripheral_look(const struct peripheral *p, struct pump_view *view);
/* As pump_log_read. */
size_t peripheral_log_read(const struct peripheral *p, uint64_t seq, uint8_t *raw);

#endif
