#!/usr/bin/env python3
"""Make stubs/lists/apple/libSystem.B.dylib.list: what Apple's C library exports.

  tools/make-darwin-lists.py

No file of Apple's takes part.

Three sources, in this order of weight: what Rust's libc crate declares for Apple's systems and what
Go's runtime imports from libSystem (Debian's librust-libc-dev and golang-src, downloaded by apt and
unpacked into a temporary folder); and the names below, which are the C standard's, those that
compilers emit calls to, and a few of Apple's own. Names that came after macOS 10.15 are left out,
so that what links also loads. stubs/README.md describes the format.
"""
import glob
import os
import re
import subprocess
import tempfile

RUST, GO = "librust-libc-dev", "golang-1.19-src"

# declared for Apple's systems, but in another library, or not in all of its systems and versions
ELSEWHERE = """
iconv iconv_close iconv_open res_init proc_set_csm proc_set_no_smt proc_setthread_csm
proc_setthread_no_smt pthread_jit_write_freeze_callbacks_np pthread_jit_write_protect_np
pthread_jit_write_protect_supported_np pthread_jit_write_with_callback_np pthread_cpu_number_np
pthread_create_from_mach_thread pthread_introspection_getspecific_np
pthread_introspection_setspecific_np backtrace_async preadv pwritev quotactl
""".split()

# C17, without what macOS 10.15 has not: <threads.h>, quick_exit and its kind, Annex K but memset_s
STANDARD_C = """
abort abs aligned_alloc asctime asctime_r atexit atof atoi atol atoll bsearch btowc calloc clearerr
clock ctime ctime_r difftime div exit _Exit fclose feof ferror fflush fgetc fgetpos fgets fgetwc
fgetws fopen fprintf fputc fputs fputwc fputws fread free freopen fscanf fseek fsetpos ftell fwide
fwprintf fwrite fwscanf getc getchar getenv gets getwc getwchar gmtime imaxabs imaxdiv isalnum
isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper iswalnum iswalpha
iswblank iswcntrl iswctype iswdigit iswgraph iswlower iswprint iswpunct iswspace iswupper iswxdigit
isxdigit labs ldiv llabs lldiv localeconv localtime longjmp malloc mblen mbrlen mbrtowc mbsinit
mbsrtowcs mbstowcs mbtowc memchr memcmp memcpy memmove memset mktime perror printf putc putchar puts
putwc putwchar qsort raise rand realloc remove rename rewind scanf setbuf setjmp setlocale setvbuf
signal snprintf sprintf srand sscanf strcat strchr strcmp strcoll strcpy strcspn strerror strftime
strlen strncat strncmp strncpy strpbrk strrchr strspn strstr strtod strtof strtoimax strtok strtol
strtold strtoll strtoul strtoull strtoumax strxfrm swprintf swscanf system time timespec_get tmpfile
tmpnam tolower toupper towctrans towlower towupper ungetc ungetwc vfprintf vfscanf vfwprintf
vfwscanf vprintf vscanf vsnprintf vsprintf vsscanf vswprintf vswscanf vwprintf vwscanf wcrtomb
wcscat wcschr wcscmp wcscoll wcscpy wcscspn wcsftime wcslen wcsncat wcsncmp wcsncpy wcspbrk wcsrchr
wcsrtombs wcsspn wcsstr wcstod wcstof wcstoimax wcstok wcstol wcstold wcstoll wcstombs wcstoul
wcstoull wcstoumax wcsxfrm wctob wctomb wctrans wctype wmemchr wmemcmp wmemcpy wmemmove wmemset
wprintf wscanf feclearexcept fegetenv fegetexceptflag fegetround feholdexcept feraiseexcept fesetenv
fesetexceptflag fesetround fetestexcept feupdateenv atomic_flag_clear atomic_flag_clear_explicit
atomic_flag_test_and_set atomic_flag_test_and_set_explicit
"""

# <math.h> and <complex.h>, each also for float and long double
MATH = """
acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim
floor fma fmax fmin fmod frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb
lrint lround modf nan nearbyint nextafter nexttoward pow remainder remquo rint round scalbln scalbn
sin sinh sqrt tan tanh tgamma trunc cabs cacos cacosh carg casin casinh catan catanh ccos ccosh cexp
cimag clog conj cpow cproj creal csin csinh csqrt ctan ctanh
"""

