#include "outputs/atomic_file.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sim/error.hpp"
#include "tests/unit/outputs/study_support.hpp"

namespace rehearse {
namespace {

using testing::content_of;
using testing::TemporaryFolder;
using Names = std::vector<std::string>;

/// While it lives, files may not grow beyond `bytes`: a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// The number of a process that has been and gone.
pid_t dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

void must_fail(const std::string& path, const std::string& reason) {
  CHECK_THROWS_AS(write_atomically(path, "new"), InputOutputError);
  CHECK_THROWS_WITH(write_atomically(path, "new"), Catch::Contains(path));
  CHECK_THROWS_WITH(write_atomically(path, "new"), Catch::Contains(reason));
}

}  // namespace

TEST_CASE("a file is replaced whole and nothing is left beside it", "[outputs]") {
  const TemporaryFolder folder;

  write_atomically(folder.file("a"), "old and long");
  write_atomically(folder.file("a"), std::string("n\0w", 3));

  CHECK(content_of(folder.file("a")) == std::string("n\0w", 3));
  CHECK(folder.names() == Names{"a"});
}

TEST_CASE("a full disk keeps the older file and leaves no temporary", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("a"), "old");

  const FileSizeLimit limit(1000);
  CHECK_THROWS_AS(write_atomically(folder.file("a"), std::string(5000, 'x')), InputOutputError);

  CHECK(content_of(folder.file("a")) == "old");
  CHECK(folder.names() == Names{"a"});
}

TEST_CASE("what cannot be written says where and why", "[outputs]") {
  const TemporaryFolder folder;

  must_fail(folder.file("missing/a"), "No such file");
  must_fail(folder.file(""), "Is a directory");
  must_fail("/dev/full", "No space left");
  must_fail("/proc/self/a", "");

  CHECK(folder.names().empty());
}

TEST_CASE("temporaries of dead processes are swept, those of living ones stay", "[outputs]") {
  const TemporaryFolder folder;
  const std::string dead = "a.part." + std::to_string(dead_process());
  const std::string living = "a.part." + std::to_string(::getppid());
  const std::string other = "a.part.txt";
  for (const std::string& name : {dead, living, other}) write_atomically(folder.file(name), "");

  write_atomically(folder.file("a"), "new");

  CHECK(folder.names() == Names{"a", living, other});
}

TEST_CASE("a symbolic link stays a link and its target is replaced", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("target"), "old");
  std::filesystem::create_symlink("target", folder.file("link"));

  write_atomically(folder.file("link"), "new");

  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(content_of(folder.file("target")) == "new");
}

TEST_CASE("asking whether a file can be written changes nothing", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("a"), "old");

  check_writable(folder.file("a"));
  check_writable(folder.file("b"));

  CHECK(folder.names() == Names{"a"});
  CHECK(content_of(folder.file("a")) == "old");
  CHECK_THROWS_AS(check_writable(folder.file("missing/a")), InputOutputError);
}

}  // namespace rehearse
