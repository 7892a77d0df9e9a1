// M/M/1, hold and RPC on SimGrid: actors that sleep, and semaphores as workers.

#include <xbt/log.h>
#include <array>
#include <deque>
#include <memory>
#include <simgrid/s4u.hpp>

#include "tests/benchmarks/peers/measure.hpp"
#include "tests/benchmarks/peers/model.hpp"

namespace rehearse::bench {
namespace {

namespace sg4 = simgrid::s4u;

double now() {
  return sg4::Engine::get_clock();
}

void sleep(double seconds) {
  sg4::this_actor::sleep_for(seconds);
}

/// One actor makes customers, one serves; the customers are entries of a queue.
class Station {
 public:
  Station(sg4::Host* host, std::uint64_t customers, Mean& times) : times_(times) {
    sg4::Actor::create("source", host, [this, customers] {
      for (std::uint64_t i = 0; i < customers; ++i) {
        sleep(luck_.exponential(1 / Mm1::rate));
        arrivals_.push_back(now());
        waiting_->release();
      }
    });
    sg4::Actor::create("server", host, [this, customers] {
      for (std::uint64_t i = 0; i < customers; ++i) {
        waiting_->acquire();
        sleep(luck_.exponential(1));
        times_.add(now() - arrivals_.front());
        arrivals_.pop_front();
      }
    });
  }

 private:
  Luck luck_;
  Mean& times_;
  std::deque<double> arrivals_;
  sg4::SemaphorePtr waiting_ = sg4::Semaphore::create(0);
};

class Hold {
 public:
  Hold(sg4::Host* host, std::uint64_t holds, std::uint64_t pending) : left_(holds) {
    for (std::uint64_t i = 0; i < pending; ++i) {
      sg4::Actor::create("holder", host, [this] {
        while (left_ > 0) {
          --left_;
          sleep(luck_.exponential(1));
        }
      });
    }
  }

 private:
  Luck luck_;
  std::uint64_t left_;
};

class Shop {
 public:
  Shop(sg4::Host* host, std::uint64_t requests, Mean& times) : host_(host), times_(times) {
    sg4::Actor::create("users", host, [this, requests] {
      for (std::uint64_t i = 0; i < requests; ++i) {
        sleep(luck_.exponential(1 / Rpc::rate));
        sg4::Actor::create("request", host_, [this] { request(); });
      }
    });
  }

 private:
  struct Calls {
    int answered = 0;
    bool failed = false;
  };

  void work(const sg4::SemaphorePtr& workers, double mean) {
    workers->acquire();
    sleep(luck_.exponential(mean));
    workers->release();
  }

  void request() {
    const double sent = now();
    sleep(Rpc::latency);
    work(front_, Rpc::front);
    const auto calls = std::make_shared<Calls>();
    std::array<sg4::ActorPtr, 2> callers;
    for (int back = 0; back < 2; ++back) {
      callers[back] =
          sg4::Actor::create("call", host_, [this, calls, back] { call(*calls, backs_[back]); });
    }
    for (const sg4::ActorPtr& caller : callers) caller->join();
    sleep(Rpc::latency);
    if (calls->answered == 2) times_.add(now() - sent);
  }

  void call(Calls& calls, const sg4::SemaphorePtr& back) {
    for (int number = 1; number <= 2 && !calls.failed; ++number) {
      if (number > 1) sleep(Rpc::backoff);
      const auto answered = std::make_shared<bool>(false);
      const sg4::ActorPtr attempt = sg4::Actor::create("try", host_, [this, back, answered] {
        sleep(Rpc::latency);
        work(back, Rpc::back);
        sleep(Rpc::latency);
        *answered = true;
      });
      attempt->join(Rpc::timeout);
      if (*answered) {
        ++calls.answered;
        return;
      }
    }
    calls.failed = true;
  }

  sg4::Host* host_;
  Luck luck_;
  Mean& times_;
  sg4::SemaphorePtr front_ = sg4::Semaphore::create(Rpc::workers);
  std::array<sg4::SemaphorePtr, 2> backs_{sg4::Semaphore::create(Rpc::workers),
                                          sg4::Semaphore::create(Rpc::workers)};
};

void run(sg4::Engine& engine, const Task& task) {
  sg4::NetZone* const zone = sg4::create_empty_zone("zone");
  sg4::Host* const host = zone->create_host("host", 1e9);
  zone->seal();
  Mean times(task.count);
  const auto measure = [&] { print_result(task.count, times, [&] { engine.run(); }); };
  if (task.model == "mm1") {
    Station station(host, task.count, times);
    measure();
  } else if (task.model == "hold") {
    Hold hold(host, task.count, task.pending);
    measure();
  } else {
    Shop shop(host, task.count, times);
    measure();
  }
}

}  // namespace
}  // namespace rehearse::bench

int main(int count, char** words) {
  simgrid::s4u::Engine engine(&count, words);
  xbt_log_control_set("xbt_cfg.thresh:warning");
  // The usual eight megabytes for each of ten thousand actors are more than a machine maps gladly.
  simgrid::s4u::Engine::set_config("contexts/stack-size:64");
  rehearse::bench::run(engine, rehearse::bench::task_of(count, words));
}
