"""How much goes where: conversations and letters a minute, with a clock of the test's own."""

from outbound.destinations import Destinations


def test_only_so_many_at_the_same_time_to_each() -> None:
    book = Destinations(concurrency=2, rate=0)
    book.begin("a.example", 0)
    assert book.room("a.example", 0) == 1
    book.begin("a.example", 0)
    assert (book.room("a.example", 0), book.room("b.example", 0)) == (0, 2)
    assert book.full(0) == ("a.example",)
    book.end("a.example")
    assert book.full(0) == ()


def test_only_so_many_a_minute_to_each() -> None:
    book = Destinations(concurrency=9, rate=2)
    for second in (0, 20):
        book.begin("a.example", second)
        book.end("a.example")
    assert book.full(30) == ("a.example",)
    assert book.opens(30) == 30
    assert (book.room("a.example", 61), book.full(61)) == (1, ())
    book.forget(200)
    assert book.room("a.example", 200) == 2
