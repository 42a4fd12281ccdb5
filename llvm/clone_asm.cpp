// What assembly names and defines, read as words: an assembler would need the machine, and too much
// found only means fewer clones.
#include "llvm/clone.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

static bool is_word(char c)
{
	return isAlnum(c) || c == '_' || c == '.' || c == '$' || c == '@';
}

void shim::clone_asm_words(StringRef text, function_ref<void(StringRef)> f)
{
	while (!text.empty()) {
		StringRef word = text.take_while(is_word);

		if (word.empty()) {
			text = text.drop_front();
			continue;
		}
		text = text.drop_front(word.size());
		f(word);
		f(word.split('@').first); /* foo@PLT */
		f(word.ltrim('$'));       /* $foo: AT&T's sign for a constant */
	}
}

shim::CloneAsm::CloneAsm(Module &m)
{
	auto add = [&](StringRef word) { words.insert(word); };

	clone_asm_words(m.getModuleInlineAsm(), add);
	for (Function &f : m) {
		for (BasicBlock &b : f) {
			for (Instruction &i : b) {
				auto *c = dyn_cast<CallBase>(&i);
				if (c && c->isInlineAsm())
					clone_asm_words(cast<InlineAsm>(c->getCalledOperand())
								->getAsmString(),
						add);
			}
		}
	}
}

static bool statement_defines(StringRef s)
{
	static constexpr StringLiteral directives[] = { ".globl", ".global", ".set", ".equ",
		".equiv", ".weak", ".comm", ".lcomm", ".symver", ".type", ".size", ".local",
		".hidden", ".protected", ".internal", ".thumb_set", ".macro", ".purgem" };
	StringRef word = s.take_while(is_word), rest = s.drop_front(word.size()).ltrim();

	if (word.empty() || s.contains("${:uid}") || all_of(word, isDigit))
		return false;
	if (rest.starts_with(":") || (rest.starts_with("=") && !rest.starts_with("==")))
		return true;
	return is_contained(directives, word);
}

static void each_statement(StringRef text, function_ref<void(StringRef)> f)
{
	SmallVector<StringRef, 8> lines;

	text.split(lines, '\n');
	for (StringRef line : lines) {
		SmallVector<StringRef, 4> statements;

		line.split(statements, ';');
		for (StringRef s : statements) {
			/* "1: label: insn" */
			while (!(s = s.ltrim()).empty() && isDigit(s.front()) &&
				s.ltrim("0123456789").starts_with(":"))
				s = s.ltrim("0123456789").drop_front();
			f(s.ltrim("\t {|"));
		}
	}
}

bool shim::clone_asm_defines(StringRef text)
{
	bool r = false;

	each_statement(text, [&](StringRef s) { r |= statement_defines(s); });
	return r;
}

// ---- local symbols

static void read_symbols(StringRef s, StringSet<> &defined, StringSet<> &shown)
{
	static constexpr StringLiteral define[] = { ".set", ".equ", ".equiv", ".thumb_set" },
				       show[] = { ".globl", ".global", ".weak", ".comm",
					       ".private_extern", ".weak_definition" };
	StringRef word = s.take_while(is_word), rest = s.drop_front(word.size()).ltrim();

	if (rest.starts_with(":") || (rest.starts_with("=") && !rest.starts_with("==")))
		defined.insert(word);
	else if (is_contained(define, word))
		defined.insert(rest.take_while(is_word));
	else if (is_contained(show, word))
		shim::clone_asm_words(rest, [&](StringRef name) { shown.insert(name); });
}

StringSet<> shim::clone_asm_locals(StringRef text)
{
	StringSet<> defined, shown, r;

	each_statement(text, [&](StringRef s) { read_symbols(s, defined, shown); });
	for (const auto &name : defined) {
		if (!shown.contains(name.getKey()))
			r.insert(name.getKey());
	}
	return r;
}
