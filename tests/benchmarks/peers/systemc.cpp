// M/M/1, hold and RPC on SystemC: processes are methods woken by events, queues are ours.

#define SC_INCLUDE_DYNAMIC_PROCESSES

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <systemc>
#include <vector>

#include "tests/benchmarks/peers/measure.hpp"
#include "tests/benchmarks/peers/model.hpp"

namespace rehearse::bench {
namespace {

/// The resolution is set to a nanosecond, so a time's value counts nanoseconds.
sc_core::sc_time seconds(double value) {
  return sc_core::sc_time::from_value(static_cast<std::uint64_t>(value * 1e9 + 0.5));
}

double now() {
  return static_cast<double>(sc_core::sc_time_stamp().value()) * 1e-9;
}

/// A method that runs whenever its event comes.
class Process {
 public:
  explicit Process(std::function<void()> step) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&event_);
    sc_core::sc_spawn(std::move(step), sc_core::sc_gen_unique_name("process"), &options);
  }
  void wake_after(const sc_core::sc_time& delay) { event_.notify(delay); }
  void cancel() { event_.cancel(); }

 private:
  sc_core::sc_event event_;
};

class Station {
 public:
  Station(std::uint64_t customers, Mean& times) : left_(customers), times_(times) { await(); }

 private:
  void await() {
    if (left_-- > 0) source_.wake_after(seconds(luck_.exponential(1 / Mm1::rate)));
  }
  void arrive() {
    arrivals_.push_back(now());
    if (arrivals_.size() == 1) serve();
    await();
  }
  void serve() { server_.wake_after(seconds(luck_.exponential(1))); }
  void leave() {
    times_.add(now() - arrivals_.front());
    arrivals_.pop_front();
    if (!arrivals_.empty()) serve();
  }

  Luck luck_;
  std::uint64_t left_;
  Mean& times_;
  std::deque<double> arrivals_;
  Process source_{[this] { arrive(); }};
  Process server_{[this] { leave(); }};
};

class Hold {
 public:
  Hold(std::uint64_t holds, std::uint64_t pending) : left_(holds), processes_(pending) {
    for (std::uint64_t i = 0; i < pending; ++i) {
      processes_[i] = std::make_unique<Process>([this, i] { fire(i); });
      again(i);
    }
  }

 private:
  void again(std::uint64_t i) { processes_[i]->wake_after(seconds(luck_.exponential(1))); }
  void fire(std::uint64_t i) {
    if (--left_ == 0) sc_core::sc_stop();
    again(i);
  }

  Luck luck_;
  std::uint64_t left_;
  std::vector<std::unique_ptr<Process>> processes_;
};

/// A job that stands in queues: a request at the front, or a try at a back.
struct Job {
  enum class State { going, working, coming };
  explicit Job(std::function<void()> step) : process(std::move(step)) {}
  State state = State::going;
  Process process;
};

struct Call {
  explicit Call(std::function<void()> fires) : timer(std::move(fires)) {}
  int tries = 0;
  bool waiting = false;  // for an answer, not for the next try
  bool answered = false;
  Process timer;
};

struct Request {
  double sent = 0;
  std::uint64_t generation = 0;
  bool good = false;
  std::unique_ptr<Job> job;
  std::array<std::unique_ptr<Call>, 2> calls;
};

struct Try {
  Request* request = nullptr;
  std::uint64_t generation = 0;
  int back = 0;
  int number = 0;
  std::unique_ptr<Job> job;
};

/// Workers and those that wait for one.
class Queue {
 public:
  Queue(Luck& luck, double work) : luck_(luck), work_(work) {}
  void enter(Job& job) {
    if (free_ == 0) {
      waiting_.push_back(&job);
    } else {
      --free_;
      start(job);
    }
  }
  void leave() {
    if (waiting_.empty()) {
      ++free_;
    } else {
      start(*waiting_.front());
      waiting_.pop_front();
    }
  }

 private:
  void start(Job& job) {
    job.state = Job::State::working;
    job.process.wake_after(seconds(luck_.exponential(work_)));
  }
  Luck& luck_;
  double work_;
  int free_ = Rpc::workers;
  std::deque<Job*> waiting_;
};

class Shop {
 public:
  Shop(std::uint64_t requests, Mean& times) : left_(requests), times_(times) { await(); }

