#!/usr/bin/env python3
"""usage: make_image.py DIR LAYERS MEGABYTES: an OCI image v1 in DIR, whose layers are tar archives of bytes that do not
compress."""

import gzip
import hashlib
import json
import os
import sys
import tarfile

BLOCK = 1024 * 1024


class RandomBytes:
    """As many random bytes as asked for in all, read piece by piece."""

    def __init__(self, size):
        self.left = size

    def read(self, wanted):
        piece = os.urandom(min(wanted, self.left))
        self.left -= len(piece)
        return piece


class HashedFile:
    """A file that knows the SHA-256 and the size of what was written to it."""

    def __init__(self, path):
        self.file, self.digest, self.size = open(path, "wb"), hashlib.sha256(), 0

    def write(self, data):
        self.digest.update(data)
        self.size += len(data)
        return self.file.write(data)

    def flush(self):
        self.file.flush()


def finish(directory, written, media_type, draft):
    written.file.close()
    digest = written.digest.hexdigest()
    os.rename(draft, os.path.join(directory, "blobs", "sha256", digest))
    return {"mediaType": media_type, "digest": "sha256:" + digest, "size": written.size}


class Tee:
    """The archive, hashed before it is compressed: images name both hashes of a layer."""

    def __init__(self, packed):
        self.packed, self.digest = packed, hashlib.sha256()

    def write(self, data):
        self.digest.update(data)
        return self.packed.write(data)


def add_layer(directory, number, size):
    draft = os.path.join(directory, "draft")
    written = HashedFile(draft)
    with gzip.GzipFile(fileobj=written, mode="wb", compresslevel=0, mtime=0) as packed:
        plain = Tee(packed)
        with tarfile.open(fileobj=plain, mode="w|", bufsize=BLOCK) as archive:
            member = tarfile.TarInfo(f"file{number}")
            member.size = size
            archive.addfile(member, RandomBytes(size))
    descriptor = finish(directory, written, "application/vnd.oci.image.layer.v1.tar+gzip", draft)
    return descriptor, "sha256:" + plain.digest.hexdigest()


def add_json(directory, value, media_type):
    draft = os.path.join(directory, "draft")
    written = HashedFile(draft)
    written.write(json.dumps(value).encode())
    return finish(directory, written, media_type, draft)


def main():
    directory, layers, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) * BLOCK
    os.makedirs(os.path.join(directory, "blobs", "sha256"))
    made = [add_layer(directory, number, size) for number in range(layers)]
    config = {"architecture": "amd64", "os": "linux", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [plain for _, plain in made]}}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": add_json(directory, config, "application/vnd.oci.image.config.v1+json"),
                "layers": [descriptor for descriptor, _ in made]}
    named = add_json(directory, manifest, "application/vnd.oci.image.manifest.v1+json")
    named["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
    files = {"index.json": {"schemaVersion": 2, "manifests": [named]}, "oci-layout": {"imageLayoutVersion": "1.0.0"}}
    for name, value in files.items():
        with open(os.path.join(directory, name), "w", encoding="ascii") as out:
            json.dump(value, out)


main()
