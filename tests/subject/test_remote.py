"""Passes that are packed for a server: what is sent, what is refused, and what becomes of errors on the way.

Passes on a server itself, a process without this package, are tested in `tests/lab/test_remote.py`.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nnsight
import pytest
import torch
from nnsight import TransformersModel
from nnsight.intervention.backends.remote import RemoteBackend, RemoteError
from nnsight.modeling import huggingface
from nnsight.schema.config import CONFIG
from torch import Tensor

import saecircuits as sc
from saecircuits.dictionaries import JumpReLU, TopK
from saecircuits.dictionaries.sending import encoder_of
from saecircuits.errors import InputError, SaeCircuitsError
from saecircuits.interventions.live import LivePass, part_of
from saecircuits.sites import Site
from saecircuits.subject import Subject, held, load_model
from saecircuits.subject.loading import without_weights
from saecircuits.subject.remote.calls import given, packed
from saecircuits.subject.remote.host import Host, opened, performed
from saecircuits.subject.remote.sources import Installed, sources_of
from saecircuits.subject.remote.wire import Ends, pack, unpack
from tests.ndif import saved_model
from tests.tiny import tiny_model, tiny_tokenizer
from tests.tiny_dictionaries import random_transcoder

PROMPT = "w1 w2 w3"
SITES = [Site("resid_mid", 0), Site("mlp_out", 1)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_model("llama", tmp_path_factory.mktemp("models") / "llama")


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONFIG.API, "APIKEY", "00000000-0000-0000-0000-000000000000")


@pytest.fixture
def away(folder: Path, key: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
    """A model on NDIF, as far as this side knows."""
    subject = without_weights(str(folder), tiny_tokenizer(), "tiny")
    monkeypatch.setitem(huggingface._ID_CACHE, subject.traced.repo_id, "tiny/llama")
    yield subject


def tiny(remote: bool | str = False) -> Subject:
    return load_model(tiny_model("llama"), tiny_tokenizer(), remote=remote)


@pytest.fixture(scope="module")
def simulated() -> Subject:
    """With nnsight's own simulation of a server."""
    return tiny("local")


# --- the simulation -----------------------------------------------------------------------------------------------


def test_the_simulation_reads_what_is_read_here(simulated: Subject) -> None:
    assert simulated.remote == "local"
    here, there = tiny().read(PROMPT, SITES), simulated.read(PROMPT, SITES)
    assert list(here) == list(there)
    for site in SITES:
        torch.testing.assert_close(there[site], here[site], atol=0, rtol=0)


def test_side_effects_of_a_body_are_lost(simulated: Subject) -> None:
    seen: list[Tensor] = []

    def body() -> int:
        seen.append(simulated.get(SITES[0]))
        return len(seen)

    assert simulated.run(PROMPT, body) == 1
    assert seen == []
    assert simulated.run(PROMPT, body) == 1  # the list that is sent is empty again


def test_a_body_of_a_user_is_sent_by_its_source(simulated: Subject) -> None:
    layers = [0, 1]
    found = simulated.run(PROMPT, lambda: [simulated.get(Site("mlp_out", layer)).norm() for layer in layers])
    expected = [value.norm() for value in tiny().read(PROMPT, [Site("mlp_out", 0), Site("mlp_out", 1)]).values()]
    torch.testing.assert_close(found, expected)


def test_errors_of_this_package_come_back(simulated: Subject) -> None:
    def body() -> None:
        raise InputError("This came.", "That helps.")

    with pytest.raises(InputError, match=r"This came\. That helps\.") as caught:
        simulated.run(PROMPT, body)
    assert caught.value.cure == "That helps."


def test_another_model_is_refused(simulated: Subject) -> None:
    other = tiny()
    with pytest.raises(InputError, match=r"A pass through .* refers to .* too"):
        simulated.run(PROMPT, lambda: other.n_layers)


