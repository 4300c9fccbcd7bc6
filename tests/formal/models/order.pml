/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * order - stage, intent, commit, find, reconcile between PROGRAMMERS workstations and one pump, over a link that
 * loses, repeats and reorders what it carries and keeps what old sessions sent.
 *
 * Every step is one atomic block. Between any two of them a programmer may crash or give up waiting, the power
 * of the pump may fail, a deadline may pass, another programmer may act. At any moment all faults may end; the
 * programmer CALMED by that then opens a session and must get the patient safe.
 *
 * Bounds, by -D: PROGRAMMERS, TOKENS of each (one is kept for getting safe at the end), SESSIONS in all,
 * POWER losses, LATE deadlines, TRICKS (repeats and reorderings), SILENCES (the pump would not say).
 */
#ifndef PROGRAMMERS
#define PROGRAMMERS 1
#endif
#ifndef TOKENS
#define TOKENS 3
#endif
#ifndef SESSIONS
#define SESSIONS 4
#endif
#ifndef POWER
#define POWER 1
#endif
#ifndef LATE
#define LATE 1
#endif
#ifndef TRICKS
#define TRICKS 1
#endif
#ifndef SILENCES
#define SILENCES 1
#endif

mtype = { STAGE, COMMIT, FIND, STAGED, DONE, REFUSED, FOUND, ABSENT };
mtype = { NONE, OPEN, APPLIED, REFUSED_, NOT_SENT, CLOSED };

#define ALL     (PROGRAMMERS * TOKENS)
#define AT(p, t) ((p) * TOKENS + (t) - 1)
#define STOP    31 /* digest of the change that stops therapy; of a program: 1 + AT() of its first token */

/* The disks of the programmers. */
mtype verdict[ALL];
byte change[ALL];
byte saw[ALL];       /* the image that the clinician saw running */
byte used[PROGRAMMERS];

/* The memory of the pump. */
byte runs;
bool is_stopped;
byte last[PROGRAMMERS];
byte result[ALL];

/* The pump until its power fails. */
byte session, owner, expects, stage;
bool writing;

/* What really happened. */
bool ran[ALL], late[ALL];
bool meant_ran[ALL]; /* by confirmation: that of the first token that it was sent with */
byte meant[ALL];

byte sessions, power, lates, tricks, silences;
byte calmed;     /* 1 + programmer */
bool hushed;     /* the pump would not say, even then */

chan to_pump = [2] of { byte, byte, byte, mtype, byte, byte, byte };
chan to_programmer[PROGRAMMERS] = [2] of { byte, byte, mtype, byte };

#define CALM (calmed != 0)

/* The link takes a request, or loses it, or carries it twice. */
inline request(op, token, digest, expected)
{
	number++;
	if
	:: nfull(to_pump) -> to_pump!p, mine, number, op, token, digest, expected
	:: nfull(to_pump) && !CALM && tricks < TRICKS ->
		tricks++;
		printf("event: repeated %d\n", p);
		to_pump!p, mine, number, op, token, digest, expected;
		if
		:: nfull(to_pump) -> to_pump!p, mine, number, op, token, digest, expected
		:: full(to_pump)
		fi
	:: !CALM -> printf("event: lost-request %d\n", p)
	fi
}

inline answer(to, op, value)
{
	if
	:: from != session -> skip /* nobody is left to answer */
	:: from == session && nfull(to_programmer[to]) -> to_programmer[to]!session, expects, op, value
	:: from == session && nfull(to_programmer[to]) && !CALM && tricks < TRICKS ->
		tricks++;
		to_programmer[to]!session, expects, op, value;
		if
		:: nfull(to_programmer[to]) -> to_programmer[to]!session, expects, op, value
		:: full(to_programmer[to])
		fi
	:: from == session && !CALM -> printf("event: lost-answer %d\n", to)
	fi
}

