/* SPDX-License-Identifier: GPL-2.0-only */
/* A scene that can be carried out where it stands: its commands in an editor, what comes of them drawn below as the book draws
 * it, and a step forward or back from command to command. live.js loads this when the first "Run" is pressed. */
(function () {
  'use strict';
  var HELPERS = ['live.css', 'session-text.js', 'drawn-step.js', 'editor.js'];
  var PATIENCE = 200; /* milliseconds after which a run is worth a "Stop" */
  var MANY = 400; /* steps on show at a time, and those of a session that has a picture for each */
  var GAP = 16; /* pixels below the step in hand */
  var STATES = ['lists', 'zones', 'percpu', 'blocks'];
  var root = document.documentElement.dataset.content_root || './', say = window.pageflow.say;

  function stateNames() {
    return { lists: say('Free lists'), zones: say('Zones'), percpu: say('Lists of the CPUs'), blocks: say('Pageblocks') };
  }

  function make(tag, css, text) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function button(text, act, css) {
    var made = make('button', css || 'pf-button', text);
    made.type = 'button';
    made.addEventListener('click', act);
    return made;
  }

  /* A button that cannot do anything now keeps the focus that it has. */
  function allow(one, yes) { one.setAttribute('aria-disabled', String(!yes)); }

  function allowed(one) { return one.getAttribute('aria-disabled') !== 'true'; }

  /* The lines of a text that are commands: [{line, command}], as the shell counts and reads them. */
  function commandsOf(text) {
    return text.split('\n').map(function (one, at) { return { line: at + 1, command: one.trim() }; })
      .filter(function (one) { return one.command && one.command[0] !== '#'; });
  }

  function isShown(one) { return !/^trace (on|off)$/.test(one.command) || one.errors.length; }

  /* One scene. `text` has its commands. The place says which of them the book shows, where that is a part. */
  function Live(place, opener, text) {
    var shown = (place.dataset.shown || '').split('-');
    this.place = place;
    this.opener = opener;
    this.book = text;
    this.first = Number(shown[0]);
    this.last = Number(shown[1]) || Infinity;
    this.steps = []; /* the objects of the last run */
    this.states = []; /* the same with the pictures of the state, from the step on that they were asked `from` */
    this.ran = null; /* the text of the last run */
    this.at = 0; /* the step in hand, from 1; 0: all of them are on show */
    this.kind = null; /* the picture of a state that the reader has chosen */
    this.running = false;
    this.build();
  }

  Live.prototype.build = function () {
    var live = this;
    this.node = make('div', 'pf-live');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', say('Scene'));
    this.editor = window.PageflowEditor.make(say('Commands'), {
      run: function () { live.run(); },
      changed: function () { live.edited(); },
    });
    this.buildTools();
    this.buildSteps();
    this.list = make('div', 'pf-list');
    this.status = make('div', 'pf-unseen');
    this.status.setAttribute('role', 'status');
    this.node.append(this.tools, this.editor.node, this.bar, this.list, this.status);
    this.node.addEventListener('keydown', function (event) { live.key(event); });
    this.editor.set(this.book);
    this.edited();
    this.opener.after(this.node);
    this.tools.dispatchEvent(new CustomEvent('pf-added', { bubbles: true })); /* copy.js adds a button */
    this.tools.append(this.shut);
  };

  Live.prototype.buildTools = function () {
    var live = this;
    this.tools = make('div', 'pf-bar pf-tools');
    this.go = button(say('Run'), function () { if (live.running) live.stop(); else live.run(); }, 'pf-button go');
    this.go.title = say('Ctrl+Enter in the commands');
    this.original = button(say('As in the book'), function () { if (allowed(live.original)) live.restore(); });
    this.playground = make('a', 'pf-button', say('Open in the playground'));
    this.shut = button(say('Close'), function () { live.close(); });
    this.tools.append(this.go, this.original, this.playground);
  };

  Live.prototype.buildSteps = function () {
    var live = this;
    /* A click with a key has no number. */
    function move(by) { return function (event) { if (allowed(event.currentTarget)) live.move(by, event.detail > 0); }; }
    this.bar = make('div', 'pf-bar pf-stepping');
    this.bar.hidden = true;
    this.back = button('◀', move(-1));
    this.back.setAttribute('aria-label', say('Step back'));
    this.forward = button('▶', move(1));
    this.forward.setAttribute('aria-label', say('Step forward'));
    this.back.title = '←';
    this.forward.title = '→';
    this.where = make('span', 'where');
    this.all = button(say('Show all'), function () { if (allowed(live.all)) live.show(0); });
    this.all.title = 'Esc';
    this.bar.append(this.back, this.forward, this.where, this.all);
  };

  /* ---- The text ---- */

  Live.prototype.isOriginal = function () { return this.editor.text() === this.book; };

  Live.prototype.edited = function () {
    var link = this.playground, text = this.editor.text(), live = this;
    allow(this.original, !this.isOriginal());
    this.list.classList.toggle('stale', this.ran !== null && this.ran !== text);
    window.PageflowText.encode(text).then(function (fragment) {
      if (live.editor.text() === text) link.href = root + 'docs/playground.html' + fragment;
    }, function () { link.hidden = true; }); /* a browser that cannot pack the text */
  };

  Live.prototype.restore = function () {
    this.editor.set(this.book);
    this.edited();
    if (this.ran === null) this.tell(say('The commands are those of the book.'));
    else this.run();
  };

  Live.prototype.close = function () {
    if (this.running) this.stop();
    this.node.remove();
    this.place.classList.remove('pf-open');
    this.opener.hidden = false;
    this.opener.focus();
  };

  Live.prototype.tell = function (words) { this.status.textContent = words; };

  /* ---- A run ---- */

  Live.prototype.run = function () {
    var live = this, text = this.editor.text(), late;
    if (this.running) return;
    this.running = true;
    this.node.setAttribute('aria-busy', 'true');
    late = setTimeout(function () {
      live.go.textContent = say('Stop');
      live.tell(say('running'));
    }, PATIENCE);
    function ended(came) {
      clearTimeout(late);
      live.running = false;
      live.go.textContent = say('Run');
      live.take(text, came);
      live.node.setAttribute('aria-busy', 'false');
    }
    window.pageflow.steps(text, { zone: this.place.dataset.zone }).then(ended, ended);
  };

  Live.prototype.stop = function () { window.pageflow.stop(); };

  /* What a run has brought: its steps, or the error of one that did not come to its end, with the steps before. That stands at
   * the command that was under way. */
  Live.prototype.take = function (text, came) {
    var found = came;
    if (came instanceof Error) found = (came.steps || []).concat(unfinished(text, came.steps || [], came.message));
    this.ran = text;
    this.steps = found;
    this.states = [];
    var wrong = found.filter(function (one) { return one.errors.length; });
    this.editor.wrong(wrong.map(function (one) { return one.line; }));
    this.bar.hidden = !found.length;
    this.edited();
    this.show(0);
    this.tell(wrong.length ? say('line %s: %s', wrong[0].line, wrong[0].errors[0]) : say('%s commands carried out', found.length));
  };

  /* The command that was under way, with what ended it. */
  function unfinished(text, found, words) {
    var line = found.length ? found[found.length - 1].line : 0;
    var next = commandsOf(text).filter(function (one) { return one.line > line; })[0];
    if (!next) return [];
    return [{ line: next.line, command: next.command, output: '', events: [], pictures: [], errors: [words] }];
  }

  /* ---- What is on show ---- */

  /* Shows one step, or all of them (0). */
  Live.prototype.show = function (at) {
    this.at = at;
    this.editor.mark(at ? this.steps[at - 1].line : 0);
    allow(this.back, at !== 1);
    allow(this.forward, at !== this.steps.length);
    allow(this.all, at !== 0);
    this.where.textContent = at ? say('step %s of %s', at, this.steps.length) : say('%s steps', this.steps.length);
    this.list.classList.toggle('pf-outline', at > 0);
    if (at) this.outline(); else this.full();
  };

  /* All steps as the book shows them; as long as the text is the book's, those that it shows. */
  Live.prototype.full = function () {
    var steps = this.steps, live = this;
    if (this.ran === this.book) {
      steps = steps.filter(function (one, at) { return one.errors.length || (at >= live.first && at < live.last); });
    }
    steps = steps.filter(isShown);
    var left_out = steps.length - MANY;
    var drawn = (left_out > 0 ? steps.slice(0, MANY / 2).concat(steps.slice(-MANY / 2)) : steps).map(window.PageflowDraw.step);
    if (left_out > 0) drawn.splice(MANY / 2, 0, make('p', 'pf-meta', say('(%s steps between)', left_out)));
    this.list.replaceChildren.apply(this.list, drawn);
  };

  /* The commands one below the other, and the one in hand with all that came of it. */
  Live.prototype.outline = function () {
    var live = this, at = this.at, first = Math.max(0, Math.min(at - MANY / 2, this.steps.length - MANY));
    this.list.replaceChildren.apply(this.list, this.steps.slice(first, first + MANY).map(function (one, above) {
      var number = first + above + 1;
      if (number === at) return live.inHand(one);
      var line = button('', function () { live.go_to(number); }, 'pf-goto' + (number > at ? ' later' : ''));
      line.append(window.PageflowDraw.command(one.command).firstChild);
      return line;
    }));
  };

  Live.prototype.inHand = function (one) {
    var many = this.steps.length > MANY, own = many ? [] : one.pictures.filter(isState);
    var rest = one.pictures.filter(function (each) { return own.indexOf(each) < 0; });
    var box = window.PageflowDraw.step(Object.assign({}, one, { pictures: rest }));
    box.classList.add('now');
    box.setAttribute('aria-current', 'step');
    if (many) return box;
    var here = make('div', 'pf-here');
    own.forEach(function (each) { here.append(window.PageflowDraw.picture(each.svg)); });
    box.append(here);
    this.drawState(here, this.at);
    return box;
  };

  function isState(picture) { return STATES.indexOf(picture.kind) >= 0; }

  /* The state that a step led to, with what changed since the step before. It takes the place of a picture of the state that the
   * command has drawn itself: that one counts the pictures and compares with the last of them, and the reader counts steps. */
  Live.prototype.drawState = function (here, at) {
    var live = this, text = this.ran, known = this.states, from = Math.max(0, at - 2);
    here.drawn = this.steps[at - 1].pictures.filter(isState).map(function (each) { return each.kind; })[0];
    if (known[at - 1] && known.from <= from) {
      this.fillState(here, known[at - 1].state);
      return;
    }
    window.pageflow.steps(text, { zone: this.place.dataset.zone, state: from }).then(function (all) {
      if (live.ran !== text) return;
      all.from = from;
      live.states = all;
      if (!here.isConnected || !all[at - 1]) return;
      live.fillState(here, all[at - 1].state);
      live.reveal();
    }, function () { /* it was stopped, or says again what the run has said */ });
  };

  Live.prototype.fillState = function (here, state) {
    var live = this, names = stateNames();
    if (!state) return;
    var kinds = STATES.filter(function (kind) { return state.pictures[kind] && state.pictures[kind].svg; });
    if (!kinds.length) return;
    var wanted = this.kind || here.drawn || telling(state.pictures), kind = kinds.indexOf(wanted) < 0 ? kinds[0] : wanted;
    var choice = make('div', 'pf-bar pf-kinds');
    choice.setAttribute('role', 'group');
    choice.setAttribute('aria-label', say('Picture of the state'));
    kinds.forEach(function (each) {
      var one = button(names[each], function () {
        live.kind = each;
        live.fillState(here, state);
        here.querySelector('[aria-pressed=true]').focus();
      });
      one.setAttribute('aria-pressed', String(each === kind));
      choice.append(one);
    });
    here.replaceChildren(choice, window.PageflowDraw.picture(state.pictures[kind].svg));
  };

  /* The picture to begin with: of the free lists, unless something has changed on the CPUs' lists only. */
  function telling(pictures) {
    function changed(kind) { return pictures[kind] && / new\b/.test(pictures[kind].svg); }
    return !changed('lists') && changed('percpu') ? 'percpu' : 'lists';
  }

  /* ---- Stepping ---- */

  /* `pointed`: a mouse or a finger is on the button, and will want to find it there again. */
  Live.prototype.move = function (by, pointed) {
    var last = this.steps.length;
    this.go_to(this.at ? Math.min(Math.max(this.at + by, 1), last) : by > 0 ? 1 : last, pointed);
  };

  Live.prototype.go_to = function (at, pointed) {
    var inList = this.list.contains(document.activeElement), one = this.steps[at - 1];
    if (!one) return;
    this.pointed = Boolean(pointed);
    this.show(at);
    if (inList) this.forward.focus({ preventScroll: true });
    this.reveal();
    this.tell(say('step %s of %s: %s', at, this.steps.length, one.command) + brief(one));
  };

  /* Brings the step in hand into the window. The buttons above it stay where they are: once the page is scrolled so far that they
   * stand still at the top, they do so anyway; before, nothing is scrolled under a pointer that is on them. */
  Live.prototype.reveal = function () {
    var now = this.list.querySelector('.now');
    if (!now) return;
    var bar = this.bar.getBoundingClientRect(), box = now.getBoundingClientRect(), edge = parseFloat(getComputedStyle(this.bar).top);
    var gap = parseFloat(getComputedStyle(this.bar).marginBottom), above = edge + bar.height + gap;
    var stuck = this.list.getBoundingClientRect().top <= above;
    if (this.pointed && !stuck) return;
    var by = Math.min(Math.max(0, box.bottom + GAP - window.innerHeight), box.top - above);
    if (box.top < above) by = box.top - above;
    if (by) window.scrollBy({ top: by, behavior: 'instant' });
  };

  /* What came of a step in a few words: the first line that was said, or the first error. */
  function brief(one) {
    var words = one.errors[0] || window.PageflowDraw.words(one).split('\n')[0];
    return words ? ': ' + words : '';
  }

  Live.prototype.key = function (event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.target === this.editor.field || !this.steps.length || scrolls(event.target)) return;
    var live = this, keys = {
      ArrowLeft: function () { live.move(-1); },
      ArrowRight: function () { live.move(1); },
      Home: function () { live.go_to(1); },
      End: function () { live.go_to(live.steps.length); },
      Escape: function () { live.show(0); },
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };

  function scrolls(target) { return target.matches('pre') && target.scrollWidth > target.clientWidth; }

  /* ---- Opening ---- */

  /* open(place, opener): makes the commands of this place live. They are carried out at once, but those of an exercise: what to
   * do with them is its question. */
  function open(place, opener) {
    var name = place.dataset.scene, waits = place.matches('.pf-exercise');
    return Promise.all(HELPERS.concat('scenes/' + name + '.js').map(window.pageflow.load)).then(function () {
      var live = place.pfLive;
      if (!live) live = place.pfLive = new Live(place, opener, window.PAGEFLOW_SCENES[name]);
      opener.after(live.node);
      place.classList.add('pf-open');
      opener.hidden = true;
      (waits ? live.editor.field : live.go).focus({ preventScroll: true });
      if (!waits) live.run();
    });
  }

  window.PageflowScenes = { open: open };
})();
