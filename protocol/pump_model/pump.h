/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump - the virtual pump as a pure state machine: bytes in, bytes out.
 *
 * firmware/ is what the pump believes and enforces; body/ is what is true. All memory is the
 * caller's. The pump reads its non-volatile memory (NVM) in place and changes it only through
 * PUMP_NVM_WRITE actions: the caller applies each write, to its storage and to the memory, and
 * says pump_nvm_done. The pump answers nothing before that, so that power may fail at any byte.
 *
 * Two clocks: now_ms, unscaled, for sessions, stage and expiry (ticks continue from NVM across
 * restarts); therapy_s, seconds since first start, for infusion and the log, advanced by the caller.
 */
#ifndef PUMPCTL_PUMP_H
#define PUMPCTL_PUMP_H

#include "advert.h"
#include "card_code.h"
#include "pump_err.h"

#include <stdbool.h>
#include <stddef.h>

/* Smallest NVM: two state slots and 64 log slots. Each further log slot is PUMP_LOG_SLOT bytes. */
#define PUMP_LOG_SLOT  256
#define PUMP_NVM_BASE  65536
#define PUMP_NVM_MIN   (PUMP_NVM_BASE + 64 * PUMP_LOG_SLOT)
#define PUMP_BODY_LEN  64

/*
 * Links at a time, the session's among them. One alone could be held against everybody else by
 * whoever came first or last (docs/decisions/0008-links-that-prove-nothing.md).
 */
#define PUMP_LINKS 16

/* How a pump leaves the factory and its first clinic: what `sim start` asks for. */
struct pump_birth {
	char serial[SERIAL_MAX + 1];
	char model[MODEL_MAX + 1]; /* "PX20" or "PX40" */
	bool paired; /* with the workstation of pairing slot 0; else the card code is the only way in */
	uint8_t workstation[WORKSTATION_LEN];
	uint8_t pairing_key[PAIRING_KEY_LEN];
	char operator_id[OPERATOR_ID_MAX + 1]; /* first supervisor; "": none */
	uint8_t operator_key[OPERATOR_KEY_LEN];
	char card_code[CARD_CODE_LEN]; /* canonical, card_code.h */
	uint8_t advert_key[ADVERT_KEY_LEN];
	char patient_tag[TAG_MAX + 1];
	int64_t utc_s;             /* calendar time at first start */
	uint64_t reservoir_nl;     /* filled with the image's mixture */
	uint8_t image[IMAGE_MAX];  /* running image; image_len 0: none, stopped */
	size_t image_len;
};

enum pump_action_type {
	PUMP_SEND,       /* indicate (CHANNEL_OUT) or notify (CHANNEL_STREAM); then pump_sent */
	PUMP_NVM_WRITE,  /* apply, make durable, then pump_nvm_done or pump_nvm_failed */
	PUMP_WAKE_AT,    /* call pump_set_clocks when now_ms reaches this */
	PUMP_DISCONNECT, /* drop this link */
	PUMP_RESTART,    /* firmware reset: boot again from NVM; nothing else follows */
};

struct pump_action {
	enum pump_action_type type;
	unsigned link; /* SEND, DISCONNECT */
	enum channel channel;
	const uint8_t *data; /* SEND: the value; NVM_WRITE: the bytes; valid until the answer */
	size_t len;
	size_t offset;       /* NVM_WRITE */
	uint64_t wake_at_ms;
};

/* What is wrong with a pump that does not do as it says (pump_set_fault). */
enum pump_fault {
	PUMP_SOUND,
	PUMP_OTHER_DOSE, /* answers and records a new image, and goes on with the old one */
	PUMP_OTHER_RATE, /* shows the image that was ordered, and runs at half its rate */
	PUMP_STALL,      /* the motor stands still, whatever is commanded */
};

/* What a control channel may show; truth and belief side by side. */
struct pump_view {
	uint64_t therapy_s, true_reservoir_nl, believed_reservoir_nl, delivered_nl, rate_nl_per_day;
	uint64_t low_alarm_nl; /* of the running image; 0: none */
	uint64_t bridge_nl;    /* that the bridge has still to deliver */
	uint8_t boluses_24h;   /* patient boluses begun in the last 24 h */
	uint64_t log_first, log_last;
	uint8_t therapy, active_digest[DIGEST_LEN];
	uint32_t alarms;
	bool window_open;
	/* Changes with what pump_advert says. */
	uint64_t advert_epoch;
};

