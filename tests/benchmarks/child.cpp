#include "tests/benchmarks/child.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/benchmarks/rows.hpp"

namespace rehearse::bench {
namespace {

void write_all(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = write(file, text.data() + done, text.size() - done);
    if (count <= 0) _exit(EXIT_FAILURE);
    done += static_cast<std::size_t>(count);
  }
}

std::string read_all(int file) {
  std::string text;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = read(file, buffer.data(), buffer.size());
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

/// Forks; the child does `work`, which gets a file to write to and never comes back.
std::string collected(const std::function<void(int)>& work, const std::string& name) {
  std::fflush(nullptr);
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe to a child");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no child process");
  if (child == 0) {
    close(ends[0]);
    work(ends[1]);
    _exit(EXIT_FAILURE);
  }
  close(ends[1]);
  std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    throw std::runtime_error(fmt::format("{} was ended by signal {}", name, WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    throw std::runtime_error(fmt::format("{} ended with code {}", name, WEXITSTATUS(status)));
  }
  return text;
}

}  // namespace

std::vector<Row> in_child(const std::function<std::vector<Row>()>& work) {
  return parsed(collected(
      [&](int file) {
        try {
          write_all(file, written(work()));
          _exit(EXIT_SUCCESS);
        } catch (const std::exception& error) {
          fmt::print(stderr, "{}\n", error.what());
          _exit(EXIT_FAILURE);
        }
      },
      "the benchmark"));
}

std::string output_of(const std::vector<std::string>& words) {
  return collected(
      [&](int file) {
        std::vector<char*> arguments;
        for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        dup2(file, STDOUT_FILENO);
        close(file);
        execvp(arguments.front(), arguments.data());
        fmt::print(stderr, "cannot start {}\n", words.front());
      },
      words.front());
}

double resident_bytes() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace rehearse::bench
