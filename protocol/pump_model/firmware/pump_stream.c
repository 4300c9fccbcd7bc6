/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump_stream.h"

#include "pump_log.h"
#include "pump_requests.h"
#include "pump_session.h"

#include <string.h>

/* Of a block: op, number, first, count. */
enum { BLOCK_HEADER = 2 + 4 + 8 + 2 };
/* Of a value: ATT's opcode and handle, the segment's header. */
enum { VALUE_OVERHEAD = 3 + 1 };

enum result_code pump_stream_pull(struct pump *p, const struct message *m, struct message *answer)
{
	const struct msg_pull *pull = &m->as.pull;
	uint64_t last = pull->last < p->log.last ? pull->last : p->log.last;

	(void)answer;
	if (pull->epoch != p->memory.core.epoch || pull->first < p->log.first ||
	    pull->first > last)
		return CODE_NO_SUCH_RECORD;
	p->pull.first = pull->first;
	p->pull.next = pull->first;
	p->pull.last = last;
	p->pull.sent = 0;
	p->pull.acknowledged = 0;
	p->pull.running = true;
	return CODE_DONE;
}

enum result_code pump_stream_acknowledge(struct pump *p, const struct message *m,
					 struct message *answer)
{
	uint32_t number = m->as.ack.number;

	(void)answer;
	/* After a pull has ended, an ACK on its way has nothing left to say. */
	if (!p->pull.running)
		return CODE_DONE;
	if (number >= p->pull.sent) {
		pump_session_end(p);
		return CODE_DONE;
	}
	if (number >= p->pull.acknowledged)
		p->pull.acknowledged = number + 1;
	return CODE_DONE;
}

/* Octets of records in one block: a message's, and no more values than it may take. */
static size_t records_max(const struct pump *p)
{
	size_t values = (size_t)BLOCK_VALUES_MAX * (p->visits[p->session.link].mtu - VALUE_OVERHEAD);
	size_t message = values < MESSAGE_MAX ? values : MESSAGE_MAX;

	return message - SEAL_OVERHEAD - BLOCK_HEADER;
}

/* As many whole records as fit. False: one of them is retained no longer. */
static bool pack_records(struct pump *p, struct msg_block *block, uint8_t *packed)
{
	struct writer w;
	struct pump_entry entry;
	size_t max = records_max(p);

	writer_init(&w, packed, max);
	while (p->pull.next <= p->pull.last) {
		if (!pump_log_get(p, p->pull.next, &entry))
			return false;
		if (w.at + 1 + entry.len > max)
			break;
		writer_u8(&w, (uint8_t)entry.len);
		writer_copy(&w, entry.raw, entry.len);
		block->count++;
		p->pull.next++;
	}
	block->records = packed;
	block->records_len = w.at;
	return true;
}

static void send_block(struct pump *p)
{
	struct message m = {.op = OP_BLOCK};

	m.as.block.number = p->pull.sent;
	m.as.block.first = p->pull.next;
	if (!pack_records(p, &m.as.block, p->pull.packed)) {
		p->pull.running = false;
		pump_requests_refuse(p, OP_PULL, CODE_NO_SUCH_RECORD);
		return;
	}
	p->pull.sent++;
	pump_session_send(p, CHANNEL_STREAM, &m);
}

static void send_pulled(struct pump *p)
{
	struct message m = {.op = OP_PULLED};

	m.as.pulled = (struct msg_pulled){.epoch = p->memory.core.epoch,
					  .first = p->pull.first,
					  .last = p->pull.last,
					  .blocks = p->pull.sent};
	p->pull.running = false;
	pump_session_send(p, CHANNEL_OUT, &m);
}

void pump_stream_run(struct pump *p)
{
	struct pump_pull *pull = &p->pull;

	/* Out must be free as well: a block may turn out to be a refusal. */
	if (!pull->running || !pump_session_can_send(p, CHANNEL_OUT))
		return;
	if (pull->next > pull->last && pull->acknowledged == pull->sent)
		send_pulled(p);
	else if (pull->next <= pull->last && pump_session_can_send(p, CHANNEL_STREAM) &&
		 pull->sent - pull->acknowledged < BLOCKS_UNACKNOWLEDGED_MAX)
		send_block(p);
}
