#include "outputs/appended_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw InputOutputError(fmt::format("{}: {}", visible_line(path), std::strerror(errno)));
}

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  /// Some file systems say only now that they have no room. Returns whether they had.
  bool close() {
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0;
  }

 private:
  int number_;
};

}  // namespace

std::uintmax_t size_of_file(const std::string& path) {
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0 || !S_ISREG(state.st_mode)) return 0;
  return static_cast<std::uintmax_t>(state.st_size);
}

void append_to_file(const std::string& path, std::string_view content) {
  constexpr int for_everybody = 0666;  // but for what the user's mask takes
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, for_everybody));
  if (file.number() < 0) refuse(path);
  while (!content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!file.close()) refuse(path);
}

}  // namespace rehearse
