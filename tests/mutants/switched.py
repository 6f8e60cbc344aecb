#!/usr/bin/env python3
"""Puts every fault of some parts into one build, each behind a number, and tries one after the other.

    switched.py COPY PARTS KNOWN PART...

COPY is a checkout of the project, or of its rules alone, that may be changed; a line of PARTS says which files a PART is and
which tests must notice. A function's body becomes a choice between itself and itself with a fault, by
the number in the variable FAULT; so a fault costs a run of the tests and no build. The faults are those
that cargo-mutants finds, and in the statements of SQL a comparison that is turned, a condition that is
left out or an order that is reversed. What the tests with the embedded database do not notice is tried
with PostgreSQL too, where DUNGHEN_TEST_POSTGRES names one. Prints what neither notices and KNOWN does
not explain; ends with 1 where there is such. Faults that do not compile are left out, and so are those
outside of a body and in a `const fn`.
"""

import json
import os
import pathlib
import re
import resource
import shlex
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass

LONGEST = 60  # seconds for the tests of the library, where nobody else ends them
ROOM = 8 << 30  # bytes of memory for one process, where a fault collects without end
TOKENS = re.compile(r"""//[^\n]*|/\*.*?\*/|r(\#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'|[{}()\[\];]""", re.S)
FUNCTION = re.compile(r"^[ \t]*(?:pub(?:\([a-z ]+\))? )?(?:const )?(?:async )?fn (\w+)", re.M)
STATEMENT = re.compile(r"^(?:pub(?:\([a-z ]+\))? )?const (\w+): (?:Sql|&str) = ", re.M)
TEXT = re.compile(r'"(?:\\.|[^"\\])*"', re.S)
IS_SQL = re.compile(r'"\s*(?:select|update|insert|delete|with|where|and|or|on|from|order|\))\b', re.I)
TURNED = [(r" <= ", " < "), (r" < ", " <= "), (r" >= ", " > "), (r" > ", " >= "), (r" <> ", " = "),
          (r" is null", " is not null"), (r" is not null", " is null"), (r" desc\b", ""), (r" or ", " and ")]
CONDITION = re.compile(r"\s(?:where|and|or) \(*", re.I)
ENDS_CONDITION = re.compile(r"\b(?:and|or|order|group|limit|returning|on conflict|for|when|then)\b|[()\"]", re.I)


@dataclass
class Fault:
    name: str
    body: str  # of the function, with the fault in it
    lines: range = range(0)  # where it stands in what is built


def ends_at(text, start, until):
    """Where the first of `until` stands behind `start`, outside of any bracket, word or comment."""
    depth = 0
    for token in TOKENS.finditer(text, start):
        found = token.group()
        if depth == 0 and found in until:
            return token.start()
        depth += (found in "{([") - (found in "})]") if len(found) == 1 else 0
    raise ValueError(f"no {until} behind {text[start:start + 60]!r}")


def functions(text):
    """The outermost functions before the tests: their names and where their bodies stand."""
    found, last = [], 0
    tests = text.find("#[cfg(test)]")
    for head in FUNCTION.finditer(text, 0, tests if tests >= 0 else len(text)):
        if head.start() < last:
            continue
        begins = ends_at(text, head.end(), "{;")
        if text[begins] == ";" or " const fn " in f" {head.group()}" or "-> impl " in text[head.end():begins]:
            continue
        last = ends_at(text, begins + 1, "}")
        found.append((head.group(1), begins + 1, last))
    return found


def offset(lines, place):
    # cargo-mutants counts characters, from 1
    return sum(len(line) for line in lines[: place["line"] - 1]) + place["column"] - 1


def turned(literal):
    """What a statement becomes with one fault in it, and the words for that."""
    for wrong, right in TURNED:
        for at in re.finditer(wrong, literal):
            yield literal[: at.start()] + right + literal[at.end():], f"{at.group().strip()!r} by {right.strip()!r}"
    for at in CONDITION.finditer(literal):
        condition = literal[at.end():condition_end(literal, at.end())].rstrip()
        whole = condition.count("(") == condition.count(")")
        if whole and " between " not in condition and condition not in ("", "true"):
            # With the condition still in it, so that each parameter keeps its place.
            left_out = f"{literal[:at.end()]}({condition} or 1 = 1){literal[at.end() + len(condition):]}"
            yield left_out, f"{' '.join(condition.split())!r} by 'true'"


def condition_end(literal, start):
    depth = 0
    for token in ENDS_CONDITION.finditer(literal, start):
        if depth == 0 and token.group() != "(":
            return token.start()
        depth += (token.group() == "(") - (token.group() == ")")
    return len(literal)


