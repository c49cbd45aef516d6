"""gradflow beside its peers: bash benches/peers/run.sh [--quick] [row…]"""

import argparse
import json
import statistics
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import floor
import machine
import table
from evaluations import AGREEMENT, evaluate
from gradflow_tool import Gradflow, build
from reference import error, reference
from rows import EVALUATIONS, INTEGRATIONS
from sweep import TARGETS, ladder, race, sweep
from tools import integrators, steppers

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "target" / "peers"


ROWS = f"one of {', '.join([*INTEGRATIONS, *EVALUATIONS])}; all of them if there are none"


def arguments():
    parser = argparse.ArgumentParser(description="gradflow beside its peers, at equal error")
    parser.add_argument("rows", nargs="*", choices=[*INTEGRATIONS, *EVALUATIONS, []], metavar="row", help=ROWS)
    parser.add_argument("--quick", action="store_true", help="fewer tolerances, rounds and updates")
    return parser.parse_args()


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def report_way(way):
    say(f"  {way.tool:9} {way.method:28} {table.seconds(way.times[0]):9} off by {way.difference:.0e}")


def report(point):
    work = f"{point.evaluations:6} evaluations  {point.error:.1e}  {table.seconds(point.seconds)}"
    say(f"  {point.tool:9} {point.method:20} rtol {point.rtol:.0e}  {work}")


def integrate(row, tools, rates, quick):
    """One row: the sweep, then a race at each error."""
    problem = row.make()
    say(problem.name)
    exact = reference(problem, FOLDER / "references")
    points = []
    for tool in tools:
        tool.load(problem)
        points += sweep(tool, problem, exact, ladder(quick), report)
    rounds = 3 if quick else 7
    races = [finished(target, race(tools, problem, points, target, rounds)) for target in TARGETS]
    result = {"name": problem.name, "goals": row.goals, "cores": row.cores, "agreement": agreement(tools[0], problem, exact)}
    return result | {"races": races, "points": [asdict(p) for p in points]} | least(problem, rates)


def agreement(ours, problem, exact):
    """How far gradflow, by other code and at another tolerance, is from the reference."""
    return error(ours.solve("dop853", 1e-12, 1e-15 * problem.scale()).states, exact)


def step(row, tools, rates, quick):
    """One row whose tools all compute the same."""
    problem = row.make(quick)
    say(problem.name)
    methods = {name for contest in row.contests for name in (contest.ours, *contest.theirs)}
    methods -= set(row.left_out) if quick else set()
    ways = evaluate(problem, tools, methods, 3 if quick else 7, report_way)
    contests = [asdict(contest) | {"floor": floor.of_method(problem, contest.ours, rates)} for contest in row.contests]
    missing = [] if problem.kind == "modes" or machine.installed("torch") else ["PyTorch"]
    return {"name": problem.name, "contests": contests, "ways": ways, "missing": missing, "agreement": AGREEMENT}


def least(problem, rates):
    """Seconds that the multiplications of an evaluation take."""
    return {"floor": floor.of_flow(problem, rates)} if problem.kind == "flow" else {}


def finished(target, entries):
    """The result of a race, as it is saved."""
    tools = {}
    for name, entry in entries.items():
        times = {"min": min(entry.times), "median": statistics.median(entry.times), "times": entry.times}
        tools[name] = asdict(entry.point) | times
    return {"target": target, "tools": tools}


def document(results):
    """All tables."""
    parts = ["# gradflow beside its peers", table.head(results["machine"]), table.summary(results["rows"])]
    for number, row in results["rows"].items():
        parts += [f"## {number}. {row['name']}", *(table.races(row) if "races" in row else table.contests(row))]
    return "\n\n".join(parts) + "\n"


def main():
    options = arguments()
    chosen = options.rows or [*INTEGRATIONS, *EVALUATIONS]
    cores = machine.cores()
    with closing(Gradflow(build(ROOT), FOLDER / "problems")) as ours:
        rates = floor.rates(ours, cores)
        results = {"machine": machine.describe(ROOT) | floor.described(rates), "rates": rates, "rows": {}}
        fill(results, chosen, INTEGRATIONS, integrate, integrators(ours, cores), options.quick)
        tools = steppers(ours, cores, machine.installed("torch"))
        fill(results, chosen, EVALUATIONS, step, tools, options.quick)
    print(document(results))


def fill(results, chosen, known, run, opening, quick):
    """The chosen rows of a kind, with the tools for it."""
    numbers = [number for number in chosen if number in known]
    if not numbers:
        return
    with opening as tools:
        for number in numbers:
            results["rows"][number] = run(known[number], tools, results["rates"], quick)
            save(results)


def save(results):
    """What there is so far: a run of all rows is long."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "results.json").write_text(json.dumps(results, indent=1))
    (FOLDER / "table.md").write_text(document(results))


if __name__ == "__main__":
    main()
