"""Reads an outcome file with h5py alone and compares it with its inputs and the JSON report."""

import json
import sys

import h5py
import numpy

outcomes, scenario, model, report = sys.argv[1:]
report = json.load(open(report, encoding="utf-8"))

with h5py.File(outcomes, "r") as file:
    assert file.attrs["complete"] == 1
    assert file.attrs["outcome_digest"] == report["outcome_digest"]
    assert file.attrs["verdict"] == report["verdict"] == "fail"
    assert file["scenario_text"].asstr()[()] == open(scenario, encoding="utf-8").read()
    assert file["model_text"].asstr()[()] == open(model, encoding="utf-8").read()

    replications = file.attrs["replications"]
    arm = file["arms/experiment"]
    assert list(arm["axes/endpoint"].asstr()) == ["shop/GET /"]
    assert list(arm["axes/interval"].asstr()) == ["run", "fault"]

    run = arm["intervals/run/workloads"]
    assert run["latency_p99"].shape == (replications, 1)
    assert run["latency_p99"].attrs["unit"] == "s"
    assert run["latency_p99"].attrs["axes"] == "kept replication, workload"
    assert run["arrived"][:].sum() == report["workloads"]["users"]["count"]

    # The median of the pooled histogram is the one that was reported.
    counts = arm["intervals/fault/workloads/latency_histogram"][0]
    lower = file["latency_bins/lower"][:]
    upper = file["latency_bins/upper"][:]
    assert file["latency_bins/lower"].attrs["unit"] == "s"
    place = numpy.searchsorted(counts.cumsum(), 0.5 * counts.sum())
    median = report["intervals"]["fault"]["workloads"]["users"]["latency_seconds"]["p50"]
    assert lower[place] <= median["estimate"] <= upper[place]
    assert median["interval"][0] <= median["estimate"] <= median["interval"][1]
    assert 0.12 <= median["estimate"] <= 0.14

    objective = report["objectives"][0]
    judgements = arm["objectives/judgement"][:, 0]
    assert judgements.shape == (replications,)
    assert (judgements == 1).sum() == objective["missed"]
    assert objective["probability"] == 1 - objective["missed"] / replications
    assert numpy.allclose(1 - arm["objectives/risk_interval"][0][::-1], objective["interval"])
    assert (file["arms/control/objectives/judgement"][:] == 0).all()

    batches = arm["batches/workload_latency"]
    assert batches["count"][:].sum() == sum(
        interval["workloads/latency_histogram"][:].sum()
        for interval in arm["intervals"].values())
    assert batches["batch"][:].max() == replications - 1

    bands = arm["windows/workloads/latency_p50"]
    assert bands.shape == (5, len(arm["windows/start"]), 1)
    assert (numpy.diff(bands[:, :, 0], axis=0) >= 0).all()

    def described(name, item):
        assert isinstance(item, h5py.Group) or "description" in item.attrs, name
        numeric = isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu"
        assert not numeric or "unit" in item.attrs, name

    file.visititems(described)

print("all as documented")