/* New keys: what older sessions left in the link opens no more, and the pump has ended them. */
inline connect()
{
	sessions++;
	mine = sessions;
	number = 0;
	do
	:: nempty(to_programmer[p]) -> to_programmer[p]?_, _, _, _
	:: empty(to_programmer[p]) -> break
	od;
	session = mine;
	owner = p;
	expects = 0;
	printf("event: connect %d\n", p)
}

inline find_open()
{
	token = 0;
	i = 1;
	do
	:: i <= used[p] && verdict[AT(p, i)] == OPEN && i > skipped -> token = i; break
	:: i <= used[p] && !(verdict[AT(p, i)] == OPEN && i > skipped) -> i++
	:: i > used[p] -> break
	od
}

inline find_blocking()
{
	blocked = false;
	i = 1;
	do
	:: i <= used[p] -> blocked = blocked || (verdict[AT(p, i)] == OPEN); i++
	:: i > used[p] -> break
	od
}

inline settle(t, v)
{
	assert(verdict[AT(p, t)] == OPEN); /* an outcome is final once */
	verdict[AT(p, t)] = v;
#ifndef ANSWER_FIRST
	assert(v != APPLIED || ran[AT(p, t)]);
#endif
	assert(v == APPLIED || v == CLOSED || !ran[AT(p, t)]);
	printf("event: verdict %d %d %e\n", p, t, v)
}

/* Evidence of the pump about token: the truth table. */
inline reconcile()
{
	if
#ifdef LAST_TOKEN_ONLY
	:: got == FOUND || (got == ABSENT && value >= token) -> settle(token, APPLIED)
#else
	:: got == FOUND && value == change[AT(p, token)] -> settle(token, APPLIED)
	:: got == FOUND && value != change[AT(p, token)] -> settle(token, REFUSED_)
	:: got == ABSENT && value >= token -> /* the evidence is gone */
		if
		:: skipped = token
		:: settle(token, CLOSED) /* by a supervisor */
		fi
#endif
	:: got == ABSENT && value < token -> settle(token, NOT_SENT)
	:: got == REFUSED -> skipped = token /* the pump would not say: it stays open */
	fi
}

inline store_intent()
{
	find_blocking();
#ifndef RESEND
	assert(!blocked || digest == STOP); /* never two open orders, getting safe apart */
#endif
	used[p]++;
	token = used[p];
	verdict[AT(p, token)] = OPEN;
	change[AT(p, token)] = digest;
	saw[AT(p, token)] = seen;
#ifdef RESEND
	meant[AT(p, token)] = (resent -> meant[AT(p, token - 1)] : AT(p, token));
#else
	meant[AT(p, token)] = AT(p, token);
#endif
	printf("event: intent %d %d\n", p, token)
}

/* Forgets what a crash forgets. */
inline forget()
{
	mine = 0; number = 0; token = 0; digest = 0; seen = 0; skipped = 0; i = 0; got = 0; value = 0; from = 0; nr = 0;
	blocked = false;
	resent = false
}

#define FAILS (!CALM)

inline receive()
{
	to_programmer[p]?from, nr, got, value;
	/* A wrong counter ends the session; what another session sent does not open. */
	mismatch = (from == mine && nr != number);
	fits = (from == mine && nr == number)
}

proctype programmer(byte p)
{
	byte mine, number, token, digest, seen, skipped, i, value, from, nr;
	mtype got;
	bool blocked, resent, fits, mismatch;

off:	atomic {
		forget();
		fits = false; mismatch = false;
		if
		:: !CALM && sessions < SESSIONS -> connect()
		:: calmed == p + 1 -> goto final
		:: CALM && calmed != p + 1 -> goto over
		fi
	}
resolve: atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: !CALM ->
#ifdef SKIP_RECONCILE
			i = 1;
			do
			:: i <= used[p] && verdict[AT(p, i)] == OPEN -> settle(i, NOT_SENT)
			:: i <= used[p] && verdict[AT(p, i)] != OPEN -> i++
			:: i > used[p] -> break
			od;
			token = 0;
#else
			find_open();
#endif
			i = 0;
			if
			:: token == 0 -> goto ready
			:: token != 0 -> request(FIND, token, 0, 0)
			fi
		fi
	}