# POSIX and BSD beyond what the two Debian packages name
POSIX_AND_BSD = """
a64l alphasort asprintf vasprintf atof_l bcmp bcopy bzero cfmakeraw cfsetspeed ctermid dprintf
vdprintf ecvt fcvt gcvt err errc errx verr verrc verrx warn warnc warnx vwarn vwarnc vwarnx execvP
fdopendir ffs ffsl ffsll flockfile ftrylockfile funlockfile fls flsl flsll fgetln fgetwln fmemopen
fmtcheck fmtmsg fnmatch fopen fputs fpurge ftw nftw fts_open fts_read fts_set fts_children fts_close
funopen getbsize getc_unlocked getdelim getdate getlogin_r getpass getprotoent getprotobyname
getpagesize getsid getsubopt getw getwd getxattr gethostbyaddr gethostbyname gethostbyname2
gethostent getnetbyaddr getnetbyname getnetent getservbyname hcreate hdestroy hsearch heapsort
heapsort_b mergesort mergesort_b psort psort_b psort_r qsort_b qsort_r radixsort sradixsort herror
if_indextoname index rindex inet_addr inet_aton inet_lnaof inet_makeaddr inet_netof inet_network
inet_ntoa inet_ntop inet_pton initstate insque remque isascii ishexnumber isideogram isnumber
isphonogram isrune isspecial isxdigit_l issetugid l64a lfind lsearch link_addr link_ntoa lockf
makecontext getcontext setcontext swapcontext memccpy memset_pattern4 mkostemp mkostemps mkpath_np
mktemp mkdirat mbsnrtowcs wcsnrtombs mkfifoat mknodat munmap nanosleep open_memstream
open_wmemstream openat optarg opterr optind optopt optreset pause pselect psignal putc_unlocked putw
random srandom srandomdev setstate readlink readlinkat readdir_r regwcomp regwexec regncomp regnexec
rpmatch scandir scandir_b _setjmp _longjmp sigsetjmp siglongjmp setkey encrypt crypt setlinebuf
setbuffer setmode getmode sigaction sigblock sighold sigignore siginterrupt sigpause sigrelse sigset
sigsetmask sigsuspend sockatmark strcasecmp_l strlcat strlcpy strmode strncasecmp_l strnstr strptime
strptime_l strsep strsignal strunvis strvis strtod_l strtof_l strtol_l strtold_l strtoll_l strtoul_l
strtoull_l strtoq strtouq strcoll_l strxfrm_l strftime_l swab sys_errlist sys_nerr sys_siglist
sys_signame tdelete tfind tsearch twalk tempnam timelocal timingsafe_bcmp toascii tolower_l
toupper_l towlower_l towupper_l truncate tzset tzname timezone daylight ualarm ulimit unsetenv unvis
user_from_uid group_from_gid uuid_clear uuid_compare uuid_copy uuid_generate uuid_generate_random
uuid_generate_time uuid_is_null uuid_parse uuid_unparse uuid_unparse_lower uuid_unparse_upper valloc
vfork vis wait3 wcscasecmp wcsdup wcslcat wcslcpy wcsncasecmp wcsnlen wcwidth wcswidth wordexp
wordfree environ printf_l fprintf_l sprintf_l snprintf_l vprintf_l vfprintf_l vsprintf_l vsnprintf_l
scanf_l fscanf_l sscanf_l vscanf_l vfscanf_l vsscanf_l asprintf_l vasprintf_l wcscoll_l wcsxfrm_l
wcsftime_l wcstod_l wcstof_l wcstol_l wcstold_l wcstoll_l wcstoul_l wcstoull_l isalnum_l isalpha_l
isblank_l iscntrl_l isdigit_l isgraph_l islower_l isprint_l ispunct_l isspace_l isupper_l iswalnum_l
iswalpha_l iswblank_l iswcntrl_l iswdigit_l iswgraph_l iswlower_l iswprint_l iswpunct_l iswspace_l
iswupper_l iswxdigit_l iswctype_l btowc_l mbrlen_l mbrtowc_l mbsinit_l mbsnrtowcs_l mbsrtowcs_l
mbstowcs_l mbtowc_l wcrtomb_l wcsnrtombs_l wcsrtombs_l wcstombs_l wctob_l wctomb_l nl_langinfo_l
pthread_attr_getdetachstate pthread_attr_getguardsize pthread_attr_getinheritsched
pthread_attr_getscope pthread_attr_getstack pthread_attr_getstackaddr pthread_attr_getstacksize
pthread_attr_setguardsize pthread_attr_setinheritsched pthread_attr_setscope pthread_attr_setstack
pthread_attr_setstackaddr pthread_cond_signal_thread_np pthread_cond_timedwait_relative_np
pthread_equal pthread_getconcurrency pthread_setconcurrency pthread_is_threaded_np
pthread_key_create pthread_main_np pthread_mutex_getprioceiling pthread_mutex_setprioceiling
pthread_mutexattr_getprioceiling pthread_mutexattr_getprotocol pthread_mutexattr_gettype
pthread_mutexattr_setprioceiling pthread_mutexattr_setprotocol pthread_once pthread_setcancelstate
pthread_setcanceltype pthread_testcancel pthread_yield_np
"""

