/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faulty_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct held {
	size_t len;
	uint8_t pdu[LINK_PDU_MAX];
};

struct faulty_link {
	struct link link;
	struct link *inner;
	struct loop *loop;
	struct faults *faults;
	bool cut, holding;
	size_t held_count;
	struct held held[FAULTY_LINK_HELD_MAX];
};

static struct faulty_link *from_link(struct link *link)
{
	return (struct faulty_link *)link;
}

void faults_order(struct faults *faults, enum fault fault, uint64_t n)
{
	faults->fault = fault;
	faults->at = faults->pdus + n;
}

/* Counts one PDU and tells which fault strikes it. */
static enum fault count_pdu(struct faults *faults)
{
	faults->pdus++;
	if (faults->fault == FAULT_NONE || faults->pdus != faults->at)
		return FAULT_NONE;
	enum fault fault = faults->fault;
	faults->fault = FAULT_NONE;
	return fault;
}

/* The shutdown wakes the user of the link, who then reads its end. */
static void cut(struct faulty_link *self)
{
	self->cut = true;
	(void)shutdown(link_fd(self->inner), SHUT_RDWR);
}

static int hold_pdu(struct faulty_link *self, const uint8_t *pdu, size_t len)
{
	if (self->held_count == FAULTY_LINK_HELD_MAX) {
		cut(self);
		return -ENOBUFS;
	}
	struct held *held = &self->held[self->held_count++];
	memcpy(held->pdu, pdu, len);
	held->len = len;
	return 0;
}

static bool strikes_next(const struct faults *faults, enum fault fault)
{
	return faults->fault == fault && faults->pdus + 1 == faults->at;
}

static int faulty_send(struct link *link, const uint8_t *pdu, size_t len)
{
	struct faulty_link *self = from_link(link);
	if (self->cut)
		return -EPIPE;
	if (strikes_next(self->faults, FAULT_HOLD)) {
		self->faults->fault = FAULT_NONE;
		self->holding = true;
	}
	if (self->holding) {
		self->faults->pdus++;
		return hold_pdu(self, pdu, len);
	}
	if (strikes_next(self->faults, FAULT_DROP_BEFORE)) {
		(void)count_pdu(self->faults);
		cut(self);
		return 0; /* it left the pump and was lost on the way */
	}
	int err = link_send(self->inner, pdu, len);
	if (err)
		return err; /* not taken, so not counted */
	if (count_pdu(self->faults) == FAULT_DROP_AFTER)
		cut(self);
	return 0;
}

static bool has_event(const struct faulty_link *self, short events)
{
	struct pollfd polled = {.fd = link_fd(self->inner), .events = events};
	return poll(&polled, 1, 0) == 1 && (polled.revents & events) != 0;
}

/* What arrives is left in the socket; not watching it keeps the loop from spinning on it. */
static ssize_t receive_nothing(struct faulty_link *self)
{
	if (has_event(self, POLLHUP | POLLERR))
		return 0;
	(void)loop_set_events(self->loop, link_fd(self->inner), 0);
	return -EAGAIN;
}

static ssize_t faulty_receive(struct link *link, uint8_t *buf, size_t size)
{
	struct faulty_link *self = from_link(link);
	if (self->cut)
		return 0;
	if (strikes_next(self->faults, FAULT_HOLD) && has_event(self, POLLIN)) {
		self->faults->fault = FAULT_NONE;
		self->holding = true;
	}
	if (self->holding)
		return receive_nothing(self);
	ssize_t n = link_receive(self->inner, buf, size);
	if (n <= 0)
		return n;
	enum fault fault = count_pdu(self->faults);
	if (fault == FAULT_NONE)
		return n;
	cut(self);
	return fault == FAULT_DROP_BEFORE ? 0 : n;
}

static int faulty_fd(const struct link *link)
{
	return link_fd(((const struct faulty_link *)link)->inner);
}

static void faulty_destroy(struct link *link)
{
	struct faulty_link *self = from_link(link);
	self->faults->link = NULL;
	link_destroy(self->inner);
	free(self);
}

static const struct link_ops ops = {faulty_send, faulty_receive, faulty_fd, faulty_destroy};

struct link *faulty_link_create(struct link *inner, struct loop *loop, struct faults *faults)
{
	struct faulty_link *self = calloc(1, sizeof(*self));
	if (!self) {
		link_destroy(inner);
		return NULL;
	}
	self->link.ops = &ops;
	self->inner = inner;
	self->loop = loop;
	self->faults = faults;
	faults->link = self;
	return &self->link;
}

void faults_release(struct faults *faults)
{
	struct faulty_link *self = faults->link;
	faults->fault = FAULT_NONE;
	if (!self || !self->holding)
		return;
	self->holding = false;
	for (size_t i = 0; i < self->held_count && !self->cut; i++)
		/* So few PDUs fit into an empty socket; if not, the link is as good as lost. */
		if (link_send(self->inner, self->held[i].pdu, self->held[i].len) != 0)
			cut(self);
	self->held_count = 0;
	(void)loop_set_events(self->loop, link_fd(self->inner), POLLIN | POLLOUT);
}
