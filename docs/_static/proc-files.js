/* SPDX-License-Identifier: GPL-2.0-only */
/* A session that begins with a machine that was saved, or is as /proc shows it. It is a saved file that `load` takes, and travels in
 * the text of the session, as comments, so that this text is all there is: a link or a file of it holds the machine too. */
(function () {
  'use strict';
  var NAME = 'proc.snapshot', MARK = '#' + NAME + ': ';
  var NAMES = ['zoneinfo', 'buddyinfo', 'pagetypeinfo'];
  var say = window.pageflow.say;

  var TYPES = /^(?:Page block order:|Pages per block:|Free pages count per migrate type|Number of (?:mixed )?blocks type|Node +\d+, zone +\w+, type )/;
  var COUNTS = /^Node +\d+, zone +\w+((?: +\d+)+) *$/; /* free blocks by order, or pageblocks by type */
  var ZONE = /^Node +\d+, zone +\w+ *$/;

  /* Gives each line to the file it comes from: several may have been copied one after the other, with prompts between them. */
  function divide(text, found) {
    var name = '', types = 0; /* what was read last, and how many types it counts pageblocks of */
    function give(to, line) {
      name = to;
      found[to] = (found[to] || '') + line + '\n';
    }
    text.replace(/\r/g, '').split('\n').forEach(function (line) {
      var counts = COUNTS.exec(line);
      if (TYPES.test(line)) {
        types = /^Number/.test(line) ? line.replace(/^.*? type /, '').trim().split(/ +/).length : 0;
        give('pagetypeinfo', line);
      } else if (counts) {
        give(name === 'pagetypeinfo' && counts[1].trim().split(/ +/).length === types ? name : 'buddyinfo', line);
      } else if (ZONE.test(line) || (name === 'zoneinfo' && /^ /.test(line))) {
        give('zoneinfo', line);
      } else if (name === 'pagetypeinfo' && !line.trim()) {
        give(name, line);
      }
    });
  }

  /* The files that texts hold, by name; a text may hold several, and what else is in it is left out. A file that is there twice
   * counts as it was the second time. */
  function sort(texts) {
    return texts.reduce(function (all, text) {
      var found = {};
      divide(text, found);
      return Object.assign(all, found);
    }, {});
  }

  /* A promise of the saved machine, of {zoneinfo, buddyinfo, pagetypeinfo}; the last may be missing. */
  function snapshot(texts) {
    var files = {};
    NAMES.forEach(function (name) { if ((texts[name] || '').trim()) files[name] = texts[name].trimEnd() + '\n'; });
    return window.pageflow.command(['snapshot', '--proc', '.'], { files: files }).then(function (left) {
      if (left.code !== 0) throw new Error(left.err.trim() || say('These files hold no machine.'));
      return left.out;
    });
  }

  /* Is this a saved machine? */
  function isSaved(text) { return text.indexOf('pageflow snapshot v') === 0; }

  /* The text of a session that begins with a saved machine. */
  function session(saved) {
    return saved.replace(/\r/g, '').trimEnd().split('\n').map(function (line) { return MARK + line; }).join('\n') + '\nload ' + NAME + '\n';
  }

  /* The files that the text of a session brings with it, for its `load`. */
  function files(text) {
    var lines = text.split('\n').filter(function (line) { return line.indexOf(MARK) === 0; });
    var found = {};
    if (lines.length) found[NAME] = lines.map(function (line) { return line.slice(MARK.length) + '\n'; }).join('');
    return found;
  }

  window.PageflowProc = { names: NAMES, sort: sort, snapshot: snapshot, isSaved: isSaved, session: session,
    files: files };
})();
