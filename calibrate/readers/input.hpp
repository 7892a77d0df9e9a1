#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace rehearse {

/// How far a compressed file may be believed.
struct InputLimits {
  std::uint64_t decompressed_bytes = std::uint64_t{4} << 30;
  /// Decompressed over compressed bytes, once 64 MiB are out.
  double ratio = 1000;
};

/// Of bytes that mean nothing (blanks, zeros), at most so many in a row are skipped: a crash leaves
/// a head of zeros, /dev/zero never ends.
constexpr std::uint64_t most_skipped = std::uint64_t{16} << 20;

/// The path that means standard input, as for other programs; ./- is a file.
constexpr const char* standard_input = "-";

/// How messages and accounts call a path.
std::string shown_name(const std::string& path);

/// A file read from beginning to end, decompressed when it begins as gzip or zstd files do (its
/// name does not matter), whatever number of gzip members or zstd frames it has; also where each
/// zstd frame stands behind its length in four bytes, which is left out. Holds a buffer, never the
/// file, and at most the window of 128 MiB that zstd takes without being asked for more.
class Input {
 public:
  /// Throws InvalidInput when there is no such file to read.
  Input(const std::string& path, const InputLimits& limits);
  ~Input();
  Input(Input&&) noexcept;

  /// Reads up to `size` bytes; 0 at the end. Throws InvalidInput for a damaged or cut file or
  /// one that exceeds its limits, and InputOutputError when the machine refuses to read.
  std::size_t read(char* buffer, std::size_t size);

  /// Puts what was read back in front of what comes next: files that flow through a pipe cannot be
  /// opened a second time.
  void give_back(const std::string& text);

  /// As `shown_name` has it.
  const std::string& path() const;

 private:
  struct State;
  friend void for_each_input(const std::string&, const InputLimits&,
                             const std::function<void(Input&)>&);
  explicit Input(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Calls `read` with the file of that path; or, where it is a ZIP archive by its content, with each
/// of its members, in their order. These share the limits, so that many small bombs are no better
/// than a large one, and are called "archive.zip/member". A member that is compressed itself is
/// read where it was stored. Throws as an Input does; and InvalidInput for an archive that comes
/// through a pipe, or has an encrypted member.
void for_each_input(const std::string& path, const InputLimits& limits,
                    const std::function<void(Input&)>& read);

}  // namespace rehearse
