/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models.h"

#include "text.h"

#define MODEL(name_, reservoir_, residual_, least_, greatest_, minimum_, stroke_, tubing_,        \
	      accuracy_, battery_)                                                                 \
	{.model = (name_), .reservoir = {reservoir_}, .residual = {residual_}, .least = {least_},  \
	 .greatest = {greatest_}, .minimum = {minimum_}, .stroke = {stroke_},                      \
	 .tubing = {tubing_}, .accuracy_permille = (accuracy_), .battery_days = (battery_)},
static const struct pump_limits models[] = {
#include "models.def"
};
#undef MODEL

size_t pump_limits_count(void)
{
	return sizeof models / sizeof models[0];
}

const struct pump_limits *pump_limits_at(size_t index)
{
	return &models[index];
}

const struct pump_limits *pump_limits_find(const char *model)
{
	for (size_t i = 0; i < pump_limits_count(); i++)
		if (text_equal(models[i].model, model, text_len(model)))
			return &models[i];
	return NULL;
}
