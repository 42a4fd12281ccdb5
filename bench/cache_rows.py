"""The cache: what a hit costs, alone and in a workspace with nothing to do."""

import os
import shutil

from inputs import ROOT
from measure import Command
from load_rows import open_loop
from rows import Row

PACKAGES = 200


def workspace_hit(inputs):
    folder, store = inputs.path("workspace"), inputs.path("workspace-cache")
    generator = os.path.join(ROOT, "test", "workspace", "Inputs", "make-workspace.py")
    build = [inputs.pkgimg, "build", "--workspace", os.path.join(folder, "workspace.yaml"),
             "--store=" + store]

    for old in (folder, store):
        shutil.rmtree(old, ignore_errors=True)
    inputs.run("python3", generator, folder, str(PACKAGES))
    for _ in range(2):  # the second one writes down that young files are old enough to be trusted
        inputs.run(*build)
    return {"pkgimg": Command(build)}


def cache_loop(inputs, mode):
    """the program, on a store with the smallest image there is"""
    program = inputs.host_program("cache_loop", ("cache", "image", "base"))
    _, image = open_loop(inputs)
    return {"pkgimg": Command([program, mode, inputs.path("cache-loop"), image, "2000"],
                              value=True)}


def cache_accept(inputs):
    return cache_loop(inputs, "accept")


def cache_lookup(inputs):
    return cache_loop(inputs, "lookup")


ROWS = [
    Row("cache-accept", "a sidecar with four sources, nothing changed: from opening it to the "
        "verdict", cache_accept, metric="value", unit="us", goal=30, rounds=5),
    Row("cache-lookup", "the same with the folder searched and the hit counted: "
        "pkgimg_cache_lookup", cache_lookup, metric="value", unit="us", goal=50, rounds=5),
    Row("workspace-hit", f"a workspace of {PACKAGES} packages, nothing to do", workspace_hit,
        goal=60),
]
