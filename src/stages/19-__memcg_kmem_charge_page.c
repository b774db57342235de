/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief Stage 19: charge a fresh block to the task's memory cgroup.
 *
 * A **memory cgroup** limits how much memory a group of tasks may use. Kernel memory counts when the
 * caller says so with __GFP_ACCOUNT, a page of a file when it is read. Groups form a tree, and a charge counts in every group up to the
 * root; it is refused when any of them would exceed its limit. To keep this cheap, a charge takes 32
 * pages at once and leaves the surplus to the CPU, in its **stock**.
 *
 * What happens at the limit depends on who asks. Some requests go over it, some fail at once, and the
 * others reclaim pages of the group, round after round. When that is in vain some of them fail, some go
 * over the limit, and for the rest a process of the group is killed.
 *
 * Two kinds of hierarchy exist: on the older one (v1) kernel memory has a second counter with a limit
 * of its own, and memory together with swap a third.
 */
#include <errno.h>

#include "gfp.h"
#include "stages/stages.h"
#include "world/world.h"

/**
 * @brief Does memory together with swap have a counter?
 *
 * @return true on the v1 hierarchy, where swap is taken to be accounted for
 * @source mm/memcontrol.c:96
 */
static bool do_memsw_account(void)
{
	return world->memcg_legacy;
}

/**
 * @brief Charge memory, and memory with swap where that is counted.
 *
 * @param memcg the group
 * @param nr_pages pages
 * @param over receives the group whose limit was hit
 * @param may_swap cleared when swapping would not help
 * @return true when charged
 * @source mm/memcontrol.c:2447
 */
static bool charge_counters(struct mem_cgroup *memcg, unsigned long nr_pages,
			    struct mem_cgroup **over, bool *may_swap)
{
	struct page_counter *fail;

	if (do_memsw_account() && !page_counter_try_charge(&memcg->memsw, nr_pages, &fail)) {
		*over = container_of(fail, struct mem_cgroup, memsw);
		*may_swap = false;
		return false;
	}
	if (page_counter_try_charge(&memcg->memory, nr_pages, &fail))
		return true;
	if (do_memsw_account())
		page_counter_uncharge(&memcg->memsw, nr_pages);
	*over = container_of(fail, struct mem_cgroup, memory);
	return false;
}

/**
 * @brief Give pages of a group back to the counters that charge_counters() charged.
 *
 * @param memcg the group
 * @param nr_pages pages
 * @source mm/memcontrol.c:2644
 */
static void cancel_charge(struct mem_cgroup *memcg, unsigned long nr_pages)
{
	page_counter_uncharge(&memcg->memory, nr_pages);
	if (do_memsw_account())
		page_counter_uncharge(&memcg->memsw, nr_pages);
}

/**
 * @brief Take a charge out of the CPU's stock.
 *
 * @param memcg the group
 * @param nr_pages pages
 * @return true when the stock belongs to the group and holds enough
 * @source mm/memcontrol.c:2060
 */
static bool consume_stock(struct mem_cgroup *memcg, unsigned int nr_pages)
{
	struct memcg_stock *stock = &world->memcg_stock[smp_processor_id()];

	if (nr_pages > MEMCG_CHARGE_BATCH || stock->cached != memcg || stock->nr_pages < nr_pages)
		return false;
	stock->nr_pages -= nr_pages;
	return true;
}

/**
 * @brief Give everything in a stock back to its group.
 *
 * @param stock the stock
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
static void drain_stock(struct memcg_stock *stock)
{
	if (stock->cached && stock->nr_pages)
		cancel_charge(stock->cached, stock->nr_pages);
	stock->nr_pages = 0;
	stock->cached = NULL;
}

/**
 * @brief Put a surplus into the CPU's stock.
 *
 * @param memcg the group
 * @param nr_pages pages
 * @source mm/memcontrol.c:2121
 */
/* departs: 5.8.18 then gives a stock back that holds more than a batch. None does: it had too little for the charge, and
 * the surplus is what the charge leaves of a batch. Only an interrupt in between could fill it. */
static void refill_stock(struct mem_cgroup *memcg, unsigned int nr_pages)
{
	struct memcg_stock *stock = &world->memcg_stock[smp_processor_id()];

	if (stock->cached != memcg) {
		drain_stock(stock);
		stock->cached = memcg;
	}
	stock->nr_pages += nr_pages;
}

/**
 * @brief Empty a CPU's stock, whatever group it belongs to by now.
 *
 * @param cpu the CPU; the running one, or one on which this was queued
 * @source none (ours: what mm/memcontrol.c does under the same name, for the CPU it runs on)
 */