struct pump;
#include "pump_state.h"

/* Writes a new pump's NVM and body into the caller's memory. PUMP_ERANGE: size, model or values. */
enum pump_err pump_format(const struct pump_birth *birth, uint8_t *nvm, size_t nvm_size,
			  uint8_t body[PUMP_BODY_LEN]) PUMP_CHECKED;

/*
 * Boots from nvm (borrowed for the pump's life) and body. seed: fresh randomness for nonces.
 * power_lost: the last run did not end with pump_shut_down. PUMP_EFORM: nvm was never formatted
 * (both slots bad is not an error: minimum rate and a memory alarm), or body is not what
 * pump_save_body wrote; *p has no meaning then. Actions may be waiting afterwards.
 */
enum pump_err pump_boot(struct pump *p, const uint8_t *nvm, size_t nvm_size,
			const uint8_t body[PUMP_BODY_LEN], const uint8_t seed[32],
			bool power_lost, uint64_t now_ms) PUMP_CHECKED;

/*
 * Number of the link (0 to PUMP_LINKS - 1) that a newcomer is to have. If a stranger has it still, the
 * caller drops his link and says pump_disconnected first. -1: all have proved themselves; refuse.
 */
int pump_pick_link(const struct pump *p);
/* Link events. mtu: ATT MTU of the link, may be told again while connected. */
void pump_connected(struct pump *p, unsigned link, uint16_t mtu, uint64_t now_ms);
void pump_disconnected(struct pump *p, unsigned link, uint64_t now_ms);
/* A value written to In. false: refuse the write with ATT error 0x80; nothing more is taken. */
bool pump_feed(struct pump *p, unsigned link, const uint8_t *value, size_t len, uint64_t now_ms);
/* The link's last PUMP_SEND was confirmed (Out) or taken by the link (Stream). */
void pump_sent(struct pump *p, unsigned link, enum channel channel, uint64_t now_ms);
void pump_nvm_done(struct pump *p, uint64_t now_ms);
/* The write did not become durable: PUMP_RESTART follows. */
void pump_nvm_failed(struct pump *p, uint64_t now_ms);

/*
 * Tells both clocks; neither goes back. Infusion, alarms and log records up to therapy_s follow
 * as actions (take actions until none is left).
 */
void pump_set_clocks(struct pump *p, uint64_t now_ms, uint64_t therapy_s);
uint64_t pump_therapy_s(const struct pump *p);

bool pump_next_action(struct pump *p, struct pump_action *out);

/* Stores everything (NVM_WRITE actions follow); when none is left the power may go. */
void pump_shut_down(struct pump *p, uint64_t now_ms);
/* True state of the body for the next boot. */
void pump_save_body(const struct pump *p, uint8_t body[PUMP_BODY_LEN]);

/* Training controls. */
void pump_press_magnet(struct pump *p, uint64_t now_ms);
/* The patient asks for a bolus; the log says what became of it. NVM_WRITE actions follow. */
void pump_press_button(struct pump *p, uint64_t now_ms);
/*
 * Sets true and believed contents, as a clinician who emptied or filled by hand. nL; more than
 * the reservoir holds fills it. NVM_WRITE actions follow.
 */
void pump_set_reservoir(struct pump *p, uint64_t nl, uint64_t now_ms);
/*
 * From the therapy time reached on; PUMP_SOUND ends every fault. A stall is a matter of the body and
 * lasts over restarts; the others end with one. Actions may follow.
 */
void pump_set_fault(struct pump *p, enum pump_fault fault, uint64_t now_ms);
void pump_look(const struct pump *p, struct pump_view *view);
/* What the pump advertises now (advert.h). */
void pump_advert(const struct pump *p, uint8_t out[ADVERT_LEN]);

/*
 * Reads retained record seq straight from NVM into raw (RECORD_MAX bytes): the pump's own list,
 * for comparing with a download. Length, or 0 if not retained.
 */
size_t pump_log_read(const struct pump *p, uint64_t seq, uint8_t *raw);

#endif