def test_the_package_as_a_whole_is_refused(simulated: Subject) -> None:
    with pytest.raises(InputError, match=r"the module saecircuits, .*from saecircuits import Site"):
        simulated.run(PROMPT, lambda: simulated.get(sc.Site("mlp_out", 0)))


def test_what_cannot_be_sent_is_refused(simulated: Subject, tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file, pytest.raises(InputError, match="cannot be sent to the server"):
        simulated.run(PROMPT, lambda: file.name)


# --- what is sent -------------------------------------------------------------------------------------------------


def sizes(subject: Subject, asked: Any) -> dict[str, int]:
    request = packed(subject, asked, 1)
    return {name: len(pickle.dumps(value)) for name, value in request.items()}


def test_a_pass_carries_little(simulated: Subject) -> None:
    plain = sizes(simulated, (lambda: simulated.get(SITES[0]), None, False, ()))
    assert plain["sources"] < 120_000  # text, before compression
    assert plain["tensors"] < 2_000
    assert plain["body"] < 4_000


def test_a_pass_carries_of_a_dictionary_what_it_uses(simulated: Subject) -> None:
    dictionary = random_transcoder(1, simulated.d_model, n_features=4096)
    whole, part = sum(4 * p.numel() for p in dictionary.parameters()), part_of(simulated, dictionary, [slice(7, 8)])

    def body() -> Tensor:
        LivePass(simulated, [part], lambda d, x: d.encode(x), lambda _, z: z * 2, {}).run()
        return simulated.logits()

    sent = sizes(simulated, (body, None, False, ()))["tensors"]
    assert 0.5 * whole < sent < 0.53 * whole  # TopK: the encoder, one row of the decoder, and no more
    dictionary.activation = JumpReLU(torch.zeros(4096))
    part = part_of(simulated, dictionary, [slice(7, 9)])
    assert sizes(simulated, (body, None, False, ()))["tensors"] < 5_000  # each alone: two rows of both
    x = torch.randn(1, 50, 1, 32)
    assert part.encoded(lambda d, x: d.encode(x), x).nonzero()[:, -1].unique().tolist() == [7, 8]
    expected = dictionary.encode(x)[..., 7:9]
    torch.testing.assert_close(part.encoded(lambda d, x: d.encode(x), x)[..., 7:9], expected)
    dictionary.activation = TopK(6)
    part = part_of(simulated, dictionary, [slice(None)])
    assert part.encoder is not None
    torch.testing.assert_close(part.encoder.encode(torch.ones(1, 1, 32)), dictionary.encode(torch.ones(1, 1, 32)))
    rows = encoder_of(dictionary, torch.tensor([5, 9]))
    x = torch.randn(2, 1, 32)
    torch.testing.assert_close(rows.preactivations(x), dictionary.preactivations(x)[:, [5, 9]])


def test_a_slice_does_not_bring_its_storage(simulated: Subject) -> None:
    big = torch.zeros(100_000)
    assert len(pack(big[:2], Ends(Installed(), simulated)).tensors) < 4_000


def test_the_sources_are_those_that_are_imported() -> None:
    found = sources_of({"interventions.live"})
    names = {name.removeprefix("saecircuits.") for name in found.texts}
    assert {"interventions.live", "subject.subject", "dictionaries.dictionary", "sites"} <= names
    assert not any(name.startswith(("widgets", "features", "lab", "training", "exports")) for name in names)
    assert found.exports["saecircuits.subject"]["Subject"] == ("saecircuits.subject.subject", "Subject")
    host = Host("saecircuits", found.texts, found.exports)
    hosted = host.load("saecircuits.interventions.live")
    assert hosted.LivePass is not LivePass
    assert hosted.LivePass.__module__ == "_hosted_saecircuits.interventions.live"
    assert host.find("saecircuits.subject", "Subject") is hosted.Subject


def counters() -> tuple[Any, Any]:
    return (lambda x: x + 1), (lambda x: x - 1)  # two on one line


def test_functions_within_functions_keep_their_place() -> None:
    ends = Ends(Installed())

    def again(value: Any) -> Any:
        sent = pack(value, ends)
        return unpack(sent.body, sent.tensors, ends)

    up, down = again(counters())
    assert (up(1), down(1)) == (2, 0)
    shared = torch.zeros(3)
    first, second = again((shared, [shared, shared[1:]]))
    assert first is second[0]


# --- the key and the server's refusals ----------------------------------------------------------------------------


def test_without_a_key_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONFIG.API, "APIKEY", None)
    with pytest.raises(InputError, match=r"No key for NDIF is set\. .*nnsight\.login\(\).*NDIF_API_KEY"):
        load_model("google/gemma-2-2b", remote=True)


