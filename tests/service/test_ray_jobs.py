"""What a cluster does with a job, and who does it; no cluster is needed to say."""

import asyncio
import sys
from pathlib import Path

import pytest

from service.errors import EngineError, SettingsError
from service.indexing_engines import EngineName, engine_of
from service.picture_loading import PictureDecoding
from service.picture_sources import PictureSources
from service.ray_jobs import MOST_TRIES, Job, Jobs, fetched, jobs_of, joined
from service.ray_workers import workers_of
from service.reading_ahead import Plan, Wanted
from service.settings import Settings
from tests.fakes import FakeColours, encoded, picture
from vision.decode import decode

DECODING = PictureDecoding(lambda image: image, FakeColours(), decode)


def wanted(source: str) -> Wanted:
    return Wanted(source, None, frozenset())


def job(folder: Path, *sources: str) -> Job:
    [made] = jobs_of(Plan(tuple(map(wanted, sources)), ()), PictureSources(folder))
    return made


def test_a_batch_of_many_pictures_is_several_jobs_and_its_texts_are_in_one(tmp_path: Path) -> None:
    plan = Plan(tuple(wanted(f"{i}.png") for i in range(150)), ("a", "b"))
    made = list(jobs_of(plan, PictureSources(tmp_path)))
    assert [len(one.pictures) for one in made] == [64, 64, 22]
    assert [one.texts for one in made] == [("a", "b"), (), ()]
    assert sum((one.pictures for one in made), ()) == plan.pictures


def test_what_the_jobs_became_is_one_again() -> None:
    empty, notes = joined([])
    assert (dict(empty.hashes), notes) == ({}, [])


def test_a_worker_without_the_folder_ends_the_run_and_rejects_no_row(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "red.png").write_bytes(encoded(picture("red")))
    made = job(there, "red.png", "nothing.png")
    found = fetched(made, 1, DECODING)
    assert [bool(one.fault) for one in found.reads] == [False, True]
    there.rename(tmp_path / "elsewhere")
    assert (
        f"the folder of the pictures, {there}, is not there on" in fetched(made, 1, DECODING).fault
    )


def test_addresses_need_no_folder(tmp_path: Path) -> None:
    assert not job(tmp_path, "https://shop.example/a.png").needs_folder
    assert job(tmp_path, "https://shop.example/a.png", "b.png").needs_folder


def test_a_job_that_every_worker_dies_of_is_not_begun_for_ever(tmp_path: Path) -> None:
    fault = fetched(job(tmp_path, "bad.png"), MOST_TRIES + 1, DECODING).fault
    assert fault == "4 workers died of the pictures from 'bad.png' on"


def test_a_job_waits_for_its_number_and_is_given_again(tmp_path: Path) -> None:
    made = job(tmp_path, "a.png")

    async def asked() -> list[object]:
        jobs = Jobs()
        waits = asyncio.create_task(jobs.take(7))
        await asyncio.sleep(0)
        assert not waits.done()
        await jobs.put(7, made)
        first, again = await waits, await jobs.take(7)
        await jobs.drop(7)
        missing = await jobs.missing([7])
        late = asyncio.create_task(jobs.take(7))
        await asyncio.sleep(0)
        await jobs.end()
        return [first, again, missing, await late]

    assert asyncio.run(asked()) == [(made, 1), (made, 2), [7], None]


@pytest.mark.parametrize(
    ("cpus", "gpus", "actors", "readers"),
    [(1, 0, 1, 2), (2, 0, 1, 2), (4, 0, 3, 2), (64, 0, 48, 32), (8, 1, 1, 16), (64, 8, 8, 128)],
)
def test_processors_are_shared_out(cpus: int, gpus: int, actors: int, readers: int) -> None:
    workers = workers_of(cpus, gpus)
    assert (workers.actors, workers.readers) == (actors, readers)
    assert workers.actor_gpus == (1 if gpus else 0)
    left = max(1, cpus // 2)  # half of the machines are lost
    assert workers.actors * workers.actor_cpus + workers.reader_cpus <= left


def test_an_address_where_nothing_answers_is_told_at_once(free_port: int) -> None:
    settings = Settings(ray_address=f"127.0.0.1:{free_port}")
    with (
        pytest.raises(EngineError, match=f"nothing answers at 127.0.0.1:{free_port}, where Ray"),
        engine_of(EngineName.RAY, settings, 1),
    ):
        pass


def test_without_ray_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "service.ray_indexing", raising=False)
    with (
        pytest.raises(SettingsError, match=r"pip install 'snapshelf\[ray\]'"),
        engine_of(EngineName.RAY, Settings(), 1),
    ):
        pass
