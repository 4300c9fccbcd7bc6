/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz - the entry point that every fuzz target defines (libFuzzer's name). */
#ifndef PUMPCTL_TESTS_FUZZ_H
#define PUMPCTL_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* data is borrowed for the call; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
