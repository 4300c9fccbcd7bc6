/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "link_l2cap.h"
#include "mgmt_open.h"
#include "simulator.h"
#include "wireless_state.h"

#define ADAPTERS_MAX 16
#define DAEMON_NAME  "bluetoothd\n"

/* The number behind a word in text, such as 192 behind "6.1."; -1: not there. */
static long number_behind(const char *text, const char *word)
{
	const char *at = strstr(text, word);
	long value = -1;
	for (at = at ? at + strlen(word) : ""; *at >= '0' && *at <= '9' && value < 100000; at++)
		value = (value < 0 ? 0 : value * 10) + (*at - '0');
	return value;
}

bool wireless_kernel_crashes(const char *release, const char *version)
{
	const long from_version = number_behind(version, " 6.1.");
	const long patch = from_version >= 0	       ? from_version
			   : !strncmp(release, "6.1.", 4) ? number_behind(release, "6.1.")
							   : -1;
	return patch >= 187 && patch <= 192;
}

/* Reads a short file below /proc or /sys. Its length, NUL-terminated. */
static size_t read_short(const char *path, char *buf, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);
	if (fd >= 0)
		(void)close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* The process list answers without asking the message bus, which may not run. */
long wireless_find_daemon(void)
{
	char path[64], name[32];
	int64_t found = 0;
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	while (processes && !found && (entry = readdir(processes))) {
		int64_t pid;
		if (!simulator_number(entry->d_name, &pid))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%lld/comm", (long long)pid);
		if (read_short(path, name, sizeof(name)) && !strcmp(name, DAEMON_NAME))
			found = pid;
	}
	if (processes)
		(void)closedir(processes);
	return (long)found;
}

const char *wireless_find_block(void)
{
	char path[320], text[32];
	const char *found = NULL;
	DIR *switches = opendir("/sys/class/rfkill");
	const struct dirent *entry;
	while (switches && (entry = readdir(switches))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "/sys/class/rfkill/%s/type", entry->d_name);
		(void)read_short(path, text, sizeof(text));
		if (strcmp(text, "bluetooth\n") != 0)
			continue;
		static const char *const kinds[] = {"hard", "soft"};
		for (size_t i = 0; i < 2; i++) {
			(void)snprintf(path, sizeof(path), "/sys/class/rfkill/%s/%s", entry->d_name, kinds[i]);
			if (read_short(path, text, sizeof(text)) && text[0] == '1' && !found)
				found = kinds[i];
		}
	}
	if (switches)
		(void)closedir(switches);
	return found;
}

static void look_at_adapter(struct mgmt *mgmt, int adapter, struct wireless_check *check)
{
	struct mgmt_info info;
	char address[LINK_L2CAP_ADDRESS_TEXT];
	check->what = "Bluetooth adapter";
	int err = mgmt ? mgmt_read_info(mgmt, adapter, &info) : link_l2cap_adapter_state(adapter);
	if (!mgmt && (!err || err == -ENETDOWN)) {
		(void)snprintf(check->result, sizeof(check->result), "hci%d is there and %s", adapter,
			       err ? "off" : "on");
		check->well = !err;
		return;
	}
	if (err) {
		(void)snprintf(check->result, sizeof(check->result), "there is no hci%d%s", adapter,
			       err == -EAFNOSUPPORT ? "; this kernel has no Bluetooth" : "");
		return;
	}
	link_l2cap_print_address(info.address, false, address);
	(void)snprintf(check->result, sizeof(check->result),
		       "hci%d %s is %s, Low Energy %s, Secure Connections %s", adapter, address,
		       info.current & MGMT_POWERED ? "on" : "off",
		       !(info.supported & MGMT_LE) ? "missing" : info.current & MGMT_LE ? "on" : "off",
		       info.supported & MGMT_SECURE_CONNECTIONS ? "possible" : "missing");
	check->well = (info.supported & MGMT_LE) != 0;
}

static void look_at_rights(int opened, struct mgmt *mgmt, int adapter, struct wireless_check *check)
{
	check->what = "right to manage it";
	const int err = opened < 0 ? opened : mgmt_may_manage(mgmt, adapter);
	/* Of an adapter that is off the kernel says so only to those who may. */
	check->well = !err || err == -ENETDOWN || err == -ECONNREFUSED;
	const char *text = "granted";
	if (err == -EACCES)
		text = "refused: pumpctl-adapter belongs to the group pumpctl, and this user is not in it";
	else if (err == -EPERM)
		text = "refused: pumpctl-adapter is not installed with its capability. Without it pumps "
		       "cannot be searched for, and a link drops after 0.42 s of silence";
	else if (!check->well)
		text = strerror(-err);
	(void)snprintf(check->result, sizeof(check->result), "%s", text);
}

size_t wireless_look(int adapter, struct wireless_check checks[WIRELESS_CHECKS])
{
	size_t count = 0;
	memset(checks, 0, WIRELESS_CHECKS * sizeof(checks[0]));
	const int opened = mgmt_open();
	struct mgmt *mgmt = opened < 0 ? NULL : mgmt_create(opened);
	look_at_adapter(mgmt, adapter, &checks[count]);
	const bool there = checks[count].well || link_l2cap_adapter_state(adapter) == -ENETDOWN;
	count++;
	if (there)
		look_at_rights(opened, mgmt, adapter, &checks[count++]);
	mgmt_destroy(mgmt);
	const char *block = wireless_find_block();
	if (block) {
		checks[count].what = "Bluetooth switch";
		(void)snprintf(checks[count++].result, sizeof(checks[0].result), "blocked (%s); %s", block,
			       block[0] == 's' ? "as root: rfkill unblock bluetooth"
					       : "use the switch of the computer");
	}
	const long daemon = wireless_find_daemon();
	checks[count].what = "bluetoothd";
	checks[count].well = !daemon;
	if (daemon)
		(void)snprintf(checks[count].result, sizeof(checks[0].result),
			       "runs as process %ld and would take the link; as root: systemctl stop bluetooth",
			       daemon);
	else
		(void)snprintf(checks[count].result, sizeof(checks[0].result), "does not run");
	return count + 1;
}
