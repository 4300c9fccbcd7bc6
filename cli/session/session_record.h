/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_record - what a stored log record says, for commands: record_decode and its view.
 * Commands hand in the raw bytes of the archive and get named fields with units back.
 */
#ifndef PUMPCTL_SESSION_RECORD_H
#define PUMPCTL_SESSION_RECORD_H

#include "records.h"

#endif
