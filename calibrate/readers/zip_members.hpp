#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace rehearse {

/// A file within a ZIP archive, and where its bytes stand.
struct ZipMember {
  std::string name;
  bool deflated = false;  // or as it is
  std::uint32_t checksum = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  // of the first of its (compressed) bytes
};

/// Goes through the members of a ZIP archive by its central directory, which knows sizes also where
/// the headers before the members leave them to what follows. Folders, and what the Finder of macOS
/// adds, are passed by. Memory: one name, of 64 KiB at most.
class ZipMembers {
 public:
  /// `file` must be one that can be read anywhere, and outlive this; `path` is for messages. Throws
  /// InvalidInput for what is no whole archive, or one of several parts or of the 64-bit kind.
  ZipMembers(std::FILE* file, const std::string& path);

  /// The next member; nothing behind the last. Throws InvalidInput where the archive is damaged,
  /// and for a member that is encrypted or compressed in another way.
  std::optional<ZipMember> next();

 private:
  std::string bytes_at(std::uint64_t offset, std::size_t size) const;
  void find_directory();
  ZipMember member_of(const std::string& header);
  [[noreturn]] void refuse(const std::string& why) const;

  std::FILE* file_;
  std::string path_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t next_ = 0;  // of the directory
  std::uint64_t end_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace rehearse
