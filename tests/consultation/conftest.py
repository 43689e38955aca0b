"""A round of consultation in a database of its own, and a clock that the tests set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

pytest.importorskip("sqlalchemy")
pytest.importorskip("starlette")

from corridors.consult.values import Choice, Question, Questionnaire, Section
from corridors.consultation.audit import Act
from corridors.consultation.database import open_database
from corridors.consultation.keys import add_staff, give_access
from corridors.consultation.rounds import Form, clearance_codes, new_round, the_respondent, the_round

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CUT_OFF = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
PASSPHRASE = "correct horse battery"
SECOND = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def said(text):
    return {"en": text, "fr": f"{text} (fr)", "es": f"{text} (es)", "ru": f"{text} (ru)", "ar": text, "zh": text}


FORM = Questionnaire(
    id="short",
    version="1",
    title=said("A short form"),
    languages=("ar", "zh", "en", "fr", "ru", "es"),
    default_language="en",
    sections=(
        Section(
            "views",
            said("Views"),
            (
                Question("stance", "select_one", said("Should it be convened?"), choices="stances", required=True),
                Question("conditions", "text", said("Under which conditions?"), relevant="${stance} = 'conditional'"),
            ),
        ),
        Section(
            "facts",
            said("Facts"),
            (
                Question("programmes", "integer", said("How many programmes?"), constraint=". >= 0"),
                Question("bodies", "select_multiple", said("Which bodies?"), choices="bodies"),
                Question("since", "date", said("Since when?")),
                Question("law", "file", said("The law")),
            ),
        ),
    ),
    lists={
        "stances": tuple(
            Choice(name, said(name)) for name in ("in_favour", "partially", "conditional", "against", "no_position")
        ),
        "bodies": (Choice("health", said("Health")), Choice("labour", said("Labour"))),
    },
)


class Clock:
    """The server's clock, set by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'consultation.db'}")
    yield opened
    opened.close()


@pytest.fixture
def act(clock):
    return lambda who="Mission of KEN": Act(who, clock())


@pytest.fixture
def codes(database, act):
    """Open the round `r1`; returns the clearance codes of two Missions."""
    with database.write() as session:
        row = new_round(
            session,
            "r1",
            act("officer"),
            form=Form(FORM, "short.xlsx", b"x"),
            members_on=date(2026, 3, 1),
            cut_off=CUT_OFF,
        )
        return clearance_codes(session, row, act("officer"), codes=["KEN", "FRA"])


@pytest.fixture
def ken(database, codes):
    with database.read() as session:
        return the_respondent(session, "r1", "KEN")


@pytest.fixture
def link(database, ken, act):
    """A Mission's secret."""
    with database.write() as session:
        return give_access(session, ken, act("officer"), label="Mission", sections=None)


@pytest.fixture
def staff(database, act):
    """One person a role; all share a passphrase and a second factor."""
    with database.write() as session:
        for name, role in (
            ("olga", "officer"),
            ("carl", "clerk"),
            ("cora", "confirmer"),
            ("abel", "coder"),
            ("bea", "coder"),
            ("judy", "adjudicator"),
            ("otto", "auditor"),
        ):
            add_staff(session, name, act("installer"), roles=[role], passphrase=PASSPHRASE, second_secret=SECOND)


def round_of(session):
    return the_round(session, "r1")
