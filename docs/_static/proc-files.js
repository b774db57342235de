/* SPDX-License-Identifier: GPL-2.0-only */
/* A session that begins with a machine as /proc shows it. The machine is a saved file that `load` takes. It travels in the text
 * of the session, as comments, so that this text is all there is: a link or a file of it holds the machine too. */
(function () {
  'use strict';
  var NAME = 'proc.snapshot', MARK = '#' + NAME + ': ';
  var NAMES = ['zoneinfo', 'buddyinfo', 'pagetypeinfo'];
  var say = window.pageflow.say;

  /* The file that begins with a line; '' where one goes on. In buddyinfo a zone has a number for each order, in the last part of
   * pagetypeinfo one for each type. */
  function begins(line) {
    if (/^Page block order:/.test(line)) return 'pagetypeinfo';
    if (/^Node +\d+, zone +\w+\s*$/.test(line)) return 'zoneinfo';
    return /^Node +\d+, zone +\w+( +\d+){8,}\s*$/.test(line) ? 'buddyinfo' : '';
  }

  /* The files that texts hold, by name; a text may hold several, one behind the other. Other texts are left out. */
  function sort(texts) {
    var found = {};
    texts.forEach(function (text) {
      var name = '';
      text.replace(/\r\n?/g, '\n').split('\n').forEach(function (line) {
        name = begins(line) || name;
        if (name) found[name] = (found[name] || '') + line + '\n';
      });
    });
    Object.keys(found).forEach(function (name) { found[name] = found[name].trimEnd() + '\n'; });
    return found;
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

  /* The text of a session that begins with a saved machine. */
  function session(saved) {
    return saved.trimEnd().split('\n').map(function (line) { return MARK + line; }).join('\n') + '\nload ' + NAME + '\n';
  }

  /* The files that the text of a session brings with it, for its `load`. */
  function files(text) {
    var lines = text.split('\n').filter(function (line) { return line.indexOf(MARK) === 0; });
    var found = {};
    if (lines.length) found[NAME] = lines.map(function (line) { return line.slice(MARK.length) + '\n'; }).join('');
    return found;
  }

  window.PageflowProc = { sort: sort, snapshot: snapshot, session: session, files: files };
})();
