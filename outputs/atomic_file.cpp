#include "outputs/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "sim/error.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_infix = ".part.";

[[noreturn]] void fail(std::string_view action, const std::string& path, int reason) {
  throw InputOutputError(fmt::format("cannot {} {}: {}", action, path, std::strerror(reason)));
}

/// Owns a file descriptor, and says whether closing it succeeded: the last chance of some file
/// systems to report a full disk.
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags, 0666)) {}
  ~OpenFile() { close(); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

  bool close() {
    if (descriptor_ < 0) return true;
    const int result = ::close(descriptor_);
    descriptor_ = -1;
    return result == 0;
  }

 private:
  int descriptor_;
};

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Removes the temporary unless it has taken its final name.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!kept_) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  bool kept_ = false;
};

std::string folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

/// The process that left this temporary of `name`; nothing when the file is something else.
std::optional<pid_t> writer_of(const std::string& file, const std::string& name) {
  const std::string prefix = name + std::string(temporary_infix);
  if (file.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  pid_t process = 0;
  const char* end = file.data() + file.size();
  const auto parsed = std::from_chars(file.data() + prefix.size(), end, process);
  if (parsed.ec != std::errc() || parsed.ptr != end || process <= 0) return std::nullopt;
  return process;
}

void sweep_leftovers(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  std::vector<fs::path> leftovers;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_of(path), ignored)) {
    const auto process = writer_of(entry.path().filename().string(), name);
    if (!process) continue;
    const bool dead = ::kill(*process, 0) != 0 && errno == ESRCH;
    if (dead || *process == ::getpid()) leftovers.push_back(entry.path());
  }
  for (const auto& leftover : leftovers) fs::remove(leftover, ignored);
}

/// Where the bytes go in the end, and whether by renaming.
struct Target {
  std::string path;
  bool regular = true;
  std::optional<mode_t> permissions;  // of the file that will be replaced
};

Target resolve(const std::string& path) {
  Target target{.path = path, .regular = true, .permissions = std::nullopt};
  std::error_code failure;
  if (fs::is_symlink(fs::symlink_status(path, failure))) {
    const fs::path real = fs::weakly_canonical(path, failure);
    if (!failure) target.path = real.string();
  }
  struct stat status {};
  if (::stat(target.path.c_str(), &status) != 0) return target;
  if (S_ISDIR(status.st_mode)) fail("write", path, EISDIR);
  target.regular = S_ISREG(status.st_mode);
  target.permissions = status.st_mode & 07777;
  return target;
}

std::string temporary_path(const Target& target) {
  return fmt::format("{}{}{}", target.path, temporary_infix, ::getpid());
}

void write_directly(const std::string& path, std::string_view content) {
  OpenFile file(path, O_WRONLY | O_CLOEXEC);
  if (!file.is_open()) fail("open", path, errno);
  if (!write_all(file.descriptor(), content)) fail("write", path, errno);
  if (!file.close()) fail("write", path, errno);
}

/// The new name must survive a power cut, too.
void sync_folder(const std::string& path) {
  OpenFile folder(folder_of(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!folder.is_open()) return;
  // Some file systems cannot synchronise folders; the file itself is safe by then.
  if (::fsync(folder.descriptor()) != 0 && errno == EIO) fail("write", path, EIO);
}

}  // namespace

void write_atomically(const std::string& path, std::string_view content) {
  const Target target = resolve(path);
  if (!target.regular) return write_directly(path, content);
  sweep_leftovers(target.path);
  Temporary temporary(temporary_path(target));
  OpenFile file(temporary.path(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  if (!file.is_open()) fail("write", path, errno);
  if (target.permissions) static_cast<void>(::fchmod(file.descriptor(), *target.permissions));
  if (!write_all(file.descriptor(), content)) fail("write", path, errno);
  if (::fsync(file.descriptor()) != 0) fail("write", path, errno);
  if (!file.close()) fail("write", path, errno);
  if (::rename(temporary.path().c_str(), target.path.c_str()) != 0) fail("write", path, errno);
  temporary.keep();
  sync_folder(target.path);
}

void check_writable(const std::string& path) {
  const Target target = resolve(path);
  if (!target.regular) return;
  sweep_leftovers(target.path);
  const Temporary temporary(temporary_path(target));
  const OpenFile file(temporary.path(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  if (!file.is_open()) fail("write", path, errno);
}

}  // namespace rehearse
