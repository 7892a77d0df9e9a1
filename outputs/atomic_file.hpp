#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rehearse {

/// Makes `path` a file with this content, whole or not at all: the content goes to a temporary
/// beside it (`PATH.part.<process>`), to the disk, and takes the name last. Whatever fails, an
/// older file at `path` stays as it was and no temporary is left; temporaries of processes that
/// died are swept. Symbolic links are followed to their end, also where nothing is there yet. What
/// is not a regular file (a pipe, /dev/stdout) is written to directly; disks are refused. Throws
/// InputOutputError with the path and the system's reason.
void write_atomically(const std::string& path, std::string_view content);

/// The same for what is written piece by piece: the file is there when `finish` has returned, and
/// not before; where it is not called, nothing is. All throw InputOutputError.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void append(std::string_view content);
  /// Once, after the last piece.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Finds out before hours of work whether `write_atomically` can succeed here, by creating and
/// removing the temporary. Throws InputOutputError.
void check_writable(const std::string& path);

/// Whether what is written to `a` would take the place of `b`, under whatever names, existing or
/// not. What goes to a device like /dev/null takes nobody's place.
bool same_file(const std::string& a, const std::string& b);

}  // namespace rehearse
