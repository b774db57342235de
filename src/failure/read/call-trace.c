/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief The call trace of a report: who asked, and in which context.
 *
 * A trace goes from the function that printed it outwards. So the allocator's own functions come first, then who
 * asked, and what comes first of an interrupt and of the beginning of a task is the context. What lies beyond an
 * interrupt is only who happened to run, and is not read.
 *
 * Each architecture writes frames in its own way: `name+0x10/0x20 [module]` after an address, two addresses or none,
 * `(name) from [<address>] (name+0x10/0x20)`, `name from name+0x10/0x20`. Tools that look for the lines of the source
 * write `name (file.c:12) module`, or `name file.c:12 [inline]` for what the compiler dissolved. Only the names are read.
 */
#include <ctype.h>
#include <string.h>

#include "failure/read/frames.h"
#include "failure/read/line.h"
#include "failure/read/reader.h"
#include "failure/read/tokens.h"

/** After so many lines without a frame, the next frame is of another trace. */
#define LONGEST_PAUSE 24

/** A line of a trace may hold more than one frame where a log was folded. */
struct frame {
	struct word name;
	struct word module;
	bool uncertain; /**< the kernel found it on the stack, and does not know whether it was called */
};

/* ---- What a frame says ----------------------------------------------------------------------- */

/** A name without what the compiler puts behind it: `.isra.0`, `.constprop.0`, `.part.0`, `.cold`, `$` and a hash. */
static void copy_name(struct word from, char *name, size_t size)
{
	struct word bare = from;

	if (bare.length && *bare.at == '.') {
		bare.at++;
		bare.length--;
	}
	for (size_t i = 0; i < bare.length; i++)
		if (bare.at[i] == '.' || bare.at[i] == '$')
			bare.length = i;
	word_copy(bare, name, size);
}

/** Is this where a task begins? Such a function asks for nothing. */
static bool is_beginning(enum frame_kind kind)
{
	return kind >= FRAME_PROCESS;
}

/** Does no interrupt ever call this? Then the context is known wherever the trace is cut. */
static bool only_in_task(enum frame_kind kind)
{
	return kind == FRAME_FAULT || kind == FRAME_FAULT_OOM || kind == FRAME_RECLAIM ||
	       kind == FRAME_GUP || kind == FRAME_SYSCALL;
}

/** Take the function as the caller, if it may be. */
static void take_caller(struct failure_trace *trace, const struct frame *frame, const char *name,
			enum frame_kind kind)
{
	bool mark = kind == FRAME_SOFTIRQ || kind == FRAME_HARDIRQ || kind == FRAME_NMI;

	if (kind == FRAME_ALLOCATOR || kind == FRAME_FAULT_OOM) {
		/* What was taken for the caller lies inside the allocator. */
		if (trace->guessed && !frame->uncertain)
			trace->caller[0] = trace->module[0] = '\0';
		if (!trace->caller[0] && !frame->uncertain == trace->sure)
			memcpy(trace->through, name, sizeof(trace->through));
		return;
	}
	/* A fault that ended without memory asked for nothing itself. */
	if (kind == FRAME_FAULT && frame_kind(trace->through) == FRAME_FAULT_OOM)
		return;
	if (is_beginning(kind) ||
	    (trace->caller[0] && (!trace->guessed || frame->uncertain || mark)))
		return;
	memcpy(trace->caller, name, sizeof(trace->caller));
	word_copy(frame->module, trace->module, sizeof(trace->module));
	trace->guessed = frame->uncertain;
}

/** The name of a system call: what follows `sys_`. */
static void take_syscall(struct failure_trace *trace, const char *name)
{
	static const char *const before[] = { "sys_", "SyS_", "SYSC_" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *found = strstr(name, before[i]);

		if (found)
			word_copy(word_of(found + strlen(before[i])), trace->syscall,
				  sizeof(trace->syscall));
	}
}

/** The frames have been read to where the context is clear. */
static void end_trace(struct failure_trace *trace, enum trace_context context)
{
	/* A mark or a function may have told it before. */
	if (trace->context == CONTEXT_UNKNOWN)
		trace->context = context;
	trace->root = true;
	trace->ended = true;
}

/** The context that a function tells. */
static void take_context(struct failure_trace *trace, const char *name, enum frame_kind kind)
{
	static const enum trace_stack stacks[] = {
		[FRAME_SYSCALL] = STACK_PROCESS, [FRAME_FAULT] = STACK_PROCESS,
		[FRAME_PROCESS] = STACK_PROCESS, [FRAME_KTHREAD] = STACK_KTHREAD,
		[FRAME_BOOT] = STACK_BOOT,	 [FRAME_IDLE] = STACK_IDLE
	};

	if (kind == FRAME_SOFTIRQ)
		end_trace(trace, CONTEXT_SOFTIRQ);
	else if (kind == FRAME_HARDIRQ)
		end_trace(trace, CONTEXT_HARDIRQ);
	else if (kind == FRAME_NMI)
		end_trace(trace, CONTEXT_NMI);
	else if (kind == FRAME_RECLAIM)
		trace->in_reclaim |= trace->caller[0] != '\0';
	else if (kind == FRAME_FAULT || kind == FRAME_FAULT_OOM)
		trace->page_fault = true;
	else if (kind == FRAME_GUP)
		trace->page_fault = false;
	else if (kind == FRAME_SYSCALL)
		take_syscall(trace, name);
	if (kind >= FRAME_FAULT)
		trace->stack = stacks[kind];
	if (only_in_task(kind) && trace->context == CONTEXT_UNKNOWN && !trace->in_interrupt)
		trace->context = CONTEXT_TASK;
	if (is_beginning(kind) && !trace->in_interrupt)
		end_trace(trace, CONTEXT_TASK);
}

