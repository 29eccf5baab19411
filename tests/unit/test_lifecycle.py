"""The table of the lifecycle: whole, closed, and saying why not."""

import pytest

from audit.actions import Action
from tasks.lifecycle import CLOSED, HELD, OPEN, STEPS, By, Status, Verb, refusal, verb_between

P, W, R = Status.PENDING, Status.IN_PROGRESS, Status.REVIEW
C, B, X = Status.COMPLETED, Status.BLOCKED, Status.CANCELLED

# As the contract has it.
TABLE = {
    "start": ({P}, W),
    "progress": ({W}, W),
    "complete": ({W, R}, C),
    "submit": ({W}, R),
    "approve": ({R}, C),
    "reject": ({R}, W),
    "block": ({P, W, R}, B),
    "unblock": ({B}, None),
    "release": ({W}, P),
    "cancel": ({P, W, R, B}, X),
    "reopen": ({C, X}, P),
}
EVERYWHERE = [(verb, status) for verb in Verb for status in Status]


def test_the_steps_are_those_of_the_contract():
    found = {verb.value: (set(step.sources), step.target) for verb, step in STEPS.items()}

    assert found == TABLE


def test_every_verb_is_in_the_table_and_has_an_action_of_its_own():
    actions = [STEPS[verb].action for verb in Verb]

    assert len(set(actions)) == len(Verb)
    assert set(actions) < set(Action)


def test_open_and_closed_make_up_all_and_what_is_held_is_open():
    assert set(Status) == OPEN | CLOSED
    assert not OPEN & CLOSED
    assert HELD < OPEN


@pytest.mark.parametrize(("verb", "status"), EVERYWHERE)
def test_a_step_is_refused_exactly_from_where_it_does_not_start(verb, status):
    sentence = refusal(verb, status)

    assert (sentence is None) == (status in STEPS[verb].sources)


@pytest.mark.parametrize(
    ("verb", "status", "sentence"),
    [
        (Verb.START, Status.IN_PROGRESS, "Cannot start task with status 'in_progress'"),
        (Verb.PROGRESS, Status.PENDING, "Task must be in_progress"),
        (Verb.COMPLETE, Status.PENDING, "Cannot complete task with status 'pending'"),
        (Verb.REOPEN, Status.REVIEW, "Cannot reopen task with status 'review'"),
    ],
)
def test_the_refusal_says_what_it_is_about(verb, status, sentence):
    assert refusal(verb, status) == sentence


@pytest.mark.parametrize(("verb", "source"), EVERYWHERE)
def test_a_status_leads_to_the_verb_that_reaches_it(verb, source):
    step = STEPS[verb]
    if source not in step.sources or verb is Verb.PROGRESS:
        return
    target = step.target or Status.REVIEW

    found = verb_between(source, target, before_block=Status.REVIEW, holds=verb is Verb.COMPLETE)

    assert found is verb


@pytest.mark.parametrize(
    ("source", "target"),
    [(P, C), (P, R), (C, W), (C, X), (X, C), (B, W), (B, C), (W, W), (R, P)],
)
def test_no_verb_leads_where_no_step_does(source, target):
    assert verb_between(source, target, before_block=P, holds=True) is None


def test_a_blocked_task_goes_back_only_to_where_it_was():
    assert verb_between(B, W, before_block=W, holds=False) is Verb.UNBLOCK
    assert verb_between(B, P, before_block=W, holds=False) is None


@pytest.mark.parametrize(("holds", "verb"), [(True, Verb.COMPLETE), (False, Verb.APPROVE)])
def test_out_of_review_a_holder_completes_and_anybody_else_approves(holds, verb):
    assert verb_between(R, C, before_block=None, holds=holds) is verb


def test_a_step_that_checks_the_fence_is_one_for_the_holder():
    fenced = {verb for verb, step in STEPS.items() if step.fenced}

    assert fenced == {Verb.PROGRESS, Verb.COMPLETE, Verb.SUBMIT, Verb.RELEASE}
    assert {STEPS[verb].by for verb in fenced} == {By.HOLDER}
