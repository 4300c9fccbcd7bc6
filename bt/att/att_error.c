/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "att.h"

const char *att_error_text(uint8_t error)
{
	static const char *const texts[] = {
	        [0] = "no error",
	        [ATT_ERR_INVALID_HANDLE] = "no such attribute",
	        [ATT_ERR_READ_NOT_PERMITTED] = "reading is not permitted",
	        [ATT_ERR_WRITE_NOT_PERMITTED] = "writing is not permitted",
	        [ATT_ERR_INVALID_PDU] = "the device found the request malformed",
	        [ATT_ERR_AUTHENTICATION] = "the link must be paired first",
	        [ATT_ERR_NOT_SUPPORTED] = "the device does not support the request",
	        [ATT_ERR_INVALID_OFFSET] = "the offset is past the end of the value",
	        [ATT_ERR_AUTHORIZATION] = "the device has not authorised this",
	        [ATT_ERR_QUEUE_FULL] = "the device's queue of prepared writes is full",
	        [ATT_ERR_NOT_FOUND] = "nothing of that type was found",
	        [ATT_ERR_NOT_LONG] = "the value is not long",
	        [ATT_ERR_KEY_SIZE] = "the encryption key is too short",
	        [ATT_ERR_VALUE_LENGTH] = "the value has a wrong length",
	        [ATT_ERR_UNLIKELY] = "the device failed for a reason it does not give",
	        [ATT_ERR_ENCRYPTION] = "the link must be encrypted first",
	        [ATT_ERR_GROUP_TYPE] = "the type does not group attributes",
	        [ATT_ERR_RESOURCES] = "the device has no room for the request",
	        [ATT_ERR_OUT_OF_SYNC] = "the device's services have changed",
	        [ATT_ERR_VALUE_NOT_ALLOWED] = "the device does not allow that value",
	};

	if (error < sizeof texts / sizeof texts[0])
		return texts[error];
	switch (error) {
	case ATT_ERR_WRITE_REJECTED:
		return "the device rejected the write";
	case ATT_ERR_CCCD_CONFIGURATION:
		return "the values must be subscribed to first";
	case ATT_ERR_IN_PROGRESS:
		return "the device is busy with an earlier procedure";
	case ATT_ERR_OUT_OF_RANGE:
		return "the value is out of range";
	default:
		break;
	}
	if (error >= ATT_ERR_APPLICATION && error <= ATT_ERR_APPLICATION_LAST)
		return "the device's service refused";
	if (error >= 0xe0)
		return "a profile's error that is not assigned";
	return "an error that is not assigned";
}