void drain_local_stock(int cpu)
{
	drain_stock(&world->memcg_stock[cpu]);
	world->memcg_stock[cpu].flush_queued = false;
}

/**
 * @brief See to it that stocks with pages of a group, or of one below it, are emptied.
 *
 * The running CPU's, if it is one of them, is empty afterwards. On other CPUs the work is queued, and nobody waits for it.
 *
 * @param root the group
 * @source mm/memcontrol.c:2145
 */
/* departs: the queued work runs when its CPU next runs, or when the running task sleeps or offers the CPU
 * (src/world/clock.c); in 5.8.18 that CPU may do it at once, beside this one. */
static void drain_all_stock(const struct mem_cgroup *root)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct memcg_stock *stock = &world->memcg_stock[cpu];

		if (!stock->cached || !stock->nr_pages || !memcg_is_below(stock->cached, root))
			continue;
		if (cpu == smp_processor_id())
			drain_local_stock(cpu);
		else
			stock->flush_queued = true;
	}
}

/**
 * @brief A CPU went offline: its stock goes back, and counters of groups are folded.
 *
 * As in 5.8.18, the counters folded are those of the CPU that does this. What the dead one held back stays
 * with it, and counts again when it is back.
 *
 * @param cpu the CPU that is gone
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
void memcg_hotplug_cpu_dead(int cpu)
{
	drain_stock(&world->memcg_stock[cpu]);
	lruvec_stats_fold(smp_processor_id());
}

/**
 * @brief How many pages a group may still charge.
 *
 * @param memcg the group
 * @return pages
 * @source mm/memcontrol.c:1285
 */
static unsigned long mem_cgroup_margin(const struct mem_cgroup *memcg)
{
	unsigned long margin = 0;

	if ((unsigned long)memcg->memory.usage < memcg->memory.max)
		margin = memcg->memory.max - (unsigned long)memcg->memory.usage;
	if (do_memsw_account()) {
		unsigned long usage = (unsigned long)memcg->memsw.usage;

		margin = usage < memcg->memsw.max ? min_ul(margin, memcg->memsw.max - usage) : 0;
	}
	return margin;
}

/**
 * @brief Must a charge go through, whatever the limits say?
 *
 * @return true for victims, tasks that were killed, and tasks that exit: they will free more than they take
 * @source mm/memcontrol.c:240
 */
static bool should_force_charge(void)
{
	return tsk_is_oom_victim(current) || current->fatal_signal_pending ||
	       (current->flags & PF_EXITING);
}

/** Where a charge goes next. */
enum charge_verdict {
	CHARGE_RETRY,
	CHARGE_FORCE, /**< over the limit */
	CHARGE_NOMEM, /**< refused, unless it must not fail */
};

/**
 * @brief Charge from the stock, else a batch, else just what is needed.
 *
 * @param c the charge
 * @return true when charged
 * @source mm/memcontrol.c:2447
 */
static bool charge_within_limits(struct charge *c)
{
	for (;;) {
		if (consume_stock(c->memcg, c->nr_pages))
			return true;
		if (charge_counters(c->memcg, c->batch, &c->over, &c->may_swap)) {
			if (c->batch > c->nr_pages)
				refill_stock(c->memcg, c->batch - c->nr_pages);
			return true;
		}
		if (c->batch == c->nr_pages)
			return false;
		c->batch = c->nr_pages;
	}
}

/**
 * @brief Kill a process of the group, or find out that this must not happen.
 *
 * @param c the charge
 * @return CHARGE_RETRY after a kill, or when a victim is dying already; CHARGE_FORCE when nobody could be
 * killed; CHARGE_NOMEM when nobody may be
 * @source mm/memcontrol.c:1757
 */
static enum charge_verdict mem_cgroup_oom(struct charge *c)
{
	struct oom_control oc = { .memcg = c->over, .gfp_mask = c->gfp_mask };

	while (1u << oc.order < c->nr_pages)
		oc.order++;
	if (oc.order > (int)PAGE_ALLOC_COSTLY_ORDER)
		return CHARGE_NOMEM;
	memcg_memory_event(c->over, MEMCG_OOM);
	/* departs: no request here belongs to a page fault, which would wait for room instead. */
	if (c->over->oom_kill_disable)
		return CHARGE_NOMEM;
	if (!out_of_memory(&oc))
		return CHARGE_FORCE;
	/* departs: in 5.8.18 victim and reaper run beside this task; here it must offer them the CPU */
	world_reschedule();
	c->retries = MEM_CGROUP_RECLAIM_RETRIES;
	return CHARGE_RETRY;
}