def test_a_loaded_model_is_not_remote(key: None) -> None:
    with pytest.raises(InputError, match="A loaded model is to be remote"):
        load_model(tiny_model("llama"), tiny_tokenizer(), remote=True)


def test_remote_is_one_of_three() -> None:
    with pytest.raises(InputError, match="remote is 'ndif'"):
        load_model(tiny_model("llama"), tiny_tokenizer(), remote="ndif")


def test_options_of_weights_are_refused(key: None) -> None:
    with pytest.raises(InputError, match="Options dtype came with remote=True"):
        load_model("google/gemma-2-2b", remote=True, dtype=torch.bfloat16, revision="main")


def test_a_folder_is_not_remote(folder: Path, key: None) -> None:
    with pytest.raises(InputError, match="a folder here, is to be remote, and NDIF knows models by their Hugging Face"):
        load_model(folder, remote=True)
    with pytest.raises(InputError, match="a folder here, is to be remote"):
        sc.load_model("world", remote=True)


REFUSALS = {
    "Failed to send request: Invalid API key.": (InputError, "refuses the key.*Set another"),
    "Could not deploy this model. CANT_ACCOMMODATE": (InputError, "does not have the model ready.*nnsight.status"),
    "Failed to send request: Client nnsight version 0.8.1 is below 0.9": (InputError, "do not go together"),
    "Your job exceeded the execution timeout of 3600s.": (InputError, "broke the pass off.*fewer or shorter"),
    "The model architecture on this server doesn't match.\n\nCompare versions": (
        InputError,
        r"together \(The model arch",
    ),
    "Traceback\n  File '/versions/3.12/timeout.py'\nTypeError: no": (
        SaeCircuitsError,
        "did not run the pass: TypeError: no",
    ),
    "Traceback\n  line\ntorch.OutOfMemoryError: CUDA out of memory. Tried": (InputError, "broke the pass off"),
    "Traceback\n  line\nValueError: nothing fits": (SaeCircuitsError, "did not run the pass: ValueError: nothing fits"),
}


