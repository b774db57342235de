/* SPDX-License-Identifier: GPL-2.0-only */
/* The page that explains a log: what is pasted, dropped or chosen goes to the command in this page, and nowhere else. */
(function () {
  'use strict';
  var LARGE = 256 << 10; /* letters that a field shows without becoming slow */
  var AT_ONCE = 40; /* reports that are listed before one asks for more */
  var MACHINE = 4 << 20; /* bytes: the files of /proc of no machine are longer */
  var REPORT = /page allocation|oom-kill|Mem-Info/; /* a log, whatever else is in it */
  var PATIENCE = 600000; /* milliseconds: a long log takes its time, and there is a button to stop it */
  var TOO_MUCH = 16 << 20; /* letters that were printed when the engine gave up */
  var MANY = 3; /* reports from which on a summary helps */
  var place = document.querySelector('.pf-log'), here = document.currentScript.src;
  if (!place || !window.pageflow) return;
  var pageflow = window.pageflow, say = pageflow.say, Input = window.PageflowLogInput, Answer = window.PageflowLogAnswer;
  var utf8 = new TextEncoder();
  var field, state, halt, found, rules, machine, tries; /* parts of the page */
  var logs = [], turn = 0; /* what is explained; a number that says whether work is still wanted */
  var explained = ''; /* what stood in the field */
  var samples = {}; /* logs to try, by name */
  var proc = {}, machines = 0; /* files of /proc, by name; how often a machine was made of them */
  var aside = []; /* names of the files of /proc that came together with what is explained */

  function make(tag, css, text) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function button(css, text, act) {
    var made = make('button', 'pf-button ' + css, text);
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }

  /* What changed, said aloud too. */
  function tell(text, busy) {
    state.textContent = text;
    place.classList.remove('none');
    if (!busy && document.activeElement === halt) state.focus(); /* the button goes */
    halt.hidden = !busy;
    place.classList.toggle('busy', !!busy);
  }

  function size(bytes) {
    return bytes < 1024 ? say('%s bytes', bytes) : bytes < 1 << 20 ? say('%s kB', Math.round(bytes / 1024)) : say('%s MB', (bytes / (1 << 20)).toFixed(1));
  }

  /* ---- The command ---- */

  function command(log, words) {
    var all = ['explain', '--log', '-'].concat(words);
    if (rules.value) all.push('--rules', rules.value);
    return pageflow.command(all, { stdin: log.bytes });
  }

  /* The command's messages about a log, with the log's name where standard input was meant. What the command unpacks, this page
   * does not, and the other way round: here a file that is packed is known by how it begins (log-input.js). */
  function messages(log, said) {
    return said.split('\n').filter(Boolean).map(function (line) {
      return line.replace(/; logs packed otherwise than with xz must be unpacked first$/, '')
        .replace(/^pageflow explain: /, '').replace(/^(?:-|standard input)(:\d+)?: /, function (all, at) { return log.name + (at || '') + ': '; });
    });
  }

  /* What a text is that has no report. */
  function instead(log) {
    var text = new TextDecoder().decode(log.bytes.subarray(0, 1 << 16)), lines = 0;
    var first = text.split(/\r?\n/).find(function (line) { return line.trim(); });
    for (var at = 0; at < log.bytes.length; at++) if (log.bytes[at] === 10) lines++;
    if (!first) return say('What was found instead: nothing, it is empty.');
    if (log.bytes[log.bytes.length - 1] !== 10) lines++;
    first = first.trim();
    return say('What was found instead: %s, the first of them "%s".', lines === 1 ? say('one line') : say('%s lines', lines),
      first.length > 90 ? first.slice(0, 90) + '…' : first);
  }

  /* Thousands of reports have longer answers than a page can hold: the first half of the log will do. */
  function shorten(log, mine) {
    log.bytes = log.bytes.subarray(0, log.bytes.length / 2);
    log.notes = [say('There are too many reports in it: only the first %s are explained.', size(log.bytes.length))];
    return explain(log, mine);
  }

  function explain(log, mine) {
    tell(say('Reading %s, %s …', log.name, size(log.bytes.length)), true);
    return command(log, ['--json']).then(function (left) {
      if (mine !== turn) return;
      log.messages = messages(log, left.err);
      try { log.answers = JSON.parse(left.out); } catch (error) { log.answers = { reports: [], groups: [] }; }
      if (!log.answers.reports.length && !log.answers.groups.length) log.messages.push(instead(log));
    }, function (error) {
      if (mine !== turn) throw error;
      if ((error.out || '').length > TOO_MUCH) return shorten(log, mine);
      log.messages = [log.name + ': ' + error.message];
      log.answers = { reports: [], groups: [] };
    });
  }

  /* Explains all logs, one after the other, and shows what came of it. */
  function explainAll() {
    var mine = ++turn, waiting = logs.filter(function (log) { return !log.answers; });
    pageflow.stop();
    place.classList.toggle('some', logs.length > 0);
    return waiting.reduce(function (before, log) {
      return before.then(function () { if (mine === turn) return explain(log, mine); });
    }, Promise.resolve()).then(function () { if (mine === turn) show(); }).catch(function (error) {
      if (mine === turn) tell(error.message, false);
    });
  }

  /* ---- What was found ---- */

  function kindOf(kind) {
    return {
      failure: say('page allocation failure'), stall: say('page allocation stall'), oom: say('out of memory'),
      memcg_oom: say('a memory cgroup is out of memory'), vmalloc: say('vmalloc failure'), state: say('state of memory'),
    }[kind] || kind;
  }

  function who(one) {
    var task = one.comm || say('a task');
    var asked = one.caller ? one.caller.function : one.function, module = one.caller ? one.caller.module : one.module;
    return asked ? task + ', ' + asked + '()' + (module ? ' [' + module + ']' : '') : task;
  }

  function request(one) {
    return one.kind === 'state' || (one.verdict || one.worst_verdict) === 'no_request' ? '' : say('order %s, %s', one.order, one.gfp || one.mode);
  }

  function copyButton(text) {
    var pattern = document.getElementById('pf-copy');
    var made = pattern.content.firstElementChild.cloneNode(true), words = made.textContent;
    made.setAttribute('aria-label', words + ': ' + say('the whole text'));
    made.addEventListener('click', function () {
      (navigator.clipboard ? navigator.clipboard.writeText(text()) : Promise.reject()).then(function () { return true; }, function () {
        getSelection().selectAllChildren(made.parentNode.querySelector('pre'));
        return document.execCommand('copy');
      }).then(function (done) { made.textContent = state.textContent = done ? made.dataset.done : made.dataset.failed; });
    });
    made.addEventListener('blur', function () { made.textContent = words; });
    return made;
  }

  /* The text of the answer as the command prints it. */
  function wholeText(text) {
    var made = make('details', 'pf-log-text'), pre = make('pre', '', text), box = make('div', 'highlight');
    made.append(make('summary', '', say('The whole text, as the command prints it')));
    pre.tabIndex = 0;
    pre.setAttribute('aria-label', say('The whole text, as the command prints it'));
    box.append(pre, copyButton(function () { return pre.textContent; }));
    made.append(box);
    return made;
  }

  /* What is in a report is made when it is opened first, or printed. */
  function fill(item, report) {
    var body = item.querySelector('.pf-log-body');
    if (body) return body;
    body = make('div', 'pf-log-body');
    body.append.apply(body, Answer.body(report));
    item.append(body);
    return body;
  }

  /* The pictures and the whole text, which the command is asked for, come when a report is opened. */
  function open(item, log, report) {
    if (item.dataset.asked) return;
    var body = fill(item, report), mine = turn, number = ['--report', report.report];
    item.dataset.asked = 'yes';
    command(log, number.concat('--svg', '-')).then(function (left) {
      if (mine === turn) Answer.draw(body, left.out);
      return command(log, number);
    }).then(function (left) {
      if (mine === turn) body.append(wholeText(left.out));
      item.dataset.ready = 'yes';
    }).catch(function (error) {
      if (mine === turn) body.append(make('p', 'pf-notice bad', error.message));
    });
  }

  /* That other rules than the report's own were asked for; '' where its own were, or where no rules decide. */
  function foreign(report) {
    var own = /^\d+\.\d+(\.\d+)?/.exec(report.kernel);
    if (!rules.value || !report.rules) return '';
    if (!own || (own[0] + '.').indexOf(rules.value + '.') === 0) return say('judged by the rules of %s, as chosen', rules.value);
    return say('judged by the rules of %s, not of its own %s', rules.value, own[0]);
  }

  function reportItem(log, report) {
    var item = make('details', 'pf-log-report'), head = make('summary'), facts = make('span', 'facts');
    facts.append(make('span', 'kind', kindOf(report.kind)), ' ');
    [say('report %s', report.report), report.when && say('at %s', report.when), who(report), request(report), say('line %s', report.line)]
      .filter(Boolean).forEach(function (text) { facts.append(make('span', 'fact', text), ' '); });
    head.append(facts);
    if (foreign(report)) head.append(make('span', 'foreign', foreign(report)), ' ');
    head.append(make('span', 'answer is-' + report.verdict, report.answer));
    item.append(head);
    item.dataset.line = report.line;
    item.addEventListener('pf-print', function () { fill(item, report); });
    item.addEventListener('toggle', function () { if (item.open) open(item, log, report); });
    return item;
  }

  function showReports(box, log, from) {
    var reports = log.answers.reports, to = Math.min(from + AT_ONCE, reports.length);
    for (var at = from; at < to; at++) box.append(reportItem(log, reports[at]));
    if (to === reports.length) return;
    var more = button('more', say('Show more: %s of %s reports are listed', to, reports.length), function () {
      more.remove();
      showReports(box, log, to);
      var next = box.querySelectorAll('.pf-log-report > summary')[to];
      if (next) next.focus();
    });
    box.append(more);
  }

  /* Opens a report by the line where it begins, and goes there. */
  function go(box, log, line) {
    while (!box.querySelector('[data-line="' + line + '"]') && box.querySelector('.more')) box.querySelector('.more').click();
    var item = box.querySelector('[data-line="' + line + '"]');
    if (!item) return;
    item.open = true;
    item.firstElementChild.focus();
    item.scrollIntoView({ block: 'start' });
  }

  /* What happened in a group of reports; memory cgroups by name. */
  function what(log, group) {
    var names = new Set();
    if (group.kind !== 'memcg_oom') return kindOf(group.kind);
    log.answers.reports.forEach(function (one) {
      var same = ['kind', 'comm', 'order', 'mode'].every(function (key) { return one[key] === group[key]; });
      var known = same && one.caller.function === group.function && one.victim && one.victim.group;
      if (known) names.add(known.readable || known.path);
    });
    names = Array.from(names).filter(Boolean);
    return !names.length ? kindOf(group.kind) : names.length === 1 ? say('the memory cgroup %s is out of memory', names[0]) :
      say('memory cgroups are out of memory: %s and %s more', names[0], names.length - 1);
  }

  function worstOf(group) {
    if (group.worst_verdict === 'passes' || group.worst_verdict === 'no_request' || !group.worst_zone) return '';
    return group.worst_shortfall === 1 ? say('one page short in %s', group.worst_zone) :
      say('%s pages short in %s', group.worst_shortfall, group.worst_zone);
  }

  function groupRow(box, log, group, dated) {
    var line = make('tr'), when = group.first === group.last ? group.first : group.first + ' – ' + group.last;
    var count = button('count', String(group.count), function () { go(box, log, group.line); });
    count.setAttribute('aria-label', group.count === 1 ? say('one report: go to it, line %s', group.line) :
      say('%s reports: go to the first, line %s', group.count, group.line));
    var first = make('td');
    first.append(count);
    line.append(first);
    [what(log, group), who(group), request(group), worstOf(group)].concat(dated ? when : [])
      .forEach(function (text) { line.append(make('td', '', text)); });
    return line;
  }

  /* One row for all reports of the same caller, order, mask and kind. */
  function summary(box, log) {
    var table = make('table', 'pf-log-table pf-log-groups'), head = make('tr'), body = make('tbody');
    var dated = log.answers.groups.some(function (group) { return group.first || group.last; });
    [say('reports'), say('what'), say('who asked'), say('for what'), say('the worst')].concat(dated ? say('when') : []).forEach(function (text) {
      var cell = make('th', '', text);
      cell.scope = 'col';
      head.append(cell);
    });
    log.answers.groups.forEach(function (group) { body.append(groupRow(box, log, group, dated)); });
    table.append(make('caption', '', say('By caller, order and mask')), make('thead'), body);
    table.tHead.append(head);
    return Answer.scroller(table, say('By caller, order and mask'));
  }

  function showLog(log) {
    var box = make('div', 'pf-log-one'), title = make('h2', '', log.name), reports = log.answers.reports;
    title.append(' ', make('span', 'size', reports.length === 1 ? say('one report in %s', size(log.bytes.length)) :
      say('%s reports in %s', reports.length, size(log.bytes.length))));
    if (reports.length) box.append(title); /* else the messages name it */
    log.notes.forEach(function (note) { box.append(make('p', 'pf-notice', note)); });
    log.messages.forEach(function (line) { box.append(make('p', 'pf-notice bad', line)); });
    if (reports.length > MANY) box.append(summary(box, log));
    showReports(box, log, 0);
    return box;
  }

  /* How many reports there are, and how many files without one. */
  function outcome(reports) {
    var none = logs.filter(function (log) { return !log.answers.reports.length; }).length;
    var said = reports === 1 ? say('One report, and its answer, below.') : say('%s reports, the first one is open.', reports);
    if (!logs.length) return '';
    if (!reports) return say('No report was found.');
    return !none ? said : said + ' ' + (none === 1 ? say('No report in one of %s files.', logs.length) :
      say('No report in %s of %s files.', none, logs.length));
  }

  function show() {
    var reports = 0;
    found.replaceChildren.apply(found, logs.map(function (log) { reports += log.answers.reports.length; return showLog(log); }));
    if (hasLog()) found.prepend.apply(found, aside.map(function (name) {
      return make('p', 'pf-notice', say('%s: a file of /proc, left aside, since a log came too', name));
    }));
    rules.closest('.pf-log-rules').hidden = !reports;
    var first = found.querySelector('.pf-log-report');
    if (first) first.open = true;
    tell(outcome(reports), false);
    place.classList.toggle('none', logs.length > 0 && !reports); /* the messages say it, and why */
    if (reports && state.getBoundingClientRect().top > innerHeight / 2) state.scrollIntoView(); /* answers first, on a small screen */
    place.dataset.shown = turn;
  }

  /* ---- What comes in ---- */

  /* Does a text hold files of /proc? One paste may have several, with whatever stands around them. */
  function takeProc(text) {
    var parts = /^Node +\d+, +zone /m.test(text) && !REPORT.test(text) ? window.PageflowProc.sort([text]) : {};
    Object.assign(proc, parts);
    return Object.keys(parts).length > 0;
  }

  function hideMachine() {
    machines++;
    proc = {};
    machine.hidden = true;
  }

  function machineLink(fragment) {
    var link = make('a', 'pf-button go', say('Open this machine in the playground'));
    link.href = new URL('../docs/playground.html', here).href + fragment;
    return link;
  }

  /* The machine that the files of /proc show, or which of them is missing. */
  function showMachine() {
    var mine = ++machines, have = Object.keys(proc);
    var missing = ['zoneinfo', 'buddyinfo'].filter(function (name) { return !proc[name]; });
    if (!have.length) return;
    machine.hidden = false;
    machine.replaceChildren(make('p', '', say('These are files of /proc (%s): a machine as it is, and no log.', have.join(', '))));
    if (missing.length) {
      machine.append(make('p', '', say('To open it in the playground, give /proc/%s too.', missing.join(' and /proc/'))));
      tell(say('A machine: /proc/%s is missing.', missing.join(' and /proc/')), false);
      return;
    }
    window.PageflowProc.snapshot(proc).then(function (saved) {
      return window.PageflowText.encode(window.PageflowProc.session(saved));
    }).then(function (fragment) {
      if (mine !== machines) return;
      machine.append(machineLink(fragment));
      if (!proc.pagetypeinfo) machine.append(make('p', '', say('Without /proc/pagetypeinfo all free blocks are taken to be movable.')));
      tell(say('A machine: it can be opened in the playground.'), false);
    }).catch(function (error) {
      if (mine !== machines) return;
      machine.append(make('p', 'pf-notice bad', error.message.replace(/^pageflow snapshot: (\.\/)?/, '')));
      tell(say('These files of /proc cannot be used.'), false);
    });
  }

  /* Is there anything to explain, or was nothing read? */
  function hasLog() {
    return logs.some(function (log) { return log.bytes.length; });
  }

  function add(bytes, name) {
    return Input.read(bytes, name).then(function (got) {
      if (got.bytes.length < MACHINE && takeProc(new TextDecoder().decode(got.bytes))) { aside.push(name); return; }
      hideMachine();
      logs.push({ name: name, bytes: got.bytes, notes: got.notes, messages: [] });
    }).catch(function (error) {
      logs.push({ name: name, bytes: bytes.subarray(0, 0), notes: [], messages: [error.message], answers: { reports: [], groups: [] } });
    });
  }

  /* What comes takes the place of what was there, and begins with its own rules; files of /proc come together one by one. */
  function takeAll(parts) {
    var mine = ++turn;
    logs = [];
    aside = [];
    rules.value = '';
    field.placeholder = '';
    tell(say('Reading …'), true);
    return parts.reduce(function (before, part) {
      return before.then(function () { return part.bytes(); }).then(function (all) {
        if (mine === turn) return add(new Uint8Array(all), part.name);
      });
    }, Promise.resolve()).then(function () {
      if (mine !== turn) return;
      if (hasLog()) hideMachine();
      return explainAll().then(function () { if (mine + 1 === turn && !hasLog()) showMachine(); });
    }).catch(function (error) { if (mine === turn) tell(error.message, false); });
  }

  /* Files, in their order; each is a log of its own. */
  function take(files) {
    field.value = '';
    return takeAll(Array.from(files, function (file) {
      return { name: file.name, bytes: function () { return file.arrayBuffer(); } };
    }));
  }

  function takeText(text, name) {
    if (!text.trim()) { clear(); return Promise.resolve(); }
    return takeAll([{ name: name, bytes: function () { return utf8.encode(text); } }]);
  }

  function explainField() {
    if (!field.value.trim()) {
      tell(say('Paste a log first.'), place.classList.contains('busy'));
      field.focus();
      return Promise.resolve();
    }
    explained = field.value;
    return takeText(explained, say('the pasted text'));
  }

  function clear() {
    turn++;
    pageflow.stop();
    logs = [];
    aside = [];
    rules.value = '';
    hideMachine();
    field.placeholder = '';
    field.value = '';
    show();
    place.classList.remove('some');
    field.focus();
  }

  /* Whatever is pasted on the page. In the field, a text that was explained makes way for the next. */
  function pasted(event) {
    var files = event.clipboardData.files, text = event.clipboardData.getData('text/plain');
    if (event.target.matches('input, select')) return;
    if (files.length && !text) { event.preventDefault(); take(files); return; }
    if (text.length > LARGE) { /* a field of that length would be slow; the command is not */
      event.preventDefault();
      field.value = '';
      takeText(text, say('the pasted text'));
      field.placeholder = say('too long to be shown here');
      return;
    }
    if (event.target !== field) field.value = text;
    else if (field.value === explained) field.value = '';
    setTimeout(explainField); /* when it stands in the field */
  }

  function watchDrops() {
    var inside = 0;
    function mark() { place.classList.toggle('over', inside > 0); }
    document.addEventListener('dragenter', function (event) { event.preventDefault(); inside++; mark(); });
    document.addEventListener('dragleave', function () { inside = Math.max(0, inside - 1); mark(); });
    document.addEventListener('dragover', function (event) { event.preventDefault(); });
    document.addEventListener('drop', function (event) {
      event.preventDefault();
      inside = 0;
      mark();
      if (event.dataTransfer.files.length) take(event.dataTransfer.files);
      else takeText(event.dataTransfer.getData('text/plain'), say('the dropped text'));
    });
  }

  /* ---- The page ---- */

  /* Closed reports are printed open. */
  function watchPrinting() {
    var opened = [];
    addEventListener('beforeprint', function () {
      found.querySelectorAll('.pf-log-report:not([open])').forEach(function (item) {
        item.dispatchEvent(new Event('pf-print'));
        item.open = true;
        opened.push(item);
      });
    });
    addEventListener('afterprint', function () {
      opened.splice(0).forEach(function (item) { item.open = false; });
    });
  }

  /* Releases as the command lists them, such as '6.6.57 to .87': [the first, what they are called here]. */
  function named(releases) {
    var ends = releases.split(' to '), first = ends[0], series = first.split('.').slice(0, 2).join('.');
    return [first, ends[1] ? say('%s to %s', first, ends[1].charAt(0) === '.' ? series + ends[1] : ends[1]) : first];
  }

  /* The versions whose rules are known, as the command lists them, in their order. */
  function fillRules() {
    if (rules.dataset.filled) return;
    rules.dataset.filled = 'yes';
    pageflow.command(['names', 'rules']).then(function (left) {
      var all = left.out.trim().split('\n').map(function (line) { return line.split('\t')[2].split(', ').map(named); }).flat();
      var order = new Intl.Collator('en', { numeric: true }).compare;
      all.sort(function (a, b) { return order(a[0], b[0]); }).forEach(function (one) { rules.append(new Option(one[1], one[0])); });
    }).catch(function () { delete rules.dataset.filled; });
  }

  function rulesBar() {
    var bar = make('p', 'pf-log-rules'), label = make('label', '', say('Judge by the rules of'));
    rules = make('select');
    rules.id = 'pf-log-rules';
    label.htmlFor = rules.id;
    rules.append(new Option(say('the version of each report'), ''));
    rules.addEventListener('focus', fillRules);
    rules.addEventListener('pointerenter', fillRules);
    rules.addEventListener('change', function () {
      logs.forEach(function (log) { if (log.bytes.length) delete log.answers; });
      explainAll();
    });
    bar.append(label, ' ', rules);
    bar.hidden = true;
    return bar;
  }

  /* The buttons of logs to try go when there is one: whoever pressed one goes on with the answer. */
  function focusAnswer() {
    if (document.activeElement !== document.body && !tries.contains(document.activeElement)) return;
    (found.querySelector('.pf-log-report > summary') || state).focus({ preventScroll: true });
  }

  function tryOne(name, title) {
    return button('try', title, function () {
      pageflow.load('samples/' + name + '.js').then(function () {
        samples[name] = samples[name] || window.PAGEFLOW_SAMPLE; /* each file of them sets it once */
        field.value = samples[name];
        return explainField();
      }).then(focusAnswer).catch(function (error) { tell(error.message, false); });
    });
  }

  function bar(choose) {
    var made = make('div', 'pf-bar'), pick = make('input');
    pick.type = 'file';
    pick.multiple = true;
    pick.hidden = true;
    pick.addEventListener('change', function () { take(pick.files); pick.value = ''; });
    halt = button('', say('Stop'), function () { turn++; pageflow.stop(); tell(say('Stopped.'), false); });
    halt.hidden = true;
    made.append(button('go', say('Explain'), explainField), button('', say('Choose files …'), function () { pick.click(); }),
      button('', say('Clear'), clear), halt, pick, make('span', 'hint', say('or drop them anywhere on this page')));
    return made;
  }

  function build() {
    var label = make('label', 'pf-log-label', say('The log: what dmesg or journalctl -k prints'));
    field = make('textarea');
    field.id = 'pf-log-text';
    field.rows = 7;
    field.spellcheck = false;
    field.autocapitalize = field.autocomplete = 'off';
    field.setAttribute('wrap', 'off');
    label.htmlFor = field.id;
    document.addEventListener('paste', pasted);
    field.addEventListener('keydown', function (event) {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); explainField(); }
    });
    state = make('p', 'pf-log-state');
    state.setAttribute('role', 'status');
    state.tabIndex = -1;
    found = make('div', 'pf-log-found');
    machine = make('div', 'pf-log-machine');
    machine.hidden = true;
    tries = make('p', 'pf-log-tries', say('No log at hand? Try one of these:'));
    JSON.parse(place.dataset.samples).forEach(function (one) { tries.append(' ', tryOne(one[0], one[1])); });
    var inner = make('div', 'pf-log-in');
    inner.append(label, field, bar(), make('p', 'pf-log-private',
      say('Nothing leaves this computer. The log is read in this page, which asks no other machine for anything.')));
    place.replaceChildren(inner, tries, state, machine, rulesBar(), found);
    place.classList.add('live');
    watchDrops();
    watchPrinting();
    pageflow.limit = PATIENCE;
  }

  build();
})();
