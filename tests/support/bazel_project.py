"""A small project for Bazel: C++ with a generated header, a test, and outputs of every kind that it keeps.

Bazel's own files load rules for C++ and Java, and what merges coverage, from repositories that it would download, used
or not. Three of a few lines stand in for them: its built-in rules under the names by which it loads them.
"""

import os
from pathlib import Path
from typing import Final

RULES: Final = {"rules_cc": "rules/cc", "rules_java": "rules/java", "remote_coverage_tools": "rules/coverage"}
"""Bazel's name of each repository that stands in for one, and where it is."""

GATE: Final = "gate"
"""A named pipe beside the project: an action of `//halfway` waits until somebody has opened and closed it."""

_CC: Final = ("cc_library", "cc_binary", "cc_import", "cc_toolchain", "cc_toolchain_suite")
_JAVA: Final = ("java_library", "java_binary", "java_import", "java_runtime", "java_toolchain")

_BUILD: Final = """\
load(":tree.bzl", "tree")

genrule(
    name = "table",
    srcs = ["words.txt"],
    outs = ["table.h"],
    cmd = "echo '#define WORDS '$$(wc -w < $<) > $@",
)

cc_library(
    name = "words",
    srcs = ["words.cc", "table.h"],
    hdrs = ["words.h"],
)

cc_binary(
    name = "tell",
    srcs = ["tell.cc"],
    deps = [":words"],
)

cc_test(
    name = "check",
    size = "small",
    srcs = ["check.cc"],
    deps = [":words"],
)

genrule(
    name = "noisy",
    outs = ["noisy.txt"],
    cmd = "echo spoken aloud >&2; echo told > $@",
)

genrule(
    name = "empty",
    outs = ["empty.txt"],
    cmd = "touch $@",
)

genrule(
    name = "script",
    outs = ["script.sh"],
    cmd = "echo '#!/bin/sh' > $@; chmod +x $@",
    executable = True,
)

genrule(
    name = "large",
    outs = ["large.bin"],
    cmd = "seq 3000000 > $@",
)

tree(name = "tree")
"""

_TREE: Final = """\
_MAKE = "mkdir -p $1/deep && echo a > $1/a && echo b > $1/deep/b && : > $1/none && ln -s a $1/link"

def _tree(ctx):
    made = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(outputs = [made], command = _MAKE, arguments = [made.path])
    return [DefaultInfo(files = depset([made]))]

tree = rule(implementation = _tree)
"""

_HALFWAY: Final = """\
genrule(
    name = "first",
    outs = ["first.txt"],
    cmd = "echo first > $@",
)

genrule(
    name = "wait",
    srcs = ["first.txt"],
    outs = ["wait.txt"],
    cmd = "cat $< {gate} > $@",
    tags = ["no-cache", "no-sandbox"],
)

genrule(
    name = "last",
    srcs = ["wait.txt"],
    outs = ["last.txt"],
    cmd = "cat $< > $@",
)
"""


def _built_in(names: tuple[str, ...]) -> str:
    return "".join(f"{name} = native.{name}\n" for name in names)


def make(project: Path) -> None:
    """The project's files, in a directory that does not exist yet, and the gate beside it."""
    gate = project.with_name(GATE)
    files = {
        "WORKSPACE": "",
        ".bazelignore": "rules\n",
        "BUILD": _BUILD,
        "tree.bzl": _TREE,
        "words.txt": "one two three\n",
        "words.h": "int words();\n",
        "words.cc": '#include "words.h"\n#include "table.h"\nint words() { return WORDS; }\n',
        "tell.cc": '#include <iostream>\n#include "words.h"\nint main() { std::cout << words() << "\\n"; }\n',
        "check.cc": '#include "words.h"\nint main() { return words() != 3; }\n',
        "halfway/BUILD": _HALFWAY.format(gate=gate),
        "rules/cc/WORKSPACE": "",
        "rules/cc/cc/BUILD": "",
        "rules/cc/cc/defs.bzl": _built_in(_CC),
        "rules/java/WORKSPACE": "",
        "rules/java/java/BUILD": "",
        "rules/java/java/defs.bzl": _built_in(_JAVA),
        "rules/coverage/WORKSPACE": "",
        "rules/coverage/BUILD": 'filegroup(name = "coverage_report_generator", visibility = ["//visibility:public"])\n',
    }
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    os.mkfifo(gate)
