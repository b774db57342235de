/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of window.pageflow: each is a call of the command with its arguments and its input, and gives what it prints.
 * The calls of a page wait for each other: one worker serves them. */
(function () {
  'use strict';
  var say = window.pageflow.say;
  var MOST = 64000000; /* bytes that one call may print: a page cannot hold any number */
  var OUTPUT = 1, ERRORS = 2; /* the streams */
  var CATALOGUE = 'catalogue.tsv'; /* where the command finds the reader's language */
  var utf8 = new TextEncoder();
  var module, worker, ready; /* the compiled engine; the worker, and the promise that it has the engine */
  var current, waiting = [];

  /* ---- The worker ---- */

  /* What this browser lacks, '' if nothing. Whether it knows what the module is made of shows when that is compiled. */
  function lacks() {
    return ['WebAssembly', 'DecompressionStream', 'Worker', 'BigInt'].find(function (name) { return !window[name]; }) || '';
  }

  function old(what) {
    return new Error(say('This browser cannot run the engine: it has no %s. Chrome and Edge have all it needs from version 85 on, ' +
      'Firefox from 113 on, Safari from 16.4 on. What the book shows stands here without it, too.', what));
  }

  function notStarted(why) {
    return new Error(say('The engine could not be started: %s.', why));
  }

  function makeWorker() {
    var text = '(' + window.PAGEFLOW_WORKER + ')(' + window.PAGEFLOW_HOST + ');';
    var address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    var made = new Worker(address);
    URL.revokeObjectURL(address);
    return made;
  }

  /* The worker, once it has the engine. One that is made later gets the engine compiled. */
  function start() {
    if (ready) return ready;
    if (lacks()) return Promise.reject(old(lacks()));
    worker = makeWorker();
    ready = new Promise(function (done, failed) {
      worker.onmessage = function (event) {
        if (event.data.ready) { module = event.data.ready; done(); }
        else failed(event.data.old ? old(say('WebAssembly that is new enough')) : notStarted(event.data.broken));
      };
      worker.onerror = function (event) { failed(notStarted(event.message)); };
    });
    worker.postMessage(module ? { module: module } : { packed: window.PAGEFLOW_DATA.module });
    ready.catch(end);
    return ready;
  }

  /* Ends the worker, in the middle of whatever it does; the next call gets another. */
  function end() {
    if (worker) worker.terminate();
    worker = ready = undefined;
  }

  /* ---- Calls ---- */

  function next() {
    if (current || !waiting.length) return;
    current = waiting.shift();
    start().then(begin.bind(null, current), leave.bind(null, current));
  }

  function begin(call) {
    if (call !== current) return; /* it was stopped meanwhile */
    worker.onmessage = function (event) { hear(call, event.data); };
    worker.onerror = function (event) { abandon(call, say('The engine broke off: %s.', event.message)); };
    if (window.pageflow.limit > 0) {
      call.timer = setTimeout(function () {
        abandon(call, say('The command was stopped: it had not come to an end after %s seconds.', window.pageflow.limit / 1000));
      }, window.pageflow.limit);
    }
    worker.postMessage(call.request);
  }

  function hear(call, said) {
    if (call !== current) return; /* what came late, of a call that was stopped */
    if (said.stream) take(call, said);
    else if (said.broken !== undefined) abandon(call, say('The engine broke off: %s.', said.broken));
    else leave(call, null, said);
  }

  /* What the command printed. */
  function take(call, said) {
    call.printed.push(said);
    call.size += said.bytes.length;
    if (call.size > MOST) {
      abandon(call, say('The command was stopped: it printed more than %s MB.', MOST / 1000000));
    } else if (call.each && said.stream === OUTPUT) {
      try { call.each(said.bytes); } catch (error) { abandon(call, error); }
    }
  }

  /* An error that also has these; one that takes nothing more, such as a DOMException, is told by another. */
  function told(error, more) {
    try {
      return Object.assign(error, more);
    } catch (_refused) {
      return Object.assign(new Error(error.message), more, { cause: error });
    }
  }

  /* The call is over: with an error, or with how the command left. */
  function leave(call, error, left) {
    if (call !== current) return;
    clearTimeout(call.timer);
    current = undefined;
    if (error) call.failed(told(error, result(call, -1, {})));
    else call.done(result(call, left.code, left.files));
    next();
  }

  /* Ends the call that runs, and the worker with it. The reason is an error, or its words. */
  function abandon(call, reason) {
    if (call !== current) return;
    end();
    leave(call, reason instanceof Error ? reason : new Error(reason));
  }

  /* Ends all calls: the one that runs, and those that wait for it. */
  function stop() {
    var calls = waiting.splice(0);
    if (current) abandon(current, say('The command was stopped.'));
    calls.forEach(function (call) {
      call.failed(Object.assign(new Error(say('The command was stopped.')), result(call, -1, {})));
    });
  }

  function text(printed, stream) {
    var decoder = new TextDecoder('utf-8', { ignoreBOM: true }), found = '';
    printed.forEach(function (one) {
      if (!stream || one.stream === stream) found += decoder.decode(one.bytes, { stream: true });
    });
    return found + decoder.decode();
  }

  function result(call, code, files) {
    var texts = {};
    Object.keys(files).forEach(function (name) { texts[name] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(files[name]); });
    return { code: code, out: text(call.printed, OUTPUT), err: text(call.printed, ERRORS), both: text(call.printed), files: texts };
  }

  /* ---- What is asked for ---- */

  /* A copy of the bytes of a text, or of what is bytes already: what was read from a file need not be UTF-8, and whoever gave
   * it may go on with it while the call waits. */
  function bytesOf(what) {
    var kind = Object.prototype.toString.call(what);
    if (/ArrayBuffer\]$/.test(kind)) return new Uint8Array(what).slice();
    if (ArrayBuffer.isView(what)) return new Uint8Array(what.buffer, what.byteOffset, what.byteLength).slice();
    if (typeof what === 'object' && what) throw new Error(say('A text is a string or bytes, and no %s.', kind.slice(8, -1)));
    return utf8.encode(what === undefined || what === null ? '' : String(what));
  }

  function request(argv, options) {
    var files = {}, environment = [], catalogue = window.PAGEFLOW_DATA.catalogue;
    Object.keys(options.files || {}).forEach(function (name) { files[name] = bytesOf(options.files[name]); });
    if (catalogue) {
      files[CATALOGUE] = utf8.encode(catalogue);
      environment.push('PAGEFLOW_CATALOGUE=' + CATALOGUE);
    }
    return { argv: ['pageflow'].concat(argv), environment: environment, stdin: bytesOf(options.stdin), files: files };
  }

  /* Runs the command: { code, out, err, both, files }. However it leaves is no error. */
  function command(argv, options) {
    argv = Array.from(argv, String);
    if (argv.some(function (one) { return one.indexOf('\0') >= 0; })) {
      return Promise.reject(new Error(say('An argument of a command cannot hold a zero byte.')));
    }
    var wanted = options || {};
    return new Promise(function (done, failed) {
      var call = { request: request(argv, wanted), each: wanted.each, printed: [], size: 0, done: done, failed: failed };
      waiting.push(call);
      next();
    });
  }

  /* The same where exit code 2 is a refusal: its Error says what the command says. */
  function accepted(argv, options) {
    return command(argv, options).then(function (left) {
      if (left.code !== 0 && left.code !== 1) throw Object.assign(new Error(left.err.trim()), left);
      return left;
    });
  }

  function run(commands) {
    return accepted(['shell', '-'], { stdin: commands }).then(function (left) { return left.out; });
  }

  function explain(gfp, order, options) {
    var words = ['explain', '--json'], wanted = options || {};
    if (wanted.boot !== undefined) words.push('--boot', wanted.boot);
    if (wanted.machine !== undefined) words.push('--machine', '-');
    if (wanted.node !== undefined) words.push('--nid', wanted.node);
    if (wanted.noReclaim) words.push('--no-reclaim');
    return accepted(words.concat('--', gfp, order), { stdin: wanted.machine }).then(parse);
  }

  function explainLog(log, options) {
    var words = ['explain', '--log', '-', '--json'], wanted = options || {};
    if (wanted.rules !== undefined) words.push('--rules', wanted.rules);
    if (wanted.summary) words.push('--summary');
    return accepted(words, { stdin: log }).then(parse);
  }

  function replay(recording) {
    return accepted(['replay', '--json', '-'], { stdin: recording }).then(function (left) { return parse(left)[0]; });
  }

  function parse(left) {
    return JSON.parse(left.out);
  }

  /* Cuts what comes into lines, and hands over each as an object. */
  function lines(each) {
    var decoder = new TextDecoder(), rest = '';
    return function (bytes) {
      var found = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = found.pop();
      found.forEach(function (line) { each(JSON.parse(line)); });
    };
  }

  /* The object of each command of a session, as soon as it is carried out, and all of them at the end. */
  function steps(commands, options) {
    var wanted = options || {}, words = ['shell', '--json'], found = [];
    if (wanted.state !== undefined) words.push('--state', wanted.state);
    if (wanted.zone) words.push('--zone', wanted.zone);
    function take(one) {
      found.push(one);
      if (wanted.each) wanted.each(one);
    }
    return accepted(words.concat('-'), { stdin: commands, files: wanted.files, each: lines(take) }).then(function () { return found; }, function (error) {
      throw told(error, { steps: found });
    });
  }

  window.PAGEFLOW_ENGINE = {
    start: start, run: run, explain: explain, explainLog: explainLog, replay: replay, steps: steps, command: command, stop: stop,
  };
})();
