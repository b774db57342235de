/* SPDX-License-Identifier: GPL-2.0-only */
/* The search page: MiniSearch over what search-data.js holds, all of it in the browser, so that it works from a file too. */
(function () {
  'use strict';
  var data = window.PAGEFLOW_SEARCH;
  var STOP = new Set(('a an and are as at be but by can do does for from has have how i if in into is it its my no not of on or ' +
    'so that the their then there these they this to was what when where which who why will with you').split(' '));
  /* A run of Chinese characters, the number of a claim, or a word: letters, digits and underscores of any other script. */
  var WORD = /\p{Script=Han}+|\b\d\d-\d{1,2}\b|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+/gu;
  var NUMBER = /^(0x[0-9a-f]+|\d+)$/;
  var HEAD = /^(?:\d\d |(?:struct|union|enum) |trace_)(?=\w)/; /* of a title; what is asked for need not have it */
  var FIELDS = { title: 6, words: 4, text: 1 };
  /* How much an entry weighs, and what it gains when its title is what was asked for. */
  var KINDS = { page: 1.6, section: 1.2, term: 1.5, 'function': 1, struct: 1, file: 0.5, enumerator: 0.5, field: 0.4 };
  var EXACT = { page: 2500, term: 2300, section: 1000, file: 400, field: 400 };
  var OTHER = 0.8, OTHER_EXACT = 2000;
  var PAGES = 25, UNDER = 4, NAMES = 2, EXCERPT = 190; /* shown: pages, entries of one, names among these; characters */
  var stemmer = new EnglishStemmer(), stems = new Map(), spelled = new Map();
  var index, subjects = new Map(), elsewhere = new Map();

  /* A text in the reader's language, with what stands for each %s. */
  function say(text) {
    var values = Array.prototype.slice.call(arguments, 1);
    return (data.words[text] || text).replace(/%s/g, function () { return values.shift(); });
  }

  function make(tag, text, css) {
    var node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (css) node.className = css;
    return node;
  }

  /* ---- Words ---- */

  function stem(word) {
    if (!/^[a-z]{3,}$/.test(word)) return word;
    if (!stems.has(word)) stems.set(word, stemmer.stemWord(word));
    return stems.get(word);
  }

  /* The words of a text as they are looked up, each with its place: Chinese in pairs of characters, a name with underscores
   * whole and in its parts, any other word cut to its stem. */
  function tokens(text) {
    var found = [];
    for (var one of text.matchAll(WORD)) {
      var at = one.index, word = one[0];
      if (/\p{Script=Han}/u.test(word)) {
        for (var n = 0; n < Math.max(1, word.length - 1); n++) found.push({ term: word.slice(n, n + 2), at: at + n, end: at + n + 2 });
        continue;
      }
      var bare = word.toLowerCase().replace(/^_+|_+$/g, ''), parts = bare.split(/_+/);
      if (parts.length > 1) found.push({ term: bare, at: at, end: at + word.length });
      if (parts.length > 2 && parts[0] === 'trace') found.push({ term: bare.slice(6), at: at, end: at + word.length });
      parts.forEach(function (part) {
        if (part && !STOP.has(part)) found.push({ term: stem(part), word: part, at: at, end: at + word.length });
      });
    }
    return found;
  }

  function terms(text) {
    return tokens(text).map(function (one) {
      if (one.word) {
        var known = spelled.get(one.term) || spelled.set(one.term, new Map()).get(one.term);
        known.set(one.word, (known.get(one.word) || 0) + 1);
      }
      return one.term;
    });
  }

  /* A text by its words alone: 'oom_badness' and 'OOM badness' are one phrase. */
  function phrase(text) {
    return tokens(text).filter(function (one) { return one.word || one.term.indexOf('_') < 0; })
      .map(function (one) { return one.term; }).join(' ');
  }

  /* How a term is written in the book most often. */
  function spelling(term) {
    var best = term, most = 0;
    (spelled.get(term) || []).forEach(function (count, word) { if (count > most) { most = count; best = word; } });
    return best;
  }

  /* ---- The index ---- */

  function build() {
    index = new MiniSearch({
      fields: Object.keys(FIELDS), tokenize: terms, processTerm: function (term) { return term; },
      extractField: function (entry, field) {
        if (field === 'id') return entry.id;
        if (field === 'text' && entry[2] === 'claim') return ''; /* its section says the same */
        return entry[{ title: 3, text: 4, words: 5 }[field]];
      },
    });
    var plain = [];
    data.entries.forEach(function (entry, at) {
      entry.id = at;
      var name = phrase(entry[3]);
      if (entry[2] !== 'elsewhere') plain.push(entry);
      else if (!elsewhere.has(name)) elsewhere.set(name, entry);
      if (entry[5] && entry[2] !== 'elsewhere') entry[5].split(', ').forEach(function (one) { subjects.set(phrase(one), entry); });
      entry.whole = phrase(entry[3]);
      entry.phrase = phrase(entry[3].replace(HEAD, ''));
    });
    index.addAll(plain);
  }

  function look(term, options) {
    return index.search(term, Object.assign({ tokenize: function (text) { return [text]; } }, options));
  }

  function isKnown(term) {
    return look(term, { prefix: term.length > 2 }).length > 0;
  }

  /* Edits from one word to another; two letters that changed places are one. */
  function distance(a, b) {
    var rows = [[]];
    for (var j = 0; j <= b.length; j++) rows[0][j] = j;
    for (var i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

  /* The term of the book that is nearest to one it does not have; of several the one on most pages. */
  function nearest(term) {
    var counts = new Map();
    look(term, { fuzzy: term.length < 5 ? 1 : 2 }).forEach(function (hit) {
      hit.terms.forEach(function (one) { counts.set(one, (counts.get(one) || 0) + 1); });
    });
    var best, bar = Infinity;
    counts.forEach(function (count, one) {
      var far = distance(term, one) - count / (count + 1);
      if (far < bar) { bar = far; best = one; }
    });
    return best;
  }

  /* What to look for, and for each word that the book does not have what is looked for in its place. */
  function understand(query) {
    var wanted = [], replaced = [];
    for (var one of query.matchAll(WORD)) {
      var found = tokens(one[0]), whole = found.filter(function (token) { return !token.word; });
      if (whole.length && whole[0].term.indexOf('_') < 0) { wanted.push.apply(wanted, whole.map(function (t) { return t.term; })); continue; }
      var first = found[0];
      if (!first) continue;
      var parts = whole.length ? found.slice(1).map(function (token) { return token.term; }) : [];
      if (isKnown(first.term)) { wanted.push(first.term); continue; }
      if (NUMBER.test(first.term)) continue;
      var near = nearest(first.term);
      if (near) { wanted.push(near); replaced.push([one[0], [spelling(near)]]); continue; }
      parts = parts.filter(isKnown);
      wanted.push.apply(wanted, parts);
      replaced.push([one[0], parts.map(spelling)]);
    }
    var words = wanted.filter(function (term) { return !NUMBER.test(term); });
    if (words.length) query = query.replace(/\b(0x[0-9a-f]+|\d+)\b/gi, ' ');
    return { terms: Array.from(new Set(words.length ? words : wanted)), replaced: replaced, asked: query };
  }

  /* ---- Finding ---- */

  function rank(hit, entry, query, asked, full) {
    var score = hit.score * Math.pow(hit.queryTerms.length / full, 2);
    if (subjects.get(query) === entry) score += 4000;
    if (entry.phrase === query || entry.whole === query) score += EXACT[entry[2]] || OTHER_EXACT;
    else if ((' ' + entry.phrase + ' ').indexOf(' ' + query + ' ') >= 0) score += entry[2] === 'page' ? 60 : 25;
    if (entry[3] === asked || entry[3].replace(HEAD, '') === asked) score += 300;
    return score;
  }

  /* { pages: [{ page, hits }], replaced }: the pages that hold the words, best first, with their entries, best first. */
  function find(asked) {
    var meant = understand(asked), pages = new Map(), hits = [];
    if (meant.terms.length) {
      hits = index.search(meant.terms.join(' '), {
        tokenize: function (text) { return text.split(' '); }, boost: FIELDS,
        prefix: function (term) { return term.length > 2; }, weights: { prefix: 0.2, fuzzy: 0.1 },
        boostDocument: function (id) { return KINDS[data.entries[id][2]] || OTHER; },
      });
    }
    var query = phrase(meant.replaced.length ? meant.terms.join(' ') : meant.asked);
    hits = hits.map(function (hit) {
      var entry = data.entries[hit.id];
      return { entry: entry, terms: hit.terms, asked: hit.queryTerms, score: rank(hit, entry, query, asked.trim(), meant.terms.length) };
    });
    var known = elsewhere.get(phrase(asked));
    if (known) {
      hits.push({ entry: known, terms: tokens(asked).map(function (one) { return one.term; }), asked: meant.terms, score: 1e6 });
      meant.replaced = [];
    }
    hits.sort(function (a, b) { return b.score - a.score || a.entry.id - b.entry.id; });
    hits.forEach(function (hit) {
      var page = hit.entry[0];
      if (!pages.has(page)) pages.set(page, { page: data.pages[page], hits: [], asked: new Set() });
      pages.get(page).hits.push(hit);
      hit.asked.forEach(function (term) { pages.get(page).asked.add(term); });
    });
    return { pages: fullest(Array.from(pages.values())), replaced: meant.replaced };
  }

  /* The pages that hold most of what was asked for, with those of their entries that hold at least half as much as the best. */
  function fullest(pages) {
    var most = Math.max.apply(null, pages.map(function (one) { return one.asked.size; }));
    return pages.filter(function (one) { return one.asked.size === most; }).map(function (one) {
      var best = Math.max.apply(null, one.hits.map(function (hit) { return hit.asked.length; }));
      return { page: one.page, hits: one.hits.filter(function (hit) { return 2 * hit.asked.length > best; }) };
    });
  }

  /* ---- Showing ---- */

  function address(page, entry) {
    return page[0] + '.html' + (entry && entry[1] ? '#' + entry[1] : '') ;
  }

  /* Writes a text with the words that were found marked. */
  function mark(node, text, found, from, to) {
    var at = from;
    tokens(text).forEach(function (one) {
      if (!found.has(one.term) || one.at < at || one.end > to) return;
      node.append(text.slice(at, one.at), make('mark', text.slice(one.at, one.end)));
      at = one.end;
    });
    node.append(text.slice(at, to));
    return node;
  }

  /* The stretch of a text that holds most of the words that were found. */
  function stretch(text, found) {
    var places = tokens(text).filter(function (one) { return found.has(one.term); }), best = 0, most = 0;
    places.forEach(function (first) {
      var held = new Set();
      places.forEach(function (one) { if (one.at >= first.at && one.end < first.at + EXCERPT - 40) held.add(one.term); });
      if (held.size > most) { most = held.size; best = first.at; }
    });
    var from = Math.max(0, best - 40), to = Math.min(text.length, from + EXCERPT);
    if (from) from = text.indexOf(' ', from) + 1;
    if (to < text.length) to = Math.max(text.lastIndexOf(' ', to), from + 1);
    return [from, to];
  }

  function excerpt(hit) {
    var text = hit.entry[4], found = new Set(hit.terms), ends = stretch(text, found), node = make('p');
    if (ends[0]) node.append('… ');
    mark(node, text, found, ends[0], ends[1]);
    if (ends[1] < text.length) node.append(' …');
    return node;
  }

  function link(page, entry, found, css) {
    var node = make('a', undefined, css || ''), title = entry ? entry[3] : page[1];
    node.href = address(page, entry);
    return mark(node, title, found, 0, title.length);
  }

  function under(page, hit) {
    var item = make('li'), kind = data.kinds[hit.entry[2]];
    item.append(link(page, hit.entry, new Set(hit.terms), kind && hit.entry[2] !== 'term' ? 'pf-found-name' : ''));
    if (kind) item.append(' ', make('span', kind, 'pf-kind'));
    if (hit.entry[4]) item.append(excerpt(hit));
    return item;
  }

  function isProse(hit) {
    return ['section', 'term', 'claim', 'elsewhere'].indexOf(hit.entry[2]) >= 0;
  }

  /* The entries of a page in the order in which they are shown: names only to a number while there are sections, too. */
  function arrange(hits) {
    var prose = hits.filter(isProse), names = hits.filter(function (hit) { return !isProse(hit); });
    var room = Math.max(NAMES, UNDER - prose.length), first = names.slice(0, room).concat(prose.slice(0, UNDER - Math.min(room, names.length)));
    first.sort(function (a, b) { return b.score - a.score || a.entry.id - b.entry.id; });
    return first.concat(hits.filter(function (hit) { return first.indexOf(hit) < 0; }));
  }

  function group(one) {
    var item = make('li'), own = one.hits.find(function (hit) { return hit.entry[2] === 'page'; });
    var rest = arrange(one.hits.filter(function (hit) { return hit !== own; }));
    item.append(link(one.page, null, new Set(one.hits[0].terms), 'pf-found-page'), ' ', make('span', one.page[2], 'pf-found-part'));
    if (own && own.entry[4]) item.append(excerpt(own));
    if (!rest.length) return item;
    var list = make('ul');
    rest.slice(0, UNDER).forEach(function (hit) { list.append(under(one.page, hit)); });
    item.append(list);
    if (rest.length > UNDER) {
      var more = make('details'), all = make('ul');
      more.append(make('summary', say('%s more on this page', rest.length - UNDER)), all);
      more.addEventListener('toggle', function () {
        if (!all.firstChild) rest.slice(UNDER).forEach(function (hit) { all.append(under(one.page, hit)); });
      });
      item.append(more);
    }
    return item;
  }

  function state(found) {
    var words = found.replaced.map(function (one) {
      return one[1].length ? say('No page holds “%s”; shown: %s.', one[0], one[1].join(', ')) : say('No page holds “%s”.', one[0]);
    });
    if (!found.pages.length && !words.length) words.push(say('No page holds these words.'));
    if (found.pages.length) words.push(found.pages.length === 1 ? say('1 page') : say('%s pages', found.pages.length));
    return words.join(' ');
  }

  function show(form, asked) {
    var list = document.querySelector('.pf-found'), status = document.querySelector('.pf-search-state');
    history.replaceState(null, '', asked ? '?q=' + encodeURIComponent(asked) : location.pathname);
    if (!asked.trim()) { list.replaceChildren(); status.textContent = ''; return; }
    var found = find(asked);
    status.textContent = state(found);
    list.replaceChildren.apply(list, found.pages.slice(0, PAGES).map(group));
  }

  /* The arrows lead from the box through what is found and back; Enter in the box leads to the first. */
  function keys(event, box) {
    var stops = [box].concat(Array.from(document.querySelectorAll('.pf-found a, .pf-found summary')).filter(function (one) {
      return one.getClientRects().length;
    }));
    var at = stops.indexOf(document.activeElement), to;
    if (event.key === 'ArrowDown' && at >= 0) to = at + 1;
    else if (event.key === 'ArrowUp' && at > 0) to = at - 1;
    else if (event.key === 'Enter' && at === 0) to = 1;
    else if (event.key === 'Escape' && at > 0) to = 0;
    if (to === undefined) return;
    event.preventDefault();
    if (stops[to]) stops[to].focus();
  }

  function start() {
    var form = document.querySelector('.pf-search'), box = form.querySelector('input'), waiting = 0;
    form.hidden = false;
    build();
    window.PAGEFLOW_FIND = find; /* for whoever tries words from the console, and for the tests */
    window.PAGEFLOW_TERMS = terms;
    box.value = new URLSearchParams(location.search).get('q') || '';
    show(form, box.value);
    box.addEventListener('input', function () {
      clearTimeout(waiting);
      waiting = setTimeout(function () { show(form, box.value); }, 120);
    });
    form.addEventListener('submit', function (event) { event.preventDefault(); });
    document.addEventListener('keydown', function (event) { keys(event, box); });
    if (!location.hash) box.focus();
  }

  start();
})();
