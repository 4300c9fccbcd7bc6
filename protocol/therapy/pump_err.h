/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pump_err - the one error space of protocol/. 0 is success; what is true afterwards is said by each function. */
#ifndef PUMPCTL_PUMP_ERR_H
#define PUMPCTL_PUMP_ERR_H

enum pump_err {
	PUMP_OK = 0,
	PUMP_EAGAIN,   /* more input is needed */
	PUMP_EBUSY,    /* an exchange is under way */
	PUMP_ESTATE,   /* not possible in this state */
	PUMP_ESHORT,   /* input ends early, or output does not fit */
	PUMP_EFORM,    /* not the layout of docs/protocol.md */
	PUMP_ERANGE,   /* a value outside its range, or an overflow */
	PUMP_EUNKNOWN, /* a code, name or version that is not known */
	PUMP_ESEQ,     /* segment or message counter out of order */
	PUMP_ETIME,    /* too late */
	PUMP_EAUTH,    /* does not open under the session's keys */
	PUMP_EPEER,    /* the peer broke the protocol */
	PUMP_EMISMATCH /* two independent results differ */
};

#define PUMP_CHECKED __attribute__((warn_unused_result))

#endif
