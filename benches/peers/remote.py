"""Tools in processes of their own, so that one's threads and settings are not another's."""

import multiprocessing
import os
import traceback


def serve(connection, module, name, arguments):
    """Makes the tool `name` of a module and answers calls of its methods until there are no more."""
    tool = getattr(__import__(module), name)(*arguments)
    while True:
        try:
            method, values = connection.recv()
        except EOFError:
            tool.close()
            return
        try:
            connection.send((True, getattr(tool, method)(*values)))
        except Exception:
            connection.send((False, traceback.format_exc()))


class Remote:
    """A tool in another process, which sees `environment` besides our own."""

    def __init__(self, label, module, name, *arguments, environment=None):
        self.name = label
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        saved = dict(os.environ)
        os.environ.update(environment or {})
        self.process = context.Process(target=serve, args=(theirs, module, name, arguments))
        self.process.start()
        os.environ.clear()
        os.environ.update(saved)
        theirs.close()

    def __getattr__(self, method):
        def call(*values):
            self.connection.send((method, values))
            is_well, answer = self.connection.recv()
            if not is_well:
                raise RuntimeError(answer)
            return answer

        return call

    def close(self):
        self.connection.close()
        self.process.join()


class Fastest:
    """Of several remotes of one tool, for each problem the one that is done with `trial` first."""

    def __init__(self, remotes, trial):
        self.name = remotes[0].name
        self.remotes = remotes
        self.trial = trial
        self.chosen = remotes[0]

    def load(self, problem):
        times = []
        for remote in self.remotes:
            remote.load(problem)
            times.append(min(self.trial(remote, problem) for _ in range(3)))
        self.chosen = self.remotes[times.index(min(times))]

    def __getattr__(self, method):
        return getattr(self.chosen, method)