def sql_faults(text):
    """Faults of the statements: (function, name, body), and the constants that they need, by their place."""
    bodies, constants = [], []
    inside = functions(text)
    for name, begin, end in inside:
        for literal in TEXT.finditer(text, begin, end):
            if IS_SQL.match(literal.group()):
                for other, words in turned(literal.group()):
                    body = text[begin:literal.start()] + other + text[literal.end():end]
                    bodies.append((begin, f"replace {words} in {name}", body))
    for head in STATEMENT.finditer(text):
        end = ends_at(text, head.end(), ";") + 1
        users = [one for one in inside if re.search(rf"\b{head.group(1)}\b", text[one[1]:one[2]])]
        number = 0
        for literal in TEXT.finditer(text, head.end(), end):
            for other, words in turned(literal.group()):
                number += 1
                copy = f"{head.group(1)}_{number}"
                constant = text[head.start():literal.start()] + other + text[literal.end():end]
                constants.append((end, "\n#[allow(dead_code)]\n" + constant.replace(head.group(1), copy, 1)))
                for name, begin, last in users:
                    body = re.sub(rf"\b{head.group(1)}\b", copy, text[begin:last])
                    bodies.append((begin, f"replace {words} of {head.group(1)} in {name}", body))
    return bodies, constants


def faults_of(path, text, listed):
    """The faults of a file by the place of the body that they are in, and the constants beside."""
    lines = text.splitlines(keepends=True)
    found, left_out = {}, 0
    for one in listed:
        begin, end = offset(lines, one["span"]["start"]), offset(lines, one["span"]["end"])
        home = next((f for f in functions(text) if f[1] <= begin and end <= f[2]), None)
        if home is None:
            left_out += 1
            continue
        body = text[home[1]:begin] + one["replacement"] + text[end:home[2]]
        name = re.sub(r"^([^:]*):\d+:\d+: ", r"\1: ", one["name"])
        found.setdefault(home[1], []).append(Fault(name, body))
    bodies, constants = sql_faults(text) if path.startswith("src/store/") else ([], [])
    for begin, name, body in bodies:
        found.setdefault(begin, []).append(Fault(f"{path}: {name}", body))
    return found, constants, left_out


def switch(text, found, constants, numbers):
    """The file with a choice in each body that has faults; notes on which lines each fault stands."""
    parts, last = [], 0
    ends = {begin: end for _, begin, end in functions(text)}
    edits = [(begin, ends[begin], faults) for begin, faults in found.items()]
    edits += [(at, at, constant) for at, constant in constants]
    for begin, end, edit in sorted(edits, key=lambda one: one[:2]):
        parts.append(text[last:begin])
        last = end
        if isinstance(edit, str):
            parts.append(edit)
            continue
        parts.append(" match crate::fault() {\n")
        for fault in edit:
            first = "".join(parts).count("\n") + 1
            parts.append(f"{numbers[id(fault)]} => {{ {fault.body} }}\n")
            fault.lines = range(first, "".join(parts).count("\n") + 1)
        parts.append(f"_ => {{ {text[begin:end]} }}\n}}\n")
    return "".join(parts) + text[last:]


def build_without_what_does_not_compile(sources):
    """Writes the switched files until they compile; says which faults are in them, by number."""
    while True:
        left = [fault for found, _ in sources.values() for faults in found.values() for fault in faults]
        numbers = {id(fault): number for number, fault in enumerate(left, 1)}
        for path, (found, constants) in sources.items():
            path.write_text(switch(ORIGINAL[path], found, constants, numbers))
        check = subprocess.run(["cargo", "check", "--lib", *FEATURES, "--message-format=json"],
                               capture_output=True, text=True, check=False)
        if check.returncode == 0:
            return dict(enumerate(left, 1))
        wrong = set()
        for line in check.stdout.splitlines():
            message = json.loads(line).get("message") or {}
            if message.get("level") == "error":
                for span in message["spans"]:
                    while span["expansion"] and span["file_name"] not in map(str, sources):
                        span = span["expansion"]["span"]
                    found = sources.get(pathlib.Path(span["file_name"]), ({}, None))[0]
                    wrong |= {id(fault) for faults in found.values() for fault in faults
                              if span["line_start"] in fault.lines and span["line_end"] in fault.lines}
        if not wrong:
            sys.exit(check.stderr[-3000:])
        print(f"{len(wrong)} do not compile", flush=True)
        for found, _ in sources.values():
            for begin in found:
                found[begin] = [fault for fault in found[begin] if id(fault) not in wrong]