/** Take a frame. */
static void take_frame(struct failure_trace *trace, const struct frame *frame)
{
	char name[sizeof(trace->caller)] = "";
	enum frame_kind kind;

	if (trace->ended)
		return;
	copy_name(frame->name, name, sizeof(name));
	kind = frame_kind(name);
	if (!frame->uncertain && !trace->sure) {
		/* Uncertain frames count where there are no others. */
		trace->sure = true;
		trace->caller[0] = trace->module[0] = trace->through[0] = '\0';
		trace->page_fault = trace->in_reclaim = false;
		trace->stack = STACK_UNKNOWN;
	}
	trace->seen = true;
	take_caller(trace, frame, name, kind);
	if (frame->uncertain != trace->sure)
		take_context(trace, name, kind);
}

/* ---- How a frame is written ------------------------------------------------------------------ */

/** Does this byte belong to a function's name? */
static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

/** The name that ends here; its length is 0 where there is none. */
static struct word name_before(const char *line, const char *end)
{
	const char *at = end;

	while (at > line && in_name(at[-1]))
		at--;
	if (at < end && isdigit((unsigned char)*at))
		at = end;
	return (struct word){ at, (size_t)(end - at) };
}

/** Is the name that of a register's value, or of something else that is no frame: `RIP: 0010:name`, `pc : name`? */
static bool names_register(const char *message, const char *name)
{
	static const char *const before[] = { "RIP", "EIP", "NIP", "LR",  "PC", "pc",	  "lr",
					      "epc", "ra",  "era", "PSW", "at", "caller", "IP" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *found = find_words(message, before[i]);

		if (found && found < name && !in_name(found[strlen(before[i])]))
			return true;
	}
	return false;
}

/** Does the kernel mark the frame as uncertain? `? name`, `([<address>] name)` on s390, `name (unreliable)` on PowerPC. */
static bool is_uncertain(const char *line, const char *name, const char *rest)
{
	const char *at = name;

	while (at > line && (at[-1] == ' ' || at[-1] == '('))
		at--;
	if (at > line && at[-1] == '?')
		return true;
	if (at > line && at[-1] == ']' && name[-1] == ' ') {
		while (at > line && at[-1] != '[')
			at--;
		return at - line > 1 && at[-2] == '(';
	}
	return !strncmp(rest, " (unreliable)", 13);
}

/** The module behind a name: `[module]`, or `[module 990d5502]` with the number of its build. */
static struct word module_of(const char *rest)
{
	const char *at = rest + strspn(rest, " ");

	if (*at != '[' || at[1] == '<' || !isalpha((unsigned char)at[1]))
		return (struct word){ at, 0 };
	return (struct word){ at + 1, strcspn(at + 1, " ]") };
}

/** Take the frame whose name ends here; false when there is none. */
static bool take_name(struct failure_trace *trace, const char *line, const char *end,
		      const char *rest, struct word module)
{
	const char *message = line_message(line);
	struct frame frame = { .name = name_before(line, end) };

	if (!frame.name.length ||
	    names_register(message <= frame.name.at ? message : line, frame.name.at))
		return false;
	frame.module = module;
	frame.uncertain = is_uncertain(line, frame.name.at, rest);
	take_frame(trace, &frame);
	return true;
}

/** A line that is a name and nothing else: a kernel without offsets, or a line cut before them. */
static bool take_bare(struct failure_trace *trace, const char *line)
{
	const char *at = line_message(line), *end;

	at += strspn(at, "? ");
	for (end = at; in_name(*end); end++)
		;
	if (end - at < 4 || (*end && *end != '+' && (*end != ' ' || !module_of(end).length)) ||
	    !strpbrk(at, "abcdefghijklmnopqrstuvwxyz_"))
		return false;
	return take_name(trace, line, end, end, module_of(end));
}

/** `name file.c:12 [inline]`: false when the line is another. */
static bool take_inlined(struct failure_trace *trace, const char *line)
{
	const char *end = strstr(line, " [inline]"), *path = end;

	if (!end)
		return false;
	while (path > line && path[-1] != ' ')
		path--;
	return path > line && token_is_place(path, (size_t)(end - path)) &&
	       take_name(trace, line, path - 1, end, (struct word){ end, 0 });
}

