/* What elf.c and bundle.c read of ELF files: <elf.h> is not on Windows and macOS. System V ABI,
 * edition 5, chapters 4 and 5, by its own names. */
#ifndef IMAGE_ELF_TYPES_H
#define IMAGE_ELF_TYPES_H

#include <stdint.h>

enum { EI_CLASS = 4, EI_DATA = 5, EI_NIDENT = 16 };
enum { ELFCLASS32 = 1, ELFCLASS64 = 2, ELFDATA2LSB = 1 };
enum { ET_DYN = 3 };
enum { SHT_NULL = 0, SHT_PROGBITS = 1, SHT_STRTAB = 3, SHT_NOBITS = 8, SHT_DYNSYM = 11 };
enum { SHF_WRITE = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4 };
enum { SHN_UNDEF = 0 };
enum { PT_LOAD = 1 };
enum { PF_X = 1, PF_W = 2 };

#define ELF_EHDR(name, word)                                                                       \
	struct name {                                                                              \
		uint8_t e_ident[EI_NIDENT];                                                        \
		uint16_t e_type, e_machine;                                                        \
		uint32_t e_version;                                                                \
		word e_entry, e_phoff, e_shoff;                                                    \
		uint32_t e_flags;                                                                  \
		uint16_t e_ehsize, e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx;         \
	}
#define ELF_SHDR(name, word)                                                                       \
	struct name {                                                                              \
		uint32_t sh_name, sh_type;                                                         \
		word sh_flags, sh_addr, sh_offset, sh_size;                                        \
		uint32_t sh_link, sh_info;                                                         \
		word sh_addralign, sh_entsize;                                                     \
	}
ELF_EHDR(elf32_ehdr, uint32_t);
ELF_EHDR(elf64_ehdr, uint64_t);
ELF_SHDR(elf32_shdr, uint32_t);
ELF_SHDR(elf64_shdr, uint64_t);

struct elf32_phdr {
	uint32_t p_type, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_flags, p_align;
};
struct elf64_phdr {
	uint32_t p_type, p_flags;
	uint64_t p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align;
};

struct elf32_sym {
	uint32_t st_name, st_value, st_size;
	uint8_t st_info, st_other;
	uint16_t st_shndx;
};
struct elf64_sym {
	uint32_t st_name;
	uint8_t st_info, st_other;
	uint16_t st_shndx;
	uint64_t st_value, st_size;
};

_Static_assert(sizeof(struct elf32_ehdr) == 52 && sizeof(struct elf64_ehdr) == 64 &&
		       sizeof(struct elf32_shdr) == 40 && sizeof(struct elf64_shdr) == 64 &&
		       sizeof(struct elf32_phdr) == 32 && sizeof(struct elf64_phdr) == 56 &&
		       sizeof(struct elf32_sym) == 16 && sizeof(struct elf64_sym) == 24,
	"System V ABI, chapters 4 and 5");

#endif
