/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an audit log: verifying ends, and what it says of them is consistent. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	struct audit_report report;
	const int fd = memfd_create("log", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (audit_verify(path, &report) != 0)
		abort();
	if ((report.problem[0] != '\0') != (report.bad_line || report.torn_bytes))
		abort();
	if (report.torn_bytes > size)
		abort();
	close(fd);
	return 0;
}
