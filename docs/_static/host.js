/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command finds around it: its arguments, standard input, files by name, and where it prints. These are the few
 * functions of WASI that it calls; pointers are numbers of 32 bits. This is a function without anything around it: engine.js
 * puts its text into the worker. */
window.PAGEFLOW_HOST = function (call, wrote) {
  'use strict';
  var SUCCESS = 0, BAD_FILE = 8, NO_ENTRY = 44, IS_PIPE = 70, NOT_HERE = 52; /* as WASI numbers them */
  var CREATE = 1, EXCLUSIVE = 4, EXISTS = 20, TRUNCATE = 8;
  var FOLDER = 3; /* the descriptor of the folder that all files are in */
  var utf8 = new TextEncoder(), memory;
  var argv = strings(call.argv), environment = strings(call.environment);
  var files = new Map(Object.entries(call.files).map(function (one) {
    return [place(one[0]), { bytes: one[1], size: one[1].length, written: false }];
  }));
  var open = [{ file: { bytes: call.stdin, size: call.stdin.length }, at: 0, pipe: true }, {}, {}, {}];

  /* One folder has all files: '/tmp/a', 'tmp/a' and './tmp/a' are the same. */
  function place(name) {
    return name.split('/').filter(function (part) { return part && part !== '.'; }).join('/');
  }

  function strings(texts) {
    return texts.map(function (text) { return utf8.encode(text + '\0'); });
  }

  /* The memory as it is now: when it grows, an older view ends. A pointer comes with a sign, which it has not. */
  function numbers() { return new DataView(memory.buffer); }
  function bytes(from, length) { return new Uint8Array(memory.buffer, from >>> 0, length); }
  function put(at, value) { numbers().setUint32(at >>> 0, value, true); }

  /* The pieces of memory that a read or write is about. */
  function pieces(list, count) {
    var view = numbers(), found = [];
    for (var at = list >>> 0, end = at + 8 * count; at < end; at += 8) {
      found.push(bytes(view.getUint32(at, true), view.getUint32(at + 4, true)));
    }
    return found;
  }

  function sizes(texts) {
    return function (count, size) {
      put(count, texts.length);
      put(size, texts.reduce(function (sum, text) { return sum + text.length; }, 0));
      return SUCCESS;
    };
  }

  function copy(texts) {
    return function (list, to) {
      texts.forEach(function (text, n) {
        put(list + 4 * n, to);
        bytes(to, text.length).set(text); /* it ends with its zero byte */
        to += text.length;
      });
      return SUCCESS;
    };
  }

  /* Room for a file's next bytes: twice as much as it had, so that a long file is not copied for every line. */
  function reserve(file, size) {
    if (size <= file.bytes.length) return;
    var wider = new Uint8Array(Math.max(size, 2 * file.bytes.length, 4096));
    wider.set(file.bytes.subarray(0, file.size));
    file.bytes = wider;
  }

  function append(one, piece) {
    reserve(one.file, one.at + piece.length);
    if (one.at > one.file.size) one.file.bytes.fill(0, one.file.size, one.at); /* a gap reads as zeros */
    one.file.bytes.set(piece, one.at);
    one.at += piece.length;
    one.file.size = Math.max(one.file.size, one.at);
    one.file.written = true;
  }

  function write(descriptor, list, count, done) {
    var one = open[descriptor], sum = 0;
    if (!one || descriptor === 0 || descriptor === FOLDER) return BAD_FILE;
    pieces(list, count).forEach(function (piece) {
      if (one.file) append(one, piece);
      else if (piece.length) wrote(descriptor, piece.slice());
      sum += piece.length;
    });
    put(done, sum);
    return SUCCESS;
  }

  function read(descriptor, list, count, done) {
    var one = open[descriptor], sum = 0;
    if (!one || !one.file) return BAD_FILE;
    pieces(list, count).forEach(function (piece) {
      var next = one.file.bytes.subarray(one.at, Math.min(one.file.size, one.at + piece.length));
      piece.set(next);
      one.at += next.length;
      sum += next.length;
    });
    put(done, sum);
    return SUCCESS;
  }

  function seek(descriptor, offset, whence, done) {
    var one = open[descriptor];
    if (!one) return BAD_FILE;
    if (!one.file || one.pipe) return IS_PIPE;
    one.at = Math.max(0, [0, one.at, one.file.size][whence] + Number(offset));
    numbers().setBigUint64(done >>> 0, BigInt(one.at), true);
    return SUCCESS;
  }

  function close(descriptor) {
    if (!open[descriptor]) return BAD_FILE;
    open[descriptor] = undefined;
    return SUCCESS;
  }

  function named(at, length) {
    return place(new TextDecoder().decode(bytes(at, length)));
  }

  function openFile(_folder, _lookup, at, length, how, _rights, _inherited, _flags, done) {
    var name = named(at, length), file = files.get(name);
    if (!file && !(how & CREATE)) return NO_ENTRY;
    if (file && how & CREATE && how & EXCLUSIVE) return EXISTS;
    if (!file) files.set(name, file = { bytes: new Uint8Array(0), size: 0, written: true });
    if (how & TRUNCATE) { file.size = 0; file.written = true; }
    put(done, open.push({ file: file, at: 0 }) - 1);
    return SUCCESS;
  }

  function rename(_folder, from, length, _to, to, toLength) {
    var name = named(from, length), file = files.get(name);
    if (!file) return NO_ENTRY;
    files.delete(name);
    files.set(named(to, toLength), file);
    return SUCCESS;
  }

  function remove(_folder, at, length) {
    return files.delete(named(at, length)) ? SUCCESS : NO_ENTRY;
  }

  var functions = {
    args_sizes_get: sizes(argv), args_get: copy(argv),
    environ_sizes_get: sizes(environment), environ_get: copy(environment),
    fd_write: write, fd_read: read, fd_seek: seek, fd_close: close,
    path_open: openFile, path_rename: rename, path_unlink_file: remove,
    proc_exit: function (code) { throw { exit: code }; }, /* unwinds the command */
  };

  return {
    /* A function for each that the module asks for. One that is not here says so to the command. */
    imports: function (module) {
      var found = {};
      WebAssembly.Module.imports(module).forEach(function (one) {
        found[one.module] = found[one.module] || {};
        found[one.module][one.name] = functions[one.name] || function () { return NOT_HERE; };
      });
      return found;
    },
    remember: function (exports) { memory = exports.memory; },
    /* What was written: name -> bytes. */
    written: function () {
      var found = {};
      files.forEach(function (file, name) { if (file.written) found[name] = file.bytes.slice(0, file.size); });
      return found;
    },
  };
};
