/* LLD's fatal error, for C: the message goes to the link's sink, and the link is over. */
#ifndef LLVM_LINK_FATAL_H
#define LLVM_LINK_FATAL_H

#ifdef __cplusplus
extern "C" [[noreturn]]
#else
_Noreturn
#endif
void ll_lld_fatal(const char *message);

/* LLD as before its first link in this process (llvm/link_reset.cpp) */
#ifdef __cplusplus
extern "C"
#endif
	void
	ll_lld_reset(void);

#endif
