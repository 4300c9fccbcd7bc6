/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drug_site - which file holds the clinic's own drug rows, read once in a run. */
#ifndef PUMPCTL_DRUG_SITE_H
#define PUMPCTL_DRUG_SITE_H

#include "drug.h"
#include "error.h"

struct app;

#define DRUG_SITE_FILE "drugs.json"

/*
 * The rows of --drug-file, else of drugs.json in the state directory if there is one; else *site is
 * NULL. Makes nothing. DRUG_FILE: cannot be read, may be changed by others, or is refused, with path,
 * line and reason. *site lives as long as app.
 */
enum error_code drug_site_use(struct app *app, const struct drug_site **site, struct error *error)
	__attribute__((warn_unused_result));
/* Name of the clinic of the file in use; NULL before drug_site_use, or without a file. */
const char *drug_site_clinic(const struct app *app);

/* Accepts NULL. */
struct drug_site_store;
void drug_site_destroy(struct drug_site_store *store);

#endif
