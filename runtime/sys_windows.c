/* Windows: files, mappings, DLLs. */
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include "runtime/sys.h"

#include <aclapi.h>
#include <errno.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum {
	PATH_WORDS = 4096, /* of UTF-16 */
	SHORT_PATH = 248,  /* longer ones want a prefix */
	PLACES = 16, /* where a mapping of several parts is tried, if others come in between */
};

static const struct {
	DWORD from;
	int to;
} errors[] = {
	{ ERROR_SUCCESS, 0 },
	{ ERROR_FILE_NOT_FOUND, ENOENT },
	{ ERROR_PATH_NOT_FOUND, ENOENT },
	{ ERROR_INVALID_NAME, ENOENT },
	{ ERROR_BAD_PATHNAME, ENOENT },
	{ ERROR_BAD_NETPATH, ENOENT },
	{ ERROR_TOO_MANY_OPEN_FILES, EMFILE },
	{ ERROR_ACCESS_DENIED, EACCES },
	{ ERROR_SHARING_VIOLATION, EACCES },
	{ ERROR_LOCK_VIOLATION, EACCES },
	{ ERROR_INVALID_HANDLE, EBADF },
	{ ERROR_NOT_ENOUGH_MEMORY, ENOMEM },
	{ ERROR_OUTOFMEMORY, ENOMEM },
	{ ERROR_COMMITMENT_LIMIT, ENOMEM },
	{ ERROR_DIRECTORY, ENOTDIR },
	{ ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG },
	{ ERROR_INSUFFICIENT_BUFFER, ENAMETOOLONG },
	{ ERROR_NO_UNICODE_TRANSLATION, EILSEQ },
	{ ERROR_INVALID_ADDRESS, EEXIST }, /* something is there already */
	{ ERROR_INVALID_PARAMETER, EINVAL },
	{ ERROR_MAPPED_ALIGNMENT, EINVAL },
};

static int number(DWORD error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].from == error)
			return errors[i].to;
	}
	return EIO;
}

static int last(void)
{
	int code = number(GetLastError());

	return code ? code : EIO;
}

/* ---- paths */

struct wide {
	wchar_t text[PATH_WORDS];
};

static int widen(const char *path, struct wide *out)
{
	return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out->text, PATH_WORDS)
		       ? 0
		       : last();
}

/* absolute, with \ between its parts; a long one in the form that has no limit */
static int full_path(const char *path, struct wide *out)
{
	struct wide given;
	int code = widen(path, &given);
	DWORD n;

	if (code)
		return code;
	n = GetFullPathNameW(given.text, PATH_WORDS, out->text, NULL);
	if (!n || n >= PATH_WORDS)
		return n ? ENAMETOOLONG : last();
	if (n < SHORT_PATH || !wcsncmp(out->text, L"\\\\", 2))
		return 0;
	if (n + 5 > PATH_WORDS)
		return ENAMETOOLONG;
	memmove(out->text + 4, out->text, (n + 1) * sizeof(wchar_t));
	memcpy(out->text, L"\\\\?\\", 4 * sizeof(wchar_t));
	return 0;
}

int rt_absolute(const char *path, char *buf, size_t size)
{
	struct wide given, full;
	int code = widen(path, &given);
	DWORD n;

	if (code)
		return code;
	n = GetFullPathNameW(given.text, PATH_WORDS, full.text, NULL);
	if (!n || n >= PATH_WORDS)
		return n ? ENAMETOOLONG : last();
	return WideCharToMultiByte(CP_UTF8, 0, full.text, -1, buf, (int)size, NULL, NULL) ? 0
											  : last();
}

/* ---- files */

static HANDLE handle(const struct rt_file *f)
{
	return (HANDLE)f->handle;
}