/**
 * @brief Free pages of the group at its limit.
 *
 * @param c the charge
 * @return pages freed
 * @source mm/memcontrol.c:2447
 */
static unsigned long reclaim_in_group(const struct charge *c)
{
	if (world->environment.memcg_reclaim)
		return world->environment.memcg_reclaim(c->over, c->nr_pages, c->gfp_mask);
	return try_to_free_mem_cgroup_pages(c->over, c->nr_pages, c->gfp_mask, c->may_swap);
}

/**
 * @brief Reclaim in the group at its limit, and judge what to do then.
 *
 * @param c the charge
 * @return where it goes next
 * @source mm/memcontrol.c:2447
 */
static enum charge_verdict charge_after_reclaim(struct charge *c)
{
	unsigned long reclaimed;

	/* Step 1: reclaim */
	memcg_memory_event(c->over, MEMCG_MAX);
	reclaimed = reclaim_in_group(c);
	if (mem_cgroup_margin(c->over) >= c->nr_pages)
		return CHARGE_RETRY;

	/* Step 2: what lies in the stocks counts as usage too */
	if (!c->drained) {
		drain_all_stock(c->over);
		c->drained = true;
		return CHARGE_RETRY;
	}
	if (c->gfp_mask & __GFP_NORETRY)
		return CHARGE_NOMEM;

	/* Step 3: small charges go on as long as anything is freed, and all for five rounds more */
	if (reclaimed && c->nr_pages <= 1u << PAGE_ALLOC_COSTLY_ORDER)
		return CHARGE_RETRY;
	if (c->retries-- > 0)
		return CHARGE_RETRY;

	/* Step 4: kill a process of the group, unless this request would rather fail */
	if (c->gfp_mask & __GFP_RETRY_MAYFAIL)
		return CHARGE_NOMEM;
	if ((c->gfp_mask & __GFP_NOFAIL) || current->fatal_signal_pending)
		return CHARGE_FORCE;
	return mem_cgroup_oom(c);
}

/**
 * @brief The limit is hit: what may this request do about it?
 *
 * @param c the charge
 * @return where it goes next
 * @source mm/memcontrol.c:2447
 */
static enum charge_verdict charge_at_limit(struct charge *c)
{
	/* Step 1: those that must not wait here go over the limit */
	if ((c->gfp_mask & __GFP_ATOMIC) || should_force_charge() || (current->flags & PF_MEMALLOC))
		return CHARGE_FORCE;
	/* Step 2: those that cannot sleep, or have noted already that they must wait for a kill, fail */
	if (current->in_memcg_oom || !gfpflags_allow_blocking(c->gfp_mask))
		return CHARGE_NOMEM;
	/* Step 3: the others reclaim */
	return charge_after_reclaim(c);
}

/**
 * @brief Charge pages to a group.
 *
 * @param memcg the group, not the root
 * @param gfp_mask the request's mask
 * @param nr_pages pages
 * @return true when charged; on false nothing is
 * @source mm/memcontrol.c:2447
 */
/* departs: what follows from memory.high, on return to user space or in the background, is left out: it fails
 * no allocation. No charges are moved to other groups, so nobody waits for that. On the older hierarchy swap is
 * accounted for. Nothing runs beside a charge that goes round in circles; the machine's watchdog stops it. */
static bool try_charge(struct mem_cgroup *memcg, gfp_t gfp_mask, unsigned int nr_pages)
{
	struct charge c = {
		.memcg = memcg,
		.gfp_mask = gfp_mask,
		.nr_pages = nr_pages,
		.batch = nr_pages > MEMCG_CHARGE_BATCH ? nr_pages : MEMCG_CHARGE_BATCH,
		.may_swap = true,
		.retries = MEM_CGROUP_RECLAIM_RETRIES,
	};
	enum charge_verdict verdict;

	do {
		if (charge_within_limits(&c))
			return true;
		c.rounds++;
		verdict = world->hooks.charge_round(&c) ? CHARGE_NOMEM : charge_at_limit(&c);
	} while (verdict == CHARGE_RETRY);

	if (verdict == CHARGE_NOMEM && !(gfp_mask & __GFP_NOFAIL))
		return false;
	page_counter_charge(&memcg->memory, nr_pages);
	if (do_memsw_account())
		page_counter_charge(&memcg->memsw, nr_pages);
	return true;
}

/**
 * @brief Charge kernel memory to a group.
 *
 * @param memcg the group, not the root
 * @param gfp_mask the request's mask
 * @param nr_pages pages
 * @return true when charged; on false nothing is
 * @source mm/memcontrol.c:2896
 */
