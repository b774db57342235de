/* SPDX-License-Identifier: GPL-2.0-only */
/* What window.pageflow does, on any page that has it; try it in the console of a browser. */
async function examples(log, recording) {
  /* A session of the shell: what it prints. */
  const printed = await pageflow.run('machine 64M\nalloc GFP_KERNEL 3\nfree #2\n');

  /* The same as objects, one for each command: what was printed, the events, the errors, the pictures. */
  const seen = [];
  const steps = await pageflow.steps('machine 64M\nalloc GFP_KERNEL 3\nbuddyinfo\n', { each: one => seen.push(one.command) });

  /* One request, explained: on a machine that is booted, or on one that a session has saved. */
  const booted = await pageflow.explain('GFP_KERNEL', 3, { boot: '2x128M', node: 1 });
  const session = await pageflow.command(['shell', '-'], { stdin: 'machine 64M\nfragment 90\nsave tight.snap\n' });
  const refused = await pageflow.explain('GFP_ATOMIC', 1, { machine: session.files['tight.snap'], noReclaim: true });

  /* A kernel's log, by the rules of its own version or of another. */
  const reports = await pageflow.explainLog(log, { rules: '6.1' });

  /* A recording, compared frame by frame. */
  const compared = await pageflow.replay(recording);

  /* Any command, with files under names of their own. */
  const drawn = await pageflow.command(['explain', 'GFP_KERNEL', '0', '--svg', 'request.svg']);

  /* What cannot be carried out is refused in the command's own words. */
  const said = await pageflow.explain('GFP_NOTHING', 0).catch(error => error.message);

  return { printed, steps, seen, booted, refused, reports, compared, drawn, said };
}