# The compiler's own: stack protector, checked string functions, 128-bit integers, unwinder, blocks,
# thread-local variables, and what optimisers put for loops and pairs of calls
COMPILER = """
__stack_chk_fail __stack_chk_guard __bzero __chkstk_darwin __memcpy_chk __memmove_chk __memset_chk
__memccpy_chk __strcpy_chk __strncpy_chk __strcat_chk __strncat_chk __stpcpy_chk __stpncpy_chk
__strlcpy_chk __strlcat_chk __sprintf_chk __snprintf_chk __vsprintf_chk __vsnprintf_chk __divti3
__modti3 __udivti3 __umodti3 __udivmodti4 __multi3 __muloti4 __ashlti3 __ashrti3 __lshrti3 __negti2
__fixdfti __fixsfti __fixunsdfti __fixunssfti __floattidf __floattisf __floatuntidf __floatuntisf
__clzti2 __ctzti2 __ffsti2 __parityti2 __popcountti2 __powidf2 __powisf2 __muldc3 __mulsc3 __divdc3
__divsc3 __gnu_f2h_ieee __gnu_h2f_ieee __extendhfsf2 __truncsfhf2 __truncdfhf2 __sincos_stret
__sincosf_stret __sincospi_stret __sincospif_stret __sinpi __sinpif __cospi __cospif __tanpi
__tanpif __exp10 __exp10f _Unwind_Resume _Unwind_RaiseException _Unwind_DeleteException
_Unwind_Backtrace _Unwind_ForcedUnwind _Unwind_GetCFA _Unwind_GetDataRelBase _Unwind_GetGR
_Unwind_GetIP _Unwind_GetIPInfo _Unwind_GetLanguageSpecificData _Unwind_GetRegionStart
_Unwind_GetTextRelBase _Unwind_Resume_or_Rethrow _Unwind_SetGR _Unwind_SetIP
_Unwind_FindEnclosingFunction __register_frame __deregister_frame __cxa_atexit __cxa_finalize
_tlv_bootstrap _tlv_atexit _Block_copy _Block_release _Block_object_assign _Block_object_dispose
_NSConcreteStackBlock _NSConcreteGlobalBlock _NSConcreteMallocBlock __error __assert_rtn __maskrune
__tolower __toupper __istype _DefaultRuneLocale ___runetype ___tolower ___toupper __stdinp __stdoutp
__stderrp __svfscanf __srget __swbuf __fpclassifyd __fpclassifyf __fpclassifyl __isfinited
__isfinitef __isfinitel __isinfd __isinff __isinfl __isnand __isnanf __isnanl __isnormald
__isnormalf __isnormall __signbitd __signbitf __signbitl __darwin_check_fd_set_overflow __mb_cur_max
__mb_cur_max_l ___mb_cur_max ___mb_cur_max_l j0 j1 jn y0 y1 yn lgamma_r lgammaf_r lgammal_r
"""

