/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_advert - what a pump says of itself to everybody, read for those who hold its advert key
 * (docs/protocol.md section 1).
 */
#ifndef PUMPCTL_SESSION_ADVERT_H
#define PUMPCTL_SESSION_ADVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_ADVERT_LEN 9

/* Finds it in advertising data, whatever stands around it. False: this is no such pump. */
bool session_advert_read(const uint8_t *data, size_t len, uint8_t advert[SESSION_ADVERT_LEN]);
/* True if the pump with this advert key (32 bytes) said it. */
bool session_advert_is_of(const uint8_t advert[SESSION_ADVERT_LEN], const uint8_t *advert_key);
/* A magnet was held over the pump less than 120 s ago. */
bool session_advert_window_open(const uint8_t advert[SESSION_ADVERT_LEN]);

#endif