static bool __memcg_kmem_charge(struct mem_cgroup *memcg, gfp_t gfp_mask, unsigned int nr_pages)
{
	struct page_counter *fail;

	if (!try_charge(memcg, gfp_mask, nr_pages))
		return false;
	if (!world->memcg_legacy || page_counter_try_charge(&memcg->kmem, nr_pages, &fail))
		return true;
	if (gfp_mask & __GFP_NOFAIL) {
		page_counter_charge(&memcg->kmem, nr_pages);
		return true;
	}
	cancel_charge(memcg, nr_pages);
	return false;
}

/**
 * @brief Is the running code outside of any memory cgroup?
 *
 * @return true in interrupts and with bottom halves disabled, and in kernel threads and tasks without
 * memory that did not name a group
 * @source mm/memcontrol.c:2787
 */
static bool memcg_kmem_bypass(void)
{
	if (in_interrupt())
		return true;
	return !current->active_memcg && (!current->mm || (current->flags & PF_KTHREAD));
}

/**
 * @brief Charge a fresh block to the running task's group.
 *
 * @param page first page
 * @param gfp_mask the request's mask, before scopes were applied
 * @param order block of 2^order pages
 * @return 0, even when nothing has to be charged; -ENOMEM when the limit forbids it
 * @source mm/memcontrol.c:2947
 */
int __memcg_kmem_charge_page(struct page *page, gfp_t gfp_mask, unsigned int order)
{
	struct mem_cgroup *memcg;

	/* Step 1: whom to charge? */
	if (memcg_kmem_bypass())
		return 0;
	memcg = current->active_memcg ? current->active_memcg : current->memcg;
	if (memcg == &world->root_mem_cgroup)
		return 0;

	/* Step 2: charge, and let the page remember */
	if (!__memcg_kmem_charge(memcg, gfp_mask, 1u << order))
		return -ENOMEM;
	page->mem_cgroup = memcg;
	__SetPageKmemcg(page);
	return 0;
}

/**
 * @brief A charged block is freed: take the charge back.
 *
 * @param page first page, marked as charged
 * @param order block of 2^order pages
 * @source mm/memcontrol.c:2972
 */
void __memcg_kmem_uncharge_page(struct page *page, unsigned int order)
{
	struct mem_cgroup *memcg = page->mem_cgroup;

	/* Straight back to the counters, not into the stock. */
	if (world->memcg_legacy)
		page_counter_uncharge(&memcg->kmem, 1ul << order);
	cancel_charge(memcg, 1ul << order);
	page->mem_cgroup = NULL;
	__ClearPageKmemcg(page);
}

/**
 * @brief Charge a page of a file to the group of whoever reads it.
 *
 * @param page the page
 * @param gfp_mask the reader's mask
 * @return 0, also when nothing has to be charged; -ENOMEM when the limit forbids it
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
/* departs: a page that comes back from swap goes to whoever faults; 5.8.18 remembers which group it belonged to. */
int mem_cgroup_charge(struct page *page, gfp_t gfp_mask)
{
	struct mem_cgroup *memcg = current->mm ? current->memcg : &world->root_mem_cgroup;

	if (mem_cgroup_disabled() || memcg == &world->root_mem_cgroup)
		return 0;
	if (!try_charge(memcg, gfp_mask, 1))
		return -ENOMEM;
	page->mem_cgroup = memcg;
	return 0;
}

/**
 * @brief A page that is on no list any more is freed: take its charge back.
 *
 * @param page the page; one of the root group is charged nowhere
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
void mem_cgroup_uncharge(struct page *page)
{
	struct mem_cgroup *memcg = page->mem_cgroup;

	if (memcg && memcg != &world->root_mem_cgroup)
		cancel_charge(memcg, 1);
	page->mem_cgroup = NULL;
}

/**
 * @brief A page moves: its group pays for the new place too, whatever the limits say.
 *
 * The old place is uncharged when it is freed. The root group's is not, so its usage grows by one each time.
 *
 * @param from the old place
 * @param to the new one
 * @source none (ours: what mm/memcontrol.c does under the same name)
 */
void mem_cgroup_migrate(const struct page *from, struct page *to)
{
	struct mem_cgroup *memcg = from->mem_cgroup;

	to->mem_cgroup = memcg;
	if (mem_cgroup_disabled())
		return;
	memcg = memcg ? memcg : &world->root_mem_cgroup;
	page_counter_charge(&memcg->memory, 1);
	if (do_memsw_account())
		page_counter_charge(&memcg->memsw, 1);
}
