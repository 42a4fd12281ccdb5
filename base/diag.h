/* Diagnostics: the only module that writes to stderr.
 *
 *   pkgimg: error: platforms/my.yaml:14:9: 'emulation' wants a string, got a list
 *   pkgimg: note: platforms/my.yaml:3:1: inherited from here
 *
 * A message is lower case, has no full stop, names things in 'quotes', says what was wanted and
 * what was found, and then the remedy. Report, go on with a sound dummy, and stop at a checkpoint
 * `if (d->errors) return`: one run shows all mistakes. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#define FMT(fmt, args) __attribute__((format(printf, fmt, args)))

/* A place: a file with line and column (1-based; 0 = unknown), or an argument of the command
 * line (arg >= 1, its number as the user counts; file NULL). All zero: nowhere. */
struct loc {
	const char *file;
	unsigned line, col;
	unsigned arg;
};
#define NOWHERE ((struct loc) { 0 })

enum diag_kind { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

/* Exit codes of the program */
enum { EXIT_OK = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_BUG = 70 };

/* Counts, and where the text goes. A library caller gets the lines by `sink`; with a NULL sink
 * they go to stderr, each with "pkgimg: " in front. One struct diags belongs to one thread. */
struct diags {
	unsigned errors, warnings;
	bool no_warnings; /* drop warnings unsaid and uncounted */
	void (*sink)(void *ctx, enum diag_kind kind, const char *line);
	void *ctx;
};

/* Report (to stderr and uncounted if d is NULL); returns -1, so that a check can
 * `return diag_err(d, at, ...)`. */
int diag_at(struct diags *d, enum diag_kind kind, struct loc at, const char *fmt, ...) FMT(4, 5);
#define diag_err(d, at, ...)  diag_at((d), DIAG_ERROR, (at), __VA_ARGS__)
#define diag_warn(d, at, ...) diag_at((d), DIAG_WARNING, (at), __VA_ARGS__)
#define diag_note(d, at, ...) diag_at((d), DIAG_NOTE, (at), __VA_ARGS__)

/* A line that is already a message of its own ("error: ..."), as LLD's are; `line` has no newline.
 * Counted as kind and printed with our prefix only when it does not bear it yet. */
void diag_line(struct diags *d, enum diag_kind kind, const char *line);

/* a sink for what nobody is to be told */
void diag_drop(void *ctx, enum diag_kind kind, const char *line);

/* A further line of the message before ("    >>> referenced by ..."), printed without a prefix. */
void diag_more(struct diags *d, const char *line);

/* A line of a tool's own standard output, passed on to ours (or to the sink, as a note). */
void diag_output(struct diags *d, const char *line);

/* Text for the user that is no diagnostic (a plan, a progress line), to stderr as it is. */
void diag_text(const char *fmt, ...) FMT(1, 2);

/* No way to go on (out of memory): one line, exit 70. */
_Noreturn void diag_fatal(const char *fmt, ...) FMT(1, 2);

/* A fault of ours, not of the input: one line with the place in our source, exit 70. */
#define diag_bug(...) diag_bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void diag_bug_at(const char *file, int line, const char *fmt, ...) FMT(3, 4);

/* The text of a place ("file:1:2", "argument 3", "" for nowhere), made in buf, cut to size. */
const char *loc_text(struct loc at, char *buf, size_t size);

#endif
