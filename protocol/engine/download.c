/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "download.h"

#include <string.h>

#include "exchange.h"
#include "records.h"

enum pump_err client_pull(struct client *c, uint32_t epoch, uint64_t first, uint64_t last,
			  const uint8_t *hash_before, const uint8_t *hash_last, uint64_t now_ms)
{
	struct client_pull *pull = &c->pull;
	enum pump_err err = exchange_may_request(c);
	struct message m;

	if (err != PUMP_OK)
		return err;
	if (first == 0 || last < first || last == UINT64_MAX)
		return PUMP_ERANGE;
	c->now_ms = now_ms;
	pull->epoch = epoch;
	pull->first = first;
	pull->last = last;
	pull->next = first;
	pull->received = 0;
	pull->stored = 0;
	pull->acknowledged = 0;
	pull->refused_code = 0;
	pull->has_chain = hash_before != NULL;
	if (hash_before)
		memcpy(pull->chain, hash_before, DIGEST_LEN);
	pull->has_last_hash = hash_last != NULL;
	if (hash_last)
		memcpy(pull->last_hash, hash_last, DIGEST_LEN);
	memset(&m, 0, sizeof m);
	m.op = OP_PULL;
	m.as.pull.epoch = epoch;
	m.as.pull.first = first;
	m.as.pull.last = last;
	exchange_send(c, &m);
	return PUMP_OK;
}

/* True if the block continues the window where it stands. */
static bool is_next(const struct client_pull *pull, const struct msg_block *block)
{
	return block->number == pull->received && block->first == pull->next &&
	       pull->next <= pull->last && block->count > 0 &&
	       block->count - 1u <= pull->last - pull->next;
}

static void take_records(struct client_pull *pull, const struct msg_block *block)
{
	const uint8_t *raw;
	size_t at = 0, len;

	while (record_next(block->records, block->records_len, &at, &raw, &len)) {
		if (pull->has_chain)
			record_chain(pull->chain, pull->epoch, pull->next, raw, len, pull->chain);
		pull->next++;
	}
}

void download_on_block(struct client *c)
{
	struct client_pull *pull = &c->pull;
	struct client_block *slot = &pull->blocks[pull->received % BLOCKS_UNACKNOWLEDGED_MAX];
	struct message m;
	size_t len;

	if (pull->refused_code != 0 ||
	    pull->received - pull->acknowledged >= BLOCKS_UNACKNOWLEDGED_MAX ||
	    seal_open(&c->seal, CHANNEL_STREAM, c->stream.message, c->stream.len, slot->plain,
		      &len) != PUMP_OK ||
	    message_decode(slot->plain, len, &m) != PUMP_OK || m.op != OP_BLOCK ||
	    !is_next(pull, &m.as.block)) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	slot->block = m.as.block;
	take_records(pull, &slot->block);
	memcpy(slot->chain, pull->chain, DIGEST_LEN);
	pull->received++;
	c->asked_ms = c->now_ms;
}

bool download_next_action(struct client *c, struct action *out)
{
	const struct client_pull *pull = &c->pull;
	const struct client_block *slot = &pull->blocks[pull->stored % BLOCKS_UNACKNOWLEDGED_MAX];
	struct action_records *records = &out->as.records;

	if (c->request != OP_PULL || c->owes_records || pull->stored == pull->received)
		return false;
	out->type = ACTION_STORE_RECORDS;
	records->epoch = pull->epoch;
	records->first = slot->block.first;
	records->count = slot->block.count;
	records->packed = slot->block.records;
	records->packed_len = slot->block.records_len;
	records->has_chain = pull->has_chain;
	memcpy(records->chain, slot->chain, DIGEST_LEN);
	c->owes_records = true;
	return true;
}

/* Not while a message is on its way: a wake-up for what cannot be done would come again at once. */
static bool may_acknowledge(const struct client *c)
{
	const struct client_pull *pull = &c->pull;

	return c->request == OP_PULL && pull->refused_code == 0 &&
	       pull->acknowledged != pull->stored && !splitter_pending(&c->out);
}

uint64_t download_acknowledge_at(const struct client *c)
{
	const struct client_pull *pull = &c->pull;

	if (!may_acknowledge(c))
		return UINT64_MAX;
	if (pull->stored - pull->acknowledged >= CLIENT_ACK_BLOCKS ||
	    (pull->next > pull->last && pull->stored == pull->received))
		return pull->stored_ms;
	return pull->stored_ms + CLIENT_ACK_WAIT_MS;
}

void download_acknowledge(struct client *c)
{
	struct client_pull *pull = &c->pull;
	struct message m;

	if (!may_acknowledge(c) || c->now_ms < download_acknowledge_at(c))
		return;
	pull->acknowledged = pull->stored;
	memset(&m, 0, sizeof m);
	m.op = OP_ACK;
	m.as.ack.number = pull->stored - 1;
	exchange_send(c, &m);
}

static void report_refused(struct client *c, uint16_t code)
{
	c->request = 0;
	exchange_report(c, REPORT_REFUSED)->as.refused =
		(struct msg_refused){.op = OP_PULL, .code = code};
}

void client_records_stored(struct client *c, uint64_t now_ms)
{
	if (!c->owes_records)
		return;
	c->owes_records = false;
	c->now_ms = now_ms;
	if (c->request != OP_PULL)
		return;
	c->pull.stored++;
	c->pull.stored_ms = now_ms;
	c->asked_ms = now_ms;
	if (c->pull.refused_code != 0 && c->pull.stored == c->pull.received)
		report_refused(c, c->pull.refused_code);
	else
		download_acknowledge(c);
}

void client_records_failed(struct client *c, uint64_t now_ms)
{
	if (!c->owes_records)
		return;
	c->owes_records = false;
	c->now_ms = now_ms;
	if (c->request == OP_PULL)
		exchange_end(c, CLIENT_END_LINK);
}

void download_on_pulled(struct client *c, const struct message *m)
{
	const struct msg_pulled *pulled = &m->as.pulled;
	const struct client_pull *pull = &c->pull;

	/* The end may be earlier than was asked for, never other than what came. */
	if (pull->refused_code != 0 || pull->received == 0 || pull->acknowledged != pull->received ||
	    pulled->blocks != pull->received || pulled->epoch != pull->epoch ||
	    pulled->first != pull->first || pulled->last != pull->next - 1) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	if (pull->has_chain && pull->has_last_hash && pulled->last == pull->last &&
	    memcmp(pull->chain, pull->last_hash, DIGEST_LEN) != 0)
		exchange_report(c, REPORT_FORK)->as.fork_seq = pull->first;
	else
		exchange_report(c, REPORT_PULLED)->as.pulled = *pulled;
}

void download_on_refused(struct client *c, const struct msg_refused *refused)
{
	struct client_pull *pull = &c->pull;

	if (pull->refused_code != 0 || refused->code == 0) {
		exchange_end(c, CLIENT_END_PROTOCOL);
		return;
	}
	if (pull->stored == pull->received) {
		report_refused(c, refused->code);
		return;
	}
	/* What came before the pump overwrote the rest is kept; nothing is acknowledged any more. */
	pull->refused_code = refused->code;
	c->request = OP_PULL;
}
