#include "outputs/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

#include "sim/error.hpp"
#include "tests/support/study_support.hpp"

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

TEST_CASE("what is written piece by piece is there when it is whole", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("a"), "old");

  {
    AtomicFile given_up(folder.file("a"));
    given_up.append("half");
  }
  CHECK(content_of(folder.file("a")) == "old");
  CHECK(folder.names() == Names{"a"});

  AtomicFile whole(folder.file("a"));
  whole.append("one");
  whole.append(" two");
  CHECK(content_of(folder.file("a")) == "old");
  whole.finish();

  CHECK(content_of(folder.file("a")) == "one two");
  CHECK(folder.names() == Names{"a"});
}

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

TEST_CASE("a link that dangled was once replaced instead of followed", "[outputs]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("far"));
  std::filesystem::create_symlink("far/next", folder.file("link"));
  std::filesystem::create_symlink("target", folder.file("far/next"));
  std::filesystem::create_symlink("loop", folder.file("loop"));

  check_writable(folder.file("link"));
  write_atomically(folder.file("link"), "new");

  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(std::filesystem::is_symlink(folder.file("far/next")));
  CHECK(content_of(folder.file("far/target")) == "new");
  must_fail(folder.file("loop"), "Too many levels");
}

TEST_CASE("a file whose name is gone is written to, not beside", "[outputs]") {
  const TemporaryFolder folder;
  std::FILE* const file = std::fopen(folder.file("gone").c_str(), "w+");
  std::filesystem::remove(folder.file("gone"));

  write_atomically("/proc/self/fd/" + std::to_string(::fileno(file)), "new");

  char found[4] = {};
  CHECK(std::fread(found, 1, sizeof found, file) == 3);
  CHECK(std::string(found) == "new");
  CHECK(folder.names().empty());
  std::fclose(file);
}

TEST_CASE("pipes are written to and stay pipes", "[outputs]") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  const int reader = ::open(folder.file("pipe").c_str(), O_RDONLY | O_NONBLOCK);

  check_writable(folder.file("pipe"));
  write_atomically(folder.file("pipe"), "new");

  char found[8] = {};
  CHECK(::read(reader, found, sizeof found) == 3);
  CHECK(std::filesystem::is_fifo(folder.file("pipe")));
  ::close(reader);
}

TEST_CASE("names as long as the file system takes leave no room for a temporary's", "[outputs]") {
  const TemporaryFolder folder;
  // Two bytes a letter, so that some cut falls within one.
  for (std::size_t size = 235; size <= 255; ++size) {
    std::string name(size % 2, 'x');
    while (name.size() < size) name += "\u00e4";
    CAPTURE(size);
    check_writable(folder.file(name));
    write_atomically(folder.file(name), "new");
    CHECK(content_of(folder.file(name)) == "new");
  }
  CHECK(folder.names().size() == 21);
  must_fail(folder.file(std::string(256, 'x')), "too long");
}

TEST_CASE("files are compared, not their names", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("there"), "");
  std::filesystem::create_hard_link(folder.file("there"), folder.file("hard"));
  std::filesystem::create_symlink("absent", folder.file("dangling"));
  std::filesystem::create_directory(folder.file("real"));
  std::filesystem::create_directory_symlink("real", folder.file("linked"));

  CHECK(same_file(folder.file("there"), folder.file("hard")));
  CHECK(same_file(folder.file("absent"), folder.file("dangling")));
  CHECK(same_file(folder.file("absent"), folder.file("real/../absent")));
  CHECK(same_file(folder.file("real/absent"), folder.file("linked/absent")));
  CHECK_FALSE(same_file(folder.file("there"), folder.file("absent")));
  CHECK_FALSE(same_file(folder.file("real/absent"), folder.file("absent")));
  CHECK_FALSE(same_file("/dev/null", "/dev/null"));
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