def build_tests(words, name):
    """Builds the tests of a part; the command that runs them as they are, without asking cargo each time."""
    if "-E" not in words:
        return [built_tests_of_the_library(words), "--test-threads=2"]
    where = words.index("-E")
    known = {"--cargo-metadata": ["cargo", "metadata", "--format-version", "1", *FEATURES],
             "--binaries-metadata": ["cargo", "nextest", "list", "--list-type", "binaries-only",
                                     "--message-format", "json", *FEATURES, *words[:where]]}
    command = ["cargo", "nextest", "run", "--config-file", str(SETTINGS), "--profile", "mutants", "--fail-fast",
               "--no-tests=fail", *words[where:]]
    for option, ask in known.items():
        file = pathlib.Path("target") / f"{name}{option}.json"
        file.write_bytes(subprocess.run(ask, stdout=subprocess.PIPE, check=True).stdout)
        command += [option, str(file)]
    return command


def built_tests_of_the_library(words):
    """All in one process: where there are hundreds of short ones, that is most of their time."""
    built = subprocess.run(["cargo", "test", "--no-run", "--message-format=json", *words],
                           stdout=subprocess.PIPE, text=True, check=True)
    made = [json.loads(line) for line in built.stdout.splitlines()]
    return next(one["executable"] for one in made if one.get("executable") and one["profile"]["test"])


def is_noticed(number, command, **more):
    """Whether a test fails, or never ends; it is not waited for the others then."""
    environment = {**os.environ, "FAULT": str(number), **more}
    has_runner = command[0] == "cargo"
    tried = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             start_new_session=True,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM)))
    ends = threading.Timer(LONGEST, os.killpg, (tried.pid, signal.SIGKILL))
    if not has_runner:
        ends.start()
    said = []
    try:
        for line in tried.stdout:
            said.append(line)
            # Its fellows are not waited for.
            if line.startswith("test ") and line.endswith("... FAILED\n"):
                os.killpg(tried.pid, signal.SIGKILL)
        code = tried.wait()
    finally:
        ends.cancel()
    if has_runner and code not in (0, 100):
        sys.exit("".join(said)[-3000:])
    return code != 0


def parts_of(table, wanted):
    """The files and the tests of each part that is wanted."""
    rows = [line.split("|", 2) for line in pathlib.Path(table).read_text().splitlines() if "|" in line]
    parts = {name.strip(): (files.split(), shlex.split(tests)) for name, files, tests in rows}
    return [parts[name] for name in wanted]


def sources_of(parts):
    """The faults and constants of each file, and how many faults stand outside of any body."""
    files = [file for of_part, _ in parts for file in of_part]
    named = [word for file in files for word in ("-f", file)]
    listed = json.loads(subprocess.run(["cargo", "mutants", "--list", "--json", *named],
                                       capture_output=True, text=True, check=True).stdout)
    sources, left_out = {}, 0
    for file in files:
        path = pathlib.Path(file)
        ORIGINAL[path] = path.read_text()
        found, constants, left = faults_of(file, ORIGINAL[path], [one for one in listed if one["file"] == file])
        sources[path], left_out = (found, constants), left_out + left
    return sources, left_out


def main():
    copy, table, known, *wanted = sys.argv[1:]
    parts = parts_of(table, wanted)
    known = {line.split(" |")[0] for line in pathlib.Path(known).read_text().splitlines()}
    os.chdir(copy)
    sources, left_out = sources_of(parts)
    root = pathlib.Path("src/lib.rs")
    root.write_text(root.read_text() + CHOICE)
    faults = build_without_what_does_not_compile(sources)
    embedded = {"DUNGHEN_TEST_SKIP_POSTGRES": "1"}
    tests = {}
    for number, (files, words) in enumerate(parts):
        command = build_tests(words, f"part-{number}")
        if is_noticed(0, command, **embedded):
            sys.exit(f"fails without any fault: {shlex.join(words)}")
        tests.update(dict.fromkeys(files, command))
    unknown = 0
    for number, fault in faults.items():
        command = tests[fault.name.split(":")[0]]
        if not (is_noticed(number, command, **embedded)
                or "DUNGHEN_TEST_POSTGRES" in os.environ and is_noticed(number, command)):
            explained = fault.name in known
            unknown += not explained
            print("known: " if explained else "not noticed: ", fault.name, sep="", flush=True)
    print(f"{len(faults)} tried, {unknown} neither noticed nor known, {left_out} left out")
    sys.exit(1 if unknown else 0)


ORIGINAL = {}
FEATURES = ["--all-features"]
SETTINGS = pathlib.Path(__file__).resolve().parents[2] / ".config/nextest.toml"  # ends what never would
CHOICE = """
/// The number of the fault to be tried.
pub(crate) fn fault() -> u32 {
    static FAULT: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        std::env::var("FAULT").ok().and_then(|number| number.parse().ok()).unwrap_or_default()
    });
    *FAULT
}
"""

if __name__ == "__main__":
    main()
