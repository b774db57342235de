/* SPDX-License-Identifier: GPL-2.0-only */
/* The answer to one report as a part of the page. What is said comes from the command, in `sections`; so do the pictures. */
(function () {
  'use strict';
  var say = window.pageflow.say;
  var SVG = 'http://www.w3.org/2000/svg';
  var WHERE = { too_few_pages: 9, no_block: 9, oom: 18, memcg_oom: 19 }; /* the chapter about it */
  var numbers = 0;

  function make(tag, css, text) {
    var node = document.createElement(tag);
    if (css) node.className = css;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  /* ---- Chapters ---- */

  /* The link to the chapter of a stage, as the sidebar has it; null where it has none. */
  function chapter(stage) {
    var number = (stage < 10 ? '0' : '') + stage;
    return document.querySelector('.sidebar-tree a[href*="stages/' + number + '-"]');
  }

  function linkTo(stage, text) {
    var known = chapter(stage), link = make('a', 'reference', text);
    if (!known) return document.createTextNode(text);
    link.href = known.href;
    return link;
  }

  /* Words, in which each stage leads to its chapter. */
  function linked(node, text) {
    text.split(/(stage \d\d)\b/).forEach(function (part) {
      node.append(/^stage \d\d$/.test(part) ? linkTo(+part.slice(6), part) : part);
    });
    return node;
  }

  /* The stages that this report is about: those that walked, the check that refused, and the end. */
  function stages(report) {
    var found = new Set(report.walks.map(function (walk) { return walk.stage; }));
    report.zones.forEach(function (zone) {
      if (zone.attempt && WHERE[zone.attempt.verdict]) found.add(WHERE[zone.attempt.verdict]);
    });
    if (WHERE[report.kind]) found.add(WHERE[report.kind]);
    return Array.from(found).sort(function (a, b) { return a - b; });
  }

  function chapters(report) {
    var line = make('p', 'pf-log-chapters', say('The chapters of the stages that refused:'));
    stages(report).forEach(function (stage, at) {
      var known = chapter(stage);
      if (known) line.append(at ? ', ' : ' ', linkTo(stage, known.textContent.trim()));
    });
    return line.children.length ? line : '';
  }

  /* ---- Sections ---- */

  function row(item, tag, caption) {
    var line = make('tr', 'pf-tone-' + (item.tone || 'plain') + (item.part ? ' part' : ''));
    (item.cells || item.columns).forEach(function (text, at) {
      var cell = make(text === '' ? 'td' : tag === 'th' ? 'th' : at ? 'td' : 'th', '', text);
      if (cell.localName === 'th') cell.scope = tag === 'th' ? 'col' : 'row';
      if (/^(-?[\d.]+( kB)?|exempt)$/.test(text) || (tag === 'th' && at && text !== 'name')) cell.classList.add('n');
      line.append(cell);
    });
    if (item.remark) line.append(make('td', 'remark', item.remark));
    return line;
  }

  /* A table in a box that scrolls where the table is too wide. Only then the keyboard needs to stop there, and the stop a name. */
  function scroller(table, title) {
    var box = make('div', 'pf-log-scroll'), sizes = new ResizeObserver(function () {
      var wide = box.scrollWidth > box.clientWidth;
      [['tabindex', '0'], ['role', 'group'], ['aria-label', title]].forEach(function (one) {
        if (wide) box.setAttribute(one[0], one[1]);
        else box.removeAttribute(one[0]);
      });
    });
    box.append(table);
    sizes.observe(box);
    sizes.observe(table);
    return box;
  }

  function table(rows, title) {
    var made = make('table', 'pf-log-table'), head = make('thead'), body = make('tbody');
    rows.forEach(function (item) { (item.columns ? head : body).append(row(item, item.columns ? 'th' : 'td')); });
    if (head.children.length) made.append(head);
    made.append(body);
    return scroller(made, title);
  }

  /* The pieces of a section: words one below the other, rows together as a table. */
  function pieces(section) {
    var found = [], rows = [];
    function close() {
      if (rows.length) found.push(table(rows, section.title));
      rows = [];
    }
    section.items.forEach(function (item) {
      if (item.text === undefined) { rows.push(item); return; }
      close();
      var words = make('p', 'pf-tone-' + (item.tone || 'plain') + (item.indent > 2 ? ' deep' : ''));
      found.push(linked(words, item.text.replace(/; \* was killed$/, ''))); /* a remark says it in the table here */
    });
    close();
    return found;
  }

  /* What to do: the same as the text has it, with what is sure told from what may help. */
  function advice(report) {
    var list = make('ul', 'pf-log-advice');
    report.advice.forEach(function (one) {
      var item = make('li', one.would_pass ? 'sure' : 'may');
      item.append(make('span', 'mark', one.would_pass ? say('lets it pass') : say('may help')), ' ', make('span', 'what', one.what));
      item.append(make('span', 'cost', say('cost: %s', one.cost)));
      list.append(item);
    });
    return list;
  }

  function part(section, report) {
    var made = make('div', 'pf-log-part key-' + section.key);
    var title = make('h3', 'pf-tone-' + (section.tone || 'plain'), section.title);
    title.id = 'log-' + (++numbers) + '-' + section.key;
    made.append(title);
    if (section.key === 'advice') made.append(advice(report));
    else made.append.apply(made, pieces(section));
    return made;
  }

  /* Where each section is, for whoever has no time. */
  function ways(made) {
    var names = { zone: say('the zones'), memory: say('who holds the memory'), killed: say('who was killed'), advice: say('what to do') };
    var bar = make('p', 'pf-log-ways'), seen = {};
    made.forEach(function (one) {
      var title = one.querySelector('h3'), key = title.id.replace(/^log-\d+-/, ''), link;
      if (!names[key] || seen[key]) return;
      seen[key] = true;
      link = make('a', 'reference', names[key]);
      link.href = '#' + title.id;
      bar.append(bar.children.length ? ' · ' : '', link);
    });
    return bar.children.length > 1 ? bar : '';
  }

  function legend(report) {
    var text = JSON.stringify(report.sections), list = make('dl', 'pf-log-legend');
    [['(inferred', say('inferred'), say('worked out from other figures of the report, not read')],
      ['lost: ', say('lost'), say('the report does not have it; what is left gives its bounds')],
      ['unknown: ', say('unknown'), say('it could decide, and no report says it')]].forEach(function (one) {
      if (text.indexOf(one[0]) >= 0) list.append(make('dt', '', one[1]), make('dd', '', one[2]));
    });
    return list.children.length ? list : '';
  }

  /* The sections in the order of this page: what to do comes directly after the verdict. */
  function ordered(sections) {
    var places = { report: 0, verdict: 1, advice: 2 };
    function place(section) { return section.key in places ? places[section.key] : 3; }
    return sections.slice().sort(function (a, b) { return place(a) - place(b); });
  }

  /* All of a report but its answer, which stands above it. */
  function body(report) {
    var made = ordered(report.sections).filter(function (section) { return section.key !== 'report'; })
      .map(function (section) { return part(section, report); });
    var head = make('div', 'pf-log-head'), box = make('div', 'pf-log-parts');
    head.append.apply(head, pieces(report.sections[0]).slice(1)); /* without its line, which stands above too */
    made.forEach(function (one) {
      if (one.matches('.key-verdict')) one.append(chapters(report));
      box.append(one);
    });
    return [head, ways(made), box, legend(report)].filter(Boolean);
  }

  /* ---- Pictures ---- */

  /* Shapes of the command's picture as one of their own, as large as a bar of them. */
  function cut(shapes, bar, above, below, words) {
    var picture = document.createElementNS(SVG, 'svg'), x = +bar.getAttribute('x'), y = +bar.getAttribute('y');
    picture.setAttribute('class', 'pf-log-bar');
    picture.setAttribute('viewBox', [x - 2, y - above, +bar.getAttribute('width') + 4, +bar.getAttribute('height') + above + below].join(' '));
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', words);
    shapes.forEach(function (shape) { picture.append(document.importNode(shape, true)); });
    return picture;
  }

  function classOf(shape) { return shape.getAttribute('class'); }

  /* The bars of the zones by name, and the shapes before them. */
  function sort(drawn) {
    var zones = {}, holders = [], zone;
    Array.prototype.forEach.call(drawn.children, function (shape) {
      if (classOf(shape) === 'name') zones[shape.textContent] = zone = [];
      else if (shape.localName !== 'text') (zone || holders).push(shape);
    });
    return { zones: zones, holders: holders.filter(function (one) { return one.localName === 'rect' && classOf(one) !== 'page'; }) };
  }

  function drawZones(box, zones) {
    box.querySelectorAll('.key-zone > h3, .key-left_out > h3').forEach(function (title) {
      var name = Object.keys(zones).find(function (one) { return (title.textContent + ':').indexOf('zone ' + one + ':') === 0; });
      var bar = name && zones[name].find(function (one) { return classOf(one) === 'track'; });
      if (bar) title.after(cut(zones[name], bar, 5, 6, say('%s: what is free, what of it counts, the marks, and what is needed; the table has the numbers', name)));
    });
  }

  /* The bar of all memory; the rows of the table have its colours. */
  function drawHolders(box, shapes) {
    var place = box.querySelector('.key-memory'), keys = shapes.filter(function (one) { return one.hasAttribute('rx'); });
    var bar = shapes.filter(function (one) { return !one.hasAttribute('rx'); });
    if (!place || !bar.length) return;
    place.querySelector('h3').after(cut(bar, bar[0], 0, 0, say('All memory, by who holds it; the table has the numbers')));
    place.querySelectorAll('tbody tr:not(.part)').forEach(function (line, at) {
      if (keys[at]) line.cells[0].prepend(make('span', 'key ' + classOf(keys[at])));
    });
  }

  /* Puts the bars of the command's picture to what they are about. */
  function draw(box, svg) {
    var drawn = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    if (drawn.localName !== 'svg') return;
    var found = sort(drawn);
    drawHolders(box, found.holders);
    drawZones(box, found.zones);
    if (Object.keys(found.zones).length && box.querySelector('.pf-log-bar')) {
      var words = drawn.querySelector('text:last-of-type'), first = box.querySelector('.key-zone');
      var said = Array.prototype.find.call(drawn.querySelectorAll('text'), function (one) { return /^red line:/.test(one.textContent); }) || words;
      if (first) first.append(make('p', 'pf-log-key', said.textContent));
    }
  }

  window.PageflowLogAnswer = { body: body, draw: draw, scroller: scroller };
})();
