/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the functions of a call trace are, by their names in the kernels of all ages and architectures.
 *
 * Names are compared without the underscores before them and without `_noprof` behind them, since those come and go
 * from version to version. A `*` at either end of a pattern stands for anything.
 */
#include "failure/read/frames.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** Names of one kind. */
struct frame_names {
	enum frame_kind kind;
	const char *const *pattern; /**< ends with NULL */
};

/** What prints a report, and who calls it. */
static const char *const printing[] = {
	"dump_stack*",	"dump_backtrace*", "show_stack*",   "show_trace*",	"unwind_backtrace",
	"unwind_stack", "walk_stackframe", "dump_header*",  "warn_alloc*",	"oom_kill_process",
	"dump_task*",	"print_worker*",   "out_of_memory", "check_panic_on*",	"show_mem*",
	"arch_stack*",	"c_backtrace",	   "backtrace",	    "mem_cgroup_oom*",	"sched_show_task",
	"dump_mem*",	"start_backtrace", "save_context",  "arch_dump_stack*", NULL,
};

/** The page allocator, the object allocators on it, vmalloc() and the per-CPU allocator. */
static const char *const allocator[] = {
	"alloc_pages*",
	"alloc_page",
	"alloc_page_interleave",
	"alloc_page_vma*",
	"alloc_page_mpol*",
	"alloc_page_nodemask",
	"alloc_frozen_pages*",
	"alloc_contig*",
	"alloc_reserved*",
	"get_free_page*",
	"get_dma_pages",
	"get_zeroed_page",
	"get_page_from_freelist",
	"rmqueue*",
	"folio_alloc",
	"folio_alloc_mpol",
	"folio_alloc_node",
	"vma_alloc_folio",
	"vma_alloc_zeroed_movable_folio",
	"kmalloc*",
	"do_kmalloc*",
	"kvmalloc*",
	"kzalloc*",
	"kvzalloc*",
	"kcalloc*",
	"kvcalloc*",
	"krealloc*",
	"kvrealloc*",
	"do_krealloc*",
	"kmem_cache_alloc*",
	"kmem_cache_prefill*",
	"kmem_getpages",
	"kmem_alloc_pages",
	"slab_alloc*",
	"new_slab*",
	"allocate_slab*",
	"alloc_slab*",
	"slab_out_of_memory",
	"slob_*",
	"cache_alloc*",
	"cache_grow*",
	"cache_node_alloc*",
	"fallback_alloc",
	"alternate_node_alloc",
	"*_sheaf*",
	"alloc_from_pcs*",
	"alloc_from_new_slab*",
	"get_from_partial*",
	"vmalloc*",
	"vzalloc*",
	"alloc_vm_area",
	"get_vm_area*",
	"vm_area_alloc_pages",
	"page_frag_alloc*",
	"page_frag_cache*",
	"page_frag_refill",
	"pcpu_alloc*",
	"pcpu_create_chunk",
	"pcpu_populate*",
	"pcpu_mem_*alloc",
	"alloc_percpu*",
	"alloc_reserved_percpu",
	"kasan_*",
	"stack_depot_*",
	"set_track_prepare",
	"save_stack",
	"set_page_owner*",
	"kmemleak_alloc*",
	"create_object",
	NULL,
};