# Apple's: dyld, Mach, queues, clocks, locks
APPLE = """
dyld_stub_binder dlopen_preflight dlsym _dyld_get_image_header _dyld_register_func_for_add_image
_dyld_register_func_for_remove_image NSVersionOfLinkTimeLibrary NSVersionOfRunTimeLibrary _NSGetArgc
_NSGetArgv _NSGetProgname _NSGetMachExecuteHeader _NSGetEnviron getsectiondata getsegmentdata
getsectbyname getsectdata getsegbyname OSAtomicAdd32 OSAtomicAdd32Barrier OSAtomicAdd64
OSAtomicAdd64Barrier OSAtomicCompareAndSwap32 OSAtomicCompareAndSwap32Barrier
OSAtomicCompareAndSwap64 OSAtomicCompareAndSwap64Barrier OSAtomicCompareAndSwapPtr
OSAtomicCompareAndSwapPtrBarrier OSAtomicDequeue OSAtomicEnqueue OSMemoryBarrier OSSpinLockLock
OSSpinLockTry OSSpinLockUnlock clock_gettime_nsec_np mach_approximate_time mach_continuous_time
mach_continuous_approximate_time mach_error mach_error_string mach_error_type mach_msg mach_msg_send
mach_msg_receive mach_port_allocate mach_port_deallocate mach_port_destroy mach_port_insert_right
mach_port_mod_refs mach_port_names mach_port_type mach_reply_port mach_thread_self mach_wait_until
mach_make_memory_entry mach_make_memory_entry_64 mach_vm_allocate mach_vm_copy mach_vm_deallocate
mach_vm_inherit mach_vm_protect mach_vm_purgable_control mach_vm_read mach_vm_read_overwrite
mach_vm_region mach_vm_remap mach_vm_write vm_allocate vm_copy vm_inherit vm_map vm_protect vm_read
vm_region_64 vm_remap vm_write vm_page_mask vm_page_shift host_info host_page_size
host_get_clock_service host_statistics clock_get_time bootstrap_look_up bootstrap_port
bootstrap_register semaphore_create semaphore_destroy semaphore_signal semaphore_signal_all
semaphore_timedwait semaphore_wait task_get_exception_ports task_get_special_port task_self_trap
task_set_special_port task_swap_exception_ports thread_abort thread_act_get_state
thread_act_set_state thread_create thread_get_state thread_resume thread_self_trap thread_set_state
thread_suspend thread_switch thread_terminate malloc_create_zone malloc_destroy_zone
malloc_get_zone_name malloc_set_zone_name malloc_zone_memalign malloc_zone_register
malloc_zone_unregister malloc_zone_pressure_relief malloc_zone_batch_free malloc_zone_batch_malloc
malloc_get_all_zones reallocf sys_icache_invalidate sys_dcache_flush dispatch_after dispatch_after_f
dispatch_apply dispatch_apply_f dispatch_async dispatch_async_f dispatch_barrier_async
dispatch_barrier_async_f dispatch_barrier_sync dispatch_barrier_sync_f dispatch_data_apply
dispatch_data_create dispatch_data_get_size dispatch_get_context dispatch_get_global_queue
dispatch_get_specific dispatch_group_async dispatch_group_async_f dispatch_group_create
dispatch_group_enter dispatch_group_leave dispatch_group_notify dispatch_group_notify_f
dispatch_group_wait dispatch_main dispatch_once dispatch_once_f
dispatch_queue_attr_make_with_qos_class dispatch_queue_create dispatch_queue_get_label
dispatch_queue_get_specific dispatch_queue_set_specific dispatch_release dispatch_resume
dispatch_retain dispatch_semaphore_create dispatch_semaphore_signal dispatch_semaphore_wait
dispatch_set_context dispatch_set_finalizer_f dispatch_set_target_queue dispatch_source_cancel
dispatch_source_create dispatch_source_get_data dispatch_source_get_handle
dispatch_source_merge_data dispatch_source_set_cancel_handler dispatch_source_set_cancel_handler_f
dispatch_source_set_event_handler dispatch_source_set_event_handler_f dispatch_source_set_timer
dispatch_suspend dispatch_sync dispatch_sync_f dispatch_time dispatch_walltime _dispatch_main_q
_dispatch_queue_attr_concurrent _dispatch_source_type_read _dispatch_source_type_signal
_dispatch_source_type_timer _dispatch_source_type_write CC_MD5 CC_MD5_Init CC_MD5_Update
CC_MD5_Final CC_SHA1 CC_SHA1_Init CC_SHA1_Update CC_SHA1_Final CC_SHA256 CC_SHA256_Init
CC_SHA256_Update CC_SHA256_Final CC_SHA512 CC_SHA512_Init CC_SHA512_Update CC_SHA512_Final CCCrypt
CCCryptorCreate CCCryptorFinal CCCryptorRelease CCCryptorUpdate CCHmac CCHmacFinal CCHmacInit
CCHmacUpdate CCKeyDerivationPBKDF asl_log asl_open asl_close asl_new asl_free asl_set notify_cancel
notify_check notify_post notify_register_check notify_register_dispatch os_log_type_enabled
_os_log_default _os_log_impl acl_free acl_get_fd acl_get_file acl_init acl_set_file acl_to_text
copyfile_state_alloc copyfile_state_free copyfile_state_get copyfile_state_set confstr getattrlist
searchfs
"""

