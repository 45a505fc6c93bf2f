"""What the benchmark makes of the times that its C programs print."""

from bench.client import ClientCost, parse


def test_three_series_in_seconds() -> None:
    connected, floor, nothing = parse("125000 121000 119000\n130000 100000 90000\n")
    assert connected.seconds == (0.000125, 0.00013)
    assert floor.seconds == (0.000121, 0.0001)
    assert nothing.seconds == (0.000119, 0.00009)


def test_the_clients_own_part_is_taken_round_by_round() -> None:
    connected, floor, nothing = parse("30 10 1\n25 20 1\n")
    cost = ClientCost(connected=connected, floor=floor, nothing=nothing, size_bytes=1, resident_kib=1)
    assert [round(1e9 * seconds) for seconds in cost.own.seconds] == [20, 5]
