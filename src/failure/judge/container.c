/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * @file
 * @brief What the path of a memory cgroup means: each part of it is looked at, and the last that is known counts.
 *
 * Kubernetes, container runtimes and systemd build their paths of fixed parts. Colons divide parts too: the form
 * `SLICE:RUNTIME:ID` is a slice, a runtime and a container that were not made a path.
 */
#include "failure/judge/container.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/append.h"
#include "text/words.h"

/** Digits of a container's number that people use. */
#define SHORT_ID 12

/** Shortest number of a container. */
#define SHORTEST_ID 12

/** What is known of a path. */
struct place {
	bool kubernetes, anonymous; /**< the part after this one is a container's number */
	char quality[16];	    /**< of a pod */
	char pod[64];
	char runtime[24];
	char container[64];
	char unit[128]; /**< of systemd, or what else has a name */
	char user[16];
};

/** Names of runtimes in paths, and what people call them. */
static const struct {
	const char *path, *name;
} runtimes[] = {
	{ "cri-containerd", "containerd" },
	{ "containerd", "containerd" },
	{ "nerdctl", "containerd" },
	{ "crio", "CRI-O" },
	{ "docker", "docker" },
	{ "libpod", "podman" },
	{ "podman", "podman" },
	{ "garden", "garden" },
	{ "buildkit", "buildkit" },
};

/** Does the word begin with this? Then it is taken off. */
static bool take_start(struct word *word, const char *start)
{
	size_t length = strlen(start);

	if (word->length < length || strncmp(word->at, start, length))
		return false;
	word->at += length;
	word->length -= length;
	return true;
}

/** Does the word end with this? Then it is taken off. */
static bool take_end(struct word *word, const char *end)
{
	size_t length = strlen(end);

	if (word->length < length || strncmp(word->at + word->length - length, end, length))
		return false;
	word->length -= length;
	return true;
}

/** Is it the number of a container: hexadecimal digits only? */
static bool is_id(struct word word)
{
	if (word.length < SHORTEST_ID)
		return false;
	for (size_t i = 0; i < word.length; i++)
		if (!isxdigit((unsigned char)word.at[i]))
			return false;
	return true;
}

/** Keep a container's short number. */
static void keep_container(struct place *place, struct word id, const char *runtime)
{
	if (is_id(id) && id.length > SHORT_ID)
		id.length = SHORT_ID;
	word_copy(id, place->container, sizeof(place->container));
	if (runtime)
		snprintf(place->runtime, sizeof(place->runtime), "%s", runtime);
}

/** `podUID`, whose number systemd writes with `_`. */
static void keep_pod(struct place *place, struct word uid)
{
	word_copy(uid, place->pod, sizeof(place->pod));
	for (char *c = place->pod; *c; c++)
		*c = *c == '_' ? '-' : *c;
	place->container[0] = '\0';
	place->runtime[0] = '\0';
	place->anonymous = true;
}

/** A slice or a directory of Kubernetes. */
static bool look_kubernetes(struct place *place, struct word part)
{
	static const char *const qualities[] = { "burstable", "besteffort", "guaranteed" };
	bool found = take_start(&part, "kubepods");

	if (!found && !place->kubernetes)
		return false;
	place->kubernetes = true;
	take_end(&part, ".slice");
	for (int i = 0; i < 3; i++) {
		struct word rest = part;

		take_start(&rest, "-");
		if (!take_start(&rest, qualities[i]))
			continue;
		snprintf(place->quality, sizeof(place->quality), "%s", qualities[i]);
		part = rest;
		found = true;
	}
	take_start(&part, "-");
	if (take_start(&part, "pod") && part.length) {
		keep_pod(place, part);
		found = true;
	}
	return found;
}

/** A container: `RUNTIME-ID.scope`, or a number after a directory of the runtime. */
static bool look_container(struct place *place, struct word part)
{
	bool scope = take_end(&part, ".scope");

	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++) {
		struct word rest = part;

		if (!take_start(&rest, runtimes[i].path))
			continue;
		if (!rest.length) {
			/* A directory of this name: a container is in it. */
			snprintf(place->runtime, sizeof(place->runtime), "%s", runtimes[i].name);
			place->anonymous = true;
			return true;
		}
		if (!take_start(&rest, "-"))
			continue;
		take_start(&rest, "conmon-");
		if (is_id(rest)) {
			keep_container(place, rest, runtimes[i].name);
			return true;
		}
	}
	if ((place->anonymous && !scope && part.length) || (is_id(part) && part.length >= 32)) {
		keep_container(place, part, NULL);
		place->anonymous = false;
		return true;
	}
	return false;
}

