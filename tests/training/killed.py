"""A training to be killed: `python -m tests.training.killed FOLDER`, one line a step on standard output."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from saecircuits.training import AuxK, Corpus, Matryoshka, Progress, TrainingPlan, TrainingRun, train
from saecircuits.training.watchers import Onlooker
from tests.tiny import tiny_subject

CORPUS = Corpus.texts([" ".join(f"w{i * j % 56}" for j in range(1, 12)) for i in range(1, 56)])
RUN = TrainingRun(tokens=150 * 64, batch=64, rows=4, pool=200, log_every=1, save_every=3, warm_up=0.1, decay=0.3)
COMMON = {"n_features": 32, "dead_after": 300}
PLANS = (
    TrainingPlan.sae("resid_post.0", activation={"kind": "batchtopk", "k": 4}, **COMMON | {"n_features": 1024}),
    TrainingPlan.transcoder(1, skip=True, activation={"kind": "jumprelu", "threshold": 0.02}, **COMMON),
    TrainingPlan.cross_layer_transcoder(2, activation={"kind": "gated"}, **COMMON),
    TrainingPlan.crosscoder(
        ["resid_post.0", "resid_post.1"], activation={"kind": "topk", "k": 4}, losses=(Matryoshka(), AuxK()), **COMMON
    ),
)


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Speaker(Onlooker):
    """Says every step, so that the killer knows how far it is."""

    def started(self, plans: object, run: object) -> None:
        say("started")

    def logged(self, progress: Progress) -> None:
        say(progress.step)

    def finished(self, error: BaseException | None) -> None:
        say("finished")


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    train(tiny_subject("llama"), CORPUS, PLANS, RUN, folder=folder, watch=[Speaker()], progress=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