/** `name (file.c:12 file.c:34) module`: false when the line is another. */
static bool take_decoded(struct failure_trace *trace, const char *line)
{
	const char *open = strstr(line, " ("), *rest = strrchr(line, ')');
	struct word module;

	if (!open || !rest || !token_is_place(open + 2, strcspn(open + 2, " )")))
		return false;
	rest += 1 + strspn(rest + 1, " [");
	module = (struct word){ rest, strcspn(rest, " ]") };
	return take_name(trace, line, open, rest, module);
}

/** Take the frames of a line; false when there are none. */
static bool take_frames(struct failure_trace *trace, const char *line)
{
	const char *from = strstr(line, " from "), *plus = strstr(line, "+0x");
	bool any = false;

	if (from && plus > from && from > line)
		any |= take_name(trace, line, from[-1] == ')' ? from - 1 : from, from,
				 module_of(from));
	for (; plus; plus = strstr(plus + 3, "+0x")) {
		const char *rest = plus + 3;

		rest += strspn(rest, "0123456789abcdef");
		if (!strncmp(rest, "/0x", 3))
			rest += 3 + strspn(rest + 3, "0123456789abcdef");
		rest += *rest == ')';
		any |= take_name(trace, line, plus, rest, module_of(rest));
	}
	if (!any)
		any = take_inlined(trace, line) || take_decoded(trace, line);
	if (!any && !from && trace->listed && !trace->pause)
		any = take_bare(trace, line);
	return any;
}

/* ---- Marks between frames -------------------------------------------------------------------- */

/** PowerPC's `--- interrupt: 500 at name+0x10/0x20`: what stopped the task, by its number. */
static bool take_exception(struct failure_trace *trace, const char *line)
{
	static const char *const faults[] = { "300", "301", "302", "380", "381", "400", "401" };
	static const char *const calls[] = { "c00", "c01", "3000", "3001" };
	static const char *const before[] = { "--- interrupt: ", "--- Exception: " };
	struct word number = { NULL, 0 };

	for (int i = 0; i < 2; i++) {
		const char *found = strstr(line, before[i]);

		if (found)
			number =
				(struct word){ found + 15, strspn(found + 15, "0123456789abcdef") };
	}
	if (!number.length || trace->ended)
		return number.length != 0;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		trace->page_fault |= word_is(number, faults[i]);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (word_is(number, calls[i]))
			trace->stack = STACK_PROCESS;
	if (trace->page_fault)
		trace->stack = STACK_PROCESS;
	end_trace(trace, trace->stack == STACK_PROCESS ? CONTEXT_TASK : CONTEXT_HARDIRQ);
	return true;
}

/** The marks of stacks, on a line of their own or before a frame: `<IRQ>`, `</IRQ>`, `<EOI>`, `<NMI>`, `<SOFTIRQ>`. */
static bool take_marks(struct failure_trace *trace, const char *line)
{
	static const char *const begins[] = { "<IRQ>", "<SOFTIRQ>", "<NMI>" };
	static const char *const ends[] = { "</IRQ>", "</SOFTIRQ>", "</NMI>", "<EOI>", "<<EOE>>" };
	static const enum trace_context contexts[] = { CONTEXT_UNKNOWN, CONTEXT_SOFTIRQ,
						       CONTEXT_NMI };
	bool any = false;

	if (!strchr(line, '<'))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!strstr(line, ends[i]))
			continue;
		if (trace->seen && trace->in_interrupt)
			end_trace(trace, CONTEXT_HARDIRQ);
		return true;
	}
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (!strstr(line, begins[i]))
			continue;
		trace->in_interrupt = any = true;
		if (contexts[i] != CONTEXT_UNKNOWN)
			trace->context = contexts[i];
	}
	return any || strstr(line, "TASK>");
}

/** `Workqueue: writeback wb_workfn (flush-179:0)`: the queue and the function of its item. */
static bool take_queue(struct failure_trace *trace, const char *line)
{
	const char *at = find_words(line, "Workqueue: ");

	if (!at)
		return false;
	at += strlen("Workqueue: ");
	word_copy(next_word(&at), trace->queue, sizeof(trace->queue));
	copy_name(next_word(&at), trace->work, sizeof(trace->work));
	return true;
}

/**
 * @brief Read a line of a call trace.
 *
 * @param failure the report
 * @param line a line
 * @return false when it is another line
 */
bool failure_read_trace(struct failure *failure, const char *line)
{
	struct failure_trace *trace = &failure->trace;
	bool any;

	/* The trace comes before the figures. */
	if (failure->has_state || trace->ended)
		return false;
	if (!trace->queue[0] && !trace->seen && take_queue(trace, line))
		return true;
	if (strstr(line, "Call Trace:") || strstr(line, "Call trace:")) {
		trace->ended = trace->seen;
		trace->listed = true;
		trace->pause = 0;
		return true;
	}
	any = take_marks(trace, line);
	any |= take_exception(trace, line) || take_frames(trace, line);
	trace->pause = any ? 0 : trace->pause + 1;
	if (trace->seen && trace->pause > LONGEST_PAUSE)
		trace->ended = true;
	return any;
}
