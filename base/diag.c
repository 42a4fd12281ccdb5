#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
	[DIAG_NOTE] = "note",
	[DIAG_WARNING] = "warning",
	[DIAG_ERROR] = "error",
};

static void count(struct diags *d, enum diag_kind kind)
{
	if (!d)
		return;
	d->errors += kind == DIAG_ERROR;
	d->warnings += kind == DIAG_WARNING;
}

/* one write per message, so that lines of parallel processes do not mix */
static void put(struct diags *d, enum diag_kind kind, const char *line)
{
	if (d && d->sink)
		d->sink(d->ctx, kind, line);
	else
		fprintf(stderr, "pkgimg: %s\n", line);
}

const char *loc_text(struct loc at, char *buf, size_t size)
{
	if (at.arg)
		snprintf(buf, size, "argument %u", at.arg);
	else if (!at.file)
		buf[0] = '\0';
	else if (!at.line)
		snprintf(buf, size, "%s", at.file);
	else if (!at.col)
		snprintf(buf, size, "%s:%u", at.file, at.line);
	else
		snprintf(buf, size, "%s:%u:%u", at.file, at.line, at.col);
	return buf;
}

/* "error: PLACE: message" in malloc'd memory */
static char *compose(enum diag_kind kind, struct loc at, const char *fmt, va_list ap)
{
	char place[4096 + 64]; /* the longest path there is, and line and column behind it */
	va_list again;
	int head, body;
	char *s;

	loc_text(at, place, sizeof(place));
	va_copy(again, ap);
	head = snprintf(NULL, 0, "%s: %s%s", kind_names[kind], place, place[0] ? ": " : "");
	body = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (head < 0 || body < 0)
		diag_fatal("a message could not be formatted: %s", fmt);
	s = malloc((size_t)head + (size_t)body + 1);
	if (!s)
		diag_fatal("out of memory: %d bytes wanted for a message", head + body);
	sprintf(s, "%s: %s%s", kind_names[kind], place, place[0] ? ": " : "");
	vsprintf(s + head, fmt, ap);
	return s;
}

int diag_at(struct diags *d, enum diag_kind kind, struct loc at, const char *fmt, ...)
{
	va_list ap;
	char *line;

	if (d && d->no_warnings && kind == DIAG_WARNING)
		return -1;
	va_start(ap, fmt);
	line = compose(kind, at, fmt, ap);
	va_end(ap);
	count(d, kind);
	put(d, kind, line);
	free(line);
	return -1;
}

void diag_line(struct diags *d, enum diag_kind kind, const char *line)
{
	static const char prefix[] = "pkgimg: ";

	if (d && d->no_warnings && kind == DIAG_WARNING)
		return;
	count(d, kind);
	if (!strncmp(line, prefix, sizeof(prefix) - 1))
		line += sizeof(prefix) - 1;
	put(d, kind, line);
}

void diag_drop(void *ctx, enum diag_kind kind, const char *line)
{
	(void)ctx, (void)kind, (void)line;
}

void diag_more(struct diags *d, const char *line)
{
	if (d && d->sink)
		d->sink(d->ctx, DIAG_NOTE, line);
	else
		fprintf(stderr, "%s\n", line);
}

void diag_output(struct diags *d, const char *line)
{
	if (d && d->sink)
		d->sink(d->ctx, DIAG_NOTE, line);
	else
		puts(line);
}

void diag_text(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

_Noreturn void diag_fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("pkgimg: error: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_BUG);
}

_Noreturn void diag_bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "pkgimg: error: this is a fault of pkgimg itself (%s:%d): ", file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(EXIT_BUG);
}
