/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "air_clinic.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "image.h"
#include "link_local.h"
#include "operator_key.h"
#include "records.h"
#include "state.h"
#include "temporary.h"

#define SERIAL      "PX40-000321"
#define WORKSTATION 7 /* each byte of its id */
#define NAME       "air"
#define TIMEOUT_MS 60000
#define SPARE_SLOTS 64
#define RECORDS_PER_DAY 24

struct air_clinic clinic;

int __wrap_link_local_open(struct link **out, const char *path, const char *name, int timeout_ms);

void air_clinic_settle(void)
{
	while (air.ends[SHAPER_PERIPHERAL])
		ck_assert_int_eq(loop_turn(clinic.loop, -1), 0);
}

int __wrap_link_local_open(struct link **out, const char *path, const char *name, int timeout_ms)
{
	struct link *ends[SHAPER_SIDES];
	(void)path;
	(void)timeout_ms;
	ck_assert_str_eq(name, NAME);
	air_clinic_settle();
	air_connect(ends);
	*out = ends[SHAPER_CENTRAL];
	return peripheral_connect(clinic.pump, ends[SHAPER_PERIPHERAL]);
}

static void on_advanced(void *ctx)
{
	*(bool *)ctx = true;
}

static void make_birth(struct pump_birth *birth)
{
	const struct program program = {.mixture = {.count = 1, .parts = {{"morphine", {10000000}}}},
					.mode = PROGRAM_SIMPLE, .dose = {500000},
					.low_alarm = {2 * NL_PER_ML}};
	memset(birth, 0, sizeof(*birth));
	air_clinic_identity(birth->serial, birth->workstation, birth->card_code);
	(void)snprintf(birth->model, sizeof(birth->model), "PX40");
	birth->utc_s = 1700000000;
	birth->reservoir_nl = 40 * NL_PER_ML;
	birth->paired = true;
	randombytes_buf_deterministic(birth->pairing_key, sizeof(birth->pairing_key),
				      (const uint8_t[32]){1});
	memcpy(birth->operator_id, AIR_OPERATOR, sizeof(AIR_OPERATOR));
	ck_assert_int_eq(operator_key_create(clinic.state_dir, AIR_OPERATOR, AIR_PASSPHRASE, OPERATOR_KEY_FAST,
					     birth->operator_key),
			 0);
	ck_assert_int_eq(image_encode(&program, birth->image, sizeof(birth->image),
				      &birth->image_len), PUMP_OK);
}

void air_clinic_pair(const uint8_t key[STATE_KEY_LEN])
{
	struct state_pairing pairing = {.serial = SERIAL, .address = "sim:" NAME};
	memcpy(pairing.key, key, sizeof(pairing.key));
	memset(pairing.workstation, WORKSTATION, sizeof(pairing.workstation));
	ck_assert_int_eq(state_pairing_store(clinic.state_dir, &pairing), 0);
}

void air_clinic_identity(char *serial, uint8_t *workstation, char *card_code)
{
	memcpy(serial, SERIAL, sizeof(SERIAL));
	memset(workstation, WORKSTATION, WORKSTATION_LEN);
	card_code_make((const uint8_t[CARD_CODE_BYTES]){5, 4, 3, 2, 1}, card_code);
}

static void live(uint64_t days, uint16_t mtu)
{
	bool is_advanced = false;
	const struct peripheral_config config = {.loop = clinic.loop, .nvm = &clinic.nvm,
						 .speed = 1, .mtu = mtu,
						 .on_advanced = on_advanced, .ctx = &is_advanced};
	ck_assert_int_eq(peripheral_create(&clinic.pump, &config), 0);
	peripheral_advance(clinic.pump, days * SECONDS_PER_DAY);
	while (!is_advanced)
		ck_assert_int_eq(loop_turn(clinic.loop, -1), 0);
}

