/* SPDX-License-Identifier: GPL-2.0-only */
/* A session of the playground: it is its text, a command a line, as `pageflow shell FILE` takes it. To know the state behind a
 * command, the text up to it is carried out, from the start; what came of that is kept. */
(function () {
  'use strict';
  var MOST_COMMANDS = 1000, MOST_LETTERS = 2000000, KEPT = 120, UNDONE = 100;
  var say = window.pageflow.say;

  /* The lines of a text that are commands, as the shell reads them: [{line, command}], lines from 1. */
  function commandsOf(text) {
    return text.split('\n').map(function (one, at) { return { line: at + 1, command: one.trim() }; })
      .filter(function (one) { return one.command && one.command[0] !== '#'; });
  }

  /* `names` are those of the commands: the shell takes the beginning of one that begins like no other. */
  function Session(names) {
    this.names = names;
    this.text = '';
    this.at = 0; /* the command whose state is on show; 0: none */
    this.before = []; /* what it was, for undo */
    this.kept = new Map();
    this.pending = 0; /* runs that go on */
  }

  Session.prototype.commands = function () { return commandsOf(this.text); };

  Session.prototype.count = function () { return this.commands().length; };

  /* What a session cannot be, in words; '' when it can. */
  function refuse(text) {
    if (text.length > MOST_LETTERS) return say('This text is too long for the playground. A file of any length can be given to pageflow shell.');
    if (text.indexOf('\0') >= 0) return say('This is no text of commands: it holds a zero byte.');
    if (commandsOf(text).length > MOST_COMMANDS) {
      return say('A session holds at most %s commands here. A file of any length can be given to pageflow shell.', MOST_COMMANDS);
    }
    return '';
  }

  Session.prototype.remember = function () {
    this.before.push({ text: this.text, at: this.at });
    if (this.before.length > UNDONE) this.before.shift();
  };

  /* Makes another text the session, which can be undone. */
  Session.prototype.open = function (text) {
    this.remember();
    this.text = text.replace(/\r\n?/g, '\n');
    this.at = this.count();
  };

  /* Adds lines behind the command on show. What came after it is cut off, unless they are comments alone, which change nothing; how
   * many commands that were. */
  Session.prototype.act = function (lines) {
    var all = this.commands(), added = commandsOf(lines.join('\n')).length, texts = this.text.split('\n');
    var here = this.at < all.length ? all[this.at].line - 1 : texts.length, kept = texts.slice(0, here).join('\n');
    this.remember();
    if (kept && kept.slice(-1) !== '\n') kept += '\n';
    this.text = kept + lines.join('\n') + '\n' + (added ? '' : texts.slice(here).join('\n'));
    this.at += added;
    return added ? all.length - this.at + added : 0;
  };

  Session.prototype.undo = function () {
    var last = this.before.pop();
    if (last) { this.text = last.text; this.at = last.at; }
    return !!last;
  };

  /* The text up to a command, with it. */
  Session.prototype.upTo = function (at) {
    var all = this.commands();
    return at ? this.text.split('\n').slice(0, all[at - 1].line).join('\n') : '';
  };

  /* The command that a word stands for; the word itself where there is none. */
  Session.prototype.name = function (word) {
    var like = this.names.filter(function (one) { return one.indexOf(word) === 0; });
    return this.names.indexOf(word) < 0 && like.length === 1 ? like[0] : word;
  };

  /* The question that tells what a command's request met: of an allocation before it is made, of many allocations after the last
   * of them was refused. null: it makes no request of its own. */
  Session.prototype.question = function (command) {
    var words = /^(\S+)\s+(.+)$/.exec(command), name = words && this.name(words[1]);
    if (name !== 'alloc' && name !== 'takeall') return null;
    return { ask: 'explain ' + words[2], first: name === 'alloc' };
  };

  function perform(text, options) {
    return window.pageflow.steps(text + '\n', Object.assign({ files: window.PageflowProc.files(text) }, options));
  }

  /* Carries out the text up to a command. A promise of
   *   steps: the objects of `pageflow shell --json`, a place for each command, empty where it was not carried out;
   *   state: the last one's; where that does not end, the one before;
   *   stopped: why it did not come to an end, or ''.
   * `heed` is told how many commands are done, while it goes on. */
  Session.prototype.run = function (at, heed) {
    var text = this.upTo(at), all = commandsOf(text), count = 0;
    return this.keep('run ' + text, function () {
      function each() { if (heed) heed(++count); }
      function take(came) {
        var broken = came instanceof Error;
        return result(all, broken ? came.steps || [] : came, broken ? came.message : '');
      }
      return perform(text, { state: Math.max(0, at - 2), each: each }).then(take, take);
    });
  };

  /* What `explain` says of a command's request; a promise of its words, or of null. */
  Session.prototype.path = function (at) {
    var command = at ? this.commands()[at - 1].command : '', asked = this.question(command);
    if (!asked) return Promise.resolve(null);
    var text = this.upTo(asked.first ? at - 1 : at) + '\n' + asked.ask;
    return this.keep('path ' + text, function () {
      return perform(text).then(function (came) {
        var last = came[came.length - 1];
        return last && last.command === asked.ask && !last.errors.length ? last.output : null;
      }, function (error) { return { stopped: error.message }; });
    }).then(function (found) { return typeof found === 'string' ? found : null; });
  };

  /* What was made under a name before, or is made now. What was stopped may go well another time. */
  Session.prototype.keep = function (name, perform) {
    var kept = this.kept, made = kept.get(name);
    if (made) return made;
    var session = this, ended = function () { session.pending--; };
    this.pending++;
    made = perform();
    made.then(ended, ended);
    kept.set(name, made);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    made.then(function (found) { if (found && found.stopped) kept.delete(name); });
    return made;
  };

  function result(all, came, stopped) {
    var byLine = new Map(), state = null;
    came.forEach(function (one) {
      state = one.state || state;
      byLine.set(one.line, one);
    });
    var steps = all.map(function (one) { return byLine.get(one.line) || null; });
    return { steps: steps, state: state, stopped: stopped };
  }

  window.PageflowSession = { Session: Session, refuse: refuse, commandsOf: commandsOf };
})();
