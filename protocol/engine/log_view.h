/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log_view - what a screen needs to show a raw log record: record_decode and struct record_view
 * of the wire layer, for callers that see no wire header.
 */
#ifndef PUMPCTL_LOG_VIEW_H
#define PUMPCTL_LOG_VIEW_H

#include "records.h"

#endif
