// M/M/1, hold and RPC on ns-3's core: events are callbacks, queues are ours.

#include <ns3/core-module.h>

#include <array>
#include <deque>
#include <vector>

#include "tests/benchmarks/peers/measure.hpp"
#include "tests/benchmarks/peers/model.hpp"

namespace rehearse::bench {
namespace {

ns3::Time seconds(double value) {
  return ns3::NanoSeconds(static_cast<std::int64_t>(value * 1e9 + 0.5));
}

double now() {
  return static_cast<double>(ns3::Simulator::Now().GetNanoSeconds()) * 1e-9;
}

class Station {
 public:
  Station(std::uint64_t customers, Mean& times) : left_(customers), times_(times) { await(); }

 private:
  void await() {
    if (left_-- == 0) return;
    ns3::Simulator::Schedule(seconds(luck_.exponential(1 / Mm1::rate)), &Station::arrive, this);
  }
  void arrive() {
    arrivals_.push_back(now());
    if (arrivals_.size() == 1) serve();
    await();
  }
  void serve() { ns3::Simulator::Schedule(seconds(luck_.exponential(1)), &Station::leave, this); }
  void leave() {
    times_.add(now() - arrivals_.front());
    arrivals_.pop_front();
    if (!arrivals_.empty()) serve();
  }

  Luck luck_;
  std::uint64_t left_;
  Mean& times_;
  std::deque<double> arrivals_;
};

class Hold {
 public:
  Hold(std::uint64_t holds, std::uint64_t pending) : left_(holds) {
    for (std::uint64_t i = 0; i < pending; ++i) again();
  }

 private:
  void again() { ns3::Simulator::Schedule(seconds(luck_.exponential(1)), &Hold::fire, this); }
  void fire() {
    if (--left_ == 0) ns3::Simulator::Stop();
    again();
  }

  Luck luck_;
  std::uint64_t left_;
};

/// One try of one call, as the back sees it.
struct Try {
  std::uint32_t request = 0;
  std::uint32_t generation = 0;
  std::uint16_t back = 0;
  std::uint16_t number = 0;
};

struct Service {
  int free = Rpc::workers;
  std::deque<Try> waiting;
};

struct Request {
  struct Call {
    std::uint16_t tries = 0;
    bool answered = false;
    ns3::EventId timer;
  };
  double sent = 0;
  std::uint32_t generation = 0;
  std::array<Call, 2> calls;
};

class Shop {
 public:
  Shop(std::uint64_t requests, Mean& times) : left_(requests), times_(times) { await(); }

 private:
  void await() {
    if (left_-- == 0) return;
    ns3::Simulator::Schedule(seconds(luck_.exponential(1 / Rpc::rate)), &Shop::send, this);
  }
  void send() {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(requests_.size()));
      requests_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    requests_[slot].sent = now();
    requests_[slot].calls = {};
    const Try job{slot, requests_[slot].generation, 0, 0};
    ns3::Simulator::Schedule(latency_, &Shop::reach_front, this, job);
    await();
  }

  void reach_front(Try job) {
    if (front_.free == 0) {
      front_.waiting.push_back(job);
    } else {
      --front_.free;
      ns3::Simulator::Schedule(seconds(luck_.exponential(Rpc::front)), &Shop::leave_front, this,
                               job);
    }
  }
  void leave_front(Try job) {
    ++front_.free;
    if (!front_.waiting.empty()) {
      const Try next = front_.waiting.front();
      front_.waiting.pop_front();
      reach_front(next);
    }
    for (job.back = 0; job.back < 2; ++job.back) call(job);
  }

  void call(Try job) {
    if (requests_[job.request].generation != job.generation) return;
    Request::Call& call = requests_[job.request].calls[job.back];
    job.number = ++call.tries;
    call.timer = ns3::Simulator::Schedule(timeout_, &Shop::time_out, this, job);
    ns3::Simulator::Schedule(latency_, &Shop::reach_back, this, job);
  }
  void reach_back(Try job) {
    Service& back = backs_[job.back];
    if (back.free == 0) {
      back.waiting.push_back(job);
    } else {
      --back.free;
      ns3::Simulator::Schedule(seconds(luck_.exponential(Rpc::back)), &Shop::leave_back, this, job);
    }
  }
  void leave_back(Try job) {
    Service& back = backs_[job.back];
    ++back.free;
    if (!back.waiting.empty()) {
      const Try next = back.waiting.front();
      back.waiting.pop_front();
      reach_back(next);
    }
    ns3::Simulator::Schedule(latency_, &Shop::answer, this, job);
  }

  void answer(Try job) {
    Request& request = requests_[job.request];
    Request::Call& call = request.calls[job.back];
    if (request.generation != job.generation || call.tries != job.number || call.answered ||
        call.timer.IsExpired()) {
      return;
    }
    call.timer.Cancel();
    call.answered = true;
    if (request.calls[0].answered && request.calls[1].answered) end(job, true);
  }
  void time_out(Try job) {
    if (requests_[job.request].calls[job.back].tries < 2) {
      ns3::Simulator::Schedule(backoff_, &Shop::call, this, job);
    } else {
      requests_[job.request].calls[1 - job.back].timer.Cancel();
      end(job, false);
    }
  }
  void end(Try job, bool good) {
    ++requests_[job.request].generation;
    ns3::Simulator::Schedule(latency_, &Shop::tell_user, this, job.request, good);
  }
  void tell_user(std::uint32_t slot, bool good) {
    if (good) times_.add(now() - requests_[slot].sent);
    free_.push_back(slot);
  }

  const ns3::Time latency_ = seconds(Rpc::latency);
  const ns3::Time timeout_ = seconds(Rpc::timeout);
  const ns3::Time backoff_ = seconds(Rpc::backoff);
  Luck luck_;
  std::uint64_t left_;
  Mean& times_;
  Service front_;
  std::array<Service, 2> backs_;
  std::vector<Request> requests_;
  std::vector<std::uint32_t> free_;
};

void run(const Task& task) {
  // The fastest of ns-3's schedulers here; its default, a map, is slower.
  ns3::ObjectFactory scheduler("ns3::PriorityQueueScheduler");
  ns3::Simulator::SetScheduler(scheduler);
  Mean times(task.count);
  const auto measure = [&] { print_result(task.count, times, [] { ns3::Simulator::Run(); }); };
  if (task.model == "mm1") {
    Station station(task.count, times);
    measure();
  } else if (task.model == "hold") {
    Hold hold(task.count, task.pending);
    measure();
  } else {
    Shop shop(task.count, times);
    measure();
  }
  ns3::Simulator::Destroy();
}

}  // namespace
}  // namespace rehearse::bench

int main(int count, char** words) {
  rehearse::bench::run(rehearse::bench::task_of(count, words));
}
