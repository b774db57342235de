# SPDX-License-Identifier: GPL-2.0-only
"""Firefox, driven through WebDriver BiDi: JSON messages on a web socket that Firefox itself listens on.

Playwright drives a Firefox of its own only; this is Debian's, as readers have it.
"""

import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from hang import HANG
from websockets.sync.client import connect

# A profile that asks nobody for anything: no updates, no lists, no portal of a network.
QUIET = {
    'app.normandy.enabled': False,
    'app.update.disabledForTesting': True,
    'browser.safebrowsing.downloads.remote.enabled': False,
    'browser.shell.checkDefaultBrowser': False,
    'browser.startup.page': 0,
    'datareporting.policy.dataSubmissionEnabled': False,
    'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False,
    'services.settings.server': 'data:,',
    'toolkit.telemetry.enabled': False,
}
LISTENS = re.compile(r'WebDriver BiDi listening on (ws://\S+)')
EVENTS = ['log.entryAdded', 'network.beforeRequestSent', 'network.fetchError']


def program():
    """Firefox, or None where there is none. PAGEFLOW_FIREFOX names another."""
    return os.environ.get('PAGEFLOW_FIREFOX') or shutil.which('firefox-esr') or shutil.which('firefox')


def address(log, process):
    """The address of the web socket, once Firefox has said it."""
    end = time.monotonic() + HANG
    while time.monotonic() < end and process.poll() is None:
        found = LISTENS.search(log.read_text(encoding='utf-8'))
        if found:
            return f'{found[1]}/session'
        time.sleep(0.05)
    raise RuntimeError(f'firefox does not listen:\n{log.read_text(encoding="utf-8")}')


class Firefox:
    """A page of Firefox. `wrong` holds what went wrong on it: what left the folder, what did not come, errors of scripts."""

    def __init__(self, socket, folder):
        self.socket, self.folder, self.wrong = socket, folder, []
        self.numbers = itertools.count(1)
        self.call('session.new', capabilities={})
        self.call('session.subscribe', events=EVENTS)
        self.page = self.call('browsingContext.getTree')['contexts'][0]['context']

    def call(self, method, **parameters):
        """The result of a command; events that come before it are noted."""
        number = next(self.numbers)
        self.socket.send(json.dumps({'id': number, 'method': method, 'params': parameters}))
        while True:
            said = json.loads(self.socket.recv(timeout=HANG))
            if said.get('id') == number:
                if said['type'] == 'error':
                    raise RuntimeError(f'{method}: {said["message"]}')
                return said['result']
            if said['type'] == 'event':
                self.note(said['method'], said['params'])

    def note(self, event, said):
        if event == 'log.entryAdded':
            if said['level'] == 'error':
                self.wrong.append(f'{said["type"]}: {said["text"]}')
            return
        address = said['request']['url']
        if event == 'network.fetchError':
            self.wrong.append(f'{said["errorText"]}: {address}')
        elif not address.startswith((self.folder, 'data:', 'about:', 'blob:')):
            self.wrong.append(f'request to {address}')

    def visit(self, name):
        """Opens a page of the folder, and waits until all of it is there."""
        self.call('browsingContext.navigate', context=self.page, url=f'{self.folder}/{name}', wait='complete')

    def ask(self, function, *values):
        """What a function of the page gives, or what its promise comes to, for values that JSON can hold."""
        said = self.call(
            'script.callFunction',
            target={'context': self.page},
            functionDeclaration=f'async (...texts) => JSON.stringify(await ({function})(...texts.map(JSON.parse)) ?? null)',
            arguments=[{'type': 'string', 'value': json.dumps(one)} for one in values],
            awaitPromise=True,
        )
        if said['type'] == 'exception':
            raise RuntimeError(said['exceptionDetails']['text'])
        return json.loads(said['result']['value'])

    def wait_for(self, function, *values):
        """Waits until a function of the page says something true, and gives it."""
        return self.ask(
            f"""(...values) => new Promise(done => {{
                const look = () => {{ const found = ({function})(...values); found ? done(found) : setTimeout(look, 30); }};
                look();
            }})""",
            *values,
        )


@contextlib.contextmanager
def started(folder, work):
    """Firefox with an empty profile in the folder `work`, on pages of the site's folder."""
    work = pathlib.Path(work)
    log, profile = work / 'firefox.log', work / 'profile'
    profile.mkdir()
    set_to = (f'user_pref({json.dumps(name)}, {json.dumps(value)});\n' for name, value in QUIET.items())
    (profile / 'user.js').write_text(''.join(set_to), encoding='utf-8')
    words = [program(), '--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile, 'about:blank']
    with log.open('wb') as said:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        with connect(address(log, process), max_size=None, compression=None, open_timeout=HANG) as socket:
            yield Firefox(socket, folder.as_uri())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(HANG)