finding: atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: receive() ->
			if
			:: mismatch -> goto off
			:: fits -> skip
			:: !fits && !mismatch -> goto finding
			fi
		fi
	}
	atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: !CALM -> reconcile(); got = 0; value = 0; from = 0; nr = 0; token = 0; goto resolve
		fi
	}
ready:	atomic {
		find_blocking(); i = 0;
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: !CALM && !blocked && used[p] < TOKENS - 1 && session == mine ->
			seen = runs;
			digest = 1 + AT(p, used[p] + 1);
			printf("event: order %d program\n", p);
			request(STAGE, 0, digest, 0)
#ifdef SAFE_BLOCKED
		:: !CALM && !blocked && used[p] < TOKENS - 1 ->
#else
		:: !CALM && used[p] < TOKENS - 1 ->
#endif
			seen = 0;
			digest = STOP;
			printf("event: order %d stop\n", p);
			request(STAGE, 0, digest, 0)
		fi;
		blocked = false
	}
staging: atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: receive() ->
			if
			:: mismatch || (fits && !(got == STAGED && value == digest)) -> goto off
			:: fits && got == STAGED && value == digest -> skip
			:: !fits && !mismatch -> goto staging
			fi
		fi;
		got = 0; value = 0; from = 0; nr = 0
	}
#ifndef INTENT_LATE
confirmed: atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: !CALM -> store_intent(); i = 0; blocked = false
		fi
	}
#endif
	atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
#ifndef INTENT_LATE
		:: FAILS -> settle(token, NOT_SENT); goto off /* the link is gone before the first byte */
#endif
		:: !CALM ->
#ifdef INTENT_LATE
			token = used[p] + 1; saw[AT(p, token)] = seen;
#else
			assert(verdict[AT(p, token)] == OPEN); /* intent before act */
#endif
			request(COMMIT, token, digest, seen);
			printf("event: commit %d %d\n", p, token)
		fi
	}
#ifdef INTENT_LATE
	atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: !CALM -> store_intent(); i = 0; blocked = false
		fi
	}
#endif
committing: atomic {
		if
		:: CALM -> goto off
		:: FAILS ->
#ifdef TIMEOUT_FAILS
			settle(token, REFUSED_);
#endif
#ifdef RESEND
			if
			:: used[p] < TOKENS - 1 && session == mine ->
				resent = true; printf("event: resent %d\n", p);
				request(STAGE, 0, digest, 0); goto staging
			:: skip
			fi;
#endif
			printf("event: crash %d\n", p); goto off
		:: receive() ->
			if
			:: mismatch -> goto off
			:: fits && got == DONE -> skip
			:: fits && got == REFUSED -> skip
			:: !fits && !mismatch -> goto committing
			fi
		fi
	}
	atomic {
		if
		:: CALM -> goto off
		:: FAILS -> printf("event: crash %d\n", p); goto off
		:: !CALM && got == REFUSED -> settle(token, REFUSED_)
		:: !CALM && got == DONE && session == mine -> /* read back */
#ifndef ANSWER_FIRST
			assert(digest == STOP -> is_stopped : !is_stopped && runs == digest);
#endif
			settle(token, APPLIED)
		fi;
		got = 0; value = 0; from = 0; nr = 0; token = 0; digest = 0; seen = 0;
		goto ready
	}

	/* No more faults, nobody else: whatever was going on, the patient gets safe. */
final:	atomic { connect() };
final_resolve: atomic {
		find_open(); i = 0;
		if
		:: token == 0 -> goto final_stop
		:: token != 0 -> request(FIND, token, 0, 0)
		fi
	}
	atomic { receive(); assert(fits) };
	atomic { reconcile(); got = 0; value = 0; from = 0; nr = 0; token = 0; goto final_resolve };