/* without leave to write or delete for others: what is checked stays what is at the path */
int rt_file_open(const char *path, struct rt_file *out)
{
	struct wide full;
	int code = full_path(path, &full);
	HANDLE h;

	if (code)
		return code;
	h = CreateFileW(full.text, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
		FILE_FLAG_BACKUP_SEMANTICS, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return last();
	out->handle = (intptr_t)h;
	return 0;
}

static bool is_system(PSID sid)
{
	/* TrustedInstaller: the owner of what Windows itself installs */
	static const wchar_t installer[] =
		L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
	wchar_t *text;
	bool same;

	if (IsWellKnownSid(sid, WinBuiltinAdministratorsSid) ||
		IsWellKnownSid(sid, WinLocalSystemSid))
		return true;
	if (!ConvertSidToStringSidW(sid, &text))
		return false;
	same = !wcscmp(text, installer);
	LocalFree(text);
	return same;
}

static bool is_mine(PSID sid)
{
	union {
		TOKEN_USER user;
		char room[256];
	} u;
	HANDLE token;
	DWORD n;
	bool same;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return false;
	same = GetTokenInformation(token, TokenUser, &u, sizeof(u), &n) &&
	       EqualSid(u.user.User.Sid, sid);
	CloseHandle(token);
	return same;
}

static bool all_may_write(PACL acl)
{
	if (!acl) /* no list: everybody may do everything */
		return true;
	for (DWORD i = 0; i < acl->AceCount; i++) {
		ACCESS_ALLOWED_ACE *ace;

		if (GetAce(acl, i, (void **)&ace) &&
			ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE &&
			!(ace->Header.AceFlags & INHERIT_ONLY_ACE) &&
			ace->Mask & (FILE_WRITE_DATA | WRITE_DAC | WRITE_OWNER) &&
			IsWellKnownSid(&ace->SidStart, WinWorldSid))
			return true;
	}
	return false;
}

/* file systems without owners (FAT) leave all to whoever has the disk */
static unsigned ownership(HANDLE h)
{
	PSECURITY_DESCRIPTOR all;
	PSID owner;
	PACL acl;
	DWORD kind;
	unsigned flags;

	if (GetVolumeInformationByHandleW(h, NULL, 0, NULL, NULL, &kind, NULL, 0) &&
		!(kind & FILE_PERSISTENT_ACLS))
		return RT_FILE_OURS;
	if (GetSecurityInfo(h, SE_FILE_OBJECT,
		    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner, NULL, &acl,
		    NULL, &all))
		return 0;
	flags = owner && (is_mine(owner) || is_system(owner)) ? RT_FILE_OURS : 0;
	flags |= all_may_write(acl) ? RT_FILE_WORLD_WRITABLE : 0;
	LocalFree(all);
	return flags;
}

/* from 100 ns since 1601 */
static int64_t nanoseconds(LARGE_INTEGER t)
{
	return (t.QuadPart - INT64_C(116444736000000000)) * 100;
}

int rt_file_facts(const struct rt_file *f, struct rt_file_facts *out)
{
	BY_HANDLE_FILE_INFORMATION info;
	FILE_BASIC_INFO basic;
	bool folder;

	if (!GetFileInformationByHandle(handle(f), &info) ||
		!GetFileInformationByHandleEx(handle(f), FileBasicInfo, &basic, sizeof(basic)))
		return last();
	folder = info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
	*out = (struct rt_file_facts) {
		.size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow,
		.owner = UINT64_MAX,
		.device = info.dwVolumeSerialNumber,
		.inode = (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow,
		.modified = nanoseconds(basic.LastWriteTime),
		.changed = nanoseconds(basic.ChangeTime),
	};
	if (folder)
		out->flags |= RT_FILE_FOLDER;
	else if (GetFileType(handle(f)) == FILE_TYPE_DISK)
		out->flags |= RT_FILE_REGULAR;
	out->flags |= ownership(handle(f));
	return 0;
}

bool rt_file_is_at(const struct rt_file *f, const char *path)
{
	BY_HANDLE_FILE_INFORMATION a, b;
	struct rt_file there = { 0 };
	bool same;

	if (rt_file_open(path, &there))
		return false;
	same = GetFileInformationByHandle(handle(f), &a) &&
	       GetFileInformationByHandle(handle(&there), &b) &&
	       a.dwVolumeSerialNumber == b.dwVolumeSerialNumber &&
	       a.nFileIndexHigh == b.nFileIndexHigh && a.nFileIndexLow == b.nFileIndexLow;
	rt_file_close(&there);
	return same;
}

void rt_file_close(struct rt_file *f)
{
	if (f->handle)
		CloseHandle(handle(f));
	f->handle = 0;
}

int rt_file_read(const struct rt_file *f, uint64_t offset, void *to, size_t n)
{
	char *at = to;

	while (n > 0) {
		OVERLAPPED place = { .Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32) };
		DWORD piece = n < 1 << 30 ? (DWORD)n : 1 << 30, got = 0;

		if (!ReadFile(handle(f), at, piece, &got, &place))
			return last();
		if (!got)
			return EIO;
		at += got;
		offset += got;
		n -= got;
	}
	return 0;
}

/* ---- memory */

size_t rt_page_size(void)
{
	SYSTEM_INFO info;

	GetSystemInfo(&info);
	return info.dwPageSize;
}

size_t rt_granularity(void)
{
	SYSTEM_INFO info;

	GetSystemInfo(&info);
	return info.dwAllocationGranularity;
}

int rt_map(const struct rt_file *f, uint64_t offset, size_t size, void *at, enum rt_access access,
	void **out)
{
	bool copy = access == RT_COPY;
	HANDLE section = CreateFileMappingW(
		handle(f), NULL, copy ? PAGE_WRITECOPY : PAGE_READONLY, 0, 0, NULL);
	void *got;
	int code;

	if (!section)
		return last();
	got = MapViewOfFileEx(section, copy ? FILE_MAP_COPY : FILE_MAP_READ, (DWORD)(offset >> 32),
		(DWORD)offset, size, at);
	code = got ? 0 : last();
	CloseHandle(section); /* the view keeps it */
	if (got)
		*out = got;
	return code;
}

int rt_map_zeros(size_t size, void *at, void **out)
{
	void *got = VirtualAlloc(at, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

	if (!got)
		return last();
	*out = got;
	return 0;
}

static bool is_view(const void *at)
{
	MEMORY_BASIC_INFORMATION info;

	return VirtualQuery(at, &info, sizeof(info)) && info.Type == MEM_MAPPED;
}

void rt_unmap(void *at, size_t size)
{
	(void)size;
	if (at && is_view(at))
		UnmapViewOfFile(at);
	else if (at)
		VirtualFree(at, 0, MEM_RELEASE);
}

/* what is between parts i - 1 and i, or behind the last */
static size_t gap_before(
	const struct rt_part parts[], size_t n, size_t i, size_t size, size_t *from)
{
	size_t mask = rt_granularity() - 1;
	size_t to = i < n ? parts[i].at : (size + mask) & ~mask;

	*from = i ? (parts[i - 1].at + parts[i - 1].size + mask) & ~mask : 0;
	return to > *from ? to - *from : 0;
}

/* steps 2i: the gap before part i; 2i + 1: part i */
static int take_step(const struct rt_file *f, const struct rt_part parts[], size_t n, size_t size,
	char *base, size_t step)
{
	const struct rt_part *p = &parts[step / 2];
	size_t from, room;
	void *got;

	if (step % 2 == 0) {
		room = gap_before(parts, n, step / 2, size, &from);
		if (!room || VirtualAlloc(base + from, room, MEM_RESERVE, PAGE_NOACCESS))
			return 0;
		return last();
	}
	if (p->kind == RT_PART_ZEROS)
		return rt_map_zeros(p->size, base + p->at, &got);
	return rt_map(f, p->offset, p->size, base + p->at,
		p->kind == RT_PART_COPY ? RT_COPY : RT_READ, &got);
}

static void undo_steps(
	const struct rt_part parts[], size_t n, size_t size, char *base, size_t steps)
{
	size_t from;

	while (steps-- > 0) {
		if (steps % 2)
			rt_unmap(base + parts[steps / 2].at, parts[steps / 2].size);
		else if (gap_before(parts, n, steps / 2, size, &from))
			VirtualFree(base + from, 0, MEM_RELEASE);
	}
}

static int map_there(
	const struct rt_file *f, const struct rt_part parts[], size_t n, size_t size, char *base)
{
	for (size_t step = 0; step <= 2 * n; step++) {
		int code = take_step(f, parts, n, size, base, step);

		if (code) {
			undo_steps(parts, n, size, base, step);
			return code;
		}
	}
	return 0;
}

/* A file can be mapped into a reserved range from Windows 10 on only. So the place that a
 * reservation got is given back and taken part by part; who comes in between makes it another
 * place. */
int rt_map_parts(const struct rt_file *f, const struct rt_part parts[], size_t n, size_t size,
	void *at, void **out)
{
	int code = EEXIST;

	for (int i = 0; i < PLACES && code == EEXIST; i++) {
		void *base = at;

		if (!base) {
			base = VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_NOACCESS);
			if (!base)
				return last();
			VirtualFree(base, 0, MEM_RELEASE);
		}
		code = map_there(f, parts, n, size, base);
		if (!code)
			*out = base;
		if (at)
			break;
	}
	return code;
}

void rt_unmap_parts(void *at, const struct rt_part parts[], size_t n, size_t size)
{
	if (at)
		undo_steps(parts, n, size, at, 2 * n + 1);
}

/* pages of files and DLLs are copied when written: the system wants that said for files */
int rt_protect(void *at, size_t size, enum rt_access access)
{
	DWORD write = is_view(at) ? PAGE_WRITECOPY : PAGE_READWRITE, before;

	return VirtualProtect(at, size, access == RT_COPY ? write : PAGE_READONLY, &before)
		       ? 0
		       : last();
}

/* a file that is open here is what any load by its path gets: rt_file_open */
enum rt_same rt_same_file(const void *a, const void *b)
{
	(void)a, (void)b;
	return RT_UNKNOWN;
}

/* ---- DLLs */

static void say(DWORD error, char *why, size_t size)
{
	char digits[16];
	wchar_t text[256];
	DWORD n;
	size_t at = 0, d = 0;
	int used;

	if (!why || size < sizeof("Windows error 4294967295: "))
		return;
	n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error,
		0, text, sizeof(text) / sizeof(text[0]) - 1, NULL);
	while (n && (text[n - 1] <= L' ' || text[n - 1] == L'.'))
		n--;
	memcpy(why, "Windows error ", 14);
	at = 14;
	do {
		digits[d++] = (char)('0' + error % 10);
	} while (error /= 10);
	while (d)
		why[at++] = digits[--d];
	why[at] = '\0';
	if (!n)
		return;
	used = WideCharToMultiByte(
		CP_UTF8, 0, text, (int)n, why + at + 2, (int)(size - at - 3), NULL, NULL);
	if (used <= 0)
		return;
	memcpy(why + at, ": ", 2);
	why[at + 2 + (size_t)used] = '\0';
}

