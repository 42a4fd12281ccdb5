"""The cache: a workspace with nothing to do."""

import os
import shutil

from inputs import ROOT
from measure import Command
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


ROWS = [
    Row("workspace-hit", f"a workspace of {PACKAGES} packages, nothing to do", workspace_hit,
        goal=60),
]