void air_clinic_open(uint64_t days, uint16_t mtu)
{
	struct pump_birth birth;
	char run[80];
	const size_t slots = (size_t)days * RECORDS_PER_DAY + SPARE_SLOTS;
	ck_assert_int_ge(sodium_init(), 0);
	air_reset(&(struct shaper_config){.supervision_ms = 1}, 0);
	/* Thousands of syncs of the archive, and what survives a crash is not the question here. */
	if (access("/dev/shm", W_OK) == 0)
		ck_assert_int_eq(setenv("TMPDIR", "/dev/shm", 1), 0);
	temporary_make(clinic.state_dir, sizeof(clinic.state_dir));
	(void)snprintf(clinic.pump_dir, sizeof(clinic.pump_dir), "%s/pump", clinic.state_dir);
	(void)snprintf(run, sizeof(run), "%s/run", clinic.state_dir);
	ck_assert_int_eq(mkdir(run, 0700), 0);
	ck_assert_int_eq(setenv("XDG_RUNTIME_DIR", run, 1), 0);
	clinic.loop = loop_create();
	ck_assert_ptr_nonnull(clinic.loop);
	make_birth(&birth);
	ck_assert_int_eq(nvm_create(clinic.pump_dir, &birth,
				    PUMP_NVM_BASE + slots * PUMP_LOG_SLOT, NAME), 0);
	ck_assert_int_eq(nvm_open(&clinic.nvm, clinic.pump_dir, NAME), 0);
	air_clinic_pair(birth.pairing_key);
	live(days, mtu);
	ck_assert_int_eq(audit_open(&clinic.audit, clinic.state_dir), 0);
}

void air_clinic_close(void)
{
	air_clinic_disconnect();
	archive_close(clinic.archive);
	audit_close(clinic.audit);
	peripheral_destroy(clinic.pump);
	nvm_close(&clinic.nvm, false);
	loop_destroy(clinic.loop);
	temporary_remove(clinic.state_dir);
	memset(&clinic, 0, sizeof(clinic));
}

static void forget(const char *name)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%s", clinic.state_dir, name);
	temporary_remove(path);
}

void air_clinic_reset(const struct shaper_config *config, uint64_t seed)
{
	air_clinic_disconnect();
	air_clinic_settle();
	archive_close(clinic.archive);
	audit_close(clinic.audit);
	forget("archive.sqlite");
	forget("archive.sqlite-wal");
	forget("archive.sqlite-shm");
	forget("audit");
	ck_assert_int_eq(archive_open(&clinic.archive, clinic.state_dir), 0);
	ck_assert_int_eq(audit_open(&clinic.audit, clinic.state_dir), 0);
	clinic.stored = 0;
	air_reset(config, seed);
}

enum error_code air_clinic_connect(void)
{
	const struct session_config config = {.loop = clinic.loop, .audit = clinic.audit,
					      .state_dir = clinic.state_dir, .pump = SERIAL,
					      .timeout_ms = TIMEOUT_MS};
	return session_open(&clinic.session, &config, &clinic.error);
}

void air_clinic_disconnect(void)
{
	session_close(clinic.session);
	clinic.session = NULL;
}

enum error_code air_clinic_pull(void (*progress)(void *ctx, uint64_t stored, uint64_t wanted))
{
	struct session_pull pull;
	const enum error_code code = session_pull_log(clinic.session, clinic.archive, progress, NULL,
						      &pull, &clinic.error);
	clinic.stored += pull.stored;
	return code;
}

uint64_t air_clinic_records(uint64_t *octets)
{
	struct pump_view view;
	uint8_t raw[RECORD_MAX];
	peripheral_look(clinic.pump, &view);
	*octets = 0;
	for (uint64_t seq = view.log_first; seq <= view.log_last; seq++)
		*octets += peripheral_log_read(clinic.pump, seq, raw);
	return view.log_last - view.log_first + 1;
}

static bool check_record(void *ctx, uint32_t epoch, uint64_t seq, const uint8_t *raw, size_t len)
{
	uint8_t own[RECORD_MAX];
	(void)ctx;
	(void)epoch;
	ck_assert_uint_eq(peripheral_log_read(clinic.pump, seq, own), len);
	ck_assert_mem_eq(own, raw, len);
	return true;
}

void air_clinic_check_archive(void)
{
	uint64_t octets;
	uint32_t epoch;
	const uint64_t records = air_clinic_records(&octets);
	ck_assert_int_eq(archive_last_epoch(clinic.archive, SERIAL, &epoch), 0);
	ck_assert_uint_eq(archive_count(clinic.archive, SERIAL, epoch), records);
	ck_assert_int_eq(archive_visit(clinic.archive, SERIAL, 0, check_record, NULL), 0);
}