 private:
  void await() {
    if (left_-- > 0) source_.wake_after(seconds(luck_.exponential(1 / Rpc::rate)));
  }
  void send() {
    Request& request = free_request();
    request.sent = now();
    request.good = false;
    for (const auto& call : request.calls) {
      call->tries = 0;
      call->waiting = call->answered = false;
    }
    request.job->state = Job::State::going;
    request.job->process.wake_after(latency_);
    await();
  }

  void step_request(Request& request) {
    switch (request.job->state) {
      case Job::State::going:
        front_.enter(*request.job);
        break;
      case Job::State::working:
        front_.leave();
        for (int back = 0; back < 2; ++back) call(request, back);
        break;
      case Job::State::coming:
        if (request.good) times_.add(now() - request.sent);
        free_requests_.push_back(&request);
        break;
    }
  }

  void call(Request& request, int back) {
    Call& call = *request.calls[back];
    call.waiting = true;
    call.timer.wake_after(timeout_);
    Try& attempt = free_try();
    attempt.request = &request;
    attempt.generation = request.generation;
    attempt.back = back;
    attempt.number = ++call.tries;
    attempt.job->state = Job::State::going;
    attempt.job->process.wake_after(latency_);
  }
  void timer_fires(Request& request, int back) {
    Call& call = *request.calls[back];
    if (!call.waiting) {
      this->call(request, back);
    } else if (call.tries < 2) {
      call.waiting = false;
      call.timer.wake_after(backoff_);
    } else {
      request.calls[1 - back]->timer.cancel();
      end(request, false);
    }
  }

  void step_try(Try& attempt) {
    switch (attempt.job->state) {
      case Job::State::going:
        backs_[attempt.back].enter(*attempt.job);
        break;
      case Job::State::working:
        backs_[attempt.back].leave();
        attempt.job->state = Job::State::coming;
        attempt.job->process.wake_after(latency_);
        break;
      case Job::State::coming:
        answer(attempt);
        free_tries_.push_back(&attempt);
        break;
    }
  }
  void answer(const Try& attempt) {
    Request& request = *attempt.request;
    Call& call = *request.calls[attempt.back];
    if (request.generation != attempt.generation || call.tries != attempt.number || !call.waiting ||
        call.answered) {
      return;
    }
    call.timer.cancel();
    call.answered = true;
    if (request.calls[0]->answered && request.calls[1]->answered) end(request, true);
  }
  void end(Request& request, bool good) {
    ++request.generation;
    request.good = good;
    request.job->state = Job::State::coming;
    request.job->process.wake_after(latency_);
  }

  Request& free_request() {
    if (free_requests_.empty()) {
      Request& fresh = requests_.emplace_back();
      fresh.job = std::make_unique<Job>([this, &fresh] { step_request(fresh); });
      for (int back = 0; back < 2; ++back) {
        fresh.calls[back] =
            std::make_unique<Call>([this, &fresh, back] { timer_fires(fresh, back); });
      }
      return fresh;
    }
    Request& request = *free_requests_.back();
    free_requests_.pop_back();
    return request;
  }
  Try& free_try() {
    if (free_tries_.empty()) {
      Try& fresh = tries_.emplace_back();
      fresh.job = std::make_unique<Job>([this, &fresh] { step_try(fresh); });
      return fresh;
    }
    Try& attempt = *free_tries_.back();
    free_tries_.pop_back();
    return attempt;
  }

  const sc_core::sc_time latency_ = seconds(Rpc::latency);
  const sc_core::sc_time timeout_ = seconds(Rpc::timeout);
  const sc_core::sc_time backoff_ = seconds(Rpc::backoff);
  Luck luck_;
  std::uint64_t left_;
  Mean& times_;
  Queue front_{luck_, Rpc::front};
  std::array<Queue, 2> backs_{Queue{luck_, Rpc::back}, Queue{luck_, Rpc::back}};
  std::deque<Request> requests_;
  std::deque<Try> tries_;
  std::vector<Request*> free_requests_;
  std::vector<Try*> free_tries_;
  Process source_{[this] { send(); }};
};

}  // namespace
}  // namespace rehearse::bench

int sc_main(int count, char** words) {
  using namespace rehearse::bench;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sc_core::sc_set_time_resolution(1, sc_core::SC_NS);
  const Task task = task_of(count, words);
  Mean times(task.count);
  const auto measure = [&] { print_result(task.count, times, [] { sc_core::sc_start(); }); };
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
  return 0;
}