final_stop: atomic {
		find_blocking(); i = 0;
#ifdef SAFE_BLOCKED
		!blocked;
#endif
		blocked = false;
		digest = STOP;
		request(STAGE, 0, digest, 0)
	}
	atomic { receive(); assert(fits && got == STAGED) };
	atomic { store_intent() };
	atomic { request(COMMIT, token, digest, 0) };
	atomic { receive(); assert(fits && got == DONE) };
	atomic {
#ifndef ANSWER_FIRST
		assert(is_stopped);
#endif
		settle(token, APPLIED);
		/* What ran is known to have run: no open intent hides it. */
		i = 1;
		do
		:: i <= used[p] -> assert(!ran[AT(p, i)] || verdict[AT(p, i)] == APPLIED || hushed); i++
		:: i > used[p] -> break
		od
	}
over:	skip
}

inline execute()
{
#ifndef ANSWER_FIRST
	assert(verdict[AT(who, tok)] == OPEN); /* durable intent; not executed, refused or given up before */
#endif
	assert(!ran[AT(who, tok)]);            /* a token runs at most once */
	assert(!meant_ran[meant[AT(who, tok)]]); /* so does what was confirmed once */
	assert(dig == STOP || runs == saw[AT(who, tok)]); /* on what the clinician saw */
	ran[AT(who, tok)] = true;
	meant_ran[meant[AT(who, tok)]] = true;
	printf("event: executed %d %d\n", who, tok)
}

inline store()
{
	if
	:: dig == STOP -> is_stopped = true
	:: dig != STOP -> runs = dig; is_stopped = false
	fi;
	last[who] = tok;
	result[AT(who, tok)] = dig;
	stage = 0
}

#define POWER_FAILS (!CALM && power < POWER)

inline lose_power()
{
	assert(!writing || ran[AT(who, tok)] || verdict[AT(who, tok)] != APPLIED);
	power++;
	session = 0; owner = 0; expects = 0; stage = 0; writing = false;
	who = 0; from = 0; nr = 0; op = 0; tok = 0; dig = 0; exp = 0;
	printf("event: power-loss\n")
}

