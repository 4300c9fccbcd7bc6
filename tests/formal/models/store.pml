/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store - how a pump makes a commit durable: two block slots that are written in turn, the log record inside the
 * block and then in its place, power loss at every step, slots that go bad by themselves.
 *
 * A write takes two steps: begun (what is there is neither old nor new) and done. A commit is answered after both
 * of its writes. Programs are numbered in the order of their commits; 1 is the one that the pump was born with.
 *
 * Bounds, by -D: COMMITS, POWER losses, ROTTEN slots.
 */
#ifndef COMMITS
#define COMMITS 4
#endif
#ifndef POWER
#define POWER 4
#endif
#ifndef ROTTEN
#define ROTTEN 2
#endif

#define MINIMUM 0              /* no program: minimum rate and a critical alarm */
#define SAFE    (COMMITS + 2)  /* the getting-safe order at the end */
#define LOG     (COMMITS + 4)
#define TORN    15

typedef block_slot {
	bool whole;
	byte generation, program, record
};

/* What survives power loss. */
block_slot slot[2];
byte log[LOG];

/* What the pump knows while it runs. */
byte current, generation, program, logged;

/* What really happened. */
byte answered, flight, ran_count;
byte ran[LOG];           /* programs in the order in which they became known to have run */
bool denied[COMMITS + 3]; /* FIND_ORDER said: not found */
byte losses, rotten, next;
bool calm;

inline note_ran(what)
{
	if
	:: ran_count == 0 || ran[ran_count] != what -> ran_count++; ran[ran_count] = what
	:: else -> skip
	fi
}

/* The log holds what ran, once, in order, and nothing else. */
inline check_log()
{
	i = 1;
	do
	:: i <= ran_count -> assert(log[i] == ran[i]); i++
	:: i > ran_count -> break
	od;
	assert(log[ran_count + 1] == 0 || log[ran_count + 1] == TORN);
	i = 0
}

inline choose_slot()
{
	best = 2;
	generation = 0;
	i = 0;
	do
	:: i < 2 ->
		if
#ifdef OLDEST_WINS
		:: slot[i].whole && best == 2 ->
#else
		:: slot[i].whole && (best == 2 || slot[i].generation > generation) ->
#endif
			best = i; generation = slot[i].generation
		:: else -> skip
		fi;
		i++
	:: i == 2 -> break
	od;
	i = 0
}

inline count_log()
{
	logged = 0;
	do
	:: log[logged + 1] != 0 && log[logged + 1] != TORN -> logged++
	:: else -> break
	od
}

/* After a boot: nothing that was answered is undone, nothing that was denied comes back. */
inline check_boot()
{
	if
	:: flight != 0 && (program == flight || (logged > 0 && log[logged] == flight)) -> note_ran(flight)
	:: flight != 0 && !(program == flight || (logged > 0 && log[logged] == flight)) -> denied[flight] = true
	:: flight == 0 -> skip
	fi;
	assert(!denied[program]);
	/* The last program that ran: never an older one, and minimum rate only if slots went bad. */
	assert(program == ran[ran_count] || (program == MINIMUM && rotten > 0));
	flight = 0
}

#define POWER_FAILS (!calm && losses < POWER)

inline lose_power()
{
	losses++;
	current = 0; generation = 0; program = 0; logged = 0; target = 0; redo = 0; best = 0;
	printf("event: power-loss\n")
}

inline begin_block(value)
{
	printf("event: store-block %d\n", value);
#ifdef SINGLE_SLOT
	target = current;
#else
	target = 1 - current;
#endif
#ifdef NO_CHECKSUM
	/* The header comes first and nothing tells that the rest is still the old one. */
	slot[target].generation = generation + 1
#else
	slot[target].whole = false
#endif
}

inline end_block(value)
{
	slot[target].whole = true;
	slot[target].generation = generation + 1;
	slot[target].program = value;
	slot[target].record = logged + 1;
	generation++;
	current = target;
	program = value;
	target = 0
}

inline answer()
{
	printf("event: answered %d\n", flight);
	note_ran(flight);
	answered = flight;
#ifndef ANSWER_FIRST
	flight = 0
#endif
}

proctype pump()
{
	byte i, best, target, redo;

boot:	atomic {
		choose_slot();
		count_log();
		if
		:: best == 2 -> current = 1; program = MINIMUM
#ifdef TORN_RUNS
			; program = slot[0].program
#endif
		:: best < 2 -> current = best; program = slot[best].program;
			if
			:: logged < slot[best].record -> redo = slot[best].program
#ifndef OLD_PROGRAM_RUNS
			:: logged > slot[best].record -> program = MINIMUM /* a newer block is lost */
#else
			:: logged > slot[best].record -> skip
#endif
			:: logged == slot[best].record -> skip
			fi
		fi;
		best = 0;
		printf("event: boot %d\n", program)
	}
#ifndef NO_REDO
	if
	:: redo != 0 ->
		atomic { if :: POWER_FAILS -> lose_power(); goto boot :: log[logged + 1] = TORN fi };
		atomic { if :: POWER_FAILS -> lose_power(); goto boot :: logged++; log[logged] = redo; redo = 0 fi }
	:: redo == 0 -> skip
	fi;
#endif
	atomic { check_boot(); redo = 0; check_log() }
ready:	atomic {
		if
		:: POWER_FAILS -> lose_power(); goto boot
		:: !calm && next <= COMMITS -> next++; flight = next
		:: calm = true; printf("event: calm\n"); flight = SAFE
		fi
	}
#ifdef ANSWER_FIRST
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: answer() fi };
#endif
#ifdef LOG_FIRST
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: log[logged + 1] = TORN fi };
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: logged++; log[logged] = flight fi };
#endif
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: begin_block(flight) fi };
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: end_block(flight) fi };
#ifndef LOG_FIRST
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: log[logged + 1] = TORN fi };
	atomic { if :: POWER_FAILS -> lose_power(); goto boot :: logged++; log[logged] = program fi };
#endif
	atomic {
		if
		:: POWER_FAILS -> lose_power(); goto boot
#ifdef ANSWER_FIRST
		:: flight = 0
#else
		:: answer()
#endif
		fi;
		check_log();
		if
		:: !calm -> goto ready
		:: calm -> assert(program == SAFE) /* from every state the patient gets safe */
		fi
	}
}

proctype wear()
{
end:	do
	:: atomic { !calm && rotten < ROTTEN && slot[0].whole -> rotten++; slot[0].whole = false; printf("event: rot 0\n") }
	:: atomic { !calm && rotten < ROTTEN && slot[1].whole -> rotten++; slot[1].whole = false; printf("event: rot 1\n") }
	od
}

init {
	atomic {
		slot[0].whole = true; slot[0].generation = 1; slot[0].program = 1; slot[0].record = 1;
		log[1] = 1; ran_count = 1; ran[1] = 1; answered = 1; next = 1;
		run pump();
		run wear()
	}
}
