/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pump_rig - a pump on the bench: its memory, its link and a programmer that holds the key.
 * Every action is carried out at once unless the rig is told to hold it. All failures of the rig
 * itself abort the test.
 */
#ifndef PUMPCTL_TESTS_PUMP_RIG_H
#define PUMPCTL_TESTS_PUMP_RIG_H

#include "bytes.h"
#include "change.h"
#include "handshake.h"
#include "image.h"
#include "messages.h"
#include "order_bytes.h"
#include "pump.h"
#include "records.h"

#define RIG_INBOX_MAX  64
#define RIG_WRITES_MAX 64

struct rig_mail {
	enum channel channel;
	uint8_t plain[PLAINTEXT_MAX];
	size_t len;
};

/* A write that the pump asked for. */
struct rig_write {
	size_t offset, len;
	uint8_t bytes[PUMP_BLOCK_LEN];
};

struct rig {
	struct pump pump;
	struct pump_birth birth;
	uint8_t *nvm;
	size_t nvm_size;
	uint8_t body[PUMP_BODY_LEN];
	uint64_t now_ms;
	uint16_t mtu;

	/* programmer */
	uint64_t token;               /* of the last order by rig_give */
	unsigned link;                /* that it comes on */
	struct handshake_setup setup; /* its secret is the pairing key or the card code */
	struct handshake hand;
	uint8_t hand_reply[HANDSHAKE_MAX];
	size_t hand_reply_len;
	struct seal seal;
	struct splitter in;
	struct joiner out, stream;
	struct rig_mail inbox[RIG_INBOX_MAX];
	size_t mail_count;
	struct rig_mail taken;
	uint8_t raw[RECORD_MAX];
	struct record_view record;
	uint8_t plain[PLAINTEXT_MAX], sealed[MESSAGE_MAX];
	bool hello_done; /* the handshake is */

	/* what happened */
	bool disconnected, restarted;
	uint64_t wake_ms;
	unsigned write_count;
	bool keeps_writes; /* fills writes[] from 0 on */
	struct rig_write writes[RIG_WRITES_MAX];

	/* faults */
	bool hold_writes; /* NVM_WRITE is handed to nobody: held_write is true then */
	bool held_write;
	struct pump_action held;
	bool hold_stream; /* no pump_sent for Stream: held_stream counts */
	unsigned held_stream;
	bool hold_out;    /* no pump_sent for Out: held_out is true then */
	bool held_out;
	bool fail_write;
	uint8_t flip;     /* xor into the last byte of the next value fed */
};

/* A PX40 "PX40-000123", morphine 10 mg/mL at 1.2 mg/day, low at 2 mL, 20 mL in the reservoir. */
struct rig *rig_create(uint64_t log_slots);
struct rig *rig_create_from(const struct pump_birth *birth, uint64_t log_slots);
void rig_default_birth(struct pump_birth *birth);
/* 200 mcg/day of baclofen 500 mcg/mL: 0.4 mL/day. Low at 2 mL. */
struct program rig_baclofen(void);
/* The same pump running this program since utc_s (0: the default), and the session is up. */
struct rig *rig_create_running(const struct program *program, int64_t utc_s);
void rig_destroy(struct rig *r);
/* Boots again from the memory as it is now. The link is gone. */
void rig_boot(struct rig *r, bool power_lost);
/* Carries out actions until none is left. */
void rig_run(struct rig *r);
/* Applies a held write and says so. */
void rig_release_write(struct rig *r);
void rig_release_stream(struct rig *r);
/* Ends hold_out. */
void rig_release_out(struct rig *r);
/* Lets therapy time go on to so many seconds since first start. */
void rig_advance(struct rig *r, uint64_t therapy_s);
/* Lets unscaled time go on. */
void rig_wait(struct rig *r, uint64_t ms);

/* Link up; nothing said. */
void rig_link(struct rig *r);
/* Link up and the handshake gone through, as far as the pump goes along. */
void rig_greet(struct rig *r);
/* ... and START answered: the session is up. started may be NULL. */
void rig_connect(struct rig *r, struct msg_started *started);
void rig_disconnect(struct rig *r);
/* Raw value to In; false if the pump refused it. */
bool rig_feed(struct rig *r, const uint8_t *value, size_t len);
/* A message to In as it is, in segments. */
bool rig_feed_message(struct rig *r, const uint8_t *message, size_t len);
/* Seals plain and sends it. */
bool rig_send_plain(struct rig *r, const uint8_t *plain, size_t len);
bool rig_send(struct rig *r, const struct message *m);
/* Takes the oldest message of a channel; false if there is none. m is valid until the next call. */
bool rig_take(struct rig *r, enum channel channel, struct message *m);
/* Sends a request and takes its answer, which must come. */
void rig_ask(struct rig *r, const struct message *m, struct message *answer);
void rig_ask_op(struct rig *r, uint16_t op, struct message *answer);

