/* SPDX-License-Identifier: GPL-2.0-only */
/* The worker: it compiles the engine once, and runs one command after the other, each on a fresh instance, whose memory goes
 * when the command has ended. This is a function without anything around it: engine.js puts its text into the worker, since a
 * page opened from a file may make a worker from a text only. */
window.PAGEFLOW_WORKER = function (host) {
  'use strict';
  var module;

  /* The module from what the page was built with: packed with gzip, written in base64. */
  function unpack(text) {
    var packed = atob(text), bytes = new Uint8Array(packed.length);
    for (var n = 0; n < packed.length; n++) bytes[n] = packed.charCodeAt(n);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
  }

  async function start(message) {
    module = message.module;
    if (module) return postMessage({ ready: module });
    var bytes = await unpack(message.packed);
    try {
      module = await WebAssembly.compile(bytes);
    } catch (error) {
      return postMessage({ old: error.message });
    }
    postMessage({ ready: module });
  }

  async function run(call) {
    var around = host(call, function (stream, bytes) { postMessage({ stream: stream, bytes: bytes }, [bytes.buffer]); });
    var instance = await WebAssembly.instantiate(module, around.imports(module)), code = 0;
    around.remember(instance.exports);
    try {
      instance.exports._start();
    } catch (error) {
      if (typeof error.exit !== 'number') throw error;
      code = error.exit;
    }
    postMessage({ code: code, files: around.written() });
  }

  onmessage = function (event) {
    (event.data.argv ? run : start)(event.data).catch(function (error) { postMessage({ broken: error.message }); });
  };
};