static HMODULE load_file(const char *path)
{
	struct wide full;

	if (full_path(path, &full)) {
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return NULL;
	}
	return LoadLibraryExW(full.text, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

/* not from the current folder, nor from those of PATH */
static HMODULE load_name(const char *name, bool loaded)
{
	struct wide wide;
	HMODULE module = NULL;

	if (widen(name, &wide)) {
		SetLastError(ERROR_NO_UNICODE_TRANSLATION);
		return NULL;
	}
	if (!loaded)
		return LoadLibraryExW(wide.text, NULL, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
	return GetModuleHandleExW(0, wide.text, &module) ? module : NULL;
}

int rt_library_load(
	const char *path, enum rt_library_how how, struct rt_library *out, char *why, size_t size)
{
	HMODULE module;
	DWORD error, mode = 0;

	/* no dialog for somebody to click away */
	SetThreadErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX, &mode);
	module = how == RT_LIBRARY_FILE ? load_file(path)
					: load_name(path, how == RT_LIBRARY_LOADED);
	error = GetLastError();
	SetThreadErrorMode(mode, NULL);
	if (!module) {
		say(error, why, size);
		return how == RT_LIBRARY_LOADED ? ENOENT : ENOEXEC;
	}
	out->handle = module;
	return 0;
}

void rt_library_unload(struct rt_library *l)
{
	if (l->handle)
		FreeLibrary(l->handle);
	l->handle = NULL;
}

static void *symbol(HMODULE module, const char *name)
{
	FARPROC f = GetProcAddress(module, name);
	void *address;

	memcpy(&address, &f, sizeof(address));
	return address;
}

uint64_t rt_library_loads(void)
{
	return 0;
}

void *rt_library_symbol(const struct rt_library *l, const char *name)
{
	return symbol(l->handle, name);
}

void *rt_host_symbol(const char *name)
{
	return symbol(GetModuleHandleW(NULL), name);
}

bool rt_host_has(const char *name)
{
	return symbol(GetModuleHandleW(NULL), name);
}

/* no segment of a DLL is sealed as such: pages that may not be written may be made so */
static unsigned flags_of(const IMAGE_SECTION_HEADER *s)
{
	unsigned flags = (s->Characteristics & IMAGE_SCN_MEM_READ ? RT_SEGMENT_READ : 0) |
			 (s->Characteristics & IMAGE_SCN_MEM_WRITE ? RT_SEGMENT_WRITE : 0) |
			 (s->Characteristics & IMAGE_SCN_MEM_EXECUTE ? RT_SEGMENT_EXEC : 0);

	return flags & (RT_SEGMENT_WRITE | RT_SEGMENT_EXEC) ? flags : flags | RT_SEGMENT_SEALED;
}

/* a module's handle is where it lies */
size_t rt_library_segments(
	const struct rt_library *l, const void *inside, struct rt_segment out[RT_MAX_SEGMENTS])
{
	const char *base = l->handle;
	const IMAGE_DOS_HEADER *dos = l->handle;
	const IMAGE_NT_HEADERS *nt;
	const IMAGE_SECTION_HEADER *s;
	uintptr_t page = rt_page_size();

	(void)inside;
	if (!base)
		return 0;
	nt = (const void *)(base + dos->e_lfanew);
	s = IMAGE_FIRST_SECTION(nt);
	if (nt->FileHeader.NumberOfSections > RT_MAX_SEGMENTS)
		return 0;
	for (size_t i = 0; i < nt->FileHeader.NumberOfSections; i++) {
		uintptr_t size = (s[i].Misc.VirtualSize + page - 1) & ~(page - 1);

		out[i] = (struct rt_segment) { (uintptr_t)base + s[i].VirtualAddress, size,
			flags_of(&s[i]) };
	}
	return nt->FileHeader.NumberOfSections;
}

bool rt_library_maps(const struct rt_library *l, uintptr_t from, size_t size)
{
	(void)l, (void)from, (void)size;
	return false;
}

/* ---- threads, environment */

_Static_assert(sizeof(SRWLOCK) <= sizeof(struct rt_mutex), "runtime/sys.h");

static SRWLOCK *lock(struct rt_mutex *m)
{
	return (SRWLOCK *)(void *)m->room;
}

int rt_mutex_init(struct rt_mutex *m)
{
	InitializeSRWLock(lock(m));
	return 0;
}

void rt_mutex_destroy(struct rt_mutex *m)
{
	(void)m;
}

void rt_mutex_lock(struct rt_mutex *m)
{
	AcquireSRWLockExclusive(lock(m));
}

void rt_mutex_unlock(struct rt_mutex *m)
{
	ReleaseSRWLockExclusive(lock(m));
}

static SRWLOCK process = SRWLOCK_INIT;

void rt_process_lock(void)
{
	AcquireSRWLockExclusive(&process);
}

void rt_process_unlock(void)
{
	ReleaseSRWLockExclusive(&process);
}

_Static_assert(sizeof(HANDLE) <= 8, "room of a thread");

static DWORD WINAPI run_thread(void *ctx)
{
	struct rt_thread *t = ctx;

	t->run(t->ctx);
	return 0;
}

int rt_thread_start(struct rt_thread *t, void (*run)(void *ctx), void *ctx)
{
	HANDLE thread;

	t->run = run;
	t->ctx = ctx;
	thread = CreateThread(NULL, 0, run_thread, t, 0, NULL);
	memcpy(t->room, &thread, sizeof(thread));
	return thread ? 0 : EAGAIN;
}

void rt_thread_join(struct rt_thread *t)
{
	HANDLE thread;

	memcpy(&thread, t->room, sizeof(thread));
	WaitForSingleObject(thread, INFINITE);
	CloseHandle(thread);
}

void rt_yield(void)
{
	SwitchToThread();
}

const char *rt_env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}
#else
typedef int nothing_here; /* ISO C wants a declaration */
#endif
