"""Counting by the minute, with a clock of the test's."""

from smtp_in.rate import Rate


def test_a_rate_lets_a_minutes_worth_through_and_then_one_at_a_time() -> None:
    rate = Rate(3)
    heard = []
    for now in (0.0, 0.0, 0.0, 0.0, 19.0, 20.0, 20.0, 200.0):
        heard.append(not rate.full("a", now))
        if heard[-1]:
            rate.count("a", now)
    assert heard == [True, True, True, False, False, True, False, True]
    assert not rate.full("b", 20.0)


def test_a_rate_of_nothing_limits_nothing_and_forgets_who_has_recovered() -> None:
    none, some = Rate(0), Rate(1)
    for number in range(30_000):
        none.count("a", 0.0)
        some.count(str(number), 0.0)
    assert not none.full("a", 0.0)
    assert len(some._even) <= 20_000
    some.count("last", 100.0)
    assert list(some._even) == ["last"]