/* Images of one drug. */
size_t rig_image(uint8_t *image, const char *drug, uint32_t concentration, uint64_t dose,
		 uint32_t low_nl);
/* Stages; returns the code of a refusal, or CODE_DONE with *staged. */
uint16_t rig_stage_image(struct rig *r, const uint8_t *image, size_t len, struct msg_staged *staged);
uint16_t rig_stage_act(struct rig *r, enum therapy_act act, struct msg_staged *staged);
uint16_t rig_stage(struct rig *r, const uint8_t *change, size_t len, struct msg_staged *staged);

/* An order and what goes around it. */
struct rig_order {
	struct order order;
	uint8_t origin[ORIGIN_LEN];
	uint64_t size;
	uint8_t root[DIGEST_LEN];
	uint8_t version; /* of the order's bytes: 1 */
	/* Who signs, with whose key: "anna" with key 0 alone, unless the test says otherwise. */
	uint8_t signer_count;
	struct {
		char id[OPERATOR_ID_MAX + 1];
		uint8_t key; /* number of a key of the rig */
	} signers[SIGNATURES_MAX];
};
/* The rig's keys: public one, and its secret (crypto_sign_SECRETKEYBYTES; may be NULL). */
void rig_operator_key(uint8_t number, uint8_t public[OPERATOR_KEY_LEN], uint8_t *secret);
/* Adds a signer to an order. */
void rig_signer(struct rig_order *o, const char *id, uint8_t key);
/* Stages any change; code of a refusal, or CODE_DONE with *staged. */
uint16_t rig_stage_change(struct rig *r, const struct change *change, struct msg_staged *staged);
/* Lists a second supervisor "bo" (key 1) by an order with this token: from then on both sign. */
void rig_list_second(struct rig *r, uint64_t token);
/* A good order of this kind for the staged change; of all who are listed, the first two sign it. */
void rig_order(struct rig *r, struct rig_order *o, uint16_t kind, uint64_t token,
	       const struct msg_staged *staged);
/* Encodes COMMIT; returns its length. */
size_t rig_commit_plain(const struct rig_order *o, uint8_t *plain);
/* Commits; code of a refusal, or CODE_DONE with *committed. */
uint16_t rig_commit(struct rig *r, const struct rig_order *o, struct msg_committed *committed);
/* Stages and commits a change with the next token; code of a refusal, or CODE_DONE with both answers. */
uint16_t rig_give(struct rig *r, uint16_t kind, const struct change *change, struct msg_staged *staged,
		  struct msg_committed *committed);
void rig_check_same_answer(const struct msg_committed *a, const struct msg_committed *b);
/* Morphine at this concentration, with this low alarm: what the rig's doses are staged in. */
enum { LOW_NL = 2000000, MG_PER_ML_10 = 10000000 };
/* Stages a dose; that must go well. */
void rig_stage_dose(struct rig *r, uint64_t dose_ng_per_day, struct msg_staged *staged);
/* Stages and commits a therapy act; code of a refusal, or CODE_DONE with *committed. */
uint16_t rig_commit_act(struct rig *r, uint16_t kind, enum therapy_act act, uint64_t token,
			struct msg_committed *committed);
/* Programs another dose with this token; all must go well. */
void rig_program(struct rig *r, uint64_t token, uint64_t dose_ng_per_day);

/* BLAKE2b-256 over the documented bytes, worked out apart from the product. */
void rig_chain(const uint8_t before[DIGEST_LEN], uint32_t epoch, uint64_t seq, const uint8_t *raw,
	       size_t len, uint8_t after[DIGEST_LEN]);
uint64_t rig_ask_ticks(struct rig *r);
/* Decodes a record of the pump's own list, which must be there. Valid until the next call. */
const struct record_view *rig_record(struct rig *r, uint64_t seq);
/* From record 1, or from the first retained one on, the chain leads to what the pump says. */
void rig_check_chain(const struct rig *r);
/* Reads the pump's own list from first on and checks that it leads from RANGE's before to last. */
void rig_check_log(struct rig *r);

#endif