/** What only hands the allocator's memory on: whoever reads a report wants to know who stands behind it. */
static const char *const wrappers[] = {
	/* copies of strings and objects, pools, memory that goes with a device */
	"kmemdup*",
	"kvmemdup*",
	"kstrdup*",
	"kstrndup",
	"kasprintf",
	"kvasprintf*",
	"memdup_user*",
	"vmemdup_user",
	"devm_kmalloc*",
	"devm_kzalloc*",
	"devm_kmemdup*",
	"devm_krealloc*",
	"devm_get_free_pages",
	"mempool_alloc*",
	"mempool_kmalloc",
	"kmem_alloc",
	"kmem_zalloc*",
	"kmem_zone_alloc",
	/* packets */
	"alloc_skb*",
	"netdev_alloc_*",
	"napi_alloc_*",
	"dev_alloc_skb",
	"dev_alloc_page*",
	"kmalloc_reserve",
	"sock_alloc_send_*",
	"sock_wmalloc",
	"sock_kmalloc",
	"sk_stream_alloc_skb",
	"tcp_stream_alloc_skb",
	"skb_page_frag_refill",
	"sk_page_frag_refill",
	"page_pool_*alloc*",
	"page_pool_alloc*",
	"page_pool_dev_alloc*",
	/* memory that devices reach */
	"dma_alloc*",
	"dma_direct_alloc*",
	"dma_common_alloc*",
	"dma_common_contiguous*",
	"dma_pool_*alloc",
	"dmam_alloc*",
	"pool_alloc_page",
	"iommu_dma_alloc*",
	"iommu_alloc_*",
	"intel_alloc_*",
	"*alloc_coherent",
	"swiotlb_alloc*",
	"arm_dma_alloc",
	"arm_coherent_dma_alloc",
	"alloc_dma_buffer",
	"alloc_simple_buffer",
	"simple_allocator_alloc",
	"remap_allocator_alloc",
	"alloc_remap_buffer",
	"alloc_from_contiguous",
	"cma_allocator_alloc",
	"cma_alloc*",
	"hcd_buffer_alloc*",
	/* pages of files and of swap, on the way to the fault or the call that wants them */
	"page_cache_alloc*",
	"page_cache_ra_*",
	"page_cache_sync_*",
	"page_cache_async_*",
	"page_cache_read*",
	"page_cache_next*",
	"pagecache_get_page",
	"filemap_alloc_folio*",
	"filemap_get_folio*",
	"filemap_get_pages",
	"filemap_create_folio",
	"find_or_create_page",
	"grab_cache_page*",
	"ra_alloc_folio",
	"ra_submit",
	"ondemand_readahead",
	"force_page_cache_r*",
	"do_page_cache_r*",
	"do_sync_mmap_readahead",
	"do_async_mmap_readahead",
	"read_swap_cache_async",
	"swap_cluster_readahead",
	"swap_vma_readahead",
	"swapin_readahead",
	"swap_cache_alloc_folio",
	"alloc_swap_folio",
	"alloc_anon_folio",
	"shmem_alloc_*",
	/* what is charged to a memory cgroup */
	"try_charge*",
	"charge_memcg",
	"mem_cgroup_*",
	"memcg_*",
	"obj_cgroup_*",
	"obj_stock_*",
	"current_obj_cgroup",
	NULL,
};

static const char *const fault_oom[] = { "pagefault_out_of_memory", NULL };

static const char *const reclaim[] = {
	"try_to_free_pages",
	"do_try_to_free_pages",
	"try_to_free_mem_cgroup_pages",
	"perform_reclaim*",
	"alloc_pages_direct_*",
	"try_to_compact_pages",
	"balance_pgdat",
	"kswapd",
	"kswapd_shrink_*",
	"shrink_node*",
	"shrink_zone*",
	"shrink_lruvec",
	"shrink_inactive_list",
	"shrink_one",
	"shrink_many",
	"shrink_all_memory",
	"evict_folios",
	"try_to_shrink_lruvec",
	"node_reclaim",
	"zone_reclaim",
	NULL,
};

static const char *const softirq[] = {
	"*softirq*",
	"net_rx_action",
	"net_tx_action",
	"tasklet_action*",
	"tasklet_hi_action*",
	"stext",
	NULL,
};

static const char *const hardirq[] = {
	"handle_irq*",
	"handle_edge_irq",
	"handle_level_irq",
	"handle_fasteoi_*",
	"handle_percpu_*",
	"handle_simple_irq",
	"handle_domain_irq",
	"handle_IRQ*",
	"handle_int",
	"handle_arch_irq",
	"handle_riscv_irq",
	"handle_loongarch_irq",
	"generic_handle_*irq*",
	"generic_handle_irq*",
	"generic_handle_domain_irq*",
	"generic_handle_arch_irq",
	"generic_smp_call_function_*",
	"gic_handle_irq",
	"do_IRQ*",
	"do_irq*",
	"asm_do_IRQ",
	"common_interrupt*",
	"asm_common_interrupt",
	"*sysvec_*",
	"*apic_timer_interrupt",
	"hrtimer_interrupt",
	"timer_interrupt",
	"tick_handle_periodic",
	"decrementer_common*",
	"hardware_interrupt*",
	"HardwareInterrupt*",
	"Decrementer_virt",
	"irqentry_text*",
	"irq_svc",
	"irq_usr",
	"el1_irq*",
	"el1_interrupt",
	"el1h_64_irq*",
	"el0_irq*",
	"el0_interrupt",
	"el0t_64_irq*",
	"el0t_32_irq*",
	"do_interrupt_handler",
	"plat_irq_dispatch",
	"ret_from_irq",
	"ret_from_intr",
	"except_vec_vi_end",
	"riscv_intc_irq",
	"do_vint",
	"do_io_irq",
	"io_int_handler",
	"do_ext_irq",
	"ext_int_handler",
	"smp_call_function_*interrupt",
	"call_function_*interrupt",
	"xen_evtchn_do_upcall",
	"xen_hvm_callback_vector",
	"reschedule_interrupt",
	NULL,
};

static const char *const nmi[] = {
	"exc_nmi", "asm_exc_nmi", "default_do_nmi", "do_nmi", "nmi_handle", "end_repeat_nmi", NULL,
};

static const char *const gup[] = { "faultin_page", "get_user_pages*", "fixup_user_fault", NULL };