/** `NAME` of LXC: `lxc.payload.NAME`, or a directory in `lxc`. */
static bool look_lxc(struct place *place, struct word part)
{
	if (take_start(&part, "lxc.payload.") || take_start(&part, "lxc.monitor.")) {
		keep_container(place, part, "LXC");
		return true;
	}
	if (word_is(part, "lxc") || word_is(part, "lxc.payload")) {
		snprintf(place->runtime, sizeof(place->runtime), "LXC");
		place->anonymous = true;
		return true;
	}
	return false;
}

/** In a unit's name `\x2d` stands for a hyphen. */
static void show_hyphens(char *name)
{
	char *hyphen;

	while ((hyphen = strstr(name, "\\x2d"))) {
		*hyphen = '-';
		memmove(hyphen + 1, hyphen + 4, strlen(hyphen + 4) + 1);
	}
}

/** A unit of systemd. */
static bool look_unit(struct place *place, struct word part)
{
	struct word whole = part;

	if (take_start(&part, "user@") && take_end(&part, ".service")) {
		word_copy(part, place->user, sizeof(place->user));
		return true;
	}
	part = whole;
	if (take_start(&part, "user-") && take_end(&part, ".slice")) {
		word_copy(part, place->user, sizeof(place->user));
		return true;
	}
	part = whole;
	if (take_start(&part, "session-") && take_end(&part, ".scope")) {
		snprintf(place->unit, sizeof(place->unit), "session %.*s", (int)part.length,
			 part.at);
		return true;
	}
	part = whole;
	if (take_start(&part, "machine-") && take_end(&part, ".scope"))
		snprintf(place->unit, sizeof(place->unit), "machine %.*s", (int)part.length,
			 part.at);
	else if (take_end(&whole, ".service") || take_end(&whole, ".scope"))
		word_copy(part, place->unit, sizeof(place->unit));
	else
		return false;
	show_hyphens(place->unit);
	return true;
}

/** Look at one part of the path. */
static void look(struct place *place, struct word part)
{
	if (look_lxc(place, part) || look_kubernetes(place, part) || look_container(place, part))
		return;
	look_unit(place, part);
}

/** Look at a directory of the path, or at the parts that colons divide it into. */
static void look_parts(struct place *place, struct word all, bool divided)
{
	while (all.length) {
		const char *colon = divided ? memchr(all.at, ':', all.length) : NULL;
		size_t length = colon ? (size_t)(colon - all.at) : all.length;

		if (length)
			look(place, (struct word){ all.at, length });
		length += colon != NULL;
		all.at += length;
		all.length -= length;
	}
}

/** Put what was found into words. */
static void say_place(const struct place *place, char *text, size_t size)
{
	if (place->container[0]) {
		text_append(text, size, "container %s", place->container);
		if (place->runtime[0])
			text_append(text, size, " (%s)", place->runtime);
	}
	if (place->pod[0])
		text_append(text, size, "%spod %s (%s)", text[0] ? " of " : "", place->pod,
			    place->quality[0] ? place->quality : "guaranteed");
	else if (place->kubernetes)
		text_append(text, size, "all%s%s pods", place->quality[0] ? " " : "",
			    place->quality);
	if (text[0])
		return;
	if (place->unit[0])
		text_append(text, size, "%s", place->unit);
	if (place->user[0])
		text_append(text, size, "%suser %s", text[0] ? " of " : "", place->user);
}

/**
 * @brief What the path of a memory cgroup means: "container 1234567890ab (containerd) of pod 2c4b2241-5c01 (burstable)".
 *
 * @param path the path
 * @param text receives the words; "" where nothing in the path is known
 * @param size bytes of `text`
 */
void container_name(const char *path, char *text, size_t size)
{
	struct place place = { 0 };

	text[0] = '\0';
	while (*path) {
		const char *slice = strstr(path, ".slice:");
		size_t length = strcspn(path, "/");
		/* Other names may hold colons too. */
		bool divided = slice && slice < path + length;

		look_parts(&place, (struct word){ path, length }, divided);
		path += length;
		path += *path != '\0';
	}
	say_place(&place, text, size);
}
