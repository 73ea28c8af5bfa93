#!/usr/bin/env python3
"""Builds the image of `mvn -Pimage` without Docker and without the network, and runs the application out of it.

A registry that lives in this process serves the base image: one empty layer. So this shows that the image is complete but for
its base (a JRE): the layers are unpacked and the image's own entry point is run with this machine's Java, as the image's
environment says. It does not show that eclipse-temurin can be fetched. Needs: JDK 17, Maven, a built project is not needed.
"""

import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import threading

HOME = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def base_image():
    """The blobs of an image of one empty layer, and its manifest."""
    plain = io.BytesIO()
    tarfile.open(fileobj=plain, mode="w").close()
    layer = gzip.compress(plain.getvalue(), mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["JAVA_HOME=/opt/java/openjdk"]},
            "rootfs": {"type": "layers", "diff_ids": [digest(plain.getvalue())]},
            "history": [{"created_by": "check-image"}],
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": len(config),
                "digest": digest(config),
            },
            "layers": [
                {
                    "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    "size": len(layer),
                    "digest": digest(layer),
                }
            ],
        }
    ).encode()
    return {digest(layer): layer, digest(config): config}, manifest


class Registry(http.server.BaseHTTPRequestHandler):
    blobs, manifest = base_image()

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        name = self.path.rsplit("/", 1)[-1]
        if "/manifests/" in self.path:
            status, kind, data = 200, MANIFEST, self.manifest
        elif self.path == "/v2/":
            status, kind, data = 200, "application/json", b"{}"
        elif name in self.blobs:
            status, kind, data = 200, "application/octet-stream", self.blobs[name]
        else:
            status, kind, data = 404, "application/json", b"{}"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", digest(data))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_):
        pass


def build(port):
    subprocess.run(
        [os.environ.get("MAVEN", "mvn"), *os.environ.get("MAVEN_ARGS", "").split(), "-B", "-q"]
        + ["-Pimage", "-P!static-checks", "-Dmaven.test.skip=true", "-pl", "src/app", "-am", "package"]
        + [f"-Djib.from.image=localhost:{port}/base:1", "-Djib.allowInsecureRegistries=true"],
        cwd=HOME,
        check=True,
    )
    return HOME / "src/app/target/jib-image.tar"


def unpack(image, root):
    """Unpacks all layers, and gives what the image says of itself."""
    with tarfile.open(image) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]
        for name in manifest["Layers"]:
            with tarfile.open(fileobj=tar.extractfile(name), mode="r:gz") as layer:
                layer.extractall(root)
        return json.load(tar.extractfile(manifest["Config"]))["config"]


def run(root, config, arguments, **options):
    """The entry point with the paths of the unpacked image."""
    entry = list(config["Entrypoint"])
    at = entry.index("-cp") + 1
    listed = entry[at]
    if listed.startswith("@"):
        listed = (root / listed[2:]).read_text().strip()
    entry[at] = listed.replace("/opt/questream", str(root / "opt/questream"))
    environment = dict(variable.split("=", 1) for variable in config["Env"])
    environment = {
        name: value.replace("/var/", f"{root}/var/") for name, value in environment.items()
    }
    environment["PATH"] = os.environ["PATH"]
    if "JAVA_HOME" in os.environ:
        entry[0] = os.environ["JAVA_HOME"] + "/bin/java"
    return subprocess.run(
        entry + arguments,
        env=environment,
        cwd=root / config["WorkingDir"][1:],
        capture_output=True,
        text=True,
        **options,
    )


def main():
    server = http.server.ThreadingHTTPServer(("localhost", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    image = build(server.server_port)
    first = hashlib.sha256(image.read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        config = unpack(image, root)
        for name in ("var/lib/questream/state", "var/cache/questream"):
            assert (root / name).stat().st_mode & 0o777 == 0o777, name
        assert os.access(root / "opt/questream/healthcheck.sh", os.X_OK)
        assert config["User"] == "10001:10001" and config["Cmd"] == ["run"], config
        version = run(root, config, ["--version"])
        assert version.returncode == 0, version.stderr
        encoded = run(root, config, ["encode"], input="Who painted Guernica?\n")
        assert encoded.returncode == 0, encoded.stderr
        assert len(json.loads(encoded.stdout)["embedding"]) == 384
        started = run(root, config, config["Cmd"] + ["--bootstrap-server", "localhost:1", "--set", "startup.timeout.ms=1000"])
        assert started.returncode == 4, started.stderr
        print(version.stdout + encoded.stderr + started.stderr, end="")
    build(server.server_port)
    assert hashlib.sha256(image.read_bytes()).hexdigest() == first, "a second build differs"
    print(f"the image is complete but for its base, and built twice the same: {image.stat().st_size >> 20} MiB, sha256 {first}")


if __name__ == "__main__":
    sys.exit(main())
