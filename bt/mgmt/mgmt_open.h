/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mgmt_open - where the management socket comes from: the helper pumpctl-adapter, which holds
 * the capability and hands an open socket over, or the kernel itself for a process that may.
 *
 * The helper finds the end of a SOCK_SEQPACKET pair as descriptor MGMT_HELPER_FD and sends one
 * message: an errno as i32 in the byte order of the machine, and with errno 0 the socket as
 * SCM_RIGHTS.
 */
#ifndef PUMPCTL_BT_MGMT_OPEN_H
#define PUMPCTL_BT_MGMT_OPEN_H

#define MGMT_HELPER_FD      3
#define MGMT_HELPER_WAIT_MS 10000

/*
 * The socket, by itself: opens without any right, but then the kernel refuses all commands that
 * change something with -EPERM. -EAFNOSUPPORT: no Bluetooth in this kernel; or -errno.
 */
int mgmt_open_socket(void) __attribute__((warn_unused_result));

/*
 * The socket through the helper at path. -ENOENT: there is none; -EACCES: this user may not run it;
 * -EPERM: it was installed without its capability; -EAFNOSUPPORT; -ETIMEDOUT; -EPROTO: it handed
 * over something else; or -errno. The helper has ended when this returns.
 */
int mgmt_open_helper(const char *path) __attribute__((warn_unused_result));

/*
 * Finds the helper, beside the running program or else in the folder it is installed in, and
 * uses it; without one, as mgmt_open_socket. Errors of both.
 */
int mgmt_open(void) __attribute__((warn_unused_result));

#endif
