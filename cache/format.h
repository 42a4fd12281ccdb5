/* The sidecar of an image in a store, `.pki`. FORMAT.md says what the fields mean. */
#ifndef CACHE_FORMAT_H
#define CACHE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define PKI_MAGIC "\x89PKI\r\n\x1a\n"

enum { PKI_VERSION = 2, PKI_SECTION_ALIGN = 4096 };

enum {
	PKI_NATIVE = 1, /* there is a library */
	PKI_OPAQUE = 2, /* which is no package image of image/FORMAT.md */
	PKI_ALL_FLAGS = 3,
};

enum pki_table_kind {
	PKI_FLAGS,
	PKI_PREFERENCES,
	PKI_SOURCES,
	PKI_DEPENDENCIES,
	PKI_USES,
	PKI_SYMBOLS,
	PKI_TARGETS,
	PKI_SECTIONS,
	PKI_STRINGS,
	PKI_TABLES,
};

struct pki_table {
	uint32_t offset, count;
};

struct pki_header {
	uint8_t magic[8];
	uint16_t version, header_size;
	uint32_t flags;
	uint64_t file_size;   /* with sections */
	uint64_t tables_size; /* header and tables: what is summed */
	uint64_t sum;         /* XXH3-64 of them with this field zero */
	uint8_t key[32];
	uint8_t library_digest[32]; /* BLAKE3; zero without one */
	uint64_t library_size;
	int64_t library_mtime; /* ns since 1970 */
	uint8_t build_id[16], uuid[16];
	uint64_t interface_digest;
	int64_t made; /* seconds since 1970 */
	uint32_t package, package_version, toolchain, abi, cpu_target, library; /* strings */
	struct pki_table tables[PKI_TABLES];
	uint64_t reserved;
};
_Static_assert(sizeof(struct pki_header) == 272 && offsetof(struct pki_header, sum) == 32 &&
		       offsetof(struct pki_header, library_size) == 104 &&
		       offsetof(struct pki_header, package) == 168 &&
		       offsetof(struct pki_header, tables) == 192,
	"cache/FORMAT.md 2");

struct pki_option {
	uint32_t name, value;
};
_Static_assert(sizeof(struct pki_option) == 8, "cache/FORMAT.md 3");

enum { PKI_TRACK = 3, PKI_DISCOVERED = 4 }; /* the low bits: enum pkgimg_cache_track */

struct pki_source {
	uint32_t label, root, path, flags;
	uint64_t size;
	int64_t mtime, ctime; /* ns; ctime 0: the times say nothing, compare the content */
	uint64_t inode;
	uint8_t digest[32];
};
_Static_assert(sizeof(struct pki_source) == 80 && offsetof(struct pki_source, digest) == 48,
	"cache/FORMAT.md 4");

struct pki_dependency {
	uint32_t name, version;
	uint8_t uuid[16], build_id[16];
	uint64_t interface_digest;
	uint32_t flags, first_use, nuses, reserved;
};
_Static_assert(sizeof(struct pki_dependency) == 64, "cache/FORMAT.md 5");

struct pki_symbol {
	uint32_t name, kind; /* pkgimg_cache_symbol.kind */
	uint64_t digest;
};
_Static_assert(sizeof(struct pki_symbol) == 16, "cache/FORMAT.md 5");

struct pki_target {
	uint32_t cpu, needs;
};
_Static_assert(sizeof(struct pki_target) == 8, "cache/FORMAT.md 6");

struct pki_section {
	uint32_t kind, reserved;
	uint64_t offset, size;
	uint8_t digest[32];
};
_Static_assert(sizeof(struct pki_section) == 56, "cache/FORMAT.md 7");

#endif
