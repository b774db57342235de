/* SPDX-License-Identifier: GPL-2.0-only */
/* The playground: forms and a command line that add to a session, its time line, and the machine behind each command. */
(function () {
  'use strict';
  var place = document.querySelector('.pf-playground');
  if (place && !window.pageflow) place.remove(); /* a site that was built without the engine */
  if (!place || !window.pageflow) return;
  var START = 'machine 256M,cma=64M\nalloc GFP_KERNEL 3\n'; /* what a visitor finds */
  var HELPERS = ['session-text.js', 'proc-files.js', 'complete.js', 'drawn-step.js', 'playground-session.js', 'playground-path.js',
    'playground-data.js'];
  var PICTURES = ['zones', 'lists', 'percpu', 'blocks'];
  var PATIENCE = 400; /* milliseconds until it is said that something goes on */
  var LONGEST_LINK = 60000, HELD_SHOWN = 40, ORDERS = 11, NODES = 4;
  var USUAL = ['GFP_KERNEL', 'GFP_ATOMIC', 'GFP_NOWAIT', 'GFP_NOFS', 'GFP_NOIO', 'GFP_USER', 'GFP_HIGHUSER_MOVABLE']; /* proposed first */
  var root = document.documentElement.dataset.content_root || './', say = window.pageflow.say;
  var known, session, told = [], numa = false, held = [], asked = 0, picture = PICTURES[0], mine = '';

  function one(selector) { return place.querySelector(selector); }

  function all(selector) { return Array.from(place.querySelectorAll(selector)); }

  function make(tag, css, text) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function button(text, act) {
    var made = make('button', 'pf-button', text);
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }

  function field(form, name) { return form.querySelector('[data-field=' + name + ']'); }

  function value(form, name) { return field(form, name).value.trim(); }

  /* A button that cannot do anything now keeps the focus that it has. */
  function allow(name, yes) { one('[data-act=' + name + ']').setAttribute('aria-disabled', String(!yes)); }

  function tell(words) { one('[role=status]').textContent = words; }

  /* Words about what the reader just did, with what can be done about it; '' takes them away. */
  function warn(words, act, label) {
    var box = one('.play-words');
    box.hidden = !words;
    if (words) place.removeAttribute('data-empty');
    box.className = 'play-words pf-notice' + (act ? '' : ' bad');
    box.replaceChildren(words);
    if (act) box.append(' ', button(label, act));
  }

  /* ---- The session ---- */

  /* Adds commands, as a form or the reader wrote them. */
  function act(lines) {
    var added = window.PageflowSession.commandsOf(lines.join('\n')).length;
    var stuck = added && told[session.at - 1] && told[session.at - 1].stuck;
    if (lines.some(function (line) { return /[\n\0]/.test(line); })) return;
    warn('');
    if (stuck) session.at--; /* it never ends, and so nothing could come after it */
    var cut = session.act(lines), refused = window.PageflowSession.refuse(session.text);
    if (refused) {
      session.undo();
      warn(refused);
      return;
    }
    if (!added) warn(say('A note: it is kept in the session, and nothing is carried out.'), undo, say('Undo'));
    else if (stuck) warn(say('The command that did not end was taken out.'), undo, say('Undo'));
    else if (cut) warn(cut === 1 ? say('One later command was cut off.') : say('%s later commands were cut off.', cut), undo, say('Undo'));
    if (added) told.length = session.at - added;
    changed();
  }

  function undo() {
    if (!session.undo()) return;
    warn('');
    told = [];
    changed();
    one('[data-act=undo]').focus();
  }

  /* Makes a text the session; false after saying why it cannot be one. */
  function open(text) {
    var refused = window.PageflowSession.refuse(text);
    if (refused) { warn(refused + ' ' + below()); return false; }
    warn('');
    session.open(text);
    told = [];
    changed();
    return true;
  }

  /* What is there instead of a text that could not be opened. */
  function below() { return session.text ? say('Below stands the session as it was.') : say('Below stands the example.'); }

  function changed() {
    follow();
    show(session.at);
  }

  /* The address follows the session, as long as it is not too long for one. */
  function follow() {
    var text = session.text;
    window.PageflowText.encode(text).then(function (fragment) {
      if (text !== session.text) return;
      mine = fragment.length <= LONGEST_LINK ? fragment : '';
      history.replaceState(null, '', mine || location.pathname + location.search);
    });
  }

  function readAddress() {
    if (location.hash === mine || location.hash.indexOf('#pf=') !== 0) return Promise.resolve(false);
    return window.PageflowText.decode(location.hash).then(open, function () {
      warn(say('The session in this address cannot be read: it is cut off or damaged. Ask for the link again, or for the file.') +
        ' ' + below());
      return false;
    });
  }

  /* ---- What is on show ---- */

  /* Shows the state behind a command; 0: before the first. */
  function show(at) {
    var turn = ++asked, late, done = 0;
    session.at = at;
    if (session.pending) window.pageflow.stop(); /* nobody waits for it any more */
    drawLine();
    if (!at) { drawNothing(); return Promise.resolve(); }
    late = setTimeout(function () {
      late = 0;
      busy(true, done, at);
    }, PATIENCE);
    return session.run(at, function (count) {
      done = count;
      if (!late && turn === asked) busy(true, done, at);
    }).then(function (came) {
      clearTimeout(late);
      if (turn !== asked) return null;
      busy(false);
      return take(at, came);
    }).catch(function (error) {
      clearTimeout(late);
      if (turn !== asked) return;
      busy(false);
      warn(say('Command %s could not be shown: %s. Another can be chosen or entered.', at, error.message));
    });
  }

  /* What takes long is said, and can be stopped. */
  function busy(is, done, of) {
    place.setAttribute('aria-busy', String(is));
    one('[data-act=stop]').hidden = !is;
    if (!is) return;
    place.removeAttribute('data-empty');
    tell(say('command %s of %s is running', Math.min(done + 1, of), of));
  }

  function take(at, came) {
    var commands = session.commands(), stuck = came.stopped ? came.steps.indexOf(null) : -1;
    came.steps.forEach(function (step, n) { told[n] = step || told[n] || { output: '', events: [], errors: [], pictures: [], idle: true }; });
    if (stuck >= 0) {
      told[stuck] = { output: '', events: [], errors: [came.stopped], pictures: [], stuck: true };
      session.at = at = stuck + 1;
    }
    drawLine();
    drawCame(commands[at - 1].command, told[at - 1]);
    drawState(came.state);
    if (stuck > 0 && !came.state) drawBefore(stuck);
    place.removeAttribute('data-empty');
    tell(say('command %s of %s: %s', at, commands.length, commands[at - 1].command) + brief(told[at - 1]));
    return drawPath(at);
  }

  /* The machine before a command that was stopped. */
  function drawBefore(at) {
    var turn = asked;
    session.run(at).then(function (came) { if (turn === asked) drawState(came.state); });
  }

  /* What came of a command in a few words. */
  function brief(step) {
    var words = step.errors[0] || step.output.split('\n')[0];
    return words ? ': ' + words : '';
  }

  function drawNothing() {
    one('.came').replaceChildren(make('p', '', say('Nothing has happened yet. Boot a machine.')));
    drawState(null);
    showPath('', null);
    tell(say('before the first command'));
    place.removeAttribute('data-empty');
  }

  function drawLine() {
    var commands = session.commands(), list = one('.play-line'), hadFocus = list.contains(document.activeElement);
    list.replaceChildren.apply(list, commands.map(function (each, at) { return lineOf(each, at + 1); }));
    one('.play-time .where').textContent = session.at + ' / ' + commands.length;
    allow('back', session.at > 0);
    allow('forward', session.at < commands.length);
    allow('undo', session.before.length > 0);
    var now = list.querySelector('[aria-current]') || list.querySelector('button');
    if (!now) return;
    now.tabIndex = 0; /* one stop for the Tab key; the arrow keys lead through the list */
    if (hadFocus) now.focus({ preventScroll: true });
    list.scrollTop = Math.max(0, now.offsetTop - list.offsetTop - list.clientHeight / 2);
  }

  function lineOf(each, at) {
    var item = make('li'), go = make('button'), step = told[at - 1], wrong = step && step.errors.length > 0;
    go.type = 'button';
    go.tabIndex = -1;
    go.className = (at > session.at ? 'later' : '') + (wrong ? ' wrong' : '');
    go.append(make('span', 'n', String(at)), make('code', '', each.command));
    if (step && brief(step)) go.append(make('span', 'brief', (wrong ? '✗ ' : '') + brief(step).slice(2)));
    if (step && step.idle) go.append(make('span', 'brief', idle()));
    if (at === session.at) go.setAttribute('aria-current', 'step');
    go.addEventListener('click', function () { show(at); });
    item.append(go);
    return item;
  }

  function drawCame(command, step) {
    var box = window.PageflowDraw.step(Object.assign({ command: command }, step));
    var quiet = !step.events.length && !step.output && !step.errors.length && !step.pictures.length;
    if (quiet) box.append(make('p', 'quiet', step.idle ? idle() : say('Nothing was said, and no tracepoint fired.')));
    one('.came').replaceChildren(box);
  }

  function idle() { return say('not carried out: the session had ended'); }

  /* ---- The machine ---- */

  function names() {
    return { zones: say('Zones and marks'), lists: say('Free lists'), percpu: say('Lists of the CPUs'), blocks: say('Pageblocks') };
  }

  function drawState(state) {
    var grid = one('.grid'), kinds = state ? PICTURES.filter(function (kind) { return state.pictures[kind] && state.pictures[kind].svg; }) : [];
    numa = !!state && state.configuration === 'numa';
    held = state ? state.held : [];
    all('[data-numa]').forEach(function (node) { node.hidden = !numa; });
    grid.replaceChildren.apply(grid, kinds.map(function (kind) {
      var cell = make('div', 'cell ' + kind);
      cell.dataset.kind = kind;
      cell.append(window.PageflowDraw.picture(state.pictures[kind].svg));
      return cell;
    }));
    if (!state) grid.append(make('p', 'quiet', say('There is no machine yet. Choose one above, and boot it.')));
    drawKinds(kinds);
    drawHeld(state);
    drawTasks(state);
  }

  /* On a narrow screen one picture at a time. */
  function drawKinds(kinds) {
    var bar = one('.pictures');
    if (kinds.indexOf(picture) < 0) picture = kinds[0] || PICTURES[0];
    bar.hidden = kinds.length < 2;
    if (bar.childElementCount !== kinds.length) {
      bar.replaceChildren.apply(bar, kinds.map(function (kind) {
        var made = button(names()[kind], function () {
          picture = kind;
          choosePicture();
        });
        made.dataset.kind = kind;
        return made;
      }));
    }
    choosePicture();
  }

  function choosePicture() {
    all('.pictures button').forEach(function (made) { made.setAttribute('aria-pressed', String(made.dataset.kind === picture)); });
    all('.grid .cell').forEach(function (cell) { cell.classList.toggle('chosen', cell.dataset.kind === picture); });
  }

  function drawHeld(state) {
    var box = one('.held'), choice = field(one('[data-form=free]'), 'block'), before = choice.value;
    var last = held.slice(-HELD_SHOWN).reverse();
    choice.replaceChildren.apply(choice, held.slice(-200).reverse().map(function (block) {
      var option = make('option', '', '#' + block.number + ': ' + pageOf(block));
      option.value = '#' + block.number;
      return option;
    }));
    if (before && choice.querySelector('option[value="' + before + '"]')) choice.value = before;
    box.replaceChildren(make('h3', '', say('Blocks that are held: %s', state ? state.holds : 0)));
    if (!held.length) return;
    var list = make('ul', 'blocks');
    last.forEach(function (block) {
      var item = make('li'), free = button(say('Free'), function () { act(['free #' + block.number]); });
      free.setAttribute('aria-label', say('Free block %s', block.number));
      item.append(make('span', 'n', '#' + block.number), make('span', '', pageOf(block)), free);
      list.append(item);
    });
    box.append(list);
    if (state.holds > last.length) box.append(make('p', 'quiet', say('These are the last %s; the command blocks lists all.', last.length)));
  }

  /* Who runs where, and who else there is. */
  function drawTasks(state) {
    var line = one('.who'), pids = one('#pf-play-pids');
    var tasks = state ? state.tasks : [], runs = tasks.filter(function (task) { return task.running; })[0];
    line.textContent = runs ? say('%s, PID %s, runs on CPU %s.', runs.name, runs.pid, state.cpu) : '';
    var others = tasks.filter(function (task) { return task !== runs; }).slice(0, 12).map(function (task) { return task.name + ' ' + task.pid; });
    if (others.length) line.textContent += ' ' + say('There are also %s.', others.join(', '));
    pids.replaceChildren.apply(pids, tasks.map(function (task) { return new Option(task.name, task.pid); }));
  }

  function pageOf(block) { return say('page %s, order %s', '0x' + Number(block.pfn).toString(16), block.order); }

  /* ---- The path ---- */

  /* The path of the last request at or before a command, on the same machine. */
  function drawPath(at) {
    var commands = session.commands(), turn = asked, last = at;
    while (last && !session.question(commands[last - 1].command)) last = begins(commands[last - 1].command, told[last - 1]) ? 0 : last - 1;
    one('.play-path').setAttribute('aria-busy', 'true');
    return session.path(last).then(function (story) {
      if (turn !== asked) return;
      showPath(last ? commands[last - 1].command : '', story);
      one('.play-path').setAttribute('aria-busy', 'false');
    });
  }

  /* Whether another machine begins with a command. */
  function begins(command, step) {
    return /^(machine|load)$/.test(session.name(command.split(/\s/)[0])) && !step.errors.length && !step.idle;
  }

  function showPath(command, story) {
    var path = window.PageflowPath, which = one('.which'), box = one('.story'), read = path.read(story || '');
    var first = !command || session.question(command).first, passed = [];
    which.replaceChildren();
    box.replaceChildren();
    if (!story) {
      which.textContent = command ? say('There is none: the command was refused.') : say('Nothing has been asked for yet.');
    } else {
      which.append(make('code', 'docutils literal', command), ' ', first ? '' : say('What one more such request would meet.'));
      passed = path.stages(read.parts, path.entry(numa, nodeOf(command)));
      box.append(path.list(read.parts, known.stages, root), make('p', 'answer', read.answer));
    }
    place.querySelectorAll('.play-path svg').forEach(function (svg) { path.light(svg, passed); });
  }

  /* The node that a request names, behind mask and order; '' if none. */
  function nodeOf(command) {
    var found = /\s\d+\s+(\d+)\s*$/.exec(command);
    return found ? found[1] : '';
  }

  /* ---- Forms ---- */

  function askedFor(form, submitter) {
    var name = form.dataset.form, command = submitter && submitter.dataset.command;
    var node = numa && name === 'alloc' && command !== 'takeall' ? value(form, 'node') : '';
    switch (name) {
      case 'machine': return ['machine ' + value(form, 'spec')];
      case 'alloc': return [[command || 'alloc', value(form, 'gfp') || '0', value(form, 'order'), node].join(' ').trim()];
      case 'free': return value(form, 'block') ? ['free ' + value(form, 'block')] : [];
      case 'freepage': return ['free ' + value(form, 'pfn') + ' ' + value(form, 'order')];
      case 'fill': return fileLines(value(form, 'file')).concat('fill ' + value(form, 'file') + ' ' + value(form, 'pages'));
      case 'fragment': return ['fragment ' + value(form, 'pages')];
      case 'swap': return ['swap ' + value(form, 'pages')];
      case 'cpu': return [(command || 'cpu') + ' ' + value(form, 'cpu')];
      case 'task': return [command === 'current' ? 'current ' + value(form, 'pid') : taskLine(form)];
      case 'cpuset': return ['cpuset ' + value(form, 'name') + ' ' + value(form, 'nodes')];
      case 'memcg': return ['memcg ' + value(form, 'name') + ' ' + value(form, 'limit')];
      case 'policy': return [['policy', value(form, 'mode'), value(form, 'mode') === 'default' ? '' : value(form, 'nodes')].join(' ').trim()];
      default: return commandLine(form);
    }
  }

  function commandLine(form) {
    var line = value(form, 'command');
    if (!line) return [];
    field(form, 'command').value = '';
    describe();
    return [line];
  }

  /* A file is made before it is read for the first time. */
  function fileLines(name) {
    var made = session.commands().slice(0, session.at).some(function (each) { return each.command === 'file ' + name; });
    return made ? [] : ['file ' + name];
  }

  function taskLine(form) {
    var flags = 0, words = ['task', value(form, 'pid')];
    form.querySelectorAll('[data-flag]').forEach(function (box) { if (box.checked) flags += Number(box.dataset.flag); });
    ['cpuset', 'memcg'].forEach(function (name) { if (value(form, name)) words.push(name, value(form, name)); });
    return words.concat('flags', flags).join(' ');
  }

  function submit(event) {
    var form = event.target.closest('form');
    if (!form.dataset.form) return;
    event.preventDefault();
    var lines = askedFor(form, event.submitter);
    if (lines.length) act(lines);
  }

  function showPart(name) {
    all('[data-part]').forEach(function (part) { part.hidden = part.dataset.part !== name; });
    all('[data-show]').forEach(function (made) { made.setAttribute('aria-pressed', String(made.dataset.show === name)); });
  }

  /* ---- Words that are proposed ---- */

  function proposeMask(before) {
    var typed = /\w*$/.exec(before)[0], others = known.masks.filter(function (each) { return USUAL.indexOf(each[0]) < 0; });
    var usual = USUAL.map(function (name) { return known.masks.find(function (each) { return each[0] === name; }); }).filter(Boolean);
    return { from: before.length - typed.length, words: window.PageflowComplete.matching(usual.concat(others), typed) };
  }

  function proposeCommand(before) {
    var words = /^\s*(\S+)\s+(.*)$/.exec(before), name = words && session.name(words[1]);
    if (!words) {
      var typed = before.trim();
      return { from: before.length - typed.length, words: window.PageflowComplete.matching(known.commands.map(function (each) {
        return [each[0], each[2]];
      }), typed) };
    }
    if (/^(alloc|takeall|explain|gfp)$/.test(name) && /^\S*$|[|&~(]\s*\w*$/.test(words[2])) return proposeMask(before);
    if (name === 'free') return proposeBlock(before, words[2]);
    return null;
  }

  function proposeBlock(before, typed) {
    var words = held.map(function (block) { return ['#' + block.number, pageOf(block)]; });
    return { from: before.length - typed.length, words: window.PageflowComplete.matching(words, typed) };
  }

  /* Below the command line stands what the command does. */
  function describe() {
    var word = one('[data-field=command]').value.trim().split(/\s/)[0], name = session.name(word);
    var found = known.commands.filter(function (each) { return word && each[0] === name; })[0];
    one('.meaning').textContent = found ? (found[0] + ' ' + found[1]).trim() + ': ' + found[2] : '';
  }

  /* The commands before, to be changed: the arrow keys lead through them. */
  function recall(event) {
    var step = { ArrowUp: -1, ArrowDown: 1 }[event.key], line = event.target, commands = session.commands();
    if (!step || !commands.length || event.defaultPrevented || (line.value && line.dataset.at === undefined)) return;
    var at = Math.min(Math.max((line.dataset.at === undefined ? commands.length : +line.dataset.at) + step, 0), commands.length);
    event.preventDefault();
    event.stopImmediatePropagation();
    line.dataset.at = at;
    line.value = at < commands.length ? commands[at].command : '';
    if (at === commands.length) delete line.dataset.at;
    describe();
  }

  /* ---- To keep and to open ---- */

  function copyLink() {
    window.PageflowText.encode(session.text).then(function (fragment) {
      if (fragment.length > LONGEST_LINK) {
        warn(/^#proc/m.test(session.text) ? say('This machine is too large for a link; save the session as a file.')
          : say('This session is too long for a link; save it as a file.'));
        return;
      }
      var link = location.href.split('#')[0] + fragment;
      history.replaceState(null, '', fragment);
      mine = fragment;
      Promise.resolve(navigator.clipboard).then(function (board) { return board.writeText(link); }).then(function () {
        flash('link', say('Copied'));
      }, function () { warn(say('The browser did not let the link be copied; it stands in the address bar.')); });
    });
  }

  /* For a moment a button says what came of it. */
  function flash(name, words) {
    var made = one('[data-act=' + name + ']'), before = made.dataset.words || made.textContent;
    made.dataset.words = before;
    made.textContent = words;
    tell(words);
    setTimeout(function () { made.textContent = before; }, 2000);
  }

  function save() {
    var link = make('a');
    link.href = URL.createObjectURL(new Blob([session.text], { type: 'text/plain' }));
    link.download = 'session.pf';
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    tell(say('Saved as session.pf'));
  }

  /* Files that were chosen or dropped: copies of /proc, a saved machine, or a session. */
  function takeFiles(files) {
    var chosen = Array.from(files); /* the list itself is emptied when the field is */
    Promise.all(chosen.map(function (file) { return file.text(); })).then(function (texts) {
      var proc = window.PageflowProc.sort(texts);
      if (Object.keys(proc).length) offerProc(proc);
      else if (texts.length === 1) {
        var text = window.PageflowProc.isSaved(texts[0]) ? window.PageflowProc.session(texts[0]) : texts[0];
        if (open(text)) warn(say('The file %s was opened. "Undo" brings back what was here before.', chosen[0].name), undo, say('Undo'));
      }
      else warn(say('Drop one file of commands, or copies of zoneinfo, buddyinfo and pagetypeinfo.'));
    }, function () { warn(say('The file could not be read.')); });
  }

  function offerProc(texts) {
    var dialog = one('.play-proc');
    all('[data-proc]').forEach(function (area) { if (texts[area.dataset.proc]) area.value = texts[area.dataset.proc]; });
    dialog.querySelector('.pf-error').hidden = true;
    if (!dialog.open) dialog.showModal();
  }

  function takeProc() {
    var texts = {}, dialog = one('.play-proc'), error = dialog.querySelector('.pf-error');
    all('[data-proc]').forEach(function (area) { texts[area.dataset.proc] = area.value; });
    var missing = ['zoneinfo', 'buddyinfo'].filter(function (name) { return !texts[name].trim(); });
    if (missing.length) {
      error.textContent = say('Give /proc/%s.', missing.join(' and /proc/'));
      error.hidden = false;
      return;
    }
    window.PageflowProc.snapshot(texts).then(function (saved) {
      dialog.close();
      open(window.PageflowProc.session(saved));
    }, function (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    });
  }

  /* ---- Keys and buttons ---- */

  function step(by) {
    var to = Math.min(Math.max(session.at + by, 0), session.count());
    if (to !== session.at) show(to);
  }

  var ACTS = {
    back: function () { step(-1); },
    forward: function () { step(1); },
    undo: undo,
    stop: function () { window.pageflow.stop(); },
    link: copyLink,
    save: save,
    open: function () { one('[data-field=chosen]').click(); },
    proc: function () { offerProc({}); },
    take: takeProc,
  };

  function click(event) {
    var made = event.target.closest('button');
    if (!made || made.getAttribute('aria-disabled') === 'true') return;
    if (made.dataset.act) ACTS[made.dataset.act]();
    else if (made.dataset.line) act([made.dataset.line]);
    else if (made.dataset.show) showPart(made.dataset.show);
  }

  /* Arrow keys step wherever nothing else needs them; here they do not turn the page. */
  function key(event) {
    var typing = event.target.closest('input, textarea, select, dialog, .sidebar-drawer'), by;
    if (typing || event.defaultPrevented || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'z') { event.preventDefault(); undo(); return; }
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.target.closest('.play-line')) by = by || { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by);
  }

  function listen() {
    place.addEventListener('submit', submit);
    place.addEventListener('click', click);
    document.addEventListener('keydown', key, true);
    window.addEventListener('hashchange', readAddress);
    place.addEventListener('dragover', function (event) { event.preventDefault(); });
    place.addEventListener('drop', function (event) {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      takeFiles(event.dataTransfer.files);
    });
    ['chosen', 'files'].forEach(function (name) {
      one('[data-field=' + name + ']').addEventListener('change', function (event) {
        takeFiles(event.target.files);
        event.target.value = '';
      });
    });
    var line = one('[data-field=command]'), preset = one('[data-field=preset]'), spec = one('[data-field=spec]');
    window.PageflowComplete.attach(line, proposeCommand);
    line.addEventListener('keydown', recall);
    line.addEventListener('input', function () { delete line.dataset.at; describe(); });
    line.addEventListener('change', describe);
    all('[data-field=gfp]').forEach(function (input) { window.PageflowComplete.attach(input, proposeMask); });
    preset.addEventListener('change', function () {
      if (preset.value) spec.value = preset.value;
      else spec.select();
    });
    spec.addEventListener('input', function () {
      preset.value = spec.value.trim();
      if (preset.selectedIndex < 0) preset.value = '';
    });
  }

  /* ---- The beginning ---- */

  /* A description in a few words: the sizes of its nodes, and what else there is. */
  function shapeOf(spec) {
    var parts = spec.split(','), holes = parts.filter(function (part) { return /^hole=/.test(part); }).length;
    var words = [parts[0].replace(/(\d+)K/g, function (all, size) { return Math.round(size / 1024) + 'M'; })];
    parts.forEach(function (part) {
      var cpus = /^cpus=(\d+)/.exec(part);
      if (/^cma=/.test(part)) words.push(say('with CMA'));
      if (cpus) words.push(say('%s CPUs', cpus[1]));
    });
    if (holes) words.push(say('with holes'));
    return words.join(', ');
  }

  function fillChoices() {
    var preset = one('[data-field=preset]'), recorded = make('optgroup'), some = make('optgroup');
    some.label = say('Examples');
    recorded.label = say('As recorded');
    known.presets.forEach(function (each) { some.append(new Option(each[1] + ' · ' + each[0], each[1])); });
    known.shapes.forEach(function (each) { recorded.append(new Option(each[0] + ' · ' + shapeOf(each[1]), each[1])); });
    preset.append(some, recorded, new Option(say('your own'), ''));
    preset.value = known.presets[1][1];
    one('[data-field=spec]').value = preset.value;
    all('[data-field=order]').forEach(function (choice) { for (var n = 0; n < ORDERS; n++) choice.append(new Option(n, n)); });
    all('[data-field=node]').forEach(function (choice) {
      choice.append(new Option(say('by policy'), ''));
      for (var n = 0; n < NODES; n++) choice.append(new Option(n, n));
    });
  }

  Promise.all(HELPERS.map(window.pageflow.load)).then(function () {
    known = window.PAGEFLOW_PLAYGROUND;
    session = new window.PageflowSession.Session(known.commands.map(function (each) { return each[0]; }));
    fillChoices();
    listen();
    return readAddress();
  }).then(function (opened) {
    if (opened) return null;
    session.text = START;
    session.at = session.count();
    return show(session.at);
  }).catch(function (error) { warn(error.message); });
})();
