/* libxml2, loaded at its first use. Only lld-link calls it, to merge Windows manifests, so that no
 * other run should pay for the library or fail for want of it. These are the functions that
 * LLVM's WindowsManifest uses, forwarded to the real ones. LLVM reads the library's structures, so
 * it must be the ABI LLVM was compiled against: soname libxml2.so.2. Without it the link ends with
 * LLD's fatal error. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "llvm/link_fatal.h"

typedef void release(void *);

static void *library;
static char library_error[256];

static void load(void)
{
	library = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		snprintf(library_error, sizeof(library_error), "%s", dlerror());
}

static void *find(const char *name)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char message[512];
	void *p;

	pthread_once(&once, load);
	p = library ? dlsym(library, name) : NULL;
	if (p)
		return p;
	snprintf(message, sizeof(message),
		"merging manifests needs libxml2.so.2, which cannot be used: %s; install libxml2, "
		"or "
		"give one whole manifest by /manifest:embed without /manifestinput",
		library ? name : library_error);
	ll_lld_fatal(message);
}

/* a function of libxml2 with pointers (and ints) for parameters */
#define FORWARD(ret, name, params, args)                                                           \
	ret name params;                                                                           \
	ret name params                                                                            \
	{                                                                                          \
		union {                                                                            \
			void *p;                                                                   \
			ret(*f) params;                                                            \
		} u = { find(#name) };                                                             \
		return u.f args;                                                                   \
	}
#define FORWARD_VOID(name, params, args)                                                           \
	void name params;                                                                          \
	void name params                                                                           \
	{                                                                                          \
		union {                                                                            \
			void *p;                                                                   \
			void(*f) params;                                                           \
		} u = { find(#name) };                                                             \
		u.f args;                                                                          \
	}

FORWARD(void *, xmlAddChild, (void *parent, void *child), (parent, child))
FORWARD(void *, xmlCopyNamespace, (void *ns), (ns))
FORWARD_VOID(xmlDocDumpFormatMemoryEnc,
	(void *doc, unsigned char **text, int *size, const char *encoding, int format),
	(doc, text, size, encoding, format))
FORWARD(void *, xmlDocGetRootElement, (const void *doc), (doc))
FORWARD(void *, xmlDocSetRootElement, (void *doc, void *root), (doc, root))
FORWARD_VOID(xmlFreeDoc, (void *doc), (doc))
FORWARD_VOID(xmlFreeNode, (void *node), (node))
FORWARD_VOID(xmlFreeNs, (void *ns), (ns))
FORWARD(void *, xmlNewDoc, (const unsigned char *version), (version))
FORWARD(void *, xmlNewNs, (void *node, const unsigned char *href, const unsigned char *prefix),
	(node, href, prefix))
FORWARD(void *, xmlNewProp, (void *node, const unsigned char *name, const unsigned char *value),
	(node, name, value))
FORWARD(void *, xmlReadMemory,
	(const char *text, int size, const char *url, const char *encoding, int options),
	(text, size, url, encoding, options))
FORWARD_VOID(xmlSetGenericErrorFunc, (void *ctx, void (*handler)(void *, const char *, ...)),
	(ctx, handler))
FORWARD(unsigned char *, xmlStrdup, (const unsigned char *s), (s))
FORWARD_VOID(xmlUnlinkNode, (void *node), (node))

/* a variable of libxml2 that holds its function */
static void free_forwarded(void *p)
{
	release **real = find("xmlFree");

	(*real)(p);
}

extern release *xmlFree;
release *xmlFree = free_forwarded;
