"""The tables, in Markdown."""

import statistics

GRADFLOW = "gradflow"
FLOOR = "× floor (one core / all)"
# Of the turns of a tool, each the median of several runs if they are short.
TIMES = ["best turn", "median"]
RATIO = "peer/gradflow (best / median)"


def markdown(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def seconds(value):
    """Three digits, in s, ms or µs."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= 0.9995 * size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def times_as_fast(theirs, ours):
    """Ratios of the best and of the median times."""
    return f"{theirs['min'] / ours['min']:.2f} / {theirs['median'] / ours['median']:.2f}"


def times_floor(time, floor):
    """A time beside the least that one core could take, and all of them."""
    return f"{time / floor['one']:.2f} / {time / floor['all']:.2f}" if floor else "—"


def head(facts):
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def races(row):
    """How good the reference is, and a line for each tool at each error."""
    lines = []
    for race in row["races"]:
        ours = race["tools"].get(GRADFLOW)
        for tool, entry in race["tools"].items():
            lines.append(race_line(race, tool, entry, ours, row))
    header = ["error ≤", "tool", "method", "rtol", "evaluations", "error", *TIMES, "start-up"]
    agreement = f"gradflow at rtol 1e-12 and the reference agree to {row['agreement']:.0e}."
    return [agreement, markdown([*header, FLOOR, RATIO, "goal"], lines)]


def race_line(race, tool, entry, ours, row):
    floor = times_floor(entry["min"] / entry["evaluations"], row.get("floor"))
    ratio, goal = "1", ""
    if tool != GRADFLOW:
        ratio = times_as_fast(entry, ours) if ours else "gradflow is not this exact"
        goal = f"{row['goals'][tool]:g}"
    work = [entry["evaluations"], f"{entry['error']:.1e}", seconds(entry["min"]), seconds(entry["median"])]
    setting = [tool, entry["method"], f"{entry['rtol']:.1e}"]
    return [f"{race['target']:.0e}", *setting, *work, seconds(entry["startup"]), floor, ratio, goal]


def contests(row):
    """A line for each way, contest by contest."""
    lines = []
    for contest in row["contests"]:
        ways = [ours_of(row, contest), *theirs_of(row, contest)]
        lines += [contest_line(way, ways[0], contest) for way in ways]
        lines += [[peer, "not installed", *"—————", ""] for peer in row["missing"]]
    header = ["tool", "method", *TIMES, "start-up", "difference", FLOOR]
    return [markdown([*header, RATIO], lines)]


def contest_line(way, ours, contest):
    floor = times_floor(min(way["times"]), contest["floor"])
    ratio = "1" if way is ours else times_as_fast(bounds(way), bounds(ours))
    times = [seconds(bounds(way)[key]) for key in ("min", "median")]
    return [way["tool"], way["method"], *times, seconds(way["startup"]), f"{way['difference']:.0e}", floor, ratio]


def bounds(way):
    return {"min": min(way["times"]), "median": statistics.median(way["times"])}


def ours_of(row, contest):
    return next(w for w in row["ways"] if w["tool"] == GRADFLOW and w["method"] == contest["ours"])


def theirs_of(row, contest):
    return [w for w in row["ways"] if w["tool"] != GRADFLOW and w["method"] in contest["theirs"]]


def summary(rows):
    """All ratios of median times beside the goals: of integrations at each error, of the others against the fastest."""
    integrated = [line for number, row in rows.items() if "races" in row for line in summary_of_races(number, row)]
    evaluated = [summary_of_contest(n, row, c) for n, row in rows.items() if "ways" in row for c in row["contests"]]
    first = markdown(["row", "problem", "peer", "1e-5", "1e-7", "1e-9", "goal", "met", "× floor"], integrated)
    header = ["row", "problem", "gradflow", "the peers' best", "agree", "ratio", "goal", "met", "× floor"]
    second = markdown(header, evaluated)
    return "\n\n".join(([first] if integrated else []) + ([second] if evaluated else []))


def summary_of_races(number, row):
    """A line a peer."""
    for peer, goal in row["goals"].items():
        ratios = [ratio(race["tools"], peer) for race in row["races"]]
        known = [r for r in ratios if r is not None]
        met = "yes" if known and min(known) >= goal else "no"
        shown = [f"{r:.2f}" if r is not None else "—" for r in ratios]
        yield [number, row["name"], peer, *shown, f"≥ {goal:g}", met, floors_of_races(row)]


def floors_of_races(row):
    """gradflow's times beside the floor that it is held to."""
    ours = [race["tools"][GRADFLOW] for race in row["races"] if GRADFLOW in race["tools"]]
    if not row.get("floor") or not ours:
        return "—"
    least = row["floor"][row["cores"]]
    times = [entry["min"] / entry["evaluations"] / least for entry in ours]
    return f"{min(times):.1f} to {max(times):.1f}, {row['cores']}"


def summary_of_contest(number, row, contest):
    ours = ours_of(row, contest)
    best = min(theirs_of(row, contest), key=lambda way: bounds(way)["median"])
    value = bounds(best)["median"] / bounds(ours)["median"]
    agree = max(way["difference"] for way in [ours, *theirs_of(row, contest)]) <= row["agreement"]
    met = "yes" if agree and value >= contest["goal"] else "no"
    peer = f"{best['tool']} {best['method']}"
    floor = f"{bounds(ours)['min'] / contest['floor']['all']:.1f}, all" if contest["floor"] else "—"
    verdict = [f"{value:.2f}", f"≥ {contest['goal']:g}", met, floor]
    return [number, row["name"], contest["ours"], peer, "yes" if agree else "NO", *verdict]


def ratio(tools, peer):
    """Of median times."""
    if GRADFLOW not in tools or peer not in tools:
        return None
    return tools[peer]["median"] / tools[GRADFLOW]["median"]
