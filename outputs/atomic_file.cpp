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
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_infix = ".part.";

[[noreturn]] void fail(std::string_view action, const std::string& path, int reason) {
  throw InputOutputError(
      fmt::format("cannot {} {}: {}", action, visible_line(path), std::strerror(reason)));
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

/// Where the bytes go in the end, and whether by renaming.
struct Target {
  std::string path;
  bool replaced = true;               // or written to as it stands
  std::optional<mode_t> permissions;  // of the file that will be replaced
};

/// What a name leads to, link by link, also when nothing is there yet: replacing a link that
/// dangles would leave what it names unwritten.
std::string end_of_links(const std::string& path) {
  constexpr int most_links = 40;  // as Linux allows
  fs::path current = path;
  for (int links = 0; links <= most_links; ++links) {
    std::error_code failure;
    const fs::path next = fs::read_symlink(current, failure);
    if (failure) return current.string();
    current = current.parent_path() / next;  // of an absolute one, that
  }
  fail("write", path, ELOOP);
}

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

Target resolve(const std::string& path) {
  struct stat named {};
  if (::stat(path.c_str(), &named) != 0) {
    if (errno != ENOENT) fail("write", path, errno);
    return {.path = end_of_links(path), .replaced = true, .permissions = std::nullopt};
  }
  if (S_ISDIR(named.st_mode)) fail("write", path, EISDIR);
  if (S_ISBLK(named.st_mode)) {
    throw InputOutputError(
        fmt::format("cannot write {}: it is a disk, not a file", visible_line(path)));
  }
  Target target{.path = path, .replaced = false, .permissions = named.st_mode & 07777};
  if (!S_ISREG(named.st_mode)) return target;
  // A link of /proc may lead to a file whose name is gone; that one can only be written to.
  const std::string real = end_of_links(path);
  struct stat found {};
  if (::stat(real.c_str(), &found) != 0 || !is_same(named, found)) return target;
  target.path = real;
  target.replaced = true;
  return target;
}

/// The longest name that the folder takes.
std::size_t longest_name(const std::string& folder) {
  constexpr long usual = 255;
  const long most = ::pathconf(folder.c_str(), _PC_NAME_MAX);
  return static_cast<std::size_t>(most > 0 ? most : usual);
}

/// The name of `path`, cut where no room would be left for what makes it a temporary's.
std::string stem_of_temporaries(const std::string& path) {
  constexpr std::size_t longest_ending = 16;  // the infix and ten digits
  std::string name = fs::path(path).filename().string();
  const std::size_t most = longest_name(folder_of(path));
  if (most <= longest_ending || name.size() <= most - longest_ending) return name;
  std::size_t size = most - longest_ending;
  // Some file systems take only whole characters of UTF-8.
  while (size > 1 && (static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
  name.resize(size);
  return name;
}

void sweep_leftovers(const std::string& path) {
  const std::string name = stem_of_temporaries(path);
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

std::string temporary_path(const Target& target) {
  const fs::path folder = fs::path(target.path).parent_path();
  return (folder /
          fmt::format("{}{}{}", stem_of_temporaries(target.path), temporary_infix, ::getpid()))
      .string();
}

/// A process of the same number in another container may have taken the temporary for a leftover.
bool is_still_there(const OpenFile& file, const Temporary& temporary) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.descriptor(), &opened) == 0 &&
         ::lstat(temporary.path().c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

/// The new name must survive a power cut, too.
void sync_folder(const std::string& path) {
  OpenFile folder(folder_of(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (!folder.is_open()) return;
  // Some file systems cannot synchronise folders; the file itself is safe by then.
  if (::fsync(folder.descriptor()) != 0 && errno == EIO) fail("write", path, EIO);
}

/// By what a file that may not exist is known from everywhere.
fs::path whole_name(const std::string& path) {
  const fs::path end = end_of_links(path);
  std::error_code failure;
  const fs::path folder = fs::weakly_canonical(fs::absolute(folder_of(end.string())), failure);
  return (failure ? fs::absolute(end).parent_path() : folder) / end.filename();
}

}  // namespace

struct AtomicFile::State {
  explicit State(const std::string& name) : path(name), target(resolve(name)) {
    if (target.replaced) {
      sweep_leftovers(target.path);
      temporary.emplace(temporary_path(target));
      file.emplace(temporary->path(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
    } else {
      // A pipe has nothing to shorten, and does not mind being told.
      file.emplace(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    }
    if (!file->is_open()) fail(target.replaced ? "write" : "open", path, errno);
    if (target.replaced && target.permissions) {
      static_cast<void>(::fchmod(file->descriptor(), *target.permissions));
    }
  }

  std::string path;
  Target target;
  std::optional<Temporary> temporary;
  std::optional<OpenFile> file;
};

AtomicFile::AtomicFile(const std::string& path) : state_(std::make_unique<State>(path)) {}
AtomicFile::~AtomicFile() = default;

void AtomicFile::append(std::string_view content) {
  if (!write_all(state_->file->descriptor(), content)) fail("write", state_->path, errno);
}

void AtomicFile::finish() {
  State& state = *state_;
  const bool replaced = state.target.replaced;
  if (replaced && ::fsync(state.file->descriptor()) != 0) fail("write", state.path, errno);
  if (replaced && !is_still_there(*state.file, *state.temporary)) {
    fail("write", state.path, ESTALE);
  }
  if (!state.file->close()) fail("write", state.path, errno);
  if (!replaced) return;
  if (::rename(state.temporary->path().c_str(), state.target.path.c_str()) != 0) {
    fail("write", state.path, errno);
  }
  state.temporary->keep();
  sync_folder(state.target.path);
}

void write_atomically(const std::string& path, std::string_view content) {
  AtomicFile file(path);
  file.append(content);
  file.finish();
}

void check_writable(const std::string& path) {
  const Target target = resolve(path);
  if (!target.replaced) {
    if (::access(path.c_str(), W_OK) != 0) fail("write", path, errno);
    return;
  }
  sweep_leftovers(target.path);
  const Temporary temporary(temporary_path(target));
  const OpenFile file(temporary.path(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  if (!file.is_open()) fail("write", path, errno);
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code absent;
  if (fs::equivalent(a, b, absent)) return !fs::is_character_file(a, absent);
  if (fs::exists(a, absent) && fs::exists(b, absent)) return false;
  return whole_name(a) == whole_name(b);
}

}  // namespace rehearse
