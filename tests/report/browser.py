# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, over its debugging pipe: pages loaded at a width, asked, and taken pictures of."""
import base64, json, os, shutil, subprocess, tempfile, time


def find():
    """Path of a Chromium, or None."""
    return next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)


class Browser:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="stamp-chromium-")
        ask, self.write = os.pipe()
        self.read, answer = os.pipe()
        # The browser's ends of the pipes are its descriptors 3 and 4.
        script = 'exec "$@" 3<&%d 4>&%d' % (ask, answer)
        self.process = subprocess.Popen(
            ["sh", "-c", script, "sh", find(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--remote-debugging-pipe", "--user-data-dir=" + self.home, "about:blank"],
            pass_fds=(ask, answer), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(ask)
        os.close(answer)
        os.set_blocking(self.read, False)
        self.rest, self.number, self.events = b"", 0, []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def message(self, until):
        while b"\0" not in self.rest:
            if time.time() > until or self.process.poll() is not None:
                raise TimeoutError("chromium does not answer")
            try:
                more = os.read(self.read, 1 << 20)
                self.rest += more
            except BlockingIOError:
                time.sleep(0.01)
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **params):
        self.number += 1
        ask = {"id": self.number, "method": method, "params": params}
        if getattr(self, "session", None):
            ask["sessionId"] = self.session
        os.write(self.write, json.dumps(ask).encode() + b"\0")
        until = time.time() + 120
        while True:
            m = self.message(until)
            if m.get("id") == self.number:
                if "error" in m:
                    raise RuntimeError(method + ": " + m["error"]["message"])
                return m["result"]
            self.events.append(m)

    def load(self, path, width, dark=False, media="screen"):
        """Load a file; what the page said and what it fetched since."""
        self.events = []
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        until = time.time() + 120
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.message(until))
        said = [json.dumps(e["params"])[:300] for e in self.events
                if e.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
        fetched = [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return said, fetched

    def ask(self, expression):
        r = self.call("Runtime.evaluate", expression="JSON.stringify(%s)" % expression, returnByValue=True)
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"].get("text", "") + " in " + expression)
        return json.loads(r["result"]["value"])

    def picture(self, path, whole=True):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot["data"]))

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (TimeoutError, OSError):
            pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