@pytest.mark.parametrize("said", REFUSALS, ids=lambda said: said[:30])
def test_what_the_server_says_is_told(away: Subject, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def request(*_: Any) -> None:
        raise RemoteError(said)

    monkeypatch.setattr(RemoteBackend, "request", request)
    kind, words = REFUSALS[said]
    with pytest.raises(kind, match=words):
        away.predict(PROMPT)


@pytest.mark.parametrize("error", [ConnectionRefusedError(111, "refused"), httpx.ReadTimeout("slow"), OSError("cut")])
def test_a_lost_connection_is_told(away: Subject, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def request(*_: Any) -> None:
        raise error

    monkeypatch.setattr(RemoteBackend, "request", request)
    with pytest.raises(SaeCircuitsError, match=r"could not be reached, or the connection.*Try again") as caught:
        away.predict(PROMPT)
    assert caught.value.__cause__ is error
    with pytest.raises(SaeCircuitsError, match="could not be reached"):
        away.generate(away.tokenize(PROMPT), lambda _: None, 2)


def test_the_request_names_the_model_and_its_attention(away: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def request(self: RemoteBackend, request: Any, _: Any) -> None:
        asked.append((request.model_key, request.env, self.api_key))
        raise RemoteError("enough")

    monkeypatch.setattr(RemoteBackend, "request", request)
    with pytest.raises(SaeCircuitsError):
        away.predict(PROMPT)
    (model_key, env, api_key), *_ = asked
    assert '"repo_id": "tiny/llama"' in model_key
    assert env == {"attn_implementation": away.config._attn_implementation}
    assert api_key == CONFIG.API.APIKEY


def apart(folder: Path) -> Subject:
    """The subject as code of a key that is not trusted has it: the modules have no values."""
    traced = TransformersModel(str(folder), task="text-generation", tokenizer=tiny_tokenizer())
    return Subject.hosted(traced, "tiny", tiny().architecture)


@pytest.mark.parametrize("what", ["gradients", "weights", "norms and attention patterns to hold"])
def test_what_needs_the_model_is_refused_apart_from_it(folder: Path, what: str) -> None:
    subject = apart(folder)
    with pytest.raises(InputError, match=f"apart from the model, so there are no {what}.*Load the model here"):
        subject.check_at_hand(what)
    assert subject.device.type in ("cpu", "cuda")


class Apart:
    """The model as the code of such a key has it: values pass through it, and its modules are empty."""

    def __init__(self, folder: Path, traced: TransformersModel) -> None:
        self._module = TransformersModel(str(folder), task="text-generation", tokenizer=tiny_tokenizer())._module
        self._traced = traced

    def __getattr__(self, name: str) -> Any:
        return getattr(self._traced, name)


def test_values_are_read_and_written_apart_from_the_model(folder: Path) -> None:
    here = load_model(folder, tiny_tokenizer())
    site = Site("mlp_out", 1)

    def body() -> Tensor:
        here.set(site, 2 * here.get(site))
        return here.logits()

    request, model = packed(here, (body, None, False, ()), 1), here.traced
    with torch.no_grad(), model.trace(here.tokenize(PROMPT).inputs()):
        found = nnsight.save(performed(request, Apart(folder, model)))
    torch.testing.assert_close(given(here, found), here.run(PROMPT, body))
    assert not torch.allclose(given(here, found)[:, -1], here.predict(PROMPT))


def test_values_are_written_in_the_precision_of_the_server_apart_from_the_model(folder: Path) -> None:
    here = load_model(folder, tiny_tokenizer(), dtype=torch.bfloat16)

    def body() -> Tensor:
        for site in (Site("mlp_out", 1), Site("resid_mid", 2)):
            here.set(site, 2 * here.get(site))
        return here.logits()

    request, model = packed(here, (body, None, False, ()), 1), here.traced
    assert next(Apart(folder, model)._module.parameters()).dtype == torch.float32
    with torch.no_grad(), model.trace(here.tokenize(PROMPT).inputs()):
        found = nnsight.save(performed(request, Apart(folder, model)))
    torch.testing.assert_close(given(here, found), here.run(PROMPT, body), atol=0, rtol=0)


def test_a_server_without_modules_is_told(folder: Path) -> None:
    here = load_model(folder, tiny_tokenizer())
    bare = Apart(folder, here.traced)
    bare._module = None
    with pytest.raises(Exception, match="apart from llama, and has no modules of it for them"):
        performed(packed(here, (lambda: 0, None, False, ()), 1), bare)


def test_no_step_of_a_generation_builds_a_graph_apart_from_the_model(folder: Path) -> None:
    def body(step: int) -> None:
        if torch.is_grad_enabled():
            raise InputError(f"Step {step} builds a graph.", "")

    here = load_model(folder, tiny_tokenizer())
    with torch.enable_grad():
        opened(packed(here, body, 1), Apart(folder, here.traced)).step(0)


def test_gradients_and_holding_are_refused_apart_from_the_model(folder: Path) -> None:
    here = load_model(folder, tiny_tokenizer())
    for grad, around in ((True, ()), (False, ((held, ([], [])),))):
        request = packed(here, (lambda: here.n_layers, None, grad, around), 1)
        refused = performed(request, Apart(folder, here.traced))
        with pytest.raises(InputError, match="runs passes of this key apart from the model"):
            given(here, refused)