proctype pump()
{
	byte who, from, nr, tok, dig, exp;
	mtype op;
#ifdef ASKED_WHILE_WRITING
	byte who2, from2, nr2, tok2;
#endif

end:	do
	:: atomic { POWER_FAILS -> lose_power() }
	:: atomic { !CALM && stage != 0 && lates < LATE -> lates++; stage = 0; printf("event: stage-expires\n") }
	:: atomic { !CALM && !writing && len(to_pump) == 2 && tricks < TRICKS ->
		tricks++; to_pump?who, from, nr, op, tok, dig, exp; to_pump!who, from, nr, op, tok, dig, exp;
		who = 0; from = 0; nr = 0; op = 0; tok = 0; dig = 0; exp = 0;
		printf("event: reordered\n") }
#ifdef ASKED_WHILE_WRITING
	:: atomic { writing && nfull(to_programmer[owner]) && to_pump?[_, _, _, FIND, _, _, _] ->
		to_pump??who2, from2, nr2, FIND, tok2, _, _;
		if
		:: from2 == session && nr2 == expects + 1 ->
			expects = nr2;
			if
			:: result[AT(who2, tok2)] != 0 ->
				to_programmer[who2]!session, expects, FOUND, result[AT(who2, tok2)]
			:: result[AT(who2, tok2)] == 0 -> to_programmer[who2]!session, expects, ABSENT, last[who2]
			fi
		:: else -> skip
		fi }
#endif
	:: atomic { !writing && nempty(to_pump) ->
		to_pump?who, from, nr, op, tok, dig, exp;
		if
#ifdef OLD_SESSIONS
		:: from != session && op != COMMIT -> skip
		:: from == session && nr != expects + 1 -> session = 0
		:: (from == session && nr == expects + 1) || (from != session && op == COMMIT) ->
#else
		:: from != session -> skip /* another key */
#ifndef NO_COUNTER
		:: from == session && nr != expects + 1 -> session = 0
		:: from == session && nr == expects + 1 ->
#else
		:: from == session ->
#endif
#endif
			if
			:: from == session -> expects = nr
			:: from != session -> skip
			fi;
			if
			:: op == STAGE -> stage = dig; answer(who, STAGED, dig)
			:: op == FIND ->
				if
				:: result[AT(who, tok)] != 0 -> answer(who, FOUND, result[AT(who, tok)])
				:: result[AT(who, tok)] == 0 -> answer(who, ABSENT, last[who])
				:: silences < SILENCES -> silences++; hushed = CALM; printf("event: silent\n"); answer(who, REFUSED, 0)
				fi
			:: op == COMMIT ->
				if
#ifndef TOKEN_REUSED
				:: tok <= last[who] && result[AT(who, tok)] == dig -> answer(who, DONE, tok)
				:: tok <= last[who] && result[AT(who, tok)] != dig -> answer(who, REFUSED, 0)
				:: tok > last[who] ->
#else
				:: true ->
#endif
					if
#ifndef NO_NOT_AFTER
					:: late[AT(who, tok)] -> answer(who, REFUSED, 0)
#endif
#ifdef TOKEN_REUSED
#define STAGE_MATCHES true
#else
#define STAGE_MATCHES (stage == dig)
#endif
#ifdef NO_EXPECTED
#define EXPECTED_MATCHES true
#else
#define EXPECTED_MATCHES (dig == STOP || runs == exp)
#endif
#ifdef NO_NOT_AFTER
#define IN_TIME true
#else
#define IN_TIME (!late[AT(who, tok)])
#endif
					:: IN_TIME && !(STAGE_MATCHES && EXPECTED_MATCHES) ->
						answer(who, REFUSED, 0)
					:: IN_TIME && STAGE_MATCHES && EXPECTED_MATCHES ->
						assert(!late[AT(who, tok)]); /* nothing runs after its deadline */
						writing = true
					fi
				fi
			fi
		fi;
		if
		:: !writing -> who = 0; from = 0; nr = 0; op = 0; tok = 0; dig = 0; exp = 0
		:: writing -> skip
		fi
	   }
	:: writing ->
#ifdef ANSWER_FIRST
		atomic { if :: POWER_FAILS -> lose_power() :: answer(who, DONE, tok) fi };
#endif
		atomic {
			if
			:: POWER_FAILS -> lose_power(); goto end
			:: writing -> execute(); store()
			:: !writing -> goto end
			fi
		};
		atomic {
			if
			:: POWER_FAILS -> lose_power()
#ifndef ANSWER_FIRST
			:: answer(who, DONE, tok)
#else
			:: skip
#endif
			fi;
			writing = false;
			who = 0; from = 0; nr = 0; op = 0; tok = 0; dig = 0; exp = 0
		}
	od
}

proctype world()
{
	byte i;

	do
	:: atomic { !CALM ->
		if
		:: calmed = 1
#if PROGRAMMERS > 1
		:: calmed = 2
#endif
		fi;
		printf("event: calm %d\n", calmed - 1);
		break }
	:: atomic { !CALM && lates < LATE ->
		select(i : 0 .. ALL - 1);
		if
		:: verdict[i] == OPEN && !late[i] -> lates++; late[i] = true; printf("event: deadline %d\n", i)
		:: else -> skip
		fi;
		i = 0 }
	od
}

init {
	byte k;

	atomic {
		for (k : 0 .. ALL - 1) { verdict[k] = NONE }
		for (k : 0 .. PROGRAMMERS - 1) { run programmer(k) }
		run pump();
		run world()
	}
}
