/* Interface stubs for ELF: what a shared library exports, as a text list, and that list as a shared
 * library without code. Linking against the stub gives the same symbol versions and DT_NEEDED as
 * linking against the real one, and no file of the target system is read.
 * stubs/README.md describes the list; tools/make-stub-lists.py makes it. */
#ifndef STUBS_ELFSTUB_H
#define STUBS_ELFSTUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/kept.h"

/* STUB_PLAIN_FUNCTION: one entry point, where others have two (PowerPC's ELFv2 ABI) */
enum stub_kind { STUB_FUNCTION, STUB_OBJECT, STUB_TLS, STUB_PLAIN_FUNCTION, STUB_KINDS };

struct stub_symbol {
	const char *name;
	uint64_t size;    /* objects and thread-local ones: of a copy relocation; see `pointers` */
	uint32_t same;    /* index of the object that it is another name of; its own if of none */
	uint16_t version; /* versions[version - 1]; 0 = none */
	uint8_t kind;     /* enum stub_kind */
	bool pointers;    /* `size` counts pointers of the machine, not bytes */
	/* DLLs only */
	const char *other; /* the name that the DLL exports, if it is another one; else NULL */
	const char *on;    /* the only machines that have it: "x86_64,i386"; NULL: all */
	bool stdcall;      /* on i386; with */
	uint32_t args;     /* bytes of arguments, which the callee takes off the stack */
};

struct stub_list {
	const char *path;
	const char *soname;
	const char *machine;         /* an architecture as stub_machine_find knows it, or "any" */
	struct stub_symbol *symbols; /* sorted by name (bytes), each name once */
	size_t nsymbols, symbols_cap;
	const char **versions; /* in the order of the library */
	size_t nversions, versions_cap;
};

struct stub_machine {
	uint16_t e_machine;
	bool is64, little;
	uint32_t e_flags;
	/* st_other of functions: PowerPC's local entry point is 8 bytes behind the global one; LLD
	 * copies the bits into what is linked */
	uint8_t function_other;
};

/* Read a list, and the one it is based on. Every bad line is an error with file:line:col.
 * at       who asked for the file
 * out      in the arena; untouched on error
 * returns  0, or -1 reported */
int stub_list_read(
	struct arena *a, struct diags *d, struct loc at, const char *path, struct stub_list *out);

/* Which symbols of a list are wanted: a link's stub library needs a handful of thousands. A wrong
 * line of another symbol is not found; an object that is another name of one that is not wanted
 * stands alone, which only copy relocations would notice. */
struct stub_filter {
	bool (*has)(const void *ctx, const char *name, size_t n);
	const void *ctx;
	/* [256] by first letter: bit (length % 64) is set where a name has it, so that most lines
	 * need no look at `has` */
	const uint64_t *lengths;
};

/* stub_list_read with a choice
 * kept     where lists that were read stay, without what is left out of one; or NULL
 * filter   NULL for all symbols */
int stub_list_read_some(struct arena *a, struct diags *d, struct kept *kept, struct loc at,
	const char *path, const struct stub_filter *filter, struct stub_list *out);

/* stub_list_read from memory; text[0..size] is changed, text[size] is NUL; `path` is only for
 * places */
int stub_list_parse(struct arena *a, struct diags *d, const char *path, char *text, size_t size,
	struct stub_list *out);

/* Leave out what the library does not have on `arch`, and what is said about another one. Before
 * this a list for any machine may have a name more than once. */
void stub_list_narrow(struct stub_list *l, const char *arch);

bool stub_list_has(const struct stub_list *l, const char *name);
/* the symbol, or NULL */
const struct stub_symbol *stub_list_find(const struct stub_list *l, const char *name);

/* By LLVM's name of the architecture ("x86_64", "aarch64", "powerpc64le"); NULL if unknown. */
const struct stub_machine *stub_machine_find(const char *arch);

/* The list as an ELF shared object, in the arena.
 * returns  0; -1 if it would not fit its class (4 GiB for 32-bit machines) */
int stub_elf_write(struct arena *a, const struct stub_list *l, struct stub_machine m,
	const void **bytes, size_t *n);

/* The list as the text of a .tbd file (tbd.c), for some targets: "arm64-macos, x86_64-macos". */
const char *stub_tbd_write(struct arena *a, const struct stub_list *l, const char *targets);

/* Symbols that stubs/elf-image.ll defines in every image: its frontend may take them as provided.
 */
bool stub_elf_image_defines(const char *name);

/* What to do about an undefined symbol that only libgcc.a has, which is linked into no image; NULL
 * for others. */
const char *stub_libgcc_remedy(const char *name);

#endif