static const char *const fault[] = {
	"handle_mm_fault",
	"mm_fault_error",
	"do_user_addr_fault",
	"do_page_fault",
	"handle_page_fault",
	"exc_page_fault",
	"asm_exc_page_fault",
	"page_fault",
	"async_page_fault",
	"do_async_page_fault",
	"trace_do_page_fault",
	"do_mem_abort",
	"do_translation_fault",
	"do_DataAbort",
	"do_PrefetchAbort",
	"dabt_usr",
	"pabt_usr",
	"el0_da",
	"el0_ia",
	"do_dat_exception",
	"do_protection_exception",
	"do_exception",
	"tlb_do_page_fault*",
	NULL,
};

static const char *const system_calls[] = {
	"x64_sys_*",   "ia32_sys_*",  "ia32_compat_sys_*", "x32_compat_sys_*",
	"arm64_sys_*", "se_sys_*",    "se_compat_*",	   "s390x_sys_*",
	"s390_sys_*",  "riscv_sys_*", "do_sys_*",	   "SyS_*",
	"SYSC_*",      "sys_*",	      "compat_sys_*",	   "compat_SyS_*",
	NULL,
};

static const char *const process[] = {
	"do_syscall*",	      "entry_SYSCALL*",
	"entry_SYSENTER*",    "entry_INT80*",
	"system_call*",	      "syscall_call",
	"syscall_common",     "syscall_exit*",
	"syscall_return*",    "sysenter_*",
	"do_fast_syscall*",   "do_int80_syscall*",
	"tracesys*",	      "stub_clone",
	"invoke_syscall*",    "el0_svc*",
	"do_el0_svc*",	      "el0_sync*",
	"el0t_64_sync*",      "el0t_32_sync*",
	"ret_fast_syscall",   "ret_from_syscall*",
	"ret_from_exception", "ret_to_user",
	"handle_sys*",	      "handle_exception",
	"do_trap_ecall_u",    "irqentry_exit_to_user_mode",
	"ret_from_user_fork", NULL,
};

static const char *const kthread[] = {
	"kthread",
	"worker_thread",
	"process_one_work",
	"process_scheduled_works",
	"rescuer_thread",
	"kthread_worker_fn",
	"smpboot_thread_fn",
	"irq_thread*",
	"irq_forced_thread_fn",
	"kernel_thread_helper",
	"kernel_thread_starter",
	"ret_from_kernel_thread",
	"start_kernel_thread",
	"ret_from_fork*",
	NULL,
};

static const char *const boot[] = { "kernel_init*", "start_kernel", "do_initcalls", NULL };

static const char *const idle[] = {
	"do_idle",	 "cpu_idle*",	    "cpu_startup_entry",
	"default_idle*", "start_secondary", "secondary_start*",
	"call_cpuidle*", "arch_cpu_idle",   NULL,
};

/** The first kind that fits is taken. */
static const struct frame_names kinds[] = {
	{ FRAME_FAULT_OOM, fault_oom },
	{ FRAME_RECLAIM, reclaim },
	{ FRAME_ALLOCATOR, printing },
	{ FRAME_ALLOCATOR, allocator },
	{ FRAME_ALLOCATOR, wrappers },
	{ FRAME_SOFTIRQ, softirq },
	{ FRAME_HARDIRQ, hardirq },
	{ FRAME_NMI, nmi },
	{ FRAME_GUP, gup },
	{ FRAME_FAULT, fault },
	{ FRAME_SYSCALL, system_calls },
	{ FRAME_PROCESS, process },
	{ FRAME_KTHREAD, kthread },
	{ FRAME_BOOT, boot },
	{ FRAME_IDLE, idle },
};

/** Does the name's beginning of so many bytes fit the pattern? */
static bool fits(const char *name, size_t length, const char *pattern)
{
	const char *star = strchr(pattern, '*');
	size_t before, after;

	if (!star)
		return strlen(pattern) == length && !memcmp(name, pattern, length);
	before = (size_t)(star - pattern);
	if (length < before || memcmp(name, pattern, before))
		return false;
	if (!star[1])
		return true;
	after = strcspn(star + 1, "*");
	for (size_t at = before; at + after <= length; at++)
		if (!memcmp(name + at, star + 1, after) &&
		    (star[1 + after] || at + after == length))
			return true;
	return false;
}

/**
 * @brief What a function is.
 *
 * @param name its name, without what a compiler puts behind it
 * @return the kind
 */
enum frame_kind frame_kind(const char *name)
{
	static const char profiling[] = "_noprof";
	const size_t suffix = sizeof(profiling) - 1;
	size_t length;

	name += strspn(name, "_");
	length = strlen(name);
	if (length > suffix && !strcmp(name + length - suffix, profiling))
		length -= suffix;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (const char *const *pattern = kinds[i].pattern; *pattern; pattern++)
			if (fits(name, length, *pattern))
				return kinds[i].kind;
	return FRAME_OTHER;
}
