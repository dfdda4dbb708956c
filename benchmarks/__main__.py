"""`python -m benchmarks`: run all of them."""

from __future__ import annotations

from benchmarks import edit_costs_few_forwards, sweep_beats_autograd, sweep_shares_the_model

for benchmark in (sweep_beats_autograd, edit_costs_few_forwards, sweep_shares_the_model):
    print(f"== {benchmark.__name__.rpartition('.')[2]}")
    benchmark.main()
