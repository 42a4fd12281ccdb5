// LLVM's small services: triples, BLAKE3, kinds of files, who wrote a piece of bitcode.
#include "llvm/internal.h"

#include "llvm-c/Core.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/GlobalValue.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/MemoryBufferRef.h"
#include "llvm/Support/SHA256.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

static unsigned triple_bits(const Triple &t)
{
	return t.isArch64Bit() ? 64 : t.isArch32Bit() ? 32 : t.isArch16Bit() ? 16 : 0;
}

void ll_triple_parse(arena *a, const char *text, ll_triple *out)
{
	Triple t(Triple::normalize(text));
	VersionTuple os = t.getOSVersion();

	*out = {};
	out->text = shim::copy(a, StringRef(text));
	out->normal = shim::copy(a, StringRef(t.str()));
	out->arch = shim::copy(a, t.getArchName());
	out->arch_name = shim::copy(a, Triple::getArchTypeName(t.getArch()));
	out->vendor = shim::copy(a, Triple::getVendorTypeName(t.getVendor()));
	out->os = shim::copy(a, Triple::getOSTypeName(t.getOS()));
	out->env = t.getEnvironment() == Triple::UnknownEnvironment
			   ? ""
			   : shim::copy(a, Triple::getEnvironmentTypeName(t.getEnvironment()));
	out->os_major = os.getMajor();
	out->os_minor = os.getMinor().value_or(0);
	out->bits = triple_bits(t);
	out->little_endian = t.isLittleEndian();
	out->known = t.getArch() != Triple::UnknownArch;
}

std::string shim::code_triple(StringRef text)
{
	Triple t(Triple::normalize(text));

	if (t.isOSWindows() && t.getArch() == Triple::arm)
		t.setArchName(("thumb" + t.getArchName().drop_front(strlen("arm"))).str());
	return t.str();
}

const char *ll_code_triple(arena *a, const char *text)
{
	return shim::copy(a, StringRef(shim::code_triple(text)));
}

const char *ll_host_triple(arena *a)
{
	return shim::copy(a, StringRef(Triple::normalize(sys::getProcessTriple())));
}

void ll_set_dso_local(LLVMValueRef global, bool local)
{
	auto *v = unwrap<GlobalValue>(global);
	auto *alias = dyn_cast<GlobalAlias>(v);

	/* through a second name of its own for that alias LLVM would call the resolver */
	if (alias && isa_and_nonnull<GlobalIFunc>(alias->getAliaseeObject()))
		local = false;
	v->setDSOLocal(local);
}

void ll_blake3(const void *data, size_t n, uint8_t out[32])
{
	BLAKE3 hash;

	hash.update(ArrayRef<uint8_t>(static_cast<const uint8_t *>(data), n));
	auto sum = hash.final<32>();
	memcpy(out, sum.data(), sum.size());
}

struct ll_hash {
	BLAKE3 hash;
};

struct ll_hash *ll_blake3_new()
{
	return new ll_hash;
}

void ll_blake3_add(struct ll_hash *h, const void *data, size_t n)
{
	h->hash.update(ArrayRef<uint8_t>(static_cast<const uint8_t *>(data), n));
}

void ll_blake3_end(struct ll_hash *h, uint8_t out[32])
{
	auto sum = h->hash.final<32>();

	memcpy(out, sum.data(), sum.size());
	delete h;
}

void ll_sha256(const void *data, size_t n, uint8_t out[32])
{
	auto sum = SHA256::hash(ArrayRef<uint8_t>(static_cast<const uint8_t *>(data), n));

	memcpy(out, sum.data(), sum.size());
}

static enum ll_file_kind kind_of(file_magic magic)
{
	switch (magic) {
	case file_magic::bitcode: return LL_FILE_BITCODE;
	case file_magic::archive: return LL_FILE_ARCHIVE;
	case file_magic::elf:
	case file_magic::elf_relocatable: return LL_FILE_ELF_OBJECT;
	case file_magic::coff_object:
	case file_magic::coff_cl_gl_object:
	case file_magic::coff_import_library: return LL_FILE_COFF_OBJECT;
	case file_magic::macho_object:
	case file_magic::macho_universal_binary: return LL_FILE_MACHO_OBJECT;
	case file_magic::wasm_object: return LL_FILE_WASM_OBJECT;
	case file_magic::elf_executable:
	case file_magic::elf_shared_object:
	case file_magic::elf_core:
	case file_magic::macho_executable:
	case file_magic::macho_fixed_virtual_memory_shared_lib:
	case file_magic::macho_dynamically_linked_shared_lib:
	case file_magic::macho_dynamically_linked_shared_lib_stub:
	case file_magic::macho_bundle:
	case file_magic::tapi_file:
	case file_magic::pecoff_executable: return LL_FILE_SHARED;
	default: return LL_FILE_UNKNOWN;
	}
}

enum ll_file_kind ll_file_kind(const char *path, const void *data, size_t n)
{
	StringRef bytes(static_cast<const char *>(data), n);
	enum ll_file_kind k = kind_of(identify_magic(bytes));

	if (k == LL_FILE_UNKNOWN && path && StringRef(path).ends_with(".ll"))
		return LL_FILE_IR_TEXT;
	return k;
}

const char *ll_file_kind_name(enum ll_file_kind k)
{
	switch (k) {
	case LL_FILE_UNKNOWN: return "unknown";
	case LL_FILE_BITCODE: return "LLVM bitcode";
	case LL_FILE_IR_TEXT: return "LLVM IR text";
	case LL_FILE_ELF_OBJECT: return "ELF object";
	case LL_FILE_COFF_OBJECT: return "COFF object";
	case LL_FILE_MACHO_OBJECT: return "Mach-O object";
	case LL_FILE_WASM_OBJECT: return "WebAssembly object";
	case LL_FILE_ARCHIVE: return "archive";
	case LL_FILE_SHARED: return "linked program or library";
	}
	diag_bug("file kind %d", int(k));
}

const char *ll_bitcode_producer(arena *a, const void *data, size_t n, unsigned *major)
{
	MemoryBufferRef buffer(StringRef(static_cast<const char *>(data), n), "");
	Expected<std::string> who = getBitcodeProducerString(buffer);
	StringRef digits;

	*major = 0;
	if (!who) {
		consumeError(who.takeError());
		return nullptr;
	}
	if (who->empty())
		return nullptr;
	digits = StringRef(*who).drop_until([](char c) { return c >= '0' && c <= '9'; });
	if (digits.consumeInteger(10, *major))
		*major = 0;
	return shim::copy(a, StringRef(*who));
}