# Names with a suffix are for x86-64, where older programs have another function under the plain
# one: stat with 64-bit inodes, fopen and others as UNIX 03 wants them
VARIANTS = """
alphasort$INODE64 fstat$INODE64 fstatat$INODE64 fstatfs$INODE64 fts_children$INODE64
fts_close$INODE64 fts_open$INODE64 fts_read$INODE64 fts_set$INODE64 ftw$INODE64 getfsstat$INODE64
getmntinfo$INODE64 glob$INODE64 lstat$INODE64 nftw$INODE64 opendir$INODE64 fdopendir$INODE64
readdir$INODE64 readdir_r$INODE64 rewinddir$INODE64 scandir$INODE64 seekdir$INODE64 stat$INODE64
statfs$INODE64 telldir$INODE64 daemon$1050 select$1050 select$DARWIN_EXTSN pselect$DARWIN_EXTSN
pselect$1050 fopen$DARWIN_EXTSN fdopen$DARWIN_EXTSN popen$DARWIN_EXTSN realpath$DARWIN_EXTSN
getgroups$DARWIN_EXTSN
"""

OBJECTS = """
environ optarg opterr optind optopt optreset sys_errlist sys_nerr sys_siglist sys_signame tzname
timezone daylight __stack_chk_guard __stdinp __stdoutp __stderrp _DefaultRuneLocale __mb_cur_max
mach_task_self_ vm_page_size vm_page_mask vm_page_shift bootstrap_port suboptarg
_NSConcreteStackBlock _NSConcreteGlobalBlock _NSConcreteMallocBlock _dispatch_main_q
_dispatch_queue_attr_concurrent _dispatch_source_type_read _dispatch_source_type_signal
_dispatch_source_type_timer _dispatch_source_type_write _os_log_default
""".split()


def unpack(package, folder):
    """download and unpack; returns the version"""
    subprocess.run(["apt-get", "-o", "APT::Sandbox::User=root", "download", "-q", package],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    deb = next(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".deb"))
    subprocess.run(["dpkg-deb", "-x", deb, os.path.join(folder, "root")], check=True)
    version = subprocess.run(["dpkg-deb", "-f", deb, "Version"], check=True, capture_output=True,
                             text=True).stdout.strip()
    os.remove(deb)
    return version


def rust_names(root):
    """functions and variables of the extern blocks that hold for 64-bit Apple systems"""
    base, = glob.glob(os.path.join(root, "usr/share/cargo/registry/libc-*/src/unix"))
    out = set()
    for path in ("mod.rs", "bsd/mod.rs", "bsd/apple/mod.rs", "bsd/apple/b64/mod.rs"):
        with open(os.path.join(base, path), encoding="utf-8") as f:
            text = f.read()
        for block in re.findall(r'extern "C" \{\n(.*?)\n\s*\}\n', text, re.S):
            out |= set(re.findall(r"pub fn (\w+)\s*\(", block))
            out |= set(re.findall(r"pub static (?:mut )?(\w+)\s*:", block))
    return out


def go_names(root):
    out = set()
    for path in glob.glob(os.path.join(root, "usr/share/go-*/src/**/*darwin*.go"), recursive=True):
        with open(path, encoding="utf-8") as f:
            out |= set(re.findall(
                r'cgo_import_dynamic \S+ (\S+) "/usr/lib/libSystem.B.dylib"', f.read()))
    return out


def math_names():
    for name in MATH.split():
        yield from (name, name + "f", name + "l")


def main():
    out = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../stubs/lists/apple")
    path = os.path.normpath(os.path.join(out, "libSystem.B.dylib.list"))
    with tempfile.TemporaryDirectory() as folder:
        versions = [f"{package} {unpack(package, folder)}" for package in (RUST, GO)]
        root = os.path.join(folder, "root")
        names = (rust_names(root) | go_names(root)) - set(ELSEWHERE)
    for text in (STANDARD_C, POSIX_AND_BSD, COMPILER, APPLE, VARIANTS):
        names |= set(text.split())
    names |= set(math_names())
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii", newline="\n") as f:
        f.write("# Made by tools/make-darwin-lists.py from Debian's "
                f"{' and '.join(versions)} and the names in that script; do not edit.\n")
        f.write("soname /usr/lib/libSystem.B.dylib\nmachine any\n")
        f.writelines(f"{name} - {'o' if name in OBJECTS else 'f'} 0\n"
                     for name in sorted(names, key=str.encode))
    print(f"{path}: {len(names)} symbols")


if __name__ == "__main__":
    main()
