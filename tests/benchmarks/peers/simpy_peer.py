"""M/M/1, hold and RPC on SimPy: processes are generators, workers are resources.

The numbers are those of model.hpp; a mean that differs from ours tells when they are not.
"""
import math
import random
import sys
import time

import simpy

MM1_RATE = 0.8
RATE, LATENCY, FRONT, BACK = 2000, 0.25e-3, 0.5e-3, 1e-3
TIMEOUT, BACKOFF, WORKERS = 5.25e-3, 1e-3, 4

exponential = random.Random(1).expovariate


def mm1(env, customers, times):
    server = simpy.Resource(env, 1)

    def customer():
        arrived = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(exponential(1))
        times.append(env.now - arrived)

    def source():
        for _ in range(customers):
            yield env.timeout(exponential(MM1_RATE))
            env.process(customer())

    env.process(source())
    env.run()


def hold(env, holds, pending):
    left = [holds]

    def holder():
        while left[0] > 0:
            left[0] -= 1
            yield env.timeout(exponential(1))

    for _ in range(pending):
        env.process(holder())
    env.run()


def rpc(env, requests, times):
    front = simpy.Resource(env, WORKERS)
    backs = [simpy.Resource(env, WORKERS) for _ in range(2)]

    def work(service, mean):
        with service.request() as worker:
            yield worker
            yield env.timeout(exponential(1 / mean))

    def attempt(back):
        yield env.timeout(LATENCY)
        yield from work(back, BACK)
        yield env.timeout(LATENCY)

    def call(back, others):
        for number in range(2):
            if others["failed"]:
                return False
            if number:
                yield env.timeout(BACKOFF)
            answer = env.process(attempt(back))
            yield answer | env.timeout(TIMEOUT)
            if answer.processed:
                return True
        others["failed"] = True
        return False

    def request():
        sent = env.now
        yield env.timeout(LATENCY)
        yield from work(front, FRONT)
        state = {"failed": False}
        calls = [env.process(call(back, state)) for back in backs]
        yield calls[0] & calls[1]
        yield env.timeout(LATENCY)
        if calls[0].value and calls[1].value:
            times.append(env.now - sent)

    def users():
        for _ in range(requests):
            yield env.timeout(exponential(RATE))
            env.process(request())

    env.process(users())
    env.run()


def error_of(times):
    """The standard error of the mean, from twenty batches."""
    size = len(times) // 20
    if size == 0:
        return 0
    means = [sum(times[i * size:(i + 1) * size]) / size for i in range(20)]
    mean = sum(means) / 20
    return math.sqrt(sum((each - mean) ** 2 for each in means) / (19 * 20))


def main(model, count, pending=0):
    env, times = simpy.Environment(), []
    start = time.process_time()
    if model == "mm1":
        mm1(env, count, times)
    elif model == "hold":
        hold(env, count, pending)
    else:
        rpc(env, count, times)
    taken = time.process_time() - start
    print(count / taken, sum(times) / max(1, len(times)), error_of(times))


main(sys.argv[1], *map(int, sys.argv[2:]))
