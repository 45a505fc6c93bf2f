"""Flights against a model: whatever the order of events, one young leader a key, and nothing is left behind."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from dunnage import limits
from dunnage.engine.flight import Flight, FlightKey, Flights

KEYS = st.sampled_from([("a",), ("b",)])


@dataclass
class Model:
    """What should be: for each key the newest flight that has not landed, and when it began."""

    aloft: dict[FlightKey, tuple[Flight, float]] = field(default_factory=dict)


class FlightMachine(RuleBasedStateMachine):
    """Sessions that lead, follow and land, while time goes by."""

    flying = Bundle("flying")

    @initialize()
    def begin(self) -> None:
        self.now_s = 0.0
        self.flights = Flights(lambda: self.now_s, look_s=0)
        self.model = Model()

    def _young(self, key: FlightKey) -> bool:
        newest = self.model.aloft.get(key)
        return newest is not None and self.now_s < newest[1] + limits.FLIGHT_WAIT_S

    @rule(seconds=st.sampled_from([1.0, limits.FLIGHT_WAIT_S / 2, limits.FLIGHT_WAIT_S]))
    def time_goes_by(self, seconds: float) -> None:
        self.now_s += seconds

    @rule(target=flying, key=KEYS)
    def lead(self, key: FlightKey) -> object:
        flight = self.flights.lead(key)
        assert (flight is None) == self._young(key)
        if flight is None:
            return multiple()
        self.model.aloft[key] = (flight, self.now_s)
        return flight

    @rule(flight=consumes(flying))
    def land(self, flight: Flight) -> None:
        self.flights.land(flight)
        if self.model.aloft.get(flight.key, (None,))[0] is flight:
            del self.model.aloft[flight.key]

    @rule(key=KEYS)
    def follow(self, key: FlightKey) -> None:
        """It waits exactly while there is a young flight; here time goes by with each look."""
        asked = 0

        def ask() -> None:
            nonlocal asked
            assert self._young(key)
            asked += 1
            self.now_s += limits.FLIGHT_WAIT_S / 4

        was_young = self._young(key)
        self.flights.follow(key, ask)
        assert bool(asked) == was_young
        assert not self._young(key)

    @invariant()
    def nothing_is_left_behind(self) -> None:
        assert set(self.flights._aloft) == set(self.model.aloft)


TestFlights = FlightMachine.TestCase
TestFlights.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_what_landed_long_ago_is_forgotten() -> None:
    flights = Flights()
    for number in range(limits.LANDINGS_KEPT_MAX + 1):
        flight = flights.lead((number,))
        assert flight is not None
        flights.land(flight)
    assert not flights.landed_since((0,), 0)
    assert flights.landed_since((1,), 0)
